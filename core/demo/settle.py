"""From the order book to the frames of facts: payments, refunds, deliveries, order numbers."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.clock import DAY_MICROSECONDS, MICROSECONDS
from core.demo.book import NEVER, Book
from core.demo.names import PLACES, draw_places
from core.demo.shop import Bools, Floats, Ints
from core.documents.enums import OrderStatus
from core.money import split

REFUNDED = 0.062
_WHOLLY = 0.55
_GIFTS_ELSEWHERE = 0.05
_FIRST_NO = 2_100_000_000_000


@dataclass(frozen=True)
class Fate:
    """What became of each visit: when it was received and refunded (``NEVER`` where not), and whether wholly refunded."""

    completed: Ints
    refunded: Ints
    whole: Bools


def settle(
    rng: np.random.Generator, book: Book, people: pd.DataFrame, products: pd.DataFrame, until: int
) -> tuple[pd.DataFrame, pd.DataFrame, Ints]:
    """The orders and items frames of ``DemoShop``, sorted by creation, and the order row of each visit."""
    fate = _fate(rng, book, until)
    amounts = _line_amounts(book)
    refunds = _line_refunds(book, fate, amounts)
    order = np.lexsort((np.arange(book.created.size), book.created))
    row_of_visit = np.empty_like(order)
    row_of_visit[order] = np.arange(order.size)
    numbers = _order_numbers(rng, book.visits.who[order])
    orders = _orders(rng, book, fate, people, refunds, until).iloc[order].reset_index(drop=True)
    orders.insert(0, "order_no", pd.Series(numbers, dtype="str"))
    return orders, _items(book, products, numbers, row_of_visit, amounts, refunds), row_of_visit


def _fate(rng: np.random.Generator, book: Book, until: int) -> Fate:
    count = book.created.size
    paid = book.paid != NEVER
    completed = _later(rng.gamma(3.0, 2.2, count) + 3.0, book.paid)
    refunded = _later(rng.gamma(2.0, 2.6, count) + 0.05, book.paid)
    back = paid & (rng.random(count) < REFUNDED) & (refunded < until)
    whole = back & (rng.random(count) < _WHOLLY)
    return Fate(
        completed=np.where(paid & ~whole & (completed < until), completed, NEVER),
        refunded=np.where(back, refunded, NEVER),
        whole=whole,
    )


def _later(days: Floats, than: Ints) -> Ints:
    """Whole seconds ``days`` after each instant; unpaid rows stay far in the past."""
    return np.where(than == NEVER, NEVER, than + (days * 86_400).astype(np.int64) * MICROSECONDS)


def _line_amounts(book: Book) -> Ints:
    """What was paid for each line: the coupon's discount is split over the lines, unpaid lines are 0."""
    lines = book.lines
    amounts = np.where(book.paid[lines.visit] == NEVER, 0, lines.gross)
    discounted = np.flatnonzero(book.discount[lines.visit] > 0)
    for at in _groups(lines.visit, discounted):
        amounts[at] -= np.array(split(int(book.discount[lines.visit[at[0]]]), lines.gross[at].tolist()), dtype=np.int64)
    return amounts


def _groups(visit: Ints, rows: Ints) -> list[Ints]:
    """Line rows of the same visit together."""
    ordered = rows[np.argsort(visit[rows], kind="stable")]
    edges = np.flatnonzero(np.diff(visit[ordered])) + 1
    return np.split(ordered, edges) if ordered.size else []


