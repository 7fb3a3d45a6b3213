"""What a person bought: rhythm, categories, habits, orders."""

import numpy as np
import streamlit as st

from core.analytics.habits import BANDS, HOURS, Habits, find_habits
from core.clock import day_number
from core.services.members import Portrait, buying_lines
from core.services.outlook import PersonOutlook
from pages.ui import format
from pages.ui.charts import Bar, Cell, Expected, Purchase, heat_grid, purchase_dots, ranked_bars
from pages.ui.parts import card
from pages.ui.runtime import desk, t, today
from pages.ui.table import plain_table

WEEKDAYS = 7


def rhythm_card(portrait: Portrait, outlook: PersonOutlook | None) -> None:
    """When and how much, and when the next one is expected."""
    zone = desk().zone
    with card(t("portrait.rhythm"), fill=True, help=t("portrait.rhythm.help")):
        dots = [
            Purchase(zone.day(order.at), order.paid_fen, order.category or t("portrait.other"))
            for order in portrait.orders
            if order.paid and order.at is not None
        ]
        if not dots:
            st.caption(t("portrait.rhythm.none"))
            return
        expected = None
        if outlook is not None and outlook.state != "lost":
            expected = Expected(outlook.next_day, outlook.slipping_day, today())
        purchase_dots(dots, expected=expected)
        if expected is not None:
            days = {"next": format.day(expected.day), "until": format.day(expected.until)}
            key = "past" if expected.until <= today() else "late" if expected.day < today() else "expected"
            st.caption(t(f"portrait.rhythm.{key}", **days))


def categories_card(portrait: Portrait) -> None:
    """What the money goes to."""
    with card(t("portrait.categories"), fill=True):
        if portrait.categories:
            ranked_bars([Bar(name, max(net, 0)) for name, _, net in portrait.categories[:6]], "yuan")
        else:
            st.caption(t("portrait.rhythm.none" if portrait.profile is None else "portrait.categories.none"))


def habits_of(portrait: Portrait) -> Habits:
    """The habits in a person's paid orders."""
    zone = desk().zone
    walls = [zone.local(order.at) for order in portrait.orders if order.paid and order.at is not None]
    days = np.array([day_number(wall.date()) for wall in walls], dtype=np.int64)
    hours = np.array([wall.hour for wall in walls], dtype=np.int64)
    return find_habits(days, hours, buying_lines(desk(), portrait.member.id or 0))


def habit_cards(portrait: Portrait) -> None:
    """Price band, weekday and part of the day, each titled by what it shows."""
    habits = habits_of(portrait)
    left, right = st.columns([2, 3], gap="small")
    with left:
        _bands(habits)
    with right:
        _times(habits)


def _bands(habits: Habits) -> None:
    title = t("habit.band.none") if habits.band is None else t("habit.band", band=_band(habits.band))
    with card(title, fill=True):
        if habits.band is not None:
            ranked_bars(
                [Bar(_band(place), count) for place, count in enumerate(habits.bands) if count or place < 4], "count"
            )
        else:
            st.caption(t("portrait.categories.none" if habits.orders else "portrait.rhythm.none"))


def _band(place: int) -> str:
    low = BANDS[place]
    if place + 1 == len(BANDS):
        return t("habit.from", low=low // 100)
    return t("habit.span", low=low // 100, high=BANDS[place + 1] // 100)


def _times(habits: Habits) -> None:
    day, part = t(f"habit.weekday.{habits.weekday}"), _part(habits.part)
    title = t("habit.time", day=day, part=part) if habits.told else t("habit.time.few")
    with card(title, fill=True, help=t("habit.time.help", n=habits.orders)):
        if not habits.orders:
            st.caption(t("portrait.rhythm.none"))
            return
        names = [t(f"habit.weekday.{number}") for number in range(WEEKDAYS)]
        _strip(names, habits.weekdays)
        _strip([_part(number) for number in range(24 // HOURS)], habits.parts)


def _part(number: int) -> str:
    return f"{number * HOURS}–{(number + 1) * HOURS}"


def _strip(names: list[str], counts: tuple[int, ...]) -> None:
    cells = [
        Cell(name, " ", count, str(count) if count else "", t("habit.cell", name=name, n=count))
        for name, count in zip(names, counts, strict=True)
    ]
    heat_grid(cells, columns=names, lines=[" "], line_height=74)


def orders_card(portrait: Portrait) -> None:
    """All orders, also unpaid ones."""
    zone = desk().zone
    with card(t("portrait.orders")):
        if not portrait.orders:
            st.caption(t("portrait.orders.none"))
            return
        plain_table(
            {
                t("portrait.when"): [
                    zone.local(o.at).strftime("%Y-%m-%d %H:%M") if o.at else "–" for o in portrait.orders
                ],
                t("portrait.order_no"): [order.order_no for order in portrait.orders],
                t("portrait.items"): [_items(order.items) for order in portrait.orders],
                t("portrait.paid"): [
                    format.yuan(order.paid_fen) if order.paid else t("portrait.unpaid") for order in portrait.orders
                ],
                t("portrait.refund"): [
                    format.yuan(order.refund_fen) if order.refund_fen else "" for order in portrait.orders
                ],
                t("portrait.status"): [t(f"order.status.{order.status.value}") for order in portrait.orders],
            }
        )


def _items(items: list[tuple[str, int]]) -> str:
    return t("portrait.and").join(title if quantity == 1 else f"{title} ×{quantity}" for title, quantity in items)
