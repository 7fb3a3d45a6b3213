"""Today: what happened, what to do, and the numbers behind it."""

import streamlit as st

from core.documents.enums import Area
from core.services.overview import STEPS, Overview, read_overview
from core.services.today import Today, read_pulse, read_today
from pages.ui.headline import headline_text, state_text, worker_warning
from pages.ui.overview_cards import key_numbers, money_sources, rfm_grid, sales_trend, tier_mix
from pages.ui.page import page
from pages.ui.parts import empty_state
from pages.ui.runtime import cached, desk, now, t
from pages.ui.todo_list import todo_lines


@cached(Area.ORDERS, Area.MEMBERS, Area.RULES, Area.CAMPAIGNS, Area.MESSAGES, Area.SETTINGS)
def _today() -> Today:
    return read_today(desk(), now=now())


@cached(Area.ORDERS, Area.MEMBERS, Area.RULES)
def _overview(days: int) -> Overview:
    return read_overview(desk(), days, now=now())


def _numbers() -> None:
    """The key numbers and charts of the chosen stretch."""
    left, right = st.columns([3, 2], vertical_alignment="center")
    left.subheader(t("today.numbers"), anchor=False)
    with right.container(horizontal=True, horizontal_alignment="right"):
        days = st.segmented_control(
            t("today.period"),
            list(STEPS),
            default=90,
            format_func=lambda count: t(f"today.period.{count}"),
            key="today:days",
            required=True,
            label_visibility="collapsed",
            persist_state="session",
        )
    found = _overview(days or 90)
    key_numbers(found)
    wide, narrow = st.columns([2, 1], gap="small")
    with wide:
        sales_trend(found)
    with narrow:
        tier_mix(found)
    left, right = st.columns(2, gap="small")
    with left:
        rfm_grid(found.concentration, days or 90)
    with right:
        money_sources(found.concentration)


with page("menu.todo") as head:
    found, pulse = _today(), read_pulse(desk(), now=now())
    if found.data_until is None:
        head.say(state_text(found, pulse, None))
        empty_state(t("today.empty"), t("today.empty.act"), "shop/data.py", icon="upload_file")
    else:
        todos = [*pulse.todos, *found.todos]
        head.say(state_text(found, pulse, _overview(90).repurchase.now))
        st.markdown(f"#### {headline_text(found.headline, todos)}")
        warning = worker_warning(pulse)
        if warning:
            st.warning(warning, icon=":material/pause_circle:")
        todo_lines(todos, found.leave_alone)
        st.space("small")
        _numbers()
