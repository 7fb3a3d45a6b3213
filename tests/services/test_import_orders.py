"""Order files: the same file twice changes nothing, a newer one only advances, and a merge is whole or not at all."""

import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from core.documents.enums import OrderStatus
from core.errors import Refusal
from core.importers.orders import parse_orders
from core.services.desk import Desk
from core.services.import_files import ImportReport
from core.services.import_orders import import_orders
from core.services.stage_orders import stage_orders
from core.services.verify import verify_store
from core.store.database import Database
from tests.services.order_files import (
    NOW,
    OWNER,
    ZONE,
    at,
    bring_in,
    contents,
    new_desk,
    order,
    parse,
    rows_of,
    value_of,
    write,
)


@pytest.fixture
def desk(db: Database) -> Desk:
    return new_desk(db)


def _orders(desk: Desk) -> dict[str, tuple[Any, ...]]:
    rows = rows_of(desk.db, "SELECT order_no, status, paid_fen, refund_fen FROM shop_order ORDER BY order_no")
    return {row[0]: row[1:] for row in rows}


def _whole(report: ImportReport) -> bool:
    return report.accepted + report.rejected == report.rows and 0 <= report.unchanged <= report.accepted


def test_a_file_makes_orders_people_profiles_days_and_tiers(desk: Desk, tmp_path: Path) -> None:
    rows = [
        order(1, nickname="小明"),
        order(2, paid_at=at(5), amount="300.50", refund="50.50"),
        order(3, member_id="B", status="等待买家付款", paid_at="", created_at=at(1)),
    ]
    report = bring_in(desk, tmp_path, rows)
    assert (report.rows, report.accepted, report.rejected, report.unchanged) == (3, 3, 0, 0)
    assert (report.orders_new, report.orders_updated, report.people_new, report.members_new) == (3, 0, 2, 1)
    assert (report.paid_fen, report.refunded_fen) == (400_50, 50_50)
    assert _orders(desk)["T3"] == ("wait_pay", 0, 0)
    profile = "SELECT orders, buying_days, paid_fen, refund_fen, net_fen FROM member_profile"
    assert rows_of(desk.db, profile) == [(2, 2, 400_50, 50_50, 350_00)]
    assert rows_of(
        desk.db, "SELECT orders, buyers, new_buyers, sales_fen, member_sales_fen FROM day_summary ORDER BY shop_day"
    ) == [
        (1, 1, 1, 100_00, 100_00),
        (1, 1, 0, 300_50, 300_50),
    ]
    assert rows_of(desk.db, "SELECT member_id, tier FROM member_tier") == [(1, "regular")]
    assert verify_store(desk).violations == 0


def test_the_same_file_twice_changes_nothing(desk: Desk, tmp_path: Path) -> None:
    rows = [
        order(1, phone="13800001234", nickname="小明", receiver_address="浙江省 杭州市 西湖区 1号", coupon_code=""),
        order(2, member_id="", phone="13900001234", refund="30"),
        order(3, member_id="", email="a@example.com", amount="0.01"),
        order(4, member_id=""),
        order(5, amount="-3"),
    ]
    first = bring_in(desk, tmp_path, rows)
    before = contents(desk.db)
    again = bring_in(desk, tmp_path, rows, now=NOW + timedelta(hours=1))
    after = contents(desk.db)
    after["member_tier"] = before["member_tier"]  # holds when it was looked at last
    assert after == before
    assert (first.accepted, first.rejected, first.orders_new) == (4, 1, 4)
    assert (again.accepted, again.rejected, again.unchanged) == (4, 1, 4)
    assert (again.orders_new, again.orders_updated, again.people_new, again.members_new) == (0, 0, 0, 0)
    assert before["staged_order"] == before["staged_item"] == []


