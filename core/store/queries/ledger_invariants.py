"""The invariants of the ledgers of growth and points, and of held tiers, as counts of violations; each must be zero."""

from sqlalchemy import text
from sqlmodel import Session

_ACCOUNTS = ("issued", "pending", "active", "debt", "spent", "expired", "reversed")
_KNOWN = ", ".join(f"'{account}'" for account in _ACCOUNTS)


def _balance(account: str) -> str:
    """What an account holds: what came in less what went out."""
    return (
        f"sum(CASE WHEN to_account = '{account}' THEN amount WHEN from_account = '{account}' THEN -amount ELSE 0 END)"
    )


_SUMS = (
    "SELECT member_id, "
    + ", ".join(
        f"{_balance(account)} AS {account}" for account in ("pending", "active", "spent", "expired", "reversed")
    )
    + f", -{_balance('debt')} AS debt FROM points_entry GROUP BY member_id"
)
_KEPT = ("pending", "active", "debt", "spent", "expired")
# Orders that were wholly given back by the time at which their member was last looked at.
_UNDONE = (
    "SELECT o.id FROM shop_order o JOIN member_tier t ON t.member_id = o.member_id WHERE o.paid_fen > 0"
    " AND o.refund_fen = o.paid_fen AND o.paid_at <= t.evaluated_at"
    " AND NOT EXISTS (SELECT 1 FROM refund r WHERE r.order_id = o.id AND r.occurred_at > t.evaluated_at)"
)
_STATEMENTS: dict[str, tuple[str, ...]] = {
    # What pages read are the sums of the ledger by account.
    "I1": (
        f"SELECT count(*) FROM ({_SUMS}) AS s LEFT JOIN member_points p ON p.member_id = s.member_id WHERE "
        + " OR ".join(f"coalesce(p.{name}, 0) <> s.{name}" for name in _KEPT),
        "SELECT count(*) FROM member_points p WHERE NOT EXISTS (SELECT 1 FROM points_entry e WHERE e.member_id = p.member_id)"
        f" AND ({' OR '.join(f'p.{name} <> 0' for name in _KEPT)})",
    ),
    # Every row moves points between two accounts that there are; what is taken back is taken back exactly.
    "I3": (
        f"SELECT count(*) FROM points_entry WHERE amount <= 0 OR from_account = to_account"
        f" OR from_account NOT IN ({_KNOWN}) OR to_account NOT IN ({_KNOWN})",
        "SELECT count(*) FROM points_entry c JOIN points_entry e ON e.id = c.corrects_id WHERE c.amount <> e.amount"
        " OR c.member_id <> e.member_id OR c.from_account <> e.to_account OR c.to_account <> e.from_account"
        " OR c.lot_kind <> e.lot_kind OR c.lot_id <> e.lot_id OR e.corrects_id IS NOT NULL",
        "SELECT count(*) FROM growth_entry c JOIN growth_entry e ON e.id = c.corrects_id WHERE c.amount <> -e.amount"
        " OR c.member_id <> e.member_id OR c.fact_kind <> e.fact_kind OR c.fact_id <> e.fact_id OR e.corrects_id IS NOT NULL",
    ),
    # Nothing is below zero; a debt is a column of its own, beside no points, and comes from what was taken back.
    "I4": (
        f"SELECT count(*) FROM ({_SUMS}) AS s WHERE pending < 0 OR active < 0 OR debt < 0 OR spent < 0 OR expired < 0"
        " OR reversed < 0 OR (active > 0 AND debt > 0)",
        "SELECT count(*) FROM points_entry WHERE from_account = 'debt' AND to_account IN ('reversed', 'spent')"
        " AND cause_kind NOT IN ('refund', 'points_fact')",
    ),
    # A lot never gives more than came into it, wherever it went.
    "I6": (
        f"SELECT count(*) FROM (SELECT {_balance('pending')} AS pending, {_balance('active')} AS active,"
        f" {_balance('spent')} AS spent, {_balance('expired')} AS expired, {_balance('debt')} AS repaid FROM points_entry"
        " WHERE lot_kind <> 'none' GROUP BY member_id, lot_kind, lot_id) AS lot"
        " WHERE pending < 0 OR active < 0 OR spent < 0 OR expired < 0 OR repaid < 0",
    ),
    # A tier that is held is held by an override in force.
    "I19": (
        "SELECT count(*) FROM member_tier t WHERE t.held_by IS NOT NULL AND NOT EXISTS (SELECT 1 FROM tier_override o"
        " WHERE o.member_id = t.member_id AND o.source = t.held_by AND o.starts_at <= t.evaluated_at"
        " AND (o.ends_at IS NULL OR o.ends_at > t.evaluated_at)"
        " AND (o.revoked_at IS NULL OR o.revoked_at > t.evaluated_at))",
    ),
    # An order that was wholly given back leaves no growth and no points.
    "I22": (
        "SELECT count(*) FROM (SELECT g.fact_id FROM growth_entry g WHERE g.fact_kind = 'order'"
        f" AND g.fact_id IN ({_UNDONE}) GROUP BY g.fact_id HAVING sum(g.amount) <> 0) AS left_over",
        "SELECT count(*) FROM (SELECT e.lot_id AS id, -"
        f"{_balance('issued')} AS issued FROM points_entry e WHERE e.lot_kind = 'order' AND e.lot_id IN ({_UNDONE})"
        " GROUP BY e.lot_id) AS lot LEFT JOIN (SELECT r.order_id AS id, "
        f"{_balance('reversed')} AS reversed FROM points_entry e JOIN refund r ON r.id = e.cause_id"
        " WHERE e.cause_kind = 'refund' GROUP BY r.order_id) AS back ON back.id = lot.id"
        " WHERE lot.issued <> coalesce(back.reversed, 0)",
    ),
}


def violations(session: Session) -> dict[str, int]:
    """The invariants that growth, points and held tiers have to hold."""
    return {
        name: sum(int(session.execute(text(statement)).scalar_one()) for statement in statements)
        for name, statements in _STATEMENTS.items()
    }
