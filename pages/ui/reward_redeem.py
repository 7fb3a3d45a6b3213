"""Exchange a reward for a member from the catalogue: who, what, and whether it can be."""

from secrets import token_hex

import streamlit as st

from core.services.members import search_people
from core.services.rewards import Claimed, RewardChoice, RewardView, choose_reward, redeem_reward
from pages.ui import format
from pages.ui.confirm import confirm_dialog
from pages.ui.find_person import person_label
from pages.ui.runtime import actor, desk, lang, now, t

WHO, WHICH = "rewards:who", "rewards:which"


def redeem_form(views: list[RewardView]) -> None:
    """Search the member, choose the reward, see what is in the way."""
    who, which = st.columns(2, gap="small", vertical_alignment="bottom")
    needle = who.text_input(
        t("points.search"), key="rewards:q", icon=":material/search:", placeholder=t("members.search.placeholder")
    )
    if not needle.strip():
        return
    people = {one.id: one for one in search_people(desk(), needle, now=now())}
    if not people:
        st.caption(t("search.none", needle=format.md_escape(needle)))
        return
    member = who.selectbox(
        t("points.found"), list(people), key=WHO,
        format_func=lambda number: person_label(people[number]),
    )  # fmt: skip
    choices = {one.view.id: one for one in choose_reward(desk(), member, now=now())}
    chosen = which.selectbox(
        t("points.redeem.which"), list(choices), key=WHICH,
        format_func=lambda number: _label(choices[number]),
    )  # fmt: skip
    if chosen is None:
        return
    one = choices[chosen]
    if one.against or one.missing:
        st.caption(_against(one))
    confirm_dialog(
        st.button(
            t("rewards.redeem.act"),
            icon=":material/redeem:",
            key="rewards:redeem",
            disabled=bool(one.against or one.missing),
        ),
        "redeem-list",
        t("points.redeem.title"),
        [(t("rewards.points"), format.number(one.view.document.points))],
        t("points.redeem.act"),
        lambda key: redeem_reward(desk(), actor(), chosen, member, key=key, now=now()),
        done=lambda done: _done(done, one),
        text=f"{format.md_escape(person_label(people[member]))} · {format.md_escape(one.view.document.name(lang()))}",
        idempotency_key=f"redeem:{member}:{token_hex(8)}",
    )


def _label(one: RewardChoice) -> str:
    return f"{one.view.document.name(lang())} · {t('points.price', n=format.number(one.view.document.points))}"


def _against(one: RewardChoice) -> str:
    """Why it cannot be exchanged: what is missing, or what is in the way."""
    if one.against is None:
        return t("rewards.short", n=format.number(one.missing))
    return t(f"rewards.state.{one.against}")


def _done(done: Claimed, one: RewardChoice) -> str:
    kind = "coupon" if done.coupon_id is not None else "promised"
    name = format.md_escape(one.view.document.name(lang()))
    return t(f"points.redeem.done.{kind}", n=format.number(done.points), reward=name)
