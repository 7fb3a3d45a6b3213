"""The quote form: a basket and a person, and the price line by line."""

import streamlit as st

from core.documents.enums import Area
from core.rules.deductions import MemberKind
from core.rules.masking import mask_person
from core.rules.price_guard import NEWCOMER
from core.services.members import search_people
from core.services.price_quote import MemberQuote, Wanted, find_member, kind_of_member, quote_basket
from core.services.products import ProductLine, list_products
from pages.ui import format
from pages.ui.money_field import yuan_field
from pages.ui.parts import card, link
from pages.ui.price_words import deduction_name, kind_name, refused_words, why
from pages.ui.runtime import cached, desk, lang, now, t
from pages.ui.table import plain_table
from pages.ui.tiers import tier_names

SOMEBODY = "somebody"
MOST_PICKED = 10
MOST_POINTS = 10_000_000


@cached(Area.ORDERS, Area.MEMBERS)
def products() -> list[ProductLine]:
    """The shop's goods, the best sellers first."""
    return list_products(desk(), now=now())


@cached(Area.ORDERS, Area.MEMBERS, Area.RULES, Area.SETTINGS)
def _priced(wanted: tuple[Wanted, ...], member: MemberKind) -> MemberQuote:
    return quote_basket(desk(), wanted, member, now=now())


def show_quote() -> None:
    """The form at the left, the price at the right."""
    left, right = st.columns([2, 3], gap="small")
    with left, card(t("prices.basket")):
        wanted = _basket()
        member = _person()
    with right, card(t("prices.quote"), fill=True):
        if not wanted:
            st.caption(t("prices.pick_first"))
        elif member is None:
            st.caption(t("prices.find_first"))
        else:
            _show(_priced(tuple(wanted), member))


def _basket() -> list[Wanted]:
    """Goods of the shop, and one with a list price typed in."""
    goods = {one.id: one for one in products() if one.price_fen or one.seen_fen}
    if not goods:
        st.caption(t("prices.no_products"))
        link(t("prices.import"), "shop/data.py")
    picked = st.multiselect(
        t("prices.products"),
        list(goods),
        default=list(goods)[:1],
        format_func=lambda number: goods[number].title,
        placeholder=t("prices.products.hint"),
        max_selections=MOST_PICKED,
        key="prices:goods",
    )
    wanted = []
    for number in picked:
        name, pieces = st.columns([3, 1], vertical_alignment="center")
        name.caption(format.md_escape(goods[number].title))
        count = pieces.number_input(
            t("prices.pieces"), 1, 99, 1, key=f"prices:pieces:{number}", label_visibility="collapsed"
        )
        wanted.append(Wanted(number, int(count)))
    price, pieces = st.columns([3, 2], vertical_alignment="bottom")
    with price:
        typed = yuan_field(t("prices.typed"), None, "prices:typed", placeholder=t("prices.typed.hint"))
    count = pieces.number_input(t("prices.pieces"), 1, 99, 1, key="prices:typed_pieces")
    return [*wanted, Wanted(None, int(count), typed)] if typed else wanted


def _person() -> MemberKind | None:
    """A kind of member, or a real one who is looked for."""
    options = [NEWCOMER, *tier_names(), SOMEBODY]
    # A selectbox goes on showing the words of the language in which it was drawn: another language, another box.
    kind = st.selectbox(
        t("prices.who"),
        options,
        format_func=lambda one: t("prices.somebody") if one == SOMEBODY else kind_name(one),
        key=f"prices:who:{lang()}",
    )
    if kind == SOMEBODY:
        return _somebody()
    offers = st.toggle(t("prices.with_offers"), True, key="prices:offers", help=t("prices.with_offers.help"))
    points = st.number_input(t("prices.points"), 0, MOST_POINTS, 0, 100, key="prices:points")
    return kind_of_member(desk(), kind, with_offers=offers, points=int(points), now=now())


def _somebody() -> MemberKind | None:
    needle = st.text_input(t("prices.find"), key="prices:find", placeholder=t("search.placeholder")).strip()
    found = search_people(desk(), needle, now=now()) if needle else []
    if needle and not found:
        st.caption(t("search.none", needle=format.md_escape(needle)))
    if not found:
        return None
    names = {one.id: mask_person(one.name, one.nickname, one.id) for one in found}
    tiers = {one.id: tier_names().get(one.tier or "", "") for one in found}
    number = st.selectbox(
        t("prices.found"), list(names), format_func=lambda one: f"{names[one]} {tiers[one]}", key="prices:member"
    )
    return find_member(desk(), number, now=now())


def _show(found: MemberQuote) -> None:
    """Rows from the list price down, what is paid with what, and why the rest does not come off."""
    quote = found.quote
    left, middle, right = st.columns(3)
    left.metric(t("prices.list_price"), format.yuan(quote.list_fen))
    middle.metric(t("prices.off"), format.yuan(quote.list_fen - quote.payable_fen))
    right.metric(t("prices.payable"), format.yuan(quote.payable_fen))
    if quote.steps:
        plain_table(
            {
                t("prices.column.step"): [deduction_name(step.deduction) for step in quote.steps],
                t("prices.column.reason"): [why(step.deduction) for step in quote.steps],
                t("prices.column.before"): [format.yuan(step.before_fen) for step in quote.steps],
                t("prices.column.minus"): [format.yuan(-step.minus_fen) for step in quote.steps],
                t("prices.column.after"): [format.yuan(step.after_fen) for step in quote.steps],
            }
        )
    else:
        st.markdown(t("prices.nothing_off"))
    _lines(found)
    notes = []
    if quote.points_used:
        notes.append(t("prices.points_used", n=format.number(quote.points_used)))
    if quote.stored_fen:
        amounts = {"stored": format.yuan(quote.stored_fen), "due": format.yuan(quote.due_fen)}
        notes.append(t("prices.stored", **amounts))
    held = sum(step.held_back_fen for step in quote.steps)
    if held:
        notes.append(t("prices.floor_held", amount=format.yuan(held)))
    for one in quote.refused:
        name, reason = format.md_escape(deduction_name(one.deduction)), format.md_escape(refused_words(one))
        notes.append(t("prices.not_taken", name=name, reason=reason))
    if found.assumed:
        notes.append(t("prices.assumed", n=format.number(found.assumed)))
    st.caption("\n".join(f"- {note}" for note in notes))


def _lines(found: MemberQuote) -> None:
    """Each item's share, with its cost where it is known; a loss is said above all."""
    quote = found.quote
    pairs = list(zip(quote.basket, quote.line_fen, strict=True))
    loss = [line for line, paid in pairs if line.cost_fen is not None and paid < line.cost_fen * line.quantity]
    if loss:
        st.error(t("prices.loss", n=len(loss)), icon=":material/trending_down:")
    plain_table(
        {
            t("prices.column.item"): [line.product or t("prices.typed_item") for line, _ in pairs],
            t("prices.column.pieces"): [line.quantity for line, _ in pairs],
            t("prices.column.list"): [format.yuan(line.amount_fen) for line, _ in pairs],
            t("prices.column.paid"): [format.yuan(paid) for _, paid in pairs],
            t("prices.column.cost"): [
                None if line.cost_fen is None else format.yuan(line.cost_fen * line.quantity) for line, _ in pairs
            ],
        }
    )
