"""Points for rewards: points, stock, coupon and promise move together or not at all, and back to the very lots."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.documents.offer import Offer, Relative
from core.documents.reward import Reward, reward_faults
from core.errors import Refusal
from core.services.coupons import find_coupon, redeem_coupon
from core.services.desk import Desk
from core.services.not_counted import mark_members
from core.services.points_ledger import read_points
from core.services.promises import finish_promises, promises_of
from core.services.rewards import (
    cancel_claim,
    choose_reward,
    list_claims,
    list_rewards,
    redeem_reward,
    retire_reward,
    save_reward,
)
from core.services.verify import verify_store
from core.store.database import Database
from core.store.queries.rewards import put_back, take_one, violations
from core.store.vault import Vault
from tests.services.order_files import NOW, OWNER, rows_of, value_of
from tests.services.points_shop import PEOPLE, member, points_shop

COUPON = Offer(name="积分券", kind="amount", value=10_00, validity=Relative(days=30), per_member_limit=100)


def _good(**changes: Any) -> Reward:
    plain = Reward(name_zh="围嘴", name_en="Bib", kind="good", points=300, cost_fen=6_00, stock=3, per_member=2)
    return plain.model_copy(update=changes)


def _coupon(**changes: Any) -> Reward:
    plain = Reward(name_zh="10 元券", name_en="¥10 coupon", kind="coupon", points=200, offer=COUPON)
    return plain.model_copy(update=changes)


def _sound(desk: Desk) -> None:
    assert {name: n for name, n in verify_store(desk).checks.items() if n} == {}


def _left(desk: Desk, name: str) -> int:
    return read_points(desk, member(desk, name), now=NOW).available


def test_a_coupon_is_bought_used_and_counted(db: Database, tmp_path: Path) -> None:
    desk = points_shop(db, tmp_path)
    reward, who = save_reward(desk, OWNER, _coupon(), now=NOW), member(desk, "M1")
    first = redeem_reward(desk, OWNER, reward, who, key="k1", now=NOW)
    again = redeem_reward(desk, OWNER, reward, who, key="k1", now=NOW + timedelta(hours=1))
    assert (again.again, again.id) == (True, first.id)
    assert _left(desk, "M1") == 800
    (line,) = list_claims(desk, member_id=who)
    assert line.code is not None and line.cost_fen == 10_00
    assert find_coupon(desk, OWNER, line.code, now=NOW).value_fen == 10_00
    redeem_coupon(desk, OWNER, line.code, order_no="X", basket_fen=50_00, now=NOW)
    with pytest.raises(Refusal, match="claim_coupon_over"):
        cancel_claim(desk, OWNER, first.id, now=NOW)
    assert _left(desk, "M1") == 800
    _sound(desk)


def test_a_good_is_promised_and_taken_back_once(db: Database, tmp_path: Path) -> None:
    desk = points_shop(db, tmp_path)
    reward, who = save_reward(desk, OWNER, _good(), now=NOW), member(desk, "M1")
    before = rows_of(db, "SELECT active, debt, spent FROM member_points WHERE member_id = :id", id=who)
    claim = redeem_reward(desk, OWNER, reward, who, key="k", now=NOW)
    (promised,) = promises_of(desk, who, now=NOW)
    assert (promised.what_zh, promised.status, promised.cost_fen) == ("围嘴", "owed", 6_00)
    assert cancel_claim(desk, OWNER, claim.id, now=NOW + timedelta(days=1)) is True
    assert cancel_claim(desk, OWNER, claim.id, now=NOW + timedelta(days=2)) is False
    assert rows_of(db, "SELECT active, debt, spent FROM member_points WHERE member_id = :id", id=who) == before
    assert promises_of(desk, who, now=NOW)[0].status == "cancelled"
    assert list_rewards(desk, now=NOW)[0].left == 3
    _sound(desk)


def test_what_is_posted_cannot_be_taken_back(db: Database, tmp_path: Path) -> None:
    desk = points_shop(db, tmp_path)
    reward, who = save_reward(desk, OWNER, _good(), now=NOW), member(desk, "M1")
    claim = redeem_reward(desk, OWNER, reward, who, key="k", now=NOW)
    finish_promises(desk, OWNER, [promises_of(desk, who, now=NOW)[0].id], by="小王", each_fen=None, now=NOW)
    with pytest.raises(Refusal, match="claim_done"):
        cancel_claim(desk, OWNER, claim.id, now=NOW)
    assert _left(desk, "M1") == 700
    _sound(desk)


def _twice(desk: Desk, reward: int, who: int) -> None:
    for number in (1, 2):
        redeem_reward(desk, OWNER, reward, who, key=f"before{number}", now=NOW)


REFUSED: tuple[tuple[str, dict[str, Any], str, Callable[[Desk, int, int], object] | None, str], ...] = (
    ("too few points", {}, "M0", None, "points_not_enough"),
    ("had as many as one may", {"points": 10}, "M1", _twice, "reward_limit"),
    ("no stock", {"stock": 0}, "M1", None, "reward_out_of_stock"),
    ("not for this tier", {"tiers": ("supreme",)}, "M1", None, "reward_tier"),
    ("over", {"ends": "2026-03-01"}, "M1", None, "reward_not_open"),
    ("not yet", {"starts": "2026-03-03"}, "M1", None, "reward_not_open"),
    ("retired", {}, "M1", lambda desk, reward, _: retire_reward(desk, OWNER, reward, now=NOW), "reward_retired"),
    ("not counted", {}, "M1", lambda desk, _, who: mark_members(desk, OWNER, [who], "test", now=NOW), "points_not"),
)


def test_what_is_refused_changes_nothing(db: Database, tmp_path: Path) -> None:
    desk = points_shop(db, tmp_path)
    for case, changes, name, prepare, code in REFUSED:
        reward, who = save_reward(desk, OWNER, _good(**changes), now=NOW), member(desk, name)
        if prepare is not None:
            prepare(desk, reward, who)
        facts = value_of(db, "SELECT count(*) FROM points_fact")
        with pytest.raises(Refusal, match=code):
            redeem_reward(desk, OWNER, reward, who, key=f"key:{case}", now=NOW)
        assert value_of(db, "SELECT count(*) FROM points_fact") == facts, case
        assert value_of(db, "SELECT claimed FROM reward WHERE id = :id", id=reward) == (2 if "many" in case else 0), (
            case
        )
    with pytest.raises(Refusal, match="reward_unknown"):
        redeem_reward(desk, OWNER, 404, member(desk, "M2"), key="x", now=NOW)
    _sound(desk)


def test_the_last_days_of_a_reward_are_included(db: Database, tmp_path: Path) -> None:
    desk = points_shop(db, tmp_path)
    reward = save_reward(desk, OWNER, _good(starts="2026-03-02", ends="2026-03-02"), now=NOW)
    assert redeem_reward(desk, OWNER, reward, member(desk, "M1"), key="k", now=NOW).points == 300


def test_a_stock_of_three_is_given_to_three_of_eight_at_once(db: Database, tmp_path: Path) -> None:
    desk = points_shop(db, tmp_path)
    reward = save_reward(desk, OWNER, _good(points=50, per_member=None), now=NOW)
    people = [member(desk, f"M{n}") for n in range(PEOPLE)]

    def take(who: int) -> str:
        try:
            redeem_reward(desk, OWNER, reward, who, key=f"race:{who}", now=NOW)
        except Refusal as refusal:
            return refusal.code
        return "done"

    with ThreadPoolExecutor(PEOPLE) as pool:
        results = sorted(pool.map(take, people))
    assert results == ["done"] * 3 + ["reward_out_of_stock"] * (PEOPLE - 3)
    assert value_of(db, "SELECT claimed FROM reward") == 3
    assert value_of(db, "SELECT count(*) FROM points_fact") == 3
    _sound(desk)


def test_one_key_from_four_hands_is_one_exchange(db: Database, tmp_path: Path) -> None:
    desk = points_shop(db, tmp_path)
    reward, who = save_reward(desk, OWNER, _coupon(), now=NOW), member(desk, "M1")
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda _: redeem_reward(desk, OWNER, reward, who, key="one", now=NOW).id, range(4)))
    assert len(set(made)) == 1
    assert _left(desk, "M1") == 800
    with pytest.raises(Refusal, match="key_taken"):
        redeem_reward(desk, OWNER, reward, member(desk, "M2"), key="one", now=NOW)
    _sound(desk)


def test_a_change_never_touches_what_was_exchanged(db: Database, tmp_path: Path) -> None:
    desk = points_shop(db, tmp_path)
    reward, who = save_reward(desk, OWNER, _coupon(stock=5), now=NOW), member(desk, "M1")
    redeem_reward(desk, OWNER, reward, who, key="a", now=NOW)
    dearer = COUPON.model_copy(update={"value": 30_00})
    save_reward(desk, OWNER, _coupon(points=500, offer=dearer, stock=5), reward_id=reward, now=NOW)
    redeem_reward(desk, OWNER, reward, who, key="b", now=NOW)
    assert [(line.points, line.cost_fen) for line in list_claims(desk, member_id=who)] == [(500, 30_00), (200, 10_00)]
    with pytest.raises(Refusal, match="reward_stock_below"):
        save_reward(desk, OWNER, _coupon(stock=1), reward_id=reward, now=NOW)
    _sound(desk)


def test_a_person_sees_what_is_in_reach_and_what_is_in_the_way(db: Database, tmp_path: Path) -> None:
    desk = points_shop(db, tmp_path)
    for reward in (_coupon(), _good(), _good(points=5_000), _good(points=9_000, tiers=("supreme",))):
        save_reward(desk, OWNER, reward, now=NOW)
    found = choose_reward(desk, member(desk, "M0"), now=NOW)
    assert [(one.missing, one.against) for one in found] == [
        (100, None), (200, None), (4_900, None), (8_900, "reward_tier"),
    ]  # fmt: skip


FAULTS = (
    ("a coupon reward without its coupon", _coupon(offer=None), ["reward_offer"]),
    ("a good with a coupon", _good(offer=COUPON), ["reward_offer"]),
    ("a tier that is not there", _good(tiers=("gold",)), ["reward_tier_unknown"]),
    ("no day of the calendar", _good(ends="2026-02-30"), ["reward_date"]),
    ("ends before it starts", _good(starts="2026-02-02", ends="2026-02-01"), ["reward_ends_first"]),
    ("a coupon without value", _coupon(offer=COUPON.model_copy(update={"value": 0})), ["offer_value"]),
    ("sound", _good(tiers=("vip",), starts="2026-02-01", ends="2026-02-01"), []),
)


@pytest.mark.parametrize(("case", "reward", "codes"), FAULTS, ids=[case for case, *_ in FAULTS])
def test_a_confusing_reward_is_refused(case: str, reward: Reward, codes: list[str]) -> None:
    assert [fault.code for fault in reward_faults(reward, ("regular", "vip"))] == codes


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2), st.booleans()), max_size=8))
def test_whatever_is_exchanged_and_taken_back_the_sums_hold(sqlite_url: str, tmp_path: Path, acts: list[Any]) -> None:
    """A plain reading of points and stock beside the store."""
    db = Database(sqlite_url)
    desk, points, claims = _shop_once(db, tmp_path)
    rewards = [view.id for view in list_rewards(desk, now=NOW)]
    for number, (who, which, back) in enumerate(acts):
        person = member(desk, f"M{who}")
        try:
            claim = redeem_reward(desk, OWNER, rewards[which], person, key=f"{len(claims)}:{number}", now=NOW)
        except Refusal as refusal:
            assert refusal.code in ("points_not_enough", "reward_out_of_stock", "reward_limit")
            continue
        points[who] -= claim.points
        claims.append(claim.id)
        if back:
            assert cancel_claim(desk, OWNER, claim.id, now=NOW)
            points[who] += claim.points
    assert [_left(desk, f"M{n}") for n in range(4)] == points
    with db.read() as session:
        assert violations(session) == {"rewards": 0}
    db.close()


def _shop_once(db: Database, folder: Path) -> tuple[Desk, list[int], list[int]]:
    """The shop of this test, made at its first example; afterwards as the examples before left it."""
    if value_of(db, "SELECT count(*) FROM reward"):
        desk = Desk(db, Vault({1: b"k" * 32}), "shop")
    else:
        desk = points_shop(db, folder)
        for reward in (_coupon(stock=9), _good(stock=4), _good(points=90, per_member=None)):
            save_reward(desk, OWNER, reward, now=NOW)
    made = [row[0] for row in rows_of(db, "SELECT id FROM reward_claim")]
    return desk, [_left(desk, f"M{n}") for n in range(4)], made


def test_the_counter_itself_stops_at_the_stock(db: Database, tmp_path: Path) -> None:
    desk = points_shop(db, tmp_path)
    reward = save_reward(desk, OWNER, _good(stock=1), now=NOW)
    with db.write() as session:
        assert [take_one(session, reward) for _ in range(2)] == [True, False]
        put_back(session, reward)
    retire_reward(desk, OWNER, reward, now=NOW)
    with db.write() as session:
        assert take_one(session, reward) is False
