"""The shop's goal on today's page: where it stands, where it should be, what is still needed; one click away what moved it."""

from collections.abc import Sequence

import streamlit as st

from core.analytics.goal_pace import Metric, Pace, Part
from core.documents.enums import Area
from core.services.shop_goals import GoalMoves, GoalState, read_goal, read_goal_moves, read_goal_state
from pages.ui import format
from pages.ui.goal_dialog import goal_buttons
from pages.ui.parts import insight, link
from pages.ui.runtime import cached, desk, now, t
from pages.ui.tiers import tier_names

COLOURS = {
    Pace.REACHED: "green",
    Pace.AHEAD: "green",
    Pace.ON_PACE: "blue",
    Pace.BEHIND: "orange",
    Pace.TOO_FEW: "gray",
}


@cached(Area.ORDERS, Area.MEMBERS, Area.CAMPAIGNS, Area.SETTINGS)
def goal_state() -> GoalState | None:
    """The goal as it stands today."""
    return read_goal_state(desk(), now=now())


@cached(Area.ORDERS, Area.MEMBERS, Area.CAMPAIGNS, Area.SETTINGS)
def _goal_moves(goal_id: int) -> GoalMoves | None:
    goal = read_goal(desk())
    return None if goal is None or goal.id != goal_id else read_goal_moves(desk(), goal, now=now())


def goal_value(metric: Metric, value: int) -> str:
    """A value of a goal in words."""
    if metric.is_rate:
        return format.percent(value / 10_000, 1)
    return format.yuan_short(value) if metric is Metric.MEMBER_SALES else format.people(value)


def goal_short(found: GoalState | None) -> str | None:
    """For the line of the page's state: "复购率 32%，目标 35%"."""
    if found is None:
        return None
    metric = found.goal.metric
    words = {"now": goal_value(metric, found.standing.value), "target": goal_value(metric, found.goal.target)}
    return t("goal.short", name=t(f"goal.name.{metric.value}"), **words)


def goal_line(found: GoalState | None) -> None:
    """The card with the goal; without one the way to set it."""
    with st.container(border=True, gap="xsmall"):
        if found is None:
            left, right = st.columns([5, 1.6], vertical_alignment="center")
            left.markdown(f":gray[:material/flag:] {t('goal.none')}")
            with right:
                goal_buttons(None)
            return
        left, middle, right = st.columns([5, 1.6, 1.6], vertical_alignment="center", gap="small")
        with left:
            _words(found)
        with middle.popover(t("goal.why"), icon=":material/insights:"):
            _why(found)
        with right:
            goal_buttons(found.goal)


def _words(found: GoalState) -> None:
    goal = found.goal
    st.badge(t(f"goal.pace.{found.pace.value}"), color=COLOURS[found.pace], icon=":material/flag:")  # type: ignore[arg-type]
    words = {
        "name": t(f"goal.name.{goal.metric.value}"),
        "now": goal_value(goal.metric, found.standing.value),
        "target": goal_value(goal.metric, goal.target),
        "should": goal_value(goal.metric, found.should),
        "day": format.day(goal.last_day, year=True),
    }
    insight(f"**{t('goal.line', **words)}** {_needed(found)}")
    st.caption(f"{t('goal.should', **words)} {_outlook(found)}")


def _needed(found: GoalState) -> str:
    if found.pace is Pace.TOO_FEW:
        return t("goal.needed.few")
    if not found.needed:
        return t("goal.needed.none")
    metric = found.goal.metric
    amount = goal_value(metric, found.needed) if not metric.is_rate else format.people(found.needed)
    kind = "repeat" if metric in (Metric.REPURCHASE_365, Metric.REPURCHASE_90) else metric.value
    return t(f"goal.needed.{kind}", n=amount)


def _outlook(found: GoalState) -> str:
    metric = found.goal.metric
    if found.days_left <= 0:
        return t("goal.over")
    if found.outlook is None:
        return t("goal.outlook.unsure", days=format.days(found.days_left))
    one = found.outlook
    words = {name: goal_value(metric, getattr(one, name)) for name in ("low", "middle", "high")}
    return t("goal.outlook", days=format.days(found.days_left), **words)


def _why(found: GoalState) -> None:
    """How it is worked out; on demand who moved it and the campaigns that are proven to have helped."""
    metric = found.goal.metric
    people = found.standing.people
    until = format.day(format.until(found.until), year=True)
    counted = (
        t("goal.counted", until=until, n=format.people(people)) if people is not None else t("goal.until", until=until)
    )
    method = "rate" if metric.is_rate else "sum"
    st.caption(f"{counted} {t(f'goal.method.{method}')}")
    if st.toggle(t("goal.moves"), key="goal:moves"):
        _moves(found)


def _moves(found: GoalState) -> None:
    moves = _goal_moves(found.goal.id)
    if moves is None:
        return
    for by, parts in moves.moved.items():
        if moves.against is not None and parts:
            st.markdown(f"**{t(f'goal.moved.{by}', day=format.day(moves.against, year=True))}**")
            st.markdown("\n".join(f"- {_part(found.goal.metric, by, part)}" for part in _largest(parts)))
    st.markdown(f"**{t('goal.campaigns')}**")
    for one in moves.campaigns[:3]:
        counts = {name: format.number(round(getattr(one, name))) for name in ("low", "middle", "high")}
        st.markdown(t("goal.campaign", name=format.md_escape(one.name), **counts))
    if moves.campaigns:
        link(t("goal.campaigns.all"), "numbers/results.py")
    else:
        st.caption(t("goal.campaigns.none"))


def _largest(parts: Sequence[Part]) -> list[Part]:
    most = max(abs(part.moved) for part in parts)
    return sorted((part for part in parts if abs(part.moved) * 20 > most), key=lambda part: -abs(part.moved))[:4]


def _part(metric: Metric, by: str, part: Part) -> str:
    if by == "visit":
        name = t(f"goal.part.{part.name}")
    elif by == "tier":
        name = format.md_escape(tier_names().get(part.name, part.name)) if part.name else t("goal.part.none")
    else:
        name = format.md_escape(part.name)
    sign = "+" if part.moved > 0 else "−"
    size = abs(part.moved)
    if metric.is_rate:
        return t("goal.part.points", name=name, points=f"{sign}{size / 100:.1f}")
    return t("goal.part.amount", name=name, amount=f"{sign}{goal_value(metric, size)}")
