"""The guard's page: what is not right, the price of each typical basket for each kind of member, and who gets which coupon."""

from itertools import pairwise
from typing import get_args

import streamlit as st

from core.rules.price_guard import GuardReport, Variant
from core.services.price_guard import Guarded
from core.services.price_offers import OfferOut
from pages.ui import format
from pages.ui.parts import card, empty_state
from pages.ui.price_findings import guarded, show_findings
from pages.ui.price_words import kind_name
from pages.ui.runtime import t
from pages.ui.table import plain_table

MOST_BASKETS = 200


def show_guard() -> None:
    """Findings first, then what they were found in."""
    found = guarded()
    report = found.report
    if not report.baskets:
        empty_state(t("prices.no_baskets"), t("prices.import"), "shop/data.py", icon="shopping_basket")
        return
    seen = {"baskets": len(report.baskets), "orders": report.orders, "kinds": len(report.kinds)}
    st.caption(t("prices.seen", **{name: format.number(count) for name, count in seen.items()}))
    show_findings(report)
    notes = []
    if report.assumed:
        notes.append(t("prices.assumed", n=format.number(report.assumed)))
    if report.dear:
        notes.append(t("prices.dear", n=format.number(len(report.dear))))
    if notes:
        st.info("  \n".join(notes), icon=":material/info:")
    with card(t("prices.table"), help=t("prices.table.help")):
        _prices(report)
    _benefits(found)


def _prices(report: GuardReport) -> None:
    """Typical baskets by kinds of people."""
    there = {variant for prices in report.payable for _, variant in prices}
    variant: Variant = st.segmented_control(
        t("prices.variant"),
        [one for one in get_args(Variant) if one in there],
        default="plain",
        required=True,
        format_func=lambda one: t(f"prices.variant.{one}"),
        key="prices:variant",
        label_visibility="collapsed",
    )
    baskets = report.baskets[:MOST_BASKETS]
    columns: dict[str, list[str]] = {
        t("prices.column.basket"): [
            t("prices.and").join(
                line.product if line.quantity == 1 else f"{line.product} ×{line.quantity}" for line in one.lines
            )
            for one in baskets
        ],
        t("prices.column.why"): [t(f"prices.basket.{one.why}", n=format.number(one.orders)) for one in baskets],
        t("prices.column.list"): [format.yuan(one.list_fen) for one in baskets],
    }
    for kind in report.kinds:
        prices = [found.get((kind, variant)) for found in report.payable[:MOST_BASKETS]]
        columns[kind_name(kind)] = ["–" if fen is None else format.yuan(fen) for fen in prices]
    plain_table(columns, most=12)


def _benefits(found: Guarded) -> None:
    """Of each coupon that is out: how many people of each kind have it, and what it is worth to them on average."""
    offers = [one for one in found.offers if one.people]
    if not offers:
        return
    with card(t("prices.benefits"), help=t("prices.benefits.help")):
        columns: dict[str, list[str]] = {t("prices.column.coupon"): [one.offer.name for one in offers]}
        for kind in found.report.kinds:
            columns[kind_name(kind)] = [_benefit(one, kind) for one in offers]
        plain_table(columns)
        for one in offers:
            if one.offer.tier_values and (worse := _inverted(one, found.report.kinds)):
                names = {"low": kind_name(worse[0]), "high": kind_name(worse[1]), "name": one.offer.name}
                st.warning(t("prices.inverted", **{name: format.md_escape(text) for name, text in names.items()}))


def _benefit(offer: OfferOut, kind: str) -> str:
    people = offer.people.get(kind, 0)
    if not people:
        return "–"
    mean = format.yuan(offer.mean_fen.get(kind, 0))
    if offer.source.startswith("journey:"):
        return mean
    return t("prices.benefit", amount=mean, n=format.people(people))


def _inverted(offer: OfferOut, kinds: tuple[str, ...]) -> tuple[str, str] | None:
    """A lower kind that gets more than a higher one, if there are two."""
    held = [kind for kind in kinds if offer.people.get(kind)]
    for low, high in pairwise(held):
        if offer.mean_fen[low] > offer.mean_fen[high]:
            return low, high
    return None
