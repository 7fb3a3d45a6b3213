"""The imports so far, and the rows they left out to be corrected."""

import pandas as pd
import streamlit as st

from core.documents.enums import Area
from core.services.import_history import BatchLine, list_batches, read_rejects, rejects_file
from pages.ui import format
from pages.ui.parts import card, download
from pages.ui.runtime import cached, desk, lang, now, t
from pages.ui.table import pick_row


@cached(Area.ORDERS, Area.MEMBERS)
def _batches() -> list[BatchLine]:
    return list_batches(desk(), now=now())


def show_history() -> None:
    """The table of imports; a picked one offers its rejected rows. Nothing where nothing was imported."""
    lines = _batches()
    if not lines:
        return
    with card(t("data.history"), help=t("data.history.help")):
        picked = pick_row(_frame(lines), [line.id for line in lines], "data:history", columns=_columns())
        chosen = next((line for line in lines if line.id == picked), None)
        if chosen is not None and chosen.kept_rejects:
            opened, at, spoken = desk(), now(), lang()
            download(
                t("data.rejects_get", n=format.number(chosen.kept_rejects)),
                lambda: rejects_file(read_rejects(opened, chosen.id, now=at), (), spoken),
                f"{t('data.rejects_file')}-{chosen.id}.csv",
            )
        elif chosen is not None:
            st.caption(t("data.history.no_rejects"))


def _frame(lines: list[BatchLine]) -> pd.DataFrame:
    zone = desk().zone
    names = ("at", "file", "kind", "rows", "added", "updated", "unchanged", "rejected")
    rows = [
        (
            format.moment(line.recorded_at, zone),
            t("data.history.demo") if line.preset == "demo" else line.file_name,
            t(f"data.kind.{line.kind}"),
            line.rows,
            line.added,
            line.updated,
            line.unchanged,
            line.rejected,
        )
        for line in lines
    ]
    return pd.DataFrame(rows, columns=[t(f"data.history.{name}") for name in names])


def _columns() -> dict[str, object]:
    numbers = ("rows", "added", "updated", "unchanged", "rejected")
    return {t(f"data.history.{name}"): st.column_config.NumberColumn(format="localized") for name in numbers}
