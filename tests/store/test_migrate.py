"""The store's schema is what the tables say, on both databases."""

from sqlalchemy import text

from core.store.database import Database
from core.store.migrate import schema_differences, upgrade
from core.store.triggers import existing_triggers, trigger_names


def test_a_migrated_store_has_the_schema_and_triggers_of_the_code(db: Database) -> None:
    with db.writer.connect() as connection:
        assert schema_differences(connection) == []
        assert existing_triggers(connection) == trigger_names()


def test_a_missing_index_and_a_missing_trigger_are_seen(db: Database) -> None:
    with db.writer.begin() as connection:
        connection.execute(text("DROP INDEX ix_member_search"))
        table = "" if db.is_sqlite else " ON refund"
        connection.execute(text(f"DROP TRIGGER tr_refund_no_update{table}"))
    with db.writer.connect() as connection:
        assert any("ix_member_search" in difference for difference in schema_differences(connection))
        assert trigger_names() - existing_triggers(connection) == {"tr_refund_no_update"}


def test_migrating_twice_changes_nothing(db: Database) -> None:
    upgrade(db)
    with db.writer.connect() as connection:
        assert schema_differences(connection) == []
