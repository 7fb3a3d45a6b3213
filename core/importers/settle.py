"""What was paid and what went back, order by order, as each kind of file tells it."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from core.documents.enums import OrderStatus
from core.importers.columns import Table
from core.importers.statuses import wholly_refunded

# States that only a paid order can be in.
_PAID_STATES = (OrderStatus.PAID, OrderStatus.PART_SHIPPED, OrderStatus.SHIPPED, OrderStatus.FINISHED)


@dataclass(frozen=True)
class Settled:
    """Per order: payment time (missing when unpaid), paid and refunded fen (int64), status; does the money identity hold."""

    paid_at: "pd.Series[Any]"
    paid_fen: "pd.Series[int]"
    refund_fen: "pd.Series[int]"
    claimed_refund: "pd.Series[int]"
    status: "pd.Series[str]"
    amount_missing: "pd.Series[bool]"
    identity_off: int | None
    refund_derived: bool


def settle(orders: pd.DataFrame, table: Table) -> Settled:
    """Settle orders (one row each). Unpaid orders have no payment time and both amounts are 0.

    Taobao: paid = 总金额, refund = 退款金额 or, where the file has none, 总金额 less the "actually paid" column, which is net of
    refunds (DESIGN 10). Others: paid = the amount column, refund = the refund column or all of it when after-sale says so.
    """
    status = _status(orders)
    gross_field = "total" if table.has("total") else "amount"
    gross = _money(orders, gross_field)
    net = orders.get("net")
    claimed = _money(orders, "refund")
    derived = "refund" not in orders and net is not None
    paid = _is_paid(orders, status, net if net is not None and gross_field == "total" else claimed)
    if derived and net is not None:
        claimed = (gross - net.fillna(gross).astype("int64")).clip(lower=0).where(paid, 0)
    if "after_sale" in orders and "refund" not in orders:
        back = orders["after_sale"].fillna("").map(wholly_refunded).astype(bool)
        claimed = claimed.where(~back, gross).where(paid, 0)
    amount_known = orders[gross_field].notna() if gross_field in orders else pd.Series(True, index=orders.index)
    paid_at = orders["paid_at"] if "paid_at" in orders else orders["created_at"]
    return Settled(
        paid_at=paid_at.where(paid),
        paid_fen=gross.where(paid, 0),
        refund_fen=claimed.where(paid, 0),
        claimed_refund=claimed,
        status=_known_status(status, paid),
        amount_missing=paid & ~amount_known,
        identity_off=_identity_off(gross, net, claimed, paid) if "refund" in orders else None,
        refund_derived=derived,
    )


def _money(orders: pd.DataFrame, name: str) -> "pd.Series[int]":
    """A money column as int64, missing as 0."""
    if name not in orders:
        return pd.Series(np.zeros(len(orders), dtype=np.int64), index=orders.index)
    return orders[name].fillna(0).astype("int64")


def _status(orders: pd.DataFrame) -> "pd.Series[str]":
    """The status column; shipped when a separate shipping column says so of a paid order."""
    if "status" not in orders:
        return pd.Series(pd.array([None] * len(orders), dtype="str"), index=orders.index)
    status = orders["status"]
    if "shipping_status" in orders:
        shipped = orders["shipping_status"].eq(OrderStatus.SHIPPED) & status.eq(OrderStatus.PAID)
        status = status.where(~shipped, OrderStatus.SHIPPED.value)
    return status


def _is_paid(orders: pd.DataFrame, status: "pd.Series[str]", evidence: "pd.Series[Any]") -> "pd.Series[bool]":
    """Which orders were paid: by payment time; without that column by state, a closed one only if money shows that it was."""
    if "paid_at" in orders:
        return orders["paid_at"].notna() & status.ne(OrderStatus.WAIT_PAY)
    closed_paid = status.eq(OrderStatus.CLOSED) & evidence.fillna(0).gt(0)
    return (status.isna() | status.isin(_PAID_STATES) | closed_paid).astype(bool)


def _known_status(status: "pd.Series[str]", paid: "pd.Series[bool]") -> "pd.Series[str]":
    """Where the file gives no state: paid or waiting for payment."""
    given = pd.Series(
        np.where(paid, OrderStatus.PAID.value, OrderStatus.WAIT_PAY.value), index=status.index, dtype="str"
    )
    return status.fillna(given)


def _identity_off(
    gross: "pd.Series[int]", net: "pd.Series[Any] | None", refund: "pd.Series[int]", paid: "pd.Series[bool]"
) -> int | None:
    """Paid orders for which total = actually paid + refund does not hold; None where the file cannot tell."""
    if net is None or not paid.any():
        return None
    return int((gross.ne(net.fillna(0).astype("int64") + refund) & paid).sum())
