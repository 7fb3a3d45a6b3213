"""Advertising by month and channel: a table to type into, or a file."""

from datetime import date
from typing import Any

import pandas as pd
import streamlit as st

from core.importers.traffic import parse_spend
from core.money import as_yuan, from_widget
from core.services.ad_spend import SpendLine, first_of, read_spend, save_spend
from core.services.uploads import keep_upload
from pages.ui import format
from pages.ui.page import guard
from pages.ui.parts import card, flash
from pages.ui.rejected_rows import show_rejected
from pages.ui.runtime import actor, desk, now, t, today

COLUMNS = ("month", "channel", "amount")


def spend_card() -> None:
    """What is written down, with the way to change it."""
    lines = read_spend(desk())
    with card(t("spend.title"), help=t("spend.help"), fill=True):
        if lines:
            total = sum(line.amount_fen for line in lines)
            st.markdown(t("spend.known", n=len({line.month for line in lines}), amount=format.yuan_round(total)))
        else:
            st.caption(t("spend.none"))
        if st.button(t("spend.edit"), icon=":material/edit:", key="spend:edit"):
            _editor(lines)
        if st.toggle(t("spend.file"), key="spend:file"):
            _file()


def _editor(lines: list[SpendLine]) -> None:
    @st.dialog(t("spend.title"), width="large")
    def body() -> None:
        with guard():
            st.caption(t("spend.edit.help"))
            rows = [(line.month, line.channel, float(as_yuan(line.amount_fen))) for line in lines]
            frame = pd.DataFrame(rows or [(today().replace(day=1), "", None)], columns=list(COLUMNS))
            edited = st.data_editor(
                frame,
                num_rows="dynamic",
                hide_index=True,
                width="stretch",
                height=340,
                key="spend:rows",
                column_config={
                    "month": st.column_config.DateColumn(t("spend.column.month"), format="YYYY-MM", required=True),
                    "channel": st.column_config.TextColumn(t("spend.column.channel"), max_chars=32),
                    "amount": st.column_config.NumberColumn(
                        t("spend.column.amount"), min_value=0.0, format="¥%.2f", required=True
                    ),
                },
            )
            if st.button(t("spend.save"), type="primary", key="spend:save"):
                changed = save_spend(desk(), actor(), _lines(edited), whole=True, now=now())
                flash(t("spend.saved", n=changed))
                st.rerun()

    body()


def _lines(edited: pd.DataFrame) -> list[SpendLine]:
    """The filled rows; a day stands for its month."""
    found = []
    for row in edited.to_dict("records"):
        month, amount = row["month"], row["amount"]
        if pd.isna(month) or pd.isna(amount):
            continue
        found.append(SpendLine(_first(month), str(row["channel"] or "").strip(), from_widget(amount)))
    return found


def _first(value: Any) -> date:
    return date(value.year, value.month, 1)


def _file() -> None:
    file = st.file_uploader(t("spend.drop"), type=["csv", "xlsx"], key="spend:upload", max_upload_size=20)
    if file is None:
        return
    with guard():
        path = keep_upload(file.getbuffer())
        try:
            parsed = parse_spend(path, today=today())
        finally:
            path.unlink(missing_ok=True)
        total = format.yuan_round(sum(row.amount_fen for row in parsed.lines))
        st.markdown(t("spend.found", n=len(parsed.lines), amount=total, rejected=len(parsed.rejects)))
        show_rejected(parsed.rejects, parsed.headers, "spend")
        sure = not parsed.rejects or st.checkbox(t("traffic.anyway"), key="spend:anyway")
        label = t("spend.act", n=len(parsed.lines))
        if st.button(label, type="primary", key="spend:act", disabled=not (parsed.lines and sure)):
            lines = [SpendLine(first_of(row.month), row.channel, row.amount_fen) for row in parsed.lines]
            flash(t("spend.saved", n=save_spend(desk(), actor(), lines, now=now())))
            st.rerun()
