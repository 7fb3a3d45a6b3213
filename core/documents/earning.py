"""How growth and points are earned: from what, how much, up to which caps; and how long points last."""

from typing import Literal

from pydantic import Field

from core.documents.benefits import CODE
from core.documents.canonical import LARGEST_FEN, Document

# What may earn. ``spend`` and ``order`` come from orders; the others are interactions that were recorded.
SPEND, ORDER = "spend", "order"
EARNING_KINDS = (
    SPEND,
    ORDER,
    "review",
    "share",
    "check_in",
    "task",
    "event",
    "follow",
    "favourite",
    "like",
    "profile",
    "referral",
)
ACTION_KINDS = EARNING_KINDS[2:]
# What is recorded of people beside their orders: also what earns nothing but tells what they like.
INTERACTION_KINDS = (*ACTION_KINDS, "browse", "cart")
MOST_UNITS = 1_000_000


class Earning(Document):
    """One source. ``rate``: for ``spend`` hundredths of a unit for each yuan (100 = one a yuan), else units each time.

    Caps are units of one member: a shop day, and for good; None is no cap.
    """

    kind: str
    rate: int = Field(ge=1, le=1_000_000)
    per_day: int | None = Field(default=None, ge=1, le=MOST_UNITS)
    lifetime: int | None = Field(default=None, ge=1, le=100 * MOST_UNITS)


class Growth(Document):
    """Growth decides the tier and cannot be spent. ``category_pct``: 0 leaves a category out, 200 counts it twice."""

    earnings: tuple[Earning, ...] = (Earning(kind=SPEND, rate=100),)
    category_pct: dict[str, int] = Field(default_factory=dict)


class MultiplierDay(Document):
    """A day on which points count more: each month's ``day_of_month``, each week's ``weekday`` (1 = Monday), or dates.

    ``starts`` and ``ends`` are ISO dates, both included; exactly one of the three ways is given.
    """

    pct: int = Field(ge=100, le=1_000)
    day_of_month: int | None = Field(default=None, ge=1, le=31)
    weekday: int | None = Field(default=None, ge=1, le=7)
    starts: str | None = Field(default=None, pattern=r"^\d{4}-\d{2}-\d{2}$")
    ends: str | None = Field(default=None, pattern=r"^\d{4}-\d{2}-\d{2}$")


class Points(Document):
    """Points can be spent. A multiplier is a per cent: 100 is once; tier and day multiply, of several days the highest counts.

    Earned points are pending for ``pending_days`` shop days after the order counts (the return window), then active.
    ``expiry``: never; ``days``: at the start of the day ``valid_days`` after they were earned; ``year_end``: at the end of the
    calendar year ``valid_years`` after the year in which they were earned. ``value_fen``: what a hundred points cost the shop.
    """

    earnings: tuple[Earning, ...] = (Earning(kind=SPEND, rate=100),)
    category_pct: dict[str, int] = Field(default_factory=dict)
    tier_pct: dict[str, int] = Field(default_factory=dict)
    days: tuple[MultiplierDay, ...] = ()
    pending_days: int = Field(default=15, ge=0, le=180)
    expiry: Literal["never", "days", "year_end"] = "year_end"
    valid_days: int = Field(default=365, ge=1, le=3_660)
    valid_years: int = Field(default=1, ge=0, le=10)
    value_fen: int = Field(default=1_00, ge=0, le=LARGEST_FEN)


class Milestone(Document):
    """A reward on the way (C9): once in a lifetime, when ``measure`` reaches ``at``; points, or a gift that is promised."""

    code: str = Field(pattern=CODE)
    name_zh: str = Field(min_length=1, max_length=30)
    name_en: str = Field(min_length=1, max_length=60)
    measure: Literal["spend", "orders", "growth"] = "orders"
    at: int = Field(ge=1, le=LARGEST_FEN)
    points: int = Field(default=0, ge=0, le=MOST_UNITS)
    gift_zh: str = Field(default="", max_length=60)
    gift_en: str = Field(default="", max_length=80)
    cost_fen: int = Field(default=0, ge=0, le=LARGEST_FEN)

    def name(self, lang: str) -> str:
        """The milestone's name in the reader's language."""
        return self.name_zh if lang == "zh" else self.name_en
