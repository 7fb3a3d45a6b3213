"""The demo shop with its whole programme: what is stored is what a replay says, today, tomorrow, and a month on."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from core.documents.industry_templates import industry_template
from core.services.build_demo import build_demo
from core.services.desk import Desk, prepare_store
from core.services.refresh import refresh
from core.services.simulate import simulate_rules
from core.services.verify import verify_store
from core.store.database import Database
from core.store.migrate import upgrade
from core.store.vault import Vault
from tests.services.order_files import NOW, OWNER, value_of

CORRECTED = "SELECT count(*) FROM points_entry WHERE corrects_id IS NOT NULL"


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """2,000 people under the demo shop's own rules."""
    db = Database(f"sqlite:///{tmp_path_factory.mktemp('demo') / 'demo.db'}")
    upgrade(db)
    vault = Vault({1: b"k" * 32})
    prepare_store(db, vault, industry_template("mother_baby"))
    desk = Desk(db, vault, "demo")
    build_demo(desk, OWNER, now=NOW, members=2_000)
    yield desk
    desk.close()


def test_the_live_rules_replayed_are_the_demo_shop(demo: Desk) -> None:
    assert value_of(demo.db, "SELECT count(*) FROM points_entry") > 5_000
    assert value_of(demo.db, "SELECT count(*) FROM growth_entry") > 5_000
    assert verify_store(demo).checks["replay"] == 0
    found = simulate_rules(demo, 1, now=NOW)
    assert (found.identical, found.losers, found.points_lost) == (True, [], 0)


def test_a_month_of_midnights_leaves_what_one_step_leaves(demo: Desk) -> None:
    corrected = value_of(demo.db, CORRECTED)
    for days in (1, 2, 17, 31):
        refresh(demo, OWNER, now=NOW + timedelta(days=days))
    assert verify_store(demo).violations == 0
    assert value_of(demo.db, CORRECTED) == corrected  # time alone takes nothing back that was said
    assert simulate_rules(demo, 1, now=NOW + timedelta(days=31)).identical
