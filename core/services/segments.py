"""Groups of people: count them, list them, find them. One compiler answers pages, the command line, tags and campaigns."""

import time
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select
from sqlmodel import Session

from core.analytics.places import MUNICIPALITIES, cities_of_level
from core.clock import ShopZone, day_number
from core.documents.segment import Group, Node, check_size, leaves, parse_segment
from core.rules.segment_unfold import Known, SavedRule, unfold, used_groups
from core.rules.timing import birthdays_kept_on
from core.services.actor import Actor
from core.services.desk import Desk
from core.services.shop_settings import load_settings
from core.store.queries.custom_fields import all_fields
from core.store.queries.numbers import known_day
from core.store.queries.saved_segments import list_segments
from core.store.queries.segment_leaves import Day
from core.store.queries.segments import SegmentMember, count_members, list_members, load_members, select_members
from core.store.queries.static_lists import list_names

SegmentTree = Node
LISTED = 50


@dataclass(frozen=True)
class SegmentCount:
    """How many people a group holds, and how long counting took."""

    members: int
    seconds: float


@dataclass(frozen=True)
class Overlap:
    """How many people are in each of two groups, and how many in both."""

    a: int
    b: int
    both: int

    @property
    def only_a(self) -> int:
        """In the first alone."""
        return self.a - self.both

    @property
    def only_b(self) -> int:
        """In the second alone."""
        return self.b - self.both

    @property
    def either(self) -> int:
        """In one of them or both."""
        return self.a + self.b - self.both


def count_segment(desk: Desk, actor: Actor, tree: SegmentTree, *, now: datetime) -> SegmentCount:
    """Count a group as of now."""
    started = time.perf_counter()
    with desk.db.read() as session:
        members = count_members(session, compile_segment(session, tree, now=now))
    return SegmentCount(members, time.perf_counter() - started)


def list_segment(
    desk: Desk, actor: Actor, tree: SegmentTree, *, now: datetime, limit: int = LISTED, after: int = 0
) -> list[SegmentMember]:
    """The people of a group by id, with tier and last order; go on with ``after`` the last id."""
    with desk.db.read() as session:
        return list_members(session, compile_segment(session, tree, now=now), limit, after)


def overlap(desk: Desk, actor: Actor, a: SegmentTree, b: SegmentTree, *, now: datetime) -> Overlap:
    """How far two groups are the same people, as of one instant."""
    with desk.db.read() as session:
        trees = [unfold_tree(session, tree) for tree in (a, b)]
        day = segment_day(session, now)
        counted = [
            count_members(session, select_members(session, tree, day)) for tree in (*trees, Group("all", tuple(trees)))
        ]
    return Overlap(*counted)


def find_members(session: Session, desk: Desk, tree: SegmentTree, *, now: datetime) -> list[int]:
    """The ids of a group, ascending, inside a transaction that is already open."""
    return load_members(session, compile_segment(session, tree, now=now))


def compile_segment(session: Session, tree: SegmentTree, *, now: datetime) -> Select[Any]:
    """The SELECT of a group's member ids, for whatever asks who is in it; refuses what ``unfold`` refuses."""
    return select_members(session, unfold_tree(session, tree), segment_day(session, now))


def unfold_tree(session: Session, tree: SegmentTree) -> Node:
    """The tree with saved groups and own fields looked up; refuses what ``unfold`` refuses."""
    return unfold(tree, load_known(session, tree))


def check_tree(session: Session, tree: SegmentTree, *, own: int | None = None) -> None:
    """Refuse a tree that could not be asked: ``own`` is the saved group that it is to become."""
    check_size(tree)
    unfold(tree, load_known(session, tree), within=() if own is None else (own,))


def load_known(session: Session, tree: SegmentTree) -> Known:
    """What a tree may refer to; nothing is read for a tree that refers to nothing."""
    fields = {leaf.field for leaf in leaves(tree)}
    if not fields & {"segment", "list", "custom"}:
        return Known()
    groups = {row.id or 0: SavedRule(row.name, row.document) for row in list_segments(session)}
    return Known(groups, list_names(session), {row.code: row.kind for row in all_fields(session)})


def fields_asked(session: Session, tree: SegmentTree) -> frozenset[str]:
    """Every field that a tree asks, also inside the saved groups it names; a group that is gone asks nothing."""
    return frozenset(leaf.field for node in _trees_within(session, tree) for leaf in leaves(node))


def groups_within(session: Session, tree: SegmentTree) -> frozenset[int]:
    """Every saved group that a tree names, also inside those it names."""
    return frozenset[int]().union(*(used_groups(node) for node in _trees_within(session, tree)))


def _trees_within(session: Session, tree: SegmentTree) -> list[Node]:
    """The tree, and those of all saved groups that it stands on, each once."""
    known, found, seen = load_known(session, tree), [tree], set[int]()
    for node in found:
        for number in used_groups(node) - seen:
            seen.add(number)
            found += [parse_segment(known.groups[number].document)] if number in known.groups else []
    return found


def segment_day(session: Session, now: datetime) -> Day:
    """What "today" means for a group, inside a transaction that is already open."""
    zone = ShopZone(load_settings(session).zone)
    known = known_day(session, day_number(zone.day(now)))
    return Day(now, zone, birthdays_kept_on, cities_of_level, MUNICIPALITIES, known)
