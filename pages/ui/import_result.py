"""The import that runs, or what the last one brought and where to go from there."""

from collections.abc import Sequence

import streamlit as st

from core.documents.enums import ImportKind
from core.services.import_file import STAGED, Outcome
from core.services.joined_rule import count_joined
from pages.ui import format, jobs, state
from pages.ui.import_rejects import show_rejects
from pages.ui.page import sentence
from pages.ui.parts import card, link
from pages.ui.runtime import desk, settings, t


def speed_words(job: jobs.Job, key: str) -> str:
    """The line over the bar: rows done, of how many, rows a second."""
    done = round(job.size * min(job.share / STAGED, 1.0))
    speed = round(done / job.seconds) if job.seconds else 0
    return t(key, done=format.number(done), rows=format.number(job.size), speed=format.number(speed))


def show_result(hidden: bool) -> bool:
    """The running import with its bar, or (unless ``hidden``) the result of the last one; True while it runs."""
    job = jobs.find(state.get(state.Key.IMPORT_JOB))
    if job is None:
        return False
    if not job.done:
        with card(t("data.importing")):
            jobs.watch(job, lambda one: speed_words(one, "data.progress"))
        return True
    if not hidden:
        with card(t("data.done")):
            _result(job.result)
    return False


def _result(outcomes: Sequence[Outcome]) -> None:
    for outcome in outcomes:
        if outcome.fault is not None:
            name = format.md_escape(outcome.plan.name)
            st.error(f"**{name}**\n\n{sentence(outcome.fault)} {t('data.nothing_lost')}", icon=":material/error:")
            continue
        st.markdown(f":green[:material/check_circle:] {_words(outcome)}")
        show_rejects(outcome, "result", opened=False)
        if outcome.plan.kind is ImportKind.MEMBERS and settings().joined_rule == "file":
            st.caption(t("data.members_by_list", n=format.people(count_joined(desk()).now)))
    with st.container(horizontal=True):
        link(t("data.to_today"), "today/todo.py", icon="checklist")
        link(t("data.to_members"), "members/list.py", icon="group")


def _words(outcome: Outcome) -> str:
    """One sentence: what came in, how long it took."""
    report = outcome.report
    assert report is not None
    numbers = {
        name: format.number(getattr(report, name))
        for name in ("orders_new", "orders_updated", "people_new", "members_new")
    }
    numbers |= {"updated": format.number(max(report.accepted - report.unchanged - report.people_new, 0))}
    kind = "members" if outcome.plan.kind is ImportKind.MEMBERS else "orders"
    what = t(f"data.done.{kind}" if outcome.changes else "data.done.nothing", **numbers)
    speed = t("data.done.speed", seconds=f"{report.seconds:.1f}", speed=format.number(round(report.rows_per_second)))
    return f"**{format.md_escape(outcome.plan.name)}** {what} {speed}"
