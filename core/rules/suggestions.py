"""What one person may want next and why: pure, from what they bought, looked at and sent back."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import pairwise
from statistics import median, quantiles

DUE_FROM, DUE_UNTIL = 0.8, 3.0  # of the usual gap; earlier it is not used up, later it was bought elsewhere
MOST_DUE = 2
OWN_GAPS = 3  # so many gaps of one's own say more than what is usual
LOOK_DAYS, LOOK_HALF_LIFE = 90, 30.0
BAND_LINES, BAND_SLACK, OUTSIDE = (
    4,
    1.5,
    0.6,
)  # lines that make a price band, how wide it is taken, what is left outside


_STAGE = re.compile(r"([1-9])\s*段")


class Reason(StrEnum):
    """Why a good is shown; catalogs: ``recommend.reason.*``."""

    DUE = "due"
    CART = "cart"
    FAVOURITE = "favourite"
    BROWSE = "browse"
    BOUGHT_WITH = "bought_with"
    LOOKED_WITH = "looked_with"
    CATEGORY_BEST = "category_best"
    ENTRY_BEST = "entry_best"
    BEST_SELLER = "best_seller"
    NOT_PERSONALISED = "not_personalised"


LOOKS = {Reason.CART: 0.9, Reason.FAVOURITE: 0.8, Reason.BROWSE: 0.7}
_WITH = {Reason.BOUGHT_WITH: 0.7, Reason.LOOKED_WITH: 0.5}
_FILLED = {Reason.CATEGORY_BEST: 0.3, Reason.ENTRY_BEST: 0.3, Reason.BEST_SELLER: 0.2, Reason.NOT_PERSONALISED: 0.2}


@dataclass(frozen=True)
class Bought:
    """One line of one's own orders; ``back``: its money was given back entirely. ``weight``: how much it says of today."""

    product: int
    category: str | None
    day: int
    quantity: int
    amount_fen: int
    back: bool
    weight: float


@dataclass(frozen=True)
class Look:
    """A product somebody put into the cart, kept as a favourite or looked at."""

    product: int
    kind: Reason
    day: int


@dataclass(frozen=True)
class Suggestion:
    """A product, why, the product that led to it, and for what is used up how long ago and how long it lasts."""

    product: int
    reason: Reason
    because: int | None
    score: float
    days: int | None = None
    cycle_days: int | None = None


def suggest(
    bought: Sequence[Bought],
    looks: Sequence[Look],
    near: Mapping[int, Sequence[tuple[int, float]]],
    cycles: Mapping[str, int],
    today: int,
) -> list[Suggestion]:
    """What speaks for itself, the strongest first and each product once; never what the person sent back.

    ``near``: the neighbours of each product with their scores; ``cycles``: the usual days between two purchases of a
    category. What is used up comes before what was put into the cart, then what goes well with what one has.
    """
    never, own = {one.product for one in bought if one.back}, {one.product for one in bought}
    wanted = [look for look in _latest(looks, today) if not _bought_since(bought, look)]
    weights: dict[int, float] = {}
    for one in bought:
        if not one.back:
            weights[one.product] = weights.get(one.product, 0.0) + one.weight
    glances = {look.product: LOOKS[look.kind] * _faded(look, today) for look in wanted}
    found = [
        *_due(bought, cycles, today),
        *(Suggestion(look.product, look.kind, None, glances[look.product], today - look.day) for look in wanted),
        *_beside(weights, near, own, Reason.BOUGHT_WITH),
        *_beside(glances, near, own | set(glances), Reason.LOOKED_WITH),
    ]
    best: dict[int, Suggestion] = {}
    for idea in found:
        if idea.product not in never and (idea.product not in best or best[idea.product].score < idea.score):
            best[idea.product] = idea
    return ranked(best.values())


def stage_of(title: str) -> int | None:
    """The stage in a title, as baby food has it ("3段" -> 3); None where there is none."""
    found = _STAGE.search(title)
    return None if found is None else int(found[1])


def outgrown(title: str, category: str | None, stages: Mapping[str | None, int]) -> bool:
    """Whether a good is of an earlier stage than the person has reached in its category (``stages``): nobody goes back."""
    stage = stage_of(title)
    return stage is not None and stage < stages.get(category, 0)


