"""Tiers of everybody or of some: run the kernel over the facts and keep what follows from it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from core.clock import ShopZone, to_micros
from core.documents.enums import Area
from core.documents.rules import RuleDocument, read_rules
from core.rules.tiers import REASONS, Orders, RuleInForce, TierWalk, progress, walk_tiers
from core.services.actor import Actor
from core.services.desk import Desk
from core.store.audit import record
from core.store.queries.tiers import (
    Change,
    TierFacts,
    Whom,
    current_changes,
    load_facts,
    member_range,
    published_versions,
    save_changes,
    save_tiers,
    written,
)
from core.store.write_lock import Turn, take_turn

BLOCK = 50_000
LISTED = 10_000
DERIVED = Actor.worker().name  # nobody decides it: it follows from facts and rules


@dataclass(frozen=True)
class WalkedBlock:
    """One block of members, their facts, and one walk for each timeline."""

    facts: TierFacts
    walks: list[TierWalk]


@dataclass(frozen=True)
class Review:
    """What follows from the facts of a block: its tier rows, changes that are not in the history, row ids that no longer hold."""

    tiers: list[tuple[object, ...]]
    fresh: list[Change]
    stale: list[int]


def walk_everybody(
    session: Session, timelines: Sequence[Sequence[RuleInForce]], zone: ShopZone, now: datetime
) -> Iterator[WalkedBlock]:
    """Walk all members block by block under each timeline; reads only."""
    low, high = member_range(session)
    for first in range(low, high + 1, BLOCK):
        facts = load_facts(session, Whom(first, first + BLOCK - 1))
        yield WalkedBlock(facts, [walk_tiers(orders_of(facts), facts.joined, list(t), zone, now) for t in timelines])


def orders_of(facts: TierFacts) -> Orders:
    """Stored facts as the kernel takes them."""
    return Orders(facts.member, facts.paid_at, facts.paid_fen, facts.refund_fen, facts.refund_at, facts.finished_at)


def review_tiers(desk: Desk, *, now: datetime, members: Sequence[int] | None = None) -> int:
    """Bring tiers and their history up to date for everybody or for ``members``; returns how many changes were new.

    Reads and computes outside the write transaction; each block is saved in one short transaction of its own.
    """
    zone = desk.zone
    with desk.db.read() as session:
        blocks = _blocks(session, members)
    return sum(_review_block(desk, whom, zone, now) for whom in blocks)


def _review_block(desk: Desk, whom: Whom, zone: ShopZone, now: datetime) -> int:
    with desk.db.read() as session:
        seen = written(session)
        review = _review(session, whom, zone, now)
    with desk.db.write(Area.MEMBERS) as session:
        take_turn(session, Turn.TIERS)
        if written(session) != seen:  # somebody wrote meanwhile: what was computed may be old
            review = _review(session, whom, zone, now)
        save_tiers(session, review.tiers, whom)
        save_changes(session, review.fresh, review.stale, now)
        if review.fresh or review.stale:
            moved = {change[0] for change in review.fresh}
            counts = {"count": len(review.fresh), "superseded": len(review.stale)}
            record(session, DERIVED, "tiers.derived", "tiers", now=now, ids=moved, **counts)
    return len(review.fresh)


def _review(session: Session, whom: Whom, zone: ShopZone, now: datetime) -> Review:
    versions = [(v.id, RuleInForce(read_rules(v.document), v.effective_from)) for v in published_versions(session)]
    facts = load_facts(session, whom)
    known = current_changes(session, whom)
    walk = walk_tiers(orders_of(facts), facts.joined, [rule for _, rule in versions], zone, now)
    changes = _changes(facts, walk, [number for number, _ in versions if number is not None])
    live_id, live = [(n, rule) for n, rule in versions if rule.starts is None or rule.starts <= now][-1]
    assert live_id is not None
    return Review(
        _tier_rows(facts, walk, live.document, live_id, now),
        [change for change in changes if change not in known],
        [known[change] for change in known.keys() - set(changes)],
    )


def _blocks(session: Session, members: Sequence[int] | None) -> list[Whom]:
    if members is not None:
        return [Whom(ids=tuple(members[start : start + LISTED])) for start in range(0, len(members), LISTED)]
    low, high = member_range(session)
    return [Whom(first, first + BLOCK - 1) for first in range(low, high + 1, BLOCK)]


def _changes(facts: TierFacts, walk: TierWalk, version_ids: Sequence[int]) -> list[Change]:
    trace = walk.changes
    ids = facts.ids[trace.member].tolist()
    columns = zip(
        ids,
        trace.at.tolist(),
        trace.before.tolist(),
        trace.after.tolist(),
        trace.reason.tolist(),
        trace.spend_fen.tolist(),
        trace.orders.tolist(),
        walk.version.tolist(),
        strict=True,
    )
    return [
        (member, at, walk.code(before), walk.code(after) or "", REASONS[reason], spend, orders, version_ids[version])
        for member, at, before, after, reason, spend, orders, version in columns
    ]


def _tier_rows(
    facts: TierFacts, walk: TierWalk, document: RuleDocument, version_id: int, now: datetime
) -> list[tuple[object, ...]]:
    following, missing_fen, missing_orders = progress(walk.state, document, walk.codes)
    state = walk.state
    at = to_micros(now)

    def known(value: int) -> int | None:
        return None if value < 0 else value

    columns = zip(
        facts.ids.tolist(),
        state.tier.tolist(),
        state.since.tolist(),
        state.spend_fen.tolist(),
        state.orders.tolist(),
        following.tolist(),
        missing_fen.tolist(),
        missing_orders.tolist(),
        state.drops_at.tolist(),
        state.drops_to.tolist(),
        strict=True,
    )
    return [
        (
            member,
            walk.code(tier),
            since,
            spend,
            orders,
            walk.code(after),
            known(fen),
            known(count),
            known(drops),
            walk.code(below),
            version_id,
            at,
        )
        for member, tier, since, spend, orders, after, fen, count, drops, below in columns
        if tier >= 0
    ]
