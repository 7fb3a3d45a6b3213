"""The fields of growth and points in the rules under edit: sources with caps, categories, tiers, member days, how long they last."""

from functools import partial
from typing import Any

import streamlit as st

from core.documents.earning import ACTION_KINDS, MOST_UNITS, ORDER, SPEND, Earning, Growth, Points
from core.money import as_yuan, from_widget
from pages.ui.format import md_escape
from pages.ui.member_filters import choices
from pages.ui.money_field import yuan_field
from pages.ui.parts import card
from pages.ui.points_days import edit_days
from pages.ui.rule_draft import RuleDraft, name_key
from pages.ui.runtime import lang, t

EXPIRIES = ("year_end", "days", "never")
_SOURCE_WIDTHS = [3, 2.4, 2, 2, 1]


def edit_points(draft: RuleDraft) -> None:
    """How points are earned, how long they wait and last, and what they are worth; nothing where the shop has none."""
    with card(t("points.edit"), help=t("points.edit.help")):
        points = _switched(draft, "points", Points().as_json())
        if points is None:
            return
        stem = f"tiers:{draft.turn}:points"
        _sources(draft, points, "points", stem)
        _times_by_tier(draft, points, stem)
        _categories(draft, points, stem)
        edit_days(draft, points, stem)
        _life(points, stem)


def edit_growth(draft: RuleDraft) -> None:
    """What growth comes from; nothing where no tier asks for it."""
    with card(t("growth.edit"), help=t("growth.edit.help")):
        growth = _switched(draft, "growth", Growth().as_json())
        if growth is None:
            return
        stem = f"tiers:{draft.turn}:growth"
        _sources(draft, growth, "growth", stem)
        _categories(draft, growth, stem)


def _switched(draft: RuleDraft, part: str, fresh: dict[str, Any]) -> dict[str, Any] | None:
    """The part of the document, switched on or off; what was typed before it was switched off is kept for a change of mind."""
    stem = f"tiers:{draft.turn}:{part}"
    on = st.toggle(t(f"{part}.edit.on"), value=draft.document.get(part) is not None, key=f"{stem}:on")
    if not on:
        if draft.document.get(part) is not None:
            st.session_state[f"{stem}:kept"] = draft.document[part]
        draft.document[part] = None
        st.caption(t(f"{part}.edit.off"))
        return None
    if draft.document.get(part) is None:
        draft.document[part] = st.session_state.get(f"{stem}:kept", fresh)
    found: dict[str, Any] = draft.document[part]
    return found


def _sources(draft: RuleDraft, part: dict[str, Any], ledger: str, stem: str) -> None:
    """One line a source: how much, at most a day, at most for good."""
    for column, key in zip(st.columns(_SOURCE_WIDTHS)[:4], ("source", "rate", "per_day", "lifetime"), strict=True):
        column.caption(t(f"points.column.{key}"))
    for earning in part["earnings"]:
        _source_row(part, earning, f"{stem}:{earning['kind']}")
    taken = {earning["kind"] for earning in part["earnings"]}
    left = [kind for kind in (SPEND, ORDER, *ACTION_KINDS) if kind not in taken]
    if left:
        pick, add = st.columns([3, 2], vertical_alignment="bottom")
        kind = pick.selectbox(t("points.add_source"), left, format_func=_source_name, key=f"{stem}:new:{lang()}")
        add.button(t("points.add"), icon=":material/add:", key=f"{stem}:add", on_click=_add_source, args=(part, kind))


def _source_name(kind: str) -> str:
    return t(f"rules.earning.{kind}")


def _add_source(part: dict[str, Any], kind: str) -> None:
    part["earnings"].append(Earning(kind=kind, rate=100 if kind == SPEND else 10).as_json())


def _drop_source(part: dict[str, Any], kind: str) -> None:
    part["earnings"] = [earning for earning in part["earnings"] if earning["kind"] != kind]


