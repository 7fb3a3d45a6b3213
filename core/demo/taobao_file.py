"""The demo shop as the files its owner would export: the order list of 46 columns and the item details, both GB18030."""

import csv
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import repeat
from pathlib import Path

import numpy as np
import pandas as pd

from core.clock import to_micros
from core.demo.names import ADDRESS_HEAD
from core.demo.shop import DemoShop
from core.documents.enums import OrderStatus
from core.money import as_yuan
from core.rules.codes import show_code
from core.rules.masking import mask_name

ENCODING = "gb18030"
# As the platform writes them: six end in a blank.
_ORDER_LINE = (
    "订单编号,买家会员名,买家支付宝账号,买家应付货款,买家应付邮费,买家支付积分,总金额,返点积分,买家实际支付金额,买家实际支付积分,"
    "订单状态,买家留言,收货人姓名,收货地址 ,运送方式,联系电话 ,联系手机,订单创建时间,订单付款时间 ,宝贝标题 ,宝贝种类 ,物流单号 ,"
    "物流公司,订单备注,宝贝总数量,店铺Id,店铺名称,订单关闭原因,卖家服务费,买家服务费,发票抬头,是否手机订单,分阶段订单信息,"
    "特权订金订单id,是否上传合同照片,是否上传小票,是否代付,定金排名,修改后的sku,修改后的收货地址,异常信息,天猫卡券抵扣,集分宝抵扣,"
    "是否是O2O交易,退款金额,预约门店"
)
_ITEM_LINE = "订单编号,标题,价格,购买数量,外部系统编号,商品属性,套餐信息,备注,订单状态,商家编码"
ORDER_HEADERS = tuple(_ORDER_LINE.split(","))
ITEM_HEADERS = tuple(_ITEM_LINE.split(","))
_STATUS = {
    OrderStatus.WAIT_PAY: "等待买家付款",
    OrderStatus.PAID: "买家已付款，等待卖家发货",
    OrderStatus.PART_SHIPPED: "卖家部分发货",
    OrderStatus.SHIPPED: "卖家已发货，等待买家确认",
    OrderStatus.FINISHED: "交易成功",
    OrderStatus.CLOSED: "交易关闭",
}
_ON_THE_WAY = (OrderStatus.PART_SHIPPED, OrderStatus.SHIPPED, OrderStatus.FINISHED)
_CARRIERS = ("圆通速递", "中通快递", "韵达快递", "申通快递", "极兔速递")
_FIXED: dict[str, str | list[str]] = {
    "买家应付邮费": "0.00", "买家支付积分": "0", "返点积分": "0", "买家实际支付积分": "0", "运送方式": "快递", "店铺Id": "61800001",
    "卖家服务费": "0.00", "买家服务费": "0.00", "是否手机订单": "手机订单", "是否上传合同照片": "否", "是否上传小票": "否",
    "是否代付": "否", "天猫卡券抵扣": "0.00", "集分宝抵扣": "0.00", "是否是O2O交易": "否",
}  # fmt: skip


def write_taobao_export(
    shop: DemoShop, path: Path, *, since: datetime | None = None, until: datetime | None = None
) -> tuple[Path, Path]:
    """Write the orders made in ``[since, until)`` to ``path`` and their items beside it; returns both paths.

    Newest first, as the platform exports. 总金额 = 买家实际支付金额 + 退款金额 on every paid order; names, phones and
    addresses are masked; a coupon's code stands in the order's memo.
    """
    orders = _chosen(shop, since, until)
    items = shop.items[shop.items["order_no"].isin(orders["order_no"])]
    items = items.merge(shop.products[["product_key", "title", "price_fen"]], on="product_key", how="left")
    items_path = path.with_name(f"{path.stem}_items{path.suffix}")
    _write(path, ORDER_HEADERS, _order_rows(shop, orders, items))
    _write(items_path, ITEM_HEADERS, _item_rows(orders, items))
    return path, items_path


def _chosen(shop: DemoShop, since: datetime | None, until: datetime | None) -> pd.DataFrame:
    """The orders of the period, newest first."""
    created = shop.orders["created_at"]
    wanted = np.ones(len(created), dtype=bool)
    if since is not None:
        wanted &= (created >= to_micros(since)).to_numpy()
    if until is not None:
        wanted &= (created < to_micros(until)).to_numpy()
    return shop.orders[wanted].iloc[::-1]


