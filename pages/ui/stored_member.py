"""Stored value of one member: what is there, top up, pay, give back; every act shows what it does before it is done."""

import streamlit as st

from core.documents.stored_value import COOLING_OFF_DAYS, StoredValuePlan
from core.errors import Refusal
from core.rules.stored_value import ROUTES, refund_lot, take_payment, weigh_top_up
from core.services.stored_account import Account, PaymentView, TopUpView
from core.services.stored_value import Moved, pay, refund_payment, refund_topup, top_up
from pages.ui import format
from pages.ui.confirm import confirm_dialog
from pages.ui.find_person import name_of
from pages.ui.money_field import yuan_field
from pages.ui.page import sentence
from pages.ui.parts import card
from pages.ui.runtime import actor, desk, now, t

OTHER = 0


def balance_row(account: Account) -> None:
    """Balance, principal and bonus, and which bonus ends next."""
    balance = account.balance
    for column, (name, fen) in zip(
        st.columns(3),
        (("total", balance.total_fen), ("principal", balance.principal_fen), ("bonus", balance.bonus_fen)),
        strict=True,
    ):
        column.metric(t(f"stored.{name}"), format.yuan(fen), help=t(f"stored.{name}.help"))
    ending = [lot for lot in account.lots if lot.bonus_fen and lot.bonus_until]
    if ending:
        first = min(ending, key=lambda lot: lot.bonus_until or now())
        last_day = format.until(desk().zone.day(first.bonus_until or now()))
        st.caption(t("stored.bonus_ends", bonus=format.yuan(first.bonus_fen), day=format.day(last_day, year=True)))


def top_up_card(member_id: int, account: Account, plan: StoredValuePlan | None) -> None:
    """Take money in: a level or another amount, how it came, and what the member gets for it."""
    with card(t("stored.top_up"), fill=True):
        if plan is None:
            st.info(t("stored.no_plan"), icon=":material/info:")
            return
        levels = {level.pay_fen: level for level in plan.levels}
        picked = st.pills(
            t("stored.level"),
            [*levels, OTHER],
            default=plan.levels[0].pay_fen,
            format_func=lambda fen: _level(fen, levels[fen].bonus_fen) if fen else t("stored.other_amount"),
            key="stored:level",
        )
        fen = yuan_field(t("stored.pays"), None, "stored:pays") if picked == OTHER else picked
        route = st.selectbox(t("stored.route"), ROUTES, 1, lambda one: t(f"stored.route.{one}"), key="stored:route")
        note = st.text_input(t("stored.note"), key="stored:topup_note", max_chars=200)
        try:
            gain = weigh_top_up(plan, account.balance.total_fen, fen or 0) if fen else None
        except Refusal as refusal:
            st.warning(sentence(refusal), icon=":material/block:")
            gain = None
        numbers = []
        if gain is not None:
            after = account.balance.total_fen + gain.pay_fen + gain.bonus_fen
            numbers = [
                (t("stored.pays"), format.yuan(gain.pay_fen)),
                (t("stored.gets"), format.yuan(gain.pay_fen + gain.bonus_fen)),
                (t("stored.after"), format.yuan(after)),
            ]
            st.caption(
                t("stored.top_up_say", pays=numbers[0][1], bonus=format.yuan(gain.bonus_fen), after=numbers[2][1])
            )
        amount = format.yuan(fen or 0)
        opened = st.button(
            t("stored.top_up_act", amount=amount) if gain else t("stored.top_up"), type="primary", key="stored:topup",
            disabled=gain is None,
            icon=":material/add_card:",
        )  # fmt: skip
        confirm_dialog(
            opened,
            "stored_topup",
            t("stored.top_up_title", who=name_of(member_id)),
            numbers,
            t("stored.top_up_act", amount=amount),
            lambda key: top_up(desk(), actor(), member_id, fen or 0, route=route, note=note, key=key, now=now()),
            done=_done,
            text=t("stored.seven_days", days=COOLING_OFF_DAYS),
        )


def pay_card(member_id: int, account: Account) -> None:
    """Spend: the amount, and how much of it is principal and bonus."""
    with card(t("stored.pay"), fill=True, help=t("stored.pay.help")):
        if account.balance.total_fen == 0:
            st.caption(t("stored.empty"))
            return
        fen = yuan_field(t("stored.amount"), None, "stored:pay") or 0
        order_no = st.text_input(t("stored.order_no"), key="stored:order_no", max_chars=64)
        numbers = []
        try:
            parts = take_payment(account.lots, fen) if fen else []
        except Refusal as refusal:
            st.warning(sentence(refusal), icon=":material/block:")
            parts = []
        if parts:
            numbers = [
                (t("stored.from_principal"), format.yuan(sum(part.principal_fen for part in parts))),
                (t("stored.from_bonus"), format.yuan(sum(part.bonus_fen for part in parts))),
                (t("stored.after"), format.yuan(account.balance.total_fen - fen)),
            ]
            st.caption(t("stored.pay_say", principal=numbers[0][1], bonus=numbers[1][1], after=numbers[2][1]))
        opened = st.button(
            t("stored.pay_act", amount=format.yuan(fen)) if parts else t("stored.pay"),
            key="stored:paid",
            disabled=not parts,
            icon=":material/payments:",
        )
        confirm_dialog(
            opened,
            "stored_pay",
            t("stored.pay_title", who=name_of(member_id)),
            numbers,
            t("stored.pay_act", amount=format.yuan(fen)),
            lambda key: pay(desk(), actor(), member_id, fen, order_no=order_no, key=key, now=now()),
            done=_done,
        )


