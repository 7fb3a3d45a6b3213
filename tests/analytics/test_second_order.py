"""Time to the second order: the estimate of Kaplan and Meier, by hand and from a published table."""

import numpy as np
import pytest

from core.analytics.second_order import Curve, returned_curve


def _curve(rows: list[tuple[int, bool, int]]) -> Curve:
    waited, again, people = zip(*rows, strict=True)
    return returned_curve(np.array(waited), np.array(again), np.array(people))


# Remission of 21 leukaemia patients on 6-MP (Freireich et al. 1963), as in every textbook on survival.
FREIREICH = [(6, True, 3), (6, False, 1), (7, True, 1), (9, False, 1), (10, True, 1), (10, False, 1), (11, False, 1),
             (13, True, 1), (16, True, 1), (17, False, 1), (19, False, 1), (20, False, 1), (22, True, 1), (23, True, 1),
             (25, False, 1), (32, False, 2), (34, False, 1), (35, False, 1)]  # fmt: skip


def test_the_published_remission_table() -> None:
    curve = _curve(FREIREICH)
    assert curve.day.tolist() == [6, 7, 10, 13, 16, 22, 23]
    assert curve.at_risk.tolist() == [21, 17, 15, 12, 11, 7, 6]
    assert (1 - curve.returned).tolist() == pytest.approx([0.857, 0.807, 0.753, 0.690, 0.627, 0.538, 0.448], abs=5e-4)
    errors = (1 - curve.returned) * np.sqrt(curve.greenwood)
    assert errors.tolist() == pytest.approx([0.0764, 0.0869, 0.0963, 0.1068, 0.1141, 0.1282, 0.1346], abs=5e-5)


def test_the_interval_is_that_of_the_log_log_scale() -> None:
    share = _curve([(*rest, many * 10) for *rest, many in FREIREICH]).by(10)
    assert share is not None
    # exp(-exp(log(-log .7529) -+ 1.96 * se / (S log S))) with the standard error of ten times the people
    assert (share.share, share.low, share.high) == pytest.approx((0.2471, 0.1931, 0.3129), abs=5e-4)


def test_nothing_is_said_of_few_people_or_beyond_what_is_known() -> None:
    assert _curve([(10, True, 29)]).by(5) is None
    curve = _curve([(10, True, 20), (40, False, 20)])
    assert curve.by(41) is None
    assert curve.by(9) is not None and curve.by(9).share == 0  # type: ignore[union-attr]
    assert (curve.median, curve.half_of(30)) == (10, 10)


def test_who_has_not_had_the_time_pulls_no_share_down() -> None:
    asked = _curve([(30, True, 50), (90, False, 50), (5, False, 900)]).by(60)
    assert asked is not None and asked.share == pytest.approx(0.5)
