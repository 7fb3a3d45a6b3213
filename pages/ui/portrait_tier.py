"""The tier of a person as a small proof: how far to the next one, why this one, what keeps it, and how it came about."""

from collections.abc import Callable

import streamlit as st

from core.documents.rules import RuleDocument
from core.rules.tier_reasons import Counted, TierProof
from core.rules.tier_words import member_text, sentences, span_words
from core.services.members import Portrait
from pages.ui import format
from pages.ui.parts import card, progress
from pages.ui.portrait_hold import hold_button, hold_lines
from pages.ui.runtime import desk, lang, now, t
from pages.ui.table import plain_table
from pages.ui.tiers import tier_names

WAYS = ("spend", "orders", "growth")


def tier_card(portrait: Portrait, proof: TierProof, rules: RuleDocument) -> None:
    """Progress to the next tier, why this one, what keeps it until when, and what is held by hand."""
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
        hold_lines(portrait)
        hold_button(portrait)


def why_section(portrait: Portrait, proof: TierProof, rules: RuleDocument, version: int) -> None:
    """Folded: the thresholds of the rules, the facts that count, how the tier came about, and a text to send on."""
    if proof.tier is None:
        return
    with st.expander(t("portrait.why"), icon=":material/help:"):
        left, right = st.columns([2, 3], gap="medium")
        with left:
            _thresholds(proof, rules)
            st.caption(t("portrait.why.version", version=version, span=span_words(rules, lang())))
        with right:
            _facts(proof)
        _history(portrait)
        st.caption(t("portrait.paste"))
        st.code(member_text(proof, rules, lang(), desk().zone, now()), language=None, wrap_lines=True)


def _safe(value: object) -> object:
    return format.md_escape(value) if isinstance(value, str) else value


def _share(proof: TierProof, rules: RuleDocument) -> float:
    """How far the nearer way to the next tier is gone; with "all", the longer one."""
    if proof.next is None:
        return 1.0
    sums = (proof.total_fen, proof.orders, proof.growth)
    gone = [own / least for own, least in zip(sums, rules.tier(proof.next.tier).reach, strict=True) if least]
    return (max(gone) if rules.match == "any" else min(gone)) if gone else 0.0


def _thresholds(proof: TierProof, rules: RuleDocument) -> None:
    """What each tier asks for, and what keeping the own one asks for where that differs."""
    names = tier_names()
    here = t("portrait.here", amount=format.yuan(proof.total_fen), n=format.number(proof.orders))
    grows = rules.by_growth or rules.growth is not None
    st.markdown(here + (t("portrait.here.growth", n=format.number(proof.growth)) if grows else ""))
    say: dict[str, Callable[[int], str]] = {"spend": format.yuan, "orders": format.number, "growth": format.number}
    used = [place for place in range(3) if any(tier.reach[place] is not None for tier in rules.tiers)]
    columns = {t("members.tier"): [names[tier.code] for tier in rules.tiers]}
    for place in used:
        way = WAYS[place]
        columns[t(f"portrait.min_{way}")] = [_asked(tier.reach[place], say[way]) for tier in rules.tiers]
    if any(tier.keep != tier.reach for tier in rules.tiers):
        for place in used:
            way = WAYS[place]
            columns[t(f"portrait.keep_{way}")] = [_asked(tier.keep[place], say[way]) for tier in rules.tiers]
    columns[t("portrait.own")] = ["●" if tier.code == proof.tier else "" for tier in rules.tiers]
    plain_table(columns)
    st.caption(t(f"portrait.match.{rules.match}"))


def _asked(least: int | None, say: Callable[[int], str]) -> str:
    return "–" if least is None else say(least)


def _facts(proof: TierProof) -> None:
    """Each order, refund and interaction, and what of it counts: the sums are those above."""
    if not proof.facts:
        st.caption(t("portrait.facts.none"))
        return
    zone = desk().zone
    newest = sorted(proof.facts, key=lambda fact: fact.at, reverse=True)
    columns = {
        t("portrait.when"): [zone.day(fact.at).isoformat() for fact in newest],
        t("portrait.what"): [_what(fact) for fact in newest],
        t("portrait.amount"): [format.yuan(fact.amount_fen) if fact.kind != "interaction" else "–" for fact in newest],
        t("portrait.counted"): [
            format.yuan(fact.counted_fen) if fact.kind != "interaction" else "–" for fact in newest
        ],
    }
    if any(fact.growth for fact in newest):
        columns[t("portrait.growth")] = [format.number(fact.growth) if fact.growth else "–" for fact in newest]
    columns[t("portrait.note")] = [t(f"tier.note.{fact.note}") for fact in newest]
    plain_table(columns)


def _what(fact: Counted) -> str:
    if fact.kind == "interaction":
        return t(f"rules.earning.{fact.source}")
    return t(f"portrait.fact.{fact.kind}", id=fact.id.partition(":")[2] or fact.id)


def _history(portrait: Portrait) -> None:
    """Each change of the tier with its reason and the version of the rules that it followed."""
    if not portrait.history:
        return
    names, zone = tier_names(), desk().zone
    newest = portrait.history[::-1]
    nobody = t("rules.none")
    plain_table(
        {
            t("portrait.when"): [zone.day(change.changed_at).isoformat() for change in newest],
            t("portrait.from"): [names.get(change.from_tier or "", change.from_tier or nobody) for change in newest],
            t("portrait.to"): [names.get(change.to_tier, change.to_tier) for change in newest],
            t("portrait.reason"): [t(f"tier.reason.{change.reason}") for change in newest],
            t("portrait.version"): [f"#{change.rule_version_id}" for change in newest],
        },
        most=6,
    )