def back_card(member_id: int, account: Account) -> None:
    """Give back: a payment to the balance, or what is left of a top-up by the way it came."""
    with card(t("stored.back"), fill=True, help=t("stored.back.help")):
        topups = {topup.lot.id: topup for topup in account.topups if topup.lot.principal_fen}
        payments = {payment.id: payment for payment in account.payments}
        if not topups and not payments:
            st.caption(t("stored.nothing_to_give_back"))
            return
        kinds = [kind for kind, found in (("topup", topups), ("payment", payments)) if found]
        kind = st.segmented_control(
            t("stored.back.which"), kinds, default=kinds[0], required=True,
            format_func=lambda one: t(f"stored.back.{one}"), key=f"stored:back:{member_id}:{'-'.join(kinds)}",
            label_visibility="collapsed",
        )  # fmt: skip
        if kind == "topup":
            _refund_topup(member_id, topups)
        else:
            _refund_payment(member_id, payments)


def _refund_topup(member_id: int, topups: dict[int, TopUpView]) -> None:
    """Principal out by the way it came, unused bonus taken back."""
    number = st.selectbox(
        t("stored.back.topup"),
        list(topups),
        format_func=lambda n: _topup(topups[n]),
        key=f"stored:lot:{member_id}:{len(topups)}",
    )
    topup = topups[number]
    fen = (
        yuan_field(t("stored.refund_amount"), topup.lot.principal_fen, f"stored:out:{number}:{topup.lot.principal_fen}")
        or 0
    )
    try:
        part = refund_lot(topup.lot, fen)
    except Refusal as refusal:
        st.warning(sentence(refusal), icon=":material/block:")
        return
    route = t(f"stored.route.{topup.route or 'other'}")
    numbers = [
        (t("stored.refund_out", route=route), format.yuan(part.principal_fen)),
        (t("stored.bonus_taken"), format.yuan(part.bonus_fen)),
    ]
    st.caption(t("stored.refund_say", out=numbers[0][1], route=route, bonus=numbers[1][1]))
    age = (now() - topup.occurred_at).days
    if age < COOLING_OFF_DAYS:
        st.caption(t("stored.seven_days", days=COOLING_OFF_DAYS))
    opened = st.button(t("stored.refund_act", amount=numbers[0][1]), key="stored:refund", icon=":material/undo:")
    confirm_dialog(
        opened,
        "stored_refund",
        t("stored.refund_title", who=name_of(member_id)),
        numbers,
        t("stored.refund_act", amount=numbers[0][1]),
        lambda key: refund_topup(desk(), actor(), number, fen, key=key, now=now()),
        done=_done,
        text=t("stored.refund_money", route=route),
    )


def _refund_payment(member_id: int, payments: dict[int, PaymentView]) -> None:
    """A payment back to the balance, to the very parts it came from."""
    number = st.selectbox(
        t("stored.back.payment"), list(payments), format_func=lambda n: _payment(payments[n]),
        key=f"stored:payment:{member_id}:{len(payments)}",
    )  # fmt: skip
    payment = payments[number]
    fen = yuan_field(t("stored.refund_amount"), payment.left_fen, f"stored:into:{number}:{payment.left_fen}") or 0
    if not 0 < fen <= payment.left_fen:
        st.warning(t("stored.back.most", most=format.yuan(payment.left_fen)), icon=":material/block:")
        return
    label = t("stored.back_act", amount=format.yuan(fen))
    opened = st.button(label, key="stored:give_back", icon=":material/undo:")
    confirm_dialog(
        opened,
        "stored_back",
        t("stored.back_title", who=name_of(member_id)),
        [(t("stored.back.payment"), format.yuan(payment.amount_fen)), (t("stored.refund_amount"), format.yuan(fen))],
        label,
        lambda key: refund_payment(desk(), actor(), number, fen, key=key, now=now()),
        done=_done,
        text=t("stored.back_say"),
    )


def _level(pay_fen: int, bonus_fen: int) -> str:
    key = "stored.level_bonus" if bonus_fen else "stored.level_plain"
    return t(key, pays=format.yuan(pay_fen), bonus=format.yuan(bonus_fen))


def _topup(topup: TopUpView) -> str:
    day = format.day(desk().zone.day(topup.occurred_at), year=True)
    names = {"day": day, "paid": format.yuan(topup.paid_fen), "left": format.yuan(topup.lot.principal_fen)}
    return t("stored.topup_line", **names)


def _payment(payment: PaymentView) -> str:
    names = {"when": format.moment(payment.occurred_at, desk().zone), "paid": format.yuan(payment.amount_fen)}
    return t("stored.payment_line", **names, order=payment.order_no or "–")


def _done(moved: Moved) -> str:
    return t("stored.done", after=format.yuan(moved.balance.total_fen))
