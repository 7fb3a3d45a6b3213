"""The first screen of a portrait: who it is, how far to the next tier, what the person is worth, and how they stand."""

import streamlit as st

from core.clock import day_number
from core.rules.masking import mask_person, mask_phone_tail
from core.rules.outlook_words import GONE, expected_sentence, judged_by_gaps, state_sentence
from core.rules.tier_words import ways_words
from core.services.members import Portrait
from core.services.outlook import PersonOutlook
from pages.ui import format
from pages.ui.parts import card, link, progress
from pages.ui.portrait_mark import mark_badge, mark_words
from pages.ui.runtime import desk, lang, t, today
from pages.ui.tiers import tier_badge, tier_names

STATE_COLOURS = {
    "newcomer": "blue",
    "active": "green",
    "loyal": "green",
    "slipping": "orange",
    "dormant": "orange",
    "lost": "red",
}
ANALYSIS = "numbers/members.py"
FEW = 30  # of fewer people no share is shown


def who_card(portrait: Portrait) -> None:
    """Masked name, tier and the way to the next one, place and tags; then what the person is worth."""
    member = portrait.member
    with card(fill=True):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            name = mask_person(member.name, member.nickname, member.id or 0)
            st.markdown(f"### :material/account_circle: {format.md_escape(name)}", width="content")
            if name != f"#{member.id}":
                st.caption(f"#{member.id}", width="content")
            if member.erased_at is not None:
                st.badge(t("portrait.erased"), icon=":material/person_off:", color="gray")
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
        _progress(portrait)
        _value(portrait)


def _particulars(portrait: Portrait) -> list[str]:
    member, zone = portrait.member, desk().zone
    found = []
    if member.joined_at is not None:
        found.append(t("portrait.joined", day=format.day(zone.day(member.joined_at), year=True)))
    if member.left_at is not None:
        found.append(t("portrait.left", day=format.day(zone.day(member.left_at), year=True)))
    if member.birth_month and member.birth_day:
        found.append(t("portrait.birthday", month=member.birth_month, day=member.birth_day))
    if member.phone_last4:
        found.append(t("portrait.phone", tail=format.md_escape(mask_phone_tail(member.phone_last4))))
    if member.source:
        found.append(t("portrait.source", source=format.md_escape(member.source)))
    return found or [t("portrait.no_particulars")]


def _progress(portrait: Portrait) -> None:
    """The bar to the next tier and what is missing: by money, else by orders or growth."""
    tier = portrait.tier
    if tier is None:
        return
    if tier.next_tier is None:
        progress(t("portrait.tier.highest"), 1.0)
        return
    missing = (tier.missing_fen, tier.missing_orders, tier.missing_growth)
    have = (tier.window_spend_fen, tier.window_orders, tier.window_growth)
    gone = [own / (own + left) for own, left in zip(have, missing, strict=True) if left]
    name = tier_names().get(tier.next_tier, tier.next_tier)
    if not gone:
        progress(t("tier.next.soon", before="", tier=name), 1.0)
        return
    ways = ways_words(missing, portrait.rules.match, lang())
    share = max(gone) if portrait.rules.match == "any" else min(gone)
    progress(t("tier.next.ways", before="", ways=ways, tier=name), share)


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
    if portrait.spend_rank is not None:
        above, customers = portrait.spend_rank
        share = (above + 1) / max(customers, 1)
        place = {"place": format.number(above + 1), "n": format.number(customers)}
        st.caption(t("portrait.rank.top", share=_top(share), **place) if share <= 0.5 else t("portrait.rank", **place))


def _top(share: float) -> str:
    """ "3%", never rounded down to less than it is."""
    return f"{max(-(-share * 100 // 1), 1):.0f}%"


def standing_card(portrait: Portrait, outlook: PersonOutlook | None) -> None:
    """How they stand by their own rhythm, the chance that they come back, what a year is worth, and their rank."""
    if portrait.profile is None or portrait.member.not_counted is not None:
        return
    if outlook is None:
        with card():
            st.caption(t("outlook.none"))
        return
    with card():
        words, alive, value, rank = st.columns([2.6, 1.1, 1.1, 1.5], gap="small", vertical_alignment="center")
        with words:
            _state(portrait, outlook)
        with alive:
            _chance(outlook)
        with value:
            _worth(outlook)
        with rank:
            if outlook.rfm_group is None:
                st.caption(t("outlook.no_rank"))
            else:
                st.markdown(
                    f"**{t(f'rfm.group.{outlook.rfm_group}')}**  \n:small[{t(f'rfm.advice.{outlook.rfm_group}')}]"
                )


def _state(portrait: Portrait, outlook: PersonOutlook) -> None:
    profile = portrait.profile
    assert profile is not None
    key, params = state_sentence(outlook.state, outlook.rhythm_days, portrait.recency_days or 0, profile.buying_days)
    colour = STATE_COLOURS[outlook.state]
    name = t(f"outlook.state.{outlook.state}")
    st.markdown(f":{colour}-badge[{name}] {t(key, **params)}")
    left = day_number(outlook.next_day) - day_number(today())
    key, params = expected_sentence(outlook.state, left, outlook.rhythm_days)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(t(key, **params), width="content", help=t("outlook.state.help", day=_as_of(outlook)))
        link(t("outlook.more"), ANALYSIS, query={"section": "lifecycle"})


def _chance(outlook: PersonOutlook) -> None:
    """Who keeps coming: the chance by their own gaps. Who came once or is silent: what became of people like them."""
    if judged_by_gaps(outlook.state, outlook.buying_days):
        shown = t("outlook.unknown") if outlook.alive is None else format.percent(outlook.alive, 0)
        st.metric(t("outlook.alive"), shown, help=t("outlook.alive.help", day=_as_of(outlook)))
        return
    told = outlook.told
    if told is None or told.people < FEW:
        st.metric(t("outlook.told"), t("outlook.unknown"), help=t("outlook.told.few"))
        return
    state = t(f"outlook.state.{outlook.state}")
    day = format.day(told.asked_on, year=True)
    numbers = {"people": format.number(told.people), "back": format.number(told.came_back)}
    share = format.percent(told.came_back / told.people, 0 if told.came_back * 20 >= told.people else 1)
    st.metric(t("outlook.told"), share, help=t("outlook.told.help", day=day, state=state, **numbers))


def _worth(outlook: PersonOutlook) -> None:
    """What a year is worth; of who is long silent the average over the shop would promise too much."""
    if outlook.value_fen is None or outlook.state in GONE:
        key = "outlook.value.gone" if outlook.state in GONE else "outlook.value.help"
        st.metric(t("outlook.value"), t("outlook.unknown"), help=t(key, day=_as_of(outlook)))
        return
    st.metric(
        t("outlook.value"), format.yuan_round(outlook.value_fen), help=t("outlook.value.help", day=_as_of(outlook))
    )


def _as_of(outlook: PersonOutlook) -> str:
    return format.day(outlook.as_of, year=True)
