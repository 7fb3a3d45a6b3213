"""A message as its receiver reads it: written from template, person and coupon at the moment it is sent, kept nowhere."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row
from sqlmodel import Session

from core.clock import ShopZone
from core.documents.enums import Purpose
from core.documents.offer import Offer
from core.documents.paid_plan import PaidPlan
from core.documents.rules import read_rules
from core.i18n import Lang, translate
from core.rules.codes import show_code
from core.rules.offer_words import offer_words, value_words
from core.rules.phrases import day_words, yuan_words
from core.rules.templates import render
from core.rules.tier_words import ways_words
from core.services.shop_settings import ShopSettings
from core.store.queries.tiers import published_versions

CALL_LIST = "call_list"


@dataclass(frozen=True)
class Writer:
    """What is the same in all messages of a moment."""

    settings: ShopSettings
    tiers: Mapping[str, str]
    now: datetime
    match: str = "any"

    @property
    def lang(self) -> Lang:
        """The shop's language."""
        return self.settings.lang

    @property
    def shop(self) -> str:
        """What the shop calls itself."""
        return self.settings.shop_name or translate(self.lang, "message.shop_nameless")

    @property
    def zone(self) -> ShopZone:
        """The shop's zone."""
        return ShopZone(self.settings.zone)


def make_writer(session: Session, settings: ShopSettings, now: datetime) -> Writer:
    """A writer with the tier names in force."""
    live = [v for v in published_versions(session) if v.effective_from is None or v.effective_from <= now]
    if not live:
        return Writer(settings, {}, now)
    rules = read_rules(live[-1].document)
    return Writer(settings, rules.names(settings.lang), now, rules.match)


def write_letter(row: Row[Any], writer: Writer) -> tuple[str, str]:
    """Subject and text of a row of ``read_messages``; refuses (``template_*``) a text that asks for what is not there."""
    values = letter_values(row, writer)
    text = render(row.text, values)
    if row.channel != CALL_LIST and row.purpose == Purpose.MARKETING:
        text = f"{text}\n\n{translate(writer.lang, 'message.opt_out')}"
    return render(row.subject, values) if row.subject.strip() else writer.shop, text


def letter_values(row: Row[Any], writer: Writer) -> dict[str, str]:
    """Placeholder values that this person has; one without a value is left out."""
    lang, today = writer.lang, writer.zone.day(writer.now)
    values = {
        "nickname": row.nickname or row.name or translate(lang, "message.nameless"),
        "shop": writer.shop,
        "tier": writer.tiers.get(row.tier, row.tier) if row.tier else translate(lang, "message.no_tier"),
    }
    if row.next_tier:
        values["next_tier"] = writer.tiers.get(row.next_tier, row.next_tier)
    if row.missing_fen is not None:
        values["missing_amount"] = translate(lang, "offer.words.money", value=yuan_words(row.missing_fen))
    if row.birth_month and row.birth_day:
        values["birthday"] = translate(lang, "message.birthday", month=row.birth_month, day=row.birth_day)
    if row.offer:
        values |= _coupon_values(row, Offer.read(row.offer), writer)
        # The last moment belongs to the coupon; midnight at the end of a day is still that day.
        last_day = writer.zone.day(row.valid_until - timedelta(microseconds=1))
        values["coupon_until"] = day_words(last_day, today, lang)
        values["days"] = str((last_day - today).days)
    if row.plan:
        last_day = writer.zone.day(row.plan_until - timedelta(microseconds=1))
        values["plan"] = PaidPlan.read(row.plan).name(lang)
        values["plan_until"] = day_words(last_day, today, lang)
        values["days"] = str((last_day - today).days)
    return values | (_drop_values(row, writer) if row.drops_at and row.drops_to else {})


def _drop_values(row: Row[Any], writer: Writer) -> dict[str, str]:
    """What is missing to keep the tier, to the end of which day, and what comes after; no gap where nothing helps."""
    lang, today = writer.lang, writer.zone.day(writer.now)
    last_day = writer.zone.day(row.drops_at - timedelta(microseconds=1))
    values = {"keep_until": day_words(last_day, today, lang), "drop_tier": writer.tiers.get(row.drops_to, row.drops_to)}
    if not row.offer and not row.plan:
        values["days"] = str((last_day - today).days)
    if missing := ways_words((row.keep_fen, row.keep_orders, row.keep_growth), writer.match, lang):
        values["keep_missing"] = missing
    return values


def _coupon_values(row: Row[Any], offer: Offer, writer: Writer) -> dict[str, str]:
    lang, tier = writer.lang, row.coupon_tier
    values = {"offer": offer_words(offer, tier, lang)}
    if code := show_code(row.code) if row.code else offer.platform_code:
        values["coupon_code"] = code
    if offer.platform_link:
        values["link"] = offer.platform_link
    if offer.kind not in ("gift", "free_shipping"):
        values["coupon_value"] = value_words(offer, tier, lang)
    if offer.threshold_fen:
        values["coupon_threshold"] = translate(lang, "offer.words.money", value=yuan_words(offer.threshold_fen))
    return values
