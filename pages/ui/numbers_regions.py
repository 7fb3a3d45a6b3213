"""Where customers live, in which kind of city, and where they came from."""

from collections.abc import Mapping
from typing import Literal

import streamlit as st

from core.analytics.places import LEVELS_YEAR
from core.documents.enums import Area
from core.services.regions import ENOUGH, Place, Regions, most_loyal, read_regions
from pages.ui import format
from pages.ui.address import keep_in_address, take_from_address, unless_chosen
from pages.ui.charts import Bar, province_map, ranked_bars
from pages.ui.charts.canvas import Unit
from pages.ui.parts import card
from pages.ui.runtime import cached, desk, t
from pages.ui.table import plain_table

Metric = Literal["customers", "sales", "aov", "again"]
METRICS: tuple[Metric, ...] = ("customers", "sales", "aov", "again")
UNITS: Mapping[Metric, Unit] = {"customers": "count", "sales": "yuan", "aov": "yuan", "again": "percent"}
TOP = 3


@cached(Area.ORDERS, Area.MEMBERS)
def _regions() -> Regions:
    return read_regions(desk())


def draw() -> None:
    """The section of regions and sources."""
    found = _regions()
    take_from_address("metric", METRICS, "region_metric")
    metric = st.segmented_control(
        t("regions.metric"), METRICS, default=unless_chosen("region_metric", "customers"), key="region_metric",
        required=True, persist_state="session",
        format_func=lambda one: t(f"regions.metric.{one}"), label_visibility="collapsed",
    )  # fmt: skip
    keep_in_address("metric", metric, "region_metric")
    left, right = st.columns([3, 2], gap="small")
    with left, card(_province_title(found, metric), help=t(f"regions.metric.{metric}.help"), fill=True):
        _map(found, metric)
    with right, card(_level_title(found, metric), help=t("regions.levels.method", year=LEVELS_YEAR), fill=True):
        _levels(found, metric)
    with card(_source_title(found), help=t("regions.sources.method")):
        _sources(found)


def _map(found: Regions, metric: Metric) -> None:
    if not any(one.customers for one in found.provinces.values()):
        st.caption(t("regions.none"))
        return
    known = {name: _figure(one, metric) for name, one in found.provinces.items()}
    province_map(
        {name: value for name, value in known.items() if value is not None},
        unit=UNITS[metric],
        title=t(f"regions.metric.{metric}"),
    )
    unknown = found.unknown.people
    st.caption((t("regions.unknown", n=format.people(unknown)) if unknown else "") + t("regions.grey"))


def _figure(place: Place, metric: Metric) -> float | None:
    """A place's figure; None for an average or a share of too few customers."""
    if metric == "customers":
        return place.customers
    if metric == "sales":
        return place.sales_fen
    if metric == "again":
        return place.repeat_share
    return place.aov_fen if place.customers >= ENOUGH else None


def _said(value: float | None, metric: Metric) -> str:
    if value is None:
        return t("numbers.too_few")
    if metric == "customers":
        return format.people(int(value))
    return format.percent(value) if metric == "again" else format.yuan_round(int(value))


def _province_title(found: Regions, metric: Metric) -> str:
    """What the map shows in words: the share of the first three, or who is ahead."""
    ranked = [(name, value) for name, one in found.provinces.items() for value in [_figure(one, metric)] if value]
    ranked.sort(key=lambda pair: -pair[1])
    if not ranked:
        return t("regions.title")
    if metric == "again":
        best = most_loyal(found.provinces, found.whole)
        if best is None:
            return t("regions.title.again.same", share=_said(found.whole.repeat_share, metric))
        share, whole = found.provinces[best].repeat_share, found.whole.repeat_share
        return t("regions.title.again", name=best, share=_said(share, metric), whole=_said(whole, metric))
    if metric == "aov":
        name, value = ranked[0]
        return t("regions.title.aov", name=name, value=_said(value, metric), whole=_said(found.whole.aov_fen, metric))
    total = sum(value for _, value in ranked) or 1
    names = t("regions.comma").join(name for name, _ in ranked[:TOP])
    return t(f"regions.title.{metric}", names=names, share=format.percent(sum(v for _, v in ranked[:TOP]) / total, 0))


def _level_name(level: int | None) -> str:
    return t(f"place.level.{level or 'unknown'}")


def _level_title(found: Regions, metric: Metric) -> str:
    """Where most of the customers live, or of the sales come from."""
    counted: Metric = "sales" if metric == "sales" else "customers"
    ranked = {level: _figure(one, counted) or 0 for level, one in found.levels.items() if level is not None}
    total = sum(ranked.values())
    if not total:
        return t("regions.levels")
    most = max(ranked, key=lambda level: ranked[level])
    return t(f"regions.levels.title.{counted}", level=_level_name(most), share=format.percent(ranked[most] / total, 0))


def _levels(found: Regions, metric: Metric) -> None:
    bars, few = [], []
    for level, one in found.levels.items():
        value = _figure(one, metric)
        if value is None:
            few.append(_level_name(level))
        else:
            bars.append(Bar(_level_name(level), value, strong=level is not None))
    ranked_bars(bars, UNITS[metric])
    if few:
        st.caption(t("regions.few", names=t("regions.comma").join(few)))
    st.caption(t("regions.levels.note", year=LEVELS_YEAR))


def _source_title(found: Regions) -> str:
    """Who brings the most customers, and whose come back most."""
    named = {name: one for name, one in found.sources.items() if name is not None and one.customers}
    if not named:
        return t("regions.sources")
    most = next(iter(named))
    share = format.percent(named[most].customers / max(found.whole.customers, 1), 0)
    title = t("regions.sources.title", name=format.md_escape(most), share=share)
    best = most_loyal(named, found.whole)
    if best is None:
        return title + t("regions.sources.same")
    again = _said(named[best].repeat_share, "again")
    return title + t("regions.sources.best", name=format.md_escape(best), share=again)


def _sources(found: Regions) -> None:
    rows = [(name or t("regions.sources.unknown"), one) for name, one in found.sources.items()]
    plain_table(
        {
            t("regions.column.source"): [name for name, _ in rows],
            t("regions.column.customers"): [format.number(one.customers) for _, one in rows],
            t("regions.column.first"): [
                "–" if one.first_order_fen is None else format.yuan_round(one.first_order_fen) for _, one in rows
            ],
            t("regions.column.again"): [_said(one.repeat_share, "again") for _, one in rows],
            t("regions.column.sales"): [
                format.percent(one.sales_fen / found.whole.sales_fen) if found.whole.sales_fen else "–"
                for _, one in rows
            ],
        }
    )
