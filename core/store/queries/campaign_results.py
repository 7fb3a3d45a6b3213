"""What those assigned by a campaign did afterwards: plain frames, one row a person, an order or a redemption."""

from datetime import datetime
from typing import Any

import pandas as pd
from sqlalchemy import func, select, text
from sqlmodel import Session, col

from core.store.queries.campaigns import rule_of
from core.store.tables import Campaign, Coupon, Decision, Order, OrderItem, Product, Redemption


def assigned(session: Session, campaign_id: int) -> pd.DataFrame:
    """[member_id, arm, measured, prior_net_fen, sent, channel] of everybody put on a side; sent: a message left."""
    found = session.execute(
        text(
            "SELECT d.member_id, d.arm, d.measured, d.prior_net_fen, CASE WHEN x.status = 'sent' THEN 1 ELSE 0 END, x.channel"
            " FROM decision d LEFT JOIN outbox_message x ON x.decision_id = d.id"
            " WHERE d.campaign_id = :campaign_id AND d.arm IS NOT NULL ORDER BY d.member_id"
        ),
        {"campaign_id": campaign_id},
    )
    columns = ["member_id", "arm", "measured", "prior_net_fen", "sent", "channel"]
    return pd.DataFrame(list(map(tuple, found.all())), columns=columns).astype({"measured": bool})


def orders_between(session: Session, campaign_id: int, start: datetime, end: datetime) -> pd.DataFrame:
    """[order_id, order_no, member_id, paid_fen, refund_fen, known_fen, known_cost_fen], the paid orders of those assigned.

    ``known_fen`` is the kept revenue of the lines whose product has a cost, ``known_cost_fen`` that cost; a line that was
    wholly refunded came back and has neither.
    """
    among = _orders(campaign_id, start, end)
    columns = (col(Order.id), col(Order.order_no), col(Order.member_id), col(Order.paid_fen), col(Order.refund_fen))
    orders = pd.DataFrame(
        [tuple(row) for row in session.execute(among.with_only_columns(*columns))],
        columns=["order_id", "order_no", "member_id", "paid_fen", "refund_fen"],
    )
    kept = col(OrderItem.amount_fen) - col(OrderItem.refund_fen)
    costs = (
        among.with_only_columns(
            col(Order.id), func.sum(kept), func.sum(col(OrderItem.quantity) * col(Product.cost_fen))
        )
        .join(OrderItem, col(OrderItem.order_id) == col(Order.id))
        .join(Product, col(Product.id) == col(OrderItem.product_id))
        .where(col(Product.cost_fen).is_not(None), kept > 0)
        .group_by(col(Order.id))
    )
    known = {int(row[0]): (int(row[1]), int(row[2])) for row in session.execute(costs)}
    orders["known_fen"] = [known.get(number, (0, 0))[0] for number in orders["order_id"]]
    orders["known_cost_fen"] = [known.get(number, (0, 0))[1] for number in orders["order_id"]]
    return orders


def _orders(campaign_id: int, start: datetime, end: datetime) -> Any:
    return (
        select(col(Order.id))
        .join(Decision, col(Decision.member_id) == col(Order.member_id))
        .where(col(Decision.campaign_id) == campaign_id, col(Decision.arm).is_not(None))
        .where(col(Order.paid_at) >= start, col(Order.paid_at) < end, col(Order.paid_fen) > 0)
    )


def redemptions(session: Session, campaign_id: int, until: datetime) -> pd.DataFrame:
    """[member_id, order_id, order_no, discount_fen, occurred_at] of a campaign's coupons used before ``until``."""
    columns = ("member_id", "order_id", "order_no", "discount_fen", "occurred_at")
    statement = (
        select(
            col(Coupon.member_id),
            col(Redemption.order_id),
            col(Redemption.order_no),
            col(Redemption.discount_fen),
            col(Redemption.occurred_at),
        )
        .join(Coupon, col(Coupon.id) == col(Redemption.coupon_id))
        .join(Campaign, col(Campaign.offer_id) == col(Coupon.offer_id))
        .where(col(Campaign.id) == campaign_id, col(Coupon.rule) == rule_of(campaign_id))
        .where(col(Redemption.occurred_at) < until)
    )
    return pd.DataFrame([tuple(row) for row in session.execute(statement)], columns=columns)
