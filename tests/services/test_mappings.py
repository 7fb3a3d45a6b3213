"""Mappings are remembered by the set of headers."""

from datetime import UTC, datetime

from core.documents.enums import ImportKind
from core.services.actor import Actor
from core.services.desk import Desk
from core.services.mappings import Remembered, recall_mapping, remember_mapping
from core.store.database import Database
from core.store.vault import Vault

NOW = datetime(2026, 3, 1, tzinfo=UTC)
MAPPING = {"order_no": "单号", "paid_at": "何时"}


def test_the_last_mapping_of_a_header_set_is_recalled_whatever_the_order_of_the_columns(db: Database) -> None:
    desk, actor = Desk(db, Vault({1: b"k" * 32}), "shop"), Actor.owner()
    assert recall_mapping(desk, ["单号", "何时"], ImportKind.ORDERS) is None
    remember_mapping(desk, actor, ["单号", "何时"], ImportKind.ORDERS, {"order_no": "何时"}, "own", now=NOW)
    remember_mapping(desk, actor, ["单号", "何时"], ImportKind.ORDERS, MAPPING, "till", now=NOW)
    assert recall_mapping(desk, ["何时 ", "单号"], ImportKind.ORDERS) == Remembered(MAPPING, "till")
    assert recall_mapping(desk, ["单号", "何时", "x"], ImportKind.ORDERS) is None
    assert recall_mapping(desk, ["单号", "何时"], ImportKind.MEMBERS) is None
