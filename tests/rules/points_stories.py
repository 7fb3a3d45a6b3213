"""Random stories of members with points: few days and round amounts, so that edges and ties are met often."""

from datetime import timedelta

from hypothesis import strategies as st

from core.clock import ShopZone, from_micros, to_micros
from core.documents.earning import Earning, MultiplierDay, Points
from core.rules.facts import RuleInForce
from tests.rules.points_oracle import Bought, Done, Moved
from tests.rules.points_world import NOW, SHANGHAI, Person, rules

DAY = 86_400_000_000
FIRST = to_micros(SHANGHAI.start(SHANGHAI.day(NOW) - timedelta(days=560)))

# Midnights of the shop, one microsecond beside them, and any hour; few days, so that much falls together.
instants = st.builds(
    lambda day, beside: FIRST + day * DAY + beside,
    st.sampled_from([0, 1, 2, 14, 15, 16, 30, 31, 340, 341, 364, 365, 400, 424, 425, 426, 430, 500, 555]),
    st.sampled_from([0, 0, 0, -1, 1, 3_600_000_000, 57_600_000_000]),
)
earnings = st.tuples(
    st.sampled_from([None, 1, 50, 100, 1_000]),
    st.sampled_from([None, 0, 100, 333]),
    st.sampled_from([None, 5]),
    st.sampled_from([None, None, 60, 150]),
    st.sampled_from([None, None, None, 90, 200]),
).map(
    lambda row: tuple(
        Earning(kind=kind, rate=rate, per_day=row[3], lifetime=row[4])
        for kind, rate in (("spend", row[0]), ("order", row[1]), ("review", row[2]))
        if rate
    )
)
points = st.builds(
    Points,
    earnings=earnings,
    tier_pct=st.sampled_from([{}, {"high": 150}, {"low": 50, "high": 333}]),
    days=st.sampled_from(
        [
            (),
            (MultiplierDay(pct=200, weekday=2),),
            (MultiplierDay(pct=200, weekday=5), MultiplierDay(pct=300, day_of_month=29)),
        ]
    ),
    pending_days=st.sampled_from([0, 0, 1, 15, 40]),
    expiry=st.sampled_from(["never", "days", "days", "year_end"]),
    valid_days=st.sampled_from([1, 15, 30, 365]),
    valid_years=st.sampled_from([0, 1]),
)
documents = st.builds(
    rules, st.one_of(st.none(), points, points, points), st.sampled_from(["paid", "paid", "finished"])
)


@st.composite
def timelines(draw: st.DrawFn) -> list[RuleInForce]:
    starts = sorted(set(draw(st.lists(instants, max_size=2))))
    return [RuleInForce(draw(documents)), *(RuleInForce(draw(documents), from_micros(at)) for at in starts)]


@st.composite
def persons(draw: st.DrawFn) -> Person:
    ids = iter(range(1, 1_000))
    person = Person(joined=draw(st.sampled_from([0, 0, 0, 0, -1, FIRST + 15 * DAY, to_micros(NOW) + DAY])))
    for _ in range(draw(st.integers(0, 6))):
        at, paid = draw(instants), draw(st.sampled_from([1, 99, 100, 5_000, 9_999, 12_345]))
        order = Bought(next(ids), at, paid, tier=draw(st.sampled_from([None, "low", "high"])))
        order.finished_at = draw(st.one_of(st.just(-1), st.just(at), instants))
        left = paid
        for _ in range(draw(st.sampled_from([0, 0, 1, 1, 2]))):
            back = draw(st.sampled_from([left, left, left // 2, 1]))
            if 0 < back <= left:
                order.refunds.append((next(ids), max(draw(instants), at), back))
                left -= back
        person.bought.append(order)
    person.done = [Done(next(ids), draw(instants), "review") for _ in range(draw(st.integers(0, 2)))]
    for _ in range(draw(st.integers(0, 5))):
        kind = draw(st.sampled_from(["grant", "take", "spend", "spend", "spend"]))
        move = Moved(next(ids), kind, draw(st.sampled_from([1, 30, 77, 150])), draw(instants))
        person.moved.append(move)
        if kind == "spend" and draw(st.booleans()):
            back_at = max(draw(instants), move.at)
            person.moved.append(Moved(next(ids), "give_back", move.points, back_at, refers=move.id))
    return person


worlds = st.tuples(
    st.lists(persons(), min_size=1, max_size=3),
    timelines(),
    st.sampled_from([SHANGHAI, SHANGHAI, ShopZone("Europe/Berlin")]),
    st.booleans(),
)
