"""What moved the sales: number of orders or value of an order, as parts of the one logarithm (LMDI; Ang 2005, exact, no rest)."""

from dataclasses import dataclass
from math import log
from typing import Literal


@dataclass(frozen=True)
class Driver:
    """Relative changes (0.05: 5 % more) and which of both moved the sales more; ``orders_share`` of the logarithm."""

    sales: float
    orders: float
    aov: float
    main: Literal["orders", "aov"]
    orders_share: float | None


def sales_driver(orders_before: int, sales_before: int, orders: int, sales: int) -> Driver | None:
    """Split a change of sales (fen) = orders x value of an order; None where one side has no sales."""
    if min(orders_before, sales_before, orders, sales) <= 0:
        return None
    by_orders, whole = log(orders / orders_before), log(sales / sales_before)
    by_aov = whole - by_orders
    return Driver(
        sales=sales / sales_before - 1,
        orders=orders / orders_before - 1,
        aov=(sales * orders_before) / (sales_before * orders) - 1,
        main="orders" if abs(by_orders) >= abs(by_aov) else "aov",
        orders_share=by_orders / whole if whole else None,
    )
