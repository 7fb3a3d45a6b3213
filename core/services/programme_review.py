"""What follows from the facts of some members, held against what is stored about them; and its way into the store."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from sqlmodel import Session

from core.clock import ShopZone, to_micros
from core.documents.rules import RuleDocument, read_rules
from core.rules.derivation import Derivation, derive
from core.rules.facts import OVERRIDE_SOURCES, Facts, Ints, RuleInForce, as_ints
from core.rules.points import ACCOUNTS, CAUSE_KINDS, LOT_KINDS
from core.rules.tiers import REASONS, TierWalk, progress
from core.services.differences import differ
from core.services.facts import load_facts
from core.store.queries import ledgers, tiers
from core.store.queries.facts import Whom
from core.store.queries.ledgers import GROWTH, POINTS, Ledger

Columns = dict[str, Ints]
Words = dict[str, Sequence[str]]
GROWTH_FACTS = ("order", "interaction")
GROWTH_WORDS: Words = {"fact_kind": GROWTH_FACTS}
POINTS_WORDS: Words = {
    "lot_kind": LOT_KINDS,
    "from_account": ACCOUNTS,
    "to_account": ACCOUNTS,
    "cause_kind": CAUSE_KINDS,
}


@dataclass(frozen=True)
class Rules:
    """The published versions with their ids, in the order in which they take effect, and the shop's zone."""

    timeline: tuple[RuleInForce, ...]
    version_ids: tuple[int, ...]
    zone: ShopZone

    def live(self, now: datetime) -> int:
        """The place in the timeline of the version in force."""
        return max((n for n, rule in enumerate(self.timeline) if rule.starts is None or rule.starts <= now), default=0)

    def document(self, now: datetime) -> RuleDocument:
        """The rules in force."""
        return self.timeline[self.live(now)].document


@dataclass(frozen=True)
class Difference:
    """Rows of one ledger: new ones as columns, and those that no longer follow, with their ids."""

    fresh: Columns
    stale: Columns
    stale_ids: Ints

    @property
    def members(self) -> set[int]:
        """Whom it touches."""
        return {*self.fresh["member_id"].tolist(), *self.stale["member_id"].tolist()}


@dataclass(frozen=True)
class Review:
    """Whom, what their rows must be, and by what the ledgers differ from it."""

    whom: Whom
    words: Words
    tier_rows: list[tuple[object, ...]]
    points_rows: list[tuple[object, ...]]
    changes: Difference
    growth: Difference
    points: Difference

    @property
    def counts(self) -> dict[str, int]:
        """What is new: changes, superseded changes, rows of growth and of points (with those taken back)."""
        rows = {name: len(d.stale_ids) + len(d.fresh["member_id"]) for name, d in self._ledgers}
        return {"superseded": len(self.changes.stale_ids)} | {name: count for name, count in rows.items() if count}

    @property
    def _ledgers(self) -> tuple[tuple[str, Difference], ...]:
        return ("growth", self.growth), ("points", self.points)


def load_rules(session: Session, zone: ShopZone) -> Rules:
    """The rules of the store."""
    versions = tiers.published_versions(session)
    timeline = tuple(RuleInForce(read_rules(v.document), v.effective_from) for v in versions)
    return Rules(timeline, tuple(v.id for v in versions if v.id is not None), zone)


def review(session: Session, whom: Whom, rules: Rules, now: datetime) -> Review:
    """Derive and compare; reads only."""
    ids, facts = load_facts(session, whom, rules.timeline)
    derived = derive(facts, rules.timeline, rules.zone, now)
    words: Words = {"from_tier": derived.tiers.codes, "to_tier": derived.tiers.codes, "reason": REASONS}
    changes = tiers.changes_in_force(session, whom, words)
    growth = ledgers.in_force(session, GROWTH, whom, GROWTH_WORDS)
    points = ledgers.in_force(session, POINTS, whom, POINTS_WORDS)
    return Review(
        whom,
        words,
        tier_rows(ids, derived.tiers, rules, now),
        points_rows(ids, derived, now),
        _difference(ids, *changes, _changes(ids, derived.tiers, rules)),
        _difference(ids, *growth, _growth(ids, derived.tiers, rules)),
        _difference(ids, *points, _points(ids, derived, rules)),
    )


def save(session: Session, found: Review, now: datetime) -> None:
    """Write what a review found; the caller has the turn."""
    tiers.save_tiers(session, found.tier_rows, found.whom)
    ledgers.save_points(session, found.points_rows, found.whom)
    stale = found.changes.stale_ids.tolist()
    tiers.save_changes(session, found.words, fresh=found.changes.fresh, stale_ids=stale, now=now)
    for ledger, words, rows in ((GROWTH, GROWTH_WORDS, found.growth), (POINTS, POINTS_WORDS, found.points)):
        _append(session, ledger, words, rows, now)


