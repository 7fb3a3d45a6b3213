"""Who comes back: the cohort table, kept for a page that must be fast, and the time to the second purchase.

The kept table carries a stamp of the orders it was made of. Where the orders have moved on since, it is not shown: the
table is then made for the reader, until the next refresh keeps it again.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

import numpy as np
from sqlmodel import Session

from core.analytics.cohorts import Cells, Cohort, cohort_cells, join_cells, make_cohorts
from core.analytics.second_order import Curve, returned_curve
from core.clock import day_of
from core.documents.enums import Area
from core.services.desk import Desk
from core.store.queries import cohorts as queries
from core.store.queries.numbers import data_span
from core.store.tables import Setting
from core.store.write_lock import Turn, take_turn

KEY = "cohorts"
PEOPLE_AT_ONCE = 100_000
WATCHED_DAYS = 730  # the time to the second purchase is that of the customers won in the last two years

SliceBy = Literal["source", "tier", "province"]


@dataclass(frozen=True)
class CohortReport:
    """All cohorts, oldest first, and the last shop day that is known; None in an empty store."""

    cohorts: tuple[Cohort, ...]
    until: date | None

    def as_json(self) -> dict[str, Any]:
        """As the command line answers."""
        return {
            "until": self.until and self.until.isoformat(),
            "cohorts": [
                {
                    "month": month_name(one.month),
                    "size": one.size,
                    "cells": [
                        {name: getattr(cell, name) for name in ("step", "buyers", "share", "orders", "net_fen", "over")}
                        for cell in one.steps
                    ],
                }
                for one in self.cohorts
            ],
        }


@dataclass(frozen=True)
class SecondOrders:
    """The curve of all customers won since ``since``, and of each group of ``by``, the largest first."""

    since: date
    until: date
    whole: Curve
    groups: tuple[tuple[str | None, Curve], ...]


def month_name(month: int) -> str:
    """ "2026-03"."""
    return f"{month // 12}-{month % 12 + 1:02d}"


def refresh_cohorts(desk: Desk) -> int:
    """Make the table anew from the orders and keep it; how many cells. Reads outside the write, which is short."""
    with desk.db.read() as session:
        stamp, kept = queries.facts_stamp(session), queries.read_cells(session)
        known = _stamp(session)
        cells = _table(_count(session))
    if cells == kept and stamp == known:
        return len(cells)
    with desk.db.write(Area.ORDERS) as session:
        take_turn(session, Turn.IMPORT)
        queries.write_cells(session, cells)
        session.merge(Setting(key=KEY, value=json.dumps({"stamp": stamp})))
    return len(cells)


def read_cohorts(desk: Desk, by: SliceBy | None = None, value: str = "") -> CohortReport:
    """The cohorts of everybody (as kept, when the kept ones are of these orders) or of one slice."""
    with desk.db.read() as session:
        span = data_span(session)
        if span is None:
            return CohortReport((), None)
        if by is None and kept_is_current(session):
            cells = Cells(*queries.cell_columns(session).T)
        else:
            cells = _count(session, by, value)
    return CohortReport(make_cohorts(cells, span[1]), day_of(span[1]))


def kept_is_current(session: Session) -> bool:
    """Whether the kept table is of the orders as they are."""
    return queries.facts_stamp(session) == _stamp(session)


def wrong_cells(session: Session) -> int:
    """Kept cells that are not what the orders say; of a table that is not of these orders, and so never shown, none."""
    if not kept_is_current(session):
        return 0
    kept, said = ({row[:2]: row[2:] for row in rows} for rows in (queries.read_cells(session), _table(_count(session))))
    return sum(kept.get(key) != said.get(key) for key in kept.keys() | said.keys())


def list_slices(desk: Desk, by: SliceBy) -> list[tuple[str, int]]:
    """What the cohorts can be cut to: (value, customers), the largest first."""
    with desk.db.read() as session:
        return queries.slice_values(session, by)


def read_second_orders(desk: Desk, by: Literal["source", "category"] | None = None) -> SecondOrders | None:
    """How long the customers of the last two years took to their second purchase day; None in an empty store."""
    with desk.db.read() as session:
        span = data_span(session)
        if span is None:
            return None
        first, end = max(span[0], span[1] + 1 - WATCHED_DAYS), span[1] + 1
        rows = queries.second_purchases(session, first, end, by)
    names = sorted({row[0] for row in rows if row[0] is not None})
    groups = [(name, _curve([row for row in rows if row[0] == name], span[1])) for name in names] if by else []
    groups.sort(key=lambda pair: -pair[1].people)
    return SecondOrders(day_of(first), day_of(span[1]), _curve(rows, span[1]), tuple(groups))


def _curve(rows: Sequence[tuple[str | None, int, int | None, int]], until_day: int) -> Curve:
    waited = [(until_day if back is None else back) - first for _, first, back, _ in rows]
    again = [back is not None for _, _, back, _ in rows]
    people = [many for *_, many in rows]
    return returned_curve(np.array(waited, np.int64), np.array(again, np.bool_), np.array(people, np.int64))


def _count(session: Session, by: SliceBy | None = None, value: str = "") -> Cells:
    """The cells from the orders, some people at a time so that memory stays flat."""
    low, high = queries.buyer_range(session)
    parts = [
        cohort_cells(*queries.paid_orders(session, first, min(first + PEOPLE_AT_ONCE - 1, high), by, value))
        for first in range(low, high + 1, PEOPLE_AT_ONCE)
    ]
    return join_cells(parts)


def _table(cells: Cells) -> queries.Table:
    return tuple(zip(*(column.tolist() for column in cells), strict=True))


def _stamp(session: Session) -> list[int] | None:
    row = session.get(Setting, KEY)
    return None if row is None else list(json.loads(row.value)["stamp"])
