"""Put checked orders where the merge finds them: in chunks, so that the desk can be used meanwhile."""

import json
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
from sqlmodel import Session

from core.clock import real_now, to_micros
from core.documents.enums import OrderStatus
from core.importers.orders import ParsedOrders
from core.services.desk import Desk
from core.store.bulk import bulk_insert
from core.store.queries.erasures import forget_staged
from core.store.queries.merge_orders import changing_orders, clear_forgotten, clear_stage, stored_quantities
from core.store.tables import StagedItem, StagedOrder, Table
from core.store.vault import Vault

CHUNK = 10_000  # some 40 ms under the write lock
FORGOTTEN = timedelta(days=1)  # no import takes so long: its process was killed
ORDER_COLUMNS = (
    "batch_id",
    "order_no",
    "line",
    "identity_hash",
    "status",
    "status_rank",
    "ordered_at",
    "paid_at",
    "completed_at",
    "refunded_at",
    "paid_fen",
    "refund_fen",
    "quantity",
    "shop_day",
    "province",
    "city",
    "coupon_code",
    "receiver_cipher",
    "items_digest",
)
ITEM_COLUMNS = ("batch_id", "order_no", "line_no", "product_key", "quantity", "amount_fen", "refund_fen")
DIGESTED = ("line_no", "product_key", "quantity", "amount_fen", "refund_fen")
HASHED = 100_000  # items hashed at once: a million would need 100 MB more
PERSON_COLUMNS = ("kind", "platform", "label", "nickname", "name", "phone", "email", "province", "city")


@dataclass(frozen=True)
class Stage:
    """A stage's number, the people in it and the orders whose items are staged: those that a merge would change.

    People: a frame by identity hash with ``PERSON_COLUMNS`` (the latest order speaks).
    """

    number: int
    people: pd.DataFrame
    itemised: frozenset[str]


def stage_orders(desk: Desk, parsed: ParsedOrders, *, progress: Callable[[float], None] | None = None) -> Stage:
    """Stage a parsed file; call ``discard_stage`` when it will not be merged."""
    number = _stage_number(real_now())
    kinds, values = _identities(parsed.orders)
    hashes = _fingerprints(desk.vault, parsed.platform, kinds, values)
    steps = len(parsed.orders) + len(parsed.items) or 1
    done = 0

    def put(target: type[Table], frame: pd.DataFrame) -> None:
        nonlocal done
        for chunk in _chunks(frame):
            with desk.db.write() as session:
                bulk_insert(session, target, tuple(frame.columns), chunk)
            done += len(chunk)
            if progress:
                progress(done / steps)

    with desk.db.write() as session:
        clear_forgotten(session, _stage_number(real_now() - FORGOTTEN))
    put(StagedOrder, _order_table(desk, parsed, number, hashes))
    with desk.db.write() as session:  # already here, so that a preview counts them as the merge will
        forget_staged(session, number)
    with desk.db.read() as session:
        changing = frozenset(changing_orders(session, number, parsed.platform))
    put(StagedItem, _item_table(parsed, number, changing))
    return Stage(number, _people(parsed.orders, kinds, values, hashes, parsed.platform), changing)


def stage_late_items(session: Session, stage: Stage, parsed: ParsedOrders) -> None:
    """Inside the merge: the items of orders that it changes only since another import came between."""
    late = frozenset(changing_orders(session, stage.number, parsed.platform)) - stage.itemised
    if late:
        for chunk in _chunks(_item_table(parsed, stage.number, late)):
            bulk_insert(session, StagedItem, ITEM_COLUMNS, chunk)


def _order_table(desk: Desk, parsed: ParsedOrders, number: int, hashes: list[bytes | None]) -> pd.DataFrame:
    """The file's orders as rows of the stage."""
    orders = parsed.orders
    paid = orders["paid_at"].notna() & (orders["paid_fen"] > 0)
    days = pd.Series(pd.NA, index=orders.index, dtype="Int64")
    days[paid] = desk.zone.day_numbers(orders.loc[paid, "paid_at"].to_numpy(dtype=np.int64))
    own = {
        "batch_id": number,
        "identity_hash": hashes,
        "status_rank": orders["status"].map({status.value: status.rank for status in OrderStatus}),
        "paid_at": orders["paid_at"].where(paid, pd.NA),
        "ordered_at": orders["created_at"],
        "shop_day": days,
        "quantity": _quantities(desk, parsed),
        "receiver_cipher": _receivers(desk.vault, orders),
        "items_digest": _digests(parsed),
    }
    return pd.DataFrame({name: own[name] if name in own else orders[name] for name in ORDER_COLUMNS}, orders.index)


def _quantities(desk: Desk, parsed: ParsedOrders) -> "pd.Series[Any]":
    """Pieces by order. Where the file does not count them: what the store has, else one."""
    counted, numbers = parsed.orders["quantity"], parsed.orders["order_no"]
    unknown = counted.isna()
    if not unknown.any():
        return counted
    with desk.db.read() as session:
        stored = stored_quantities(session, parsed.platform, numbers[unknown].tolist())
    return counted.fillna(numbers.map(stored).astype("Int64")).fillna(1)


