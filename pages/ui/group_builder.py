"""The builder of a group: all, any or none of some conditions, and beside it what it says and whom it finds."""

import streamlit as st

from core.clock import day_number
from core.documents.enums import Area
from core.documents.segment import FIELDS, Node, parse_segment
from core.errors import Refusal
from core.rules.masking import mask_person
from core.services.segments import count_segment, list_segment
from core.store.queries.segments import SegmentMember
from pages.ui import format
from pages.ui.group_draft import DEEPEST, OPS, Part, add_group, add_leaf, leaf_parts, remove, tree_json
from pages.ui.group_leaf import leaf_fault, leaf_row
from pages.ui.group_words import group_sentence
from pages.ui.page import sentence
from pages.ui.parts import card
from pages.ui.runtime import actor, cached, desk, now, t, today
from pages.ui.table import plain_table
from pages.ui.tiers import tier_names

SAMPLE = 6


@cached(Area.MEMBERS, Area.ORDERS, Area.RULES, Area.CAMPAIGNS)
def group_count(raw: str) -> int:
    """How many people a tree (JSON text) finds today."""
    return count_segment(desk(), actor(), parse_segment(raw), now=now()).members


@cached(Area.MEMBERS, Area.ORDERS, Area.RULES, Area.CAMPAIGNS)
def _sample(raw: str) -> list[SegmentMember]:
    return list_segment(desk(), actor(), parse_segment(raw), now=now(), limit=SAMPLE)


def builder(root: Part) -> Node | None:
    """Draw the conditions; the tree when it is sound."""
    with card(t("groups.builder")):
        _group(root, 1)
    faults = [fault for leaf in leaf_parts(root) if (fault := leaf_fault(leaf))]
    if faults:
        st.info(t("groups.unfinished", n=len(faults)), icon=":material/edit:")
        return None
    try:
        return parse_segment(tree_json(root))
    except Refusal as refusal:
        st.error(
            t("groups.fault.empty") if refusal.code == "segment_empty" else sentence(refusal), icon=":material/error:"
        )
        return None


def _group(part: Part, depth: int) -> None:
    """One group: how its parts go together, the parts, and what can be added."""
    key = f"groups:{part['id']}:how"
    if key not in st.session_state:
        st.session_state[key] = part["op"]
    part["op"] = st.segmented_control(
        t("groups.how"), OPS, format_func=lambda op: t(f"groups.how.{op}"), key=key, required=True,
        label_visibility="collapsed",
    )  # fmt: skip
    for one in list(part["parts"]):
        if one["kind"] == "leaf":
            gone = leaf_row(one)
        else:
            with st.container(border=True):
                _group(one, depth + 1)
                gone = st.button(
                    t("groups.remove_group"), icon=":material/delete:", key=f"groups:{one['id']}:gone", type="tertiary"
                )
        if gone:
            remove(part, one["id"])
            st.rerun()
    with st.container(horizontal=True):
        with st.popover(t("groups.add"), icon=":material/add:"), st.container(horizontal=True, gap="xsmall", width=420):
            for name in FIELDS:
                if st.button(t(f"groups.field.{name}"), key=f"groups:{part['id']}:add:{name}"):
                    add_leaf(part, name)
                    st.rerun()
        if depth < DEEPEST and st.button(
            t("groups.add_group"), icon=":material/account_tree:", key=f"groups:{part['id']}:add"
        ):
            add_group(part)
            st.rerun()


def found_card(tree: Node, raw: str) -> int:
    """The sentence, how many there are today, and the first few of them; the count."""
    with card(t("groups.found")):
        st.markdown(group_sentence(tree))
        number = group_count(raw)
        st.metric(t("groups.today"), format.people(number))
        if not number:
            st.caption(t("groups.nobody"))
            return 0
        tiers, last = tier_names(), day_number(today())
        lines = _sample(raw)
        plain_table(
            {
                t("members.column.who"): [mask_person(one.name, one.nickname, one.id) for one in lines],
                t("members.column.tier"): [tiers.get(one.tier or "", t("members.customer")) for one in lines],
                t("members.column.orders"): [format.number(one.orders) for one in lines],
                t("members.column.net"): [format.yuan_round(one.net_fen) for one in lines],
                t("members.column.recency"): [_ago(one.last_day, last) for one in lines],
            }
        )
        st.caption(t("groups.sample", n=len(lines)))
    return number


def _ago(last_day: int | None, today_number: int) -> str:
    return "–" if last_day is None else format.days(today_number - last_day)
