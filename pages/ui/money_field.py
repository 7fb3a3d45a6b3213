"""A field for an amount in yuan that gives fen; the only place where a number widget's float becomes money."""

import streamlit as st

from core.money import as_yuan, from_widget
from pages.ui.runtime import t

MOST_YUAN = 99_999_999.0


def yuan_field(
    label: str,
    fen: int | None,
    key: str,
    *,
    step: float = 10.0,
    least: float = 0.0,
    help: str | None = None,
    placeholder: str | None = None,
    disabled: bool = False,
    hidden: bool = False,
) -> int | None:
    """The amount in fen as it stands in the field; None where it is left empty."""
    value = st.number_input(
        label if hidden else t("field.yuan", label=label),
        min_value=least,
        max_value=MOST_YUAN,
        value=None if fen is None else float(as_yuan(fen)),
        step=step,
        format="%g",
        key=key,
        help=help,
        placeholder=placeholder,
        disabled=disabled,
        label_visibility="collapsed" if hidden else "visible",
    )
    return None if value is None else from_widget(value)
