"""Why somebody has a tier: the facts that count, the thresholds, and the same answer again from those facts alone."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from core.clock import ShopZone, day_of, from_micros, to_micros
from core.documents.earning import EARNING_KINDS
from core.documents.rules import RuleDocument, Tier
from core.rules.facts import NOBODY, OVERRIDE_SOURCES, Entries, Facts, RuleInForce, lay_out
from core.rules.growth_reasons import growth_leaves
from core.rules.tiers import TierWalk, period_days, progress, walk_tiers

Sums = tuple[int, int, int]


@dataclass(frozen=True)
class Counted:
    """One leaf of the proof: an order, a refund, or an interaction (``source``: its kind), and what of it counts.

    ``note``: counted, last_period (it kept or gave the tier, it no longer counts upwards), left_window, not_finished.
    """

    kind: str
    id: str
    at: datetime
    amount_fen: int
    counted_fen: int
    note: str
    growth: int = 0
    source: str = ""


@dataclass(frozen=True)
class NextTier:
    """How far to the next tier; None: that way is closed. ``until``: when an order leaves and more is missing."""

    tier: str
    missing_fen: int | None
    missing_orders: int | None
    missing_growth: int | None
    until: datetime | None


@dataclass(frozen=True)
class Drop:
    """What is lost when if nothing more is bought, and what is missing then to keep it (None: that way is closed)."""

    at: datetime
    tier: str
    keep_fen: int | None
    keep_orders: int | None
    keep_growth: int | None
    grace: bool


@dataclass(frozen=True)
class TierProof:
    """``tier`` by the kernel, ``recomputed_tier`` from ``facts``; sums of the window or running period, and of the one before.

    ``reason``: not_member, entry, amount, orders, growth, both, several, last_period, kept, grace, carried, held.
    ``held``: the tier that the last change left, which path-dependent rules start from; ``held_by`` an override's source.
    """

    tier: str | None
    reason: str
    facts: tuple[Counted, ...]
    thresholds: tuple[dict[str, Any], ...]
    total_fen: int
    orders: int
    growth: int
    before: Sums
    next: NextTier | None
    drops: Drop | None
    held: str | None
    held_by: str | None
    recomputed_tier: str | None

    def as_json(self, member: str | int, rule_version: int | None) -> dict[str, Any]:
        """The answer of ``explain tier``."""
        return {
            "member": member,
            "tier": self.tier,
            "rule_version": rule_version,
            "reason": self.reason,
            "facts": [{**asdict(fact), "at": fact.at.isoformat()} for fact in self.facts],
            "thresholds": list(self.thresholds),
            "total_fen": self.total_fen,
            "orders": self.orders,
            "growth": self.growth,
            "next": self.next
            and {**asdict(self.next), "until": None if self.next.until is None else self.next.until.isoformat()},
            "drops": self.drops and {**asdict(self.drops), "at": self.drops.at.isoformat()},
            "held": self.held,
            "held_by": self.held_by,
            "recomputed_tier": self.recomputed_tier,
        }


def explain(
    facts: Facts, names: Mapping[int, str], timeline: Sequence[RuleInForce], zone: ShopZone, now: datetime
) -> TierProof:
    """The proof of one person's tier at ``now``; ``facts`` of that person alone, ``names`` of the orders by id.

    ``recomputed_tier`` is judged in plain Python from the leaves and the rules in force now. Rules whose answer depends on
    the way there (keeping, grace, steps, years, nightly, never) start from ``held``: what the last change left.
    """
    entries = lay_out(facts, timeline, zone, now)
    walked = walk_tiers(facts, timeline, zone, now, entries)
    document = [rule for rule in timeline if rule.starts is None or rule.starts <= now or rule is timeline[0]][
        -1
    ].document
    leaves = tuple(_leaves(facts, entries, names, timeline, document, zone, now))
    running, last = _sums(leaves, "counted"), _sums(leaves, "last_period")
    state = walked.state
    tier = walked.code(int(state.tier[0]))
    held = walked.code(int(walked.changes.after[-1])) if len(walked.changes.after) else None
    held_by = None if state.held_by[0] == NOBODY else OVERRIDE_SOURCES[int(state.held_by[0])]
    drops = _drop(walked)
    in_grace = drops is not None and drops.grace
    today = zone.start(zone.day(now))
    settled = (
        _sums([leaf for leaf in leaves if leaf.at <= today], "counted") if document.upgrade == "nightly" else running
    )
    recomputed = None if held is None else _judged(document, settled, running, last, held, in_grace)
    if held_by is not None and recomputed is not None:
        recomputed = _floor(document, recomputed, tier)
    return TierProof(
        tier=tier,
        reason="held" if held_by else _reason(document, tier, running, last, in_grace),
        facts=leaves,
        thresholds=tuple(_threshold(one) for one in document.tiers),
        total_fen=running[0],
        orders=running[1],
        growth=running[2],
        before=last,
        next=_next(walked, document),
        drops=drops,
        held=held,
        held_by=held_by,
        recomputed_tier=recomputed,
    )


def tier_reached(document: RuleDocument, sums: Sums) -> str:
    """The code of the highest tier that sums reach; plain Python, the other way to the kernel's answer."""
    reached = document.tiers[0]
    for tier in document.tiers[1:]:
        if _met(document, tier.reach, sums):
            reached = tier
    return reached.code


