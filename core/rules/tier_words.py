"""Why somebody has a tier, in sentences: for the owner, and for the member."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from core.clock import ShopZone
from core.documents.rules import RuleDocument
from core.i18n import Lang, translate
from core.rules.phrases import day_words, yuan_words
from core.rules.tier_reasons import NextTier, TierProof

Sentence = tuple[str, dict[str, Any]]
WAY_WORDS = ("amount", "orders", "growth")


def sentences(proof: TierProof, document: RuleDocument, lang: Lang, zone: ShopZone, now: datetime) -> list[Sentence]:
    """Why, how far to the next tier, when this one would be lost and what keeps it, as catalog keys with parameters."""
    if proof.tier is None:
        return [("tier.why.not_member", {})]
    found = [_why(proof, document, lang)]
    if proof.next is not None:
        found.append(_next_sentence(proof.next, document, lang, zone, now))
    drops = proof.drops
    if drops is not None:
        day = day_words(zone.day(drops.at), zone.day(now), lang)
        names = document.names(lang)
        key = "tierwhy.grace" if drops.grace else "tier.drops"
        found.append((key, {"day": day, "tier": names[drops.tier], "own": names[proof.tier]}))
        ways = ways_words((drops.keep_fen, drops.keep_orders, drops.keep_growth), document.match, lang)
        if ways:
            found.append(("tierwhy.keep", {"day": day, "ways": ways, "tier": names[proof.tier]}))
    return found


def member_text(proof: TierProof, document: RuleDocument, lang: Lang, zone: ShopZone, now: datetime) -> str:
    """A polite answer for the owner to send to the member: the tier, the way to the next one, and how to keep this one."""
    if proof.tier is None:
        return translate(lang, "tierwhy.member.none")
    names = document.names(lang)
    said = [translate(lang, "tierwhy.member.tier", tier=names[proof.tier])]
    ahead = proof.next
    if ahead is not None:
        ways = ways_words((ahead.missing_fen, ahead.missing_orders, ahead.missing_growth), document.match, lang)
        day = ahead.until and day_words(zone.day(ahead.until), zone.day(now), lang)
        key = "soon" if not ways else "next_until" if day else "next"
        said.append(translate(lang, f"tierwhy.member.{key}", tier=names[ahead.tier], ways=ways, day=day or ""))
    drops = proof.drops
    if drops is not None:
        ways = ways_words((drops.keep_fen, drops.keep_orders, drops.keep_growth), document.match, lang)
        if ways:
            day = day_words(zone.day(drops.at), zone.day(now), lang)
            said.append(translate(lang, "tierwhy.member.keep", tier=names[proof.tier], ways=ways, day=day))
    said.append(translate(lang, "tierwhy.member.thanks"))
    return translate(lang, "tierwhy.member.join").join(said)


def span_words(document: RuleDocument, lang: Lang) -> str:
    """The stretch of time that counts, as one says it."""
    return translate(lang, f"tierwhy.span.{document.window.kind}", days=document.window.days)


def _why(proof: TierProof, document: RuleDocument, lang: Lang) -> Sentence:
    assert proof.tier is not None
    tier = document.tier(proof.tier)
    return f"tier.why.{proof.reason}", {
        "tier": document.names(lang)[proof.tier],
        "span": span_words(document, lang),
        "amount": yuan_words(proof.total_fen),
        "orders": proof.orders,
        "growth": f"{proof.growth:,}",
        "min_amount": yuan_words(tier.min_spend_fen or 0),
        "min_orders": tier.min_orders or 0,
        "min_growth": f"{tier.min_growth or 0:,}",
        "sums": sums_words(proof, document, lang),
        "source": translate(lang, f"tierwhy.held.{proof.held_by}") if proof.held_by else "",
    }


def sums_words(proof: TierProof, document: RuleDocument, lang: Lang) -> str:
    """What is counted so far on the ways that the rules know: ``净消费 1,280 元、3 单``."""
    own = (yuan_words(proof.total_fen), proof.orders, f"{proof.growth:,}")
    said = [
        translate(lang, f"tierwhy.sum.{way}", n=value)
        for index, (way, value) in enumerate(zip(WAY_WORDS, own, strict=True))
        if any(tier.reach[index] is not None for tier in document.tiers)
    ]
    return translate(lang, "phrase.comma").join(said)


def ways_words(missing: Sequence[int | None], match: str, lang: Lang) -> str:
    """``买 128 元或再下 2 单``; a way that is closed, or already done, is not spoken of."""
    said = []
    for way, value in zip(WAY_WORDS, missing, strict=True):
        if value:
            words = yuan_words(value) if way == "amount" else f"{value:,}"
            said.append(translate(lang, f"tierwhy.way.{way}", n=words))
    return translate(lang, f"tierwhy.join.{match}").join(said)


def _next_sentence(ahead: NextTier, document: RuleDocument, lang: Lang, zone: ShopZone, now: datetime) -> Sentence:
    before = ""
    if ahead.until is not None:
        before = translate(lang, "tier.before", day=day_words(zone.day(ahead.until), zone.day(now), lang))
    tier = document.tier(ahead.tier).name(lang)
    missing = (ahead.missing_fen, ahead.missing_orders, ahead.missing_growth)
    done = document.match == "any" and 0 in missing
    ways = "" if done else ways_words(missing, document.match, lang)
    if not ways:
        return "tier.next.soon", {"tier": tier, "before": before}
    if missing[2]:
        return "tier.next.ways", {"tier": tier, "before": before, "ways": ways}
    key = {(True, True): document.match, (True, False): "amount", (False, True): "orders"}[
        bool(missing[0]), bool(missing[1])
    ]
    said = {"tier": tier, "before": before, "amount": yuan_words(missing[0] or 0), "orders": missing[1] or 0}
    return f"tier.next.{key}", said