def test_a_newer_export_advances_status_and_refund(desk: Desk, tmp_path: Path) -> None:
    bring_in(desk, tmp_path, [order(1, status="卖家已发货"), order(2)])
    later = NOW + timedelta(days=1)
    report = bring_in(desk, tmp_path, [order(1, refund="40"), order(2)], now=later)
    assert (report.orders_updated, report.unchanged, report.orders_new) == (1, 1, 0)
    bring_in(desk, tmp_path, [order(1, status="交易关闭", refund="100")], now=later + timedelta(days=1))
    assert _orders(desk)["T1"] == ("closed", 100_00, 100_00)
    assert rows_of(desk.db, "SELECT amount_fen FROM refund ORDER BY id") == [(40_00,), (60_00,)]
    assert verify_store(desk).violations == 0


@pytest.mark.parametrize(
    ("_case", "row"),
    [
        ("a status that goes back", order(1, status="等待卖家发货", refund="40")),
        ("a refund that shrinks", order(1, refund="39.99")),
    ],
)
def test_an_older_export_is_rejected_as_a_regress_and_listed(
    _case: str, row: dict[str, Any], desk: Desk, tmp_path: Path
) -> None:
    bring_in(desk, tmp_path, [order(1, refund="40"), order(2)])
    before = contents(desk.db)
    report = bring_in(desk, tmp_path, [row, order(2)])
    assert [(reject.line, reject.code, reject.value) for reject in report.rejects] == [(2, "order_regress", "T1")]
    assert (report.rejected, report.unchanged) == (1, 1)
    assert _whole(report)
    assert contents(desk.db, without=["member_tier"]) == {k: v for k, v in before.items() if k != "member_tier"}
    kept = rows_of(desk.db, "SELECT line, code FROM import_reject")
    assert kept == [(2, "order_regress")]


def test_an_unpaid_order_that_is_paid_later_has_its_money_on_its_line(desk: Desk, tmp_path: Path) -> None:
    bring_in(desk, tmp_path, [order(1, status="等待买家付款", paid_at="", created_at=at(3))])
    bring_in(desk, tmp_path, [order(1, refund="10")])
    assert rows_of(desk.db, "SELECT amount_fen, refund_fen FROM order_item") == [(100_00, 10_00)]
    assert verify_store(desk).violations == 0


def _taobao(path: Path, orders: list[list[str]]) -> Path:
    names = [
        "订单编号",
        "买家会员名",
        "总金额",
        "买家实际支付金额",
        "退款金额",
        "订单状态",
        "订单创建时间",
        "订单付款时间",
        "宝贝标题",
        "宝贝总数量",
    ]
    return write(path, [dict(zip(names, row, strict=True)) for row in orders])


def _detail(path: Path, lines: list[list[str]]) -> Path:
    names = ["订单编号", "子订单编号", "标题", "价格", "购买数量", "商品ID"]
    return write(path, [dict(zip(names, row, strict=True)) for row in lines])


def _import_taobao(desk: Desk, path: Path, items: Path | None = None) -> ImportReport:
    parsed = parse_orders(path, zone=ZONE, now=NOW, items_path=items)
    return import_orders(desk, OWNER, parsed, path, now=NOW)


def test_item_detail_replaces_the_title_and_a_later_list_keeps_it(desk: Desk, tmp_path: Path) -> None:
    row = ["T1", "小明", "100.00", "100.00", "0.00", "交易成功", at(10), at(10), "奶粉，纸尿裤", "3"]
    shop_list = _taobao(tmp_path / "list.csv", [row])
    detail = _detail(
        tmp_path / "items.csv", [["T1", "1", "奶粉", "60", "1", "p1"], ["T1", "2", "纸尿裤", "20", "2", "p2"]]
    )
    lines = "SELECT p.title, i.quantity, i.amount_fen, i.refund_fen FROM order_item i JOIN product p ON p.id = i.product_id ORDER BY 1"
    _import_taobao(desk, shop_list)
    assert rows_of(desk.db, lines) == [("奶粉，纸尿裤", 3, 100_00, 0)]
    _import_taobao(desk, shop_list, detail)
    assert sorted(rows_of(desk.db, lines)) == [("奶粉", 1, 60_00, 0), ("纸尿裤", 2, 40_00, 0)]
    _import_taobao(desk, shop_list)
    assert sorted(rows_of(desk.db, lines)) == [("奶粉", 1, 60_00, 0), ("纸尿裤", 2, 40_00, 0)]
    refunded = _taobao(tmp_path / "list.csv", [[*row[:3], "49.99", "50.01", *row[5:]]])
    _import_taobao(desk, refunded)
    assert sorted(rows_of(desk.db, lines)) == [("奶粉", 1, 60_00, 30_01), ("纸尿裤", 2, 40_00, 20_00)]
    assert verify_store(desk).violations == 0


