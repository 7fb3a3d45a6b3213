"""The cards under today's list: key numbers, sales, tiers, and who the money comes from."""

import streamlit as st

from core.analytics.festivals import festivals_between
from core.services.overview import Concentration, Overview, RfmCell, cell_tree
from pages.ui import format
from pages.ui.charts import (
    Bar,
    Cell,
    Festival,
    ShareRow,
    TrendPoint,
    heat_grid,
    kpi_card,
    kpi_row,
    ranked_bars,
    share_bars,
    trend,
)
from pages.ui.chosen import choose
from pages.ui.menu import page_exists
from pages.ui.parts import card, insight
from pages.ui.runtime import lang, t
from pages.ui.tiers import tier_names

LIST, NEW_CAMPAIGN = "members/list.py", "marketing/new_campaign.py"


def key_numbers(found: Overview) -> None:
    """Sales, buyers, repurchase rate, newcomers; each against the stretch before."""
    now, before, steps = found.sums, found.before, [step.sums for step in found.steps]
    rates = found.repurchase
    with kpi_row(4) as cards:
        with cards[0]:
            sales = [one.member_sales_fen / 100 for one in steps]
            _counted(
                "sales",
                format.yuan_round(now.member_sales_fen),
                now.member_sales_fen,
                before.member_sales_fen,
                sales,
                "area",
            )
        with cards[1]:
            buyers = [float(one.member_buyers) for one in steps]
            _counted("buyers", format.people(now.member_buyers), now.member_buyers, before.member_buyers, buyers, "bar")
        with cards[2]:
            known = rates.now is not None and rates.before is not None
            kpi_card(
                t("today.kpi.repurchase"),
                "–" if rates.now is None else format.percent(rates.now),
                format.points(rates.before or 0, rates.now or 0) if known else None,
                good=(rates.now or 0) >= (rates.before or 0) if known else None,
                series=rates.series,
                help=t("today.kpi.repurchase.help"),
            )
        with cards[3]:
            fresh = [float(one.new_buyers) for one in steps]
            _counted("newcomers", format.people(now.new_buyers), now.new_buyers, before.new_buyers, fresh, "bar")


def _counted(name: str, value: str, now: int, before: int, series: list[float], kind: str) -> None:
    help_text = t(f"today.kpi.{name}.help")
    kpi_card(
        t(f"today.kpi.{name}"),
        value,
        format.change(before, now),
        good=now >= before,
        series=series,
        kind=kind,  # type: ignore[arg-type]
        help=help_text,
    )


def sales_trend(found: Overview) -> None:
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
    with card(t("today.trend"), fill=True):
        trend(points, "yuan", festivals=festivals)


def tier_mix(found: Overview) -> None:
    """Members by tier against their sales, and what to do about it."""
    people, sales = sum(one.members for one in found.tiers), sum(one.sales_fen for one in found.tiers)
    with card(t("today.tiers"), fill=True):
        if not people or sales <= 0:
            st.caption(t("today.tiers.none"))
            return
        names = tier_names()
        share_bars(
            [
                ShareRow(t("today.tiers.people"), [(names[one.code], one.members / people) for one in found.tiers]),
                ShareRow(t("today.tiers.sales"), [(names[one.code], one.sales_fen / sales) for one in found.tiers]),
            ]
        )
        top = [one for one in found.tiers if one.members][-1]
        text = t(
            "today.tiers.insight",
            tier=format.md_escape(names[top.code]),
            people=format.percent(top.members / people),
            sales=format.percent(top.sales_fen / sales),
        )
        insight(text, t("today.tiers.act"), NEW_CAMPAIGN, query={"segment_template": "near_upgrade"})


def rfm_grid(found: Concentration, days: int) -> None:
    """The R x F grid; a cell that is picked can be listed or sent to."""
    with card(t("today.rfm"), help=t("rfm.method", bins=found.bins or 5), fill=True):
        if not found.bins:
            st.caption(t("rfm.too_few", buyers=9))
            return
        # A score can have nobody: with many who bought once, two fifths share the lowest one.
        columns = [str(score) for score in sorted({one.r for one in found.cells})]
        lines = [str(score) for score in sorted({one.f for one in found.cells}, reverse=True)]
        picked = heat_grid(
            [
                Cell(str(one.r), str(one.f), one.people, format.number(one.people), _told(one, days))
                for one in found.cells
            ],
            columns=columns,
            lines=lines,
            column_title=t("today.rfm.recency", best=found.bins),
            line_title=t("today.rfm.frequency"),
            line_height=max(250 // len(lines), 40),
            key=f"today:rfm:{days}",
        )
        cell = next((one for one in found.cells if (str(one.r), str(one.f)) == picked), None)
        if cell is None:
            st.caption(t("today.rfm.none", n=format.people(found.buyers)))
        else:
            _chosen_cell(cell, days)


def _chosen_cell(cell: RfmCell, days: int) -> None:
    st.markdown(_told(cell, days))
    with st.container(horizontal=True):
        for label, page in (
            (t("today.rfm.list", n=format.people(cell.people)), LIST),
            (t("today.rfm.send"), NEW_CAMPAIGN),
        ):
            if page_exists(page) and st.button(label, key=f"today:cell:{page}"):
                choose(cell_tree(cell, days))
                st.switch_page(page)


def _told(cell: RfmCell, days: int) -> str:
    """Who is in a cell, in words."""

    def span(pair: tuple[int, int]) -> str:
        return format.number(pair[0]) if pair[0] == pair[1] else f"{format.number(pair[0])}–{format.number(pair[1])}"

    return t(
        "today.rfm.cell", n=format.people(cell.people), ago=span(cell.recency), days=days, orders=span(cell.orders)
    )


def money_sources(found: Concentration) -> None:
    """What the first fifth brings, and the eight groups by their money."""
    with card(t("today.money"), help=t("pareto.method"), fill=True):
        if found.top_20_share is None:
            st.caption(t("today.money.none"))
            return
        insight(t("today.pareto", share=format.percent(found.top_20_share, 0)))
        bars = [
            Bar(t(f"rfm.group.{one.group}"), max(one.net_fen, 0), strong=one.group.value in ("best", "keep"))
            for one in found.groups
        ]
        ranked_bars(sorted(bars, key=lambda bar: -bar.value), "yuan")
        keep = next((one for one in found.groups if one.group.value == "keep"), None)
        if keep is not None and keep.buyers:
            text = t("today.money.keep", n=format.people(keep.buyers), amount=format.yuan_short(keep.net_fen))
            insight(text, t("today.money.act"), NEW_CAMPAIGN, query={"segment_template": "best_at_risk"})
