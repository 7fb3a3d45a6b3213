"""Every check of ``verify`` finds what it is for: broken by hand once, with the store's own guards taken away."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from core.services.campaigns import draft_campaign, launch_campaign
from core.services.desk import Desk
from core.services.stored_value import DUTIES, pay, save_plan, switch_on, top_up
from core.services.verify import verify_store
from core.store.database import Database
from core.store.vault import Vault
from tests.services.campaign_shop import document
from tests.services.order_files import NOW, OWNER, at, bring_in, bring_members, new_desk, order
from tests.services.test_stored_value import PLAN

NIGHT, MORNING = ("1772391600000000", "1772416800000000")  # 2026-03-02, three and ten o'clock in Shanghai


@pytest.fixture(scope="module")
def sound(empty_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A shop with orders, members, tiers, and a campaign that was launched; made once and copied."""
    folder = tmp_path_factory.mktemp("sound")
    path = folder / "sound.db"
    shutil.copy(empty_file, path)
    opened = new_desk(Database(f"sqlite:///{path}"))
    rows = [
        order(n, member_id=f"M{n % 25}", amount="700", refund="7" if n % 3 else "0", paid_at=at(n % 50))
        for n in range(80)
    ]
    bring_in(opened, folder, rows)
    bring_members(opened, folder, [{"member_id": f"M{n}", "joined_at": at(300)} for n in range(20)])
    number = draft_campaign(opened, OWNER, document(), draft_key="d", now=NOW)
    launch_campaign(opened, OWNER, number, now=NOW)
    switch_on(opened, OWNER, acknowledged=DUTIES, now=NOW)
    save_plan(opened, OWNER, PLAN, now=NOW)
    top_up(opened, OWNER, 1, 100_00, route="cash", key="t", now=NOW)
    pay(opened, OWNER, 1, 30_00, key="p", now=NOW)
    opened.db.checkpoint()
    opened.close()
    return path


@pytest.fixture
def desk(sound: Path, tmp_path: Path) -> Iterator[Desk]:
    """The sound shop, to be broken."""
    path = tmp_path / "shop.db"
    shutil.copy(sound, path)
    opened = Desk(Database(f"sqlite:///{path}"), Vault({1: b"k" * 32}), "shop")
    yield opened
    opened.close()


def _loosen(desk: Desk, table: str) -> None:
    """The same rows in a table without keys, checks, and triggers."""
    with desk.db.writer.connect() as connection:
        raw = connection.connection.dbapi_connection
        assert raw is not None
        for statement in (
            "PRAGMA foreign_keys = OFF",
            f"CREATE TABLE loose AS SELECT * FROM {table}",
            f"DROP TABLE {table}",
            f"ALTER TABLE loose RENAME TO {table}",
        ):
            raw.execute(statement)  # type: ignore[attr-defined]


