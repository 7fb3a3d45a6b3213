"""Why one person has their tier: the stored facts, through the proof that the kernel must agree with."""

from datetime import datetime

from core.clock import ShopZone, from_micros
from core.documents.rules import read_rules
from core.errors import Refusal
from core.rules.tier_reasons import OrderFact, TierProof, explain
from core.services.desk import Desk
from core.services.rule_versions import live_version
from core.services.shop_settings import load_settings
from core.store.queries.tiers import TierFacts, Whom, load_facts, order_names, published_versions


def explain_tier(desk: Desk, member_id: int, *, now: datetime) -> TierProof:
    """The proof of a person's tier under the rules in force at ``now``; refuses ``member_unknown``."""
    with desk.db.read() as session:
        facts = load_facts(session, Whom(ids=(member_id,)))
        if not len(facts.ids):
            raise Refusal("member_unknown", member=member_id)
        names = order_names(session, facts.order_id.tolist())
        document = read_rules(live_version(published_versions(session), now).document)
        zone = ShopZone(load_settings(session).zone)
    return explain(_order_facts(facts, names), _instant(int(facts.joined[0])), document, zone, now)


def _order_facts(facts: TierFacts, names: dict[int, str]) -> list[OrderFact]:
    columns = (facts.order_id, facts.paid_at, facts.paid_fen, facts.refund_fen, facts.refund_at, facts.finished_at)
    rows = zip(*(column.tolist() for column in columns), strict=True)
    return [
        OrderFact(names[order], from_micros(paid_at), paid, refund, _instant(refund_at), _instant(finished_at))
        for order, paid_at, paid, refund, refund_at, finished_at in rows
    ]


def _instant(micros: int) -> datetime | None:
    return None if micros < 0 else from_micros(micros)
