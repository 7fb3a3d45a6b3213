"""Stored value on paper: a member's statement and the shop's prepaid report of a month, to look at and to take along."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date, timedelta

import streamlit as st

from core.documents.enums import Area
from core.services.stored_account import PrepaidReport, Statement, prepaid_report, read_statement
from pages.ui import format
from pages.ui.parts import card, download
from pages.ui.people import called
from pages.ui.runtime import cached, desk, t, today
from pages.ui.table import plain_table

MONTHS = 24


@cached(Area.MEMBERS, Area.RULES)
def _report(year: int, month: int) -> PrepaidReport:
    return prepaid_report(desk(), date(year, month, 1))


def statement_card(member_id: int) -> None:
    """Every transaction of a stretch of days with the balance after it, and the file of it."""
    with card(t("stored.statement")):
        end = today() + timedelta(days=1)
        days = st.segmented_control(
            t("stored.period"), (30, 90, 365), default=90, required=True, format_func=format.days,
            key="stored:period", label_visibility="collapsed",
        )  # fmt: skip
        found = read_statement(desk(), member_id, end - timedelta(days=days), end)
        if not found.lines:
            st.caption(t("stored.statement.none"))
            return
        table = _lines(found)
        plain_table(table)
        download(
            t("stored.statement.get"), lambda: _csv(table), f"stored-value-{member_id}-{today():%Y%m%d}.csv",
            key="stored_statement",
        )  # fmt: skip


def _lines(found: Statement) -> dict[str, list[str]]:
    zone, lines = desk().zone, list(reversed(found.lines))
    return {
        t("stored.column.when"): [zone.local(line.at).strftime("%Y-%m-%d %H:%M") for line in lines],
        t("stored.column.what"): [t(f"stored.kind.{line.kind}") for line in lines],
        t("stored.principal"): [_signed(line.principal_fen) for line in lines],
        t("stored.bonus"): [_signed(line.bonus_fen) for line in lines],
        t("stored.after"): [format.yuan(line.after.total_fen) for line in lines],
        t("stored.column.route"): [t(f"stored.route.{line.route}") if line.route else "–" for line in lines],
        t("stored.column.note"): [" ".join(filter(None, (line.order_no, line.note))) or "–" for line in lines],
    }


def show_report() -> None:
    """The month's roll-forward, who is above the cap, and whether it ties."""
    first, months = today().replace(day=1), []
    for _ in range(MONTHS):
        months.append(first)
        first = (first - timedelta(days=1)).replace(day=1)
    month = st.selectbox(
        t("stored.month"), months, format_func=lambda one: f"{one:%Y-%m}", key="stored:month", width=200
    )
    found = _report(month.year, month.month)
    for column, (name, value) in zip(
        st.columns(4),
        (
            ("closing", format.yuan(found.closing.total_fen)),
            ("principal", format.yuan(found.closing.principal_fen)),
            ("bonus", format.yuan(found.closing.bonus_fen)),
            ("people", format.people(found.people)),
        ),
        strict=True,
    ):
        column.metric(t(f"stored.report.{name}"), value)
    with card(t("stored.report"), help=t("stored.report.help")):
        table = _roll(found)
        plain_table(table, most=10)
        if found.ties:
            st.caption(f":green[:material/check_circle:] {t('stored.report.ties')}")
        else:
            st.error(t("stored.report.broken"), icon=":material/error:")
        download(t("stored.report.get"), lambda: _csv(table), f"prepaid-{month:%Y-%m}.csv", key="stored_report")
    if found.over_cap:
        with card(t("stored.over_cap", cap=format.yuan(found.cap_fen))):
            st.caption(t("stored.over_cap.say"))
            who = called([member for member, _ in found.over_cap])
            plain_table(
                {t("stored.column.who"): who, t("stored.total"): [format.yuan(fen) for _, fen in found.over_cap]}
            )


def _roll(found: PrepaidReport) -> dict[str, list[str]]:
    names = [
        t("stored.report.opening"),
        *(t(f"stored.report.{line.kind}") for line in found.lines),
        t("stored.report.closing"),
    ]
    counts = ["", *(format.number(line.count) for line in found.lines), ""]
    ends = (found.opening, found.closing)

    def column(of: str) -> list[str]:
        moves = [_signed(getattr(line, of)) for line in found.lines]
        return [format.yuan(getattr(ends[0], of)), *moves, format.yuan(getattr(ends[1], of))]

    return {
        t("stored.report.line"): names,
        t("stored.report.count"): counts,
        t("stored.principal"): column("principal_fen"),
        t("stored.bonus"): column("bonus_fen"),
    }


def _signed(fen: int) -> str:
    return f"+{format.yuan(fen)}" if fen > 0 else format.yuan(fen) if fen else "–"


def _csv(table: dict[str, list[str]]) -> bytes:
    """The table as a file that a spreadsheet opens; a cell that looks like a formula is quoted."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(table)
    writer.writerows(_plain(row) for row in zip(*table.values(), strict=True))
    return text.getvalue().encode("utf-8-sig")


def _plain(row: Iterable[str]) -> Sequence[str]:
    return [_number(cell) for cell in row]


def _number(cell: str) -> str:
    """Amounts as plain numbers; whatever else begins like a formula gets an apostrophe (OWASP)."""
    bare = cell.replace("¥", "").replace(",", "").removeprefix("+")
    if bare.lstrip("-").replace(".", "", 1).isdigit():
        return bare
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r", "\0", "＝", "＋", "－", "＠") else cell
