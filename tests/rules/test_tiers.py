"""The tier kernel against a slow oracle that knows nothing but the definition, and against hand-made edges."""

import random
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.clock import ShopZone, from_micros, to_micros
from core.documents.ladder import tmall_ladder
from core.documents.rules import RuleDocument, Tier, Window
from core.rules.tier_walk import NOBODY, as_ints
from core.rules.tiers import REASONS, Orders, RuleInForce, TierWalk, progress, walk_tiers

SHANGHAI = ShopZone()
LADDER = tmall_ladder()
NOW = datetime(2026, 7, 1, 4, tzinfo=UTC)


@dataclass(frozen=True)
class Order:
    """A paid order of one member, instants aware."""

    member: int
    at: datetime
    paid: int
    refund: int = 0
    refund_at: datetime | None = None
    finished: datetime | None = None


def shanghai(text: str) -> datetime:
    return SHANGHAI.from_wall(datetime.fromisoformat(text))


def columns(orders: list[Order]) -> Orders:
    rows = sorted(orders, key=lambda order: (order.member, order.at))
    micros = [[-1 if at is None else to_micros(at) for at in (o.at, o.refund_at, o.finished)] for o in rows]
    return Orders(
        member=as_ints([o.member for o in rows]),
        paid_at=as_ints([row[0] for row in micros]),
        paid_fen=as_ints([o.paid for o in rows]),
        refund_fen=as_ints([o.refund for o in rows]),
        refund_at=as_ints([row[1] for row in micros]),
        finished_at=as_ints([row[2] for row in micros]),
    )


def walk(
    orders: list[Order],
    joined: list[datetime | None],
    now: datetime = NOW,
    timeline: list[RuleInForce] | None = None,
    zone: ShopZone = SHANGHAI,
) -> TierWalk:
    micros = as_ints([-1 if at is None else to_micros(at) for at in joined])
    return walk_tiers(columns(orders), micros, timeline or [RuleInForce(LADDER)], zone, now)


def history(walked: TierWalk) -> list[tuple[int, datetime, str | None, str | None, str, int, int]]:
    """Every change in plain words: member, at, from, to, reason, spend, orders."""
    rows = zip(*(column.tolist() for column in walked.changes), strict=True)
    return [
        (member, from_micros(at), walked.code(was), walked.code(to), REASONS[reason], spend, count)
        for member, at, was, to, reason, spend, count in rows
    ]


def reached(document: RuleDocument, spend: int, count: int) -> int:
    """The oracle's tier rank."""
    rank = 0
    for index, tier in enumerate(document.tiers[1:], start=1):
        met = [
            own >= asked for asked, own in ((tier.min_spend_fen, spend), (tier.min_orders, count)) if asked is not None
        ]
        if (any if document.match == "any" else all)(met):
            rank = index
    return rank


def sums(orders: list[Order], document: RuleDocument, zone: ShopZone, at: datetime) -> tuple[int, int]:
    """The oracle's window sums at an instant, by the definition alone."""
    spend = count = 0
    for order in orders:
        counts = order.at if document.spend_counts_from == "paid" else order.finished and max(order.finished, order.at)
        if counts is None or counts > at or order.paid <= 0:
            continue
        if zone.day(counts) <= zone.day(at) - timedelta(days=document.window.days):
            continue
        refunded = order.refund if order.refund and (order.refund_at or order.at) <= at else 0
        net = order.paid - min(refunded, order.paid)
        spend, count = spend + net, count + (net > 0)
    return spend, count


def oracle(
    orders: list[Order], joined: datetime | None, timeline: list[RuleInForce], zone: ShopZone, now: datetime
) -> list[tuple[datetime, str | None, str, str, int, int]]:
    """The history of one member: look at every instant at which anything could happen, in order."""
    if joined is None:
        return []
    instants = {joined} | {rule.starts for rule in timeline if rule.starts}
    for order in orders:
        instants |= {order.at, order.refund_at, order.finished}
        for base in (order.at, order.finished and max(order.finished, order.at)):
            for rule in timeline:
                if base:
                    instants.add(zone.start(zone.day(base) + timedelta(days=rule.document.window.days)))
    tier: str | None = None
    found = []
    for at in sorted(instant for instant in instants if instant and joined <= instant <= now):
        rule = [rule for rule in timeline if rule.starts is None or rule.starts <= at][-1]
        spend, count = sums(orders, rule.document, zone, at)
        rank = reached(rule.document, spend, count)
        code = rule.document.codes[rank]
        if code == tier:
            continue
        if tier is None:
            reason = "joined"
        elif at == rule.starts:
            reason = "rules"
        elif rank > rule.document.codes.index(tier):
            reason = "purchase"
        else:
            before = [replace(o, refund=0) if o.refund and o.refund_at == at != o.at else o for o in orders]
            took = sums(before, rule.document, zone, at) != (spend, count)
            reason = "refund" if took else "expiry"
        found.append((at, tier, code, reason, spend, count))
        tier = code
    return found


