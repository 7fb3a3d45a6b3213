"""The demo shop: the same every time, sound, and its planted truths come out of the services' own results."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from core.analytics.periods import Every
from core.config import config
from core.documents.enums import CampaignStatus
from core.errors import Refusal
from core.services.build_demo import build_demo, read_truth
from core.services.campaign_list import list_campaigns
from core.services.campaign_results import campaign_result
from core.services.desk import Desk, open_desk, prepare_store
from core.services.numbers import last_days, read_kpis, read_span, read_trend
from core.services.refresh import refresh
from core.services.reset_demo import reset_demo
from core.services.verify import verify_store
from core.store.database import Database
from core.store.migrate import upgrade
from core.store.vault import Vault
from tests.services.order_files import NOW, OWNER, ZONE, bring_in, contents, new_desk, order, rows_of, value_of

FEW = 600
# Differs by its nature: sealed values, random ids, and what hangs on a vault's key.
RANDOM = {
    "member": {"public_id", "phone_cipher", "email_cipher"},
    "shop_order": {"receiver_cipher"},
    "setting": {"value"},
    "rule_version": {"created_at", "published_at"},
}


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """The demo shop at its full size, built once."""
    db = Database(f"sqlite:///{tmp_path_factory.mktemp('demo') / 'demo.db'}")
    upgrade(db)
    vault = Vault({1: b"k" * 32})
    prepare_store(db, vault)
    desk = Desk(db, vault, "demo")
    build_demo(desk, OWNER, now=NOW)
    yield desk
    desk.close()


def _plain(desk: Desk) -> dict[str, Any]:
    """All tables without the columns that are random by their nature."""
    found = {}
    for table in contents(desk.db):
        names = [row for row in _columns(desk, table) if row not in RANDOM.get(table, set())]
        columns = ", ".join(f'"{name}"' for name in names)
        found[table] = sorted(rows_of(desk.db, f"SELECT {columns} FROM {table}"), key=repr)
    return found


def _columns(desk: Desk, table: str) -> list[str]:
    with desk.db.read() as session:
        found = session.connection().exec_driver_sql(f'SELECT * FROM "{table}" LIMIT 0')
        return [f'"{name}"' if name == "column" else name for name in tuple(found.keys())]


def test_the_demo_is_sound_and_as_large_as_said(demo: Desk) -> None:
    found = verify_store(demo)
    assert found.checks == dict.fromkeys(found.checks, 0)
    kpis = read_kpis(demo, last_days(ZONE, NOW), now=NOW)
    assert 11_000 < kpis.people <= 12_100
    assert kpis.members < kpis.people
    span = read_span(demo)
    assert span is not None
    assert span.end <= ZONE.day(NOW) + timedelta(days=1)
    assert 700 < span.days < 760
    months = [step.sums.sales_fen for step in read_trend(demo, span, Every.MONTH)]
    assert min(months[1:-1]) > 0


def test_a_campaign_worked_one_did_not_and_one_cannot_be_told(demo: Desk) -> None:
    lines = [line for line in list_campaigns(demo, now=NOW) if line.status is CampaignStatus.FINISHED]
    results = {line.name: campaign_result(demo, line.id, now=NOW) for line in sorted(lines, key=lambda line: line.id)}
    assert [result.verdict.value for result in results.values()] == ["works", "does_not", "cannot_tell"]
    assert all(result.final for result in results.values())
    planted: dict[str, Any] = dict(read_truth(demo))["campaigns"]  # type: ignore[assignment]
    assert [truth["expect"] for truth in planted.values()] == [result.verdict.value for result in results.values()]
    for truth, result in zip(planted.values(), results.values(), strict=True):
        effect = result.effects["buyers"]
        assert effect.low <= truth["true_effect"] <= effect.high


def test_a_rebuild_of_what_is_derived_changes_nothing(demo: Desk) -> None:
    learnt = ("fitted_model",)  # learnt anew each day: the rows are others
    before = contents(demo.db, without=learnt)
    assert refresh(demo, OWNER, now=NOW).tier_changes == 0
    assert contents(demo.db, without=learnt) == before


def test_phones_of_the_demo_open_with_its_key(demo: Desk) -> None:
    rows = rows_of(demo.db, "SELECT phone_cipher, phone_last4 FROM member WHERE phone_cipher IS NOT NULL LIMIT 20")
    assert rows
    assert all(demo.vault.unseal(bytes(sealed)).endswith(tail) for sealed, tail in rows)


def test_the_same_seed_and_now_make_the_same_shop_and_another_seed_does_not(db: Database, tmp_path: Path) -> None:
    first = new_desk(db)
    build_demo(first, OWNER, now=NOW, members=FEW, seed=5)
    kept = _plain(first)
    second = Database(f"sqlite:///{tmp_path / 'second.db'}")
    upgrade(second)
    again = new_desk(second)
    build_demo(again, OWNER, now=NOW, members=FEW, seed=5)
    assert _plain(again).keys() == kept.keys()
    for table, rows in _plain(again).items():
        assert rows == kept[table], table
    assert verify_store(first).violations == verify_store(again).violations == 0


def test_only_an_empty_store_becomes_a_demo(sqlite_url: str, tmp_path: Path) -> None:
    desk = new_desk(Database(sqlite_url))
    bring_in(desk, tmp_path, [order(1)])
    before = contents(desk.db)
    with pytest.raises(Refusal, match="store_not_empty"):
        build_demo(desk, OWNER, now=NOW, members=FEW)
    assert contents(desk.db) == before
    with pytest.raises(Refusal, match="not_a_demo"):
        read_truth(desk)


def test_a_reset_takes_away_what_was_done_and_leaves_the_shop_alone(tmp_path: Path) -> None:
    shop = open_desk("shop")
    bring_in(shop, tmp_path, [order(1)])
    mine = contents(shop.db)
    reset_demo(OWNER, now=NOW, members=FEW)
    demo = open_desk("demo")
    before = _plain(demo)
    bring_in(demo, tmp_path, [order("new", member_id="new")])
    people = value_of(demo.db, "SELECT count(*) FROM member")
    demo.close()
    reset_demo(OWNER, now=NOW, members=FEW)
    demo = open_desk("demo")
    assert value_of(demo.db, "SELECT count(*) FROM member") == people - 1
    assert _plain(demo) == before
    assert verify_store(demo).violations == 0
    assert contents(shop.db) == mine
    assert config().url("demo") != config().url("shop")
    demo.close()
    shop.close()
