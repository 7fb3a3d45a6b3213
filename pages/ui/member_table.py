"""One page of people as a table: names masked, the row that is clicked opens the portrait."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from core.rules.masking import mask_person, mask_phone_tail
from core.services.members import MemberLine
from pages.ui import format
from pages.ui.runtime import desk, t
from pages.ui.table import ROW_PIXELS, pick_row
from pages.ui.tiers import tier_names

SHOWN = 16  # rows in sight; the others scroll, so that the pager stays near


def standings(lines: Sequence[MemberLine]) -> list[str]:
    """What each of them is to the shop: not counted and why, a tier, or a customer."""
    names, customer = tier_names(), t("members.customer")
    marked = {mark: t("mark.badge", mark=t(f"mark.{mark}")) for mark in {line.not_counted for line in lines} if mark}
    return [marked.get(line.not_counted or "") or names.get(line.tier or "", customer) for line in lines]


def member_table(lines: Sequence[MemberLine], name: str) -> str | None:
    """Show people; the public id of the one that was clicked."""
    zone = desk().zone
    most = max((line.net_fen for line in lines), default=0)
    frame = pd.DataFrame(
        {
            "who": [mask_person(line.name, line.nickname, line.id) for line in lines],
            "tier": standings(lines),
            "place": [" ".join(dict.fromkeys(part for part in (line.province, line.city) if part)) for line in lines],
            "orders": [line.orders for line in lines],
            "net": [line.net_fen / 100 for line in lines],
            "recency": [None if line.recency_days is None else format.days(line.recency_days) for line in lines],
            "missing": [None if not line.missing_fen else format.yuan(line.missing_fen) for line in lines],
            "joined": [None if line.joined_at is None else zone.day(line.joined_at) for line in lines],
            "phone": [mask_phone_tail(line.phone_last4) if line.phone_last4 else None for line in lines],
        }
    )
    columns = {column: st.column_config.TextColumn(t(f"members.column.{column}")) for column in frame.columns}
    columns["orders"] = st.column_config.NumberColumn(t("members.column.orders"), width="small")
    columns["net"] = st.column_config.ProgressColumn(
        t("members.column.net"), format="¥%.0f", min_value=0, max_value=max(most / 100, 1), color="primary"
    )
    columns["joined"] = st.column_config.DateColumn(t("members.column.joined"), format="YYYY-MM-DD")
    return pick_row(
        frame,
        [line.public_id for line in lines],
        name,
        columns=columns,
        height=ROW_PIXELS * (min(len(lines), SHOWN) + 1) + 3,
        anywhere=True,
    )
