"""Everything that happened with one person, newest first, by kind."""

from itertools import groupby

import streamlit as st

from core.rules.timeline_words import ICONS, event_words
from core.services.members import Portrait
from core.services.timeline import KINDS, PAGE, Event, read_timeline
from pages.ui import format
from pages.ui.parts import card
from pages.ui.runtime import desk, lang, now, t
from pages.ui.table import pager
from pages.ui.tiers import tier_names

FILTER = "portrait:timeline"


def timeline_card(portrait: Portrait) -> None:
    """The events by day with an icon for each kind; pills to look at some kinds only."""
    number = portrait.member.id or 0
    with card():
        whole = read_timeline(desk(), number, now=now(), size=0)
        if not whole.total:
            st.caption(t("timeline.none"))
            return
        kinds = [kind for kind in KINDS if kind in whole.kinds]
        wanted = st.pills(
            t("timeline.kinds"), kinds, selection_mode="multi", key=f"{FILTER}:{lang()}", label_visibility="collapsed",
            format_func=lambda kind: f":material/{ICONS[kind]}: {t(f'timeline.kind.{kind}')} {whole.kinds[kind]}",
        )  # fmt: skip
        total = sum(whole.kinds[kind] for kind in wanted or kinds)
        offset = pager(FILTER, total, PAGE, filter_key=f"{number}{wanted}")
        found = read_timeline(desk(), number, kinds=wanted, offset=offset, now=now())
        zone = desk().zone
        for day, events in groupby(found.events, key=lambda one: zone.day(one.at)):
            when, what = st.columns([1.3, 5], gap="small")
            when.caption(format.day(day, year=True))
            what.markdown("  \n".join(_line(one) for one in events))


def _line(event: Event) -> str:
    zone = desk().zone
    words = format.md_escape(event_words(event.kind, event.what, event.facts, tier_names(), lang()))
    return f":gray[:material/{ICONS[event.kind]}:] {words} :gray[:small[{zone.local(event.at):%H:%M}]]"
