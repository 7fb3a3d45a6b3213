"""What the programme earned as far as it is proven, what it cost, and what nobody can know."""

from typing import Any

import streamlit as st

from core.documents.enums import Area, Verdict
from core.services.programme_profit import ProgrammeProfit, Upgrade, compare_upgrades, read_profit
from pages.ui import format
from pages.ui.campaign_table import verdict_words
from pages.ui.charts import Step, kpi_card, kpi_row, waterfall
from pages.ui.parts import card, insight, link
from pages.ui.profit_costs import running_costs_form
from pages.ui.runtime import cached, desk, now, t
from pages.ui.table import plain_table
from pages.ui.tiers import tier_names

MONTHS = 12
COSTS = ("benefits", "points_spent", "points_owed", "coupons", "messages", "goodwill")


@cached(Area.ORDERS, Area.MEMBERS, Area.RULES, Area.CAMPAIGNS, Area.MESSAGES, Area.SETTINGS)
def profit() -> ProgrammeProfit:
    """The last twelve months."""
    return read_profit(desk(), MONTHS, now=now())


@cached(Area.ORDERS, Area.RULES)
def _upgrade() -> Upgrade:
    return compare_upgrades(desk(), now=now())


def profit_section() -> None:
    """The whole section: the sentence, the steps, the months, upgrades, and the running costs."""
    found = profit()
    _sentence(found)
    _numbers(found)
    left, right = st.columns([3, 2], gap="small")
    with left, card(_covered(found), help=t("profit.method"), fill=True):
        if found.costs.total or found.proven.comparisons:
            waterfall(_steps(found), "yuan", alt_text=_covered(found))
        else:
            st.caption(t("profit.steps.empty"))
        if found.spend_fen:
            st.caption(t("profit.spend_apart", amount=format.yuan_round(found.spend_fen)))
    with right, card(t("profit.known"), fill=True):
        for part in ("proven" if found.proven.comparisons else "proven.none", "costs", "unknown"):
            insight(t(f"profit.known.{part}", n=found.proven.comparisons))
        running_costs_form(found.running)
    _months(found)
    _upgrades(_upgrade())


def _sentence(found: ProgrammeProfit) -> None:
    proven, cost = found.proven, format.yuan_round(found.costs.total)
    if not proven.comparisons:
        text = t("profit.finding.none", cost=cost)
    else:
        way = "up" if proven.low > 0 else "unsure" if proven.high > 0 else "down"
        text = t(
            f"profit.finding.{way}",
            gain=format.yuan_round(proven.net),
            low=format.yuan_round(proven.low),
            high=format.yuan_round(proven.high),
            cost=cost,
        )
    insight(f"#### {text}")


def _covered(found: ProgrammeProfit) -> str:
    """How much of the costs is covered by what is proven, once its lower limit is above nothing."""
    if found.proven.low <= 0 or not found.costs.total:
        return t("profit.steps.none")
    if found.net_fen >= 0:
        return t("profit.steps.all", left=format.yuan_round(found.net_fen))
    return t("profit.steps.part", share=format.percent(found.proven.net / found.costs.total, 0))


def _numbers(found: ProgrammeProfit) -> None:
    proven = found.proven
    span = None
    if proven.comparisons:
        span = t("profit.span", low=format.yuan_round(proven.low), high=format.yuan_round(proven.high))
    with kpi_row(4) as cards:
        with cards[0]:
            worth = format.yuan_round(proven.net) if proven.comparisons else "–"
            kpi_card(t("profit.kpi.proven"), worth, span, note="", help=t("profit.kpi.proven.help"))
        with cards[1]:
            series = [month.costs.total / 100 for month in found.months]
            kpi_card(
                t("profit.kpi.costs"), format.yuan_round(found.costs.total), series=series, kind="bar",
                help=t("profit.kpi.costs.help"),
            )  # fmt: skip
        with cards[2]:
            kpi_card(t("profit.kpi.net"), format.yuan_round(found.net_fen), help=t("profit.kpi.net.help"))
        with cards[3]:
            keep = found.cost_to_keep_fen
            kpi_card(
                t("profit.kpi.keep"),
                "–" if keep is None else format.yuan(keep),
                t("profit.kpi.keep.n", n=format.people(found.kept)) if keep is not None else None,
                note="",
                help=t("profit.kpi.keep.help"),
            )