def _write(path: Path, headers: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> None:
    with path.open("w", encoding=ENCODING, newline="") as handle:
        writer = csv.writer(handle, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
        writer.writerow(headers)
        writer.writerows(rows)


def _order_rows(shop: DemoShop, orders: pd.DataFrame, items: pd.DataFrame) -> Iterator[tuple[str, ...]]:
    """Rows in the order of ORDER_HEADERS; columns that the shop has nothing for are empty."""
    goods = items.groupby("order_no")["title"].agg(list).reindex(orders["order_no"]).tolist()
    filled = _FIXED | _money(orders) | _parcel(shop, orders) | {
        "订单编号": [_as_text(number) for number in orders["order_no"]],
        "订单状态": [_STATUS[OrderStatus(status)] for status in orders["status"]],
        "订单创建时间": _walls(orders["created_at"], shop.zone),
        "订单付款时间 ": _walls(orders["paid_at"], shop.zone),
        "宝贝标题 ": ["，".join(titles) for titles in goods],
        "宝贝种类 ": [str(len(titles)) for titles in goods],
        "订单备注": ["" if pd.isna(code) else f"用券 {show_code(code)}" for code in orders["coupon_code"]],
        "宝贝总数量": orders["quantity"].astype(str).tolist(),
        "店铺名称": shop.name,
        "订单关闭原因": _closing(orders),
    }  # fmt: skip
    columns = [filled.get(header, "") for header in ORDER_HEADERS]
    return zip(*(repeat(column, len(orders)) if isinstance(column, str) else column for column in columns), strict=True)


def _money(orders: pd.DataFrame) -> dict[str, str | list[str]]:
    """The amounts of each order: what was asked, what stayed paid, what went back."""
    asked = _yuan(orders["payable_fen"])
    return {
        "买家应付货款": asked,
        "总金额": asked,
        "买家实际支付金额": _yuan(orders["paid_fen"] - orders["refund_fen"]),
        "退款金额": _yuan(orders["refund_fen"]),
    }


def _parcel(shop: DemoShop, orders: pd.DataFrame) -> dict[str, str | list[str]]:
    """Buyer, receiver and delivery, masked as the platform masks them."""
    people = shop.people.set_index("number").loc[orders["number"]]
    # Who gave us no number gave one to the platform; its tail is any four digits.
    tails = people["phone"].str[-4:].fillna(people["buyer_id"].str[-4:])
    sent = orders["status"].isin(_ON_THE_WAY).tolist()
    numbers = orders["order_no"].tolist()
    return {
        "买家会员名": people["buyer_id"].tolist(),
        "收货人姓名": [mask_name(name) for name in people["name"]],
        "收货地址 ": [f"{ADDRESS_HEAD[place]} ****" for place in zip(orders["province"], orders["city"], strict=True)],
        "联系手机": [f"'119****{tail}" for tail in tails],
        "物流单号 ": [f"No:YT{number[:13]}" if on else "" for number, on in zip(numbers, sent, strict=True)],
        "物流公司": [_CARRIERS[int(number[-2:]) % 5] if on else "" for number, on in zip(numbers, sent, strict=True)],
    }


def _closing(orders: pd.DataFrame) -> list[str]:
    """Why an order was closed, if it was."""
    closed, paid = orders["status"].eq(OrderStatus.CLOSED), orders["paid_at"].notna()
    reasons: list[str] = np.select([~closed, paid], ["订单未关闭", "退款成功"], "买家未付款").tolist()
    return reasons


def _item_rows(orders: pd.DataFrame, items: pd.DataFrame) -> Iterator[tuple[str, ...]]:
    """Rows in the order of ITEM_HEADERS, orders as in the order file."""
    status = orders.set_index("order_no")["status"]
    position = pd.Series(np.arange(len(orders)), index=orders["order_no"])
    items = items.iloc[np.lexsort((items["line_no"], position.loc[items["order_no"]].to_numpy()))]
    for row in items.itertuples(index=False):
        words = _STATUS[OrderStatus(status[row.order_no])]
        price = str(as_yuan(row.price_fen))
        yield (_as_text(row.order_no), row.title, price, str(row.quantity), "", "", "", "", words, row.product_key)


def _as_text(digits: str) -> str:
    """Digits wrapped so that a spreadsheet does not round them."""
    return f'="{digits}"'


def _yuan(amounts: "pd.Series[int]") -> list[str]:
    return [str(as_yuan(fen)) for fen in amounts.tolist()]


def _walls(micros: "pd.Series[int]", zone: str) -> list[str]:
    """Wall-clock texts of epoch microseconds; empty where missing."""
    stamps = pd.to_datetime(micros, unit="us", utc=True)
    walls: list[str] = stamps.dt.tz_convert(zone).dt.strftime("%Y-%m-%d %H:%M:%S").fillna("").tolist()
    return walls
