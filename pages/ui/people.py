"""People by id, called by their masked names as on every page, and lists of them that lead to their portraits."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from core.rules.masking import mask_person
from core.services.people_names import name_people
from pages.ui.runtime import desk
from pages.ui.table import pick_row

PORTRAIT = "members/portrait.py"


def called(ids: Sequence[int]) -> list[str]:
    """How each of some people is called on the screen, in the order of ``ids``."""
    names = name_people(desk(), list(dict.fromkeys(ids)))
    return [
        mask_person(names[number].name, names[number].nickname, number) if number in names else f"#{number}"
        for number in ids
    ]


def people_table(
    frame: pd.DataFrame,
    ids: Sequence[int] | Sequence[str],
    name: str,
    *,
    columns: Mapping[str, Any] | None = None,
    height: int | None = None,
) -> None:
    """Show people, one in each row with their ids in that order; a click anywhere in a row opens the portrait."""
    picked = pick_row(frame, [str(one) for one in ids], name, columns=columns, height=height, anywhere=True)
    if picked is not None:
        open_portrait(picked)


def open_portrait(reference: int | str) -> None:
    """Go to a person's portrait."""
    st.switch_page(PORTRAIT, query_params={"member": str(reference)})
