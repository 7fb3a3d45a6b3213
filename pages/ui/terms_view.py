"""The terms to publish: read in either language, taken away as HTML or PDF."""

import streamlit as st

from core.documents.enums import Area
from core.i18n import LANGS, Lang
from core.services.print_files import chinese_face, pdf_ready
from core.services.terms import PublishedTerms, read_terms, terms_html, terms_pdf
from pages.ui import format
from pages.ui.parts import card, download
from pages.ui.runtime import cached, desk, lang, now, t, today


@cached(Area.ORDERS, Area.MEMBERS, Area.RULES, Area.SETTINGS)
def _terms(language: Lang) -> PublishedTerms:
    return read_terms(desk(), language, now=now())


def show_terms() -> None:
    """The text in the language that the terms are wanted in, and the files of it."""
    with st.container(horizontal=True, vertical_alignment="center"):
        language: Lang = st.segmented_control(
            t("terms.language"),
            LANGS,
            default=lang(),
            format_func=lambda one: t(f"frame.language.{one}"),
            key="terms:language",
            required=True,
            label_visibility="collapsed",
        )
        found = _terms(language)
        name = f"terms-{language}-{today():%Y%m%d}"
        download(t("terms.get.html"), lambda: terms_html(found, language), f"{name}.html", "text/html")
        _pdf(found, language, name)
    st.caption(t("terms.help"))
    with card():
        st.markdown(f"### {format.md_escape(found.title)}")
        st.caption(format.md_escape(found.since))
        for tier in found.terms.tiers:
            with st.container(border=True):
                st.markdown(f"**{format.md_escape(tier.name)}**")
                st.markdown(format.md_escape(f"{tier.reach} {tier.keep}".strip()))
                st.markdown("\n".join(f"- {format.md_escape(line)}" for line in tier.benefits))
                if tier.saves:
                    st.markdown(f":primary[**{format.md_escape(tier.saves)}**]")
        for place, (heading, lines) in enumerate(found.terms.sections, start=1):
            st.markdown(f"**{place}. {format.md_escape(heading)}**")
            st.markdown("\n".join(f"- {format.md_escape(line)}" for line in lines))
        st.caption(format.md_escape(found.footer))


def _pdf(found: PublishedTerms, language: Lang, name: str) -> None:
    """The PDF, or what is missing for it in so many words."""
    if not pdf_ready() or chinese_face() is None:
        said = t("error.pdf_missing") if not pdf_ready() else t("terms.pdf.no_font")
        st.button(t("terms.get.pdf"), icon=":material/picture_as_pdf:", disabled=True, help=said, key="terms:no_pdf")
        st.caption(said, width="stretch")
        return
    download(t("terms.get.pdf"), lambda: terms_pdf(found, language), f"{name}.pdf", "application/pdf")
