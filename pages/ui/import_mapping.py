"""Which column of a file means which field: read-only for a known export, to be chosen for any other file."""

import pandas as pd
import streamlit as st

from core.i18n import catalog
from core.importers.mapping import MEMBER_FIELDS, ORDER_FIELDS
from core.services.import_plan import Look, Role, preset_columns
from pages.ui.runtime import lang, t
from pages.ui.table import ROW_PIXELS

SAMPLES = 3
ROWS_SHOWN = 10


def show_mapping(look: Look, key: str) -> bool:
    """The columns as the platform's preset reads them; True when the owner wants to choose them."""
    with st.expander(t("data.mapping"), icon=":material/view_column:"):
        own = st.toggle(t("data.mapping.own"), key=f"data:own:{key}", help=t("data.mapping.own.help"))
        if not own:
            found = preset_columns(look.inspection.headers)
            st.dataframe(_frame(look, found), hide_index=True, height=_height(look), key=f"data:preset:{key}")
    return own


def edit_mapping(
    look: Look, role: Role, start: dict[str, str], platforms: list[str], key: str, *, open_at_once: bool
) -> tuple[dict[str, str], str]:
    """The table to choose a field for each column: the mapping (field -> column) and whose member numbers they are."""
    fields = MEMBER_FIELDS if role is Role.MEMBERS else ORDER_FIELDS
    labels = {t(f"field.{name}"): name for name in fields}
    names = {name: _platform(name) for name in platforms}
    column, sample, field = t("data.column"), t("data.sample"), t("data.field")
    with st.expander(t("data.mapping.choose"), expanded=open_at_once, icon=":material/view_column:"):
        platform = st.selectbox(
            t("data.platform"), names, 0, names.__getitem__, key=f"data:platform:{key}", help=t("data.platform.help")
        )
        st.caption(t("data.mapping.hint"))
        edited = st.data_editor(
            _frame(look, start),
            hide_index=True,
            height=_height(look),
            disabled=[column, sample],
            column_config={
                field: st.column_config.SelectboxColumn(field, options=[t("data.unused"), *labels], required=True)
            },
            key=f"data:mapping:{key}:{role}",
        )
        chosen: dict[str, str] = {}
        for header, label in zip(look.inspection.headers, edited[field], strict=True):
            name = labels.get(label)
            if name in chosen:
                st.warning(t("data.mapping.twice", field=label, first=chosen[name], second=header))
            elif name is not None:
                chosen[name] = header
    return chosen, platform


def _platform(name: str) -> str:
    """A platform in the owner's words, else as it was typed on the command line."""
    return catalog(lang()).get(f"platform.{name}", name)


def _frame(look: Look, mapping: dict[str, str]) -> pd.DataFrame:
    """One row a column of the file: its name, examples, the field it fills."""
    found = look.inspection
    named = {column: t(f"field.{name}") for name, column in mapping.items()}
    samples = [
        t("data.join").join(dict.fromkeys(row[place] for row in found.sample if row[place]))
        for place in range(len(found.headers))
    ]
    fields = [named.get(header, t("data.unused")) for header in found.headers]
    columns = (t("data.column"), t("data.sample"), t("data.field"))
    return pd.DataFrame(dict(zip(columns, (found.headers, samples, fields), strict=True)), dtype=object)


def _height(look: Look) -> int:
    return (min(len(look.inspection.headers), ROWS_SHOWN) + 1) * ROW_PIXELS + 2
