"""The catalogue of rewards: what points are exchanged for, the exchange itself, and taking one back (E3)."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlmodel import Session

from core.clock import ShopZone
from core.documents.enums import Area
from core.documents.reward import Reward, reward_faults
from core.errors import Refusal
from core.rules.coupons import liability
from core.services.actor import Actor
from core.services.coupons import issue_coupons
from core.services.desk import Desk
from core.services.points_ledger import give_back_points, read_points, spend_points
from core.services.promises import promise
from core.services.rule_versions import read_live
from core.services.shop_settings import load_settings
from core.store.audit import record
from core.store.queries import rewards as rows
from core.store.queries.coupons import insert_offer, void_coupons
from core.store.tables import MemberTier, RewardClaim
from core.store.tables import Reward as RewardRow
from core.store.write_lock import Turn, take_turn

LISTED = 200


@dataclass(frozen=True)
class RewardView:
    """One reward as it stands; ``left`` None: no end. ``closed``: why it cannot be exchanged by anybody now."""

    id: int
    document: Reward
    claimed: int
    left: int | None
    retired: bool
    closed: str | None


@dataclass(frozen=True)
class RewardChoice:
    """One reward for one person: ``missing`` points, or the code of what else is in the way."""

    view: RewardView
    missing: int
    against: str | None


@dataclass(frozen=True)
class Claimed:
    """An exchange: what it gave; ``again`` when this very one had been made before."""

    id: int
    reward_id: int
    member_id: int
    points: int
    coupon_id: int | None
    again: bool = False


@dataclass(frozen=True)
class ClaimLine:
    """One exchange as listed; names are clear here, the page masks them."""

    id: int
    reward: Reward
    member_id: int
    public_id: str
    nickname: str | None
    name: str | None
    points: int
    cost_fen: int
    code: str | None
    status: str
    claimed_at: datetime
    cancelled_at: datetime | None
    actor: str


def save_reward(desk: Desk, actor: Actor, reward: Reward, *, reward_id: int | None = None, now: datetime) -> int:
    """Put a reward into the catalogue, or change one; its id. What was exchanged keeps its price and coupon.

    Refuses what ``reward_faults`` finds first, ``reward_unknown``, ``reward_stock_below`` (more are gone already).
    """
    document, _ = read_live(desk, now=now)
    for fault in reward_faults(reward, document.codes):
        raise fault
    with desk.db.write(Area.CAMPAIGNS) as session:
        take_turn(session, Turn.TIERS)  # an exchange holds it before it takes from the stock
        offer_id = _offer_for(session, reward, reward_id, now)
        if reward_id is None:
            number = rows.insert_reward(session, reward, offer_id, now)
        else:
            number = reward_id
            before = _require(session, reward_id)
            if not rows.change_reward(session, reward_id, reward, offer_id):
                raise Refusal("reward_stock_below", claimed=before.claimed)
        record(session, actor.name, "reward.saved", f"reward:{number}", now=now, points=reward.points)
    return number


def retire_reward(desk: Desk, actor: Actor, reward_id: int, *, back: bool = False, now: datetime) -> None:
    """Take a reward out of the catalogue (``back``: put it in again); refuses ``reward_unknown``."""
    with desk.db.write(Area.CAMPAIGNS) as session:
        take_turn(session, Turn.TIERS)  # an exchange holds it before it takes from the stock
        if not rows.set_retired(session, reward_id, None if back else now):
            raise Refusal("reward_unknown")
        record(session, actor.name, "reward.revived" if back else "reward.retired", f"reward:{reward_id}", now=now)


def list_rewards(desk: Desk, *, now: datetime) -> list[RewardView]:
    """The catalogue, the cheapest first, retired ones too."""
    today = desk.zone.day(now)
    with desk.db.read() as session:
        return [_view(row, today) for row in rows.list_rewards(session)]


def choose_reward(desk: Desk, member_id: int, *, now: datetime) -> list[RewardChoice]:
    """What one person could exchange their points for now: the catalogue without what is retired."""
    available = read_points(desk, member_id, now=now).available
    today = desk.zone.day(now)
    with desk.db.read() as session:
        tier = _tier(session, member_id)
        had = rows.counts_of(session, member_id)
        views = [_view(row, today) for row in rows.list_rewards(session) if row.retired_at is None]
    found = []
    for view in views:
        against = view.closed or _against(view.document, tier, had.get(view.id, 0))
        found.append(RewardChoice(view, max(view.document.points - available, 0), against))
    return found


def redeem_reward(desk: Desk, actor: Actor, reward_id: int, member_id: int, *, key: str, now: datetime) -> Claimed:
    """Exchange points for a reward: points, stock and what it gives move together or not at all. The same key again: the same.

    Refuses ``reward_unknown``, ``reward_retired``, ``reward_not_open``, ``reward_tier``, ``reward_limit``,
    ``reward_out_of_stock``, ``points_not_enough``, ``points_not_member``, ``key_taken``.
    """
    with desk.db.write(Area.MEMBERS, Area.CAMPAIGNS) as session:
        take_turn(session, Turn.TIERS)
        made = rows.find_claim(session, key)
        if made is not None:
            return _again(made, reward_id, member_id)
        row = _require(session, reward_id)
        document, tier = Reward.read(row.document), _tier(session, member_id)
        today = ShopZone(load_settings(session).zone).day(now)
        against = _view(row, today).closed or _against(document, tier, rows.count_claims(session, reward_id, member_id))
        if against is not None:
            raise _refusal(against, document)
        fact = spend_points(
            session, desk, member_id, document.points, subject=f"reward:{reward_id}", reason=document.name_zh,
            key=f"reward:{key}", actor=actor, now=now,
        )  # fmt: skip
        if not rows.take_one(session, reward_id):
            raise _refusal("reward_out_of_stock", document)
        claim = _give(session, desk, actor, row, document, member_id, tier, fact, key, now)
        subject = f"claim:{claim.id}"
        record(session, actor.name, "reward.claimed", subject, now=now, points=claim.points, reward=reward_id)
        return _again(claim, reward_id, member_id, again=False)


def cancel_claim(desk: Desk, actor: Actor, claim_id: int, *, now: datetime) -> bool:
    """Take an exchange back: the points return to their very lots, an unused coupon is void, an open promise called off.

    False when that was done before. Refuses ``claim_unknown``, ``claim_coupon_over`` (used or expired), ``claim_done``.
    """
    with desk.db.write(Area.MEMBERS, Area.CAMPAIGNS) as session:
        take_turn(session, Turn.TIERS)
        claim = rows.lock_claim(session, claim_id)
        if claim is None:
            raise Refusal("claim_unknown")
        if claim.status == rows.CANCELLED:
            return False
        if claim.coupon_id is not None and not void_coupons(session, [claim.coupon_id]):
            raise Refusal("claim_coupon_over")
        if claim.obligation_id is not None and not rows.call_off(session, claim.obligation_id):
            raise Refusal("claim_done")
        give_back_points(session, desk, claim.points_fact_id, key=f"reward-back:{claim_id}", actor=actor, now=now)
        rows.put_back(session, claim.reward_id)
        claim.status, claim.cancelled_at = rows.CANCELLED, now
        session.add(claim)
        record(session, actor.name, "reward.taken_back", f"claim:{claim_id}", now=now, points=claim.points)
    return True


def list_claims(desk: Desk, *, member_id: int | None = None, limit: int = LISTED) -> list[ClaimLine]:
    """What was exchanged by everybody or by one, the newest first."""
    with desk.db.read() as session:
        return [
            ClaimLine(
                row.id, Reward.read(row.document), row.member_id, row.public_id, row.nickname, row.name, row.points,
                row.cost_fen, row.code, row.status, row.claimed_at, row.cancelled_at, row.actor,
            )
            for row in rows.list_claims(session, member_id, limit)
        ]  # fmt: skip


def _offer_for(session: Session, reward: Reward, reward_id: int | None, now: datetime) -> int | None:
    """The offer that a coupon reward issues from: the one it had while that says the same, else a new one."""
    if reward.offer is None:
        return None
    before = None if reward_id is None else _require(session, reward_id)
    if before is not None and before.offer_id is not None and Reward.read(before.document).offer == reward.offer:
        return before.offer_id
    return insert_offer(session, reward.offer, now)


def _give(
    session: Session,
    desk: Desk,
    actor: Actor,
    row: RewardRow,
    document: Reward,
    member_id: int,
    tier: str | None,
    fact: int,
    key: str,
    now: datetime,
) -> RewardClaim:
    """What the points bought: a coupon, or a promise that somebody must do."""
    assert row.id is not None
    claim = RewardClaim(
        reward_id=row.id, member_id=member_id, points=document.points, points_fact_id=fact, status=rows.DONE, key=key,
        cost_fen=document.cost_fen if document.offer is None else liability(document.offer, tier),
        actor=actor.name, claimed_at=now,
    )  # fmt: skip
    if row.offer_id is not None:
        issued = issue_coupons(session, desk, row.offer_id, [(member_id, tier)], rule=f"reward:{row.id}", now=now)
        if member_id not in issued:
            raise _refusal("reward_limit", document)
        claim.coupon_id = issued[member_id]
    session.add(claim)
    session.flush()
    if row.offer_id is None:
        due = desk.zone.day(now) + timedelta(days=document.due_days)
        claim.obligation_id = promise(
            session, desk, member_id, code=f"reward:{row.id}", occasion=f"claim:{claim.id}", what_zh=document.name_zh,
            what_en=document.name_en, due_day=due, now=now, actor=actor, cost_fen=document.cost_fen, tier=tier,
        )  # fmt: skip
        session.add(claim)
    return claim


def _again(claim: RewardClaim, reward_id: int, member_id: int, *, again: bool = True) -> Claimed:
    if (claim.reward_id, claim.member_id) != (reward_id, member_id):
        raise Refusal("key_taken")
    assert claim.id is not None
    return Claimed(claim.id, reward_id, member_id, claim.points, claim.coupon_id, again=again)


def _require(session: Session, reward_id: int) -> RewardRow:
    row = session.get(RewardRow, reward_id)
    if row is None:
        raise Refusal("reward_unknown")
    return row


def _tier(session: Session, member_id: int) -> str | None:
    row = session.get(MemberTier, member_id)
    return None if row is None else row.tier


def _against(document: Reward, tier: str | None, had: int) -> str | None:
    """What keeps one person from a reward that is open; the code of its refusal."""
    if document.tiers and tier not in document.tiers:
        return "reward_tier"
    return "reward_limit" if document.per_member is not None and had >= document.per_member else None


def _view(row: RewardRow, today: date) -> RewardView:
    assert row.id is not None
    document = Reward.read(row.document)
    left = None if row.stock is None else row.stock - row.claimed
    closed = None
    if row.retired_at is not None:
        closed = "reward_retired"
    elif not document.open_on(today):
        closed = "reward_not_open"
    elif left == 0:
        closed = "reward_out_of_stock"
    return RewardView(row.id, document, row.claimed, left, row.retired_at is not None, closed)


def _refusal(code: str, document: Reward) -> Refusal:
    """The refusal for what is in the way, with what its sentence names."""
    params: dict[str, object] = {"reward": document.name_zh, "reward_en": document.name_en}
    if code == "reward_limit":
        params["n"] = document.per_member or 0
    if code == "reward_not_open":
        params |= {"starts": document.starts or "–", "ends": document.ends or "–"}
    return Refusal(code, **params)