def _met(document: RuleDocument, asked: Sequence[int | None], sums: Sums) -> bool:
    met = [own >= least for own, least in zip(sums, asked, strict=True) if least is not None]
    return any(met) if document.match == "any" else all(met)


def _kept(document: RuleDocument, tier: Tier, sums: Sums) -> bool:
    codes = document.codes
    return (
        tier.code == codes[0]
        or _met(document, tier.keep, sums)
        or codes.index(tier_reached(document, sums)) >= codes.index(tier.code)
    )


def _judged(document: RuleDocument, settled: Sums, running: Sums, last: Sums, held: str, in_grace: bool) -> str:
    """The tier that the sums reach or keep; ``settled`` are those that may lift it already."""
    codes = document.codes
    reached = tier_reached(document, settled)
    if held not in codes or codes.index(reached) >= codes.index(held):
        return reached
    both = _added(running, last)
    if in_grace or document.downgrade.mode != "straight":
        return held
    kept = [tier.code for tier in document.tiers[: codes.index(held) + 1] if _kept(document, tier, both)]
    return kept[-1]


def _floor(document: RuleDocument, tier: str, floor: str | None) -> str:
    codes = document.codes
    return floor if floor is not None and codes.index(floor) > codes.index(tier) else tier


def _added(one: Sums, other: Sums) -> Sums:
    return one[0] + other[0], one[1] + other[1], one[2] + other[2]


def _sums(leaves: Sequence[Counted], note: str) -> Sums:
    """Net money, orders that are not wholly refunded, and growth of the leaves with a note."""
    nets: dict[str, int] = defaultdict(int)
    for leaf in leaves:
        if leaf.note == note and leaf.kind in ("order", "refund"):
            nets[leaf.id] += leaf.amount_fen
    growth = sum(leaf.growth for leaf in leaves if leaf.note == note)
    return sum(nets.values()), sum(net > 0 for net in nets.values()), growth


