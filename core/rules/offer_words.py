"""What an offer gives, in the words of a message: ``满 99 减 20 元券``, ``¥20 off ¥99``."""

from decimal import Decimal

from core.documents.offer import Offer
from core.i18n import Lang, translate
from core.rules.coupons import value_for
from core.rules.phrases import yuan_words


def value_words(offer: Offer, tier: str | None, lang: Lang) -> str:
    """The face value for a tier: an amount, or a share of the price."""
    value = value_for(offer, tier)
    if offer.kind == "percent":
        fold = Decimal(10_000 - value) / 1_000  # 8500 bp left of the price are 8.5 折
        return translate(lang, "offer.words.share", fold=_plain(fold), percent=_plain(Decimal(value) / 100))
    return translate(lang, "offer.words.money", value=yuan_words(value))


def offer_words(offer: Offer, tier: str | None, lang: Lang) -> str:
    """The whole offer for a tier in a few words."""
    if offer.kind == "gift":
        return offer.name
    if offer.kind == "free_shipping":
        return translate(lang, "offer.words.free_shipping")
    params = {"value": value_words(offer, tier, lang), "threshold": yuan_words(offer.threshold_fen)}
    if offer.kind != "percent":
        return translate(
            lang,
            f"offer.words.{'above' if offer.threshold_fen else 'plain'}",
            **params,
            amount=yuan_words(value_for(offer, tier)),
        )
    cap = yuan_words(offer.max_discount_fen or 0)
    return translate(lang, f"offer.words.share_{'above' if offer.threshold_fen else 'plain'}", **params, cap=cap)


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}"
