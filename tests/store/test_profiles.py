"""Profiles of a small random shop, each column against plain Python."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from core.clock import day_number, day_of
from core.store.database import Database
from core.store.queries import profiles
from tests.store.small_shop import SmallShop, make_shop, save_shop

COLUMNS = "member_id, buying_days, first_day_net_fen, month_start_orders, last_category"


def _expected(shop: SmallShop) -> list[tuple[object, ...]]:
    category = {row["id"]: row["category"] for row in shop.products}
    found = []
    for member in shop.members:
        paid = [o for o in shop.orders if o["member_id"] == member["id"] and o["paid_at"] and o["paid_fen"]]
        if not paid:
            continue
        first = min(o["shop_day"] for o in paid)
        net = sum(o["paid_fen"] - o["refund_fen"] for o in paid if o["shop_day"] == first)
        early = sum(day_of(o["shop_day"]).day <= 10 for o in paid)
        lines = [
            (order["paid_at"], order["id"], line["amount_fen"], -place, category[line["product_id"]])
            for order in paid
            for place, line in enumerate(shop.items)
            if line["order_id"] == order["id"] and category[line["product_id"]]
        ]
        last = max(lines)[-1] if lines else None
        found.append((member["id"], len({o["shop_day"] for o in paid}), net, early, last))
    return found


@pytest.mark.parametrize("seed", [1, 2])
def test_the_columns_of_a_profile_are_what_the_orders_say(db: Database, seed: int) -> None:
    shop = make_shop(seed)
    save_shop(db, shop)
    with db.read() as session:
        rows = session.execute(text(f"SELECT {COLUMNS} FROM member_profile ORDER BY member_id")).all()
    assert [tuple(row) for row in rows] == _expected(shop)


def test_the_first_ten_days_of_every_month_are_known_without_a_calendar(db: Database) -> None:
    first, last = (day_number(datetime(year, 1, 1, tzinfo=UTC).date()) for year in (1999, 2029))
    days = f"SELECT {first} UNION ALL SELECT shop_day + 1 FROM o WHERE shop_day < {last}"
    early = f"WITH RECURSIVE o(shop_day) AS ({days}) SELECT shop_day FROM o WHERE {profiles.MONTH_START}"
    with db.read() as session:
        rows = session.execute(text(early))
        found = {row[0] for row in rows}
    assert found == {number for number in range(first, last + 1) if day_of(number).day <= 10}
