"""Set the shop's goal, or give it up: one dialog."""

from datetime import date, timedelta

import streamlit as st

from core.analytics.goal_pace import Metric
from core.services.shop_goals import Goal, Standing, comparable, give_up_goal, set_goal
from pages.ui import format
from pages.ui.confirm import confirm_dialog
from pages.ui.money_field import yuan_field
from pages.ui.runtime import actor, desk, now, t, today

MOST_DAYS = 730


def goal_buttons(goal: Goal | None) -> None:
    """The button that opens the dialog, and for a goal that is there the one that gives it up."""
    with st.container(horizontal=True, horizontal_alignment="right", gap="small"):
        label = t("goal.set" if goal is None else "goal.change")
        opened = st.button(label, key="goal:set", icon=":material/flag:" if goal is None else None)
        given_up = goal is not None and st.button(
            "", key="goal:drop", icon=":material/close:", type="tertiary", help=t("goal.give_up")
        )
    wanted: dict[str, object] = {}
    confirm_dialog(
        opened,
        "goal",
        t("goal.title"),
        [],
        t("goal.aim"),
        lambda _: _set(wanted),
        done=lambda found: t("goal.done", day=format.day(found.last_day, year=True)),
        fields=lambda: _fields(goal, wanted),
    )
    if goal is not None:
        confirm_dialog(
            given_up,
            "goal_drop",
            t("goal.give_up"),
            [],
            t("goal.give_up"),
            lambda _: give_up_goal(desk(), actor(), goal.id, now=now()),
            done=lambda _: t("goal.given_up"),
            text=t("goal.give_up.text"),
        )


def _set(wanted: dict[str, object]) -> Goal:
    metric, target, last_day = (wanted[name] for name in ("metric", "target", "last_day"))
    assert isinstance(target, int) and isinstance(last_day, date)
    return set_goal(desk(), actor(), str(metric), target, last_day, now=now())


def _fields(goal: Goal | None, wanted: dict[str, object]) -> bool:
    """The fields of the dialog; what they hold goes into ``wanted``. Whether all are filled."""
    metric = st.selectbox(
        t("goal.metric"),
        list(Metric),
        index=list(Metric).index(goal.metric) if goal else 0,
        format_func=lambda one: t(f"goal.name.{one.value}"),
        key="goal:metric",
    )
    end_of_year = date(today().year, 12, 31)
    last_day = st.date_input(
        t("goal.last_day"),
        value=goal.last_day if goal and goal.last_day > today() else max(end_of_year, today() + timedelta(days=1)),
        min_value=today() + timedelta(days=1),
        max_value=today() + timedelta(days=MOST_DAYS),
        key="goal:day",
    )
    assert isinstance(last_day, date)
    base = comparable(desk(), metric, today(), last_day, now=now())
    st.caption(_base(metric, base))
    kept = goal.target if goal and goal.metric is metric else None
    target = _target(metric, base.value, kept)
    wanted |= {"metric": metric.value, "last_day": last_day, "target": target}
    return bool(target)


def _base(metric: Metric, base: Standing) -> str:
    if metric.is_rate:
        share, people = format.percent(base.value / 10_000), format.people(base.people or 0)
        return t("goal.base.rate", share=share, n=people)
    amount = format.yuan_short(base.value) if metric is Metric.MEMBER_SALES else format.people(base.value)
    return t("goal.base.sum", amount=amount)


def _target(metric: Metric, base: int, kept: int | None) -> int | None:
    """The target in the metric's unit."""
    key = f"goal:target:{metric.value}"
    if metric is Metric.MEMBER_SALES:
        return yuan_field(t("goal.target"), kept or base * 11 // 10 // 100_00 * 100_00 or None, key, step=1000.0)
    if metric is Metric.MEMBERS_JOINED:
        count = st.number_input(t("goal.target.people"), 1, 10_000_000, value=kept or max(base * 11 // 10, 1), key=key)
        return int(count)
    start = (kept or min(base + 300, 10_000)) / 100
    share = st.number_input(t("goal.target.rate"), 0.0, 1000.0, value=float(start), step=0.5, format="%g", key=key)
    return round(share * 100)
