"""Today: what happened, how the goal stands, what to do, and the numbers behind it."""

import streamlit as st

from core.documents.enums import Area
from core.services.today import Today, read_pulse, read_today
from core.services.today_cards import STEPS, Cards, read_cards
from core.services.todo_marks import read_marks
from pages.ui.goal_line import goal_line, goal_short, goal_state
from pages.ui.headline import headline_text, state_text, worker_warning
from pages.ui.membership import membership
from pages.ui.overview_cards import Against, against_words, key_numbers, sales_trend, tier_mix
from pages.ui.page import page
from pages.ui.parts import empty_state, insight, link
from pages.ui.runtime import cached, desk, now, t
from pages.ui.todo_list import todo_lines

AGAINST: tuple[Against, ...] = ("before", "last_year")


@cached(Area.ORDERS, Area.MEMBERS, Area.RULES, Area.CAMPAIGNS, Area.MESSAGES, Area.SETTINGS)
def _today() -> Today:
    return read_today(desk(), now=now())


@cached(Area.ORDERS, Area.MEMBERS, Area.RULES, Area.CAMPAIGNS)
def _cards(days: int) -> Cards:
    return read_cards(desk(), days, now=now())


def _nobody_known(found: Today) -> bool:
    """Whether there are orders and no customers: the files named no buyers."""
    return (found.headline is None or found.headline.sales.total_fen <= 0) and membership().people == 0


def _numbers() -> None:
    """The key numbers and charts of the chosen stretch."""
    left, right = st.columns([2, 3], vertical_alignment="center")
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
        against = st.segmented_control(
            t("today.against"),
            list(AGAINST),
            default="before",
            format_func=lambda name: t(f"today.against.{name}"),
            key="today:against",
            required=True,
            label_visibility="collapsed",
            persist_state="session",
        )
    found = _cards(days or 90)
    key_numbers(found, against or "before")
    st.caption(against_words(found, against or "before"))
    wide, narrow = st.columns([2, 1], gap="small")
    with wide:
        sales_trend(found)
    with narrow:
        tier_mix(found)
    link(t("today.more"), "numbers/members.py", icon="monitoring")


with page("menu.todo") as head:
    found, pulse = _today(), read_pulse(desk(), now=now())
    if found.data_until is None:
        head.say(state_text(found, pulse, None))
        empty_state(t("today.empty"), t("today.empty.act"), "shop/data.py", icon="upload_file")
    else:
        marks, goal = read_marks(desk(), now=now()), goal_state()
        every = [*pulse.todos, *found.todos]
        todos = [todo for todo in every if todo.name not in marks]
        away = {todo.name: marks[todo.name] for todo in every if todo.name in marks}
        head.say(state_text(found, pulse, goal_short(goal)))
        insight(f"#### {headline_text(found.headline, todos)}")
        warning = worker_warning(pulse)
        if warning:
            st.warning(warning, icon=":material/pause_circle:")
        goal_line(goal)
        nobody = _nobody_known(found)
        if nobody:
            st.info(t("today.nobody_known"), icon=":material/person_off:")
            link(t("today.nobody_known.act"), "shop/data.py", icon="upload_file")
        if every or not nobody:
            todo_lines(todos, away, found.leave_alone)
        st.space("small")
        _numbers()
