"""The platforms' export files as data: which headers they carry, under which field, and what one row is."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from core.importers.headers import header_key

Aliases = Mapping[str, tuple[str, ...]]


class Grain(StrEnum):
    """What one row of a file is."""

    ORDER = "order"
    ITEM = "item"


@dataclass(frozen=True)
class Preset:
    """One kind of export: headers that must be there (any name of a group), fields by their header names, and its manners.

    ``buyer_kind`` says what the buyer id is, None where the platform gives none; ``repeats``: order amounts stand on each row of
    the order; ``dated_numbers``: the order number begins with the day it was made (yymmdd).
    """

    name: str
    platform: str
    grain: Grain
    required: tuple[tuple[str, ...], ...]
    columns: Aliases
    buyer_kind: str | None = None
    repeats: bool = False
    dated_numbers: bool = False

    def matches(self, headers: Iterable[str]) -> bool:
        """Whether a header row is of this kind."""
        return not self.missing(headers)

    def missing(self, headers: Iterable[str]) -> list[str]:
        """The required headers that are not there."""
        keys = {header_key(header) for header in headers}
        return [group[0] for group in self.required if not any(header_key(name) in keys for name in group)]

    def resolve(self, headers: Iterable[str]) -> dict[str, str]:
        """Field -> the file's own header, for the fields the file has."""
        own = {header_key(header): header for header in reversed(list(headers))}
        found = {}
        for field, names in self.columns.items():
            header = next((own[header_key(name)] for name in names if header_key(name) in own), None)
            if header is not None:
                found[field] = header
        return found


TAOBAO_ORDERS = Preset(
    name="taobao_orders",
    platform="taobao",
    grain=Grain.ORDER,
    required=(("订单编号",), ("总金额",), ("订单状态",), ("订单创建时间",), ("宝贝标题", "商品标题")),
    columns={
        "order_no": ("订单编号",),
        "member_id": ("买家会员名", "买家昵称"),
        "open_id": ("买家open_uid", "openUid", "open_uid"),
        "total": ("总金额",),
        "net": ("买家实际支付金额", "买家实付金额"),
        "refund": ("退款金额",),
        "status": ("订单状态",),
        "created_at": ("订单创建时间",),
        "paid_at": ("订单付款时间",),
        "completed_at": ("确认收货时间",),
        "title": ("宝贝标题", "商品标题"),
        "quantity": ("宝贝总数量",),
        "receiver_name": ("收货人姓名",),
        "receiver_phone": ("联系手机",),
        "receiver_address": ("收货地址",),
    },
    buyer_kind="nick",
)

TAOBAO_ITEMS = Preset(
    name="taobao_items",
    platform="taobao",
    grain=Grain.ITEM,
    required=(("订单编号",), ("标题",), ("价格",), ("购买数量",)),
    columns={
        "order_no": ("订单编号",),
        "line_no": ("子订单编号",),
        "product": ("标题",),
        "product_id": ("商品ID", "宝贝ID"),
        "sku": ("商家编码", "外部系统编号"),
        "price": ("价格",),
        "quantity": ("购买数量",),
    },
)

YOUZAN = Preset(
    name="youzan",
    platform="youzan",
    grain=Grain.ORDER,
    required=(("订单号",), ("订单状态",), ("买家付款时间",), ("订单实付金额",)),
    columns={
        "order_no": ("订单号",),
        "phone": ("买家手机号",),
        "nickname": ("买家昵称",),
        "amount": ("订单实付金额",),
        "refund": ("订单已退款金额", "已退款金额", "退款金额"),
        "status": ("订单状态",),
        "created_at": ("订单创建时间", "下单时间"),
        "paid_at": ("买家付款时间",),
        "completed_at": ("交易成功时间", "订单完成时间"),
        "title": ("全部商品名称",),
        "quantity": ("商品件数", "商品总数"),
        "receiver_name": ("收货人/提货人",),
        "receiver_phone": ("收货人手机号/提货人手机号",),
        "receiver_address": ("详细收货地址/提货地址",),
    },
)

