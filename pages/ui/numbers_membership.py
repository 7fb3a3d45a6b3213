"""Customers and members told apart, and the figures by which a platform reviews a programme."""

import streamlit as st

from core.documents.enums import Area
from core.services.membership import ACTIVE_DAYS, ENOUGH, Review, read_review
from pages.ui import format
from pages.ui.charts import Bar, kpi_card, kpi_row, ranked_bars
from pages.ui.membership import joined_cards, rate
from pages.ui.parts import card, insight
from pages.ui.runtime import cached, desk, now, t
from pages.ui.table import plain_table

DAYS = (30, 90, 365)
NEW_CAMPAIGN = "marketing/new_campaign.py"


@cached(Area.MEMBERS, Area.ORDERS, Area.CAMPAIGNS)
def _review(days: int) -> Review:
    return read_review(desk(), days, now=now())


def draw() -> None:
    """The section of the members' numbers."""
    days = st.segmented_control(
        t("trends.days"), DAYS, default=90, key="membership_days", required=True, persist_state="session",
        format_func=lambda one: t(f"trends.days.{one}"), label_visibility="collapsed",
    )  # fmt: skip
    found = _review(days or 90)
    _cards(found)
    left, right = st.columns([2, 3], gap="small")
    with left:
        _order_values(found)
    with right:
        _platform(found)


def _cards(found: Review) -> None:
    with kpi_row(4) as cards:
        joined_cards(cards, found.heads, found.period.days, found.sales_share_before)
        with cards[3]:
            moves, earlier = found.moves, found.moves_before
            kpi_card(
                t("membership.joined"),
                format.people(moves.joined),
                format.change(earlier.joined, moves.joined),
                good=moves.joined >= earlier.joined if earlier.joined else None,
                help=t("membership.joined.help", left=format.people(moves.left)),
            )


def _order_values(found: Review) -> None:
    """A member's buyer against another's: what they spend in the time, and by order."""
    heads = found.heads
    with card(_value_title(found), help=t("membership.value.method"), fill=True):
        bars = [
            Bar(t(f"membership.value.{name}"), fen, strong=name.startswith("member"))
            for name, fen, people in (
                ("member_buyer", found.member_buyer_fen, found.member_buyers),
                ("other_buyer", found.other_buyer_fen, found.other_buyers),
                ("member_order", heads.member_order_fen, found.member_buyers),
                ("other_order", heads.other_order_fen, found.other_buyers),
            )
            if fen is not None and people >= ENOUGH
        ]
        if bars:
            ranked_bars(bars, "yuan")
        else:
            st.caption(t("numbers.too_few"))
        st.caption(t("membership.value.caution"))
        waiting = heads.customers - round((heads.joined_rate or 0) * heads.customers)
        if waiting:
            text = t("membership.invite", n=format.people(waiting))
            act = t("membership.invite.act", n=format.people(waiting))
            insight(text, act, NEW_CAMPAIGN, query={"segment_template": "not_joined"})


def _value_title(found: Review) -> str:
    member, other = found.member_buyer_fen, found.other_buyer_fen
    if member is None or not other or min(found.member_buyers, found.other_buyers) < ENOUGH:
        return t("membership.value")
    word = "more" if member >= other else "less"
    return t(f"membership.value.{word}", change=f"{abs(member / other - 1):.0%}")


def _platform(found: Review) -> None:
    """The review figures of the platform, each with its one sentence."""
    heads = found.heads
    few = t("numbers.too_few")
    figures = {
        "active": format.people(found.active),
        "share": rate(heads.sales_share),
        "reach": few if found.reach is None else format.percent(found.reach),
        "repurchase": few if found.repurchase is None else format.percent(found.repurchase),
        "buyer": few
        if found.member_buyer_fen is None or found.member_buyers < ENOUGH
        else format.yuan_round(found.member_buyer_fen),
        "left": format.people(found.moves.left),
    }
    active = format.percent(found.active / heads.members, 0) if heads.members else "–"
    with card(t("membership.platform", n=format.people(found.active), share=active), fill=True):
        plain_table(
            {
                t("membership.column.what"): [t(f"membership.{name}") for name in figures],
                t("membership.column.value"): list(figures.values()),
                t("membership.column.means"): [
                    t(f"membership.{name}.means", days=ACTIVE_DAYS if name == "active" else found.period.days)
                    for name in figures
                ],
            }
        )
