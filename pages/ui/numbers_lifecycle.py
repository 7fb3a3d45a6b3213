"""The six states of the customers: how many are in each, what they brought, what each means here, and how right they were."""

import streamlit as st

from core.analytics.lifecycle import FEWEST, LOST
from core.documents.enums import Area
from core.documents.segment import Leaf
from core.services.lifecycle import Lifecycle, Usual, read_lifecycle
from core.services.rhythm import Accuracy
from pages.ui import format
from pages.ui.charts import ShareRow, share_bars
from pages.ui.numbers_rfm import to_people
from pages.ui.parts import card, empty_state, insight
from pages.ui.runtime import cached, desk, now, t
from pages.ui.table import plain_table

FEW = 30


@cached(Area.ORDERS, Area.MEMBERS)
def _found() -> Lifecycle:
    return read_lifecycle(desk(), now=now())


def draw() -> None:
    """The section of the members' numbers."""
    found = _found()
    if not found.states:
        key = "lifecycle.too_few" if found.repeaters < FEWEST else "lifecycle.not_yet"
        empty_state(t(key, fewest=FEWEST, people=found.repeaters), icon="hourglass_empty")
        return
    _states(found)
    left, right = st.columns(2, gap="small")
    with left:
        _right(found.accuracy)
    with right:
        _usual(found.usual)
    _foot(found)


def _states(found: Lifecycle) -> None:
    people, net = sum(one.people for one in found.states), sum(max(one.net_fen, 0) for one in found.states)
    by_name = {one.state: one for one in found.states}
    fading = by_name["slipping"].people + by_name["dormant"].people
    spent = max(by_name["slipping"].net_fen, 0) + max(by_name["dormant"].net_fen, 0)
    said = {"people": format.people(fading), "amount": format.yuan_short(spent)}
    title = t("lifecycle.title", **said) if people >= FEW and fading else t("lifecycle.title.few")
    with card(title, help=t("lifecycle.method")):
        bars = [ShareRow(t("lifecycle.people"), [(_name(one.state), one.people / people) for one in found.states])]
        if net > 0:
            money = [(_name(one.state), max(one.net_fen, 0) / net) for one in found.states]
            bars.append(ShareRow(t("lifecycle.sales"), money))
        share_bars(bars)
        state = st.segmented_control(
            t("lifecycle.look"), list(by_name), default="slipping", key="analysis:lifecycle:state", required=True,
            format_func=lambda one: f"{_name(one)} {format.number(by_name[one].people)}",
        )  # fmt: skip
        chosen = by_name[state]
        meaning = t(f"lifecycle.meaning.{state}", **_numbers(found.usual))
        share = format.percent(max(chosen.net_fen, 0) / net) if net > 0 else "–"
        figures = t("lifecycle.figures", people=format.people(chosen.people), share=share)
        st.markdown(f"**{_name(state)}** · {figures}  \n{meaning}")
        if chosen.people:
            to_people(Leaf("lifecycle", "in", (state,)), chosen.people, f"state:{state}")


def _name(state: str) -> str:
    return t(f"outlook.state.{state}")


def _numbers(usual: tuple[Usual, ...]) -> dict[str, object]:
    """The owner's own numbers: of the category with most repeat customers, else of the whole shop."""
    one = usual[1] if len(usual) > 1 else usual[0]
    whom = t("lifecycle.whole") if one.category is None else format.md_escape(one.category)
    return {
        "whom": whom,
        "usual": one.rhythm_days,
        "slipping": one.slipping_after,
        "dormant": one.dormant_after,
        "lost": one.lost_after,
    }


def _right(told: Accuracy | None) -> None:
    """What was said a year ago against what happened."""
    lost = next((one for one in told.states if one.state == "lost"), None) if told else None
    title = t("lifecycle.right.few")
    if lost is not None and lost.people >= FEW:
        title = t("lifecycle.right", share=format.percent(lost.came_back / lost.people))
    with card(title, help=t("lifecycle.right.method"), fill=True):
        if told is None:
            st.caption(t("lifecycle.right.none"))
            return
        rows = {name: [] for name in ("state", "people", "back")}  # type: dict[str, list[str]]
        for one in told.states:
            rows["state"].append(_name(one.state))
            rows["people"].append(format.number(one.people))
            share = format.percent(one.came_back / one.people) if one.people >= FEW else t("lifecycle.few")
            rows["back"].append(share)
        plain_table({t(f"lifecycle.column.{name}"): values for name, values in rows.items()})
        sample = "" if told.every == 1 else t("lifecycle.right.sample", every=told.every)
        insight(t("lifecycle.right.say", day=format.day(told.asked_on, year=True)) + sample)


def _usual(usual: tuple[Usual, ...]) -> None:
    """How often who buys what comes back, and when a silence means something."""
    first = usual[1] if len(usual) > 1 else usual[0]
    numbers = _numbers((usual[0], first))
    with card(
        t("lifecycle.usual", **numbers), help=t("lifecycle.usual.method", chance=format.percent(LOST, 0)), fill=True
    ):
        names = [t("lifecycle.whole") if one.category is None else one.category for one in usual[:9]]
        columns = {t("lifecycle.column.category"): names}
        for name, field in (
            ("rhythm", "rhythm_days"),
            ("slipping", "slipping_after"),
            ("dormant", "dormant_after"),
            ("lost", "lost_after"),
        ):
            columns[t(f"lifecycle.column.{name}")] = [format.days(getattr(one, field)) for one in usual[:9]]
        plain_table(columns)


def _foot(found: Lifecycle) -> None:
    if found.fitted_on is not None:
        counts = {"customers": format.people(found.customers), "repeaters": format.people(found.repeaters)}
        st.caption(t("lifecycle.as_of", day=format.day(found.fitted_on, year=True), **counts))
