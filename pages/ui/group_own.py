"""A condition about one of the owner's own fields: which field, how it compares, and the widget of its kind."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import streamlit as st

from core.documents.enums import Area
from core.services.custom_fields import FieldView, list_fields
from pages.ui.group_draft import Part
from pages.ui.group_widget import keep, keep_one, leaf_key
from pages.ui.runtime import cached, desk, t

_OPS: dict[str, tuple[str, ...]] = {
    "text": ("is",),
    "choice": ("in",),
    "flag": ("is",),
    "number": ("ge", "le", "between", "is"),
    "date": ("ge", "le", "between", "is"),
}


@cached(Area.MEMBERS)
def own_fields() -> dict[str, FieldView]:
    """The owner's fields in use, by code."""
    return {field.code: field for field in list_fields(desk())}


def own_condition(part: Part, places: Sequence[Any]) -> None:
    """Draw the rest of the condition in three places: the field, the operator, the value."""
    fields = own_fields()
    with places[0]:
        chosen = keep_one(
            part, "key", list(fields), lambda code: fields[code].name if code in fields else code, "groups.no_own"
        )
    if chosen != part["key"]:
        part |= {"key": chosen, "value": None}
        if chosen in fields:
            part["op"] = _OPS[fields[chosen].kind][0]
    if part["key"] not in fields:
        return
    field = fields[part["key"]]
    _fit(part, field)
    with places[1]:
        _operator(part, field)
    with places[2]:
        _value(part, field)


def _fit(part: Part, field: FieldView) -> None:
    """One choice is a list of one; a value of another kind is none."""
    if field.kind == "choice" and part["op"] == "is":
        part |= {"op": "in", "value": [part["value"]] if part["value"] else []}
    if field.kind == "flag" and not isinstance(part["value"], bool):
        part["value"] = True


def _operator(part: Part, field: FieldView) -> None:
    ops = _OPS[field.kind] if part["op"] in _OPS[field.kind] else (*_OPS[field.kind], part["op"])
    if len(ops) == 1:
        st.markdown(f":gray[{t(f'groups.op.custom.{ops[0]}')}]")
        return
    stem = "groups.op.custom.date" if field.kind == "date" else "groups.op.custom"
    chosen = keep(part, "op", st.selectbox, t("groups.op"), ops, label=lambda op: t(f"{stem}.{op}"))
    if chosen == part["op"]:
        return
    several = isinstance(part["value"], list)
    if chosen == "between" and not several:
        part["value"] = [part["value"], part["value"]]
    elif chosen != "between" and several:
        part["value"] = part["value"][0] if part["value"] else None
    part["op"] = chosen


def _value(part: Part, field: FieldView) -> None:
    match field.kind:
        case "flag":
            part["value"] = keep(
                part, "value", st.segmented_control, field.name, [True, False], required=True,
                label=lambda yes: t(f"groups.flag.custom.{str(yes).lower()}"),
            )  # fmt: skip
        case "choice":
            part["value"] = [one for one in part["value"] or [] if one in field.choices]
            part["value"] = keep(
                part, "value", st.multiselect, field.name, field.choices, label=str, placeholder=t("groups.choose")
            )
        case "text":
            _text(part, field)
        case _:
            _ends(part, field)


def _text(part: Part, field: FieldView) -> None:
    """One text as it was written, or some of them where a kept group says so."""
    if part["op"] == "in":
        part["value"] = keep(
            part, "value", st.multiselect, field.name, list(part["value"] or []), label=str, accept_new_options=True
        )
        return
    key = leaf_key(part, f"{field.code}:text")
    if key not in st.session_state:
        st.session_state[key] = part["value"] or ""
    part["value"] = st.text_input(field.name, key=key, label_visibility="collapsed", max_chars=100).strip()


def _ends(part: Part, field: FieldView) -> None:
    """One number or date, or the two ends of a range, kept as text."""
    names = ("low", "high") if part["op"] == "between" else ("one",)
    given = part["value"] if isinstance(part["value"], list) else [part["value"]]
    read = []
    for column, name, value in zip(st.columns(len(names), gap="small"), names, given, strict=False):
        with column:
            key = leaf_key(part, f"{field.code}:{name}")
            read.append(_date(key, field.name, value) if field.kind == "date" else _number(key, field.name, value))
    part["value"] = read if part["op"] == "between" else read[0]


def _number(key: str, title: str, value: str | None) -> str | None:
    if key not in st.session_state:
        st.session_state[key] = None if value is None else float(Decimal(value))
    typed = st.number_input(title, key=key, label_visibility="collapsed", placeholder=t("groups.value"), step=1.0)
    return None if typed is None else format(Decimal(str(typed)).normalize(), "f")


def _date(key: str, title: str, value: str | None) -> str | None:
    if key not in st.session_state:
        st.session_state[key] = None if value is None else date.fromisoformat(value)
    chosen = st.date_input(
        title, key=key, value=None, label_visibility="collapsed", format="YYYY-MM-DD",
        min_value=date(1900, 1, 1), max_value=date(2199, 12, 31),
    )  # fmt: skip
    return chosen.isoformat() if isinstance(chosen, date) else None
