"""Where somebody's growth comes from: each fact with its rate, what a cap cut, and what refunds left of it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from core.clock import ShopZone, from_micros, to_micros
from core.documents.earning import EARNING_KINDS, ORDER, SPEND
from core.i18n import Lang, translate
from core.rules.earning import counted_fen, weigh
from core.rules.facts import Entries, Facts, RuleInForce, lay_out
from core.rules.phrases import day_words, yuan_words
from core.rules.tiers import walk_tiers


@dataclass(frozen=True)
class GrowthLeaf:
    """What one fact earned from one source, refunds taken off. ``full`` is before caps; ``cut_by``: per_day, lifetime, or None.

    ``source`` is a kind of earning; ``fact_kind`` order or interaction. Amounts in fen are 0 for interactions.
    """

    fact_kind: str
    id: str
    source: str
    at: datetime
    rate: int
    paid_fen: int
    refunded_fen: int
    counted_fen: int
    full: int
    amount: int
    cut_by: str | None
    version: int


@dataclass(frozen=True)
class GrowthProof:
    """``total`` is the kernel's balance of all time, ``recomputed_total`` the sum of the leaves by plain arithmetic."""

    leaves: tuple[GrowthLeaf, ...]
    total: int
    recomputed_total: int

    def as_json(self, member: str | int) -> dict[str, Any]:
        """The answer as plain values."""
        return {
            "member": member,
            "total": self.total,
            "recomputed_total": self.recomputed_total,
            "facts": [{**asdict(leaf), "at": leaf.at.isoformat()} for leaf in self.leaves],
        }


def explain_growth(
    facts: Facts, names: Mapping[int, str], timeline: Sequence[RuleInForce], zone: ShopZone, now: datetime
) -> GrowthProof:
    """The proof of one person's growth at ``now``; who is not a member has none."""
    entries = lay_out(facts, timeline, zone, now)
    walked = walk_tiers(facts, timeline, zone, now, entries)
    member = 0 <= int(facts.joined[0]) <= to_micros(now)
    leaves = growth_leaves(facts, entries, names, timeline) if member else ()
    return GrowthProof(leaves, int(walked.growth.amount.sum()), sum(leaf.amount for leaf in leaves))


def growth_leaves(
    facts: Facts, entries: Entries, names: Mapping[int, str], timeline: Sequence[RuleInForce]
) -> tuple[GrowthLeaf, ...]:
    """One leaf for each source of each fact of one person, as of the last refund: the caps in plain Python."""
    growths = [rule.document.growth for rule in timeline]
    weights = weigh(facts, entries, [{} if growth is None else growth.category_pct for growth in growths])
    refunded: dict[int, int] = defaultdict(int)
    for entry, fen in zip(entries.refund_entry.tolist(), entries.refund_fen.tolist(), strict=True):
        refunded[entry] += fen
    on_day: dict[tuple[str, int], int] = defaultdict(int)
    for_good: dict[str, int] = defaultdict(int)
    leaves = []
    for entry, (kind, day, version) in enumerate(
        zip(entries.kind.tolist(), entries.day.tolist(), entries.version.tolist(), strict=True)
    ):
        growth, own, back = growths[version], EARNING_KINDS[kind], refunded[entry]
        paid = int(entries.paid_fen[entry])
        if growth is None or (own == ORDER and paid <= back):
            continue
        for earning in sorted(growth.earnings, key=lambda earning: earning.kind == SPEND):
            if earning.kind != own and not (own == ORDER and earning.kind == SPEND):
                continue
            counted = int(counted_fen(weights, entry, back)) if earning.kind == SPEND else 0
            full = counted * earning.rate // 10_000 if earning.kind == SPEND else earning.rate
            left = {"per_day": earning.per_day, "lifetime": earning.lifetime}
            used = {"per_day": on_day[earning.kind, day], "lifetime": for_good[earning.kind]}
            room = {cap: max(most - used[cap], 0) for cap, most in left.items() if most is not None}
            amount = min([full, *room.values()])
            on_day[earning.kind, day] += amount
            for_good[earning.kind] += amount
            fact = int(entries.fact[entry])
            leaves.append(
                GrowthLeaf(
                    fact_kind="order" if own == ORDER else "interaction",
                    id=names.get(fact, str(fact)) if own == ORDER else str(fact),
                    source=earning.kind,
                    at=from_micros(int(entries.at[entry])),
                    rate=earning.rate,
                    paid_fen=paid,
                    refunded_fen=min(back, paid),
                    counted_fen=counted,
                    full=full,
                    amount=amount,
                    cut_by=min(room, key=lambda cap: room[cap]) if amount < full else None,
                    version=version,
                )
            )
    return tuple(leaves)


def growth_sentences(proof: GrowthProof, lang: Lang, zone: ShopZone, now: datetime) -> list[tuple[str, dict[str, Any]]]:
    """One sentence for each leaf, newest first, after the total."""
    found: list[tuple[str, dict[str, Any]]] = [("tierwhy.growth.total", {"n": f"{proof.total:,}"})]
    for leaf in reversed(proof.leaves):
        key = "spend" if leaf.source == SPEND else "each"
        cut = translate(lang, f"tierwhy.growth.cut.{leaf.cut_by}", full=leaf.full) if leaf.cut_by else ""
        said = {
            "day": day_words(zone.day(leaf.at), zone.day(now), lang),
            "what": translate(lang, f"tierwhy.source.{leaf.source}"),
            "id": leaf.id,
            "amount": yuan_words(leaf.counted_fen),
            "n": f"{leaf.amount:,}",
            "cut": cut,
        }
        found.append((f"tierwhy.growth.{key}", said))
    return found
