"""History cannot be rewritten, not even by our own SQL."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from core.documents.enums import OrderStatus, VersionStatus
from core.store.audit import record
from core.store.database import Database
from core.store.tables import Consent, Coupon, ImportBatch, Member, Offer, Order, Redemption, Refund, RuleVersion
from core.store.triggers import APPEND_ONLY

NOW = datetime(2026, 3, 2, 2, tzinfo=UTC)


@pytest.fixture
def ledgers(db: Database) -> Database:
    """One row in every ledger."""
    with db.write() as session:
        session.add(Member(public_id="m", platform="shop", recorded_at=NOW))
        session.add(
            ImportBatch(
                kind="orders", file_name="f", file_hash="h", preset="p", platform="shop", actor="t", recorded_at=NOW
            )
        )
        session.add(Offer(name="o", document="{}", document_hash="h", created_at=NOW))
        session.flush()
        session.add(Order(platform="shop", order_no="1", status=OrderStatus.FINISHED, batch_id=1, recorded_at=NOW))
        session.add(
            Coupon(
                offer_id=1,
                member_id=1,
                rule="r",
                code="C",
                value_fen=1,
                status="issued",
                issued_at=NOW,
                valid_from=NOW,
                valid_until=NOW + timedelta(days=1),
            )
        )
        session.flush()
        session.add(Refund(order_id=1, amount_fen=1, occurred_at=NOW, recorded_at=NOW))
        session.add(
            Redemption(
                coupon_id=1,
                order_no="1",
                kind="explicit",
                source="desk",
                discount_fen=1,
                occurred_at=NOW,
                recorded_at=NOW,
                actor="t",
            )
        )
        session.add(
            Consent(
                member_id=1,
                channel="sms",
                purpose="marketing",
                granted=True,
                source="f",
                occurred_at=NOW,
                recorded_at=NOW,
            )
        )
        record(session, "owner", "a", "b", now=NOW)
    return db


@pytest.mark.parametrize("act", ["UPDATE {} SET occurred_at = occurred_at", "DELETE FROM {}"])
def test_a_ledger_refuses_to_be_rewritten(act: str, ledgers: Database) -> None:
    for table in APPEND_ONLY:
        with pytest.raises(DatabaseError, match=f"{table} is append-only"), ledgers.write() as session:
            session.execute(text(act.format(table)))
        with ledgers.read() as session:
            assert session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() == 1


@pytest.fixture
def versions(db: Database) -> Database:
    """A published version (1) and a draft (2)."""
    common = {"document": "{}", "document_hash": "h", "author": "a", "created_at": NOW}
    with db.write() as session:
        session.add(RuleVersion(status=VersionStatus.PUBLISHED, **common))
        session.flush()
        session.add(RuleVersion(status=VersionStatus.DRAFT, **common))
    return db


def test_a_published_rule_version_cannot_be_edited(versions: Database) -> None:
    for change in ("document = '{} '", "document_hash = 'x'", "author = 'x'", "status = 'draft'", "effective_from = 1"):
        with pytest.raises(DatabaseError, match="append-only"), versions.write() as session:
            session.execute(text(f"UPDATE rule_version SET {change} WHERE id = 1"))


def test_a_published_rule_version_cannot_be_deleted_and_a_draft_can_be_edited_and_deleted(versions: Database) -> None:
    with pytest.raises(DatabaseError, match="append-only"), versions.write() as session:
        session.execute(text("DELETE FROM rule_version WHERE id = 1"))
    with versions.write() as session:
        session.execute(text("UPDATE rule_version SET document = 'x', status = 'published' WHERE id = 2"))
    with pytest.raises(DatabaseError, match="append-only"), versions.write() as session:
        session.execute(text("UPDATE rule_version SET document = 'y' WHERE id = 2"))


def test_a_published_rule_version_may_retire(versions: Database) -> None:
    with versions.write() as session:
        session.execute(text("UPDATE rule_version SET status = 'retired' WHERE id = 1"))
