"""Who looks after whom: how many each person has, and a tier shared out among the staff."""

import streamlit as st

from core.services.service_people import count_served, share_out
from pages.ui import format
from pages.ui.page import guard
from pages.ui.parts import card, flash
from pages.ui.runtime import actor, desk, now, t
from pages.ui.table import plain_table
from pages.ui.tiers import live_rules, tier_names


def service_people() -> None:
    """The table of people, and the form that shares out those whom nobody looks after."""
    load = count_served(desk())
    left, right = st.columns(2, gap="small")
    with left, card(t("service.people"), fill=True):
        if load:
            ordered = sorted(load, key=lambda name: -load[name])
            plain_table(
                {
                    t("service.person"): ordered,
                    t("service.members"): [format.number(load[name]) for name in ordered],
                }
            )
        else:
            st.caption(t("service.none"))
        st.caption(t("service.one"))
    with right, card(t("service.share_out"), fill=True):
        names = tier_names()
        rules, _ = live_rules()
        entitled = [code for b in rules.benefits if b.kind == "dedicated_service" for code in b.cells if code in names]
        tiers = st.multiselect(
            t("service.tiers"), list(names), default=entitled, format_func=lambda code: names[code], key="service:tiers"
        )
        people = st.multiselect(
            t("service.staff"), list(load), accept_new_options=True, key="service:staff",
            placeholder=t("service.staff.placeholder"),
        )  # fmt: skip
        st.button(
            t("service.share_out.act", n=format.number(len(people))),
            type="primary",
            key="service:share",
            disabled=not (tiers and people),
            on_click=_share,
            args=(tuple(tiers), tuple(people)),
        )
        st.caption(t("service.share_out.help"))


def _share(tiers: tuple[str, ...], people: tuple[str, ...]) -> None:
    with guard():
        given = share_out(desk(), actor(), tiers, people, now=now())
        flash(t("service.shared_out", n=format.number(given)))
