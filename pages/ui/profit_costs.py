"""The small form for what a sale costs to run; nothing is assumed until the owner says so."""

from decimal import Decimal

import streamlit as st

from core.analytics.programme_profit import RunningCosts
from core.services.programme_profit import save_running_costs
from pages.ui import format
from pages.ui.money_field import yuan_field
from pages.ui.page import guard
from pages.ui.parts import flash
from pages.ui.runtime import actor, desk, now, t


def running_costs_form(kept: RunningCosts) -> None:
    """What is taken off now, and the popover to change it."""
    if kept.set:
        words = {
            "commission": format.percent(kept.commission_bp / 10_000, 2),
            "shipping": format.yuan(kept.shipping_fen),
            "insurance": format.yuan(kept.insurance_fen),
        }
        st.caption(t("profit.running.set", **words))
    else:
        st.caption(t("profit.running.none"))
    with st.popover(t("profit.running"), icon=":material/tune:"), guard():
        commission = st.number_input(
            t("profit.running.commission"),
            min_value=0.0,
            max_value=50.0,
            value=kept.commission_bp / 100,
            step=0.1,
            format="%g",
            key="profit:commission",
        )
        shipping = yuan_field(t("profit.running.shipping"), kept.shipping_fen, "profit:shipping", step=0.5)
        insurance = yuan_field(t("profit.running.insurance"), kept.insurance_fen, "profit:insurance", step=0.1)
        if st.button(t("profit.running.save"), type="primary", key="profit:save"):
            costs = RunningCosts(
                commission_bp=int((Decimal(str(commission)) * 100).to_integral_value()),
                shipping_fen=shipping or 0,
                insurance_fen=insurance or 0,
            )
            save_running_costs(desk(), actor(), costs, now=now())
            flash(t("profit.running.saved"))
            st.rerun()
