"""One cell of the benefit grid: what a tier gets, how often, at what cost; the number behind the words has a field of its own."""

from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.documents.benefits import PERIODS, Cell
from core.documents.projections import times_words
from core.i18n import Lang, translate
from core.rules.phrases import yuan_words
from pages.ui.format import md_escape
from pages.ui.money_field import yuan_field
from pages.ui.offer_form import share_field
from pages.ui.rule_draft import name_key
from pages.ui.runtime import lang, t

# Kinds whose number the product counts with; the words are written from it as long as nobody writes others.
COUNTED = ("member_price", "coupon_pack", "birthday_gift", "longer_returns", "early_access")
WIDTHS = [1.8, 1.8, 2.8, 1.4, 1.7, 1.7]
_HIDDEN: dict[str, Any] = {"label_visibility": "collapsed"}


def cell_heads(kind: str) -> None:
    """The line of captions above the cells."""
    heads = ("tier", f"level.{kind}" if kind in COUNTED else "level", "value", "quantity", "period", "cost")
    for column, key in zip(st.columns(WIDTHS), heads, strict=True):
        column.caption(t(f"tiers.column.{key}"))


def edit_cell(benefit: dict[str, Any], tier: dict[str, Any], below: str | None, stem: str) -> None:
    """One tier's part of a benefit; unticked it has none of it, newly ticked what the tier below has."""
    has, level, value, quantity, period, cost = st.columns(WIDTHS, vertical_alignment="center")
    cell = benefit["cells"].get(tier["code"])
    if not has.checkbox(md_escape(tier[name_key()]), value=cell is not None, key=f"{stem}:has"):
        benefit["cells"].pop(tier["code"], None)
        value.caption(t("rules.none"))
        return
    cell = dict(cell or benefit["cells"].get(below) or Cell().as_json())
    kind = benefit["kind"]
    if kind in COUNTED:
        _level(level, kind, cell, stem)
    _words(value, kind, cell, stem)
    cell["quantity"] = int(
        quantity.number_input(t("tiers.column.quantity"), 1, 1_000, cell["quantity"], key=f"{stem}:quantity", **_HIDDEN)
    )
    periods = list(PERIODS)
    cell["period"] = period.selectbox(
        t("tiers.column.period"),
        periods,
        index=periods.index(cell["period"]) if cell["period"] in periods else 0,
        format_func=lambda one: t(f"tiers.period.{one}"),
        key=f"{stem}:period",
        **_HIDDEN,
    )
    with cost:
        fen = yuan_field(t("tiers.column.cost"), cell["cost_fen"], f"{stem}:cost", step=1.0, hidden=True)
    cell["cost_fen"] = fen or 0
    benefit["cells"][tier["code"]] = cell


def show_multiplier(document: dict[str, Any]) -> None:
    """A points multiplier has no cells to type: they follow from the points rules."""
    points = document.get("points")
    if points is None:
        st.caption(t("tiers.multiplier.no_points"))
        return
    said = [
        f"{md_escape(tier[name_key()])} {times_words(points['tier_pct'].get(tier['code'], 100), lang())}"
        for tier in document["tiers"]
    ]
    st.markdown(" · ".join(said))
    st.caption(t("tiers.multiplier.say"))


def _level(column: DeltaGenerator, kind: str, cell: dict[str, Any], stem: str) -> None:
    """The number; words that were written from the old one are written from the new one."""
    before = cell["level"]
    own = {word: cell[f"value_{word}"] for word in ("zh", "en")}
    written = [not own["zh"] and not own["en"], before is not None and own == _said(kind, before)]
    with column:
        if kind == "member_price":
            cell["level"] = share_field(t("tiers.column.level"), before, f"{stem}:level", hidden=True)
        elif kind in ("coupon_pack", "birthday_gift"):
            cell["level"] = yuan_field(t("tiers.column.level"), before, f"{stem}:level", step=5.0, hidden=True)
        else:
            found = st.number_input(t("tiers.column.level"), 0, 10_000, before, key=f"{stem}:level", **_HIDDEN)
            cell["level"] = None if found is None else int(found)
    if cell["level"] is not None and cell["level"] != before and any(written):
        cell.update({f"value_{word}": text for word, text in _said(kind, cell["level"]).items()})


def _said(kind: str, level: int) -> dict[str, str]:
    """The number in the words of both languages."""
    both: tuple[Lang, Lang] = ("zh", "en")
    if kind == "member_price":
        # Chinese counts what is still paid in tenths, English what is taken off in per cent.
        said = {"zh": f"{(10_000 - level) / 1_000:g}", "en": f"{level / 100:g}"}
        return {word: translate(word, "tiers.level.member_price", value=said[word]) for word in both}
    if kind in ("coupon_pack", "birthday_gift"):
        return {word: translate(word, "rules.yuan", amount=yuan_words(level)) for word in both}
    return {word: translate(word, f"tiers.level.{kind}", n=level) for word in both}


def _words(column: DeltaGenerator, kind: str, cell: dict[str, Any], stem: str) -> None:
    """What the customer reads. A number that has no field belongs to the text that was there, and goes with it."""
    words = f"value_{lang()}"
    # Words that follow from a number get a fresh field when the number changes.
    key = f"{stem}:value:{cell['level']}" if kind in COUNTED else f"{stem}:value"
    text = column.text_input(t("tiers.column.value"), cell[words], max_chars=60, key=key, **_HIDDEN)
    if text != cell[words] and kind not in COUNTED:
        cell["level"] = None
    cell[words] = text
