"""The weekly letter: read it, print it, have it mailed each Monday."""

import streamlit as st

from core.analytics.periods import Period
from core.documents.enums import Area
from core.services.print_files import pdf_ready
from core.services.weekly_letter import Letter, letter_html, letter_pdf, weeks_with_orders, write_letter
from pages.ui import format
from pages.ui.letter_mail import mail_card
from pages.ui.letter_view import letter_view
from pages.ui.page import page
from pages.ui.parts import download, empty_state
from pages.ui.runtime import cached, desk, lang, now, t


@cached(Area.ORDERS, Area.MEMBERS, Area.RULES, Area.CAMPAIGNS, Area.MESSAGES, Area.SETTINGS)
def _weeks() -> list[Period]:
    return weeks_with_orders(desk(), now=now())


@cached(Area.ORDERS, Area.MEMBERS, Area.RULES, Area.CAMPAIGNS, Area.MESSAGES, Area.SETTINGS)
def _letter(spoken: str, place: int) -> Letter:
    return write_letter(desk(), "en" if spoken == "en" else "zh", week=_weeks()[place], now=now())


def _span(week: Period) -> str:
    return t("letter.week", first=format.day(week.start), last=format.day(format.until(week.end)))


with page("menu.letter", t("letter.subtitle.page")) as head:
    weeks, spoken = _weeks(), lang()
    if not weeks:
        empty_state(t("letter.none"), t("letter.none.act"), "shop/data.py", icon="mail")
    else:
        with head.corner:
            names = [_span(week) for week in weeks]
            place = st.selectbox(
                t("letter.pick"), range(len(weeks)), format_func=names.__getitem__, key="letter:week",
                label_visibility="collapsed", width=165,
            )  # fmt: skip
            letter = _letter(spoken, place)
            name = f"{t('letter.file')}-{weeks[place].start}"
            if pdf_ready():
                download(t("letter.pdf"), lambda: letter_pdf(letter, spoken), f"{name}.pdf", "application/pdf")
            download(t("letter.html"), lambda: letter_html(letter, spoken), f"{name}.html", "text/html")
        letter_view(letter)
        if not pdf_ready():
            st.caption(t("error.pdf_missing"))
        mail_card()
