"""Who comes back: the retention triangle and the time to the second purchase."""

from datetime import date
from typing import Literal

import streamlit as st

from core.analytics.cohorts import ENOUGH, Cohort, best_cohort, first_month_change, pooled_share
from core.documents.enums import Area
from core.services.cohorts import CohortReport, SecondOrders, list_slices, read_cohorts, read_second_orders
from pages.ui import format
from pages.ui.charts import Cell, CurvePoint, curve, heat_grid
from pages.ui.parts import card, insight, link
from pages.ui.runtime import cached, desk, t
from pages.ui.table import plain_table
from pages.ui.tiers import tier_names

MOST_COHORTS, MOST_STEPS, MOST_LINES = 18, 12, 5
MARKS = (30, 60, 90)
CURVE_DAYS, CURVE_EVERY = 360, 10
NEW_CAMPAIGN, GROUPS = "marketing/new_campaign.py", "members/groups.py"


@cached(Area.ORDERS, Area.MEMBERS)
def _cohorts(by: Literal["source", "tier", "province"] | None, value: str) -> CohortReport:
    return read_cohorts(desk(), by, value)


@cached(Area.ORDERS, Area.MEMBERS)
def _slices(by: Literal["source", "tier", "province"]) -> list[tuple[str, int]]:
    return list_slices(desk(), by)


@cached(Area.ORDERS, Area.MEMBERS)
def _second_orders(by: Literal["source", "category"] | None) -> SecondOrders | None:
    return read_second_orders(desk(), by)


def draw() -> None:
    """The section of retention."""
    by, value = _chosen_slice()
    found = _cohorts(by, value)
    with card(_triangle_title(found), help=t("cohorts.method")):
        _triangle(found)
    _second_order_card()


def _chosen_slice() -> tuple[Literal["source", "tier", "province"] | None, str]:
    """Everybody, or the people of one source, tier or province."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        by = st.segmented_control(
            t("cohorts.by"), ("all", "source", "tier", "province"), default="all", key="analysis:cohorts:by", required=True,
            format_func=lambda one: t(f"cohorts.by.{one}"), persist_state="session",
        )  # fmt: skip
        if by == "all":
            return None, ""
        values = [value for value, _ in _slices(by)]
        names = tier_names() if by == "tier" else {}
        value = st.selectbox(
            t(f"cohorts.by.{by}"), values, key=f"analysis:cohorts:{by}", format_func=lambda one: names.get(one, one),
            label_visibility="collapsed", width=220,
        )  # fmt: skip
    return (by, value) if value else (None, "")


def _triangle_title(found: CohortReport) -> str:
    """What happened to the share that comes back in the month after."""
    change = first_month_change(found.cohorts)
    if change is None:
        buyers, people = pooled_share(found.cohorts, 1)
        return (
            t("cohorts.title.whole", share=format.percent(buyers / people)) if people >= ENOUGH else t("cohorts.title")
        )
    word = "same" if not change.clear else "better" if change.recent > change.before else "worse"
    return t(f"cohorts.title.{word}", share=format.percent(change.recent), before=format.percent(change.before))


def _triangle(found: CohortReport) -> None:
    shown = [one for one in found.cohorts if len(one.steps) > 1][-MOST_COHORTS:]
    if not shown or found.until is None:
        st.caption(t("cohorts.none"))
        return
    steps = range(1, min(MOST_STEPS, max(len(one.steps) for one in shown) - 1) + 1)
    heat_grid(
        [cell for one in shown for cell in _cells(one, steps)],
        columns=[str(step) for step in steps],
        lines=[_label(one) for one in shown],
        column_title=t("cohorts.step"),
        line_height=26,
    )
    st.caption(t("cohorts.note", day=format.day(found.until, year=True), few=ENOUGH))
    best = best_cohort(shown)
    if best is not None:
        insight(t("cohorts.best", month=_month(best[0].month), share=format.percent(best[1])))


def _month(month: int) -> str:
    return f"{month // 12}-{month % 12 + 1:02d}"


def _label(cohort: Cohort) -> str:
    return f"{_month(cohort.month)} · {format.people(cohort.size)}"


def _cells(cohort: Cohort, steps: range) -> list[Cell]:
    """A cohort's months; one that is too small says so once."""
    label = _label(cohort)
    if cohort.size < ENOUGH:
        return (
            [Cell("1", label, 0, t("numbers.too_few"), t("cohorts.too_few", n=cohort.size))]
            if len(cohort.steps) > 1
            else []
        )
    cells = []
    for one in cohort.steps[1 : steps.stop]:
        text = format.percent(one.share, 0) + ("" if one.over else "*")
        told = t(
            "cohorts.cell", month=_month(cohort.month + one.step), people=format.people(one.buyers),
            size=format.number(cohort.size), orders=format.number(one.orders), amount=format.yuan_round(one.net_fen),
        )  # fmt: skip
        cells.append(Cell(str(one.step), label, one.share, text, told if one.over else told + t("cohorts.not_over")))
    return cells