def test_orders_without_a_buyer_are_orders_and_not_people(desk: Desk, tmp_path: Path) -> None:
    report = bring_in(desk, tmp_path, [order(1, member_id=""), order(2, member_id="")])
    assert (report.orders_new, report.orders_without_buyer, report.people_new) == (2, 2, 0)
    assert value_of(desk.db, "SELECT count(*) FROM member") == 0
    assert rows_of(desk.db, "SELECT orders, buyers, sales_fen FROM day_summary") == [(2, 0, 200_00)]
    assert verify_store(desk).violations == 0


@pytest.mark.parametrize(
    ("_case", "rows", "groups"),
    [
        ("the platform's id, whatever the phone", [{"member_id": "A", "phone": "13800001234"}, {"member_id": "A"}], 1),
        (
            "two ids are two people with one phone",
            [{"member_id": "A", "phone": "13800001234"}, {"member_id": "B", "phone": "13800001234"}],
            2,
        ),
        (
            "else the phone, however it is written",
            [{"member_id": "", "phone": "138 0000 1234"}, {"member_id": "", "phone": "+8613800001234"}],
            1,
        ),
        (
            "else the e-mail",
            [{"member_id": "", "email": "A@example.com"}, {"member_id": "", "email": "A@example.com"}],
            1,
        ),
        (
            "a masked phone is no key",
            [{"member_id": "", "phone": "138****1234"}, {"member_id": "", "phone": "138****1234"}],
            0,
        ),
        ("a nickname is a label", [{"member_id": "A", "nickname": "小"}, {"member_id": "B", "nickname": "小"}], 2),
    ],
)
def test_people_are_told_apart_by(
    _case: str, rows: list[dict[str, str]], groups: int, desk: Desk, tmp_path: Path
) -> None:
    report = bring_in(desk, tmp_path, [order(number, **row) for number, row in enumerate(rows)])
    assert report.people_new == value_of(desk.db, "SELECT count(*) FROM member") == groups
    people = value_of(desk.db, "SELECT count(DISTINCT member_id) FROM shop_order")
    assert people == groups


def test_the_same_id_on_another_platform_is_another_person_and_the_same_phone_is_not(
    desk: Desk, tmp_path: Path
) -> None:
    bring_in(desk, tmp_path, [order(1), order(2, member_id="", phone="13800001234")], platform="shop")
    report = bring_in(desk, tmp_path, [order(1), order(2, member_id="", phone="13800001234")], platform="other")
    assert (report.orders_new, report.people_new) == (2, 1)


def test_a_person_once_found_stays_and_one_found_later_is_taken(desk: Desk, tmp_path: Path) -> None:
    bring_in(desk, tmp_path, [order(1), order(2, member_id="")])
    bring_in(desk, tmp_path, [order(1, member_id="B", refund="1"), order(2, member_id="B")])
    owner = (
        "SELECT o.order_no, i.label FROM shop_order o JOIN member_identity i ON i.member_id = o.member_id ORDER BY 1"
    )
    assert rows_of(desk.db, owner) == [("T1", "A"), ("T2", "B")]
    bring_in(desk, tmp_path, [order(1, member_id="", refund="2"), order(2, member_id="")])
    assert rows_of(desk.db, owner) == [("T1", "A"), ("T2", "B")]
    assert verify_store(desk).violations == 0


