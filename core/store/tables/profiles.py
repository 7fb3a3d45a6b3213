"""What an import keeps up to date for fast pages. Derived: can always be rebuilt from the facts."""

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field

from core.store.tables.base import Table, reference
from core.store.types import Amount, RowId, UtcDateTime

ZERO = {"server_default": "0"}


class MemberProfile(Table, table=True):
    """A person's paid orders summed up; no column depends on the day it is read."""

    __tablename__ = "member_profile"
    # Groups ask for several of these at once: with all of them in one index, of a million people few rows are read.
    __table_args__ = (
        Index(
            "ix_member_profile_groups",
            "last_day",
            "last_paid_at",
            "first_day",
            "orders",
            "net_fen",
            "buying_days",
            "month_start_orders",
        ),
    )

    member_id: int = reference("member.id", primary_key=True)
    orders: int = Field(index=True)
    buying_days: int
    quantity: int
    paid_fen: int = Field(sa_type=Amount)
    refund_fen: int = Field(sa_type=Amount)
    net_fen: int = Field(sa_type=Amount, index=True)
    first_paid_at: datetime = Field(sa_type=UtcDateTime)
    last_paid_at: datetime = Field(sa_type=UtcDateTime)
    first_day: int = Field(index=True)
    last_day: int
    last_order_id: int = Field(sa_type=RowId)
    first_day_net_fen: int = Field(
        default=0, sa_type=Amount, sa_column_kwargs=ZERO, description="net spend of the first buying day"
    )
    month_start_orders: int = Field(
        default=0, sa_column_kwargs=ZERO, description="orders of the first ten days of a month"
    )
    last_category: str | None = Field(
        default=None, max_length=64, description="the dearest line's, of the last order that has one"
    )


class DaySummary(Table, table=True):
    """One shop day's paid orders summed up, all and the members' share of it."""

    __tablename__ = "day_summary"

    shop_day: int = Field(primary_key=True)
    orders: int
    buyers: int
    new_buyers: int
    sales_fen: int = Field(sa_type=Amount)
    refund_fen: int = Field(sa_type=Amount)
    member_orders: int
    member_buyers: int
    member_sales_fen: int = Field(sa_type=Amount)
