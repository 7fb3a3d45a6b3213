"""Stored value to look at: a member's account and statement, and the shop's prepaid report of a month."""

from dataclasses import dataclass
from datetime import date, datetime

from core.clock import ShopZone
from core.documents.stored_value import REGISTERED_CAP_FEN
from core.rules.stored_value import Lot, Part
from core.services.desk import Desk
from core.services.shop_settings import load_settings
from core.services.stored_value import Balance, load_plan, lot_of
from core.store.queries import stored_value as rows


@dataclass(frozen=True)
class TopUpView:
    """One top-up and what is left of it."""

    lot: Lot
    kind: str
    paid_fen: int
    route: str | None
    occurred_at: datetime


@dataclass(frozen=True)
class PaymentView:
    """One payment that has not gone back wholly, and the parts it took."""

    id: int
    occurred_at: datetime
    amount_fen: int
    refunded_fen: int
    order_no: str | None
    parts: list[Part]

    @property
    def left_fen(self) -> int:
        """What may still go back."""
        return self.amount_fen - self.refunded_fen


@dataclass(frozen=True)
class Account:
    """A member's stored value; an ended bonus does not count, also before the nightly round has taken it off."""

    balance: Balance
    topups: list[TopUpView]
    payments: list[PaymentView]

    @property
    def lots(self) -> list[Lot]:
        """What can be spent, by top-up."""
        return [topup.lot for topup in self.topups]


@dataclass(frozen=True)
class StatementLine:
    """One transaction, what it moved, and what the member had afterwards."""

    at: datetime
    kind: str
    principal_fen: int
    bonus_fen: int
    after: Balance
    route: str | None
    order_no: str | None
    note: str


@dataclass(frozen=True)
class Statement:
    """A member's stored value over ``[start, end)`` of shop days."""

    start: date
    end: date
    opening: Balance
    lines: list[StatementLine]
    closing: Balance


@dataclass(frozen=True)
class PrepaidLine:
    """One line of the prepaid report: how many transactions, and what they moved (signed fen)."""

    kind: str
    count: int
    principal_fen: int
    bonus_fen: int


@dataclass(frozen=True)
class PrepaidReport:
    """opening + lines = closing, principal and bonus apart; ``ties``: closing and the balances are the sums of the ledger."""

    month: date
    opening: Balance
    lines: list[PrepaidLine]
    closing: Balance
    ties: bool
    people: int
    over_cap: list[tuple[int, int]]
    cap_fen: int


# The report's lines in their order, with the kinds of transaction they are made of.
KINDS = ("topup", "pay", "refund_payment", "refund_topup", "bonus_expiry", "adjust")


def read_account(desk: Desk, member_id: int, *, now: datetime) -> Account:
    """What a member has, each top-up with what is left of it, newest payments first."""
    with desk.db.read() as session:
        found = rows.read_lots(session, member_id)
        moves = [row for row in rows.read_moves(session, member_id) if row.kind == "pay"]
        refunded = rows.read_refunded(session, [row.id for row in moves])
        payments = [
            PaymentView(
                row.id,
                row.occurred_at,
                row.amount_fen,
                refunded.get(row.id, 0),
                row.order_no,
                [Part(*part) for part in rows.read_parts(session, row.id)],
            )
            for row in reversed(moves)
            if refunded.get(row.id, 0) < row.amount_fen
        ]
    topups = [TopUpView(_now_left(lot_of(r), now), r.kind, r.amount_fen, r.route, r.occurred_at) for r in found]
    principal, bonus = (sum(getattr(t.lot, name) for t in topups) for name in ("principal_fen", "bonus_fen"))
    return Account(Balance(principal, bonus), topups, payments)


def read_statement(desk: Desk, member_id: int, start: date, end: date) -> Statement:
    """Every transaction of a member on the shop days ``[start, end)``, with the balance after each."""
    with desk.db.read() as session:
        zone = ShopZone(load_settings(session).zone)
        since, until = zone.start(start), zone.start(end)
        opening = held = Balance(*rows.sum_until(session, since, member_id))
        lines = []
        for row in rows.read_moves(session, member_id, since, until):
            held = Balance(held.principal_fen + int(row.principal), held.bonus_fen + int(row.bonus))
            lines.append(
                StatementLine(
                    row.occurred_at,
                    row.kind,
                    int(row.principal),
                    int(row.bonus),
                    held,
                    row.route,
                    row.order_no,
                    row.note,
                )
            )
    return Statement(start, end, opening, lines, held)


def prepaid_report(desk: Desk, month: date) -> PrepaidReport:
    """The shop's stored value over the month of a date: opening + topped up - used + given back - refunded - ended = closing."""
    first = month.replace(day=1)
    after = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    with desk.db.read() as session:
        zone = ShopZone(load_settings(session).zone)
        since, until = zone.start(first), zone.start(after)
        opening, ledger = Balance(*rows.sum_until(session, since)), Balance(*rows.sum_until(session, until))
        moved = rows.sum_by_kind(session, since, until)
        checks = rows.violations(session)
        plan = load_plan(session)[1]
        cap = REGISTERED_CAP_FEN if plan is None else plan.cap_fen
        over, people = rows.above(session, cap), rows.sum_balances(session)[2]
    lines = [PrepaidLine(kind, *moved.get(kind, (0, 0, 0))) for kind in KINDS]
    closing = Balance(
        opening.principal_fen + sum(line.principal_fen for line in lines),
        opening.bonus_fen + sum(line.bonus_fen for line in lines),
    )
    return PrepaidReport(
        first, opening, lines, closing, closing == ledger and not any(checks.values()), people, over, cap
    )


def _now_left(lot: Lot, now: datetime) -> Lot:
    ended = lot.bonus_until is not None and lot.bonus_until <= now
    return Lot(lot.id, lot.principal_fen, 0, lot.bonus_until) if ended else lot
