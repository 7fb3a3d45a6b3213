"""Stored value: top up, pay, give back, refund, let a bonus end. Off until the owner has read the duties and switched it on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlmodel import Session, col, select

from core.clock import ShopZone
from core.documents.enums import Area
from core.documents.stored_value import StoredValuePlan, plan_faults
from core.errors import Refusal
from core.money import as_yuan
from core.rules.stored_value import ROUTES, Lot, Part, give_back, lots_in_order, refund_lot, take_payment, weigh_top_up
from core.services.actor import Actor
from core.services.desk import Desk
from core.services.options import load_options, put_option
from core.services.shop_settings import load_settings
from core.store.audit import record
from core.store.queries import stored_value as rows
from core.store.queries.stored_value import BONUS, PRINCIPAL, LotRow, Posting
from core.store.tables import Member, StoredPlan, StoredTransaction
from core.store.write_lock import Turn, take_turn

# What the owner confirms before anything can be topped up; sentences ``stored.duty.*``.
DUTIES = ("filing", "custody", "contract", "cap", "expiry", "seven_days", "refund")
CHUNK = 200


@dataclass(frozen=True)
class Balance:
    """What a member has, in fen."""

    principal_fen: int
    bonus_fen: int

    @property
    def total_fen(self) -> int:
        """Principal and bonus."""
        return self.principal_fen + self.bonus_fen


@dataclass(frozen=True)
class Moved:
    """A transaction: what it moved (signed fen) and what the member has afterwards; ``again``: it had been written before."""

    transaction_id: int
    principal_fen: int
    bonus_fen: int
    balance: Balance
    again: bool = False


def switch_on(desk: Desk, actor: Actor, *, acknowledged: Sequence[str], now: datetime) -> None:
    """Switch stored value on; refuses ``stored_duties`` unless every duty was ticked. Who ticked what is audited."""
    if set(DUTIES) - set(acknowledged):
        raise Refusal("stored_duties")
    with desk.db.write(Area.SETTINGS) as session:
        put_option(session, actor, "stored_value", True, now=now, acknowledged=list(DUTIES))


def switch_off(desk: Desk, actor: Actor, *, now: datetime) -> None:
    """Hide it again; refuses ``stored_balances_left`` while somebody's money is with the shop."""
    with desk.db.write(Area.SETTINGS) as session:
        take_turn(session, Turn.STORED_VALUE)
        principal, bonus, people = rows.sum_balances(session)
        if people:
            raise Refusal("stored_balances_left", people=people, amount=as_yuan(principal + bonus))
        put_option(session, actor, "stored_value", False, now=now)


def load_plan(session: Session) -> tuple[int | None, StoredValuePlan | None]:
    """The plan in force and the number under which it was saved; None before the first."""
    row = session.exec(select(StoredPlan).order_by(col(StoredPlan.id).desc()).limit(1)).first()
    return (None, None) if row is None else (row.id, StoredValuePlan.read(row.document))


def read_plan(desk: Desk) -> StoredValuePlan | None:
    """The plan in force."""
    with desk.db.read() as session:
        return load_plan(session)[1]


def save_plan(desk: Desk, actor: Actor, plan: StoredValuePlan, *, now: datetime) -> None:
    """Put a plan in force for the top-ups from now on; refuses its first fault."""
    plan = StoredValuePlan.read(plan.as_json())
    for fault in plan_faults(plan):
        raise fault
    with desk.db.write(Area.RULES) as session:
        row = StoredPlan(document=plan.canonical(), document_hash=plan.digest(), actor=actor.name, saved_at=now)
        session.add(row)
        session.flush()
        record(session, actor.name, "stored_value.plan", f"stored_plan:{row.id}", now=now, hash=plan.digest())


