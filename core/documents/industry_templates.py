"""Ready rules by trade: tiers, growth, points, milestones and benefits that fit each other, to begin from and to change."""

from collections.abc import Callable

from core.documents.benefits import Benefit, Season
from core.documents.earning import Earning, Growth, Milestone, MultiplierDay, Points
from core.documents.industry_benefits import (
    CODES,
    birthday_coupon,
    cell_of,
    dedicated_service,
    early_access,
    free_shipping,
    limited_items,
    longer_returns,
    points_multiplier,
    priority_shipping,
    samples,
    yearly_gift,
)
from core.documents.projections import project_multiplier
from core.documents.rules import Downgrade, RuleDocument, Tier, Window
from core.errors import Refusal

NAMES = (("普通会员", "Regular"), ("高级会员", "Silver"), ("VIP会员", "VIP"), ("至尊VIP", "Supreme VIP"))
# (spend fen, orders, growth) to reach a tier and to keep it; None closes the way.
Ways = tuple[int | None, int | None, int | None]


def industry_template(code: str) -> RuleDocument:
    """The ready rules of a trade; refuses ``industry_unknown``."""
    make = INDUSTRIES.get(code)
    if make is None:
        raise Refusal("industry_unknown", template=code)
    return project_multiplier(make())


def _mother_baby() -> RuleDocument:
    """Bought every few weeks for two or three years: amount or orders, samples of the next age, a gift each birthday."""
    return RuleDocument(
        tiers=_tiers((1_000_00, 5, None), (3_000_00, 12, None), (8_000_00, 30, None)),
        growth=Growth(earnings=(_spend(100), _each("review", 20, per_day=60), _each("profile", 100, lifetime=100))),
        points=_points(
            (_spend(100), _each("review", 20, per_day=60), _each("profile", 100, lifetime=100)),
            {"silver": 120, "vip": 150, "supreme": 200},
            days=(MultiplierDay(pct=200, day_of_month=8),),
        ),
        milestones=(
            _milestone("third_order", "第 3 单礼", "Third order", "orders", 3, points=100),
            _milestone(
                "tenth_order", "第 10 单礼", "Tenth order", "orders", 10, 0, ("试用装礼包", "trial pack"), 25_00
            ),
            _milestone("growth_5000", "成长值 5,000", "5,000 growth", "growth", 5_000, points=500),
        ),
        benefits=(
            birthday_coupon(10, 20, 50, 100),
            free_shipping(),
            samples("下一阶段的试用装", "trial pack for the next age", 6_00),
            longer_returns(15, 30, 30),
            priority_shipping(),
            points_multiplier(),
            dedicated_service(),
            yearly_gift(50_00),
        ),
    )


def _beauty() -> RuleDocument:
    """Reviews and shares sell: growth counts them, a tier holds for the calendar year and the next."""
    growth = Growth(
        earnings=(
            _spend(100),
            _each("review", 50, per_day=100),
            _each("share", 10, per_day=30, lifetime=1_000),
            _each("check_in", 2, per_day=2, lifetime=730),
            _each("referral", 200, per_day=1_000),
        )
    )
    return RuleDocument(
        tiers=_tiers(
            (None, None, 800),
            (None, None, 3_000),
            (None, None, 8_000),
            keeps=((None, None, 600), (None, None, 2_000), (None, None, 6_000)),
        ),
        window=Window(kind="calendar_year"),
        downgrade=Downgrade(mode="one_step", grace_days=30),
        growth=growth,
        points=_points(
            (_spend(100), _each("review", 30, per_day=60), _each("share", 5, per_day=15)),
            {"silver": 120, "vip": 150, "supreme": 200},
            days=(MultiplierDay(pct=300, weekday=3),),
        ),
        milestones=(
            _milestone(
                "second_order", "第 2 单礼", "Second order", "orders", 2, 0, ("中样一支", "a medium sample"), 8_00
            ),
            _milestone("spend_5000", "累计 5,000 元", "¥5,000 in all", "spend", 5_000_00, points=800),
        ),
        benefits=(
            birthday_coupon(20, 40, 80, 150),
            samples("当月新品小样", "a sample of this month's new item", 5_00),
            early_access(),
            limited_items(),
            free_shipping(),
            points_multiplier(),
            dedicated_service(),
            yearly_gift(80_00),
        ),
    )


def _apparel() -> RuleDocument:
    """Two seasons a year and many returns: counts what was completed, longer returns, early sight of a new season."""
    return RuleDocument(
        tiers=_tiers(
            (1_500_00, 4, None),
            (4_000_00, 8, None),
            (10_000_00, 16, None),
            keeps=((1_000_00, 3, None), (3_000_00, 6, None), (8_000_00, 12, None)),
        ),
        spend_counts_from="finished",
        downgrade=Downgrade(mode="one_step", grace_days=60),
        points=_points((_spend(100), _each("review", 30, per_day=90)), {"silver": 110, "vip": 130, "supreme": 150}),
        milestones=(
            _milestone("third_order", "第 3 单礼", "Third order", "orders", 3, points=200),
            _milestone("spend_10000", "累计 1 万元", "¥10,000 in all", "spend", 10_000_00, 0, ("丝巾", "scarf"), 60_00),
        ),
        benefits=(
            birthday_coupon(30, 50, 100, 200),
            early_access(),
            longer_returns(15, 30, 60),
            free_shipping(),
            _season_care(),
            points_multiplier(),
            dedicated_service(),
        ),
    )


