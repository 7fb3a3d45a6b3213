"""What a page's file keeps of a table: the titles and columns that the page shows."""

import pandas as pd
import streamlit as st

from core.services.page_files import Grid
from pages.ui.record import Shown, keep_table, keeping


def test_a_table_is_kept_under_its_titles_without_hidden_columns() -> None:
    frame = pd.DataFrame({"sales": [12], "id": [7], "trend": [[1, 2]]})
    with keeping() as parts:
        keep_table(frame, {"sales": st.column_config.NumberColumn("成交"), "id": None})
    (table,) = parts
    assert isinstance(table, Shown)
    assert table.grid() == Grid(("成交",), ((12,),))
