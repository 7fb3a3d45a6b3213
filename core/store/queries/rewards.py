"""The catalogue and what was exchanged. Stock is held by the UPDATE that moves it: rowcount 1, or nothing happened."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, or_, select, update
from sqlmodel import Session, col

from core.documents.reward import Reward as RewardDocument
from core.store.tables import Coupon, Member, Obligation, PointsFact, Reward, RewardClaim

_PLAIN = {"synchronize_session": False}
DONE, CANCELLED = "done", "cancelled"


def insert_reward(session: Session, document: RewardDocument, offer_id: int | None, now: datetime) -> int:
    """Put a reward into the catalogue; its id."""
    row = Reward(**_columns(document), offer_id=offer_id, created_at=now)
    session.add(row)
    session.flush()
    assert row.id is not None
    return row.id


def change_reward(session: Session, reward_id: int, document: RewardDocument, offer_id: int | None) -> bool:
    """Change a reward; false when more of it are gone than there would be."""
    statement = update(Reward).where(col(Reward.id) == reward_id)
    if document.stock is not None:
        statement = statement.where(col(Reward.claimed) <= document.stock)
    return _changed(session, statement.values(**_columns(document), offer_id=offer_id)) == 1


def _columns(document: RewardDocument) -> dict[str, Any]:
    return {
        "document": document.canonical(),
        "document_hash": document.digest(),
        "points": document.points,
        "stock": document.stock,
    }


def set_retired(session: Session, reward_id: int, at: datetime | None) -> bool:
    """Take a reward out of the catalogue, or put it back."""
    return _changed(session, update(Reward).where(col(Reward.id) == reward_id).values(retired_at=at)) == 1


def list_rewards(session: Session) -> list[Reward]:
    """The whole catalogue, the cheapest first."""
    return list(session.execute(select(Reward).order_by(col(Reward.points), col(Reward.id))).scalars())


def take_one(session: Session, reward_id: int) -> bool:
    """Move the counter if there is one left; false when there is none."""
    statement = (
        update(Reward)
        .where(col(Reward.id) == reward_id, col(Reward.retired_at).is_(None))
        .where(or_(col(Reward.stock).is_(None), col(Reward.claimed) < col(Reward.stock)))
        .values(claimed=col(Reward.claimed) + 1)
    )
    return _changed(session, statement) == 1


def put_back(session: Session, reward_id: int) -> None:
    """One less is gone."""
    _changed(session, update(Reward).where(col(Reward.id) == reward_id).values(claimed=col(Reward.claimed) - 1))


def count_claims(session: Session, reward_id: int, member_id: int) -> int:
    """How many of a reward a person has had; what was taken back does not count."""
    statement = select(func.count()).where(
        col(RewardClaim.reward_id) == reward_id,
        col(RewardClaim.member_id) == member_id,
        col(RewardClaim.status) == DONE,
    )
    return int(session.execute(statement).scalar_one())


def counts_of(session: Session, member_id: int) -> dict[int, int]:
    """By reward, how many of it a person has had."""
    statement = select(col(RewardClaim.reward_id), func.count()).where(
        col(RewardClaim.member_id) == member_id, col(RewardClaim.status) == DONE
    )
    return {int(reward): int(n) for reward, n in session.execute(statement.group_by(col(RewardClaim.reward_id)))}


def find_claim(session: Session, key: str) -> RewardClaim | None:
    """The claim made under a key."""
    return session.execute(select(RewardClaim).where(col(RewardClaim.key) == key)).scalar_one_or_none()


def lock_claim(session: Session, claim_id: int) -> RewardClaim | None:
    """A claim, held until the transaction ends."""
    return session.get(RewardClaim, claim_id, with_for_update=True, populate_existing=True)


def list_claims(session: Session, member_id: int | None, limit: int) -> list[Row[Any]]:
    """What was exchanged, the newest first, with the reward's document, who it was and the coupon's code."""
    statement = (
        select(
            col(RewardClaim.id), col(RewardClaim.reward_id), col(RewardClaim.member_id), col(RewardClaim.points),
            col(RewardClaim.status), col(RewardClaim.claimed_at), col(RewardClaim.cancelled_at), col(RewardClaim.actor),
            col(RewardClaim.cost_fen), col(Reward.document), col(Member.public_id), col(Member.nickname),
            col(Member.name), col(Coupon.code), col(Coupon.valid_until),
        )
        .join(Reward, col(Reward.id) == col(RewardClaim.reward_id))
        .join(Member, col(Member.id) == col(RewardClaim.member_id))
        .outerjoin(Coupon, col(Coupon.id) == col(RewardClaim.coupon_id))
        .order_by(col(RewardClaim.claimed_at).desc(), col(RewardClaim.id).desc())
        .limit(limit)
    )  # fmt: skip
    if member_id is not None:
        statement = statement.where(col(RewardClaim.member_id) == member_id)
    return list(session.execute(statement))


def call_off(session: Session, obligation_id: int) -> bool:
    """Call an open promise off because its exchange was taken back; false when it is done or over."""
    statement = update(Obligation).where(
        col(Obligation.id) == obligation_id, col(Obligation.status).in_(("owed", "offered"))
    )
    return _changed(session, statement.values(status="cancelled", closed_for="taken_back")) == 1


def _changed(session: Session, statement: Any) -> int:
    return int(session.execute(statement, execution_options=_PLAIN).rowcount)  # type: ignore[attr-defined]


def violations(session: Session) -> dict[str, int]:
    """Counters that are not the sum of the exchanges, and exchanges whose points say otherwise."""
    counted = (
        select(col(RewardClaim.reward_id), func.count().label("n"))
        .where(col(RewardClaim.status) == DONE)
        .group_by(col(RewardClaim.reward_id))
        .subquery()
    )
    wrong = (
        select(func.count())
        .select_from(Reward)
        .outerjoin(counted, counted.c.reward_id == col(Reward.id))
        .where(col(Reward.claimed) != func.coalesce(counted.c.n, 0))
    )
    return {"rewards": int(session.execute(wrong).scalar_one()) + _unpaired(session)}


def _unpaired(session: Session) -> int:
    """Claims without their spend of just these points, or taken back without their points given back."""
    back, spent = PointsFact.__table__.alias("back"), PointsFact.__table__.alias("spent")  # type: ignore[attr-defined]
    statement = (
        select(func.count())
        .select_from(RewardClaim)
        .outerjoin(spent, spent.c.id == col(RewardClaim.points_fact_id))
        .outerjoin(back, back.c.refers_to == col(RewardClaim.points_fact_id))
        .where(
            or_(
                spent.c.kind.is_distinct_from("spend"),
                spent.c.points != col(RewardClaim.points),
                spent.c.member_id != col(RewardClaim.member_id),
                (col(RewardClaim.status) == CANCELLED) != back.c.id.is_not(None),
            )
        )
    )
    return int(session.execute(statement).scalar_one())
