"""Correct a balance by hand: folded away, with a reason, said before it is done."""

import streamlit as st

from core.rules.stored_value import ROUTES
from core.services.stored_account import Account
from core.services.stored_value import adjust
from pages.ui import format
from pages.ui.confirm import confirm_dialog
from pages.ui.find_person import name_of
from pages.ui.money_field import yuan_field
from pages.ui.runtime import actor, desk, now, t


def correction(member_id: int, account: Account) -> None:
    """What, up or down, how much, why; principal that is added can later be refunded by the way given here."""
    with st.expander(t("stored.correct"), icon=":material/build:"):
        st.caption(t("stored.correct.say"))
        one, two, three, four = st.columns(4, gap="small")
        part = one.selectbox(
            t("stored.correct.what"),
            ("principal", "bonus"),
            format_func=lambda name: t(f"stored.{name}"),
            key="stored:part",
        )
        way = two.segmented_control(
            t("stored.correct.way"), ("up", "down"), default="up", required=True, key="stored:way",
            format_func=lambda name: t(f"stored.correct.{name}"),
        )  # fmt: skip
        with three:
            fen = yuan_field(t("stored.amount"), None, "stored:correct") or 0
        route = four.selectbox(
            t("stored.route"), ROUTES, len(ROUTES) - 1, lambda name: t(f"stored.route.{name}"), key="stored:came"
        )
        reason = st.text_input(t("stored.correct.reason"), key="stored:reason", max_chars=200)
        signed = fen if way == "up" else -fen
        shown = f"+{format.yuan(fen)}" if signed > 0 else format.yuan(signed)
        opened = st.button(t("stored.correct"), key="stored:corrected", disabled=not fen or not reason.strip())
        confirm_dialog(
            opened,
            "stored_correct",
            t("stored.correct_title", who=name_of(member_id)),
            [(t(f"stored.{part}"), shown), (t("stored.after"), format.yuan(account.balance.total_fen + signed))],
            t("stored.correct_act", amount=shown),
            lambda key: adjust(
                desk(), actor(), member_id, part, signed, reason=reason, route=route, key=key, now=now()
            ),
            done=lambda moved: t("stored.done", after=format.yuan(moved.balance.total_fen)),
        )
