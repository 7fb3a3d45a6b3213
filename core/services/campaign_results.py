"""What a campaign brought: everybody assigned against everybody left out, whatever they opened or redeemed.

Counted are paid orders from the moment the first message might leave to the fixed end, or to now while it runs. Margin
is counted before the coupon: a product's cost where it is known, else the shop's margin; the coupons used and the
messages are the cost. A coupon on an order that was wholly refunded cost nothing, a gift still did.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt
import pandas as pd

from core.analytics.effects import Effect, mean_difference, share_difference
from core.analytics.verdict import Judgement, judge
from core.channels.registry import channel_kind
from core.documents.campaign import read_campaign
from core.documents.enums import Arm, Verdict
from core.documents.offer import Offer
from core.errors import Refusal
from core.services.campaign_checks import require_campaign
from core.services.desk import Desk
from core.services.revisions import revisions
from core.services.shop_settings import load_settings
from core.store.database import Database
from core.store.queries import campaign_results as rows

OUTCOMES = ("buyers", "orders", "net_fen", "margin_fen")
_WHOLE = 10_000
_final: WeakKeyDictionary[Database, dict[int, tuple[tuple[int, ...], "CampaignResult"]]] = WeakKeyDictionary()


@dataclass(frozen=True)
class ArmResult:
    """One side of the comparison in sums. ``sales_fen`` is what was paid, ``net_fen`` less refunds."""

    arm: Arm
    assigned: int
    sent: int
    redeemed: int
    buyers: int
    orders: int
    sales_fen: int
    net_fen: int
    margin_fen: int


@dataclass(frozen=True)
class CampaignResult:
    """The comparison, its cost and what it says. ``final``: the fixed end has passed; else it is only how it looks so far.

    ``effects`` by outcome: the share of buyers as a fraction; orders, net sales and margin a person (fen, before cost).
    ``incremental_margin_fen``: margin gained over all treated, less the cost, with its 95 % limits in ``judgement``.
    ``coupon_cost_known`` is false for a platform coupon: nobody tells us who used it.
    """

    campaign_id: int
    measured_from: datetime
    measured_until: datetime
    final: bool
    arms: tuple[ArmResult, ...]
    effects: dict[str, Effect]
    cost_fen: int
    coupon_cost_known: bool
    exempt: int
    exempt_cost_fen: int
    judgement: Judgement

    @property
    def verdict(self) -> Verdict:
        """What it says in one word."""
        return self.judgement.verdict

    @property
    def incremental_margin_fen(self) -> int | None:
        """Margin gained less the cost; None where nobody was left out."""
        return self.judgement.net_fen

    def as_json(self) -> dict[str, Any]:
        """The shape of ``campaign result --json``."""
        return {
            "arms": [_arm_json(arm) for arm in self.arms],
            "effects": [_effect_json(name, effect) for name, effect in self.effects.items()],
            "cost_fen": self.cost_fen,
            "coupon_cost_known": self.coupon_cost_known,
            "incremental_margin_fen": self.incremental_margin_fen,
            "incremental_margin_low_fen": self.judgement.net_low_fen,
            "incremental_margin_high_fen": self.judgement.net_high_fen,
            "verdict": self.verdict.value,
            "ground": self.judgement.ground.value,
            "more_members_needed": self.judgement.more_members_needed,
            "final": self.final,
            "measured_from": self.measured_from.isoformat(),
            "measured_until": self.measured_until.isoformat(),
            "exempt": self.exempt,
            "exempt_cost_fen": self.exempt_cost_fen,
        }


def campaign_result(desk: Desk, campaign_id: int, *, now: datetime) -> CampaignResult:
    """The result so far, or for good. Refuses ``campaign_unknown`` and ``campaign_not_launched``.

    What is for good is held by the process until anything of the store is written.
    """
    stamp = tuple(revisions(desk).values())
    held = _final.setdefault(desk.db, {})
    if campaign_id in held and held[campaign_id][0] == stamp and held[campaign_id][1].measured_until <= now:
        return held[campaign_id][1]
    found = _compared(desk, campaign_id, now)
    if found.final:
        held[campaign_id] = (stamp, found)
    return found


def _compared(desk: Desk, campaign_id: int, now: datetime) -> CampaignResult:
    with desk.db.read() as session:
        campaign = require_campaign(session, campaign_id)
        if campaign.measure_from is None or campaign.measure_until is None:
            raise Refusal("campaign_not_launched", name=campaign.name)
        start, end = campaign.measure_from, min(campaign.measure_until, max(now, campaign.measure_from))
        offer = read_campaign(campaign.document).offer
        margin_bp = load_settings(session).margin_bp
        people = rows.assigned(session, campaign_id)
        orders = rows.orders_between(session, campaign_id, start, end)
        used = rows.redemptions(session, campaign_id, end)
    used = _with_orders(used, orders)
    orders["margin_fen"] = _margins(orders, _taken_off(used, offer), margin_bp)
    people = _per_person(people, orders, _costs(used, offer)).assign(
        redeemed=people["member_id"].isin(used["member_id"])
    )
    measured, exempt = people[people["measured"]], people[~people["measured"]]
    arms = tuple(_arm(arm, measured[measured["arm"] == arm.value]) for arm in Arm)
    effects = _effects(measured)
    cost = int(measured["cost_fen"].sum())
    return CampaignResult(
        campaign_id=campaign_id,
        measured_from=start,
        measured_until=end,
        final=now >= campaign.measure_until,
        arms=arms,
        effects=effects,
        cost_fen=cost,
        coupon_cost_known=offer is None or offer.kind != "platform",
        exempt=len(exempt),
        exempt_cost_fen=int(exempt["cost_fen"].sum()),
        judgement=_judged(effects, arms, cost),
    )


def _with_orders(used: pd.DataFrame, orders: pd.DataFrame) -> pd.DataFrame:
    """Redemptions with the order of the window they belong to: by its id, else by its number and buyer; -1 where none is."""
    by_number = {(row.member_id, row.order_no): row.order_id for row in orders.itertuples()}
    known = set(orders["order_id"])
    found = [
        int(row.order_id) if row.order_id in known else by_number.get((row.member_id, row.order_no), -1)
        for row in used.itertuples()
    ]
    net = orders.set_index("order_id")["paid_fen"] - orders.set_index("order_id")["refund_fen"]
    kept = [number not in known or net[number] > 0 for number in found]
    return used.assign(window_order=found, kept=np.array(kept, dtype=bool))


def _in_price(offer: Offer | None) -> bool:
    """Whether the coupon lowers what is paid; a gift or a parcel is paid for apart."""
    return offer is not None and offer.kind not in ("gift", "free_shipping")


def _taken_off(used: pd.DataFrame, offer: Offer | None) -> "pd.Series[int]":
    """What our coupons took off each order's price, by order id."""
    counted = used[(used["window_order"] >= 0) & used["kept"]] if _in_price(offer) else used.iloc[:0]
    return counted.groupby("window_order")["discount_fen"].sum().astype("int64")


