"""What the sections of the page of goods share: what was learnt, its date, and the way from a finding to a campaign."""

import streamlit as st

from core.documents.enums import Area
from core.documents.segment import Leaf, Node
from core.services.product_insight import GoodsView, list_categories, read_goods
from pages.ui import format
from pages.ui.chosen import choose
from pages.ui.runtime import cached, desk, t

NEW_CAMPAIGN = "marketing/new_campaign.py"
LONGEST_TITLE = 100  # of a product in a group's condition
SHOWN_TITLE = 26
SHOWN_END = 9


@cached(Area.ORDERS)
def goods() -> GoodsView | None:
    """What the last refresh learnt of the goods."""
    return read_goods(desk())


@cached(Area.ORDERS)
def categories() -> list[str]:
    """The shop's categories."""
    return list_categories(desk())


def say_source(view: GoodsView) -> None:
    """From which days and how many people."""
    model = view.model
    shown = {"since": format.day(view.since, year=True), "until": format.day(view.until, year=True)}
    one_in = "" if model.every == 1 else t("products.source.sample", every=model.every)
    st.caption(t("products.source", people=format.people(model.people), **shown) + one_in)


def campaign_button(label: str, tree: Node, key: str, *, primary: bool = False) -> None:
    """A button that begins a campaign to a group."""
    if st.button(label, key=key, icon=":material/send:", type="primary" if primary else "secondary"):
        choose(tree)
        st.switch_page(NEW_CAMPAIGN)


def bought(title: str) -> Leaf:
    """Who bought a product."""
    return Leaf("bought", "product", title[:LONGEST_TITLE].strip())


def bought_of(category: str, days: int | None = None) -> Leaf:
    """Who bought of a category, in the last so many days."""
    return Leaf("bought", "category", category, days)


def short(title: str) -> str:
    """A title that fits into a button or a sentence, harmless there; its end stays, where sizes and numbers differ."""
    head = SHOWN_TITLE - SHOWN_END - 1
    cut = title if len(title) <= SHOWN_TITLE else f"{title[:head].rstrip()}…{title[-SHOWN_END:].lstrip()}"
    return format.md_escape(cut)


def times(value: float) -> str:
    """How many times: ``1.8``."""
    return f"{value:.1f}"
