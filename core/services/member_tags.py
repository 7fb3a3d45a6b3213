"""Tags: given by hand to one or many, or by a rule that keeps them current; a hand's tag is never a rule's to take."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from core.documents.canonical import canonical_json
from core.documents.enums import Area
from core.documents.segment import Node, leaves, parse_segment
from core.errors import Refusal
from core.services.actor import Actor
from core.services.desk import Desk
from core.services.segments import compile_segment
from core.store.audit import record
from core.store.queries import member_tags as queries
from core.store.queries.member_tags import People
from core.store.queries.members import MemberFilter, select_found
from core.store.tables import TagRule
from core.store.write_lock import Turn, take_turn

LONGEST = 30
MOST_PICKED = 2_000
CHUNK = 2_000


@dataclass(frozen=True)
class TagLine:
    """One tag: how many have it by hand and by its rule, and the rule where there is one."""

    tag: str
    by_hand: int
    by_rule: int
    rule: Node | None = None
    enabled: bool = False
    evaluated_at: datetime | None = None

    @property
    def people(self) -> int:
        """Everybody who has it."""
        return self.by_hand + self.by_rule


@dataclass(frozen=True)
class OwnTag:
    """A tag of one person, and whether its rule gave it."""

    tag: str
    by_rule: bool


def list_tags(desk: Desk) -> list[TagLine]:
    """Every tag in use or with a rule, most people first."""
    with desk.db.read() as session:
        rules = {row.tag: row for row in queries.rules(session)}
        counts = {tag: (hand, ruled) for tag, hand, ruled in queries.count_tags(session)}
        names = [*counts, *(tag for tag in rules if tag not in counts)]
        return [_line(tag, counts.get(tag, (0, 0)), rules.get(tag)) for tag in names]


def _line(tag: str, counts: tuple[int, int], rule: TagRule | None) -> TagLine:
    if rule is None:
        return TagLine(tag, *counts)
    return TagLine(tag, *counts, parse_segment(rule.document), rule.enabled, rule.evaluated_at)


def own_tags(desk: Desk, member_id: int) -> list[OwnTag]:
    """One person's tags."""
    with desk.db.read() as session:
        return [OwnTag(tag, ruled) for tag, ruled in queries.tags_with_origin(session, member_id)]


def tag_members(desk: Desk, actor: Actor, ids: Sequence[int], tag: str, *, now: datetime) -> int:
    """Give a tag to some people; how many did not have it. Refuses ``tag_name`` and ``members_too_many``."""
    return _give(desk, actor, _picked(ids), tag, now)


def untag_members(desk: Desk, actor: Actor, ids: Sequence[int], tag: str, *, now: datetime) -> int:
    """Take a tag from some people; how many had it by hand. What a rule gives only its rule takes."""
    people = _picked(ids)
    with desk.db.write(Area.MEMBERS) as session:
        gone = queries.take(session, tag, people)
        record(session, actor.name, "tag.taken", "members", now=now, count=gone, tag=tag)
    return gone


def tag_found(
    desk: Desk, actor: Actor, wanted: MemberFilter, tag: str, *, tree: Node | None = None, now: datetime
) -> int:
    """Give a tag to everybody whom the list's filter finds; how many did not have it. Refuses ``tag_name``."""
    with desk.db.read() as session:
        within = None if tree is None else compile_segment(session, tree, now=now)
        people = select_found(session, wanted, within)
    return _give(desk, actor, people, tag, now)


def untag_found(
    desk: Desk, actor: Actor, wanted: MemberFilter, tag: str, *, tree: Node | None = None, now: datetime
) -> int:
    """Take a tag from everybody whom the list's filter finds; how many had it by hand."""
    with desk.db.write(Area.MEMBERS) as session:
        within = None if tree is None else compile_segment(session, tree, now=now)
        gone = queries.take(session, tag, select_found(session, wanted, within))
        record(session, actor.name, "tag.taken", "members", now=now, count=gone, tag=tag)
    return gone


def drop_tag(desk: Desk, actor: Actor, tag: str, *, now: datetime) -> int:
    """Take a tag from everybody, and its rule away; how many had it."""
    with desk.db.write(Area.MEMBERS) as session:
        queries.delete_rule(session, tag)
        gone = queries.drop(session, tag, by_rule_only=False)
        record(session, actor.name, "tag.dropped", "members", now=now, count=gone, tag=tag)
    return gone


