"""The call list: people whom the shop's staff writes to by hand, with the words to copy."""

import streamlit as st

from core.services.call_list import CallSource, list_calls, summarise_calls
from pages.ui import format
from pages.ui.call_lines import call_file, show_done, show_open
from pages.ui.page import page
from pages.ui.parts import card, download, empty_state
from pages.ui.runtime import actor, desk, now, t, today
from pages.ui.table import pager

PAGE = 10
OPEN, DONE = "open", "done"


def _source_name(source: CallSource) -> str:
    name = source.campaign or t(f"journey.{source.rule.partition(':')[2]}.name")
    return t("calls.source", name=name, n=format.number(source.open))


with page("menu.call_list", t("calls.subtitle")) as head:
    found = summarise_calls(desk(), now=now())
    if not found.sources:
        empty_state(t("calls.empty"), t("calls.new_campaign"), "marketing/new_campaign.py", icon="call")
        st.stop()
    rules = {source.rule: source for source in found.sources}
    with head.corner:
        chosen = st.selectbox(
            t("calls.filter"),
            list(rules),
            index=None,
            format_func=lambda rule: _source_name(rules[rule]),
            placeholder=t("calls.all", n=format.number(found.open)),
            key="calls:rule",
            label_visibility="collapsed",
            width=280,
        )
    with st.container(horizontal=True, vertical_alignment="center"):
        kind = st.segmented_control(
            t("calls.kind"),
            (OPEN, DONE),
            default=OPEN,
            required=True,
            format_func=lambda one: t(f"calls.kind.{one}"),
            key="calls:kind",
            label_visibility="collapsed",
        )
        st.markdown(
            t("calls.progress", open=format.number(found.open), done=format.number(found.done_today)), width="stretch"
        )
        if found.open:
            download(t("calls.download"), lambda: call_file(chosen), f"calls-{today():%Y%m%d}.csv")
    sources = [rules[chosen]] if chosen else found.sources
    total = sum(source.open if kind == OPEN else source.done for source in sources)
    if total == 0:
        with card():
            st.markdown(t("calls.all_done" if kind == OPEN else "calls.none_done"))
        st.stop()
    start = pager("calls", total, PAGE, filter_key=f"{kind}:{chosen}") if total > PAGE else 0
    for call in list_calls(desk(), actor(), now=now(), done=kind == DONE, rule=chosen, limit=PAGE, offset=start):
        (show_done if kind == DONE else show_open)(call)
