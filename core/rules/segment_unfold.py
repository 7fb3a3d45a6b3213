"""A rule tree as it is asked of the store: saved groups in it replaced by their own rules, own fields' values as they are kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from core.documents.custom_field import parse_value
from core.documents.segment import DEEPEST, MOST_LEAVES, Group, Leaf, Node, Not, Value, leaves, parse_segment
from core.errors import Refusal

# Which operators fit which kind of own field.
_OPS = {
    "text": ("is", "in"),
    "choice": ("is", "in"),
    "flag": ("is",),
    "number": ("is", "ge", "le", "between"),
    "date": ("is", "ge", "le", "between"),
}


@dataclass(frozen=True)
class SavedRule:
    """A saved group's name and its rule tree as JSON text."""

    name: str
    document: str


@dataclass(frozen=True)
class Known:
    """What a tree may refer to: saved groups and lists by id, the kinds of own fields by code."""

    groups: Mapping[int, SavedRule] = field(default_factory=dict)
    lists: Mapping[int, str] = field(default_factory=dict)
    kinds: Mapping[str, str] = field(default_factory=dict)


def unfold(tree: Node, known: Known, *, within: Sequence[int] = (), keep_own: bool = False) -> Node:
    """The tree without ``segment`` leaves, and every own field's value as kept. ``within``: the groups that it stands in.

    ``keep_own``: own fields' values are checked and stay as they were written, so that the tree can be read again.

    Refuses ``group_unknown``, ``group_loop``, ``list_unknown``, ``field_unknown``, ``segment_custom_op``, ``custom_value_*``,
    ``segment_between``, and what unfolds to too much: ``segment_leaves``, ``segment_deep``.
    """
    return _Unfolding(known, keep_own).node(tree, tuple(within), 1)


def used_groups(tree: Node) -> frozenset[int]:
    """The saved groups that a tree names itself."""
    return frozenset(int(leaf.value) for leaf in leaves(tree) if leaf.field == "segment")  # type: ignore[arg-type]


def used_lists(tree: Node) -> frozenset[int]:
    """The lists that a tree names itself."""
    return frozenset(int(leaf.value) for leaf in leaves(tree) if leaf.field == "list")  # type: ignore[arg-type]


class _Unfolding:
    """One walk: it stops at the limit, so that groups of groups of groups cost no more than one group."""

    def __init__(self, known: Known, keep_own: bool) -> None:
        self._known = known
        self._keep_own = keep_own
        self._met = 0

    def node(self, node: Node, within: tuple[int, ...], depth: int) -> Node:
        if depth > DEEPEST:
            raise Refusal("segment_deep", most=DEEPEST, path="segment")
        match node:
            case Leaf(field="segment", value=int() as number):
                return self._group(number, within, depth)
            case Leaf():
                self._meet()
                return self._leaf(node)
            case Not(part=part):
                return Not(self.node(part, within, depth + 1))
            case Group(op=op, parts=parts):
                return Group(op, tuple(self.node(part, within, depth + 1) for part in parts))

    def _meet(self) -> None:
        self._met += 1
        if self._met > MOST_LEAVES:
            raise Refusal("segment_leaves", most=MOST_LEAVES, count=self._met)

    def _group(self, number: int, within: tuple[int, ...], depth: int) -> Node:
        found = self._known.groups.get(number)
        if number in within:
            raise Refusal("group_loop", name=found.name if found else number)
        if found is None:
            raise Refusal("group_unknown", group=number)
        tree = parse_segment(found.document)
        if not any(True for _ in leaves(tree)):
            self._meet()
        return self.node(tree, (*within, number), depth)

    def _leaf(self, leaf: Leaf) -> Leaf:
        if leaf.field == "list" and leaf.value not in self._known.lists:
            raise Refusal("list_unknown", list=leaf.value)
        if leaf.field != "custom":
            return leaf
        kept = self._own(leaf)
        return leaf if self._keep_own else kept

    def _own(self, leaf: Leaf) -> Leaf:
        kind = self._known.kinds.get(leaf.key or "")
        if kind is None:
            raise Refusal("field_unknown", field=leaf.key)
        if leaf.op not in _OPS[kind] or isinstance(leaf.value, bool) != (kind == "flag"):
            raise Refusal("segment_custom_op", field=leaf.key, op=leaf.op)
        if isinstance(leaf.value, bool):
            return replace(leaf, value=int(leaf.value))
        # A choice that is not offered any more still stands with people.
        kept = "text" if kind == "choice" else kind
        if not isinstance(leaf.value, tuple):
            return replace(leaf, value=_kept(kept, leaf.value))
        values = [_kept(kept, value) for value in leaf.value]
        if leaf.op == "between" and int(values[0]) > int(values[1]):
            raise Refusal("segment_between", path=leaf.key, low=leaf.value[0], high=leaf.value[1])
        value: Value = tuple(values)  # type: ignore[assignment]
        return replace(leaf, value=value)


def _kept(kind: str, raw: int | str) -> int | str:
    text, number = parse_value(kind, (), str(raw))
    found = number if text is None else text
    assert found is not None
    return found
