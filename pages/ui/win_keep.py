"""Winning against keeping: what visitors become, what a new customer costs, what keeping one costs."""

import streamlit as st

from core.documents.enums import Area
from core.services.traffic import ENOUGH, MonthWon, read_won
from pages.ui import format
from pages.ui.charts import TrendPoint, kpi_card, kpi_row, trend
from pages.ui.parts import card, insight, link
from pages.ui.profit_table import profit
from pages.ui.runtime import cached, desk, now, t
from pages.ui.spend_table import spend_card
from pages.ui.table import plain_table

MONTHS = 12


@cached(Area.ORDERS, Area.MEMBERS)
def _won() -> list[MonthWon]:
    return read_won(desk(), MONTHS, now=now())


def win_keep_section() -> None:
    """The whole section."""
    months = _won()
    _sentence(months)
    _numbers(months)
    left, right = st.columns([3, 2], gap="small")
    with left:
        _chart(months)
    with right:
        spend_card()
    _table(months)


def _spent(months: list[MonthWon]) -> tuple[int, int]:
    """Advertising, and new buyers, of the months with any advertising."""
    known = [month for month in months if month.spend_fen is not None]
    return sum(month.spend_fen or 0 for month in known), sum(month.new_buyers for month in known)


def _sentence(months: list[MonthWon]) -> None:
    spend, new = _spent(months)
    keep = profit().cost_to_keep_fen
    if not spend or new < ENOUGH:
        insight(f"#### {t('win.finding.none')}")
        return
    win = spend // new
    words = {"win": format.yuan(win), "n": format.people(new)}
    if keep is None or keep <= 0:
        insight(f"#### {t('win.finding.win', **words)}")
    else:
        way = "dearer" if win > keep else "cheaper"
        insight(f"#### {t(f'win.finding.{way}', keep=format.yuan(keep), **words)}")


def _numbers(months: list[MonthWon]) -> None:
    spend, new = _spent(months)
    visitors, buyers = (sum(getattr(one, name) for one in months) for name in ("visitors_of_buyers", "buyers"))
    joined, won = sum(one.joined for one in months), sum(one.new_buyers for one in months)
    keep, kept = profit().cost_to_keep_fen, profit().kept
    with kpi_row(4) as cards:
        with cards[0]:
            series = [one.conversion for one in months if one.conversion is not None]
            share = format.percent(buyers / visitors, 2) if visitors else "–"
            note = t("win.kpi.visit.n", n=format.number(visitors)) if visitors else None
            kpi_card(t("win.kpi.visit"), share, note, note="", series=series, help=t("win.kpi.visit.help"))
        with cards[1]:
            share = format.percent(joined / won) if won >= ENOUGH else t("win.few")
            kpi_card(
                t("win.kpi.join"),
                share,
                t("win.kpi.join.n", n=format.people(won)),
                note="",
                help=t("win.kpi.join.help"),
            )
        with cards[2]:
            worth = format.yuan(spend // new) if spend and new >= ENOUGH else "–"
            note = t("win.kpi.win.n", n=format.people(new)) if spend else None
            kpi_card(t("win.kpi.win"), worth, note, note="", help=t("win.kpi.win.help"))
        with cards[3]:
            note = t("profit.kpi.keep.n", n=format.people(kept)) if keep is not None else None
            worth = "–" if keep is None else format.yuan(keep)
            kpi_card(t("profit.kpi.keep"), worth, note, note="", help=t("profit.kpi.keep.help"))


def _chart_title(shown: list[MonthWon]) -> str:
    """The last month's cost beside the first's."""
    if not shown:
        return t("win.chart")
    last, first = shown[-1], shown[0]
    words = {"month": format.month(last.start), "cost": format.yuan(last.cost_to_win_fen or 0)}
    change = format.change(first.cost_to_win_fen or 0, last.cost_to_win_fen or 0)
    if first is last or change is None:
        return t("win.chart.one", **words)
    before = format.yuan(first.cost_to_win_fen or 0)
    apart = (last.start.year - first.start.year) * 12 + last.start.month - first.start.month
    return t("win.chart.moved", n=apart, before=before, change=change, **words)


def _chart(months: list[MonthWon]) -> None:
    shown = [month for month in months if month.cost_to_win_fen is not None]
    with card(_chart_title(shown), help=t("win.chart.help"), fill=True):
        if not shown:
            st.caption(t("win.chart.none"))
            link(t("win.traffic"), "shop/data.py", icon="upload_file")
            return
        trend([TrendPoint(one.start, one.end, one.cost_to_win_fen or 0) for one in shown], "yuan")


def _table(months: list[MonthWon]) -> None:
    rows = list(reversed(months))

    def share(month: MonthWon) -> str:
        if month.conversion is None:
            return "–"
        return format.percent(month.conversion, 2) + ("" if month.covered else t("win.part", days=month.days))

    with card(t("win.months"), help=t("win.months.help")):
        plain_table(
            {
                t("profit.column.month"): [format.month(one.start) for one in rows],
                t("win.column.visitors"): [format.number(one.visitors) if one.days else "–" for one in rows],
                t("win.column.buyers"): [format.number(one.buyers) if one.buyers else "–" for one in rows],
                t("win.column.rate"): [share(one) for one in rows],
                t("win.column.new"): [format.number(one.new_buyers) for one in rows],
                t("win.column.joined"): [format.number(one.joined) for one in rows],
                t("win.column.spend"): [
                    "–" if one.spend_fen is None else format.yuan_round(one.spend_fen) for one in rows
                ],
                t("win.column.cost"): [_cost(one) for one in rows],
            },
            most=MONTHS,
        )


def _cost(month: MonthWon) -> str:
    if month.spend_fen is None:
        return "–"
    return t("win.few") if month.cost_to_win_fen is None else format.yuan(month.cost_to_win_fen)
