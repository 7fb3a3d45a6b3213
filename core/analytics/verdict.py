"""What a campaign's comparison says in one word, and how many more people it would take when it says nothing yet."""

from dataclasses import dataclass
from enum import StrEnum
from math import ceil, isfinite, log10

from scipy.stats import norm

from core.analytics.effects import CONFIDENCE, Effect
from core.analytics.power import POWER
from core.documents.enums import Verdict

SMALLEST_WORTHWHILE = 0.01  # one more buyer in a hundred, unless the shop says otherwise
MOST_TIMES = 100  # more than a hundred times the audience: no number of people is named
_FOUR_IN_FIVE = (1 + float(norm.ppf(POWER) / norm.ppf((1 + CONFIDENCE) / 2))) ** 2


class Ground(StrEnum):
    """What the verdict rests on."""

    MONEY_ABOVE_COST = "money_above_cost"
    BUYERS_ABOVE_COST = "buyers_above_cost"
    MONEY_BELOW_COST = "money_below_cost"
    BUYERS_TOO_FEW = "buyers_too_few"
    NOT_SURE = "not_sure"
    NO_COMPARISON = "no_comparison"


@dataclass(frozen=True)
class Judgement:
    """The verdict with the numbers of its sentence.

    Money is integer fen over all treated, net of cost, with its 95 % limits; buyers are per 100 people (low, middle,
    high). None where there was nothing to compare.
    """

    verdict: Verdict
    ground: Ground
    more_members_needed: int | None
    net_fen: int | None
    net_low_fen: int | None
    net_high_fen: int | None
    extra_buyers_per_100: tuple[float, float, float] | None
    break_even_share: float | None


@dataclass(frozen=True)
class _Span:
    """An interval that was measured."""

    low: float
    middle: float
    high: float


def judge(
    share_effect: Effect,
    margin_effect: Effect,
    cost_per_member_fen: float,
    margin_per_buyer_fen: float,
    smallest_worthwhile: float = SMALLEST_WORTHWHILE,
) -> Judgement:
    """Say whether a campaign was worth it, from its effect on who bought (share) and on margin (fen a person).

    ``cost_per_member_fen``: every cost of the campaign that the margin does not already carry (messages, and coupons
    when the margin is counted before them), divided by all treated. ``margin_per_buyer_fen``: the mean margin of a
    buyer among those left out. Net money = margin effect - cost. Break-even = cost / margin of a buyer, as a share.

    *Works*, when the net money is above zero and one of these holds:
      - the whole interval of the net money is above zero (and so says the permutation p-value where one was needed);
      - the whole interval of the extra buyers is above zero and above break-even.
    *Does not*, when one of these holds:
      - the whole interval of the net money is at or below zero;
      - the net money is not above zero, and the whole interval of the extra buyers is below the smallest effect worth
        having: break-even, or ``smallest_worthwhile`` if that is more.
    *Cannot tell* otherwise, with how many more people would tell: as many as make the interval narrow enough to decide
    in four of five such campaigns, if the effect is what it now looks like. None when no such number is in sight.
    """
    share, net = _span(share_effect), _shifted(_span(margin_effect), cost_per_member_fen)
    break_even = max(0.0, cost_per_member_fen) / margin_per_buyer_fen if margin_per_buyer_fen > 0 else None
    worthwhile = max(smallest_worthwhile, break_even or 0.0)
    certain = not margin_effect.permuted or (margin_effect.p_value or 0.0) <= 1 - CONFIDENCE
    verdict, ground = _ruling(share, net, break_even, worthwhile, certain)
    n = margin_effect.n_treated + margin_effect.n_control
    times = _times_needed(share, net, break_even, worthwhile) if verdict is Verdict.CANNOT_TELL else None
    total = [round(value * margin_effect.n_treated) for value in (net.middle, net.low, net.high)] if net else [None] * 3
    return Judgement(
        verdict=verdict,
        ground=ground,
        more_members_needed=None if times is None else _roughly(n * (times - 1)),
        net_fen=total[0],
        net_low_fen=total[1],
        net_high_fen=total[2],
        extra_buyers_per_100=(100 * share.low, 100 * share.middle, 100 * share.high) if share else None,
        break_even_share=break_even,
    )


def _span(effect: Effect) -> _Span | None:
    if effect.low is None or effect.difference is None or effect.high is None:
        return None
    return _Span(effect.low, effect.difference, effect.high)


def _shifted(span: _Span | None, cost: float) -> _Span | None:
    return span and _Span(span.low - cost, span.middle - cost, span.high - cost)


def _ruling(
    share: _Span | None, net: _Span | None, break_even: float | None, worthwhile: float, certain: bool
) -> tuple[Verdict, Ground]:
    if net is None or share is None:
        return Verdict.CANNOT_TELL, Ground.NO_COMPARISON
    if net.middle > 0:
        if net.low > 0 and certain:
            return Verdict.WORKS, Ground.MONEY_ABOVE_COST
        if break_even is not None and share.low > break_even:
            return Verdict.WORKS, Ground.BUYERS_ABOVE_COST
        return Verdict.CANNOT_TELL, Ground.NOT_SURE
    if net.high <= 0:
        return Verdict.DOES_NOT, Ground.MONEY_BELOW_COST
    if share.high < worthwhile:
        return Verdict.DOES_NOT, Ground.BUYERS_TOO_FEW
    return Verdict.CANNOT_TELL, Ground.NOT_SURE


def _times_needed(share: _Span | None, net: _Span | None, break_even: float | None, worthwhile: float) -> float | None:
    """How many times the present audience would decide, by the nearest of the conditions of ``judge``."""
    if net is None or share is None:
        return None
    reaches: list[tuple[float, float]] = []  # (half-width towards the border, distance from the border)
    if net.middle > 0:
        reaches.append((net.middle - net.low, net.middle))
        if break_even is not None:
            reaches.append((share.middle - share.low, share.middle - break_even))
    else:
        reaches += [(net.high - net.middle, -net.middle), (share.high - share.middle, worthwhile - share.middle)]
    times = [_FOUR_IN_FIVE * (half / distance) ** 2 for half, distance in reaches if distance > 0]
    nearest = min(times, default=float("inf"))
    return nearest if isfinite(nearest) and 1 < nearest <= MOST_TIMES else None


def _roughly(members: float) -> int:
    """Rounded up to two digits: a number of people that nobody knows better."""
    step: int = 10 ** max(0, int(log10(max(members, 1.0))) - 1)
    return int(ceil(members / step) * step)