def ranked(found: Iterable[Suggestion]) -> list[Suggestion]:
    """The strongest first; of what is used up only the first two, so that something new has room."""
    ordered = sorted(found, key=lambda one: (-one.score, one.product))
    due = [one for one in ordered if one.reason is Reason.DUE][:MOST_DUE]
    return [one for one in ordered if one.reason is not Reason.DUE or one in due]


def fill(products: Iterable[int], reason: Reason, barred: set[int]) -> list[Suggestion]:
    """What sells most, in its order, where nothing personal is known."""
    kept = [product for product in products if product not in barred]
    return [Suggestion(product, reason, None, _FILLED[reason] - place / 1_000) for place, product in enumerate(kept)]


def price_band(bought: Sequence[Bought], category: str | None) -> tuple[float, float] | None:
    """The quartiles of what somebody pays for a piece, of this category where they know it, else at all, widened by half."""
    paid = [(one.category, one.amount_fen / one.quantity) for one in bought if one.quantity > 0 and one.amount_fen > 0]
    for prices in ([price for name, price in paid if name == category], [price for _, price in paid]):
        if len(prices) >= BAND_LINES:
            low, _, high = quantiles(prices, n=4, method="inclusive")
            return low / BAND_SLACK, high * BAND_SLACK
    return None


def fit_price(one: Suggestion, price_fen: int | None, band: tuple[float, float] | None) -> Suggestion:
    """Less of a suggestion that costs much less or more than what the person usually pays."""
    if band is None or price_fen is None or band[0] <= price_fen <= band[1]:
        return one
    return replace(one, score=one.score * OUTSIDE)


def _latest(looks: Sequence[Look], today: int) -> list[Look]:
    """The strongest look at each product in the last three months."""
    best: dict[int, Look] = {}
    for look in looks:
        if 0 <= today - look.day <= LOOK_DAYS:
            known = best.get(look.product)
            if known is None or LOOKS[look.kind] * _faded(look, today) > LOOKS[known.kind] * _faded(known, today):
                best[look.product] = look
    return list(best.values())


def _faded(look: Look, today: int) -> float:
    return float(0.5 ** ((today - look.day) / LOOK_HALF_LIFE))


def _bought_since(bought: Sequence[Bought], look: Look) -> bool:
    return any(one.product == look.product and one.day >= look.day for one in bought)


def _due(bought: Sequence[Bought], cycles: Mapping[str, int], today: int) -> list[Suggestion]:
    """What is used up about now: the product last bought of each category whose usual gap has passed."""
    kept = [one for one in bought if not one.back and one.category is not None]
    visits = len({one.day for one in kept})
    found = []
    for category in {one.category for one in kept if one.category is not None}:
        mine = [one for one in kept if one.category == category]
        days = sorted({one.day for one in mine})
        gaps = [later - earlier for earlier, later in pairwise(days)]
        usual = round(median(gaps)) if len(gaps) >= OWN_GAPS else cycles.get(category)
        ago = today - days[-1]
        if usual and DUE_FROM * usual <= ago <= DUE_UNTIL * usual:
            last = max(mine, key=lambda one: (one.day, one.amount_fen, -one.product))
            score = 0.8 + 0.2 * len(days) / visits
            found.append(Suggestion(last.product, Reason.DUE, last.product, score, ago, usual))
    return found


def _beside(
    weights: Mapping[int, float], near: Mapping[int, Sequence[tuple[int, float]]], barred: set[int], reason: Reason
) -> list[Suggestion]:
    """The neighbours of what somebody has or looked at; each with the one that speaks most for it."""
    voices: dict[int, dict[int, float]] = {}
    for product, weight in weights.items():
        whole = sum(score for _, score in near.get(product, ()))
        for other, score in near.get(product, ()):
            if other not in barred:
                voices.setdefault(other, {})[product] = weight * score / whole
    sums = {other: sum(said.values()) for other, said in voices.items()}
    most = max(sums.values(), default=0.0)
    return [
        Suggestion(
            other, reason, max(voices[other], key=lambda one: (voices[other][one], -one)), _WITH[reason] * total / most
        )
        for other, total in sums.items()
        if total > 0
    ]
