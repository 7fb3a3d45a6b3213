"""One coupon that was found by its code: what, whose, until when, and the button that uses it."""

from datetime import datetime

import streamlit as st

from core.documents.enums import CouponStatus
from core.documents.offer import Offer
from core.errors import Refusal
from core.rules.codes import show_code
from core.rules.coupons import Held, Line, Reject, check_redemption
from core.rules.masking import mask_person
from core.rules.offer_words import offer_words
from core.rules.phrases import yuan_words
from core.services.coupons import CouponView, redeem_coupon
from pages.ui import format
from pages.ui.money_field import yuan_field
from pages.ui.page import guard
from pages.ui.parts import flash
from pages.ui.runtime import actor, desk, lang, now, t
from pages.ui.tiers import tier_names

_COLOURS = {
    CouponStatus.ISSUED: "green",
    CouponStatus.REDEEMED: "gray",
    CouponStatus.EXPIRED: "orange",
    CouponStatus.VOID: "red",
}


def show_coupon(coupon: CouponView, typed: str) -> None:
    """The coupon, what it takes off the basket, and the button; or why it cannot be used."""
    _face(coupon)
    if coupon.status is CouponStatus.REDEEMED:
        _used(coupon)
        return
    basket, order = st.columns(2, gap="small")
    with basket:
        fen = yuan_field(
            t("coupons.basket"), None, f"coupons:basket:{coupon.code}", placeholder=t("coupons.basket_hint")
        )
    order_no = order.text_input(
        t("coupons.order"), key=f"coupons:order:{coupon.code}", max_chars=64, placeholder=t("coupons.order_hint")
    )
    # The goods of a basket are not known at the desk: a limit to categories is for the person who looks at it.
    offer = coupon.offer.model_copy(update={"scope_categories": ()})
    held = Held(coupon.member_id, coupon.tier, coupon.status, coupon.valid_from, coupon.valid_until)
    check = check_redemption(offer, held, None, [Line(None, fen or 0)], now())
    rejects = [reject for reject in check.rejects if fen or reject is not Reject.OUT_OF_SCOPE]
    for reject in rejects:
        st.warning(_why_not(reject, offer, fen or 0), icon=":material/block:")
    if coupon.offer.scope_categories:
        words = t("phrase.comma").join(coupon.offer.scope_categories)
        st.caption(t("coupons.only_for", what=format.md_escape(words)))
    label = t("coupons.redeem_for", off=format.yuan(check.discount_fen)) if check.discount_fen else t("coupons.redeem")
    st.button(
        label,
        type="primary",
        icon=":material/redeem:",
        key="coupons:redeem",
        disabled=not fen or bool(rejects),
        on_click=_redeem,
        args=(coupon.code, order_no, fen or 0),
    )


def _why_not(reject: Reject, offer: Offer, basket_fen: int) -> str:
    """Why it may not be used now; what is missing to the threshold is said."""
    if reject is Reject.BELOW_THRESHOLD:
        missing = yuan_words(offer.threshold_fen - basket_fen)
        return t("error.coupon_below_threshold", threshold=yuan_words(offer.threshold_fen), missing=missing)
    return t(f"coupon.reject.{reject.value}")


def _ends(until: datetime) -> str:
    """When it ends as one says it: the end of a day is that day."""
    zone = desk().zone
    local = zone.local(until)
    return (
        format.day(format.until(local.date())) if (local.hour, local.minute) == (0, 0) else format.moment(until, zone)
    )


def _face(coupon: CouponView) -> None:
    zone = desk().zone
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"### {format.md_escape(offer_words(coupon.offer, coupon.tier, lang()))}", width="content")
        ready = coupon.status is not CouponStatus.ISSUED or now() >= coupon.valid_from
        status = coupon.status.value if ready else "not_started"
        st.badge(t(f"coupons.status.{status}"), color=_COLOURS[coupon.status])  # type: ignore[arg-type]
    who = format.md_escape(mask_person(coupon.name, coupon.nickname, coupon.member_id))
    tier = tier_names().get(coupon.tier or "")
    span = {"start": format.moment(coupon.valid_from, zone), "end": _ends(coupon.valid_until)}
    st.markdown(f":material/person: {who}{f' · {format.md_escape(tier)}' if tier else ''}")
    st.caption(f"{t('coupons.valid', **span)} · {show_code(coupon.code)}")


def _used(coupon: CouponView) -> None:
    when = "—" if coupon.used_at is None else format.moment(coupon.used_at, desk().zone)
    off = format.yuan(coupon.discount_fen or 0)
    st.info(
        t("coupons.was_used", when=when, order=format.md_escape(coupon.used_on or "—"), off=off), icon=":material/info:"
    )


def _redeem(code: str, order_no: str, basket_fen: int) -> None:
    """Use it. A second click of an impatient hand finds it used by this very page and says nothing more."""
    done = "coupons:done"
    if st.session_state.get(done) == code:
        return
    with guard():
        try:
            used = redeem_coupon(desk(), actor(), code, order_no=order_no, basket_fen=basket_fen, now=now())
        except Refusal:
            st.session_state.pop(done, None)
            raise
        st.session_state[done] = code
        flash(t("coupons.done", off=format.yuan(used.discount_fen)))
