"""What the cards of today ask beside sums of days: coupons used, points held at past instants, people about to leave."""

from collections.abc import Sequence

from sqlalchemy import text
from sqlmodel import Session

from core.store.queries.profiles import OUT


def coupon_use(session: Session, start: int, until: int) -> tuple[int, int]:
    """Coupons whose validity ended at ``[start, until)`` (µs), and those of them that were used."""
    row = session.execute(
        text(
            "SELECT count(*), count(r.id) FROM coupon c LEFT JOIN redemption r ON r.coupon_id = c.id"
            " WHERE c.valid_until >= :start AND c.valid_until < :until AND c.status <> 'void'"
        ),
        {"start": start, "until": until},
    ).one()
    return int(row[0]), int(row[1])


def points_held(session: Session, instants: Sequence[int]) -> list[int]:
    """Points that people held, pending ones too, just before each instant (µs); one pass over the ledger."""
    sign = (
        "(CASE WHEN to_account IN ('pending', 'active') THEN amount ELSE 0 END)"
        " - (CASE WHEN from_account IN ('pending', 'active') THEN amount ELSE 0 END)"
    )
    sums = ", ".join(
        f"coalesce(sum(CASE WHEN occurred_at < :t{k} THEN {sign} ELSE 0 END), 0)" for k in range(len(instants))
    )
    names = {f"t{k}": instant for k, instant in enumerate(instants)}
    row = session.execute(text(f"SELECT {sums} FROM points_entry"), names).one()
    return [int(value) for value in row]


def count_risk(session: Session, today: int) -> tuple[int, int]:
    """People whose rhythm is known and who are not lost yet, and those of them who are silent for longer than is usual."""
    row = session.execute(
        text(
            "SELECT count(*), count(CASE WHEN slipping_day <= :today THEN 1 END) FROM member_outlook"
            f" WHERE lost_day > :today AND member_id NOT IN {OUT}"
        ),
        {"today": today},
    ).one()
    return int(row[0]), int(row[1])


def due_categories(session: Session, today: int, days: int, least: int) -> list[tuple[str, int, int]]:
    """(category, people, mean days until then) of those expected to buy it again in ``[today, today + days]``, most first."""
    rows = session.execute(
        text(
            "SELECT p.last_category, count(*) AS people, avg(o.next_day - :today) FROM member_outlook o"
            " JOIN member_profile p ON p.member_id = o.member_id WHERE o.next_day >= :today AND o.next_day <= :last"
            f" AND p.last_category IS NOT NULL AND o.member_id NOT IN {OUT}"
            " GROUP BY p.last_category HAVING count(*) >= :least ORDER BY people DESC, p.last_category"
        ),
        {"today": today, "last": today + days, "least": least},
    )
    return [(str(name), int(people), round(float(ahead))) for name, people, ahead in rows]
