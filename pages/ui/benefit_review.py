"""The review of benefits: the advice first, then every number behind it."""

import pandas as pd
import streamlit as st

from core.analytics.benefit_review import DAYS, OFTEN_DAYS, RARE_DAYS, Advice
from core.documents.enums import Area
from core.services.benefit_review import BenefitLine, BenefitReview, last_year, review_benefits
from pages.ui import format
from pages.ui.ladder_view import ladder
from pages.ui.parts import card, empty_state
from pages.ui.runtime import cached, desk, lang, now, t
from pages.ui.tiers import tier_names

COLOURS = {Advice.STRENGTHEN: "green", Advice.SWAP: "orange", Advice.DROP: "red", Advice.ON_TIME: "orange"}
ORDER = (Advice.DROP, Advice.ON_TIME, Advice.SWAP, Advice.STRENGTHEN)


@cached(Area.ORDERS, Area.MEMBERS, Area.RULES, Area.CAMPAIGNS)
def _review() -> BenefitReview:
    return review_benefits(desk(), last_year(desk(), now()), now=now())


def show_review() -> None:
    """What to do, then the table, then how it was counted."""
    found = _review()
    if not found.lines:
        empty_state(t("benefits.none"), t("promises.to_rules"), "programme/tiers.py", icon="redeem")
        return
    if not ladder().members:
        empty_state(t("benefits.nobody"), t("today.empty.act"), "shop/data.py", icon="redeem")
        return
    _cycle(found.cycle_days)
    _advice(found)
    with card(t("benefits.table", days=(found.period.end - found.period.start).days)):
        names = tier_names()
        rows = [_row(line, names) for line in found.lines]
        columns = {
            t("benefits.column.usage"): st.column_config.NumberColumn(format="%.0f%%"),
            t("benefits.column.on_time"): st.column_config.NumberColumn(format="%.0f%%"),
        }
        st.dataframe(pd.DataFrame(rows), hide_index=True, width="stretch", placeholder="–", column_config=columns)
        st.caption(t("benefits.basis"))
        st.caption(t("benefits.comparison", days=DAYS))


def _cycle(days: int | None) -> None:
    """How often people buy here, and which benefits that speaks for."""
    if days is None:
        return
    word = "often" if days <= OFTEN_DAYS else "rare" if days >= RARE_DAYS else "between"
    st.info(t(f"benefits.cycle.{word}", n=format.number(days)), icon=":material/schedule:")


def _advice(found: BenefitReview) -> None:
    """The lines that ask for an act, each with its reason; benefits of one advice and reason together."""
    groups: dict[tuple[Advice, str, str], list[str]] = {}
    names = tier_names()
    for line in found.lines:
        if line.advice in ORDER:
            groups.setdefault((line.advice, line.reason, line.name(lang())), []).append(names[line.tier])
    with card(t("benefits.advice")):
        if not groups:
            st.markdown(t("benefits.advice.none"))
        for (advice, reason, name), tiers in sorted(groups.items(), key=lambda one: ORDER.index(one[0][0])):
            tag, words = st.columns([1, 8], vertical_alignment="center", gap="small")
            tag.badge(t(f"benefit.advice.{advice}"), color=COLOURS[advice])  # type: ignore[arg-type]
            who = format.md_escape(f"{name} · {t('phrase.comma').join(tiers)}")
            words.markdown(f"**{who}**  \n:gray[:small[{t(f'benefit.reason.{reason}')}]]")


def _row(line: BenefitLine, names: dict[str, str]) -> dict[str, object]:
    estimate = "≈ " if line.basis == "orders" and line.cost_fen else ""
    return {
        t("benefits.column.benefit"): line.name(lang()),
        t("benefits.column.tier"): names[line.tier],
        t("benefits.column.entitled"): line.entitled,
        t("benefits.column.used"): line.used,
        t("benefits.column.usage"): _percent(line.usage_rate),
        t("benefits.column.cost"): f"{estimate}{format.yuan_round(line.cost_fen)}",
        t("benefits.column.on_time"): _percent(line.on_time_rate),
        t("benefits.column.repeat"): _repeat(line),
        t("benefits.column.advice"): t(f"benefit.advice.{line.advice}"),
    }


def _percent(share: float | None) -> float | None:
    return None if share is None else share * 100


def _repeat(line: BenefitLine) -> str:
    """Bought again with it and without it, and the difference with its interval; said when too few."""
    repeat = line.repeat
    if line.basis != "promises":
        return "–"
    if repeat.with_it is None or repeat.without is None or repeat.low is None or repeat.high is None:
        return t("benefits.too_few")
    return t(
        "benefits.repeat",
        with_it=format.percent(repeat.with_it, 0),
        without=format.percent(repeat.without, 0),
        low=f"{repeat.low * 100:+.0f}",
        high=f"{repeat.high * 100:+.0f}",
    )
