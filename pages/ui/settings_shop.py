"""Settings: the shop's name, time zone, language and margin; the way to the demo shop."""

from decimal import Decimal
from zoneinfo import available_timezones

import streamlit as st

from core.clock import DEFAULT_ZONE
from core.i18n import LANGS
from core.services.import_history import has_imports
from core.services.shop_settings import save_settings
from pages.ui import demo
from pages.ui.parts import card, flash
from pages.ui.runtime import actor, desk, is_demo, settings, t


def show() -> None:
    """The form of the shop, and beside it the demo."""
    left, right = st.columns([3, 2], gap="small")
    with left, card(t("settings.shop")):
        _form()
    with right, card(t("settings.demo")):
        if is_demo():
            st.markdown(t("settings.demo.inside"))
            if st.button(t("demo.leave"), icon=":material/storefront:", key="settings:leave"):
                demo.leave()
        else:
            st.markdown(t("settings.demo.outside"))
            if st.button(t("settings.demo.act"), icon=":material/science:", key="settings:demo"):
                demo.enter()


def _form() -> None:
    held = settings()
    fixed = has_imports(desk())
    zones = list(dict.fromkeys((held.zone, DEFAULT_ZONE, *sorted(available_timezones()))))
    with st.form("settings:shop", border=False):
        name = st.text_input(t("settings.name"), held.shop_name, max_chars=40, help=t("settings.name.help"))
        zone = st.selectbox(
            t("settings.zone"),
            zones,
            0,
            disabled=fixed,
            help=t("settings.zone.fixed" if fixed else "settings.zone.help"),
        )
        if fixed:
            st.caption(t("settings.zone.fixed"))
        lang = st.segmented_control(
            t("settings.lang"),
            LANGS,
            format_func={one: t(f"frame.language.{one}") for one in LANGS}.__getitem__,
            default=held.lang,
            required=True,
            help=t("settings.lang.help"),
        )
        margin = st.number_input(
            t("settings.margin"), 0.0, 100.0, held.margin_bp / 100, 0.5, "%.1f", help=t("settings.margin.help")
        )
        discount = st.number_input(
            t("settings.discount"),
            0.0,
            100.0,
            held.yearly_discount_bp / 100,
            0.5,
            "%.1f",
            help=t("settings.discount.help"),
        )
        if st.form_submit_button(t("settings.shop.save"), type="primary"):
            margin_bp, discount_bp = (int(Decimal(str(percent)) * 100) for percent in (margin, discount))
            changes = {"shop_name": name.strip(), "lang": lang, "margin_bp": margin_bp}
            changes["yearly_discount_bp"] = discount_bp
            save_settings(desk(), actor(), **changes, **({} if fixed else {"zone": zone}))
            flash(t("settings.saved"))
            st.rerun()
