"""Which side's tiers and points hold, the platform's grades beside ours, and the sheet to type into the platform."""

import pandas as pd
import streamlit as st

from core.documents.enums import Area
from core.documents.rules import RuleDocument
from core.money import as_yuan
from core.services.platform_grades import MOST_LISTED, Differing, GradeView, read_grades, set_grade_map, set_sides
from pages.ui import format
from pages.ui.charts import Cell, heat_grid
from pages.ui.page import guard
from pages.ui.parts import card, download, flash
from pages.ui.people import called, people_table
from pages.ui.runtime import actor, cached, desk, lang, now, settings, t

SIDES = ("memberdesk", "platform")


@cached(Area.MEMBERS, Area.RULES, Area.SETTINGS)
def _grades() -> GradeView:
    return read_grades(desk(), now=now())


def show_sides() -> None:
    """The two switches; then what follows from them."""
    view = _grades()
    _choose()
    left, right = st.columns(2, gap="small")
    with left:
        _sheet(view.document)
    with right:
        _compare(view)
    if view.graded:
        _differences(view)


def _choose() -> None:
    """Whose tiers, whose points; each with what it means."""
    with card(t("sides.title"), help=t("sides.help")):
        known = settings()
        chosen = {}
        for column, what in zip(st.columns(2, gap="medium"), ("tier", "points"), strict=True):
            with column:
                before = known.tier_side if what == "tier" else known.points_side
                chosen[what] = st.radio(
                    t(f"sides.{what}"),
                    SIDES,
                    index=SIDES.index(before),
                    format_func=lambda side: t(f"sides.{side}"),
                    key=f"sides:{what}",
                    horizontal=True,
                )
                st.caption(t(f"sides.{what}.{chosen[what]}.note"))
        same = (chosen["tier"], chosen["points"]) == (known.tier_side, known.points_side)
        if st.button(t("sides.save"), type="primary", key="sides:save", disabled=same):
            set_sides(desk(), actor(), tier_side=chosen["tier"], points_side=chosen["points"])
            flash(t("sides.saved"))
            st.rerun()


def _sheet(document: RuleDocument) -> None:
    """What to type into the platform's settings, line by line."""
    with card(t("sides.sheet"), help=t("sides.sheet.help"), fill=True):
        frame = sheet_frame(document)
        st.dataframe(frame, hide_index=True, width="stretch")
        if document.match == "all" or document.window.kind != "rolling" or document.by_growth:
            st.caption(t("sides.sheet.unlike"))
        download(t("sides.sheet.get"), lambda: frame.to_csv(index=False).encode("utf-8-sig"), "platform-tiers.csv")


def sheet_frame(document: RuleDocument) -> pd.DataFrame:
    """One line a tier: what the platform asks for when a grade is set up."""
    nothing = t("rules.none")
    said = {
        t("tiers.column.tier"): [tier.name(lang()) for tier in document.tiers],
        t("sides.sheet.amount"): [
            nothing if not tier.min_spend_fen else f"{as_yuan(tier.min_spend_fen):f}".removesuffix(".00")
            for tier in document.tiers
        ],
        t("sides.sheet.orders"): [nothing if not tier.min_orders else str(tier.min_orders) for tier in document.tiers],
    }
    offers = [one for one in document.benefits if one.kind in ("member_price", "free_shipping")]
    for benefit in offers:
        cells = [benefit.cells.get(tier.code) for tier in document.tiers]
        said[benefit.name(lang())] = [nothing if cell is None else cell.value(lang()) for cell in cells]
    return pd.DataFrame(said)


def _compare(view: GradeView) -> None:
    """People by the platform's grade and our tier, and which grade is which tier."""
    with card(t("sides.compare"), help=t("sides.compare.help"), fill=True):
        if not view.graded:
            st.caption(t("sides.no_grades"))
            return
        names = view.document.names(lang())
        grades = sorted({grade for grade, _ in view.counts})
        lines = [t("sides.grade", n=grade) for grade in reversed(grades)]
        cells = [
            Cell(names.get(tier, tier), t("sides.grade", n=grade), count, format.number(count), format.people(count))
            for (grade, tier), count in view.counts.items()
        ]
        heat_grid(
            cells,
            columns=list(names.values()),
            lines=lines,
            column_title=t("sides.ours"),
            line_title=t("sides.platform_grade"),
            line_height=38,
        )
        with st.expander(t("sides.map")):
            _map(view)


def _map(view: GradeView) -> None:
    codes, names = list(view.document.codes), view.document.names(lang())
    chosen: dict[int, str] = {}
    for grade, tier in view.tier_of.items():
        chosen[grade] = st.selectbox(
            t("sides.grade", n=grade),
            codes,
            index=codes.index(tier) if tier in codes else len(codes) - 1,
            format_func=lambda code: names[code],
            key=f"sides:grade:{grade}",
        )
    if st.button(t("sides.map.save"), key="sides:map"):
        with guard():
            set_grade_map(desk(), actor(), chosen, now=now())
            flash(t("sides.saved"))
            st.rerun()


def _differences(view: GradeView) -> None:
    """Everybody whose grade is another than our tier, by name; the whole list as a file."""
    with card(t("sides.differences")):
        if not view.differing:
            st.markdown(t("sides.no_difference"))
            return
        say = "platform" if settings().tier_side == "platform" else "memberdesk"
        st.markdown(t(f"sides.differ.{say}", n=format.number(view.differing)))
        people_table(_frame(view, view.listed), [one.member_id for one in view.listed], "sides:people", height=300)
        with st.container(horizontal=True, vertical_alignment="center"):
            download(t("sides.differences.get"), _csv, "tier-differences.csv")
            st.caption(t("people.click"), width="content")


def _frame(view: GradeView, people: list[Differing]) -> pd.DataFrame:
    names = view.document.names(lang())
    return pd.DataFrame(
        {
            t("tiers.column.person"): called([one.member_id for one in people]),
            t("sides.platform_grade"): [str(one.grade) for one in people],
            t("sides.platform_tier"): [names.get(one.platform_tier or "", t("rules.none")) for one in people],
            t("sides.ours"): [names.get(one.tier, one.tier) for one in people],
        }
    )


def _csv() -> bytes:
    view = read_grades(desk(), now=now(), most=MOST_LISTED)
    frame = _frame(view, view.listed)
    frame.insert(0, t("tiers.column.member"), [one.member_id for one in view.listed])
    return frame.to_csv(index=False).encode("utf-8-sig")