def _steps(found: ProgrammeProfit) -> list[Step]:
    """Proven margin, running costs, each cost, and what is left."""
    steps = [Step(t("profit.step.margin"), found.proven.margin)]
    if found.proven.running:
        steps.append(Step(t("profit.step.running"), -found.proven.running))
    steps += [
        Step(t(f"profit.cost.{name}"), -getattr(found.costs, name)) for name in COSTS if getattr(found.costs, name)
    ]
    return [*steps, Step(t("profit.step.left"), 0, total=True)]


def _months(found: ProgrammeProfit) -> None:
    months = list(reversed(found.months))

    def column(name: str) -> list[str]:
        return [_amount(getattr(month.costs, name)) for month in months]

    table: dict[str, Any] = {t("profit.column.month"): [format.month(month.start) for month in months]}
    table |= {t(f"profit.cost.{name}"): column(name) for name in COSTS}
    table[t("profit.column.costs")] = [_amount(month.costs.total) for month in months]
    table[t("profit.column.proven")] = [
        _amount(month.proven.net) if month.proven.comparisons else "–" for month in months
    ]
    table[t("profit.column.sales")] = [_amount(month.member_sales_fen) for month in months]
    with card(t("profit.months"), help=t("profit.months.help")):
        plain_table(table, most=MONTHS)


def _amount(fen: int) -> str:
    return format.yuan_round(fen) if fen else "–"


def _upgrades(found: Upgrade) -> None:
    """People just over a threshold against people just under: said to be a comparison and no proof."""
    with card(t("profit.upgrade"), help=t("profit.upgrade.help")):
        near = found.near
        if found.tier is None:
            st.caption(t("profit.upgrade.none"))
            return
        words = {
            "tier": format.md_escape(tier_names().get(found.tier, found.tier)),
            "amount": format.yuan_round(found.threshold_fen),
            "day": format.day(found.day),
            "over": format.people(near.over),
            "under": format.people(near.under),
        }
        if not near.enough or near.low is None or near.high is None:
            st.caption(t("profit.upgrade.few", **words))
            return
        shares = {
            "over_share": format.percent(near.over_bought / near.over, 0),
            "under_share": format.percent(near.under_bought / near.under, 0),
        }
        way = "more" if near.low > 0 else "less" if near.high < 0 else "same"
        insight(t(f"profit.upgrade.{way}", **words, **shares))
        each = {
            "over_each": format.yuan_round(near.over_fen // near.over),
            "under_each": format.yuan_round(near.under_fen // near.under),
            "low": f"{near.low:+.0f}",
            "high": f"{near.high:+.0f}",
        }
        st.caption(t("profit.upgrade.detail", **each))


def league_section() -> None:
    """Finished campaigns, the best proven first; without people left out nothing can be said of one."""
    lines = profit().campaigns
    if not lines:
        st.info(t("profit.league.none"), icon=":material/campaign:")
        link(t("profit.league.make"), "marketing/new_campaign.py")
        return
    zone = desk().zone
    counts = {one.value: sum(line.result.verdict is one for line in lines) for one in Verdict}
    with card(t("profit.league", n=len(lines), **counts), help=t("profit.league.help")):
        plain_table(
            {
                t("campaigns.column.name"): [one.line.name for one in lines],
                t("profit.column.ended"): [
                    format.day(zone.day(one.line.measure_until), year=True) if one.line.measure_until else "–"
                    for one in lines
                ],
                t("campaigns.column.treated"): [format.number(one.line.treated) for one in lines],
                t("campaigns.column.held_out"): [format.number(one.line.held_out) for one in lines],
                t("profit.column.cost"): [format.yuan_round(one.result.cost_fen) for one in lines],
                t("profit.column.net"): [
                    "–" if one.result.verdict is Verdict.CANNOT_TELL else _amount(one.result.judgement.net_fen or 0)
                    for one in lines
                ],
                t("profit.column.verdict"): [t(f"verdict.short.{one.result.verdict.value}") for one in lines],
            }
        )
    for one in lines[:3]:
        name = format.md_escape(one.line.name)
        link(
            t("profit.league.line", name=name, verdict=verdict_words(one.result)),
            "marketing/campaigns.py",
            query={"campaign": str(one.line.id)},
        )
