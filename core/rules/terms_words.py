"""The published terms in plain words: how a tier is reached, kept and lost, what it gives, what is counted when."""

from dataclasses import dataclass

from core.documents.earning import ORDER, SPEND, Points
from core.documents.rules import RuleDocument, Tier
from core.i18n import Lang, translate
from core.rules.benefits.registry import cells_of
from core.rules.phrases import yuan_words

_EXPIRY = {"never": "terms.points.never", "days": "terms.points.days_expiry", "year_end": "terms.points.year_end"}


@dataclass(frozen=True)
class TierTerms:
    """One tier: its name, how it is reached and kept, what it gives, and what that saves (empty where nobody can say)."""

    code: str
    name: str
    reach: str
    keep: str
    benefits: tuple[str, ...]
    saves: str


@dataclass(frozen=True)
class Terms:
    """The whole text: the tiers from the lowest up, then numbered sections of (heading, paragraphs)."""

    tiers: tuple[TierTerms, ...]
    sections: tuple[tuple[str, tuple[str, ...]], ...]


def write_terms(document: RuleDocument, lang: Lang, saves: dict[str, tuple[int, int]]) -> Terms:
    """The terms of a rule document; ``saves``: by tier (fen a year, members it was taken from), left out where missing."""
    tiers = tuple(
        TierTerms(
            tier.code,
            tier.name(lang),
            _reach(document, tier, lang),
            _keep(document, tier, lang),
            tuple(kind.words(benefit, cell, lang) for benefit, cell, kind in cells_of(document, tier.code)),
            _saves(saves.get(tier.code), lang),
        )
        for tier in document.tiers
    )
    return Terms(tiers, tuple(_sections(document, lang)))


def _saves(found: tuple[int, int] | None, lang: Lang) -> str:
    if found is None or found[0] < 100:
        return ""
    return translate(lang, "terms.saves", amount=f"{found[0] // 100:,}", n=f"{found[1]:,}")


def _ways(asked: tuple[int | None, int | None, int | None], match: str, lang: Lang) -> str:
    """Spend, orders, growth that are asked for; nothing where every way is closed or free."""
    spend, orders, growth = asked
    parts = []
    if spend:
        parts.append(translate(lang, "terms.spend", amount=yuan_words(spend)))
    if orders:
        parts.append(translate(lang, "terms.orders" if orders > 1 else "terms.order", n=f"{orders:,}"))
    if growth:
        parts.append(translate(lang, "terms.growth", n=f"{growth:,}"))
    return translate(lang, f"terms.match.{match}").join(parts)


def _reach(document: RuleDocument, tier: Tier, lang: Lang) -> str:
    ways = _ways(tier.reach, document.match, lang)
    if not ways:
        return translate(lang, "terms.reach.free")
    return translate(lang, "terms.reach", window=_window(document, lang), ways=ways)


def _keep(document: RuleDocument, tier: Tier, lang: Lang) -> str:
    if not _ways(tier.reach, document.match, lang):
        return ""
    if document.downgrade.mode == "never":
        return translate(lang, "terms.keep.never")
    if tier.keep == tier.reach:
        return translate(lang, "terms.keep.same")
    return translate(lang, "terms.keep", window=_window(document, lang), ways=_ways(tier.keep, document.match, lang))


def _window(document: RuleDocument, lang: Lang) -> str:
    return translate(lang, f"terms.window.{document.window.kind}", n=document.window.days)


def _sections(document: RuleDocument, lang: Lang) -> list[tuple[str, tuple[str, ...]]]:
    def say(key: str, **params: object) -> str:
        return translate(lang, key, **params)

    counted = [
        say(f"terms.counts.{document.spend_counts_from}"),
        say("terms.counts.net"),
        say(f"terms.upgrade.{document.upgrade}"),
        say("terms.counts.not"),
    ]
    fall = document.downgrade
    down = [say(f"terms.down.{fall.mode}")]
    if fall.mode != "never":
        grace = say("terms.down.grace", n=fall.grace_days) if fall.grace_days else say("terms.down.at_once")
        down += [grace, say("terms.down.notice", n=fall.notice_days)]
    found = [(say("terms.section.counted"), tuple(counted)), (say("terms.section.down"), tuple(down))]
    if document.points is not None:
        found.append((say("terms.section.points"), tuple(_points(document, document.points, lang))))
    used = ("terms.use.person", "terms.use.choice", "terms.use.claim", "terms.use.change")
    found.append((say("terms.section.use"), tuple(say(key) for key in used)))
    refunds = ["terms.refund.tier", *(["terms.refund.points"] if document.points is not None else [])]
    found.append((say("terms.section.refund"), tuple(say(key) for key in refunds)))
    return found


def _points(document: RuleDocument, points: Points, lang: Lang) -> list[str]:
    """How points are earned, when they are there, how long they last."""
    lines = []
    for earning in points.earnings:
        if earning.kind == SPEND:
            lines.append(translate(lang, "terms.points.spend", n=f"{earning.rate / 100:g}"))
        elif earning.kind == ORDER:
            lines.append(translate(lang, "terms.points.order", n=f"{earning.rate:,}"))
    more = [
        translate(lang, "terms.points.tier", tier=tier.name(lang), n=f"{points.tier_pct[tier.code] / 100:g}")
        for tier in document.tiers
        if points.tier_pct.get(tier.code, 100) != 100
    ]
    if more:
        lines.append(translate(lang, "terms.join").join(more) + translate(lang, "terms.stop"))
    if points.days:
        lines.append(translate(lang, "terms.points.days"))
    lines.append(
        translate(lang, "terms.points.pending" if points.pending_days else "terms.points.now", n=points.pending_days)
    )
    lines.append(translate(lang, _EXPIRY[points.expiry], n=points.valid_days, years=points.valid_years))
    return lines