def _second_order_card() -> None:
    by = st.session_state.get("analysis:second:by", "all")
    found = _second_orders(None if by == "all" else by)
    if found is None:
        return
    with card(_second_title(found), help=t("second.method")):
        st.segmented_control(
            t("second.by"), ("all", "source", "category"), default="all", key="analysis:second:by", required=True,
            format_func=lambda one: t(f"second.by.{one}"), label_visibility="collapsed", persist_state="session",
        )  # fmt: skip
        _curves(found)
        if found.groups:
            _group_table(found)
        st.caption(
            t("second.note", since=_day(found.since), until=_day(found.until), n=format.people(found.whole.people))
        )
        half = found.whole.half_of(180)
        if half is not None:
            insight(t("second.act", days=format.days(half)))
        with st.container(horizontal=True):
            link(t("second.group"), GROUPS, query={"segment_template": "one_time"})
            link(t("second.campaign"), NEW_CAMPAIGN, query={"segment_template": "one_time"})


def _day(day: date) -> str:
    return format.day(day, year=True)


def _second_title(found: SecondOrders) -> str:
    shares = [found.whole.by(day) for day in MARKS]
    if shares[0] is None:
        return t("second.title")
    known = shares[2] or shares[0]
    half = found.whole.median
    words = t("second.title.half", days=format.days(half)) if half is not None else t("second.title.no_half")
    title = t("second.title.shares", first=format.percent(shares[0].share), last=format.percent(known.share),
              days=MARKS[2] if shares[2] else MARKS[0])  # fmt: skip
    return title + words


def _curves(found: SecondOrders) -> None:
    groups = [(name, one) for name, one in found.groups if name and one.people >= ENOUGH][:MOST_LINES]
    lines = groups or [(t("second.everybody"), found.whole)]
    points = []
    for name, one in lines:
        for day in range(0, CURVE_DAYS + 1, CURVE_EVERY):
            share = one.by(day)
            if share is None or share.at_risk < ENOUGH:
                break
            points.append(CurvePoint(day, share.share, name))
    if points:
        curve(points, marks=MARKS)
    else:
        st.caption(t("numbers.too_few"))


def _group_table(found: SecondOrders) -> None:
    named = [(name, one) for name, one in found.groups if name]

    def said(one: object, day: int) -> str:
        share = one.by(day)  # type: ignore[attr-defined]
        if share is None:
            return t("numbers.too_few")
        return f"{format.percent(share.share)} ({format.percent(share.low, 0)}–{format.percent(share.high, 0)})"

    columns: dict[str, list[str]] = {
        t("second.column.group"): [name for name, _ in named],
        t("second.column.people"): [format.number(one.people) for _, one in named],
    }
    for day in MARKS:
        columns[t("second.column.by", days=day)] = [said(one, day) for _, one in named]
    columns[t("second.column.median")] = [
        format.days(one.median) if one.median is not None else t("second.never_half") for _, one in named
    ]
    plain_table(columns)
