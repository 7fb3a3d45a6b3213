"""One condition of a group: its field, its operator, and the widget that fits its value."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

import streamlit as st

from core.documents.segment import FIELDS, Field, parse_segment
from core.errors import Refusal
from core.services.members import Choices
from pages.ui import format
from pages.ui.group_draft import Part, first_leaf
from pages.ui.group_words import names_in
from pages.ui.member_filters import choices
from pages.ui.runtime import lang, t
from pages.ui.tiers import tier_names

MOST_YUAN = 99_999_999


def leaf_row(part: Part) -> bool:
    """Draw a condition and read it back into ``part``; whether its remove button was pressed."""
    rule = FIELDS[part["field"]]
    widths = {
        "field": 2.2,
        "op": 1.7 if len(rule.ops) > 1 else 0,
        "value": 3.2,
        "extra": 2.0 if rule.days else 0,
        "gone": 0.5,
    }
    names = [name for name, width in widths.items() if width]
    columns = st.columns([widths[name] for name in names], gap="small", vertical_alignment="top")
    place = dict(zip(names, columns, strict=True))
    with place["field"]:
        chosen = _keep(part, "field", st.selectbox, t("groups.field"), list(FIELDS), label=_field_name)
    if chosen != part["field"]:
        part |= first_leaf(chosen)
        st.rerun()
    if "op" in place:
        with place["op"]:
            _operator(part, rule)
    with place["value"]:
        _value(part, rule)
    if "extra" in place:
        with place["extra"]:
            _extras(part, rule)
    removed = place["gone"].button(
        "", icon=":material/close:", key=_key(part, "gone"), help=t("groups.remove"), type="tertiary"
    )
    fault = leaf_fault(part)
    if fault is not None:
        st.caption(f":red[:material/error: {fault}]")
    return removed


def _field_name(name: str) -> str:
    return t(f"groups.field.{name}")


def leaf_fault(part: Part) -> str | None:
    """What is wrong with a condition, as a sentence; none when it is sound."""
    found = {name: part[name] for name in ("field", "op", "value")}
    found |= {name: part[name] for name in ("days", "at_least", "key") if part[name] is not None}
    try:
        parse_segment({"all": [found]})
    except Refusal as refusal:
        key = {"segment_range": "range", "segment_between": "between"}.get(refusal.code, "unfinished")
        return t(f"groups.fault.{key}", **refusal.params)
    return None


def _key(part: Part, name: str) -> str:
    """The key of a widget: another field or language is another widget, which starts as the part stands."""
    field = part["field"] if name not in ("field", "gone") else ""
    return f"groups:{part['id']}:{field}:{name}:{lang()}"


def _keep(part: Part, name: str, widget: Any, title: str, options: Sequence[Any], *, label: Any, **more: Any) -> Any:
    """A choice widget that starts as the part stands."""
    key = _key(part, name)
    if key not in st.session_state:
        st.session_state[key] = part[name]
    words = {option: label(option) for option in options}
    return widget(title, options, format_func=words.__getitem__, key=key, label_visibility="collapsed", **more)


def _operator(part: Part, rule: Field) -> None:
    """How it compares; another operator takes along what fits it of the value."""
    own = f"{part['field']}." if part["field"] in ("bought", "campaign", "coupon", "custom") else ""
    chosen = _keep(part, "op", st.selectbox, t("groups.op"), rule.ops, label=lambda name: t(f"groups.op.{own}{name}"))
    if chosen == part["op"]:
        return
    if chosen == "between" and not isinstance(part["value"], list):
        part["value"] = [part["value"], part["value"]]
    elif part["op"] == "between":
        part["value"] = part["value"][0]
    elif part["field"] == "bought":
        part["value"] = None
        st.session_state.pop(_key(part, "value"), None)
    part["op"] = chosen


def _value(part: Part, rule: Field) -> None:
    name, known = part["field"], choices()
    match rule.sort:
        case "flag":
            part["value"] = _keep(
                part,
                "value",
                st.segmented_control,
                name,
                [True, False],
                label=lambda yes: t(f"groups.flag.{name}.{str(yes).lower()}"),
                required=True,
            )
        case "number" | "fen":
            _numbers(part, rule)
        case "choice":
            part["value"] = _keep(
                part,
                "value",
                st.segmented_control,
                name,
                rule.choices,
                label=lambda one: t(f"segment.choice.{name}.{one}"),
                required=True,
            )
        case "words":
            _words(part, known)
        case "id":
            names = dict(names_in(lang()).of(name))
            names = {0: t("groups.any_coupon"), **names} if name == "coupon" else names
            part["value"] = _keep(
                part,
                "value",
                st.selectbox,
                name,
                list(names),
                label=lambda one: names.get(one, str(one)),
                index=None,
                placeholder=t("groups.choose"),
            )
        case "custom":
            _own_field(part)
        case _:
            _several(part, rule, known)


def _numbers(part: Part, rule: Field) -> None:
    """One number, or two for a range; yuan for fen, through Decimal."""
    names = ("low", "high") if part["op"] == "between" else ("value",)
    given = part["value"] if isinstance(part["value"], list) else [part["value"]]
    read: list[int | None] = []
    for column, name, value in zip(st.columns(len(names), gap="small"), names, given, strict=False):
        key = _key(part, name)
        money = rule.sort == "fen"
        if key not in st.session_state:
            st.session_state[key] = value if value is None or not money else float(Decimal(value) / 100)
        unit = t("groups.unit.yuan") if money else t(f"groups.unit.{part['field']}")
        most: Any = float(MOST_YUAN) if money else rule.most
        least: Any = float(Decimal(rule.least) / 100) if money else rule.least
        typed = column.number_input(
            unit, min_value=least, max_value=most, key=key, label_visibility="collapsed",
            format="%.2f" if money else "%d", step=10.0 if money else 1, icon=None, placeholder=unit,
        )  # fmt: skip
        read.append(
            None if typed is None else int((Decimal(str(typed)) * 100).to_integral_value()) if money else int(typed)
        )
    part["value"] = read if part["op"] == "between" else read[0]


def _words(part: Part, known: Choices) -> None:
    """A category or a tag from those that occur, or part of a product's name."""
    if part["field"] == "bought" and part["op"] == "product":
        key = _key(part, "words")
        if key not in st.session_state:
            st.session_state[key] = part["value"] or ""
        part["value"] = st.text_input(
            part["field"], key=key, label_visibility="collapsed", placeholder=t("groups.product"), max_chars=100
        ).strip()
        return
    options = list(known.categories if part["field"] == "bought" else known.tags)
    if part["value"] and part["value"] not in options:
        options.append(part["value"])
    part["value"] = _keep(
        part, "value", st.selectbox, part["field"], options, label=str, index=None, placeholder=t("groups.choose")
    )


