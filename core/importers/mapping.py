"""Any table of orders or members by its column names: a suggestion to confirm, and the check of what was confirmed."""

from collections.abc import Iterable, Mapping
from functools import lru_cache

from core.errors import Refusal
from core.importers.headers import header_key
from core.importers.presets import PRESETS, Grain, Preset

Mapped = Mapping[str, str]

ORDER_SYNONYMS: dict[str, tuple[str, ...]] = {
    "order_no": (
        "order_no",
        "order number",
        "order id",
        "order",
        "basket_id",
        "invoice",
        "invoice no",
        "tid",
        "订单号",
        "订单编号",
        "主订单编号",
        "单号",
        "交易号",
    ),
    "line_no": ("line_no", "line", "line id", "oid", "item no", "子订单号", "子订单编号", "明细序号", "行号"),
    "member_id": (
        "member_id",
        "customer_id",
        "customer",
        "user_id",
        "buyer_id",
        "household_id",
        "member no",
        "buyer_nick",
        "会员号",
        "会员编号",
        "会员ID",
        "会员卡号",
        "买家会员名",
        "客户编号",
        "客户ID",
        "用户ID",
        "买家ID",
        "下单帐号",
        "下单账号",
    ),
    "phone": (
        "phone",
        "mobile",
        "cellphone",
        "phone number",
        "手机号",
        "手机",
        "手机号码",
        "联系手机",
        "买家手机号",
        "会员手机号",
    ),
    "email": ("email", "e-mail", "mail", "邮箱", "电子邮箱", "邮件"),
    "name": ("name", "full name", "customer name", "姓名", "真实姓名", "客户姓名", "会员姓名"),
    "nickname": ("nickname", "nick", "昵称", "买家昵称", "会员名", "会员昵称", "微信昵称"),
    "created_at": (
        "created_at",
        "order date",
        "order time",
        "created",
        "date",
        "下单时间",
        "创建时间",
        "订单创建时间",
        "订单提交时间",
        "下单日期",
        "订单日期",
        "日期",
    ),
    "paid_at": (
        "paid_at",
        "pay_time",
        "paid time",
        "payment time",
        "transaction_timestamp",
        "付款时间",
        "支付时间",
        "订单付款时间",
        "买家付款时间",
        "成交时间",
    ),
    "status": ("status", "order status", "订单状态", "状态", "交易状态"),
    "amount": (
        "amount",
        "paid amount",
        "total",
        "sales_value",
        "payment",
        "order amount",
        "实付金额",
        "支付金额",
        "付款金额",
        "订单金额",
        "实付",
        "金额",
        "总金额",
        "订单实付金额",
        "成交金额",
    ),
    "refund": ("refund", "refund amount", "refunded", "refunded amount", "退款金额", "退款", "已退款金额"),
    "quantity": ("quantity", "qty", "数量", "购买数量", "商品数量", "件数", "订购数量"),
    "product_id": ("product_id", "sku", "item_id", "num_iid", "商品ID", "商品编号", "商品编码", "货号", "商家编码"),
    "product": ("product", "product name", "title", "item name", "商品名称", "商品标题", "宝贝标题", "商品", "品名"),
    "category": ("category", "product category", "department", "类目", "品类", "商品类目", "分类"),
    "province": ("province", "state", "省", "省份", "收货省份"),
    "city": ("city", "市", "城市", "收货城市"),
    "receiver_address": ("receiver_address", "address", "收货地址", "地址", "详细地址"),
    "coupon_code": ("coupon_code", "coupon", "discount code", "优惠券码", "券码", "优惠码", "优惠券编号"),
}

MEMBER_SYNONYMS: dict[str, tuple[str, ...]] = {
    **{field: ORDER_SYNONYMS[field] for field in ("member_id", "phone", "email", "name", "nickname")},
    "gender": ("gender", "sex", "性别"),
    "birthday": ("birthday", "birth date", "date of birth", "生日", "出生日期", "会员生日"),
    "province": ("province", "state", "省", "省份", "所在省份"),
    "city": ("city", "市", "城市", "所在城市"),
    "joined_at": (
        "joined_at",
        "join date",
        "registered",
        "created_at",
        "入会时间",
        "入会日期",
        "注册时间",
        "加入时间",
        "开卡时间",
    ),
    "grade": ("grade", "level", "tier", "等级", "会员等级", "会员级别"),
    "source": ("source", "channel", "来源", "渠道", "入会渠道", "会员来源"),
    "tags": ("tags", "tag", "labels", "标签", "会员标签"),
    "consent_sms": (
        "consent_sms",
        "accepts sms marketing",
        "sms consent",
        "短信同意",
        "同意收短信",
        "同意短信",
        "接收短信",
        "短信营销同意",
        "是否接收短信",
        "是否同意接收短信",
    ),
    "consent_email": (
        "consent_email",
        "accepts email marketing",
        "email consent",
        "邮件同意",
        "同意收邮件",
        "同意邮件",
        "接收邮件",
        "邮件营销同意",
        "是否接收邮件",
        "是否同意接收邮件",
    ),
}

