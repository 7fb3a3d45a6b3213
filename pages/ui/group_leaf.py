"""One condition of a group: its field, its operator, the widget that fits its value, and what is wrong with it."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

import streamlit as st

from core.documents.segment import FIELDS, Field, parse_segment
from core.errors import Refusal
from pages.ui import format
from pages.ui.group_draft import Part, first_leaf
from pages.ui.group_own import own_condition
from pages.ui.group_value import leaf_value
from pages.ui.group_widget import keep, leaf_key
from pages.ui.runtime import t

_OWN_OPS = ("bought", "campaign", "coupon")
_WORDS_OF_FAULTS = {"segment_range": "range", "segment_between": "between"}


def leaf_row(part: Part) -> bool:
    """Draw a condition and read it back into ``part``; whether its remove button was pressed."""
    rule = FIELDS[part["field"]]
    places = _places(rule)
    with places["field"]:
        chosen = keep(part, "field", st.selectbox, t("groups.field"), list(FIELDS), label=field_name)
    if chosen != part["field"]:
        part |= first_leaf(chosen)
        st.rerun()
    if rule.sort == "custom":
        own_condition(part, [places["own"], places["op"], places["value"]])
    else:
        if "op" in places:
            with places["op"]:
                _operator(part, rule)
        with places["value"]:
            leaf_value(part, rule)
    if "extra" in places:
        with places["extra"]:
            _extras(part, rule)
    removed: bool = places["gone"].button(
        "", icon=":material/close:", key=leaf_key(part, "gone"), help=t("groups.remove"), type="tertiary"
    )
    fault = leaf_fault(part)
    if fault is not None:
        st.caption(f":red[:material/error: {fault}]")
    return removed


def _places(rule: Field) -> dict[str, Any]:
    """The columns of a condition by what stands in them."""
    widths = {
        "field": 2.7,
        "own": 1.7 if rule.sort == "custom" else 0,
        "op": 1.7 if len(rule.ops) > 1 else 0,
        "value": 2.9 if rule.sort != "custom" else 2.4,
        "extra": 2.1 if rule.days else 0,
        "gone": 0.5,
    }
    names = [name for name, width in widths.items() if width]
    columns = st.columns([widths[name] for name in names], gap="small", vertical_alignment="top")
    return dict(zip(names, columns, strict=True))


def field_name(name: str) -> str:
    """What a field is called."""
    return t(f"groups.field.{name}")


def leaf_fault(part: Part) -> str | None:
    """What is wrong with a condition, as a sentence; none when it is sound."""
    found = {name: part[name] for name in ("field", "op", "value")}
    found |= {name: part[name] for name in ("days", "at_least", "key") if part[name] is not None}
    try:
        parse_segment({"all": [found]})
    except Refusal as refusal:
        ends = {name: refusal.params[name] for name in ("least", "most") if name in refusal.params}
        if FIELDS[part["field"]].sort == "fen":
            ends = {name: format.number(int(Decimal(value) / 100)) for name, value in ends.items()}
        return t(f"groups.fault.{_WORDS_OF_FAULTS.get(refusal.code, 'unfinished')}", **ends)
    return None


def _operator(part: Part, rule: Field) -> None:
    """How it compares; another operator takes along what fits it of the value."""
    own = f"{part['field']}." if part["field"] in _OWN_OPS else ""
    chosen = keep(part, "op", st.selectbox, t("groups.op"), rule.ops, label=lambda name: t(f"groups.op.{own}{name}"))
    if chosen == part["op"]:
        return
    if chosen == "between" and not isinstance(part["value"], list):
        part["value"] = [part["value"], part["value"]]
    elif part["op"] == "between":
        part["value"] = part["value"][0]
    elif part["field"] == "bought":
        part["value"] = None
        st.session_state.pop(leaf_key(part, "value"), None)
    part["op"] = chosen


def _extras(part: Part, rule: Field) -> None:
    """The stretch of days that counts, and for purchases and deeds how often; 0 stands for no bound."""
    part["days"] = _bound(part, "days", (7, 30, 60, 90, 180, 365, 730), t("groups.days"), _within)
    if rule.at_least:
        deeds = ".interaction" if part["field"] == "interaction" else ""
        part["at_least"] = _bound(part, "at_least", (2, 3, 5, 10), t("groups.times"), lambda n: _times(n, deeds))


def _bound(part: Part, name: str, usual: Sequence[int], title: str, label: Callable[[int], str]) -> int | None:
    """A number from the usual ones, or none."""
    key = leaf_key(part, name)
    if key not in st.session_state:
        st.session_state[key] = part[name] or 0
    options = sorted({0, *usual, part[name] or 0})
    words = {option: label(option) for option in options}
    chosen: int = st.selectbox(title, options, format_func=words.__getitem__, key=key, label_visibility="collapsed")
    return chosen or None


def _within(days: int) -> str:
    return t("groups.within", n=format.days(days)) if days else t("groups.ever")


def _times(times: int, deeds: str) -> str:
    return t(f"groups.at_least{deeds}", n=times) if times else t(f"groups.once{deeds}")
