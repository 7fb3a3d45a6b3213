"""The first start: look around in the demo shop, or begin with one's own orders."""

import streamlit as st

from core.services.build_real_demo import REAL, real_data_ready
from pages.ui import demo
from pages.ui.page import page
from pages.ui.parts import card
from pages.ui.runtime import t

with page("welcome.title", t("welcome.subtitle")):
    left, right = st.columns(2, gap="small")
    with left, card(t("welcome.demo"), fill=True):
        for line in ("what", "try", "safe"):
            st.markdown(t(f"welcome.demo.{line}"))
        if st.button(t("welcome.demo.act"), icon=":material/science:", key="welcome:demo", width="stretch"):
            demo.enter()
        if real_data_ready() and st.button(
            t("welcome.demo.real"), icon=":material/dataset:", key="welcome:real", width="stretch", type="tertiary"
        ):
            demo.enter(REAL)
    with right, card(t("welcome.own"), fill=True):
        for line in ("what", "try", "safe"):
            st.markdown(t(f"welcome.own.{line}"))
        if st.button(
            t("welcome.own.act"), type="primary", icon=":material/upload_file:", key="welcome:own", width="stretch"
        ):
            st.switch_page("shop/data.py")
    st.caption(t("welcome.local"))
