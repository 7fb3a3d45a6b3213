"""The time machine: all history under other rules beside the live ones. Changes nothing."""

import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

import numpy as np
from sqlmodel import Session

from core.clock import ShopZone
from core.documents.enums import VersionStatus
from core.documents.rules import RuleDocument, read_rules
from core.rules.comparison import Side, compare, identical
from core.rules.derivation import derive
from core.rules.facts import Facts, Ints, RuleInForce
from core.services.desk import Desk
from core.services.facts import load_facts
from core.services.programme import everybody
from core.services.programme_review import Rules, load_rules
from core.services.rule_lookup import get_version
from core.services.shop_settings import load_settings
from core.services.simulated_months import Shop, SimulatedMonth, Sums, load_shop
from core.store.queries.facts import Whom
from core.store.queries.simulation import birth_months


class Migration(NamedTuple):
    from_tier: str | None
    to_tier: str | None
    members: int


class Loser(NamedTuple):
    """Who would stand lower: net spend in the draft's window (fen), and points that would not be there."""

    member_id: int
    from_tier: str | None
    to_tier: str | None
    window_spend_fen: int
    points_lost: int


@dataclass(frozen=True)
class Simulation:
    """A draft beside the live rules at ``now``; ``losers`` and who ``gained`` a tier, biggest spenders first.

    ``shortfall``: past spends that the draft's points cannot cover. ``seconds`` are those of the kernels and sums; reading
    the store took ``load_seconds``.
    """

    version: int | None
    compared_with: int
    members: int
    orders: int
    seconds: float
    load_seconds: float
    identical: bool
    migration: list[Migration]
    losers: list[Loser]
    winners: int
    points_losers: int
    points_lost: int
    shortfall: int
    months: list[SimulatedMonth]
    live_months: list[SimulatedMonth]
    gained: list[Loser]

    def as_json(self) -> dict[str, Any]:
        """As the command line answers."""
        names = (
            "version",
            "compared_with",
            "members",
            "orders",
            "identical",
            "winners",
            "points_losers",
            "points_lost",
        )
        return {
            **{name: getattr(self, name) for name in names},
            "shortfall": self.shortfall,
            "seconds": round(self.seconds, 3),
            "load_seconds": round(self.load_seconds, 3),
            "migration": [{"from": m.from_tier, "to": m.to_tier, "members": m.members} for m in self.migration],
            "losers": len(self.losers),
            "losers_listed": [loser._asdict() for loser in self.losers],
            "months": [month.as_json() for month in self.months],
            "live_months": [month.as_json() for month in self.live_months],
        }


@dataclass(frozen=True)
class Trial:
    """Both timelines; ``capped``: past spends take no more than there is under the draft."""

    version: int | None
    live: Rules
    draft: Rules
    capped: bool


class _Tally:
    """What the blocks add up to."""

    def __init__(self, trial: Trial, shop: Shop, now: datetime) -> None:
        self._trial, self._now = trial, now
        self.live, self.draft = Sums(shop), Sums(shop)
        self.moves: Counter[tuple[str | None, str | None]] = Counter()
        self.losers: list[Loser] = []
        self.gained: list[Loser] = []
        self.orders = self.winners = self.points_losers = self.points_lost = self.shortfall = 0
        self.identical = True

    def add(self, session: Session, whom: Whom) -> tuple[float, float]:
        """Walk one block under both timelines; seconds of reading and of walking."""
        started = time.monotonic()
        live, draft = self._trial.live, self._trial.draft
        ids, facts = load_facts(session, whom, (*live.timeline, *draft.timeline))
        births = birth_months(session, whom)
        loaded = time.monotonic()
        with ThreadPoolExecutor(max_workers=2) as threads:  # the kernels let go of the interpreter
            other = threads.submit(self._walk, facts, births, draft, self.draft, self._trial.capped)
            sides = self._walk(facts, births, live, self.live, False), other.result()
        self.identical = self.identical and identical(sides[0].derived, sides[1].derived)
        self._compare(ids, *sides)
        self.orders += len(facts.orders.id)
        return loaded - started, time.monotonic() - loaded

    def _walk(self, facts: Facts, births: Ints, rules: Rules, sums: Sums, capped: bool) -> Side:
        derived = derive(facts, rules.timeline, rules.zone, self._now, cap_spends=capped)
        sums.add(facts, derived, rules.timeline, births, rules.zone)
        return Side(derived, rules.document(self._now))

    def _compare(self, ids: Ints, live: Side, draft: Side) -> None:
        moves, walk = compare(live, draft), draft.derived.tiers
        self.moves.update(moves.counts(live.derived.tiers.codes, walk.codes))
        columns = (ids, moves.before, moves.after, walk.state.spend_fen, moves.points_lost)
        for found, people in ((self.losers, moves.lower), (self.gained, moves.higher)):
            named = np.flatnonzero(people)
            for member, before, after, spend, points in zip(*(one[named].tolist() for one in columns), strict=True):
                found.append(Loser(member, live.derived.tiers.code(before), walk.code(after), spend, points))
        self.winners += int(moves.higher.sum())
        self.points_losers += int((moves.points_lost > 0).sum())
        self.points_lost += int(moves.points_lost.sum())
        self.shortfall += int(draft.derived.points.shortfall.sum())


