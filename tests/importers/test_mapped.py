"""Any table by its columns: suggestions, explicit mappings, order rows and item rows."""

from pathlib import Path

import pytest

from core.clock import from_micros
from core.errors import Refusal
from core.importers.headers import fingerprint
from core.importers.mapping import MEMBER_FIELDS, ORDER_FIELDS, suggest_members, suggest_orders
from tests.importers.corpus import listed, orders, write

BASKETS = """household_id,basket_id,product_id,quantity,sales_value,transaction_timestamp
900,1,11,1,0.50,2025-01-01 11:53:26
900,1,12,2,0.99,2025-01-01 11:53:26
901,2,11,1,1.43,2025-01-02 12:26:30
"""
ITEM_MAP = {
    "order_no": "basket_id",
    "line_no": "product_id",
    "member_id": "household_id",
    "product_id": "product_id",
    "quantity": "quantity",
    "amount": "sales_value",
    "paid_at": "transaction_timestamp",
}


def test_the_fields_are_those_of_the_command_line() -> None:
    assert set(ORDER_FIELDS) == set(
        listed(
            "order_no,line_no,member_id,phone,email,name,nickname,created_at,paid_at,status,amount,refund,"
            "quantity,product_id,product,category,province,city,receiver_address,coupon_code"
        )
    )
    assert set(MEMBER_FIELDS) == set(
        listed(
            "member_id,phone,email,name,nickname,gender,birthday,province,city,joined_at,source,tags,consent_sms,"
            "consent_email,grade"
        )
    )


def test_with_line_no_a_row_is_an_item_and_the_order_is_their_sum(tmp_path: Path) -> None:
    found = orders(write(tmp_path, BASKETS), preset="mapped", mapping=ITEM_MAP, platform="grocer")
    assert (found.preset, found.platform, found.rows, found.rejects) == ("mapped", "grocer", 3, [])
    assert found.orders[["order_no", "buyer_id", "paid_fen", "quantity", "status"]].values.tolist() == [
        ["1", "900", 149, 3, "paid"],
        ["2", "901", 143, 1, "paid"],
    ]
    assert found.items[["order_no", "line_no", "product_key", "amount_fen"]].values.tolist() == [
        ["1", "11", "11", 50],
        ["1", "12", "12", 99],
        ["2", "11", "11", 143],
    ]
    assert from_micros(found.orders["paid_at"].iloc[0]).isoformat() == "2025-01-01T03:53:26+00:00"


@pytest.mark.parametrize(
    ("_case", "line", "codes"),
    [
        (
            "a faulty item",
            "900,1,13,1,-1.00,2025-01-01 11:53:26",
            ["order_incomplete", "order_incomplete", "amount_negative"],
        ),
        ("another buyer", "902,1,13,1,1.00,2025-01-01 11:53:26", ["order_buyers_differ"] * 3),
        (
            "the same line again, different",
            "900,1,12,2,0.98,2025-01-01 11:53:26",
            ["order_incomplete", "order_differs", "order_differs"],
        ),
    ],
)
def test_an_order_with_a_faulty_row_stays_out_whole(tmp_path: Path, _case: str, line: str, codes: list[str]) -> None:
    found = orders(write(tmp_path, BASKETS + line + "\n"), mapping=ITEM_MAP)
    assert [reject.code for reject in found.rejects] == codes
    assert found.orders["order_no"].tolist() == ["2"]
    assert found.items["order_no"].tolist() == ["2"]
    assert found.accepted + len(found.rejects) == found.rows


def test_the_same_item_line_again_counts_once(tmp_path: Path) -> None:
    found = orders(write(tmp_path, BASKETS + "900,1,12,2,0.99,2025-01-01 11:53:26\n"), mapping=ITEM_MAP)
    assert found.orders["paid_fen"].tolist() == [149, 143]
    assert (found.rows, found.accepted, len(found.items)) == (4, 4, 3)


@pytest.mark.parametrize(
    ("_case", "cells", "paid", "refund", "status"),
    [
        ("not given", "2025-01-01 10:00:00,,5.00,0", 500, 0, "paid"),
        ("shipped", "2025-01-01 10:00:00,已发货,5.00,2", 500, 200, "shipped"),
        ("waiting", "2025-01-01 10:00:00,待付款,5.00,0", 0, 0, "wait_pay"),
        ("closed", "2025-01-01 10:00:00,已取消,5.00,0", 0, 0, "closed"),
        ("closed after a refund", "2025-01-01 10:00:00,已退款,5.00,5.00", 500, 500, "closed"),
    ],
)
def test_without_a_payment_time_the_order_time_counts_for_paid_orders(
    tmp_path: Path, _case: str, cells: str, paid: int, refund: int, status: str
) -> None:
    found = orders(write(tmp_path, f"订单号,下单时间,状态,金额,退款\nA1,{cells}\n"))
    row = found.orders.iloc[0]
    assert (row.paid_fen, row.refund_fen, row.status, row.notna()["paid_at"]) == (paid, refund, status, paid > 0)


