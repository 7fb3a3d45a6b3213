"""The demo shop's controls in the sidebar: its clock, turned forward by a day or a week; a fresh start; the way out."""

import time
from collections.abc import Callable
from typing import Any

import streamlit as st

from core.config import config
from core.services.build_real_demo import REAL, real_data_ready
from core.services.demo_shop import enter_demo, leave_demo, turn_clock
from core.services.reset_demo import reset_demo
from core.services.worker import TickResult
from pages.ui import format, jobs, state
from pages.ui.confirm import confirm_dialog
from pages.ui.page import guard
from pages.ui.parts import card, flash, link
from pages.ui.runtime import actor, desk, forget_caches, is_demo, now, settings, t

DAY, WEEK = 1, 7
ENTER, RESET, TURN = "demo:enter", "demo:reset", "demo:turn"
START = "today/todo.py"


def show_controls() -> None:
    """Badge, clock and buttons; only ever drawn in the demo shop."""
    clock = format.moment(now(), desk().zone)
    name = format.md_escape(settings().shop_name or t("frame.unnamed_shop"))
    st.badge(t("frame.demo"), icon=":material/science:", color="orange")
    st.caption(f"{name}  \n{t('frame.demo_clock', moment=clock)}")
    offset = settings().clock_offset_seconds
    with st.container(horizontal=True, gap="small"):
        # The clock is in the key: a second click on the same button finds it gone instead of turning twice.
        for days in (DAY, WEEK):
            if st.button(t(f"demo.turn.{days}"), icon=":material/fast_forward:", key=f"demo:turn:{days}:{offset}"):
                _turn(days, offset)
    source = settings().demo_source
    if source == REAL:
        with st.popover(t("demo.real.source"), icon=":material/info:", type="tertiary"):
            st.markdown(t("demo.real.terms"))
    other = "" if source == REAL else REAL
    with st.popover(t("demo.more"), icon=":material/tune:", type="tertiary"):
        asked = st.button(t("demo.reset"), icon=":material/restart_alt:", key="demo:reset", width="stretch")
        name = t(f"demo.switch.{other or 'invented'}")
        can = not other or real_data_ready()
        hint = None if can else t("error.real_data_missing")
        switch = st.button(
            name, icon=":material/swap_horiz:", key="demo:switch", width="stretch", disabled=not can, help=hint
        )
        if st.button(t("demo.leave"), icon=":material/storefront:", key="demo:leave", width="stretch"):
            leave()
    _confirm_rebuild("demo-reset", asked, t("demo.reset.act"), source)
    _confirm_rebuild("demo-switch", switch, name, other)


def _confirm_rebuild(name: str, asked: bool, label: str, source: str) -> None:
    """Ask before what was done in the demo shop is thrown away; ``source``: what it is built from then."""
    confirm_dialog(
        asked,
        name,
        t("demo.reset.title"),
        [],
        label,
        lambda _key: _reset(source),
        done=lambda _: "",
        text=t("demo.reset.text"),
    )


def enter(source: str = "") -> None:
    """Go into the demo shop; it is built first where that was not done yet."""
    who, at = actor(), config().clock()
    _start(ENTER, lambda report: enter_demo(who, now=at, source=source, progress=report))
    st.rerun()


def leave() -> None:
    """Go (back) to the owner's own shop."""
    leave_demo()
    forget_caches()
    flash(t("demo.left"))
    st.rerun()


def _turn(days: int, offset: int) -> None:
    opened, who = desk(), actor()
    _start(f"{TURN}:{days}:{offset}", lambda report: turn_clock(opened, who, days, progress=report))
    st.rerun()


def _reset(source: str) -> None:
    who, at = actor(), config().clock()
    job = _start(RESET, lambda report: reset_demo(who, now=at, source=source, progress=report))
    while not job.done and not job.share:  # the frame reads the store: it has to be one again first
        time.sleep(jobs.LOOK_SECONDS / 4)


def _start(key: str, work: Callable[[jobs.Report], Any]) -> jobs.Job:
    jobs.forget(key)
    state.put(state.Key.DEMO_JOB, key)
    return jobs.start(key, work)


def is_busy() -> bool:
    """Show the work on the demo shop in place of the page while it runs; say once what it did."""
    key = state.get(state.Key.DEMO_JOB)
    job = jobs.find(key)
    if job is None:
        return False
    if not job.done:
        kind = ":".join(key.split(":")[:2]).replace(":", ".")
        with card(t(f"{kind}.running")):
            st.caption(t(f"{kind}.hint"))
            jobs.watch(job, lambda one: format.percent(one.share, 0))
        return True
    if key in (ENTER, RESET):
        _arrive(key, job)
    elif is_demo():
        _tell(job)
    return False


def _arrive(key: str, job: jobs.Job) -> None:
    """The demo shop is there, new: nothing that was kept of another one may be shown."""
    state.put(state.Key.DEMO_JOB, None)
    jobs.forget(key)
    with guard():
        _ = job.result
        forget_caches()
        flash(t("demo.ready"))
        st.switch_page(START) if key == RESET else st.rerun()


def _tell(job: jobs.Job) -> None:
    """What happened while the clock was turned, in a dialog."""

    state.put(state.Key.DEMO_JOB, None)

    @st.dialog(t("demo.turned", moment=format.moment(now(), desk().zone)))
    def body() -> None:
        with guard():
            _happened(job.result)
            with st.container(horizontal=True):
                link(t("demo.to_today"), START, icon="checklist")
                link(t("demo.to_calls"), "marketing/call_list.py", icon="call")
                link(t("demo.to_reminders"), "marketing/reminders.py", icon="notifications_active")

    body()


def _happened(result: TickResult) -> None:
    shown = (("queued", result.queued), ("sent", result.sent), ("coupons", result.expired_coupons))
    for column, (name, number) in zip(st.columns(3), shown, strict=True):
        column.metric(t(f"demo.happened.{name}"), format.number(number))
    for code, number in result.due.most_common():
        st.markdown(t("demo.happened.due", name=t(f"journey.{code}.name"), n=format.number(number)))
    for reason, number in result.suppressed.most_common():
        st.markdown(t("demo.happened.suppressed", n=format.number(number), reason=t(f"message.reason.{reason}")))
    if not result.queued:
        st.markdown(t("demo.happened.nothing"))
    st.caption(t("demo.happened.practice"))
