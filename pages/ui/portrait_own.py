"""What the owner keeps of a person: tags to give and take, and the fields of the shop's own."""

from datetime import date

import streamlit as st

from core.services.custom_fields import FieldValue, set_value, values_of
from core.services.member_tags import LONGEST, own_tags, tag_members, untag_members
from core.services.members import Portrait
from pages.ui import format
from pages.ui.member_filters import list_choices
from pages.ui.page import guard
from pages.ui.parts import card, flash, link
from pages.ui.runtime import actor, desk, now, t

LIST = "members/list.py"


def tags_card(portrait: Portrait) -> None:
    """The tags, those of a rule marked; one more from what is in use, or a new one."""
    number = portrait.member.id or 0
    with card(t("tags.card"), fill=True, help=t("tags.help")):
        found = own_tags(desk(), number)
        if not found:
            st.caption(t("tags.none"))
        for one in found:
            words, end = st.columns([6, 1], vertical_alignment="center", gap="small")
            icon = "auto_awesome" if one.by_rule else "sell"
            note = f" :gray[:small[{t('tags.by_rule')}]]" if one.by_rule else ""
            words.markdown(f":blue-badge[:material/{icon}: {format.md_escape(one.tag)}]{note}")
            if not one.by_rule:
                end.button(
                    t("tags.take"), icon=":material/close:", type="tertiary", key=f"tag:{one.tag}", on_click=_take,
                    args=(number, one.tag),
                )  # fmt: skip
        known = [tag for tag in list_choices()[1] if tag not in {one.tag for one in found}]
        tag = st.selectbox(
            t("tags.add"), known, index=None, accept_new_options=True, placeholder=t("tags.add.example"),
            key=f"tag:new:{number}:{len(found)}",
        )  # fmt: skip
        st.button(t("tags.give"), key="tag:give", disabled=not tag, on_click=_give, args=(number, tag or ""))
        link(t("tags.manage"), LIST, query={"manage": "tags"}, icon="sell")


def _give(member_id: int, tag: str) -> None:
    with guard():
        tag_members(desk(), actor(), [member_id], tag[: LONGEST + 1], now=now())
        flash(t("tags.given", tag=tag))


def _take(member_id: int, tag: str) -> None:
    with guard():
        untag_members(desk(), actor(), [member_id], tag, now=now())
        flash(t("tags.taken", tag=tag))


def fields_card(portrait: Portrait) -> None:
    """Every field of the shop's own with what it holds, to be filled in and saved together."""
    number = portrait.member.id or 0
    with card(t("fields.card"), fill=True, help=t("fields.help")):
        found = values_of(desk(), number)
        if not found:
            st.caption(t("fields.none"))
        else:
            with st.form(f"fields:{number}", border=False):
                typed = {one.field.code: _field(one, number) for one in found}
                if st.form_submit_button(t("fields.save"), type="primary"):
                    _save(number, found, typed)
        link(t("fields.manage"), LIST, query={"manage": "fields"}, icon="tune")


def _field(one: FieldValue, member_id: int) -> str:
    """The widget of one field; what it holds as plain text, blank for nothing."""
    field, key = one.field, f"field:{member_id}:{one.field.code}"
    match field.kind:
        case "choice":
            options = list(field.choices) if one.value in (None, *field.choices) else [one.value, *field.choices]
            index = None if one.value is None else options.index(one.value)
            return st.selectbox(field.name, options, index=index, placeholder=t("fields.blank"), key=key) or ""
        case "flag":
            index = None if one.value is None else ("1", "0").index(one.value)
            words = {"1": t("fields.yes"), "0": t("fields.no")}
            picked = st.radio(field.name, list(words), index=index, format_func=words.get, horizontal=True, key=key)
            return picked or ""
        case "date":
            day = None if one.value is None else date.fromisoformat(one.value)
            chosen = st.date_input(field.name, day, min_value=date(1900, 1, 1), max_value=date(2100, 1, 1), key=key)
            return chosen.isoformat() if isinstance(chosen, date) else ""
        case _:
            return st.text_input(field.name, one.value or "", max_chars=200, key=key)


def _save(member_id: int, found: list[FieldValue], typed: dict[str, str]) -> None:
    with guard():
        changed = [one for one in found if typed[one.field.code].strip() != (one.value or "")]
        for one in changed:
            set_value(desk(), actor(), member_id, one.field.code, typed[one.field.code], now=now())
        flash(t("fields.saved", n=len(changed)))
        st.rerun()