def drop_of(orders: list[Order], tier: str, document: RuleDocument, zone: ShopZone, now: datetime) -> datetime | None:
    """The oracle's loss of the tier: known facts only, the days ahead one by one."""
    ends = set()
    known = [replace(o, refund=0) if o.refund_at and o.refund_at > now else o for o in orders if o.at <= now]
    if document.spend_counts_from == "finished":
        known = [o for o in known if o.finished and o.finished <= now]
    for order in known:
        counts = order.at if document.spend_counts_from == "paid" else max(order.finished or order.at, order.at)
        ends.add(zone.start(zone.day(counts) + timedelta(days=document.window.days)))
    for at in sorted(end for end in ends if end > now):
        if reached(document, *sums(known, document, zone, at)) < document.codes.index(tier):
            return at
    return None


hours = st.integers(0, 800 * 24).map(lambda hour: NOW - timedelta(days=790) + timedelta(hours=hour))
coarse = st.integers(0, 26).map(lambda month: shanghai("2024-05-01T00:00") + timedelta(days=30 * month))
instants = st.one_of(hours, coarse)


@st.composite
def order_lists(draw: st.DrawFn) -> list[Order]:
    found = []
    for _ in range(draw(st.integers(0, 10))):
        at = draw(instants)
        paid = draw(st.sampled_from([1, 49_999, 50_000, 99_999, 100_000, 100_001, 300_000, 0]))
        refund = draw(st.sampled_from([0, 0, 0, 1, paid // 2, paid, paid + 5]))
        back = draw(st.one_of(st.none(), st.integers(0, 500 * 24).map(lambda n, at=at: at + timedelta(hours=n))))
        finished = draw(st.one_of(st.none(), st.integers(0, 40 * 24).map(lambda n, at=at: at + timedelta(hours=n))))
        found.append(Order(draw(st.integers(0, 2)), at, paid, refund, back if refund else None, finished))
    return found


def small_ladder(days: int, match: str, counts_from: str, codes: str = "abcd") -> RuleDocument:
    asked = [(0, 0), (100_000, 2), (200_000, None), (350_000, 5)]
    tiers = tuple(
        Tier(code=code, name_zh=code, name_en=code, min_spend_fen=spend, min_orders=count)
        for code, (spend, count) in zip(codes, asked, strict=True)
    )
    return RuleDocument(tiers=tiers, window=Window(days=days), match=match, spend_counts_from=counts_from)


ladders = st.builds(
    small_ladder,
    st.sampled_from([30, 365]),
    st.sampled_from(["any", "all"]),
    st.sampled_from(["paid", "finished"]),
    st.sampled_from(["abcd", "abxd", "axbd"]),
)


def agrees(orders: list[Order], joined: list[datetime | None], timeline: list[RuleInForce], zone: ShopZone) -> None:
    """History, sums and the next loss of every member are what the definition says."""
    walked = walk(orders, joined, NOW, timeline, zone)
    live = [rule for rule in timeline if rule.starts is None or rule.starts <= NOW][-1].document
    found = history(walked)
    for member, start in enumerate(joined):
        own = [order for order in orders if order.member == member]
        expected = oracle(own, start if start and start <= NOW else None, timeline, zone, NOW)
        assert [row[1:] for row in found if row[0] == member] == expected
        tier = walked.code(int(walked.state.tier[member]))
        assert tier == (expected[-1][2] if expected else None)
        assert (walked.state.spend_fen[member], walked.state.orders[member]) == sums(own, live, zone, NOW)
        if tier is not None:
            drop = drop_of(own, tier, live, zone, NOW)
            assert walked.state.drops_at[member] == (NOBODY if drop is None else to_micros(drop))


@settings(max_examples=60, deadline=None)
@given(
    orders=order_lists(),
    joined=st.lists(st.one_of(st.none(), instants), min_size=3, max_size=3),
    first=ladders,
    second=st.one_of(st.none(), st.tuples(ladders, instants)),
    zone=st.sampled_from([SHANGHAI, ShopZone("Europe/Berlin")]),
)
def test_history_state_and_drop_are_what_the_definition_says(
    orders: list[Order],
    joined: list[datetime | None],
    first: RuleDocument,
    second: tuple[RuleDocument, datetime] | None,
    zone: ShopZone,
) -> None:
    agrees(orders, joined, [RuleInForce(first)] + ([RuleInForce(*second)] if second else []), zone)


@pytest.mark.parametrize("seed", range(20))
def test_busy_members_too_have_the_history_of_the_definition(seed: int) -> None:
    draw = random.Random(seed)
    orders = []
    for _ in range(60):
        at = NOW - timedelta(hours=draw.choice([6, 24]) * draw.randrange(120))
        paid = draw.choice([1, 30_000, 60_000, 99_999, 100_000])
        back = at + timedelta(hours=draw.choice([6, 24]) * draw.randrange(60)) if draw.random() < 0.3 else None
        refund = 0 if back is None else draw.choice([paid, paid // 2, 1])
        done = at + timedelta(hours=draw.randrange(-20, 200)) if draw.random() < 0.8 else None
        orders.append(Order(draw.randrange(5), at, paid, refund, back, done))
    match, counts_from = draw.choice(["any", "all"]), draw.choice(["paid", "finished"])
    timeline = [
        RuleInForce(small_ladder(30, match, counts_from)),
        RuleInForce(
            small_ladder(draw.choice([30, 45]), match, "paid", "abxd"), NOW - timedelta(days=draw.randrange(1, 90))
        ),
    ]
    joined: list[datetime | None] = [NOW - timedelta(days=draw.randrange(1, 130)) for _ in range(5)]
    agrees(orders, joined, timeline[: draw.choice([1, 2])], draw.choice([SHANGHAI, ShopZone("Europe/Berlin")]))


@pytest.mark.parametrize(
    ("_case", "amounts", "tier"),
    [
        ("one fen below", [99_999], "regular"),
        ("at the threshold", [100_000], "silver"),
        ("one fen above", [100_001], "silver"),
        ("four small orders", [1] * 4, "regular"),
        ("five small orders", [1] * 5, "silver"),
        ("amount leads over count", [300_000], "vip"),
        ("two steps at once", [900_000], "supreme"),
    ],
)
def test_the_threshold_itself_is_enough(_case: str, amounts: list[int], tier: str) -> None:
    orders = [Order(0, NOW - timedelta(days=9 - index), paid) for index, paid in enumerate(amounts)]
    walked = walk(orders, [NOW - timedelta(days=20)])
    assert walked.code(int(walked.state.tier[0])) == tier


@pytest.mark.parametrize(
    ("_case", "now", "tier"),
    [
        ("the last moment of the 365th day", "2025-06-30T23:59:59.999999", "silver"),
        ("the start of the day after", "2025-07-01T00:00", "regular"),
    ],
)
def test_an_order_leaves_the_window_at_the_start_of_a_shop_day(_case: str, now: str, tier: str) -> None:
    order = Order(0, shanghai("2024-07-01T23:50"), 100_000)
    walked = walk([order], [order.at], shanghai(now))
    assert walked.code(int(walked.state.tier[0])) == tier


def test_a_leap_day_is_a_day_of_the_window() -> None:
    order = Order(0, shanghai("2024-02-29T12:00"), 100_000)
    walked = walk([order], [order.at])
    assert history(walked)[-1][1] == shanghai("2025-02-28T00:00")


def test_a_refund_after_the_order_has_left_changes_nothing() -> None:
    order = Order(0, shanghai("2024-07-01T12:00"), 100_000, 100_000, shanghai("2025-08-01T12:00"))
    assert [row[4] for row in history(walk([order], [order.at]))] == ["joined", "expiry"]


def test_a_refund_at_the_instant_of_leaving_is_an_expiry() -> None:
    order = Order(0, shanghai("2024-07-01T12:00"), 100_000, 100_000, shanghai("2025-07-01T00:00"))
    assert [row[4] for row in history(walk([order], [order.at]))] == ["joined", "expiry"]


def test_the_loss_ahead_is_the_first_step_down() -> None:
    orders = [Order(0, shanghai("2025-08-01T12:00"), 200_000), Order(0, shanghai("2025-09-01T12:00"), 100_000)]
    walked = walk(orders, [orders[0].at])
    assert walked.code(int(walked.state.tier[0])) == "vip"
    assert walked.code(int(walked.state.drops_to[0])) == "silver"
    assert from_micros(int(walked.state.drops_at[0])) == shanghai("2026-08-01T00:00")


def test_a_wholly_refunded_order_counts_neither_as_money_nor_as_an_order() -> None:
    orders = [Order(0, NOW - timedelta(days=20 - index), 10_000) for index in range(5)]
    back = NOW - timedelta(days=2)
    orders[3] = replace(orders[3], refund=10_000, refund_at=back)
    walked = walk(orders, [orders[0].at])
    assert history(walked)[-1][1:5] == (back, "silver", "regular", "refund")
    assert (walked.state.spend_fen[0], walked.state.orders[0]) == (40_000, 4)


def test_a_late_order_rewrites_only_its_own_member() -> None:
    known = [Order(0, NOW - timedelta(days=9), 50_000), Order(1, NOW - timedelta(days=8), 120_000)]
    joined = [NOW - timedelta(days=30)] * 2
    before, after = walk(known, joined), walk([*known, Order(0, NOW - timedelta(days=12), 60_000)], joined)
    assert [row for row in history(before) if row[0] == 1] == [row for row in history(after) if row[0] == 1]
    assert [row[3] for row in history(after) if row[0] == 0] == ["regular", "silver"]


def test_who_has_not_joined_has_no_tier_but_has_sums() -> None:
    walked = walk([Order(0, NOW - timedelta(days=1), 500_000)], [None])
    assert walked.code(int(walked.state.tier[0])) is None
    assert walked.state.spend_fen[0] == 500_000
    assert history(walked) == []


def test_nothing_after_now_is_known() -> None:
    later = NOW + timedelta(microseconds=1)
    orders = [Order(0, NOW, 100_000, 100_000, later), Order(0, later, 900_000)]
    walked = walk(orders, [NOW])
    assert [row[3] for row in history(walked)] == ["silver"]


def test_one_member_alone_has_the_same_answer_as_among_all() -> None:
    rng = np.random.default_rng(7)
    orders = [
        Order(
            int(rng.integers(0, 40)), NOW - timedelta(hours=int(rng.integers(0, 17_000))), int(rng.integers(1, 90_000))
        )
        for _ in range(400)
    ]
    joined: list[datetime | None] = [NOW - timedelta(days=500)] * 40
    together = history(walk(orders, joined))
    for member in range(40):
        alone = history(walk([replace(o, member=0) for o in orders if o.member == member], [joined[member]]))
        assert [row[1:] for row in together if row[0] == member] == [row[1:] for row in alone]


def test_a_new_version_speaks_at_its_first_instant_and_leaves_the_past_alone() -> None:
    lower = LADDER.model_copy(
        update={
            "tiers": (LADDER.tiers[0], LADDER.tiers[1].model_copy(update={"min_spend_fen": 50_000}), *LADDER.tiers[2:])
        }
    )
    starts = shanghai("2026-06-01T00:00")
    order = Order(0, shanghai("2026-03-01T10:00"), 60_000)
    walked = walk([order], [order.at], NOW, [RuleInForce(LADDER), RuleInForce(lower, starts)])
    assert [(row[1], row[3], row[4]) for row in history(walked)] == [
        (order.at, "regular", "joined"),
        (starts, "silver", "rules"),
    ]
    assert walked.version.tolist() == [0, 1]


def test_progress_names_the_next_tier_and_what_is_missing() -> None:
    orders = [Order(0, NOW, 87_200), Order(2, NOW, 900_000)]
    walked = walk(orders, [NOW, NOW, NOW, None])
    following, missing_fen, missing_orders = progress(walked.state, LADDER, walked.codes)
    assert [walked.code(int(index)) for index in following] == ["silver", "silver", None, None]
    assert missing_fen.tolist() == [12_800, 100_000, -1, -1]
    assert missing_orders.tolist() == [4, 5, -1, -1]


def test_the_missing_amount_holds_until_an_order_leaves() -> None:
    order = Order(0, shanghai("2025-12-31T09:00"), 50_000)
    walked = walk([order], [order.at])
    assert from_micros(int(walked.state.holds_until[0])) == shanghai("2026-12-31T00:00")
    assert walked.state.drops_at[0] == NOBODY


def test_columns_out_of_order_are_a_bug_that_shows() -> None:
    facts = columns([Order(0, NOW, 1), Order(1, NOW, 1)])
    with pytest.raises(ValueError, match="sorted"):
        walk_tiers(replace(facts, member=as_ints([1, 0])), as_ints([-1, -1]), [RuleInForce(LADDER)], SHANGHAI, NOW)
