"""What the rows of a measurement stand on: one store of a size, built when the first asks for it and derived no further than asked."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlmodel import Session

from core.documents.enums import Area
from core.rules.tiers import walk_tiers
from core.services.bench_store import NOW, ORDERS_EACH, build_bench_store, open_bench_store
from core.services.desk import Desk
from core.services.facts import load_facts
from core.services.outlook import refresh_outlook
from core.services.programme import everybody
from core.services.programme_review import Rules, load_rules, tier_rows
from core.store.queries import profiles
from core.store.queries.facts import Whom
from core.store.queries.tiers import save_tiers


@dataclass
class Bed:
    """Members, seed, and the store; ``path``: where it stays for the next measurement, and is taken from when it is there."""

    members: int
    seed: int
    path: Path
    _desk: Desk | None = field(default=None, init=False)
    _done: set[str] = field(default_factory=set, init=False)

    @property
    def orders(self) -> int:
        """How many there are before a row adds some."""
        return self.members * ORDERS_EACH

    @property
    def desk(self) -> Desk:
        """The store with the facts alone."""
        if self._desk is None:
            there = self.path.is_file()
            self._desk = (
                open_bench_store(self.path) if there else build_bench_store(self.path, self.members, seed=self.seed)
            )
        return self._desk

    def with_profiles(self) -> Desk:
        """The store with everybody's profile and the day summaries."""
        if "profiles" not in self._done:
            with self.desk.db.write(Area.ORDERS, Area.MEMBERS) as session:
                profiles.rebuild_profiles(session)
                profiles.rebuild_days(session)
            self._done.add("profiles")
        return self.desk

    def with_everything(self) -> Desk:
        """The store with profiles, everybody's tier, and the outlook of everybody too."""
        desk = self.with_profiles()
        if "everything" not in self._done:
            write_tiers(desk)
            refresh_outlook(desk, now=NOW)
            self._done.add("everything")
        return desk

    def close(self) -> None:
        """Give back the store's connections."""
        if self._desk is not None:
            self._desk.close()


def write_tiers(desk: Desk, now: datetime = NOW) -> None:
    """Everybody's tier as of an instant, without its history."""
    with desk.db.read() as session:
        rules, blocks = load_rules(session, desk.zone), everybody(session)
    for whom in blocks:
        write_block(desk, rules, whom, now)


def write_block(desk: Desk, rules: Rules, whom: Whom, now: datetime) -> None:
    """The tiers of some people as of an instant, read and written apart as the review does."""
    with desk.db.read() as session:
        rows = block_rows(session, rules, whom, now)
    with desk.db.write(Area.MEMBERS) as session:
        save_tiers(session, rows, whom)


def block_rows(session: Session, rules: Rules, whom: Whom, now: datetime) -> list[tuple[object, ...]]:
    """The rows of ``member_tier`` of some people as of an instant."""
    ids, facts = load_facts(session, whom, rules.timeline)
    return tier_rows(ids, walk_tiers(facts, rules.timeline, rules.zone, now), rules, now)


@contextmanager
def bench_bed(members: int, *, seed: int, path: Path | None = None) -> Iterator[Bed]:
    """A store for the time of a measurement, or that of a file which stays."""
    with TemporaryDirectory(prefix="memberdesk-bench-") as folder:
        bed = Bed(members, seed, path or Path(folder) / "bench.db")
        try:
            yield bed
        finally:
            bed.close()
