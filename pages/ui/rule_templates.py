"""Ready rules by trade: what each would change, and taking one over; and rules that come from or go into a file."""

import streamlit as st

from core.documents.industry_templates import INDUSTRIES, industry_template
from core.documents.rules import RuleDocument, read_rules
from core.errors import Refusal
from pages.ui.confirm import confirm_dialog
from pages.ui.dropzone import speak_dropzone
from pages.ui.page import sentence
from pages.ui.parts import card, download
from pages.ui.rule_draft import RuleDraft, open_draft
from pages.ui.rule_words import asked_words, difference_lines
from pages.ui.runtime import lang, t

MOST_BYTES = 1_000_000


def choose_template(draft: RuleDraft, live: RuleDocument) -> None:
    """A trade, what its rules are, what they would change, and the button that replaces the draft."""
    with card(t("tiers.templates"), help=t("tiers.templates.help")):
        code = st.segmented_control(
            t("tiers.template"),
            list(INDUSTRIES),
            format_func=lambda one: t(f"rules.template.{one}"),
            key="tiers:template",
            label_visibility="collapsed",
        )
        if code is None:
            st.caption(t("tiers.template.pick"))
            return
        document = industry_template(code)
        st.markdown(t(f"rules.template.{code}.why"))
        for tier in document.tiers[1:]:
            st.caption(f"{tier.name(lang())}: {asked_words(tier.reach)}")
        lines = difference_lines(live, document)
        with st.expander(t("tiers.template.changes", n=len(lines))):
            st.markdown("\n".join(lines) if lines else t("tiers.no_difference"))
        opened = st.button(t("tiers.template.take", name=t(f"rules.template.{code}")), key="tiers:template:take")
    confirm_dialog(
        opened,
        "template",
        t("tiers.templates"),
        [
            (t("tiers.template"), t(f"rules.template.{code}")),
            (t("tiers.template.lines"), t("tiers.template.count", n=len(lines))),
        ],
        t("tiers.template.replace"),
        lambda _: open_draft(document, touched=True),
        done=lambda _: t("tiers.template.taken", name=t(f"rules.template.{code}")),
        text=t("tiers.template.say"),
        warning=t("tiers.template.lost") if draft.changed else None,
    )


def rule_files(draft: RuleDraft) -> None:
    """The rules under edit as a file to keep, and rules from such a file."""
    with card(t("tiers.files"), help=t("tiers.files.help")):
        left, right = st.columns(2, gap="small")
        with left:
            try:
                document = draft.read()
                download_rules(document, t("tiers.files.get"), "rules.json")
            except Refusal as refusal:
                st.caption(sentence(refusal))
        with right:
            chosen = st.file_uploader(
                t("tiers.files.put"), type=["json"], key=f"tiers:file:{draft.turn}", max_upload_size=1
            )
            speak_dropzone()
            if chosen is not None:
                _read(chosen.getvalue())


def download_rules(document: RuleDocument, label: str, name: str) -> None:
    """A button that gives the document as a JSON file."""
    download(
        label, lambda: (document.model_dump_json(by_alias=True, indent=2) + "\n").encode(), name, "application/json"
    )


def _read(content: bytes) -> None:
    """Take the rules of a file as the draft; say what is wrong with it else."""
    try:
        if len(content) > MOST_BYTES:
            raise Refusal("document_not_json")
        document = read_rules(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        st.error(sentence(Refusal("document_not_json")), icon=":material/error:")
    except Refusal as refusal:
        st.error(sentence(refusal), icon=":material/error:")
    else:
        open_draft(document, touched=True)
        st.rerun()
