"""Customers and members told apart, and the figures by which a platform judges a membership programme."""

from dataclasses import dataclass
from datetime import datetime

from core.analytics.periods import Period, previous
from core.clock import day_number, to_micros
from core.services.desk import Desk
from core.services.numbers import day_range, last_days
from core.services.visits import sums_between, visits_of
from core.store.queries import membership as queries
from core.store.queries import numbers

ACTIVE_DAYS = 365  # a member counts as active who bought within a year, as platforms count it
ENOUGH = 30


@dataclass(frozen=True)
class Membership:
    """Customers and members told apart; rates are fractions, average orders in fen; None where there is nothing."""

    people: int
    customers: int
    members: int
    joined_rate: float | None
    sales_share: float | None
    member_order_fen: int | None
    other_order_fen: int | None


@dataclass(frozen=True)
class Review:
    """The review of one period. Shares of fewer than ``ENOUGH`` people are None."""

    period: Period
    heads: Membership
    sales_share_before: float | None
    active: int
    reach: float | None
    repurchase: float | None
    member_buyers: int
    member_buyer_fen: int | None
    other_buyers: int
    other_buyer_fen: int | None
    users: int
    moves: queries.Moves
    moves_before: queries.Moves


def read_membership(desk: Desk, days: int, *, now: datetime) -> Membership:
    """Who has joined, and what members bring of the sales of the last ``days``."""
    with desk.db.read() as session:
        heads = numbers.headcount(session, to_micros(now))
        sums = sums_between(session, *day_range(last_days(desk.zone, now, days)))
    return _membership(heads, sums)


def read_review(desk: Desk, days: int, *, now: datetime) -> Review:
    """The figures of the last ``days`` with today, and what they are compared with."""
    zone = desk.zone
    period = last_days(zone, now, days)
    before = previous(period)
    starts = [to_micros(zone.start(day)) for day in (before.start, period.start, period.end)]
    with desk.db.read() as session:
        heads = numbers.headcount(session, to_micros(now))
        sums = sums_between(session, *day_range(period))
        earlier = sums_between(session, *day_range(before))
        visits = visits_of(session)
        buyers, again = visits.of_members.repeats(*day_range(period))
        users = queries.benefit_users(session, starts[1], starts[2])
        others = visits.of_others.people(*day_range(period))
        nobodys_fen = queries.nobodys_sales(session, *day_range(period))
        active = queries.active_members(session, day_number(period.end) - ACTIVE_DAYS, to_micros(now))
        moves = queries.moves_between(session, starts[1], starts[2])
        moves_before = queries.moves_between(session, starts[0], starts[1])
    return Review(
        period=period,
        heads=_membership(heads, sums),
        sales_share_before=_share(earlier.member_sales_fen, earlier.sales_fen),
        active=active,
        reach=_share(users, heads.members) if heads.members >= ENOUGH else None,
        repurchase=_share(again, buyers) if buyers >= ENOUGH else None,
        member_buyers=sums.member_buyers,
        member_buyer_fen=_mean(sums.member_sales_fen, sums.member_buyers),
        other_buyers=others,
        other_buyer_fen=_mean(sums.sales_fen - sums.member_sales_fen - nobodys_fen, others),
        users=users,
        moves=moves,
        moves_before=moves_before,
    )


def _membership(heads: numbers.Headcount, sums: numbers.Sums) -> Membership:
    return Membership(
        people=heads.people,
        customers=heads.customers,
        members=heads.members,
        joined_rate=_share(heads.joined_customers, heads.customers),
        sales_share=_share(sums.member_sales_fen, sums.sales_fen),
        member_order_fen=_mean(sums.member_sales_fen, sums.member_orders),
        other_order_fen=_mean(sums.sales_fen - sums.member_sales_fen, sums.orders - sums.member_orders),
    )


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _mean(fen: int, count: int) -> int | None:
    return fen // count if count else None
