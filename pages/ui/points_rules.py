"""The earning rules in force, in words, and what an order earns by tier; editing is the rules' own page."""

import streamlit as st

from core.documents.earning import Earning
from core.documents.rules import RuleDocument
from core.rules.earning_words import expiry_words, member_day_words, rate_words
from core.rules.points_preview import units_by_tier
from pages.ui import format
from pages.ui.parts import card, link
from pages.ui.runtime import lang, t, today
from pages.ui.table import plain_table

SAMPLE_FEN = 100_00
TIERS = "programme/tiers.py"


def show_rules(document: RuleDocument) -> None:
    """How points are earned, how long they last, and what 100 yuan earn."""
    points = document.points
    if points is None:
        return
    left, right = st.columns([3, 2], gap="small")
    with left, card(t("points.rules"), fill=True):
        for earning in points.earnings:
            st.markdown(f"- {_earning(earning)}")
        for name, pct in points.category_pct.items():
            st.markdown(f"- {t('points.rules.category', name=format.md_escape(name), times=f'{pct / 100:g}')}")
        for day in points.days:
            st.markdown(f"- {t('points.rules.day', day=member_day_words(day, lang()))}")
        pending = "points.rules.pending" if points.pending_days else "points.rules.at_once"
        st.markdown(f"- {t(pending, n=format.days(points.pending_days))}")
        st.markdown(f"- {t('points.rules.expiry', when=expiry_words(points, lang()))}")
        st.markdown(f"- {t('points.rules.value', amount=format.yuan(points.value_fen))}")
        link(t("points.rules.edit"), TIERS, icon="edit")
    with right, card(t("points.sample", amount=format.yuan(SAMPLE_FEN)), fill=True):
        units = units_by_tier(document, SAMPLE_FEN, today())
        names = document.names(lang())
        worth = [units[code] * points.value_fen // 100 for code in names]
        plain_table(
            {
                t("points.sample.tier"): list(names.values()),
                t("points.sample.units"): [format.number(units[code]) for code in names],
                t("points.sample.worth"): [format.yuan(fen) for fen in worth],
                t("points.sample.share"): [format.percent(fen / SAMPLE_FEN) for fen in worth],
            }
        )
        st.caption(t("points.sample.say", day=format.day(today())))


def _earning(earning: Earning) -> str:
    """One source as a sentence, with its caps."""
    said = [t("points.rules.earn", kind=t(f"rules.earning.{earning.kind}"), n=rate_words(earning))]
    if earning.per_day is not None:
        said.append(t("rules.cap_day", n=format.number(earning.per_day)))
    if earning.lifetime is not None:
        said.append(t("rules.cap_life", n=format.number(earning.lifetime)))
    return t("phrase.comma").join(said)