def save_rule(desk: Desk, actor: Actor, tag: str, tree: Node, *, now: datetime) -> int:
    """Let a tag keep itself by a rule, from now on and at once; how many have it by the rule.

    Refuses ``tag_name``, ``tag_circle`` (a rule that asks for its own tag), and a tree that is not sound.
    """
    tag = _name(tag)
    document = canonical_json(parse_segment(tree.as_json()).as_json())
    if any(leaf.field == "tag" and leaf.value == tag for leaf in leaves(tree)):
        raise Refusal("tag_circle", tag=tag)
    with desk.db.write(Area.MEMBERS) as session:
        take_turn(session, Turn.IMPORT)
        queries.put_rule(session, tag, document, enabled=True, author=actor.name, now=now)
        session.flush()
        given, _ = _follow(session, tag, tree, None, now)
        queries.evaluated(session, [tag], now)
        record(session, actor.name, "tag.rule_saved", "members", now=now, count=given, tag=tag)
        return next((ruled for name, _, ruled in queries.count_tags(session) if name == tag), 0)


def drop_rule(desk: Desk, actor: Actor, tag: str, *, now: datetime) -> int:
    """Stop a rule: what it gave goes, what a hand gave stays; how many went. Refuses ``tag_no_rule``."""
    with desk.db.write(Area.MEMBERS) as session:
        take_turn(session, Turn.IMPORT)
        if not queries.delete_rule(session, tag):
            raise Refusal("tag_no_rule", tag=tag)
        gone = queries.drop(session, tag, by_rule_only=True)
        record(session, actor.name, "tag.rule_dropped", "members", now=now, count=gone, tag=tag)
    return gone


def keep_tags(desk: Desk, *, now: datetime, members: Sequence[int] | None = None) -> int:
    """Follow the rules for everybody, or after an import for whom it touched; how many tags came or went.

    In the order of the tags' names: a rule that asks for another rule's tag sees a later one's change the night after.
    """
    with desk.db.read() as session:
        if not queries.rules(session, enabled=True) or (members is not None and not members):
            return 0
    changed = 0
    with desk.db.write(Area.MEMBERS) as session:
        take_turn(session, Turn.IMPORT)
        # Read again: a rule that was dropped meanwhile must not give anything that nobody takes away any more.
        rules = [(row.tag, parse_segment(row.document)) for row in queries.rules(session, enabled=True)]
        for tag, tree in rules:
            try:
                for among in _chunks(members):
                    given, gone = _follow(session, tag, tree, among, now)
                    changed += given + gone
            except Refusal as refusal:  # one that cannot be asked any more must not stop the review of everybody
                record(session, Actor.worker().name, "tags.rule_broken", f"tag:{tag}", now=now, code=refusal.code)
        if members is None:
            queries.evaluated(session, [tag for tag, _ in rules], now)
        if changed:
            record(session, Actor.worker().name, "tags.kept", "members", now=now, count=changed)
    return changed


def _chunks(members: Sequence[int] | None) -> Iterator[Sequence[int] | None]:
    if members is None:
        yield None
        return
    for start in range(0, len(members), CHUNK):
        yield members[start : start + CHUNK]


def _follow(session: Session, tag: str, tree: Node, among: Sequence[int] | None, now: datetime) -> tuple[int, int]:
    """Make the rows of one rule what it says, for everybody or some: (given, taken)."""
    people = queries.not_erased(compile_segment(session, tree, now=now))
    if among is not None:
        people = queries.only(people, among)
    gone = queries.take_others(session, tag, people, among)
    return queries.give(session, tag, people, by_rule=True), gone


def _give(desk: Desk, actor: Actor, people: People, tag: str, now: datetime) -> int:
    tag = _name(tag)
    with desk.db.write(Area.MEMBERS) as session:
        take_turn(session, Turn.IMPORT)
        given = queries.give(session, tag, people, by_rule=False)
        record(session, actor.name, "tag.given", "members", now=now, count=given, tag=tag)
    return given


def _picked(ids: Sequence[int]) -> People:
    if len(ids) > MOST_PICKED:
        raise Refusal("members_too_many", most=MOST_PICKED)
    return queries.picked(ids)


def _name(tag: str) -> str:
    tag = " ".join(tag.split())
    if not 0 < len(tag) <= LONGEST or set(tag) & set(",，;；|"):
        raise Refusal("tag_name", most=LONGEST)
    return tag