def _append(session: Session, ledger: Ledger, words: Words, rows: Difference, now: datetime) -> None:
    ledgers.append(session, ledger, words, fresh=rows.fresh, stale=rows.stale, stale_ids=rows.stale_ids, now=now)


def _difference(ids: Ints, row_ids: Ints, stored: Mapping[str, Ints], fresh: Columns) -> Difference:
    """``fresh`` has the same columns in the same order; both are sorted by member."""
    index = [as_ints(np.searchsorted(ids, columns["member_id"])) for columns in (stored, fresh)]
    others = [name for name in stored if name != "member_id"]
    old, new = differ(
        [index[0], *(stored[name] for name in others)], [index[1], *(fresh[name] for name in others)], len(ids)
    )
    stale = {name: column[old] for name, column in stored.items()}
    return Difference({name: column[new] for name, column in fresh.items()}, stale, row_ids[old])


def _changes(ids: Ints, walk: TierWalk, rules: Rules) -> Columns:
    trace = walk.changes
    values = (trace.at, trace.before, trace.after, trace.reason, trace.spend_fen, trace.orders, trace.growth)
    return _columns(tiers.CHANGE_COLUMNS, ids[trace.member], *values, as_ints(rules.version_ids)[walk.version])


def _growth(ids: Ints, walk: TierWalk, rules: Rules) -> Columns:
    rows = walk.growth
    version = as_ints(rules.version_ids)[rows.version]
    return _columns(GROWTH.columns, ids[rows.member], rows.at, rows.entry_kind, rows.fact, rows.amount, version)


def _points(ids: Ints, derived: Derivation, rules: Rules) -> Columns:
    rows = derived.points.postings
    values = (rows.at, rows.lot_kind, rows.lot_id, rows.from_account, rows.to_account, rows.amount)
    version = as_ints(rules.version_ids)[rows.version]
    return _columns(POINTS.columns, ids[rows.member], *values, rows.cause_kind, rows.cause_id, version)


def _columns(names: Sequence[str], *values: Ints) -> Columns:
    return dict(zip(names, values, strict=True))


def tier_rows(ids: Ints, walk: TierWalk, rules: Rules, now: datetime) -> list[tuple[object, ...]]:
    """The row of ``member_tier`` of everybody who has a tier."""
    live = rules.live(now)
    following, *missing = progress(walk.state, rules.document(now), walk.codes)
    state, at, version = walk.state, to_micros(now), rules.version_ids[live]
    has = np.flatnonzero(state.tier >= 0)
    codes = np.array([*walk.codes, None], dtype=object)  # -1 is the last one
    sources = np.array([*OVERRIDE_SOURCES, None], dtype=object)
    columns: list[list[object]] = [
        ids[has].tolist(),
        codes[state.tier[has]].tolist(),
        *(column[has].tolist() for column in (state.since, state.spend_fen, state.orders, state.growth)),
        codes[following[has]].tolist(),
        *(_known(column[has]) for column in (*missing, state.drops_at)),
        codes[state.drops_to[has]].tolist(),
        *(_known(column[has]) for column in (state.keep_fen, state.keep_orders, state.keep_growth)),
        (state.grace[has] > 0).tolist(),
        sources[state.held_by[has]].tolist(),
    ]
    return [(*row, version, at) for row in zip(*columns, strict=True)]


def points_rows(ids: Ints, derived: Derivation, now: datetime) -> list[tuple[object, ...]]:
    """The row of ``member_points`` of everybody whose points ever moved."""
    state, at = derived.points.state, to_micros(now)
    moved = np.unique(derived.points.postings.member)
    sums = (state.pending, state.active, state.debt, state.spent, state.expired)
    columns: list[list[object]] = [
        ids[moved].tolist(),
        *(column[moved].tolist() for column in sums),
        _known(state.next_expiry_at[moved]),
        state.next_expiry_points[moved].tolist(),
    ]
    return [(*row, at) for row in zip(*columns, strict=True)]


def _known(column: Ints) -> list[object]:
    """Plain numbers, None for -1."""
    return [None if value < 0 else value for value in column.tolist()]


def facts_after(facts: Facts, at: Ints) -> Ints:
    """The places of members with a fact later than their own instant ``at``."""
    late = np.zeros(facts.members, bool)
    orders = facts.orders
    for member, instants in (
        (orders.member, np.maximum(orders.paid_at, orders.finished_at)),
        (orders.member[facts.refunds.order], facts.refunds.at),
        (facts.actions.member, facts.actions.at),
        (facts.points.member, facts.points.at),
        (facts.overrides.member, np.maximum(facts.overrides.starts, facts.overrides.ends)),
        (as_ints(np.arange(facts.members)), facts.joined),
    ):
        late[member[instants > at[member]]] = True
    return as_ints(np.flatnonzero(late))
