"""Settings: how much may be given without being owed."""

import streamlit as st

from core.documents.goodwill import GoodwillLimits
from core.services.goodwill import read_limits, save_limits
from pages.ui.money_field import yuan_field
from pages.ui.parts import card, flash
from pages.ui.runtime import actor, desk, now, t


def show() -> None:
    """The limits, for one person, for one of the staff, and for one gift."""
    held = read_limits(desk())
    with card(t("goodwill.settings"), help=t("goodwill.settings.help")), st.form("settings:goodwill", border=False):
        first, second, third = st.columns(3, gap="small")
        person = first.number_input(t("goodwill.settings.per_person"), 0, 100, held.per_person)
        days = first.number_input(t("goodwill.settings.person_days"), 1, 366, held.person_days, key="goodwill:person")
        staff = second.number_input(t("goodwill.settings.per_staff"), 0, 10_000, held.per_staff)
        spell = second.number_input(t("goodwill.settings.staff_days"), 1, 366, held.staff_days, key="goodwill:staff")
        with third:
            most = yuan_field(t("goodwill.settings.most"), held.most_fen, "settings:goodwill:most", step=10.0)
        if st.form_submit_button(t("goodwill.settings.save"), type="primary"):
            limits = GoodwillLimits(
                per_person=int(person), person_days=int(days), per_staff=int(staff), staff_days=int(spell),
                most_fen=most or 0,
            )  # fmt: skip
            save_limits(desk(), actor(), limits, now=now())
            flash(t("settings.saved"))
            st.rerun()
