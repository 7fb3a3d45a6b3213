"""Stored value: a member's balance and what is done with it, the month's report, the top-up plan."""

import streamlit as st

from core.services.stored_account import read_account
from core.services.stored_value import read_plan
from pages.ui.find_person import find_person, name_of
from pages.ui.page import page
from pages.ui.parts import card
from pages.ui.runtime import desk, now, t
from pages.ui.stored_books import show_report, statement_card
from pages.ui.stored_correction import correction
from pages.ui.stored_member import back_card, balance_row, pay_card, top_up_card
from pages.ui.stored_plan import edit_plan

VIEWS = ("member", "report", "plan")


def _member() -> None:
    plan = read_plan(desk())
    with card(t("stored.who")):
        member_id = find_person("stored")
        if member_id is None:
            st.caption(t("stored.who.say"))
            return
        st.markdown(f"#### {name_of(member_id)}")
        account = read_account(desk(), member_id, now=now())
        balance_row(account)
    for column, draw in zip(
        st.columns(3, gap="small"),
        (
            lambda: top_up_card(member_id, account, plan),
            lambda: pay_card(member_id, account),
            lambda: back_card(member_id, account),
        ),
        strict=True,
    ):
        with column:
            draw()
    correction(member_id, account)
    statement_card(member_id)


with page("menu.stored_value", t("stored.subtitle")) as head:
    with head.corner:
        chosen = st.segmented_control(
            t("stored.view"),
            VIEWS,
            default="member" if read_plan(desk()) else "plan",
            format_func=lambda one: t(f"stored.view.{one}"),
            key="stored:view",
            required=True,
            label_visibility="collapsed",
            persist_state="session",
        )
    if chosen == "plan":
        edit_plan(read_plan(desk()))
    elif chosen == "report":
        show_report()
    else:
        _member()
