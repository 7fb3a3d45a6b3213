"""The guard on baskets made by hand: which are typical, who pays more than whom, and what falls below its cost."""

from typing import Any

from core.documents.benefits import Benefit, Cell
from core.documents.ladder import tmall_ladder
from core.documents.offer import Offer, Relative
from core.documents.pricing import Floor, NewcomerCoupon, PlatformLine, PriceSettings
from core.documents.rules import RuleDocument
from core.rules.baskets import Goods, TypicalBasket, typical_baskets
from core.rules.deductions import HeldCoupon, MemberKind
from core.rules.price_guard import NEWCOMER, GuardKind, GuardReport, guard_prices

MILK = Goods(1, "奶粉", "奶粉", 200_00, 120_00)
SOCKS = Goods(2, "棉袜", "童装", 29_00, 20_00)
TOY = Goods(3, "积木", "玩具", 89_00, 95_00)
GOODS = {one.id: one for one in (MILK, SOCKS, TOY)}
TIERS = ("regular", "silver", "vip", "supreme")


def _alone(goods: Goods, orders: int = 10) -> TypicalBasket:
    return TypicalBasket("alone", (goods.id,), (goods.line(),), orders)


def _rules(**levels: int) -> RuleDocument:
    cells = {tier: Cell(level=level) for tier, level in levels.items()}
    price = Benefit(code="price", kind="member_price", name_zh="会员价", name_en="Member price", cells=cells)
    return tmall_ladder().model_copy(update={"benefits": (price,)})


def _coupon(source: str, **changes: Any) -> HeldCoupon:
    plain: dict[str, Any] = {"name": source, "kind": "amount", "value": 20_00, "validity": Relative(days=7)}
    return HeldCoupon(source, Offer(**(plain | changes)))


def _kinds(held: dict[str, tuple[HeldCoupon, ...]] | None = None) -> list[GuardKind]:
    kinds = []
    for code in (NEWCOMER, *TIERS):
        tier, new = ("regular", True) if code == NEWCOMER else (code, False)
        coupons = (held or {}).get(code, ())
        members: dict[Any, MemberKind] = {"plain": MemberKind(tier, new), "offers": MemberKind(tier, new, coupons)}
        kinds.append(GuardKind(code, members))
    return kinds


def _guard(settings: PriceSettings, rules: RuleDocument, *goods: Goods, **more: Any) -> GuardReport:
    held = more.pop("held", None)
    return guard_prices([_alone(one) for one in goods or (MILK,)], _kinds(held), settings, rules, **more)


def test_one_price_for_everybody_is_fair() -> None:
    report = _guard(PriceSettings(), _rules(), MILK, SOCKS)
    assert report.findings == report.below == report.dear == ()
    assert set(report.payable[0].values()) == {200_00}


def test_a_newcomer_coupon_that_no_tier_matches_is_named() -> None:
    settings = PriceSettings(newcomer=NewcomerCoupon(off_fen=20_00, from_fen=99_00))
    report = _guard(settings, _rules(silver=500, vip=1_000, supreme=1_500), MILK, SOCKS)
    found = [(one.code, one.kind, one.versus, one.count, one.worst.gap_fen) for one in report.findings]
    assert found == [
        ("loyal_pays_more", "regular", NEWCOMER, 1, 20_00),
        ("loyal_pays_more", "silver", NEWCOMER, 1, 10_00),
    ]
    assert {one.blame.code for one in report.findings if one.blame} == {"newcomer"}


def test_exactly_the_same_price_is_no_finding() -> None:
    settings = PriceSettings(newcomer=NewcomerCoupon(off_fen=20_00))
    rules = _rules(regular=0, silver=1_000, vip=1_000, supreme=1_000)
    assert [one.kind for one in _guard(settings, rules).findings] == ["regular"]
    cheaper = PriceSettings(newcomer=NewcomerCoupon(off_fen=20_01))
    assert [one.kind for one in _guard(cheaper, rules).findings] == ["regular", "silver", "vip", "supreme"]


def test_a_tier_above_another_that_pays_more_is_named_with_what_the_lower_one_has() -> None:
    coupon = _coupon("campaign:7", value=30_00)
    report = _guard(PriceSettings(), _rules(), held={"silver": (coupon,)})
    (found,) = report.findings
    assert (found.code, found.kind, found.versus, found.worst.variant) == ("tiers_inverted", "vip", "silver", "offers")
    assert found.blame is not None and found.blame.source == "campaign:7"


