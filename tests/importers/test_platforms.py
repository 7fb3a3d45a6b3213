"""Youzan, JD, Pinduoduo, Douyin and Shopify exports."""

from pathlib import Path

import pytest

from core.importers.presets import PRESETS, match_preset
from tests.importers.corpus import orders, write

YOUZAN = (
    "订单号,订单状态,买家付款时间,订单实付金额,全部商品名称,商品种类数,收货人/提货人,收货人手机号/提货人手机号,详细收货地址/提货地址,买家手机号,买家备注,商家订单备注\n"
    "E2025,交易完成,2025-03-08 14:30:00,88.00,奶粉,1,张小明,13912345678,浙江省 杭州市 西湖区 文一路,13812345678,,\n"
)
JD = (
    "订单号,商品ID,商品名称,订购数量,支付方式,下单时间,京东价,订单金额,结算金额,余额支付,应付金额,订单状态,订单类型,下单帐号,客户姓名,客户地址,"
    "联系电话,付款确认时间,订单完成时间\n"
    "77,11,奶粉,1,在线支付,2025-03-08 14:30:00,60.00,100.00,90.00,0,90.00,完成,SOP,"
    "jd_mama,张小明,北京朝阳区望京,138****5678,2025-03-08 14:31:00,\n"
    "77,12,湿巾,2,在线支付,2025-03-08 14:30:00,20.00,100.00,90.00,0,90.00,完成,SOP,"
    "jd_mama,张小明,北京朝阳区望京,138****5678,2025-03-08 14:31:00,\n"
)
PINDUODUO = (
    "商品,订单号,订单状态,商品总价(元),邮费(元),用户实付金额(元),商家实收金额(元),商品数量(件),发货时间,确认收货时间,商品id,省,市,区,售后状态,订单成交时间\n"
    "奶粉,250308-1,已收货,90.00,0,80.00,85.00,1,,,5501,浙江省,杭州市,****,无售后或售后取消,2025-03-08 14:30:00\n"
    "湿巾,250308-2,已发货，退款成功,20.00,0,20.00,20.00,1,,,5502,浙江省,杭州市,****,退款成功,2025-03-08 14:30:00\n"
    "湿巾,250308-3,待付款,20.00,0,20.00,20.00,1,,,5502,浙江省,杭州市,****,,\n"
)
DOUYIN = (
    "\ufeff主订单编号,子订单编号,选购商品,商品规格,商品数量,商家编码,订单应付金额,运费,收件人,收件人手机号,详细地址,订单提交时间,商家备注,订单完成时间,"
    "订单状态,售后状态\n"
    "\t9001,\t9001a,奶粉,,1,A1,50.00,0,##密文,##密文,浙江省 杭州市 西湖区 ****,2025-03-08 14:30:00,,,已完成,\n"
    "\t9001,\t9001b,湿巾,,2,A2,20.00,0,##密文,##密文,浙江省 杭州市 西湖区 ****,2025-03-08 14:30:00,,,已完成,退款成功\n"
)
SHOPIFY = (
    "Name,Email,Financial Status,Paid at,Fulfillment Status,Accepts Marketing,Currency,Subtotal,Total,Discount Code,Created at,"
    "Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku,Shipping Name,Shipping City,Shipping Province,Refunded Amount,Phone\n"
    "#1001,Ann@example.com,paid,2025-03-08 14:31:00 +0800,fulfilled,yes,CNY,95,100.00,SPRING,2025-03-08 14:30:00 +0800,1,Milk,60.00,M1,Ann,"
    "Hangzhou,ZJ,10.00,+8613812345678\n"
    "#1001,,,,,,,,,,,2,Wipes,20.00,W1,,,,,\n"
    "#1002,bob@example.com,pending,,,no,CNY,5,5.00,,2025-03-09 14:30:00 +0800,1,Wipes,5.00,W1,Bob,,,0.00,\n"
)


@pytest.mark.parametrize(
    ("name", "text", "paid", "refund", "items", "key"),
    [
        ("youzan", YOUZAN, [8_800], 0, [8_800], "phone"),
        ("jd", JD, [9_000], 0, [5_400, 3_600], "buyer_id"),
        ("pinduoduo", PINDUODUO, [8_000, 2_000, 0], 2_000, [8_000, 2_000, 0], None),
        ("douyin", DOUYIN, [7_000], 2_000, [5_000, 2_000], None),
        ("shopify", SHOPIFY, [10_000, 0], 1_000, [6_000, 4_000, 0], "email"),
    ],
)
def test_a_platform_export_is_recognised_and_adds_up(
    tmp_path: Path, name: str, text: str, paid: list[int], refund: int, items: list[int], key: str | None
) -> None:
    found = orders(write(tmp_path, text))
    assert (found.preset, found.rejects) == (name, [])
    assert found.orders["paid_fen"].tolist() == paid
    assert found.orders["refund_fen"].sum() == refund
    assert found.items["amount_fen"].tolist() == items
    assert found.items["refund_fen"].sum() == refund
    assert found.has_buyer_key is (key is not None)
    assert key is None or found.orders[key].notna().iloc[0]


def test_shopify_keeps_code_email_and_delivery(tmp_path: Path) -> None:
    row = orders(write(tmp_path, SHOPIFY)).orders.iloc[0]
    assert (row.coupon_code, row.email, row.status, row.quantity) == ("SPRING", "ann@example.com", "shipped", 3)


def test_a_jd_order_whose_rows_give_two_amounts_stays_out(tmp_path: Path) -> None:
    found = orders(write(tmp_path, JD.replace("20.00,100.00,90.00", "20.00,100.00,91.00")))
    assert [reject.code for reject in found.rejects] == ["order_amounts_differ"] * 2


@pytest.mark.parametrize("name", PRESETS)
def test_each_preset_is_matched_by_its_own_headers_only(name: str) -> None:
    headers = [group[0] for group in PRESETS[name].required]
    found = match_preset(headers)
    assert found is not None
    assert found.name == name
    assert match_preset(headers[1:]) is None
