"""Alembic's entry: runs on the connection it is given."""

from alembic import context
from sqlalchemy import BigInteger
from sqlalchemy.dialects import sqlite

from core.store.tables import metadata
from core.store.types import UtcDateTime


def _render(kind, thing, autogen):
    """Write our types as what they are in the database, so that old migrations never need today's code."""
    if kind == "type" and isinstance(thing, UtcDateTime):
        return "sa.BigInteger()"
    if kind == "type" and type(thing).__name__ == "AutoString":
        return f"sa.String(length={thing.length})" if thing.length else "sa.String()"
    if kind == "type" and isinstance(thing, BigInteger) and thing._variant_mapping:
        return "sa.BigInteger().with_variant(sa.Integer(), 'sqlite')"
    return False


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    render_as_batch=connection.dialect.name == sqlite.dialect.name,
    render_item=_render,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
