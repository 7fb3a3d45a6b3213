"""What a campaign's comparison says, as a sentence of the owner's: a catalog key and its parameters."""

from typing import Any

from core.analytics.verdict import Ground, Judgement
from core.documents.enums import Verdict
from core.rules.phrases import yuan_words


def verdict_sentence(judgement: Judgement) -> tuple[str, dict[str, Any]]:
    """The key and the parameters of the verdict's sentence; no gain is named that the comparison does not show."""
    match judgement.verdict:
        case Verdict.WORKS:
            return _works(judgement)
        case Verdict.DOES_NOT if judgement.ground is Ground.MONEY_BELOW_COST:
            return "verdict.does_not_money", {"loss": _yuan(-(judgement.net_fen or 0))}
        case Verdict.DOES_NOT:
            return "verdict.does_not", {}
        case _ if judgement.ground is Ground.NO_COMPARISON:
            return "verdict.no_comparison", {}
        case _ if judgement.more_members_needed is None:
            return "verdict.cannot_tell_far", {}
        case _:
            return "verdict.cannot_tell", {"members": f"{judgement.more_members_needed:,}"}


def _works(judgement: Judgement) -> tuple[str, dict[str, Any]]:
    """Named by buyers where even the fewest are more than none, else by money."""
    buyers = judgement.extra_buyers_per_100
    if buyers is not None and buyers[0] > 0:
        low, middle, high = (_some(number) for number in buyers)
        net = _yuan(judgement.net_fen or 0)
        return "verdict.works", {"buyers": middle, "low": low, "high": high, "net": net}
    net_low, net, net_high = (
        _yuan(fen or 0) for fen in (judgement.net_low_fen, judgement.net_fen, judgement.net_high_fen)
    )
    return "verdict.works_money", {"net": net, "net_low": net_low, "net_high": net_high}


def _some(people: float) -> str:
    """A number of people in a hundred: whole from three on, with one decimal below."""
    return f"{people:.0f}" if people >= 3 else f"{people:.1f}".removesuffix(".0")


def _yuan(fen: int) -> str:
    """Whole yuan: an estimate has no fen."""
    return yuan_words(round(fen / 100) * 100)
