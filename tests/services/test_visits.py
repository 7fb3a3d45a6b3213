"""What is counted from the orders held in memory is what the store says of any stretch of days; on both stores."""

import random
from datetime import timedelta

from sqlalchemy import text
from sqlmodel import Session

from core.clock import ShopZone, day_number, to_micros
from core.documents.enums import Area
from core.services.visits import sums_between, visits_of
from core.store.database import Database
from core.store.queries.numbers import COUNTED, PAID, period_sums
from core.store.queries.profiles import rebuild_days, rebuild_profiles
from core.store.queries.trends import group_sums, read_grouping
from tests.services.campaign_shop import NOW, add_order, open_shop

PEOPLE = 40
LAST = day_number(ShopZone().day(NOW)) + 1
STRETCHES = [(LAST - days - back, LAST - back) for days in (1, 7, 30, 120) for back in (0, 15, 100)] + [(-5, 10**6)]


def _fill(db: Database) -> None:
    """Orders at random, several on one day; some people joined late or never, one does not count, one order is nobody's."""
    rng = random.Random(5)
    for number in range(1, PEOPLE + 1):
        for place in range(rng.choice((0, 1, 1, 2, 3, 6))):
            at = NOW - timedelta(days=rng.choice((rng.randint(0, 200), 3)), hours=rng.randint(0, 8))
            add_order(db, number, f"v-{number}-{place}", at, rng.randint(1, 900) * 100)
    with db.write(Area.MEMBERS, Area.ORDERS) as session:
        session.execute(text("UPDATE member SET joined_at = NULL WHERE id % 5 = 0"))
        late = {"at": to_micros(NOW - timedelta(days=30))}
        session.execute(text("UPDATE member SET joined_at = :at WHERE id % 5 = 1"), late)
        session.execute(text("UPDATE member SET source = 'live' WHERE id % 3 = 1"))
        session.execute(text("UPDATE member SET not_counted = 'staff' WHERE id = 7"))
        session.execute(text("UPDATE shop_order SET member_id = NULL WHERE id = (SELECT min(id) FROM shop_order)"))
        rebuild_profiles(session)
        rebuild_days(session)


def test_every_count_of_people_is_what_the_orders_say(db: Database) -> None:
    open_shop(db, PEOPLE)
    _fill(db)
    with db.read() as session:
        visits, joined = visits_of(session), "m.joined_at <= o.paid_at"
        assert visits_of(session) is visits
        for stretch in STRETCHES:
            people, again, returned = _people(session, "m.id = m.id", *stretch)
            assert visits.repeats(*stretch) == (people, again)
            assert visits.returned(*stretch) == returned
            people, again, returned = _people(session, joined, *stretch)
            assert visits.of_members.repeats(*stretch) == (people, again)
            assert visits.of_members.returned(*stretch) == returned
            assert visits.of_others.people(*stretch) == _people(session, f"NOT coalesce({joined}, 1 = 0)", *stretch)[0]
            assert visits.seconds(*stretch) == _seconds(session, *stretch)
            assert sums_between(session, *stretch) == period_sums(session, *stretch)


def test_a_written_order_or_person_is_seen(db: Database) -> None:
    open_shop(db, 5)
    with db.read() as session:
        before = visits_of(session).people(LAST - 1, LAST)
    with db.write(Area.ORDERS) as session:
        session.execute(text("UPDATE shop_order SET paid_fen = 0, refund_fen = 0"))
    with db.read() as session:
        assert visits_of(session).people(0, LAST) == 0
    add_order(db, 1, "new", NOW - timedelta(hours=1), 100)
    with db.read() as session:
        assert visits_of(session).people(0, LAST) == 1
    assert before <= 5


def test_the_groups_of_a_stretch_are_what_the_orders_say(db: Database) -> None:
    open_shop(db, PEOPLE)
    _fill(db)
    with db.read() as session:
        for by, column in (("source", "m.source"), ("tier", "t.tier")):
            grouping = read_grouping(session, by)
            for first, end in STRETCHES:
                rows = session.execute(
                    text(
                        f"SELECT {column}, count(*), count(DISTINCT o.member_id), sum(o.paid_fen), sum(o.refund_fen)"
                        " FROM shop_order o LEFT JOIN member m ON m.id = o.member_id"
                        " LEFT JOIN member_tier t ON t.member_id = o.member_id"
                        f" WHERE {PAID} AND m.not_counted IS NULL AND o.shop_day >= :a AND o.shop_day < :b GROUP BY {column}"
                    ),
                    {"a": first, "b": end},
                )
                said = {name or None: [int(value) for value in rest] for name, *rest in rows}
                assert {name: rest for name, *rest in group_sums(session, grouping, first, end)} == said


def _people(session: Session, which: str, first: int, end: int) -> tuple[int, int, int]:
    """Buyers of a stretch, those with two orders in it, and those whose first of all lies before it."""
    row = session.execute(
        text(
            "SELECT count(*), count(CASE WHEN n > 1 THEN 1 END), count(CASE WHEN first_day < :a THEN 1 END) FROM ("
            "SELECT o.member_id, p.first_day, count(*) AS n FROM shop_order o JOIN member m ON m.id = o.member_id"
            f" JOIN member_profile p ON p.member_id = o.member_id WHERE {PAID} AND {COUNTED} AND {which}"
            " AND o.shop_day >= :a AND o.shop_day < :b GROUP BY o.member_id, p.first_day) x"
        ),
        {"a": first, "b": end},
    ).one()
    return int(row[0]), int(row[1]), int(row[2])


def _seconds(session: Session, first: int, end: int) -> tuple[int, int]:
    rows = session.execute(
        text(
            "SELECT min(o.shop_day), sum(CASE WHEN o.shop_day < :b THEN 1 ELSE 0 END) FROM shop_order o"
            f" JOIN member m ON m.id = o.member_id AND m.joined_at IS NOT NULL WHERE {PAID} AND {COUNTED} GROUP BY o.member_id"
        ),
        {"b": end},
    ).all()
    new = [many for day, many in rows if first <= day < end]
    return len(new), sum(many > 1 for many in new)
