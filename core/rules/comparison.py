"""Two derivations of the same people under two timelines, side by side: who would stand elsewhere, who would lose, or nothing."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.documents.rules import RuleDocument
from core.rules.derivation import Derivation
from core.rules.facts import NOBODY, Ints, as_ints
from core.rules.tiers import TierWalk


@dataclass(frozen=True)
class Side:
    """One derivation, and the rules that are in force at its end."""

    derived: Derivation
    document: RuleDocument

    @property
    def points(self) -> Ints:
        """By member: points to spend, now or after the return window, less debt."""
        state = self.derived.points.state
        return as_ints(state.active + state.pending - state.debt)


@dataclass(frozen=True)
class Moves:
    """By member: tiers on either side (index of its codes, -1 none), whether it is lower or higher, and the points lost."""

    before: Ints
    after: Ints
    lower: Ints
    higher: Ints
    points_lost: Ints

    def counts(self, left: Sequence[str], right: Sequence[str]) -> dict[tuple[str | None, str | None], int]:
        """People by (tier before, tier after); who has a tier on neither side is left out."""
        wide = len(right) + 1
        counts = np.bincount((self.before + 1) * wide + self.after + 1, minlength=(len(left) + 1) * wide)
        names = ([None, *left], [None, *right])
        found = {}
        for key in np.flatnonzero(counts).tolist():
            pair = names[0][key // wide], names[1][key % wide]
            if pair != (None, None):
                found[pair] = int(counts[key])
        return found


def compare(live: Side, draft: Side) -> Moves:
    """Who would stand where; a tier that the draft does not have is compared by its place in the ladder."""
    before, after = live.derived.tiers.state.tier, draft.derived.tiers.state.tier
    old, new = _ranks(live, draft.document)[before], _ranks(draft, draft.document)[after]
    lost = as_ints(np.maximum(live.points - draft.points, 0))
    return Moves(before, after, as_ints(new < old), as_ints(new > old), lost)


def _ranks(side: Side, measure: RuleDocument) -> Ints:
    """By tier index (the last is for -1): its place in ``measure``, else in its own ladder."""
    own = {code: rank for rank, code in enumerate(side.document.codes)}
    wanted = {code: rank for rank, code in enumerate(measure.codes)}
    codes = side.derived.tiers.codes
    return as_ints([wanted.get(code, own.get(code, 0)) for code in codes] + [NOBODY])


def identical(left: Derivation, right: Derivation) -> bool:
    """Whether tiers, tier history, growth and points lots are all equal; by which version does not matter."""
    codes = tuple(dict.fromkeys((*left.tiers.codes, *right.tiers.codes)))
    sides = (_told(one, codes) for one in (left, right))
    return all(np.array_equal(a, b) for a, b in zip(*sides, strict=True))


def _told(derived: Derivation, codes: Sequence[str]) -> list[Ints]:
    walk, lots = derived.tiers, derived.points.lots
    changes, growth, state = walk.changes, walk.growth, walk.state
    names = _numbers(walk, codes)
    return [
        names[state.tier],
        state.since,
        *(changes.member, changes.at, names[changes.before], names[changes.after], changes.reason),
        *(changes.spend_fen, changes.orders, changes.growth),
        *(growth.member, growth.entry_kind, growth.fact, growth.at, growth.amount),
        *(column for name, column in lots._asdict().items() if name != "version"),
    ]


def _numbers(walk: TierWalk, codes: Sequence[str]) -> Ints:
    return as_ints([codes.index(code) for code in walk.codes] + [NOBODY])
