"""The ready rules of each trade are faultless, keep the names of the tiers, and promise what is counted."""

import pytest

from core.documents.industry_templates import INDUSTRIES, industry_template
from core.documents.ladder import tmall_ladder
from core.documents.rule_faults import rule_faults, rule_hints
from core.documents.rules import read_rules
from core.errors import Refusal
from core.i18n import LANGS, catalog


@pytest.mark.parametrize("code", INDUSTRIES)
def test_ready_rules_are_faultless_and_survive_their_own_text(code: str) -> None:
    document = industry_template(code)
    assert rule_faults(document) == []
    assert rule_hints(document) == []
    assert read_rules(document.canonical()) == document
    assert document.names("zh") == tmall_ladder().names("zh")
    assert document.points is not None
    assert document.milestones
    assert all({f"rules.template.{code}", f"rules.template.{code}.why"} <= set(catalog(lang)) for lang in LANGS)


def test_the_trades_differ() -> None:
    documents = [industry_template(code) for code in INDUSTRIES]
    assert len({document.digest() for document in documents}) == len(INDUSTRIES)


def test_mother_and_baby_keeps_the_thresholds_of_a_new_shop() -> None:
    ready = [(tier.min_spend_fen, tier.min_orders) for tier in industry_template("mother_baby").tiers]
    assert ready == [(tier.min_spend_fen, tier.min_orders) for tier in tmall_ladder().tiers]


def test_a_new_shop_owes_no_points_for_years_it_never_promised() -> None:
    assert tmall_ladder().points is None
    assert tmall_ladder().growth is None


def test_an_unknown_trade_is_refused() -> None:
    with pytest.raises(Refusal, match="industry_unknown"):
        industry_template("cars")
