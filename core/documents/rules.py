"""The rule document: tiers, the window they are counted over, and what each tier gives. One version = one document.

``schema`` counts shapes; ``UPGRADERS[n]`` turns a stored object of shape n into shape n + 1 when it is read.
"""

from collections.abc import Callable, Mapping
from typing import Any, Literal

from pydantic import Field

from core.documents.canonical import LARGEST_FEN, Document, read_object
from core.errors import Refusal

SCHEMA = 1
MOST_TIERS = 10
MOST_BENEFITS = 60
UPGRADERS: dict[int, Callable[[dict[str, Any]], dict[str, Any]]] = {}

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

CODE = r"^[a-z][a-z0-9_]{0,31}$"


class Tier(Document):
    """One step of the ladder. ``None`` closes that way up; the first tier is everyone's and asks for nothing."""

    code: str = Field(pattern=CODE)
    name_zh: str = Field(min_length=1, max_length=20)
    name_en: str = Field(min_length=1, max_length=40)
    min_spend_fen: int | None = Field(ge=0, le=LARGEST_FEN)
    min_orders: int | None = Field(ge=0, le=100_000)

    def name(self, lang: str) -> str:
        """The tier's name in the reader's language."""
        return self.name_zh if lang == "zh" else self.name_en


class Window(Document):
    """The stretch of time that counts: ``rolling``, the last ``days`` shop days with today."""

    kind: Literal["rolling"] = "rolling"
    days: int = Field(default=365, ge=30, le=3_660)


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
    """One row of the benefit grid; ``cells`` by tier code, a tier without a cell does not have it."""

    code: str = Field(pattern=CODE)
    kind: str
    name_zh: str = Field(min_length=1, max_length=30)
    name_en: str = Field(min_length=1, max_length=60)
    cells: dict[str, Cell]

    def name(self, lang: str) -> str:
        """The benefit's name in the reader's language."""
        return self.name_zh if lang == "zh" else self.name_en


class RuleDocument(Document):
    """Tiers from the lowest to the highest, how they are counted, and the benefits."""

    schema_version: Literal[1] = Field(default=1, alias="schema")
    tiers: tuple[Tier, ...]
    window: Window = Window()
    match: Literal["any", "all"] = "any"
    spend_counts_from: Literal["paid", "finished"] = "paid"
    benefits: tuple[Benefit, ...] = ()

    @property
    def codes(self) -> tuple[str, ...]:
        """Tier codes, lowest first."""
        return tuple(tier.code for tier in self.tiers)

    def tier(self, code: str) -> Tier:
        """The tier with a code; refuses (``tier_unknown``)."""
        for tier in self.tiers:
            if tier.code == code:
                return tier
        raise Refusal("tier_unknown", tier=code)

    def names(self, lang: str) -> dict[str, str]:
        """Tier names by code."""
        return {tier.code: tier.name(lang) for tier in self.tiers}


def read_rules(raw: Mapping[str, Any] | str) -> RuleDocument:
    """The rule document in a JSON object or text of any known schema; its shape only: ``rule_faults`` judges it."""
    value = read_object(raw)
    schema = value.get("schema", SCHEMA)
    if not isinstance(schema, int) or not 0 < schema <= SCHEMA:
        raise Refusal("rules_schema", schema=str(schema))
    while schema < SCHEMA:
        value = UPGRADERS[schema](value)
        schema += 1
    return RuleDocument.read({**value, "schema": SCHEMA})
