"""Sort the goods into categories by hand, and bring up to date what follows from a category."""

from collections.abc import Mapping
from datetime import datetime

from core.documents.enums import Area
from core.errors import Refusal
from core.services.actor import Actor
from core.services.desk import Desk
from core.services.facts import timeline_of, weighs_categories
from core.services.insight import follow_insight
from core.services.refresh import owe_everybody, review_owed
from core.store.audit import record
from core.store.queries import prices as queries
from core.store.queries.products import buyers_of
from core.store.queries.profiles import refresh_people
from core.store.write_lock import Turn, take_turn

LONGEST = 64


def sort_products(desk: Desk, actor: Actor, categories: Mapping[int, str | None], *, now: datetime) -> int:
    """Give products another category, or none; how many changed. Refuses ``product_unknown``, ``product_category``.

    Growth and points of everybody are derived anew where the rules weigh categories; the pairs and cycles of the page of
    goods follow with the next refresh.
    """
    wanted = {number: (name or "").strip() or None for number, name in categories.items()}
    for name in wanted.values():
        if name is not None and len(name) > LONGEST:
            raise Refusal("product_category", most=LONGEST)
    with desk.db.write(Area.ORDERS, Area.MEMBERS) as session:
        take_turn(session, Turn.IMPORT)
        held = {row.id: row.category for row in queries.list_products(session)}
        if unknown := set(wanted) - set(held):
            raise Refusal("product_unknown", product=min(unknown))
        changed = {number: name for number, name in sorted(wanted.items()) if held[number] != name}
        if not changed:
            return 0
        for number, name in changed.items():
            queries.set_product(session, number, {"category": name})
        people = buyers_of(session, list(changed))
        refresh_people(session, people)
        record(session, actor.name, "products.sorted", "products", now=now, count=len(changed), ids=list(changed))
        if weighs_categories(timeline_of(session)):
            owe_everybody(session)
    review_owed(desk, now=now)
    follow_insight(desk, people, now=now)
    return len(changed)
