"""The tier of a person: how far to the next one, why this one, and when it would be lost."""

from collections.abc import Callable

import streamlit as st

from core.documents.rules import RuleDocument
from core.rules.tier_reasons import TierProof
from core.rules.tier_words import sentences
from pages.ui import format
from pages.ui.parts import card, progress
from pages.ui.runtime import desk, lang, now, t
from pages.ui.table import plain_table
from pages.ui.tiers import tier_names


def tier_card(proof: TierProof, rules: RuleDocument) -> None:
    """Progress to the next tier, why this one, and when it would be lost."""
    with card(t("portrait.tier"), fill=True):
        said = sentences(proof, rules, lang(), desk().zone, now())
        told = {key: t(key, **{name: _safe(value) for name, value in params.items()}) for key, params in said}
        if proof.tier is None:
            st.caption(" ".join(told.values()))
            return
        ahead = [text for key, text in told.items() if key.startswith("tier.next")]
        progress(ahead[0] if ahead else t("portrait.tier.highest"), _share(proof, rules))
        for key, text in told.items():
            if not key.startswith("tier.next"):
                st.markdown(text)


def why_section(proof: TierProof, rules: RuleDocument, version: int) -> None:
    """Folded: the thresholds of the rules, and the facts that count towards them."""
    if proof.tier is None:
        return
    with st.expander(t("portrait.why"), icon=":material/help:"):
        left, right = st.columns([2, 3], gap="medium")
        with left:
            _thresholds(proof, rules)
            st.caption(t("portrait.why.rules", version=version, days=rules.window.days))
        with right:
            _facts(proof)


def _safe(value: object) -> object:
    return format.md_escape(value) if isinstance(value, str) else value


def _share(proof: TierProof, rules: RuleDocument) -> float:
    """How far the nearer way to the next tier is gone; with "all", the longer one."""
    if proof.next is None:
        return 1.0
    asked = rules.tier(proof.next.tier)
    ways = [(proof.total_fen, asked.min_spend_fen), (proof.orders, asked.min_orders)]
    gone = [own / least for own, least in ways if least]
    return (max(gone) if rules.match == "any" else min(gone)) if gone else 0.0


def _thresholds(proof: TierProof, rules: RuleDocument) -> None:
    names = tier_names()
    here = t("portrait.here", amount=format.yuan(proof.total_fen), n=format.number(proof.orders))
    st.markdown(here)
    plain_table(
        {
            t("members.tier"): [names[tier.code] for tier in rules.tiers],
            t("portrait.min_spend"): [_asked(tier.min_spend_fen, format.yuan) for tier in rules.tiers],
            t("portrait.min_orders"): [_asked(tier.min_orders, format.number) for tier in rules.tiers],
            t("portrait.own"): ["●" if tier.code == proof.tier else "" for tier in rules.tiers],
        }
    )
    st.caption(t(f"portrait.match.{rules.match}"))


def _asked(least: int | None, say: Callable[[int], str]) -> str:
    return "–" if least is None else say(least)


def _facts(proof: TierProof) -> None:
    """Each order and refund, and what of it counts: the sum is the one above."""
    if not proof.facts:
        st.caption(t("portrait.facts.none"))
        return
    zone = desk().zone
    newest = sorted(proof.facts, key=lambda fact: fact.at, reverse=True)
    plain_table(
        {
            t("portrait.when"): [zone.day(fact.at).isoformat() for fact in newest],
            t("portrait.what"): [
                t(f"portrait.fact.{fact.kind}", id=fact.id.partition(":")[2] or fact.id) for fact in newest
            ],
            t("portrait.amount"): [format.yuan(fact.amount_fen) for fact in newest],
            t("portrait.counted"): [format.yuan(fact.counted_fen) for fact in newest],
            t("portrait.note"): [t(f"tier.note.{fact.note}") for fact in newest],
        }
    )
