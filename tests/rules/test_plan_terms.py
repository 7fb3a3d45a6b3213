"""Terms over short months, leap days and renewals; what a refund gives back on every day of one."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.documents.paid_plan import PaidPlan, PlanBenefit, paid_plan_faults
from core.errors import Refusal
from core.rules.plan_terms import Held, Term, add_months, days_left, next_term, refund_fen

D = date


def _held(base: date, last: date, months: int) -> Held:
    def at(day: date) -> datetime:
        return datetime(day.year, day.month, day.day, tzinfo=UTC)

    return Held(base, last, months, at(base), at(date.fromordinal(last.toordinal() + 1)))


@pytest.mark.parametrize(
    ("day", "months", "last"),
    [
        (D(2026, 1, 31), 1, D(2026, 2, 28)),
        (D(2028, 1, 31), 1, D(2028, 2, 29)),
        (D(2028, 2, 29), 12, D(2029, 2, 28)),
        (D(2027, 2, 28), 12, D(2028, 2, 28)),
        (D(2026, 12, 31), 2, D(2027, 2, 28)),
        (D(2026, 11, 30), 3, D(2027, 2, 28)),
        (D(2026, 3, 15), 12, D(2027, 3, 15)),
        (D(2026, 12, 1), 1, D(2027, 1, 1)),
        (D(2026, 5, 31), 13, D(2027, 6, 30)),
    ],
)
def test_a_term_ends_with_the_day_of_the_same_number(day: date, months: int, last: date) -> None:
    assert add_months(day, months) == last
    assert next_term([], datetime(2026, 1, 1, tzinfo=UTC), day, months) == Term(day, last)


def test_a_renewal_counts_from_the_present_end_and_a_short_month_costs_nothing() -> None:
    first = _held(D(2026, 1, 31), D(2026, 2, 28), 1)
    bought = datetime(2026, 2, 10, tzinfo=UTC)
    second = next_term([first], bought, D(2026, 2, 10), 1)
    assert second == Term(D(2026, 2, 28), D(2026, 3, 31), follows=True)
    row = [first, _held(second.base, second.last, 1)]
    assert next_term(row, bought, D(2026, 2, 10), 1) == Term(D(2026, 3, 31), D(2026, 4, 30), follows=True)


def test_after_the_end_a_term_begins_anew() -> None:
    first = _held(D(2026, 1, 31), D(2026, 2, 28), 1)
    last_minute = datetime(2026, 2, 28, 23, 59, tzinfo=UTC)
    assert next_term([first], last_minute, D(2026, 2, 28), 1).follows
    at_the_end = datetime(2026, 3, 1, tzinfo=UTC)
    assert next_term([first], at_the_end, D(2026, 3, 1), 1) == Term(D(2026, 3, 1), D(2026, 4, 1))


def test_a_late_order_renews_the_row_that_ran_then() -> None:
    then, now = _held(D(2025, 1, 1), D(2025, 2, 1), 1), _held(D(2026, 1, 1), D(2026, 2, 1), 1)
    late = next_term([now, then], datetime(2025, 1, 20, tzinfo=UTC), D(2025, 1, 20), 1)
    assert late == Term(D(2025, 2, 1), D(2025, 3, 1), follows=True)


@pytest.mark.parametrize(
    ("_case", "today", "left", "fen"),
    [
        ("the day of purchase is free", D(2026, 3, 1), 365, 36_500),
        ("a day later", D(2026, 3, 2), 364, 36_400),
        ("half way", D(2026, 8, 31), 182, 18_200),
        ("the last day but one", D(2027, 2, 28), 1, 100),
        ("before it is counted at all", D(2026, 1, 1), 365, 36_500),
    ],
)
def test_a_refund_is_for_the_whole_days_left(_case: str, today: date, left: int, fen: int) -> None:
    term = Term(D(2026, 3, 1), D(2027, 3, 1))
    assert (days_left(term, today), refund_fen(36_500, term, today)) == (left, fen)


@pytest.mark.parametrize(
    ("_case", "today", "pro_rata", "code"),
    [
        ("the last day", D(2027, 3, 1), True, "plan_over"),
        ("long over", D(2030, 1, 1), True, "plan_over"),
        ("no refund once it runs", D(2026, 3, 2), False, "plan_no_refund"),
    ],
)
def test_what_is_over_is_not_refunded(_case: str, today: date, pro_rata: bool, code: str) -> None:
    with pytest.raises(Refusal, match=code):
        refund_fen(36_500, Term(D(2026, 3, 1), D(2027, 3, 1)), today, pro_rata=pro_rata)
    assert refund_fen(36_500, Term(D(2026, 3, 1), D(2027, 3, 1)), D(2026, 3, 1), pro_rata=False) == 36_500


@given(
    st.dates(D(2000, 1, 1), D(2090, 1, 1)), st.lists(st.integers(1, 14), min_size=1, max_size=6), st.integers(0, 10**7)
)
def test_renewals_end_where_one_long_term_would_and_a_refund_never_exceeds_what_was_paid(
    day: date, months: list[int], paid: int
) -> None:
    row: list[Held] = []
    bought = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    for count in months:
        term = next_term(row, bought, day, count)
        row.append(_held(term.base, term.last, count))
    assert row[-1].last == add_months(day, sum(months))
    term = Term(row[-1].base, row[-1].last)
    before = paid
    for ordinal in range(term.base.toordinal(), term.last.toordinal()):
        back = refund_fen(paid, term, date.fromordinal(ordinal))
        assert 0 <= back <= before
        before = back


def _plan(**changes: object) -> PaidPlan:
    gives = (PlanBenefit(name_zh="包邮", name_en="Free shipping"),)
    plan = PaidPlan(name_zh="年卡", name_en="Year", price_fen=88_00, months=12, benefits=gives)
    return plan.model_copy(update=changes)


@pytest.mark.parametrize(
    ("_case", "plan", "codes"),
    [
        ("sound", _plan(tier="vip"), []),
        ("no such tier", _plan(tier="gold"), ["plan_tier"]),
        ("the tier of everyone", _plan(tier="regular"), ["plan_lowest_tier"]),
        ("gives nothing", _plan(benefits=()), ["plan_gives_nothing"]),
        ("a tier alone is enough", _plan(benefits=(), tier="vip"), []),
        ("goods of another plan", _plan(product_keys=("a", "b")), ["plan_product_twice"]),
        ("the same goods twice", _plan(product_keys=("a", "a")), ["plan_product_twice"]),
        ("reminded before it began", _plan(months=1, remind_days=28), ["plan_remind"]),
        ("reminded the day after", _plan(months=1, remind_days=27), []),
    ],
)
def test_a_confusing_plan_is_refused_with_a_reason(_case: str, plan: PaidPlan, codes: list[str]) -> None:
    assert [fault.code for fault in paid_plan_faults(plan, ("regular", "vip"), ("b",))] == codes
