"""Every kind of benefit and its strategy."""

from collections.abc import Iterator

from core.documents.benefits import BENEFIT_KINDS, Benefit, Cell
from core.documents.rules import RuleDocument
from core.errors import Refusal
from core.rules.benefits.base import Strategy
from core.rules.benefits.care import CARE
from core.rules.benefits.gifts import GIFTS
from core.rules.benefits.prices import PRICES

_FOUND = {one.kind: one for one in (*PRICES, *GIFTS, *CARE)}
KINDS: dict[str, Strategy] = {kind: _FOUND[kind] for kind in BENEFIT_KINDS}


def strategy(kind: str) -> Strategy:
    """The strategy of a kind; refuses (``benefit_kind``) one that is not known."""
    found = KINDS.get(kind)
    if found is None:
        raise Refusal("benefit_kind", benefit=kind, benefit_en=kind, kind=kind)
    return found


def cells_of(document: RuleDocument, tier: str) -> Iterator[tuple[Benefit, Cell, Strategy]]:
    """What one tier has: each benefit with its cell and strategy, in the order of the grid."""
    for benefit in document.benefits:
        if tier in benefit.cells:
            yield benefit, benefit.cells[tier], strategy(benefit.kind)
