"""What was learnt about the goods of a shop at the last refresh, as one document: a page reads it, nobody types it."""

from dataclasses import dataclass
from typing import Literal

from core.documents.canonical import Document

NAME = "recommend"  # of the fitted model that holds it
LEAST_CASES = 30  # behind a share; fewer are "too few"


@dataclass(frozen=True)
class Pair:
    """Two goods of which ``both`` baskets hold both, ``n_a`` the one, ``n_b`` the other, of ``baskets``.

    ``times``: both over what baskets as full as these would hold by chance; ``low`` its lower bound (95 %).
    """

    a: int
    b: int
    both: int
    n_a: int
    n_b: int
    baskets: int
    times: float
    low: float
    p_value: float

    @property
    def lift(self) -> float:
        """How much more often b is bought with a than at all."""
        return self.both * self.baskets / (self.n_a * self.n_b)

    @property
    def confidence_ab(self) -> float:
        """The share of those with a that have b."""
        return self.both / self.n_a

    @property
    def confidence_ba(self) -> float:
        """The share of those with b that have a."""
        return self.both / self.n_b

    @property
    def conviction_ab(self) -> float | None:
        """How much more often "a without b" would happen by chance than it does; None where it never does."""
        return _conviction(self.n_b, self.baskets, self.confidence_ab)

    @property
    def conviction_ba(self) -> float | None:
        """The same for "b without a"."""
        return _conviction(self.n_a, self.baskets, self.confidence_ba)


def _conviction(n_then: int, baskets: int, confidence: float) -> float | None:
    return None if confidence >= 1 else (1 - n_then / baskets) / (1 - confidence)


@dataclass(frozen=True)
class Follow:
    """Of ``cases`` purchases of a category after which the person bought again, ``share`` held ``then`` the next time.

    ``base``: the share of all next times that held it. ``sure``: the difference is more than chance, all rows in mind.
    """

    category: str
    then: str
    cases: int
    share: float
    base: float
    sure: bool


@dataclass(frozen=True)
class Cycle:
    """How people come back for a category: ``gaps`` between two purchase days of ``people`` persons who did.

    Of all purchases ``again`` are followed by another within a year; of those that are, a quarter has happened after
    ``early`` days, half after ``median``, three quarters after ``late``. None where there are too few gaps.
    """

    category: str
    buyers: int
    people: int
    gaps: int
    again: float | None
    early_days: int | None
    median_days: int | None
    late_days: int | None


@dataclass(frozen=True)
class Like:
    """Of the ``buyers`` of a category in a year whose ``side`` (tier, gender, age, city_level) is known, ``people`` are of
    ``value``; of the shop's ``everybody`` it is ``whole``."""

    category: str
    side: str
    value: str
    people: int
    buyers: int
    whole: int
    everybody: int
    sure: bool

    @property
    def index(self) -> float | None:
        """1 is as everybody, 2 twice as many as among everybody; None where nobody is of that value."""
        return (self.people / self.buyers) / (self.whole / self.everybody) if self.whole and self.buyers else None


@dataclass(frozen=True)
class Recall:
    """Of what people went on to buy, the mean share that was among the first ten; both sides for the same people.

    ``error``: the standard error of the mean difference, person by person.
    """

    people: int
    recommended: float
    popular: float
    error: float

    @property
    def verdict(self) -> Literal["better", "worse", "even", "too_few"]:
        """Which side did better by more than chance (95 %)."""
        gain = self.recommended - self.popular
        if self.people < LEAST_CASES:
            return "too_few"
        return "even" if abs(gain) <= 1.96 * self.error else "better" if gain > 0 else "worse"


@dataclass(frozen=True)
class Seller:
    """A product and how many people bought it lately."""

    product: int
    buyers: int


class GoodsModel(Document):
    """Purchases of the shop days ``since`` to ``until`` of one in ``every`` people; ``gone`` products sell no longer.

    ``cut``: the first day of the purchases held out; ``recall_new`` asks for goods new to a person, ``recall_all`` for all.
    ``entry``: the category most people start with, and which share of them.
    """

    since: int
    until: int
    every: int
    people: int
    products: int
    pairs: int
    cut: int
    recall_new: Recall | None
    recall_all: Recall | None
    order_pairs: tuple[Pair, ...]
    person_pairs: tuple[Pair, ...]
    follows: tuple[Follow, ...]
    cycles: tuple[Cycle, ...]
    likes: tuple[Like, ...]
    best: tuple[Seller, ...]
    best_of: dict[str, tuple[int, ...]]
    entry: str | None
    entry_share: float | None
    gone: tuple[int, ...]
