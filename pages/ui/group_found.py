"""Whom a group finds: its sentence, the number of today, and the first ten of them, each with the why."""

import streamlit as st

from core.clock import day_number
from core.documents.canonical import canonical_json
from core.documents.enums import Area
from core.documents.segment import EVERYONE, Node, parse_segment
from core.errors import Refusal
from core.rules.masking import mask_person
from core.services.segments import count_segment, list_segment
from core.store.queries.segments import SegmentMember
from pages.ui import format
from pages.ui.group_why import why_dialog
from pages.ui.group_words import both_sentences, group_sentence
from pages.ui.page import sentence
from pages.ui.parts import card
from pages.ui.runtime import actor, cached, desk, now, t, today
from pages.ui.tiers import tier_names

SAMPLE = 10
PORTRAIT = "members/portrait.py"
AREAS = (Area.MEMBERS, Area.ORDERS, Area.RULES, Area.CAMPAIGNS, Area.MESSAGES)


def raw_tree(tree: Node) -> str:
    """A tree as JSON text, the key of what is counted for it."""
    return canonical_json(tree.as_json())


@cached(*AREAS)
def group_count(raw: str) -> int:
    """How many people a tree (JSON text) finds today."""
    return count_segment(desk(), actor(), parse_segment(raw), now=now()).members


@cached(*AREAS)
def _sample(raw: str) -> list[SegmentMember]:
    return list_segment(desk(), actor(), parse_segment(raw), now=now(), limit=SAMPLE)


def found_card(tree: Node) -> int:
    """The sentence, how many there are today, and the first few of them; the count."""
    raw = raw_tree(tree)
    with card(t("groups.found")):
        try:
            number, lines = group_count(raw), _sample(raw)
        except Refusal as refusal:
            st.error(sentence(refusal), icon=":material/error:")
            return 0
        _said(tree)
        everybody = group_count(raw_tree(EVERYONE))
        share = format.percent(number / everybody) if everybody else "–"
        st.metric(
            t("groups.today"),
            format.people(number),
            t("groups.share", share=share),
            delta_color="off",
            delta_arrow="off",
        )
        if not number:
            st.caption(t("groups.nobody"))
        for line in lines:
            _person(tree, line)
        if lines:
            st.caption(f"{t('groups.sample', n=len(lines))} {t('groups.sample.clicks')}")
    return number


def _said(tree: Node) -> None:
    """What the group is in one sentence; in the other language one click away."""
    st.markdown(group_sentence(tree))
    with st.popover(t("groups.both"), icon=":material/translate:", type="tertiary"):
        for text in both_sentences(tree):
            st.markdown(text)


def _person(tree: Node, line: SegmentMember) -> None:
    """One of them: a click on the name opens the portrait, the other says why this person is in."""
    tier = tier_names().get(line.tier or "", t("members.customer"))
    facts = [format.md_escape(tier)]
    if line.last_day is not None:
        facts += [t("groups.line.orders", n=format.number(line.orders)), format.yuan_round(line.net_fen)]
        facts.append(t("groups.line.ago", days=format.days(day_number(today()) - line.last_day)))
    name = format.md_escape(mask_person(line.name, line.nickname, line.id))
    who, what, why = st.columns([3, 9, 1.4], gap="xsmall", vertical_alignment="center")
    if who.button(name, key=f"groups:who:{line.id}", type="tertiary", help=t("groups.to_portrait")):
        st.switch_page(PORTRAIT, query_params={"member": str(line.id)})
    what.caption(" · ".join(facts))
    if why.button("", key=f"groups:why:{line.id}", type="tertiary", icon=":material/help:", help=t("groups.why")):
        why_dialog(tree, line.id, name)
