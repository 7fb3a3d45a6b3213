"""What is foreseen of people, as it is kept: read for a page, written by the nightly review and by imports."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import chain
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import bindparam, text
from sqlmodel import Session, col, select

from core.store.bulk import bulk_insert, whole_rows
from core.store.tables import FittedModel, MemberOutlook

Ints = npt.NDArray[np.int64]

COLUMNS = (
    *(
        "member_id",
        "rhythm_days",
        "next_day",
        "slipping_day",
        "dormant_day",
        "lost_day",
        "r_score",
        "f_score",
        "m_score",
    ),
    *("rfm_group", "alive_bp", "expected_milli", "value_fen", "as_of_day"),
)
# The state of ``p`` (member_profile) with ``k`` (member_outlook) on the shop day :day, as core.analytics.lifecycle.states says it.
STATE = (
    "CASE WHEN :day >= k.lost_day THEN 'lost' WHEN :day >= k.dormant_day THEN 'dormant'"
    " WHEN :day >= k.slipping_day THEN 'slipping' WHEN :day - p.first_day < :new_days AND p.buying_days = 1 THEN 'newcomer'"
    " WHEN p.buying_days >= :loyal_from THEN 'loyal' ELSE 'active' END"
)
_PROFILE = "member_id, buying_days, first_day, last_day, net_fen, first_day_net_fen"


def repeat_customers(session: Session) -> tuple[int, int]:
    """How many customers there are, and how many of them bought on more than one day."""
    row = session.execute(
        text("SELECT count(*), count(CASE WHEN buying_days > 1 THEN 1 END) FROM member_profile")
    ).one()
    return int(row[0]), int(row[1])


def customer_span(session: Session) -> tuple[int, int] | None:
    """The least and the greatest id of a customer."""
    row = session.execute(text("SELECT min(member_id), max(member_id) FROM member_profile")).one()
    return None if row[0] is None else (int(row[0]), int(row[1]))


def outlook_span(session: Session) -> tuple[int, int] | None:
    """The least and the greatest id of whoever has an outlook."""
    row = session.execute(text("SELECT min(member_id), max(member_id) FROM member_outlook")).one()
    return None if row[0] is None else (int(row[0]), int(row[1]))


def read_profiles(
    session: Session, low: int, high: int, members: Sequence[int] | None = None
) -> tuple[Ints, list[str | None]]:
    """Customers with ids ``[low, high]``, or the listed ones: columns of ``_PROFILE`` (n, 6), and the last category of each."""
    among = "member_id BETWEEN :low AND :high" if members is None else "member_id IN :ids"
    statement = text(f"SELECT {_PROFILE}, last_category FROM member_profile WHERE {among} ORDER BY member_id")
    if members is None:
        found = session.execute(statement, {"low": low, "high": high})
    else:
        found = session.execute(statement.bindparams(bindparam("ids", expanding=True)), {"ids": list(members)})
    rows = list(found.cursor)  # type: ignore[attr-defined]
    numbers = np.fromiter(chain.from_iterable(row[:6] for row in rows), dtype=np.int64, count=6 * len(rows))
    return numbers.reshape(-1, 6), [row[6] for row in rows]


def fit_sample(session: Session, every: int) -> tuple[Ints, list[str | None]]:
    """(buying days, first day, last day) and the last category of every ``every``-th customer with a repeat."""
    rows = session.execute(
        text(
            "SELECT buying_days, first_day, last_day, last_category FROM member_profile"
            " WHERE buying_days > 1 AND member_id % :every = 0"
        ),
        {"every": every},
    ).cursor  # type: ignore[attr-defined]
    found = list(rows)
    numbers = np.fromiter(chain.from_iterable(row[:3] for row in found), dtype=np.int64, count=3 * len(found))
    return numbers.reshape(-1, 3), [row[3] for row in found]


def sample_until(session: Session, before: int, every: int) -> tuple[Ints, list[str | None]]:
    """Every ``every``-th customer as they were before a shop day: (id, buying days, first, last day), last category."""
    names = {"before": before, "every": every}
    paid = "o.paid_at IS NOT NULL AND o.paid_fen > 0 AND o.shop_day < :before"
    counted = text(
        "SELECT o.member_id, count(DISTINCT o.shop_day), min(o.shop_day), max(o.shop_day) FROM shop_order o"
        f" WHERE o.member_id % :every = 0 AND {paid} AND o.member_id IN (SELECT member_id FROM member_profile)"
        " GROUP BY o.member_id ORDER BY o.member_id"
    )
    found = whole_rows(session.execute(counted, names), 4)
    rows = session.execute(
        text(
            "SELECT p.member_id, (SELECT g.category FROM shop_order o JOIN order_item i ON i.order_id = o.id"
            f" JOIN product g ON g.id = i.product_id WHERE o.member_id = p.member_id AND {paid} AND g.category IS NOT NULL"
            " ORDER BY o.paid_at DESC, o.id DESC, i.amount_fen DESC, i.id LIMIT 1)"
            " FROM member_profile p WHERE p.member_id % :every = 0 AND p.first_day < :before ORDER BY p.member_id"
        ),
        names,
    )
    last = {int(number): category for number, category in rows}
    return found, [last.get(number) for number in found[:, 0].tolist()]


def last_days(session: Session, every: int) -> Ints:
    """(member id, last purchase day) of every ``every``-th customer, by id."""
    statement = "SELECT member_id, last_day FROM member_profile WHERE member_id % :every = 0 ORDER BY member_id"
    return whole_rows(session.execute(text(statement), {"every": every}), 2)


def write_range(session: Session, low: int, high: int, rows: Iterable[Sequence[Any]]) -> None:
    """Put ``rows`` (of ``COLUMNS``) in the place of everybody's with ids ``[low, high]``."""
    session.execute(
        text("DELETE FROM member_outlook WHERE member_id BETWEEN :low AND :high"), {"low": low, "high": high}
    )
    bulk_insert(session, MemberOutlook, COLUMNS, rows)


