"""A reminder under edit: what its fields hold, and the document they make."""

from dataclasses import dataclass, field

from core.documents.journey import COUPON_EXPIRING, PLAN_RENEWAL, TIER_DROP, JourneyDocument
from core.documents.message import Message
from core.services.journeys import JourneyView
from pages.ui import state
from pages.ui.offer_draft import NONE, OfferDraft, make_offer, read_offer
from pages.ui.runtime import desk, t, today


@dataclass
class ReminderDraft:
    """The fields of one reminder; ``start`` is the text of the document that it was opened from."""

    code: str
    start: str
    days: int
    hour: int
    channels: list[str]
    subject: str
    text: str
    hold_out: int
    offer_name: str
    offer: OfferDraft = field(default_factory=OfferDraft)

    @property
    def has_offer(self) -> bool:
        """Whether this reminder may carry a coupon of its own."""
        return self.code not in (COUPON_EXPIRING, PLAN_RENEWAL, TIER_DROP)

    def document(self, *, enabled: bool) -> JourneyDocument:
        """The document as it stands; what speaks against it is for the services to say."""
        offer = make_offer(self.offer, self.offer_name, desk().zone, today()) if self.has_offer else None
        return JourneyDocument(
            code=self.code,
            enabled=enabled,
            days=self.days,
            hour=self.hour,
            channels=tuple(self.channels),
            message=Message(subject=" ".join(self.subject.split()), text=self.text or " "),
            offer=offer,
            hold_out_share=self.hold_out / 100,
        )


def draft_of(view: JourneyView) -> ReminderDraft:
    """The draft of a reminder; it begins anew when what is kept has changed."""
    drafts: dict[str, ReminderDraft] = state.get(state.Key.REMINDERS, {}) or {}
    found = drafts.get(view.document.code)
    if found is None or found.start != view.document.canonical():
        found = _open(view)
        state.put(state.Key.REMINDERS, {**drafts, found.code: found})
    return found


def _open(view: JourneyView) -> ReminderDraft:
    document = view.document
    return ReminderDraft(
        code=document.code,
        start=document.canonical(),
        days=document.days,
        hour=document.hour,
        channels=list(document.channels),
        subject=document.message.subject,
        text=document.message.text,
        hold_out=round(document.hold_out_share * 100),
        offer_name=document.offer.name if document.offer else t(f"journey.{document.code}.name"),
        offer=OfferDraft(kind=NONE) if document.offer is None else read_offer(document.offer, desk().zone),
    )
