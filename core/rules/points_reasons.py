"""Why somebody has so many points: each lot with its sum, what took from it, and the balance again from these leaves alone."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from core.clock import ShopZone, from_micros
from core.documents.earning import EARNING_KINDS, ORDER, SPEND, Points
from core.i18n import Lang, translate
from core.rules.earning import counted_fen
from core.rules.facts import NOBODY, POINTS_KINDS, Facts, RuleInForce
from core.rules.phrases import day_words, yuan_words
from core.rules.points import ACCOUNTS, CAUSE_KINDS, LOT_KINDS, PointsWalk, make_script, walk_points
from core.rules.points_preview import day_pct
from core.rules.points_walk import Script
from core.rules.tiers import TierWalk, tier_at

Sentence = tuple[str, dict[str, Any]]
BALANCES = ("pending", "active", "debt", "spent", "expired")


@dataclass(frozen=True)
class Term:
    """One source in a lot. Spend: fen x rate (hundredths a yuan) x pct; else rate units. ``cap``: what cut it to ``units``."""

    source: str
    counted_fen: int
    rate: int
    tier_pct: int
    day_pct: int
    units: int
    cap: str | None

    @property
    def uncut(self) -> int:
        """Units before caps, from the numbers of this leaf."""
        pct = self.tier_pct * self.day_pct // 100
        if self.source == SPEND:
            return self.counted_fen * self.rate * pct // 1_000_000
        return self.rate * pct // 100


@dataclass(frozen=True)
class Taken:
    """Points that went out of a lot (below zero: came back): to which account, and which fact moved them."""

    account: str
    points: int
    cause_kind: str
    cause_id: int
    at: datetime


@dataclass(frozen=True)
class LotLeaf:
    """A lot: ``units`` as the facts of now give them, ``issued`` all that was ever put into it, ``taken`` without expiry."""

    kind: str
    id: int
    at: datetime
    version: int
    terms: tuple[Term, ...]
    units: int
    issued: int
    active_at: datetime
    expires_at: datetime | None
    remaining: int
    taken: tuple[Taken, ...]

    @property
    def left(self) -> int:
        """What time alone decides about: still there, or expired."""
        return self.issued - sum(part.points for part in self.taken)


@dataclass(frozen=True)
class MoveLeaf:
    """A points fact (grant, take, spend, give_back) or a refund; ``of``: the spend or the order it belongs to."""

    kind: str
    id: int
    at: datetime
    points: int
    of: int | None


@dataclass(frozen=True)
class PointsProof:
    """``balance`` by the kernel, ``recomputed_balance`` from ``lots`` and ``moves``; ``version`` is the timeline's at now."""

    version: int
    balance: dict[str, int]
    lots: tuple[LotLeaf, ...]
    moves: tuple[MoveLeaf, ...]
    next_expiry: tuple[datetime, int] | None
    recomputed_balance: dict[str, int]

    def as_json(self, member: str | int, versions: Sequence[int]) -> dict[str, Any]:
        """The answer of ``explain points``; ``versions``: the numbers of the timeline's rule versions."""
        coming = self.next_expiry
        return {
            "member": member,
            "rule_version": versions[self.version],
            "balance": self.balance,
            "lots": [_lot_json(lot, versions) for lot in self.lots],
            "moves": [
                {"kind": one.kind, "id": one.id, "at": one.at.isoformat(), "points": one.points, "of": one.of}
                for one in self.moves
            ],
            "next_expiry": coming and {"at": coming[0].isoformat(), "points": coming[1]},
            "recomputed_balance": self.recomputed_balance,
        }


def explain_points(
    facts: Facts, timeline: Sequence[RuleInForce], zone: ShopZone, now: datetime, tiers: TierWalk
) -> PointsProof:
    """The proof of one person's points at ``now``; ``facts`` and ``tiers`` are of that person alone."""
    walked = walk_points(facts, timeline, zone, now, tiers)
    held = tier_at(tiers, facts.orders.member, facts.orders.paid_at)
    script = make_script(facts, timeline, zone, now, held, tiers.codes)
    tier_codes = [None if tier == NOBODY else tiers.codes[tier] for tier in held.tolist()]
    lots = tuple(_lots(script, walked, _terms(facts, script, timeline, zone, tier_codes)))
    moves = tuple(sorted(_moves(script), key=lambda one: one.at))
    balance = {name: int(getattr(walked.state, name)[0]) for name in BALANCES}
    soonest = int(walked.state.next_expiry_at[0])
    return PointsProof(
        version=sum(1 for rule in timeline[1:] if rule.starts is not None and rule.starts <= now),
        balance=balance,
        lots=lots,
        moves=moves,
        next_expiry=None if soonest == NOBODY else (from_micros(soonest), int(walked.state.next_expiry_points[0])),
        recomputed_balance=recompute(lots, moves, now),
    )


