"""Any number over time: what it did, what moved it, and who is behind it."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

import streamlit as st

from core.analytics.festivals import festivals_between
from core.analytics.periods import Every, Period
from core.clock import day_of
from core.documents.enums import Area
from core.services.numbers import known_until
from core.services.trends import ADDED, GROUPED, PARTS, Figure, GroupBy, Kpi, Part, Trend, read_parts, read_trend_of
from pages.ui import format
from pages.ui.address import keep_in_address, take_from_address, unless_chosen
from pages.ui.charts import Festival, TrendPoint, kpi_card, kpi_row, trend
from pages.ui.charts.canvas import Unit
from pages.ui.parts import card, insight
from pages.ui.runtime import cached, desk, lang, now, t
from pages.ui.tiers import tier_names

DAYS = {30: Every.DAY, 90: Every.WEEK, 365: Every.MONTH, 730: Every.MONTH}
MONTHS = {30: 1, 90: 3, 365: 12, 730: 24}
GROUPS = ("none", "source", "tier", "province")
ENOUGH = 30  # a share of fewer people is not shown
MONEY = (Kpi.SALES, Kpi.NET, Kpi.AOV)
SHARES = (Kpi.REPURCHASE, Kpi.SECOND, Kpi.MEMBER_SHARE, Kpi.REFUND_RATE)
OF_PEOPLE = (Kpi.REPURCHASE, Kpi.SECOND)
LESS_IS_BETTER, NEITHER = (Kpi.REFUND_RATE,), (Kpi.POINTS_ISSUED, Kpi.POINTS_SPENT, Kpi.MEMBER_SHARE)


@cached(Area.ORDERS, Area.MEMBERS, Area.CAMPAIGNS)
def _trend(kpi: Kpi, days: int, every: Every) -> Trend:
    return read_trend_of(desk(), kpi, _period(days, every), every)


@cached(Area.ORDERS, Area.MEMBERS)
def _parts(kpi: Kpi, by: GroupBy, days: int, every: Every) -> tuple[Part, ...]:
    return read_parts(desk(), kpi, by, _period(days, every), every)


def draw() -> None:
    """The section of trends."""
    kpi, days, every, by = _controls()
    found = _trend(kpi, days, every)
    with card(_title(found), help=t(f"trends.kpi.{kpi}.help")):
        if by == "none" or kpi not in GROUPED:
            _beside_last_year(found)
        else:
            _by_group(found, _parts(kpi, by, days, every), by, every)
        if by != "none" and kpi not in GROUPED:
            st.caption(t("trends.not_grouped"))
        st.caption(_comparison_words(found))
        if found.driver is not None:
            insight(_driver_words(found))
    _totals(found)


def _period(days: int, every: Every) -> Period:
    """The last days up to the newest order; by month as many months with its one, by week from a Monday on.

    Days that no file has brought yet are no days without sales.
    """
    last = day_of(known_until(desk(), now=now()))
    end = last + timedelta(days=1)
    start = end - timedelta(days=days)
    if every is Every.MONTH:
        month = last.year * 12 + last.month - MONTHS[days]
        start = date(month // 12, month % 12 + 1, 1)
    elif every is Every.WEEK:
        start -= timedelta(days=start.weekday())
    return Period(start, end)


def _controls() -> tuple[Kpi, int, Every, GroupBy]:
    for name, options in (("kpi", list(Kpi)), ("days", list(DAYS)), ("by", GROUPS)):
        take_from_address(name, options, f"trend_{name}")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        kpi = st.selectbox(
            t("trends.kpi"), list(Kpi), key="trend_kpi", format_func=lambda one: t(f"trends.kpi.{one}"), width=220,
            persist_state="session",
        )  # fmt: skip
        days = st.segmented_control(
            t("trends.days"), list(DAYS), default=unless_chosen("trend_days", 90), key="trend_days", required=True, persist_state="session",
            format_func=lambda one: t(f"trends.days.{one}"),
        )  # fmt: skip
        every = st.segmented_control(
            t("trends.every"), list(Every), default=DAYS[days], key=f"trend_every_{days}", required=True,
            format_func=lambda one: t(f"trends.every.{one}"), persist_state="session",
        )  # fmt: skip
        by = st.segmented_control(
            t("trends.by"), GROUPS, default=unless_chosen("trend_by", "none"), key="trend_by", required=True, persist_state="session",
            format_func=lambda one: t(f"trends.by.{one}"),
        )  # fmt: skip
    for name, value in (("kpi", kpi), ("days", days), ("by", by)):
        keep_in_address(name, value, f"trend_{name}")
    return Kpi(kpi), days, Every(every), by


def _unit(kpi: Kpi) -> Unit:
    return "yuan" if kpi in MONEY else "percent" if kpi in SHARES else "count"


def _value(kpi: Kpi, figure: Figure) -> float | None:
    """What is drawn; nothing for a share of too few people."""
    if kpi in OF_PEOPLE and (figure.whole or 0) < ENOUGH:
        return None
    return figure.value


def _said(kpi: Kpi, figure: Figure | None) -> str:
    value = None if figure is None else _value(kpi, figure)
    if value is None:
        return t("numbers.too_few") if figure is not None and kpi in OF_PEOPLE else "–"
    if kpi in MONEY:
        return format.yuan_round(round(value)) if kpi is Kpi.AOV else format.yuan_short(round(value))
    return format.percent(value) if kpi in SHARES else format.number(round(value))


def _change(kpi: Kpi, before: Figure | None, now: Figure) -> str | None:
    then, value = None if before is None else _value(kpi, before), _value(kpi, now)
    if then is None or value is None:
        return None
    return format.points(then, value) if kpi in SHARES else format.change(then, value)


def _title(found: Trend) -> str:
    """The number and where it went; of sales also whether it was the orders or their value."""
    name, said = t(f"trends.kpi.{found.kpi}"), _said(found.kpi, found.total)
    change = _change(found.kpi, found.before, found.total)
    if change is None:
        return t("trends.title.alone", kpi=name, value=said)
    if found.driver is not None:
        return t(f"trends.title.{found.driver.main}", kpi=name, value=said, change=change)
    return t("trends.title", kpi=name, value=said, change=change)


def _driver_words(found: Trend) -> str:
    driver = found.driver
    assert driver is not None
    return t("trends.driver", orders=f"{driver.orders:+.1%}", aov=f"{driver.aov:+.1%}")


def _comparison_words(found: Trend) -> str:
    year = _change(found.kpi, found.year, found.total)
    if year is None:
        return t("trends.no_last_year")
    dates = f"{format.day(found.aligned.period.start, year=True)} – {format.day(format.until(found.aligned.period.end), year=True)}"
    festival = found.aligned.festival
    if festival is None:
        return t("trends.last_year", change=year, dates=dates)
    return t(
        "trends.last_year.festival", change=year, dates=dates, festival=festival.zh if lang() == "zh" else festival.en
    )


def _festivals(period: Period) -> list[Festival]:
    chinese = lang() == "zh"
    return [Festival(one.peak, one.zh if chinese else one.en) for one in festivals_between(period.start, period.end)]


def _beside_last_year(found: Trend) -> None:
    now, then = t("trends.this_year"), t("trends.before_year")
    series = [(now, [figure for _, figure in found.steps])]
    if found.last_year is not None:
        series.append((then, list(found.last_year)))
    points = [
        TrendPoint(bucket.start, bucket.end, value, name)
        for name, figures in series
        for (bucket, _), figure in zip(found.steps, figures, strict=True)
        for value in [_value(found.kpi, figure)]
        if value is not None
    ]
    lines = len(series) > 1 or found.kpi in SHARES or found.kpi is Kpi.AOV
    if points:
        trend(points, _unit(found.kpi), kind="lines" if lines else "bars", festivals=_festivals(found.period))
    else:
        st.caption(t("numbers.too_few"))


def _by_group(found: Trend, parts: tuple[Part, ...], by: GroupBy, every: Every) -> None:
    names = tier_names() if by == "tier" else {}
    points = [
        TrendPoint(bucket.start, bucket.end, value, label)
        for part in parts
        for label in [_part_name(part, names, len(parts))]
        for (bucket, _), figure in zip(found.steps, part.figures, strict=True)
        for value in [_value(found.kpi, figure)]
        if value is not None
    ]
    trend(points, _unit(found.kpi), kind="bars" if found.kpi in ADDED else "lines", festivals=_festivals(found.period))
    if by == "tier":
        st.caption(t("trends.tier_now"))
    text = _part_words(found.kpi, parts, names)
    if text:
        insight(text)


def _part_name(part: Part, names: Mapping[str, str], many: int) -> str:
    if part.rest:
        return t("trends.no_tier") if names and many <= PARTS else t("trends.rest")
    return names.get(str(part.name), str(part.name))


def _part_words(kpi: Kpi, parts: Sequence[Part], names: Mapping[str, str]) -> str | None:
    """Who has most of a sum, or the highest quotient of at least ``ENOUGH`` orders."""
    named = [part for part in parts if not part.rest]
    sums = {part.name: sum(one.part for one in part.figures) for part in parts}
    if kpi in ADDED:
        total = sum(sums.values())
        best = max(named, key=lambda part: sums[part.name], default=None)
        if best is None or total <= 0:
            return None
        share = format.percent(sums[best.name] / total, 0)
        return t("trends.part.most", name=format.md_escape(_part_name(best, names, 0)), share=share)
    if kpi is not Kpi.AOV:
        return None
    means = {part: sums[part.name] / orders for part in named for orders in [_orders(part)] if orders >= ENOUGH}
    if not means:
        return None
    best = max(means, key=lambda part: means[part])
    amount = format.yuan_round(round(means[best]))
    return t("trends.part.highest", name=format.md_escape(_part_name(best, names, 0)), amount=amount)


def _orders(part: Part) -> int:
    return sum(one.whole or 0 for one in part.figures)


def _totals(found: Trend) -> None:
    """This stretch, the one before, last year's."""
    now = _value(found.kpi, found.total)
    series = [value for _, figure in found.steps for value in [_value(found.kpi, figure)] if value is not None]
    scale = 100 if found.kpi in MONEY else 1
    with kpi_row(3) as cards:
        for column, (label, figure) in zip(
            cards, (("now", found.total), ("before", found.before), ("year", found.year)), strict=True
        ):
            with column:
                then = None if figure is None else _value(found.kpi, figure)
                good = None
                if label != "now" and now is not None and then is not None and found.kpi not in NEITHER:
                    good = (now <= then) if found.kpi in LESS_IS_BETTER else (now >= then)
                kpi_card(
                    t(f"trends.total.{label}"),
                    _said(found.kpi, figure),
                    None if label == "now" else _change(found.kpi, figure, found.total),
                    good=good,
                    note=t("trends.since_then"),
                    series=[value / scale for value in series] if label == "now" else None,
                )
