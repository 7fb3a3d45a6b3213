"""People: the list, the search, and the portrait of one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core.clock import ShopZone, day_number, from_micros
from core.documents.enums import OrderStatus
from core.documents.rules import RuleDocument
from core.documents.segment import Node
from core.errors import Refusal
from core.services.desk import Desk
from core.services.rule_versions import read_live
from core.services.segments import compile_segment
from core.store.queries import members as queries
from core.store.queries.members import MemberFilter, Sort
from core.store.queries.people import find_by_label
from core.store.queries.portrait import paid_lines
from core.store.queries.tiers import changes_of
from core.store.tables import Consent, Member, MemberProfile, MemberTier, TierChange

PAGE = 50


@dataclass(frozen=True)
class MemberLine:
    """One line of the list; names are masked by the page."""

    id: int
    public_id: str
    nickname: str | None
    name: str | None
    province: str | None
    city: str | None
    joined_at: datetime | None
    phone_last4: str | None
    not_counted: str | None
    tier: str | None
    missing_fen: int | None
    orders: int
    net_fen: int
    last_paid_at: datetime | None
    recency_days: int | None


@dataclass(frozen=True)
class OrderLine:
    """One order of a portrait."""

    id: int
    order_no: str
    at: datetime | None
    paid: bool
    status: OrderStatus
    paid_fen: int
    refund_fen: int
    items: list[tuple[str, int]]
    category: str | None


@dataclass(frozen=True)
class CouponLine:
    """One coupon of a portrait."""

    id: int
    code: str | None
    offer: str
    value_fen: int
    status: str
    rule: str
    issued_at: datetime
    valid_until: datetime
    redeemed_at: datetime | None
    discount_fen: int | None


@dataclass(frozen=True)
class TouchLine:
    """One decision about a person and what became of it."""

    rule: str
    occasion: str
    campaign: str | None
    arm: str | None
    reason: str | None
    channel: str | None
    status: str | None
    message_id: int | None
    at: datetime


@dataclass(frozen=True)
class Portrait:
    """Everything about one person that the desk knows."""

    member: Member
    identities: list[tuple[str, str, str | None]]
    profile: MemberProfile | None
    tier: MemberTier | None
    history: list[TierChange]
    rules: RuleDocument
    spend_rank: tuple[int, int] | None
    recency_days: int | None
    usual_gap_days: int | None
    orders: list[OrderLine]
    categories: list[tuple[str, int, int]]
    coupons: list[CouponLine]
    touches: list[TouchLine]
    tags: list[str]
    consents: list[Consent]


def list_people(
    desk: Desk,
    wanted: MemberFilter,
    *,
    sort: Sort = "last_paid",
    offset: int = 0,
    size: int = PAGE,
    tree: Node | None = None,
    now: datetime,
) -> list[MemberLine]:
    """One page of the people that a filter finds, among those of a group where one is given."""
    today = day_number(desk.zone.day(now))
    with desk.db.read() as session:
        within = None if tree is None else compile_segment(session, tree, now=now)
        return [_line(row, today) for row in queries.list_members(session, wanted, sort, offset, size, within)]


def count_people(desk: Desk, wanted: MemberFilter, *, tree: Node | None = None, now: datetime) -> int:
    """How many people a filter finds, among those of a group where one is given."""
    with desk.db.read() as session:
        within = None if tree is None else compile_segment(session, tree, now=now)
        return queries.count_members(session, wanted, within)


def _line(row: Any, today: int) -> MemberLine:
    return MemberLine(
        row.id,
        row.public_id,
        row.nickname,
        row.name,
        row.province,
        row.city,
        row.joined_at,
        row.phone_last4,
        row.not_counted,
        row.tier,
        row.missing_fen,
        row.orders or 0,
        row.net_fen or 0,
        row.last_paid_at,
        None if row.last_day is None else today - row.last_day,
    )


def search_people(desk: Desk, needle: str, *, now: datetime) -> list[MemberLine]:
    """At most twenty people by nickname, name, phone tail, platform id or order number; the biggest buyers first."""
    with desk.db.read() as session:
        ids = queries.search_people(session, needle)
    found = MemberFilter(ids=tuple(ids), anybody=True)
    return list_people(desk, found, sort="net_fen", now=now) if ids else []


def open_member(desk: Desk, reference: str) -> int:
    """The id behind a link: a public id, or an id; refuses ``member_unknown``."""
    with desk.db.read() as session:
        number = queries.find_public(session, reference)
    return resolve_member(desk, reference) if number is None else number


def resolve_member(desk: Desk, reference: str) -> int:
    """The id of ``ID`` or ``platform:platform_id``; refuses ``member_unknown``."""
    with desk.db.read() as session:
        if reference.isascii() and reference.isdigit():
            found = session.get(Member, int(reference))
            number = None if found is None else found.id
        else:
            platform, _, label = reference.partition(":")
            number = find_by_label(session, platform, label)
    if number is None:
        raise Refusal("member_unknown", member=reference)
    return number


def read_portrait(desk: Desk, member_id: int, *, now: datetime) -> Portrait:
    """The portrait of one person; refuses ``member_unknown``."""
    rules, _ = read_live(desk, now=now)
    zone = desk.zone
    with desk.db.read() as session:
        member = session.get(Member, member_id)
        if member is None:
            raise Refusal("member_unknown", member=member_id)
        profile = session.get(MemberProfile, member_id)
        orders = queries.orders_of(session, member_id)
        main = queries.main_categories(session, member_id)
        titles = queries.item_titles(session, [order.id for order in orders if order.id is not None])
        portrait = Portrait(
            member=member,
            identities=queries.identities_of(session, member_id),
            profile=profile,
            tier=session.get(MemberTier, member_id),
            history=changes_of(session, member_id),
            rules=rules,
            spend_rank=None if profile is None else queries.rank_by_spend(session, profile.net_fen),
            recency_days=None if profile is None else day_number(zone.day(now)) - profile.last_day,
            usual_gap_days=_usual_gap(profile),
            orders=[
                OrderLine(
                    order.id or 0,
                    order.order_no,
                    order.paid_at or order.ordered_at,
                    order.paid_at is not None and order.paid_fen > 0,
                    order.status,
                    order.paid_fen,
                    order.refund_fen,
                    titles.get(order.id or 0, []),
                    main.get(order.id or 0),
                )
                for order in orders
            ],
            categories=queries.categories_of(session, member_id),
            coupons=[_coupon(row) for row in queries.coupons_of(session, member_id)],
            touches=[_touch(row) for row in queries.decisions_of(session, member_id)],
            tags=queries.tags_of(session, member_id),
            consents=queries.consents_of(session, member_id),
        )
        session.expunge_all()
    return portrait


def _usual_gap(profile: MemberProfile | None) -> int | None:
    """Mean days between buying days; none before the third."""
    if profile is None or profile.buying_days < 3:
        return None
    return round((profile.last_day - profile.first_day) / (profile.buying_days - 1))


def _coupon(row: Any) -> CouponLine:
    return CouponLine(
        row.id,
        row.code,
        row.offer,
        row.value_fen,
        row.status,
        row.rule,
        from_micros(row.issued_at),
        from_micros(row.valid_until),
        None if row.redeemed_at is None else from_micros(row.redeemed_at),
        row.discount_fen,
    )


def _touch(row: Any) -> TouchLine:
    at = row.sent_at or row.decided_at
    reason = row.reason or row.message_reason
    return TouchLine(
        row.rule, row.occasion, row.campaign, row.arm, reason, row.channel, row.status, row.message_id, from_micros(at)
    )


@dataclass(frozen=True)
class Choices:
    """Values to choose from in filters and groups."""

    provinces: Sequence[str]
    cities: Sequence[str]
    sources: Sequence[str]
    tags: Sequence[str]
    categories: Sequence[str]


def read_choices(desk: Desk) -> Choices:
    """What occurs in the store, most frequent first."""
    with desk.db.read() as session:
        return Choices(
            queries.known_values(session, "province"),
            queries.known_values(session, "city"),
            queries.known_values(session, "source"),
            queries.known_tags(session),
            queries.known_categories(session),
        )


def list_choices(desk: Desk) -> tuple[list[str], list[str]]:
    """The provinces and the tags that occur, most frequent first: both out of narrow indexes."""
    with desk.db.read() as session:
        return queries.known_values(session, "province"), queries.known_tags(session)


def buying_lines(desk: Desk, member_id: int) -> list[tuple[int, int]]:
    """(fen a piece, pieces) of every line of a person's paid orders."""
    with desk.db.read() as session:
        return paid_lines(session, member_id)


def buying_days(portrait: Portrait, zone: ShopZone) -> list[int]:
    """The shop days on which the person paid, oldest first."""
    return sorted({day_number(zone.day(order.at)) for order in portrait.orders if order.paid and order.at})