def test_a_blank_cell_keeps_what_is_known(desk: Desk, tmp_path: Path) -> None:
    bring_in(desk, tmp_path, [order(1, province="浙江", city="杭州")])
    report = bring_in(desk, tmp_path, [order(1, province="", city="")])
    assert report.unchanged == 1
    assert rows_of(desk.db, "SELECT province, city FROM shop_order") == [("浙江", "杭州")]


def test_a_dry_run_tells_what_an_import_does_and_leaves_nothing(desk: Desk, tmp_path: Path) -> None:
    bring_in(desk, tmp_path, [order(1), order(2, status="卖家已发货"), order(3, member_id="C", refund="9")])
    rows = [order(1), order(2), order(3, member_id="C"), order(4, member_id="B"), order(5, amount="x")]
    before, journals = contents(desk.db), value_of(desk.db, "SELECT count(*) FROM import_batch")
    dry = bring_in(desk, tmp_path, rows, dry_run=True)
    assert contents(desk.db) == before
    assert value_of(desk.db, "SELECT count(*) FROM import_batch") == journals
    real = bring_in(desk, tmp_path, rows)
    counts = ("rows", "accepted", "rejected", "unchanged", "orders_new", "orders_updated", "people_new", "members_new")
    assert (
        [getattr(dry, name) for name in counts] == [getattr(real, name) for name in counts] == [5, 3, 2, 1, 1, 1, 1, 1]
    )
    assert [reject.code for reject in dry.rejects] == [reject.code for reject in real.rejects]


def test_too_many_bad_rows_need_a_yes_and_bring_nothing_in_without_it(desk: Desk, tmp_path: Path) -> None:
    rows = [order(n, amount="x" if n < 6 else "1") for n in range(100)]
    before = contents(desk.db)
    with pytest.raises(Refusal, match="too_many_bad_rows"):
        bring_in(desk, tmp_path, rows)
    assert contents(desk.db) == before
    report = bring_in(desk, tmp_path, rows, max_bad=0.06)
    assert (report.orders_new, report.rejected) == (94, 6)


class _Break(Exception):
    pass


