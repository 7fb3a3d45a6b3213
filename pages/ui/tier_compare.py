"""How the tiers differ: what a step up is worth, whether the promises can be kept, and our table beside other shops'."""

import pandas as pd
import streamlit as st

from core.documents.enums import Area
from core.rules.tier_gaps import Gap, StepUp
from core.services.rivals import MOST_SHOPS, RivalRow, Rivals, read_rivals, save_rivals
from core.services.tier_values import Differences, Overpromise, read_differences
from pages.ui import format
from pages.ui.page import guard
from pages.ui.parts import card, flash, link
from pages.ui.runtime import actor, cached, desk, lang, now, t
from pages.ui.table import plain_table
from pages.ui.tiers import tier_names

COLOURS = {Gap.FINE: "green", Gap.NO_DIFFERENCE: "red", Gap.SMALL: "orange", Gap.LARGE: "orange"}


@cached(Area.ORDERS, Area.MEMBERS, Area.RULES)
def _differences() -> Differences:
    return read_differences(desk(), now=now())


def show_comparison() -> None:
    """Steps, promises against work, other shops."""
    found = _differences()
    with card(t("compare.steps")):
        for step in reversed(found.steps):
            _step(found, step)
        if not found.steps:
            st.caption(t("compare.one_tier"))
        st.caption(t("compare.steps.help"))
    with card(t("compare.work")):
        _work(found)
    _rivals()


def _step(found: Differences, step: StepUp) -> None:
    """One step up in words, with its flag."""
    names, benefits = tier_names(), {one.code: one.name(lang()) for one in found.document.benefits}
    tag, words = st.columns([1.2, 8], vertical_alignment="center", gap="small")
    tag.badge(t(f"compare.gap.{step.gap}"), color=COLOURS[step.gap])  # type: ignore[arg-type]
    head = format.md_escape(f"{names[step.lower]} → {names[step.upper]}")
    comma = t("phrase.comma")
    parts = []
    if step.added:
        parts.append(t("compare.added", names=comma.join(benefits[code] for code in step.added)))
    if step.more:
        parts.append(t("compare.more", names=comma.join(benefits[code] for code in step.more)))
    people = found.years[step.upper]
    if people.enough:
        worth = t("compare.worth", value=format.yuan_round(step.value_fen), cost=format.yuan_round(step.cost_fen))
        asked = t("compare.asked", amount=format.yuan_round(step.asked_fen)) if step.asked_fen else ""
        parts.append(f"{worth}{asked}")
    else:
        parts.append(t("compare.few", n=format.people(people.people)))
    parts.append(t(f"compare.say.{step.gap}"))
    words.markdown(f"**{head}**  \n{format.md_escape(t('compare.join').join(part for part in parts if part))}")


def _work(found: Differences) -> None:
    """Promised against done: what was never kept, and where more is ahead than can be done."""
    names = {one.code: one.name(lang()) for one in found.document.benefits}
    if not found.work:
        st.caption(t("compare.work.none"))
        return
    for one in found.work:
        if one.never:
            st.error(t("compare.never", name=format.md_escape(names[one.benefit_code])), icon=":material/error:")
        elif one.too_much:
            st.warning(
                t(
                    "compare.too_much",
                    name=format.md_escape(names[one.benefit_code]),
                    ahead=format.number(one.ahead),
                    done=format.number(one.done),
                ),
                icon=":material/warning:",
            )
    plain_table(
        {
            t("benefits.column.benefit"): [names[one.benefit_code] for one in found.work],
            t("compare.column.done"): [one.done for one in found.work],
            t("compare.column.ahead"): [one.ahead for one in found.work],
            t("compare.column.late"): [one.late for one in found.work],
            t("compare.column.verdict"): [t(f"compare.verdict.{_verdict(one)}") for one in found.work],
        }
    )
    link(t("compare.to_promises"), "programme/promises.py")


def _verdict(one: Overpromise) -> str:
    return "never" if one.never else "too_much" if one.too_much else "kept"


def _rivals() -> None:
    """The owner's own table: three shops at most, every cell typed; kept with the button."""
    with card(t("rivals.title"), help=t("rivals.help")):
        table = read_rivals(desk(), lang(), now=now())
        columns = st.columns(MOST_SHOPS, gap="small")
        shops = tuple(
            columns[place].text_input(
                t("rivals.shop", n=place + 1),
                value=table.shops[place] if place < len(table.shops) else "",
                max_chars=20,
                key=f"rivals:shop:{place}",
            )
            for place in range(MOST_SHOPS)
        )
        heads = [shops[place].strip() or t("rivals.shop", n=place + 1) for place in range(MOST_SHOPS)]
        rows = [[row.what, row.ours, *row.theirs, *[""] * (MOST_SHOPS - len(row.theirs))] for row in table.rows]
        frame = pd.DataFrame(rows, columns=["what", "ours", *[f"shop{place}" for place in range(MOST_SHOPS)]])
        edited = st.data_editor(
            frame,
            num_rows="dynamic",
            hide_index=True,
            width="stretch",
            key=f"rivals:rows:{table.digest()[:8]}",
            column_config={
                "what": st.column_config.TextColumn(t("rivals.what"), required=True, max_chars=60),
                "ours": st.column_config.TextColumn(t("rivals.ours"), max_chars=120),
                **{
                    f"shop{place}": st.column_config.TextColumn(heads[place], max_chars=120)
                    for place in range(MOST_SHOPS)
                },
            },
        )
        if st.button(t("rivals.save"), key="rivals:save"):
            with guard():
                save_rivals(desk(), actor(), _table(shops, edited), now=now())
                flash(t("rivals.saved"))
                st.rerun()


def _table(shops: tuple[str, ...], edited: pd.DataFrame) -> Rivals:
    """The document of what stands in the grid; lines without a name are left out."""
    rows = []
    for line in edited.fillna("").astype(str).to_dict("records"):
        if line["what"].strip():
            theirs = tuple(line[f"shop{place}"].strip() for place in range(MOST_SHOPS))
            rows.append(RivalRow(what=line["what"].strip(), ours=line["ours"].strip(), theirs=theirs))
    return Rivals(shops=tuple(shop.strip() for shop in shops), rows=tuple(rows))
