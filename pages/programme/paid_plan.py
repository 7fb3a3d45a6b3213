"""Paid membership: who has it and what it brings, who ends soon, a purchase at the desk, and the plans themselves."""

import streamlit as st

from core.services.paid_plans import list_plans
from pages.ui import format
from pages.ui.page import page
from pages.ui.plan_editor import edit_plans
from pages.ui.plan_holders import holders, show_holders, show_numbers
from pages.ui.plan_purchase import purchase_card
from pages.ui.runtime import desk, t

VIEWS = ("members", "plans")

with page("menu.paid_plan") as head:
    plans = list_plans(desk())
    found = holders()
    live = sum(one.state in ("running", "ending") for one in found)
    head.say(t("plan.subtitle", n=format.number(live)) if plans else t("plan.subtitle.none"))
    with head.corner:
        chosen = st.segmented_control(
            t("plan.view"),
            VIEWS,
            default="members" if plans else "plans",
            format_func=lambda one: t(f"plan.view.{one}"),
            key="plan:view",
            required=True,
            label_visibility="collapsed",
            persist_state="session",
        )
    if chosen == "plans":
        edit_plans(plans)
    else:
        show_numbers(found)
        purchase_card(plans)
        show_holders(found, plans)
