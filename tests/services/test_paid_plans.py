"""Paid membership on both stores: bought, renewed, matched from orders exactly once, refunded by the days left; the tier follows."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from core.documents.paid_plan import PaidPlan
from core.errors import Refusal
from core.services.desk import Desk
from core.services.options import read_options
from core.services.paid_plans import (
    PlanBack,
    list_plans,
    match_purchases,
    preview_purchase,
    preview_refund,
    record_purchase,
    refund_purchase,
    save_plan,
)
from core.services.plan_holders import list_holders
from core.services.verify import verify_store
from core.store.database import Database
from core.store.queries import paid_plans as rows
from tests.services.order_files import NOW, OWNER, at, bring_in, bring_members, new_desk, order, rows_of, value_of

PLAN = PaidPlan.read(
    {
        "name_zh": "年卡",
        "name_en": "Year card",
        "price_fen": 36_500,
        "months": 12,
        "tier": "vip",
        "product_keys": ["年卡"],
        "benefits": [{"name_zh": "全年包邮", "name_en": "Free shipping"}],
    }
)
LATER = NOW + timedelta(days=40)


@pytest.fixture
def desk(db: Database, tmp_path: Path) -> Desk:
    """A shop of three members with one small order each, and a plan of a year."""
    opened = new_desk(db)
    people = [{"member_id": f"M{n}", "joined_at": at(300)} for n in range(1, 4)]
    bring_members(opened, tmp_path, people)
    bring_in(opened, tmp_path, [order(n, member_id=f"M{n}", amount="10", paid_at=at(20)) for n in range(1, 4)])
    save_plan(opened, OWNER, PLAN, now=NOW)
    return opened


def _tier(desk: Desk, member: int = 1) -> tuple[str, str | None]:
    found = rows_of(desk.db, "SELECT tier, held_by FROM member_tier WHERE member_id = :n", n=member)
    return found[0][0], found[0][1]


def _buy(desk: Desk, key: str = "k", member: int = 1, **given: Any) -> int:
    return record_purchase(desk, OWNER, member, 1, key=key, **({"now": NOW} | given)).id


def test_a_purchase_holds_the_tier_while_it_runs_and_shows_the_page(desk: Desk) -> None:
    assert (_tier(desk), read_options(desk)) == (("regular", None), {"paid_plan"})
    assert preview_purchase(desk, 1, 1, now=NOW).last == date(2027, 3, 2)
    bought = record_purchase(desk, OWNER, 1, 1, key="k", now=NOW)
    assert (bought.last_day, bought.paid_fen, bought.renews) == (date(2027, 3, 2), 36_500, False)
    assert _tier(desk) == ("vip", "plan")
    again = record_purchase(desk, OWNER, 1, 1, key="k", now=NOW)
    assert (again.id, again.again) == (bought.id, True)
    with pytest.raises(Refusal, match="plan_key_used"):
        record_purchase(desk, OWNER, 2, 1, key="k", now=NOW)


def test_a_renewal_is_added_to_the_present_end(desk: Desk) -> None:
    _buy(desk)
    second = record_purchase(desk, OWNER, 1, 1, key="2", now=LATER)
    assert (second.last_day, second.renews) == (date(2028, 3, 2), True)
    third = record_purchase(desk, OWNER, 1, 1, key="3", now=LATER)
    assert (third.starts_at, third.last_day) == (second.ends_at, date(2029, 3, 2))


def test_a_refund_gives_back_the_days_left_and_lets_go_of_the_tier(desk: Desk) -> None:
    first = _buy(desk)
    second = _buy(desk, "2")
    with pytest.raises(Refusal, match="plan_later_first"):
        preview_refund(desk, first, now=LATER)
    assert preview_refund(desk, second, now=LATER) == PlanBack(second, 36_500, 366, 366)
    refund_purchase(desk, OWNER, second, now=LATER)
    assert _tier(desk) == ("vip", "plan")
    back = refund_purchase(desk, OWNER, first, reason="moved away", now=LATER)
    assert back == PlanBack(first, 325_00, 325, 365)
    assert _tier(desk) == ("regular", None)
    again = refund_purchase(desk, OWNER, first, now=LATER + timedelta(days=5))
    assert (again.refund_fen, again.again) == (325_00, True)
    assert preview_purchase(desk, 1, 1, now=LATER).follows is False


def test_goods_of_a_plan_become_purchases_exactly_once(desk: Desk, tmp_path: Path) -> None:
    sold = [
        order("a", member_id="M1", amount="365", paid_at=at(5), product="年卡"),
        order("b", member_id="M1", amount="365", paid_at=at(3), product="年卡"),
        order("c", member_id="M2", amount="730", paid_at=at(400), product="年卡", quantity="2"),
        order("d", member_id="M3", amount="365", paid_at=at(2), product="别的"),
    ]
    bring_in(desk, tmp_path, sold)
    assert match_purchases(desk, now=NOW).purchases == 0  # the import has looked already
    bring_in(desk, tmp_path, sold)
    found = rows_of(desk.db, "SELECT member_id, paid_fen, months, renews_id IS NOT NULL FROM plan_purchase ORDER BY id")
    assert [tuple(map(int, row)) for row in found] == [(2, 73_000, 24, 0), (1, 36_500, 12, 0), (1, 36_500, 12, 1)]
    assert [_tier(desk, n)[0] for n in (1, 2, 3)] == ["vip", "vip", "regular"]


def test_a_plan_whose_order_went_back_ends(desk: Desk, tmp_path: Path) -> None:
    bring_in(desk, tmp_path, [order("a", member_id="M1", amount="365", paid_at=at(5), product="年卡")])
    assert _tier(desk) == ("vip", "plan")
    gone = order("a", member_id="M1", amount="365", refund="365", paid_at=at(5), product="年卡")
    bring_in(desk, tmp_path, [gone])
    assert value_of(desk.db, "SELECT refunded_fen FROM plan_refund") == 36_500
    assert _tier(desk) == ("regular", None)
    assert match_purchases(desk, now=NOW).refunds == 0


def test_goods_that_become_a_plan_later_are_found_in_old_orders(desk: Desk) -> None:
    save_plan(desk, OWNER, PLAN.model_copy(update={"product_keys": ("奶粉",)}), plan_id=1, now=NOW)
    assert match_purchases(desk, now=NOW).purchases == 3
    assert match_purchases(desk, now=NOW).purchases == 0


REFUSED: list[tuple[str, Callable[[Desk], Any], str]] = [
    ("no plan", lambda d: record_purchase(d, OWNER, 1, 9, key="x", now=NOW), "plan_unknown"),
    ("nobody", lambda d: record_purchase(d, OWNER, 99, 1, key="x", now=NOW), "member_unknown"),
    ("no purchase", lambda d: preview_refund(d, 9, now=NOW), "plan_purchase_unknown"),
    ("change of nothing", lambda d: save_plan(d, OWNER, PLAN, plan_id=7, now=NOW), "plan_unknown"),
    ("goods of another plan", lambda d: save_plan(d, OWNER, PLAN, now=NOW), "plan_product_twice"),
    ("no tier", lambda d: save_plan(d, OWNER, PLAN.model_copy(update={"tier": "x"}), plan_id=1, now=NOW), "plan_tier"),
]


@pytest.mark.parametrize(("act", "code"), [(act, code) for _, act, code in REFUSED], ids=[name for name, *_ in REFUSED])
def test_what_cannot_be_is_refused(act: Callable[[Desk], Any], code: str, desk: Desk) -> None:
    with pytest.raises(Refusal) as refused:
        act(desk)
    assert refused.value.code == code
    assert list_plans(desk)[0].plan == PLAN


def test_a_plan_off_sale_is_not_sold_but_runs_on(desk: Desk) -> None:
    _buy(desk)
    save_plan(desk, OWNER, PLAN.model_copy(update={"on_sale": False}), plan_id=1, now=NOW)
    with pytest.raises(Refusal, match="plan_not_on_sale"):
        _buy(desk, "2")
    assert _tier(desk) == ("vip", "plan")


def test_who_ends_when_and_what_they_brought(desk: Desk, tmp_path: Path) -> None:
    first = _buy(desk, now=NOW - timedelta(days=15))
    _buy(desk, "other", 2)
    gone = _buy(desk, "gone", 3)
    refund_purchase(desk, OWNER, gone, now=NOW)
    bring_in(
        desk,
        tmp_path,
        [order("x", member_id="M1", amount="50", paid_at=at(3)), order("y", member_id="M1", amount="7", paid_at=at(1))],
    )
    holders = {holder.member_id: holder for holder in list_holders(desk, now=NOW)}
    assert {number: holder.state for number, holder in holders.items()} == {1: "running", 2: "running", 3: "refunded"}
    one = holders[1]
    assert (one.purchase_id, one.paid_fen, one.last_day) == (first, 36_500, date(2027, 2, 15))
    # As many days before the first term as since: the order of 20 days ago lies in the 15 days before it.
    assert (one.days, one.before.orders, one.before.net_fen, one.after.orders, one.after.net_fen) == (
        15,
        1,
        1_000,
        2,
        5_700,
    )
    soon = NOW + timedelta(days=340)
    assert {h.member_id: h.state for h in list_holders(desk, now=soon)}[1] == "ending"
    assert {h.member_id: h.state for h in list_holders(desk, now=soon + timedelta(days=20))}[1] == "over"


def test_who_has_renewed_is_not_reminded(desk: Desk) -> None:
    first, other = _buy(desk), _buy(desk, "2", 2)
    end = NOW + timedelta(days=366)

    def ending() -> list[int]:
        with desk.db.read() as session:
            return [row.id for row in rows.ending_between(session, end - timedelta(days=2), end)]

    assert ending() == [first, other]
    renewed = _buy(desk, "3", 1, now=LATER)
    assert ending() == [other]
    refund_purchase(desk, OWNER, renewed, now=LATER)
    assert ending() == [first, other]
    refund_purchase(desk, OWNER, other, now=LATER)
    assert ending() == [first]


def _verify(desk: Desk) -> dict[str, int]:
    return {name: count for name, count in verify_store(desk).checks.items() if count}


def test_a_list_with_detail_that_numbers_lines_anew_keeps_the_purchase(desk: Desk, tmp_path: Path) -> None:
    bought = order(9, member_id="M1", product="年卡", amount="365")
    bring_in(desk, tmp_path, [bought])
    detail = [bought | {"line_no": "8801", "product": "赠品", "amount": "0"}, bought | {"line_no": "8802"}]
    bring_in(desk, tmp_path, detail)
    kept = rows_of(
        desk.db, "SELECT i.line_no, i.amount_fen FROM plan_purchase p JOIN order_item i ON i.id = p.order_item_id"
    )
    assert kept == [("8802", 36_500)]
    assert _verify(desk) == {}


def test_a_purchase_stays_when_its_goods_are_in_no_line_any_more(desk: Desk, tmp_path: Path) -> None:
    bought = order(9, member_id="M1", product="年卡", amount="365")
    bring_in(desk, tmp_path, [bought])
    bring_in(desk, tmp_path, [bought | {"line_no": "8801", "product": "奶粉"}])
    assert len(list_holders(desk, now=NOW)) == 1
    assert _verify(desk) == {}