def _break_at(db: Database, word: str) -> Callable[[], None]:
    """Fail at the first statement of the writer that holds ``word``; the answer takes the fault away."""

    def fail(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if word in statement:
            raise _Break

    event.listen(db.writer, "before_cursor_execute", fail)
    return lambda: event.remove(db.writer, "before_cursor_execute", fail)


@pytest.mark.parametrize(
    "word",
    [
        "INTO shop_order",
        "INTO order_item",
        "INTO refund",
        "INTO member_profile",
        "INTO day_summary",
        "INTO audit_entry",
    ],
)
def test_a_fault_in_the_middle_of_a_merge_leaves_nothing(word: str, sqlite_url: str, tmp_path: Path) -> None:
    desk = new_desk(Database(sqlite_url))
    bring_in(desk, tmp_path, [order(1, refund="1")])
    rows = [order(1, refund="2"), order(2, member_id="B", refund="3"), order(3, amount="x")]
    before = contents(desk.db)
    mend = _break_at(desk.db, word)
    with pytest.raises(_Break):
        bring_in(desk, tmp_path, rows)
    mend()
    assert contents(desk.db) == before
    assert value_of(desk.db, "SELECT count(*) FROM import_batch") == 1
    assert verify_store(desk).violations == 0
    assert bring_in(desk, tmp_path, rows).orders_new == 1


def test_a_stage_left_by_a_killed_import_is_cleared_by_the_next_and_a_running_one_is_not(
    sqlite_url: str, tmp_path: Path
) -> None:
    desk = new_desk(Database(sqlite_url))
    running = stage_orders(desk, parse(tmp_path / "a.csv", [order(1)]))
    with desk.db.write() as session:
        session.connection().exec_driver_sql(
            "INSERT INTO staged_order (batch_id, order_no, line, status, status_rank, paid_fen, refund_fen, quantity)"
            " VALUES (1234, 'X', 1, 'paid', 1, 1, 0, 1)"
        )
    bring_in(desk, tmp_path, [order(2)])
    assert rows_of(desk.db, "SELECT batch_id FROM staged_order") == [(running.number,)]


def test_two_imports_of_one_file_at_once_have_one_effect(desk: Desk, tmp_path: Path) -> None:
    rows = [order(n, member_id=f"M{n % 7}", refund="5" if n % 3 else "0") for n in range(60)]
    start, reports, faults = threading.Barrier(2), [], []

    def bring(name: str) -> None:
        parsed = parse(tmp_path / name, rows)
        start.wait()
        try:
            reports.append(import_orders(desk, OWNER, parsed, tmp_path / name, now=NOW))
        except BaseException as fault:
            faults.append(fault)

    threads = [threading.Thread(target=bring, args=(f"{name}.csv",)) for name in "ab"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert sorted((r.orders_new, r.unchanged, r.people_new, r.members_new) for r in reports) == [
        (0, 60, 0, 0),
        (60, 0, 7, 7),
    ]
    assert value_of(desk.db, "SELECT count(*) FROM shop_order") == 60
    assert (
        value_of(desk.db, "SELECT count(*) FROM member") == value_of(desk.db, "SELECT count(*) FROM member_tier") == 7
    )
    assert verify_store(desk).violations == 0


def test_a_late_order_writes_tier_history_anew_and_keeps_the_old_as_superseded(desk: Desk, tmp_path: Path) -> None:
    bring_in(desk, tmp_path, [order(1, paid_at=at(20), amount="3000")])
    history = "SELECT to_tier, superseded_at IS NULL FROM tier_change ORDER BY changed_at, id"
    (first,) = rows_of(desk.db, history)
    joined = value_of(desk.db, "SELECT joined_at FROM member")
    bring_in(desk, tmp_path, [order(2, paid_at=at(200), amount="1")], now=NOW + timedelta(days=1))
    rows = rows_of(desk.db, history)
    assert [bool(current) for _, current in rows].count(False) == 1
    assert [tier for tier, current in rows if current] == ["regular", first[0]]
    assert value_of(desk.db, "SELECT joined_at FROM member") < joined
    assert value_of(desk.db, "SELECT tier FROM member_tier") == first[0]
    assert verify_store(desk).violations == 0


def test_no_phone_address_or_mail_stands_readable_in_the_store(sqlite_url: str, tmp_path: Path) -> None:
    desk = new_desk(Database(sqlite_url))
    phones = [f"1380000{number:04d}" for number in range(40)]
    rows = [
        order(
            n,
            member_id=f"M{n}" if n % 2 else "",
            phone=phone,
            email=f"who{n}@example.com",
            receiver_address="浙江省 杭州市 西湖区 文一西路 998号",
        )
        for n, phone in enumerate(phones)
    ]
    bring_in(desk, tmp_path, [*rows, order(99, phone="13711112222", amount="x")])
    assert desk.db.path is not None
    stored = b"".join(path.read_bytes() for path in desk.db.path.parent.glob("shop.db*"))
    assert b"M1" in stored
    for secret in [*phones, "13711112222", "who3@example.com", "文一西路"]:
        assert secret.encode() not in stored
    sealed = value_of(desk.db, "SELECT phone_cipher FROM member WHERE phone_last4 = '0007'")
    assert desk.vault.unseal(bytes(sealed)) == "+8613800000007"


def test_statuses_only_ever_have_a_rank_that_rises() -> None:
    assert [status.rank for status in OrderStatus] == list(range(len(OrderStatus)))
