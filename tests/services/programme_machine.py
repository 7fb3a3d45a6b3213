"""Random lives of a small shop: orders old and new, refunds, spends, time, interactions, held tiers, new rules.

After every step the ledgers are sound and a fresh replay of the rules gives exactly what is stored.
"""

import itertools
import tempfile
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, precondition, rule

from core.errors import Refusal
from core.services.interactions import record_interaction
from core.services.points_ledger import give_back_points, grant_points, read_points, spend_points, take_points
from core.services.refresh import refresh
from core.services.rule_versions import draft_version, publish_version
from core.services.simulate import simulate_rules
from core.services.tier_overrides import hold_tier, revoke_hold
from core.services.verify import verify_store
from core.store.database import Database
from tests.services.order_files import NOW, OWNER, ZONE, bring_in, order, rows_of
from tests.services.programme_shop import DOCUMENTS, open_shop, violations

WHO = st.sampled_from("ABC")
AMOUNTS = st.sampled_from((1, 49_99, 100_00, 149_99, 150_00, 199_99, 200_00, 650_00, 900_00))
GOODS = st.sampled_from(("奶粉", "尿裤", ""))
DERIVED = ("member_tier", "member_points", "tier_change", "growth_entry", "points_entry", "ledger_seal")


class ProgrammeMachine(RuleBasedStateMachine):
    """One shop; ``new_database`` gives an empty store."""

    new_database: Callable[[], Database]
    spends = Bundle("spends")
    holds = Bundle("holds")

    @initialize(rules=st.sampled_from(DOCUMENTS))
    def open(self, rules: Any) -> None:
        self._folder = tempfile.TemporaryDirectory()
        self.folder = Path(self._folder.name)
        self.desk = open_shop(type(self).new_database(), rules)
        self.now: datetime = NOW
        self.orders: dict[int, dict[str, Any]] = {}
        self.keys = itertools.count()
        self.published_until = NOW

    def _wall(self, days: int, hour: int = 0) -> str:
        at = ZONE.local(self.now - timedelta(days=days))
        return f"{at:%Y-%m-%d} {hour:02d}:30:00" if days else f"{at:%Y-%m-%d %H:%M:%S}"

    @rule(who=WHO, fen=AMOUNTS, days=st.sampled_from((0, 0, 1, 3, 29, 30, 59, 60, 200, 400)), goods=GOODS,
          finished=st.booleans(), lines=st.booleans())  # fmt: skip
    def buy(self, who: str, fen: int, days: int, goods: str, finished: bool, lines: bool) -> None:
        number = next(self.keys)
        row = order(number, member_id=who, amount=f"{fen / 100:.2f}", paid_at=self._wall(days), product=goods or "其他")
        row |= {"status": "交易成功" if finished else "买家已付款", "category": goods} | (
            {"line_no": "1"} if lines else {}
        )
        self.orders[number] = row
        bring_in(self.desk, self.folder, [row], now=self.now)

    @precondition(lambda self: self.orders)
    @rule(data=st.data(), share=st.sampled_from((3, 1)), finish=st.booleans())
    def refund(self, data: st.DataObject, share: int, finish: bool) -> None:
        number = data.draw(st.sampled_from(sorted(self.orders)))
        row = self.orders[number]
        fen = round(float(row["amount"]) * 100)
        back = max(round(float(row["refund"]) * 100), -(-fen // share))
        self.orders[number] = row | {"refund": f"{back / 100:.2f}", "status": "交易成功" if finish else row["status"]}
        bring_in(self.desk, self.folder, [self.orders[number]], now=self.now)

    @rule(target=spends, data=st.data(), part=st.sampled_from((1, 2, 5)))
    def spend(self, data: st.DataObject, part: int) -> int:
        member, available = self._somebody(data)
        points = max(available // part, 1) if available > 0 else part  # half of one point is none, which nobody spends
        return self._move(spend_points, member, points, allowed=0 < points <= available) or 0

    @rule(data=st.data(), over=st.sampled_from((1, 1000)))
    def overspend(self, data: st.DataObject, over: int) -> None:
        member, available = self._somebody(data)
        self._move(spend_points, member, max(available, 0) + over, allowed=False)

    @rule(data=st.data(), points=st.sampled_from((1, 77, 500)), take=st.booleans())
    def move_by_hand(self, data: st.DataObject, points: int, take: bool) -> None:
        member, available = self._somebody(data)
        if self._move(take_points if take else grant_points, member, points, allowed=member is not None):
            assert read_points(self.desk, member, now=self.now).available == available + (-points if take else points)

    @rule(spend=consumes(spends))
    def give_back(self, spend: int) -> None:
        if spend:
            with self.desk.db.write() as session:
                give_back_points(session, self.desk, spend, key=f"b{spend}", actor=OWNER, now=self.now)

    @rule(days=st.sampled_from((1, 2, 7, 30, 61, 180)))
    def time_passes(self, days: int) -> None:
        self.now += timedelta(days=days)
        refresh(self.desk, OWNER, now=self.now)

    @rule(data=st.data(), kind=st.sampled_from(("review", "share")), hours=st.sampled_from((0, 30)))
    def interact(self, data: st.DataObject, kind: str, hours: int) -> None:
        member, _ = self._somebody(data)
        at = self.now - timedelta(hours=hours)
        if member is not None:
            with self.desk.db.write() as session:
                key = f"i{next(self.keys)}"
                record_interaction(session, self.desk, member, kind, at=at, key=key, actor=OWNER, now=self.now)

    @rule(
        target=holds, data=st.data(), tier=st.sampled_from((None, "silver", "vip")), days=st.sampled_from((None, 1, 40))
    )
    def hold(self, data: st.DataObject, tier: str | None, days: int | None) -> int:
        member, _ = self._somebody(data)
        if member is None:
            return 0
        ends = None if days is None else self.now + timedelta(days=days)
        with self.desk.db.write() as session:
            return hold_tier(
                session, self.desk, member, tier, source="hand", starts_at=self.now, ends_at=ends,
                key=f"h{next(self.keys)}", actor=OWNER, now=self.now,
            )  # fmt: skip

    @rule(number=consumes(holds))
    def release(self, number: int) -> None:
        if number:
            with self.desk.db.write() as session:
                revoke_hold(session, self.desk, number, actor=OWNER, now=self.now)

    @rule(document=st.sampled_from(DOCUMENTS), days=st.sampled_from((0, 0, 3)), keep=st.booleans())
    def new_rules(self, document: Any, days: int, keep: bool) -> None:
        starts = self.now + timedelta(days=days, seconds=days)
        if starts > self.published_until:
            self.published_until = starts
            number = draft_version(self.desk, OWNER, document, now=self.now)
            publish_version(self.desk, OWNER, number, effective_from=starts, keep_losers=keep, now=self.now)

    def _somebody(self, data: st.DataObject) -> tuple[Any, int]:
        """A member and what they can spend; nobody (None) where there is none yet."""
        found = rows_of(self.desk.db, "SELECT member_id FROM member_tier ORDER BY member_id")
        if not found:
            return None, 0
        member = data.draw(st.sampled_from([row[0] for row in found]))
        return member, read_points(self.desk, member, now=self.now).available

    def _move(self, act: Any, member: Any, points: int, *, allowed: bool) -> int | None:
        if member is None:
            return None
        try:
            with self.desk.db.write() as session:
                key = f"p{next(self.keys)}"
                done = act(session, self.desk, member, points, subject="test", key=key, actor=OWNER, now=self.now)
        except Refusal as refusal:
            assert not allowed and refusal.code == "points_not_enough"
            return None
        assert allowed
        return int(done)

    @invariant()
    def is_sound(self) -> None:
        if hasattr(self, "desk"):
            assert violations(self.desk) == {}

    def teardown(self) -> None:
        if not hasattr(self, "desk"):
            return
        assert verify_store(self.desk).violations == 0
        refresh(self.desk, OWNER, now=self.now)
        stored = {name: rows_of(self.desk.db, f"SELECT * FROM {name}") for name in DERIVED}
        refresh(self.desk, OWNER, now=self.now)
        assert {name: rows_of(self.desk.db, f"SELECT * FROM {name}") for name in DERIVED} == stored
        live = rows_of(self.desk.db, "SELECT max(id) FROM rule_version WHERE status = 'published'")[0][0]
        assert simulate_rules(self.desk, live, now=self.now).identical
        self.desk.close()
        self._folder.cleanup()
