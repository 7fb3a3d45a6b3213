"""Why one person has their tier, growth and points: the stored facts, through proofs that the kernels must agree with."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from core.clock import ShopZone
from core.errors import Refusal
from core.rules.facts import Facts
from core.rules.growth_reasons import GrowthProof, explain_growth
from core.rules.tier_reasons import TierProof, explain
from core.services.desk import Desk
from core.services.facts import load_facts
from core.services.programme_review import Rules, load_rules
from core.services.shop_settings import load_settings
from core.store.queries.facts import Whom, order_names


@dataclass(frozen=True)
class OwnFacts:
    """One person's facts, the names of their orders by id, and the rules they follow."""

    facts: Facts
    names: Mapping[int, str]
    rules: Rules


def own_facts(desk: Desk, member_id: int) -> OwnFacts:
    """What the proofs of one person start from; refuses ``member_unknown``."""
    with desk.db.read() as session:
        rules = load_rules(session, ShopZone(load_settings(session).zone))
        ids, facts = load_facts(session, Whom(ids=(member_id,)), rules.timeline)
        if not len(ids):
            raise Refusal("member_unknown", member=member_id)
        return OwnFacts(facts, order_names(session, facts.orders.id.tolist()), rules)


def explain_tier(desk: Desk, member_id: int, *, now: datetime) -> TierProof:
    """The proof of a person's tier under the rules in force at ``now``; refuses ``member_unknown``."""
    own = own_facts(desk, member_id)
    return explain(own.facts, own.names, own.rules.timeline, own.rules.zone, now)


def explain_member_growth(desk: Desk, member_id: int, *, now: datetime) -> GrowthProof:
    """The proof of a person's growth; refuses ``member_unknown``."""
    own = own_facts(desk, member_id)
    return explain_growth(own.facts, own.names, own.rules.timeline, own.rules.zone, now)
