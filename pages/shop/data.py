"""Bring files in: drop them, see what would change, one button."""

import streamlit as st

from pages.ui.deeds_file import deeds_card
from pages.ui.import_files import choose, drop_files, has_dropped, make_plans
from pages.ui.import_history import show_history
from pages.ui.import_preview import show_preview
from pages.ui.import_result import show_result
from pages.ui.page import page
from pages.ui.parts import download
from pages.ui.runtime import is_demo, is_first_start, t
from pages.ui.traffic_file import traffic_card

KEYS_TEMPLATE = "订单号,会员号,手机号\r\n"

with page("menu.data", t("data.subtitle")):
    if is_demo():
        st.info(t("data.in_demo"), icon=":material/science:")
    if not show_result(hidden=has_dropped()):
        looks = drop_files()
        choices = choose(looks)
        plans = make_plans(choices)
        if plans:
            show_preview(plans, sure=all(choice.sure for choice in choices))
        elif not looks:
            with st.expander(t("data.which"), expanded=is_first_start(), icon=":material/help:"):
                for part in ("orders", "items", "members", "keys"):
                    st.markdown(t(f"data.which.{part}"))
                download(t("data.keys_template"), lambda: KEYS_TEMPLATE.encode("utf-8-sig"), t("data.keys_file"))
    show_history()
    deeds_card()
    traffic_card()
