"""Promises to keep: what is owed to whom and by when, done and given to somebody; what may be claimed; who looks after whom."""

import streamlit as st

from core.services.promises import PAGE, count_promises, list_promises, summarise_promises
from pages.ui import format
from pages.ui.page import page
from pages.ui.parts import empty_state
from pages.ui.promise_act import act_on_done, act_on_offered, act_on_owed
from pages.ui.promise_list import filters, from_address, numbers, pick_promises, show_all
from pages.ui.runtime import desk, now, t
from pages.ui.service_people import service_people
from pages.ui.table import pager

VIEWS = ("owed", "offered", "done", "service")
ACTS = {"owed": act_on_owed, "offered": act_on_offered, "done": act_on_done}

with page("menu.promises") as head:
    from_address()
    found = summarise_promises(desk(), now=now())
    said = "promises.subtitle" if found.late else "promises.subtitle.in_time"
    head.say(t(said, n=format.number(found.count()), late=format.number(found.late)))
    with head.corner:
        chosen = st.segmented_control(
            t("promises.view"),
            VIEWS,
            default="owed",
            format_func=lambda one: t(f"promises.view.{one}"),
            key="promises:view",
            required=True,
            label_visibility="collapsed",
        )
    if chosen == "service":
        service_people()
        st.stop()
    numbers(found)
    wanted = filters(found, chosen)
    total = count_promises(desk(), wanted)
    left = found.count()
    if not total and chosen == "owed" and left:
        empty_state(t("promises.none.filtered", n=format.number(left)), t("promises.show_all"), act=show_all)
        st.stop()
    if not total:
        key = "empty" if chosen == "owed" and not found.groups else f"none.{chosen}"
        empty_state(t(f"promises.{key}"), t("promises.to_rules"), "programme/tiers.py", icon="redeem")
        st.stop()
    offset = pager("promises", total, PAGE, filter_key=str(wanted)) if total > PAGE else 0
    listed = list_promises(desk(), wanted, now=now(), offset=offset)
    ACTS[chosen](pick_promises(listed, chosen))
