"""Check every invariant of TRUST.md that this store can hold; each check counts its violations."""

from collections import Counter
from dataclasses import dataclass

from core.rules.timing import EARLIEST_HOUR, LATEST_HOUR, MARKETING_PER_30_DAYS, MARKETING_PER_DAY
from core.services.cohorts import wrong_cells
from core.services.desk import Desk
from core.services.outlook_check import outlook_differences
from core.services.refresh import owed_members, owed_numbers
from core.services.replay import replay_differences
from core.store.audit import broken_link
from core.store.migrate import schema_differences
from core.store.queries import invariants, ledger_invariants, paid_plans, rewards, stored_value
from core.store.queries.seals import broken_seals
from core.store.queries.tiers import EVERYBODY
from core.store.triggers import existing_triggers, trigger_names


@dataclass(frozen=True)
class Verification:
    """Violations by check."""

    checks: dict[str, int]

    @property
    def violations(self) -> int:
        """All violations together."""
        return sum(self.checks.values())


def verify_store(desk: Desk) -> Verification:
    """Run all checks on one snapshot; reads only."""
    zone = desk.zone
    with desk.db.read() as session:
        found = Counter({name: check(session) for name, check in invariants.COUNTS.items()})
        found["I5"] += broken_seals(session)
        for part in (ledger_invariants, stored_value, paid_plans, rewards):
            found.update(part.violations(session))
        found["I14"] = invariants.over_cap(session, MARKETING_PER_DAY, MARKETING_PER_30_DAYS)
        found["I15"] = invariants.inside_quiet_hours(session, zone, EARLIEST_HOUR, LATEST_HOUR)
        found["I17"] = 0 if broken_link(session) is None else 1
        owed = owed_members(session)
        found["cohorts"] = wrong_cells(session)
        found["replay"] = replay_differences(session, zone, owed)
        if EVERYBODY not in owed_numbers(session):  # an older version of the product did not derive them
            found["profiles"] += invariants.wrong_details(session)
            found["outlook"] = outlook_differences(session, owed)
        connection = session.connection()
        found["schema"] = len(schema_differences(connection))
        found["triggers"] = len(trigger_names() - existing_triggers(connection))
    order = sorted(found, key=lambda name: (not name[1:].isdigit(), int(name[1:]) if name[1:].isdigit() else 0, name))
    return Verification({name: found[name] for name in order})
