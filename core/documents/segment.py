"""The tree behind a group of people: ``all``, ``any``, ``not`` over leaves, as JSON and as values.

A leaf is ``{"field": F, "op": O, "value": V}``, some with ``days`` (only the last so many shop days count, with today)
or ``at_least`` (so many times), an own field with its ``key``. A leaf about something that is not known of a person is false,
so its ``not`` is true.
Amounts are fen net of refunds, orders are paid orders (a wholly refunded one stays one), days are shop days ago.
``{"all": []}`` at the top is everyone.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from core.documents.canonical import read_object
from core.documents.segment_fields import FIELDS, MOST_DAYS, Field
from core.errors import Refusal

__all__ = ["EVERYONE", "FIELDS", "Field", "Group", "Leaf", "Node", "Not", "check_size", "leaves", "parse_segment"]

DEEPEST = 6
MOST_LEAVES = 50
MOST_VALUES = 200
LONGEST_TEXT = 100
T = TypeVar("T")

Value = bool | int | str | tuple[int, ...] | tuple[str, ...]


@dataclass(frozen=True)
class Leaf:
    """One condition; ``value`` is a bool, int, pair (between), text, or tuple of choices, as its field says."""

    field: str
    op: str
    value: Value
    days: int | None = None
    at_least: int | None = None
    key: str | None = None

    def as_json(self) -> dict[str, Any]:
        """The JSON object ``parse_segment`` takes."""
        value = list(self.value) if isinstance(self.value, tuple) else self.value
        found: dict[str, Any] = {"field": self.field, "op": self.op, "value": value}
        found |= {} if self.key is None else {"key": self.key}
        found |= {} if self.days is None else {"days": self.days}
        return found | ({} if self.at_least is None else {"at_least": self.at_least})


@dataclass(frozen=True)
class Group:
    """All or any of its parts."""

    op: Literal["all", "any"]
    parts: "tuple[Node, ...]"

    def as_json(self) -> dict[str, Any]:
        """The JSON object ``parse_segment`` takes."""
        return {self.op: [part.as_json() for part in self.parts]}


@dataclass(frozen=True)
class Not:
    """Everyone but."""

    part: "Node"

    def as_json(self) -> dict[str, Any]:
        """The JSON object ``parse_segment`` takes."""
        return {"not": self.part.as_json()}


Node = Leaf | Group | Not
EVERYONE = Group("all", ())


def parse_segment(raw: Mapping[str, Any] | str) -> Node:
    """The tree in a JSON object or text; refuses (``segment_*``) with the path, such as ``all.1.not.value``."""
    tree = _node(read_object(raw), "", 1)
    check_size(tree)
    return tree


def check_size(tree: Node) -> None:
    """Refuses a tree with too many conditions (``segment_leaves``) or one nested too deep (``segment_deep``)."""
    count = sum(1 for _ in leaves(tree))
    if count > MOST_LEAVES:
        raise Refusal("segment_leaves", most=MOST_LEAVES, count=count)
    if _depth(tree) > DEEPEST:
        raise Refusal("segment_deep", most=DEEPEST, path="-")


def _depth(node: Node) -> int:
    match node:
        case Leaf():
            return 1
        case Not(part=part):
            return 1 + _depth(part)
        case Group(parts=parts):
            return 1 + max((_depth(part) for part in parts), default=0)


def leaves(node: Node) -> Iterator[Leaf]:
    """The leaves of a tree, left to right."""
    match node:
        case Leaf():
            yield node
        case Not():
            yield from leaves(node.part)
        case Group():
            for part in node.parts:
                yield from leaves(part)


def _node(raw: Any, path: str, depth: int) -> Node:
    if depth > DEEPEST:
        raise Refusal("segment_deep", most=DEEPEST, path=path)
    if not isinstance(raw, dict):
        raise Refusal("segment_shape", path=path or "-")
    keys = set(raw)
    if keys == {"not"}:
        return Not(_node(raw["not"], _join(path, "not"), depth + 1))
    if keys == {"all"} or keys == {"any"}:
        op: Literal["all", "any"] = "all" if "all" in keys else "any"
        return Group(op, _parts(raw[op], _join(path, op), depth))
    if "field" in keys:
        return _leaf(raw, path)
    raise Refusal("segment_shape", path=path or "-")


def _parts(raw: Any, path: str, depth: int) -> tuple[Node, ...]:
    if not isinstance(raw, list) or len(raw) > MOST_LEAVES:
        raise Refusal("segment_shape", path=path)
    if not raw and path != "all":
        raise Refusal("segment_empty", path=path)
    return tuple(_node(part, _join(path, str(index)), depth + 1) for index, part in enumerate(raw))


def _leaf(raw: dict[str, Any], path: str) -> Leaf:
    name = raw["field"]
    field = FIELDS.get(name) if isinstance(name, str) else None
    if field is None:
        raise Refusal("segment_field", field=str(name)[:LONGEST_TEXT], path=path or "-")
    op = raw.get("op")
    if op not in field.ops:
        raise Refusal("segment_op", field=name, op=str(op)[:LONGEST_TEXT], path=_join(path, "op"))
    takes = {"field", "op", "value"} | {more for more in ("days", "at_least", "key") if getattr(field, more)}
    for key in raw:
        if key not in takes:
            raise Refusal("segment_extra", field=name, key=str(key)[:LONGEST_TEXT], path=path or "-")
    own = _text(raw.get("key"), _join(path, "key")) if field.key else None
    days = _optional(raw.get("days"), MOST_DAYS, _join(path, "days"))
    at_least = _optional(raw.get("at_least"), 1_000, _join(path, "at_least"))
    return Leaf(name, op, _value(field, op, raw.get("value"), _join(path, "value")), days, at_least, own)


def _value(field: Field, op: str, raw: Any, path: str) -> Value:
    match field.sort:
        case "flag":
            flag: bool = _take(raw, path, isinstance(raw, bool))
            return flag
        case "number" | "fen" if op == "between":
            return _pair(field, raw, path)
        case "number" | "fen" | "id":
            return _number(field, raw, path)
        case "choice":
            return _choice(field, raw, path)
        case "words":
            return _text(raw, path)
        case "custom":
            return _own_value(op, raw, path)
        case "numbers":
            return tuple(sorted(set(_each(raw, path, lambda value, where: _number(field, value, where)))))
        case "choices":
            return _each(raw, path, lambda value, where: _choice(field, value, where))
        case _:
            return _each(raw, path, _text)


def _pair(field: Field, raw: Any, path: str) -> tuple[int, ...]:
    if not isinstance(raw, list) or len(raw) != 2:
        raise Refusal("segment_value", path=path)
    low, high = (_number(field, value, _join(path, str(index))) for index, value in enumerate(raw))
    if low > high:
        raise Refusal("segment_between", path=path, low=low, high=high)
    return (low, high)


def _own_value(op: str, raw: Any, path: str) -> Value:
    """What an own field is held against: its kind, which only the store knows, says later whether it fits."""
    if op == "between":
        _take(raw, path, isinstance(raw, list) and len(raw) == 2)
        return tuple(_bound(value, _join(path, str(index))) for index, value in enumerate(raw))
    if op == "in":
        return _each(raw, path, _text)
    if op == "is" and isinstance(raw, bool):
        return raw
    return _bound(raw, path)


def _bound(raw: Any, path: str) -> str:
    """A number, date or word of an own field, as text: 12, "12.5", "2026-03-08"."""
    return str(raw) if isinstance(raw, int) and not isinstance(raw, bool) else _text(raw, path)


def _number(field: Field, raw: Any, path: str) -> int:
    number: int = _take(raw, path, isinstance(raw, int) and not isinstance(raw, bool))
    if not field.least <= number <= field.most:
        raise Refusal("segment_range", path=path, least=field.least, most=field.most)
    return number


def _text(raw: Any, path: str) -> str:
    text: str = _take(raw, path, isinstance(raw, str) and bool(raw.strip()) and len(raw) <= LONGEST_TEXT)
    return text.strip()


def _choice(field: Field, raw: Any, path: str) -> str:
    choice: str = _take(raw, path, raw in field.choices)
    return choice


def _each(raw: Any, path: str, read: Callable[[Any, str], T]) -> tuple[T, ...]:
    if not isinstance(raw, list) or not 0 < len(raw) <= MOST_VALUES:
        raise Refusal("segment_value", path=path)
    return tuple(dict.fromkeys(read(value, _join(path, str(index))) for index, value in enumerate(raw)))


def _optional(raw: Any, most: int, path: str) -> int | None:
    return None if raw is None else _number(Field("number", (), least=1, most=most), raw, path)


def _take(raw: Any, path: str, fits: bool) -> Any:
    if not fits:
        raise Refusal("segment_value", path=path)
    return raw


def _join(path: str, step: str) -> str:
    return f"{path}.{step}" if path else step
