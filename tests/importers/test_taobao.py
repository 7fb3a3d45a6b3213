"""Taobao and Tmall order lists of every vintage, with and without the item detail file."""

from pathlib import Path

import pytest

from core.clock import from_micros
from core.errors import Refusal
from tests.importers.corpus import (
    TAOBAO_2015,
    TAOBAO_2017,
    TAOBAO_2019,
    TAOBAO_2021,
    TAOBAO_2022,
    TAOBAO_2026,
    TAOBAO_DETAIL,
    csv_bytes,
    orders,
    taobao_row,
    write,
    write_taobao,
    write_xlsx,
)


@pytest.mark.parametrize(
    ("_case", "headers", "buyer"),
    [
        ("2015", TAOBAO_2015, True),
        ("2017", TAOBAO_2017, True),
        ("2019", TAOBAO_2019, True),
        ("2021", TAOBAO_2021, True),
        ("2022", TAOBAO_2022, True),
        ("2026, without a buyer", TAOBAO_2026, False),
    ],
)
def test_every_vintage_is_recognised_and_read(tmp_path: Path, _case: str, headers: list[str], buyer: bool) -> None:
    found = orders(write_taobao(tmp_path, [taobao_row(1), taobao_row(2)], headers))
    assert (found.preset, found.platform, found.rows, len(found.rejects)) == ("taobao_orders", "taobao", 2, 0)
    row = found.orders.iloc[0]
    assert (row.order_no, row.status, row.paid_fen, row.refund_fen, row.quantity) == (
        "3515313147329000001",
        "finished",
        10_000,
        0,
        2,
    )
    assert (row.province, row.city, row.line) == ("广东", "广州", 2)
    assert found.has_buyer_key is buyer
    assert (row.buyer_id == "妈妈1") is buyer
    assert ("no_buyer_key" in dict(found.notes)) is not buyer


def test_an_order_carries_its_buyer_times_and_receiver(tmp_path: Path) -> None:
    row = orders(write_taobao(tmp_path, [taobao_row()], TAOBAO_2019)).orders.iloc[0]
    assert (row.buyer_kind, row.nickname, row.receiver_phone, row.receiver_name) == (
        "nick",
        "妈妈1",
        "+8613812345678",
        "张小明",
    )
    assert from_micros(row.paid_at).isoformat() == "2025-06-17T16:05:30+00:00"
    assert from_micros(row.completed_at).isoformat() == "2025-06-25T02:00:00+00:00"
    assert row[["phone", "phone_masked", "email"]].isna().all(), "a receiver's phone is never the buyer's"


@pytest.mark.parametrize(
    ("_case", "changes", "paid", "refund", "status"),
    [
        ("paid", {}, 10_000, 0, "finished"),
        ("partly refunded", {"买家实际支付金额": "70.00", "退款金额": "30.00"}, 10_000, 3_000, "finished"),
        (
            "wholly refunded",
            {"订单状态": "交易关闭", "买家实际支付金额": "0.00", "退款金额": "100.00"},
            10_000,
            10_000,
            "closed",
        ),
        ("never paid", {"订单状态": "交易关闭", "订单付款时间": "", "买家实际支付金额": "0.00"}, 0, 0, "closed"),
        ("waiting", {"订单状态": "等待买家付款", "订单付款时间": "", "买家实际支付金额": "0.00"}, 0, 0, "wait_pay"),
    ],
)
def test_paid_is_the_total_of_a_paid_order(
    tmp_path: Path, _case: str, changes: dict[str, str], paid: int, refund: int, status: str
) -> None:
    found = orders(write_taobao(tmp_path, [taobao_row(1, **changes)]))
    row = found.orders.iloc[0]
    assert (row.paid_fen, row.refund_fen, row.status) == (paid, refund, status)
    assert row.notna()["paid_at"] == (paid > 0)
    assert found.items[["amount_fen", "refund_fen"]].sum().tolist() == [paid, refund]
    assert found.money_identity_holds in (True, None)


def test_the_preview_says_when_the_money_identity_does_not_hold(tmp_path: Path) -> None:
    found = orders(write_taobao(tmp_path, [taobao_row(1), taobao_row(2, 买家实际支付金额="95.00")]))
    assert found.money_identity_holds is False
    assert dict(found.notes)["money_identity_off"] == {"n": 1}


