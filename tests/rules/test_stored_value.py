"""Stored value by tables and by chance: what a payment takes, what goes back, what is paid out; never a fen more or less."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.documents.stored_value import StoredValuePlan, TopUpLevel, plan_faults
from core.errors import Refusal
from core.rules.stored_value import Lot, Part, give_back, lots_in_order, refund_lot, take_payment, weigh_top_up

SOON, LATER = datetime(2026, 4, 1, tzinfo=UTC), datetime(2026, 5, 1, tzinfo=UTC)


def _plan(*levels: tuple[int, int], bonus_days: int | None = None, cap_fen: int = 5_000_00) -> StoredValuePlan:
    made = tuple(TopUpLevel(pay_fen=pay, bonus_fen=bonus) for pay, bonus in levels)
    return StoredValuePlan(name_zh="储值卡", name_en="Card", levels=made, bonus_days=bonus_days, cap_fen=cap_fen)


@pytest.mark.parametrize(
    ("_case", "plan", "codes"),
    [
        ("sound", _plan((300_00, 15_00), (1000_00, 80_00)), []),
        ("cap of the law itself", _plan((4_000_00, 1_000_00)), []),
        ("one fen above it", _plan((4_000_00, 1_000_01)), ["stored_level_cap"]),
        ("cap above the law", _plan((300_00, 0), cap_fen=5_000_01), ["stored_cap"]),
        ("a narrower cap of the shop", _plan((300_00, 15_00), cap_fen=314_99), ["stored_level_cap"]),
        ("bonus as high as what is paid", _plan((100_00, 100_00)), []),
        ("bonus above what is paid", _plan((100_00, 100_01)), ["stored_level_bonus"]),
        ("30 days of bonus", _plan((100_00, 1_00), bonus_days=30), []),
        ("29 days of bonus", _plan((100_00, 1_00), bonus_days=29), ["stored_bonus_days"]),
        ("twice the same level", _plan((100_00, 1_00), (100_00, 2_00)), ["stored_level_order"]),
        ("two small ones bring as much", _plan((100_00, 10_00), (200_00, 20_00)), []),
        ("two small ones bring more", _plan((100_00, 10_00), (200_00, 19_99)), ["stored_level_falls"]),
    ],
)
def test_a_plan_that_the_rules_forbid_is_refused_with_a_reason(
    _case: str, plan: StoredValuePlan, codes: list[str]
) -> None:
    assert [fault.code for fault in plan_faults(plan)] == codes


@pytest.mark.parametrize(
    ("_case", "held", "pay", "bonus"),
    [
        ("below the first level", 0, 299_99, 0),
        ("at the level", 0, 300_00, 15_00),
        ("between levels", 0, 999_99, 15_00),
        ("at the next", 0, 1000_00, 80_00),
        ("to the cap itself", 5_000_00 - 315_00, 300_00, 15_00),
    ],
)
def test_a_top_up_brings_the_bonus_of_the_highest_level_it_reaches(_case: str, held: int, pay: int, bonus: int) -> None:
    assert weigh_top_up(_plan((300_00, 15_00), (1000_00, 80_00)), held, pay).bonus_fen == bonus


@pytest.mark.parametrize(
    ("held", "pay", "code"), [(5_000_00 - 314_99, 300_00, "stored_over_cap"), (0, 0, "stored_amount")]
)
def test_a_top_up_above_the_cap_is_refused(held: int, pay: int, code: str) -> None:
    with pytest.raises(Refusal, match=code):
        weigh_top_up(_plan((300_00, 15_00)), held, pay)


@pytest.mark.parametrize(
    ("_case", "lots", "amount", "parts"),
    [
        ("half of both", [Lot(1, 100_00, 20_00)], 60_00, [Part(1, 50_00, 10_00)]),
        ("all", [Lot(1, 100_00, 20_00)], 120_00, [Part(1, 100_00, 20_00)]),
        ("a fraction comes from the bonus", [Lot(1, 100_00, 20_00)], 1, [Part(1, 0, 1)]),
        ("older first", [Lot(2, 5, 0), Lot(1, 5, 0)], 7, [Part(1, 5, 0), Part(2, 2, 0)]),
        (
            "the bonus that ends soonest first",
            [Lot(1, 50, 0), Lot(2, 50, 50, LATER), Lot(3, 50, 50, SOON)],
            210,
            [Part(3, 50, 50), Part(2, 50, 50), Part(1, 10, 0)],
        ),
        ("a lot without bonus has no end", [Lot(1, 9, 0), Lot(2, 9, 0, SOON)], 10, [Part(1, 9, 0), Part(2, 1, 0)]),
    ],
)
def test_a_payment_takes_principal_and_bonus_in_proportion(
    _case: str, lots: list[Lot], amount: int, parts: list[Part]
) -> None:
    assert take_payment(lots, amount) == parts


def test_more_than_there_is_cannot_be_spent() -> None:
    with pytest.raises(Refusal) as refused:
        take_payment([Lot(1, 60, 20), Lot(2, 20, 0)], 101)
    assert (refused.value.code, str(refused.value.params["missing"])) == ("stored_not_enough", "0.01")


def test_what_goes_back_goes_to_the_last_part_first() -> None:
    parts = [Part(1, 60, 0), Part(2, 20, 20)]
    assert give_back(parts, 0, 30) == [Part(2, 15, 15)]
    assert give_back(parts, 30, 30) == [Part(2, 5, 5), Part(1, 20, 0)]
    with pytest.raises(Refusal, match="stored_refund_large"):
        give_back(parts, 60, 41)


@pytest.mark.parametrize(
    ("_case", "lot", "amount", "part"),
    [
        ("all", Lot(1, 50_00, 10_00), None, Part(1, 50_00, 10_00)),
        ("half takes half of the bonus", Lot(1, 50_00, 10_00), 25_00, Part(1, 25_00, 5_00)),
        ("a fraction of a fen of bonus is taken back whole", Lot(1, 3, 1), 1, Part(1, 1, 1)),
        ("no bonus left", Lot(1, 7, 0), 7, Part(1, 7, 0)),
    ],
)
def test_a_refund_pays_out_principal_and_takes_the_unused_bonus_back(
    _case: str, lot: Lot, amount: int | None, part: Part
) -> None:
    assert refund_lot(lot, amount) == part


@pytest.mark.parametrize(
    ("lot", "amount", "code"),
    [
        (Lot(1, 0, 0), None, "stored_nothing_left"),
        (Lot(1, 5, 0), 6, "stored_refund_large"),
        (Lot(1, 5, 0), 0, "stored_amount"),
    ],
)
def test_what_is_not_there_is_not_refunded(lot: Lot, amount: int | None, code: str) -> None:
    with pytest.raises(Refusal, match=code):
        refund_lot(lot, amount)


LOTS = st.lists(
    st.tuples(st.integers(0, 50), st.integers(0, 30), st.sampled_from([None, SOON, LATER])), min_size=1, max_size=5
)


def _lots(made: list[tuple[int, int, datetime | None]]) -> list[Lot]:
    return [Lot(n, paid, bonus if paid else 0, end) for n, (paid, bonus, end) in enumerate(made, start=1)]


@settings(max_examples=200, deadline=None)
@given(LOTS, st.data())
def test_partial_refunds_together_give_back_exactly_what_was_taken(
    made: list[tuple[int, int, datetime | None]], data: st.DataObject
) -> None:
    lots = _lots(made)
    held = sum(lot.total_fen for lot in lots)
    if held == 0:
        return
    amount = data.draw(st.integers(1, held))
    parts = take_payment(lots, amount)
    taken = {part.lot_id: part for part in parts}
    assert sum(part.total_fen for part in parts) == amount
    for lot in lots:
        part = taken.get(lot.id, Part(lot.id, 0, 0))
        assert 0 <= part.principal_fen <= lot.principal_fen and 0 <= part.bonus_fen <= lot.bonus_fen
        # No lot ever holds a bonus without principal: a refund of the principal would leave a present behind.
        assert lot.principal_fen > part.principal_fen or lot.bonus_fen == part.bonus_fen
    back: dict[int, list[int]] = {lot.id: [0, 0] for lot in lots}
    before = 0
    while before < amount:
        step = data.draw(st.integers(1, amount - before))
        for part in give_back(parts, before, step):
            assert part.principal_fen >= 0 and part.bonus_fen >= 0
            back[part.lot_id][0] += part.principal_fen
            back[part.lot_id][1] += part.bonus_fen
        before += step
        assert sum(map(sum, back.values())) == before
    assert {n: tuple(both) for n, both in back.items() if sum(both)} == {
        p.lot_id: (p.principal_fen, p.bonus_fen) for p in parts
    }


@given(LOTS)
def test_the_order_of_lots_is_the_same_however_they_are_given(made: list[tuple[int, int, datetime | None]]) -> None:
    lots = _lots(made)
    assert lots_in_order(lots) == lots_in_order(lots[::-1])
