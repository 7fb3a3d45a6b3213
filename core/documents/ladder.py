"""The first rule version of a new shop: the four grades of Tmall, by amount or by number of orders over 365 days."""

from core.documents.benefits import Benefit, Cell
from core.documents.rules import RuleDocument, Tier


def tmall_ladder() -> RuleDocument:
    """普通, 高级 (¥1,000 or 5 orders), VIP (¥3,000 or 12), 至尊VIP (¥8,000 or 30), and benefits most shops can keep."""
    return RuleDocument(tiers=_TIERS, benefits=_BENEFITS)


def _times(quantity: int, period: str, zh: str, en: str, cost_fen: int, level: int | None = None) -> Cell:
    return Cell(quantity=quantity, period=period, value_zh=zh, value_en=en, cost_fen=cost_fen, level=level)


_TIERS = (
    Tier(code="regular", name_zh="普通会员", name_en="Regular", min_spend_fen=0, min_orders=0),
    Tier(code="silver", name_zh="高级会员", name_en="Silver", min_spend_fen=1_000_00, min_orders=5),
    Tier(code="vip", name_zh="VIP会员", name_en="VIP", min_spend_fen=3_000_00, min_orders=12),
    Tier(code="supreme", name_zh="至尊VIP", name_en="Supreme VIP", min_spend_fen=8_000_00, min_orders=30),
)

_BENEFITS = (
    Benefit(
        code="birthday_coupon",
        kind="birthday_gift",
        name_zh="生日券",
        name_en="Birthday coupon",
        cells={
            "regular": _times(1, "birthday", "10 元", "¥10", 10_00, 10_00),
            "silver": _times(1, "birthday", "20 元", "¥20", 20_00, 20_00),
            "vip": _times(1, "birthday", "50 元", "¥50", 50_00, 50_00),
            "supreme": _times(1, "birthday", "100 元", "¥100", 100_00, 100_00),
        },
    ),
    Benefit(
        code="free_shipping",
        kind="free_shipping",
        name_zh="包邮",
        name_en="Free shipping",
        cells={
            "silver": _times(1, "month", "每月 1 单", "1 order a month", 8_00),
            "vip": _times(3, "month", "每月 3 单", "3 orders a month", 8_00),
            "supreme": _times(1, "order", "每单都包", "every order", 8_00),
        },
    ),
    Benefit(
        code="longer_returns",
        kind="longer_returns",
        name_zh="延长退货期",
        name_en="Longer return window",
        cells={
            "silver": _times(1, "order", "15 天", "15 days", 0, 15),
            "vip": _times(1, "order", "30 天", "30 days", 0, 30),
            "supreme": _times(1, "order", "30 天", "30 days", 0, 30),
        },
    ),
    Benefit(
        code="priority_shipping",
        kind="priority_shipping",
        name_zh="优先发货",
        name_en="Priority shipping",
        cells={
            "vip": _times(1, "order", "当天发出", "leaves the same day", 0),
            "supreme": _times(1, "order", "当天发出", "leaves the same day", 0),
        },
    ),
    Benefit(
        code="dedicated_service",
        kind="dedicated_service",
        name_zh="专属客服",
        name_en="Your own service person",
        cells={"supreme": _times(1, "always", "固定一位客服", "always the same person", 0)},
    ),
    Benefit(
        code="yearly_gift",
        kind="yearly_gift",
        name_zh="年度礼盒",
        name_en="Yearly gift box",
        cells={"supreme": _times(1, "year", "每年一份", "once a year", 50_00)},
    ),
)