def top_up(
    desk: Desk,
    actor: Actor,
    member_id: int,
    pay_fen: int,
    *,
    route: str,
    key: str,
    order_no: str | None = None,
    note: str = "",
    now: datetime,
) -> Moved:
    """Take money in and add the plan's bonus. Refuses ``stored_off``, ``stored_no_plan``, ``stored_over_cap``, ``stored_amount``."""
    _check_route(route)
    with desk.db.write(Area.MEMBERS) as session:
        lots = _open(session, desk, member_id, now)
        said = _Said(key, "topup", member_id, pay_fen, route=route, order_no=order_no, note=note)
        if again := _again(session, said):
            return again
        if "stored_value" not in load_options(session):
            raise Refusal("stored_off")
        plan_id, plan = load_plan(session)
        if plan is None:
            raise Refusal("stored_no_plan")
        gain = weigh_top_up(plan, sum(lot.total_fen for lot in lots), pay_fen)
        until = _bonus_until(session, plan, now) if gain.bonus_fen else None
        postings = _postings([(None, pay_fen, gain.bonus_fen)], "paid_in", "bonus_given")
        return _append(session, actor, said, postings, now, plan_id=plan_id, bonus_until=until)


def pay(
    desk: Desk,
    actor: Actor,
    member_id: int,
    amount_fen: int,
    *,
    key: str,
    order_no: str | None = None,
    note: str = "",
    now: datetime,
) -> Moved:
    """Spend from the balance, in the order of ``core.rules.stored_value``; refuses ``stored_not_enough``, ``stored_amount``."""
    with desk.db.write(Area.MEMBERS) as session:
        lots = _open(session, desk, member_id, now)
        said = _Said(key, "pay", member_id, amount_fen, order_no=order_no, note=note)
        if again := _again(session, said):
            return again
        taken = take_payment(lots, amount_fen)
        return _append(session, actor, said, _postings(_minus(taken), "spent", "spent"), now)


def refund_payment(
    desk: Desk, actor: Actor, payment_id: int, amount_fen: int | None = None, *, key: str, note: str = "", now: datetime
) -> Moved:
    """Give (part of) a payment back to the very parts it came from; refuses ``stored_unknown``, ``stored_refund_large``.

    A bonus that has ended meanwhile comes back and ends again at once.
    """
    with desk.db.write(Area.MEMBERS) as session:
        payment = _find(session, payment_id, ("pay",))
        _open(session, desk, payment.member_id, now)
        before = rows.read_refunded(session, [payment_id]).get(payment_id, 0)
        amount = payment.amount_fen - before if amount_fen is None else amount_fen
        said = _Said(key, "refund_payment", payment.member_id, amount, refers_to=payment_id, note=note)
        if again := _again(session, said, whole=amount_fen is None):
            return again
        if amount == 0:
            raise Refusal("stored_nothing_left")
        parts = [Part(*part) for part in rows.read_parts(session, payment_id)]
        back = give_back(parts, before, amount)
        moved = _append(
            session,
            actor,
            said,
            _postings([(p.lot_id, p.principal_fen, p.bonus_fen) for p in back], "spent", "spent"),
            now,
        )
        _expire(session, Actor.worker(), payment.member_id, now)
        return replace(moved, balance=_balance(session, payment.member_id))


def refund_topup(
    desk: Desk,
    actor: Actor,
    topup_id: int,
    amount_fen: int | None = None,
    *,
    route: str | None = None,
    key: str,
    note: str = "",
    now: datetime,
) -> Moved:
    """Pay principal of a top-up out by the way it came, and take its unused bonus back in proportion.

    Refuses ``stored_unknown``, ``stored_nothing_left``, ``stored_refund_large``, and ``stored_route`` (another way than it came).
    """
    with desk.db.write(Area.MEMBERS) as session:
        paid_in = _find(session, topup_id, rows.LOT_KINDS)
        if route is not None and route != paid_in.route:
            raise Refusal("stored_route")
        lots = {lot.id: lot for lot in _open(session, desk, paid_in.member_id, now)}
        lot = lots.get(topup_id, Lot(topup_id, 0, 0))
        amount = lot.principal_fen if amount_fen is None else amount_fen
        said = _Said(key, "refund_topup", paid_in.member_id, amount, refers_to=topup_id, route=paid_in.route, note=note)
        if again := _again(session, said, whole=amount_fen is None):
            return again
        part = refund_lot(lot, amount_fen)
        return _append(session, actor, said, _postings(_minus([part]), "paid_in", "bonus_given"), now)


