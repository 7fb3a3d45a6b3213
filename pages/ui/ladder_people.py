"""People on the ladder: who is about to drop, who is near the next tier, and how far everybody is on the way."""

import pandas as pd
import streamlit as st

from core.documents.enums import Area
from core.documents.rules import RuleDocument
from core.rules.tier_words import ways_words
from core.services.ladder import DROP_DAYS, NEAR_EDGES, Dropping, Near, count_progress, list_dropping, list_near
from pages.ui import format
from pages.ui.charts import Cell, heat_grid
from pages.ui.parts import card, link
from pages.ui.people import called, people_table
from pages.ui.runtime import cached, desk, lang, now, t

TENTHS = 10


@cached(Area.MEMBERS, Area.ORDERS, Area.RULES)
def _dropping() -> list[Dropping]:
    return list_dropping(desk(), now=now())


@cached(Area.MEMBERS, Area.ORDERS, Area.RULES)
def _near() -> list[Near]:
    return list_near(desk())


@cached(Area.MEMBERS, Area.ORDERS, Area.RULES)
def _progress() -> dict[tuple[str, int], int]:
    return count_progress(desk())


def show_people(document: RuleDocument) -> None:
    """Both lists side by side, each with what to do about it."""
    left, right = st.columns(2, gap="small")
    with left, card(t("tiers.dropping", days=DROP_DAYS), help=t("tiers.dropping.say"), fill=True):
        _drops(document)
    with right, card(t("tiers.nearest", amount=format.yuan(NEAR_EDGES[0])), fill=True):
        _nearest(document)
    with card(t("tiers.progress"), help=t("tiers.progress.help")):
        _way(document)


def _drops(document: RuleDocument) -> None:
    people, names, zone = _dropping(), document.names(lang()), desk().zone
    if not people:
        st.caption(t("tiers.dropping.nobody", days=DROP_DAYS))
        return
    frame = pd.DataFrame(
        {
            t("tiers.column.person"): called([one.member_id for one in people]),
            t("tiers.column.from_to"): [
                f"{names.get(p.tier, p.tier)} → {names.get(p.drops_to, p.drops_to)}" for p in people
            ],
            t("tiers.column.drop_day"): [format.day(zone.day(one.drops_at)) for one in people],
            t("tiers.column.keep_gap"): [ways_words(one.keep, document.match, lang()) or "–" for one in people],
        }
    )
    _listed(frame, [one.member_id for one in people], "tiers:dropping")
    link(t("tiers.dropping.act"), "marketing/reminders.py", icon="notifications_active")


def _nearest(document: RuleDocument) -> None:
    people, names = _near(), document.names(lang())
    if not people:
        st.caption(t("tiers.near.nobody", amount=format.yuan(NEAR_EDGES[0])))
        return
    frame = pd.DataFrame(
        {
            t("tiers.column.person"): called([one.member_id for one in people]),
            t("tiers.near.next"): [names.get(one.next_tier, one.next_tier) for one in people],
            t("tiers.near.missing"): [format.yuan(one.missing_fen) for one in people],
        }
    )
    _listed(frame, [one.member_id for one in people], "tiers:nearest")
    link(t("tiers.near.act"), "marketing/new_campaign.py", query={"segment_template": "near_upgrade"}, icon="send")


def _listed(frame: pd.DataFrame, ids: list[int], name: str) -> None:
    """A list that leads to the portraits."""
    people_table(frame, ids, name, height=250)
    st.caption(t("people.click"))


def _way(document: RuleDocument) -> None:
    """Counts by the next tier and the tenth of the way."""
    found, names = _progress(), document.names(lang())
    if not found:
        st.caption(t("tiers.progress.nobody"))
        return
    labels = [f"{tenth * 10}–{tenth * 10 + 10}%" for tenth in range(TENTHS)]
    codes = [code for code in reversed(document.codes[1:]) if any((code, tenth) in found for tenth in range(TENTHS))]
    cells = [
        Cell(labels[tenth], names[code], count, format.number(count), format.people(count))
        for (code, tenth), count in found.items()
        if code in codes
    ]
    heat_grid(
        cells,
        columns=labels,
        lines=[names[code] for code in codes],
        column_title=t("tiers.progress.done"),
        line_title=t("tiers.near.next"),
        line_height=38,
    )
