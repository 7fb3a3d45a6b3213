"""Who is not counted (B12): the marks, and the rules by which they are set without a hand."""

from typing import Literal, get_args

from pydantic import Field

from core.documents.canonical import Document

Mark = Literal["staff", "test", "reseller", "blacklist"]
MARKS: tuple[Mark, ...] = get_args(Mark)
MOST_NAMES = 2_000


class CountRules(Document):
    """Whom the shop's rules leave out; an empty rule finds nobody. What a hand has said is never changed by a rule.

    ``names``: platform ids or nicknames, exactly. ``orders_a_day``: so many paid orders on one shop day, or more;
    ``pieces``: so many pieces in one paid order, or more: both mean a reseller.
    """

    names: tuple[str, ...] = Field(default=(), max_length=MOST_NAMES)
    names_mark: Mark = "blacklist"
    tag: str = Field(default="", max_length=64)
    tag_mark: Mark = "staff"
    orders_a_day: int | None = Field(default=None, ge=2, le=10_000)
    pieces: int | None = Field(default=None, ge=2, le=1_000_000)

    @property
    def empty(self) -> bool:
        """Whether no rule is set."""
        return not (self.names or self.tag or self.orders_a_day or self.pieces)