def test_a_stack_below_cost_names_the_item_the_loss_and_what_takes_most() -> None:
    settings = PriceSettings(platform=(PlatformLine(kind="official", rate_bp=1_500),))
    held = {"vip": (_coupon("journey:birthday", value=50_00),)}
    report = _guard(settings, _rules(vip=1_000), MILK, SOCKS, held=held)
    # 200.00 - 30.00 - 17.00 - 50.00 = 103.00, cost 120.00; 29.00 - 4.35 - 2.46 - 22.19 = 0
    assert [(one.product, one.kind, one.pays_fen, one.cost_fen) for one in report.below] == [
        (SOCKS.id, "vip", 0, 20_00),
        (MILK.id, "vip", 103_00, 120_00),
    ]
    (loss,) = [one for one in report.findings if one.code == "below_cost"]
    assert (loss.kind, loss.count, loss.worst.gap_fen) == ("vip", 2, 20_00)
    assert loss.blame is not None and loss.blame.source == "journey:birthday"


def test_the_cost_itself_is_not_below_cost() -> None:
    rules = _rules(supreme=4_000)
    assert _guard(PriceSettings(), rules).below == ()
    assert [one.pays_fen for one in _guard(PriceSettings(), _rules(supreme=4_001)).below] == [119_98]


def test_a_price_that_is_below_cost_without_any_stack_is_told_apart() -> None:
    report = _guard(PriceSettings(), _rules(vip=500), TOY)
    assert report.below == ()
    assert report.dear == (TOY.id,)


def test_a_floor_of_ours_hides_no_loss() -> None:
    settings = PriceSettings(floor=Floor(kind="cost"))
    assert len(_guard(settings, _rules(supreme=5_000)).below) == 1


def test_of_one_source_only_what_it_has_a_part_in_is_told() -> None:
    settings = PriceSettings(newcomer=NewcomerCoupon(off_fen=10_00))
    held = {"silver": (_coupon("campaign:7", value=90_00),)}
    report = _guard(settings, _rules(), held=held, source="campaign:7")
    assert [(one.code, one.kind) for one in report.findings] == [("tiers_inverted", "vip"), ("below_cost", "silver")]
    assert [one.kind for one in report.below] == ["silver"]
    assert _guard(settings, _rules(), held=held, source="campaign:8").findings == ()


def _sold(*orders: dict[int, int]) -> list[tuple[int, int, int]]:
    return [(number, product, pieces) for number, order in enumerate(orders) for product, pieces in order.items()]


def test_typical_baskets_come_from_the_orders_themselves() -> None:
    orders = [{1: 1}] * 4 + [{1: 2}] + [{2: 1, 3: 1}] * 3 + [{2: 3}]
    found = typical_baskets(_sold(*orders), GOODS, [100_00])
    said = {(one.why, one.products, tuple(line.quantity for line in one.lines)): one.orders for one in found}
    assert said == {
        ("alone", (1,), (1,)): 5,
        ("alone", (2,), (1,)): 4,
        ("alone", (3,), (1,)): 3,
        ("pair", (2, 3), (1, 1)): 3,
        ("category", (2,), (3,)): 1,
    }


def test_baskets_just_under_and_just_over_a_threshold_are_among_them() -> None:
    goods = {number: Goods(number, str(number), None, number * 1_00, 0) for number in (89, 90, 99, 100, 110, 111)}
    orders = [{number: 1} for number in goods]
    found = typical_baskets(_sold(*orders), goods, [100_00])
    assert {one.products for one in found if one.why == "alone"} == {(number,) for number in goods}
    near = typical_baskets(
        _sold({45: 2}, {55: 2}, {50: 2}), {n: Goods(n, "", None, n * 1_00, 0) for n in (45, 50, 55)}, [100_00]
    )
    assert [(one.products, one.list_fen, one.orders) for one in near if one.why == "threshold"] == [
        ((45,), 90_00, 1),
        ((50,), 100_00, 2),
    ]


def test_goods_without_a_price_and_wrong_pieces_are_left_out() -> None:
    assert typical_baskets([(1, 99, 1), (2, 1, 0), (3, 1, -2)], GOODS, []) == []
