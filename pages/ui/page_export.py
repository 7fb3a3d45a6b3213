"""The corner of every page that shows numbers: have it as PDF or as XLSX."""

from collections.abc import Sequence

import streamlit as st

from core.i18n import Lang
from core.services.page_files import Chart, PageFile, Part, charts_ready, export_page
from core.services.print_files import pdf_ready
from pages.ui.charts.canvas import chart_spec
from pages.ui.parts import download
from pages.ui.record import Drawing, Kept, Shown
from pages.ui.runtime import actor, desk, lang, now, t
from pages.ui.theme import Palette, light_palette

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def export_menu(title: str, subtitle: str, parts: Sequence[Kept]) -> None:
    """Two buttons behind one icon; the file is made when one is pressed."""
    opened, who, at, spoken, white = desk(), actor(), now(), lang(), light_palette()

    def make(kind: str) -> bytes:
        ready = tuple(_ready(part, white, spoken) for part in parts)
        return export_page(opened, who, PageFile(title, subtitle, ready, spoken), kind, now=at)

    with st.popover(t("export.menu"), icon=":material/ios_share:", type="tertiary", key="export:menu"):
        if pdf_ready():
            download(t("export.pdf"), lambda: make("pdf"), f"{title}.pdf", "application/pdf", key="page:pdf")
            if not charts_ready():
                st.caption(t("export.no_charts"))
        else:
            st.caption(t("error.pdf_missing"))
        download(t("export.xlsx"), lambda: make("xlsx"), f"{title}.xlsx", XLSX, key="page:xlsx")


def _ready(part: Kept, white: Palette, spoken: Lang) -> Part:
    """What was kept of the page as the file takes it."""
    if isinstance(part, Drawing):
        return Chart(chart_spec(part.make, part.args, white, part.height, spoken))
    return part.grid() if isinstance(part, Shown) else part
