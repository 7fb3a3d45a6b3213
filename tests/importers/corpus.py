"""Files as the platforms and spreadsheets write them, with made-up rows only."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import xlsxwriter

from core.clock import ShopZone
from core.importers.members import ParsedMembers, parse_members
from core.importers.orders import ParsedOrders, parse_orders

NOW = datetime(2026, 3, 1, 4, tzinfo=UTC)
ZONE = ShopZone("Asia/Shanghai")


def listed(names: str) -> list[str]:
    """The header names of a comma-separated line."""
    return names.split(",")


TAOBAO_2015 = listed(
    "订单编号,买家会员名,买家支付宝账号,买家应付货款,买家应付邮费,买家支付积分,总金额,返点积分,"
    "买家实际支付金额,买家实际支付积分,订单状态,买家留言,收货人姓名,收货地址 ,运送方式,联系电话 ,"
    "联系手机,订单创建时间,订单付款时间 ,宝贝标题 ,宝贝种类 ,物流单号 ,物流公司,订单备注,宝贝总数量,"
    "店铺Id,店铺名称,订单关闭原因,卖家服务费,买家服务费,发票抬头,是否手机订单,分阶段订单信息,"
    "特权订金订单id,是否上传合同照片,是否上传小票,是否代付,定金排名,修改后的sku,修改后的收货地址,"
    "异常信息,天猫卡券抵扣,集分宝抵扣,是否是O2O交易"
)
TAOBAO_2017 = [*TAOBAO_2015, "退款金额", "预约门店"]
TAOBAO_2019 = [
    *TAOBAO_2015[:3],
    "支付单号",
    "支付详情",
    *TAOBAO_2015[3:],
    "新零售交易类型",
    "新零售导购门店名称",
    "新零售导购门店id",
    "新零售发货门店名称",
    "新零售发货门店id",
    "退款金额",
    "预约门店",
    "确认收货时间",
    "打款商家金额",
    "含应开票给个人的个人红包",
]
TAOBAO_2021 = [*TAOBAO_2019, "是否信用购", "体验期结束时间", "前N有礼", "配送类型", "主订单编号"]
TAOBAO_2022 = [
    *TAOBAO_2019,
    "直播返现状态",
    "返现金额",
    "延迟发货自动赔付金额",
    "预售订单",
    "发货时间",
    "商家备忘",
    "主订单编号",
]
TAOBAO_2026 = listed(
    "订单编号,支付单号,买家应付货款,买家应付邮费,总金额,买家实付金额,订单状态,收货地址,运送方式,"
    "订单创建时间,商品标题,宝贝种类,物流单号,物流公司,备注标签,商家备注,宝贝总数量,开票信息,手机订单,"
    "商品属性SKU,发货时间"
)
TAOBAO_DETAIL = listed("订单编号,标题,价格,购买数量,外部系统编号,商品属性,套餐信息,备注,订单状态,商家编码")


def taobao_row(number: int = 1, **changes: str) -> dict[str, str]:
    """A finished, paid order of 100.00 with nothing refunded, by header; keyword names are headers."""
    row = {
        "订单编号": f'="3515313147329{number:06d}"',
        "买家会员名": f"妈妈{number}",
        "总金额": "100.00",
        "买家实际支付金额": "100.00",
        "买家实付金额": "100.00",
        "订单状态": "交易成功",
        "收货人姓名": "张小明",
        "收货地址": "广东省 广州市 天河区 花城大道1号",
        "联系手机": "'13812345678",
        "订单创建时间": "2025-06-18 00:05:01",
        "订单付款时间": "2025-06-18 00:05:30",
        "宝贝标题": "婴儿奶粉3段，送礼品",
        "商品标题": "婴儿奶粉3段,送礼品",
        "宝贝种类": "1",
        "宝贝总数量": "2",
        "退款金额": "0.00",
        "确认收货时间": "2025-06-25 10:00:00",
        "物流单号": "No:1234567890",
    }
    return {**row, **changes}


def csv_bytes(
    headers: Sequence[str],
    rows: Iterable[Mapping[str, str]],
    encoding: str = "gb18030",
    delimiter: str = ",",
    quote: bool = True,
) -> bytes:
    """A CSV of rows by header; headers a row does not name are empty."""
    out = io.StringIO()
    writer = csv.writer(
        out, delimiter=delimiter, quoting=csv.QUOTE_ALL if quote else csv.QUOTE_MINIMAL, lineterminator="\r\n"
    )
    writer.writerow(headers)
    for row in rows:
        writer.writerow([row.get(header.strip(), "") for header in headers])
    return out.getvalue().encode(encoding)


def write(folder: Path, content: bytes | str, name: str = "orders.csv") -> Path:
    """A file of bytes, or of text in UTF-8."""
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def write_taobao(folder: Path, rows: Iterable[Mapping[str, str]], headers: Sequence[str] = TAOBAO_2017) -> Path:
    """An order list as 千牛 exports it."""
    return write(folder, csv_bytes(headers, rows), "ExportOrderList202603010900.csv")


def write_xlsx(
    folder: Path, rows: Sequence[Sequence[Any]], *, hidden_first: bool = False, name: str = "orders.xlsx"
) -> Path:
    """A workbook with typed cells; optionally with a hidden sheet before the visible one and another after it."""
    path = folder / name
    with xlsxwriter.Workbook(
        str(path), {"default_date_format": "yyyy-mm-dd hh:mm:ss", "remove_timezone": True}
    ) as book:
        if hidden_first:
            hidden = book.add_worksheet("参数")
            hidden.write(0, 0, "不要读我")
        sheet = book.add_worksheet("订单")
        for number, row in enumerate(rows):
            for column, cell in enumerate(row):
                sheet.write(number, column, cell)
        if hidden_first:
            sheet.activate()
            sheet.set_first_sheet()
            hidden.hide()
            book.add_worksheet("说明").write(0, 0, "备注")
    return path


def orders(path: Path, **options: Any) -> ParsedOrders:
    """Parse an order file at the corpus's now."""
    return parse_orders(path, zone=ZONE, now=NOW, **options)


def members(path: Path, **options: Any) -> ParsedMembers:
    """Parse a member file at the corpus's now."""
    return parse_members(path, zone=ZONE, now=NOW, **options)
