"""On a portrait: this person is not counted, why, and the way in and out of it."""

import streamlit as st

from core.documents.not_counted import MARKS
from core.services.members import Portrait
from core.services.not_counted import LONGEST_WHY, count_again, mark_members, read_mark
from pages.ui import format
from pages.ui.confirm import confirm_dialog
from pages.ui.runtime import actor, desk, now, t

MARK, WHY = "portrait:mark:kind", "portrait:mark:why"


def mark_name(mark: str) -> str:
    """What a mark is called."""
    return t(f"mark.{mark}")


def mark_badge(portrait: Portrait) -> None:
    """A badge beside the name, for whoever is not counted."""
    mark = portrait.member.not_counted
    if mark is not None:
        st.badge(t("mark.badge", mark=mark_name(mark)), icon=":material/person_off:", color="red")


def mark_words(portrait: Portrait) -> None:
    """Why this person is not counted, and since when."""
    said = read_mark(desk(), portrait.member.id or 0)
    if said is None or said.mark is None:
        return
    why = t(f"mark.rule.{said.why}") if said.source == "rule" else format.md_escape(said.why)
    day = format.day(desk().zone.day(said.marked_at), year=True)
    words = t(f"mark.by_{said.source}", mark=mark_name(said.mark), day=day)
    reason = t("today.joint") + t("mark.why", why=why) if why else ""
    st.info(words + reason, icon=":material/person_off:")


def mark_button(portrait: Portrait) -> None:
    """Leave this person out of everything, or count them again; the dialog says what that means."""
    number = portrait.member.id or 0
    if portrait.member.not_counted is not None:
        confirm_dialog(
            st.button(t("mark.again"), icon=":material/person_add:", type="tertiary", key="portrait:count"),
            "count",
            t("mark.again.title"),
            [],
            t("mark.again.act"),
            lambda _: count_again(desk(), actor(), [number], now=now()),
            done=lambda _: t("mark.again.done"),
            text=t("mark.again.text"),
        )
        return
    confirm_dialog(
        st.button(t("mark.set"), icon=":material/person_off:", type="tertiary", key="portrait:mark"),
        "mark",
        t("mark.set.title"),
        [],
        t("mark.set.act"),
        lambda _: mark_members(
            desk(), actor(), [number], st.session_state[MARK], reason=st.session_state[WHY], now=now()
        ),
        done=lambda _: t("mark.set.done"),
        text=t("mark.set.text"),
        fields=mark_fields,
    )


def mark_fields() -> bool:
    """Which mark, and what is said for it."""
    st.segmented_control(
        t("mark.kind"), MARKS, default=MARKS[0], required=True, format_func=mark_name, key=MARK,
    )  # fmt: skip
    st.text_input(t("mark.reason"), max_chars=LONGEST_WHY, key=WHY, placeholder=t("mark.reason.example"))
    return True
