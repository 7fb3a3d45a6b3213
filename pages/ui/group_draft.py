"""The group under the owner's hands: a tree of plain dicts in the session, each part with a number of its own.

A part is ``{"id", "kind": "group", "op": all|any|none, "parts"}`` or ``{"id", "kind": "leaf", "field", "op", "value",
"days", "at_least", "key"}``. ``none`` is "not any of". Widgets are keyed by the number, so removing a part moves no value to another.
"""

from dataclasses import dataclass
from typing import Any

import streamlit as st

from core.documents.canonical import canonical_json
from core.documents.segment import FIELDS, Group, Leaf, Node, Not

Part = dict[str, Any]
SLOT = "groups:draft"
OPS = ("all", "any", "none")
DEEPEST = 3  # groups in groups on the screen; deeper ones are shown when a kept tree has them
# What most owners would ask of these.
_FIRST_VALUES: dict[str, Any] = {
    "top_spend_share": 20,
    "orders": 2,
    "missing_orders": 1,
    "missing_growth": 100,
    "stars": 3,
    "messages": 1,
    "alive_pct": 50,
    "month_start_pct": 60,
    "coupon_pct": 50,
    "next_purchase_days": 14,
    "points": 1_000,
    "r_score": 4,
    "f_score": 4,
    "m_score": 4,
    "growth": 1_000,
    "aov_fen": 200_00,
    "value_fen": 500_00,
    "coupon": 0,
}
_FIRST_OPS = {"next_purchase_days": "le", "rhythm_days": "le", "joined_days": "le", "first_order_days": "le"}
_FIRST_DAYS = {"bought": 365, "interaction": 365, "messages": 30, "stars": 365}


@dataclass
class Draft:
    """``root`` is what the widgets change; ``saved`` the JSON text of the kept tree, none for a group without a name."""

    root: Part
    name: str
    group_id: int | None
    saved: str | None


def start(tree: Node, *, name: str = "", group_id: int | None = None) -> None:
    """Put a tree under the owner's hands."""
    root = _part(tree)
    if root["kind"] == "leaf" or root["op"] == "none":
        root = {"id": _number(), "kind": "group", "op": "all", "parts": [root]}
    saved = None if group_id is None else canonical_json(tree.as_json())
    st.session_state[SLOT] = Draft(root, name, group_id, saved)
    st.session_state.pop("groups:name", None)


def draft() -> Draft | None:
    """What is under the owner's hands, if anything."""
    found: Draft | None = st.session_state.get(SLOT)
    return found


def forget() -> None:
    """Nothing is any more."""
    st.session_state.pop(SLOT, None)


def _number() -> int:
    """A number that no part had in this session, so that no widget of an old draft speaks for a new one."""
    found: int = st.session_state.get("groups:next", 1)
    st.session_state["groups:next"] = found + 1
    return found


def add_leaf(parent: Part, field: str) -> None:
    """A condition with a sensible first value."""
    parent["parts"].append({"id": _number(), **first_leaf(field)})


def add_group(parent: Part) -> None:
    """A group of its own inside another."""
    parent["parts"].append({"id": _number(), "kind": "group", "op": "any", "parts": []})


def remove(parent: Part, number: int) -> None:
    """Take a part away."""
    parent["parts"] = [part for part in parent["parts"] if part["id"] != number]


def first_leaf(field: str) -> Part:
    """A condition as it is added: yes, ninety days, a hundred yuan, or nothing chosen yet."""
    rule = FIELDS[field]
    values: dict[str, Any] = {"flag": True, "number": 30, "fen": 100_00, "choice": (rule.choices or ("",))[0]}
    value = _FIRST_VALUES.get(field, values.get(rule.sort))
    op, days = _FIRST_OPS.get(field, rule.ops[0]), _FIRST_DAYS.get(field)
    first = {"kind": "leaf", "field": field, "op": op, "value": value, "days": days, "at_least": None}
    return {**first, "key": None}


def tree_json(part: Part) -> dict[str, Any]:
    """The rule tree of a part as ``parse_segment`` takes it; unfinished conditions keep their missing value."""
    if part["kind"] == "group":
        parts = [tree_json(one) for one in part["parts"]]
        if part["op"] == "none":
            return {"not": parts[0] if len(parts) == 1 else {"any": parts}}
        return {part["op"]: parts}
    found = {name: part[name] for name in ("field", "op", "value")}
    return found | {name: part[name] for name in ("days", "at_least", "key") if part[name] is not None}


def leaf_parts(part: Part) -> list[Part]:
    """The conditions of a part, from top to bottom."""
    if part["kind"] == "leaf":
        return [part]
    return [leaf for one in part["parts"] for leaf in leaf_parts(one)]


def _part(node: Node) -> Part:
    match node:
        case Leaf():
            value = list(node.value) if isinstance(node.value, tuple) else node.value
            shape = {"field": node.field, "op": node.op, "value": value, "days": node.days, "at_least": node.at_least}
            return {"id": _number(), "kind": "leaf", **shape, "key": node.key}
        case Not(part=Group(op="any", parts=parts)):
            return {"id": _number(), "kind": "group", "op": "none", "parts": [_part(one) for one in parts]}
        case Not(part=part):
            return {"id": _number(), "kind": "group", "op": "none", "parts": [_part(part)]}
        case Group(op=op, parts=parts):
            return {"id": _number(), "kind": "group", "op": op, "parts": [_part(one) for one in parts]}
