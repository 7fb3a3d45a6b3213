"""The lifetime figures as the command line answers them."""

from typing import Any

from core.clock import day_of
from core.services.lifetime import Held, Learnt, ShopLifetime


def lifetime_json(found: ShopLifetime) -> dict[str, Any]:
    """``show lifetime``; time in days, ``v`` in yuan; ``too_few`` says why there is no model, else null."""
    held = found.held
    return {
        "as_of": day_of(found.as_of_day).isoformat(),
        **_models(found.learnt),
        "repeaters": found.learnt.repeaters,
        "units": {"time": "day", "money": "yuan"},
        "terms": {
            "horizon_days": found.terms.horizon_days,
            "yearly_discount_bp": found.terms.yearly_discount_bp,
            "margin_bp": found.terms.margin_bp,
        },
        "holdout": None if held is None else _held(held),
        "value": _value(found),
        "expected": _expected(found),
    }


def _models(learnt: Learnt) -> dict[str, Any]:
    bought, spent, missing = learnt.bgnbd, learnt.gamma_gamma, learnt.missing or learnt.money_missing
    parameters = bought and {"r": bought.r, "alpha": bought.alpha, "a": bought.a, "b": bought.b}
    return {
        "bgnbd": parameters and parameters | {"log_likelihood": learnt.log_likelihood},
        "gamma_gamma": spent and {"p": spent.p, "q": spent.q, "v": spent.v, "customers": learnt.money_customers},
        "customers": learnt.customers,
        "too_few": missing and {"reason": missing.reason.value, "have": missing.have, "needed": missing.needed},
    }


def _held(held: Held) -> dict[str, Any]:
    check = held.check
    found = {
        "calibration_end": day_of(held.calibration_day).isoformat(),
        "holdout_end": day_of(held.holdout_day).isoformat(),
        **_models(held.learnt),
    }
    if check is None:
        return found | {"actual_purchases": None, "expected_purchases": None, "by_frequency": [], "verdict": "too_few"}
    return found | {
        "days": check.days,
        "actual_purchases": check.actual,
        "expected_purchases": round(check.expected, 3),
        "by_frequency": [
            {"frequency": one.frequency, "members": one.members, "actual": one.actual}
            | {"expected": round(one.expected, 3)}
            for one in check.classes
        ],
        "doubted": {"members": check.doubted, "came": check.doubted_came, "expected": round(check.doubted_expected, 3)},
        "miss": check.miss,
        "class_miss": check.class_miss,
        "verdict": check.verdict.value,
    }


def _value(found: ShopLifetime) -> dict[str, Any] | None:
    """Last year's value of a buyer, factor by factor, and what moved it."""
    change = found.change
    if change is None:
        return None
    years = {
        name: {
            "buyers": year.buyers,
            "frequency": year.frequency,
            "order_fen": round(year.order_fen),
            "margin": year.margin,
            "value_fen": round(year.value_fen),
        }
        for name, year in (("last_year", change.last), ("year_before", change.before))
    }
    names = ("frequency_fen", "order_fen", "margin_fen")
    return years | {
        "change": {name: round(part) for name, part in zip(names, change.parts, strict=True)},
        "moved": [
            {"factor": one.factor, "up": one.up, "down": one.down, "up_fen": one.up_fen, "down_fen": one.down_fen}
            for one in change.moved
        ],
        "still": change.still,
        "came": change.came,
        "gone": change.gone,
    }


def _expected(found: ShopLifetime) -> dict[str, Any] | None:
    """The value still expected of everybody over the horizon, and how few hold half of it."""
    held = found.spread
    if held is None:
        return None
    return {
        "people": held.people,
        "value_fen": held.value_fen,
        "half_people": held.half_people,
        "half_from_fen": held.half_fen,
    }
