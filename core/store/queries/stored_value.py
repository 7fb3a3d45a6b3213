"""The ledger of stored value: append to it, read what is left of each top-up, sum it up, check it.

A balance moves only by an UPDATE that asks whether there is enough: rowcount 1, or nothing happened.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, func, select, text, update
from sqlmodel import Session, col

from core.clock import to_micros
from core.store.database import Database
from core.store.tables import StoredBalance, StoredPosting, StoredTransaction

GENESIS = "0" * 64
PRINCIPAL, BONUS = "member_principal", "member_bonus"
LOT_KINDS = ("topup", "adjust")
Posting = tuple[str, int | None, int]


@dataclass(frozen=True)
class LotRow:
    """One top-up with what is left of it."""

    id: int
    member_id: int
    kind: str
    amount_fen: int
    route: str | None
    occurred_at: datetime
    bonus_until: datetime | None
    principal_fen: int
    bonus_fen: int


def lock_balance(session: Session, db: Database, member_id: int) -> None:
    """Hold a member's balance until the transaction ends; makes the row when there is none."""
    statement = db.upsert(StoredBalance).values(member_id=member_id, principal_fen=0, bonus_fen=0)
    session.execute(statement.on_conflict_do_nothing(index_elements=["member_id"]))
    held = select(col(StoredBalance.member_id)).where(col(StoredBalance.member_id) == member_id)
    session.execute(held.with_for_update())


def move_balance(session: Session, member_id: int, principal_fen: int, bonus_fen: int) -> bool:
    """Add to (or, negative, take from) a balance when both parts stay at zero or above; false when they would not."""
    principal, bonus = col(StoredBalance.principal_fen) + principal_fen, col(StoredBalance.bonus_fen) + bonus_fen
    statement = (
        update(StoredBalance)
        .where(col(StoredBalance.member_id) == member_id, principal >= 0, bonus >= 0)
        .values(principal_fen=principal, bonus_fen=bonus)
    )
    changed = session.execute(statement, execution_options={"synchronize_session": False})
    return int(changed.rowcount) == 1  # type: ignore[attr-defined]


def read_balance(session: Session, member_id: int) -> tuple[int, int]:
    """Principal and bonus as the balance row says; zeros when there is none."""
    row = session.execute(
        select(col(StoredBalance.principal_fen), col(StoredBalance.bonus_fen)).where(
            col(StoredBalance.member_id) == member_id
        )
    ).first()
    return (0, 0) if row is None else (int(row[0]), int(row[1]))


def find_transaction(session: Session, key: str) -> StoredTransaction | None:
    """The transaction with an idempotency key."""
    found: StoredTransaction | None = session.execute(
        select(StoredTransaction).where(col(StoredTransaction.key) == key)
    ).scalar_one_or_none()
    return found


def append_transaction(session: Session, values: Mapping[str, Any], postings: Sequence[Posting]) -> int:
    """Append a transaction with its postings (account, lot or None for its own, signed fen) to the chain; its id.

    The caller holds the turn of the chain. Refuses nothing: postings that do not sum to zero are a bug.
    """
    if not postings or sum(amount for _, _, amount in postings) != 0:
        raise RuntimeError("the postings of a transaction do not sum to zero")
    last = session.execute(
        select(col(StoredTransaction.hash)).order_by(col(StoredTransaction.id).desc()).limit(1)
    ).scalar_one_or_none()
    row = StoredTransaction(**values, previous_hash=last or GENESIS, hash="")
    row.hash = transaction_hash(row, [(account, lot or 0, amount) for account, lot, amount in postings])
    session.add(row)
    session.flush()
    assert row.id is not None
    session.add_all(
        StoredPosting(
            transaction_id=row.id, account=account, member_id=row.member_id, lot_id=lot or row.id, amount_fen=amount
        )
        for account, lot, amount in postings
        if amount
    )
    session.flush()
    return row.id


def transaction_hash(row: StoredTransaction, postings: Sequence[tuple[str, int, int]]) -> str:
    """The hash of a transaction, its postings (account, lot or 0 for its own, fen) and its predecessor's hash."""
    content = [
        row.key,
        row.kind,
        row.member_id,
        row.amount_fen,
        row.refers_to,
        row.plan_id,
        None if row.bonus_until is None else to_micros(row.bonus_until),
        row.route,
        row.order_no,
        row.note,
        row.actor,
        to_micros(row.occurred_at),
        to_micros(row.recorded_at),
        [list(posting) for posting in postings if posting[2]],
        row.previous_hash,
    ]
    return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()


