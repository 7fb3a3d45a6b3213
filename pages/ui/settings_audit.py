"""Settings: what was done, by whom and when, in plain words and searchable."""

import pandas as pd
import streamlit as st

from core.i18n import catalog
from core.services.audit_trail import AuditLine, read_audit
from pages.ui import format
from pages.ui.parts import card
from pages.ui.runtime import desk, lang, t
from pages.ui.table import ROW_PIXELS

SHOWN = 200
ROWS_SEEN = 14
ACTORS = {"owner": "owner", "owner@cli": "command_line", "worker": "worker"}


def show() -> None:
    """The newest entries that hold the words looked for."""
    with card(t("settings.audit"), help=t("settings.audit.help")):
        wanted = st.text_input(
            t("settings.audit.search"),
            placeholder=t("settings.audit.placeholder"),
            icon=":material/search:",
            key="settings:audit",
            label_visibility="collapsed",
        )
        rows = [row for row in map(_row, read_audit(desk())) if wanted.strip().lower() in " ".join(row).lower()]
        if not rows:
            st.caption(t("settings.audit.none"))
            return
        names = [t(f"settings.audit.{part}") for part in ("at", "actor", "what", "count", "detail")]
        st.dataframe(pd.DataFrame(rows[:SHOWN], columns=names), hide_index=True, height=_height(len(rows)))
        st.caption(t("settings.audit.shown", n=min(len(rows), SHOWN)))


def _height(rows: int) -> int:
    return (min(rows, ROWS_SEEN) + 1) * ROW_PIXELS + 2


def _row(line: AuditLine) -> tuple[str, ...]:
    """An entry as finished texts."""
    known = catalog(lang())
    actor = t(f"audit.actor.{ACTORS[line.actor]}") if line.actor in ACTORS else line.actor
    action = known.get(f"audit.{line.action}", line.action)
    count = format.number(line.count) if line.count else ""
    return format.moment(line.at, desk().zone), actor, action, count, _detail(line)


def _detail(line: AuditLine) -> str:
    """Numbers and names of an entry that the owner has words for; hashes and codes stay in the store."""
    known = catalog(lang())
    noun, _, name = line.subject.partition(":")
    parts = [f"{known[f'audit.noun.{noun}']} {name}"] if name and f"audit.noun.{noun}" in known else []
    for key, value in line.detail.items():
        if f"audit.detail.{key}" in known and value not in (None, "", 0, [], {}):
            parts.append(f"{known[f'audit.detail.{key}']} {value}")
    return " · ".join(parts)
