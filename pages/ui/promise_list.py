"""The list of promises: its numbers, its filters, its rows to tick."""

from datetime import timedelta

import pandas as pd
import streamlit as st

from core.clock import day_number
from core.rules.masking import mask_person
from core.services.promises import Promise, PromiseSummary
from core.store.queries.promises import PromiseFilter
from pages.ui import format
from pages.ui.charts import kpi_card, kpi_row
from pages.ui.people import open_portrait
from pages.ui.runtime import lang, t, today
from pages.ui.table import pick_rows_or_open
from pages.ui.tiers import tier_names

DUES = ("all", "late", "today", "week")
FILTERS = ("due", "benefit", "tier")
WIDTHS = {"due": 150, "occasion": 190}


def numbers(found: PromiseSummary) -> None:
    """Late, due today, to claim, and this month's work."""
    rate = found.on_time_rate
    with kpi_row(4) as cards:
        with cards[0]:
            kpi_card(t("promises.late"), format.number(found.late), help=t("promises.late.help"))
        with cards[1]:
            kpi_card(t("promises.due_today"), format.number(found.due_today))
        with cards[2]:
            cost = t("promises.cost_month", amount=format.yuan_round(found.cost_fen))
            kpi_card(
                t("promises.done_month"), format.number(found.done), cost, note="", help=t("promises.cost_month.help")
            )
        with cards[3]:
            kpi_card(
                t("promises.on_time"), "–" if rate is None else format.percent(rate, 0), help=t("promises.on_time.help")
            )


def from_address() -> None:
    """A link may bring a due day, a benefit and a tier; taken once. The other filters are then open."""
    brought = {name: st.query_params.pop(name, None) for name in FILTERS}
    if any(brought.values()):
        for name, value in brought.items():
            st.session_state[f"promises:{name}"] = value
        st.session_state["promises:owner"] = None
        st.session_state["promises:view"] = "owed"


def show_all() -> None:
    """The whole list again, without filters."""
    st.switch_page("programme/promises.py", query_params={"due": "all"})


def filters(found: PromiseSummary, status: str) -> PromiseFilter:
    """Draw the filters; what they say."""
    names = tier_names()
    groups = [group for group in found.groups if group.status == status]
    benefits = {group.benefit_code: group.name(lang()) for group in groups}
    tiers = [code for code in names if any(group.tier == code for group in groups)]
    columns = st.columns([2.6, 1.5, 1.3, 1.3], gap="small", vertical_alignment="bottom")
    due: str | None = None
    with columns[0]:
        if status == "owed":
            due = st.segmented_control(
                t("promises.due"),
                DUES,
                default=None if "promises:due" in st.session_state else "all",
                format_func=lambda one: t(f"promises.due.{one}"),
                key="promises:due",
            )
    with columns[1]:
        benefit = _choice("benefit", list(benefits), benefits)
    with columns[2]:
        tier = _choice("tier", tiers, names)
    with columns[3]:
        owner = _choice("owner", list(found.owners), {})
    until = {"late": -1, "today": 0, "week": 6 - today().weekday()}.get(due or "all")
    day = None if until is None else day_number(today() + timedelta(days=until))
    return PromiseFilter(status=status, benefit=benefit, tier=tier, owner=owner, due_until=day)


def _choice(name: str, options: list[str], words: dict[str, str]) -> str | None:
    """One filter; a value that a link brought stays a choice when nothing of it is left."""
    key = f"promises:{name}"
    asked = st.session_state.get(key)
    if asked is not None and asked not in options:
        options = [*options, asked]
    return st.selectbox(
        t(f"promises.{name}"),
        options,
        index=None,
        format_func=lambda one: words.get(one, one),
        placeholder=t(f"promises.{name}.any"),
        key=key,
    )


def pick_promises(listed: list[Promise], status: str) -> list[Promise]:
    """The rows to tick, all at once or one by one; the ticked ones."""
    everything = f"promises:all:{status}:{hash(tuple(one.id for one in listed))}"
    every = st.checkbox(t("promises.all", n=format.number(len(listed))), key=everything)
    names = tier_names()
    columns = {
        t("promises.column.due"): [_due(one) for one in listed],
        t("promises.column.who"): [mask_person(one.name, one.nickname, one.member_id) for one in listed],
        t("promises.column.tier"): [names.get(one.tier or "", one.tier or "–") for one in listed],
        t("promises.column.what"): [_what(one) for one in listed],
        t("promises.column.occasion"): [occasion_words(one) for one in listed],
        t("promises.column.cost"): [
            format.yuan(one.cost_fen if one.actual_fen is None else one.actual_fen) for one in listed
        ],
    }
    if status == "done":
        columns[t("promises.column.by")] = [by_words(one) for one in listed]
        if any(one.note for one in listed):
            columns[t("promises.column.note")] = [one.note or "–" for one in listed]
    else:
        columns[t("promises.column.owner")] = [one.owner or one.service_person or "–" for one in listed]
    widths = {t(f"promises.column.{name}"): st.column_config.TextColumn(width=width) for name, width in WIDTHS.items()}
    rows, opened = pick_rows_or_open(
        pd.DataFrame(columns),
        [one.id for one in listed],
        f"promises:{status}",
        t("promises.column.who"),
        columns=widths,
    )
    if opened is not None:
        open_portrait(next(one.public_id for one in listed if one.id == opened))
    st.caption(t("promises.click"))
    picked = set(rows)
    return listed if every else [one for one in listed if one.id in picked]


def _due(one: Promise) -> str:
    """The day, and how late it is."""
    if one.status == "done" and one.done_day is not None:
        late = (one.done_day - one.due).days
        day = format.day(one.done_day)
        return t("promises.done_late", day=day, n=late) if late > 0 else day
    if one.late_days:
        return t("promises.is_late", day=format.day(one.due), n=one.late_days)
    if one.due == today():
        return t("promises.is_today")
    return t("promises.no_end") if one.due.year == 9999 else format.day(one.due, year=one.due.year != today().year)


def _what(one: Promise) -> str:
    what = one.what(lang())
    return f"{what} × {one.quantity}" if one.quantity > 1 else what


def by_words(one: Promise) -> str:
    """Who did it, where an import saw it done: that."""
    return t("promises.by_import") if one.done_by == "import" else one.done_by or "–"


def occasion_words(one: Promise) -> str:
    """The occasion as people say it: a birthday, the year, the order, what points were claimed for."""
    kind, _, rest = one.occasion.partition(":")
    if kind == "claim" or one.benefit_code == "goodwill":
        return t(f"promises.occasion.{'claim' if kind == 'claim' else 'goodwill'}")
    if kind == "order":
        return t("promises.occasion.order", number=one.order_no or rest)
    if kind in ("birthday", "year"):
        return t(f"promises.occasion.{kind}", year=rest)
    if kind in ("quarter", "month"):
        return t(f"promises.occasion.{kind}", year=rest[:4], n=int(rest[-1:] if kind == "quarter" else rest[-2:]))
    return t("promises.occasion.once")
