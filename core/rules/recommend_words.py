"""Why a good is recommended, as a sentence of the catalogs."""

from typing import Any, Protocol

from core.rules.suggestions import Reason

Sentence = tuple[str, dict[str, Any]]


class Shown(Protocol):
    """What a sentence is made of (core.services.recommend.Recommended)."""

    @property
    def reason(self) -> Reason: ...
    @property
    def category(self) -> str | None: ...
    @property
    def because_title(self) -> str | None: ...
    @property
    def days(self) -> int | None: ...
    @property
    def cycle_days(self) -> int | None: ...


def reason_sentence(one: Shown) -> Sentence:
    """The key ``recommend.reason.*`` and its parameters; titles and categories are as the file had them."""
    match one.reason:
        case Reason.DUE:
            return "recommend.reason.due", {"days": one.days, "cycle": one.cycle_days}
        case Reason.CART | Reason.FAVOURITE | Reason.BROWSE:
            return f"recommend.reason.{one.reason}{'' if one.days else '_today'}", {"days": one.days or 0}
        case Reason.BOUGHT_WITH | Reason.LOOKED_WITH:
            return f"recommend.reason.{one.reason}", {"title": one.because_title or ""}
        case Reason.CATEGORY_BEST | Reason.ENTRY_BEST:
            return f"recommend.reason.{one.reason}", {"category": one.category or ""}
        case _:
            return f"recommend.reason.{one.reason}", {}
