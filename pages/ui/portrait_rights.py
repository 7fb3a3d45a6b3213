"""On a portrait: what a person may ask of the shop: no offers by what they did, their data, their erasure."""

import streamlit as st

from core.services.erasures import LONGEST_REASON, choose_personalised, erase_person
from core.services.members import Portrait
from core.services.person_export import export_person
from pages.ui import format
from pages.ui.confirm import confirm_dialog
from pages.ui.page import guard
from pages.ui.parts import card, download, flash
from pages.ui.runtime import actor, desk, now, t


def rights_card(portrait: Portrait) -> None:
    """The card of a person's rights; only what is left for who was erased."""
    member = portrait.member
    with card(t("rights.title"), help=t("rights.help")):
        if member.erased_at is not None:
            st.info(t("rights.erased", day=format.day(desk().zone.day(member.erased_at), year=True)))
            return
        _personalised(member.id or 0, member.personalised)
        with st.container(horizontal=True):
            _export(member.id or 0, member.public_id)
            _erase(member.id or 0)


def _personalised(number: int, personalised: bool) -> None:
    key = f"rights:personalised:{number}:{personalised}"
    wanted = st.toggle(t("rights.personalised"), personalised, key=key, help=t("rights.personalised.help"))
    if wanted != personalised:
        with guard():
            choose_personalised(desk(), actor(), number, personalised=wanted, now=now())
            flash(t("rights.personalised.on" if wanted else "rights.personalised.off"))
            st.rerun()


def _export(number: int, public_id: str) -> None:
    with st.popover(t("rights.export"), icon=":material/download:"):
        reason = st.text_input(t("rights.reason"), max_chars=LONGEST_REASON, key=f"rights:export:{number}")
        if not reason.strip():
            st.caption(t("error.export_reason"))
            return
        opened, who, at = desk(), actor(), now()
        download(
            t("rights.export.act"),
            lambda: export_person(opened, who, number, reason=reason, now=at),
            f"member-{public_id}.json",
            "application/json",
        )


def _erase(number: int) -> None:
    with st.popover(t("rights.erase"), icon=":material/person_off:"):
        st.caption(t("rights.erase.what"))
        reason = st.text_input(t("rights.reason"), max_chars=LONGEST_REASON, key=f"rights:erase:{number}")
        asked = st.button(t("rights.erase.ask"), disabled=not reason.strip(), key="rights:erase:ask")

    def act(_key: str) -> None:
        erase_person(desk(), actor(), number, reason=reason, now=now())

    confirm_dialog(
        asked,
        "erase",
        t("rights.erase.title"),
        [],
        t("rights.erase.act"),
        act,
        done=lambda _: t("rights.erase.done"),
        text=t("rights.erase.text"),
    )
