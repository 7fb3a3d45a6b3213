"""Record a purchase of a paid plan that staff saw: who, which plan, what was paid, and until when it then runs."""

import streamlit as st

from core.services.paid_plans import PlanView, preview_purchase, record_purchase
from pages.ui import format
from pages.ui.confirm import confirm_dialog
from pages.ui.find_person import find_person, name_of
from pages.ui.money_field import yuan_field
from pages.ui.parts import card
from pages.ui.runtime import actor, desk, lang, now, t


def purchase_card(plans: list[PlanView]) -> None:
    """The form; the term is said before anything is written."""
    with card(t("plan.record"), help=t("plan.record.help")):
        selling = {view.id: view.plan for view in plans if view.plan.on_sale}
        if not selling:
            st.caption(t("plan.none_on_sale"))
            return
        left, middle, right = st.columns([2, 1, 1], gap="small")
        with left:
            member_id = find_person("plan")
        number = middle.selectbox(
            t("plan.column.plan"), list(selling), format_func=lambda n: selling[n].name(lang()), key="plan:which"
        )
        with right:
            fen = yuan_field(t("plan.paid"), selling[number].price_fen, f"plan:paid:{number}") or 0
        if member_id is None:
            st.caption(t("plan.record.say"))
            return
        term = preview_purchase(desk(), member_id, number, now=now())
        key = "plan.record.renews" if term.follows else "plan.record.starts"
        said = t(key, who=name_of(member_id), day=format.day(term.last, year=True), days=term.days)
        st.markdown(said)
        label = t("plan.record_act", amount=format.yuan(fen))
        confirm_dialog(
            st.button(label, type="primary", key="plan:record", icon=":material/card_membership:"),
            "plan_record",
            t("plan.record_title", who=name_of(member_id)),
            [(t("plan.paid"), format.yuan(fen)), (t("plan.until"), format.day(term.last, year=True))],
            label,
            lambda key: record_purchase(desk(), actor(), member_id, number, paid_fen=fen, key=f"desk:{key}", now=now()),
            done=lambda bought: t("plan.recorded", day=format.day(bought.last_day, year=True)),
            text=said,
        )
