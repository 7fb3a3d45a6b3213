"""What customers are still worth: last year's value in its three parts, what is expected and of whom, and how right that was."""

import streamlit as st

from core.clock import day_of
from core.documents.enums import Area
from core.documents.segment import Group, Leaf, Node, Not
from core.services.lifetime import ALIVE_BORDERS_BP, AliveBand, ShopLifetime, read_kept
from pages.ui import format
from pages.ui.charts import Bar, kpi_card, kpi_row, ranked_bars
from pages.ui.chosen import choose
from pages.ui.lifetime_check import show_check
from pages.ui.lifetime_value import show_value
from pages.ui.parts import card, empty_state
from pages.ui.runtime import cached, desk, t

FEW = 30


@cached(Area.ORDERS, Area.MEMBERS)
def _kept() -> tuple[ShopLifetime, list[AliveBand], int] | None:
    return read_kept(desk())


def draw() -> None:
    """The section of the members' numbers."""
    kept = _kept()
    if kept is None:
        empty_state(t("lifetime.none"), icon="hourglass_empty")
        return
    found, bands, half = kept
    _figures(found)
    if found.bgnbd is None or found.spread is None:
        _missing(found)
    left, right = st.columns([3, 2], gap="small")
    with left:
        show_value(found.change)
    with right:
        _spread(found, half)
    left, right = st.columns([2, 3], gap="small")
    with left:
        _alive(bands)
    with right:
        show_check(found.held)
    _foot(found)


def _figures(found: ShopLifetime) -> None:
    """Expected, each, last year's, and how far the last forecast was off."""
    change, check = found.change, found.held and found.held.check
    with kpi_row(4) as cards:
        if found.spread is not None:
            with cards[0]:
                kpi_card(t("lifetime.kpi.expected"), format.yuan_short(found.spread.value_fen))
            with cards[1]:
                kpi_card(
                    t("lifetime.kpi.each"),
                    format.yuan_round(found.spread.value_fen // found.spread.people),
                    format.people(found.spread.people),
                    note="",
                )
        if change is not None:
            with cards[2]:
                moved = format.change(change.before.value_fen, change.last.value_fen) if change.before.buyers else None
                good = None if moved is None else change.last.value_fen >= change.before.value_fen
                worth = format.yuan_round(round(change.last.value_fen))
                kpi_card(t("lifetime.kpi.value"), worth, moved, good=good, note=t("lifetime.kpi.before"))
        if check and check.miss is not None:
            with cards[3]:
                kpi_card(t("lifetime.kpi.check"), format.percent(abs(check.miss)), help=t(_check_key(found)))


def _check_key(found: ShopLifetime) -> str:
    assert found.held and found.held.check
    return f"lifetime.check.{found.held.check.verdict}"


def _missing(found: ShopLifetime) -> None:
    """Why nothing is foreseen, in one sentence."""
    missing = found.learnt.missing
    with card(t("lifetime.thin.title")):
        if missing is None:
            st.markdown(t("lifetime.thin.money"))
        else:
            counts = {"have": format.number(missing.have or 0), "needed": format.number(missing.needed or 0)}
            st.markdown(t(f"lifetime.thin.{missing.reason}", **counts))


def _spread(found: ShopLifetime, half: int) -> None:
    """How few hold most of what is expected."""
    held = found.spread
    if held is None:
        return
    with card(t("lifetime.half", share=format.percent(held.half_people / held.people, 0)), fill=True):
        bars = [
            Bar(t("lifetime.top", percent=percent), share, percent == 10)
            for percent, share in held.curve
            if percent < 100
        ]
        ranked_bars(bars, "percent")
        amounts = {"value": format.yuan_round(held.value_fen), "from_fen": format.yuan_round(held.half_fen)}
        st.markdown(
            t("lifetime.half.say", days=found.terms.horizon_days, people=format.people(held.half_people), **amounts)
        )
        if half:
            _to_group(
                t("lifetime.half.act", people=format.people(half)), "half", Leaf("value_fen", "ge", held.half_fen)
            )


def _alive(bands: list[AliveBand]) -> None:
    """How many still come, by bands, each a click from its list."""
    if not bands:
        return
    known = {band.least_bp: band for band in bands}
    judged = sum(band.people for band in bands if band.least_bp is not None)
    likely = known.get(ALIVE_BORDERS_BP[-1])
    title = t("lifetime.alive.few")
    if judged >= FEW:
        title = t("lifetime.alive", share=format.percent((likely.people if likely else 0) / judged, 0))
    with card(title, help=t("lifetime.alive.help"), fill=True):
        for least in (*reversed(ALIVE_BORDERS_BP), None):
            _band(least, known.get(least))


def _band(least: int | None, band: AliveBand | None) -> None:
    name = "once" if least is None else str(least)
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        value = t("lifetime.band.none")
        if band is not None:
            amount = format.yuan_short(band.value_fen)
            value = t("lifetime.band.value", people=format.people(band.people), value=amount)
        st.markdown(f"{t(f'lifetime.band.{name}')}  \n:gray[{value}]", width="content")
        if band is not None:
            _to_group(t("lifetime.band.act"), name, band_tree(least))


def band_tree(least_bp: int | None) -> Node:
    """The group that a band counts."""
    if least_bp is None:
        return Group("all", (Leaf("orders", "between", (1, 1)), Leaf("alive_pct", "ge", 0)))
    parts: list[Node] = [Leaf("orders", "ge", 2), Leaf("alive_pct", "ge", least_bp // 100)]
    above = [border for border in ALIVE_BORDERS_BP if border > least_bp]
    if above:
        parts.append(Not(Leaf("alive_pct", "ge", above[0] // 100)))
    return Group("all", tuple(parts))


def _to_group(label: str, name: str, tree: Node) -> None:
    """A button that opens the people of a tree as a group."""
    if st.button(label, key=f"lifetime:{name}", icon=":material/arrow_forward:", type="tertiary"):
        choose(tree)
        st.switch_page("members/groups.py")


def _foot(found: ShopLifetime) -> None:
    """As of when, of how many, and the method one click away."""
    with st.container(horizontal=True, vertical_alignment="center"):
        counts = {
            "customers": format.people(found.learnt.customers),
            "repeaters": format.people(found.learnt.repeaters),
        }
        st.caption(t("lifetime.as_of", day=format.day(day_of(found.as_of_day), year=True), **counts), width="content")
        with st.popover(t("lifetime.method"), type="tertiary"):
            discount = format.percent(found.terms.yearly_discount_bp / 10_000, 0)
            st.markdown(t("lifetime.method.say", discount=discount))
            st.caption(t("lifetime.method.source", margin=format.percent(found.terms.margin_bp / 10_000)))