def test_without_a_refund_column_the_refund_is_the_total_less_the_actual_payment(tmp_path: Path) -> None:
    found = orders(write_taobao(tmp_path, [taobao_row(1, 买家实际支付金额="70.00")], TAOBAO_2015))
    assert found.orders[["paid_fen", "refund_fen"]].iloc[0].tolist() == [10_000, 3_000]
    assert "refund_derived" in dict(found.notes)


@pytest.mark.parametrize(
    ("_case", "changes", "column", "code"),
    [
        ("a rounded id", {"订单编号": "4.35153E+18"}, "订单编号", "id_precision_lost"),
        ("no id", {"订单编号": ""}, "订单编号", "order_no_missing"),
        ("a negative amount", {"总金额": "-5.00"}, "总金额", "amount_negative"),
        ("three decimals", {"总金额": "5.005"}, "总金额", "amount_format"),
        ("no amount", {"总金额": ""}, "总金额", "amount_missing"),
        ("a refund above the payment", {"退款金额": "100.01"}, "退款金额", "refund_above_paid"),
        ("a refund of an unpaid order", {"订单付款时间": "", "退款金额": "1.00"}, "退款金额", "refund_above_paid"),
        ("the future", {"订单付款时间": "2026-03-03 10:00:00"}, "订单付款时间", "time_future"),
        ("before Taobao", {"订单创建时间": "1999-01-01 10:00:00"}, "订单创建时间", "time_too_early"),
        ("paid before made", {"订单付款时间": "2025-06-18 00:05:00"}, "订单付款时间", "pay_before_create"),
        ("no time", {"订单付款时间": "", "订单创建时间": ""}, "订单创建时间", "time_missing"),
        ("an unknown state", {"订单状态": "飞走了"}, "订单状态", "status_unknown"),
        ("a total", {"订单编号": "合计", "订单创建时间": ""}, "订单编号", "total_row"),
        ("an endless nick", {"买家会员名": "宝" * 65}, "买家会员名", "text_too_long"),
    ],
)
def test_a_faulty_row_stays_out_with_its_line_and_column(
    tmp_path: Path, _case: str, changes: dict[str, str], column: str, code: str
) -> None:
    found = orders(write_taobao(tmp_path, [taobao_row(1), taobao_row(2, **changes), taobao_row(3)]))
    assert [(reject.line, reject.column, reject.code) for reject in found.rejects] == [(3, column, code)]
    assert found.rejects[0].raw["宝贝标题"] == "婴儿奶粉3段，送礼品"
    assert len(found.orders) == 2
    assert found.accepted + len(found.rejects) == found.rows == 3
    assert code not in found.rejects[0].sentence("zh")


def test_the_same_order_twice_counts_once_but_contradictions_both_stay_out(tmp_path: Path) -> None:
    rows = [
        taobao_row(1),
        taobao_row(1),
        taobao_row(2),
        taobao_row(3),
        taobao_row(2, 总金额="99.00", 买家实际支付金额="99.00"),
    ]
    found = orders(write_taobao(tmp_path, rows))
    assert found.orders["order_no"].str[-1].tolist() == ["1", "3"]
    assert [(reject.line, reject.code, reject.params["lines"]) for reject in found.rejects] == [
        (4, "order_differs", "4, 6"),
        (6, "order_differs", "4, 6"),
    ]
    assert found.accepted == 3
    assert dict(found.notes)["rows_repeated"] == {"n": 1}


def test_masked_nicks_make_no_member(tmp_path: Path) -> None:
    found = orders(write_taobao(tmp_path, [taobao_row(1, 买家会员名="t**3"), taobao_row(2)]))
    assert found.orders["buyer_id"].isna().tolist() == [True, False]
    assert found.orders["nickname"].iloc[0] == "t**3"


def test_without_the_detail_file_the_title_is_one_item_and_never_split(tmp_path: Path) -> None:
    items = orders(write_taobao(tmp_path, [taobao_row()])).items
    assert items[["title", "product_key", "quantity", "amount_fen"]].values.tolist() == [
        ["婴儿奶粉3段，送礼品"] * 2 + [2, 10_000]
    ]


def _detail(folder: Path, rows: list[dict[str, str]]) -> Path:
    return write(folder, csv_bytes(TAOBAO_DETAIL, rows), "ExportOrderDetailList202603010900.csv")


