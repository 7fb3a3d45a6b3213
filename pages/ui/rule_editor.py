"""The fields of the tier rules: the ladder, how it is counted, and what each tier gets."""

from functools import partial
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.documents.benefits import BENEFIT_KINDS, PERIODS
from core.documents.rule_faults import rule_faults
from core.documents.rules import MOST_TIERS, RuleDocument
from core.errors import Refusal
from core.money import as_yuan
from core.rules.versions import differences
from pages.ui.format import md_escape
from pages.ui.money_field import yuan_field
from pages.ui.page import sentence
from pages.ui.parts import card
from pages.ui.rule_draft import RuleDraft, add_benefit, add_tier, drop_benefit, drop_tier, name_key
from pages.ui.runtime import lang, t

MOST_WORDS = {"zh": 20, "en": 40}


def edit_ladder(draft: RuleDraft) -> None:
    """Names and thresholds of the tiers, lowest first, and how purchases are counted."""
    with card(t("tiers.ladder"), help=t("tiers.ladder.help")):
        widths = [3, 3, 3, 1]
        heads = st.columns(widths, vertical_alignment="bottom")
        for column, key in zip(heads[:3], ("name", "spend", "orders"), strict=True):
            column.caption(t(f"tiers.column.{key}"))
        for rank, tier in enumerate(draft.document["tiers"]):
            _tier_row(draft, tier, rank, widths)
        if len(draft.document["tiers"]) < MOST_TIERS:
            st.button(
                t("tiers.add_tier"), icon=":material/add:", key="tiers:add_tier", on_click=add_tier, args=(draft,)
            )
        _counting(draft)


def _tier_row(draft: RuleDraft, tier: dict[str, Any], rank: int, widths: list[int]) -> None:
    stem = f"tiers:{draft.turn}:{tier['code']}"
    name, spend, orders, gone = st.columns(widths, vertical_alignment="center")
    tier[name_key()] = name.text_input(
        t("tiers.column.name"),
        tier[name_key()],
        max_chars=MOST_WORDS[lang()],
        key=f"{stem}:name",
        label_visibility="collapsed",
    )
    if rank == 0:
        spend.caption(t("tiers.entry"))
        return
    with spend:
        tier["min_spend_fen"] = yuan_field(
            t("tiers.column.spend"),
            tier["min_spend_fen"],
            f"{stem}:spend",
            step=100.0,
            placeholder=t("tiers.not_counted"),
            hidden=True,
        )
    tier["min_orders"] = orders.number_input(
        t("tiers.column.orders"),
        min_value=0,
        max_value=100_000,
        value=tier["min_orders"],
        step=1,
        placeholder=t("tiers.not_counted"),
        key=f"{stem}:orders",
        label_visibility="collapsed",
    )
    gone.button(
        t("tiers.remove"),
        icon=":material/delete:",
        type="tertiary",
        key=f"{stem}:drop",
        on_click=drop_tier,
        args=(draft, tier["code"]),
        help=t("tiers.remove_tier", name=md_escape(tier[name_key()])),
    )


def _option(field: str, option: str) -> str:
    """What one choice of a field is called."""
    return t(f"tiers.{field}.{option}")


def _counting(draft: RuleDraft) -> None:
    window, match, counts = st.columns(3, gap="small")
    document, stem = draft.document, f"tiers:{draft.turn}"
    document["window"]["days"] = int(
        window.number_input(
            t("tiers.window"), min_value=30, max_value=3_660, value=document["window"]["days"], key=f"{stem}:days"
        )
    )
    choices: tuple[tuple[DeltaGenerator, str, tuple[str, ...]], ...] = (
        (match, "match", ("any", "all")),
        (counts, "spend_counts_from", ("paid", "finished")),
    )
    for column, field, options in choices:
        document[field] = column.selectbox(
            t(f"tiers.{field}"),
            options,
            index=options.index(document[field]),
            format_func=partial(_option, field),
            key=f"{stem}:{field}",
        )


def edit_benefits(draft: RuleDraft) -> None:
    """The grid as it stands, and the fields of the one benefit that was chosen."""
    with card(t("tiers.benefits"), help=t("tiers.benefits.help")):
        codes = [benefit["code"] for benefit in draft.document["benefits"]]
        names = {benefit["code"]: benefit[name_key()] for benefit in draft.document["benefits"]}
        pick, kind, add = st.columns([4, 3, 2], vertical_alignment="bottom")
        if st.session_state.get("tiers:benefit") not in codes:
            st.session_state.pop("tiers:benefit", None)
        chosen = pick.selectbox(
            t("tiers.edit_benefit"), codes, format_func=lambda code: names.get(code, code), key="tiers:benefit"
        )
        new = kind.selectbox(
            t("tiers.new_benefit"), BENEFIT_KINDS, format_func=lambda code: t(f"benefit.kind.{code}"), key="tiers:kind"
        )
        add.button(
            t("tiers.add_benefit"),
            icon=":material/add:",
            key="tiers:add_benefit",
            on_click=_add_benefit,
            args=(draft, new),
            width="stretch",
        )
        if chosen is not None:
            _benefit_fields(draft, next(one for one in draft.document["benefits"] if one["code"] == chosen))


