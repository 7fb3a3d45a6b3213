"""What an import would change, before anything is written, and the one button that does it."""

from collections.abc import Sequence
from hashlib import blake2b

import streamlit as st

from core.documents.enums import Area, ImportKind
from core.services.import_file import Outcome, run_plans
from core.services.import_files import BAD_SHARE
from core.services.import_plan import ImportPlan
from core.services.revisions import revisions
from pages.ui import format, import_result, jobs, state
from pages.ui.import_files import drop_name, new_drop
from pages.ui.import_rejects import show_rejects
from pages.ui.page import sentence
from pages.ui.parts import card
from pages.ui.runtime import actor, desk, now, settings, t

COLUMNS = 3


def show_preview(plans: Sequence[ImportPlan], sure: bool) -> None:
    """Try the import at once where everything is clear, else when asked; then numbers, faults and the button."""
    opened, who, at = desk(), actor(), now()
    written = [revisions(opened)[area.value] for area in (Area.ORDERS, Area.MEMBERS)]
    digest = blake2b(repr((drop_name(), plans, written)).encode(), digest_size=8).hexdigest()
    job = jobs.find(f"preview:{digest}")
    if job is None:
        asked = not sure and st.button(t("data.try"), type="primary", key=f"data:try:{digest}")
        if not sure and not asked:
            return
        job = jobs.start(
            f"preview:{digest}",
            lambda report: run_plans(opened, who, plans, now=at, dry_run=True, progress=report),
            sum(plan.rows for plan in plans),
        )
        if asked:
            st.rerun()
    jobs.watch(job, lambda one: import_result.speed_words(one, "data.trying"))
    if job.done:
        _show(job.result)


def _show(outcomes: Sequence[Outcome]) -> None:
    ready = [outcome for outcome in outcomes if _show_one(outcome, alone=len(outcomes) == 1)]
    orders = sum(one.changes for one in ready if one.plan.kind is ImportKind.ORDERS)
    members = sum(one.changes for one in ready if one.plan.kind is ImportKind.MEMBERS)
    if ready and not orders + members:
        st.info(t("data.nothing_new"), icon=":material/task_alt:")
    elif ready:
        kind = "both" if orders and members else "orders" if orders else "members"
        label = t(f"data.import.{kind}", orders=format.number(orders), members=format.number(members))
        if st.button(label, type="primary", icon=":material/download_done:", key="data:import"):
            _start(ready)


def _start(outcomes: Sequence[Outcome]) -> None:
    """Begin the import of this drop, once; its files are forgotten at the end."""
    opened, who, at = desk(), actor(), now()
    plans = [outcome.plan for outcome in outcomes]
    key = f"import:{drop_name()}"
    rows = sum(outcome.report.rows for outcome in outcomes if outcome.report)
    agreed = 1.0 if any(outcome.report and outcome.report.needs_consent() for outcome in outcomes) else BAD_SHARE

    def work(report: jobs.Report) -> tuple[Outcome, ...]:
        try:
            return run_plans(opened, who, plans, now=at, dry_run=False, max_bad=agreed, progress=report)
        finally:
            for path in [side for plan in plans for side in (plan.path, plan.items, plan.keys) if side]:
                path.unlink(missing_ok=True)

    before = state.get(state.Key.IMPORT_JOB)
    if before:
        jobs.forget(before)
    jobs.start(key, work, rows)
    state.put(state.Key.IMPORT_JOB, key)
    new_drop()
    st.rerun()


def _show_one(outcome: Outcome, *, alone: bool) -> bool:
    """One file's numbers; whether it may be imported."""
    with card(t("data.preview") if alone else t("data.preview_of", name=format.md_escape(outcome.plan.name))):
        report = outcome.report
        if outcome.fault is not None or report is None:
            said = sentence(outcome.fault) if outcome.fault else ""
            st.error(f"{said} {t('data.nothing_lost')}", icon=":material/error:")
            return False
        _numbers(outcome)
        if not outcome.has_buyer_key:
            st.warning(t("data.no_buyer"), icon=":material/person_off:")
        for code, params in outcome.notes:
            if code != "no_buyer_key":
                st.caption(f":material/info: {t(f'note.{code}', **_safe(params))}")
        _warn_of_rule(outcome)
        show_rejects(outcome, "preview", opened=True)
        if outcome.changes and report.needs_consent():
            share = format.percent(report.bad_share)
            st.warning(t("data.many_bad", share=share, n=format.number(report.rejected)), icon=":material/warning:")
            key = f"data:bad:{outcome.plan.path.name}"
            return st.checkbox(t("data.import_anyway", n=format.number(report.accepted)), key=key)
        return True


def _warn_of_rule(outcome: Outcome) -> None:
    """A list with joined dates ends "who paid is a member": said before it happens."""
    brings = {"joined_at", "grade"} & {field for field, _ in outcome.plan.mapping or ()}
    if outcome.plan.kind is ImportKind.MEMBERS and brings and settings().joined_rule == "auto":
        st.warning(t("data.ends_first_order"), icon=":material/group:")


def _safe(params: dict[str, object]) -> dict[str, object]:
    return {name: format.md_escape(value) if isinstance(value, str) else value for name, value in params.items()}


def _numbers(outcome: Outcome) -> None:
    """What would be new, other, the same and left out, each with its unit."""
    report = outcome.report
    assert report is not None
    rows = [("data.unchanged", "data.rows", report.unchanged), ("data.rejected", "data.rows", report.rejected)]
    if outcome.plan.kind is ImportKind.ORDERS:
        shown = [
            ("data.orders_new", "data.orders", report.orders_new),
            ("data.orders_updated", "data.orders", report.orders_updated),
            *rows,
            ("data.orders_without_buyer", "data.orders", report.orders_without_buyer),
            ("data.people_new", "ui.people", report.people_new),
        ]
    else:
        known = report.accepted - report.people_new
        shown = [
            ("data.people_new", "ui.people", report.people_new),
            ("data.people_known", "ui.people", known),
            rows[1],
        ]
    for first in range(0, len(shown), COLUMNS * 2):
        part = shown[first : first + COLUMNS * 2]
        for column, (label, unit, number) in zip(st.columns(len(part)), part, strict=True):
            column.metric(t(label), t(unit, n=format.number(number)))
