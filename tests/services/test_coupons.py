"""Coupons on both stores: issued within limits, found as typed, used once, matched from imported orders."""

import threading
from datetime import timedelta
from typing import Any

import pytest

from core.documents.enums import CouponStatus
from core.documents.offer import Offer as OfferDocument
from core.errors import Refusal
from core.rules.codes import ALPHABET, show_code
from core.rules.coupons import Reject
from core.services.coupons import expiring_coupons, find_coupon, issue_coupons, redeem_coupon
from core.services.desk import Desk
from core.services.imported_codes import before_coupon, match_imported_codes
from core.store.database import Database
from core.store.queries.chores import expire_coupons
from core.store.queries.coupons import insert_offer, void_coupons
from core.store.tables import AuditEntry, Coupon, Offer, Redemption
from tests.services.campaign_shop import NOW, OFFER, OWNER, add_order, all_rows, open_shop


def _issue(desk: Desk, members: int = 3, **changes: Any) -> list[str]:
    """Coupons for the first members; their codes in the order of the members."""
    with desk.db.write() as session:
        offer = insert_offer(session, OfferDocument.read(OFFER | changes), NOW)
        issue_coupons(session, desk, offer, [(n, None) for n in range(1, members + 1)], rule="campaign:1", now=NOW)
    with desk.db.read() as session:
        return [row.code for row in all_rows(session, Coupon)]


def test_coupons_get_codes_of_their_own_and_move_the_counters(db: Database) -> None:
    codes = _issue(open_shop(db, 5), 5, tier_values={"vip": 30_00})
    assert len(set(codes)) == 5 and all(len(code) == 15 for code in codes)
    with db.read() as session:
        offer = all_rows(session, Offer)[0]
    assert (offer.issued, offer.liability_fen) == (5, 5 * 20_00)


def test_a_platform_coupon_has_no_code_of_ours(db: Database) -> None:
    assert _issue(open_shop(db, 2), 2, kind="platform", platform_link="https://taobao.com/x") == [None, None]


def test_nobody_gets_more_than_one_may_have(db: Database) -> None:
    desk = open_shop(db, 3)
    with db.write() as session:
        offer = insert_offer(session, OfferDocument.read(OFFER), NOW)
        first = issue_coupons(session, desk, offer, [(1, None), (2, None)], rule="journey:x", now=NOW)
        second = issue_coupons(session, desk, offer, [(2, None), (3, None), (3, None)], rule="journey:x", now=NOW)
        assert (sorted(first), sorted(second)) == ([1, 2], [3])
        void_coupons(session, [second[3]])
        assert sorted(issue_coupons(session, desk, offer, [(3, None)], rule="journey:x", now=NOW)) == [3]


@pytest.mark.parametrize(
    ("_case", "limits", "code", "fits"),
    [
        ("budget, to the fen", {"budget_fen": 3 * 20_00}, "budget_exceeded", 3),
        ("budget, one fen short", {"budget_fen": 3 * 20_00 - 1}, "budget_exceeded", 2),
        ("limit", {"total_limit": 3}, "limit_exceeded", 3),
    ],
)
def test_the_limit_itself_still_fits_and_one_more_does_not(
    db: Database, _case: str, limits: dict[str, int], code: str, fits: int
) -> None:
    desk = open_shop(db, 4)
    with db.write() as session:
        offer = insert_offer(session, OfferDocument.read(OFFER | limits), NOW)
        with pytest.raises(Refusal, match=code):
            issue_coupons(session, desk, offer, [(n, None) for n in range(1, fits + 2)], rule="r", now=NOW)
        assert (
            len(issue_coupons(session, desk, offer, [(n, None) for n in range(1, fits + 1)], rule="r", now=NOW)) == fits
        )


def test_a_code_is_found_as_people_type_it(db: Database) -> None:
    desk = open_shop(db, 1)
    (code,) = _issue(desk, 1)
    assert find_coupon(desk, OWNER, f" {show_code(code).lower()} ", now=NOW).member_id == 1
    wrong = code[:-1] + next(symbol for symbol in ALPHABET if symbol != code[-1])
    with pytest.raises(Refusal, match="code_check"):
        find_coupon(desk, OWNER, wrong, now=NOW)
    assert find_coupon(desk, OWNER, code, now=NOW + timedelta(days=9)).status is CouponStatus.EXPIRED


def test_using_a_coupon_again_on_the_same_order_is_the_same_use(db: Database) -> None:
    desk = open_shop(db, 1)
    (code,) = _issue(desk, 1)
    first = redeem_coupon(desk, OWNER, code, order_no="T1", basket_fen=100_00, now=NOW)
    again = redeem_coupon(desk, OWNER, code, order_no="T1", basket_fen=100_00, now=NOW + timedelta(hours=1))
    assert (first.discount_fen, first.again) == (20_00, False)
    assert (again.occurred_at, again.again) == (first.occurred_at, True)
    with pytest.raises(Refusal, match="coupon_already_used") as refused:
        redeem_coupon(desk, OWNER, code, order_no="T2", basket_fen=100_00, now=NOW)
    assert refused.value.params == {"when": "2026-03-02 10:00", "order": "T1"}
    with db.read() as session:
        assert len(all_rows(session, Redemption)) == 1
        assert [row.action for row in all_rows(session, AuditEntry)] == ["coupon.redeemed"]


