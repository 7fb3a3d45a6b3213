"""One campaign: its verdict first, then the comparison, the way of its messages, its cost, and how it was measured."""

import pandas as pd
import streamlit as st

from core.analytics.verdict import Ground
from core.documents.enums import Arm, CampaignStatus, Verdict
from core.services.campaign_list import CampaignView
from core.services.campaign_results import CampaignResult
from pages.ui import format
from pages.ui.campaign_estimate import reach_words
from pages.ui.campaign_log import show_people
from pages.ui.campaign_table import verdict_words
from pages.ui.charts import Bar, Effect, effect_chart, kpi_card, kpi_row, ranked_bars
from pages.ui.parts import card
from pages.ui.reason_words import reason_words
from pages.ui.runtime import desk, t

_LOOKS = {
    Verdict.WORKS: (":green", "check_circle"),
    Verdict.DOES_NOT: (":red", "cancel"),
    Verdict.CANNOT_TELL: (":orange", "help"),
}


def show_result(view: CampaignView, found: CampaignResult) -> None:
    """Everything that a launched campaign shows."""
    _verdict(view, found)
    _numbers(view, found)
    left, right = st.columns([3, 2], gap="small")
    with left, card(t("campaigns.comparison"), help=t("campaigns.comparison.help"), fill=True):
        st.dataframe(_arms(found), hide_index=True, width="stretch")
        if found.exempt:
            st.caption(t("campaign.exempt", n=format.number(found.exempt)))
        if found.final:  # an interval that still moves every day would be read as the result
            _effect(found)
    with right, card(t("campaigns.way"), help=t("campaigns.way.help"), fill=True):
        _funnel(view, found)
        st.markdown(_not_sent(view))
    show_people(view)
    _method(found)


def _verdict(view: CampaignView, found: CampaignResult) -> None:
    """The sentence; while it runs the day of the result comes first, and only then how it looks so far."""
    colour, icon = _LOOKS[found.verdict]
    until, said = view.line.measure_until, format.md_escape(verdict_words(found))
    with st.container(border=True):
        if view.line.status is CampaignStatus.RUNNING and until is not None and not found.final:
            day = format.day(desk().zone.day(until))
            st.markdown(f"### :primary[:material/hourglass_top:] {t('campaigns.running', day=day)}")
            if found.judgement.ground is not Ground.NO_COMPARISON:
                st.caption(f"{said} {t('campaign.so_far', until=format.moment(until, desk().zone))}")
        else:
            st.markdown(f"### {colour}[:material/{icon}:] {said}")
            st.caption(t(f"verdict.ground.{found.judgement.ground.value}"))
        if view.line.status is CampaignStatus.CANCELLED:
            st.caption(t("campaigns.was_cancelled"))
        if not found.coupon_cost_known:
            st.caption(t("campaign.coupon_cost_unknown"))


def _numbers(view: CampaignView, found: CampaignResult) -> None:
    judged = found.judgement
    with kpi_row(4) as cards:
        with cards[0]:
            kpi_card(t("campaigns.kpi.sent"), format.people(view.line.sent))
        with cards[1]:
            used = view.line.redeemed / view.line.sent if view.line.sent else 0.0
            kpi_card(
                t("campaigns.kpi.redeemed"),
                format.number(view.line.redeemed),
                format.percent(used),
                note=t("campaigns.of_sent"),
            )
        with cards[2]:
            kpi_card(t("campaigns.kpi.cost"), format.yuan_round(found.cost_fen), help=t("campaigns.kpi.cost.help"))
        with cards[3]:
            net = "—" if judged.net_fen is None else format.yuan_round(judged.net_fen)
            low, high = judged.net_low_fen, judged.net_high_fen
            span = None
            if low is not None and high is not None:
                span = t("campaigns.kpi.likely", low=format.yuan_round(low), high=format.yuan_round(high))
            kpi_card(t("campaigns.kpi.net"), net, span, note="", help=t("campaigns.kpi.net.help"))


def _arms(found: CampaignResult) -> pd.DataFrame:
    arms = [arm for one in (Arm.TREATED, Arm.HELD_OUT) for arm in found.arms if arm.arm is one]

    def share(buyers: int, assigned: int) -> str:
        return format.percent(buyers / assigned) if assigned else "—"

    return pd.DataFrame(
        {
            "": [t(f"campaign.arm.{arm.arm.value}") for arm in arms],
            t("campaigns.column.people"): [format.number(arm.assigned) for arm in arms],
            t("campaigns.column.buyers"): [format.number(arm.buyers) for arm in arms],
            t("campaigns.column.share"): [share(arm.buyers, arm.assigned) for arm in arms],
            t("campaigns.column.orders"): [format.number(arm.orders) for arm in arms],
            t("campaigns.column.net"): [format.yuan_round(arm.net_fen) for arm in arms],
            t("campaigns.column.each"): [
                format.yuan_round(arm.net_fen // arm.assigned) if arm.assigned else "—" for arm in arms
            ],
        }
    )


def _effect(found: CampaignResult) -> None:
    buyers = found.judgement.extra_buyers_per_100
    if buyers is not None:
        low, middle, high = buyers
        effect_chart([Effect(t("campaigns.extra"), low, middle, high)], t("campaigns.extra_unit"))


def _funnel(view: CampaignView, found: CampaignResult) -> None:
    """Sent, used, ordered: how many of those meant to get it."""
    treated = next(arm for arm in found.arms if arm.arm is Arm.TREATED)
    bars = [
        Bar(t("campaigns.funnel.treated"), view.line.treated, strong=False),
        Bar(t("campaigns.funnel.sent"), view.line.sent, strong=False),
        Bar(t("campaigns.funnel.buyers"), treated.buyers),
        Bar(t("campaigns.funnel.redeemed"), view.line.redeemed),
    ]
    ranked_bars(bars, "people")


def _not_sent(view: CampaignView) -> str:
    """Who did not get it and why: at launch, left out, and what was found later."""
    lines = [reach_words(view.by_channel, view.line.held_out, view.not_reached)]
    waiting = sum(view.messages.get(status, 0) for status in ("pending", "leased", "sending"))
    if waiting:
        lines.append(f"- {t('campaigns.waiting', n=format.number(waiting))}")
    lines += [
        f"- {t('campaigns.later', why=reason_words(reason), n=format.number(count))}"
        for reason, count in sorted(view.not_sent.items(), key=lambda pair: -pair[1])
    ]
    return "\n".join(line for line in lines if line)


def _method(found: CampaignResult) -> None:
    """Two plain sentences, with sizes and dates; the details one click away."""
    zone = desk().zone
    with st.expander(t("campaigns.method"), icon=":material/menu_book:"):
        sizes = {arm.arm: format.number(arm.assigned) for arm in found.arms}
        span = {
            "start": format.moment(found.measured_from, zone),
            "end": format.moment(found.measured_until, zone),
        }
        st.markdown(t("campaigns.method_say", treated=sizes[Arm.TREATED], left=sizes[Arm.HELD_OUT], **span))
        told: dict[str, list[str]] = {}
        for name, effect in found.effects.items():
            key = (
                f"method.{effect.method.value}"
                if effect.unmeasured is None
                else f"unmeasured.{effect.unmeasured.value}"
            )
            told.setdefault(t(f"effect.{key}"), []).append(t(f"campaigns.outcome.{name}"))
        for text, outcomes in told.items():
            st.caption(f"**{t('phrase.comma').join(outcomes)}** {text}")
