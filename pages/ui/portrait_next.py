"""The card that says what to do next for a person, why, and does it with one click."""

import streamlit as st

from core.rules.next_action import Act
from core.services.member_notes import write_note
from core.services.members import Portrait
from core.services.next_action import NextStep
from core.services.promises import promises_of
from pages.ui import format
from pages.ui.page import guard
from pages.ui.parts import card, flash
from pages.ui.portrait_promise import show_promise
from pages.ui.runtime import actor, desk, now, settings, t
from pages.ui.tiers import tier_names

ICONS = {
    Act.PROMISE: "redeem",
    Act.BAD_REVIEW: "sentiment_dissatisfied",
    Act.COUPON: "confirmation_number",
    Act.UPGRADE: "trending_up",
    Act.DUE: "event_upcoming",
    Act.SLIPPING: "favorite",
    Act.BIRTHDAY: "cake",
    Act.LEAVE_ALONE: "spa",
}


def next_card(portrait: Portrait, step: NextStep, goods: str | None = None) -> None:
    """What, why, and the button; ``goods``: the title of what they are likeliest to buy next."""
    act = step.action.act
    with card(t("action.card"), fill=True, help=t("action.help")):
        params = action_params(step)
        st.markdown(f"##### :material/{ICONS[act]}: {t(f'action.{act}.what', **params)}")
        quiet = step.action.quiet
        st.markdown(t(f"action.{act}.why", **params) if quiet is None else t(f"action.quiet.{quiet}", **params))
        if act is Act.PROMISE:
            _promise(portrait)
        elif act is not Act.LEAVE_ALONE:
            _contact(portrait, act, params | {"goods": goods or ""})


def action_params(step: NextStep) -> dict[str, str]:
    """What the sentences are filled with, as the page words it; member text is escaped."""
    facts = step.facts
    days = {
        name: str(value if value is not None else "")
        for name, value in (
            ("stars", facts.bad_stars),
            ("silent", facts.silent_days),
            ("rhythm", facts.rhythm_days),
            ("next_days", facts.next_days),
        )
    }
    due = step.params["due"]
    share = facts.spend_share
    return days | {
        "bad": _when("ago", facts.bad_days),
        "ends": _when("ahead", facts.coupon_days),
        "birthday": _when("ahead", facts.birthday_days),
        "touched": _when("ago", facts.touched_days),
        "coupon": format.md_escape(step.params["coupon"]),
        "due": "" if due is None else format.day(due),
        "missing": format.yuan(facts.missing_fen or 0),
        "order": format.yuan_round(facts.order_fen or 0),
        "tier": tier_names().get(facts.next_tier or "", facts.next_tier or ""),
        "top": "" if share is None else f"{max(round(share * 100), 1)}%",
    }


def _when(way: str, days: int | None) -> str:
    """ "3 天前", "3 天后", and "今天" for none."""
    return "" if days is None else t(f"action.when.{way}", n=days) if days else t("action.when.today")


def _promise(portrait: Portrait) -> None:
    owed = [one for one in promises_of(desk(), portrait.member.id or 0, now=now()) if one.status == "owed"]
    for one in owed[:1]:
        show_promise(one, "next:")


def _contact(portrait: Portrait, act: Act, params: dict[str, str]) -> None:
    """A text to copy, and one click that writes down that it was sent."""
    key = f"action.{act}.text.goods" if act is Act.DUE and params["goods"] else f"action.{act}.text"
    words = t(key, **params, shop=settings().shop_name or t("action.shop"))
    st.code(words.replace("\\", ""), language=None, wrap_lines=True)
    st.button(
        t("action.done"), icon=":material/check:", type="primary", key="portrait:next:done", on_click=_note,
        args=(portrait.member.id or 0, t(f"action.{act}.note", **params)), help=t("action.done.help"),
    )  # fmt: skip


def _note(member_id: int, words: str) -> None:
    with guard():
        write_note(desk(), actor(), member_id, words.replace("\\", ""), now=now())
        flash(t("action.noted"))
