"""Who would move under the rules on trial: the table from tier to tier, and everybody by name."""

from collections.abc import Mapping, Sequence

import pandas as pd
import streamlit as st

from core.documents.rules import RuleDocument
from core.money import as_yuan
from core.services.simulate import Loser, Simulation
from pages.ui import format
from pages.ui.charts import Cell, heat_grid, kpi_card, kpi_row
from pages.ui.parts import card, download
from pages.ui.people import called, people_table
from pages.ui.runtime import lang, t

BIG_SPENDER_FEN = 3_000_00
MOST_NAMED = 200


def show_moves(found: Simulation, live: RuleDocument, document: RuleDocument) -> None:
    """Counts, the table from tier to tier, and who loses and wins by name."""
    names = {**live.names(lang()), **document.names(lang())}
    losers, winners = len(found.losers), found.winners
    with kpi_row(3) as cards:
        counts = (losers, winners, found.members - losers - winners)
        for column, key, count in zip(cards, ("losers", "winners", "same"), counts, strict=True):
            with column:
                kpi_card(t(f"tiers.{key}"), format.people(count))
    left, right = st.columns(2, gap="small")
    with left, card(t("tiers.migration"), help=t("tiers.migration.help"), fill=True):
        _migration(found, live, document, names)
    with right, card(t("tiers.by_name"), fill=True):
        _by_name(found, names, document.window.days)


def _migration(found: Simulation, live: RuleDocument, document: RuleDocument, names: Mapping[str, str]) -> None:
    cells = [
        Cell(
            names[move.to_tier],
            names[move.from_tier],
            move.members,
            format.number(move.members),
            format.people(move.members),
        )
        for move in found.migration
        if move.from_tier is not None and move.to_tier is not None
    ]
    heat_grid(
        cells,
        columns=[names[code] for code in document.codes],
        lines=[names[code] for code in reversed(live.codes)],
        column_title=t("tiers.migration.after"),
        line_title=t("tiers.migration.before"),
        line_height=42,
    )


def _by_name(found: Simulation, names: Mapping[str, str], days: int) -> None:
    if not found.losers and not found.gained:
        st.markdown(t("tiers.nobody_moves"))
        return
    which = "losers"
    if found.gained:
        which = st.segmented_control(
            t("tiers.by_name"),
            ("losers", "winners"),
            default="losers" if found.losers else "winners",
            format_func=lambda one: t(f"tiers.{one}"),
            key="tiers:by_name",
            required=True,
            label_visibility="collapsed",
        )
    people = found.losers if which == "losers" else found.gained
    if which == "losers":
        st.markdown(losers_words(found.losers, days))
    if not people:
        return
    shown = people[:MOST_NAMED]
    people_table(_frame(shown, names, days), [one.member_id for one in shown], "tiers:moved", height=250)
    with st.container(horizontal=True, vertical_alignment="center"):
        download(t(f"tiers.{which}.csv"), lambda: _csv(people, names, days), f"{which}.csv")
        st.caption(t("people.click"), width="content")
    if len(people) > MOST_NAMED:
        st.caption(t("tiers.losers_first", n=MOST_NAMED))


def losers_words(losers: Sequence[Loser], days: int) -> str:
    """How many lose a tier, and how many of them spend much."""
    if not losers:
        return t("tiers.nobody_loses")
    big = sum(one.window_spend_fen >= BIG_SPENDER_FEN for one in losers)
    said, amount = format.number(len(losers)), format.yuan(BIG_SPENDER_FEN)
    if big:
        return t("tiers.losers_say", n=said, big=format.number(big), days=days, amount=amount)
    return t("tiers.losers_small", n=said, days=days, amount=amount)


def _frame(people: Sequence[Loser], names: Mapping[str, str], days: int) -> pd.DataFrame:
    nobody = t("rules.none")
    columns = {
        t("tiers.column.person"): called([one.member_id for one in people]),
        t("tiers.column.before"): [names.get(one.from_tier or "", nobody) for one in people],
        t("tiers.column.after"): [names.get(one.to_tier or "", nobody) for one in people],
        t("tiers.column.spent", days=days): [format.yuan(one.window_spend_fen) for one in people],
    }
    if any(one.points_lost for one in people):
        columns[t("tiers.column.points_lost")] = [format.number(one.points_lost) for one in people]
    return pd.DataFrame(columns)


def _csv(people: Sequence[Loser], names: Mapping[str, str], days: int) -> bytes:
    """Everybody, with the number by which a member is found; amounts as plain numbers."""
    frame = _frame(people, names, days)
    frame.insert(0, t("tiers.column.member"), [one.member_id for one in people])
    frame[t("tiers.column.spent", days=days)] = [str(as_yuan(one.window_spend_fen)) for one in people]
    return frame.to_csv(index=False).encode("utf-8-sig")
