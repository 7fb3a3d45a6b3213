"""Member days in the rules under edit: on which days points count more."""

from functools import partial
from typing import Any

import streamlit as st

from core.documents.earning import MultiplierDay
from core.money import from_widget
from pages.ui.rule_draft import RuleDraft
from pages.ui.runtime import lang, t, today

WAYS = ("day_of_month", "weekday", "dates")
MOST_DAYS = 20


def edit_days(draft: RuleDraft, points: dict[str, Any], stem: str) -> None:
    """One line a member day: when, and how many times points count on it."""
    st.markdown(f"**{t('points.days')}**", help=t("points.days.help"))
    for place, day in enumerate(points["days"]):
        _day_row(draft, points, day, place, f"{stem}:day:{len(points['days'])}:{place}")
    if len(points["days"]) < MOST_DAYS:
        st.button(t("points.days.add"), icon=":material/add:", key=f"{stem}:day:add", on_click=_add, args=(points,))


def _add(points: dict[str, Any]) -> None:
    points["days"] = [*points["days"], MultiplierDay(pct=200, day_of_month=8).as_json()]


def _drop(points: dict[str, Any], place: int) -> None:
    points["days"] = [day for index, day in enumerate(points["days"]) if index != place]


def _way(day: dict[str, Any]) -> str:
    return next((way for way in WAYS[:2] if day[way] is not None), "dates")


def _word(stem: str, code: Any) -> str:
    return t(f"{stem}.{code}")


def _day_row(draft: RuleDraft, points: dict[str, Any], day: dict[str, Any], place: int, stem: str) -> None:
    way, when, times, gone = st.columns([2, 4, 2, 1], vertical_alignment="bottom")
    chosen = way.selectbox(
        t("points.days.way"), WAYS, index=WAYS.index(_way(day)), format_func=partial(_word, "points.days"),
        key=f"{stem}:way:{lang()}",
    )  # fmt: skip
    found: dict[str, Any] = {"day_of_month": None, "weekday": None, "starts": None, "ends": None}
    with when:
        if chosen == "day_of_month":
            first = day["day_of_month"] or 8
            found["day_of_month"] = int(st.number_input(t("points.days.which"), 1, 31, first, key=f"{stem}:month"))
        elif chosen == "weekday":
            found["weekday"] = st.selectbox(
                t("points.days.which"), range(1, 8), index=(day["weekday"] or 6) - 1,
                format_func=partial(_word, "points.weekday"), key=f"{stem}:weekday:{lang()}",
            )  # fmt: skip
        else:
            found |= _dates(day, stem)
    with times:
        value = st.number_input(
            t("points.days.times"), 1.0, 10.0, day["pct"] / 100, step=0.5, format="%g", key=f"{stem}:pct"
        )
    gone.button(
        t("tiers.remove"), icon=":material/delete:", type="tertiary", key=f"{stem}:drop",
        on_click=_drop, args=(points, place),
    )  # fmt: skip
    points["days"][place] = found | {"pct": from_widget(value)}


def _dates(day: dict[str, Any], stem: str) -> dict[str, str]:
    """From one date to another, both included."""
    first, last = day["starts"] or today().isoformat(), day["ends"] or today().isoformat()
    picked = st.date_input(t("points.days.which"), (first, last), key=f"{stem}:dates")
    span = picked if isinstance(picked, tuple) else (picked,)
    if not span:
        return {"starts": first, "ends": last}
    return {"starts": span[0].isoformat(), "ends": span[-1].isoformat()}
