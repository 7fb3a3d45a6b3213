"""A price for somebody: the basket that was asked for, what that person has in hand, and the quote of the pricing rules."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from core.documents.canonical import LARGEST_FEN
from core.documents.offer import Offer
from core.errors import Refusal
from core.rules.deductions import BasketLine, HeldCoupon, MemberKind
from core.rules.pricing import Quote, quote
from core.services.desk import Desk
from core.services.price_offers import kinds_of_member, load_offers
from core.services.price_settings import load_price_settings
from core.services.products import load_sold
from core.services.rule_versions import read_live
from core.store.queries import prices as queries
from core.store.queries.stored_value import read_balance

MOST_LINES = 30
MOST_PIECES = 999


@dataclass(frozen=True)
class Wanted:
    """One line that was asked for: a product of the shop, or (``product`` None) a list price that was typed in."""

    product: int | None
    quantity: int = 1
    list_fen: int = 0


@dataclass(frozen=True)
class MemberQuote:
    """A quote, whom it is for, and how many of its lines have a cost that was only reckoned."""

    quote: Quote
    member: MemberKind
    assumed: int


def find_member(desk: Desk, member_id: int, *, now: datetime) -> MemberKind:
    """A real person as prices see them: tier, orders, coupons in hand, points, stored value."""
    with desk.db.read() as session:
        tier, orders, points = queries.standing(session, member_id)
        coupons = [
            HeldCoupon(row.rule, Offer.read(row.document)) for row in queries.coupons_in_hand(session, member_id, now)
        ]
        stored = sum(read_balance(session, member_id))
    return MemberKind(tier, orders == 0, tuple(coupons), points, stored)


def kind_of_member(desk: Desk, kind: str, *, with_offers: bool, points: int, now: datetime) -> MemberKind:
    """A newcomer or a member of a tier, with or without the coupons that run for such people; refuses ``tier_unknown``."""
    document, _ = read_live(desk, now=now)
    with desk.db.read() as session:
        offers = load_offers(session, desk, document, now)
    found = next((one for one in kinds_of_member(document, offers) if one.code == kind), None)
    if found is None:
        raise Refusal("tier_unknown", tier=kind)
    member = found.members["offers" if with_offers else "plain"]
    return MemberKind(member.tier, member.newcomer, member.coupons, max(points, 0))


def quote_basket(desk: Desk, wanted: Sequence[Wanted], member: MemberKind, *, now: datetime) -> MemberQuote:
    """The price of a basket under the rules and settings in force.

    Refuses ``quote_empty``, ``quote_lines``, ``quote_amount``, ``product_unknown`` (or it has no price).
    """
    if not wanted:
        raise Refusal("quote_empty")
    if len(wanted) > MOST_LINES:
        raise Refusal("quote_lines", most=MOST_LINES)
    document, _ = read_live(desk, now=now)
    with desk.db.read() as session:
        settings = load_price_settings(session)
        goods = load_sold(session, desk, now).goods
    lines, assumed = [], 0
    for one in wanted:
        if not 1 <= one.quantity <= MOST_PIECES or not 0 <= one.list_fen <= LARGEST_FEN:
            raise Refusal("quote_amount")
        if one.product is None:
            lines.append(BasketLine("", None, one.list_fen, one.quantity))
            continue
        if one.product not in goods:
            raise Refusal("product_unknown", product=one.product)
        lines.append(goods[one.product].line(one.quantity))
        assumed += goods[one.product].assumed
    found = quote(lines, member, settings, document, day=desk.zone.day(now))
    return MemberQuote(found, member, assumed)
