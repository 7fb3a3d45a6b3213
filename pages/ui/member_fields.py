"""The fields of the shop's own: define, name, order, put away."""

from typing import get_args

import streamlit as st

from core.documents.custom_field import LONGEST_NAME, FieldKind
from core.services.custom_fields import (
    FieldView,
    archive_field,
    change_choices,
    define_field,
    list_fields,
    move_field,
    rename_field,
)
from pages.ui import format
from pages.ui.page import guard
from pages.ui.parts import card, flash
from pages.ui.runtime import actor, desk, now, t

KINDS: tuple[FieldKind, ...] = get_args(FieldKind)


def fields_section() -> None:
    """The fields in their order with what can be done to each, and a form for another."""
    found = list_fields(desk(), archived=True)
    left, right = st.columns([3, 2], gap="small")
    with left, card(t("fields.list"), fill=True, help=t("fields.help")):
        if not found:
            st.caption(t("fields.list.none"))
        for one in [field for field in found if not field.archived]:
            _line(one)
        away = [field for field in found if field.archived]
        if away:
            st.caption(t("fields.away"))
        for one in away:
            _line(one)
    with right:
        _form()


def _line(one: FieldView) -> None:
    words, *ends = st.columns([5, 0.6, 0.6, 1.6], vertical_alignment="center", gap="small")
    kind = t(f"fields.kind.{one.kind}")
    note = f"{kind} · {t('fields.filled', n=format.people(one.people))}"
    words.markdown(f"{format.md_escape(one.name)}  \n:gray[:small[{note}]]")
    if one.archived:
        ends[2].button(t("fields.revive"), key=f"fields:revive:{one.code}", on_click=_archive, args=(one.code, False))
        return
    for end, step, icon in ((ends[0], -1, "arrow_upward"), (ends[1], 1, "arrow_downward")):
        end.button(
            t(f"fields.move.{'up' if step < 0 else 'down'}"), icon=f":material/{icon}:", type="tertiary",
            key=f"fields:{step}:{one.code}", on_click=_move, args=(one.code, step),
        )  # fmt: skip
    with ends[2].popover(t("fields.change"), icon=":material/edit:"):
        name = st.text_input(t("fields.name"), one.name, max_chars=LONGEST_NAME, key=f"fields:name:{one.code}")
        lines = None
        if one.kind == "choice":
            lines = st.text_area(t("fields.choices"), "\n".join(one.choices), key=f"fields:choices:{one.code}")
        with st.container(horizontal=True):
            st.button(
                t("fields.save"),
                type="primary",
                key=f"fields:save:{one.code}",
                on_click=_change,
                args=(one, name, lines),
            )
            st.button(t("fields.archive"), key=f"fields:archive:{one.code}", on_click=_archive, args=(one.code, True))


def _form() -> None:
    with card(t("fields.new")):
        name = st.text_input(
            t("fields.name"), max_chars=LONGEST_NAME, key="fields:new:name", placeholder=t("fields.example")
        )
        kind = st.selectbox(
            t("fields.kind"), KINDS, format_func=lambda one: t(f"fields.kind.{one}"), key="fields:new:kind"
        )
        lines = ""
        if kind == "choice":
            lines = st.text_area(t("fields.choices"), key="fields:new:choices", placeholder=t("fields.choices.example"))
        st.button(
            t("fields.define"), type="primary", key="fields:define", disabled=not name.strip(), on_click=_define,
            args=(name, kind, lines),
        )  # fmt: skip


def _define(name: str, kind: str, lines: str) -> None:
    with guard():
        field = define_field(desk(), actor(), name, kind, choices=lines.splitlines(), now=now())
        st.session_state["fields:new:name"] = ""
        flash(t("fields.defined", name=field.name))


def _change(one: FieldView, name: str, lines: str | None) -> None:
    with guard():
        if name.strip() != one.name:
            rename_field(desk(), actor(), one.code, name, now=now())
        if lines is not None and lines.splitlines() != list(one.choices):
            change_choices(desk(), actor(), one.code, lines.splitlines(), now=now())
        flash(t("fields.changed"))


def _move(code: str, by: int) -> None:
    with guard():
        move_field(desk(), actor(), code, by, now=now())


def _archive(code: str, away: bool) -> None:
    with guard():
        archive_field(desk(), actor(), code, now=now(), away=away)
