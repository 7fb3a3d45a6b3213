"""Tables with rows to pick by id, and pages of a long list."""

from collections.abc import Mapping, Sequence
from hashlib import blake2b
from typing import Any, Literal, TypeVar

import pandas as pd
import streamlit as st

from pages.ui import format
from pages.ui.record import keep_table
from pages.ui.runtime import t

Id = TypeVar("Id", int, str)
SelectionMode = Literal["single-row", "single-cell", "multi-row"]

ROW_PIXELS = 35


def _key(name: str, ids: Sequence[Any]) -> str:
    """A widget key that changes with the rows: Streamlit keeps the *position* of a selection, which would then be of
    someone else. With other rows the table is another widget and nothing is selected in it."""
    return f"{name}:{blake2b(repr(list(ids)).encode(), digest_size=8).hexdigest()}"


def _picked(
    frame: pd.DataFrame, ids: Sequence[Id], name: str, mode: Sequence[SelectionMode], **options: Any
) -> list[Id]:
    if len(frame) != len(ids):
        raise ValueError("a table needs one id for each row")
    keep_table(frame, options.get("column_config"))
    event = st.dataframe(
        frame,
        key=_key(name, ids),
        hide_index=True,
        width="stretch",
        row_height=ROW_PIXELS,
        placeholder="–",
        on_select="rerun",
        selection_mode=mode,
        **options,
    )
    chosen = event["selection"]
    rows = [*chosen["rows"], *(row for row, _ in chosen.get("cells", ()))]
    return [ids[row] for row in rows if row < len(ids)]


def pick_row(
    frame: pd.DataFrame,
    ids: Sequence[Id],
    name: str,
    *,
    columns: Mapping[str, Any] | None = None,
    height: int | None = None,
    anywhere: bool = False,
) -> Id | None:
    """Show ``frame`` (finished texts and numbers) and return the id of the row the user picked.

    ``ids`` stand in the order of the rows, ``columns`` is a Streamlit ``column_config``; sort in the query, not here.
    ``anywhere``: a click on any cell counts, for tables that lead to another page.
    """
    modes: list[SelectionMode] = ["single-row", "single-cell"] if anywhere else ["single-row"]
    picked = _picked(frame, ids, name, modes, column_config=columns, height=height or "auto")
    return picked[0] if picked else None


def pick_rows(
    frame: pd.DataFrame,
    ids: Sequence[Id],
    name: str,
    *,
    columns: Mapping[str, Any] | None = None,
    height: int | None = None,
) -> list[Id]:
    """As ``pick_row`` for several rows: their ids."""
    return _picked(frame, ids, name, ["multi-row"], column_config=columns, height=height or "auto")


def pick_rows_or_open(
    frame: pd.DataFrame, ids: Sequence[Id], name: str, column: str, *, columns: Mapping[str, Any] | None = None
) -> tuple[list[Id], Id | None]:
    """As ``pick_rows``, and the id of the row whose cell in ``column`` was clicked: it leads to another page."""
    if len(frame) != len(ids):
        raise ValueError("a table needs one id for each row")
    keep_table(frame, columns)
    event = st.dataframe(
        frame, key=_key(name, ids), hide_index=True, width="stretch", row_height=ROW_PIXELS, placeholder="–",
        on_select="rerun", selection_mode=["multi-row", "single-cell"], column_config=columns,
    )  # fmt: skip
    chosen = event["selection"]
    opened = next((ids[row] for row, where in chosen.get("cells", ()) if where == column and row < len(ids)), None)
    return [ids[row] for row in chosen["rows"] if row < len(ids)], opened


def plain_table(columns: Mapping[str, Sequence[Any]], *, most: int = 9) -> None:
    """Show finished texts under their finished titles, ``most`` rows in sight."""
    frame = pd.DataFrame(columns)
    keep_table(frame)
    height = ROW_PIXELS * (min(len(frame), most) + 1) + 2
    st.dataframe(frame, hide_index=True, width="stretch", row_height=ROW_PIXELS, height=height, placeholder="–")


def pager(name: str, total: int, size: int, *, filter_key: str = "") -> int:
    """Buttons for the pages of a long list; the offset of the first row to show. Another ``filter_key`` starts anew."""
    slot = f"{name}:page:{filter_key}"
    last = max(-(-total // size) - 1, 0)
    number = min(int(st.session_state.get(slot, 0)), last)
    first = number * size

    def go(to: int) -> None:
        st.session_state[slot] = to

    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="right"):
        if total:
            shown = {"first": format.number(first + 1), "last": format.number(min(first + size, total))}
            st.caption(t("ui.page_of", **shown, total=format.number(total)), width="content")
        st.button(
            t("ui.previous"), icon=":material/chevron_left:", key=f"{name}:previous", disabled=number == 0,
            on_click=go, args=(number - 1,),
        )  # fmt: skip
        st.button(
            t("ui.next"), icon=":material/chevron_right:", icon_position="right", key=f"{name}:next",
            disabled=number >= last, on_click=go, args=(number + 1,),
        )  # fmt: skip
    return first
