"""The rows that stay out of an import: the first ones with line, column and reason, all of them to download."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from core.importers.rejects import Reject
from core.services.import_file import Outcome
from core.services.import_history import rejects_file
from pages.ui import format
from pages.ui.parts import download
from pages.ui.runtime import lang, t

SHOWN = 50


def show_rejects(outcome: Outcome, key: str, *, opened: bool) -> None:
    """What stays out of one file and of the files beside it; nothing where all came in."""
    rejects = outcome.report.rejects if outcome.report else []
    if rejects:
        _table(t("data.rejects", n=format.number(len(rejects))), rejects, opened)
        name = f"{outcome.plan.name.rpartition('.')[0] or outcome.plan.name}-{t('data.rejects_file')}.csv"
        spoken = lang()
        download(
            t("data.rejects_get", n=format.number(len(rejects))),
            lambda: rejects_file(rejects, outcome.headers, spoken),
            name,
            key=f"{key}:{outcome.plan.path.name}",
        )
    if outcome.side_rejects:
        _table(t("data.side_rejects", n=format.number(len(outcome.side_rejects))), outcome.side_rejects, False)


def _table(title: str, rejects: Sequence[Reject], opened: bool) -> None:
    with st.expander(title, expanded=opened, icon=":material/playlist_remove:"):
        names = [t(f"data.reject.{part}") for part in ("line", "column", "value", "reason")]
        spoken = lang()
        rows = [(one.line, one.column, one.value, one.sentence(spoken)) for one in rejects[:SHOWN]]
        columns = {
            names[0]: st.column_config.NumberColumn(width=70),
            names[3]: st.column_config.TextColumn(width="large"),
        }
        st.dataframe(pd.DataFrame(rows, columns=names), hide_index=True, column_config=columns)
        if len(rejects) > SHOWN:
            st.caption(t("data.rejects_more", shown=SHOWN))
