"""Settings: the shop, sending, who is a member, backups, and what was done."""

import streamlit as st

from pages.ui import (
    settings_audit,
    settings_backup,
    settings_goodwill,
    settings_members,
    settings_not_counted,
    settings_options,
    settings_sending,
    settings_shop,
)
from pages.ui.page import page
from pages.ui.runtime import is_demo, t

TABS = {
    "shop": settings_shop.show,
    "sending": settings_sending.show,
    "members": settings_members.show,
    "not_counted": settings_not_counted.show,
    "goodwill": settings_goodwill.show,
    "options": settings_options.show,
    "backup": settings_backup.show,
    "audit": settings_audit.show,
}

with page("menu.settings", t("settings.subtitle.demo" if is_demo() else "settings.subtitle")):
    tabs = st.tabs([t(f"settings.tab.{name}") for name in TABS], key="settings:tab", on_change="rerun")
    for tab, show in zip(tabs, TABS.values(), strict=True):
        if tab.open:  # only what is looked at is read
            with tab:
                show()