def _line_refunds(book: Book, fate: Fate, amounts: Ints) -> Ints:
    """Money back by line: all of it, or the visit's last line, or one pack of the only line, or three tenths of a single pack."""
    lines = book.lines
    order = np.argsort(lines.visit, kind="stable")
    last = np.zeros(lines.visit.size, dtype=bool)
    last[order[np.diff(lines.visit[order], append=-1) != 0]] = True
    alone = np.bincount(lines.visit, minlength=book.created.size)[lines.visit] == 1
    part = np.where(~alone, amounts, np.where(lines.packs > 1, amounts // lines.packs, amounts * 3 // 10))
    back = (fate.refunded != NEVER)[lines.visit]
    return np.where(fate.whole[lines.visit], amounts, np.where(back & last, part, 0))


def _orders(
    rng: np.random.Generator, book: Book, fate: Fate, people: pd.DataFrame, refunds: Ints, until: int
) -> pd.DataFrame:
    who, lines, count = book.visits.who, book.lines, book.created.size
    payable = book.gross - book.discount
    paid = book.paid != NEVER
    elsewhere = rng.random(count) < _GIFTS_ELSEWHERE
    places = {
        "province": people["province"].to_numpy(dtype=object)[who],
        "city": people["city"].to_numpy(dtype=object)[who],
    }
    drawn = np.array(PLACES, dtype=object)[draw_places(rng, int(elsewhere.sum()))]
    for side, name in enumerate(places):
        places[name] = places[name].copy()
        places[name][elsewhere] = drawn[:, side]
    codes = np.full(count, None, dtype=object)
    codes[list(book.codes)] = list(book.codes.values())
    return pd.DataFrame(
        {
            "number": who + 1,
            "created_at": book.created,
            "paid_at": _instants(book.paid),
            "completed_at": _instants(fate.completed),
            "status": _status(rng, book, fate, until),
            "payable_fen": payable,
            "discount_fen": book.discount,
            "paid_fen": np.where(paid, payable, 0),
            "refund_fen": _per_visit(lines.visit, refunds, count),
            "refunded_at": _instants(fate.refunded),
            "quantity": _per_visit(lines.visit, lines.packs, count),
            "province": pd.Series(places["province"], dtype="str"),
            "city": pd.Series(places["city"], dtype="str"),
            "coupon_code": pd.Series(codes, dtype="str"),
        }
    )


def _status(rng: np.random.Generator, book: Book, fate: Fate, until: int) -> "pd.Series[str]":
    """Where each order stands when the data ends."""
    fresh = book.created >= until - DAY_MICROSECONDS
    age = until - book.paid
    split_parcel = rng.random(book.created.size) < 0.03
    unpaid = book.paid == NEVER
    age = np.where(unpaid, 0, age)
    choices = (
        (unpaid & fresh, OrderStatus.WAIT_PAY),
        (unpaid | fate.whole, OrderStatus.CLOSED),
        (fate.completed != NEVER, OrderStatus.FINISHED),
        (age < 1.3 * DAY_MICROSECONDS, OrderStatus.PAID),
        (split_parcel & (age < 4 * DAY_MICROSECONDS), OrderStatus.PART_SHIPPED),
    )
    return pd.Series(
        np.select([mask for mask, _ in choices], [status.value for _, status in choices], OrderStatus.SHIPPED.value),
        dtype="str",
    )


def _instants(micros: Ints) -> "pd.Series[int]":
    return pd.Series(micros, dtype="Int64").mask(micros == NEVER, pd.NA)


def _per_visit(visit: Ints, values: Ints, count: int) -> Ints:
    sums = np.zeros(count, dtype=np.int64)
    np.add.at(sums, visit, values)
    return sums


def _order_numbers(rng: np.random.Generator, who: Ints) -> list[str]:
    """19 digits that grow with time and end in six that belong to the buyer, as the platform makes them."""
    step = max(2, min(9_000_000, 5_000_000_000_000 // max(1, who.size)))
    head = _FIRST_NO + np.cumsum(rng.integers(1, step, who.size))
    tail = (who * 271_829 + 618_033) % 1_000_000
    return [str(number) for number in (head * 1_000_000 + tail).tolist()]


def _items(
    book: Book, products: pd.DataFrame, numbers: list[str], row_of_visit: Ints, amounts: Ints, refunds: Ints
) -> pd.DataFrame:
    lines = book.lines
    order_row = row_of_visit[lines.visit]
    order = np.argsort(order_row, kind="stable")
    rows = order_row[order]
    first = np.concatenate(([0], np.flatnonzero(np.diff(rows)) + 1)) if rows.size else np.zeros(0, dtype=np.int64)
    position = np.arange(rows.size) - np.repeat(first, np.diff(np.append(first, rows.size)))
    return pd.DataFrame(
        {
            "order_no": np.array(numbers, dtype=object)[rows],
            "line_no": (position + 1).astype(np.int64),
            "product_key": products["product_key"].to_numpy(dtype=object)[lines.product[order]],
            "quantity": lines.packs[order],
            "amount_fen": amounts[order],
            "refund_fen": refunds[order],
        }
    ).astype({"order_no": "str", "product_key": "str"})
