"""Everything that follows from the facts at once: the one way for the live path, the time machine and the explanation."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from core.clock import ShopZone
from core.rules.facts import Facts, RuleInForce, lay_out
from core.rules.points import PointsWalk, walk_points
from core.rules.tiers import TierWalk, walk_tiers


@dataclass(frozen=True)
class Derivation:
    """Tiers and growth, and points, of the same members under the same timeline."""

    tiers: TierWalk
    points: PointsWalk


def derive(
    facts: Facts, timeline: Sequence[RuleInForce], zone: ShopZone, now: datetime, *, cap_spends: bool = False
) -> Derivation:
    """State and history of all members of ``facts`` at ``now``; ``cap_spends``: a spend takes no more than there is."""
    entries = lay_out(facts, timeline, zone, now)
    tiers = walk_tiers(facts, timeline, zone, now, entries=entries)
    points = walk_points(facts, timeline, zone, now, tiers, cap_spends=cap_spends, entries=entries)
    return Derivation(tiers, points)
