"""Traffic by day and advertising by month, on both stores."""

from datetime import date
from pathlib import Path

import pytest

from core.errors import Refusal
from core.i18n import translate
from core.importers.traffic import parse_traffic
from core.services.ad_spend import SpendLine, read_spend, save_spend
from core.services.traffic import TrafficReport, import_traffic, read_span, read_won
from core.store.database import Database
from tests.services.order_files import NOW, OWNER, ZONE, at, bring_in, new_desk, order

FEBRUARY, MARCH = date(2026, 2, 1), date(2026, 3, 1)


def _import(db: Database, folder: Path, lines: str, **options: object) -> TrafficReport:
    path = folder / "traffic.csv"
    path.write_text(f"日期,访客数,支付买家数\n{lines}", "utf-8")
    parsed = parse_traffic(path, today=ZONE.day(NOW))
    return import_traffic(new_desk(db), OWNER, parsed, now=NOW, **options)  # type: ignore[arg-type]


def test_a_day_is_brought_in_once_and_replaced_when_it_differs(db: Database, tmp_path: Path) -> None:
    lines = "2026-02-01,100,4\n2026-02-02,50,\n"
    trial = _import(db, tmp_path, lines, dry_run=True)
    assert (trial.days_new, read_span(new_desk(db))) == (2, None)
    first = _import(db, tmp_path, lines)
    assert (first.days_new, first.days_changed, first.unchanged) == (2, 0, 0)
    again = _import(db, tmp_path, lines)
    assert (again.days_new, again.days_changed, again.unchanged) == (0, 0, 2)
    other = _import(db, tmp_path, "2026-02-02,60,3\n")
    assert (other.days_new, other.days_changed) == (0, 1)
    february = read_won(new_desk(db), 2, now=NOW)[0]
    assert (february.days, february.visitors, february.buyers, february.covered) == (2, 160, 7, False)
    assert february.conversion == pytest.approx(7 / 160)


def test_a_file_that_is_mostly_wrong_changes_nothing(db: Database, tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="too_many_bad_rows") as refused:
        _import(db, tmp_path, "2026-02-01,100,4\n合计,100,4\n")
    assert translate("zh", "error.too_many_bad_rows", **refused.value.params).startswith("2 行里有 1 行")
    assert read_span(new_desk(db)) is None


def test_winning_a_customer_costs_the_months_advertising_over_its_new_buyers(db: Database, tmp_path: Path) -> None:
    desk = new_desk(db)
    # 30 first orders ten days ago in February, one of them again in March: a customer is won once.
    rows = [order(number, member_id=f"B{number}", paid_at=at(10)) for number in range(30)]
    bring_in(desk, tmp_path, [*rows, order(99, member_id="B1", paid_at=at(1))])
    save_spend(desk, OWNER, [SpendLine(FEBRUARY, "直通车", 900_00), SpendLine(FEBRUARY, "", 99)], now=NOW)
    february, march = read_won(desk, 2, now=NOW)
    assert (february.new_buyers, february.joined, february.spend_fen) == (30, 30, 900_99)
    assert february.cost_to_win_fen == 3003
    assert (march.new_buyers, march.spend_fen, march.cost_to_win_fen) == (0, None, None)


@pytest.mark.parametrize(
    ("_case", "lines", "code"),
    [
        ("less than nothing", [SpendLine(FEBRUARY, "a", -1)], "spend_amount"),
        ("next month", [SpendLine(date(2026, 4, 1), "a", 1)], "spend_future"),
        ("twice", [SpendLine(MARCH, "a", 1), SpendLine(MARCH, " a ", 2)], "spend_doubled"),
        ("a long name", [SpendLine(MARCH, "a" * 33, 1)], "spend_channel"),
    ],
)
def test_spending_that_cannot_be_is_refused(_case: str, lines: list[SpendLine], code: str, db: Database) -> None:
    with pytest.raises(Refusal, match=code):
        save_spend(new_desk(db), OWNER, lines, now=NOW)


def test_the_whole_table_takes_the_place_of_what_was_there(db: Database) -> None:
    desk = new_desk(db)
    assert save_spend(desk, OWNER, [SpendLine(MARCH, "a", 1), SpendLine(FEBRUARY, "b", 2)], now=NOW) == 2
    assert save_spend(desk, OWNER, [SpendLine(MARCH, "a", 1), SpendLine(MARCH, "c", 3)], whole=True, now=NOW) == 2
    assert read_spend(desk) == [SpendLine(MARCH, "a", 1), SpendLine(MARCH, "c", 3)]
