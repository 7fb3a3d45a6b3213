"""Try the rules under edit on everybody before anything changes: the time machine, and what it found."""

from dataclasses import dataclass
from datetime import date, timedelta

import streamlit as st

from core.config import config
from core.documents.rules import RuleDocument, read_rules
from core.services.desk import Desk
from core.services.grandfather import find_losers
from core.services.revisions import revisions
from core.services.rule_versions import draft_version
from core.services.simulate import Simulation, simulate_rules
from pages.ui import jobs
from pages.ui.format import percent
from pages.ui.parts import card, flash
from pages.ui.price_findings import warn_rules
from pages.ui.rule_draft import RuleDraft, drop_draft
from pages.ui.rule_publish import publish_card
from pages.ui.rule_words import difference_lines
from pages.ui.runtime import actor, desk, now, t, today
from pages.ui.trial_money import show_money
from pages.ui.trial_people import show_moves

ALWAYS, FROM_DAY = "always", "from_day"


@dataclass(frozen=True)
class Trial:
    """What the time machine found, and who stands lower, or is given notice, the moment the rules are published."""

    found: Simulation
    falling: list[int]


def show_trial(draft: RuleDraft, live: RuleDocument, document: RuleDocument | None) -> None:
    """The difference in words, the trial, and what it found."""
    with card(t("tiers.trial"), help=t("tiers.trial.help")):
        lines = [] if document is None else difference_lines(live, document)
        if document is not None:
            st.markdown("\n".join(lines) if lines else t("tiers.no_difference"))
        start = _since()
        ready = document is not None
        with st.container(horizontal=True, vertical_alignment="center"):
            tried = st.button(
                t("tiers.try"), type="primary", icon=":material/science:", key="tiers:try", disabled=not ready
            )
            kept = st.button(t("tiers.keep_draft"), key="tiers:keep", disabled=not (ready and lines))
            if draft.changed or draft.version_id is not None:
                st.button(t("tiers.discard"), type="tertiary", key="tiers:discard", on_click=drop_draft)
        if document is None:
            return
        if kept:
            draft.version_id = draft_version(desk(), actor(), document, now=now(), version_id=draft.version_id)
            flash(t("tiers.kept"))
            st.rerun()
        text = document.canonical()
        if tried:
            draft.tried = text
        if draft.tried is None:
            return
        if draft.tried != text:
            st.info(t("tiers.try_again"), icon=":material/info:")
            return
        trial = _run(text, start)
        if trial is None:
            return
        if trial.found.members:
            _notices(trial.found)
        else:
            st.info(t("tiers.trial.nobody"), icon=":material/group_off:")
    if trial.found.members:
        show_moves(trial.found, live, document)
        show_money(trial.found)
        warn_rules(document)
    if lines:
        publish_card(draft, document, trial.found, trial.falling)


def _since() -> date | None:
    """From when the draft holds in the trial; None: as if it always had."""
    pick, day = st.columns([3, 2], vertical_alignment="bottom")
    since = pick.segmented_control(
        t("tiers.since"),
        (ALWAYS, FROM_DAY),
        default=ALWAYS,
        format_func=lambda one: t(f"tiers.since.{one}"),
        key="tiers:since",
        required=True,
        help=t("tiers.since.help"),
    )
    if since != FROM_DAY:
        return None
    found: date = day.date_input(
        t("tiers.since.day"), today() - timedelta(days=180), max_value=today(), key="tiers:since:day"
    )
    return found


def _run(text: str, start: date | None) -> Trial | None:
    """The trial of exactly these rules on exactly these facts; None while it runs, with its bar."""
    opened = desk()
    facts = (config().url(opened.store), tuple(sorted(revisions(opened).items())), today())
    job = jobs.start(f"trial:{text}:{start}:{facts}", lambda report: _try(opened, text, start, report))
    if not job.done:
        jobs.watch(job, lambda one: t("tiers.trying_share", share=percent(one.share, 0)))
        return None
    result: Trial = job.result
    return result


def _try(opened: Desk, text: str, start: date | None, report: jobs.Report) -> Trial:
    document, at = read_rules(text), opened.now()
    found = simulate_rules(opened, document, start=start, now=at, progress=lambda share: report(0.7 * share))
    falling = find_losers(opened, document, at)
    report(1.0)
    return Trial(found, [member for member, _ in falling.rows])


def _notices(found: Simulation) -> None:
    if found.identical:
        st.success(t("tiers.identical"), icon=":material/done_all:")
    if found.shortfall:
        st.warning(t("tiers.shortfall", n=f"{found.shortfall:,}"), icon=":material/account_balance_wallet:")
