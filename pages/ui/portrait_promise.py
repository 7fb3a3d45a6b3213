"""One promise on a portrait, with its button; and the service person of the member."""

import streamlit as st

from core.services.partners import give_codes
from core.services.promises import Promise, claim_promises, finish_promises
from core.services.service_people import name_service_person, service_person_of
from pages.ui import format
from pages.ui.page import guard
from pages.ui.parts import flash
from pages.ui.promise_list import occasion_words
from pages.ui.runtime import actor, desk, lang, now, t

COLOURS = {"owed": "orange", "offered": "blue", "done": "green", "cancelled": "gray", "lapsed": "gray"}


def show_promise(one: Promise, place: str = "") -> None:
    """What, why, by when; done or claimed with one click. ``place`` tells two of one promise on a page apart."""
    words, end = st.columns([3.4, 1.3], vertical_alignment="center", gap="small")
    what = format.md_escape(one.what(lang()))
    colour = COLOURS[one.status]
    parts = [f":{colour}[{t(f'promise.status.{one.status}')}]", format.md_escape(occasion_words(one)), _when(one)]
    if one.status == "done" and one.note:
        parts.append(format.md_escape(one.note))
    words.markdown(f"{what}  \n:small[{' · '.join(part for part in parts if part)}]")
    if one.status == "owed":
        end.button(
            t("portrait.promise.done"),
            key=f"{place}promise:{one.id}",
            on_click=_done,
            args=(one.id, one.kind),
            width="stretch",
        )
    elif one.status == "offered":
        end.button(
            t("portrait.promise.claim"),
            key=f"{place}promise:{one.id}",
            on_click=_claim,
            args=(one.id,),
            width="stretch",
        )


def _when(one: Promise) -> str:
    day = one.done_day if one.status == "done" else one.due if one.status in ("owed", "offered") else None
    if day is None or day.year == 9999:
        return ""
    if one.late_days:
        return f":red[{t('promises.is_late', day=format.day(day), n=one.late_days)}]"
    return format.day(day, year=True)


def name_person(member_id: int) -> None:
    """Who looks after the member, and a field to change it."""
    person = service_person_of(desk(), member_id)
    with st.container(horizontal=True, vertical_alignment="center"):
        said = t("service.is", name=format.md_escape(person)) if person else f":gray[{t('service.nobody')}]"
        st.markdown(said, width="stretch")
        with st.popover(t("service.name"), icon=":material/support_agent:"):
            name = st.text_input(t("service.person"), value=person or "", max_chars=64, key=f"service:{member_id}")
            st.button(
                t("service.name.act"),
                key=f"service:{member_id}:act",
                disabled=not name.strip() or name.strip() == person,
                on_click=_name,
                args=(member_id, name),
            )


def _done(promise_id: int, kind: str) -> None:
    with guard():
        if kind == "partner":
            count = give_codes(desk(), actor(), [promise_id], now=now(), by=t("promises.me"))
        else:
            count = finish_promises(desk(), actor(), [promise_id], now=now(), by=t("promises.me"))
        flash(t("promises.finished", n=count))


def _claim(promise_id: int) -> None:
    with guard():
        flash(t("promises.claimed", n=claim_promises(desk(), actor(), [promise_id], now=now())))


def _name(member_id: int, name: str) -> None:
    with guard():
        name_service_person(desk(), actor(), member_id, name, now=now())
        flash(t("service.named", name=name.strip()))
