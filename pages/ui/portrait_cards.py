"""What a person bought: value, rhythm, categories, orders."""

import streamlit as st

from core.rules.masking import mask_person, mask_phone_tail
from core.services.members import Portrait
from pages.ui import format
from pages.ui.charts import Bar, Purchase, purchase_dots, ranked_bars
from pages.ui.parts import card
from pages.ui.portrait_mark import mark_badge, mark_words
from pages.ui.runtime import desk, t
from pages.ui.table import plain_table
from pages.ui.tiers import tier_badge


def who_card(portrait: Portrait) -> None:
    """Masked name, tier, place, tags; then what the person is worth."""
    member = portrait.member
    with card(fill=True):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            name = format.md_escape(mask_person(member.name, member.nickname, member.id or 0))
            st.markdown(f"### :material/account_circle: {name}", width="content")
            st.caption(f"#{member.id}", width="content")
            if portrait.tier is not None:
                tier_badge(portrait.tier.tier)
            else:
                st.badge(t("members.customer"), color="gray")
            place = " ".join(dict.fromkeys(part for part in (member.province, member.city) if part))
            if place:
                st.badge(format.md_escape(place), icon=":material/location_on:", color="gray")
            mark_badge(portrait)
            for tag in portrait.tags:
                st.badge(format.md_escape(tag), icon=":material/sell:", color="blue")
        st.caption(" · ".join(_particulars(portrait)))
        _value(portrait)


def _particulars(portrait: Portrait) -> list[str]:
    member, zone = portrait.member, desk().zone
    found = []
    if member.joined_at is not None:
        found.append(t("portrait.joined", day=format.day(zone.day(member.joined_at), year=True)))
    if member.birth_month and member.birth_day:
        found.append(t("portrait.birthday", month=member.birth_month, day=member.birth_day))
    if member.phone_last4:
        found.append(t("portrait.phone", tail=format.md_escape(mask_phone_tail(member.phone_last4))))
    if member.source:
        found.append(t("portrait.source", source=format.md_escape(member.source)))
    return found or [t("portrait.no_particulars")]


def _value(portrait: Portrait) -> None:
    profile = portrait.profile
    if portrait.member.not_counted is not None:
        mark_words(portrait)
        return
    if profile is None:
        st.info(t("portrait.never_bought"), icon=":material/shopping_bag:")
        return
    values = (
        ("net", format.yuan_round(profile.net_fen)),
        ("orders", format.number(profile.orders)),
        ("order", format.yuan_round(profile.paid_fen // max(profile.orders, 1))),
        ("recency", format.days(portrait.recency_days or 0)),
    )
    for column, (name, value) in zip(st.columns(4), values, strict=True):
        column.metric(t(f"portrait.value.{name}"), value)
    told = []
    if portrait.spend_rank is not None:
        above, customers = portrait.spend_rank
        share = (above + 1) / max(customers, 1)
        place = {"place": format.number(above + 1), "n": format.number(customers)}
        told.append(t("portrait.rank.top", share=_top(share), **place) if share <= 0.5 else t("portrait.rank", **place))
    if portrait.usual_gap_days:
        told.append(t(f"portrait.gap.{_pace(portrait)}", n=format.days(portrait.usual_gap_days)))
    st.caption(" ".join(told))


def _pace(portrait: Portrait) -> str:
    """How the time since the last purchase compares with the usual gap."""
    times = (portrait.recency_days or 0) / (portrait.usual_gap_days or 1)
    return "early" if times < 0.8 else "due" if times <= 1.5 else "late"


def _top(share: float) -> str:
    """ "3%", never rounded down to less than it is."""
    return f"{max(-(-share * 100 // 1), 1):.0f}%"


def rhythm_card(portrait: Portrait) -> None:
    """When and how much."""
    zone = desk().zone
    with card(t("portrait.rhythm"), fill=True):
        dots = [
            Purchase(zone.day(order.at), order.paid_fen, order.category or t("portrait.other"))
            for order in portrait.orders
            if order.paid and order.at is not None
        ]
        if dots:
            purchase_dots(dots)
        else:
            st.caption(t("portrait.rhythm.none"))


def categories_card(portrait: Portrait) -> None:
    """What the money goes to."""
    with card(t("portrait.categories"), fill=True):
        if portrait.categories:
            ranked_bars([Bar(name, max(net, 0)) for name, _, net in portrait.categories[:6]], "yuan")
        else:
            st.caption(t("portrait.categories.none"))


def orders_card(portrait: Portrait) -> None:
    """All orders, also unpaid ones."""
    zone = desk().zone
    with card(t("portrait.orders")):
        if not portrait.orders:
            st.caption(t("portrait.orders.none"))
            return
        plain_table(
            {
                t("portrait.when"): [
                    zone.local(o.at).strftime("%Y-%m-%d %H:%M") if o.at else "–" for o in portrait.orders
                ],
                t("portrait.order_no"): [order.order_no for order in portrait.orders],
                t("portrait.items"): [_items(order.items) for order in portrait.orders],
                t("portrait.paid"): [
                    format.yuan(order.paid_fen) if order.paid else t("portrait.unpaid") for order in portrait.orders
                ],
                t("portrait.refund"): [
                    format.yuan(order.refund_fen) if order.refund_fen else "" for order in portrait.orders
                ],
                t("portrait.status"): [t(f"order.status.{order.status.value}") for order in portrait.orders],
            }
        )


def _items(items: list[tuple[str, int]]) -> str:
    return t("portrait.and").join(title if quantity == 1 else f"{title} ×{quantity}" for title, quantity in items)
