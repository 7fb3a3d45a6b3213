"""P9: the replay of all history in one pass beside the live path, which derives a member after each of their orders.

Both sides call ``derive``; nothing is read or written, so the figures are those of the kernels. Before anything is timed, every
step of the live path is held against the replay: what was said by an instant is what the replay says of that instant.
"""

import statistics
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

import numpy as np

from core.clock import DAY_MICROSECONDS, ShopZone, from_micros, to_micros
from core.documents.industry_templates import industry_template
from core.rules.derivation import Derivation, derive
from core.rules.facts import Facts, Ints, Orders, Refunds, RuleInForce, as_ints
from core.services.bench_bed import Bed
from core.services.bench_row import Progress, Row, Target, least, middle, must_equal, peak_mb, short, turn_about

BLOCK = 50_000
SAMPLE = 150
ORDERS_EACH = 5
DAYS = 730
NOW = datetime(2026, 7, 1, 4, tzinfo=UTC)
TIMELINE = (RuleInForce(industry_template("mother_baby")),)
ZONE = ShopZone()


def bench_replay(bed: Bed, rounds: int, progress: Progress) -> Row:
    """Time both, turn and turn about; refuses (``bench_unequal``) when they disagree on anybody."""
    members, seed = bed.members, bed.seed
    blocks = [make_facts(min(BLOCK, members - first), seed + first) for first in range(0, members, BLOCK)]
    orders = sum(len(facts.orders.id) for facts in blocks)
    sample = list(_people(blocks[0], min(SAMPLE, blocks[0].members)))
    steps = sum(len(facts.orders.id) for facts in sample)
    must_equal(all(_agrees(facts) for facts in sample))
    sides = {
        "replay": lambda: _go_through(derive(facts, TIMELINE, ZONE, NOW) for facts in blocks),
        "live": lambda: _go_through(step for facts in sample for step in live_path(facts)),
    }
    times = turn_about(rounds, sides, progress)
    each = [
        short((live.least / steps) / (own.least / orders))
        for own, live in zip(times["replay"], times["live"], strict=True)
    ]
    ratio, million = statistics.median(each), least(times["replay"]) / orders * 1e6
    return Row(
        name="P9",
        members=members,
        orders=orders,
        rounds=rounds,
        seconds=short(middle(times["replay"])),
        cpu_seconds=short(middle(times["replay"], cpu=True)),
        other="live_path",
        other_seconds=short(middle(times["live"]) / steps * orders),
        ratio=ratio,
        ratios=tuple(each),
        peak_mb=peak_mb(),
        targets=(Target("ratio", ratio, 20, least=True), Target("seconds_per_million", short(million), 1.5)),
        details={"compared_orders": steps},
    )


def live_path(facts: Facts) -> Iterator[tuple[int, Derivation]]:
    """One member's life as the shop lived it: (instant, what is derived then) after each order and refund, and at the end."""
    instants = np.unique(np.concatenate([facts.orders.paid_at, facts.refunds.at]))
    for at in (*instants[instants <= to_micros(NOW)].tolist(), to_micros(NOW)):
        known = int(np.searchsorted(facts.orders.paid_at, at, side="right"))
        back = facts.refunds.at <= at
        orders = Orders(*(column[:known] for column in facts.orders))
        refunds = Refunds(*(column[back] for column in facts.refunds))
        yield at, derive(Facts(facts.joined, orders, refunds), TIMELINE, ZONE, from_micros(at))


def make_facts(members: int, seed: int) -> Facts:
    """Invented orders of two years, one in ten refunded; everybody joins with the first order."""
    rng = np.random.default_rng(seed)
    count, now = members * ORDERS_EACH, to_micros(NOW)
    member = np.concatenate([np.arange(members), rng.integers(0, members, count - members)])
    paid_at = now - rng.integers(0, DAYS * DAY_MICROSECONDS, count)
    order = np.lexsort((paid_at, member))
    member, paid_at = as_ints(member[order]), as_ints(paid_at[order])
    paid = as_ints(rng.integers(10_00, 600_00, count))
    joined = paid_at[np.searchsorted(member, np.arange(members))]
    back = np.flatnonzero(rng.random(count) < 0.1)
    fen = np.where(rng.random(len(back)) < 0.7, paid[back], paid[back] // 2)
    refund_at = paid_at[back] + rng.integers(1, 20 * DAY_MICROSECONDS, len(back))
    orders = Orders(member, as_ints(np.arange(count)), paid_at, paid, paid_at)
    return Facts(
        joined, orders, Refunds(as_ints(back), as_ints(np.arange(len(back))), as_ints(refund_at), as_ints(fen))
    )


def _people(facts: Facts, many: int) -> Iterator[Facts]:
    """The facts of single members, evenly from the whole block."""
    for member in np.linspace(0, facts.members - 1, many).astype(int).tolist():
        low, high = (int(place) for place in np.searchsorted(facts.orders.member, [member, member + 1]))
        own = (facts.refunds.order >= low) & (facts.refunds.order < high)
        refunds = facts.refunds._replace(order=facts.refunds.order - low)
        orders = facts.orders._replace(member=np.zeros_like(facts.orders.member))
        yield Facts(
            as_ints(facts.joined[member : member + 1]),
            Orders(*(column[low:high] for column in orders)),
            Refunds(*(column[own] for column in refunds)),
        )


def _agrees(facts: Facts) -> bool:
    """Whether the replay says of every instant what the live path said then."""
    whole = _told(derive(facts, TIMELINE, ZONE, NOW))
    for at, step in live_path(facts):
        for all_rows, rows in zip(whole, _told(step), strict=True):
            if not np.array_equal(all_rows[:, all_rows[0] <= at], rows):
                return False
    return True


def _told(derived: Derivation) -> tuple[Ints, ...]:
    """Tier changes, growth and postings as tables whose first row is the instant."""
    changes, growth, postings = derived.tiers.changes, derived.tiers.growth, derived.points.postings
    return (
        np.stack([changes.at, changes.before, changes.after, changes.reason, changes.spend_fen, changes.growth]),
        np.stack([growth.at, growth.entry_kind, growth.fact, growth.amount]),
        np.stack([postings.at, *(column for name, column in postings._asdict().items() if name != "at")]),
    )


def _go_through(steps: Iterable[object]) -> None:
    """Keeping nothing."""
    for _ in steps:
        pass
