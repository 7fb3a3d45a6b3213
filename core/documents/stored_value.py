"""The top-up plan of stored value, and the limits that the rules for single-purpose prepaid cards set to it.

Sources (engineering reading, not legal advice): 国办发〔2011〕25号, part 2, as printed at fsou.net: a card in somebody's name holds
at most 5,000 yuan and has no expiry, a bearer card at most 1,000 yuan and at least three years; 单用途商业预付卡管理办法（试行）,
商务部令 2012 年第 9 号: filing within 30 days, custody of the money, refunds; 法释〔2025〕4号, in force since 2025-05-01: the
principal is given back within seven days on request, and a bonus counts as a discount. Accounts here are a member's own: cards
in somebody's name. Filing and custody stay the merchant's duty; nothing here does them.
"""

from itertools import pairwise

from pydantic import Field

from core.documents.canonical import LARGEST_FEN, Document
from core.errors import Refusal
from core.money import as_yuan

REGISTERED_CAP_FEN = 5_000_00
BEARER_CAP_FEN = 1_000_00
BEARER_LEAST_YEARS = 3
COOLING_OFF_DAYS = 7
LEAST_BONUS_DAYS = 30
MOST_LEVELS = 8


class TopUpLevel(Document):
    """Whoever pays ``pay_fen`` or more, and less than the next level, gets ``bonus_fen`` on top."""

    pay_fen: int = Field(ge=1, le=LARGEST_FEN)
    bonus_fen: int = Field(ge=0, le=LARGEST_FEN)


class StoredValuePlan(Document):
    """Levels from the lowest to the highest. ``bonus_days``: how long a bonus may be used, None: for ever; principal never ends."""

    name_zh: str = Field(min_length=1, max_length=20)
    name_en: str = Field(min_length=1, max_length=40)
    levels: tuple[TopUpLevel, ...] = Field(min_length=1, max_length=MOST_LEVELS)
    bonus_days: int | None = Field(default=None, ge=1, le=3_660)
    cap_fen: int = Field(default=REGISTERED_CAP_FEN, ge=1, le=LARGEST_FEN)

    def name(self, lang: str) -> str:
        """The plan's name in the reader's language."""
        return self.name_zh if lang == "zh" else self.name_en

    def bonus_for(self, pay_fen: int) -> int:
        """The bonus (fen) of a top-up: that of the highest level it reaches."""
        return max((level.bonus_fen for level in self.levels if level.pay_fen <= pay_fen), default=0)


def plan_faults(plan: StoredValuePlan) -> list[Refusal]:
    """Every reason not to sell this plan: what the rules forbid, and what members would misunderstand."""
    faults = []
    if plan.cap_fen > REGISTERED_CAP_FEN:
        faults.append(Refusal("stored_cap", limit=as_yuan(REGISTERED_CAP_FEN)))
    if plan.bonus_days is not None and plan.bonus_days < LEAST_BONUS_DAYS:
        faults.append(Refusal("stored_bonus_days", least=LEAST_BONUS_DAYS))
    for level in plan.levels:
        if level.pay_fen + level.bonus_fen > plan.cap_fen:
            total = as_yuan(level.pay_fen + level.bonus_fen)
            faults.append(Refusal("stored_level_cap", total=total, cap=as_yuan(plan.cap_fen)))
        if level.bonus_fen > level.pay_fen:
            faults.append(Refusal("stored_level_bonus", pay=as_yuan(level.pay_fen)))
    for lower, higher in pairwise(plan.levels):
        if higher.pay_fen <= lower.pay_fen:
            faults.append(Refusal("stored_level_order"))
        elif higher.bonus_fen * lower.pay_fen < lower.bonus_fen * higher.pay_fen:
            # Several small top-ups would then bring more than a large one.
            pays = {"higher": as_yuan(higher.pay_fen), "lower": as_yuan(lower.pay_fen)}
            faults.append(Refusal("stored_level_falls", **pays))
    return faults
