"""Why one person has so many points: the stored facts, through a proof that the kernel must agree with."""

from datetime import datetime

from core.rules.points_reasons import PointsProof, explain_points
from core.rules.tiers import walk_tiers
from core.services.desk import Desk
from core.services.explain_tier import own_facts


def explain_member_points(desk: Desk, member_id: int, *, now: datetime) -> PointsProof:
    """The proof of a person's points at ``now``; refuses ``member_unknown``."""
    own = own_facts(desk, member_id)
    timeline, zone = own.rules.timeline, own.rules.zone
    tiers = walk_tiers(own.facts, timeline, zone, now)
    return explain_points(own.facts, timeline, zone, now, tiers)
