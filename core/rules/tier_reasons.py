"""Why somebody has a tier: the facts that count, the thresholds, and the same answer again from those facts alone."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from core.clock import ShopZone, from_micros, to_micros
from core.documents.rules import RuleDocument
from core.i18n import Lang, translate
from core.rules.phrases import day_words, yuan_words
from core.rules.tier_walk import NOBODY, as_ints
from core.rules.tiers import Orders, RuleInForce, progress, walk_tiers

Sentence = tuple[str, dict[str, Any]]


@dataclass(frozen=True)
class OrderFact:
    """One paid order of the person, with what was refunded of it."""

    id: str
    paid_at: datetime
    paid_fen: int
    refund_fen: int = 0
    refund_at: datetime | None = None
    finished_at: datetime | None = None


@dataclass(frozen=True)
class Counted:
    """One leaf of the proof; ``note`` says why less counts: counted, left_window, not_finished."""

    kind: str
    id: str
    at: datetime
    amount_fen: int
    counted_fen: int
    note: str


@dataclass(frozen=True)
class NextTier:
    """How far to the next tier; None: that way is closed. ``until``: when an order leaves and more is missing."""

    tier: str
    missing_fen: int | None
    missing_orders: int | None
    until: datetime | None


@dataclass(frozen=True)
class TierProof:
    """``tier`` by the kernel, ``recomputed_tier`` from ``facts``; reason: not_member, entry, amount, orders, both."""

    tier: str | None
    reason: str
    facts: tuple[Counted, ...]
    thresholds: tuple[dict[str, Any], ...]
    total_fen: int
    orders: int
    next: NextTier | None
    drops_at: datetime | None
    drops_to: str | None
    recomputed_tier: str | None

    def as_json(self, member: str | int, rule_version: int | None) -> dict[str, Any]:
        """The answer of ``explain tier``."""
        ahead = self.next
        return {
            "member": member,
            "tier": self.tier,
            "rule_version": rule_version,
            "reason": self.reason,
            "facts": [
                {
                    "kind": fact.kind,
                    "id": fact.id,
                    "at": fact.at.isoformat(),
                    "amount_fen": fact.amount_fen,
                    "counted_fen": fact.counted_fen,
                    "note": fact.note,
                }
                for fact in self.facts
            ],
            "thresholds": list(self.thresholds),
            "total_fen": self.total_fen,
            "orders": self.orders,
            "next": ahead
            and {
                "tier": ahead.tier,
                "missing_fen": ahead.missing_fen,
                "missing_orders": ahead.missing_orders,
                "until": ahead.until and ahead.until.isoformat(),
            },
            "drops": self.drops_at and {"at": self.drops_at.isoformat(), "tier": self.drops_to},
            "recomputed_tier": self.recomputed_tier,
        }


def explain(
    orders: Sequence[OrderFact], joined_at: datetime | None, document: RuleDocument, zone: ShopZone, now: datetime
) -> TierProof:
    """The proof of one person's tier at ``now`` under the rules then in force."""
    orders = sorted(orders, key=lambda order: order.paid_at)
    facts = tuple(_leaves(orders, document, zone, now))
    total = sum(fact.counted_fen for fact in facts)
    count = sum(1 for order in orders if sum(fact.counted_fen for fact in facts if fact.id == order.id) > 0)
    member = joined_at is not None and joined_at <= now
    walked = walk_tiers(_columns(orders), as_ints([_micros(joined_at)]), [RuleInForce(document)], zone, now)
    state = walked.state
    following, missing_fen, missing_orders = (int(column[0]) for column in progress(state, document, walked.codes))
    recomputed = tier_reached(document, total, count) if member else None
    ahead = walked.code(following)
    return TierProof(
        tier=walked.code(int(state.tier[0])),
        reason=_reason(document, recomputed, total, count),
        facts=facts,
        thresholds=tuple(
            {"tier": tier.code, "min_spend_fen": tier.min_spend_fen, "min_orders": tier.min_orders}
            for tier in document.tiers
        ),
        total_fen=total,
        orders=count,
        next=None
        if ahead is None
        else NextTier(ahead, _or_none(missing_fen), _or_none(missing_orders), _instant(int(state.holds_until[0]))),
        drops_at=_instant(int(state.drops_at[0])),
        drops_to=walked.code(int(state.drops_to[0])),
        recomputed_tier=recomputed,
    )


