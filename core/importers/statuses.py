"""The platforms' words for where an order stands, matched by how they begin."""

import re
import unicodedata

from core.documents.enums import OrderStatus
from core.importers.rejects import Fault

# Old exports part the halves with "，", some pipelines with "｜｜｜": separators are dropped before comparing.
_SEPARATORS = re.compile(r"[\s,，、|;；:：_\-/]+")
_WHOLLY_REFUNDED = ("退款成功", "全额退款", "已全额退款", "退款完成")
_WORDS: tuple[tuple[OrderStatus, tuple[str, ...]], ...] = (
    (OrderStatus.PART_SHIPPED, ("卖家部分发货", "部分发货", "sellerconsignedpart", "partiallyshipped", "partshipped")),
    (
        OrderStatus.WAIT_PAY,
        (
            "等待买家付款",
            "等待付款",
            "待付款",
            "待支付",
            "未付款",
            "未支付",
            "waitbuyerpay",
            "waitpay",
            "unpaid",
            "pending",
            "awaitingpayment",
            "authorized",
            "expired",
        ),
    ),
    (
        OrderStatus.PAID,
        (
            "买家已付款",
            "等待卖家发货",
            "待发货",
            "已付款",
            "已支付",
            "付款成功",
            "支付成功",
            "未发货",
            "备货中",
            "等待出库",
            "待出库",
            "waitsellersend",
            "paid",
            "partiallyrefunded",
            "partiallypaid",
            "processing",
        ),
    ),
    (
        OrderStatus.SHIPPED,
        (
            "卖家已发货",
            "已发货",
            "待收货",
            "等待买家确认",
            "等待确认收货",
            "waitbuyerconfirm",
            "shipped",
            "fulfilled",
            "已出库",
            "配送中",
            "运输中",
        ),
    ),
    (
        OrderStatus.FINISHED,
        (
            "交易成功",
            "交易完成",
            "已完成",
            "完成",
            "已收货",
            "已签收",
            "tradefinished",
            "tradebuyersigned",
            "finished",
            "complete",
            "delivered",
            "success",
        ),
    ),
    (
        OrderStatus.CLOSED,
        (
            "交易关闭",
            "已关闭",
            "关闭",
            "已取消",
            "取消",
            "订单取消",
            "付款前关闭",
            "tradeclosed",
            "closed",
            "cancel",
            "voided",
            "refunded",
            "已退款",
            "(删除)",
            "已删除",
        ),
    ),
)


def parse_status(text: str) -> OrderStatus | Fault:
    """The order status a platform's word stands for; ``status_unknown`` otherwise."""
    word = _SEPARATORS.sub("", unicodedata.normalize("NFKC", text)).casefold()
    if any(mark in word for mark in _WHOLLY_REFUNDED):
        return OrderStatus.CLOSED
    for status, words in _WORDS:
        if word.startswith(words):
            return status
    return Fault("status_unknown", {"value": text[:40]})


def wholly_refunded(text: str) -> bool:
    """Whether an after-sale word says that the money went back entirely."""
    return any(mark in text for mark in _WHOLLY_REFUNDED)
