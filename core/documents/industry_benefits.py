"""The benefits of the ready rules by trade: what it costs to keep them is in the cell."""

from core.documents.benefits import Benefit, Cell

CODES = ("regular", "silver", "vip", "supreme")


def cell_of(quantity: int, period: str, zh: str, en: str, cost_fen: int = 0, level: int | None = None) -> Cell:
    """What one tier gets; the cost is of one time."""
    return Cell(quantity=quantity, period=period, value_zh=zh, value_en=en, cost_fen=cost_fen, level=level)


def birthday_coupon(*yuan: int) -> Benefit:
    """A coupon on the birthday, for every tier, in yuan from the lowest on."""
    cells = {
        code: cell_of(1, "birthday", f"{amount} 元", f"¥{amount}", amount * 100, amount * 100)
        for code, amount in zip(CODES, yuan, strict=True)
    }
    return Benefit(
        code="birthday_coupon",
        kind="birthday_gift",
        name_zh="生日券",
        name_en="Birthday coupon",
        cells=cells,
        take_up_bp=3_500,
    )


def free_shipping() -> Benefit:
    """Once a month, three times, always."""
    return Benefit(
        code="free_shipping",
        kind="free_shipping",
        name_zh="包邮",
        name_en="Free shipping",
        take_up_bp=6_000,
        cells={
            "silver": cell_of(1, "month", "每月 1 单", "1 order a month", 8_00),
            "vip": cell_of(3, "month", "每月 3 单", "3 orders a month", 8_00),
            "supreme": cell_of(1, "order", "每单都包", "every order", 8_00),
        },
    )


def samples(zh: str, en: str, cost_fen: int) -> Benefit:
    """Every quarter, every month."""
    return Benefit(
        code="sample",
        kind="sample",
        name_zh="小样",
        name_en="Samples",
        cells={
            "vip": cell_of(1, "quarter", zh, en, cost_fen),
            "supreme": cell_of(1, "month", zh, en, cost_fen),
        },
    )


def longer_returns(*days: int) -> Benefit:
    """Days to send something back, from the second tier on."""
    cells = {
        code: cell_of(1, "order", f"{count} 天", f"{count} days", level=count)
        for code, count in zip(CODES[1:], days, strict=True)
    }
    return Benefit(
        code="longer_returns", kind="longer_returns", name_zh="延长退货期", name_en="Longer return window", cells=cells
    )


def priority_shipping() -> Benefit:
    """For the two highest tiers."""
    cell = cell_of(1, "order", "当天发出", "leaves the same day")
    return Benefit(
        code="priority_shipping",
        kind="priority_shipping",
        name_zh="优先发货",
        name_en="Priority shipping",
        cells={"vip": cell, "supreme": cell},
    )


def early_access() -> Benefit:
    """New items a day early, three days early."""
    return Benefit(
        code="early_access",
        kind="early_access",
        name_zh="新品抢先买",
        name_en="New items first",
        cells={
            "vip": cell_of(1, "always", "早 1 天", "1 day early", level=24),
            "supreme": cell_of(1, "always", "早 3 天", "3 days early", level=72),
        },
    )


def limited_items() -> Benefit:
    """A place for one item each quarter, to be asked for."""
    return Benefit(
        code="limited_items",
        kind="limited_items",
        name_zh="限量款",
        name_en="Limited items",
        mode="claim",
        cells={"supreme": cell_of(1, "quarter", "每季一件名额", "one a quarter")},
    )


def points_multiplier() -> Benefit:
    """Its cells are written from the points rules."""
    return Benefit(
        code="points_multiplier", kind="points_multiplier", name_zh="积分加倍", name_en="More points", cells={}
    )


def dedicated_service() -> Benefit:
    """Always the same person, for the highest tier."""
    cell = cell_of(1, "always", "固定一位客服", "always the same person")
    return Benefit(
        code="dedicated_service",
        kind="dedicated_service",
        name_zh="专属客服",
        name_en="Your own service person",
        cells={"supreme": cell},
    )


def yearly_gift(cost_fen: int) -> Benefit:
    """A box each year for the highest tier, due within a month."""
    return Benefit(
        code="yearly_gift",
        kind="yearly_gift",
        name_zh="年度礼盒",
        name_en="Yearly gift box",
        due_days=30,
        cells={"supreme": cell_of(1, "year", "每年一份", "once a year", cost_fen)},
    )
