"""Who would lose their tier when a version takes effect, and keeps it all the same: overrides named after the version."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from sqlmodel import Session

from core.clock import ShopZone
from core.documents.rules import RuleDocument
from core.rules.comparison import Side, compare
from core.rules.derivation import Derivation, derive
from core.rules.facts import RuleInForce
from core.services.actor import Actor
from core.services.desk import Desk
from core.services.facts import load_facts
from core.services.programme import everybody
from core.services.programme_review import load_rules
from core.services.shop_settings import load_settings
from core.services.tier_overrides import hold_many
from core.store.queries.tiers import written


@dataclass(frozen=True)
class Losers:
    """Members with the tier that they would lose, found in the store as it was at ``seen``."""

    document: RuleDocument
    effective: datetime
    rows: list[tuple[int, str | None]]
    seen: dict[str, int]


def find_losers(desk: Desk, document: RuleDocument, effective: datetime) -> Losers:
    """Who stands lower at ``effective`` when the document takes effect then, or is given notice by it; reads only."""
    with desk.db.read() as session:
        return Losers(document, effective, _losers(session, document, effective), written(session))


def keep_tiers(
    session: Session,
    losers: Losers,
    version_id: int,
    *,
    starts_at: datetime,
    ends_at: datetime | None,
    actor: Actor,
    now: datetime,
) -> int:
    """Inside the publication: hold what the losers have; looked for again when somebody wrote meanwhile. How many."""
    rows = losers.rows if written(session) == losers.seen else _losers(session, losers.document, losers.effective)
    return hold_many(
        session,
        rows,
        source="grandfather",
        reason="",
        starts_at=starts_at,
        ends_at=ends_at,
        key_prefix=f"grandfather:{version_id}",
        actor=actor,
        now=now,
    )


def _losers(session: Session, document: RuleDocument, effective: datetime) -> list[tuple[int, str | None]]:
    rules = load_rules(session, ShopZone(load_settings(session).zone))
    before = [rule for rule in rules.timeline if rule.starts is None or rule.starts < effective]
    after = [*before, RuleInForce(document, effective)]
    found: list[tuple[int, str | None]] = []
    for whom in everybody(session):
        ids, facts = load_facts(session, whom, after)
        live, draft = (_side(derive(facts, line, rules.zone, effective), line) for line in (before, after))
        moves = compare(live, draft)
        notice = (draft.derived.tiers.state.grace > 0) & (live.derived.tiers.state.grace <= 0)
        for place in np.flatnonzero((moves.lower > 0) | notice).tolist():
            code = live.derived.tiers.code(int(moves.before[place]))
            if code in document.codes:  # a tier that is gone cannot be held
                found.append((int(ids[place]), code))
    return found


def _side(derived: Derivation, line: Sequence[RuleInForce]) -> Side:
    return Side(derived, line[-1].document)
