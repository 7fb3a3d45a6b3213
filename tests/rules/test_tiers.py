"""The tier kernel at its edges, each by hand; random histories against the oracle are in test_tier_histories."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from core.clock import ShopZone, from_micros, to_micros
from core.documents.earning import Earning, Growth
from core.documents.ladder import tmall_ladder
from core.documents.rules import Downgrade, RuleDocument, Tier, Window
from core.rules.facts import NOBODY, RuleInForce, as_ints
from core.rules.tiers import REASONS, TierWalk, progress, tier_at, walk_tiers
from tests.rules.tier_oracle import Action, Floor, Life, Order, facts_of

ZONE = ShopZone()
LADDER = tmall_ladder()
NOW = datetime(2026, 7, 1, 4, tzinfo=UTC)
Row = tuple[str, str | None, str | None, str]


def wall(text: str) -> datetime:
    return ZONE.from_wall(datetime.fromisoformat(text))


def rules(window: str = "rolling", days: int = 30, mode: str = "straight", grace: int = 0, **more: Any) -> RuleDocument:
    """Three tiers at 0, 1,000 and 3,000 yuan; ``keep`` is what keeping the upper two asks for (fen)."""
    keep = more.pop("keep", (None, None))
    tiers = tuple(
        Tier(code=code, name_zh=code, name_en=code, min_spend_fen=fen, min_orders=None, keep_spend_fen=kept)
        for code, fen, kept in (("a", 0, None), ("b", 1_000_00, keep[0]), ("c", 3_000_00, keep[1]))
    )
    falls = Downgrade(mode=mode, grace_days=grace)
    return RuleDocument(tiers=tiers, window=Window(kind=window, days=days), downgrade=falls, **more)


def walk(life: Life | list[Life], document: RuleDocument | list[RuleInForce], now: str | datetime = NOW) -> TierWalk:
    timeline = document if isinstance(document, list) else [RuleInForce(document)]
    lives = life if isinstance(life, list) else [life]
    return walk_tiers(facts_of(lives), timeline, ZONE, wall(now) if isinstance(now, str) else now)


def history(walked: TierWalk, member: int = 0) -> list[Row]:
    """Every change in plain words: the shop's wall clock, from, to, reason."""
    rows = zip(*(column.tolist() for column in walked.changes[:5]), strict=True)
    return [
        (ZONE.local(from_micros(at)).strftime("%Y-%m-%d %H:%M"), walked.code(was), walked.code(to), REASONS[reason])
        for who, at, was, to, reason in rows
        if who == member
    ]


def tier(walked: TierWalk) -> str | None:
    return walked.code(int(walked.state.tier[0]))


def drop(walked: TierWalk) -> tuple[str, str | None, int] | None:
    """The day of the loss, the tier after it, and the fen missing to keep the one before."""
    state = walked.state
    if state.drops_at[0] == NOBODY:
        return None
    day = ZONE.day(from_micros(int(state.drops_at[0])))
    return day.isoformat(), walked.code(int(state.drops_to[0])), int(state.keep_fen[0])


def life(joined: str, *orders: tuple[str, int]) -> Life:
    return Life(wall(joined), tuple(Order(wall(at), fen) for at, fen in orders))


@pytest.mark.parametrize(
    ("_case", "amounts", "expected"),
    [
        ("one fen below", [99_999], "regular"),
        ("at the threshold", [100_000], "silver"),
        ("one fen above", [100_001], "silver"),
        ("four small orders", [1] * 4, "regular"),
        ("five small orders", [1] * 5, "silver"),
        ("one fen below the second", [299_999], "silver"),
        ("at the second", [300_000], "vip"),
        ("eleven orders", [1] * 11, "silver"),
        ("twelve orders", [1] * 12, "vip"),
        ("one fen below the third", [799_999], "vip"),
        ("at the third", [800_000], "supreme"),
    ],
)
def test_the_threshold_itself_is_enough(_case: str, amounts: list[int], expected: str) -> None:
    orders = tuple(Order(NOW - timedelta(days=15, hours=-index), paid) for index, paid in enumerate(amounts))
    assert tier(walk(Life(NOW - timedelta(days=20), orders), LADDER)) == expected


