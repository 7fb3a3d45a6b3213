"""The items of orders: from the item detail file, from item rows, or the order's title as one item; amounts split exactly."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from core.importers.columns import Table
from core.money import split

ITEM_COLUMNS = ("order_no", "line_no", "product_key", "title", "category", "quantity", "amount_fen", "refund_fen")
_SAFE = 1 << 62


def allocate(
    totals: npt.NDArray[np.int64], owner: npt.NDArray[np.int64], weights: npt.NDArray[np.int64]
) -> npt.NDArray[np.int64]:
    """Split each order's total over its items: ``totals`` by order, ``owner`` the order of each item, same length as ``weights``.

    Equal to ``core.money.split`` order by order (largest remainder, ties to the earlier item, all weights 0: equal parts).
    """
    wholes = np.zeros(len(totals), dtype=np.int64)
    np.add.at(wholes, owner, weights)
    weights = np.where(wholes[owner] == 0, 1, weights)
    wholes = np.zeros(len(totals), dtype=np.int64)
    np.add.at(wholes, owner, weights)
    if len(owner) and float(totals.max(initial=0)) * float(weights.max(initial=0)) >= _SAFE:
        return _allocate_big(totals, owner, weights)
    products = totals[owner] * weights
    parts = products // wholes[owner]
    remainders = products % wholes[owner]
    left = totals.copy()
    np.subtract.at(left, owner, parts)
    order = np.lexsort((np.arange(len(owner)), -remainders, owner))
    ranks = np.empty(len(owner), dtype=np.int64)
    starts = np.searchsorted(owner[order], np.arange(len(totals)))
    ranks[order] = np.arange(len(owner)) - starts[owner[order]]
    return np.asarray(parts + (ranks < left[owner]), dtype=np.int64)


def _allocate_big(
    totals: npt.NDArray[np.int64], owner: npt.NDArray[np.int64], weights: npt.NDArray[np.int64]
) -> npt.NDArray[np.int64]:
    """The same with Python integers, where a product would not fit in 64 bits."""
    result = np.zeros(len(owner), dtype=np.int64)
    for order in np.unique(owner):
        places = np.flatnonzero(owner == order)
        result[places] = split(int(totals[order]), [int(weights[place]) for place in places])
    return result


def title_items(orders: pd.DataFrame) -> pd.DataFrame:
    """One item an order: its title as a whole (never split: titles hold commas), all of its amount."""
    blank = pd.Series(pd.array([None] * len(orders), dtype="str"), index=orders.index)
    keys = orders.get("product_id", blank).fillna(orders["title"])
    items = pd.DataFrame(
        {
            "order_no": orders["order_no"],
            "line_no": pd.array(["1"] * len(orders), dtype="str"),
            "product_key": keys,
            "title": orders["title"].fillna(keys),
            "category": orders.get("category", blank),
            "quantity": orders["quantity"],
            "amount_fen": orders["paid_fen"],
            "refund_fen": orders["refund_fen"],
        }
    )
    return items[keys.notna()].reset_index(drop=True)


def product_names(lines: pd.DataFrame) -> pd.DataFrame:
    """product_key, title, category of item rows: the platform's id, else the shop's code, else the name."""
    blank = pd.Series(pd.array([None] * len(lines), dtype="str"), index=lines.index)
    title = lines.get("product", blank)
    keys = lines.get("product_id", blank).fillna(lines.get("sku", blank)).fillna(title)
    return pd.DataFrame({"product_key": keys, "title": title.fillna(keys), "category": lines.get("category", blank)})


def row_items(lines: pd.DataFrame, owner: npt.NDArray[np.int64], orders: pd.DataFrame, repeats: bool) -> pd.DataFrame:
    """Items of item rows. ``owner`` is each row's position in ``orders``.

    Amounts are the row's own, or, where the order's amount ``repeats`` on its rows, its share by price x quantity.
    """
    quantity = lines["quantity"].fillna(1).astype("int64") if "quantity" in lines else pd.Series(1, index=lines.index)
    paid = orders["paid_at"].notna().to_numpy(dtype=bool)[owner]
    if repeats:
        amounts, refunds = _shares(lines, quantity, owner, orders)
    else:
        amounts, refunds = (
            np.where(paid, lines[name].fillna(0).astype("int64"), 0)
            if name in lines
            else np.zeros(len(lines), np.int64)
            for name in ("amount", "refund")
        )
        if "refund" not in lines:
            refunds = allocate(orders["refund_fen"].to_numpy(np.int64), owner, amounts)
    items = product_names(lines)
    items.insert(0, "order_no", lines["order_no"])
    items.insert(1, "line_no", _line_numbers(lines))
    items["quantity"] = quantity.astype("Int64")
    items["amount_fen"] = amounts
    items["refund_fen"] = refunds
    return items.reset_index(drop=True)


def _shares(
    lines: pd.DataFrame, quantity: "pd.Series[int]", owner: npt.NDArray[np.int64], orders: pd.DataFrame
) -> Sequence[npt.NDArray[np.int64]]:
    price = lines["price"].fillna(0).astype("int64") if "price" in lines else pd.Series(1, index=lines.index)
    weights = (price * quantity).to_numpy(dtype=np.int64)
    return [allocate(orders[name].to_numpy(dtype=np.int64), owner, weights) for name in ("paid_fen", "refund_fen")]


def _line_numbers(lines: pd.DataFrame) -> "pd.Series[str]":
    """The platform's line number, else the row's place in its order."""
    if "line_no" in lines and lines["line_no"].notna().all():
        return lines["line_no"]
    counted = (lines.groupby("order_no").cumcount() + 1).astype("str")
    return lines["line_no"].fillna(counted) if "line_no" in lines else counted


def detail_items(orders: pd.DataFrame, detail: Table) -> pd.DataFrame:
    """Items of the item detail file for the orders it knows, the title for the rest; strangers' items are kept out."""
    values = detail.values
    place = pd.Index(orders["order_no"]).get_indexer(values["order_no"].fillna(""))
    detail.refuse(pd.Series(place < 0, index=values.index), "order_no", "item_without_order")
    good = detail.quarantine.good()
    # An order with a faulty item keeps its title instead: half of its items would carry all of its money.
    broken = np.unique(place[~good & (place >= 0)])
    detail.refuse(pd.Series(np.isin(place, broken) & (place >= 0), index=values.index), "order_no", "order_incomplete")
    good = detail.quarantine.good()
    items = row_items(values[good], place[good], orders, repeats=True)
    rest = ~orders["order_no"].isin(items["order_no"])
    return pd.concat([items, title_items(orders[rest])], ignore_index=True)
