"""Rule versions: is a draft fit to be published, and what would it change, in words."""

from collections.abc import Iterator, Mapping
from typing import Any

from core.documents.rule_faults import rule_faults
from core.documents.rules import RuleDocument, Tier, read_rules
from core.errors import Refusal
from core.i18n import Lang, translate
from core.rules.version_benefits import benefit_changes
from core.rules.version_earning import earning_changes, milestone_changes
from core.rules.version_words import Sentence, both_names, change, days, moved, or_none, orders, plain, units, yuan

# The thresholds of a tier: field, the sentence of its change, and how its value is said.
THRESHOLDS = (
    ("min_spend_fen", "rules.diff.tier_spend", yuan),
    ("min_orders", "rules.diff.tier_orders", orders),
    ("min_growth", "rules.diff.tier_growth", units),
    ("keep_spend_fen", "rules.diff.keep_spend", yuan),
    ("keep_orders", "rules.diff.keep_orders", orders),
    ("keep_growth", "rules.diff.keep_growth", units),
)


def check_draft(raw: Mapping[str, Any] | str) -> tuple[RuleDocument, list[Refusal]]:
    """The document in a draft and everything that speaks against it; refuses only what cannot be read at all."""
    document = read_rules(raw)
    return document, rule_faults(document)


def differences(before: RuleDocument, after: RuleDocument, lang: Lang) -> list[Sentence]:
    """What changes from one document to the other, as catalog keys with their parameters; empty when nothing does."""
    return [
        *_ladder(before, after, lang),
        *_counting(before, after, lang),
        *_losing(before, after, lang),
        *earning_changes(before, after, lang),
        *milestone_changes(before, after, lang),
        *benefit_changes(before, after, lang),
    ]


def _ladder(before: RuleDocument, after: RuleDocument, lang: Lang) -> Iterator[Sentence]:
    old, new = before.names(lang), after.names(lang)
    yield from (("rules.diff.tier_removed", {"tier": name}) for code, name in old.items() if code not in new)
    for tier in after.tiers:
        if tier.code in old:
            yield from _tier(before.tier(tier.code), tier, lang)
            continue
        ways = {"amount": or_none(yuan)(tier.min_spend_fen, lang), "orders": or_none(orders)(tier.min_orders, lang)}
        yield "rules.diff.tier_added", {"tier": tier.name(lang), **ways}
        for field, key, say in THRESHOLDS[2:]:
            yield from change(key, None, getattr(tier, field), say, lang, tier=tier.name(lang))
    if moved(before.codes, after.codes):
        yield "rules.diff.tier_order", {}


def _tier(was: Tier, tier: Tier, lang: Lang) -> Iterator[Sentence]:
    if was.name(lang) != tier.name(lang):
        yield "rules.diff.tier_renamed", {"before": was.name(lang), "after": tier.name(lang)}
    elif (was.name_zh, was.name_en) != (tier.name_zh, tier.name_en):
        yield from change("rules.diff.tier_renamed", both_names(was), both_names(tier), plain, lang)
    for field, key, say in THRESHOLDS:
        yield from change(key, getattr(was, field), getattr(tier, field), say, lang, tier=tier.name(lang))


def _counting(before: RuleDocument, after: RuleDocument, lang: Lang) -> Iterator[Sentence]:
    if before.window.kind != after.window.kind:
        spans = [translate(lang, f"rules.window.{d.window.kind}", days=d.window.days) for d in (before, after)]
        yield "rules.diff.window_kind", {"before": spans[0], "after": spans[1]}
    elif before.window != after.window:
        yield "rules.diff.window", {"before": before.window.days, "after": after.window.days}
    if before.match != after.match:
        yield f"rules.diff.match_{after.match}", {}
    if before.spend_counts_from != after.spend_counts_from:
        yield f"rules.diff.counts_from_{after.spend_counts_from}", {}
    if before.upgrade != after.upgrade:
        yield f"rules.diff.upgrade_{after.upgrade}", {}


def _losing(before: RuleDocument, after: RuleDocument, lang: Lang) -> Iterator[Sentence]:
    was, becomes = before.downgrade, after.downgrade
    if was.mode != becomes.mode:
        yield f"rules.diff.downgrade_{becomes.mode}", {}
    yield from change("rules.diff.grace", was.grace_days, becomes.grace_days, days, lang)
    yield from change("rules.diff.notice", was.notice_days, becomes.notice_days, days, lang)