def _add_benefit(draft: RuleDraft, kind: str) -> None:
    st.session_state["tiers:benefit"] = add_benefit(draft, kind)


def _benefit_fields(draft: RuleDraft, benefit: dict[str, Any]) -> None:
    stem = f"tiers:{draft.turn}:{benefit['code']}"
    name, gone = st.columns([5, 2], vertical_alignment="bottom")
    benefit[name_key()] = name.text_input(
        t("tiers.benefit_name"), benefit[name_key()], max_chars=30, key=f"{stem}:name"
    )
    gone.button(
        t("tiers.remove_benefit"),
        icon=":material/delete:",
        key=f"{stem}:drop",
        on_click=drop_benefit,
        args=(draft, benefit["code"]),
        width="stretch",
    )
    widths = [2, 3, 1.6, 2, 2]
    for column, key in zip(st.columns(widths), ("tier", "value", "quantity", "period", "cost"), strict=True):
        column.caption(t(f"tiers.column.{key}"))
    for tier in draft.document["tiers"]:
        _cell_row(benefit, tier, f"{stem}:{tier['code']}", widths)


def _cell_row(benefit: dict[str, Any], tier: dict[str, Any], stem: str, widths: list[float]) -> None:
    """One tier's part of a benefit; unticked it has none of it."""
    has, value, quantity, period, cost = st.columns(widths, vertical_alignment="center")
    cell = benefit["cells"].get(tier["code"])
    if not has.checkbox(md_escape(tier[name_key()]), value=cell is not None, key=f"{stem}:has"):
        benefit["cells"].pop(tier["code"], None)
        value.caption(t("rules.none"))
        return
    cell = cell or {"quantity": 1, "period": "always", "value_zh": "", "value_en": "", "level": None, "cost_fen": 0}
    words = f"value_{lang()}"
    hidden: dict[str, Any] = {"label_visibility": "collapsed"}
    text = value.text_input(t("tiers.column.value"), cell[words], max_chars=60, key=f"{stem}:value", **hidden)
    # The number behind the text belongs to the text that was there: with other words nobody can compare it any more.
    cell = cell | {"level": cell["level"] if text == cell[words] else None, words: text}
    cell["quantity"] = int(
        quantity.number_input(t("tiers.column.quantity"), 1, 1_000, cell["quantity"], key=f"{stem}:quantity", **hidden)
    )
    periods = list(PERIODS)
    cell["period"] = period.selectbox(
        t("tiers.column.period"),
        periods,
        index=periods.index(cell["period"]) if cell["period"] in periods else 0,
        format_func=lambda one: t(f"tiers.period.{one}"),
        key=f"{stem}:period",
        **hidden,
    )
    with cost:
        fen = yuan_field(t("tiers.column.cost"), cell["cost_fen"], f"{stem}:cost", step=1.0, hidden=True)
    cell["cost_fen"] = fen or 0
    benefit["cells"][tier["code"]] = cell


def show_faults(draft: RuleDraft) -> RuleDocument | None:
    """What speaks against the rules, each with its sentence; the document when nothing does."""
    try:
        document = draft.read()
    except Refusal:
        st.error(t("tiers.fill_names"), icon=":material/error:")
        return None
    faults = rule_faults(document)
    for fault in faults:
        st.error(sentence(fault), icon=":material/error:")
    return None if faults else document


def difference_lines(before: RuleDocument, after: RuleDocument) -> list[str]:
    """What changes from one document to the other, as Markdown list items."""
    found = differences(before, after, lang())
    return [f"- {t(key, **{name: _shown(value) for name, value in params.items()})}" for key, params in found]


def _shown(value: Any) -> Any:
    return md_escape(value) if isinstance(value, str) else value


def threshold_words(fen: int | None, orders: int | None) -> tuple[str, str]:
    """A tier's two ways up as the table says them."""
    spend = t("rules.none") if fen is None else t("rules.yuan", amount=f"{as_yuan(fen):,.2f}".removesuffix(".00"))
    return spend, t("rules.none") if orders is None else t("rules.orders", n=orders)