def _season_care() -> Benefit:
    return Benefit(
        code="season_care",
        kind="text",
        name_zh="换季护理",
        name_en="Seasonal care",
        mode="claim",
        season=Season(starts="09-01", ends="11-30"),
        take_up_bp=3_000,
        cells={
            "vip": cell_of(1, "year", "洗护一件", "one item", 30_00),
            "supreme": cell_of(2, "year", "洗护两件", "two items", 30_00),
        },
    )


def _food() -> RuleDocument:
    """Bought often and cheaply: half a year counts, orders matter more than amounts, points are used up fast."""
    return RuleDocument(
        tiers=_tiers((300_00, 4, None), (1_000_00, 10, None), (3_000_00, 24, None)),
        window=Window(days=180),
        downgrade=Downgrade(grace_days=15, notice_days=14),
        points=_points(
            (_spend(100), _each("order", 10), _each("review", 10, per_day=30)),
            {"vip": 120, "supreme": 150},
            days=(MultiplierDay(pct=200, weekday=5),),
        ).model_copy(update={"expiry": "days", "valid_days": 180}),
        milestones=(
            _milestone("fifth_order", "第 5 单礼", "Fifth order", "orders", 5, 0, ("新品试吃", "a new taste"), 6_00),
            _milestone("fiftieth_order", "第 50 单礼", "Fiftieth order", "orders", 50, points=1_000),
        ),
        benefits=(
            birthday_coupon(5, 10, 20, 50),
            free_shipping(),
            samples("当季新品试吃", "a taste of the season", 4_00),
            priority_shipping(),
            points_multiplier(),
            dedicated_service(),
        ),
    )


def _general() -> RuleDocument:
    """The four grades of Tmall with points: what most shops can keep."""
    return RuleDocument(
        tiers=_tiers((1_000_00, 5, None), (3_000_00, 12, None), (8_000_00, 30, None)),
        downgrade=Downgrade(grace_days=30),
        points=_points((_spend(100), _each("review", 20, per_day=60)), {"silver": 110, "vip": 120, "supreme": 150}),
        milestones=(_milestone("third_order", "第 3 单礼", "Third order", "orders", 3, points=100),),
        benefits=(
            birthday_coupon(10, 20, 50, 100),
            free_shipping(),
            longer_returns(15, 30, 30),
            priority_shipping(),
            points_multiplier(),
            dedicated_service(),
            yearly_gift(50_00),
        ),
    )


INDUSTRIES: dict[str, Callable[[], RuleDocument]] = {
    "mother_baby": _mother_baby,
    "beauty": _beauty,
    "apparel": _apparel,
    "food": _food,
    "general": _general,
}


def _tiers(*reaches: Ways, keeps: tuple[Ways, ...] = ()) -> tuple[Tier, ...]:
    """The four tiers; the lowest is everyone's by whatever way the others are reached."""
    entry: Ways = tuple(None if way is None else 0 for way in reaches[0])  # type: ignore[assignment]
    kept = ((None, None, None), *(keeps or ((None, None, None),) * len(reaches)))
    return tuple(
        Tier(
            code=code,
            name_zh=zh,
            name_en=en,
            min_spend_fen=spend,
            min_orders=orders,
            min_growth=growth,
            keep_spend_fen=keep[0],
            keep_orders=keep[1],
            keep_growth=keep[2],
        )
        for code, (zh, en), (spend, orders, growth), keep in zip(CODES, NAMES, (entry, *reaches), kept, strict=True)
    )


def _spend(rate: int) -> Earning:
    return Earning(kind="spend", rate=rate)


def _each(kind: str, rate: int, per_day: int | None = None, lifetime: int | None = None) -> Earning:
    return Earning(kind=kind, rate=rate, per_day=per_day, lifetime=lifetime)


def _points(earnings: tuple[Earning, ...], tier_pct: dict[str, int], days: tuple[MultiplierDay, ...] = ()) -> Points:
    return Points(earnings=earnings, tier_pct=tier_pct, days=days)


def _milestone(
    code: str,
    zh: str,
    en: str,
    measure: str,
    at: int,
    points: int = 0,
    gift: tuple[str, str] = ("", ""),
    cost_fen: int = 0,
) -> Milestone:
    words = {"name_zh": zh, "name_en": en, "gift_zh": gift[0], "gift_en": gift[1]}
    return Milestone.read({"code": code, "measure": measure, "at": at, "points": points, "cost_fen": cost_fen, **words})
