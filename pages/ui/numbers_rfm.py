"""Who bought lately, often and much, in a grid and in eight named groups; and how few bring most of the money."""

import streamlit as st

from core.analytics.rfm import TERCILES_FROM, GroupCount
from core.documents.enums import Area
from core.documents.segment import Node
from core.services.concentration import Concentration, RfmCell, cell_tree, group_tree, read_concentration
from pages.ui import format
from pages.ui.charts import Cell, heat_grid, pareto_curve
from pages.ui.chosen import choose
from pages.ui.menu import page_exists
from pages.ui.parts import card, insight
from pages.ui.runtime import cached, desk, now, t

WINDOWS = (90, 365)
LIST, GROUPS, NEW_CAMPAIGN = "members/list.py", "members/groups.py", "marketing/new_campaign.py"
FEW = 30


@cached(Area.ORDERS, Area.MEMBERS)
def _found(days: int) -> Concentration:
    return read_concentration(desk(), days, now=now())


def draw() -> None:
    """The section of the members' numbers."""
    days = st.segmented_control(
        t("rfm.window"), WINDOWS, default=365, key="analysis:rfm:days", required=True, persist_state="session",
        format_func=lambda one: t("rfm.window.days", days=one), label_visibility="collapsed",
    )  # fmt: skip
    found = _found(days)
    if not found.bins:
        with card(t("rfm.title.few")):
            st.markdown(t("rfm.too_few", buyers=TERCILES_FROM))
        return
    left, right = st.columns([3, 2], gap="small")
    with left:
        _grid(found)
    with right:
        _pareto(found)
    _groups(found)


def _grid(found: Concentration) -> None:
    best = next((one for one in found.groups if one.group.value == "best"), None)
    title = t("rfm.title.few")
    if best is not None and best.buyers and found.buyers >= FEW and found.curve.net_fen > 0:
        share = format.percent(best.net_fen / found.curve.net_fen, 0)
        title = t("rfm.title", n=format.number(best.buyers), share=share)
    with card(title, help=t("rfm.method", bins=found.bins), fill=True):
        # A score can have nobody: with many who bought once, two fifths share the lowest one.
        columns = [str(score) for score in sorted({one.r for one in found.cells})]
        lines = [str(score) for score in sorted({one.f for one in found.cells}, reverse=True)]
        cells = [_drawn(one, found.days) for one in found.cells]
        picked = heat_grid(
            cells,
            columns=columns,
            lines=lines,
            column_title=t("today.rfm.recency", best=found.bins),
            line_title=t("today.rfm.frequency"),
            line_height=max(250 // len(lines), 40),
            key=f"analysis:rfm:{found.days}",
        )
        cell = next((one for one in found.cells if (str(one.r), str(one.f)) == picked), None)
        if cell is None:
            st.caption(t("today.rfm.none", n=format.people(found.buyers)))
            _say_shared(found)
        else:
            st.markdown(f"{_told(cell, found.days)} · {format.yuan_short(cell.net_fen)}")
            to_people(cell_tree(cell, found.days), cell.people, "cell")


def _say_shared(found: Concentration) -> None:
    """Why the grid lacks a line: of equals, all have the same score."""
    lacking = sorted(set(range(1, found.bins + 1)) - {one.f for one in found.cells})
    if lacking:
        st.caption(t("rfm.shared", scores=t("regions.comma").join(map(str, lacking))))


def _drawn(one: RfmCell, days: int) -> Cell:
    return Cell(str(one.r), str(one.f), one.people, format.number(one.people), _told(one, days))


def _told(cell: RfmCell, days: int) -> str:
    """Who is in a cell, in words."""
    ago, orders = _span(cell.recency), _span(cell.orders)
    return t("today.rfm.cell", n=format.people(cell.people), ago=ago, days=days, orders=orders)


def _span(pair: tuple[int, int]) -> str:
    least, most = (format.number(one) for one in pair)
    return least if least == most else f"{least}–{most}"


def to_people(tree: Node, people: int, name: str) -> None:
    """The three ways on from a group of people: their list, a group to keep, a coupon."""
    with st.container(horizontal=True):
        for label, page in (
            (t("today.rfm.list", n=format.people(people)), LIST),
            (t("rfm.to_group"), GROUPS),
            (t("today.rfm.send"), NEW_CAMPAIGN),
        ):
            if page_exists(page) and st.button(label, key=f"people:{name}:{page}", type="tertiary"):
                choose(tree)
                st.switch_page(page)


def _pareto(found: Concentration) -> None:
    curve = found.curve
    title = t("pareto.title.few")
    if curve.top_20_share is not None and curve.buyers >= FEW:
        title = t("pareto.title", share=format.percent(curve.top_20_share, 0))
    with card(title, help=t("pareto.method"), fill=True):
        if curve.top_20_share is None:
            st.caption(t("today.money.none"))
            return
        pareto_curve(curve.buyer_share, curve.spend_share, height=290)
        keep = next((one for one in found.groups if one.group.value == "keep"), None)
        if keep is not None and keep.buyers:
            text = t("today.money.keep", n=format.people(keep.buyers), amount=format.yuan_short(keep.net_fen))
            insight(text)
            tree = group_tree(keep.group, found.days)
            if tree is not None:
                to_people(tree, keep.buyers, "pareto")


def _groups(found: Concentration) -> None:
    """The eight groups: who, how many, what they brought, what to do."""
    with card(t("rfm.groups", days=found.days)):
        columns = st.columns(2, gap="medium")
        for place, one in enumerate(found.groups):
            with columns[place % 2]:
                _group(one, found)


def _group(one: GroupCount, found: Concentration) -> None:
    share = format.percent(one.net_fen / found.curve.net_fen, 0) if found.curve.net_fen > 0 else "–"
    figures = t(
        "rfm.group.figures", people=format.people(one.buyers), amount=format.yuan_short(one.net_fen), share=share
    )
    st.markdown(f"**{t(f'rfm.group.{one.group}')}** · {figures}  \n:gray[{t(f'rfm.advice.{one.group}')}]")
    tree = group_tree(one.group, found.days)
    if tree is not None and one.buyers:
        to_people(tree, one.buyers, one.group.value)
