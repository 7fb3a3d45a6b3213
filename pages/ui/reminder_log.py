"""Who gets a reminder today, what became of those before, and messages that a person must decide on."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from core.documents.enums import Area, MessageStatus
from core.documents.journey import JourneyDocument
from core.rules.masking import mask_person
from core.services.journeys import DueToday, list_due_today
from core.services.message_log import PAGE, LogLine, UnknownMessage, count_log, list_log, list_unknown
from core.services.outbox import resolve_unknown
from pages.ui import format
from pages.ui.page import guard
from pages.ui.parts import card, flash
from pages.ui.people import called, people_table
from pages.ui.reason_words import reason_words
from pages.ui.runtime import actor, cached, desk, now, t
from pages.ui.table import pager

LISTED = 100


@cached(Area.MEMBERS, Area.ORDERS, Area.CAMPAIGNS, Area.MESSAGES, Area.RULES, Area.SETTINGS)
def due_today(text: str) -> DueToday:
    """Who gets a reminder (its document as text) today."""
    return list_due_today(desk(), JourneyDocument.read(text), now=now())


def show_due(found: DueToday) -> None:
    """Today's people: those who get it first, then the others with why not."""
    with card(t("reminders.today")):
        left, right = st.columns(2)
        left.metric(t("reminders.getting"), format.people(found.getting))
        right.metric(t("reminders.not_getting"), format.people(found.reasons.total()))
        for reason, count in found.reasons.most_common():
            st.caption(t("reminders.because", why=reason_words(reason), n=format.number(count)))
        lines = sorted(found.lines, key=lambda line: line.reason is not None)[:LISTED]
        if not lines:
            st.caption(t("reminders.nobody_today"))
            return
        zone = desk().zone
        frame = pd.DataFrame(
            {
                t("reminders.column.who"): called([line.member_id for line in lines]),
                t("reminders.column.how"): ["—" if line.reason else t(f"channel.{line.channel}") for line in lines],
                t("reminders.column.when"): [
                    reason_words(line.reason) if line.reason else format.moment(line.not_before or now(), zone)
                    for line in lines
                ],
            }
        )
        people_table(frame, [line.member_id for line in lines], "reminders:due", height=260)
        st.caption(t("people.click"))


def show_log(rule: str) -> None:
    """The last messages of a reminder, sent or not, with the reasons."""
    counts = count_log(desk(), rule, now=now())
    with card(t("reminders.log"), help=t("reminders.log.help")):
        if not counts.total:
            st.caption(t("reminders.log_empty"))
            return
        not_sent = counts.not_sent.total()
        numbers = {"sent": counts.sent, "waiting": counts.waiting, "not_sent": not_sent}
        st.markdown(t("reminders.log_say", **{name: format.number(count) for name, count in numbers.items()}))
        for reason, count in counts.not_sent.most_common(5):
            st.caption(t("reminders.because", why=reason_words(reason), n=format.number(count)))
        kind = st.segmented_control(
            t("reminders.log"),
            ("all", "sent", "not_sent"),
            default="all",
            required=True,
            format_func=lambda one: t(f"reminders.log.{one}"),
            key="reminders:log",
            label_visibility="collapsed",
        )
        sent = {"all": None, "sent": True, "not_sent": False}[kind]
        total = {"all": counts.total, "sent": counts.sent, "not_sent": counts.waiting + not_sent}[kind]
        start = pager("reminders", total, PAGE, filter_key=f"{rule}:{kind}") if total > PAGE else 0
        lines = list_log(desk(), rule, now=now(), sent=sent, offset=start)
        people_table(log_frame(lines), [line.member_id for line in lines], "reminders:people")
        st.caption(t("people.click"))


def log_frame(lines: Sequence[LogLine]) -> pd.DataFrame:
    """When, who, how, what became of it and why."""
    zone = desk().zone
    status = [
        t(f"message.status.{line.status.value if line.status else MessageStatus.SUPPRESSED.value}") for line in lines
    ]
    return pd.DataFrame(
        {
            t("reminders.column.at"): [format.moment(line.at, zone) for line in lines],
            t("reminders.column.who"): [mask_person(line.name, line.nickname, line.member_id) for line in lines],
            t("reminders.column.how"): [t(f"channel.{line.channel}") if line.channel else "—" for line in lines],
            t("reminders.column.status"): status,
            t("reminders.column.why"): [reason_words(line.reason) if line.reason else "" for line in lines],
        }
    )


def show_unknown() -> None:
    """Messages that may or may not have arrived; nothing where there is none."""
    found = list_unknown(desk())
    if not found:
        return
    with card(t("reminders.unknown", n=len(found)), help=t("reminders.unknown.help")):
        for message in found:
            _unknown(message)


def _unknown(message: UnknownMessage) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        who = format.md_escape(mask_person(message.name, message.nickname, message.member_id))
        name = message.campaign or t(f"journey.{message.rule.partition(':')[2]}.name")
        when = format.moment(message.tried_at, desk().zone) if message.tried_at else "—"
        st.markdown(f"{who} · {format.md_escape(name)} · {t(f'channel.{message.channel}')} · {when}", width="stretch")
        for outcome in (MessageStatus.SENT, MessageStatus.FAILED):
            st.button(
                t(f"reminders.resolve.{outcome.value}"),
                key=f"reminders:{outcome.value}:{message.id}",
                on_click=_resolve,
                args=(message.id, outcome),
            )


def _resolve(message_id: int, outcome: MessageStatus) -> None:
    with guard():
        resolve_unknown(desk(), actor(), message_id, outcome, now=now())
        flash(t("reminders.resolved"))
