"""The base of all tables: own registry, so that Streamlit's hot reload cannot register a table twice."""

from typing import Any

from sqlalchemy import Column, ForeignKey, MetaData
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from core.store.types import RowId

CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Table(SQLModel, registry=registry(metadata=MetaData(naming_convention=CONVENTION))):
    """A row of the store. Rules validate before; named constraints hold what must never be broken."""


def row_id() -> Any:
    """An integer primary key that the database gives out."""
    return Field(default=None, sa_column=Column(RowId, primary_key=True, autoincrement=True))


def reference(
    target: str, *, nullable: bool = False, index: bool = False, unique: bool = False, primary_key: bool = False
) -> Any:
    """A foreign key to ``table.column``."""
    column = Column(
        RowId,
        ForeignKey(target),
        nullable=nullable,
        index=index or None,
        unique=unique or None,
        primary_key=primary_key,
        autoincrement=False,
    )
    return Field(default=None, sa_column=column) if nullable else Field(sa_column=column)