def _item(number: int, title: str, price: str, quantity: str = "1", code: str = "") -> dict[str, str]:
    order = f'="3515313147329{number:06d}"'
    return {
        "订单编号": order,
        "标题": title,
        "价格": price,
        "购买数量": quantity,
        "商家编码": code,
        "订单状态": "交易成功",
    }


def test_the_detail_file_gives_the_items_and_shares_the_amount_exactly(tmp_path: Path) -> None:
    rows = [_item(1, "奶粉", "33.33", "2", "A1"), _item(1, "湿巾", "33.34"), _item(9, "别的", "1.00")]
    path = write_taobao(tmp_path, [taobao_row(1, 退款金额="0.01", 买家实际支付金额="99.99"), taobao_row(2)])
    found = orders(path, items_path=_detail(tmp_path, rows))
    first = found.items[found.items["order_no"].str.endswith("1")]
    assert first["product_key"].tolist() == ["A1", "湿巾"]
    assert first["amount_fen"].tolist() == [6_666, 3_334]
    assert first["refund_fen"].sum() == 1
    assert found.items[found.items["order_no"].str.endswith("2")]["title"].tolist() == ["婴儿奶粉3段，送礼品"]
    assert [(reject.line, reject.code, reject.source) for reject in found.side_rejects] == [
        (4, "item_without_order", "items")
    ]


def test_an_order_with_a_faulty_item_keeps_its_title_instead(tmp_path: Path) -> None:
    rows = [_item(1, "奶粉", "50.00"), _item(1, "湿巾", "五十")]
    found = orders(write_taobao(tmp_path, [taobao_row(1)]), items_path=_detail(tmp_path, rows))
    assert found.items["amount_fen"].tolist() == [10_000]
    assert [reject.code for reject in found.side_rejects] == ["order_incomplete", "amount_format"]


def test_a_detail_file_alone_is_refused_plainly(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="items_need_orders"):
        orders(_detail(tmp_path, [_item(1, "奶粉", "1.00")]))


def test_a_key_file_names_the_buyers_that_the_export_left_out(tmp_path: Path) -> None:
    keys = write(
        tmp_path, "订单号,会员号\n3515313147329000001,M1\n3515313147329000002,M2\n3515313147329000002,M3\n", "keys.csv"
    )
    found = orders(write_taobao(tmp_path, [taobao_row(1), taobao_row(2)], TAOBAO_2026), keys_path=keys)
    assert found.has_buyer_key
    assert found.orders["buyer_id"].fillna("").tolist() == ["M1", ""]
    assert found.orders["buyer_kind"].iloc[0] == "member_id"
    assert [(reject.line, reject.code) for reject in found.side_rejects] == [(3, "key_differs"), (4, "key_differs")]


def test_a_number_cell_of_19_digits_in_xlsx_is_a_row_fault(tmp_path: Path) -> None:
    rows = [taobao_row(1), taobao_row(2)]
    table: list[list[object]] = [[row.get(header.strip(), "") for header in TAOBAO_2017] for row in rows]
    table[1][0] = 4351531314732935790
    found = orders(write_xlsx(tmp_path, [TAOBAO_2017, *table]))
    assert [(reject.line, reject.code) for reject in found.rejects] == [(3, "id_precision_lost")]


def test_columns_that_changed_places_refuse_the_file_with_a_suggestion(tmp_path: Path) -> None:
    rows = [taobao_row(number, 总金额="13812345678", 联系手机="100.00") for number in range(1, 6)]
    with pytest.raises(Refusal) as caught:
        orders(write_taobao(tmp_path, rows))
    assert (caught.value.code, caught.value.params["column"]) == ("columns_swapped", "总金额")
    assert caught.value.params["likely"]


@pytest.mark.parametrize("lost", ["订单编号", "总金额", "订单状态"])
def test_an_export_that_lost_a_column_is_refused_by_name(tmp_path: Path, lost: str) -> None:
    with pytest.raises(Refusal) as caught:
        orders(write_taobao(tmp_path, [taobao_row()], [header for header in TAOBAO_2017 if header != lost]))
    assert (caught.value.code, caught.value.params["missing"]) == ("header_incomplete", lost)


def test_a_named_preset_that_does_not_fit_says_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(Refusal) as caught:
        orders(write_taobao(tmp_path, [taobao_row()]), preset="youzan")
    assert caught.value.code == "preset_mismatch"
    assert "买家付款时间" in caught.value.params["missing"]
