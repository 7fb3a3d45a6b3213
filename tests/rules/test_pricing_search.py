"""The quote against trying every set of deductions, on random baskets and settings; and what must hold of every price."""

from dataclasses import replace
from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from core.documents.benefits import Benefit, Cell
from core.documents.ladder import tmall_ladder
from core.documents.offer import Offer, Relative
from core.documents.pricing import (
    STACKINGS,
    Classes,
    Floor,
    NewcomerCoupon,
    PlatformLine,
    PointsUse,
    PriceSettings,
    Reduction,
    ReductionStep,
)
from core.documents.rules import RuleDocument
from core.rules.deductions import BasketLine, Deduction, HeldCoupon, MemberKind, deductions_for
from core.rules.pricing import floors_of, quote

CATEGORIES = ("奶粉", "玩具")
FEN = st.integers(1, 90_00)
GOODS = st.lists(st.sampled_from(CATEGORIES), max_size=1, unique=True).map(tuple)


def _line(category: str | None, list_fen: int, quantity: int, cost_fen: int | None) -> BasketLine:
    return BasketLine("品", category, list_fen, quantity, cost_fen)


LINES = st.builds(
    _line, st.sampled_from((None, *CATEGORIES)), st.integers(0, 150_00), st.integers(1, 3), st.none() | FEN
)
BASKETS = st.lists(LINES, min_size=1, max_size=3)


def _official(rate: int, most: int | None, place: str, goods: tuple[str, ...]) -> PlatformLine:
    return PlatformLine(kind="official", rate_bp=rate, most_fen=most, place=place, categories=goods)  # type: ignore[arg-type]


def _cross(every: int, off: int, place: str) -> PlatformLine:
    return PlatformLine(kind="cross_shop", from_fen=every + off, off_fen=off, place=place)  # type: ignore[arg-type]


PLACES = st.sampled_from(("list", "left"))
PLATFORM = st.lists(
    st.builds(_official, st.integers(1, 3_000), st.none() | FEN, PLACES, GOODS) | st.builds(_cross, FEN, FEN, PLACES),
    max_size=2,
).map(tuple)


def _reduction(start: int, off: int, more: int, goods: tuple[str, ...]) -> Reduction:
    low = ReductionStep(from_fen=start + off, off_fen=off)
    high = ReductionStep(from_fen=start + off + 2 * more, off_fen=off + more)
    return Reduction(steps=(low, high), categories=goods)


CLASSES = st.builds(Classes, **{name: st.sampled_from(STACKINGS) for name in Classes.model_fields})  # type: ignore[arg-type]
FLOORS = st.builds(Floor, kind=st.sampled_from(("none", "cost", "share")), share_bp=st.integers(5_000, 10_000))
SETTINGS = st.builds(
    PriceSettings,
    platform=PLATFORM,
    reductions=st.lists(st.builds(_reduction, FEN, FEN, FEN, GOODS), max_size=1).map(tuple),
    newcomer=st.none() | st.builds(NewcomerCoupon, off_fen=FEN),
    points=st.none() | st.builds(PointsUse, rate_fen=st.integers(1, 300), most_bp=st.integers(1, 10_000)),
    most_coupons=st.integers(1, 3),
    classes=st.just(Classes()) | CLASSES,
    floor=FLOORS,
)


def _coupon(number: int, value: int, threshold: int, percent: bool, goods: tuple[str, ...]) -> HeldCoupon:
    offer = Offer(
        name=f"券{number}",
        kind="percent" if percent else "amount",
        value=min(value, 5_000) if percent else value,
        threshold_fen=threshold,
        max_discount_fen=30_00 if percent else None,
        validity=Relative(days=7),
        scope_categories=goods,
    )
    return HeldCoupon(f"campaign:{number}", offer)


COUPONS = st.lists(
    st.builds(_coupon, st.integers(1, 99), FEN, st.integers(0, 200_00), st.booleans(), GOODS), max_size=2
)
PEOPLE = st.builds(
    MemberKind,
    tier=st.sampled_from((None, "silver", "vip")),
    newcomer=st.booleans(),
    coupons=COUPONS.map(tuple),
    points=st.integers(0, 5_000),
    stored_fen=st.integers(0, 100_00),
)
_CELLS = {"silver": Cell(level=500), "vip": Cell(level=1_200)}
RULES: RuleDocument = tmall_ladder().model_copy(
    update={"benefits": (Benefit(code="p", kind="member_price", name_zh="价", name_en="price", cells=_CELLS),)}
)


