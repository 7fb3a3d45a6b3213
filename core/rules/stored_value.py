"""How stored value is spent, given back and refunded: whole fen, no clock, no store.

Each top-up is a *lot* of principal and bonus. **A payment** takes lots one after the other: first those whose bonus ends
soonest, then the older. Within a lot it takes principal and bonus in proportion to what the lot still holds, fractions of a fen
from the bonus: a top-up of 100 with a bonus of 20 buys everything at 100/120, the way 法释〔2025〕4号 reckons a bonus as a discount.
So a lot without principal has no bonus either, and whoever spends half has half of both.

**A refund of a payment** puts money back into the very lots and parts it came from, the last taken first; several partial
refunds together give exactly what one would have given.

**A refund of a top-up** pays out principal by the way it came, and takes back the unused bonus of that lot in proportion:
``principal r of p -> bonus taken back = ceil(b * r / p)``; all principal takes all of the bonus. What was spent stays spent.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from core.documents.stored_value import StoredValuePlan
from core.errors import Refusal
from core.money import as_yuan

ACCOUNTS = ("member_principal", "member_bonus", "paid_in", "spent", "bonus_given", "bonus_lapsed", "correction")
ROUTES = ("cash", "wechat", "alipay", "bank", "card", "other")
KINDS = ("topup", "pay", "refund_payment", "refund_topup", "adjust", "bonus_expiry")


@dataclass(frozen=True)
class Lot:
    """What is left of one top-up; ``bonus_until`` None: its bonus does not end."""

    id: int
    principal_fen: int
    bonus_fen: int
    bonus_until: datetime | None = None

    @property
    def total_fen(self) -> int:
        """Principal and bonus."""
        return self.principal_fen + self.bonus_fen


@dataclass(frozen=True)
class Part:
    """What moves in one lot."""

    lot_id: int
    principal_fen: int
    bonus_fen: int

    @property
    def total_fen(self) -> int:
        """Principal and bonus."""
        return self.principal_fen + self.bonus_fen


@dataclass(frozen=True)
class TopUp:
    """What a top-up gives."""

    pay_fen: int
    bonus_fen: int


def weigh_top_up(plan: StoredValuePlan, held_fen: int, pay_fen: int) -> TopUp:
    """What ``pay_fen`` brings a member who holds ``held_fen``; refuses ``stored_amount`` and ``stored_over_cap``.

    The cap holds for principal and bonus together: the stricter reading of what a card may hold.
    """
    if pay_fen <= 0:
        raise Refusal("stored_amount")
    bonus = plan.bonus_for(pay_fen)
    if held_fen + pay_fen + bonus > plan.cap_fen:
        left = max(plan.cap_fen - held_fen, 0)
        raise Refusal(
            "stored_over_cap", cap=as_yuan(plan.cap_fen), after=as_yuan(held_fen + pay_fen + bonus), left=as_yuan(left)
        )
    return TopUp(pay_fen, bonus)


def lots_in_order(lots: Sequence[Lot]) -> list[Lot]:
    """The order in which lots are spent: the bonus that ends soonest, then the older top-up."""
    ending = sorted(
        (lot for lot in lots if lot.bonus_fen and lot.bonus_until), key=lambda lot: (lot.bonus_until, lot.id)
    )
    rest = sorted((lot for lot in lots if not (lot.bonus_fen and lot.bonus_until)), key=lambda lot: lot.id)
    return [lot for lot in (*ending, *rest) if lot.total_fen]


def take_payment(lots: Sequence[Lot], amount_fen: int) -> list[Part]:
    """The parts that a payment takes, in order; refuses ``stored_amount`` and ``stored_not_enough``."""
    held = sum(lot.total_fen for lot in lots)
    if amount_fen <= 0:
        raise Refusal("stored_amount")
    if amount_fen > held:
        raise Refusal("stored_not_enough", held=as_yuan(held), missing=as_yuan(amount_fen - held))
    parts, open_fen = [], amount_fen
    for lot in lots_in_order(lots):
        if open_fen == 0:
            break
        taken = min(open_fen, lot.total_fen)
        principal = taken * lot.principal_fen // lot.total_fen
        parts.append(Part(lot.id, principal, taken - principal))
        open_fen -= taken
    return parts


def give_back(parts: Sequence[Part], before_fen: int, amount_fen: int) -> list[Part]:
    """The parts that a refund of ``amount_fen`` puts back when ``before_fen`` of the payment went back earlier.

    Refuses ``stored_amount`` and ``stored_refund_large`` (more than is left of the payment).
    """
    left = sum(part.total_fen for part in parts) - before_fen
    if amount_fen <= 0:
        raise Refusal("stored_amount")
    if amount_fen > left:
        raise Refusal("stored_refund_large", left=as_yuan(left))
    pairs = zip(_given_back(parts, before_fen + amount_fen), _given_back(parts, before_fen), strict=True)
    moved = [Part(a.lot_id, a.principal_fen - b.principal_fen, a.bonus_fen - b.bonus_fen) for a, b in pairs]
    return [part for part in moved if part.total_fen]


def _given_back(parts: Sequence[Part], refunded_fen: int) -> list[Part]:
    """What stands given back after ``refunded_fen`` in all; grows with it in every part."""
    found = []
    for part in reversed(parts):
        back = min(refunded_fen, part.total_fen)
        bonus = back * part.bonus_fen // part.total_fen
        found.append(Part(part.lot_id, back - bonus, bonus))
        refunded_fen -= back
    return found


def refund_lot(lot: Lot, amount_fen: int | None = None) -> Part:
    """What a refund of a top-up takes out of its lot: principal to be paid out, bonus taken back; all of it without an amount.

    Refuses ``stored_nothing_left``, ``stored_amount``, ``stored_refund_large``.
    """
    if lot.principal_fen == 0:
        raise Refusal("stored_nothing_left")
    amount = lot.principal_fen if amount_fen is None else amount_fen
    if amount <= 0:
        raise Refusal("stored_amount")
    if amount > lot.principal_fen:
        raise Refusal("stored_refund_large", left=as_yuan(lot.principal_fen))
    return Part(lot.id, amount, -(-lot.bonus_fen * amount // lot.principal_fen))
