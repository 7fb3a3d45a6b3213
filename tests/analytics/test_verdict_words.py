"""The verdict as the owner reads it."""

import pytest

from core.analytics.verdict import Ground, Judgement
from core.analytics.verdict_words import verdict_sentence
from core.documents.enums import Verdict
from core.i18n import translate

W, N, C = Verdict.WORKS, Verdict.DOES_NOT, Verdict.CANNOT_TELL


def _judgement(verdict: Verdict, ground: Ground, **values: object) -> Judgement:
    blank: dict[str, object] = dict.fromkeys(Judgement.__dataclass_fields__)
    return Judgement(**(blank | {"verdict": verdict, "ground": ground} | values))  # type: ignore[arg-type]


MONEY = {"net_low_fen": 100_000, "net_fen": 312_049, "net_high_fen": 500_000}


@pytest.mark.parametrize(
    ("judgement", "sentence"),
    [
        (
            _judgement(W, Ground.BUYERS_ABOVE_COST, extra_buyers_per_100=(1.96, 4.2, 6.4), **MONEY),
            "有效。100 人里约多 4 人下单（2 到 6 人），扣掉券和短信净赚 3,120 元。",
        ),
        (
            _judgement(W, Ground.MONEY_ABOVE_COST, extra_buyers_per_100=(-0.3, 1.0, 2.3), **MONEY),
            "有效。每位客户买得更多了，扣掉券和短信净赚 3,120 元（1,000 到 5,000 元）。",
        ),
        (_judgement(N, Ground.BUYERS_TOO_FEW), "没带来更多订单，下次不建议再发。"),
        (
            _judgement(N, Ground.MONEY_BELOW_COST, net_fen=-186_000),
            "赚回来的不够券和短信的钱，差 1,860 元，下次不建议再发。",
        ),
        (_judgement(C, Ground.NOT_SURE, more_members_needed=1_800), "还看不出来。人太少，再攒约 1,800 人才有把握。"),
        (_judgement(C, Ground.NOT_SURE), "还看不出来。差别太小，再多发些人也难分清。"),
        (
            _judgement(C, Ground.NO_COMPARISON),
            "看不出来：没有足够的人可以比较。下次发券留一部分人不发，才知道券有没有用。",
        ),
    ],
)
def test_a_judgement_is_one_plain_sentence(judgement: Judgement, sentence: str) -> None:
    key, params = verdict_sentence(judgement)
    assert translate("zh", key, **params) == sentence
    assert translate("en", key, **params)
