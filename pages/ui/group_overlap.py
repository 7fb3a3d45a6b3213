"""How far two groups are the same people, and each of the three parts as a group of its own."""

import streamlit as st

from core.documents.enums import Area
from core.documents.segment import Group, Node, Not, parse_segment
from core.services.segments import Overlap, overlap
from pages.ui import format, group_draft
from pages.ui.charts import overlap_bars
from pages.ui.group_found import AREAS, raw_tree
from pages.ui.group_pick import offered, pick_group, tree_of
from pages.ui.parts import card, insight
from pages.ui.runtime import actor, cached, desk, now, t

FIRST, SECOND = "groups:overlap:a", "groups:overlap:b"


@cached(*AREAS, Area.SETTINGS)
def _overlap(a: str, b: str) -> Overlap:
    return overlap(desk(), actor(), parse_segment(a), parse_segment(b), now=now())


def show_overlap() -> None:
    """Two pickers, the picture, and the parts."""
    options = offered()
    left, right = st.columns(2, gap="small")
    names = list(options)
    with left:
        first = pick_group(t("groups.overlap.a"), FIRST, options)
    with right:
        second = pick_group(t("groups.overlap.b"), SECOND, options, default=names[1] if len(names) > 1 else None)
    if first is None or second is None:
        return
    a, b = tree_of(first), tree_of(second)
    found = _overlap(raw_tree(a), raw_tree(b))
    words = options[first], options[second]
    with card(_finding(found, *(format.md_escape(word) for word in words)), help=t("groups.overlap.help")):
        if first == second:
            st.caption(t("groups.overlap.same"))
            return
        overlap_bars(words, found.only_a, found.both, found.only_b)
        _parts(found, a, b, *words)
        if not found.either:
            st.caption(t("groups.nobody"))


def _finding(found: Overlap, a: str, b: str) -> str:
    """The title: how much of the smaller one is in the other."""
    if not found.both:
        return t("groups.overlap.none", a=a, b=b)
    small, large, people = (a, b, found.a) if found.a <= found.b else (b, a, found.b)
    if found.both == people:
        return t("groups.overlap.inside", small=small, large=large)
    return t("groups.overlap.finding", small=small, large=large, share=format.percent(found.both / people, 0))


def _parts(found: Overlap, a: Node, b: Node, first: str, second: str) -> None:
    names = {"a": format.md_escape(first), "b": format.md_escape(second)}
    parts = (
        ("only_a", found.only_a, Group("all", (a, Not(b)))),
        ("both", found.both, Group("all", (a, b))),
        ("only_b", found.only_b, Group("all", (b, Not(a)))),
    )
    for column, (part, people, tree) in zip(st.columns(3, gap="small"), parts, strict=True):
        with column, st.container(border=True, height="stretch"):
            st.metric(t(f"groups.overlap.{part}", **names), format.people(people))
            if st.button(
                t("groups.overlap.open"), key=f"groups:overlap:{part}", icon=":material/edit:", disabled=not people
            ):
                group_draft.start(tree, name=t(f"groups.overlap.{part}", a=first, b=second))
                st.rerun()
    insight(t("groups.overlap.say", n=format.people(found.both)))
