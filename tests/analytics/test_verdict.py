"""Works, does not, cannot tell: planted cases and false alarms."""

import numpy as np
import pytest

from core.analytics.effects import Effect, Method, Unmeasured, mean_difference, share_difference
from core.analytics.verdict import Ground, Judgement, judge
from core.documents.enums import Verdict
from tests.analytics.shops import Shop, simulate

N_TREATED, N_CONTROL = 1_000, 500
BUYER_FEN = 10_000


def effect(low: float, middle: float, high: float, p_value: float = 0.01, permuted: bool = False) -> Effect:
    """An effect with these limits."""
    return Effect(
        N_TREATED,
        N_CONTROL,
        middle,
        0.0,
        300,
        300,
        Method.NEWCOMBE,
        difference=middle,
        low=low,
        high=high,
        p_value=p_value,
        permuted=permuted,
    )


# Cost 100 fen a person and 10,000 fen a buyer: break-even is one more buyer in a hundred.
PLANTED = [
    ("money surely above cost", (-0.01, 0.02, 0.05), (150, 400, 650), Verdict.WORKS, Ground.MONEY_ABOVE_COST),
    ("buyers surely above break-even", (0.02, 0.04, 0.06), (-100, 300, 700), Verdict.WORKS, Ground.BUYERS_ABOVE_COST),
    (
        "more buyers, but not enough to pay",
        (0.005, 0.02, 0.035),
        (-100, 200, 500),
        Verdict.CANNOT_TELL,
        Ground.NOT_SURE,
    ),
    ("more buyers who spend less", (0.02, 0.04, 0.06), (-300, 50, 400), Verdict.CANNOT_TELL, Ground.NOT_SURE),
    ("gain that only just covers cost", (-0.01, 0.02, 0.05), (100, 300, 500), Verdict.CANNOT_TELL, Ground.NOT_SURE),
    ("money surely below cost", (-0.02, 0.00, 0.02), (-200, -50, 100), Verdict.DOES_NOT, Ground.MONEY_BELOW_COST),
    ("money perhaps just above cost", (-0.02, 0.00, 0.02), (-250, -50, 150), Verdict.CANNOT_TELL, Ground.NOT_SURE),
    ("no buyers worth having", (-0.01, 0.00, 0.009), (-300, 50, 400), Verdict.DOES_NOT, Ground.BUYERS_TOO_FEW),
    ("no buyers but perhaps money", (-0.01, 0.00, 0.009), (-100, 150, 400), Verdict.CANNOT_TELL, Ground.NOT_SURE),
    ("wide", (-0.05, 0.00, 0.05), (-500, 0, 500), Verdict.CANNOT_TELL, Ground.NOT_SURE),
]


@pytest.mark.parametrize(("_case", "share", "margin", "verdict", "ground"), PLANTED, ids=[case[0] for case in PLANTED])
def test_planted_cases_get_their_verdict(
    _case: str, share: tuple[float, ...], margin: tuple[float, ...], verdict: Verdict, ground: Ground
) -> None:
    judgement = judge(effect(*share), effect(*margin), 100, BUYER_FEN)
    assert (judgement.verdict, judgement.ground) == (verdict, ground)


def test_the_sentence_has_its_numbers() -> None:
    judgement = judge(effect(0.02, 0.04, 0.06), effect(150, 412.004, 650), 100, BUYER_FEN)
    assert (judgement.net_low_fen, judgement.net_fen, judgement.net_high_fen) == (50_000, 312_004, 550_000)
    assert judgement.extra_buyers_per_100 == (2, 4, 6)
    assert judgement.break_even_share == 0.01
    assert judgement.more_members_needed is None


def test_a_gain_that_the_reshuffling_does_not_confirm_is_not_called_one() -> None:
    share, doubtful = effect(-0.01, 0.02, 0.05), effect(150, 400, 650, p_value=0.2, permuted=True)
    assert judge(share, doubtful, 100, BUYER_FEN).verdict is Verdict.CANNOT_TELL
    assert judge(share, effect(150, 400, 650, 0.04, True), 100, BUYER_FEN).verdict is Verdict.WORKS


