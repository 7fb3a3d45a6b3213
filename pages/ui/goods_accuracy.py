"""How well recommended goods do: held out in time, beside what simply sells most, also when they lose."""

import streamlit as st

from core.clock import day_of
from core.documents.goods import Recall
from core.services.product_insight import GoodsView
from pages.ui import format
from pages.ui.charts import Bar, ranked_bars
from pages.ui.goods import say_source
from pages.ui.parts import card, link
from pages.ui.runtime import t


def show_accuracy(view: GoodsView, category: str | None) -> None:
    """Two questions, each with both sides; the whole shop's whatever category is chosen."""
    model = view.model
    left, right = st.columns(2, gap="small")
    with left, card(_finding("new", model.recall_new), help=t("products.accuracy.help"), fill=True):
        _sides("new", model.recall_new)
    with right, card(_finding("all", model.recall_all), help=t("products.accuracy.help"), fill=True):
        _sides("all", model.recall_all)
    asked = {"since": format.day(day_of(model.cut), year=True), "until": format.day(view.until, year=True)}
    st.caption(t("products.accuracy.note", **asked))
    say_source(view)
    link(t("products.accuracy.members"), "members/list.py", icon="group")


def _finding(name: str, recall: Recall | None) -> str:
    return t(f"products.accuracy.{name}.{'too_few' if recall is None else recall.verdict}")


def _sides(name: str, recall: Recall | None) -> None:
    if recall is None or recall.verdict == "too_few":
        st.caption(t("products.accuracy.too_few"))
        return
    bars = [
        Bar(t("products.accuracy.ours"), recall.recommended),
        Bar(t("products.accuracy.popular"), recall.popular, strong=False),
    ]
    ranked_bars(bars, "percent")
    low, high = (recall.recommended - recall.popular + side * 1.96 * recall.error for side in (-1, 1))
    shown = {"low": f"{low * 100:+.1f}", "high": f"{high * 100:+.1f}", "people": format.people(recall.people)}
    st.caption(t(f"products.accuracy.{name}.say", **shown))