def broken_transaction(session: Session) -> int | None:
    """The id of the first transaction whose hash or predecessor does not fit; none when the chain is whole (I5)."""
    postings: dict[int, list[tuple[str, int, int]]] = {}
    for line in session.execute(select(StoredPosting).order_by(col(StoredPosting.id))).scalars():
        lot = 0 if line.lot_id == line.transaction_id else line.lot_id
        postings.setdefault(line.transaction_id, []).append((line.account, lot, line.amount_fen))
    previous = GENESIS
    for row in session.execute(select(StoredTransaction).order_by(col(StoredTransaction.id))).scalars():
        assert row.id is not None
        if row.previous_hash != previous or transaction_hash(row, postings.get(row.id, [])) != row.hash:
            return int(row.id)
        previous = row.hash
    return None


def _sum_of(account: str) -> Any:
    return func.coalesce(func.sum(StoredPosting.amount_fen).filter(col(StoredPosting.account) == account), 0)


def read_lots(session: Session, member_id: int | None = None, ended_by: datetime | None = None) -> list[LotRow]:
    """Top-ups with what is left of them, oldest first: of one member, or of all those whose bonus ended and is still there."""
    principal, bonus = _sum_of(PRINCIPAL).label("principal"), _sum_of(BONUS).label("bonus")
    lot = StoredTransaction
    columns = (lot.id, lot.member_id, lot.kind, lot.amount_fen, lot.route, lot.occurred_at, lot.bonus_until)
    statement = (
        select(*columns, principal, bonus)  # type: ignore[call-overload]
        .join(StoredPosting, col(StoredPosting.lot_id) == col(lot.id))
        .where(col(lot.kind).in_(LOT_KINDS))
        .group_by(*columns)
        .order_by(col(lot.id))
    )
    if member_id is not None:
        statement = statement.where(col(lot.member_id) == member_id)
    if ended_by is not None:
        statement = statement.where(col(lot.bonus_until) <= ended_by).having(bonus > 0)
    found = session.execute(statement)
    return [
        LotRow(
            row.id,
            row.member_id,
            row.kind,
            row.amount_fen,
            row.route,
            row.occurred_at,
            row.bonus_until,
            int(row.principal),
            int(row.bonus),
        )
        for row in found
    ]


def count_moves(session: Session, lot_id: int) -> int:
    """How many postings a lot has."""
    statement = select(func.count()).select_from(StoredPosting).where(col(StoredPosting.lot_id) == lot_id)
    return int(session.execute(statement).scalar_one())


def read_parts(session: Session, payment_id: int) -> list[tuple[int, int, int]]:
    """What a payment took: (lot, principal, bonus) in the order of taking, as positive fen."""
    statement = (
        select(col(StoredPosting.lot_id), -_sum_of(PRINCIPAL), -_sum_of(BONUS))
        .where(col(StoredPosting.transaction_id) == payment_id, col(StoredPosting.account).in_((PRINCIPAL, BONUS)))
        .group_by(col(StoredPosting.lot_id))
        .order_by(func.min(StoredPosting.id))
    )
    return [(int(row[0]), int(row[1]), int(row[2])) for row in session.execute(statement)]


def read_refunded(session: Session, payment_ids: Sequence[int]) -> dict[int, int]:
    """How much of each payment went back already."""
    statement = (
        select(col(StoredTransaction.refers_to), func.sum(StoredTransaction.amount_fen))
        .where(col(StoredTransaction.kind) == "refund_payment", col(StoredTransaction.refers_to).in_(payment_ids))
        .group_by(col(StoredTransaction.refers_to))
    )
    return {int(row[0]): int(row[1]) for row in session.execute(statement)}


def read_moves(
    session: Session, member_id: int, start: datetime | None = None, end: datetime | None = None
) -> list[Row[Any]]:
    """A member's transactions of ``[start, end)`` with what each moved of principal and bonus, oldest first."""
    columns = (
        StoredTransaction.id,
        StoredTransaction.kind,
        StoredTransaction.occurred_at,
        StoredTransaction.amount_fen,
        StoredTransaction.refers_to,
        StoredTransaction.route,
        StoredTransaction.order_no,
        StoredTransaction.note,
        StoredTransaction.actor,
    )
    statement = (
        select(*columns, _sum_of(PRINCIPAL).label("principal"), _sum_of(BONUS).label("bonus"))  # type: ignore[call-overload]
        .join(StoredPosting, col(StoredPosting.transaction_id) == col(StoredTransaction.id))
        .where(col(StoredTransaction.member_id) == member_id)
        .group_by(*columns)
        .order_by(col(StoredTransaction.occurred_at), col(StoredTransaction.id))
    )
    if start is not None:
        statement = statement.where(col(StoredTransaction.occurred_at) >= start)
    if end is not None:
        statement = statement.where(col(StoredTransaction.occurred_at) < end)
    return list(session.execute(statement))


