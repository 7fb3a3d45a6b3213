"""The fields of the ladder: what each tier asks for, how purchases count, and how a tier is kept and lost."""

from functools import partial
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.documents.rules import MOST_TIERS
from pages.ui.format import md_escape
from pages.ui.money_field import yuan_field
from pages.ui.parts import card
from pages.ui.rule_draft import RuleDraft, add_tier, drop_tier, name_key
from pages.ui.runtime import lang, t

MOST_WORDS = {"zh": 20, "en": 40}
MOST_UNITS = 100_000_000
WINDOWS = ("rolling", "calendar_year", "anniversary")
MODES = ("straight", "one_step", "never")


def edit_ladder(draft: RuleDraft) -> None:
    """Names and thresholds of the tiers, lowest first; what is rarely changed is folded away."""
    with card(t("tiers.ladder"), help=t("tiers.ladder.help")):
        # Growth is a column where there is growth to ask for.
        grows = draft.document.get("growth") is not None
        grows = grows or any(tier.get("min_growth") for tier in draft.document["tiers"])
        widths = [3, 3, 3, 3, 1] if grows else [3, 3, 3, 1]
        words = ("name", "spend", "orders", "growth") if grows else ("name", "spend", "orders")
        for column, key in zip(st.columns(widths, vertical_alignment="bottom")[:-1], words, strict=True):
            column.caption(t(f"tiers.column.{key}"))
        for rank, tier in enumerate(draft.document["tiers"]):
            _tier_row(draft, tier, rank, widths)
        if len(draft.document["tiers"]) < MOST_TIERS:
            st.button(
                t("tiers.add_tier"), icon=":material/add:", key="tiers:add_tier", on_click=add_tier, args=(draft,)
            )
        _counting(draft)
        with st.expander(t("tiers.more"), icon=":material/tune:"):
            _more(draft, grows)


def _tier_row(draft: RuleDraft, tier: dict[str, Any], rank: int, widths: list[int]) -> None:
    stem = f"tiers:{draft.turn}:{tier['code']}"
    name, *ways, gone = st.columns(widths, vertical_alignment="center")
    tier[name_key()] = name.text_input(
        t("tiers.column.name"),
        tier[name_key()],
        max_chars=MOST_WORDS[lang()],
        key=f"{stem}:name",
        label_visibility="collapsed",
    )
    if rank == 0:
        ways[0].caption(t("tiers.entry"))
        return
    asked = ("min_spend_fen", "min_orders", "min_growth")
    for column, field in zip(ways, asked, strict=False):
        tier[field] = _asked(column, tier.get(field), field, f"{stem}:{field.split('_')[1]}", t("tiers.not_counted"))
    gone.button(
        ":material/delete:",
        type="tertiary",
        key=f"{stem}:drop",
        on_click=drop_tier,
        args=(draft, tier["code"]),
        help=t("tiers.remove_tier", name=md_escape(tier[name_key()])),
    )


def _asked(column: DeltaGenerator, value: int | None, field: str, key: str, placeholder: str) -> int | None:
    """One threshold; empty means that the way is closed, or that keeping asks for what reaching does."""
    way = field.split("_")[1]
    if way == "spend":
        with column:
            return yuan_field(t("tiers.column.spend"), value, key, step=100.0, placeholder=placeholder, hidden=True)
    found = column.number_input(
        t(f"tiers.column.{way}"),
        min_value=0,
        max_value=100_000 if way == "orders" else MOST_UNITS,
        value=value,
        step=1 if way == "orders" else 100,
        placeholder=placeholder,
        key=key,
        label_visibility="collapsed",
    )
    return None if found is None else int(found)


def _option(field: str, option: str) -> str:
    """What one choice of a field is called."""
    return t(f"tiers.{field}.{option}")


def _choose(column: DeltaGenerator, place: dict[str, Any], field: str, options: tuple[str, ...], stem: str) -> None:
    place[field] = column.selectbox(
        t(f"tiers.{field}"),
        options,
        index=options.index(place[field]),
        format_func=partial(_option, field),
        key=f"{stem}:{field}",
        help=t(f"tiers.{field}.help") if field in ("mode", "upgrade") else None,
    )


def _days(column: DeltaGenerator, place: dict[str, Any], field: str, least: int, most: int, key: str) -> None:
    value = column.number_input(t(f"tiers.{field}"), min_value=least, max_value=most, value=place[field], key=key)
    place[field] = int(value)


def _counting(draft: RuleDraft) -> None:
    """What stretch of time counts, and whether one way up is enough."""
    document, stem = draft.document, f"tiers:{draft.turn}"
    kind, days, match = st.columns(3, gap="small")
    window = document["window"]
    window["kind"] = kind.selectbox(
        t("tiers.window_kind"),
        WINDOWS,
        index=WINDOWS.index(window["kind"]),
        format_func=lambda one: t(f"tiers.window_kind.{one}"),
        key=f"{stem}:window",
    )
    if window["kind"] == "rolling":
        window["days"] = int(
            days.number_input(
                t("tiers.window"), min_value=30, max_value=3_660, value=window["days"], key=f"{stem}:days"
            )
        )
    else:
        days.caption(t(f"tiers.window_kind.{window['kind']}.say"))
    _choose(match, document, "match", ("any", "all"), stem)


def _more(draft: RuleDraft, grows: bool) -> None:
    """What most shops never touch: when it counts, how a tier rises and falls, what keeping asks for."""
    document, stem = draft.document, f"tiers:{draft.turn}"
    downgrade = document["downgrade"]
    counts, upgrade, mode = st.columns(3, gap="small")
    _choose(counts, document, "spend_counts_from", ("paid", "finished"), stem)
    _choose(upgrade, document, "upgrade", ("at_once", "nightly"), stem)
    _choose(mode, downgrade, "mode", MODES, stem)
    if downgrade["mode"] == "never":
        # Nothing is lost, so there is nothing to wait for and nothing to keep.
        downgrade["grace_days"] = 0
        for tier in document["tiers"]:
            tier.update(keep_spend_fen=None, keep_orders=None, keep_growth=None)
        st.caption(t("tiers.mode.never.say"))
        return
    grace, notice = st.columns(2, gap="small")
    _days(grace, downgrade, "grace_days", 0, 365, f"{stem}:grace")
    _days(notice, downgrade, "notice_days", 1, 180, f"{stem}:notice")
    st.markdown(t("tiers.keeping"))
    st.caption(t("tiers.keeping.say"))
    words = ("spend", "orders", "growth") if grows else ("spend", "orders")
    widths = [3] * (len(words) + 1)
    for column, key in zip(st.columns(widths)[1:], words, strict=True):
        column.caption(t(f"tiers.keep.{key}"))
    for tier in document["tiers"][1:]:
        name, *ways = st.columns(widths, vertical_alignment="center")
        name.markdown(md_escape(tier[name_key()]))
        fields = ("keep_spend_fen", "keep_orders", "keep_growth")
        for column, field in zip(ways, fields, strict=False):
            key = f"{stem}:{tier['code']}:{field}"
            if tier.get(field.replace("keep", "min")) is None:
                tier[field] = None
                column.caption(t("tiers.not_counted"))
            else:
                tier[field] = _asked(column, tier.get(field), field, key, t("tiers.keep.same"))
