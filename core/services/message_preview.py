"""A message as a real person would read it, before anything is kept or sent; personal data in it is masked."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from core.channels.registry import channel_kind
from core.clock import ShopZone
from core.documents.enums import Purpose
from core.documents.message import Message
from core.documents.offer import Offer
from core.errors import Refusal
from core.rules.codes import LENGTH
from core.rules.coupons import valid_between
from core.rules.masking import mask_name, mask_nickname
from core.rules.templates import count_characters, fields_of
from core.services.desk import Desk
from core.services.letters import make_writer, write_letter
from core.services.shop_settings import load_settings
from core.store.queries.paid_plans import latest_term
from core.store.queries.receivers import read_receiver

CODE = "*" * LENGTH
PLAN_DAYS = 14  # a term that ends so soon is shown where nobody has one


@dataclass(frozen=True)
class LetterPreview:
    """Subject and text as they would leave, and the characters of the text as counters see them."""

    subject: str
    text: str
    characters: int


@dataclass(frozen=True)
class _Row:
    """What ``write_letter`` reads of a row of the outbox."""

    channel: str
    purpose: Purpose
    subject: str
    text: str
    nickname: str | None
    name: str | None
    tier: str | None
    next_tier: str | None
    missing_fen: int | None
    birth_month: int | None
    birth_day: int | None
    offer: str | None
    code: str | None
    coupon_tier: str | None
    valid_until: datetime | None
    drops_at: datetime | None = None
    drops_to: str | None = None
    keep_fen: int | None = None
    keep_orders: int | None = None
    keep_growth: int | None = None
    plan: str | None = None
    plan_until: datetime | None = None


def preview_message(
    desk: Desk,
    message: Message,
    offer: Offer | None,
    member_id: int | None,
    *,
    channel: str,
    purpose: Purpose = Purpose.MARKETING,
    at: datetime,
) -> LetterPreview:
    """The letter to one person (None: nobody in particular) if it left at ``at``; refuses ``template_*``, ``offer_over``."""
    channel = channel_kind(channel).name
    with desk.db.read() as session:
        settings = load_settings(session)
        writer = make_writer(session, settings, at)
        person = read_receiver(session, member_id) if member_id is not None else None
        told = {"plan", "plan_until"} & (fields_of(message.text) | fields_of(message.subject))
        term = latest_term(session, member_id, at + timedelta(days=PLAN_DAYS)) if told else None
    if member_id is not None and person is None:
        raise Refusal("member_unknown", member=member_id)
    row = _Row(
        channel=channel,
        purpose=purpose,
        subject=message.subject,
        text=message.text,
        nickname=mask_nickname(person.nickname) if person and person.nickname else None,
        name=mask_name(person.name) if person and person.name else None,
        tier=person.tier if person else None,
        next_tier=person.next_tier if person else None,
        missing_fen=person.missing_fen if person else None,
        birth_month=person.birth_month if person else None,
        birth_day=person.birth_day if person else None,
        offer=offer.canonical() if offer else None,
        code=CODE if offer and offer.kind != "platform" else None,
        coupon_tier=person.tier if person else None,
        valid_until=valid_between(offer, at, ShopZone(settings.zone))[1] if offer else None,
        drops_at=person.drops_at if person else None,
        drops_to=person.drops_to if person else None,
        keep_fen=person.keep_fen if person else None,
        keep_orders=person.keep_orders if person else None,
        keep_growth=person.keep_growth if person else None,
        plan=term[0] if term else None,
        plan_until=term[1] if term else None,
    )
    subject, text = write_letter(row, writer)  # type: ignore[arg-type]  # reads attributes only, as of a row
    return LetterPreview(subject, text, count_characters(text))