def sum_until(session: Session, end: datetime, member_id: int | None = None) -> tuple[int, int]:
    """Principal and bonus just before an instant, by the ledger: of one member, or of all."""
    statement = (
        select(_sum_of(PRINCIPAL), _sum_of(BONUS))
        .select_from(StoredPosting)
        .join(StoredTransaction, col(StoredTransaction.id) == col(StoredPosting.transaction_id))
        .where(col(StoredTransaction.occurred_at) < end)
    )
    if member_id is not None:
        statement = statement.where(col(StoredPosting.member_id) == member_id)
    row = session.execute(statement).one()
    return int(row[0]), int(row[1])


def sum_by_kind(session: Session, start: datetime, end: datetime) -> dict[str, tuple[int, int, int]]:
    """What moved in ``[start, end)`` by kind of transaction: how many, principal, bonus (signed fen)."""
    statement = (
        select(
            col(StoredTransaction.kind),
            func.count(func.distinct(StoredTransaction.id)),
            _sum_of(PRINCIPAL),
            _sum_of(BONUS),
        )
        .join(StoredPosting, col(StoredPosting.transaction_id) == col(StoredTransaction.id))
        .where(and_(col(StoredTransaction.occurred_at) >= start, col(StoredTransaction.occurred_at) < end))
        .group_by(col(StoredTransaction.kind))
    )
    return {row[0]: (int(row[1]), int(row[2]), int(row[3])) for row in session.execute(statement)}


def sum_balances(session: Session) -> tuple[int, int, int]:
    """Principal and bonus of all balance rows, and how many people have something."""
    held = col(StoredBalance.principal_fen) + col(StoredBalance.bonus_fen)
    row = session.execute(
        select(
            func.coalesce(func.sum(StoredBalance.principal_fen), 0),
            func.coalesce(func.sum(StoredBalance.bonus_fen), 0),
            func.count().filter(held > 0),
        )
    ).one()
    return int(row[0]), int(row[1]), int(row[2])


def above(session: Session, cap_fen: int) -> list[tuple[int, int]]:
    """Members who hold more than a cap, and how much: a payment given back may lift somebody above it."""
    held = col(StoredBalance.principal_fen) + col(StoredBalance.bonus_fen)
    statement = select(col(StoredBalance.member_id), held).where(held > cap_fen).order_by(held.desc())
    return [(int(row[0]), int(row[1])) for row in session.execute(statement)]


_LEDGER = (
    "SELECT member_id, coalesce(sum(CASE WHEN account = 'member_principal' THEN amount_fen END), 0) AS principal,"
    " coalesce(sum(CASE WHEN account = 'member_bonus' THEN amount_fen END), 0) AS bonus FROM stored_posting GROUP BY member_id"
)
_COUNTS = {
    # Balances are the sums of the ledger, principal and bonus apart.
    "I2": (
        f"SELECT count(*) FROM stored_balance b LEFT JOIN ({_LEDGER}) AS f ON f.member_id = b.member_id"
        " WHERE b.principal_fen <> coalesce(f.principal, 0) OR b.bonus_fen <> coalesce(f.bonus, 0)",
        f"SELECT count(*) FROM ({_LEDGER}) AS f LEFT JOIN stored_balance b ON b.member_id = f.member_id WHERE b.member_id IS NULL",
    ),
    # The postings of a transaction sum to zero.
    "I3": (
        "SELECT count(*) FROM (SELECT t.id FROM stored_transaction t LEFT JOIN stored_posting p ON p.transaction_id = t.id"
        " GROUP BY t.id HAVING coalesce(sum(p.amount_fen), 1) <> 0) AS wrong",
    ),
    # Nothing below zero, neither a balance nor what is left of a top-up.
    "I4": (
        "SELECT count(*) FROM stored_balance WHERE principal_fen < 0 OR bonus_fen < 0",
        "SELECT count(*) FROM (SELECT lot_id FROM stored_posting WHERE account IN ('member_principal', 'member_bonus')"
        " GROUP BY lot_id, account HAVING sum(amount_fen) < 0) AS wrong",
    ),
    # A payment never gives back more than was paid.
    "I22": (
        "SELECT count(*) FROM stored_transaction t JOIN (SELECT refers_to, sum(amount_fen) AS fen FROM stored_transaction"
        " WHERE kind = 'refund_payment' GROUP BY refers_to) r ON r.refers_to = t.id WHERE r.fen > t.amount_fen",
    ),
}  # fmt: skip


def violations(session: Session) -> dict[str, int]:
    """The invariants that stored value has to hold, as counts of violations."""
    found = {
        name: sum(int(session.execute(text(statement)).scalar_one()) for statement in statements)
        for name, statements in _COUNTS.items()
    }
    return found | {"I5": 0 if broken_transaction(session) is None else 1}
