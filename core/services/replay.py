"""Replay the live rules over all facts and hold every stored row against it: tiers, history, growth, points and their lots.

A member is replayed for the instant at which their rows were last derived (``member_tier.evaluated_at``), so a store that was not
looked at today is not called wrong; who has no tier is, for the last import, after which everybody had one who had joined by then.
People of a merge that waits for its review are left out.
"""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
from sqlmodel import Session

from core.clock import ShopZone, from_micros
from core.rules.facts import Ints, as_ints, version_starts
from core.services.facts import load_facts
from core.services.programme import everybody
from core.services.programme_review import Rules, facts_after, load_rules, review
from core.store.queries import replay as queries
from core.store.queries.facts import Whom
from core.store.queries.ledgers import POINTS_COLUMNS
from core.store.queries.tiers import TIER_COLUMNS

LISTED = 5_000


def replay_differences(session: Session, zone: ShopZone, owed: set[int]) -> int:
    """How many members have rows that are not what a fresh replay says; reads only."""
    rules = load_rules(session, zone)
    reviewed = queries.last_review(session)
    if reviewed is None:
        return queries.count_due(session)
    return sum(_block(session, whom, rules, reviewed, owed) for whom in everybody(session))


def _block(session: Session, whom: Whom, rules: Rules, reviewed: int, owed: set[int]) -> int:
    ids, evaluated = queries.evaluations(session, whom, reviewed)
    mine = ~np.isin(ids, as_ints(sorted(owed)))
    wrong = 0
    for group in _groups(session, whom, rules, evaluated, mine):
        at = int(evaluated[group].max())
        whole = len(group) == len(ids)
        for part in [whom] if whole else _parts(ids[group]):
            wrong += len(_differing(session, part, rules, at))
    return wrong


def _groups(session: Session, whom: Whom, rules: Rules, evaluated: Ints, mine: npt.NDArray[np.bool]) -> Iterator[Ints]:
    """Places of members whose state is the same at all their instants and at the last of them.

    Within a shop day and a version nothing happens by itself, so only who has a fact in between stands alone.
    """
    places = np.flatnonzero(mine)
    if not len(places):
        return
    if len(np.unique(evaluated[places])) == 1:
        yield as_ints(places)
        return
    late = np.zeros(len(evaluated), bool)
    _, facts = load_facts(session, whom, rules.timeline)
    late[facts_after(facts, evaluated)] = True
    version = np.searchsorted(version_starts(rules.timeline), evaluated, side="right")
    key = rules.zone.day_numbers(evaluated) * (len(rules.timeline) + 1) + version
    together = places[~late[places]]
    for value in np.unique(key[together]):
        yield as_ints(together[key[together] == value])
    alone = places[late[places]]
    for at in np.unique(evaluated[alone]):
        yield as_ints(alone[evaluated[alone] == at])


def _parts(ids: Ints) -> list[Whom]:
    return [Whom(ids=tuple(ids[start : start + LISTED].tolist())) for start in range(0, len(ids), LISTED)]


def _differing(session: Session, whom: Whom, rules: Rules, at: int) -> set[int]:
    found = review(session, whom, rules, from_micros(at))
    wrong = found.changes.members | found.growth.members | found.points.members
    for table, columns, rows in (
        ("member_tier", TIER_COLUMNS, found.tier_rows),
        ("member_points", POINTS_COLUMNS, found.points_rows),
    ):
        due = {row[:-1] for row in rows}  # without evaluated_at
        wrong |= {int(str(row[0])) for row in due ^ queries.stored_rows(session, table, columns[:-1], whom)}
    return wrong
