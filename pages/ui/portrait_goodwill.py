"""Goodwill from a portrait: a coupon, points or a gift in one dialog, and what was given before."""

from secrets import token_hex

import streamlit as st

from core.documents.goodwill import KINDS, Gesture
from core.i18n import catalog
from core.services.goodwill import Given, give_goodwill, goodwill_cost, goodwill_of, read_allowance
from core.services.members import Portrait
from core.store.tables import Goodwill
from pages.ui import format
from pages.ui.confirm import confirm_dialog
from pages.ui.money_field import yuan_field
from pages.ui.parts import card
from pages.ui.runtime import actor, desk, lang, now, t
from pages.ui.table import plain_table
from pages.ui.tiers import live_rules

REASONS = ("late", "flaw", "thanks", "care", "other")
_STEM = "portrait:goodwill"
FIRST_FEN, FIRST_DAYS, FIRST_POINTS = 10_00, 30, 500


def goodwill_button(portrait: Portrait) -> None:
    """One button; the dialog says what may be given, and gives it once."""
    number = portrait.member.id or 0
    kinds = [kind for kind in KINDS if kind != "points" or _may_have_points(portrait)]
    opened = st.button(
        t("goodwill.button"), icon=":material/volunteer_activism:", type="primary", key=_STEM,
        disabled=portrait.member.not_counted is not None,
    )  # fmt: skip
    confirm_dialog(
        opened,
        "goodwill",
        t("goodwill.title"),
        [],
        t("goodwill.act"),
        lambda key: give_goodwill(desk(), actor(), number, _gesture(), key=key, now=now()),
        done=_done,
        fields=lambda: _fields(number, kinds),
        idempotency_key=f"goodwill:{number}:{token_hex(8)}",
    )


def _may_have_points(portrait: Portrait) -> bool:
    return live_rules()[0].points is not None and portrait.member.joined_at is not None


def _fields(number: int, kinds: list[str]) -> bool:
    """What, how much and why; whether the shop allows it."""
    left = read_allowance(desk(), actor(), number, now=now())
    limits = left.limits
    st.segmented_control(
        t("goodwill.kind"), kinds, default=kinds[0], required=True, key=f"{_STEM}:kind",
        format_func=lambda kind: t(f"goodwill.kind.{kind}"),
    )  # fmt: skip
    _amount(st.session_state[f"{_STEM}:kind"])
    st.pills(
        t("goodwill.reason"), REASONS, default=REASONS[0], required=True, key=f"{_STEM}:why",
        format_func=lambda reason: t(f"goodwill.reason.{reason}"),
    )  # fmt: skip
    if st.session_state[f"{_STEM}:why"] == "other":
        st.text_input(t("goodwill.reason.own"), max_chars=200, key=f"{_STEM}:own")
    gesture = _gesture()
    cost = goodwill_cost(gesture, live_rules()[0])
    st.caption(
        t(
            "goodwill.limits",
            cost=format.yuan(cost), most=format.yuan(limits.most_fen), days=limits.person_days, n=limits.per_person,
            had=left.to_person, staff_days=limits.staff_days, staff=limits.per_staff, given=left.by_staff,
        )
    )  # fmt: skip
    against = "person" if not left.person_left else "staff" if not left.staff_left else None
    if against:
        counts = {"n": limits.per_person, "days": limits.person_days}
        if against == "staff":
            counts = {"n": limits.per_staff, "days": limits.staff_days}
        st.warning(t(f"error.goodwill_{against}", **counts), icon=":material/block:")
    elif cost > limits.most_fen:
        st.warning(t("goodwill.too_much", most=format.yuan(limits.most_fen)), icon=":material/block:")
    named = gesture.kind != "gift" or bool(gesture.what.strip())
    return against is None and cost <= limits.most_fen and gesture.value > 0 and named and bool(gesture.reason.strip())


def _amount(kind: str) -> None:
    first, second = st.columns([2, 3], gap="small", vertical_alignment="bottom")
    with first:
        if kind == "points":
            st.number_input(t("goodwill.points"), 1, 1_000_000, FIRST_POINTS, 100, key=f"{_STEM}:points")
        else:
            st.session_state[f"{_STEM}:fen"] = yuan_field(
                t(f"goodwill.value.{kind}"), FIRST_FEN, f"{_STEM}:{kind}", step=5.0
            )
    with second:
        if kind == "coupon":
            st.number_input(t("goodwill.days"), 1, 366, FIRST_DAYS, key=f"{_STEM}:days")
        elif kind == "gift":
            st.text_input(t("goodwill.what"), max_chars=60, key=f"{_STEM}:what", placeholder=t("goodwill.what.example"))


def _gesture() -> Gesture:
    """What the fields hold."""
    held = st.session_state
    kind = held[f"{_STEM}:kind"]
    why = held[f"{_STEM}:why"]
    return Gesture(
        kind=kind,
        value=int(held[f"{_STEM}:points"]) if kind == "points" else held.get(f"{_STEM}:fen") or 0,
        days=int(held.get(f"{_STEM}:days") or FIRST_DAYS),
        what=held.get(f"{_STEM}:what", "") if kind == "gift" else "",
        reason=held.get(f"{_STEM}:own", "") if why == "other" else t(f"goodwill.reason.{why}"),
    )


def _done(given: Given) -> str:
    if given.code is not None:
        return t("goodwill.done.coupon", code=given.code, amount=format.yuan(given.value))
    return t(f"goodwill.done.{given.kind}", n=format.number(given.value))


def goodwill_card(portrait: Portrait) -> None:
    """What this person was given before, and why; nothing where nothing was."""
    given = goodwill_of(desk(), portrait.member.id or 0)
    if not given:
        return
    zone = desk().zone
    with card(t("goodwill.card")):
        plain_table(
            {
                t("portrait.when"): [zone.local(one.occurred_at).strftime("%Y-%m-%d %H:%M") for one in given],
                t("goodwill.column.what"): [_what(one) for one in given],
                t("goodwill.column.cost"): [format.yuan(one.cost_fen) for one in given],
                t("goodwill.column.reason"): [one.reason for one in given],
                t("goodwill.column.by"): [_by(one.actor) for one in given],
            },
            most=5,
        )


def _what(one: Goodwill) -> str:
    match one.kind:
        case "points":
            return t("goodwill.what.points", n=format.number(one.value))
        case "coupon":
            return t("goodwill.what.coupon", amount=format.yuan(one.value))
        case _:
            return one.what


def _by(name: str) -> str:
    key = f"audit.actor.{name}"
    return t(key) if key in catalog(lang()) else name
