"""What the points that were given still cost: how many, when they will be used, and a roll-forward that ties."""

from datetime import date

import streamlit as st

from core.analytics.liability import LiabilityBook, LookBack, Month
from core.documents.enums import Area
from core.services.liability import Liability, read_liability
from pages.ui import format
from pages.ui.charts import TrendPoint, kpi_card, kpi_row, trend
from pages.ui.parts import card
from pages.ui.runtime import cached, desk, now, t
from pages.ui.table import plain_table


@cached(Area.ORDERS, Area.MEMBERS, Area.RULES)
def liability() -> Liability:
    """The book of today."""
    return read_liability(desk(), now=now())


def show_overview() -> None:
    """The whole book."""
    found = liability()
    book = found.book
    _figures(found)
    left, right = st.columns([3, 2], gap="small")
    with left, card(t("points.ahead"), help=t("points.ahead.help"), fill=True):
        _ahead(book)
    with right, card(t("points.breakage"), fill=True):
        _breakage(found)
    with card(t("points.roll"), help=t("points.roll.help")):
        _roll(book)
    with st.expander(t("points.vintages"), icon=":material/calendar_month:"):
        _vintages(book)


def _figures(found: Liability) -> None:
    book = found.book
    month = book.months[-1] if book.months else Month("", 0, 0, 0, 0, 0, 0, True)
    before = book.months[-2] if len(book.months) > 1 else None
    series = [one.closing for one in book.months[-13:]]
    method = t("points.method", day=format.day(found.until, year=True), n=format.number(len(book.vintages)),
               lots=format.number(book.hazard.lots), value=format.yuan(found.value_fen))  # fmt: skip
    with kpi_row(4) as cards:
        with cards[0]:
            kpi_card(
                t("points.kpi.outstanding"), format.number(book.outstanding), series=series, kind="area", help=method
            )
        with cards[1]:
            face = t("points.kpi.face", amount=format.yuan_round(book.face_fen))
            kpi_card(t("points.kpi.worth"), format.yuan_round(book.liability_fen), face, note="", help=method)
        with cards[2]:
            kpi_card(t("points.kpi.issued"), format.number(month.issued), _last(before and before.issued), note="")
        with cards[3]:
            gone = t("points.kpi.expired", n=format.number(month.expired))
            kpi_card(t("points.kpi.spent"), format.number(month.spent), gone, note="")
    if book.debt:
        st.caption(t("points.debt", n=format.number(book.debt)))


def _last(count: int | None) -> str | None:
    return None if count is None else t("points.kpi.last_month", n=format.number(count))


def _month(label: str) -> date:
    return date.fromisoformat(f"{label}-01")


def _next(first: date) -> date:
    return date(first.year + first.month // 12, first.month % 12 + 1, 1)


def _ahead(book: LiabilityBook) -> None:
    """The next twelve months: used, and never used."""
    points = [
        TrendPoint(_month(one.month), _next(_month(one.month)), value, t(f"points.ahead.{name}"))
        for name in ("spent", "expired")
        for one in book.ahead
        for value in [float(getattr(one, name))]
    ]
    if not any(point.value for point in points):
        st.caption(t("points.ahead.none"))
        return
    trend(points, "count")
    used, lost = sum(one.spent for one in book.ahead), sum(one.expired for one in book.ahead)
    st.markdown(t("points.ahead.say", used=format.number(used), lost=format.number(lost)))


def _breakage(found: Liability) -> None:
    """How many are expected never to be used, and whether the method was right a year ago."""
    book = found.book
    if book.breakage is None:
        st.markdown(t("points.breakage.unknown", lots=format.number(book.hazard.lots)))
        return
    share = book.breakage / book.outstanding if book.outstanding else 0.0
    st.metric(t("points.breakage.share"), format.percent(share))
    st.markdown(
        t("points.breakage.say", n=format.number(book.breakage), expected=format.number(book.expected),
          worth=format.yuan_round(book.liability_fen))
    )  # fmt: skip
    st.caption(_checked(found.past))


def _checked(past: LookBack) -> str:
    if not past.enough:
        return t("points.past.few")
    return t(
        "points.past", forecast=format.number(past.forecast_spent), spent=format.number(past.spent),
        lost=format.number(past.forecast_expired), expired=format.number(past.expired),
    )  # fmt: skip


def _roll(book: LiabilityBook) -> None:
    """Month by month: what there was, came and went, and what there is."""
    months = list(reversed(book.months))
    if not months:
        st.caption(t("points.roll.none"))
        return
    columns = ("opening", "issued", "spent", "expired", "reversed", "closing")
    table: dict[str, list[str]] = {t("points.roll.month"): [one.month for one in months]}
    for name in columns:
        table[t(f"points.roll.{name}")] = [format.number(getattr(one, name)) for one in months]
    table[t("points.roll.ties")] = ["✓" if one.ties else t("points.roll.broken") for one in months]
    plain_table(table, most=13)
    st.caption(t("points.roll.sound" if book.ties else "points.roll.unsound"))


def _vintages(book: LiabilityBook) -> None:
    """By the month in which they were given: what became of them."""
    rows = list(reversed(book.vintages))
    table: dict[str, list[str]] = {t("points.roll.given"): [one.month for one in rows]}
    for name in ("issued", "spent", "expired", "reversed", "outstanding", "breakage"):
        table[t(f"points.vintage.{name}")] = [format.number(getattr(one, name)) for one in rows]
    plain_table(table, most=13)
