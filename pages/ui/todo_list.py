"""The lines of today's list: what, how many, why, and the one click to where it is finished."""

from collections.abc import Mapping
from datetime import date

import streamlit as st

from core.analytics.verdict_words import verdict_sentence
from core.documents.enums import Verdict
from core.services.campaign_results import CampaignResult
from core.services.today import Todo
from core.services.todo_marks import clear_marks, mark_todo
from core.services.todo_words import todo_words
from pages.ui import format
from pages.ui.chosen import choose
from pages.ui.menu import page_exists
from pages.ui.page import guard
from pages.ui.record import keep_sentence
from pages.ui.runtime import actor, desk, lang, now, t
from pages.ui.tiers import tier_names

NEW_CAMPAIGN, REMINDERS, LIST = "marketing/new_campaign.py", "marketing/reminders.py", "members/list.py"
SNOOZE_DAYS = 3
# The page where a kind of line is finished, and what it is opened with.
ENDS: dict[str, tuple[str, dict[str, str]]] = {
    "stale": ("shop/data.py", {}),
    "calls": ("marketing/call_list.py", {}),
    "unknown": (REMINDERS, {}),
    "birthdays": (REMINDERS, {"journey": "birthday"}),
    "expiring": (REMINDERS, {"journey": "coupon_expiring"}),
    "dropping": ("members/list.py", {"dropping": "30"}),
    "near_upgrade": (NEW_CAMPAIGN, {"segment_template": "near_upgrade", "ready": "1"}),
    "best_at_risk": (NEW_CAMPAIGN, {"segment_template": "best_at_risk", "ready": "1"}),
    "one_time": (NEW_CAMPAIGN, {"segment_template": "one_time", "ready": "1"}),
    "slipping": (NEW_CAMPAIGN, {"ready": "1"}),
    "due": (LIST, {}),
    "result": ("marketing/campaigns.py", {}),
    "promise_late": ("programme/promises.py", {}),
    "promise_due": ("programme/promises.py", {}),
    "promises": ("programme/promises.py", {"due": "today"}),
}
COLOURS = {"stale": "red", "calls": "red", "unknown": "red", "expiring": "orange", "birthdays": "orange"}
COLOURS |= {"promise_late": "red", "promise_due": "orange", "promises": "orange"}
COLOURS |= {"dropping": "orange", "result": "violet", "due": "green"}


def todo_lines(todos: list[Todo], marks: Mapping[str, date], leave_alone: int) -> None:
    """The card with the lines that are in sight, and under them whom to leave in peace and what was put away."""
    with st.container(border=True, gap="xsmall"):
        for place, todo in enumerate(todos):
            _line(todo, place)
        if not todos:
            st.markdown(f":green[:material/check_circle:] {t('today.none')}")
        if leave_alone:
            st.caption(f":material/do_not_disturb_on: {t('today.leave_alone', n=format.people(leave_alone))}")
        if marks:
            with st.container(horizontal=True, vertical_alignment="center"):
                st.caption(t("today.marked", n=len(marks)), width="content")
                st.button(t("today.mark.back"), key="todo:back", type="tertiary", on_click=_bring_back)


def _bring_back() -> None:
    with guard():
        clear_marks(desk(), actor(), now=now())


def _mark(name: str, days: int) -> None:
    with guard():
        mark_todo(desk(), actor(), name, days=days, now=now())


def _line(todo: Todo, place: int) -> None:
    tag, words, reason, end = st.columns([1.1, 6.2, 0.7, 2], vertical_alignment="center", gap="small")
    tag.badge(t(f"today.tag.{todo.kind}"), color=COLOURS.get(todo.kind, "blue"))  # type: ignore[arg-type]
    text, why = _words(todo)
    keep_sentence(text)
    words.markdown(text)
    with reason.popover("", icon=":material/help:", help=t("today.why")):
        st.markdown(why)
        with st.container(horizontal=True):
            for name, days in (("done", 1), ("snooze", SNOOZE_DAYS)):
                st.button(
                    t(f"today.mark.{name}", days=days),
                    key=f"todo:{place}:{name}",
                    icon=":material/check:" if name == "done" else ":material/snooze:",
                    on_click=_mark,
                    args=(todo.name, days),
                )
    page, query = ENDS[todo.kind]
    if todo.kind == "result":
        query = {"campaign": str(todo.params["id"])}
    if todo.kind in ("promise_late", "promise_due"):
        query = {"due": "today", "benefit": str(todo.params["benefit"])}
        query |= {"tier": str(todo.params["tier"])} if todo.params["tier"] else {}
    if page_exists(page) and end.button(t(f"today.act.{todo.kind}"), key=f"todo:{place}:{todo.kind}", width="stretch"):
        if todo.tree is not None:
            choose(todo.tree)
        st.switch_page(page, query_params=query)


def _words(todo: Todo) -> tuple[str, str]:
    """The line and its reason."""
    if todo.kind == "result":
        assert todo.result is not None
        name = format.md_escape(str(todo.params["name"]))
        line = t("today.line.result", name=name, verdict=_verdict(todo.result))
        return line, t("today.why.result", n=format.people(todo.count))
    line, why = todo_words(todo, lang(), tier_names(), strong=lambda number: f"**{number}**", escape=format.md_escape)
    past = todo.result
    if past is not None and past.verdict is not Verdict.CANNOT_TELL:
        line = f"{line}{t('today.joint')}:gray[{t('today.past', verdict=_verdict(past))}]"
    return line, why


def _verdict(result: CampaignResult) -> str:
    key, params = verdict_sentence(result.judgement)
    return t(key, **params)