def adjust(
    desk: Desk,
    actor: Actor,
    member_id: int,
    account: Literal["principal", "bonus"],
    amount_fen: int,
    *,
    reason: str,
    key: str,
    route: str = "other",
    now: datetime,
) -> Moved:
    """Correct a balance by hand, up (a balance of an older system) or down; refuses ``stored_reason``, ``stored_not_enough``.

    What is added is a lot of its own: its principal can be refunded by ``route``, its bonus does not end.
    """
    _check_route(route)
    if not reason.strip():
        raise Refusal("stored_reason")
    with desk.db.write(Area.MEMBERS) as session:
        lots = _open(session, desk, member_id, now)
        said = _Said(key, "adjust", member_id, amount_fen, route=route, note=reason.strip())
        if again := _again(session, said):
            return again
        if amount_fen > 0:
            if "stored_value" not in load_options(session):
                raise Refusal("stored_off")
            plan = load_plan(session)[1]
            if plan is None:
                raise Refusal("stored_no_plan")
            weigh_top_up(plan.model_copy(update={"levels": ()}), sum(lot.total_fen for lot in lots), amount_fen)
        moved = _adjusted(lots, account == "principal", amount_fen)
        return _append(session, actor, said, _postings(moved, "correction", "correction"), now)


def expire_bonus(desk: Desk, actor: Actor, *, now: datetime) -> int:
    """Let every bonus end whose time is over; safe to repeat. How many lots lost theirs."""
    ended = 0
    while True:
        with desk.db.read() as session:
            due = sorted({lot.member_id for lot in rows.read_lots(session, ended_by=now)})[:CHUNK]
        if not due:
            return ended
        with desk.db.write(Area.MEMBERS) as session:
            take_turn(session, Turn.STORED_VALUE)
            for member_id in due:
                rows.lock_balance(session, desk.db, member_id)
                ended += _expire(session, actor, member_id, now)


@dataclass(frozen=True)
class _Said:
    """What a transaction was asked for: compared when its key comes again."""

    key: str
    kind: str
    member_id: int
    amount_fen: int
    refers_to: int | None = None
    route: str | None = None
    order_no: str | None = None
    note: str = ""

    def values(self) -> dict[str, Any]:
        """The columns of the row."""
        return self.__dict__ | {"note": self.note.strip()[:200], "order_no": (self.order_no or "").strip() or None}


def _check_route(route: str) -> None:
    if route not in ROUTES:
        raise Refusal("stored_route_unknown", route=route)


def _find(session: Session, number: int, kinds: Sequence[str]) -> StoredTransaction:
    row = session.get(StoredTransaction, number)
    if row is None or row.kind not in kinds:
        raise Refusal("stored_unknown", number=number)
    return row


def _open(session: Session, desk: Desk, member_id: int, now: datetime) -> list[Lot]:
    """Hold the chain and the member's balance, let ended bonuses end, and read what is left of each top-up."""
    if session.get(Member, member_id) is None:
        raise Refusal("member_unknown", member=member_id)
    take_turn(session, Turn.STORED_VALUE)
    rows.lock_balance(session, desk.db, member_id)
    _expire(session, Actor.worker(), member_id, now)
    return [lot_of(row) for row in rows.read_lots(session, member_id)]


def lot_of(row: LotRow) -> Lot:
    """A stored lot as the rules see it."""
    return Lot(row.id, row.principal_fen, row.bonus_fen, row.bonus_until)


def _again(session: Session, said: _Said, *, whole: bool = False) -> Moved | None:
    """The answer of a transaction that was written under this key; refuses ``stored_key_used`` for another content.

    ``whole``: all that was left was asked for, which by now is less.
    """
    row = rows.find_transaction(session, said.key)
    if row is None:
        return None
    same = (row.kind, row.member_id, row.refers_to) == (said.kind, said.member_id, said.refers_to)
    if not same or (not whole and row.amount_fen != said.amount_fen):
        raise Refusal("stored_key_used")
    assert row.id is not None
    move = next(line for line in rows.read_moves(session, row.member_id) if line.id == row.id)
    return Moved(row.id, int(move.principal), int(move.bonus), _balance(session, row.member_id), again=True)


