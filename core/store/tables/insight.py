"""What is foreseen of people and of goods: derived from the facts and a fitted model, kept for fast pages and groups."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, Text
from sqlmodel import Field

from core.store.tables.base import Table, reference, row_id
from core.store.types import Amount, UtcDateTime


class MemberOutlook(Table, table=True):
    """One customer's rhythm, rank and foreseen value.

    The four days do not depend on the day they are read: each is the shop day from which a silence means something else
    (core.analytics.lifecycle), so the state of today is a comparison. Scores and predictions are as of ``as_of_day``.
    """

    __tablename__ = "member_outlook"
    __table_args__ = (
        CheckConstraint("rhythm_days >= 1", name="rhythm"),
        CheckConstraint("slipping_day <= dormant_day AND dormant_day <= lost_day", name="days"),
        CheckConstraint("alive_bp BETWEEN 0 AND 10000", name="alive"),
        Index("ix_member_outlook_days", "slipping_day", "dormant_day", "lost_day"),
    )

    member_id: int = reference("member.id", primary_key=True)
    rhythm_days: int = Field(
        description="the usual silence between two purchase days, shrunk to the category's and shop's"
    )
    next_day: int = Field(index=True, description="the shop day on which the next purchase is expected")
    slipping_day: int
    dormant_day: int
    lost_day: int
    r_score: int | None = Field(
        default=None, description="1..5 (1..3 in a small shop) of the last year; null: not bought in it"
    )
    f_score: int | None = None
    m_score: int | None = None
    rfm_group: str | None = Field(default=None, max_length=16, index=True)
    alive_bp: int | None = Field(
        default=None, index=True, description="chance that the person still buys here, 1/10000"
    )
    expected_milli: int | None = Field(default=None, description="purchase days expected over the horizon, 1/1000")
    value_fen: int | None = Field(
        default=None, sa_type=Amount, index=True, description="discounted margin expected over the horizon"
    )
    as_of_day: int


class FittedModel(Table, table=True):
    """What a model learnt from the shop, and how well it then foresaw what happened; the newest of a name is in force."""

    __tablename__ = "fitted_model"
    __table_args__ = (Index("ix_fitted_model_name", "name", "as_of_day"),)

    id: int | None = row_id()
    name: str = Field(max_length=32, description="rhythm | lifetime | recommend")
    as_of_day: int
    document: str = Field(
        sa_type=Text, description="parameters, numbers of people, accuracy held out; or why there is none"
    )
    fitted_at: datetime = Field(sa_type=UtcDateTime)


class CohortCell(Table, table=True):
    """Of the people whose first paid order was in ``cohort``, those who bought in the ``step``-th month after (0: the month itself)."""

    __tablename__ = "cohort_cell"

    cohort: int = Field(primary_key=True, description="year * 12 + month - 1")
    step: int = Field(primary_key=True)
    buyers: int
    orders: int
    net_fen: int = Field(sa_type=Amount)


class ProductPair(Table, table=True):
    """Two products that the same people bought; each of both sees the other. Counts are people."""

    __tablename__ = "product_pair"
    __table_args__ = (Index("ix_product_pair_rank", "product_id", "rank"),)

    product_id: int = reference("product.id", primary_key=True)
    other_id: int = reference("product.id", primary_key=True, index=True)
    rank: int = Field(description="1 is the nearest of this product")
    both: int = Field(description="people who bought both")
    score: float = Field(description="cosine on who bought what, damped by popularity")
