"""The time machine: the live rules again are what is stored; other rules say who loses, what it costs, and from when on."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from core.clock import to_micros
from core.documents.rules import RuleDocument
from core.errors import Refusal
from core.services.desk import Desk
from core.services.points_ledger import spend_points
from core.services.rule_versions import draft_version, publish_version
from core.services.shop_settings import save_settings
from core.services.simulate import simulate_rules
from core.store.database import Database
from core.store.tables import Coupon, Offer, Redemption
from tests.services.order_files import NOW, OWNER, ZONE, at, bring_in, bring_members, contents, order, rows_of
from tests.services.programme_shop import OWN_YEAR, QUICK, open_shop


def _changed(**changes: Any) -> RuleDocument:
    return RuleDocument.read(_plain() | changes)


def _plain() -> dict[str, Any]:
    return QUICK.model_dump(mode="json", by_alias=True)


def _harder(silver_fen: int = 500_00) -> RuleDocument:
    tiers = _plain()["tiers"]
    tiers[1] |= {"min_spend_fen": silver_fen, "min_growth": 600}
    return _changed(tiers=tiers)


@pytest.fixture
def desk(db: Database, tmp_path: Path) -> Desk:
    """A: silver by 250 yuan of 20 days ago; B: vip; C: regular; A has spent points."""
    desk = open_shop(db)
    plain = {"product": "其他"}
    rows = [
        order(1, amount="250", paid_at=at(20), **plain),
        order(2, member_id="B", amount="800", paid_at=at(50), **plain),
        order(3, member_id="B", amount="700", paid_at=at(45), **plain),
        order(4, member_id="C", amount="20", paid_at=at(70), **plain),
    ]
    bring_in(desk, tmp_path, rows)
    with desk.db.write() as session:
        spend_points(session, desk, 1, 200, subject="cup", key="s", actor=OWNER, now=NOW)
    return desk


def test_the_live_rules_again_are_exactly_what_is_stored(desk: Desk) -> None:
    kept = contents(desk.db)
    shares: list[float] = []
    for rules in (QUICK, 1):
        found = simulate_rules(desk, rules, now=NOW, progress=shares.append)
        assert found.identical
        assert (found.losers, found.winners, found.points_lost, found.shortfall) == ([], 0, 0, 0)
        assert found.months == found.live_months
        assert (found.orders, found.members, found.compared_with) == (4, 3, 1)
    assert shares[-1] == 1.0
    assert contents(desk.db) == kept


def test_a_raised_threshold_names_who_loses(desk: Desk) -> None:
    found = simulate_rules(desk, _harder(), now=NOW)
    assert not found.identical
    assert [(one.member_id, one.from_tier, one.to_tier, one.window_spend_fen) for one in found.losers] == [
        (1, "silver", "regular", 250_00)
    ]
    moves = {(move.from_tier, move.to_tier): move.members for move in found.migration}
    assert moves == {("regular", "regular"): 1, ("silver", "regular"): 1, ("vip", "vip"): 1}
    assert simulate_rules(desk, _harder(250_00), now=NOW).losers == []  # the threshold itself is enough


def test_points_that_would_not_have_been_issued_cap_past_spends_and_are_told(desk: Desk) -> None:
    points = _plain()["points"]
    half = points | {"earnings": [{"kind": "spend", "rate": 50}]}
    found = simulate_rules(desk, _changed(points=half), now=NOW)
    assert found.shortfall == 200 - 125
    assert sum(month.points_spent for month in found.months) == 125
    assert sum(month.points_spent for month in found.live_months) == 200
    assert found.points_losers >= 1
    assert {loser.member_id for loser in found.losers} == set()
    none = simulate_rules(desk, _changed(points=None), now=NOW)
    assert (none.shortfall, sum(month.points_issued for month in none.months)) == (200, 0)


def test_before_the_chosen_day_the_live_rules_hold(desk: Desk) -> None:
    day = ZONE.day(NOW) - timedelta(days=30)
    found = simulate_rules(desk, OWN_YEAR, start=day, now=NOW)
    live = simulate_rules(desk, 1, now=NOW)
    assert found.months[0].month == f"{day:%Y-%m}" == "2026-01"
    assert found.months[0].points_issued > 0
    assert [month.points_issued for month in found.months[1:]] == [0, 0]  # the version has no points
    assert sum(month.points_issued for month in live.months[-2:]) > 0
    same = simulate_rules(desk, QUICK, start=day, now=NOW)
    assert same.identical
    assert simulate_rules(desk, OWN_YEAR, start=ZONE.day(NOW) + timedelta(days=9), now=NOW).identical


def test_a_published_version_is_replayed_after_those_before_it(desk: Desk) -> None:
    number = draft_version(desk, OWNER, _harder(), now=NOW)
    draft = simulate_rules(desk, number, now=NOW)
    assert (draft.version, draft.compared_with, draft.identical) == (number, 1, False)
    publish_version(desk, OWNER, number, now=NOW)
    live = simulate_rules(desk, number, now=NOW)
    assert (live.identical, live.compared_with) == (True, number)
    back = simulate_rules(desk, 1, now=NOW)
    assert not back.identical
    with pytest.raises(Refusal, match="version_unknown"):
        simulate_rules(desk, 99, now=NOW)


def test_months_count_benefits_coupons_points_and_margin(desk: Desk, tmp_path: Path) -> None:
    gift = {"code": "gift", "kind": "sample", "name_zh": "小样", "name_en": "Sample"}
    cells = {"silver": {"quantity": 2, "period": "month", "cost_fen": 300}, "vip": {"period": "order", "cost_fen": 500}}
    cake = {"code": "cake", "kind": "birthday_gift", "name_zh": "生日", "name_en": "Birthday", "take_up_bp": 5_000}
    cake["cells"] = {"vip": {"period": "birthday", "cost_fen": 10_00}}
    bring_members(desk, tmp_path, [{"member_id": "B", "birthday": "1990-02-14"}])
    with desk.db.write() as session:
        session.add(Offer(name="o", document="{}", document_hash="h", created_at=NOW))
        session.flush()
        life = {"issued_at": NOW, "valid_from": NOW, "valid_until": NOW + timedelta(days=1)}
        session.add(Coupon(offer_id=1, member_id=1, rule="r", value_fen=700, status="redeemed", **life))
        session.flush()
        used = {"occurred_at": to_micros(NOW), "recorded_at": to_micros(NOW), "actor": "t", "source": "desk"}
        session.add(Redemption(coupon_id=1, order_no="1", kind="explicit", discount_fen=700, **used))
    save_settings(desk, OWNER, margin_bp=3_000)
    found = simulate_rules(desk, _changed(benefits=[{**gift, "cells": cells}, cake]), now=NOW)
    months = {month.month: month for month in found.months}
    # A is silver at the ends of February and (now) March; B buys as a vip once, in January, and has a birthday in February.
    assert rows_of(desk.db, "SELECT tier FROM member_tier ORDER BY member_id") == [("silver",), ("vip",), ("regular",)]
    costs = {label: month.benefit_cost_fen for label, month in months.items()}
    assert costs == {"2025-12": 0, "2026-01": 500, "2026-02": 600 + 500, "2026-03": 600}
    march = months["2026-03"]
    assert (march.coupon_cost_fen, march.points_spent, march.points_cost_fen) == (700, 200, 200)
    assert march.margin_fen == -700 - 200 - 600
    february = months["2026-02"]
    assert february.margin_fen == 250_00 * 3 // 10 - 600 - 500