def _leaves(
    facts: Facts,
    entries: Entries,
    names: Mapping[int, str],
    timeline: Sequence[RuleInForce],
    document: RuleDocument,
    zone: ShopZone,
    now: datetime,
) -> Iterator[Counted]:
    """Orders, their refunds and interactions in time order, each with what of it counts."""
    growth: dict[tuple[str, str], int] = defaultdict(int)
    for leaf in growth_leaves(facts, entries, names, timeline):
        growth[leaf.fact_kind, leaf.id] += leaf.amount
    begin, before = period_days(document, zone.day(now), _joined_day(facts, zone))
    backs: dict[int, list[tuple[int, int]]] = defaultdict(list)
    refunds = (entries.refund_entry, entries.refund_at, entries.refund_fen)
    for entry, at, fen in zip(*(column.tolist() for column in refunds), strict=True):
        backs[entry].append((at, fen))
    for entry, order in enumerate(entries.order.tolist()):
        day, at = day_of(int(entries.day[entry])), from_micros(int(entries.at[entry]))
        note = "counted" if day >= begin else "last_period" if before and day >= before else "left_window"
        if order == NOBODY:
            fact = str(int(entries.fact[entry]))
            kind = EARNING_KINDS[int(entries.kind[entry])]
            yield Counted("interaction", fact, at, 0, 0, note, growth["interaction", fact], kind)
            continue
        name, left = _name(facts, names, order), int(facts.orders.paid_fen[order])
        weight = int(note == "counted")
        yield Counted("order", name, at, left, left * weight, note, growth["order", name])
        for back_at, fen in backs[entry]:
            fen = min(fen, left)
            left -= fen
            yield Counted("refund", name, from_micros(back_at), -fen, -fen * weight, note)
    yield from _not_finished(facts, entries, names, now)


def _not_finished(facts: Facts, entries: Entries, names: Mapping[int, str], now: datetime) -> Iterator[Counted]:
    """Orders that are paid and do not count yet."""
    counted = set(entries.order.tolist())
    for order, (paid_at, paid_fen) in enumerate(
        zip(facts.orders.paid_at.tolist(), facts.orders.paid_fen.tolist(), strict=True)
    ):
        if order not in counted and paid_at <= to_micros(now):
            yield Counted("order", _name(facts, names, order), from_micros(paid_at), paid_fen, 0, "not_finished")


def _name(facts: Facts, names: Mapping[int, str], order: int) -> str:
    number = int(facts.orders.id[order])
    return names.get(number, str(number))


def _joined_day(facts: Facts, zone: ShopZone) -> Any:
    joined = int(facts.joined[0])
    return None if joined < 0 else zone.day(from_micros(joined))


def _next(walked: TierWalk, document: RuleDocument) -> NextTier | None:
    following, *missing = (int(column[0]) for column in progress(walked.state, document, walked.codes))
    code = walked.code(following)
    if code is None:
        return None
    fen, orders, growth = (_or_none(value) for value in missing)
    return NextTier(code, fen, orders, growth, _instant(int(walked.state.holds_until[0])))


def _drop(walked: TierWalk) -> Drop | None:
    state = walked.state
    at, tier = _instant(int(state.drops_at[0])), walked.code(int(state.drops_to[0]))
    if at is None or tier is None:
        return None
    fen, orders, growth = (_or_none(int(own[0])) for own in (state.keep_fen, state.keep_orders, state.keep_growth))
    return Drop(at, tier, fen, orders, growth, bool(state.grace[0]))


def _threshold(tier: Tier) -> dict[str, Any]:
    fen, orders, growth = tier.keep
    asked = {"min_spend_fen": tier.min_spend_fen, "min_orders": tier.min_orders, "min_growth": tier.min_growth}
    return {"tier": tier.code, **asked, "keep_spend_fen": fen, "keep_orders": orders, "keep_growth": growth}


def _reason(document: RuleDocument, code: str | None, running: Sums, last: Sums, in_grace: bool) -> str:
    """Which way led to the tier, or what keeps it."""
    if code is None:
        return "not_member"
    if code == document.codes[0]:
        return "entry"
    tier = document.tier(code)
    if _met(document, tier.reach, running):
        ways = [
            way
            for way, own, least in zip(("amount", "orders", "growth"), running, tier.reach, strict=True)
            if least is not None and own >= least
        ]
        if len(ways) == 1:
            return ways[0]
        return "both" if "growth" not in ways else "several"
    if in_grace:
        return "grace"
    if document.window.kind != "rolling" and _kept(document, tier, last):
        return "last_period"
    return "kept" if _kept(document, tier, _added(running, last)) else "carried"


def _instant(micros: int) -> datetime | None:
    return None if micros == NOBODY else from_micros(micros)


def _or_none(missing: int) -> int | None:
    return None if missing == NOBODY else missing