def recompute(lots: Sequence[LotLeaf], moves: Sequence[MoveLeaf], now: datetime) -> dict[str, int]:
    """The balances from the leaves, in plain sums: what the facts give, less what was used, and what time did to the rest."""
    given = sum(sum(_cut(term) for term in lot.terms) for lot in lots)
    sums = defaultdict(int, {kind: sum(one.points for one in moves if one.kind == kind) for kind in POINTS_KINDS})
    spent = sums["spend"] - sums["give_back"]
    pending = sum(sum(_cut(term) for term in lot.terms) for lot in lots if lot.active_at > now)
    expired = sum(lot.left for lot in lots if lot.expires_at is not None and lot.expires_at <= now)
    net = given + sums["grant"] - sums["take"] - spent - expired - pending
    return {"pending": pending, "active": max(net, 0), "debt": max(-net, 0), "spent": spent, "expired": expired}


def _cut(term: Term) -> int:
    """A term's units again: its own sum, unless a cap says less."""
    return term.uncut if term.cap is None else min(term.units, term.uncut)


def _terms(
    facts: Facts, script: Script, timeline: Sequence[RuleInForce], zone: ShopZone, tiers: Sequence[str | None]
) -> list[tuple[Term, ...]]:
    """By entry what each source gives, in plain Python: the fold of ``core.rules.earning`` with its numbers kept."""
    entries, on_day, for_good = script.entries, defaultdict[tuple[str, int], int](int), defaultdict[str, int](int)
    refunded = defaultdict[int, int](int)
    for entry, fen in zip(entries.refund_entry.tolist(), entries.refund_fen.tolist(), strict=True):
        refunded[entry] += fen
    found = []
    for entry in range(len(entries.at)):
        order, points = int(entries.order[entry]), timeline[int(entries.version[entry])].document.points
        by_order = order != NOBODY
        terms: list[Term] = []
        if points is not None and not (by_order and entries.paid_fen[entry] <= refunded[entry]):
            pct = _pcts(facts, timeline, zone, entries.version[entry], order, tiers) if by_order else (100, 100)
            counted = counted_fen(script.weights, entry, refunded[entry]) if by_order else 0
            day = int(entries.day[entry])
            terms = list(_sources(points, EARNING_KINDS[entries.kind[entry]], counted, pct, day, on_day, for_good))
        found.append(tuple(terms))
    return found


def _pcts(
    facts: Facts, timeline: Sequence[RuleInForce], zone: ShopZone, version: int, order: int, tiers: Sequence[str | None]
) -> tuple[int, int]:
    """The multipliers of an order: the tier's and the day's, per cent."""
    document = timeline[int(version)].document
    assert document.points is not None  # asked only where there are points
    tier_pct = document.points.tier_pct.get(tiers[order] or document.codes[0], 100)
    return tier_pct, day_pct(document.points, zone.day(from_micros(int(facts.orders.paid_at[order]))))


def _sources(
    points: Points,
    kind: str,
    counted: int,
    pct: tuple[int, int],
    day: int,
    on_day: dict[tuple[str, int], int],
    for_good: dict[str, int],
) -> Iterator[Term]:
    """The terms of one entry; caps remember what came before it."""
    for earning in points.earnings:
        if earning.kind != kind and not (earning.kind == SPEND and kind == ORDER):
            continue
        whole = Term(earning.kind, counted if earning.kind == SPEND else 0, earning.rate, *pct, 0, None)
        units, cap = whole.uncut, None
        for name, most, used in (
            ("day", earning.per_day, on_day[earning.kind, day]),
            ("lifetime", earning.lifetime, for_good[earning.kind]),
        ):
            if most is not None and units > most - used:
                units, cap = max(most - used, 0), name
        on_day[earning.kind, day] += units
        for_good[earning.kind] += units
        if whole.uncut:
            yield Term(whole.source, whole.counted_fen, whole.rate, *pct, units, cap)


def _lots(script: Script, walked: PointsWalk, terms: Sequence[tuple[Term, ...]]) -> Iterator[LotLeaf]:
    """The lots with their sums and what moved out of them."""
    taken = _taken(walked)
    place = {(int(kind), int(id)): lot for lot, (kind, id) in enumerate(zip(*script.lots[1:3], strict=True))}
    rows = zip(*(column.tolist() for column in walked.lots), strict=True)
    for _, kind, id, issued, active_at, expires_at, remaining, _, version, *_ in rows:
        lot = place[kind, id]
        of_entry = terms[lot] if lot < len(terms) else ()
        yield LotLeaf(
            kind=LOT_KINDS[kind],
            id=id,
            at=from_micros(int(script.lots.at[lot])),
            version=version,
            terms=of_entry,
            units=sum(term.units for term in of_entry) if lot < len(terms) else issued,
            issued=issued,
            active_at=from_micros(active_at),
            expires_at=None if expires_at == NOBODY else from_micros(expires_at),
            remaining=remaining,
            taken=tuple(taken[kind, id]),
        )


