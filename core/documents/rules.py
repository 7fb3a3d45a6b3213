"""The rule document: tiers, how they are counted and kept, growth, points, and what each tier gives. One version = one document.

``schema`` counts shapes; ``UPGRADERS[n]`` turns a stored object of shape n into shape n + 1 when it is read. A new field whose
default means what was there before needs no new shape.
"""

from collections.abc import Callable, Mapping
from typing import Any, Literal

from pydantic import Field

from core.documents.benefits import CODE, Benefit
from core.documents.canonical import LARGEST_FEN, Document, read_object
from core.documents.earning import Growth, Milestone, Points
from core.errors import Refusal

SCHEMA = 1
MOST_TIERS = 10
UPGRADERS: dict[int, Callable[[dict[str, Any]], dict[str, Any]]] = {}


class Tier(Document):
    """One step of the ladder. ``None`` closes that way up; the first tier is everyone's and asks for nothing.

    ``keep_*``: what keeping it asks for; None is the same as reaching it.
    """

    code: str = Field(pattern=CODE)
    name_zh: str = Field(min_length=1, max_length=20)
    name_en: str = Field(min_length=1, max_length=40)
    min_spend_fen: int | None = Field(ge=0, le=LARGEST_FEN)
    min_orders: int | None = Field(ge=0, le=100_000)
    min_growth: int | None = Field(default=None, ge=0, le=LARGEST_FEN)
    keep_spend_fen: int | None = Field(default=None, ge=0, le=LARGEST_FEN)
    keep_orders: int | None = Field(default=None, ge=0, le=100_000)
    keep_growth: int | None = Field(default=None, ge=0, le=LARGEST_FEN)

    def name(self, lang: str) -> str:
        """The tier's name in the reader's language."""
        return self.name_zh if lang == "zh" else self.name_en

    @property
    def reach(self) -> tuple[int | None, int | None, int | None]:
        """What reaching it asks for: spend (fen), orders, growth; None is a closed way."""
        return self.min_spend_fen, self.min_orders, self.min_growth

    @property
    def keep(self) -> tuple[int | None, int | None, int | None]:
        """What keeping it asks for; a closed way stays closed."""
        pairs = zip(self.reach, (self.keep_spend_fen, self.keep_orders, self.keep_growth), strict=True)
        spend, orders, growth = (up if up is None or own is None else own for up, own in pairs)
        return spend, orders, growth


class Window(Document):
    """The stretch of time that counts: the last ``days`` shop days with today, the calendar year, or the member's year."""

    kind: Literal["rolling", "calendar_year", "anniversary"] = "rolling"
    days: int = Field(default=365, ge=30, le=3_660)


class Downgrade(Document):
    """How a tier is lost: ``straight`` to what is still met, ``one_step`` at a time, or ``never`` (but for refunds).

    ``grace_days`` pass between failing to keep a tier and losing it. ``notice_days`` before it is lost the member is told.
    """

    mode: Literal["straight", "one_step", "never"] = "straight"
    grace_days: int = Field(default=0, ge=0, le=365)
    notice_days: int = Field(default=30, ge=1, le=180)


class RuleDocument(Document):
    """Tiers from the lowest to the highest, how they are counted, what is earned, and the benefits."""

    schema_version: Literal[1] = Field(default=1, alias="schema")
    tiers: tuple[Tier, ...]
    window: Window = Window()
    match: Literal["any", "all"] = "any"
    spend_counts_from: Literal["paid", "finished"] = "paid"
    upgrade: Literal["at_once", "nightly"] = "at_once"
    downgrade: Downgrade = Downgrade()
    growth: Growth | None = None
    points: Points | None = None
    milestones: tuple[Milestone, ...] = Field(default=(), max_length=30)
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

    @property
    def by_growth(self) -> bool:
        """Whether some tier is reached by growth."""
        return any(tier.min_growth is not None for tier in self.tiers)


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