def _costs(used: pd.DataFrame, offer: Offer | None) -> "pd.Series[int]":
    """What the coupons used cost the shop, by member id."""
    counted = used[used["kept"]] if _in_price(offer) else used
    return counted.groupby("member_id")["discount_fen"].sum().astype("int64")


def _margins(orders: pd.DataFrame, taken_off: "pd.Series[int]", margin_bp: int) -> npt.NDArray[np.int64]:
    """Each order's margin in fen before our coupon, rounded down; the coupon is spread over the order by revenue."""
    net = (orders["paid_fen"] - orders["refund_fen"]).to_numpy(np.int64)
    known = np.minimum(orders["known_fen"].to_numpy(np.int64), net)
    off = taken_off.reindex(orders["order_id"]).fillna(0).to_numpy(np.int64)
    known_off = off * known // np.maximum(net, 1)
    bare = known + known_off - orders["known_cost_fen"].to_numpy(np.int64)
    return np.asarray(bare + (net - known + off - known_off) * margin_bp // _WHOLE)


def _per_person(people: pd.DataFrame, orders: pd.DataFrame, costs: "pd.Series[int]") -> pd.DataFrame:
    """Everybody with what they bought and what they cost; zeros for who did nothing."""
    orders = orders.assign(orders=1, net_fen=orders["paid_fen"] - orders["refund_fen"])
    sums = orders.groupby("member_id")[["orders", "paid_fen", "net_fen", "margin_fen"]].sum()
    found = people.join(sums, on="member_id").fillna(dict.fromkeys(sums.columns, 0))
    found[list(sums.columns)] = found[list(sums.columns)].astype("int64")
    coupons = costs.reindex(found["member_id"])
    letters = found["channel"].where(found["sent"] == 1)
    prices = {name: channel_kind(name).cost_fen for name in letters.dropna().unique()}
    found["cost_fen"] = coupons.fillna(0).to_numpy(np.int64) + letters.map(prices).fillna(0).to_numpy(np.int64)
    return found


def _arm(arm: Arm, people: pd.DataFrame) -> ArmResult:
    return ArmResult(
        arm=arm,
        assigned=len(people),
        sent=int(people["sent"].sum()),
        redeemed=int(people["redeemed"].sum()),
        buyers=int((people["orders"] > 0).sum()),
        orders=int(people["orders"].sum()),
        sales_fen=int(people["paid_fen"].sum()),
        net_fen=int(people["net_fen"].sum()),
        margin_fen=int(people["margin_fen"].sum()),
    )


def _effects(people: pd.DataFrame) -> dict[str, Effect]:
    """The effect on each outcome; means are adjusted for net spend before the launch."""
    treated = (people["arm"] == Arm.TREATED.value).to_numpy(bool)
    bought = (people["orders"] > 0).to_numpy(bool)
    prior = people["prior_net_fen"].to_numpy(np.float64)
    counts = (bought[treated].sum(), treated.sum(), bought[~treated].sum(), (~treated).sum())
    effects = {"buyers": share_difference(*(int(number) for number in counts))}
    for name in OUTCOMES[1:]:
        effects[name] = mean_difference(people[name].to_numpy(np.float64), treated, prior)
    return effects


def _judged(effects: dict[str, Effect], arms: tuple[ArmResult, ...], cost_fen: int) -> Judgement:
    treated, left_out = (next(found for found in arms if found.arm is arm) for arm in (Arm.TREATED, Arm.HELD_OUT))
    per_buyer = left_out.margin_fen / left_out.buyers if left_out.buyers else 0.0
    return judge(effects["buyers"], effects["margin_fen"], cost_fen / max(treated.assigned, 1), per_buyer)


def _arm_json(arm: ArmResult) -> dict[str, Any]:
    return {name: getattr(arm, name) for name in ArmResult.__dataclass_fields__} | {"arm": arm.arm.value}


def _effect_json(outcome: str, effect: Effect) -> dict[str, Any]:
    return {
        "outcome": outcome,
        "arm": Arm.TREATED.value,
        "difference": effect.difference,
        "low": effect.low,
        "high": effect.high,
        "p_value": effect.p_value,
        "unadjusted": effect.unadjusted,
        "method": effect.method.value,
        "unmeasured": effect.unmeasured and effect.unmeasured.value,
    }
