"""Small order and member files for tests of imports, and what a store holds afterwards."""

import csv
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import text

from core.clock import ShopZone
from core.importers.members import parse_members
from core.importers.orders import ParsedOrders, parse_orders
from core.services.actor import Actor
from core.services.custom_import import own_fields
from core.services.desk import Desk, prepare_store
from core.services.import_files import ImportReport
from core.services.import_members import import_members
from core.services.import_orders import import_orders
from core.store.database import Database
from core.store.tables import metadata
from core.store.vault import Vault

NOW = datetime(2026, 3, 2, 2, tzinfo=UTC)  # ten in the morning of a Monday in Shanghai
OWNER = Actor.owner()
ZONE = ShopZone()
# Who wrote what when: different for every import, also for one that changes nothing.
JOURNALS = {"import_batch", "import_reject", "audit_entry", "revision"}

Row = Mapping[str, Any]


def new_desk(db: Database) -> Desk:
    """A desk on an empty store, prepared as a shop's is."""
    vault = Vault({1: b"k" * 32})
    prepare_store(db, vault)
    return Desk(db, vault, "shop")


def order(number: int | str, **given: Any) -> dict[str, Any]:
    """One row of a mapped file: a paid order of 100 yuan, ten days ago, by member A."""
    plain = {"order_no": f"T{number}", "member_id": "A", "status": "交易成功", "amount": "100", "refund": "0"}
    return plain | {"paid_at": at(10), "product": "奶粉"} | given


def at(days: int, hour: int = 12) -> str:
    """A wall-clock time so many days ago."""
    return f"{ZONE.local(NOW - timedelta(days=days)):%Y-%m-%d} {hour:02d}:00:00"


def write(path: Path, rows: Iterable[Row]) -> Path:
    """A CSV whose columns are called as their fields."""
    rows = list(rows)
    names = list(dict.fromkeys(name for row in rows for name in row))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, names, restval="")
        writer.writeheader()
        writer.writerows(rows)
    return path


def parse(path: Path, rows: Iterable[Row], *, platform: str = "shop", now: datetime = NOW) -> ParsedOrders:
    """The rows written and parsed by a mapping of every column to itself."""
    rows = list(rows)
    names = list(dict.fromkeys(name for row in rows for name in row))
    write(path, rows)
    return parse_orders(path, zone=ZONE, now=now, mapping={name: name for name in names}, platform=platform)


def bring_in(
    desk: Desk, folder: Path, rows: Iterable[Row], *, now: datetime = NOW, platform: str = "shop", **options: Any
) -> ImportReport:
    """Import rows as an order file."""
    path = folder / "orders.csv"
    parsed = parse(path, rows, platform=platform, now=now)
    return import_orders(desk, OWNER, parsed, path, now=now, **options)


def bring_members(
    desk: Desk, folder: Path, rows: Iterable[Row], *, now: datetime = NOW, platform: str = "shop", **options: Any
) -> ImportReport:
    """Import rows as a member file."""
    rows = list(rows)
    names = list(dict.fromkeys(name for row in rows for name in row))
    path = write(folder / "members.csv", rows)
    own = own_fields(desk)
    mapping = {name: name for name in names if name not in {one.name for one in own}}
    parsed = parse_members(path, zone=ZONE, now=now, mapping=mapping, platform=platform, fields=own)
    return import_members(desk, OWNER, parsed, path, now=now, **options)


def contents(db: Database, *, without: Iterable[str] = ()) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table but the journals, as plain values in a fixed order."""
    found = {}
    with db.read() as session:
        for table in metadata.sorted_tables:
            if table.name not in JOURNALS | set(without):
                rows = session.execute(text(f'SELECT * FROM "{table.name}"')).all()
                found[table.name] = sorted((tuple(row) for row in rows), key=repr)
    return found


def rows_of(db: Database, statement: str, **names: Any) -> list[tuple[Any, ...]]:
    """The rows of a query as tuples."""
    with db.read() as session:
        return [tuple(row) for row in session.execute(text(statement), names)]


def value_of(db: Database, statement: str, **names: Any) -> Any:
    """The one value of a query."""
    return rows_of(db, statement, **names)[0][0]
