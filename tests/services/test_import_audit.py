"""What an import sets off is in the audit trail too: coupons used in its orders, tiers that change."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from core.documents.offer import Offer
from core.services.coupons import issue_coupons
from core.services.desk import Desk
from core.services.revisions import revisions
from core.store.database import Database
from core.store.queries.coupons import insert_offer
from tests.services.order_files import NOW, at, bring_in, new_desk, order, rows_of, value_of


@pytest.fixture
def desk(db: Database) -> Desk:
    return new_desk(db)


def _entries(desk: Desk, action: str) -> list[tuple[Any, ...]]:
    found = rows_of(desk.db, "SELECT count, detail FROM audit_entry WHERE action = :a ORDER BY id", a=action)
    return [(count, json.loads(detail)) for count, detail in found]


def test_codes_in_the_orders_are_in_the_audit_entry_and_renew_the_campaign_pages(desk: Desk, tmp_path: Path) -> None:
    bring_in(desk, tmp_path, [order(1), order(2, member_id="B")])
    offer = {"name": "券", "kind": "amount", "value": 5_00, "validity": {"kind": "relative", "days": 7}}
    with desk.db.write() as session:
        number = insert_offer(session, Offer.read(offer), NOW)
        issue_coupons(session, desk, number, [(1, None)], rule="campaign:1", now=NOW)
    code = value_of(desk.db, "SELECT code FROM coupon")
    before, later = revisions(desk), NOW + timedelta(days=1)
    rows = [order(3, member_id="B", paid_at=at(-1), coupon_code=code), order(4, paid_at=at(-1), coupon_code=code)]
    bring_in(desk, tmp_path, rows, now=later + timedelta(hours=4))
    assert value_of(desk.db, "SELECT status FROM coupon") == "redeemed"
    told = _entries(desk, "orders.imported")[-1][1]
    assert (told["redeemed"], told["codes_refused"]) == (1, 1)
    assert revisions(desk)["campaigns"] > before["campaigns"]


def test_changes_of_tiers_are_in_the_audit_trail(desk: Desk, tmp_path: Path) -> None:
    rows = [order(1), order(2, amount="9000"), order(3, member_id="B")]
    bring_in(desk, tmp_path, rows)
    changes = value_of(desk.db, "SELECT count(*) FROM tier_change")
    assert changes >= 2
    assert _entries(desk, "tiers.derived") == [(changes, {"superseded": 0})]
    bring_in(desk, tmp_path, rows)
    assert len(_entries(desk, "tiers.derived")) == 1
