"""Points on a portrait: what there is, why, what expires when; exchange them, and a text to paste to the member."""

from secrets import token_hex

import streamlit as st

from core.rules.points_reasons import LotLeaf, PointsProof, lot_sentences, member_text, owner_sentences
from core.services.explain_points import explain_member_points
from core.services.members import Portrait
from core.services.rewards import Claimed, RewardChoice, choose_reward, redeem_reward
from pages.ui import format
from pages.ui.confirm import confirm_dialog
from pages.ui.parts import card, link
from pages.ui.runtime import actor, desk, lang, now, t
from pages.ui.table import plain_table
from pages.ui.tiers import live_rules

POINTS_PAGE = "programme/points.py"
REWARD = "portrait:reward:which"
SHOWN = 30


def points_card(portrait: Portrait) -> None:
    """The balance with its why; nothing where the shop has and had no points."""
    number = portrait.member.id or 0
    proof = explain_member_points(desk(), number, now=now())
    with_points = live_rules()[0].points is not None
    if not with_points and not proof.lots:
        return
    with card(t("points.card"), fill=True):
        if portrait.member.not_counted is not None or portrait.member.joined_at is None:
            st.caption(t("points.card.not_member"))
            return
        _figures(proof)
        for key, params in owner_sentences(proof, desk().zone, now(), lang())[1:]:
            st.markdown(t(key, **params))
        with st.container(horizontal=True):
            _redeem_button(portrait, proof)
            link(t("points.card.ledger"), POINTS_PAGE, query={"member": portrait.member.public_id}, icon="list_alt")
        _why(proof)
        with st.expander(t("points.card.text"), icon=":material/content_copy:"):
            st.code(member_text(proof, desk().zone, now(), lang()), language=None, wrap_lines=True)


def _figures(proof: PointsProof) -> None:
    for column, name in zip(st.columns(3), ("available", "pending", "spent"), strict=True):
        value = proof.balance["active"] - proof.balance["debt"] if name == "available" else proof.balance[name]
        column.metric(t(f"points.figure.{name}"), format.number(value))


def _redeem_button(portrait: Portrait, proof: PointsProof) -> None:
    number = portrait.member.id or 0
    choices = choose_reward(desk(), number, now=now())
    able = {one.view.id: one for one in choices if one.against is None and not one.missing}
    pressed = st.button(
        t("points.redeem"), icon=":material/redeem:", key="portrait:redeem", disabled=not able,
        help=None if able else _why_none(choices),
    )  # fmt: skip
    if not able:
        st.session_state.pop("confirm:redeem", None)
        return
    confirm_dialog(
        pressed,
        "redeem",
        t("points.redeem.title"),
        [],
        t("points.redeem.act"),
        lambda key: redeem_reward(desk(), actor(), st.session_state[REWARD], number, key=key, now=now()),
        done=lambda done: _done(done, able),
        fields=lambda: _pick(able, proof),
        idempotency_key=f"redeem:{number}:{token_hex(8)}",
    )


def _why_none(choices: list[RewardChoice]) -> str:
    """Why there is nothing to exchange: no catalogue, or what is nearest."""
    near = min((one for one in choices if one.against is None), key=lambda one: one.missing, default=None)
    if near is None:
        return t("points.redeem.none")
    return t("points.redeem.missing", n=format.number(near.missing), reward=near.view.document.name(lang()))


def _pick(able: dict[int, RewardChoice], proof: PointsProof) -> bool:
    """Which reward; what is left afterwards."""
    chosen = st.radio(
        t("points.redeem.which"), list(able), key=REWARD,
        format_func=lambda number: format.md_escape(able[number].view.document.name(lang())),
        captions=[t("points.price", n=format.number(one.view.document.points)) for one in able.values()],
    )  # fmt: skip
    left = proof.balance["active"] - proof.balance["debt"] - able[chosen].view.document.points
    st.caption(t("points.redeem.left", n=format.number(left)))
    return True


def _done(done: Claimed, able: dict[int, RewardChoice]) -> str:
    kind = "coupon" if done.coupon_id is not None else "promised"
    name = format.md_escape(able[done.reward_id].view.document.name(lang())) if done.reward_id in able else ""
    return t(f"points.redeem.done.{kind}", n=format.number(done.points), reward=name)


def _why(proof: PointsProof) -> None:
    """Each lot with its sum."""
    lots = [lot for lot in reversed(proof.lots) if lot.issued][:SHOWN]
    if not lots:
        st.caption(t("points.card.none"))
        return
    with st.expander(t("points.card.why"), icon=":material/help:"):
        zone = desk().zone
        plain_table(
            {
                t("points.lot.day"): [zone.day(lot.at).isoformat() for lot in lots],
                t("points.lot.why"): [_said(lot) for lot in lots],
                t("points.lot.left"): [format.number(lot.remaining) for lot in lots],
                t("points.lot.state"): [_state(lot) for lot in lots],
            },
            most=6,
        )


def _said(lot: LotLeaf) -> str:
    return t("today.joint").join(t(key, **params) for key, params in lot_sentences(lot, lang()))


def _state(lot: LotLeaf) -> str:
    """Where a lot stands: waiting until, good until, used up, expired."""
    zone = desk().zone
    if lot.remaining and lot.active_at > now():
        return t("points.lot.waits", day=zone.day(lot.active_at).isoformat())
    if lot.remaining:
        if lot.expires_at is None:
            return t("points.lot.good")
        return t("points.lot.until", day=format.until(zone.day(lot.expires_at)).isoformat())
    return t("points.lot.expired" if lot.expires_at is not None and lot.expires_at <= now() else "points.lot.used")