def _balance(session: Session, member_id: int) -> Balance:
    return Balance(*rows.read_balance(session, member_id))


def _bonus_until(session: Session, plan: StoredValuePlan, now: datetime) -> datetime | None:
    """The end of the ``bonus_days``-th shop day after today."""
    if plan.bonus_days is None:
        return None
    zone = ShopZone(load_settings(session).zone)
    return zone.start(zone.day(now) + timedelta(days=plan.bonus_days + 1))


def _minus(parts: Sequence[Part]) -> list[tuple[int | None, int, int]]:
    return [(part.lot_id, -part.principal_fen, -part.bonus_fen) for part in parts]


def _adjusted(lots: Sequence[Lot], principal: bool, amount_fen: int) -> list[tuple[int | None, int, int]]:
    """What a correction moves: a lot of its own, or taken from the lots in the order of spending."""
    if amount_fen == 0:
        raise Refusal("stored_amount")
    if amount_fen > 0:
        return [(None, amount_fen, 0) if principal else (None, 0, amount_fen)]
    held = [(lot.id, lot.principal_fen if principal else lot.bonus_fen) for lot in lots_in_order(lots)]
    open_fen = -amount_fen
    moved: list[tuple[int | None, int, int]] = []
    for lot_id, fen in held:
        taken = min(open_fen, fen)
        open_fen -= taken
        if taken:
            moved.append((lot_id, -taken, 0) if principal else (lot_id, 0, -taken))
    if open_fen:
        total = sum(fen for _, fen in held)
        raise Refusal("stored_not_enough", held=as_yuan(total), missing=as_yuan(open_fen))
    return moved


def _postings(moved: Sequence[tuple[int | None, int, int]], principal_to: str, bonus_to: str) -> list[Posting]:
    """The postings of what moves in each lot (lot, principal, bonus), with the other side of each."""
    found: list[Posting] = []
    for lot_id, principal, bonus in moved:
        found += [(PRINCIPAL, lot_id, principal), (principal_to, lot_id, -principal)] if principal else []
        found += [(BONUS, lot_id, bonus), (bonus_to, lot_id, -bonus)] if bonus else []
    return found


def _append(session: Session, actor: Actor, said: _Said, postings: list[Posting], now: datetime, **more: Any) -> Moved:
    """Write a transaction, move the balance, leave a line in the audit trail."""
    values: Mapping[str, Any] = said.values() | more | {"actor": actor.name, "occurred_at": now, "recorded_at": now}
    number = rows.append_transaction(session, values, postings)
    principal = sum(fen for account, _, fen in postings if account == PRINCIPAL)
    bonus = sum(fen for account, _, fen in postings if account == BONUS)
    if not rows.move_balance(session, said.member_id, principal, bonus):
        raise RuntimeError("a balance changed while it was held")
    action, subject = f"stored_value.{said.kind}", f"stored_transaction:{number}"
    record(session, actor.name, action, subject, now=now, count=1, principal_fen=principal, bonus_fen=bonus)
    return Moved(number, principal, bonus, _balance(session, said.member_id))


def _expire(session: Session, actor: Actor, member_id: int, now: datetime) -> int:
    """Let a held member's ended bonuses end; how many."""
    ended = [lot for lot in rows.read_lots(session, member_id, ended_by=now) if lot.bonus_fen]
    for lot in ended:
        # A payment that is given back may bring an ended bonus back: it ends again, under a key of its own.
        key = f"bonus_expiry:{lot.id}:{rows.count_moves(session, lot.id)}"
        said = _Said(key, "bonus_expiry", member_id, lot.bonus_fen, refers_to=lot.id)
        _append(session, actor, said, [(BONUS, lot.id, -lot.bonus_fen), ("bonus_lapsed", lot.id, lot.bonus_fen)], now)
    return len(ended)