@pytest.mark.parametrize(("units", "expected"), [(999, "a"), (1_000, "b"), (1_001, "b")])
def test_growth_reaches_a_tier_at_its_threshold(units: int, expected: str) -> None:
    growth = Growth(earnings=(Earning(kind="review", rate=units),))
    tiers = tuple(
        Tier(code=code, name_zh=code, name_en=code, min_spend_fen=None, min_orders=None, min_growth=least)
        for code, least in (("a", 0), ("b", 1_000))
    )
    document = RuleDocument(tiers=tiers, growth=growth)
    walked = walk(Life(wall("2026-05-01T00:00"), actions=(Action(wall("2026-06-01T12:00"), "review"),)), document)
    assert tier(walked) == expected
    assert [row[3] for row in history(walked)][1:] == ["interaction"] * (expected == "b")
    assert walked.growth.amount.tolist() == [units]


@pytest.mark.parametrize(
    ("_case", "now", "expected"),
    [
        ("the last moment of the 365th day", "2025-06-30T23:59:59.999999", "silver"),
        ("the start of the day after", "2025-07-01T00:00", "regular"),
    ],
)
def test_an_order_leaves_a_rolling_window_at_the_start_of_a_shop_day(_case: str, now: str, expected: str) -> None:
    assert tier(walk(life("2024-07-01T23:50", ("2024-07-01T23:50", 100_000)), LADDER, now)) == expected


def test_a_leap_day_is_a_day_of_the_window() -> None:
    walked = walk(life("2024-02-29T12:00", ("2024-02-29T12:00", 100_000)), LADDER)
    assert history(walked)[-1] == ("2025-02-28 00:00", "silver", "regular", "expiry")


@pytest.mark.parametrize(
    ("_case", "paid", "lost"),
    [
        ("the last moment of a year", "2024-12-31T23:59:59.999999", "2026-01-01 00:00"),
        ("the first moment of the next", "2025-01-01T00:00", "2027-01-01 00:00"),
    ],
)
def test_what_is_reached_in_a_year_is_kept_to_the_end_of_the_next(_case: str, paid: str, lost: str) -> None:
    walked = walk(life("2024-06-01T00:00", (paid, 100_000)), rules("calendar_year"), "2027-06-01T00:00")
    assert history(walked)[-1] == (lost, "b", "a", "review")


@pytest.mark.parametrize(
    ("_case", "joined", "bought", "lost"),
    [
        ("the last day of the year of a leap-day member", "2024-02-29T09:00", "2025-02-27T23:59", "2026-02-28 00:00"),
        ("on 28 February their next year has begun", "2024-02-29T09:00", "2025-02-28T00:00", "2027-02-28 00:00"),
        ("in a leap year it is the 29th again", "2024-02-29T09:00", "2027-03-01T00:00", "2029-02-28 00:00"),
        ("the eve of the joined day", "2024-05-10T18:00", "2025-05-09T23:59", "2026-05-10 00:00"),
    ],
)
def test_a_members_year_begins_on_the_joined_day(_case: str, joined: str, bought: str, lost: str) -> None:
    walked = walk(life(joined, (bought, 100_000)), rules("anniversary"), "2029-06-01T00:00")
    assert history(walked)[-1] == (lost, "b", "a", "review")


def test_a_year_that_keeps_the_tier_gives_one_more() -> None:
    spent = life("2024-01-01T00:00", ("2024-05-01T10:00", 300_000), ("2025-05-01T10:00", 60_000))
    kept = walk(spent, rules("calendar_year", keep=(50_000, 60_000)), "2026-06-01T00:00")
    assert tier(kept) == "c"
    assert drop(kept) == ("2027-01-01", "a", 60_000)
    lost = walk(spent, rules("calendar_year", keep=(50_000, 60_001)), "2026-06-01T00:00")
    assert history(lost)[-1] == ("2026-01-01 00:00", "c", "b", "review")


@pytest.mark.parametrize(("fen", "expected"), [(49_999, "a"), (50_000, "b"), (50_001, "b")])
def test_keeping_asks_for_its_own_threshold(fen: int, expected: str) -> None:
    spent = life("2026-01-01T00:00", ("2026-03-01T10:00", 100_000), ("2026-03-20T10:00", fen))
    assert tier(walk(spent, rules(keep=(50_000, None)), "2026-04-10T00:00")) == expected


