"""Partners: who they are, their codes, what was given and used, and the statement of each month."""

import streamlit as st

from core.services.partners import PartnerLine, import_codes, list_partners, read_statement, report_used, save_partner
from pages.ui import format
from pages.ui.dropzone import speak_dropzone
from pages.ui.money_field import yuan_field
from pages.ui.page import guard
from pages.ui.parts import card, flash
from pages.ui.runtime import actor, desk, now, t
from pages.ui.table import plain_table

LOW = 20


def show_partners() -> None:
    """The partners and their pools, then one of them, then the form for another."""
    found = list_partners(desk())
    if not found:
        st.info(t("partners.empty"), icon=":material/handshake:")
    else:
        with card(t("partners.title")):
            plain_table(
                {
                    t("partners.name"): [one.name for one in found],
                    t("partners.gives"): [one.gives or "–" for one in found],
                    t("partners.left"): [one.left for one in found],
                    t("partners.given"): [one.given for one in found],
                    t("partners.used"): [one.used for one in found],
                    t("partners.share"): [format.percent(one.share_bp / 10_000, 0) for one in found],
                    t("partners.valid"): [_valid(one) for one in found],
                }
            )
            for one in found:
                if one.left < LOW:
                    st.warning(
                        t("partners.low", name=format.md_escape(one.name), n=one.left), icon=":material/warning:"
                    )
        _one(found)
        speak_dropzone()
    _form(found)


def _valid(one: PartnerLine) -> str:
    if one.valid_from is None and one.valid_until is None:
        return t("partners.always")
    ends = [format.day(day, year=True) if day else "" for day in (one.valid_from, one.valid_until)]
    return " – ".join(ends)


def _one(found: list[PartnerLine]) -> None:
    """Codes in, used codes reported, statement."""
    names = {one.code: one.name for one in found}
    with card(t("partners.one")):
        code = st.selectbox(
            t("partners.name"), list(names), format_func=lambda one: names[one], key="partners:one",
            label_visibility="collapsed",
        )  # fmt: skip
        left, right = st.columns(2, gap="small")
        with left:
            _text("codes", code)
        with right:
            _text("used", code)
        lines = read_statement(desk(), code)
        st.markdown(f"**{t('partners.statement')}**")
        if not lines:
            st.caption(t("partners.statement.none"))
            return
        plain_table(
            {
                t("partners.month"): [f"{line.month:%Y-%m}" for line in lines],
                t("partners.given"): [line.given for line in lines],
                t("partners.used"): [line.used for line in lines],
                t("partners.cost"): [format.yuan(line.cost_fen) for line in lines],
                t("partners.ours"): [format.yuan(line.share_fen) for line in lines],
            }
        )


def _text(name: str, partner: str) -> None:
    """A text of codes and its button; a file may be dropped in its place."""
    text = st.text_area(t(f"partners.{name}.label"), key=f"partners:{name}:{partner}", height=100)
    file = st.file_uploader(
        t("partners.file"), type=["csv", "txt"], key=f"partners:file:{name}:{partner}", label_visibility="collapsed"
    )
    if st.button(t(f"partners.{name}.act"), key=f"partners:do:{name}", disabled=not (text.strip() or file)):
        with guard():
            lines = file.getvalue().decode("utf-8-sig", "replace").splitlines() if file else []
            codes = "\n".join([text, *(line.split(",")[0] for line in lines)])  # of a table the first column
            act = import_codes if name == "codes" else report_used
            new, known = act(desk(), actor(), partner, codes, now=now())
            flash(t(f"partners.{name}.done", n=format.number(new), known=format.number(known)))
            st.rerun()


def _form(found: list[PartnerLine]) -> None:
    """Another partner, or one changed: the short name decides."""
    known = {one.code: one for one in found}
    with st.expander(t("partners.form"), icon=":material/add:", expanded=not found):
        first = st.columns(3, gap="small")
        code = first[0].text_input(t("partners.code"), max_chars=32, key="partners:code", help=t("partners.code.help"))
        old = known.get(code)
        key = f"partners:{code if old else ''}"
        name = first[1].text_input(t("partners.name"), value=old.name if old else "", max_chars=60, key=f"{key}:name")
        contact = first[2].text_input(
            t("partners.contact"), value=old.contact if old else "", max_chars=120, key=f"{key}:contact"
        )
        gives = st.text_input(t("partners.gives"), value=old.gives if old else "", max_chars=500, key=f"{key}:gives")
        second = st.columns(4, gap="small")
        with second[0]:
            cost = yuan_field(t("partners.code_cost"), old.code_cost_fen if old else 0, f"{key}:cost", step=1.0)
        share = second[1].number_input(
            t("partners.share.form"), 0, 100, value=old.share_bp // 100 if old else 50, step=5, key=f"{key}:share",
            help=t("partners.share.help"),
        )  # fmt: skip
        starts = second[2].date_input(t("partners.from"), value=old.valid_from if old else None, key=f"{key}:from")
        ends = second[3].date_input(t("partners.until"), value=old.valid_until if old else None, key=f"{key}:until")
        if st.button(t("partners.save"), type="primary", key="partners:save"):
            with guard():
                save_partner(
                    desk(), actor(), code=code.strip(), name=name, contact=contact, gives=gives, share_bp=share * 100,
                    code_cost_fen=cost or 0, valid_from=starts, valid_until=ends, now=now(),
                )  # fmt: skip
                flash(t("partners.saved", name=name))
                st.rerun()
