"""On a portrait: out of the programme, and back into it."""

import streamlit as st

from core.services.leave_programme import leave_programme, rejoin_programme
from core.services.members import Portrait
from pages.ui import format
from pages.ui.confirm import confirm_dialog
from pages.ui.runtime import actor, desk, now, t


def leave_button(portrait: Portrait) -> None:
    """For a member the way out, for who has left the way back; the dialog says what that means. Nothing for others."""
    member = portrait.member
    number = member.id or 0
    if member.left_at is not None:
        day = format.day(desk().zone.day(member.left_at), year=True)
        confirm_dialog(
            st.button(t("leave.back"), icon=":material/login:", type="tertiary", key="portrait:rejoin"),
            "rejoin",
            t("leave.back.title"),
            [],
            t("leave.back.act"),
            lambda _: rejoin_programme(desk(), actor(), number, now=now()),
            done=lambda _: t("leave.back.done"),
            text=t("leave.back.text", day=day),
        )
    elif member.joined_at is not None:
        confirm_dialog(
            st.button(t("leave.out"), icon=":material/logout:", type="tertiary", key="portrait:leave"),
            "leave",
            t("leave.out.title"),
            [],
            t("leave.out.act"),
            lambda _: leave_programme(desk(), actor(), number, now=now()),
            done=lambda _: t("leave.out.done"),
            text=t("leave.out.text"),
            warning=t("leave.out.warning"),
        )
