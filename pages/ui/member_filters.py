"""The filters of the member list; they survive a visit to another page."""

from datetime import datetime
from typing import get_args

import streamlit as st

from core.clock import day_number
from core.documents.enums import Area
from core.documents.segment import Node
from core.services.members import Choices, read_choices
from core.services.members import list_choices as read_list_choices
from core.services.today import whole_days
from core.store.queries.members import Kind, MemberFilter, Sort
from pages.ui.member_refine import TAGS, refine_filters
from pages.ui.runtime import cached, desk, lang, now, t, today
from pages.ui.tiers import tier_names

KINDS: tuple[Kind, ...] = get_args(Kind)
SORTS: tuple[Sort, ...] = get_args(Sort)
# Last purchase, in days ago: [least, most].
BOUGHT: dict[str, tuple[int, int | None]] = {"30": (0, 30), "90": (31, 90), "180": (91, 180), "more": (181, None)}
DROPPING = "members:dropping"
SEARCH = "members:q"
KIND = "members:kind"


@cached(Area.MEMBERS, Area.ORDERS)
def choices() -> Choices:
    """The provinces, tags and categories that occur."""
    return read_choices(desk())


@cached(Area.MEMBERS)
def list_choices() -> tuple[list[str], list[str]]:
    """The provinces and tags that occur."""
    return read_list_choices(desk())


def member_filters() -> tuple[MemberFilter, Sort, Node | None]:
    """Draw the filters; what they say, and the condition that goes with it."""
    _from_address()
    provinces_known, tags_known = list_choices()
    first = st.columns([1.7, 2.5, 1.1], gap="small")
    needle = first[0].text_input(
        t("members.search"),
        placeholder=t("members.search.placeholder"),
        icon=":material/search:",
        key=SEARCH,
        persist_state="session",
    )
    with first[1]:
        kind = st.segmented_control(
            t("members.kind"), KINDS, default="all", format_func=lambda name: t(f"members.kind.{name}"),
            key=KIND, required=True, persist_state="session",
        )  # fmt: skip
    sort: Sort = first[2].selectbox(
        t("members.sort"), SORTS, format_func=lambda name: t(f"members.sort.{name}"), key=f"members:sort:{lang()}",
        persist_state="session",
    )  # fmt: skip
    second = st.columns([2.4, 1.6, 1.3, 1.3], gap="small")
    names = tier_names()
    with second[0]:
        tiers = st.pills(
            t("members.tier"), list(names), selection_mode="multi", format_func=lambda code: names.get(code, code),
            key="members:tiers", persist_state="session",
        )  # fmt: skip
    provinces = second[1].multiselect(
        t("members.province"), provinces_known, placeholder=t("members.any"), key="members:provinces",
        persist_state="session",
    )  # fmt: skip
    tags = second[2].multiselect(
        t("members.tag"), tags_known, placeholder=t("members.any"), key=TAGS, persist_state="session",
    )  # fmt: skip
    bought = second[3].selectbox(
        t("members.bought"), list(BOUGHT), index=None, placeholder=t("members.any"), key=f"members:bought:{lang()}",
        format_func=lambda name: t(f"members.bought.{name}"), persist_state="session",
    )  # fmt: skip
    since, before = _bought_days(bought)
    wanted = MemberFilter(
        search=needle or "",
        kind=kind or "all",
        tiers=tuple(tiers),
        provinces=tuple(provinces),
        bought_from_day=since,
        bought_before_day=before,
        dropping=_dropping(),
    )
    return wanted, sort, refine_filters(tags)


def clear_filters() -> None:
    """Ask for everybody again: nothing typed, nothing chosen, nothing that a link brought."""
    keep = ("members:sort", "members:section", "members:several")
    for key in [str(key) for key in st.session_state if str(key).startswith("members:")]:
        if not key.startswith(keep):
            del st.session_state[key]


def _from_address() -> None:
    """A link may bring a search (``q``), a ``kind`` of people, or those who lose their tier within so many days
    (``dropping``); taken once."""
    needle, days = st.query_params.pop("q", None), st.query_params.pop("dropping", None)
    kind = st.query_params.pop("kind", None)
    if kind in KINDS:
        st.session_state[KIND] = kind
    if needle is not None:
        st.session_state[SEARCH] = needle
    if days is not None and days.isascii() and days.isdigit():
        st.session_state[DROPPING] = min(int(days), 366)


def _dropping() -> tuple[datetime, datetime] | None:
    days = st.session_state.get(DROPPING)
    return None if days is None else whole_days(desk().zone, today(), int(days))


def _bought_days(name: str | None) -> tuple[int | None, int | None]:
    if name is None:
        return None, None
    least, most = BOUGHT[name]
    last = day_number(desk().zone.day(now()))
    return (None if most is None else last - most), last - least + 1
