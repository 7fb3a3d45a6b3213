"""The rows that a small file's import left out: the first with their reasons, all of them to download and correct."""

from collections.abc import Sequence

import streamlit as st

from core.importers.rejects import Reject
from core.services.import_history import rejects_file
from pages.ui import format
from pages.ui.parts import download
from pages.ui.runtime import lang, t

SHOWN = 5


def show_rejected(
    rejects: Sequence[Reject], headers: Sequence[str], kind: str, *, said: str = "traffic.reject"
) -> None:
    """Nothing where all came in. ``kind`` names the file; ``said``: the sentence of one row.

    The reason quotes the file's own cell: it is text, never markup.
    """
    if not rejects:
        return
    spoken = lang()
    for one in rejects[:SHOWN]:
        words = {"column": format.md_escape(one.column), "reason": format.md_escape(one.sentence(spoken))}
        st.caption(t(said, line=one.line, **words))
    download(
        t("data.rejects_get", n=format.number(len(rejects))),
        lambda: rejects_file(rejects, tuple(headers), spoken),
        f"{t('data.rejects_file')}{kind and f'-{kind}'}.csv",
    )
