"""A year of a grocer's baskets (Complete Journey, 84.51°) under rules that use everything: the replay is what is stored.

The second half of the year comes in first, the first half late; points are spent, new rules published, months pass. Then every
invariant holds and replaying the live rules gives tiers, growth and points lots exactly. A changed threshold is the control: it
must not be identical. ``python -m tests.trust programme [HOUSEHOLDS]``.
"""

import random
import tempfile
import time
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pandas as pd
from sqlalchemy import text

from core.clock import ShopZone
from core.documents.rules import RuleDocument
from core.importers.orders import parse_orders
from core.services.desk import Desk
from core.services.import_orders import import_orders
from core.services.points_ledger import read_points, spend_points
from core.services.refresh import refresh
from core.services.rule_versions import draft_version, publish_version
from core.services.simulate import simulate_rules
from core.services.verify import verify_store
from core.store.database import Database
from core.store.migrate import upgrade
from tests.services.order_files import OWNER
from tests.services.programme_shop import OWN_YEAR, QUICK, open_shop
from tests.trust.mainjob import COLUMNS, EVERYONE, NOW, transactions

SPENDERS = 100


@dataclass
class Figures:
    """What the store holds at the end, seconds by step, and what did not hold."""

    households: int
    orders: int = 0
    rows: dict[str, int] = field(default_factory=dict)
    corrected: int = 0
    spends: int = 0
    seconds: dict[str, float] = field(default_factory=dict)
    violations: dict[str, int] = field(default_factory=dict)
    identical: list[bool] = field(default_factory=list)
    control_identical: bool = True

    @property
    def broken(self) -> bool:
        """Whether a promise did not hold, or the control could not show that it can be broken."""
        return bool(self.violations) or not all(self.identical) or self.control_identical


def run(households: str = str(EVERYONE)) -> dict[str, object]:
    """The long form."""
    with tempfile.TemporaryDirectory() as folder:
        figures = programme(Path(folder), int(households))
    return asdict(figures) | {"broken": figures.broken}


def programme(folder: Path, households: int) -> Figures:
    """The whole life of the shop of the first ``households``."""
    now = datetime.fromisoformat(NOW)
    db = Database(f"sqlite:///{folder}/shop.db")
    upgrade(db)
    desk, figures = open_shop(db), Figures(households)
    raw = transactions(households)
    middle = raw["transaction_timestamp"].sort_values().iloc[len(raw) // 2].normalize()
    for name, part in (
        ("second half", raw[raw["transaction_timestamp"] >= middle]),
        ("first half, late", raw[raw["transaction_timestamp"] < middle]),
    ):
        _timed(figures, name, lambda part=part: _bring_in(desk, folder, part, now))  # type: ignore[misc]
        if not figures.spends:
            figures.spends = _spend(desk, now)
    _check(figures, desk, 1, now)
    number = draft_version(desk, OWNER, OWN_YEAR, now=now)
    publish_version(desk, OWNER, number, keep_losers=True, grandfather_until=now + timedelta(days=20), now=now)
    _check(figures, desk, number, now)
    later = now + timedelta(days=45)
    _timed(figures, "45 days on", lambda: refresh(desk, OWNER, now=later))
    _check(figures, desk, number, later)
    plain = QUICK.model_dump(mode="json", by_alias=True)
    plain["tiers"][1] |= {"min_spend_fen": 333_00, "min_growth": 333}
    figures.control_identical = simulate_rules(desk, RuleDocument.read(plain), now=later).identical
    _count(figures, desk)
    db.close()
    return figures


def _bring_in(desk: Desk, folder: Path, part: pd.DataFrame, now: datetime) -> None:
    path = folder / "part.csv"
    part.to_csv(path, index=False, float_format="%.2f", date_format="%Y-%m-%d %H:%M:%S")
    parsed = parse_orders(path, zone=ShopZone(), now=now, mapping=COLUMNS, platform="cj")
    import_orders(desk, OWNER, parsed, path, now=now)


def _spend(desk: Desk, now: datetime) -> int:
    """Some members exchange some of their points; how many did."""
    with desk.db.read() as session:
        rows = session.execute(text("SELECT member_id FROM member_points WHERE active > 0 ORDER BY member_id")).all()
    chosen = random.Random(1).sample([int(row[0]) for row in rows], min(SPENDERS, len(rows)))
    for member in chosen:
        points = max(read_points(desk, member, now=now).available * 2 // 3, 1)
        with desk.db.write() as session:
            spend_points(session, desk, member, points, subject="cup", key=f"s{member}", actor=OWNER, now=now)
    return len(chosen)


def _check(figures: Figures, desk: Desk, version: int, now: datetime) -> None:
    found = _timed(figures, f"verify {version} {now:%m-%d}", lambda: verify_store(desk))
    figures.violations |= {name: count for name, count in found.checks.items() if count}  # type: ignore[attr-defined]
    figures.identical.append(simulate_rules(desk, version, now=now).identical)


def _count(figures: Figures, desk: Desk) -> None:
    with desk.db.read() as session:
        for name in ("shop_order", "tier_change", "growth_entry", "points_entry", "ledger_seal", "tier_override"):
            figures.rows[name] = int(session.execute(text(f"SELECT count(*) FROM {name}")).scalar_one())
        corrected = "SELECT count(*) FROM points_entry WHERE corrects_id IS NOT NULL"
        figures.corrected = int(session.execute(text(corrected)).scalar_one())
    figures.orders = figures.rows["shop_order"]


def _timed(figures: Figures, name: str, act: object) -> object:
    started = time.monotonic()
    found = act()  # type: ignore[operator]
    figures.seconds[name] = round(time.monotonic() - started, 1)
    return found
