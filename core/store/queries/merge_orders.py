"""The set-based merge of staged orders into the facts, the same on both databases.

A value that the file does not give keeps what the store has; a person once found for an order stays.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlalchemy import bindparam, text
from sqlmodel import Session

from core.documents.enums import OrderStatus
from core.money import split

_RANK = "CASE o.status " + " ".join(f"WHEN '{s.value}' THEN {s.rank}" for s in OrderStatus) + " END"
_PAIRED = "FROM staged_order s JOIN shop_order o ON o.platform = :platform AND o.order_no = s.order_no WHERE s.batch_id = :stage"
_KEEP = ("ordered_at", "paid_at", "completed_at", "shop_day", "province", "city", "coupon_code", "items_digest")


def _changed(new: str, old: str, person: str) -> str:
    """Whether a given value differs from the stored one; ``person`` is the column that tells a person is now known."""
    fields = " OR ".join(f"{new}.{name} <> {old}.{name}" for name in ("status", "paid_fen", "refund_fen", "quantity"))
    kept = " OR ".join(f"({new}.{name} IS NOT NULL AND {new}.{name} IS DISTINCT FROM {old}.{name})" for name in _KEEP)
    return f"({fields} OR {kept} OR ({old}.member_id IS NULL AND {new}.{person} IS NOT NULL))"


_CHANGED = _changed("s", "o", "identity_hash")
_REGRESS = f"(s.status_rank < {_RANK} OR s.refund_fen < o.refund_fen)"


@dataclass(frozen=True)
class Difference:
    """What a merge would do, by order number where it changes something."""

    new: list[str]
    updated: list[str]
    regressed: list[tuple[int, str]]
    people_new: int
    buyers_not_joined: int


def find_difference(session: Session, stage: int, platform: str) -> Difference:
    """Compare a stage with the store; reads only."""
    names = {"stage": stage, "platform": platform}

    def rows(statement: str) -> list[Any]:
        return list(session.execute(text(statement), names))

    return Difference(
        new=[
            r[0]
            for r in rows(
                "SELECT s.order_no FROM staged_order s LEFT JOIN shop_order o ON o.platform = :platform"
                " AND o.order_no = s.order_no WHERE s.batch_id = :stage AND o.id IS NULL"
            )
        ],
        updated=[r[0] for r in rows(f"SELECT s.order_no {_PAIRED} AND NOT {_REGRESS} AND {_CHANGED}")],
        regressed=[(r[0], r[1]) for r in rows(f"SELECT s.line, s.order_no {_PAIRED} AND {_REGRESS} ORDER BY s.line")],
        people_new=len(missing_identities(session, stage)),
        buyers_not_joined=session.execute(
            text(
                "SELECT count(DISTINCT s.identity_hash) FROM staged_order s LEFT JOIN member_identity i"
                " ON i.value_hash = s.identity_hash LEFT JOIN member m ON m.id = i.member_id WHERE s.batch_id = :stage"
                " AND s.paid_at IS NOT NULL AND s.paid_fen > 0 AND m.joined_at IS NULL AND m.left_at IS NULL"
            ),
            {"stage": stage},
        ).scalar_one(),
    )


def changing_orders(session: Session, stage: int, platform: str) -> list[str]:
    """The order numbers of a stage that are new or differ from the store."""
    found = session.execute(
        text(
            "SELECT s.order_no FROM staged_order s LEFT JOIN shop_order o ON o.platform = :platform AND o.order_no = s.order_no"
            f" WHERE s.batch_id = :stage AND (o.id IS NULL OR {_CHANGED})"
        ),
        {"stage": stage, "platform": platform},
    )
    return [str(row[0]) for row in found]


def stored_quantities(session: Session, platform: str, order_nos: Sequence[str]) -> dict[str, int]:
    """The pieces of those orders that the store has, by order number."""
    found: dict[str, int] = {}
    statement = text("SELECT order_no, quantity FROM shop_order WHERE platform = :platform AND order_no IN :numbers")
    statement = statement.bindparams(bindparam("numbers", expanding=True))
    for start in range(0, len(order_nos), 5_000):
        names = {"platform": platform, "numbers": list(order_nos[start : start + 5_000])}
        found.update((str(number), int(pieces)) for number, pieces in session.execute(statement, names))
    return found


def missing_identities(session: Session, stage: int) -> list[bytes]:
    """The identity hashes of a stage that belong to nobody yet."""
    found = session.execute(
        text(
            "SELECT DISTINCT s.identity_hash FROM staged_order s LEFT JOIN member_identity i ON i.value_hash = s.identity_hash"
            " WHERE s.batch_id = :stage AND s.identity_hash IS NOT NULL AND i.id IS NULL"
        ),
        {"stage": stage},
    )
    return [bytes(row[0]) for row in found]


def drop_regressed(session: Session, stage: int, platform: str) -> None:
    """Leave out of the stage what would turn an order back."""
    names = {"stage": stage, "platform": platform}
    regressed = f"(SELECT s.order_no {_PAIRED} AND {_REGRESS})"
    for table in ("staged_item", "staged_order"):
        session.execute(text(f"DELETE FROM {table} WHERE batch_id = :stage AND order_no IN {regressed}"), names)


def changed_days(session: Session, stage: int, platform: str) -> set[int]:
    """The shop days that the orders to be changed had before."""
    found = session.execute(
        text(f"SELECT DISTINCT o.shop_day {_PAIRED} AND {_CHANGED} AND o.shop_day IS NOT NULL"),
        {"stage": stage, "platform": platform},
    )
    return {int(row[0]) for row in found}


def merge_orders(session: Session, stage: int, platform: str, batch_id: int, now: int) -> None:
    """Insert the new and update the changed orders; both carry ``batch_id`` afterwards, the unchanged do not."""
    kept = ", ".join(f"{name} = coalesce(excluded.{name}, shop_order.{name})" for name in _KEEP)
    changed = _changed("excluded", "shop_order", "member_id")
    session.execute(
        text(
            "INSERT INTO shop_order (platform, order_no, member_id, status, ordered_at, paid_at, completed_at, refunded_at,"
            " paid_fen, refund_fen, quantity, shop_day, province, city, coupon_code, receiver_cipher, items_digest, batch_id, recorded_at)"
            " SELECT :platform, s.order_no, i.member_id, s.status, s.ordered_at, s.paid_at, s.completed_at,"
            " CASE WHEN s.refund_fen > 0 THEN coalesce(s.refunded_at, :now) END, s.paid_fen, s.refund_fen, s.quantity,"
            " s.shop_day, s.province, s.city, s.coupon_code, s.receiver_cipher, s.items_digest, :batch_id, :now"
            " FROM staged_order s LEFT JOIN member_identity i ON i.value_hash = s.identity_hash WHERE s.batch_id = :stage"
            " ORDER BY s.line"
            " ON CONFLICT (platform, order_no) DO UPDATE SET"
            " member_id = coalesce(shop_order.member_id, excluded.member_id), status = excluded.status,"
            " paid_fen = excluded.paid_fen, refund_fen = excluded.refund_fen, quantity = excluded.quantity,"
            " refunded_at = CASE WHEN excluded.refund_fen > shop_order.refund_fen THEN excluded.refunded_at"
            " ELSE shop_order.refunded_at END,"
            " receiver_cipher = coalesce(excluded.receiver_cipher, shop_order.receiver_cipher),"
            f" batch_id = excluded.batch_id, {kept} WHERE {changed}"
        ),
        {"stage": stage, "platform": platform, "batch_id": batch_id, "now": now},
    )


def merge_items(session: Session, stage: int, platform: str, batch_id: int, *, detailed: bool) -> None:
    """Bring in the lines of a batch's orders. Without item detail a title stands in only where an order has no lines yet."""
    names = {"stage": stage, "platform": platform, "batch_id": batch_id}
    if detailed:
        _renumber_purchases(session, names)
        session.execute(
            text(
                "DELETE FROM order_item WHERE order_id IN (SELECT o.id FROM shop_order o WHERE o.batch_id = :batch_id)"
                " AND NOT EXISTS (SELECT 1 FROM shop_order o JOIN staged_item t ON t.batch_id = :stage AND t.order_no = o.order_no"
                " WHERE o.id = order_item.order_id AND t.line_no = order_item.line_no)"
                " AND NOT EXISTS (SELECT 1 FROM plan_purchase p WHERE p.order_item_id = order_item.id)"
            ),
            names,
        )
    session.execute(
        text(
            "INSERT INTO order_item (order_id, line_no, product_id, quantity, amount_fen, refund_fen)"
            # CROSS: SQLite then goes through the orders by id, so that the lines arrive in the order of their index.
            " SELECT o.id, t.line_no, p.id, t.quantity, t.amount_fen, t.refund_fen FROM shop_order o"
            " CROSS JOIN staged_item t CROSS JOIN product p WHERE o.batch_id = :batch_id"
            " AND t.batch_id = :stage AND t.order_no = o.order_no AND p.platform = :platform AND p.product_key = t.product_key"
            + ("" if detailed else " AND NOT EXISTS (SELECT 1 FROM order_item x WHERE x.order_id = o.id)")
            + " ON CONFLICT (order_id, line_no) DO UPDATE SET product_id = excluded.product_id, quantity = excluded.quantity,"
            " amount_fen = excluded.amount_fen, refund_fen = excluded.refund_fen"
            " WHERE order_item.product_id <> excluded.product_id OR order_item.quantity <> excluded.quantity"
            " OR order_item.amount_fen <> excluded.amount_fen OR order_item.refund_fen <> excluded.refund_fen"
        ),
        names,
    )


