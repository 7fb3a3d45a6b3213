"""The card for a file of what people did beside buying: a box, what would come in, what came of it."""

import streamlit as st

from core.importers.interactions import parse_interactions
from core.services.import_files import ImportReport
from core.services.import_interactions import import_interactions
from core.services.import_plan import usual_platform
from core.services.uploads import keep_upload
from pages.ui import format
from pages.ui.page import guard
from pages.ui.parts import card, flash
from pages.ui.rejected_rows import show_rejected
from pages.ui.runtime import actor, desk, now, t


def deeds_card() -> None:
    """The card of the data page; nothing but one line until it is opened."""
    with card(t("deeds.title"), help=t("deeds.help")):
        st.caption(t("deeds.what"))
        if st.toggle(t("deeds.open"), key="deeds:open"):
            _box()


def _box() -> None:
    file = st.file_uploader(t("deeds.drop"), type=["csv", "xlsx"], key="deeds:file", max_upload_size=50)
    if file is None:
        return
    with guard():
        path = keep_upload(file.getbuffer())
        try:
            parsed = parse_interactions(path, zone=desk().zone, now=now(), platform=usual_platform(desk(), ()))
            trial = import_interactions(desk(), actor(), parsed, path, now=now(), dry_run=True)
            st.markdown(_sentence(trial))
            show_rejected(trial.rejects, parsed.headers, "", said="deeds.reject")
            fresh = trial.accepted - trial.unchanged
            sure = not trial.needs_consent() or st.checkbox(t("deeds.anyway"), key="deeds:anyway")
            label = t("deeds.act", n=format.number(fresh))
            if st.button(label, type="primary", key="deeds:act", disabled=not (fresh and sure)):
                done = import_interactions(desk(), actor(), parsed, path, now=now(), max_bad=1.0, file_name=file.name)
                flash(_sentence(done))
                st.rerun()
        finally:
            path.unlink(missing_ok=True)


def _sentence(found: ImportReport) -> str:
    fresh = format.number(found.accepted - found.unchanged)
    return t("deeds.found", fresh=fresh, unchanged=format.number(found.unchanged), bad=format.number(found.rejected))
