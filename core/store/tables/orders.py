"""Facts of trade: orders, their items, refunds, and the products in them."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Column, Index, UniqueConstraint
from sqlmodel import Field

from core.documents.enums import OrderStatus
from core.store.tables.base import Table, reference, row_id
from core.store.types import Amount, UtcDateTime, closed


class Order(Table, table=True):
    """One order of one platform. ``paid_fen`` is gross of refunds; ``shop_day`` is the day of payment."""

    __tablename__ = "shop_order"
    __table_args__ = (
        UniqueConstraint("platform", "order_no"),
        CheckConstraint("paid_fen >= 0", name="paid"),
        CheckConstraint("refund_fen >= 0 AND refund_fen <= paid_fen", name="refund"),
        CheckConstraint("(paid_at IS NULL) = (shop_day IS NULL)", name="day"),
        Index("ix_shop_order_member", "member_id", "paid_at", "paid_fen", "refund_fen", "shop_day", "quantity"),
        Index("ix_shop_order_day", "shop_day", "member_id", "paid_fen", "refund_fen"),
    )

    id: int | None = row_id()
    platform: str = Field(max_length=32)
    order_no: str = Field(max_length=64)
    member_id: int | None = reference("member.id", nullable=True)
    status: OrderStatus = Field(sa_column=Column(closed(OrderStatus), nullable=False))
    ordered_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    paid_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    completed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    refunded_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    paid_fen: int = Field(default=0, sa_type=Amount)
    refund_fen: int = Field(default=0, sa_type=Amount)
    quantity: int = 0
    shop_day: int | None = None
    province: str | None = Field(default=None, max_length=32)
    city: str | None = Field(default=None, max_length=64)
    coupon_code: str | None = Field(default=None, max_length=64, index=True)
    receiver_cipher: bytes | None = None
    items_digest: int | None = Field(
        default=None, sa_type=Amount, description="tells whether an export's items are the stored ones"
    )
    batch_id: int = reference("import_batch.id", index=True)
    recorded_at: datetime = Field(sa_type=UtcDateTime)


class Refund(Table, table=True):
    """Money given back on an order: the growth of its refund total, when it happened; append-only."""

    __tablename__ = "refund"
    __table_args__ = (CheckConstraint("amount_fen > 0", name="amount"),)

    id: int | None = row_id()
    order_id: int = reference("shop_order.id", index=True)
    amount_fen: int = Field(sa_type=Amount)
    occurred_at: datetime = Field(sa_type=UtcDateTime)
    recorded_at: datetime = Field(sa_type=UtcDateTime)


class Product(Table, table=True):
    """One thing that is sold; ``product_key`` is the platform's id or, without one, the title."""

    __tablename__ = "product"
    __table_args__ = (
        UniqueConstraint("platform", "product_key"),
        CheckConstraint("price_fen >= 0", name="price"),
        CheckConstraint("cost_fen >= 0", name="cost"),
    )

    id: int | None = row_id()
    platform: str = Field(max_length=32)
    product_key: str = Field(max_length=256)
    title: str = Field(max_length=512)
    category: str | None = Field(default=None, max_length=64, index=True)
    price_fen: int | None = Field(default=None, sa_type=Amount)
    cost_fen: int | None = Field(default=None, sa_type=Amount)


class OrderItem(Table, table=True):
    """One line of an order; the amounts of an order's lines sum to the order's."""

    __tablename__ = "order_item"
    __table_args__ = (
        UniqueConstraint("order_id", "line_no"),
        CheckConstraint("refund_fen >= 0", name="refund"),
        Index("ix_order_item_product", "product_id", "order_id"),
    )

    id: int | None = row_id()
    order_id: int = reference("shop_order.id")
    line_no: str = Field(max_length=32)
    product_id: int = reference("product.id")
    quantity: int
    amount_fen: int = Field(sa_type=Amount)
    refund_fen: int = Field(default=0, sa_type=Amount)
