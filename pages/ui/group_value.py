"""The widget that fits the value of a condition: numbers, money, words, things by name, choices."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import streamlit as st

from core.documents.segment import FIELDS, Field
from core.services.members import Choices
from pages.ui.group_draft import Part, draft
from pages.ui.group_widget import keep, keep_one, leaf_key
from pages.ui.group_words import names_in
from pages.ui.member_filters import choices
from pages.ui.runtime import lang, t
from pages.ui.tiers import tier_names

MOST_YUAN = 99_999_999
_FEW = 3  # choices that stand side by side; more are a list


def leaf_value(part: Part, rule: Field) -> None:
    """Draw the value of a condition and read it back into ``part``."""
    name = part["field"]
    match rule.sort:
        case "flag":
            part["value"] = keep(
                part, "value", st.segmented_control, name, [True, False], required=True,
                label=lambda yes: t(f"groups.flag.{name}.{str(yes).lower()}"),
            )  # fmt: skip
        case "number" | "fen":
            _numbers(part, rule)
        case "choice":
            side_by_side = len(rule.choices) <= _FEW
            part["value"] = keep(
                part, "value", st.segmented_control if side_by_side else st.selectbox, name, rule.choices,
                label=lambda one: t(f"segment.choice.{name}.{one}"), **({"required": True} if side_by_side else {}),
            )  # fmt: skip
        case "words":
            _words(part, choices())
        case "id":
            _thing(part)
        case _:
            _several(part, rule, choices())


def _numbers(part: Part, rule: Field) -> None:
    """One number, or two for a range; yuan for fen, through Decimal."""
    names = ("low", "high") if part["op"] == "between" else ("value",)
    given = part["value"] if isinstance(part["value"], list) else [part["value"]]
    read: list[int | None] = []
    for column, name, value in zip(st.columns(len(names), gap="small"), names, given, strict=False):
        key = leaf_key(part, name)
        money = rule.sort == "fen"
        if key not in st.session_state:
            st.session_state[key] = value if value is None or not money else float(Decimal(value) / 100)
        unit = t("groups.unit.yuan") if money else t(f"groups.unit.{part['field']}")
        most: Any = float(MOST_YUAN) if money else rule.most
        least: Any = float(Decimal(rule.least) / 100) if money else rule.least
        with column.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
            typed = st.number_input(
                unit, min_value=least, max_value=most, key=key, label_visibility="collapsed",
                format="%.2f" if money else "%d", step=10.0 if money else 1, icon=None, placeholder=unit,
            )  # fmt: skip
            st.caption(unit, width="content")
        read.append(
            None if typed is None else int((Decimal(str(typed)) * 100).to_integral_value()) if money else int(typed)
        )
    part["value"] = read if part["op"] == "between" else read[0]


def _words(part: Part, known: Choices) -> None:
    """A category or a tag from those that occur, or part of a product's name."""
    if part["field"] == "bought" and part["op"] == "product":
        key = leaf_key(part, "words")
        if key not in st.session_state:
            st.session_state[key] = part["value"] or ""
        part["value"] = st.text_input(
            part["field"], key=key, label_visibility="collapsed", placeholder=t("groups.product"), max_chars=100
        ).strip()
        return
    bought = part["field"] == "bought"
    options = known.categories if bought else known.tags
    part["value"] = keep_one(part, "value", options, str, "groups.no_categories" if bought else "groups.no_tags")


def _thing(part: Part) -> None:
    """A campaign, coupon, list or other group by its name; a group is not in itself."""
    field, names = part["field"], names_in(lang()).of(part["field"])
    opened = draft()
    own = opened.group_id if opened is not None and field == "segment" else None
    options = [number for number in names if number != own]
    if field == "coupon":
        options = [0, *options]
    words = {0: t("groups.any_coupon"), **names} if field == "coupon" else names
    part["value"] = keep_one(part, "value", options, lambda one: words.get(one, str(one)), f"groups.no_{field}")


def _several(part: Part, rule: Field, known: Choices) -> None:
    """Some of the values that occur."""
    name, tiers = part["field"], tier_names()
    options: dict[str, Sequence[Any]] = {
        "tier": list(tiers),
        "province": known.provinces,
        "city": known.cities,
        "source": known.sources,
    }
    rising = {"grade": range(5), "birthday_month": range(1, 13), "city_level": range(1, 6)}
    offered = list(options.get(name) or rising.get(name) or rule.choices)
    kept = [one for one in part["value"] or [] if one not in offered]
    part["value"] = part["value"] or []

    def label(one: Any) -> str:
        if name == "tier":
            return tiers.get(one, str(one))
        if name == "birthday_month":
            return t(f"segment.month.{one}")
        plain = name not in ("city_level",) and not FIELDS[name].choices
        return str(one) if plain else t(f"segment.choice.{name}.{one}")

    part["value"] = keep(
        part, "value", st.multiselect, name, [*offered, *kept], label=label, placeholder=t("groups.choose")
    )
