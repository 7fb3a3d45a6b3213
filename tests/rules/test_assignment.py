"""Who is left out: stable, balanced, fair."""

import hashlib
import hmac

import numpy as np
import pytest

from core.money import split
from core.rules.assignment import STRATIFY_BELOW, assign, assign_variants, standing_hold_out, uniform

MEMBERS = np.arange(1, 1_501, dtype=np.int64)
STRATA = np.array([f"tier{i % 4}/recency{i % 3}" for i in range(len(MEMBERS))])


def test_the_number_is_the_head_of_an_hmac_so_that_anybody_can_check_it() -> None:
    digest = hmac.new(b"salt", b"42", hashlib.sha256).digest()
    expected = (int.from_bytes(digest[:8], "big") >> 11) / 2**53
    assert uniform("salt", np.array([42]))[0] == expected


def test_a_member_keeps_the_same_number_whoever_else_is_asked_about() -> None:
    alone = uniform(b"salt", MEMBERS[700:701])
    assert alone[0] == uniform("salt", MEMBERS)[700] == uniform("salt", MEMBERS[::-1])[len(MEMBERS) - 701]


def test_adding_members_changes_nobody_under_the_plain_hash() -> None:
    before = assign("salt", MEMBERS, 0.15)
    after = assign("salt", np.arange(1, 50_001), 0.15)
    assert (after[: len(MEMBERS)] == before).all()


def test_widening_the_hold_out_keeps_those_who_were_already_left_out() -> None:
    assert not (assign("salt", MEMBERS, 0.1) & ~assign("salt", MEMBERS, 0.2)).any()


def test_a_thousand_salts_leave_out_the_stated_share_and_no_member_more_often_than_chance() -> None:
    members = np.arange(1, 401)
    held_out = np.array([assign(f"campaign:{salt}", members, 0.15) for salt in range(1_000)])
    error = np.sqrt(0.15 * 0.85 / held_out.shape[0])
    z_of_members = (held_out.mean(axis=0) - 0.15) / error
    assert abs(held_out.mean() - 0.15) < 4 * error / np.sqrt(len(members))
    assert np.abs(z_of_members).max() < 4.5
    assert 0.85 < z_of_members.std() < 1.15
    sizes = held_out.sum(axis=1)
    assert 0.9 < sizes.std() / np.sqrt(400 * 0.15 * 0.85) < 1.1


def test_arms_of_two_campaigns_have_nothing_to_do_with_each_other() -> None:
    members = np.arange(1, 100_001)
    first, second = uniform("a", members), uniform("b", members)
    assert abs(np.corrcoef(first, second)[0, 1]) < 4 / np.sqrt(len(members))


def test_strata_are_left_out_in_their_share_rounded_down_or_up_and_so_is_the_whole() -> None:
    for salt in range(60):
        held_out = assign(f"s{salt}", MEMBERS, 0.15, STRATA)
        assert int(held_out.sum()) == 225
        for label in np.unique(STRATA):
            inside = label == STRATA
            assert held_out[inside].sum() in (np.floor(inside.sum() * 0.15), np.ceil(inside.sum() * 0.15))


def test_every_member_of_a_tiny_stratum_has_the_stated_chance_which_largest_remainders_would_not_give() -> None:
    strata = np.repeat([0, 1, 2, 3], [3, 5, 2, 7])
    members = np.arange(17)
    held_out = np.array([assign(f"s{salt}", members, 0.15, strata) for salt in range(2_000)])
    assert np.abs(held_out.mean(axis=0) - 0.15).max() < 4.5 * np.sqrt(0.15 * 0.85 / 2_000)
    by_largest_remainder = np.array(split(3, [3, 5, 2, 7])) / [3, 5, 2, 7]
    assert np.abs(by_largest_remainder - 0.15).max() > 0.1


def test_strata_are_ignored_from_two_thousand_members_on() -> None:
    members = np.arange(STRATIFY_BELOW)
    assert (assign("s", members, 0.15, members % 3) == assign("s", members, 0.15)).all()
    assert (assign("s", members[:-1], 0.15, members[:-1] % 3) != assign("s", members[:-1], 0.15)).any()


def test_order_of_the_list_does_not_matter_within_strata() -> None:
    order = np.random.default_rng(0).permutation(len(MEMBERS))
    shuffled = assign("s", MEMBERS[order], 0.15, STRATA[order])
    assert (shuffled == assign("s", MEMBERS, 0.15, STRATA)[order]).all()


def test_variants_follow_their_weights_and_split_the_treated_afresh() -> None:
    members = np.arange(60_000)
    variants = assign_variants("salt", members, [1, 2, 1])
    assert np.allclose(np.bincount(variants) / len(members), [0.25, 0.5, 0.25], atol=0.01)
    treated = variants[~assign("salt", members, 0.5)]
    assert np.allclose(np.bincount(treated) / len(treated), [0.25, 0.5, 0.25], atol=0.01)


def test_a_variant_of_weight_zero_gets_nobody() -> None:
    assert set(assign_variants("salt", MEMBERS, [0, 1, 0, 1, 0])) == {1, 3}


def test_the_standing_group_is_not_the_hold_out_of_a_campaign_with_the_same_salt() -> None:
    members = np.arange(40_000)
    standing, held_out = standing_hold_out(b"secret", members, 0.05), assign(b"secret", members, 0.15)
    assert abs(standing.mean() - 0.05) < 0.005
    assert abs(held_out[standing].mean() - 0.15) < 0.04


@pytest.mark.parametrize("share", [0.0, 1.0])
@pytest.mark.parametrize("strata", [None, STRATA])
def test_nobody_or_everybody_can_be_left_out(share: float, strata: np.ndarray | None) -> None:
    assert assign("s", MEMBERS, share, strata).mean() == share


def test_an_empty_audience_is_an_empty_answer() -> None:
    assert assign("s", MEMBERS[:0], 0.15, STRATA[:0]).shape == (0,)


@pytest.mark.parametrize(("salt", "share"), [("", 0.1), ("s", -0.1), ("s", 1.1)])
def test_no_salt_or_an_impossible_share_is_a_bug(salt: str, share: float) -> None:
    with pytest.raises(ValueError, match=r"salt|share"):
        assign(salt, MEMBERS, share)
