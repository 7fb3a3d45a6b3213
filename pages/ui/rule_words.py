"""Rules in words: what is wrong with them, what they would change, and what a tier asks for."""

from typing import Any

import streamlit as st

from core.documents.rule_faults import rule_faults, rule_hints
from core.documents.rules import RuleDocument, Tier
from core.errors import Refusal
from core.money import as_yuan
from core.rules.versions import differences
from pages.ui.format import md_escape, number
from pages.ui.page import sentence
from pages.ui.rule_draft import RuleDraft
from pages.ui.runtime import lang, t


def show_faults(draft: RuleDraft) -> RuleDocument | None:
    """What speaks against the rules, each with its sentence, and what may surprise; the document when nothing is wrong."""
    try:
        document = draft.read()
    except Refusal as refusal:
        unnamed = refusal.code == "document_value" and "name_" in str(refusal.params.get("path"))
        st.error(t("tiers.fill_names") if unnamed else sentence(refusal), icon=":material/error:")
        return None
    faults = rule_faults(document)
    for fault in faults:
        st.error(sentence(fault), icon=":material/error:")
    if faults:
        return None
    for key, params in rule_hints(document):
        st.caption(f":material/lightbulb: {t(key, **params)}")
    return document


def difference_lines(before: RuleDocument, after: RuleDocument) -> list[str]:
    """What changes from one document to the other, as Markdown list items."""
    found = differences(before, after, lang())
    return [f"- {t(key, **{name: _shown(value) for name, value in params.items()})}" for key, params in found]


def _shown(value: Any) -> Any:
    return md_escape(value) if isinstance(value, str) else value


def threshold_words(fen: int | None, orders: int | None) -> tuple[str, str]:
    """A tier's two ways up as the table says them."""
    spend = t("rules.none") if fen is None else t("rules.yuan", amount=f"{as_yuan(fen):,.2f}".removesuffix(".00"))
    return spend, t("rules.none") if orders is None else t("rules.orders", n=orders)


def asked_words(ways: tuple[int | None, int | None, int | None]) -> str:
    """Spend, orders and growth that are asked for, in one line: ``1,000 元 · 5 单``."""
    fen, orders, growth = ways
    parts = [] if fen is None else [threshold_words(fen, None)[0]]
    parts += [] if orders is None else [t("rules.orders", n=orders)]
    parts += [] if growth is None else [t("tiers.growth_of", n=number(growth))]
    return " · ".join(parts) or t("rules.none")


def keeps_otherwise(tier: Tier) -> bool:
    """Whether keeping the tier asks for something else than reaching it."""
    return tier.keep != tier.reach


def counted_words(document: RuleDocument) -> str:
    """What counts, and whether one way up is enough."""
    window = t(f"rules.window.{document.window.kind}", days=document.window.days)
    return t(f"tiers.counted_in.{document.match}", window=window)


def losing_words(document: RuleDocument) -> str:
    """How a tier is lost, in one sentence."""
    downgrade = document.downgrade
    said = t(f"tiers.losing.{downgrade.mode}")
    return said if not downgrade.grace_days else t("tiers.losing.grace", said=said, n=downgrade.grace_days)
