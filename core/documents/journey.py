"""One automatic reminder as a document. Codes are an open vocabulary; the worker knows those it can evaluate."""

from collections.abc import Sequence

from pydantic import Field

from core.documents.benefits import CODE
from core.documents.campaign import channel_faults
from core.documents.canonical import Document
from core.documents.message import Message
from core.documents.offer import Offer, Relative, offer_faults
from core.errors import Refusal

BIRTHDAY, COUPON_EXPIRING, DORMANT = "birthday", "coupon_expiring", "dormant"
PLAN_RENEWAL = "plan_renewal"
TIER_DROP, NEAR_UPGRADE = "tier_drop", "near_upgrade"
# So little is missing to the next tier that one more order may do.
NEAR_FEN = 100_00
# A message with marketing content goes out between these hours; the owner's quiet hours may narrow them.
EARLIEST_HOUR, LATEST_HOUR = 9, 20
# Notices that are owed, and gifts that the terms promise, are never held out.
NEVER_HELD_OUT = (BIRTHDAY, COUPON_EXPIRING, PLAN_RENEWAL, TIER_DROP)


class JourneyDocument(Document):
    """``days`` before the day itself (birthday, expiry) or after the last order; ``hour`` on the shop's clock."""

    code: str = Field(pattern=CODE)
    enabled: bool = False
    days: int = Field(ge=0, le=730)
    hour: int = Field(default=10, ge=0, le=23)
    channels: tuple[str, ...] = ("email", "call_list")
    message: Message
    offer: Offer | None = None
    hold_out_share: float = Field(default=0, ge=0, le=0.5)


def journey_faults(document: JourneyDocument, tiers: Sequence[str] = ()) -> list[Refusal]:
    """Every reason not to switch this reminder on; ``tiers`` as for ``offer_faults``."""
    faults = channel_faults(document.channels)
    if not EARLIEST_HOUR <= document.hour <= LATEST_HOUR:
        faults.append(Refusal("journey_hour", earliest=EARLIEST_HOUR, latest=LATEST_HOUR))
    if document.code in NEVER_HELD_OUT and document.hold_out_share:
        faults.append(Refusal("journey_hold_out"))
    if document.code == DORMANT and document.days < 14:
        faults.append(Refusal("journey_dormant_days", least=14))
    if document.code in (COUPON_EXPIRING, PLAN_RENEWAL, TIER_DROP) and document.offer is not None:
        faults.append(Refusal("journey_offer"))
    if document.offer is not None and not isinstance(document.offer.validity, Relative):
        faults.append(Refusal("journey_fixed_offer"))
    return faults + (offer_faults(document.offer, tiers) if document.offer else [])


def default_journeys() -> tuple[JourneyDocument, ...]:
    """The ready reminders of a new shop, all switched off."""
    return _READY


_READY = (
    JourneyDocument(
        code=BIRTHDAY,
        days=3,
        message=Message(
            subject="{昵称}，生日快乐",
            text="{昵称}，{店铺}祝您生日快乐！送您一张{优惠}，券码 {券码}，{有效期} 前可用。",
        ),
        offer=Offer(
            name="生日券",
            kind="amount",
            value=10_00,
            tier_values={"silver": 20_00, "vip": 50_00, "supreme": 100_00},
            validity=Relative(days=14),
        ),
    ),
    JourneyDocument(
        code=COUPON_EXPIRING,
        days=3,
        message=Message(
            subject="您有一张券快过期了",
            text="{昵称}，您在{店铺}的{优惠}（券码 {券码}）{有效期} 到期，别忘了用。",
        ),
    ),
    JourneyDocument(
        code=DORMANT,
        days=120,
        message=Message(
            subject="{昵称}，好久不见",
            text="{昵称}，好久没来{店铺}了。给您留了{优惠}，券码 {券码}，{有效期} 前可用。",
        ),
        offer=Offer(
            name="回来看看",
            kind="threshold",
            value=20_00,
            threshold_fen=99_00,
            validity=Relative(days=10),
        ),
        hold_out_share=0.15,
    ),
    JourneyDocument(
        code=PLAN_RENEWAL,
        days=14,
        message=Message(
            subject="您的{会员卡}快到期了",
            text="{昵称}，您在{店铺}的{会员卡}将于{到期日}到期，还有 {天数} 天。现在续，从到期那天接着算。",
        ),
    ),
    JourneyDocument(
        code=TIER_DROP,
        days=30,
        message=Message(
            subject="您的{等级}还差一点就保住了",
            text="{昵称}，您在{店铺}的{等级}{截止日}到期。在那之前再{差额}，就能保住。",
        ),
    ),
    JourneyDocument(
        code=NEAR_UPGRADE,
        days=7,
        message=Message(
            subject="{昵称}，离{下一等级}只差一点",
            text="{昵称}，您在{店铺}再买 {还差}，就升到{下一等级}了。",
        ),
        hold_out_share=0.15,
    ),
)
