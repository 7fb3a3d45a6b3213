"""The catalogue of rewards: the table, a form for one, exchange for a member, and what was exchanged lately."""

import pandas as pd
import streamlit as st

from core.documents.reward import Reward
from core.rules.codes import show_code
from core.rules.masking import mask_person
from core.services.rewards import ClaimLine, RewardView, cancel_claim, list_claims, list_rewards, retire_reward
from pages.ui import format
from pages.ui.confirm import confirm_dialog
from pages.ui.page import guard
from pages.ui.parts import card, flash
from pages.ui.reward_form import reward_form
from pages.ui.reward_redeem import redeem_form
from pages.ui.runtime import actor, desk, lang, now, t
from pages.ui.table import pick_row, plain_table
from pages.ui.tiers import live_rules, tier_names

NEW = "rewards:new"
LISTED = 100


def show_catalogue() -> None:
    """What there is, and below it the one that was picked."""
    views = list_rewards(desk(), now=now())
    with card(t("rewards.title"), help=t("rewards.help")):
        chosen = _table(views) if views else None
        if not views:
            st.caption(t("rewards.none"))
        st.toggle(t("rewards.new"), key=NEW)
    if st.session_state[NEW]:
        with card(t("rewards.new")):
            reward_form(None)
    elif chosen is not None:
        _one(next(view for view in views if view.id == chosen))
    if any(view.closed is None for view in views):
        with card(t("rewards.redeem"), help=t("rewards.redeem.help")):
            redeem_form(views)
    _claims()


def _table(views: list[RewardView]) -> int | None:
    value_fen = live_rules()[0].points.value_fen if live_rules()[0].points is not None else 0
    frame = pd.DataFrame(
        {
            t("rewards.name"): [view.document.name(lang()) for view in views],
            t("rewards.kind"): [t(f"rewards.kind.{view.document.kind}") for view in views],
            t("rewards.points"): [format.number(view.document.points) for view in views],
            t("rewards.cost"): [format.yuan(cost_of(view.document)) for view in views],
            t("rewards.rate"): [_rate(view.document, value_fen) for view in views],
            t("rewards.claimed"): [format.number(view.claimed) for view in views],
            t("rewards.left"): [
                t("rewards.endless") if view.left is None else format.number(view.left) for view in views
            ],
            t("rewards.who"): [_who(view.document) for view in views],
            t("rewards.state"): [t(f"rewards.state.{view.closed or 'open'}") for view in views],
        }
    )
    return pick_row(frame, [view.id for view in views], "rewards:rows")


def cost_of(document: Reward) -> int:
    """What one costs the shop at most, in fen."""
    offer = document.offer
    if offer is None:
        return document.cost_fen
    return max(offer.max_discount_fen or 0 if offer.kind == "percent" else max(offer.values), offer.cost_fen)


def _rate(document: Reward, value_fen: int) -> str:
    """What a hundred points buy here, beside what the rules say they are worth."""
    fen = cost_of(document) * 100 // document.points
    return t("rewards.rate.says", fen=format.yuan(fen), worth=format.yuan(value_fen))


def _who(document: Reward) -> str:
    names = tier_names()
    parts = [
        t("phrase.comma").join(names.get(code, code) for code in document.tiers) if document.tiers else t("rewards.all")
    ]
    if document.per_member is not None:
        parts.append(t("rewards.each", n=document.per_member))
    return " · ".join(parts)


def _one(view: RewardView) -> None:
    """Change a reward, or take it out of the catalogue."""
    with card(t("rewards.change", name=format.md_escape(view.document.name(lang())))):
        reward_form(view)
        label = "rewards.revive" if view.retired else "rewards.retire"
        if st.button(t(label), icon=":material/inventory_2:", key=f"rewards:retire:{view.id}:{view.retired}"):
            with guard():
                retire_reward(desk(), actor(), view.id, back=view.retired, now=now())
                flash(t(f"{label}.done"))
                st.rerun()


def _claims() -> None:
    """The last exchanges; one that was a mistake can be taken back."""
    lines = list_claims(desk(), limit=LISTED)
    if not lines:
        return
    with card(t("rewards.claims")):
        plain_table(_columns(lines), most=8)
        open_ones = [line for line in lines if line.status == "done"]
        if not open_ones:
            return
        by_id = {line.id: line for line in open_ones}
        pick, act = st.columns([4, 2], vertical_alignment="bottom")
        number = pick.selectbox(
            t("rewards.claims.which"), list(by_id), format_func=lambda one: _said(by_id[one]), key="rewards:claim"
        )
        with act:
            pressed = st.button(t("rewards.take_back"), icon=":material/undo:", key="rewards:back", width="stretch")
        confirm_dialog(
            pressed,
            "take-back",
            t("rewards.take_back.title"),
            [(t("rewards.points"), format.number(by_id[number].points))],
            t("rewards.take_back.act"),
            lambda _: cancel_claim(desk(), actor(), number, now=now()),
            done=lambda _: t("rewards.take_back.done"),
            text=f"{format.md_escape(_said(by_id[number]))}\n\n{t('rewards.take_back.text')}",
        )


def _columns(lines: list[ClaimLine]) -> dict[str, list[str]]:
    zone = desk().zone
    return {
        t("portrait.when"): [zone.local(line.claimed_at).strftime("%Y-%m-%d %H:%M") for line in lines],
        t("members.column.who"): [mask_person(line.name, line.nickname, line.member_id) for line in lines],
        t("rewards.name"): [line.reward.name(lang()) for line in lines],
        t("rewards.points"): [format.number(line.points) for line in lines],
        t("rewards.cost"): [format.yuan(line.cost_fen) for line in lines],
        t("rewards.code"): [show_code(line.code) if line.code else "–" for line in lines],
        t("rewards.state"): [t(f"rewards.claim.{line.status}") for line in lines],
    }


def _said(line: ClaimLine) -> str:
    at = desk().zone.local(line.claimed_at)
    return f"{at:%Y-%m-%d %H:%M} · {mask_person(line.name, line.nickname, line.member_id)} · {line.reward.name(lang())}"