INTERACTION_SYNONYMS: dict[str, tuple[str, ...]] = {
    **{field: ORDER_SYNONYMS[field] for field in ("member_id", "phone")},
    "kind": (
        "kind",
        "action",
        "behaviour",
        "behavior",
        "event",
        "行为",
        "行为类型",
        "互动",
        "互动类型",
        "动作",
        "类型",
    ),
    "created_at": (
        "created_at",
        "occurred_at",
        "timestamp",
        "time",
        "date",
        "发生时间",
        "行为时间",
        "互动时间",
        "评价时间",
        "评论时间",
        "时间",
        "日期",
    ),
    "product_id": ORDER_SYNONYMS["product_id"],
    "product": ORDER_SYNONYMS["product"],
    "stars": ("stars", "rating", "score", "评分", "星级", "评价星级", "评价等级", "评价"),
    "text": ("text", "comment", "review", "评价内容", "评论内容", "评论", "内容"),
    "key": ("key", "event id", "记录编号", "流水号", "评价编号", "编号"),
}

ORDER_FIELDS = tuple(ORDER_SYNONYMS)
MEMBER_FIELDS = tuple(MEMBER_SYNONYMS)
INTERACTION_FIELDS = tuple(INTERACTION_SYNONYMS)


@lru_cache(maxsize=1)
def _vocabulary() -> frozenset[str]:
    tables = (ORDER_SYNONYMS, MEMBER_SYNONYMS, INTERACTION_SYNONYMS, *(preset.columns for preset in PRESETS.values()))
    return frozenset(header_key(name) for table in tables for names in table.values() for name in names)


def known_header(header: str) -> bool:
    """Whether any preset or synonym knows this column name."""
    return header_key(header) in _vocabulary()


def suggest_mapping(headers: Iterable[str], synonyms: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    """Field -> header for every field a synonym names; one header serves one field, the better name first."""
    own = {header_key(header): header for header in reversed(list(headers))}
    found: dict[str, str] = {}
    for field, names in synonyms.items():
        free = (own[header_key(name)] for name in names if header_key(name) in own)
        header = next((name for name in free if name not in found.values()), None)
        if header is not None:
            found[field] = header
    return found


def suggest_orders(headers: Iterable[str]) -> dict[str, str]:
    """A mapping for a table of orders."""
    return suggest_mapping(headers, ORDER_SYNONYMS)


def suggest_members(headers: Iterable[str]) -> dict[str, str]:
    """A mapping for a table of members."""
    return suggest_mapping(headers, MEMBER_SYNONYMS)


def check_mapping(mapping: Mapped, headers: Iterable[str], fields: Iterable[str]) -> dict[str, str]:
    """The mapping with the file's own spelling of each column; refuses unknown fields and columns the file does not have."""
    own = {header_key(header): header for header in headers}
    known = set(fields)
    checked = {}
    for field, column in mapping.items():
        if field not in known:
            raise Refusal("mapping_field_unknown", field=field, fields=", ".join(sorted(known)))
        if header_key(column) not in own:
            raise Refusal("mapping_column_missing", field=field, column=column)
        checked[field] = own[header_key(column)]
    return checked


def mapped_preset(mapping: Mapped, platform: str | None) -> Preset:
    """A preset made of a mapping: with line_no a row is an item, without it a row is an order.

    Refuses (``mapping_incomplete``) a mapping without an order number or without any time.
    """
    if "order_no" not in mapping:
        raise Refusal("mapping_incomplete", field="order_no")
    if "paid_at" not in mapping and "created_at" not in mapping:
        raise Refusal("mapping_incomplete", field="created_at")
    return Preset(
        name="mapped",
        platform=platform or "own",
        grain=Grain.ITEM if "line_no" in mapping else Grain.ORDER,
        required=(),
        columns={field: (column,) for field, column in mapping.items()},
        buyer_kind="member_id" if "member_id" in mapping else None,
    )
