"""One campaign as a document: whom, what, how, when, and who is left out to see what it really brings."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

from pydantic import Field, JsonValue, field_validator

from core.documents.canonical import Document
from core.documents.message import Message
from core.documents.offer import Offer, offer_faults
from core.documents.segment import Node, parse_segment
from core.errors import Refusal

GOALS = ("win_back", "second_order", "upgrade", "clearance", "thanks", "other")
CHANNELS = ("email", "practice", "call_list")
HOLD_OUT_SHARE = 0.15


class CampaignDocument(Document):
    """``channels`` in the order of preference; ``starts_at`` null is at once; the goal is a word of ``GOALS``."""

    name: str = Field(min_length=1, max_length=60)
    goal: str = "other"
    segment: dict[str, JsonValue]
    offer: Offer | None = None
    message: Message
    channels: tuple[str, ...] = ("email", "call_list")
    starts_at: datetime | None = None
    hold_out_share: float = Field(default=HOLD_OUT_SHARE, ge=0, le=0.5)
    hold_out_reason: str = Field(default="", max_length=200)
    measure_days: int = Field(default=14, ge=1, le=90)
    exempt_tiers: tuple[str, ...] = ()
    purpose: Literal["marketing"] = "marketing"

    @field_validator("segment")
    @classmethod
    def _a_tree(cls, value: dict[str, JsonValue]) -> dict[str, Any]:
        return parse_segment(value).as_json()

    @property
    def tree(self) -> Node:
        """The segment as a value."""
        return parse_segment(self.segment)


def read_campaign(raw: Mapping[str, Any] | str) -> CampaignDocument:
    """The campaign in a JSON object or text; its shape only, see ``campaign_faults`` for its sense."""
    return CampaignDocument.read(raw)


def campaign_faults(document: CampaignDocument, tiers: Sequence[str] = ()) -> list[Refusal]:
    """Every reason not to launch this campaign; ``tiers`` as for ``offer_faults``."""
    faults = [] if document.goal in GOALS else [Refusal("campaign_goal", goal=document.goal)]
    faults += channel_faults(document.channels)
    faults += hold_out_faults(document.hold_out_share, document.hold_out_reason)
    if document.starts_at is not None and document.starts_at.tzinfo is None:
        faults.append(Refusal("instant_naive", value=document.starts_at.isoformat()))
    if tiers:
        faults += [Refusal("campaign_tier", tier=tier) for tier in document.exempt_tiers if tier not in tiers]
    return faults + (offer_faults(document.offer, tiers) if document.offer else [])


def channel_faults(channels: Sequence[str]) -> list[Refusal]:
    """No channel, an unknown one, or one twice."""
    if not channels:
        return [Refusal("channels_none")]
    faults = [Refusal("channel_unknown", name=channel) for channel in channels if channel not in CHANNELS]
    return faults + ([Refusal("channel_twice")] if len(set(channels)) < len(channels) else [])


def hold_out_faults(share: float, reason: str) -> list[Refusal]:
    """Nobody left out needs a reason; between nobody and one in a hundred nothing could be seen."""
    if share == 0 and not reason.strip():
        return [Refusal("hold_out_reason")]
    return [Refusal("hold_out_small")] if 0 < share < 0.01 else []