def _item_table(parsed: ParsedOrders, number: int, wanted: frozenset[str]) -> pd.DataFrame:
    """The items of the wanted orders as rows of the stage."""
    items = parsed.items
    if len(wanted) < len(parsed.orders):
        items = items[items["order_no"].isin(wanted)]
    return items.assign(batch_id=number, quantity=items["quantity"].fillna(1))[list(ITEM_COLUMNS)]


def _digests(parsed: ParsedOrders) -> "pd.Series[Any]":
    """By order a number that tells whether its items are the stored ones; missing where a file does not list items."""
    index = parsed.orders.index
    if not parsed.items_are_detail:
        return pd.Series(pd.NA, index=index, dtype="Int64")
    number = pd.Index(parsed.orders["order_no"])
    totals = np.zeros(len(index), dtype=np.uint64)
    for start in range(0, len(parsed.items), HASHED):
        items = parsed.items.iloc[start : start + HASHED]
        place = number.get_indexer(items["order_no"])
        hashes = pd.util.hash_pandas_object(items[list(DIGESTED)], index=False).to_numpy()
        np.add.at(totals, place, hashes)  # a sum does not depend on the order of the items
    return pd.Series(totals.view(np.int64), index=index)


def _stage_number(at: datetime) -> int:
    """A number of its own that tells its age: microseconds on the machine's clock, then ten random bits."""
    return to_micros(at) << 10 | secrets.randbits(10)


def discard_stage(desk: Desk, stage: Stage) -> None:
    """Forget a stage that is not merged."""
    with desk.db.write() as session:
        clear_stage(session, stage.number)


def identity_key(kind: str, platform: str) -> str:
    """The vault's kind of an identity: a platform's id belongs to the platform, a phone or an e-mail to the person."""
    return f"platform_id:{platform}" if kind == "platform_id" else kind


def _identities(orders: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """By order what identifies the buyer: the platform's id, else the buyer's phone, else the e-mail, else nothing."""
    kinds = pd.Series(None, index=orders.index, dtype=object)
    values = pd.Series(None, index=orders.index, dtype=object)
    for kind, column in (("platform_id", "buyer_id"), ("phone", "phone"), ("email", "email")):
        take = kinds.isna() & orders[column].notna()
        kinds[take] = kind
        values[take] = orders.loc[take, column].astype(object)
    return kinds, values.where(values.notna(), None)


def _fingerprints(vault: Vault, platform: str, kinds: pd.Series, values: pd.Series) -> list[bytes | None]:
    known: dict[tuple[str, str], bytes] = {}
    found: list[bytes | None] = []
    for kind, value in zip(kinds, values, strict=True):
        if kind is None or kind != kind:
            found.append(None)
            continue
        key = (kind, value)
        if key not in known:
            known[key] = vault.fingerprint(identity_key(kind, platform), value)
        found.append(known[key])
    return found


def _receivers(vault: Vault, orders: pd.DataFrame) -> list[bytes | None]:
    """The sealed receiver (name, phone, address as JSON) for address labels; none where the file has none."""
    columns = ["receiver_name", "receiver_phone", "receiver_address"]
    sealed: list[bytes | None] = []
    for cells in orders[columns].astype(object).where(orders[columns].notna(), None).itertuples(index=False):
        given = {name.removeprefix("receiver_"): cell for name, cell in zip(columns, cells, strict=True) if cell}
        sealed.append(vault.seal(json.dumps(given, ensure_ascii=False)) if given else None)
    return sealed


def _people(
    orders: pd.DataFrame, kinds: pd.Series, values: pd.Series, hashes: list[bytes | None], platform: str
) -> pd.DataFrame:
    frame = orders[["nickname", "name", "phone", "email", "province", "city"]].astype(object)
    frame = frame.where(frame.notna(), None)
    frame["kind"] = kinds
    frame["platform"] = np.where(kinds == "platform_id", platform, "")
    frame["label"] = values.where(kinds == "platform_id", None)
    frame["hash"] = hashes
    frame["at"] = orders["created_at"].fillna(0)
    frame = frame[frame["hash"].notna()].sort_values("at", kind="stable")
    return frame.drop_duplicates("hash", keep="last").set_index("hash")[list(PERSON_COLUMNS)]


def _chunks(frame: pd.DataFrame) -> Iterator[list[tuple[object, ...]]]:
    for start in range(0, len(frame), CHUNK):
        part = frame.iloc[start : start + CHUNK]
        yield list(zip(*(_cells(part[name]) for name in part), strict=True))


def _cells(column: "pd.Series[Any]") -> list[object]:
    """A column's values for the driver, missing as None; whole columns at once are 4x faster than a frame of objects."""
    missing = column.isna().to_numpy(dtype=bool)
    if missing.all():
        return [None] * len(column)
    values: list[object] = column.tolist()
    if not missing.any():
        return values
    return [None if gap else value for value, gap in zip(values, missing.tolist(), strict=True)]
