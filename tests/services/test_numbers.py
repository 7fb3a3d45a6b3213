"""Every key number against a plain reading of the orders, as CLI.md says what it means."""

import math
import random
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from core.analytics.periods import Every, Period
from core.services.desk import Desk
from core.services.numbers import (
    last_days,
    read_kpis,
    read_pareto,
    read_rfm,
    read_span,
    read_tier_mix,
    read_trend,
)
from core.store.database import Database
from tests.services.order_files import NOW, ZONE, at, bring_in, bring_members, new_desk, order, rows_of

PERIODS = [
    Period(date(2026, 2, 1), date(2026, 3, 3)),
    Period(date(2025, 12, 30), date(2026, 1, 2)),
    Period(date(2026, 1, 15), date(2026, 1, 16)),
    Period(date(2020, 1, 1), date(2020, 2, 1)),
]


def _rows(seed: int, people: int = 30) -> list[dict[str, Any]]:
    rng = random.Random(seed)
    rows = []
    for number in range(110):
        amount = rng.choice((0, 1, 30_00, rng.randint(1, 900_00)))
        unpaid = rng.random() < 0.15
        refund = 0 if unpaid else rng.choice((0, 0, amount // 3, amount))
        when = at(rng.randint(0, 70), hour=rng.choice((0, 7, 8, 23)))
        rows.append(
            order(
                number,
                member_id=rng.choice(("", *(f"M{n}" for n in range(people)))),
                status="等待买家付款" if unpaid else "交易关闭" if amount and refund == amount else "交易成功",
                amount=f"{amount / 100:.2f}",
                refund=f"{refund / 100:.2f}",
                created_at=when,
                paid_at="" if unpaid else when,
            )
        )
    return rows


class _Plain:
    """The rows of a file as paid orders: who, day, fen, refund, instant."""

    def __init__(self, rows: list[dict[str, Any]], joined: dict[str, datetime] | None) -> None:
        self.people = {row["member_id"] for row in rows if row["member_id"]} | set(joined or {})
        self.paid = [
            (
                row["member_id"] or None,
                self._day(row),
                round(float(row["amount"]) * 100),
                round(float(row["refund"]) * 100),
                self._instant(row),
            )
            for row in rows
            if row["paid_at"] and float(row["amount"]) > 0
        ]
        self.first: dict[str, tuple[datetime, date]] = {}
        for who, day, _, _, instant in sorted(self.paid, key=lambda line: line[4]):
            if who:
                self.first.setdefault(who, (instant, day))
        self.joined = {who: first for who, (first, _) in self.first.items()} if joined is None else joined

    @staticmethod
    def _instant(row: dict[str, Any]) -> datetime:
        return ZONE.from_wall(datetime.strptime(row["paid_at"], "%Y-%m-%d %H:%M:%S"))  # noqa: DTZ007

    def _day(self, row: dict[str, Any]) -> date:
        return ZONE.day(self._instant(row))

    def inside(self, period: Period) -> list[Any]:
        return [line for line in self.paid if period.start <= line[1] < period.end]

    def kpis(self, period: Period) -> dict[str, Any]:
        lines = self.inside(period)
        sales, refunds = sum(line[2] for line in lines), sum(line[3] for line in lines)
        counts: dict[str, int] = {}
        net: dict[str, int] = {}
        for who, _, fen, back, _ in lines:
            if who:
                counts[who] = counts.get(who, 0) + 1
                net[who] = net.get(who, 0) + fen - back
        newcomers = [who for who, (_, day) in self.first.items() if period.start <= day < period.end]
        new_members = [who for who in newcomers if who in self.joined]
        again = [who for who in new_members if sum(line[0] == who for line in self.paid) > 1]
        best = sorted(net.values(), reverse=True)
        top = sum(best[: math.ceil(len(best) / 5)])
        by_members = sum(fen for who, _, fen, _, when in lines if who in self.joined and self.joined[who] <= when)
        return {
            "people": len(self.people),
            "customers": len(self.first),
            "members": sum(when <= NOW for when in self.joined.values()),
            "joined_rate": len(self.first.keys() & self.joined.keys()) / len(self.first),
            "member_sales_share": by_members / sales if sales else None,
            "buyers": len(counts),
            "new_buyers": len(newcomers),
            "orders": len(lines),
            "sales_fen": sales,
            "refund_fen": refunds,
            "aov_fen": math.floor(sales / len(lines) + 0.5) if lines else None,
            "repurchase_rate": sum(n >= 2 for n in counts.values()) / len(counts) if counts else None,
            "first_to_second_rate": len(again) / len(new_members) if new_members else None,
            "top_20_share": top / sum(best) if sum(best) else None,
        }


@pytest.fixture
def desk(db: Database) -> Desk:
    return new_desk(db)


def _compare(desk: Desk, plain: _Plain) -> None:
    for period in PERIODS:
        found = read_kpis(desk, period, now=NOW).as_json()
        assert (found.pop("from"), found.pop("to")) == (period.start.isoformat(), period.end.isoformat())
        assert found == pytest.approx(plain.kpis(period))


def test_key_numbers_while_everyone_is_a_member_from_the_first_order(desk: Desk, tmp_path: Path) -> None:
    rows = _rows(1)
    bring_in(desk, tmp_path, rows)
    _compare(desk, _Plain(rows, None))


def test_key_numbers_when_customers_and_members_differ(desk: Desk, tmp_path: Path) -> None:
    rows = _rows(2)
    bring_in(desk, tmp_path, rows)
    rng = random.Random(3)
    joined = {f"M{n}": at(rng.randint(0, 70), hour=8) for n in range(0, 34, 2)}
    bring_members(desk, tmp_path, [{"member_id": who, "joined_at": when} for who, when in joined.items()])
    instants = {w: ZONE.from_wall(datetime.strptime(when, "%Y-%m-%d %H:%M:%S")) for w, when in joined.items()}  # noqa: DTZ007
    plain = _Plain(rows, instants)
    _compare(desk, plain)
    share = read_kpis(desk, PERIODS[0], now=NOW).member_sales_share
    assert share is not None
    assert 0.1 < share < 0.9


def test_an_empty_shop_has_noughts_and_no_rates(desk: Desk) -> None:
    found = read_kpis(desk, last_days(ZONE, NOW), now=NOW)
    assert (found.people, found.orders, found.sales_fen) == (0, 0, 0)
    rates = (found.joined_rate, found.member_sales_share, found.aov_fen, found.repurchase_rate, found.top_20_share)
    assert rates == (None,) * 5
    assert read_span(desk) is None


def test_without_dates_the_last_thirty_shop_days_with_today_are_meant() -> None:
    assert last_days(ZONE, NOW) == Period(date(2026, 2, 1), date(2026, 3, 3))
    late = datetime.fromisoformat("2026-03-02T16:30:00+00:00")  # half past midnight in Shanghai
    assert last_days(ZONE, late, 1) == Period(date(2026, 3, 3), date(2026, 3, 4))


@pytest.mark.parametrize("every", list(Every))
def test_the_steps_of_a_trend_sum_to_the_period(every: Every, sqlite_url: str, tmp_path: Path) -> None:
    desk = new_desk(Database(sqlite_url))
    rows = _rows(4)
    bring_in(desk, tmp_path, rows)
    plain = _Plain(rows, None)
    for period in PERIODS:
        steps, whole = read_trend(desk, period, every), plain.kpis(period)
        assert steps[0].bucket.start == period.start
        assert steps[-1].bucket.end == period.end
        for name in ("orders", "new_buyers", "sales_fen", "refund_fen"):
            assert sum(getattr(step.sums, name) for step in steps) == whole[name]
        for step in steps:
            own = plain.kpis(Period(step.bucket.start, step.bucket.end))
            assert (step.sums.buyers, step.sums.sales_fen) == (own["buyers"], own["sales_fen"])


def test_rfm_scores_who_bought_and_its_groups_hold_everybody_once(desk: Desk, tmp_path: Path) -> None:
    rows = _rows(5)
    bring_in(desk, tmp_path, rows)
    plain, period = _Plain(rows, None), PERIODS[0]
    report = read_rfm(desk, period)
    buyers = {who for who, *_ in plain.inside(period) if who}
    assert len(report.members) == len(buyers) == sum(group.buyers for group in report.groups)
    net = sum(fen - back for who, _, fen, back, _ in plain.inside(period) if who)
    assert sum(group.net_fen for group in report.groups) == net
    assert read_pareto(desk, period).buyers == len(buyers)


def test_tiers_hold_all_members_and_their_sales(desk: Desk, tmp_path: Path) -> None:
    rows = _rows(6)
    bring_in(desk, tmp_path, rows)
    plain, period = _Plain(rows, None), PERIODS[0]
    mix = read_tier_mix(desk, ("regular", "no_such"), period)
    assert mix[1].members == 0
    found = rows_of(desk.db, "SELECT DISTINCT tier FROM member_tier")
    whole = read_tier_mix(desk, [row[0] for row in found], period)
    assert sum(share.members for share in whole) == len(plain.first)
    assert sum(share.sales_fen for share in whole) == sum(line[2] for line in plain.inside(period) if line[0])


def test_the_span_is_from_the_first_to_the_last_paid_day(desk: Desk, tmp_path: Path) -> None:
    bring_in(desk, tmp_path, [order(1, paid_at=at(9, hour=0)), order(2, paid_at=at(3, hour=23)), order(3, amount="0")])
    today = ZONE.day(NOW)
    assert read_span(desk) == Period(today - timedelta(days=9), today - timedelta(days=2))