def _source_row(part: dict[str, Any], earning: dict[str, Any], stem: str) -> None:
    name, rate, per_day, lifetime, gone = st.columns(_SOURCE_WIDTHS, vertical_alignment="center")
    name.markdown(_source_name(earning["kind"]))
    hidden: dict[str, Any] = {"label_visibility": "collapsed"}
    if earning["kind"] == SPEND:
        value = rate.number_input(
            t("points.per_yuan"), 0.01, 10_000.0, float(as_yuan(earning["rate"])), step=0.5, format="%g",
            key=f"{stem}:rate", **hidden,
        )  # fmt: skip
        earning["rate"] = from_widget(value)
        rate.caption(t("points.per_yuan"))
    else:
        value = rate.number_input(t("points.each"), 1, MOST_UNITS, earning["rate"], key=f"{stem}:rate", **hidden)
        earning["rate"] = int(value)
        rate.caption(t("points.each"))
    for column, cap in ((per_day, "per_day"), (lifetime, "lifetime")):
        earning[cap] = column.number_input(
            t(f"points.column.{cap}"), 1, 100 * MOST_UNITS, earning[cap], key=f"{stem}:{cap}",
            placeholder=t("points.no_cap"), **hidden,
        )  # fmt: skip
    gone.button(
        t("tiers.remove"), icon=":material/delete:", type="tertiary", key=f"{stem}:drop",
        on_click=_drop_source, args=(part, earning["kind"]), help=t("points.drop_source"),
    )  # fmt: skip


def times_field(label: str, pct: int, key: str, *, least: float = 1.0) -> int:
    """A multiplier as people say it ("1.5 times"); the per cent."""
    return from_widget(st.number_input(label, least, 10.0, pct / 100, step=0.1, format="%g", key=key))


def _times_by_tier(draft: RuleDraft, points: dict[str, Any], stem: str) -> None:
    st.markdown(f"**{t('points.by_tier')}**", help=t("points.by_tier.help"))
    tiers = draft.document["tiers"]
    for column, tier in zip(st.columns(max(len(tiers), 4)), tiers, strict=False):
        with column:
            pct = times_field(
                md_escape(tier[name_key()]), points["tier_pct"].get(tier["code"], 100), f"{stem}:tier:{tier['code']}"
            )
        if pct == 100:
            points["tier_pct"].pop(tier["code"], None)
        else:
            points["tier_pct"][tier["code"]] = pct
    codes = {tier["code"] for tier in tiers}
    points["tier_pct"] = {code: pct for code, pct in points["tier_pct"].items() if code in codes}


def _categories(draft: RuleDraft, part: dict[str, Any], stem: str) -> None:
    """Goods that count more, less or not at all."""
    st.markdown(f"**{t('points.by_category')}**", help=t("points.by_category.help"))
    known = list(dict.fromkeys([*part["category_pct"], *choices().categories]))
    chosen = st.multiselect(
        t("points.categories"), known, default=list(part["category_pct"]), key=f"{stem}:categories",
        placeholder=t("points.categories.none"), label_visibility="collapsed",
    )  # fmt: skip
    found: dict[str, int] = {}
    if chosen:
        for place, column in zip(chosen, st.columns(max(len(chosen), 4)), strict=False):
            with column:
                found[place] = times_field(
                    md_escape(place), part["category_pct"].get(place, 0), f"{stem}:category:{place}", least=0.0
                )
    part["category_pct"] = found


def _expiry_name(code: str) -> str:
    return t(f"points.expiry.{code}")


def _life(points: dict[str, Any], stem: str) -> None:
    """When they may be spent, until when, and what a hundred of them are worth."""
    st.markdown(f"**{t('points.life')}**")
    pending, expiry, valid, value = st.columns(4, vertical_alignment="bottom")
    points["pending_days"] = int(
        pending.number_input(
            t("points.pending_days"), 0, 180, points["pending_days"], key=f"{stem}:pending",
            help=t("points.pending_days.help"),
        )
    )  # fmt: skip
    points["expiry"] = expiry.selectbox(
        t("points.expiry"), EXPIRIES, index=EXPIRIES.index(points["expiry"]), format_func=partial(_expiry_name),
        key=f"{stem}:expiry:{lang()}",
    )  # fmt: skip
    if points["expiry"] == "days":
        points["valid_days"] = int(
            valid.number_input(t("points.valid_days"), 1, 3_660, points["valid_days"], key=f"{stem}:valid_days")
        )
    elif points["expiry"] == "year_end":
        points["valid_years"] = int(
            valid.number_input(
                t("points.valid_years"), 0, 10, points["valid_years"], key=f"{stem}:valid_years",
                help=t("points.valid_years.help"),
            )
        )  # fmt: skip
    with value:
        fen = yuan_field(t("points.value"), points["value_fen"], f"{stem}:value", step=0.5, help=t("points.value.help"))
    points["value_fen"] = fen or 0
