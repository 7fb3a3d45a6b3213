"""The tree behind a group of people: ``all``, ``any``, ``not`` over leaves, as JSON and as values.

A leaf is ``{"field": F, "op": O, "value": V}``, some with ``days`` (only the last so many shop days count, with today)
or ``at_least`` (so many orders). A leaf about something that is not known of a person is false, so its ``not`` is true.
Amounts are fen net of refunds, orders are paid orders (a wholly refunded one stays one), days are shop days ago.
``{"all": []}`` at the top is everyone.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from core.documents.canonical import LARGEST_FEN, read_object
from core.errors import Refusal

DEEPEST = 6
MOST_LEAVES = 50
MOST_VALUES = 200
MOST_DAYS = 36_600
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

    def as_json(self) -> dict[str, Any]:
        """The JSON object ``parse_segment`` takes."""
        value = list(self.value) if isinstance(self.value, tuple) else self.value
        found: dict[str, Any] = {"field": self.field, "op": self.op, "value": value}
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


@dataclass(frozen=True)
class Field:
    """What a leaf of this field may say: its operators, the sort of its value, its range or its choices."""

    sort: Literal["flag", "number", "fen", "texts", "numbers", "choice", "choices", "id", "words"]
    ops: tuple[str, ...]
    least: int = 0
    most: int = LARGEST_FEN
    choices: tuple[str, ...] = ()
    days: bool = False
    at_least: bool = False


RANGE = ("ge", "le", "between")
FIELDS: dict[str, Field] = {
    "is_member": Field("flag", ("is",)),
    "is_customer": Field("flag", ("is",)),
    "tier": Field("texts", ("in",)),
    "recency_days": Field("number", RANGE, most=MOST_DAYS),
    "orders": Field("number", RANGE, most=1_000_000, days=True),
    "spend_fen": Field("fen", RANGE, days=True),
    "first_order_days": Field("number", RANGE, most=MOST_DAYS),
    "joined_days": Field("number", RANGE, most=MOST_DAYS),
    "bought": Field("words", ("category", "product"), days=True, at_least=True),
    "tag": Field("words", ("has",)),
    "province": Field("texts", ("in",)),
    "city": Field("texts", ("in",)),
    "gender": Field("choices", ("in",), choices=("female", "male")),
    "source": Field("texts", ("in",)),
    "grade": Field("numbers", ("in",), most=99),
    "birthday_month": Field("numbers", ("in",), least=1, most=12),
    "birthday_within": Field("number", ("le",), most=366),
    "consent": Field("choice", ("has",), choices=("email", "sms")),
    "contact": Field("choice", ("has",), choices=("email", "phone")),
    "missing_to_next": Field("fen", ("le",), least=1),
    "top_spend_share": Field("number", ("le",), least=1, most=100),
    "campaign": Field("id", ("treated", "held_out"), least=1, most=2**53),
}


def parse_segment(raw: Mapping[str, Any] | str) -> Node:
    """The tree in a JSON object or text; refuses (``segment_*``) with the path, such as ``all.1.not.value``."""
    tree = _node(read_object(raw), "", 1)
    count = sum(1 for _ in leaves(tree))
    if count > MOST_LEAVES:
        raise Refusal("segment_leaves", most=MOST_LEAVES, count=count)
    return tree


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
    unknown = {"days": not field.days, "at_least": not field.at_least, "field": False, "op": False, "value": False}
    for key in raw:
        if unknown.get(key, True):
            raise Refusal("segment_extra", field=name, key=str(key)[:LONGEST_TEXT], path=path or "-")
    days = _optional(raw.get("days"), MOST_DAYS, _join(path, "days"))
    at_least = _optional(raw.get("at_least"), 1_000, _join(path, "at_least"))
    return Leaf(name, op, _value(field, op, raw.get("value"), _join(path, "value")), days, at_least)


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