@pytest.mark.parametrize(
    ("_case", "order_no", "basket", "days", "code"),
    [
        ("one fen below the threshold", None, 99_99, 0, "coupon_below_threshold"),
        ("the day after its last", None, 100_00, 8, "coupon_expired"),
        ("before it begins", None, 100_00, -1, "coupon_not_started"),
        ("on somebody else's order", "before-4", 100_00, 0, "coupon_wrong_member"),
    ],
)
def test_a_coupon_is_refused_with_the_reason(
    db: Database, _case: str, order_no: str | None, basket: int, days: int, code: str
) -> None:
    desk = open_shop(db, 4)
    coupon = _issue(desk, 1)[0]
    with pytest.raises(Refusal, match=code):
        redeem_coupon(desk, OWNER, coupon, order_no=order_no, basket_fen=basket, now=NOW + timedelta(days=days))
    assert find_coupon(desk, OWNER, coupon, now=NOW).status is CouponStatus.ISSUED


def test_a_void_coupon_and_one_of_another_shop_are_refused(db: Database) -> None:
    desk = open_shop(db, 1)
    (code,) = _issue(desk, 1)
    with db.write() as session:
        assert void_coupons(session, [1]) == 1
        assert void_coupons(session, [1]) == 0
    with pytest.raises(Refusal, match="coupon_void"):
        redeem_coupon(desk, OWNER, code, basket_fen=100_00, now=NOW)
    with pytest.raises(Refusal, match="coupon_unknown"):
        redeem_coupon(desk, OWNER, "2" * 15, basket_fen=100_00, now=NOW)


def test_clerks_that_use_a_code_at_once_use_it_once(db: Database) -> None:
    desk = open_shop(db, 1)
    (code,) = _issue(desk, 1)
    answers: list[str] = []

    def use(order_no: str) -> None:
        try:
            redeem_coupon(desk, OWNER, code, order_no=order_no, basket_fen=100_00, now=NOW)
            answers.append("used")
        except Refusal as refusal:
            answers.append(refusal.code)

    threads = [threading.Thread(target=use, args=(f"T{number}",)) for number in range(4)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert sorted(answers) == ["coupon_already_used"] * 3 + ["used"]


def test_codes_in_imported_orders_become_redemptions(db: Database) -> None:
    desk = open_shop(db, 6)
    codes = _issue(desk, 6)
    later = NOW + timedelta(days=1)
    add_order(db, 1, "column", later, 80_00, code=codes[0])
    add_order(db, 2, "memo", later, 150_00, code=f"客服改价 {show_code(codes[1])} 谢谢")
    add_order(db, 3, "short", later, 79_99, code=codes[2])
    add_order(db, 4, "foreign", later, 200_00, code=codes[4])
    add_order(db, 1, "twice", later + timedelta(hours=1), 200_00, code=codes[0])
    add_order(db, 6, "other-shop", later, 200_00, code="SAVE10")
    add_order(db, 6, "late", later + timedelta(days=20), 200_00, code=codes[5])
    redeem_coupon(desk, OWNER, codes[3], order_no="desk", basket_fen=100_00, now=NOW)
    add_order(db, 4, "desk", later, 80_00, code=codes[3])
    with db.write() as session:
        found = match_imported_codes(session, desk, None, NOW + timedelta(days=2))
        assert (found.redeemed, found.known) == (2, 1)
        assert {(reject.order_no, reject.reason) for reject in found.rejects} == {
            ("short", Reject.BELOW_THRESHOLD),
            ("foreign", Reject.WRONG_MEMBER),
            ("twice", Reject.ALREADY_USED),
            ("late", Reject.EXPIRED),
        }
        again = match_imported_codes(session, desk, 1, NOW + timedelta(days=2))
        assert (again.redeemed, again.known) == (0, 3)
        uses = {row.order_no: (row.source, row.discount_fen, row.occurred_at) for row in all_rows(session, Redemption)}
    assert uses["column"] == uses["memo"] == ("import", 20_00, later)


def test_a_coupon_that_ran_out_before_the_import_counts_if_it_was_paid_in_time(db: Database) -> None:
    desk = open_shop(db, 2)
    codes = _issue(desk, 2)
    late = NOW + timedelta(days=9)
    with db.write() as session:
        assert expire_coupons(session, late) == [1, 2]
    add_order(db, 1, "in-time", NOW + timedelta(days=7), 80_00, code=codes[0])
    with db.write() as session:
        assert match_imported_codes(session, desk, None, late).redeemed == 1
        assert [row.status for row in all_rows(session, Coupon)] == [CouponStatus.REDEEMED, CouponStatus.EXPIRED]


@pytest.mark.parametrize(
    ("_case", "changes", "paid", "basket"),
    [
        ("an amount", {}, 80_00, 100_00),
        ("a percentage", {"kind": "percent", "value": 1_000, "max_discount_fen": 30_00}, 90_00, 100_00),
        ("a percentage at its cap", {"kind": "percent", "value": 1_000, "max_discount_fen": 30_00}, 970_00, 1_000_00),
        ("a gift", {"kind": "gift", "value": 0, "cost_fen": 15_00}, 80_00, 80_00),
    ],
)
def test_the_basket_before_a_coupon_is_what_was_paid_and_what_it_took_off(
    _case: str, changes: dict[str, Any], paid: int, basket: int
) -> None:
    assert before_coupon(OfferDocument.read(OFFER | changes), None, paid) == basket


def test_what_runs_out_soon_is_summed_and_listed(db: Database) -> None:
    desk = open_shop(db, 3)
    codes = _issue(desk, 3)
    redeem_coupon(desk, OWNER, codes[0], basket_fen=100_00, now=NOW)
    assert expiring_coupons(desk, OWNER, now=NOW)[0].coupons == 0
    total, listed = expiring_coupons(desk, OWNER, now=NOW + timedelta(days=5))
    assert (total.coupons, total.value_fen) == (2, 40_00)
    assert [view.code for view in listed] == codes[1:]