def test_a_unknown_table_is_read_by_its_column_names(tmp_path: Path) -> None:
    text = "订单号;手机号;付款时间;实付金额;商品名称;省份;城市;优惠券码\nA1;13812345678;2025/3/8 14:30;¥1,234.50;奶粉;浙江省;杭州市;ABC\n"
    row = orders(write(tmp_path, text)).orders.iloc[0]
    assert (row.order_no, row.phone, row.paid_fen, row.title) == ("A1", "+8613812345678", 123_450, "奶粉")
    assert (row.province, row.city, row.coupon_code) == ("浙江", "杭州", "ABC")
    assert row.created_at == row.paid_at


def test_a_masked_phone_in_a_mapped_file_is_no_key(tmp_path: Path) -> None:
    found = orders(write(tmp_path, "订单号,手机号,付款时间,金额\nA1,138****5678,2025-03-08 14:30:00,5\n"))
    assert not found.has_buyer_key
    assert found.orders["phone_masked"].tolist() == ["138****5678"]


@pytest.mark.parametrize(
    ("_case", "mapping", "code"),
    [
        ("an unknown field", {"order_no": "a", "colour": "b"}, "mapping_field_unknown"),
        ("a column the file lacks", {"order_no": "a", "amount": "z"}, "mapping_column_missing"),
        ("no order number", {"amount": "a", "paid_at": "b"}, "mapping_incomplete"),
        ("no time", {"order_no": "a", "amount": "b"}, "mapping_incomplete"),
    ],
)
def test_a_mapping_that_cannot_work_is_refused(tmp_path: Path, _case: str, mapping: dict[str, str], code: str) -> None:
    with pytest.raises(Refusal, match=code):
        orders(write(tmp_path, "a,b\n1,2\n"), mapping=mapping)


def test_orders_without_an_amount_are_not_guessed(tmp_path: Path) -> None:
    with pytest.raises(Refusal) as caught:
        orders(write(tmp_path, "订单号,下单时间,品牌\n1,2025-01-01 10:00:00,甲\n"))
    assert (caught.value.code, caught.value.params) == ("mapping_incomplete", {"field": "amount"})


def test_a_payment_day_without_its_hour_is_not_before_the_order(tmp_path: Path) -> None:
    text = "订单号,下单时间,付款时间,金额\n1,2025-01-02 10:00:00,2025-01-02,5\n2,2025-01-02 10:00:00,2025-01-01,5\n"
    found = orders(write(tmp_path, text))
    assert [(reject.line, reject.code) for reject in found.rejects] == [(3, "pay_before_create")]


def test_a_mapping_is_found_whatever_the_case_and_blanks_of_a_header(tmp_path: Path) -> None:
    found = orders(
        write(tmp_path, "Order No,Paid At,Amount\n1,2025-03-08 14:30:00,5\n"),
        mapping={
            "order_no": "order no",
            "paid_at": "PAID AT",
            "amount": "amount",
        },
    )
    assert found.orders["paid_fen"].tolist() == [500]


def test_suggestions_give_each_header_to_one_field() -> None:
    assert suggest_orders(["订单号", "商品编号", "商品名称", "金额", "下单时间"]) == {
        "order_no": "订单号",
        "created_at": "下单时间",
        "amount": "金额",
        "product_id": "商品编号",
        "product": "商品名称",
    }
    assert suggest_members(["会员号", "生日", "是否接收短信"]) == {
        "member_id": "会员号",
        "birthday": "生日",
        "consent_sms": "是否接收短信",
    }


def test_a_header_set_is_remembered_whatever_its_order_and_our_own_columns() -> None:
    assert fingerprint(["订单号", "金额 "]) == fingerprint(["金额", "订单号", "原因", "error code"])
    assert fingerprint(["订单号", "金额"]) != fingerprint(["订单号"])


def test_progress_runs_from_start_to_end(tmp_path: Path) -> None:
    seen: list[float] = []
    orders(write(tmp_path, BASKETS), mapping=ITEM_MAP, progress=seen.append)
    assert seen == sorted(seen)
    assert seen[-1] == 1.0