def simulate_rules(
    desk: Desk,
    rules: RuleDocument | int,
    *,
    start: date | None = None,
    now: datetime,
    progress: Callable[[float], None] | None = None,
) -> Simulation:
    """Replay everything under a document or a version, from shop day ``start`` on, beside the live rules.

    Before ``start`` the live versions hold. Without it a draft holds from the first fact on, and a published version follows
    those before it as it did: replaying the live one gives the live state. Refuses ``version_unknown``.
    """
    report = progress or (lambda share: None)
    with desk.db.read() as session:
        settings = load_settings(session)
        zone = ShopZone(settings.zone)
        trial = _trial(session, rules, start, zone, now)
        begun = time.monotonic()
        shop = load_shop(session, zone, settings.margin_bp, start, now)
        reading, walking = time.monotonic() - begun, 0.0
        tally, blocks = _Tally(trial, shop, now), everybody(session)
        for done, whom in enumerate(blocks, 1):
            read, walked = tally.add(session, whom)
            reading, walking = reading + read, walking + walked
            report(done / len(blocks))
    for named in (tally.losers, tally.gained):
        named.sort(key=lambda one: (-one.window_spend_fen, one.member_id))
    return Simulation(
        version=trial.version,
        compared_with=trial.live.version_ids[trial.live.live(now)],
        members=sum(tally.moves.values()),
        orders=tally.orders,
        seconds=walking,
        load_seconds=reading,
        identical=tally.identical,
        migration=[Migration(*pair, count) for pair, count in sorted(tally.moves.items(), key=_ladder(trial, now))],
        losers=tally.losers,
        winners=tally.winners,
        points_losers=tally.points_losers,
        points_lost=tally.points_lost,
        shortfall=tally.shortfall,
        months=tally.draft.lines(),
        live_months=tally.live.lines(),
        gained=tally.gained,
    )


def _trial(session: Session, rules: RuleDocument | int, start: date | None, zone: ShopZone, now: datetime) -> Trial:
    live = load_rules(session, zone)
    number, document = None, rules
    if isinstance(document, int):
        version = get_version(session, document)
        number, document = version.id, read_rules(version.document)
        if start is None and version.status == VersionStatus.PUBLISHED:
            place = live.version_ids.index(rules) + 1
            draft = Rules(live.timeline[:place], live.version_ids[:place], zone)
            return Trial(number, live, draft, capped=draft.timeline != live.timeline)
    begins = None if start is None else zone.start(start)
    before = [] if begins is None else [n for n, r in enumerate(live.timeline) if r.starts is None or r.starts < begins]
    timeline = (*(live.timeline[n] for n in before), RuleInForce(document, begins))
    ids = (*(live.version_ids[n] for n in before), number or 0)
    same = [rule.document for rule in timeline if rule.starts is None or rule.starts <= now]
    asis = [rule.document for rule in live.timeline if rule.starts is None or rule.starts <= now]
    return Trial(number, live, Rules(timeline, ids, zone), capped=_plain(same) != _plain(asis))


def _plain(documents: list[RuleDocument]) -> list[RuleDocument]:
    """Without the same document twice running."""
    return [one for n, one in enumerate(documents) if n == 0 or one != documents[n - 1]]


def _ladder(trial: Trial, now: datetime) -> Callable[[tuple[tuple[str | None, str | None], int]], tuple[int, int]]:
    """Sort key: up the ladders, first the live one."""
    ranks = [{code: n for n, code in enumerate(rules.document(now).codes)} for rules in (trial.live, trial.draft)]

    def key(line: tuple[tuple[str | None, str | None], int]) -> tuple[int, int]:
        return ranks[0].get(line[0][0] or "", -1), ranks[1].get(line[0][1] or "", -1)

    return key
