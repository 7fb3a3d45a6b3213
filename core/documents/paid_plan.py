"""A paid membership plan: its price and term, the tier it holds, what else it gives, and the goods that are this plan."""

from collections.abc import Sequence
from typing import Literal

from pydantic import Field

from core.documents.benefits import CODE
from core.documents.canonical import LARGEST_FEN, Document
from core.errors import Refusal

MOST_MONTHS = 36
MOST_BENEFITS = 12


class PlanBenefit(Document):
    """One thing that the plan gives, in words; ``worth_fen``: what a member would pay for it in one term, 0: not said."""

    name_zh: str = Field(min_length=1, max_length=60)
    name_en: str = Field(min_length=1, max_length=80)
    worth_fen: int = Field(default=0, ge=0, le=LARGEST_FEN)

    def name(self, lang: str) -> str:
        """The benefit in the reader's language."""
        return self.name_zh if lang == "zh" else self.name_en


class PaidPlan(Document):
    """``tier``: held at least while the plan runs. ``product_keys``: an order of one of these goods is a purchase of the plan.

    ``remind_days`` before the end the members' page and the reminder call for a renewal. ``refund``: pro rata by the days left,
    or none once the term has begun (before it everything goes back all the same).
    """

    name_zh: str = Field(min_length=1, max_length=20)
    name_en: str = Field(min_length=1, max_length=40)
    price_fen: int = Field(ge=1, le=LARGEST_FEN)
    months: int = Field(ge=1, le=MOST_MONTHS)
    tier: str | None = Field(default=None, pattern=CODE)
    benefits: tuple[PlanBenefit, ...] = Field(default=(), max_length=MOST_BENEFITS)
    product_keys: tuple[str, ...] = Field(default=(), max_length=20)
    remind_days: int = Field(default=14, ge=1, le=60)
    refund: Literal["pro_rata", "none"] = "pro_rata"
    on_sale: bool = True

    def name(self, lang: str) -> str:
        """The plan's name in the reader's language."""
        return self.name_zh if lang == "zh" else self.name_en


def paid_plan_faults(plan: PaidPlan, tiers: Sequence[str], taken_keys: Sequence[str] = ()) -> list[Refusal]:
    """Every reason not to sell this plan; ``tiers``: the shop's codes, lowest first; ``taken_keys``: goods of other plans."""
    faults = []
    if plan.tier is not None and plan.tier not in tiers:
        faults.append(Refusal("plan_tier", tier=plan.tier))
    if plan.tier is not None and tiers and plan.tier == tiers[0]:
        faults.append(Refusal("plan_lowest_tier"))
    if plan.tier is None and not plan.benefits:
        faults.append(Refusal("plan_gives_nothing"))
    for key in plan.product_keys:
        if key in taken_keys or plan.product_keys.count(key) > 1:
            faults.append(Refusal("plan_product_twice", product=key))
            break
    if plan.remind_days >= plan.months * 28:
        faults.append(Refusal("plan_remind", days=plan.remind_days))
    return faults