def _taken(walked: PointsWalk) -> dict[tuple[int, int], list[Taken]]:
    """By lot what was spent, taken back, or paid debt; given back counts below zero. What expired is left to time."""
    found: dict[tuple[int, int], list[Taken]] = defaultdict(list)
    for row in zip(*(column.tolist() for column in walked.postings), strict=True):
        _, at, kind, id, source, target, amount, cause, cause_id, _ = row
        for account, points in ((ACCOUNTS[target], amount), (ACCOUNTS[source], -amount)):
            if account in ("spent", "reversed", "debt"):
                found[kind, id].append(Taken(account, points, CAUSE_KINDS[cause], cause_id, from_micros(at)))
    return found


def _moves(script: Script) -> Iterator[MoveLeaf]:
    """The points facts, and the refunds of orders that earned; a give-back that names no spend moves nothing."""
    moves, entries = script.moves, script.entries
    for row, kind in enumerate(moves.kind.tolist()):
        name, spend = POINTS_KINDS[kind], int(moves.spend[row])
        if name == "give_back" and spend == NOBODY:
            continue
        points = int(moves.points[spend if name == "give_back" else row])
        of = int(moves.id[spend]) if name == "give_back" else None
        yield MoveLeaf(name, int(moves.id[row]), from_micros(int(moves.at[row])), points, of)
    for refund, entry in enumerate(entries.refund_entry.tolist()):
        at, id = from_micros(int(entries.refund_at[refund])), int(entries.refund_id[refund])
        yield MoveLeaf("refund", id, at, 0, int(entries.fact[entry]))


def _lot_json(lot: LotLeaf, versions: Sequence[int]) -> dict[str, Any]:
    return {
        "kind": lot.kind,
        "id": lot.id,
        "at": lot.at.isoformat(),
        "rule_version": versions[lot.version],
        "terms": [{**term.__dict__, "uncut": term.uncut} for term in lot.terms],
        "units": lot.units,
        "issued": lot.issued,
        "active_at": lot.active_at.isoformat(),
        "expires_at": lot.expires_at and lot.expires_at.isoformat(),
        "remaining": lot.remaining,
        "taken_by": [
            {
                "to": part.account,
                "points": part.points,
                "kind": part.cause_kind,
                "id": part.cause_id,
                "at": part.at.isoformat(),
            }
            for part in lot.taken
        ],
    }


def owner_sentences(proof: PointsProof, zone: ShopZone, now: datetime, lang: Lang) -> list[Sentence]:
    """The balance, what is on its way, what expires next and what is owed, as catalog keys with their parameters."""
    today = zone.day(now)
    found: list[Sentence] = [("pointswhy.balance", {name: f"{proof.balance[name]:,}" for name in BALANCES})]
    waiting = [lot for lot in proof.lots if lot.active_at > now and lot.remaining > 0]
    if waiting:
        until = day_words(zone.day(min(lot.active_at for lot in waiting)), today, lang)
        found.append(("pointswhy.pending", {"points": f"{proof.balance['pending']:,}", "day": until}))
    if proof.next_expiry is not None:
        day = day_words(_last_day(proof.next_expiry[0], zone), today, lang)
        found.append(("pointswhy.next_expiry", {"points": f"{proof.next_expiry[1]:,}", "day": day}))
    if proof.balance["debt"]:
        found.append(("pointswhy.debt", {"points": f"{proof.balance['debt']:,}"}))
    return found


def lot_sentences(lot: LotLeaf, lang: Lang) -> list[Sentence]:
    """How a lot came to its units, one sentence a source."""
    if not lot.terms:
        return [("pointswhy.lot.granted", {"units": f"{lot.units:,}"})] if lot.kind == "points_fact" else []
    found: list[Sentence] = []
    for term in lot.terms:
        numbers = {
            "amount": yuan_words(term.counted_fen),
            "rate": f"{term.rate / 100:g}" if term.source == SPEND else f"{term.rate:,}",
            "pct": _pct_words(term, lang),
            "uncut": f"{term.uncut:,}",
        }
        way = "spend" if term.source == SPEND else "order" if term.source == ORDER else "action"
        found.append((f"pointswhy.lot.{way}", numbers))
        if term.cap is not None:
            found.append((f"pointswhy.cap.{term.cap}", {"units": f"{term.units:,}"}))
    return found


def _pct_words(term: Term, lang: Lang) -> str:
    """The multipliers that are not once."""
    said = (("tier", term.tier_pct), ("day", term.day_pct))
    return "".join(translate(lang, f"pointswhy.pct.{name}", pct=f"{pct / 100:g}") for name, pct in said if pct != 100)


def member_text(proof: PointsProof, zone: ShopZone, now: datetime, lang: Lang) -> str:
    """A text to paste to the member: what they have, what is on its way, and until when to use what."""
    said = owner_sentences(proof, zone, now, lang)
    mine = [(key.replace("pointswhy.", "pointswhy.member.", 1), params) for key, params in said]
    return ("" if lang == "zh" else " ").join(translate(lang, key, **params) for key, params in mine)


def _last_day(expires_at: datetime, zone: ShopZone) -> date:
    """The last shop day on which points that expire at the start of a day can be used."""
    return zone.day(expires_at) - timedelta(days=1)