def test_grace_passes_before_a_tier_is_lost_and_buying_in_it_saves() -> None:
    document = rules(grace=10)
    one = life("2026-01-01T00:00", ("2026-03-01T10:00", 100_000))
    waiting = walk(one, document, "2026-04-05T00:00")
    assert (tier(waiting), drop(waiting), waiting.state.grace[0]) == ("b", ("2026-04-10", "a", 100_000), 1)
    assert history(walk(one, document))[-1] == ("2026-04-10 00:00", "b", "a", "grace")
    two = life("2026-01-01T00:00", ("2026-03-01T10:00", 100_000), ("2026-04-09T23:59", 100_000))
    assert history(walk(two, document))[-1] == ("2026-05-19 00:00", "b", "a", "grace")


def test_in_the_grace_of_a_year_the_old_and_the_new_year_count_together() -> None:
    document = rules("calendar_year", grace=31)
    base = (("2024-03-01T10:00", 100_000), ("2025-03-01T10:00", 60_000))
    late = life("2024-01-01T00:00", *base, ("2026-01-31T23:00", 40_000))
    assert tier(walk(late, document)) == "b"
    short = life("2024-01-01T00:00", *base, ("2026-01-31T23:00", 39_999))
    assert history(walk(short, document))[-1] == ("2026-02-01 00:00", "b", "a", "grace")


@pytest.mark.parametrize(
    ("mode", "falls"),
    [
        ("straight", [("2026-04-05 00:00", "a")]),
        ("one_step", [("2026-04-05 00:00", "b"), ("2026-04-10 00:00", "a")]),
        ("never", []),
    ],
)
def test_a_tier_is_lost_straight_step_by_step_or_never(mode: str, falls: list[tuple[str, str]]) -> None:
    walked = walk(life("2026-01-01T00:00", ("2026-03-01T10:00", 300_000)), rules(mode=mode, grace=5))
    assert [(at, to) for at, _, to, reason in history(walked) if reason == "grace"] == falls


def test_one_step_a_year_in_years() -> None:
    walked = walk(life("2024-01-01T00:00", ("2024-03-01T10:00", 300_000)), rules("calendar_year", mode="one_step"), NOW)
    assert [(at, to) for at, _, to, _ in history(walked)][2:] == [("2026-01-01 00:00", "b")]
    assert drop(walked) == ("2027-01-01", "a", 100_000)


def test_a_nightly_rise_waits_for_the_start_of_the_next_shop_day() -> None:
    document = rules(upgrade="nightly")
    walked = walk(life("2026-05-01T00:00", ("2026-06-01T00:01", 100_000)), document)
    assert history(walked)[1][0] == "2026-06-02 00:00"
    back = (wall("2026-06-01T23:59"), 1)
    order = Order(wall("2026-06-01T10:00"), 100_000, None, (back,))
    assert len(history(walk(Life(wall("2026-05-01T00:00"), (order,)), document))) == 1


def test_a_refund_after_a_downgrade_leaves_the_past_and_the_present_alone() -> None:
    order = Order(wall("2024-07-01T12:00"), 100_000, None, ((wall("2025-08-01T12:00"), 100_000),))
    assert [row[3] for row in history(walk(Life(order.at, (order,)), LADDER))] == ["joined", "expiry"]


def test_a_refund_takes_the_grace_with_it() -> None:
    order = Order(wall("2026-03-01T10:00"), 100_000, None, ((wall("2026-04-03T10:00"), 1),))
    walked = walk(Life(wall("2026-01-01T00:00"), (order,)), rules(grace=30))
    assert history(walked)[-1] == ("2026-04-03 10:00", "b", "a", "refund")


@pytest.mark.parametrize("mode", ["straight", "one_step", "never"])
def test_buying_and_returning_everything_is_as_if_nothing_was_bought(mode: str) -> None:
    order = Order(wall("2026-06-01T10:00"), 500_000, None, ((wall("2026-06-20T10:00"), 500_000),))
    walked = walk(Life(wall("2026-05-01T00:00"), (order,)), rules(mode=mode, grace=30))
    assert [row[2:] for row in history(walked)] == [("a", "joined"), ("c", "purchase"), ("a", "refund")]


def test_a_wholly_refunded_order_counts_neither_as_money_nor_as_an_order() -> None:
    orders = [Order(NOW - timedelta(days=20 - index), 10_000) for index in range(5)]
    orders[3] = replace(orders[3], refunds=((NOW - timedelta(days=2), 4_000), (NOW - timedelta(days=1), 6_000)))
    walked = walk(Life(orders[0].at, tuple(orders)), LADDER)
    assert history(walked)[-1] == ("2026-06-30 12:00", "silver", "regular", "refund")
    assert (walked.state.spend_fen[0], walked.state.orders[0]) == (40_000, 4)


