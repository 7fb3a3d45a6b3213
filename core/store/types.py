"""Column types shared by all tables."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, Dialect, Enum, Integer
from sqlalchemy.types import TypeDecorator

from core.clock import from_micros, to_micros

# SQLite numbers rows only in a column of the type INTEGER; it is 64 bits wide all the same.
RowId = BigInteger().with_variant(Integer, "sqlite")
Amount = BigInteger


class UtcDateTime(TypeDecorator[datetime]):
    """An aware instant as epoch microseconds (BIGINT) on both databases; refuses a naive one."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> int | None:
        if value is None or isinstance(value, int):
            return value
        return to_micros(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        return None if value is None else from_micros(value)


def closed(vocabulary: type[StrEnum]) -> Enum:
    """A closed vocabulary stored by value, with a named CHECK and validation on the way in."""
    return Enum(
        vocabulary,
        native_enum=False,
        create_constraint=True,
        validate_strings=True,
        length=24,
        values_callable=lambda kind: [member.value for member in kind],
        name=vocabulary.__name__.lower(),
    )
