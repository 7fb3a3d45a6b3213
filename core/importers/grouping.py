"""Rows to orders: repeats dropped, contradictions and broken orders kept out whole, the rest settled."""

import numpy as np
import numpy.typing as npt
import pandas as pd

from core.clock import DAY_MICROSECONDS
from core.importers.columns import Table, plain_column
from core.importers.presets import Grain, Preset
from core.importers.rejects import Fault
from core.importers.settle import settle
from core.importers.statuses import wholly_refunded


def group_orders(table: Table, preset: Preset) -> tuple[pd.DataFrame, npt.NDArray[np.int64], pd.DataFrame]:
    """Good rows, the order of each, and one row an order, settled; whatever breaks an order keeps all of its rows out."""
    values = table.values
    table.refuse(values["order_no"].isna(), "order_no", "order_no_missing")
    _check_rows(table)
    repeated = _drop_repeats(table, preset)
    _spread(table)
    _check_orders(table, preset)
    good = table.quarantine.good() & ~repeated
    lines = _refund_rows(_only(values, good), preset)
    owner, orders = _one_row_each(lines, preset)
    settled = settle(orders, table)
    faults = (
        (settled.amount_missing, "total" if table.has("total") else "amount", "amount_missing"),
        (settled.claimed_refund.gt(settled.paid_fen), "refund", "refund_above_paid"),
    )
    for mask, name, code in faults:
        broken = mask.to_numpy(dtype=bool)
        for position in lines.index[broken[owner]]:
            table.quarantine.add(position, table.columns.get(name, ""), Fault(code))
    keep = ~(faults[0][0] | faults[1][0]).to_numpy(dtype=bool)
    for name in ("paid_at", "paid_fen", "refund_fen", "status"):
        orders[name] = getattr(settled, name)
    if settled.identity_off is not None:
        table.notes.append(
            ("money_identity_off" if settled.identity_off else "money_identity_holds", {"n": settled.identity_off})
        )
    if settled.refund_derived:
        table.notes.append(("refund_derived", {}))
    renumbered = np.cumsum(keep) - 1
    kept = keep[owner]
    return _only(lines, kept), renumbered[owner[kept]].astype(np.int64), orders[keep].reset_index(drop=True)


def _only(frame: pd.DataFrame, wanted: npt.NDArray[np.bool_]) -> pd.DataFrame:
    """The wanted rows; where that is all of them, without a copy of a million."""
    return frame if wanted.all() else frame[wanted]


def _refund_rows(lines: pd.DataFrame, preset: Preset) -> pd.DataFrame:
    """Item rows whose own after-sale word says that their money went back entirely, where the file has no refund column."""
    if preset.grain is Grain.ORDER or preset.repeats or "after_sale" not in lines or "refund" in lines:
        return lines
    back = lines["after_sale"].fillna("").map(wholly_refunded).astype(bool)
    return lines.assign(refund=lines["amount"].where(back, 0))


def _check_rows(table: Table) -> None:
    """Times that cannot be: none at all, or paid before the order was made."""
    values = table.values
    empty = pd.Series(pd.array([None] * len(values), dtype="Int64"), index=values.index)
    created, paid = values.get("created_at", empty), values.get("paid_at", empty)
    if table.has("created_at") and table.has("paid_at"):
        # A payment day without its hour may seem to lie before the order's hour.
        day_only = plain_column(table.sheet, table.columns["paid_at"]).str.len().le(10)
        table.refuse(
            (paid < created) & ~(day_only & (created - paid < DAY_MICROSECONDS)), "paid_at", "pay_before_create"
        )
    known = created.notna() | paid.notna()
    first_rows = ~values["order_no"].duplicated()
    table.refuse(~known & first_rows, "created_at" if table.has("created_at") else "paid_at", "time_missing")


def _drop_repeats(table: Table, preset: Preset) -> npt.NDArray[np.bool_]:
    """True for rows that repeat an earlier one exactly (accepted, no effect); rows that differ under one number all stay out."""
    values = table.values
    key = ["order_no", "line_no"] if preset.grain is Grain.ITEM and table.has("line_no") else ["order_no"]
    nothing = np.zeros(len(values), dtype=bool)
    if preset.grain is Grain.ITEM and len(key) == 1:
        return nothing
    doubled = values["order_no"].notna() & values.duplicated(key, keep=False)
    if not doubled.any():
        return nothing
    raw = table.sheet.frame[doubled]
    content = pd.util.hash_pandas_object(raw.astype("object"), index=False)
    groups = values.loc[doubled, key].fillna("").agg("\0".join, axis=1)
    for _, rows in content.groupby(groups.to_numpy()):
        if rows.nunique() > 1:
            lines = ", ".join(str(table.quarantine.line(position)) for position in rows.index[:5])
            for position in rows.index:
                table.quarantine.add(position, table.columns["order_no"], Fault("order_differs", {"lines": lines}))
    repeats = np.asarray(doubled & values.duplicated(key), dtype=bool)
    if same := int((repeats & table.quarantine.good()).sum()):
        table.notes.append(("rows_repeated", {"n": same}))
    return repeats


def _spread(table: Table) -> None:
    """Keep out the sound rows of an order that has a faulty one: its sum would be wrong."""
    values = table.values
    bad = ~table.quarantine.good()
    if not bad.any():
        return
    first_bad = values.loc[bad, "order_no"].dropna().drop_duplicates()
    lines = {order: table.quarantine.line(position) for position, order in first_bad.items()}
    for position in np.flatnonzero(values["order_no"].isin(list(lines)).to_numpy(dtype=bool) & ~bad):
        culprit = lines[values["order_no"].iloc[position]]
        table.quarantine.add(int(position), table.columns["order_no"], Fault("order_incomplete", {"line": culprit}))


def _check_orders(table: Table, preset: Preset) -> None:
    """Rows of one order must name one buyer and, where it repeats, one amount."""
    if preset.grain is not Grain.ITEM:
        return
    for name, code in (("member_id", "order_buyers_differ"), ("amount", "order_amounts_differ")):
        if name in table.values and (name == "member_id" or preset.repeats):
            pairs = table.values.loc[table.quarantine.good(), ["order_no", name]].dropna().drop_duplicates()
            torn = pairs.loc[pairs["order_no"].duplicated(), "order_no"]
            table.refuse(table.values["order_no"].isin(torn), name, code)


def _one_row_each(lines: pd.DataFrame, preset: Preset) -> tuple[npt.NDArray[np.int64], pd.DataFrame]:
    """The order of each row and one row an order: the first that says something, sums of amounts that stand on each row."""
    owner, _ = pd.factorize(lines["order_no"])
    orders = lines[~lines["order_no"].duplicated()].copy()
    orders["row"] = orders.index
    orders = orders.reset_index(drop=True)
    if preset.grain is Grain.ITEM:
        for name in orders.columns[orders.isna().any()]:
            orders[name] = lines[name].groupby(owner).first().reindex(orders.index)
        summed = ("quantity",) if preset.repeats else ("quantity", "amount", "refund")
        for name in summed:
            if name in lines:
                orders[name] = lines[name].groupby(owner).sum(min_count=1)
    return np.asarray(owner, dtype=np.int64), orders