def _renumber_purchases(session: Session, names: dict[str, Any]) -> None:
    """A line that is a plan's purchase stays when a list with detail numbers the lines anew: it becomes the line of its goods."""
    session.execute(
        text(
            "UPDATE order_item SET line_no = coalesce((SELECT t.line_no FROM shop_order o JOIN staged_item t"
            " ON t.batch_id = :stage AND t.order_no = o.order_no JOIN product p ON p.platform = :platform"
            " AND p.product_key = t.product_key WHERE o.id = order_item.order_id AND p.id = order_item.product_id"
            " AND NOT EXISTS (SELECT 1 FROM order_item x WHERE x.order_id = o.id AND x.line_no = t.line_no)"
            " ORDER BY t.line_no LIMIT 1), line_no) WHERE id IN (SELECT i.id FROM plan_purchase b"
            " JOIN order_item i ON i.id = b.order_item_id JOIN shop_order o ON o.id = i.order_id WHERE o.batch_id = :batch_id"
            " AND NOT EXISTS (SELECT 1 FROM staged_item t WHERE t.batch_id = :stage AND t.order_no = o.order_no"
            " AND t.line_no = i.line_no))"
        ),
        names,
    )


def settle_items(session: Session, batch_id: int) -> None:
    """Split an order's new amounts over the lines that stood for the old ones: a list without detail changed it."""
    rows = session.execute(
        text(
            "SELECT i.order_id, i.id, i.amount_fen, o.paid_fen, o.refund_fen FROM order_item i JOIN shop_order o ON o.id = i.order_id"
            " WHERE i.order_id IN (SELECT x.id FROM shop_order x JOIN order_item y ON y.order_id = x.id WHERE x.batch_id = :batch_id"
            " GROUP BY x.id, x.paid_fen, x.refund_fen HAVING sum(y.amount_fen) <> x.paid_fen OR sum(y.refund_fen) <> x.refund_fen)"
            " ORDER BY i.order_id, i.id"
        ),
        {"batch_id": batch_id},
    ).all()
    settled = []
    for _, group in groupby(rows, key=lambda row: row.order_id):
        lines = list(group)
        amounts = split(lines[0].paid_fen, [line.amount_fen for line in lines])
        refunds = split(lines[0].refund_fen, amounts)
        settled += [
            {"id": n.id, "fen": fen, "back": back} for n, fen, back in zip(lines, amounts, refunds, strict=True)
        ]
    if settled:
        session.execute(text("UPDATE order_item SET amount_fen = :fen, refund_fen = :back WHERE id = :id"), settled)


def record_refunds(session: Session, batch_id: int, now: int) -> None:
    """Append what the refund totals of a batch's orders have grown by."""
    session.execute(
        text(
            "INSERT INTO refund (order_id, amount_fen, occurred_at, recorded_at)"
            " SELECT o.id, o.refund_fen - coalesce(r.total, 0), coalesce(o.refunded_at, :now), :now FROM shop_order o"
            " LEFT JOIN (SELECT order_id, sum(amount_fen) AS total FROM refund GROUP BY order_id) r ON r.order_id = o.id"
            " WHERE o.batch_id = :batch_id AND o.refund_fen > coalesce(r.total, 0)"
        ),
        {"batch_id": batch_id, "now": now},
    )


def clear_forgotten(session: Session, before: int) -> None:
    """Forget the stages with a number below ``before``: what killed imports left."""
    for table in ("staged_item", "staged_order"):
        session.execute(text(f"DELETE FROM {table} WHERE batch_id < :before"), {"before": before})


def clear_stage(session: Session, stage: int) -> None:
    """Forget a stage."""
    for table in ("staged_item", "staged_order"):
        session.execute(text(f"DELETE FROM {table} WHERE batch_id = :stage"), {"stage": stage})
