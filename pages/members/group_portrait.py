"""The portrait of a group: who these people are beside the whole shop or another group, and what is worth saying of it."""

import streamlit as st

from core.analytics.group_portrait import GroupCounts, TraitName
from core.documents.enums import Area
from core.documents.segment import parse_segment
from core.services.group_portrait import SpendBands, compare_counts, count_group, read_bands, traits_asked
from pages.ui import format
from pages.ui.charts import kpi_card, kpi_row
from pages.ui.group_chosen import choose_group
from pages.ui.group_edit import LIST, NEW_CAMPAIGN, go_to
from pages.ui.group_found import raw_tree
from pages.ui.group_pick import EVERYBODY, pick_group, tree_of
from pages.ui.group_traits import finding, trait_cards
from pages.ui.group_words import group_sentence
from pages.ui.page import page
from pages.ui.parts import insight
from pages.ui.runtime import actor, cached, desk, now, t
from pages.ui.tiers import tier_names

GROUPS = "members/groups.py"
AREAS = (Area.MEMBERS, Area.ORDERS, Area.RULES, Area.CAMPAIGNS)


@cached(Area.ORDERS, Area.MEMBERS)
def _bands() -> SpendBands:
    return read_bands(desk())


@cached(*AREAS)
def _counts(raw: str, edges: tuple[int, ...]) -> GroupCounts:
    return count_group(desk(), actor(), parse_segment(raw), SpendBands(edges), now=now())


@cached(Area.CAMPAIGNS)
def _asked(raw: str) -> frozenset[TraitName]:
    return traits_asked(desk(), parse_segment(raw))


def _numbers(group: GroupCounts, others: GroupCounts, whole: GroupCounts, name: str) -> None:
    """How many they are and what they bring, beside the others."""
    with kpi_row(4) as cards:
        with cards[0]:
            share = format.percent(group.people / whole.people) if whole.people else "–"
            kpi_card(t("group_portrait.people"), format.people(group.people), share, note=t("group_portrait.of_shop"))
        with cards[1]:
            share = format.percent(group.net_fen / whole.net_fen) if whole.net_fen > 0 else "–"
            kpi_card(
                t("group_portrait.net"), format.yuan_short(group.net_fen), share, note=t("group_portrait.of_sales")
            )
        with cards[2]:
            own, other = (side.net_fen // max(side.people, 1) for side in (group, others))
            kpi_card(t("group_portrait.each"), format.yuan_round(own), format.yuan_round(other), note=name)
        with cards[3]:
            own_share, other_share = (side.again / max(side.customers, 1) for side in (group, others))
            kpi_card(
                t("group_portrait.again"),
                format.percent(own_share, 0) if group.customers else "–",
                format.percent(other_share, 0),
                note=name,
                help=t("group_portrait.again.help"),
            )


with page("menu.group_portrait", t("group_portrait.subtitle")) as head:
    left, right = st.columns(2, gap="small")
    with left:
        options, who = choose_group()
    with right:
        beside = {EVERYBODY: t("group_portrait.whole"), **{key: name for key, name in options.items() if key != who}}
        against = pick_group(t("group_portrait.against"), "group_portrait:against", beside) or EVERYBODY
    edges, tree = _bands().edges, tree_of(who)
    raw, everybody = raw_tree(tree), raw_tree(tree_of(EVERYBODY))
    st.caption(group_sentence(tree))
    group, whole = _counts(raw, edges), _counts(everybody, edges)
    others = _counts(raw_tree(tree_of(against)), edges)
    name = beside[against]
    with head.corner:
        if st.button(t("groups.list"), icon=":material/list:", key="group_portrait:list", disabled=not group.people):
            go_to(LIST, tree)
        label = t("groups.send", n=format.people(group.people))
        if st.button(label, type="primary", key="group_portrait:send", disabled=not group.people):
            go_to(NEW_CAMPAIGN, tree)
    if not group.people:
        st.info(t("groups.nobody"), icon=":material/group_off:")
    else:
        bands, tiers = SpendBands(edges), list(tier_names())
        found = compare_counts(group, others, bands, tiers, within=against == EVERYBODY)
        _numbers(group, others, whole, name)
        said = finding(found, format.md_escape(name), bands, _asked(raw))
        insight(f":primary[:material/lightbulb:] {said}", t("group_portrait.change"), GROUPS)
        trait_cards(found, (name, options[who]), bands)
