"""Every code that documents and rules can speak has its sentence, with the same placeholders, in both languages."""

import re
from pathlib import Path

import core.i18n
from core.documents.benefits import BENEFIT_KINDS, PERIODS
from core.documents.campaign import GOALS
from core.i18n import catalog
from core.rules.coupons import Reject
from core.rules.tiers import REASONS

ROOT = Path(core.i18n.__file__).parents[1]
FILES = [
    *(ROOT / "documents").glob("*.py"),
    *(ROOT / "rules" / f"{n}.py" for n in ("coupons", "tiers", "tier_reasons")),
]


def refusals() -> set[str]:
    return {code for path in FILES for code in re.findall(r'Refusal\(\s*"([a-z_]+)"', path.read_text("utf-8"))}


def test_every_refusal_has_its_sentence() -> None:
    own = refusals() | {"tier_code_twice", "tier_name_twice", "benefit_code_twice", "benefit_name_twice"}
    own |= {"tier_spend_not_rising", "tier_orders_not_rising"}
    assert len(own) > 50
    shared = {"instant_naive", "channel_unknown"}
    assert {code for code in own - shared if f"error.{code}" not in catalog("zh")} == set()


def test_every_word_of_the_vocabularies_has_its_name() -> None:
    keys = [f"benefit.kind.{kind}" for kind in BENEFIT_KINDS] + [f"benefit.period.{period}" for period in PERIODS]
    keys += [f"coupon.reject.{reject}" for reject in Reject] + [f"campaign.goal.{goal}" for goal in GOALS]
    keys += [f"tier.reason.{reason}" for reason in REASONS]
    assert [key for key in keys if key not in catalog("en")] == []
