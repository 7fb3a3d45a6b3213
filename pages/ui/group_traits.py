"""What a group's people are like in words and pictures: one sentence, and a card for each trait beside the others."""

from collections.abc import Sequence

import streamlit as st

from core.analytics.group_portrait import AGE_EDGES, OTHER, Differences, Key, Slice, Trait, TraitName
from core.services.group_portrait import SpendBands
from core.store.queries.group_portrait import NONE
from pages.ui import format
from pages.ui.charts import Pair, paired_bars
from pages.ui.parts import card
from pages.ui.runtime import t
from pages.ui.tiers import tier_names

HEIGHT = 210


def finding(found: Differences, others: str, bands: SpendBands, asked: frozenset[TraitName]) -> str:
    """The differences that matter in one sentence with their uncertainty, or why nothing can be said."""
    if found.too_few:
        return t("group_portrait.too_few", n=format.people(min(found.people, found.others)))
    said = found.said(asked)
    if not said:
        return t("group_portrait.alike", others=others)
    parts = [
        t(
            "group_portrait.part",
            what=_what(name, one.key, bands),
            share=format.percent(one.group_share, 0),
            other=format.percent(one.others_share, 0),
            others=others,
            low=_points(min(abs(one.low), abs(one.high))),
            high=_points(max(abs(one.low), abs(one.high))),
        )
        for name, one in said
    ]
    return t("group_portrait.sentence", others=others, parts=t("group_portrait.join").join(parts))


def trait_cards(found: Differences, names: tuple[str, str], bands: SpendBands) -> None:
    """The traits, two in a row; ``names``: the others, the group."""
    for first in range(0, len(found.traits), 2):
        columns = st.columns(2, gap="small")
        for column, trait in zip(columns, found.traits[first : first + 2], strict=False):
            title = _title(trait, found, format.md_escape(names[0]), bands)
            with column, card(title, help=t("group_portrait.method"), fill=True):
                paired_bars(_pairs(trait.name, trait.slices, bands), names, "percent", height=HEIGHT)


def _pairs(name: TraitName, slices: Sequence[Slice], bands: SpendBands) -> list[Pair]:
    """Classes in which there is anybody; the others first, the group strong."""
    return [
        Pair(class_words(name, one.key, bands), one.others_share, one.group_share)
        for one in slices
        if one.group or one.others
    ]


def _title(trait: Trait, found: Differences, others: str, bands: SpendBands) -> str:
    """The finding of one trait."""
    named = t(f"group_portrait.trait.{trait.name}")
    if found.too_few:
        return t("group_portrait.title.too_few", trait=named)
    if trait.unclear:
        return t("group_portrait.title.unclear", trait=named)
    one = trait.strongest
    if one is None:
        return t("group_portrait.title.alike", trait=named, others=others)
    return t(
        "group_portrait.title.more" if one.difference > 0 else "group_portrait.title.less",
        what=_what(trait.name, one.key, bands),
        share=format.percent(one.group_share, 0),
        other=format.percent(one.others_share, 0),
        others=others,
    )


def _points(share: float) -> str:
    return format.number(round(share * 100))


def _what(name: TraitName, key: Key, bands: SpendBands) -> str:
    """The people of one class, as one speaks of them."""
    words = format.md_escape(class_words(name, key, bands))
    if key == NONE:
        return words
    return t(f"group_portrait.what.{name}", name=words)


def class_words(name: TraitName, key: Key, bands: SpendBands) -> str:
    """What a class is called."""
    if key is None:
        return t("group_portrait.unknown")
    if key == OTHER:
        return t("group_portrait.other")
    if key == NONE:
        return t("group_portrait.none.tier" if name == "tier" else "group_portrait.none")
    match name:
        case "age":
            return _between([str(edge) for edge in AGE_EDGES], int(key), "age")
        case "gender":
            return t(f"segment.choice.gender.{key}")
        case "city_level":
            return t(f"place.level.{key}")
        case "spend":
            return _between([format.number(edge // 100) for edge in bands.edges], int(key), "spend")
        case "state":
            return t(f"segment.choice.lifecycle.{key}")
        case "tier":
            return tier_names().get(str(key), str(key))
        case _:
            return str(key)


def _between(edges: Sequence[str], place: int, unit: str) -> str:
    """A band by its place among the edges."""
    if not edges:
        return t("group_portrait.any")
    if place == 0:
        return t(f"group_portrait.{unit}.below", high=edges[0])
    if place == len(edges):
        return t(f"group_portrait.{unit}.above", low=edges[-1])
    low, high = edges[place - 1], edges[place]
    last = str(int(high) - 1) if unit == "age" else high
    return t(f"group_portrait.{unit}.between", low=low, high=last)
