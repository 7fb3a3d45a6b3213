"""Publish the rules that were tried: from when, and whether those who would fall keep what they have."""

from datetime import date, datetime, timedelta

import streamlit as st

from core.documents.rules import RuleDocument
from core.services.rule_versions import draft_version, publish_version
from core.services.simulate import Simulation
from pages.ui import format
from pages.ui.confirm import confirm_dialog
from pages.ui.parts import card
from pages.ui.rule_draft import RuleDraft, drop_draft
from pages.ui.runtime import actor, desk, now, t, today
from pages.ui.side_words import side_note
from pages.ui.trial_people import BIG_SPENDER_FEN

AT_ONCE, ON_DAY = "at_once", "on_day"
LET_FALL, KEEP = "let_fall", "keep"
KEPT_DAYS = 90


def publish_card(draft: RuleDraft, document: RuleDocument, found: Simulation, falling: list[int]) -> None:
    """From when, the question about those who fall, and the button with its number."""
    with card(t("tiers.publish")):
        side_note("tier")
        if document.points is not None:
            side_note("points")
        keep_until: date | None = None
        keep = bool(falling) and _keep(found, falling)
        if keep:
            keep_until = _until()
        left, middle, right = st.columns([2, 3, 2], vertical_alignment="bottom")
        when = left.segmented_control(
            t("tiers.effective"),
            (AT_ONCE, ON_DAY),
            default=AT_ONCE,
            format_func=lambda one: t(f"tiers.effective.{one}"),
            key="tiers:when",
            required=True,
        )
        tomorrow = today() + timedelta(days=1)
        day: date | None = None
        if when == ON_DAY:
            day = middle.date_input(t("tiers.effective.day"), tomorrow, min_value=tomorrow, key="tiers:day")
        else:
            middle.caption(t("tiers.effective.at_once.say"))
        opened = right.button(
            t("tiers.publish_for", n=format.number(found.members)), type="primary", key="tiers:publish", width="stretch"
        )
    _confirm(opened, draft, document, found, falling, day, keep=keep, until=keep_until)


def _keep(found: Simulation, falling: list[int]) -> bool:
    """The question that the shop owner has to answer before anybody falls."""
    known = {one.member_id: one.window_spend_fen for one in found.losers}
    big = sum(known.get(member, 0) >= BIG_SPENDER_FEN for member in falling)
    said = t("tiers.falling", n=format.number(len(falling)))
    if big:
        said = t("tiers.falling_big", n=format.number(len(falling)), big=big, amount=format.yuan(BIG_SPENDER_FEN))
    st.warning(said, icon=":material/trending_down:")
    answer = st.radio(
        t("tiers.keep_them"),
        (LET_FALL, KEEP),
        format_func=lambda one: t(f"tiers.keep_them.{one}", n=format.number(len(falling))),
        key="tiers:keep_them",
        horizontal=True,
    )
    return answer == KEEP


def _until() -> date | None:
    """The last day on which they keep it; None: as long as they are members."""
    bounded, day = st.columns([2, 3], vertical_alignment="bottom")
    if not bounded.toggle(t("tiers.keep_them.bounded"), value=True, key="tiers:keep:bounded"):
        day.caption(t("tiers.keep_them.forever"))
        return None
    found: date = day.date_input(
        t("tiers.keep_them.until"),
        today() + timedelta(days=KEPT_DAYS),
        min_value=today() + timedelta(days=1),
        key="tiers:keep:until",
    )
    return found


def _confirm(
    opened: bool,
    draft: RuleDraft,
    document: RuleDocument,
    found: Simulation,
    falling: list[int],
    day: date | None,
    *,
    keep: bool,
    until: date | None,
) -> None:
    numbers = [
        (t("tiers.would_fall" if keep else "tiers.falling_now"), format.people(len(falling))),
        (t("tiers.kept_people"), format.people(len(falling) if keep else 0)),
        (t("tiers.effective"), format.day(day, year=True) if day else t("tiers.effective.at_once")),
    ]

    def act(_: str) -> tuple[datetime, int]:
        at, zone = now(), desk().zone
        starts = None if day is None else zone.start(day)
        number = draft_version(desk(), actor(), document, now=at, version_id=draft.version_id)
        draft.version_id = number
        ends = None if until is None else zone.start(until + timedelta(days=1))
        kept = publish_version(
            desk(), actor(), number, effective_from=starts, keep_losers=keep, grandfather_until=ends, now=at
        )
        drop_draft()
        return starts or at, kept

    confirm_dialog(
        opened,
        "rules",
        t("tiers.publish"),
        numbers,
        t("tiers.publish_for", n=format.number(found.members)),
        act,
        done=lambda result: t(
            "tiers.published_kept" if result[1] else "tiers.published",
            moment=format.moment(result[0], desk().zone),
            n=format.number(result[1]),
        ),
        text=t("tiers.publish_text"),
        warning=t("tiers.publish_losers", n=format.number(len(falling))) if falling and not keep else None,
    )
