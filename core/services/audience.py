"""The people of a campaign as they stand now: who is reached and how, who is left out, and why the others get nothing.

The estimate and the launch read the same plan, so what was promised is what happens.
"""

from datetime import datetime

import numpy as np
import pandas as pd
from sqlmodel import Session

from core.clock import ShopZone, day_number, to_micros
from core.documents.campaign import CampaignDocument
from core.documents.enums import Arm, Purpose
from core.documents.segment import Node, leaves
from core.rules.assignment import assign
from core.services.campaign_checks import first_hour
from core.services.desk import Desk
from core.services.reach import find_reach
from core.services.segments import find_members
from core.services.shop_settings import ShopSettings
from core.store.queries.campaigns import audience_facts, net_by_member
from core.store.queries.numbers import headcount

PRIOR_DAYS = 90
# Upper ends, in days since the last order, of the classes in which a small audience is divided evenly.
RECENCY_EDGES = (30, 90, 180, 365)


# Conditions that pick nobody by what they did or are like: open to all, or published. Of a list nobody knows how it was made.
SHOP_WIDE = frozenset(
    (
        *("is_member", "is_customer", "tier", "grade", "paid_plan", "joined_days", "birthday_month", "birthday_within"),
        *("consent", "contact", "opted_out", "personalised"),
    )
)


def picks_by_deeds(tree: Node) -> bool:
    """Whether a group picks people by their purchases, place or foreseen value: not for who refused that (PIPL 24)."""
    return any(leaf.field not in SHOP_WIDE for leaf in leaves(tree))


def salt_of_draft(desk: Desk, draft_key: str) -> str:
    """The salt of a draft's assignment: secret, and the same in the estimate that is confirmed and in the launch."""
    return desk.vault.fingerprint("campaign salt", draft_key).hex()


def plan_audience(
    session: Session, desk: Desk, document: CampaignDocument, salt: str, settings: ShopSettings, *, now: datetime
) -> pd.DataFrame:
    """One row a person: [member_id, channel, reason, arm, measured, tier, prior_net_fen]; arm or reason, never both.

    Assigned are those whom something reaches. Exempt tiers always get it and are not measured: nobody like them is
    left out. ``prior_net_fen`` is net spend on the 90 shop days before today.
    """
    members = find_members(session, desk, document.tree, now=now)
    purpose = Purpose(document.purpose)
    at = first_hour(document, settings, now)  # caps are those of the day on which it speaks
    chosen = picks_by_deeds(document.tree)
    plan = find_reach(session, desk, members, document.channels, settings, purpose=purpose, chosen=chosen, now=at)
    today = day_number(ShopZone(settings.zone).day(now))
    facts = audience_facts(session, members).reindex(plan["member_id"])
    prior = net_by_member(session, today - PRIOR_DAYS, today)
    plan["tier"] = facts["tier"].to_numpy(dtype=object)
    plan["prior_net_fen"] = prior.reindex(plan["member_id"]).fillna(0).to_numpy(np.int64)
    reached = plan["reason"].isna().to_numpy(bool)
    exempt = plan["tier"].isin(document.exempt_tiers).to_numpy(bool)
    compared = reached & ~exempt
    strata = _strata(plan["tier"].to_numpy(object), facts["last_day"].to_numpy(np.int64), today)
    held_out = np.zeros(len(plan), dtype=bool)
    ids = plan["member_id"].to_numpy(np.int64)
    held_out[compared] = assign(salt, ids[compared], document.hold_out_share, strata[compared])
    arms = np.where(held_out, Arm.HELD_OUT.value, Arm.TREATED.value).astype(object)
    arms[~reached] = None
    plan["arm"], plan["measured"] = arms, ~exempt
    for name in ("channel", "reason", "arm", "tier"):  # pandas would say NaN, which is not the store's "nothing"
        plan[name] = pd.Series([value if isinstance(value, str) else None for value in plan[name]], dtype=object)
    return plan


def usual_buyers(session: Session, plan: pd.DataFrame, settings: ShopSettings, days: int, *, now: datetime) -> float:
    """The share that buys anyway in a stretch of ``days``: of those to be compared or of all customers, the larger one.

    A group chosen because it stays away bought nothing lately by its own rule; counting on that would promise too much.
    """
    today = day_number(ShopZone(settings.zone).day(now))
    compared = plan.loc[plan["arm"].notna() & plan["measured"], "member_id"]
    bought = net_by_member(session, today - days, today)
    customers = headcount(session, to_micros(now)).customers
    own = float(compared.isin(bought.index).mean()) if len(compared) else 0.0
    return max(own, len(bought) / customers) if customers else own


def _strata(tiers: np.ndarray, last_days: np.ndarray, today: int) -> np.ndarray:
    """One label a person: tier and how long ago they bought."""
    recency = np.where(last_days < 0, len(RECENCY_EDGES) + 1, np.searchsorted(RECENCY_EDGES, today - last_days))
    return np.array(
        [f"{tier or '-'}|{group}" for tier, group in zip(tiers, recency, strict=True)], dtype=object
    ).astype(str)
