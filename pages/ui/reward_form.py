"""The fields of one reward of the catalogue; what is confusing is said before it is saved."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.documents.offer import Offer, Relative
from core.documents.reward import KINDS, Reward, reward_faults
from core.errors import Refusal
from core.services.rewards import RewardView, save_reward
from pages.ui.money_field import yuan_field
from pages.ui.page import guard, sentence
from pages.ui.parts import flash
from pages.ui.runtime import actor, desk, lang, now, t
from pages.ui.tiers import live_rules, tier_names

FIRST = Reward(name_zh="-", name_en="-", kind="coupon", points=500)
COUPON_DAYS, COUPON_FEN, MOST_COUPONS = 30, 5_00, 100


def reward_form(view: RewardView | None) -> None:
    """All fields of a reward (None: a new one), and the button that saves it."""
    held = FIRST if view is None else view.document
    stem = f"rewards:{'new' if view is None else view.id}"
    values = _what(held, stem, fresh=view is None) | _who(held, stem)
    reward = _read(values)
    faults = [] if reward is None else reward_faults(reward, live_rules()[0].codes)
    for fault in faults:
        st.error(sentence(fault), icon=":material/error:")
    label = t("rewards.add") if view is None else t("rewards.save")
    ready = reward is not None and not faults and (view is None or reward != held)
    if st.button(label, type="primary", key=f"{stem}:save", disabled=not ready) and reward is not None:
        with guard():
            save_reward(desk(), actor(), reward, reward_id=None if view is None else view.id, now=now())
            st.session_state.pop("rewards:new", None)
            flash(t("rewards.saved"))
            st.rerun()


def _read(values: dict[str, Any]) -> Reward | None:
    """The reward of the fields; None while a name is missing."""
    if not values["name_zh"] or not values["name_en"]:
        return None
    try:
        return Reward.read(values)
    except Refusal:
        return None


def _what(held: Reward, stem: str, *, fresh: bool) -> dict[str, Any]:
    """Name, kind, price, and what it is."""
    names = st.columns(2, gap="small")
    shown = ("", "") if fresh else (held.name_zh, held.name_en)
    zh = names[0].text_input(t("rewards.name_zh"), shown[0], max_chars=30, key=f"{stem}:zh").strip()
    en = names[1].text_input(t("rewards.name_en"), shown[1], max_chars=60, key=f"{stem}:en").strip()
    kind = st.segmented_control(
        t("rewards.kind"), KINDS, default=held.kind, required=True, key=f"{stem}:kind",
        format_func=lambda one: t(f"rewards.kind.{one}"),
    )  # fmt: skip
    price, second, third, fourth = st.columns(4, gap="small", vertical_alignment="bottom")
    points = int(price.number_input(t("rewards.points"), 1, 100_000_000, held.points, 100, key=f"{stem}:points"))
    found: dict[str, Any] = {"name_zh": zh or en, "name_en": en or zh, "kind": kind, "points": points, "offer": None}
    if kind == "coupon":
        return found | {
            "offer": _coupon(held, found, stem, (second, third, fourth)),
            "cost_fen": 0,
            "due_days": held.due_days,
        }
    with second:
        cost = yuan_field(t("rewards.cost"), held.cost_fen, f"{stem}:cost", step=1.0)
    due = third.number_input(t("rewards.due_days"), 0, 365, held.due_days, key=f"{stem}:due")
    return found | {"cost_fen": cost or 0, "due_days": int(due)}


def _coupon(held: Reward, found: dict[str, Any], stem: str, columns: Sequence[DeltaGenerator]) -> dict[str, Any]:
    """The coupon of the reward; a held one that is more than an amount off keeps what the fields do not show."""
    offer = held.offer or Offer(
        name="-", kind="amount", value=COUPON_FEN, validity=Relative(days=COUPON_DAYS), per_member_limit=MOST_COUPONS
    )
    days = offer.validity.days if isinstance(offer.validity, Relative) and offer.validity.days else COUPON_DAYS
    with columns[0]:
        value = yuan_field(t("rewards.coupon_value"), offer.value, f"{stem}:value", step=5.0)
    with columns[1]:
        threshold = yuan_field(
            t("rewards.coupon_from"),
            offer.threshold_fen or None,
            f"{stem}:threshold",
            placeholder=t("offer.no_threshold"),
        )
    span = columns[2].number_input(t("rewards.coupon_days"), 1, 366, days, key=f"{stem}:days")
    changed = {
        "name": found["name_zh"] or "-",
        "kind": "threshold" if threshold else "amount",
        "value": value or 0,
        "threshold_fen": threshold or 0,
        "validity": {"kind": "relative", "hours": None, "days": int(span)},
        "per_member_limit": MOST_COUPONS,
    }
    return offer.as_json() | changed


def _who(held: Reward, stem: str) -> dict[str, Any]:
    """How many there are, who may have it how often, and when."""
    stock, each, tiers = st.columns([1, 1, 2], gap="small", vertical_alignment="bottom")
    endless: dict[str, Any] = {"placeholder": t("rewards.endless")}
    many = stock.number_input(t("rewards.stock"), 0, 100_000_000, held.stock, key=f"{stem}:stock", **endless)
    often = each.number_input(t("rewards.per_member"), 1, 100, held.per_member, key=f"{stem}:each", **endless)
    names = tier_names()
    chosen = tiers.pills(
        t("rewards.tiers"), list(names), selection_mode="multi", key=f"{stem}:tiers",
        default=[code for code in held.tiers if code in names], format_func=lambda code: names.get(code, code),
    )  # fmt: skip
    first, last = st.columns(2, gap="small")
    starts = first.date_input(t("rewards.starts"), _day(held.starts), key=f"{stem}:starts:{lang()}")
    ends = last.date_input(t("rewards.ends"), _day(held.ends), key=f"{stem}:ends:{lang()}")
    return {
        "stock": None if many is None else int(many),
        "per_member": None if often is None else int(often),
        "tiers": list(chosen),
        "starts": starts.isoformat() if isinstance(starts, date) else None,
        "ends": ends.isoformat() if isinstance(ends, date) else None,
    }


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