def test_the_owner_may_ask_for_more_than_one_buyer_in_a_hundred() -> None:
    share, margin = effect(-0.02, 0.00, 0.02), effect(-300, 50, 400)
    assert judge(share, margin, 100, BUYER_FEN).verdict is Verdict.CANNOT_TELL
    assert judge(share, margin, 100, BUYER_FEN, smallest_worthwhile=0.03).verdict is Verdict.DOES_NOT


def test_nothing_to_compare_is_cannot_tell_without_numbers() -> None:
    nothing = Effect(500, 0, 1.0, None, 30, 0, Method.UNADJUSTED, unmeasured=Unmeasured.NOBODY_LEFT_OUT)
    judgement = judge(nothing, nothing, 100, BUYER_FEN)
    expected = Judgement(Verdict.CANNOT_TELL, Ground.NO_COMPARISON, None, None, None, None, None, 0.01)
    assert judgement == expected


def test_without_a_margin_of_a_buyer_only_money_can_say_that_it_works() -> None:
    assert judge(effect(0.02, 0.04, 0.06), effect(-50, 300, 650), 100, 0).verdict is Verdict.CANNOT_TELL


def test_how_many_more_people_are_needed_follows_from_the_width() -> None:
    # The net money is 200 +- 400: 400 / 200 squared times 2.04 = 8.2 times 1,500 people, less those there are.
    judgement = judge(effect(-0.05, 0.0, 0.05), effect(-100, 300, 700), 100, BUYER_FEN)
    assert judgement.more_members_needed == 11_000


def test_a_difference_of_nothing_names_no_number_of_people() -> None:
    assert judge(effect(-0.04, 0.01, 0.06), effect(-400, 100, 600), 100, BUYER_FEN).more_members_needed is None


def result_of(shop: Shop, cost: float) -> Judgement:
    """The judgement of a simulated campaign."""
    bought, arm = shop.orders > 0, shop.treated
    sizes = int(arm.sum()), int((~arm).sum())
    share = share_difference(int(bought[arm].sum()), sizes[0], int(bought[~arm].sum()), sizes[1])
    margin = mean_difference(shop.margin, arm, shop.before)
    return judge(share, margin, cost, shop.margin[~arm].sum() / max(1, bought[~arm].sum()))


@pytest.mark.parametrize(("n", "hold_out", "cost"), [(6_000, 0.5, 0), (6_000, 0.5, 5), (8_000, 0.3, 5)])
def test_a_campaign_without_effect_is_rarely_said_to_work(n: int, hold_out: float, cost: float) -> None:
    rng = np.random.default_rng(4)
    found = [result_of(simulate(rng, n, hold_out, rate=0.2), cost).verdict for _ in range(200)]
    assert found.count(Verdict.WORKS) / len(found) <= 0.05


def test_a_good_campaign_in_a_large_shop_is_said_to_work_and_never_that_it_does_not() -> None:
    rng = np.random.default_rng(5)
    found = [result_of(simulate(rng, 12_000, 0.15, lift=0.05, rate=0.2), 30).verdict for _ in range(60)]
    assert found.count(Verdict.WORKS) >= 54
    assert Verdict.DOES_NOT not in found


def test_a_costly_campaign_without_effect_in_a_large_shop_is_said_not_to_work() -> None:
    rng = np.random.default_rng(6)
    found = [result_of(simulate(rng, 12_000, 0.5, rate=0.2), 200).verdict for _ in range(60)]
    assert found.count(Verdict.DOES_NOT) >= 50


def test_a_small_campaign_mostly_says_that_it_cannot_tell() -> None:
    rng = np.random.default_rng(7)
    found = [result_of(simulate(rng, 300, 0.15, lift=0.02), 10).verdict for _ in range(30)]
    assert found.count(Verdict.CANNOT_TELL) >= 24
