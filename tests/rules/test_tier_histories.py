"""The tier kernel against the slow oracle over random lives and random rule documents, growth and proofs with it."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.clock import ShopZone, from_micros, to_micros
from core.documents.earning import Earning, Growth
from core.documents.rules import Downgrade, RuleDocument, Tier, Window
from core.rules.facts import NOBODY, RuleInForce
from core.rules.growth_reasons import explain_growth
from core.rules.tier_reasons import explain
from core.rules.tiers import TierWalk, walk_tiers
from tests.rules.tier_oracle import Action, Floor, Life, Oracle, Order, facts_of

SHANGHAI = ShopZone()
NOW = datetime(2026, 3, 20, 4, tzinfo=UTC)
SPAN = 480

instants = st.one_of(
    st.integers(0, SPAN * 24).map(lambda hours: NOW - timedelta(hours=hours)),
    st.integers(0, SPAN // 10).map(lambda tens: SHANGHAI.start(SHANGHAI.day(NOW) - timedelta(days=10 * tens))),
    st.sampled_from(["2024-12-31", "2025-01-01", "2025-02-28", "2025-12-31", "2026-01-01"]).map(
        lambda day: SHANGHAI.from_wall(datetime.fromisoformat(day))
    ),
)


@st.composite
def _orders(draw: st.DrawFn) -> Order:
    at = draw(instants)
    paid = draw(st.sampled_from([1, 10_000, 49_999, 50_000, 99_999, 100_000, 100_001, 300_000]))
    refunds, left = [], paid
    for _ in range(draw(st.sampled_from([0, 0, 1, 1, 2]))):
        later = at + timedelta(hours=draw(st.sampled_from([0, 5, 24, 24 * 20, 24 * 90, 24 * 300])))
        fen = min(draw(st.sampled_from([1, paid // 2 or 1, paid])), left)
        left -= fen
        refunds += [(later, fen)] if fen else []
    finished = draw(st.sampled_from([None, 0, 30, 24 * 12]))
    done = None if finished is None else at + timedelta(hours=finished)
    return Order(at, paid, done, tuple(sorted(refunds)))


@st.composite
def _lives(draw: st.DrawFn) -> Life:
    orders = sorted(draw(st.lists(_orders(), max_size=6)), key=lambda order: order.at)
    kinds = st.sampled_from(["review", "check_in"])
    actions = sorted(draw(st.lists(st.builds(Action, instants, kinds), max_size=4)), key=lambda action: action.at)
    floors = draw(
        st.lists(
            st.builds(
                lambda tier, starts, days: Floor(tier, starts, None if days is None else starts + timedelta(days=days)),
                st.sampled_from([None, "b", "c", "x", "gone"]),
                instants,
                st.sampled_from([None, 20, 200, 900]),
            ),
            max_size=2,
        )
    )
    return Life(draw(st.one_of(instants, instants, st.none())), tuple(orders), tuple(actions), tuple(floors))


@st.composite
def documents(draw: st.DrawFn) -> RuleDocument:
    codes = draw(st.sampled_from(["abcd", "abxd", "xacd"]))
    asked = [(0, 0, 0), (100_000, 2, 300), (200_000, None, 900), (350_000, 5, None)]
    keep = draw(st.sampled_from([(None, None, None), (50_000, 1, 100), (0, None, None), (90_000, None, 10)]))
    tiers = tuple(
        Tier(
            code=code,
            name_zh=code,
            name_en=code,
            min_spend_fen=spend,
            min_orders=orders,
            min_growth=growth,
            keep_spend_fen=keep[0] and keep[0] * rank,
            keep_orders=keep[1],
            keep_growth=keep[2] and keep[2] * rank,
        )
        for rank, (code, (spend, orders, growth)) in enumerate(zip(codes, asked, strict=True))
    )
    earnings = (
        Earning(kind="spend", rate=draw(st.sampled_from([50, 100])), lifetime=draw(st.sampled_from([None, 1_500]))),
        Earning(kind="review", rate=100, per_day=draw(st.sampled_from([None, 150]))),
        Earning(kind="order", rate=10, per_day=draw(st.sampled_from([None, 10])), lifetime=40),
    )
    return RuleDocument(
        tiers=tiers,
        window=Window(
            kind=draw(st.sampled_from(["rolling", "rolling", "calendar_year", "anniversary"])),
            days=draw(st.sampled_from([30, 90, 365])),
        ),
        match=draw(st.sampled_from(["any", "all"])),
        spend_counts_from=draw(st.sampled_from(["paid", "finished"])),
        upgrade=draw(st.sampled_from(["at_once", "nightly"])),
        downgrade=Downgrade(
            mode=draw(st.sampled_from(["straight", "straight", "one_step", "never"])),
            grace_days=draw(st.sampled_from([0, 0, 1, 30, 365])),
        ),
        growth=draw(st.sampled_from([Growth(earnings=earnings), None])),
    )


@st.composite
def timelines(draw: st.DrawFn) -> list[RuleInForce]:
    starts = sorted(draw(st.lists(instants, max_size=2, unique=True)))
    found = [RuleInForce(draw(documents()))]
    for start in starts:
        same = draw(st.integers(0, 4)) == 0
        found.append(RuleInForce(found[-1].document if same else draw(documents()), start))
    return found


def told(walked: TierWalk, member: int) -> list[tuple[datetime, str | None, str | None]]:
    """What the kernel spoke about one member."""
    rows = zip(*(column.tolist() for column in walked.changes[:4]), strict=True)
    return [(from_micros(at), walked.code(was), walked.code(to)) for who, at, was, to in rows if who == member]


@settings(max_examples=30, deadline=None)
@given(st.lists(_lives(), min_size=1, max_size=1), timelines(), st.sampled_from([SHANGHAI, ShopZone("Europe/Berlin")]))
def test_history_state_growth_and_loss_are_what_the_definition_says(
    lives: list[Life], timeline: list[RuleInForce], zone: ShopZone
) -> None:
    facts = facts_of(lives)
    walked = walk_tiers(facts, timeline, zone, NOW)
    state = walked.state
    for member, life in enumerate(lives):
        oracle = Oracle(life, timeline, zone, NOW)
        expected = oracle.speak()
        assert told(walked, member) == expected
        tier = walked.code(int(state.tier[member]))
        assert tier == (expected[-1][2] if expected else None)
        backs = [at for fact in oracle.facts for at, _ in fact.refunds]
        own = (int(state.spend_fen[member]), int(state.orders[member]), int(state.growth[member]))
        assert own == oracle.sums(NOW, max(backs, default=None), oracle.rules(NOW))
        rows = [row for row in zip(*(column.tolist() for column in walked.growth), strict=True) if row[0] == member]
        booked = sorted((at, amount) for at, _, amount in oracle.booked())
        assert sorted((from_micros(row[3]), row[4]) for row in rows) == booked
        loss = oracle.loss()
        drop = (int(state.drops_at[member]), walked.code(int(state.drops_to[member])))
        assert drop == ((NOBODY, None) if loss is None else (to_micros(loss[0]), loss[1]))


@settings(max_examples=60, deadline=None)
@given(_lives(), timelines())
def test_the_leaves_lead_to_the_tier_of_the_kernel(life: Life, timeline: list[RuleInForce]) -> None:
    facts = facts_of([life])
    proof = explain(facts, {}, timeline, SHANGHAI, NOW)
    assert proof.tier == proof.recomputed_tier
    state = walk_tiers(facts, timeline, SHANGHAI, NOW).state
    assert (proof.total_fen, proof.orders) == (state.spend_fen[0], state.orders[0])
    assert proof.growth == state.growth[0]
    growth = explain_growth(facts, {}, timeline, SHANGHAI, NOW)
    assert growth.total == growth.recomputed_total


@settings(max_examples=60, deadline=None)
@given(_lives(), _orders(), instants, timelines())
def test_an_order_that_is_wholly_refunded_leaves_nothing_behind(
    life: Life, order: Order, back: datetime, timeline: list[RuleInForce]
) -> None:
    back = max(back, order.at)
    whole = Order(order.at, order.paid, order.finished, ((back, order.paid),))
    with_it = Life(life.joined, tuple(sorted([*life.orders, whole], key=lambda o: o.at)), life.actions, life.floors)
    walks = [walk_tiers(facts_of([one]), timeline, SHANGHAI, NOW) for one in (life, with_it)]
    for name, without, returned in zip(walks[0].state._fields, walks[0].state, walks[1].state, strict=True):
        if name != "since":
            assert np.array_equal(without, returned), name
    assert walks[0].growth.amount.sum() == walks[1].growth.amount.sum()


@pytest.mark.parametrize("kind", ["rolling", "calendar_year", "anniversary"])
def test_publishing_the_same_rules_again_touches_nobody(kind: str) -> None:
    rules = RuleDocument(
        tiers=tuple(
            Tier(code=code, name_zh=code, name_en=code, min_spend_fen=least, min_orders=None)
            for code, least in (("a", 0), ("b", 1_000_00), ("c", 2_000_00))
        ),
        window=Window(kind=kind, days=90),
        downgrade=Downgrade(mode="one_step", grace_days=40),
    )
    life = Life(NOW - timedelta(days=500), (Order(NOW - timedelta(days=470), 2_500_00), Order(NOW, 100)))
    again = [RuleInForce(rules), *(RuleInForce(rules, NOW - timedelta(days=days)) for days in range(300, 0, -25))]
    once = walk_tiers(facts_of([life]), [RuleInForce(rules)], SHANGHAI, NOW)
    assert told(walk_tiers(facts_of([life]), again, SHANGHAI, NOW), 0) == told(once, 0)
