"""The card for the platform's traffic report: what there is, a box for the file, what came of it."""

import streamlit as st

from core.documents.enums import Area
from core.importers.traffic import parse_traffic
from core.services.traffic import TrafficReport, TrafficSpan, import_traffic, read_span
from core.services.uploads import keep_upload
from pages.ui import format
from pages.ui.page import guard
from pages.ui.parts import card, flash
from pages.ui.rejected_rows import show_rejected
from pages.ui.runtime import actor, cached, desk, now, t, today


@cached(Area.ORDERS)
def _span() -> TrafficSpan | None:
    return read_span(desk())


def traffic_card() -> None:
    """The card of the data page; nothing but one line until it is opened."""
    with card(t("traffic.title"), help=t("traffic.help")):
        span = _span()
        if span is None:
            st.caption(t("traffic.none"))
        else:
            first, last = format.day(span.first, year=True), format.day(span.last, year=True)
            st.caption(t("traffic.span", first=first, last=last, days=format.number(span.days)))
        if st.toggle(t("traffic.open"), key="traffic:open"):
            _box()


def _box() -> None:
    file = st.file_uploader(t("traffic.drop"), type=["csv", "xlsx"], key="traffic:file", max_upload_size=20)
    if file is None:
        return
    with guard():
        path = keep_upload(file.getbuffer())
        try:
            parsed = parse_traffic(path, today=today())
        finally:
            path.unlink(missing_ok=True)
        trial = import_traffic(desk(), actor(), parsed, now=now(), dry_run=True)
        st.markdown(_sentence(trial))
        show_rejected(trial.rejects, parsed.headers, "traffic")
        changes = trial.days_new + trial.days_changed
        sure = not trial.rejects or st.checkbox(t("traffic.anyway"), key="traffic:anyway")
        label = t("traffic.act", n=format.number(changes))
        if st.button(label, type="primary", key="traffic:act", disabled=not (changes and sure)):
            done = import_traffic(desk(), actor(), parsed, now=now(), max_bad=1.0)
            flash(_sentence(done))
            st.rerun()


def _sentence(found: TrafficReport) -> str:
    names = ("days_new", "days_changed", "unchanged", "rejected")
    counts = {name: format.number(getattr(found, name)) for name in names}
    if found.first is None or found.last is None:
        return t("traffic.nothing", **counts)
    first, last = format.day(found.first, year=True), format.day(found.last, year=True)
    return t("traffic.would", first=first, last=last, **counts)