def _by_hand(one: Deduction, base: int) -> int:
    """What a deduction takes of an amount, written anew from its description."""
    if one.kind == "points":
        return min(base * one.rate_bp // 10_000, one.points * one.rate_fen // 100)
    if one.every_fen:
        off = (base // one.every_fen) * one.steps[0][1]
    elif one.rate_bp:
        off = base * one.rate_bp // 10_000 if base >= one.from_fen else 0
    else:
        reached = [off for start, off in one.steps if base >= max(start, one.from_fen)]
        off = reached[-1] if reached else 0
    return min(off, base, one.most_fen or base)


def _apply(found: list[Deduction], basket: list[BasketLine], floors: list[int]) -> tuple[int, int] | None:
    """(payable, points) after these in order; None when one of them takes nothing."""
    left, points = [line.list_fen * line.quantity for line in basket], 0
    for one in found:
        rows = [i for i, line in enumerate(basket) if not one.categories or line.category in one.categories]
        base = sum(left[i] for i in rows)
        worth = _by_hand(one, base)
        # Largest remainder, from the definition: whole shares first, then one fen each by the size of what was cut off.
        shares = {i: worth * left[i] // base for i in rows} if base else {}
        rest = sorted(rows, key=lambda i: (-(worth * left[i] % base), i)) if base else []
        for i in rest[: worth - sum(shares.values())]:
            shares[i] += 1
        taken = {i: min(off, max(left[i] - floors[i], 0)) for i, off in shares.items()}
        if not sum(taken.values()):
            return None
        for i, off in taken.items():
            left[i] -= off
        if one.kind == "points":
            points += -(-sum(taken.values()) * 100 // one.rate_fen)
    return sum(left), points


def _allowed(found: list[Deduction], limits: PriceSettings) -> bool:
    for one, other in combinations(found, 2):
        first, second = limits.classes.of(one.kind), limits.classes.of(other.kind)
        if "never" in (first, second):
            return False
        if one.kind != other.kind and "within_class" in (first, second):
            return False
    return sum(one.kind == "coupon" for one in found) <= limits.most_coupons


def _left_out(
    offered: list[Deduction], rows: tuple[int, ...], basket: list[BasketLine], floors: list[int], limits: PriceSettings
) -> bool:
    """Whether something that comes off by itself was left out although it goes with the whole set and takes something."""
    for index, one in enumerate(offered):
        if index in rows or one.kind in ("coupon", "points"):
            continue
        together = [*(offered[row] for row in rows), one]
        earlier = [offered[row] for row in rows if row < index]
        if _allowed(together, limits) and _apply([*earlier, one], basket, floors) is not None:
            return True
    return False


def _brute(basket: list[BasketLine], member: MemberKind, limits: PriceSettings) -> tuple[int, ...]:
    offered = deductions_for(member, limits, RULES)
    floors = floors_of(basket, limits)
    ways = []
    for size in range(len(offered) + 1):
        for rows in combinations(range(len(offered)), size):
            found = [offered[i] for i in rows]
            paid = _apply(found, basket, floors) if _allowed(found, limits) else None
            if paid is not None and not _left_out(offered, rows, basket, floors, limits):
                ways.append((*paid, sum(one.kind == "coupon" for one in found), size, rows))
    payable, points, _, _, rows = min(ways)
    return payable, points, *rows


@settings(max_examples=250, deadline=None)
@given(BASKETS, PEOPLE, SETTINGS)
def test_the_quote_is_the_best_of_all_sets(basket: list[BasketLine], member: MemberKind, limits: PriceSettings) -> None:
    found = quote(basket, member, limits, RULES)
    offered = deductions_for(member, limits, RULES)
    rows = [
        next(i for i, one in enumerate(offered) if one is step.deduction or one == step.deduction)
        for step in found.steps
    ]
    if len(set(map(repr, offered))) == len(offered):
        assert (found.payable_fen, found.points_used, *rows) == _brute(basket, member, limits)
    else:
        assert (found.payable_fen, found.points_used) == _brute(basket, member, limits)[:2]


@settings(max_examples=200, deadline=None)
@given(BASKETS, PEOPLE, SETTINGS)
def test_list_price_less_the_rows_is_the_price(
    basket: list[BasketLine], member: MemberKind, limits: PriceSettings
) -> None:
    found = quote(basket, member, limits, RULES)
    assert found.list_fen - sum(step.minus_fen for step in found.steps) == found.payable_fen
    before = found.list_fen
    for step in found.steps:
        assert step.before_fen == before
        assert step.minus_fen > 0
        before = step.after_fen
    for index, line in enumerate(basket):
        assert line.amount_fen - sum(step.parts[index] for step in found.steps) == found.line_fen[index]
    floors = floors_of(basket, limits)
    assert all(paid >= floor >= 0 for paid, floor in zip(found.line_fen, floors, strict=True))
    assert found.due_fen + found.stored_fen == found.payable_fen
    assert found.points_used <= member.points


@settings(max_examples=120, deadline=None)
@given(BASKETS, PEOPLE, SETTINGS, st.integers(1, 5_000))
def test_who_has_more_never_pays_more(
    basket: list[BasketLine], member: MemberKind, limits: PriceSettings, more: int
) -> None:
    payable = quote(basket, member, limits, RULES).payable_fen
    richer = replace(member, points=member.points + more)
    assert quote(basket, richer, limits, RULES).payable_fen <= payable
    bare = replace(member, coupons=member.coupons[:-1])
    assert quote(basket, bare, limits, RULES).payable_fen >= payable
    looser = limits.model_copy(update={"most_coupons": limits.most_coupons + 1})
    assert quote(basket, member, looser, RULES).payable_fen <= payable
