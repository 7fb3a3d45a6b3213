"""What a demo shop is made of: plain frames and values, nothing of the store."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

Assign = Callable[[str, Ints, float], Bools]
"""(salt, member ids, share held out) -> True where held out; the shop's own assignment fits."""


@dataclass(frozen=True)
class Coupon:
    """A coupon's terms: ``face_fen`` off from ``threshold_fen`` on, for ``valid_days`` from its issue."""

    face_fen: int
    threshold_fen: int
    valid_days: int


@dataclass(frozen=True)
class PastCampaign:
    """A finished campaign with its planted truth.

    ``eligible`` holds member numbers (sorted), ``held_out`` is parallel to it, ``issued`` has number, code, issued_at,
    expires_at, channel of the treated, ``redemptions`` has number, order_no, code, redeemed_at, discount_fen.
    ``rule`` says in data whom the audience was made of; instants are epoch microseconds.
    """

    key: str
    name: str
    salt: str
    launch_at: int
    ends_at: int
    measure_days: int
    hold_out_share: float
    coupon: Coupon
    message_cost_fen: int
    rule: dict[str, Any]
    eligible: Ints
    held_out: Bools
    issued: pd.DataFrame
    redemptions: pd.DataFrame

    @property
    def treated(self) -> Ints:
        """Member numbers on the treated side."""
        return self.eligible[~self.held_out]


@dataclass(frozen=True)
class LiveOffer:
    """A small offer still running: ``coupons`` has number, code, issued_at, expires_at of people who have not used it."""

    key: str
    name: str
    coupon: Coupon
    coupons: pd.DataFrame


@dataclass(frozen=True)
class ShopFacts:
    """What happened in a shop; every instant is epoch microseconds, every amount fen.

    products: product_key, title, category, price_fen, cost_fen.
    people: number (1..n), buyer_id, nickname, name, gender, birthday_year/month/day, province, city, phone, email,
    joined_at, grade, source, consent_sms, consent_sms_at, consent_email, consent_email_at, tags.
    orders: order_no, number, created_at, paid_at, completed_at, status, payable_fen, discount_fen, paid_fen, refund_fen,
    refunded_at, quantity, province, city, coupon_code; payable_fen is after the discount, paid_fen is 0 while not paid.
    items: order_no, line_no, product_key, quantity, amount_fen, refund_fen; amounts sum to the order's paid_fen.
    """

    name: str
    platform: str
    data_until: int
    products: pd.DataFrame
    people: pd.DataFrame
    orders: pd.DataFrame
    items: pd.DataFrame


@dataclass(frozen=True)
class DemoShop(ShopFacts):
    """A whole invented shop: its facts, its past campaigns, and the truths that were planted."""

    zone: str
    now: int
    campaigns: list[PastCampaign]
    live_offer: LiveOffer
    truth: dict[str, Any] = field(default_factory=dict)

    @property
    def live_coupons(self) -> pd.DataFrame:
        """The running offer's coupons."""
        return self.live_offer.coupons
