"""The cards under today's list: key numbers against the stretch before or last year, sales, tiers."""

from typing import Literal

import streamlit as st

from core.analytics.festivals import festivals_between
from core.services.today_cards import Cards, Figure
from pages.ui import format
from pages.ui.charts import Festival, ShareRow, TrendPoint, kpi_card, kpi_row, share_bars, trend
from pages.ui.parts import card, link
from pages.ui.runtime import lang, t
from pages.ui.tiers import tier_names

Against = Literal["before", "last_year"]
NEW_CAMPAIGN = "marketing/new_campaign.py"
IN_FEN = ("sales", "aov", "points_debt")
LESS_IS_GOOD = ("risk", "points_debt")
NEUTRAL = ("points_debt", "coupon_use")
FIRST_ROW = 5


def key_numbers(found: Cards, against: Against) -> None:
    """Nine numbers in two rows; each against the stretch before or last year's."""
    rows = (found.figures[:FIRST_ROW], found.figures[FIRST_ROW:])
    for figures in rows:
        with kpi_row(len(figures)) as cards:
            for place, figure in zip(cards, figures, strict=True):
                with place:
                    _figure(found, figure, against)


def against_words(found: Cards, against: Against) -> str:
    """What the numbers are compared with, with its days."""
    period = found.period.moved(-found.period.days) if against == "before" else found.aligned
    words = {"first": format.day(period.start, year=True), "last": format.day(format.until(period.end), year=True)}
    if against == "last_year" and found.festival is not None:
        name = found.festival.zh if lang() == "zh" else found.festival.en
        return t("today.against.festival", festival=name, **words)
    return t("today.against.days", **words)


def _figure(found: Cards, figure: Figure, against: Against) -> None:
    value, other = figure.now, figure.before if against == "before" else figure.last_year
    delta = good = None
    if value is not None and other is not None:
        delta = format.points(other, value) if figure.is_share else format.change(other, value)
        if figure.name not in NEUTRAL:
            good = (value >= other) != (figure.name in LESS_IS_GOOD)
    note = t(f"today.against.{against}.short")
    if figure.name == "risk" and figure.people is not None and value is not None:
        delta, good, note = format.people(figure.people), None, ""
    kpi_card(
        t(f"today.kpi.{figure.name}", days=found.period.days),
        _worded(figure),
        delta,
        good=good,
        note=note,
        series=_series(found, figure.name),
        kind="area" if figure.name == "sales" else "bar",
        help=t(f"today.kpi.{figure.name}.help"),
    )


def _worded(figure: Figure) -> str:
    if figure.now is None:
        return "–"
    if figure.is_share:
        return format.percent(figure.now)
    if figure.name in IN_FEN:
        return format.yuan_round(round(figure.now))
    return format.people(int(figure.now)) if figure.name in ("active", "newcomers") else format.number(int(figure.now))


def _series(found: Cards, name: str) -> list[float] | None:
    """The steps of the stretch, of the numbers that have any."""
    steps = [step.sums for step in found.steps]
    match name:
        case "sales":
            return [one.member_sales_fen / 100 for one in steps]
        case "orders":
            return [float(one.orders) for one in steps]
        case "aov":
            return [one.sales_fen / one.orders / 100 if one.orders else 0.0 for one in steps]
        case "newcomers":
            return [float(one.new_buyers) for one in steps]
        case _:
            return None


def sales_trend(found: Cards) -> None:
    """Sales by step, members' and others', with the festivals of the stretch."""
    points = [
        TrendPoint(step.bucket.start, step.bucket.end, value, t(f"today.sales.{name}"))
        for name in ("members", "others")
        for step in found.steps
        for value in [
            step.sums.member_sales_fen if name == "members" else step.sums.sales_fen - step.sums.member_sales_fen
        ]
    ]
    chinese = lang() == "zh"
    festivals = [
        Festival(one.peak, one.zh if chinese else one.en)
        for one in festivals_between(found.period.start, found.period.end)
    ]
    with card(_sold(found), fill=True):
        trend(points, "yuan", festivals=festivals)


def _sold(found: Cards) -> str:
    """What was sold in the stretch, and the members' part of it."""
    sales = sum(step.sums.sales_fen for step in found.steps)
    if sales <= 0:
        return t("today.trend")
    share = sum(step.sums.member_sales_fen for step in found.steps) / sales
    words = {"amount": format.yuan_short(sales), "share": format.percent(share, 0)}
    return t("today.trend.sold", days=found.period.days, **words)


def tier_mix(found: Cards) -> None:
    """Members by tier against their sales, and what to do about it."""
    people, sales = sum(one.members for one in found.tiers), sum(one.sales_fen for one in found.tiers)
    if not people or sales <= 0:
        with card(t("today.tiers"), fill=True):
            st.caption(t("today.tiers.none"))
        return
    names, top = tier_names(), [one for one in found.tiers if one.members][-1]
    shares = {"people": format.percent(top.members / people), "sales": format.percent(top.sales_fen / sales)}
    with card(t("today.tiers.finding", tier=format.md_escape(names[top.code]), **shares), fill=True):
        share_bars(
            [
                ShareRow(t("today.tiers.people"), [(names[one.code], one.members / people) for one in found.tiers]),
                ShareRow(t("today.tiers.sales"), [(names[one.code], one.sales_fen / sales) for one in found.tiers]),
            ]
        )
        link(t("today.tiers.act"), NEW_CAMPAIGN, query={"segment_template": "near_upgrade"})
