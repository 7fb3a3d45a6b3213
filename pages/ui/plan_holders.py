"""Who has a paid plan: the list with term and value, who ends soon, and the refund of one with its sum before it is done."""

import pandas as pd
import streamlit as st

from core.documents.enums import Area
from core.errors import Refusal
from core.rules.masking import mask_person
from core.services.paid_plans import PlanBack, PlanView, preview_refund, refund_purchase
from core.services.plan_holders import STATES, Holder, list_holders
from pages.ui import format
from pages.ui.charts import kpi_card, kpi_row
from pages.ui.confirm import confirm_dialog
from pages.ui.page import sentence
from pages.ui.parts import card, insight, link
from pages.ui.runtime import actor, cached, desk, lang, now, t
from pages.ui.table import pick_row

_LIST = 420
_MOST = 200  # lines sent to the browser; the filter leads to the others


@cached(Area.MEMBERS, Area.ORDERS, Area.CAMPAIGNS, Area.RULES)
def holders() -> list[Holder]:
    """Everybody who has or had a plan."""
    return list_holders(desk(), now=now())


def show_numbers(found: list[Holder]) -> None:
    """How many hold a plan, how many end soon, what they paid, and what they buy compared with before."""
    live = [one for one in found if one.state in ("ending", "running")]
    ending = [one for one in live if one.state == "ending"]
    before, after = (sum(getattr(one, name).net_fen for one in live) for name in ("before", "after"))
    values = (
        ("live", format.people(len(live)), None),
        ("ending", format.people(len(ending)), None),
        ("paid", format.yuan_round(sum(one.paid_fen for one in found)), None),
        ("sales", format.yuan_round(after), format.change(before, after)),
    )
    with kpi_row(4) as cards:
        for place, (name, value, change) in zip(cards, values, strict=True):
            with place:
                note = t("plan.number.since") if change else None
                kpi_card(t(f"plan.number.{name}"), value, change, note=note, help=t(f"plan.number.{name}.help"))
    if ending:
        insight(t("plan.ending_say", n=format.number(len(ending))), t("plan.ending_act"), "marketing/reminders.py")


def show_holders(found: list[Holder], plans: list[PlanView]) -> None:
    """The list; who is picked can be opened and refunded."""
    with card(t("plan.holders"), help=t("plan.holders.help")):
        if not found:
            st.caption(t("plan.holders.none"))
            return
        there = [state for state in STATES if any(one.state == state for one in found)]
        wanted = st.pills(
            t("plan.filter"), there, selection_mode="multi", format_func=lambda one: t(f"plan.state.{one}"),
            key="plan:states", label_visibility="collapsed",
        )  # fmt: skip
        chosen = [one for one in found if not wanted or one.state in wanted]
        shown = chosen[:_MOST]
        names = {view.id: view.plan.name(lang()) for view in plans}
        picked = pick_row(_frame(shown, names), [one.purchase_id for one in shown], "plan:holders", height=_LIST)
        if len(chosen) > len(shown):
            st.caption(t("plan.more", shown=format.number(len(shown)), n=format.number(len(chosen))))
        if picked is None:
            st.caption(t("plan.pick_say"))
            return
        _one(next(one for one in shown if one.purchase_id == picked))


def _frame(shown: list[Holder], names: dict[int, str]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            t("plan.column.who"): [mask_person(one.name, one.nickname, one.member_id) for one in shown],
            t("plan.column.plan"): [names.get(one.plan_id, "–") for one in shown],
            t("plan.column.state"): [t(f"plan.state.{one.state}") for one in shown],
            t("plan.column.term"): [f"{one.first_day:%Y-%m-%d} – {one.last_day:%Y-%m-%d}" for one in shown],
            t("plan.column.paid"): [format.yuan(one.paid_fen) for one in shown],
            t("plan.column.saved"): [format.yuan(one.saved_fen) for one in shown],
            t("plan.column.before"): [_bought(one.before.orders, one.before.net_fen) for one in shown],
            t("plan.column.after"): [_bought(one.after.orders, one.after.net_fen) for one in shown],
        }
    )


def _bought(orders: int, fen: int) -> str:
    return t("plan.bought", n=format.number(orders), amount=format.yuan_round(fen))


def _one(holder: Holder) -> None:
    """The person's portrait, and the refund."""
    who = format.md_escape(mask_person(holder.name, holder.nickname, holder.member_id))
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{who}**", width="content")
        link(t("plan.portrait"), "members/portrait.py", query={"member": holder.public_id})
        try:
            back = preview_refund(desk(), holder.purchase_id, now=now())
        except Refusal as refusal:
            st.caption(sentence(refusal))
            return
        amount = format.yuan(back.refund_fen)
        opened = st.button(t("plan.refund_act", amount=amount), icon=":material/undo:", key="plan:refund")
    _confirm(opened, holder, back, who)


def _confirm(opened: bool, holder: Holder, back: PlanBack, who: str) -> None:
    amount = format.yuan(back.refund_fen)
    confirm_dialog(
        opened,
        "plan_refund",
        t("plan.refund_title", who=who),
        [
            (t("plan.refund.days_left"), t("plan.refund.of", left=back.days_left, days=back.days)),
            (t("plan.refund.amount"), amount),
        ],
        t("plan.refund_act", amount=amount),
        lambda _: refund_purchase(desk(), actor(), holder.purchase_id, now=now()),
        done=lambda done: t("plan.refunded", amount=format.yuan(done.refund_fen)),
        text=t("plan.refund_say", left=back.days_left, days=back.days, amount=amount),
        warning=t("plan.refund_tier"),
    )
