"""Goodwill: one coupon, points or a gift with its reason, never more than the shop allows, and written down for good."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from core.documents.earning import Points
from core.documents.goodwill import Gesture, GoodwillLimits
from core.documents.ladder import tmall_ladder
from core.errors import Refusal
from core.services.actor import Actor
from core.services.coupons import find_coupon
from core.services.goodwill import give_goodwill, goodwill_of, read_allowance, save_limits
from core.services.not_counted import mark_members
from core.services.points_ledger import read_points
from core.services.promises import promises_of
from core.services.verify import verify_store
from core.store.database import Database
from tests.services.order_files import NOW, OWNER, value_of
from tests.services.points_shop import PEOPLE, RULES, member, points_shop

COUPON = Gesture(kind="coupon", value=20_00, days=15, reason="快递压坏了包装")


def _sound(desk: Any) -> None:
    assert {name: n for name, n in verify_store(desk).checks.items() if n} == {}


def test_a_coupon_comes_with_its_code_and_its_reason(db: Database, tmp_path: Path) -> None:
    desk = points_shop(db, tmp_path)
    who = member(desk, "M1")
    given = give_goodwill(desk, OWNER, who, COUPON, key="g1", now=NOW)
    again = give_goodwill(desk, OWNER, who, COUPON, key="g1", now=NOW)
    assert (again.again, again.id, given.cost_fen) == (True, given.id, 20_00)
    with pytest.raises(Refusal, match="key_taken"):
        give_goodwill(desk, OWNER, who, COUPON.model_copy(update={"value": 10_00}), key="g1", now=NOW)
    assert given.code is not None
    coupon = find_coupon(desk, OWNER, given.code, now=NOW)
    assert (coupon.member_id, coupon.value_fen) == (who, 20_00)
    assert desk.zone.day(coupon.valid_until - timedelta(seconds=1)) == desk.zone.day(NOW) + timedelta(days=15)
    assert [(row.kind, row.reason, row.actor) for row in goodwill_of(desk, who)] == [
        ("coupon", "快递压坏了包装", "owner")
    ]
    assert value_of(db, "SELECT count(*) FROM audit_entry WHERE action = 'goodwill.given'") == 1
    _sound(desk)


def test_points_are_there_at_once_and_a_gift_is_promised(db: Database, tmp_path: Path) -> None:
    desk = points_shop(db, tmp_path)
    first, second = member(desk, "M1"), member(desk, "M2")
    gift = give_goodwill(desk, OWNER, first, Gesture(kind="points", value=150, reason="久等了"), key="p", now=NOW)
    assert read_points(desk, first, now=NOW).available == 1_150
    assert gift.cost_fen == 1_50
    give_goodwill(
        desk, OWNER, second, Gesture(kind="gift", value=8_80, what="小样", reason="谢谢晒图"), key="g", now=NOW
    )
    (promised,) = promises_of(desk, second, now=NOW)
    assert (promised.what_zh, promised.cost_fen, promised.status) == ("小样", 8_80, "owed")
    _sound(desk)


REFUSED = (
    ("no reason", COUPON.model_copy(update={"reason": "  "}), "goodwill_reason"),
    ("nothing given", COUPON.model_copy(update={"value": 0}), "goodwill_value"),
    ("a gift without a name", Gesture(kind="gift", value=1, reason="r"), "goodwill_what"),
    ("one fen above what one may be worth", COUPON.model_copy(update={"value": 50_01}), "goodwill_too_much"),
    ("points worth more than that", Gesture(kind="points", value=5_001, reason="r"), "goodwill_too_much"),
)


def test_what_is_refused_leaves_no_trace(db: Database, tmp_path: Path) -> None:
    desk = points_shop(db, tmp_path)
    who = member(desk, "M1")
    for case, gesture, code in REFUSED:
        with pytest.raises(Refusal, match=code):
            give_goodwill(desk, OWNER, who, gesture, key=case, now=NOW)
    with pytest.raises(Refusal, match="member_unknown"):
        give_goodwill(desk, OWNER, 404, COUPON, key="x", now=NOW)
    mark_members(desk, OWNER, [who], "staff", now=NOW)
    with pytest.raises(Refusal, match="goodwill_not_counted"):
        give_goodwill(desk, OWNER, who, COUPON, key="y", now=NOW)
    for table in ("goodwill", "coupon", "points_fact", "obligation"):
        assert value_of(db, f"SELECT count(*) FROM {table}") == 0
    exact = COUPON.model_copy(update={"value": 50_00})
    assert give_goodwill(desk, OWNER, member(desk, "M2"), exact, key="exact", now=NOW).cost_fen == 50_00


def test_one_person_once_in_thirty_days(db: Database, tmp_path: Path) -> None:
    desk = points_shop(db, tmp_path)
    who = member(desk, "M1")
    give_goodwill(desk, OWNER, who, COUPON, key="1", now=NOW)
    almost = NOW + timedelta(days=30, seconds=-1)
    with pytest.raises(Refusal, match="goodwill_person"):
        give_goodwill(desk, OWNER, who, COUPON, key="2", now=almost)
    assert read_allowance(desk, OWNER, who, now=almost).person_left == 0
    assert read_allowance(desk, OWNER, who, now=almost + timedelta(seconds=1)).person_left == 1
    assert give_goodwill(desk, OWNER, who, COUPON, key="2", now=NOW + timedelta(days=30)).again is False


def test_one_of_the_staff_so_often_also_all_at_once(db: Database, tmp_path: Path) -> None:
    desk = points_shop(db, tmp_path)
    save_limits(desk, OWNER, GoodwillLimits(per_staff=3), now=NOW)
    people = [member(desk, f"M{n}") for n in range(PEOPLE)]

    def give(who: int) -> str:
        try:
            give_goodwill(desk, OWNER, who, COUPON, key=f"k{who}", now=NOW)
        except Refusal as refusal:
            return refusal.code
        return "given"

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(give, people)) == ["given"] * 3 + ["goodwill_staff"] * (PEOPLE - 3)
    assert read_allowance(desk, OWNER, people[0], now=NOW).staff_left == 0
    other = Actor("li")
    last = next(who for who in people if not goodwill_of(desk, who))
    assert give_goodwill(desk, other, last, COUPON, key="other", now=NOW).kind == "coupon"
    _sound(desk)


def test_a_shop_without_points_gives_none(db: Database, tmp_path: Path) -> None:
    desk = points_shop(db, tmp_path, rules=tmall_ladder())
    with pytest.raises(Refusal, match="goodwill_no_points"):
        give_goodwill(desk, OWNER, member(desk, "M1"), Gesture(kind="points", value=5, reason="r"), key="p", now=NOW)


def test_points_that_are_worth_nothing_are_never_too_much(db: Database, tmp_path: Path) -> None:
    free = RULES.model_copy(update={"points": Points(pending_days=0, expiry="never", value_fen=0)})
    desk = points_shop(db, tmp_path, rules=free)
    gesture = Gesture(kind="points", value=100_000, reason="r")
    assert give_goodwill(desk, OWNER, member(desk, "M1"), gesture, key="p", now=NOW).cost_fen == 0


def test_what_was_given_cannot_be_rewritten(db: Database, tmp_path: Path) -> None:
    desk = points_shop(db, tmp_path)
    give_goodwill(desk, OWNER, member(desk, "M1"), COUPON, key="1", now=NOW)
    for statement in ("UPDATE goodwill SET reason = 'other'", "UPDATE goodwill SET actor = ''", "DELETE FROM goodwill"):
        with pytest.raises(DBAPIError), db.write() as session:
            session.execute(text(statement))
