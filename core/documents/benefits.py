"""What a tier gives: the kinds of benefit, how often they come back, and the grid of benefits by tier."""

from typing import Literal

from pydantic import Field

from core.documents.canonical import LARGEST_FEN, Document

MOST_BENEFITS = 60
CODE = r"^[a-z][a-z0-9_]{0,31}$"

# Open vocabulary (rows of CAPABILITIES D1): checked here, stored as text, so that a new kind costs no migration.
BENEFIT_KINDS = (
    "member_price",
    "coupon_pack",
    "sample",
    "longer_returns",
    "free_shipping",
    "priority_shipping",
    "dedicated_service",
    "birthday_gift",
    "yearly_gift",
    "points_multiplier",
    "early_access",
    "flash_sale_priority",
    "return_privilege",
    "limited_items",
    "event_entry",
    "partner",
    "text",
)
# How often a benefit comes back in ten years; ``order`` and ``always`` count as the most generous.
PERIODS: dict[str, int] = {
    "once": 1,
    "year": 10,
    "birthday": 10,
    "quarter": 40,
    "month": 120,
    "order": 10_000,
    "always": 10_000,
}


class Season(Document):
    """The days of the year on which a benefit holds, both included, as MM-DD; may run over the year's end."""

    starts: str = Field(pattern=r"^(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$")
    ends: str = Field(pattern=r"^(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$")


class Cell(Document):
    """What one tier gets of one benefit; ``level`` is the number behind the text (fen, days, bp), bigger is better."""

    quantity: int = Field(default=1, ge=1, le=1_000)
    period: str = "always"
    value_zh: str = Field(default="", max_length=60)
    value_en: str = Field(default="", max_length=80)
    level: int | None = Field(default=None, ge=0, le=LARGEST_FEN)
    cost_fen: int = Field(default=0, ge=0, le=LARGEST_FEN)

    def value(self, lang: str) -> str:
        """The text in the reader's language."""
        return self.value_zh if lang == "zh" else self.value_en

    @property
    def times(self) -> int:
        """How often in ten years, for comparing tiers."""
        return self.quantity * PERIODS.get(self.period, 0)


class Benefit(Document):
    """One row of the benefit grid; ``cells`` by tier code, a tier without a cell does not have it.

    ``mode``: given by itself or only when the member asks (claims it). ``due_days``: what must be done by hand is due so many
    days after it begins. ``take_up_bp``: how many of 10,000 that may use it are expected to, for costs before there is usage.
    """

    code: str = Field(pattern=CODE)
    kind: str
    name_zh: str = Field(min_length=1, max_length=30)
    name_en: str = Field(min_length=1, max_length=60)
    cells: dict[str, Cell]
    mode: Literal["automatic", "claim"] = "automatic"
    season: Season | None = None
    due_days: int = Field(default=7, ge=0, le=365)
    take_up_bp: int = Field(default=10_000, ge=0, le=10_000)
    partner: str | None = Field(default=None, pattern=CODE)

    def name(self, lang: str) -> str:
        """The benefit's name in the reader's language."""
        return self.name_zh if lang == "zh" else self.name_en
