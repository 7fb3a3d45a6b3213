"""A small shop whose rules use everything, for tests of tiers, growth and points in the store."""

from typing import Any

from core.documents.rules import RuleDocument
from core.services.desk import Desk, prepare_store
from core.services.refresh import owed_members
from core.services.replay import replay_differences
from core.store.database import Database
from core.store.queries import invariants, ledger_invariants
from core.store.queries.seals import broken_seals
from core.store.vault import Vault

_STEPS = (("regular", "普通", "Regular"), ("silver", "高级", "Silver"), ("vip", "贵宾", "VIP"))


def _tiers(*asked: dict[str, int]) -> list[dict[str, Any]]:
    """A ladder of three; the first asks for nothing."""
    steps = []
    for (code, zh, en), wanted in zip(_STEPS, ({"min_spend_fen": 0}, *asked), strict=True):
        steps.append({"code": code, "name_zh": zh, "name_en": en, "min_spend_fen": None, "min_orders": None, **wanted})
    return steps


def _rules(**parts: Any) -> RuleDocument:
    return RuleDocument.read({"schema": 1, "benefits": [], **parts})


_SPEND = {"kind": "spend", "rate": 100}
# Growth, a short window, points that are pending for three days and gone after thirty.
QUICK = _rules(
    tiers=_tiers(
        {"min_spend_fen": 200_00, "min_growth": 150}, {"min_spend_fen": 900_00, "min_growth": 700, "min_orders": 6}
    ),
    window={"kind": "rolling", "days": 60},
    growth={"earnings": [_SPEND, {"kind": "review", "rate": 40, "per_day": 60}], "category_pct": {"奶粉": 50}},
    points={
        "earnings": [_SPEND, {"kind": "order", "rate": 5}, {"kind": "review", "rate": 30, "lifetime": 70}],
        "tier_pct": {"silver": 150, "vip": 200},
        "days": [{"pct": 200, "day_of_month": 1}, {"pct": 300, "weekday": 7}],
        "pending_days": 3,
        "expiry": "days",
        "valid_days": 30,
    },
)
# Calendar years, grace, keeping for less, counted from completion, a cap on a day's points.
YEARLY = _rules(
    tiers=_tiers(
        {"min_spend_fen": 150_00, "keep_spend_fen": 100_00}, {"min_spend_fen": 800_00, "keep_spend_fen": 500_00}
    ),
    window={"kind": "calendar_year"},
    spend_counts_from="finished",
    downgrade={"mode": "one_step", "grace_days": 10},
    points={"earnings": [{**_SPEND, "per_day": 250}], "category_pct": {"尿裤": 0}, "pending_days": 0},
)
# The member's own year, nightly rises, growth alone; no points.
OWN_YEAR = _rules(
    tiers=_tiers({"min_growth": 200}, {"min_growth": 1000}),
    window={"kind": "anniversary"},
    upgrade="nightly",
    downgrade={"mode": "straight", "grace_days": 5},
    growth={"earnings": [{**_SPEND, "per_day": 600}]},
)
DOCUMENTS = (QUICK, YEARLY, OWN_YEAR)


def open_shop(db: Database, rules: RuleDocument = QUICK) -> Desk:
    """A desk on an empty store with these rules from the first fact on."""
    vault = Vault({1: b"k" * 32})
    prepare_store(db, vault, rules)
    return Desk(db, vault, "shop")


def violations(desk: Desk) -> dict[str, int]:
    """What ``verify`` says of tiers, growth and points, without what is sound."""
    with desk.db.read() as session:
        found = ledger_invariants.violations(session)
        found["I19"] += invariants.COUNTS["I19"](session)
        found["I22"] += invariants.COUNTS["I22"](session)
        found["I5"] = broken_seals(session)
        found["replay"] = replay_differences(session, desk.zone, owed_members(session))
    return {name: count for name, count in found.items() if count}
