"""One thing in the catalogue that points are exchanged for: a coupon, a good that is posted, or a privilege somebody sees to."""

from collections.abc import Sequence
from datetime import date
from typing import Literal, get_args

from pydantic import Field

from core.documents.canonical import LARGEST_FEN, Document
from core.documents.offer import Offer, Relative, offer_faults
from core.errors import Refusal

Kind = Literal["coupon", "good", "privilege"]
KINDS: tuple[Kind, ...] = get_args(Kind)
ISO_DAY = r"^\d{4}-\d{2}-\d{2}$"


class Reward(Document):
    """``points`` is its price; ``cost_fen`` what one costs the shop (a coupon's is its offer's).

    ``stock`` None: no end. ``per_member`` None: as often as one likes. ``tiers`` empty: every member. ``starts`` and ``ends``
    are shop days (ISO), both included. What is no coupon is promised, to be done within ``due_days``.
    """

    name_zh: str = Field(min_length=1, max_length=30)
    name_en: str = Field(min_length=1, max_length=60)
    kind: Kind
    points: int = Field(ge=1, le=100_000_000)
    cost_fen: int = Field(default=0, ge=0, le=LARGEST_FEN)
    stock: int | None = Field(default=None, ge=0, le=100_000_000)
    per_member: int | None = Field(default=None, ge=1, le=100)
    tiers: tuple[str, ...] = Field(default=(), max_length=10)
    starts: str | None = Field(default=None, pattern=ISO_DAY)
    ends: str | None = Field(default=None, pattern=ISO_DAY)
    due_days: int = Field(default=7, ge=0, le=365)
    offer: Offer | None = None

    def name(self, lang: str) -> str:
        """The reward's name in the reader's language."""
        return self.name_zh if lang == "zh" else self.name_en

    def open_on(self, day: date) -> bool:
        """Whether it may be exchanged on a shop day."""
        iso = day.isoformat()
        return (self.starts is None or self.starts <= iso) and (self.ends is None or iso <= self.ends)


def reward_faults(reward: Reward, tiers: Sequence[str] = ()) -> list[Refusal]:
    """Every reason not to offer this reward; ``tiers`` are the shop's tier codes, lowest first (empty: not checked)."""
    faults = [Refusal("reward_date", value=day) for day in (reward.starts, reward.ends) if day and not _is_date(day)]
    if reward.starts and reward.ends and reward.ends < reward.starts:
        faults.append(Refusal("reward_ends_first"))
    if tiers:
        faults += [Refusal("reward_tier_unknown", tier=code) for code in reward.tiers if code not in tiers]
    if (reward.kind == "coupon") != (reward.offer is not None):
        return [*faults, Refusal("reward_offer")]
    if reward.offer is not None:
        if not isinstance(reward.offer.validity, Relative):
            faults.append(Refusal("reward_offer_validity"))
        if reward.offer.kind == "platform":
            faults.append(Refusal("reward_offer_platform"))
        faults += offer_faults(reward.offer, tiers)
    return faults


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