# What is broken in test_verify_ledgers and test_not_counted.
ELSEWHERE = {"schema", "I1", "I6", "not_counted", "replay"}
SENT = f"status = 'sent', channel = 'email', sent_at = {MORNING}, tried_at = {MORNING}"
CASES = [
    ("I2", "stored_balance", "UPDATE stored_balance SET bonus_fen = bonus_fen + 1", 1),
    ("I3", "stored_posting", "UPDATE stored_posting SET amount_fen = amount_fen + 1 WHERE id = 1", 1),
    ("I4", "stored_balance", "UPDATE stored_balance SET principal_fen = -1", 1),
    ("I5", "stored_transaction", "UPDATE stored_transaction SET note = 'x' WHERE id = 1", 1),
    ("I7", "coupon", "UPDATE coupon SET status = 'redeemed' WHERE id = 1", 1),
    ("I8", "redemption", "INSERT INTO redemption (id, coupon_id, occurred_at) VALUES (1, 1, 5)", 1),
    ("I9", "offer", "UPDATE offer SET issued = issued + 1", 1),
    ("I9", "offer", "UPDATE offer SET liability_fen = liability_fen - 1", 1),
    ("I9", "offer", "UPDATE offer SET budget_fen = liability_fen - 1", 1),
    ("I9", "offer", "UPDATE offer SET total_limit = issued - 1", 1),
    ("I10", "coupon", "UPDATE coupon SET code = (SELECT code FROM coupon WHERE id = 1) WHERE id = 2", 1),
    ("I11", "coupon", "UPDATE coupon SET member_id = (SELECT member_id FROM coupon WHERE id = 1) WHERE id = 2", 1),
    ("I12", "outbox_message", "DELETE FROM outbox_message WHERE id = 1", 1),
    ("I12", "outbox_message", "INSERT INTO outbox_message SELECT * FROM outbox_message WHERE id = 1", 1),
    ("I13", "outbox_message", "INSERT INTO outbox_message SELECT * FROM outbox_message WHERE id = 1", 1),
    (
        "I14",
        "outbox_message",
        f"UPDATE outbox_message SET {SENT}, member_id = 1, tried_at = {MORNING} + id WHERE id IN (1, 2)",
        1,
    ),
    ("I15", "outbox_message", f"UPDATE outbox_message SET {SENT}, sent_at = {NIGHT} WHERE id = 1", 1),
    ("I16", "outbox_message", f"UPDATE outbox_message SET {SENT} WHERE id IN (1, 2, 3)", 3),
    ("I17", "audit_entry", "UPDATE audit_entry SET actor = 'x' WHERE id = 2", 1),
    ("I19", "member_tier", "UPDATE member_tier SET tier = 'x' WHERE member_id IN (1, 2)", 2),
    (
        "I19",
        "tier_change",
        "UPDATE tier_change SET superseded_at = 1 WHERE id = (SELECT min(id) FROM tier_change WHERE superseded_at IS NULL)",
        1,
    ),
    ("I19", "member", "UPDATE member SET joined_at = NULL WHERE id = 1", 1),
    ("I20", "import_batch", "UPDATE import_batch SET accepted = accepted - 1 WHERE id = 1", 1),
    ("I20", "import_batch", "UPDATE import_batch SET unchanged = accepted + 1 WHERE id = 1", 1),
    ("I22", "shop_order", "UPDATE shop_order SET refund_fen = paid_fen + 1 WHERE id = 1", 2),
    ("I22", "refund", "DELETE FROM refund WHERE id = 1", 1),
    (
        "I25",
        "decision",
        "UPDATE decision SET arm = 'held_out' WHERE arm = 'treated' AND member_id = (SELECT min(member_id) FROM outbox_message)",
        2,
    ),
    ("cohorts", "cohort_cell", "UPDATE cohort_cell SET buyers = buyers + 1 WHERE step = 0", 2),
    ("profiles", "member_profile", "DELETE FROM member_profile WHERE member_id = 1", 1),
    ("profiles", "member_profile", "UPDATE member_profile SET orders = orders + 1 WHERE member_id = 1", 1),
    ("profiles", "member_profile", "UPDATE member_profile SET net_fen = net_fen + 1 WHERE member_id = 1", 1),
    (
        "profiles",
        "member_profile",
        "UPDATE member_profile SET first_paid_at = first_paid_at + 1 WHERE member_id = 1",
        1,
    ),
    ("profiles", "member_profile", "UPDATE member_profile SET first_day_net_fen = 1 WHERE member_id = 1", 1),
    ("profiles", "member_profile", "UPDATE member_profile SET month_start_orders = 99 WHERE member_id = 1", 1),
    ("profiles", "member_profile", "UPDATE member_profile SET last_category = 'x' WHERE member_id = 1", 1),
    ("profiles", "shop_order", "UPDATE shop_order SET member_id = NULL WHERE member_id = 1", 2),
    ("days", "day_summary", "DELETE FROM day_summary WHERE shop_day = (SELECT min(shop_day) FROM day_summary)", 2),
    ("days", "day_summary", "UPDATE day_summary SET sales_fen = sales_fen + 1", 50),
    (
        "days",
        "day_summary",
        "UPDATE day_summary SET buyers = buyers + 1 WHERE shop_day = (SELECT min(shop_day) FROM day_summary)",
        1,
    ),
    ("days", "day_summary", "UPDATE day_summary SET member_sales_fen = 1", 50),
    ("days", "day_summary", "INSERT INTO day_summary VALUES (1, 0, 0, 0, 0, 0, 0, 0, 0)", 1),
    ("items", "order_item", "UPDATE order_item SET amount_fen = amount_fen - 1 WHERE id = 1", 1),
    ("items", "order_item", "UPDATE order_item SET refund_fen = refund_fen + 1 WHERE id = 1", 1),
    ("triggers", "refund", "SELECT 1", 2),
]


def test_a_sound_shop_has_no_violation(desk: Desk) -> None:
    found = verify_store(desk)
    assert found.checks == dict.fromkeys(found.checks, 0)
    assert next(iter(found.checks)) == "I1"


@pytest.mark.parametrize(("check", "table", "statement", "count"), CASES)
def test_a_broken_row_is_counted_by_its_check(check: str, table: str, statement: str, count: int, desk: Desk) -> None:
    _loosen(desk, table)
    with desk.db.writer.begin() as connection:
        assert connection.execute(text(statement)).rowcount != 0
    assert verify_store(desk).checks[check] == count


def test_a_changed_schema_is_counted(desk: Desk) -> None:
    with desk.db.writer.begin() as connection:
        connection.execute(text("DROP INDEX ix_member_search"))
    assert verify_store(desk).checks["schema"] == 1


def test_verify_writes_nothing_and_waits_for_nobody(desk: Desk) -> None:
    with desk.db.write():
        assert verify_store(desk).violations == 0