def test_what_a_refund_frees_of_a_cap_is_earned_by_the_next_order() -> None:
    growth = Growth(earnings=(Earning(kind="spend", rate=100, lifetime=100),))
    back = wall("2026-06-10T00:00")
    orders = (Order(wall("2026-06-01T10:00"), 80_00, None, ((back, 80_00),)), Order(wall("2026-06-02T10:00"), 80_00))
    walked = walk(Life(wall("2026-05-01T00:00"), orders), rules(growth=growth))
    assert walked.growth.amount.tolist() == [80, 20, -80, 60]
    assert walked.growth.at.tolist()[2:] == [to_micros(back)] * 2
    assert walked.state.growth[0] == 80


def test_a_late_order_before_the_last_review_changes_that_review() -> None:
    document, joined = rules("calendar_year", keep=(50_000, None)), "2024-01-01T00:00"
    known = life(joined, ("2024-03-01T10:00", 100_000))
    late = life(joined, ("2024-03-01T10:00", 100_000), ("2025-12-31T23:59", 50_000))
    assert [tier(walk(one, document)) for one in (known, late)] == ["a", "b"]


def test_rules_count_from_completion_by_the_version_at_payment() -> None:
    finished, paid = rules(spend_counts_from="finished"), rules()
    starts = wall("2026-06-10T00:00")
    done = Order(wall("2026-06-09T10:00"), 100_000, wall("2026-06-12T10:00"))
    never_done = Order(wall("2026-06-09T11:00"), 900_000)
    walked = walk(
        Life(wall("2026-06-01T00:00"), (done, never_done)), [RuleInForce(finished), RuleInForce(paid, starts)]
    )
    assert history(walked)[-1] == ("2026-06-12 10:00", "a", "b", "purchase")