def _own_field(part: Part) -> None:
    """One of the shop's own fields, and what it is held against as one writes it."""
    fields = names_in(lang()).customs
    codes = [*fields, *([part["key"]] if part["key"] and part["key"] not in fields else [])]
    named, held = st.columns(2, gap="small")
    with named:
        part["key"] = _keep(
            part, "key", st.selectbox, t("groups.own"), codes, index=None, placeholder=t("groups.own"),
            label=lambda code: fields[code].name if code in fields else code,
        )  # fmt: skip
    flag = part["key"] in fields and fields[part["key"]].kind == "flag"
    if flag and part["op"] == "is":
        part["value"] = part["value"] if isinstance(part["value"], bool) else True
        with held:
            part["value"] = _keep(
                part, "value", st.selectbox, t("groups.value"), [True, False],
                label=lambda yes: t(f"groups.flag.custom.{str(yes).lower()}"),
            )  # fmt: skip
        return
    key = _key(part, f"words{part['op']}")
    if key not in st.session_state:
        st.session_state[key] = ", ".join(part["value"]) if isinstance(part["value"], list) else part["value"] or ""
    typed = held.text_input(
        t("groups.value"), key=key, label_visibility="collapsed", placeholder=t("groups.value"), max_chars=200
    )
    several = [one.strip() for one in typed.replace("，", ",").split(",") if one.strip()]
    part["value"] = several if part["op"] in ("in", "between") else typed.strip()


def _several(part: Part, rule: Field, known: Choices) -> None:
    """Some of the values that occur."""
    name, tiers = part["field"], tier_names()
    options: dict[str, Sequence[Any]] = {
        "tier": list(tiers),
        "province": known.provinces,
        "city": known.cities,
        "source": known.sources,
        "grade": list(range(5)),
        "birthday_month": list(range(1, 13)),
        "city_level": list(range(1, 6)),
    }
    options |= {name: rule.choices} if rule.choices else {}
    words = {
        "tier": lambda one: tiers.get(one, str(one)),
        "birthday_month": lambda one: t(f"segment.month.{one}"),
        **dict.fromkeys(
            ("gender", "lifecycle", "rfm_group", "city_level"), lambda one: t(f"segment.choice.{name}.{one}")
        ),
    }
    kept = [one for one in part["value"] or [] if one not in options[name]]
    part["value"] = part["value"] or []
    part["value"] = _keep(
        part,
        "value",
        st.multiselect,
        name,
        [*options[name], *kept],
        label=words.get(name, str),
        placeholder=t("groups.choose"),
    )


def _extras(part: Part, rule: Field) -> None:
    """The stretch of days that counts, and for purchases how often; 0 stands for no bound."""
    part["days"] = _bound(part, "days", (7, 30, 60, 90, 180, 365, 730), t("groups.days"), _within)
    if rule.at_least:
        part["at_least"] = _bound(part, "at_least", (2, 3, 5, 10), t("groups.times"), _times)


def _bound(part: Part, name: str, usual: Sequence[int], title: str, label: Callable[[int], str]) -> int | None:
    """A number from the usual ones, or none."""
    key = _key(part, name)
    if key not in st.session_state:
        st.session_state[key] = part[name] or 0
    options = sorted({0, *usual, part[name] or 0})
    words = {option: label(option) for option in options}
    chosen: int = st.selectbox(title, options, format_func=words.__getitem__, key=key, label_visibility="collapsed")
    return chosen or None


def _within(days: int) -> str:
    return t("groups.within", n=format.days(days)) if days else t("groups.ever")


def _times(orders: int) -> str:
    return t("groups.at_least", n=orders) if orders else t("groups.once")
