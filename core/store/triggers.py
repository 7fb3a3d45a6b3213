"""Triggers that refuse to rewrite history; made from code, since batch migrations on SQLite drop them silently."""

from sqlalchemy import Connection, text

APPEND_ONLY = (
    "refund",
    "redemption",
    "consent",
    "audit_entry",
    "interaction",
    "points_fact",
    "growth_entry",
    "points_entry",
    "ledger_seal",
    "stored_plan",
    "stored_transaction",
    "stored_posting",
    "plan_purchase",
    "plan_refund",
    "goodwill",
    "erasure",
    "erased_identity",
)
_FROZEN_VERSION = (
    "OLD.status <> 'draft' AND (NEW.document <> OLD.document OR NEW.document_hash <> OLD.document_hash"
    " OR NEW.status = 'draft' OR NEW.author <> OLD.author OR NEW.effective_from IS DISTINCT FROM OLD.effective_from)"
)
# The words that an erased person wrote, or that were written of them, may be taken away; nothing else of a fact ever changes.
_WORDS = {
    "interaction": ("note", ("member_id", "kind", "occurred_at", "subject", "stars", "key")),
    "goodwill": ("reason", ("member_id", "kind", "value", "cost_fen", "what", "key", "actor", "occurred_at")),
    "points_fact": ("reason", ("member_id", "kind", "points", "occurred_at", "refers_to", "subject", "key")),
}


def trigger_names() -> set[str]:
    """The names of all triggers that a sound store has."""
    names = {f"tr_{table}_no_{act}" for table in APPEND_ONLY for act in ("update", "delete")}
    return names | {"tr_rule_version_frozen", "tr_rule_version_no_delete"}


def create_triggers(connection: Connection) -> None:
    """Create the triggers as they are meant now; safe to repeat."""
    if connection.dialect.name == "sqlite":
        _create_on_sqlite(connection)
    else:
        _create_on_postgres(connection)


def existing_triggers(connection: Connection) -> set[str]:
    """The names of our triggers in the store."""
    if connection.dialect.name == "sqlite":
        rows = connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'"))
    else:
        rows = connection.execute(
            text(
                "SELECT t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
                " WHERE c.relnamespace = current_schema()::regnamespace AND NOT t.tgisinternal"
            )
        )
    return {str(row[0]) for row in rows}


def _create_on_sqlite(connection: Connection) -> None:
    def refuse(name: str, act: str, table: str, condition: str = "1") -> None:
        # Made anew: a file of an older version may have it with another condition.
        connection.execute(text(f"DROP TRIGGER IF EXISTS {name}"))
        connection.execute(
            text(
                f"CREATE TRIGGER {name} BEFORE {act} ON {table} WHEN {condition}"
                f" BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
        )

    for table in APPEND_ONLY:
        refuse(f"tr_{table}_no_update", "UPDATE", table, *_condition(table))
        refuse(f"tr_{table}_no_delete", "DELETE", table)
    refuse("tr_rule_version_frozen", "UPDATE", "rule_version", _FROZEN_VERSION)
    refuse("tr_rule_version_no_delete", "DELETE", "rule_version", "OLD.status <> 'draft'")


def _create_on_postgres(connection: Connection) -> None:
    connection.execute(
        text(
            "CREATE OR REPLACE FUNCTION refuse_rewrite() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$"
        )
    )

    def refuse(name: str, act: str, table: str, condition: str = "true") -> None:
        connection.execute(
            text(
                f"CREATE OR REPLACE TRIGGER {name} BEFORE {act} ON {table} FOR EACH ROW"
                f" WHEN ({condition}) EXECUTE FUNCTION refuse_rewrite()"
            )
        )

    for table in APPEND_ONLY:
        refuse(f"tr_{table}_no_update", "UPDATE", table, *_condition(table))
        refuse(f"tr_{table}_no_delete", "DELETE", table)
    refuse("tr_rule_version_frozen", "UPDATE", "rule_version", _FROZEN_VERSION)
    refuse("tr_rule_version_no_delete", "DELETE", "rule_version", "OLD.status <> 'draft'")


def _condition(table: str) -> tuple[str, ...]:
    if table not in _WORDS:
        return ()
    words, kept = _WORDS[table]
    return (" OR ".join([f"NEW.{words} <> ''", *(f"NEW.{name} IS DISTINCT FROM OLD.{name}" for name in kept)]),)
