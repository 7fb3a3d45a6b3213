"""Redeem a coupon: type or scan its code, see whose it is and whether it holds, and use it once."""

import pandas as pd
import streamlit as st

from core.errors import Refusal
from core.rules.codes import show_code
from core.rules.masking import mask_person
from core.rules.offer_words import offer_words
from core.services.coupons import find_coupon
from core.services.redemptions import Redemptions, list_redemptions
from pages.ui import format
from pages.ui.coupon_card import show_coupon
from pages.ui.page import page, sentence
from pages.ui.parts import card
from pages.ui.runtime import actor, desk, lang, now, t


def _recent(found: Redemptions) -> pd.DataFrame:
    zone = desk().zone
    lines = found.lines
    return pd.DataFrame(
        {
            t("coupons.column.when"): [format.moment(line.occurred_at, zone) for line in lines],
            t("coupons.column.who"): [mask_person(line.name, line.nickname, line.member_id) for line in lines],
            t("coupons.column.what"): [offer_words(line.offer, line.tier, lang()) for line in lines],
            t("coupons.column.code"): [f"…{show_code(line.code)[-5:]}" if line.code else "—" for line in lines],
            t("coupons.column.order"): [line.order_no or "—" for line in lines],
            t("coupons.column.off"): [format.yuan(line.discount_fen) for line in lines],
            t("coupons.column.source"): [t(f"coupons.source.{line.source}") for line in lines],
        }
    )


with page("menu.coupons", t("coupons.subtitle")):
    recent = list_redemptions(desk(), now=now())
    left, right = st.columns([3, 2], gap="small")
    with left, card(t("coupons.find"), fill=True):
        typed = st.text_input(
            t("coupons.code"),
            key="coupons:code",
            placeholder="XXXXX-XXXXX-XXXXX",
            help=t("coupons.code.help"),
            max_chars=40,
        )
        if not typed.strip():
            st.caption(t("coupons.say"))
        else:
            try:
                coupon = find_coupon(desk(), actor(), typed, now=now())
            except Refusal as refusal:
                st.error(sentence(refusal), icon=":material/error:")
            else:
                show_coupon(coupon, typed)
    with right, card(t("coupons.today"), fill=True):
        one, other = st.columns(2)
        one.metric(t("coupons.today_count"), format.number(recent.today))
        other.metric(t("coupons.today_off"), format.yuan(recent.today_fen))
        st.caption(t("coupons.today_say"))
    with card(t("coupons.recent")):
        if recent.lines:
            st.dataframe(_recent(recent), hide_index=True, width="stretch")
        else:
            st.caption(t("coupons.none_yet"))
