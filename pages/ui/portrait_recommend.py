"""Goods to show a person next, each with why."""

import streamlit as st

from core.documents.enums import Area
from core.rules.recommend_words import reason_sentence
from core.services.members import Portrait
from core.services.recommend import Recommended, recommend_goods
from pages.ui import format
from pages.ui.parts import card
from pages.ui.runtime import cached, desk, now, t

SHOWN = 3


def recommended(portrait: Portrait) -> list[Recommended]:
    """What the shop would show this person next; nothing for who is not counted."""
    if portrait.member.not_counted is not None:
        return []
    return _goods(portrait.member.id or 0)


@cached(Area.ORDERS, Area.MEMBERS)
def _goods(member_id: int) -> list[Recommended]:
    return recommend_goods(desk(), member_id, limit=SHOWN, now=now())


def goods_card(goods: list[Recommended], *, counted: bool = True) -> None:
    """Title, price and why of each."""
    with card(t("recommend.card"), fill=True, help=t("recommend.card.help")):
        if not goods:
            st.caption(t("recommend.card.none" if counted else "recommend.card.not_counted"))
        for one in goods:
            words, price = st.columns([5, 1], gap="small", vertical_alignment="center")
            key, params = reason_sentence(one)
            why = t(key, **{name: format.md_escape(str(value)) for name, value in params.items()})
            words.markdown(f"{format.md_escape(one.title)}  \n:gray[:small[{why}]]")
            if one.price_fen is not None:
                price.markdown(format.yuan_round(one.price_fen), text_alignment="right")
