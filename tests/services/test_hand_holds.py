"""A tier held by hand: a floor with a reason, until it ends or is let go."""

from datetime import datetime, timedelta

import pytest
from sqlmodel import select

from core.clock import parse_instant
from core.errors import Refusal
from core.services.actor import Actor
from core.services.build_demo import build_demo
from core.services.desk import Desk
from core.services.explain_tier import explain_tier
from core.services.hand_holds import hold_by_hand, release_hold
from core.services.tier_overrides import holds_of
from core.store.database import Database
from core.store.queries.rule_versions import ensure_first_version
from core.store.tables import MemberTier
from core.store.vault import Vault

NOW = parse_instant("2026-06-25T10:00:00+08:00")
OWNER = Actor.owner()


@pytest.fixture
def desk(db: Database) -> Desk:
    desk = Desk(db, Vault({1: b"k" * 32}), "shop")
    with db.write() as session:
        ensure_first_version(session, NOW)
    build_demo(desk, OWNER, now=NOW, members=60, months=6)
    return desk


def _regular(desk: Desk) -> int:
    with desk.db.read() as session:
        return session.exec(select(MemberTier.member_id).where(MemberTier.tier == "regular").limit(1)).one()


def _tier(desk: Desk, member: int, now: datetime) -> tuple[str | None, str]:
    proof = explain_tier(desk, member, now=now)
    return proof.tier, proof.reason


def test_a_tier_held_by_hand_is_a_floor_until_its_last_day_is_over(desk: Desk) -> None:
    member = _regular(desk)
    last = desk.zone.day(NOW) + timedelta(days=2)
    first = hold_by_hand(desk, OWNER, member, "vip", reason="补偿", last_day=last, key="a", now=NOW)
    assert hold_by_hand(desk, OWNER, member, "vip", reason="补偿", last_day=last, key="a", now=NOW) == first
    assert _tier(desk, member, NOW) == ("vip", "held")
    with desk.db.read() as session:
        stored = session.get(MemberTier, member)
        assert stored is not None and stored.tier == "vip"
    end = desk.zone.start(last + timedelta(days=1))
    assert _tier(desk, member, end - timedelta(seconds=1))[0] == "vip"
    assert _tier(desk, member, end)[0] == "regular"


def test_letting_go_gives_the_tier_back_to_the_rules(desk: Desk) -> None:
    member = _regular(desk)
    number = hold_by_hand(desk, OWNER, member, "supreme", reason="老板朋友", key="a", now=NOW)
    release_hold(desk, OWNER, number, now=NOW + timedelta(hours=1))
    assert _tier(desk, member, NOW + timedelta(hours=1))[0] == "regular"
    assert [hold.reason for hold in holds_of(desk, member)] == ["老板朋友"]


@pytest.mark.parametrize("reason", ["", "   ", "x" * 201])
def test_nobody_holds_a_tier_without_saying_why(desk: Desk, reason: str) -> None:
    with pytest.raises(Refusal, match="hold_reason"):
        hold_by_hand(desk, OWNER, _regular(desk), "vip", reason=reason, key="a", now=NOW)