def tier_reached(document: RuleDocument, spend_fen: int, orders: int) -> str:
    """The code of the highest tier that window sums reach; plain Python, the other way to the kernel's answer."""
    reached = document.tiers[0]
    for tier in document.tiers[1:]:
        ways = [(tier.min_spend_fen, spend_fen), (tier.min_orders, orders)]
        met = [own >= asked for asked, own in ways if asked is not None]
        if any(met) if document.match == "any" else all(met):
            reached = tier
    return reached.code


def sentences(proof: TierProof, document: RuleDocument, lang: Lang, zone: ShopZone, now: datetime) -> list[Sentence]:
    """Why, how far to the next tier, and when this one would be lost, as catalog keys with their parameters."""
    if proof.tier is None:
        return [("tier.why.not_member", {})]
    names, today = document.names(lang), zone.day(now)
    tier = document.tier(proof.tier)
    why = {
        "tier": names[proof.tier],
        "days": document.window.days,
        "amount": yuan_words(proof.total_fen),
        "orders": proof.orders,
        "min_amount": yuan_words(tier.min_spend_fen or 0),
        "min_orders": tier.min_orders or 0,
    }
    found: list[Sentence] = [(f"tier.why.{proof.reason}", why)]
    if proof.next is not None:
        found.append(_next_sentence(proof.next, document, lang, zone, now))
    if proof.drops_at is not None and proof.drops_to is not None:
        day = day_words(zone.day(proof.drops_at), today, lang)
        found.append(("tier.drops", {"day": day, "tier": names[proof.drops_to]}))
    return found


def _next_sentence(ahead: NextTier, document: RuleDocument, lang: Lang, zone: ShopZone, now: datetime) -> Sentence:
    before = ""
    if ahead.until is not None:
        before = translate(lang, "tier.before", day=day_words(zone.day(ahead.until), zone.day(now), lang))
    # A way that is closed, or with "all" already done, is not spoken of.
    said = [bool(ahead.missing_fen), bool(ahead.missing_orders)]
    key = {(True, True): document.match, (True, False): "amount", (False, True): "orders"}.get(
        (said[0], said[1]), "soon"
    )
    amount, orders = yuan_words(ahead.missing_fen or 0), ahead.missing_orders or 0
    return f"tier.next.{key}", {
        "tier": document.tier(ahead.tier).name(lang),
        "amount": amount,
        "orders": orders,
        "before": before,
    }


def _leaves(orders: Sequence[OrderFact], document: RuleDocument, zone: ShopZone, now: datetime) -> Iterator[Counted]:
    """The order and its refund as two leaves; what counts of both sums to what the order brings to the window."""
    first_day = zone.day(now) - timedelta(days=document.window.days - 1)
    for order in orders:
        if order.paid_at > now or order.paid_fen <= 0:
            continue
        at = order.paid_at if document.spend_counts_from == "paid" else order.finished_at
        counts_at = at and max(at, order.paid_at)
        note = "counted"
        if counts_at is None or counts_at > now:
            note = "not_finished"
        elif zone.day(counts_at) < first_day:
            note = "left_window"
        weight = 1 if note == "counted" else 0
        yield Counted("order", order.id, order.paid_at, order.paid_fen, order.paid_fen * weight, note)
        back_at = order.refund_at or order.paid_at
        if order.refund_fen > 0 and back_at <= now:
            back = min(order.refund_fen, order.paid_fen)
            yield Counted("refund", order.id, back_at, -back, -back * weight, note)


def _reason(document: RuleDocument, tier: str | None, spend_fen: int, orders: int) -> str:
    """Which way led to the tier."""
    if tier is None:
        return "not_member"
    if tier == document.codes[0]:
        return "entry"
    asked = document.tier(tier)
    by_amount = asked.min_spend_fen is not None and spend_fen >= asked.min_spend_fen
    by_orders = asked.min_orders is not None and orders >= asked.min_orders
    return "both" if by_amount and by_orders else "amount" if by_amount else "orders"


def _columns(orders: Sequence[OrderFact]) -> Orders:
    return Orders(
        member=as_ints([0] * len(orders)),
        paid_at=as_ints([to_micros(order.paid_at) for order in orders]),
        paid_fen=as_ints([order.paid_fen for order in orders]),
        refund_fen=as_ints([order.refund_fen for order in orders]),
        refund_at=as_ints([_micros(order.refund_at) for order in orders]),
        finished_at=as_ints([_micros(order.finished_at) for order in orders]),
    )


def _micros(instant: datetime | None) -> int:
    return NOBODY if instant is None else to_micros(instant)


def _instant(micros: int) -> datetime | None:
    return None if micros == NOBODY else from_micros(micros)


def _or_none(missing: int) -> int | None:
    return None if missing == NOBODY else missing
