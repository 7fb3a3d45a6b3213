"""The published terms say every rule in both languages, with nothing left over."""

import re

import pytest

from core.documents.benefits import BENEFIT_KINDS, Benefit, Cell
from core.documents.earning import Earning, MultiplierDay, Points
from core.documents.ladder import tmall_ladder
from core.documents.rules import Downgrade, RuleDocument, Tier, Window
from core.i18n import LANGS, Lang
from core.rules.terms_words import Terms, write_terms

HAN = re.compile(r"[\u3400-\u9fff]")
TIERS = (
    Tier(code="low", name_zh="普通", name_en="Regular", min_spend_fen=0, min_orders=0),
    Tier(
        code="high",
        name_zh="高级",
        name_en="Silver",
        min_spend_fen=1_000_00,
        min_orders=5,
        min_growth=2_000,
        keep_orders=3,
    ),
)


def _all_lines(terms: Terms) -> list[str]:
    lines = [text for tier in terms.tiers for text in (tier.name, tier.reach, tier.keep, *tier.benefits, tier.saves)]
    return lines + [text for heading, paragraphs in terms.sections for text in (heading, *paragraphs)]


def _full() -> RuleDocument:
    cells = {"high": Cell(period="month", level=1_500, cost_fen=5_00)}
    benefits = tuple(
        Benefit(code=kind, kind=kind, name_zh="权益", name_en="Benefit", cells=cells, mode="claim")
        for kind in BENEFIT_KINDS
    )
    points = Points(
        earnings=(Earning(kind="spend", rate=100), Earning(kind="order", rate=10)),
        tier_pct={"high": 150},
        days=(MultiplierDay(pct=200, day_of_month=8),),
        pending_days=15,
    )
    return RuleDocument(tiers=TIERS, benefits=benefits, points=points, downgrade=Downgrade(grace_days=14))


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("kind", ["rolling", "calendar_year", "anniversary"])
@pytest.mark.parametrize("mode", ["straight", "one_step", "never"])
@pytest.mark.parametrize("expiry", ["never", "days", "year_end"])
def test_nothing_is_left_over(expiry: str, mode: str, kind: str, lang: Lang) -> None:
    document = _full().model_copy(
        update={
            "window": Window(kind=kind),  # type: ignore[arg-type]
            "downgrade": Downgrade(mode=mode),  # type: ignore[arg-type]
            "points": _full().points.model_copy(update={"expiry": expiry}),  # type: ignore[union-attr]
        }
    )
    lines = _all_lines(write_terms(document, lang, {"high": (234_56, 40)}))
    assert not [line for line in lines if "{" in line or "terms." in line or "benefit." in line]
    if lang == "en":
        assert not [line for line in lines if HAN.search(line)]


def test_the_thresholds_are_said() -> None:
    high = write_terms(_full(), "zh", {}).tiers[1]
    assert high.reach == "最近 365 天实付满 1,000 元，或买满 5 单，或成长值满 2,000，就到这个等级。"
    assert "买满 3 单" in high.keep
    assert (
        write_terms(_full(), "en", {}).tiers[1].reach.startswith("Reached by ¥1,000 paid or 5 orders or 2,000 growth")
    )


def test_what_is_saved_is_said_with_its_people_and_left_out_without() -> None:
    with_it = write_terms(tmall_ladder(), "zh", {"vip": (345_67, 58)})
    assert with_it.tiers[2].saves == "一年大约省 345 元（按这一级 58 位会员过去一年中间水平的购买算）"
    assert with_it.tiers[1].saves == ""


def test_without_points_nothing_is_said_of_them() -> None:
    said = " ".join(_all_lines(write_terms(tmall_ladder(), "zh", {})))
    assert "积分" not in said
