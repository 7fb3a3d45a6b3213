"""The versions of the rules: what was, what is in force, what is to come, and drafts to go on with."""

import pandas as pd
import streamlit as st

from core.documents.enums import VersionStatus
from core.services.rule_versions import VersionLine, delete_draft, list_versions, read_version
from pages.ui import format
from pages.ui.parts import card
from pages.ui.rule_draft import open_draft
from pages.ui.rule_templates import download_rules
from pages.ui.rule_words import difference_lines
from pages.ui.runtime import actor, desk, now, t
from pages.ui.table import pick_row


def show_versions() -> None:
    """All versions; the chosen one beside the live rules, or beside any other."""
    lines = _in_order(list_versions(desk(), now=now()))
    left, right = st.columns([3, 2], gap="small")
    with left, card(t("tiers.versions"), help=t("tiers.versions.help"), fill=True):
        picked = pick_row(_frame(lines), [line.id for line in lines], "tiers:versions")
    with right, card(t("tiers.version"), fill=True):
        line = next((line for line in lines if line.id == picked), None)
        if line is None:
            st.caption(t("tiers.pick_version"))
            return
        _one(line, lines)


def _in_order(lines: list[VersionLine]) -> list[VersionLine]:
    """Drafts and what is to come first, then the live one, then the past, the last first."""
    drafts = [line for line in lines if line.status is VersionStatus.DRAFT]
    retired = [line for line in lines if line.status is VersionStatus.RETIRED]
    published = [line for line in lines if line.status is VersionStatus.PUBLISHED]
    return [*drafts[::-1], *sorted(published, key=lambda line: line.live), *retired[::-1]]


def _status(line: VersionLine) -> str:
    if line.status is VersionStatus.PUBLISHED and not line.live:
        return t("tiers.status.to_come")
    return t("tiers.status.live") if line.live else t(f"tiers.status.{line.status.value}")


def _since(line: VersionLine) -> str:
    if line.status is VersionStatus.DRAFT:
        return "—"
    if line.effective_from is None:
        return t("tiers.from_start")
    return format.moment(line.effective_from, desk().zone)


def _frame(lines: list[VersionLine]) -> pd.DataFrame:
    zone = desk().zone
    return pd.DataFrame(
        {
            t("tiers.column.status"): [_status(line) for line in lines],
            t("tiers.column.version"): [f"#{line.id}" for line in lines],
            t("tiers.column.since"): [_since(line) for line in lines],
            t("tiers.column.made"): [format.moment(line.created_at, zone) for line in lines],
            t("tiers.column.author"): [line.author for line in lines],
            t("tiers.column.note"): [line.note for line in lines],
        }
    )


def _one(line: VersionLine, lines: list[VersionLine]) -> None:
    """The chosen version: how it differs from another, and what can be done with it."""
    document = read_version(desk(), line.id)
    if line.live:
        st.markdown(t("tiers.this_is_live"))
    others = [other for other in lines if other.id != line.id]
    if others:
        names = {other.id: f"#{other.id} {_status(other)}" for other in others}
        first = next((place for place, other in enumerate(others) if other.live), 0)
        other = st.selectbox(
            t("tiers.against"),
            list(names),
            index=first,
            format_func=lambda one: names[one],
            key=f"tiers:against:{line.id}",
        )
        found = difference_lines(read_version(desk(), other), document)
        st.markdown("\n".join(found) if found else t("tiers.no_difference_between"))
    draft = line.status is VersionStatus.DRAFT
    with st.container(horizontal=True):
        if not line.live:
            st.button(
                t("tiers.go_on" if draft else "tiers.roll_back"),
                type="primary",
                key=f"tiers:open:{line.id}",
                on_click=open_draft_of,
                args=(line.id, draft),
            )
        download_rules(document, t("tiers.files.get"), f"rules-{line.id}.json")
        if draft and st.button(t("tiers.delete_draft"), key=f"tiers:delete:{line.id}"):
            delete_draft(desk(), actor(), line.id, now=now())
            st.rerun()
    if not draft and not line.live:
        st.caption(t("tiers.roll_back.say"))


def open_draft_of(version_id: int, draft: bool) -> None:
    """Go on with a draft, or begin a new one from a version that was."""
    open_draft(read_version(desk(), version_id), version_id if draft else None, touched=True)
    st.session_state["tiers:view"] = "edit"
