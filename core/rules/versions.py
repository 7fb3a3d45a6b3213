"""Rule versions: is a draft fit to be published, and what would it change, in words."""

from collections.abc import Iterator, Mapping
from typing import Any

from core.documents.benefits import Benefit, Cell
from core.documents.rule_faults import rule_faults
from core.documents.rules import RuleDocument, read_rules
from core.errors import Refusal
from core.i18n import Lang, translate
from core.rules.phrases import yuan_words

Sentence = tuple[str, dict[str, Any]]


def check_draft(raw: Mapping[str, Any] | str) -> tuple[RuleDocument, list[Refusal]]:
    """The document in a draft and everything that speaks against it; refuses only what cannot be read at all."""
    document = read_rules(raw)
    return document, rule_faults(document)


def differences(before: RuleDocument, after: RuleDocument, lang: Lang) -> list[Sentence]:
    """What changes from one document to the other, as catalog keys with their parameters; empty when nothing does."""
    return [*_ladder(before, after, lang), *_counting(before, after), *_benefits(before, after, lang)]


def _ladder(before: RuleDocument, after: RuleDocument, lang: Lang) -> Iterator[Sentence]:
    old, new = before.names(lang), after.names(lang)
    yield from (("rules.diff.tier_removed", {"tier": name}) for code, name in old.items() if code not in new)
    for tier in after.tiers:
        name = tier.name(lang)
        if tier.code not in old:
            ways = {"amount": _yuan(tier.min_spend_fen, lang), "orders": _orders(tier.min_orders, lang)}
            yield "rules.diff.tier_added", {"tier": name, **ways}
            continue
        was = before.tier(tier.code)
        if was.name(lang) != name:
            yield "rules.diff.tier_renamed", {"before": was.name(lang), "after": name}
        if was.min_spend_fen != tier.min_spend_fen:
            change = {"before": _yuan(was.min_spend_fen, lang), "after": _yuan(tier.min_spend_fen, lang)}
            yield "rules.diff.tier_spend", {"tier": name, **change}
        if was.min_orders != tier.min_orders:
            change = {"before": _orders(was.min_orders, lang), "after": _orders(tier.min_orders, lang)}
            yield "rules.diff.tier_orders", {"tier": name, **change}
    kept = [code for code in before.codes if code in new]
    if kept != [code for code in after.codes if code in old]:
        yield "rules.diff.tier_order", {}


def _counting(before: RuleDocument, after: RuleDocument) -> Iterator[Sentence]:
    if before.window != after.window:
        yield "rules.diff.window", {"before": before.window.days, "after": after.window.days}
    if before.match != after.match:
        yield f"rules.diff.match_{after.match}", {}
    if before.spend_counts_from != after.spend_counts_from:
        yield f"rules.diff.counts_from_{after.spend_counts_from}", {}


def _benefits(before: RuleDocument, after: RuleDocument, lang: Lang) -> Iterator[Sentence]:
    old = {benefit.code: benefit for benefit in before.benefits}
    new = {benefit.code: benefit for benefit in after.benefits}
    for code, gone in old.items():
        if code not in new:
            yield "rules.diff.benefit_removed", {"benefit": gone.name(lang)}
    for code, benefit in new.items():
        if code not in old:
            yield "rules.diff.benefit_added", {"benefit": benefit.name(lang)}
            continue
        was = old[code]
        if was.name(lang) != benefit.name(lang) or was.kind != benefit.kind:
            yield "rules.diff.benefit_renamed", {"before": was.name(lang), "after": benefit.name(lang)}
        yield from _cells(was, benefit, {**before.names(lang), **after.names(lang)}, lang)


def _cells(was: Benefit, now: Benefit, names: Mapping[str, str], lang: Lang) -> Iterator[Sentence]:
    for code, tier in names.items():
        old, new = was.cells.get(code), now.cells.get(code)
        if old == new:
            continue
        change = {"benefit": now.name(lang), "tier": tier, "before": _cell(old, lang), "after": _cell(new, lang)}
        yield "rules.diff.benefit_changed", change


def _cell(cell: Cell | None, lang: Lang) -> str:
    """A cell in words: its text, how often, and its cost."""
    if cell is None:
        return translate(lang, "rules.none")
    period = translate(lang, f"benefit.period.{cell.period}", n=cell.quantity)
    cost = translate(lang, "rules.cost", amount=yuan_words(cell.cost_fen)) if cell.cost_fen else ""
    return translate(lang, "phrase.comma").join(text for text in (cell.value(lang), period, cost) if text)


def _yuan(fen: int | None, lang: Lang) -> str:
    return translate(lang, "rules.none") if fen is None else translate(lang, "rules.yuan", amount=yuan_words(fen))


def _orders(count: int | None, lang: Lang) -> str:
    return translate(lang, "rules.none") if count is None else translate(lang, "rules.orders", n=count)
