"""The strategy of a kind of benefit: what all kinds have in common, and what a kind may answer differently.

The number behind a cell's text (``Cell.level``) has a unit by kind, the bigger the better: fen of face value, basis points off,
days, hours, or a per cent of the points.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Literal

from core.documents.benefits import Benefit, Cell, Season
from core.i18n import Lang, translate
from core.rules.phrases import yuan_words

Unit = Literal["none", "fen", "off_bp", "days", "hours", "pct"]
YEAR_DAYS = 365
_COMMON_YEAR = 2027  # a common year, in which the length of a season is counted


class Family(StrEnum):
    """What a member gets out of it: a better price, a better service, a thing, or a door that others find shut."""

    PRICE = "price"
    SERVICE = "service"
    GIFT = "gift"
    ACCESS = "access"


@dataclass(frozen=True)
class TypicalYear:
    """What a member of a tier does in a usual year: orders, net spend, and what its points are worth at once (both fen)."""

    orders: int
    spend_fen: int
    points_fen: int = 0


@dataclass(frozen=True)
class Yearly:
    """One member's year of a benefit: ``tenths`` of a use, cost to the shop at the expected take-up, value when all is used."""

    tenths: int
    cost_fen: int
    value_fen: int


def season_days(season: Season | None) -> int:
    """How many days of a common year a season has, both ends included; 29 February counts as the 28th."""
    if season is None:
        return YEAR_DAYS
    start, end = (_in_common_year(text) for text in (season.starts, season.ends))
    days = (end - start).days + 1
    return days if start <= end else days + YEAR_DAYS


def _in_common_year(text: str) -> date:
    month, day = int(text[:2]), int(text[3:])
    return date(_COMMON_YEAR, month, min(day, 28) if month == 2 else day)


@dataclass(frozen=True)
class Strategy:
    """A kind whose cell says all. ``per_order``: used up to once an order. ``unit`` of the level; ``address``: it is posted."""

    kind: str
    family: Family
    unit: Unit = "none"
    by_hand: bool = False
    per_order: bool = False
    address: bool = False

    def owes(self, benefit: Benefit, cell: Cell) -> bool:
        """Whether somebody must do something for it: of what simply holds, only what a member claims."""
        return self.by_hand and (cell.period != "always" or benefit.mode == "claim")

    def occasion(self, cell: Cell) -> str:
        """The period by which its promises come back; what always holds is claimed once a year."""
        return "year" if cell.period == "always" else cell.period

    def due_days(self, benefit: Benefit) -> int:
        """How many days there are to do it."""
        return benefit.due_days

    def rank(self, cell: Cell) -> tuple[int, int, int]:
        """What two tiers are compared by: the level, how often, and what it costs the shop."""
        return (cell.level or 0, cell.times, cell.cost_fen)

    def tenths(self, benefit: Benefit, cell: Cell, year: TypicalYear) -> int:
        """How often it is used in a year, in tenths of a use ("once" is a tenth a year)."""
        if cell.period in ("order", "always"):
            found = 10 * cell.quantity * (year.orders if self.per_order or cell.period == "order" else 1)
        else:
            found = cell.times
        if cell.period in ("order", "always", "month", "quarter"):
            found = found * season_days(benefit.season) // YEAR_DAYS
        return min(found, 10 * cell.quantity * year.orders) if self.per_order else found

    def worth_fen(self, cell: Cell, year: TypicalYear) -> int:
        """What one use is worth to the member; a service is not counted in money."""
        return 0

    def cost_fen(self, cell: Cell, year: TypicalYear) -> int:
        """What one use costs the shop."""
        return cell.cost_fen

    def yearly(self, benefit: Benefit, cell: Cell, year: TypicalYear) -> Yearly:
        """Uses, cost and value of one member's year."""
        tenths = self.tenths(benefit, cell, year)
        cost = tenths * self.cost_fen(cell, year) * benefit.take_up_bp // 100_000
        return Yearly(tenths, cost, tenths * self.worth_fen(cell, year) // 10)

    def level_words(self, cell: Cell, lang: Lang) -> str:
        """The level in words: ``20 元``, ``9.5 折``, ``30 天``; nothing where there is none."""
        if cell.level is None or self.unit == "none":
            return ""
        return translate(lang, f"benefit.level.{self.unit}", n=_amount(self.unit, cell.level, lang))

    def words(self, benefit: Benefit, cell: Cell, lang: Lang) -> str:
        """The benefit in one line of the published terms."""
        what = cell.value(lang) or self.level_words(cell, lang)
        parts = []
        if cell.period != "always" and translate(lang, f"benefit.often.word.{cell.period}") not in what:
            parts.append(translate(lang, f"benefit.often.{cell.period}", n=cell.quantity))
        if benefit.season is not None:
            parts.append(translate(lang, "benefit.season", starts=benefit.season.starts, ends=benefit.season.ends))
        if benefit.mode == "claim":
            parts.append(translate(lang, "benefit.claimed"))
        key = "benefit.line" if what else "benefit.line.plain"
        often = translate(lang, "phrase.comma").join(parts)
        line = translate(lang, key, name=benefit.name(lang), what=what)
        return translate(lang, "benefit.line.often", line=line, often=often) if often else line


def _amount(unit: Unit, level: int, lang: Lang) -> str:
    match unit:
        case "fen":
            return yuan_words(level)
        case "off_bp" if lang == "zh":
            return f"{(10_000 - level) / 1_000:g}"
        case "off_bp":
            return f"{level / 100:g}"
        case "pct":
            return f"{level / 100:g}"
        case _:
            return str(level)
