"""Stored value on both stores: money in and out by the law's limits, once each, never overdrawn, and the ledger ties."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from core.documents.stored_value import StoredValuePlan
from core.errors import Refusal
from core.services.desk import Desk
from core.services.options import read_options
from core.services.stored_account import prepaid_report, read_account, read_statement
from core.services.stored_value import (
    DUTIES,
    Balance,
    adjust,
    expire_bonus,
    pay,
    read_plan,
    refund_payment,
    refund_topup,
    save_plan,
    switch_off,
    switch_on,
    top_up,
)
from core.store.database import Database
from core.store.queries import stored_value as rows
from core.store.tables import AuditEntry, StoredPosting
from tests.services.campaign_shop import NOW, OWNER, all_rows, open_shop

PLAN = StoredValuePlan.read(
    {
        "name_zh": "储值卡",
        "name_en": "Card",
        "levels": [{"pay_fen": 100_00, "bonus_fen": 20_00}, {"pay_fen": 1000_00, "bonus_fen": 250_00}],
        "bonus_days": 90,
    }
)
ENDED = NOW + timedelta(days=91)


@pytest.fixture
def desk(db: Database) -> Desk:
    """A shop of ten people that sells the plan."""
    opened = open_shop(db, 10)
    switch_on(opened, OWNER, acknowledged=DUTIES, now=NOW)
    save_plan(opened, OWNER, PLAN, now=NOW)
    return opened


def _top_up(desk: Desk, fen: int = 100_00, key: str = "t1", member: int = 1, now: datetime = NOW) -> int:
    return top_up(desk, OWNER, member, fen, route="wechat", key=key, now=now).transaction_id


def _sound(desk: Desk) -> None:
    with desk.db.read() as session:
        found = rows.violations(session)
    assert found == dict.fromkeys(found, 0)


def test_it_is_off_until_every_duty_was_read(db: Database) -> None:
    desk = open_shop(db, 1)
    assert read_options(desk) == frozenset()
    save_plan(desk, OWNER, PLAN, now=NOW)
    with pytest.raises(Refusal, match="stored_off"):
        _top_up(desk)
    with pytest.raises(Refusal, match="stored_duties"):
        switch_on(desk, OWNER, acknowledged=DUTIES[1:], now=NOW)
    switch_on(desk, OWNER, acknowledged=DUTIES, now=NOW)
    assert read_options(desk) == {"stored_value"}
    _top_up(desk)
    with pytest.raises(Refusal, match="stored_balances_left"):
        switch_off(desk, OWNER, now=NOW)
    refund_topup(desk, OWNER, 1, key="r", now=NOW)
    switch_off(desk, OWNER, now=NOW)
    assert read_options(desk) == frozenset()
    with db.read() as session:
        acts = [row.action for row in all_rows(session, AuditEntry)]
    kinds = ("plan", "topup", "refund_topup")
    stored = [f"stored_value.{kind}" for kind in kinds]
    assert acts == [stored[0], "option.on", *stored[1:], "option.off"]


def test_a_plan_that_breaks_the_rules_is_refused_and_the_old_one_holds(desk: Desk) -> None:
    with pytest.raises(Refusal, match="stored_cap"):
        save_plan(desk, OWNER, PLAN.model_copy(update={"cap_fen": 5_000_01}), now=NOW)
    assert read_plan(desk) == PLAN


def test_a_top_up_a_payment_and_their_refunds_leave_nothing_behind(desk: Desk) -> None:
    topup = _top_up(desk)
    paid = pay(desk, OWNER, 1, 60_00, key="p", order_no="A1", now=NOW)
    assert (paid.principal_fen, paid.bonus_fen, paid.balance) == (-50_00, -10_00, Balance(50_00, 10_00))
    half = refund_payment(desk, OWNER, paid.transaction_id, 30_00, key="b1", now=NOW)
    assert half.balance == Balance(75_00, 15_00)
    assert refund_payment(desk, OWNER, paid.transaction_id, key="b2", now=NOW).balance == Balance(100_00, 20_00)
    out = refund_topup(desk, OWNER, topup, key="r", now=NOW)
    assert (out.principal_fen, out.bonus_fen, out.balance) == (-100_00, -20_00, Balance(0, 0))
    with desk.db.read() as session:
        sums: dict[str, int] = {}
        for row in all_rows(session, StoredPosting):
            sums[row.account] = sums.get(row.account, 0) + row.amount_fen
    assert sums == dict.fromkeys(("member_principal", "member_bonus", "paid_in", "bonus_given", "spent"), 0)
    _sound(desk)


def test_the_same_key_is_the_same_act_and_another_content_is_refused(desk: Desk) -> None:
    first = top_up(desk, OWNER, 1, 100_00, route="cash", key="k", now=NOW)
    again = top_up(desk, OWNER, 1, 100_00, route="cash", key="k", now=NOW + timedelta(hours=1))
    assert (again.transaction_id, again.again, again.balance) == (first.transaction_id, True, Balance(100_00, 20_00))
    for other in (lambda: _top_up(desk, 200_00, "k"), lambda: pay(desk, OWNER, 1, 100_00, key="k", now=NOW)):
        with pytest.raises(Refusal, match="stored_key_used"):
            other()
    gone = refund_topup(desk, OWNER, first.transaction_id, key="r", now=NOW)
    assert refund_topup(desk, OWNER, first.transaction_id, key="r", now=NOW).transaction_id == gone.transaction_id
    with pytest.raises(Refusal, match="stored_nothing_left"):
        refund_topup(desk, OWNER, first.transaction_id, key="r2", now=NOW)


REFUSED: list[tuple[str, Callable[[Desk], Any], str]] = [
    ("above the cap", lambda d: _top_up(d, 4_000_00), "stored_over_cap"),
    ("more than there is", lambda d: pay(d, OWNER, 1, 1250_01, key="x", now=NOW), "stored_not_enough"),
    ("nothing", lambda d: pay(d, OWNER, 1, 0, key="x", now=NOW), "stored_amount"),
    ("nobody", lambda d: pay(d, OWNER, 99, 1, key="x", now=NOW), "member_unknown"),
    ("no such payment", lambda d: refund_payment(d, OWNER, 1, key="x", now=NOW), "stored_unknown"),
    ("another way", lambda d: refund_topup(d, OWNER, 1, route="cash", key="x", now=NOW), "stored_route"),
    ("too much", lambda d: refund_topup(d, OWNER, 1, 1000_01, key="x", now=NOW), "stored_refund_large"),
    ("a way that is none", lambda d: top_up(d, OWNER, 1, 1, route="shell", key="x", now=NOW), "stored_route_unknown"),
    ("no reason", lambda d: adjust(d, OWNER, 1, "bonus", 1, reason=" ", key="x", now=NOW), "stored_reason"),
    ("too low", lambda d: adjust(d, OWNER, 1, "bonus", -250_01, reason="r", key="x", now=NOW), "stored_not_enough"),
]


@pytest.mark.parametrize(("act", "code"), [(act, code) for _, act, code in REFUSED], ids=[name for name, *_ in REFUSED])
def test_what_cannot_be_is_refused_and_moves_nothing(act: Callable[[Desk], Any], code: str, desk: Desk) -> None:
    _top_up(desk, 1000_00, "first")
    with pytest.raises(Refusal) as refused:
        act(desk)
    assert refused.value.code == code
    assert read_account(desk, 1, now=NOW).balance == Balance(1000_00, 250_00)
    _sound(desk)


def test_a_bonus_ends_once_and_principal_never(desk: Desk) -> None:
    _top_up(desk)
    last = NOW.replace(hour=15, minute=59) + timedelta(days=90)  # the last minute of the 90th day in Shanghai
    assert expire_bonus(desk, OWNER, now=last) == 0
    assert read_account(desk, 1, now=ENDED).balance == Balance(100_00, 0)  # before the night has taken it off
    assert expire_bonus(desk, OWNER, now=last + timedelta(minutes=1)) == 1
    assert expire_bonus(desk, OWNER, now=ENDED) == 0
    assert read_account(desk, 1, now=NOW + timedelta(days=3650)).balance == Balance(100_00, 0)
    _sound(desk)


def test_an_ended_bonus_cannot_be_spent_and_ends_again_when_a_payment_goes_back(desk: Desk) -> None:
    topup = _top_up(desk)
    paid = pay(desk, OWNER, 1, 60_00, key="p", now=NOW)
    with pytest.raises(Refusal, match="stored_not_enough"):
        pay(desk, OWNER, 1, 50_01, key="q", now=ENDED)
    back = refund_payment(desk, OWNER, paid.transaction_id, key="b", now=ENDED)
    assert back.balance == Balance(100_00, 0)
    assert expire_bonus(desk, OWNER, now=ENDED) == 0
    assert refund_topup(desk, OWNER, topup, key="r", now=ENDED).balance == Balance(0, 0)
    _sound(desk)


def test_a_correction_is_a_top_up_of_its_own_or_takes_from_them(desk: Desk) -> None:
    brought = adjust(desk, OWNER, 1, "principal", 88_00, reason="old card", key="a", route="cash", now=NOW)
    assert adjust(desk, OWNER, 1, "bonus", 12_00, reason="old card", key="b", now=NOW).balance == Balance(88_00, 12_00)
    down = adjust(desk, OWNER, 1, "principal", -8_00, reason="typed wrong", key="c", now=NOW)
    assert down.balance == Balance(80_00, 12_00)
    assert refund_topup(desk, OWNER, brought.transaction_id, key="r", now=NOW).principal_fen == -80_00
    _sound(desk)


def test_a_statement_and_the_report_of_the_month_tie(desk: Desk) -> None:
    before = datetime(2026, 2, 20, tzinfo=UTC)
    _top_up(desk, key="feb", now=before)
    topup = _top_up(desk, key="mar")
    paid = pay(desk, OWNER, 1, 120_00, key="p", now=NOW)
    refund_payment(desk, OWNER, paid.transaction_id, 12_00, key="b", now=NOW)
    refund_topup(desk, OWNER, topup, 40_00, key="r", now=NOW)
    _top_up(desk, key="two", member=2)
    statement = read_statement(desk, 1, date(2026, 3, 1), date(2026, 4, 1))
    assert statement.opening == Balance(100_00, 20_00)
    assert [line.kind for line in statement.lines] == ["topup", "pay", "refund_payment", "refund_topup"]
    assert statement.closing == statement.lines[-1].after == read_account(desk, 1, now=NOW).balance
    report = prepaid_report(desk, date(2026, 3, 9))
    assert (report.opening, report.people, report.over_cap, report.ties) == (Balance(100_00, 20_00), 2, [], True)
    moved = {line.kind: (line.count, line.principal_fen, line.bonus_fen) for line in report.lines}
    assert moved["topup"] == (2, 200_00, 40_00) and moved["pay"] == (1, -100_00, -20_00)
    assert (moved["refund_payment"], moved["refund_topup"]) == ((1, 10_00, 2_00), (1, -40_00, -8_00))
    assert report.closing == Balance(170_00, 34_00)
    assert prepaid_report(desk, date(2026, 4, 1)).opening == report.closing


def test_who_is_lifted_above_the_cap_by_a_refund_is_named(desk: Desk) -> None:
    _top_up(desk, 3_900_00)
    paid = pay(desk, OWNER, 1, 4_150_00, key="p", now=NOW)
    _top_up(desk, 1_000_00, "t2")
    refund_payment(desk, OWNER, paid.transaction_id, key="b", now=NOW)
    assert prepaid_report(desk, NOW.date()).over_cap == [(1, 5_400_00)]


OPS = st.lists(
    st.tuples(
        st.sampled_from(["topup", "topup", "pay", "pay", "pay", "back", "out", "night", "adjust"]),
        st.integers(1, 400_00),
        st.integers(0, 5),
        st.integers(0, 60),
    ),
    min_size=3,
    max_size=14,
)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ops=OPS)
def test_whatever_happens_the_books_are_right_and_undoing_it_all_leaves_nothing(desk: Desk, ops: list[Any]) -> None:
    with desk.db.read() as session:
        member = session.execute(
            text("SELECT coalesce(max(member_id), 0) % 10 + 1 FROM stored_transaction")
        ).scalar_one()
    run, now, number = f"{member}-{id(ops)}", NOW, 0
    topups: list[int] = []
    payments: list[int] = []
    for kind, fen, pick, days in ops:
        now, number = now + timedelta(days=days), number + 1
        key = f"{run}-{number}"
        before = read_account(desk, member, now=now).balance
        try:
            match kind:
                case "topup":
                    topups.append(_top_up(desk, fen, key, member, now))
                case "pay":
                    moved = pay(desk, OWNER, member, fen % (before.total_fen + 1), key=key, now=now)
                    payments.append(moved.transaction_id)
                    assert moved.balance.total_fen == before.total_fen - fen % (before.total_fen + 1)
                case "back" if payments:
                    refund_payment(
                        desk, OWNER, payments[pick % len(payments)], fen if pick < 4 else None, key=key, now=now
                    )
                case "out" if topups:
                    refund_topup(desk, OWNER, topups[pick % len(topups)], fen if pick < 4 else None, key=key, now=now)
                case "adjust":
                    moved = adjust(
                        desk,
                        OWNER,
                        member,
                        "principal" if pick < 3 else "bonus",
                        fen - 200_00,
                        reason="r",
                        key=key,
                        now=now,
                    )
                    topups += [moved.transaction_id] if fen > 200_00 and pick < 3 else []
                case "night":
                    expire_bonus(desk, OWNER, now=now)
        except Refusal as refusal:
            assert refusal.code.startswith("stored_")
            assert read_account(desk, member, now=now).balance == before
    _sound(desk)
    for payment in read_account(desk, member, now=now).payments:
        refund_payment(desk, OWNER, payment.id, key=f"{run}-back-{payment.id}", now=now)
    for topup in read_account(desk, member, now=now).topups:
        if topup.lot.principal_fen:
            refund_topup(desk, OWNER, topup.lot.id, key=f"{run}-out-{topup.lot.id}", now=now)
    left = read_account(desk, member, now=now).balance
    if left.bonus_fen:  # a bonus given by hand has no principal that could take it along
        adjust(desk, OWNER, member, "bonus", -left.bonus_fen, reason="end", key=f"{run}-end", now=now)
    assert read_account(desk, member, now=now).balance == Balance(0, 0)
    _sound(desk)


@pytest.mark.parametrize(
    ("check", "statement"),
    [
        ("I2", "UPDATE stored_balance SET bonus_fen = bonus_fen + 1"),
        ("I2", "DELETE FROM stored_balance"),
        ("I3", "UPDATE stored_posting SET amount_fen = amount_fen + 1 WHERE id = 1"),
        ("I4", "UPDATE stored_posting SET amount_fen = -amount_fen WHERE account = 'member_principal' AND id = 1"),
        ("I5", "UPDATE stored_transaction SET note = 'x' WHERE id = 1"),
        ("I5", "UPDATE stored_posting SET lot_id = 2 WHERE id = 1"),
        ("I5", "DELETE FROM stored_transaction WHERE id = 1"),
        ("I22", "UPDATE stored_transaction SET amount_fen = 1 WHERE kind = 'pay'"),
    ],
)
def test_a_changed_row_is_found_and_the_store_refuses_to_change_it(check: str, statement: str, sqlite_url: str) -> None:
    db = Database(sqlite_url)
    desk = open_shop(db, 10)
    switch_on(desk, OWNER, acknowledged=DUTIES, now=NOW)
    save_plan(desk, OWNER, PLAN, now=NOW)
    _top_up(desk)
    paid = pay(desk, OWNER, 1, 10_00, key="p", now=NOW)
    refund_payment(desk, OWNER, paid.transaction_id, 5_00, key="b", now=NOW)
    if "stored_balance" not in statement:
        with pytest.raises(Exception, match="append-only"), db.write() as session:
            session.execute(text(statement))
    with db.writer.connect() as connection:
        raw: Any = connection.connection.dbapi_connection
        raw.execute("PRAGMA foreign_keys = OFF")
        for table in ("stored_transaction", "stored_posting"):
            for act in ("update", "delete"):
                raw.execute(f"DROP TRIGGER tr_{table}_no_{act}")
        raw.execute(statement)
    with db.read() as session:
        assert rows.violations(session)[check] > 0
    db.close()