def test_a_new_version_speaks_at_its_first_instant_and_leaves_the_past_alone() -> None:
    starts = wall("2026-06-01T00:00")
    lower = rules(days=365, keep=(None, None)).model_copy(
        update={
            "tiers": tuple(t.model_copy(update={"min_spend_fen": (t.min_spend_fen or 0) // 2}) for t in rules().tiers)
        }
    )
    timeline = [RuleInForce(rules(days=365)), RuleInForce(lower, starts)]
    walked = walk(life("2026-03-01T10:00", ("2026-03-01T10:00", 60_000)), timeline)
    assert [row[2:] for row in history(walked)] == [("a", "joined"), ("b", "rules")]
    assert walked.version.tolist() == [0, 1]


@pytest.mark.parametrize(
    ("_case", "document", "expected"),
    [
        ("at once", rules(days=365, grace=0), ("2026-06-01 00:00", "b", "a", "rules")),
        ("after the grace", rules(days=365, grace=7), ("2026-06-08 00:00", "b", "a", "grace")),
    ],
)
def test_a_stricter_version_takes_the_tier_by_its_own_grace(_case: str, document: RuleDocument, expected: Row) -> None:
    stricter = document.model_copy(
        update={"tiers": (document.tiers[0], document.tiers[1].model_copy(update={"min_spend_fen": 200_000}))}
    )
    timeline = [RuleInForce(rules(days=365)), RuleInForce(stricter, wall("2026-06-01T00:00"))]
    assert history(walk(life("2026-03-01T10:00", ("2026-03-01T10:00", 100_000)), timeline))[-1] == expected


def test_a_code_that_is_gone_becomes_the_highest_that_is_reached() -> None:
    two = rules(days=365).model_copy(update={"tiers": rules().tiers[::2]})
    timeline = [RuleInForce(rules(days=365)), RuleInForce(two, wall("2026-06-01T00:00"))]
    walked = walk(life("2026-03-01T10:00", ("2026-03-01T10:00", 100_000)), timeline)
    assert history(walked)[-1] == ("2026-06-01 00:00", "b", "a", "rules")


def test_an_override_is_a_floor_while_it_is_in_force() -> None:
    floor = Floor("c", wall("2026-06-01T00:00"), wall("2026-06-20T00:00"))
    one = Life(wall("2026-05-01T00:00"), (Order(wall("2026-06-05T10:00"), 100_000),), (), (floor,))
    walked = walk(one, rules())
    assert [row[2:] for row in history(walked)] == [("a", "joined"), ("c", "override"), ("b", "override")]
    during = walk(one, rules(), "2026-06-10T00:00")
    assert (during.state.held_by[0], drop(during)) == (2, ("2026-06-20", "b", 200_000))


def test_a_mark_without_a_tier_keeps_the_one_that_is_held() -> None:
    mark = Floor(None, wall("2026-03-10T00:00"))
    one = Life(wall("2026-01-01T00:00"), (Order(wall("2026-03-01T10:00"), 100_000),), (), (mark,))
    walked = walk(one, rules())
    assert (tier(walked), walked.state.held_by[0], drop(walked)) == ("b", 2, None)


def test_the_loss_ahead_says_what_is_missing_to_keep_the_tier() -> None:
    spent = life("2026-06-01T10:00", ("2026-06-10T10:00", 60_000), ("2026-06-20T10:00", 50_000))
    walked = walk(spent, rules())
    assert drop(walked) == ("2026-07-10", "a", 50_000)
    assert (walked.state.keep_orders[0], walked.state.keep_growth[0], walked.state.grace[0]) == (-1, -1, 0)
    assert ZONE.day(from_micros(int(walked.state.holds_until[0]))).isoformat() == "2026-07-10"


def test_who_has_not_joined_has_sums_and_neither_tier_nor_growth() -> None:
    document = rules(growth=Growth())
    walked = walk(Life(None, (Order(NOW - timedelta(days=1), 500_000),)), document)
    assert (tier(walked), walked.state.spend_fen[0], history(walked)) == (None, 500_000, [])
    assert len(walked.growth.amount) == 0


def test_nothing_after_now_is_known() -> None:
    later = NOW + timedelta(microseconds=1)
    walked = walk(Life(NOW, (Order(NOW, 100_000, None, ((later, 100_000),)), Order(later, 900_000))), LADDER)
    assert [row[2] for row in history(walked)] == ["silver"]


def test_the_tier_at_an_instant_is_the_one_held_just_before_it() -> None:
    bought = wall("2026-06-05T10:00")
    walked = walk([Life(None), Life(wall("2026-06-01T00:00"), (Order(bought, 100_000),))], rules())
    at = as_ints([to_micros(bought) + shift for shift in (0, 1)] + [to_micros(bought), to_micros(bought)])
    assert [walked.code(int(held)) for held in tier_at(walked, as_ints([1, 1, 0, 1]), at)] == ["a", "b", None, "a"]


def test_progress_names_the_next_tier_and_what_is_missing() -> None:
    lives = [Life(NOW, (Order(NOW, 87_200),)), Life(NOW), Life(NOW, (Order(NOW, 900_000),)), Life(None)]
    walked = walk(lives, LADDER)
    following, fen, orders, growth = progress(walked.state, LADDER, walked.codes)
    assert [walked.code(int(index)) for index in following] == ["silver", "silver", None, None]
    assert (fen.tolist(), orders.tolist()) == ([12_800, 100_000, -1, -1], [4, 5, -1, -1])
    assert growth.tolist() == [-1] * 4


def test_the_largest_amounts_do_not_run_over() -> None:
    document = rules(days=3_660, grace=365, growth=Growth(earnings=(Earning(kind="spend", rate=1_000_000),)))
    orders = tuple(Order(NOW - timedelta(days=index), 10_000_000_000) for index in range(50, 0, -1))
    walked = walk(Life(NOW - timedelta(days=60), orders), document)
    assert (walked.state.spend_fen[0], walked.state.growth[0]) == (500_000_000_000, 50 * 10**12)
    assert tier(walked) == "c"


def test_a_member_who_buys_and_returns_a_lot_is_still_quick_and_right() -> None:
    orders = []
    for index in range(600):
        at = NOW - timedelta(hours=2 * (600 - index))
        orders.append(Order(at, 1_00, None, ((at + timedelta(hours=1), 1_00),) if index % 2 else ()))
    walked = walk(Life(NOW - timedelta(days=60), tuple(orders)), rules(days=365))
    assert (walked.state.spend_fen[0], walked.state.orders[0]) == (300_00, 300)


def test_columns_out_of_order_are_a_bug_that_shows() -> None:
    facts = facts_of([Life(NOW, (Order(NOW, 1),)), Life(NOW, (Order(NOW, 1),))])
    wrong = replace(facts, orders=facts.orders._replace(member=as_ints([1, 0])))
    with pytest.raises(ValueError, match="sorted"):
        walk_tiers(wrong, [RuleInForce(LADDER)], ZONE, NOW)
