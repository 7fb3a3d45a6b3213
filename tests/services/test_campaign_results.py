"""The comparison of a campaign on both stores: who counts, when, what it cost, and what it says."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from core.documents.enums import Area, Arm, Verdict
from core.errors import Refusal
from core.services.campaign_list import list_campaigns, show_campaign
from core.services.campaign_results import campaign_result
from core.services.campaigns import draft_campaign, launch_campaign
from core.services.coupons import redeem_coupon
from core.services.desk import Desk
from core.services.imported_codes import match_imported_codes
from core.store.database import Database
from core.store.tables import Coupon, Decision, Order, OrderItem, OutboxMessage, Product
from tests.services.campaign_shop import NOW, OFFER, OWNER, add_order, all_rows, document, open_shop

END = NOW + timedelta(days=14)


def _launched(db: Database, people: int = 60, **changes: Any) -> tuple[Desk, int, list[int], list[int]]:
    """A launched campaign with its treated and its left-out members."""
    desk = open_shop(db, people)
    number = draft_campaign(desk, OWNER, document(**changes), draft_key="k", now=NOW)
    launch_campaign(desk, OWNER, number, now=NOW)
    with db.read() as session:
        rows = all_rows(session, Decision)
    arms = [[row.member_id for row in rows if row.arm is arm and row.measured] for arm in (Arm.TREATED, Arm.HELD_OUT)]
    return desk, number, arms[0], arms[1]


def _code(db: Database, member_id: int) -> str:
    with db.read() as session:
        return str(next(row.code for row in all_rows(session, Coupon) if row.member_id == member_id))


def test_orders_count_from_the_launch_to_the_end_and_only_of_the_assigned(db: Database) -> None:
    desk, number, treated, left_out = _launched(db)
    first, second, other = treated[0], treated[1], left_out[0]
    add_order(db, first, "at-launch", NOW, 100_00)
    add_order(db, first, "again", NOW + timedelta(days=3), 50_00, refund_fen=20_00)
    add_order(db, second, "before", NOW - timedelta(microseconds=1), 70_00)
    add_order(db, second, "too-late", END, 70_00)
    add_order(db, other, "last-moment", END - timedelta(microseconds=1), 30_00)
    add_order(db, 10, "opted-out", NOW, 500_00)
    add_order(db, None, "unknown", NOW, 500_00)
    result = campaign_result(desk, number, now=END)
    ours, theirs = result.arms
    assert (ours.assigned, ours.buyers, ours.orders, ours.sales_fen, ours.net_fen) == (
        len(treated),
        1,
        2,
        150_00,
        130_00,
    )
    assert (theirs.assigned, theirs.buyers, theirs.orders, theirs.sales_fen) == (len(left_out), 1, 1, 30_00)
    assert ours.margin_fen == 130_00 * 4_000 // 10_000
    assert result.effects["buyers"].difference == pytest.approx(1 / len(treated) - 1 / len(left_out))
    assert result.final


def test_while_it_runs_the_result_says_so(db: Database) -> None:
    desk, number, treated, _ = _launched(db)
    add_order(db, treated[0], "tomorrow", NOW + timedelta(days=1), 100_00)
    early = campaign_result(desk, number, now=NOW + timedelta(hours=1))
    assert (early.final, early.measured_until, early.arms[0].orders) == (False, NOW + timedelta(hours=1), 0)
    assert not campaign_result(desk, number, now=END - timedelta(seconds=1)).final
    assert campaign_result(desk, number, now=END).as_json()["final"] is True


def test_a_result_for_good_is_held_until_something_is_written(db: Database) -> None:
    desk, number, treated, _ = _launched(db)
    held = campaign_result(desk, number, now=END)
    assert campaign_result(desk, number, now=END + timedelta(days=1)) is held
    add_order(db, treated[0], "late", NOW + timedelta(days=1), 100_00)
    with db.write(Area.ORDERS):
        pass
    assert campaign_result(desk, number, now=END).arms[0].orders == held.arms[0].orders + 1


def test_a_draft_has_no_result(db: Database) -> None:
    desk = open_shop(db, 1)
    number = draft_campaign(desk, OWNER, document(), draft_key="k", now=NOW)
    with pytest.raises(Refusal, match="campaign_not_launched"):
        campaign_result(desk, number, now=NOW)
    with pytest.raises(Refusal, match="campaign_unknown"):
        campaign_result(desk, number + 1, now=NOW)


def test_a_coupon_is_a_cost_once_and_the_margin_is_counted_before_it(db: Database) -> None:
    desk, number, treated, _ = _launched(db)
    at = NOW + timedelta(days=1)
    add_order(db, treated[0], "imported", at, 80_00, code=_code(db, treated[0]))
    with db.write() as session:
        match_imported_codes(session, desk, None, at)
    redeem_coupon(desk, OWNER, _code(db, treated[1]), order_no="typed", basket_fen=100_00, now=at)
    add_order(db, treated[1], "typed", at, 80_00)
    redeem_coupon(desk, OWNER, _code(db, treated[2]), order_no="never-imported", basket_fen=100_00, now=at)
    redeem_coupon(desk, OWNER, _code(db, treated[3]), order_no="sent-back", basket_fen=100_00, now=at)
    add_order(db, treated[3], "sent-back", at, 80_00, refund_fen=80_00)
    result = campaign_result(desk, number, now=END)
    assert result.arms[0].redeemed == 4
    assert result.cost_fen == 3 * 20_00  # the one that was sent back cost nothing
    assert result.arms[0].margin_fen == 2 * 100_00 * 4_000 // 10_000  # of the 100 before the coupon, twice
    gained = result.effects["margin_fen"].difference
    assert gained is not None
    assert result.incremental_margin_fen == round((gained - 60_00 / len(treated)) * len(treated))


def test_a_gift_is_a_cost_that_no_price_shows(db: Database) -> None:
    gift = OFFER | {"kind": "gift", "value": 0, "cost_fen": 15_00, "threshold_fen": 0}
    desk, number, treated, _ = _launched(db, offer=gift)
    at = NOW + timedelta(days=1)
    redeem_coupon(desk, OWNER, _code(db, treated[0]), order_no="T", basket_fen=100_00, now=at)
    add_order(db, treated[0], "T", at, 100_00, refund_fen=100_00)
    assert campaign_result(desk, number, now=END).cost_fen == 15_00


def test_a_product_with_a_cost_brings_its_own_margin(db: Database) -> None:
    desk, number, treated, _ = _launched(db)
    add_order(db, treated[0], "mixed", NOW, 100_00)
    with db.write() as session:
        order = next(row for row in all_rows(session, Order) if row.order_no == "mixed")
        session.add(Product(platform="shop", product_key="a", title="a", cost_fen=15_00))
        session.add(Product(platform="shop", product_key="b", title="b"))
        session.flush()
        session.add(OrderItem(order_id=order.id, line_no="1", product_id=1, quantity=2, amount_fen=60_00))
        session.add(OrderItem(order_id=order.id, line_no="2", product_id=2, quantity=1, amount_fen=40_00))
    assert campaign_result(desk, number, now=END).arms[0].margin_fen == (60_00 - 30_00) + 16_00


def test_whoever_always_gets_it_is_not_compared(db: Database) -> None:
    desk, number, treated, left_out = _launched(db, exempt_tiers=["vip"])
    add_order(db, 5, "vip", NOW, 900_00)
    result = campaign_result(desk, number, now=END)
    assert 5 not in treated + left_out
    assert (result.exempt, result.arms[0].orders, result.arms[0].assigned) == (6, 0, len(treated))


def test_without_anybody_left_out_nothing_is_claimed(db: Database) -> None:
    desk, number, treated, _ = _launched(db, hold_out_share=0.0, hold_out_reason="老板决定")
    add_order(db, treated[0], "T", NOW, 900_00)
    result = campaign_result(desk, number, now=END)
    assert (result.verdict, result.incremental_margin_fen) == (Verdict.CANNOT_TELL, None)
    assert {line["difference"] for line in result.as_json()["effects"]} == {None}


def test_nobody_knows_who_used_a_platform_coupon(db: Database) -> None:
    offer = OFFER | {"kind": "platform", "platform_link": "https://taobao.com/x"}
    desk, number, _, _ = _launched(db, offer=offer, message={"text": "{昵称}，{优惠}，{链接}"})
    result = campaign_result(desk, number, now=END)
    assert (result.coupon_cost_known, result.cost_fen) == (False, 0)


@pytest.mark.parametrize(
    ("_case", "buys", "verdict"),
    [
        ("everyone treated buys, nobody else", lambda treated, left_out: treated, Verdict.WORKS),
        ("only those left out buy", lambda treated, left_out: left_out, Verdict.DOES_NOT),
        ("one of each", lambda treated, left_out: [treated[0], left_out[0]], Verdict.CANNOT_TELL),
    ],
)
def test_the_verdict_follows_the_difference(db: Database, _case: str, buys: Any, verdict: Verdict) -> None:
    desk, number, treated, left_out = _launched(db, 150)
    for member in buys(treated, left_out):
        add_order(db, member, f"T{member}", NOW, 100_00 + member)
    assert campaign_result(desk, number, now=END).verdict is verdict


def test_the_funnel_and_the_list_count_the_same(db: Database) -> None:
    desk, number, treated, left_out = _launched(db)
    with db.write() as session:
        sent = {"status": "sent", "sent_at": NOW, "tried_at": NOW}
        session.execute(update(OutboxMessage).where(OutboxMessage.member_id == treated[0]).values(**sent))
    redeem_coupon(desk, OWNER, _code(db, treated[0]), basket_fen=100_00, now=NOW)
    view = show_campaign(desk, number, now=NOW)
    assert [view.line] == list_campaigns(desk, now=NOW)
    assert (view.line.treated, view.line.held_out, view.line.sent, view.line.redeemed) == (
        len(treated),
        len(left_out),
        1,
        1,
    )
    assert (view.audience, view.not_reached) == (60, {"opted_out": 6})
    assert view.messages == {"pending": len(treated) - 1, "sent": 1}
    assert view.coupons == {"issued": (len(treated) - 1, 20_00 * (len(treated) - 1)), "redeemed": (1, 20_00)}
    assert campaign_result(desk, number, now=NOW + timedelta(days=1)).arms[0].sent == 1
