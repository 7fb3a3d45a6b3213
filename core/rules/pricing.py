"""What a basket costs a person: the fixed order of deductions, those that may go together, and the cheapest of the ways.

A set of deductions may be on one order when each pair goes together (``Classes.together``), when it has at most
``most_coupons`` coupons, and when nothing that comes off by itself was left out of it but for something in the set that it does
not go with. Of these sets the member gets the one that leaves least to pay; of equals the one with fewer points, then fewer
coupons, then fewer deductions, then the earlier ones. The search follows the order and leaves out a branch only when even
everything that could still come off would not reach what was found already; a test compares it with trying every set.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from core.documents.pricing import CHOSEN_KINDS, PriceSettings
from core.documents.rules import RuleDocument
from core.rules.deductions import BasketLine, Deduction, MemberKind, Taken, deductions_for, priceless, take

# Why a deduction is not on the quote; sentences ``prices.refused.*``.
REFUSALS = ("no_number", "no_price", "out_of_scope", "below_threshold", "stacking", "most_coupons", "floor", "dearer")


@dataclass(frozen=True)
class PriceStep:
    """One row of a quote: what comes off, from how much, in all and of each line; ``held_back`` was stopped by the floor."""

    deduction: Deduction
    before_fen: int
    parts: tuple[int, ...]
    held_back_fen: int
    points: int

    @property
    def minus_fen(self) -> int:
        """What comes off in all."""
        return sum(self.parts)

    @property
    def after_fen(self) -> int:
        """What is left to pay after it."""
        return self.before_fen - self.minus_fen


@dataclass(frozen=True)
class Refused:
    """A deduction that is not on the quote and why; ``missing_fen`` to its threshold, ``clashes`` with that other one."""

    deduction: Deduction
    reason: str
    missing_fen: int = 0
    clashes: Deduction | None = None


@dataclass(frozen=True)
class Quote:
    """A basket's price: list price, the steps down, what is left of each line, and how it may be paid.

    ``floor_lines``: indices of lines that the floor held up. ``due_fen`` is what is left after stored value paid its part.
    """

    basket: tuple[BasketLine, ...]
    list_fen: int
    steps: tuple[PriceStep, ...]
    line_fen: tuple[int, ...]
    floor_lines: tuple[int, ...]
    refused: tuple[Refused, ...]
    points_used: int
    stored_fen: int

    @property
    def payable_fen(self) -> int:
        """The price: list price minus every step."""
        return sum(self.line_fen)

    @property
    def due_fen(self) -> int:
        """What is left to pay in money."""
        return self.payable_fen - self.stored_fen


def quote(
    basket: Sequence[BasketLine],
    member: MemberKind,
    settings: PriceSettings,
    document: RuleDocument,
    *,
    day: date | None = None,
) -> Quote:
    """The price of a basket for a person; seasons of member prices are judged on ``day`` (None: all hold)."""
    lines = tuple(basket)
    offered = deductions_for(member, settings, document, day)
    floors = floors_of(lines, settings)
    chosen = _Search(lines, offered, floors, settings).best()
    left, steps = [line.amount_fen for line in lines], []
    held_up: set[int] = set()
    for deduction in chosen:
        taken = take(deduction, lines, left, floors)
        steps.append(_step(deduction, sum(left), taken))
        left = [amount - part for amount, part in zip(left, taken.parts, strict=True)]
        if taken.held_back:
            held_up |= {i for i, line in enumerate(lines) if left[i] <= floors[i] and deduction.covers(line)}
    refused = [Refused(deduction, reason) for reason, deduction in priceless(member, document)]
    refused += _refused(lines, offered, chosen, floors, settings)
    payable = sum(left)
    return Quote(
        basket=lines,
        list_fen=sum(line.amount_fen for line in lines),
        steps=tuple(steps),
        line_fen=tuple(left),
        floor_lines=tuple(sorted(held_up)),
        refused=tuple(refused),
        points_used=sum(step.points for step in steps),
        stored_fen=min(member.stored_fen, payable),
    )


def floors_of(basket: Sequence[BasketLine], settings: PriceSettings) -> list[int]:
    """What each line is not sold below; never above its list price. Without a known cost, cost is no floor."""
    floor = settings.floor
    if floor.kind == "cost":
        return [min((line.cost_fen or 0) * line.quantity, line.amount_fen) for line in basket]
    if floor.kind == "share":
        return [-(-line.amount_fen * floor.share_bp // 10_000) for line in basket]
    return [0] * len(basket)


def _step(deduction: Deduction, before: int, taken: Taken) -> PriceStep:
    return PriceStep(deduction, before, taken.parts, taken.held_back, deduction.points_for(taken.fen))


class _Search:
    """The best set of deductions, found depth first along the order."""

    def __init__(
        self,
        basket: tuple[BasketLine, ...],
        offered: Sequence[Deduction],
        floors: Sequence[int],
        settings: PriceSettings,
    ) -> None:
        self.basket, self.offered, self.floors, self.settings = basket, list(offered), floors, settings
        self.least: tuple[int, int, int, int, tuple[int, ...]] | None = None

    def best(self) -> list[Deduction]:
        """The deductions of the best set, in order; only those that take something."""
        self._go(0, [line.amount_fen for line in self.basket], (), (), 0)
        assert self.least is not None
        return [self.offered[index] for index in self.least[-1]]

    def _go(
        self, index: int, left: Sequence[int], used: tuple[int, ...], without: tuple[Deduction, ...], points: int
    ) -> None:
        """Decide on the deductions from ``index`` on; ``without``: what would have come off by itself and was left out."""
        if index == len(self.offered):
            if all(self._gives_way(one, [self.offered[row] for row in used]) for one in without):
                coupons = sum(self.offered[one].kind == "coupon" for one in used)
                found = (sum(left), points, coupons, len(used), used)
                if self.least is None or found < self.least:
                    self.least = found
            return
        deduction = self.offered[index]
        if self._fits(deduction, used):
            taken = take(deduction, self.basket, left, self.floors)
            if taken.fen:
                rest = [amount - part for amount, part in zip(left, taken.parts, strict=True)]
                if self._may_win(index + 1, rest, used):
                    spent = points + deduction.points_for(taken.fen)
                    self._go(index + 1, rest, (*used, index), without, spent)
                if deduction.kind not in CHOSEN_KINDS:
                    if not self._gives_way(deduction, self.offered[index + 1 :]):
                        return
                    without = (*without, deduction)
        if self._may_win(index + 1, left, used):
            self._go(index + 1, left, used, without, points)

    def _gives_way(self, deduction: Deduction, others: Sequence[Deduction]) -> bool:
        """Whether it does not go with one of the others."""
        return any(not self.settings.classes.together(deduction.kind, other.kind) for other in others)

    def _fits(self, deduction: Deduction, used: tuple[int, ...]) -> bool:
        return clash(deduction, [self.offered[one] for one in used], self.settings) is None

    def _may_win(self, index: int, left: Sequence[int], used: tuple[int, ...]) -> bool:
        """Whether what may still come off could reach the best so far; a deduction never takes more of less."""
        if self.least is None:
            return True
        amounts, coupons = 0, []
        for deduction in self.offered[index:]:
            lines = zip(self.basket, left, strict=True)
            worth = deduction.worth(sum(amount for line, amount in lines if deduction.covers(line)))
            if deduction.kind == "coupon":
                coupons.append(worth)
            else:
                amounts += worth
        had = sum(self.offered[one].kind == "coupon" for one in used)
        amounts += sum(sorted(coupons, reverse=True)[: max(self.settings.most_coupons - had, 0)])
        return sum(left) - amounts <= self.least[0]


def clash(deduction: Deduction, used: Sequence[Deduction], settings: PriceSettings) -> tuple[str, Deduction] | None:
    """Why a deduction may not go with others, and with which; None when it may."""
    for other in used:
        if not settings.classes.together(deduction.kind, other.kind):
            return "stacking", other
    coupons = [other for other in used if other.kind == "coupon"]
    if deduction.kind == "coupon" and len(coupons) >= settings.most_coupons:
        return "most_coupons", coupons[0]
    return None


def _refused(
    basket: tuple[BasketLine, ...],
    offered: Sequence[Deduction],
    chosen: Sequence[Deduction],
    floors: Sequence[int],
    settings: PriceSettings,
) -> list[Refused]:
    """Why each other deduction is not on the quote."""
    found = []
    for index, deduction in enumerate(offered):
        if any(deduction is one for one in chosen):
            continue
        left = [line.amount_fen for line in basket]
        for other in offered[:index]:
            if any(other is one for one in chosen):
                parts = take(other, basket, left, floors).parts
                left = [amount - part for amount, part in zip(left, parts, strict=True)]
        found.append(_why_not(deduction, basket, left, chosen, floors, settings))
    return found


def _why_not(
    deduction: Deduction,
    basket: tuple[BasketLine, ...],
    left: Sequence[int],
    chosen: Sequence[Deduction],
    floors: Sequence[int],
    settings: PriceSettings,
) -> Refused:
    base = sum(amount for line, amount in zip(basket, left, strict=True) if deduction.covers(line))
    if not any(deduction.covers(line) for line in basket):
        return Refused(deduction, "out_of_scope")
    if base < deduction.starts_at:
        return Refused(deduction, "below_threshold", missing_fen=deduction.starts_at - base)
    stopped = clash(deduction, chosen, settings)
    if stopped is not None:
        return Refused(deduction, stopped[0], clashes=stopped[1])
    taken = take(deduction, basket, left, floors)
    return Refused(deduction, "dearer" if taken.fen else "floor")
