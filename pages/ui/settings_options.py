"""Settings: features that are off in a new shop; stored value only after its duties were read."""

import streamlit as st

from core.services.options import switch_plans
from core.services.stored_value import DUTIES, switch_off, switch_on
from pages.ui.page import guard
from pages.ui.parts import card, flash, link
from pages.ui.runtime import actor, desk, now, options, t


def show() -> None:
    """Stored value on the left, paid membership on the right."""
    left, right = st.columns([3, 2], gap="small")
    with left, card(t("menu.stored_value"), fill=True):
        _stored("stored_value" in options())
    with right, card(t("menu.paid_plan"), fill=True):
        _plans("paid_plan" in options())


def _stored(on: bool) -> None:
    st.markdown(t("options.stored.say"))
    if on:
        st.badge(t("options.on"), icon=":material/check:", color="green")
        link(t("options.open"), "programme/stored_value.py")
        st.button(t("options.turn_off"), key="options:stored_off", on_click=_run, args=("stored_off",))
        return
    st.warning(t("options.stored.warning"), icon=":material/gavel:")
    ticked = [duty for duty in DUTIES if st.checkbox(t(f"stored.duty.{duty}"), key=f"options:{duty}")]
    st.button(
        t("options.stored.turn_on"), type="primary", key="options:stored_on", disabled=len(ticked) < len(DUTIES),
        on_click=_run, args=("stored_on", tuple(ticked)),
    )  # fmt: skip


def _plans(on: bool) -> None:
    st.markdown(t("options.plan.say"))
    if on:
        st.badge(t("options.on"), icon=":material/check:", color="green")
        link(t("options.open"), "programme/paid_plan.py")
        st.button(t("options.turn_off"), key="options:plan_off", on_click=_run, args=("plan_off",))
    else:
        st.button(t("options.turn_on"), type="primary", key="options:plan_on", on_click=_run, args=("plan_on",))


def _run(what: str, ticked: tuple[str, ...] = ()) -> None:
    with guard():
        match what:
            case "stored_on":
                switch_on(desk(), actor(), acknowledged=ticked, now=now())
            case "stored_off":
                switch_off(desk(), actor(), now=now())
            case _:
                switch_plans(desk(), actor(), what == "plan_on", now=now())
        flash(t(f"options.done.{what.rpartition('_')[2]}"))
