"""The proof of a tier says what the store says, on both stores."""

from datetime import UTC, datetime

import pytest
from sqlmodel import select

from core.errors import Refusal
from core.services.actor import Actor
from core.services.build_demo import build_demo
from core.services.desk import Desk
from core.services.explain_tier import explain_tier
from core.store.database import Database
from core.store.queries.rule_versions import ensure_first_version
from core.store.tables import Member, MemberTier
from core.store.vault import Vault

NOW = datetime(2026, 6, 25, 2, tzinfo=UTC)


def test_every_member_of_a_shop_has_the_tier_that_is_proved(db: Database) -> None:
    desk = Desk(db, Vault({1: b"k" * 32}), "shop")
    with db.write() as session:
        ensure_first_version(session, NOW)
    build_demo(desk, Actor.owner(), members=60, months=8, now=NOW)
    with db.read() as session:
        ids = [number for number in session.exec(select(Member.id)) if number is not None]
        stored = {row.member_id: row for row in session.exec(select(MemberTier))}
    assert len(ids) == 60 and stored
    for number in ids:
        proof = explain_tier(desk, number, now=NOW)
        own = stored.get(number)
        assert proof.tier == proof.recomputed_tier == (own.tier if own else None)
        if own is not None:
            assert (proof.total_fen, proof.orders) == (own.window_spend_fen, own.window_orders)
    with pytest.raises(Refusal, match="member_unknown"):
        explain_tier(desk, 10_000, now=NOW)
