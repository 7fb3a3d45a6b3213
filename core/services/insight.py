"""What is learnt of the shop's people and goods: once a day for everybody, and at once where the shop has changed beyond it."""

from collections.abc import Collection
from datetime import datetime

from sqlmodel import Session

from core.analytics.lifecycle import FEWEST
from core.services.affinity import refresh_pairs
from core.services.cohorts import refresh_cohorts
from core.services.desk import Desk
from core.services.lifetime import fit_shop_lifetime
from core.services.outlook import refresh_outlook
from core.services.rhythm import load_rhythm
from core.store.queries.outlook import repeat_customers

GROWN = 1.5  # times the customers that the parameters in force were learnt from


def refresh_insight(desk: Desk, *, now: datetime) -> None:
    """Learn everything anew from the facts; the profiles must be up to date."""
    fit_shop_lifetime(desk, now=now)
    refresh_outlook(desk, now=now)
    refresh_cohorts(desk)
    refresh_pairs(desk, now=now)


def follow_insight(desk: Desk, members: Collection[int], *, now: datetime) -> None:
    """After an import: the outlook of the people it touched; everything where there was nothing to foresee them by."""
    if not members:
        return
    with desk.db.read() as session:
        outgrown = _outgrown(session)
    if outgrown:
        refresh_insight(desk, now=now)
    else:
        refresh_outlook(desk, now=now, members=sorted(members))


def _outgrown(session: Session) -> bool:
    """Whether the shop can be learnt from and was not, or is much larger now than when it was."""
    customers, repeaters = repeat_customers(session)
    if repeaters < FEWEST:
        return False
    known = load_rhythm(session)
    return known is None or known.rhythm is None or customers > GROWN * known.customers
