"""The price guard over a store: baskets from its orders, coupons by kind of person, rules and campaigns before they go out."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlmodel import Session, col, select

from core.documents.benefits import Benefit, Cell
from core.documents.enums import CouponStatus
from core.documents.journey import BIRTHDAY, default_journeys
from core.documents.ladder import tmall_ladder
from core.documents.offer import Offer, Relative
from core.documents.pricing import Classes, Floor, NewcomerCoupon, PlatformLine, PriceSettings
from core.documents.rules import RuleDocument
from core.errors import Refusal
from core.rules.price_guard import NEWCOMER
from core.services.desk import Desk
from core.services.price_guard import guard_campaign, guard_rules, guard_settings, read_guard
from core.services.price_quote import Wanted, find_member, kind_of_member, quote_basket
from core.services.price_settings import read_price_settings, save_price_settings
from core.services.products import ProductEdit, edit_products, list_products
from core.store.database import Database
from core.store.queries.coupons import NewCoupon, insert_coupons, insert_offer
from core.store.queries.rule_versions import ensure_first_version
from core.store.tables import AuditEntry, Journey, Member, MemberTier, Order, OrderItem, Product
from tests.services.campaign_shop import NOW, OWNER, document, open_shop

MILK, SOCKS, TOY = 1, 2, 3
PRICES = {MILK: (200_00, 120_00), SOCKS: (29_00, None), TOY: (None, None)}
NEWCOMER_COUPON = PriceSettings(newcomer=NewcomerCoupon(off_fen=20_00, from_fen=99_00))


@pytest.fixture
def desk(db: Database) -> Iterator[Desk]:
    """Sixty people, twenty with an order of the goods; every fifth is vip."""
    opened = open_shop(db)
    with db.write() as session:
        session.execute(text("DELETE FROM member_tier"))
        session.execute(text("DELETE FROM rule_version"))
        ensure_first_version(session, NOW)
        for number, (price, cost) in PRICES.items():
            session.add(
                Product(
                    id=number, platform="shop", product_key=f"p{number}", title=f"货{number}", category="母婴",
                    price_fen=price, cost_fen=cost,
                )
            )  # fmt: skip
        session.flush()
        version = session.execute(text("SELECT id FROM rule_version")).scalar_one()
        for member in session.exec(select(col(Member.id)).where(col(Member.joined_at).is_not(None))):
            tier = "vip" if member % 5 == 0 else "regular"
            session.add(
                MemberTier(
                    member_id=member, tier=tier, since=NOW, window_spend_fen=0, window_orders=0,
                    rule_version_id=version, evaluated_at=NOW,
                )
            )  # fmt: skip
        for order in session.exec(select(col(Order.id))).all():
            _item(session, order, "1", MILK, 1, 180_00)
            if order % 2:
                _item(session, order, "2", TOY, 2, 100_00)
    yield opened


def _item(session: Session, order: int, line: str, product: int, quantity: int, amount: int) -> None:
    session.add(OrderItem(order_id=order, line_no=line, product_id=product, quantity=quantity, amount_fen=amount))


def _hand_out(desk: Desk, offer: Offer, members: list[int], rule: str = "campaign:9") -> None:
    with desk.db.write() as session:
        number = insert_offer(session, offer, NOW)
        coupons = [NewCoupon(member, None, offer.value, None) for member in members]
        insert_coupons(session, number, rule, coupons, (NOW, NOW + timedelta(days=7)), NOW)


def _offer(**changes: Any) -> Offer:
    plain: dict[str, Any] = {"name": "券", "kind": "amount", "value": 30_00, "validity": Relative(days=7)}
    return Offer(**(plain | changes))


def _with_price(**levels: int) -> RuleDocument:
    cells = {tier: Cell(level=level, value_zh="价", value_en="price") for tier, level in levels.items()}
    price = Benefit(code="price", kind="member_price", name_zh="会员价", name_en="Member price", cells=cells)
    return tmall_ladder().model_copy(update={"benefits": (price,)})


def _members(desk: Desk, tier: str, bought: bool = True) -> list[int]:
    has = "EXISTS" if bought else "NOT EXISTS"
    statement = f"""SELECT member_id FROM member_tier t WHERE tier = :tier AND {has}
        (SELECT 1 FROM shop_order o WHERE o.member_id = t.member_id) ORDER BY 1"""
    with desk.db.read() as session:
        return [int(row[0]) for row in session.execute(text(statement), {"tier": tier})]


def test_without_discounts_everything_is_fair(desk: Desk) -> None:
    report = read_guard(desk, now=NOW).report
    assert report.findings == report.below == ()
    assert report.kinds == (NEWCOMER, "regular", "silver", "vip", "supreme")
    assert {basket.products for basket in report.baskets} >= {(MILK,), (TOY,), (MILK, TOY)}
    assert report.orders == 20
    # The toy has no price: a piece was sold for 50.00 at most; socks were never sold.
    assert {basket.list_fen for basket in report.baskets if basket.products == (TOY,)} == {50_00}
    assert report.assumed == 1


def test_settings_are_kept_once_and_faults_refused(desk: Desk) -> None:
    assert read_price_settings(desk) == PriceSettings()
    save_price_settings(desk, OWNER, NEWCOMER_COUPON, now=NOW)
    save_price_settings(desk, OWNER, NEWCOMER_COUPON, now=NOW)
    assert read_price_settings(desk) == NEWCOMER_COUPON
    with desk.db.read() as session:
        saved = select(AuditEntry).where(col(AuditEntry.action) == "prices.saved")
        assert len(session.exec(saved).all()) == 1
    wrong = PriceSettings(classes=Classes(coupon="never"), most_coupons=2)
    with pytest.raises(Refusal, match="price_coupons_never"):
        save_price_settings(desk, OWNER, wrong, now=NOW)
    assert read_price_settings(desk) == NEWCOMER_COUPON


def test_settings_under_edit_are_tried_before_they_are_kept(desk: Desk) -> None:
    tried = guard_settings(desk, NEWCOMER_COUPON, now=NOW)
    assert {one.code for one in tried.findings} == {"loyal_pays_more"}
    assert read_guard(desk, now=NOW).report.findings == ()


def test_rules_under_edit_can_mend_it_or_break_it(desk: Desk) -> None:
    save_price_settings(desk, OWNER, NEWCOMER_COUPON, now=NOW)
    assert len(guard_rules(desk, tmall_ladder(), now=NOW).findings) == 4
    # A tenth off for everybody from silver on: 180.00 is what a newcomer pays with the coupon.
    mended = guard_rules(desk, _with_price(silver=1_000, vip=1_000, supreme=1_000), now=NOW)
    assert {one.kind for one in mended.findings} == {"regular"}
    broken = guard_rules(desk, _with_price(vip=4_500), now=NOW)
    assert [one.product for one in broken.below] == [TOY, MILK] or [one.product for one in broken.below] == [MILK, TOY]
    assert ("tiers_inverted", "supreme") in {(one.code, one.kind) for one in broken.findings}


def test_coupons_in_hand_count_for_the_kinds_that_hold_them(desk: Desk) -> None:
    _hand_out(desk, _offer(), [*_members(desk, "regular")[:3], *_members(desk, "regular", bought=False)[:2]])
    found = read_guard(desk, now=NOW)
    (offer,) = found.offers
    assert (offer.source, dict(offer.people)) == ("campaign:9", {"regular": 3, NEWCOMER: 2})
    assert dict(offer.mean_fen) == {"regular": 30_00, NEWCOMER: 30_00}
    kinds = {(one.code, one.kind, one.worst.variant) for one in found.report.findings}
    assert ("loyal_pays_more", "vip", "offers") in kinds
    assert ("tiers_inverted", "silver", "offers") in kinds
    assert ("loyal_pays_more", "regular", "offers") not in kinds


@pytest.mark.parametrize(
    ("_case", "change"),
    [
        ("used", "status = 'redeemed'"),
        ("void", "status = 'void'"),
        ("over", "valid_from = 0, valid_until = 1"),
    ],
)
def test_a_coupon_that_cannot_be_used_any_more_counts_for_nobody(_case: str, change: str, desk: Desk) -> None:
    _hand_out(desk, _offer(), _members(desk, "vip"))
    with desk.db.write() as session:
        session.execute(text(f"UPDATE coupon SET {change}"))
    assert read_guard(desk, now=NOW).offers == ()
    assert CouponStatus.ISSUED not in ("redeemed", "void")


def test_a_coupon_for_one_person_is_listed_and_compares_nobody(desk: Desk) -> None:
    _hand_out(desk, _offer(value=100_00), _members(desk, "regular")[:1], rule="goodwill:1")
    found = read_guard(desk, now=NOW)
    assert [(one.source, dict(one.people)) for one in found.offers] == [("goodwill:1", {"regular": 1})]
    assert found.report.findings == ()


def test_people_who_do_not_count_hold_nothing_and_fill_no_basket(desk: Desk) -> None:
    _hand_out(desk, _offer(), _members(desk, "vip"))
    with desk.db.write() as session:
        session.execute(text("UPDATE member SET not_counted = 'staff'"))
    found = read_guard(desk, now=NOW)
    assert found.offers == ()
    assert found.report.baskets == ()


def test_a_reminder_that_is_on_reaches_every_tier(desk: Desk) -> None:
    birthday = next(one for one in default_journeys() if one.code == BIRTHDAY)
    with desk.db.write() as session:
        session.add(Journey(code=BIRTHDAY, enabled=True, document=birthday.canonical(), updated_at=NOW))
    found = read_guard(desk, now=NOW)
    assert [one.source for one in found.offers] == ["journey:birthday"]
    # A hundred yuan off anything sells the toy (50.00, reckoned cost 30.00) for nothing, and the milk below its cost.
    assert {(one.product, one.kind, one.pays_fen) for one in found.report.below} == {
        (TOY, "vip", 0),
        (MILK, "supreme", 100_00),
    }
    loss = next(one for one in found.report.findings if one.code == "below_cost" and one.kind == "supreme")
    assert loss.blame is not None and loss.blame.source == "journey:birthday"


def test_a_campaign_is_judged_by_its_own_part_before_it_is_sent(desk: Desk) -> None:
    save_price_settings(desk, OWNER, NEWCOMER_COUPON, now=NOW)
    plain = _offer(value=90_00).as_json()
    report = guard_campaign(desk, document(offer=plain), now=NOW)
    assert {one.product for one in report.below} == {MILK, TOY}
    assert all(one.code != "loyal_pays_more" or one.worst.variant == "offers" for one in report.findings)
    harmless = guard_campaign(desk, document(offer=_offer(value=1).as_json()), now=NOW)
    assert harmless.below == ()
    assert guard_campaign(desk, document(offer=None), now=NOW).findings == ()


@pytest.mark.parametrize(
    ("_case", "segment", "found"),
    [
        ("long away: no supreme by chance", {"field": "recency_days", "op": "ge", "value": 1}, set()),
        (
            "one tier on purpose",
            {"field": "tier", "op": "in", "value": ["regular"]},
            {"tiers_inverted", "loyal_pays_more"},
        ),
    ],
)
def test_a_group_leaves_tiers_out_on_purpose_only_when_it_asks_about_loyalty(
    _case: str, segment: dict[str, Any], found: set[str], desk: Desk
) -> None:
    report = guard_campaign(desk, document(offer=_offer(value=1_00).as_json(), segment=segment), now=NOW)
    assert {one.code for one in report.findings} == found


def test_a_floor_in_the_settings_hides_no_loss_from_the_guard(desk: Desk) -> None:
    limits = PriceSettings(platform=(PlatformLine(kind="official", rate_bp=5_000),), floor=Floor(kind="cost"))
    assert len(guard_settings(desk, limits, now=NOW).below) == 2


def test_prices_and_costs_are_edited_once_with_one_audit_row(desk: Desk) -> None:
    lines = {one.id: one for one in list_products(desk, now=NOW)}
    assert [(one.orders, one.seen_fen) for one in lines.values()] == [(20, 180_00), (10, 50_00), (0, None)]
    edits = {TOY: ProductEdit(59_90, 31_00), MILK: ProductEdit(200_00, 120_00)}
    assert edit_products(desk, OWNER, edits, now=NOW) == 1
    assert edit_products(desk, OWNER, edits, now=NOW) == 0
    found = {one.id: one for one in list_products(desk, now=NOW)}
    assert (found[TOY].price_fen, found[TOY].cost_fen) == (59_90, 31_00)
    assert edit_products(desk, OWNER, {TOY: ProductEdit(None, None)}, now=NOW) == 1
    with desk.db.read() as session:
        rows = session.exec(select(AuditEntry).where(col(AuditEntry.action) == "products.edited")).all()
    assert [row.count for row in rows] == [1, 1]


@pytest.mark.parametrize(
    ("_case", "edits", "code"),
    [
        ("nobody's product", {99: ProductEdit(1, 1)}, "product_unknown"),
        ("a negative cost", {MILK: ProductEdit(1, -1)}, "product_amount"),
    ],
)
def test_a_wrong_edit_changes_nothing(_case: str, edits: dict[int, ProductEdit], code: str, desk: Desk) -> None:
    before = list_products(desk, now=NOW)
    with pytest.raises(Refusal, match=code):
        edit_products(desk, OWNER, {TOY: ProductEdit(1, 1), **edits}, now=NOW)
    assert list_products(desk, now=NOW) == before


def test_a_real_member_is_priced_with_what_they_hold(desk: Desk) -> None:
    member = _members(desk, "vip")[0]
    _hand_out(desk, _offer(threshold_fen=100_00, kind="threshold"), [member])
    with desk.db.write() as session:
        session.execute(
            text(
                "INSERT INTO member_points (member_id, pending, active, debt, spent, expired, next_expiry_points,"
                " evaluated_at) VALUES (:member, 0, 700, 0, 0, 0, 0, 0)"
            ),
            {"member": member},
        )
    found = find_member(desk, member, now=NOW)
    assert (found.tier, found.newcomer, found.points) == ("vip", False, 700)
    priced = quote_basket(desk, [Wanted(MILK), Wanted(None, 2, 10_00)], found, now=NOW)
    assert (priced.quote.list_fen, priced.quote.payable_fen) == (220_00, 190_00)
    assert find_member(desk, member, now=NOW + timedelta(days=8)).coupons == ()
    newcomer = find_member(desk, _members(desk, "regular", bought=False)[0], now=NOW)
    assert newcomer.newcomer


def test_a_kind_of_member_is_priced_with_or_without_what_runs(desk: Desk) -> None:
    _hand_out(desk, _offer(), _members(desk, "vip"))
    kinds = [kind_of_member(desk, "vip", with_offers=with_offers, points=0, now=NOW) for with_offers in (True, False)]
    assert [quote_basket(desk, [Wanted(MILK)], kind, now=NOW).quote.payable_fen for kind in kinds] == [170_00, 200_00]
    with pytest.raises(Refusal, match="tier_unknown"):
        kind_of_member(desk, "gold", with_offers=True, points=0, now=NOW)


@pytest.mark.parametrize(
    ("_case", "wanted", "code"),
    [
        ("nothing", [], "quote_empty"),
        ("no such product", [Wanted(99)], "product_unknown"),
        ("a product without any price", [Wanted(4)], "product_unknown"),
        ("no piece", [Wanted(MILK, 0)], "quote_amount"),
        ("below nothing", [Wanted(None, 1, -1)], "quote_amount"),
        ("too many", [Wanted(MILK)] * 31, "quote_lines"),
    ],
)
def test_a_basket_that_makes_no_sense_is_refused(_case: str, wanted: list[Wanted], code: str, desk: Desk) -> None:
    with desk.db.write() as session:
        session.add(Product(id=4, platform="shop", product_key="p4", title="无价"))
    member = kind_of_member(desk, "vip", with_offers=False, points=0, now=NOW)
    with pytest.raises(Refusal, match=code):
        quote_basket(desk, wanted, member, now=NOW)
