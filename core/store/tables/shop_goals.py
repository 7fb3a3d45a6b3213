"""What the shop aims at and what it spends: the one goal, the traffic by day, the advertising by month."""

from datetime import datetime

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field

from core.store.tables.base import Table, row_id
from core.store.types import Amount, UtcDateTime


class ShopGoal(Table, table=True):
    """One goal; the newest that is not given up is the shop's. ``baseline`` and ``target`` in the metric's unit.

    Rates are basis points, money is fen, people are people.
    """

    __tablename__ = "shop_goal"
    __table_args__ = (CheckConstraint("ends_day > starts_day", name="span"),)

    id: int | None = row_id()
    metric: str = Field(max_length=32)
    baseline: int = Field(sa_type=Amount)
    target: int = Field(sa_type=Amount)
    starts_day: int
    ends_day: int = Field(description="the first shop day after the last one that counts")
    author: str = Field(max_length=64)
    set_at: datetime = Field(sa_type=UtcDateTime)
    given_up_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class TrafficDay(Table, table=True):
    """One shop day of the platform's traffic report; null where the file does not say."""

    __tablename__ = "traffic_day"
    __table_args__ = (CheckConstraint("visitors >= 0", name="visitors"),)

    shop_day: int = Field(primary_key=True)
    visitors: int
    page_views: int | None = None
    favourites: int | None = None
    cart_adds: int | None = None
    buyers: int | None = Field(default=None, description="paying buyers as the platform counts them")
    orders: int | None = None
    sales_fen: int | None = Field(default=None, sa_type=Amount)
    recorded_at: datetime = Field(sa_type=UtcDateTime)


class AdSpend(Table, table=True):
    """What was spent on winning visitors in one month by one way."""

    __tablename__ = "ad_spend"
    __table_args__ = (
        UniqueConstraint("month", "channel"),
        CheckConstraint("amount_fen >= 0", name="amount"),
    )

    id: int | None = row_id()
    month: int = Field(description="year * 12 + month - 1")
    channel: str = Field(max_length=32)
    amount_fen: int = Field(sa_type=Amount)
    actor: str = Field(max_length=64)
    recorded_at: datetime = Field(sa_type=UtcDateTime)
