"""Why somebody is in a group or not: every condition with whether it holds and what is known of the person."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlmodel import Session

from core.documents.segment import Group, Leaf, Node, Not, leaves, parse_segment
from core.documents.segment_templates import template
from core.errors import Refusal
from core.i18n import LANGS, Lang
from core.rules.segment_unfold import Known, unfold
from core.rules.segment_words import Names, describe, phrase
from core.services.desk import Desk
from core.services.saved_groups import read_group
from core.services.segments import load_known, segment_day
from core.store.queries.segment_leaves import Day
from core.store.queries.segment_values import known_value
from core.store.queries.segments import select_truths
from core.store.tables import Member


@dataclass(frozen=True)
class Judged:
    """One node of a rule tree for one person; a leaf that names a saved group has that group's tree as its part.

    ``value``: what is known of the person in the field's own unit (fen, days, points ...); None: nothing, or only yes and no.
    """

    node: Node
    held: bool
    value: int | str | None = None
    parts: tuple["Judged", ...] = ()


@dataclass(frozen=True)
class Explanation:
    """One person and one group; ``counted``: staff, tests and their like are in no group, whatever holds."""

    member_id: int
    root: Judged
    counted: bool

    @property
    def inside(self) -> bool:
        """Whether the person is in the group."""
        return self.counted and self.root.held


def read_tree(desk: Desk, segment: str) -> Node:
    """The rule tree behind a saved group's id, a ready group's code or a rule file; refuses ``explain_group``, ``group_unknown``."""
    if segment.isascii() and segment.isdigit():
        return read_group(desk, int(segment)).tree
    path = Path(segment)
    if path.is_file():
        return parse_segment(path.read_text("utf-8"))
    try:
        return template(segment).tree()
    except Refusal as refusal:
        if refusal.code != "segment_template":
            raise
        raise Refusal("explain_group", segment=segment) from None


def explain_segment(desk: Desk, tree: Node, member_id: int, *, now: datetime) -> Explanation:
    """Judge a tree for one person as of now, by the same statements that find a group. Refuses ``member_unknown``."""
    with desk.db.read() as session:
        member = session.get(Member, member_id)
        if member is None:
            raise Refusal("member_unknown", member=member_id)
        known, day = load_known(session, tree), segment_day(session, now)
        asked = unfold(tree, known)
        truths: Iterator[Any] = iter(())
        if own := list(leaves(asked)):
            row = session.execute(select_truths(session, asked, day, member_id)).one()
            truths = iter(list(zip(own, row, strict=True)))
        root = _Judging(session, known, day, member_id, truths).judge(tree)
        return Explanation(member_id, root, member.not_counted is None)


def explain_json(
    explained: Explanation, segment: str, tree: Node, lang: Lang, names: Mapping[Lang, Names]
) -> dict[str, Any]:
    """As the command line answers; evaluating ``tree`` again from the leaves' ``held`` gives ``inside`` where ``counted``."""
    return {
        "segment": segment,
        "member": explained.member_id,
        "inside": explained.inside,
        "counted": explained.counted,
        "sentence": describe(tree, lang, names[lang]),
        "tree": _node_json(explained.root, names),
    }


class _Judging:
    """One walk over the tree as it was written; the truths come in the order of the leaves as they were asked."""

    def __init__(self, session: Session, known: Known, day: Day, member_id: int, truths: Iterator[Any]) -> None:
        self._session, self._known, self._day = session, known, day
        self._member_id, self._truths = member_id, truths

    def judge(self, node: Node) -> Judged:
        match node:
            case Leaf(field="segment", value=int() as number):
                inner = self.judge(parse_segment(self._known.groups[number].document))
                return Judged(node, inner.held, None, (inner,))
            case Leaf():
                asked, held = next(self._truths)
                value = known_value(self._session, asked, self._day, self._member_id)
                return Judged(node, bool(held), value)
            case Not(part=part):
                inner = self.judge(part)
                return Judged(node, not inner.held, None, (inner,))
            case Group(op=op, parts=parts):
                judged = tuple(self.judge(part) for part in parts)
                held = [one.held for one in judged]
                return Judged(node, all(held) if op == "all" else any(held), None, judged)


def _node_json(judged: Judged, names: Mapping[Lang, Names]) -> dict[str, Any]:
    node, parts = judged.node, [_node_json(part, names) for part in judged.parts]
    if isinstance(node, Leaf):
        own = node.as_json()
        found = own | {"asked": own["value"], "held": judged.held, "value": judged.value}
        return found | {f"sentence_{lang}": phrase(node, lang, names[lang]) for lang in LANGS} | {"parts": parts}
    return {"op": "not" if isinstance(node, Not) else node.op, "held": judged.held, "parts": parts}
