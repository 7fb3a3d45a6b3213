"""Groups of people: count them, list them, find them. One compiler answers pages, the command line and campaigns."""

import time
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from core.clock import ShopZone
from core.documents.segment import Node
from core.rules.timing import birthdays_kept_on
from core.services.actor import Actor
from core.services.desk import Desk
from core.services.shop_settings import load_settings
from core.store.queries.segment_leaves import Day
from core.store.queries.segments import SegmentMember, count_members, list_members, load_members, select_members

SegmentTree = Node
LISTED = 50


@dataclass(frozen=True)
class SegmentCount:
    """How many people a group holds, and how long counting took."""

    members: int
    seconds: float


def count_segment(desk: Desk, actor: Actor, tree: SegmentTree, *, now: datetime) -> SegmentCount:
    """Count a group as of now."""
    started = time.perf_counter()
    with desk.db.read() as session:
        members = count_members(session, select_members(tree, segment_day(session, now)))
    return SegmentCount(members, time.perf_counter() - started)


def list_segment(
    desk: Desk, actor: Actor, tree: SegmentTree, *, now: datetime, limit: int = LISTED, after: int = 0
) -> list[SegmentMember]:
    """The people of a group by id, with tier and last order; go on with ``after`` the last id."""
    with desk.db.read() as session:
        return list_members(session, select_members(tree, segment_day(session, now)), limit, after)


def find_members(session: Session, desk: Desk, tree: SegmentTree, *, now: datetime) -> list[int]:
    """The ids of a group, ascending, inside a transaction that is already open."""
    return load_members(session, select_members(tree, segment_day(session, now)))


def segment_day(session: Session, now: datetime) -> Day:
    """What "today" means for a group, inside a transaction that is already open."""
    return Day(now, ShopZone(load_settings(session).zone), birthdays_kept_on)
