"""Compile the kernels before anybody waits for them: on a new machine that takes half a minute, once."""

from core.clock import ShopZone, from_micros
from core.documents.earning import Growth, Points
from core.documents.ladder import tmall_ladder
from core.rules.facts import Facts, RuleInForce, as_ints
from core.rules.points import walk_points
from core.rules.tiers import walk_tiers


def warm_kernels() -> None:
    """Walk one person without a single order; where the compiled kernels are kept already it takes half a second."""
    facts = Facts(as_ints([0]))
    document = tmall_ladder().model_copy(update={"growth": Growth(), "points": Points()})
    timeline, zone, now = [RuleInForce(document)], ShopZone(), from_micros(1)
    walk_points(facts, timeline, zone, now, walk_tiers(facts, timeline, zone, now))