def write_people(session: Session, members: Sequence[int], rows: Iterable[Sequence[Any]]) -> None:
    """Put ``rows`` (of ``COLUMNS``) in the place of those of some people; who has no row any more is gone."""
    statement = text("DELETE FROM member_outlook WHERE member_id IN :ids").bindparams(bindparam("ids", expanding=True))
    session.execute(statement, {"ids": list(members)})
    bulk_insert(session, MemberOutlook, COLUMNS, rows)


def drop_left_over(session: Session, low: int, high: int) -> None:
    """Forget the rows outside the ids ``[low, high]``: there is no customer."""
    statement = "DELETE FROM member_outlook WHERE member_id < :low OR member_id > :high"
    session.execute(text(statement), {"low": low, "high": high})


def drop_all(session: Session) -> None:
    """Forget everybody's outlook."""
    session.execute(text("DELETE FROM member_outlook"))


def put_fitted(session: Session, name: str, as_of_day: int, document: dict[str, Any], now: datetime) -> None:
    """Keep what a model learnt; the last of a day replaces the day's earlier ones."""
    statement = text("DELETE FROM fitted_model WHERE name = :name AND as_of_day = :day")
    session.execute(statement, {"name": name, "day": as_of_day})
    written = json.dumps(document, ensure_ascii=False, sort_keys=True)
    session.add(FittedModel(name=name, as_of_day=as_of_day, document=written, fitted_at=now))
    session.flush()


def read_fitted(session: Session, name: str) -> tuple[int, dict[str, Any]] | None:
    """The newest of a model: the shop day it is as of, and its document."""
    newest = select(FittedModel).where(FittedModel.name == name)
    row = session.exec(newest.order_by(col(FittedModel.id).desc()).limit(1)).first()
    return None if row is None else (row.as_of_day, json.loads(row.document))


def member_outlook(session: Session, member_id: int) -> MemberOutlook | None:
    """A customer's row."""
    return session.get(MemberOutlook, member_id)


def state_sums(
    session: Session, day: int, first: int, new_days: int, loyal_from: int
) -> list[tuple[str, int, int, float | None]]:
    """By state of a shop day: people, net spend (fen) of the shop days ``[first, day]``, mean chance (bp) that who bought twice buys on."""
    rows = session.execute(
        text(
            f"SELECT {STATE} AS state, count(*), sum(coalesce(y.net, 0)), avg(CASE WHEN p.buying_days > 1 THEN k.alive_bp END)"
            " FROM member_outlook k JOIN member_profile p ON p.member_id = k.member_id"
            " LEFT JOIN (SELECT o.member_id, sum(o.paid_fen) - sum(o.refund_fen) AS net FROM shop_order o"
            " WHERE o.paid_at IS NOT NULL AND o.paid_fen > 0 AND o.shop_day BETWEEN :first AND :day GROUP BY o.member_id) y"
            " ON y.member_id = k.member_id GROUP BY 1"
        ),
        {"day": day, "first": first, "new_days": new_days, "loyal_from": loyal_from},
    )
    return [(str(state), int(n), int(net), None if bp is None else float(bp)) for state, n, net, bp in rows]


def outlook_rows(session: Session, low: int, high: int) -> Ints:
    """(id, rhythm, next, slipping, dormant, lost day, as of) of everybody with ids ``[low, high]``, by id."""
    statement = (
        "SELECT member_id, rhythm_days, next_day, slipping_day, dormant_day, lost_day, as_of_day FROM member_outlook"
        " WHERE member_id BETWEEN :low AND :high ORDER BY member_id"
    )
    return whole_rows(session.execute(text(statement), {"low": low, "high": high}), 7)