JD = Preset(
    name="jd",
    platform="jd",
    grain=Grain.ITEM,
    required=(("订单号",), ("商品ID",), ("订购数量",), ("下单时间",), ("订单金额",)),
    columns={
        "order_no": ("订单号",),
        "member_id": ("下单帐号", "下单账号"),
        "amount": ("结算金额", "订单金额"),
        "status": ("订单状态",),
        "created_at": ("下单时间",),
        "paid_at": ("付款确认时间",),
        "completed_at": ("订单完成时间",),
        "product_id": ("商品ID",),
        "product": ("商品名称",),
        "price": ("京东价",),
        "quantity": ("订购数量",),
        "receiver_name": ("客户姓名",),
        "receiver_phone": ("联系电话",),
        "receiver_address": ("客户地址",),
    },
    buyer_kind="member_id",
    repeats=True,
)

PINDUODUO = Preset(
    name="pinduoduo",
    platform="pinduoduo",
    grain=Grain.ORDER,
    required=(("订单号",), ("订单状态",), ("用户实付金额(元)",), ("商品数量(件)",)),
    columns={
        "order_no": ("订单号",),
        "amount": ("用户实付金额(元)",),
        "status": ("订单状态",),
        "after_sale": ("售后状态",),
        "created_at": ("订单创建时间", "下单时间"),
        "paid_at": ("支付时间", "订单成交时间"),
        "completed_at": ("确认收货时间",),
        "title": ("商品",),
        "product_id": ("商品id",),
        "quantity": ("商品数量(件)",),
        "province": ("省",),
        "city": ("市",),
    },
    dated_numbers=True,
)

DOUYIN = Preset(
    name="douyin",
    platform="douyin",
    grain=Grain.ITEM,
    required=(("主订单编号",), ("子订单编号",), ("选购商品",), ("订单应付金额",)),
    columns={
        "order_no": ("主订单编号",),
        "line_no": ("子订单编号",),
        "amount": ("订单应付金额",),
        "status": ("订单状态",),
        "after_sale": ("售后状态",),
        "created_at": ("订单提交时间",),
        "paid_at": ("支付完成时间", "支付时间"),
        "completed_at": ("订单完成时间",),
        "product_id": ("商品ID",),
        "product": ("选购商品",),
        "quantity": ("商品数量",),
        "province": ("省",),
        "city": ("市",),
        "receiver_address": ("详细地址",),
    },
)

SHOPIFY = Preset(
    name="shopify",
    platform="shopify",
    grain=Grain.ITEM,
    required=(
        ("Name",),
        ("Financial Status",),
        ("Created at",),
        ("Lineitem quantity",),
        ("Lineitem name",),
        ("Total",),
    ),
    columns={
        "order_no": ("Name",),
        "email": ("Email",),
        "phone": ("Phone", "Billing Phone"),
        "name": ("Billing Name",),
        "amount": ("Total",),
        "refund": ("Refunded Amount",),
        "status": ("Financial Status",),
        "shipping_status": ("Fulfillment Status",),
        "created_at": ("Created at",),
        "paid_at": ("Paid at",),
        "product_id": ("Lineitem sku",),
        "product": ("Lineitem name",),
        "price": ("Lineitem price",),
        "quantity": ("Lineitem quantity",),
        "coupon_code": ("Discount Code",),
        "province": ("Shipping Province Name", "Shipping Province"),
        "city": ("Shipping City",),
        "receiver_name": ("Shipping Name",),
        "receiver_phone": ("Shipping Phone",),
        "receiver_address": ("Shipping Address1",),
    },
    repeats=True,
)

PRESETS = {preset.name: preset for preset in (TAOBAO_ORDERS, TAOBAO_ITEMS, YOUZAN, JD, PINDUODUO, DOUYIN, SHOPIFY)}


def match_preset(headers: Iterable[str]) -> Preset | None:
    """The platform export a header row belongs to; the one that explains most columns when several do."""
    headers = list(headers)
    found = [preset for preset in PRESETS.values() if preset.matches(headers)]
    return max(found, key=lambda preset: len(preset.resolve(headers)), default=None)


def nearest_preset(headers: Iterable[str]) -> Preset | None:
    """The platform whose export this would be but for a required column or two: most of its fields are there."""
    headers = list(headers)
    near = [preset for preset in PRESETS.values() if 0 < len(preset.missing(headers)) <= 2 < len(preset.required)]
    near = [preset for preset in near if len(preset.resolve(headers)) >= max(6, 0.6 * len(preset.columns))]
    return max(near, key=lambda preset: len(preset.resolve(headers)), default=None)
