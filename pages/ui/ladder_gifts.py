"""What the ladder gives: the benefit grid, what each tier adds to the one below, and the milestones."""

import streamlit as st

from core.documents.rules import RuleDocument
from core.rules.earning_words import earning_words, expiry_words, member_day_words, milestone_goal, milestone_reward
from pages.ui.benefit_table import benefit_grid, gained
from pages.ui.format import md_escape
from pages.ui.parts import card
from pages.ui.runtime import lang, t
from pages.ui.table import plain_table


def show_gifts(document: RuleDocument) -> None:
    """Benefits by tier; below them what moving up brings, how points are earned, and the milestones."""
    with card(t("tiers.benefits")):
        if not document.benefits:
            st.caption(t("tiers.no_benefits"))
        else:
            st.dataframe(benefit_grid(document), hide_index=True, width="stretch")
    left, right = st.columns(2, gap="small")
    with left, card(t("tiers.gained"), fill=True):
        for tier in document.tiers[1:]:
            lines = gained(document, tier.code)
            st.markdown(t("tiers.gained.to", tier=md_escape(tier.name(lang())), n=len(lines)))
            st.caption("  \n".join(md_escape(line) for line in lines) if lines else t("tiers.gained.nothing"))
    with right, card(t("tiers.earned"), fill=True):
        _earned(document)
        _milestones(document)


def _earned(document: RuleDocument) -> None:
    """Where points and growth come from, in short."""
    for ledger, rules in (("points", document.points), ("growth", document.growth)):
        if rules is not None:
            said = [earning_words(earning, lang()) for earning in rules.earnings]
            st.markdown(f"**{t(f'rules.{ledger}').capitalize()}** {md_escape(t('phrase.semicolon').join(said))}")
    if document.points is not None:
        days = [member_day_words(day, lang()) for day in document.points.days]
        st.caption(" · ".join([*days, expiry_words(document.points, lang())]))
    if document.points is None and document.growth is None:
        st.caption(t("tiers.earned.none"))


def _milestones(document: RuleDocument) -> None:
    if not document.milestones:
        st.caption(t("tiers.milestones.none"))
        return
    plain_table(
        {
            t("tiers.milestones"): [one.name(lang()) for one in document.milestones],
            t("tiers.milestone.at"): [milestone_goal(one, lang()) for one in document.milestones],
            t("tiers.milestone.reward"): [milestone_reward(one, lang()) for one in document.milestones],
        }
    )
