"""Member files: matched by id, then by phone; silence is no consent; joined dates decide who is a member."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from core.errors import Refusal
from core.services.consents import opt_out
from core.services.desk import Desk
from core.services.programme import derive_members
from core.services.refresh import refresh
from core.services.shop_settings import read_settings, save_settings
from core.services.verify import verify_store
from core.store.database import Database
from tests.services.order_files import (
    NOW,
    OWNER,
    at,
    bring_in,
    bring_members,
    contents,
    new_desk,
    order,
    rows_of,
    value_of,
)

TIERS = "SELECT label FROM member_identity i JOIN member_tier t ON t.member_id = i.member_id ORDER BY label"
FULL = {
    "member_id": "A",
    "phone": "13800001234",
    "email": "a@example.com",
    "name": "王小明",
    "nickname": "小明",
    "gender": "女",
    "birthday": "1990-03-08",
    "province": "浙江",
    "city": "杭州",
    "joined_at": at(100),
    "grade": "2",
    "source": "直播",
    "tags": "母婴,老客",
    "consent_sms": "是",
    "consent_email": "",
}


@pytest.fixture
def desk(db: Database) -> Desk:
    return new_desk(db)


def _consents(desk: Desk) -> list[tuple[Any, ...]]:
    return rows_of(desk.db, "SELECT member_id, channel, granted, source FROM consent ORDER BY id")


def test_a_full_row_becomes_a_person(desk: Desk, tmp_path: Path) -> None:
    report = bring_members(desk, tmp_path, [FULL])
    assert (report.rows, report.accepted, report.rejected, report.unchanged) == (1, 1, 0, 0)
    assert (report.people_new, report.members_new) == (1, 1)
    fields = "name, nickname, birth_year, birth_month, birth_day, province, city, joined_by, grade, source, phone_last4"
    assert rows_of(desk.db, f"SELECT {fields} FROM member") == [
        ("王小明", "小明", 1990, 3, 8, "浙江", "杭州", "file", 2, "直播", "1234")
    ]
    assert rows_of(desk.db, "SELECT kind, label FROM member_identity ORDER BY kind") == [
        ("phone", None),
        ("platform_id", "A"),
    ]
    assert rows_of(desk.db, "SELECT tag FROM member_tag ORDER BY tag") == [("母婴",), ("老客",)]
    assert rows_of(desk.db, "SELECT tier FROM member_tier") == [("regular",)]
    assert verify_store(desk).violations == 0


def test_the_same_file_twice_changes_nothing(desk: Desk, tmp_path: Path) -> None:
    rows = [FULL, {"member_id": "B", "phone": "138****9999"}, {"member_id": "", "phone": "13900000000", "grade": "1"}]
    first = bring_members(desk, tmp_path, rows)
    before = contents(desk.db, without=["member_tier"])
    again = bring_members(desk, tmp_path, rows, now=NOW + timedelta(days=1))
    assert contents(desk.db, without=["member_tier"]) == before
    assert (first.unchanged, first.people_new, first.members_new) == (0, 3, 2)
    assert (again.unchanged, again.people_new, again.members_new) == (3, 0, 0)


@pytest.mark.parametrize(
    ("_case", "change"),
    [
        ("a new city", {"city": "宁波"}),
        ("a new phone", {"phone": "13700001111"}),
        ("another tag", {"tags": "母婴,新"}),
        ("a consent", {"consent_email": "是"}),
        ("a refusal", {"consent_sms": "否"}),
        ("another joined date", {"joined_at": at(99)}),
        ("another grade", {"grade": "3"}),
    ],
)
def test_what_a_file_changes_is_counted_before_and_after(
    _case: str, change: dict[str, str], desk: Desk, tmp_path: Path
) -> None:
    other = FULL | {"member_id": "B", "phone": "13900000000"}
    bring_members(desk, tmp_path, [FULL, other])
    before = contents(desk.db)
    dry = bring_members(desk, tmp_path, [FULL | change, other], dry_run=True)
    assert contents(desk.db) == before
    real = bring_members(desk, tmp_path, [FULL | change, other])
    assert dry.unchanged == real.unchanged == 1
    assert bring_members(desk, tmp_path, [FULL | change, other]).unchanged == 2


def test_a_blank_cell_keeps_what_is_known(desk: Desk, tmp_path: Path) -> None:
    bring_members(desk, tmp_path, [FULL])
    before = contents(desk.db)
    blank = dict.fromkeys(FULL, "") | {"member_id": "A"}
    assert bring_members(desk, tmp_path, [blank]).unchanged == 1
    assert contents(desk.db) == before


@pytest.mark.parametrize(
    ("_case", "row", "label"),
    [
        ("the id", {"member_id": "A", "phone": ""}, "A"),
        ("the id, though the phone is another's", {"member_id": "A", "phone": "13900000000"}, "A"),
        ("the phone, where the id is new", {"member_id": "Z", "phone": "13900000000"}, "P"),
        ("the phone alone", {"member_id": "", "phone": "+86 139 0000 0000"}, "P"),
        ("neither: a new person", {"member_id": "Z", "phone": "13600000000"}, "new"),
    ],
)
def test_a_row_is_matched_by(_case: str, row: dict[str, str], label: str, desk: Desk, tmp_path: Path) -> None:
    bring_in(desk, tmp_path, [order(1, member_id="A"), order(2, member_id="", phone="13900000000")])
    ids = dict(rows_of(desk.db, "SELECT order_no, member_id FROM shop_order"))
    report = bring_members(desk, tmp_path, [row | {"name": "找到"}])
    (found,) = rows_of(desk.db, "SELECT id FROM member WHERE name = '找到'")
    assert found[0] == {"A": ids["T1"], "P": ids["T2"]}.get(label, 3)
    assert report.people_new == (label == "new")
    assert bring_members(desk, tmp_path, [row | {"name": "找到"}]).people_new == 0
    assert verify_store(desk).violations == 0


def test_both_keys_of_a_row_find_the_person_afterwards(desk: Desk, tmp_path: Path) -> None:
    bring_members(desk, tmp_path, [{"member_id": "A", "phone": "13800001234"}])
    report = bring_in(desk, tmp_path, [order(1, member_id="A"), order(2, member_id="", phone="13800001234")])
    assert report.people_new == 0
    assert rows_of(desk.db, "SELECT DISTINCT member_id FROM shop_order") == [(1,)]


def test_a_masked_phone_is_never_a_key(desk: Desk, tmp_path: Path) -> None:
    report = bring_members(desk, tmp_path, [{"member_id": n, "phone": "138****1234"} for n in "AB"])
    assert report.people_new == 2
    assert rows_of(desk.db, "SELECT phone_last4, phone_cipher FROM member") == [("1234", None)] * 2
    assert value_of(desk.db, "SELECT count(*) FROM member_identity WHERE kind = 'phone'") == 0
    alone = bring_members(desk, tmp_path, [{"member_id": "", "phone": "138****1234"}])
    assert (alone.rejected, alone.people_new) == (1, 0)


def test_an_old_file_does_not_undo_an_opt_out(desk: Desk, tmp_path: Path) -> None:
    agreed = [{"member_id": "A", "consent_sms": "是", "consent_email": "是"}]
    bring_members(desk, tmp_path, agreed)
    opt_out(desk, OWNER, 1, source="旺旺", now=NOW)
    before = _consents(desk)
    assert bring_members(desk, tmp_path, agreed).unchanged == 1
    assert rows_of(desk.db, "SELECT opted_out, consent_sms, consent_email FROM member") == [(True, False, False)]
    assert _consents(desk) == before


def test_silence_is_no_consent_and_every_change_is_evidence(desk: Desk, tmp_path: Path) -> None:
    def row(sms: str, email: str) -> dict[str, str]:
        return {"member_id": "A", "consent_sms": sms, "consent_email": email}

    bring_members(desk, tmp_path, [row("", "")])
    assert rows_of(desk.db, "SELECT consent_sms, consent_email FROM member") == [(False, False)]
    assert _consents(desk) == []
    bring_members(desk, tmp_path, [row("是", "")])
    bring_members(desk, tmp_path, [row("是", "Y")], file_name="会员.xlsx")
    bring_members(desk, tmp_path, [row("", "")])
    bring_members(desk, tmp_path, [row("否", "")])
    assert rows_of(desk.db, "SELECT consent_sms, consent_email FROM member") == [(False, True)]
    assert [(member, channel, bool(granted), source) for member, channel, granted, source in _consents(desk)] == [
        (1, "sms", True, "file:members.csv"),
        (1, "email", True, "file:会员.xlsx"),
        (1, "sms", False, "file:members.csv"),
    ]


def test_joined_dates_end_the_rule_that_everyone_is_a_member(desk: Desk, tmp_path: Path) -> None:
    orders = [
        order(1, member_id="A", paid_at=at(50)),
        order(2, member_id="B", paid_at=at(50), amount="2500"),
        order(3, member_id="C"),
    ]
    bring_in(desk, tmp_path, orders)
    assert value_of(desk.db, "SELECT count(*) FROM member_tier") == 3
    report = bring_members(
        desk,
        tmp_path,
        [{"member_id": "B", "joined_at": at(20), "grade": ""}, {"member_id": "D", "joined_at": "", "grade": "1"}],
    )
    assert read_settings(desk).joined_rule == "file"
    assert report.members_new == 1  # B was one before
    joined = (
        "SELECT i.label, m.joined_by FROM member m JOIN member_identity i ON i.member_id = m.id"
        " WHERE m.joined_at IS NOT NULL ORDER BY 1"
    )
    assert rows_of(desk.db, joined) == [("B", "file"), ("D", "file")]
    assert value_of(desk.db, "SELECT count(*) FROM member_tier") == 2
    current = "SELECT count(DISTINCT member_id) FROM tier_change WHERE superseded_at IS NULL"
    assert value_of(desk.db, current) == 2
    # B paid before joining: not a member's sale.
    assert value_of(desk.db, "SELECT sum(member_sales_fen) FROM day_summary") == 0
    assert verify_store(desk).violations == 0
    bring_in(desk, tmp_path, [order(4, member_id="E"), order(5, member_id="B")])
    assert rows_of(desk.db, joined) == [("B", "file"), ("D", "file")]
    assert value_of(desk.db, "SELECT sum(member_sales_fen) FROM day_summary") == 100_00
    kept = contents(desk.db, without=["fitted_model"])
    refresh(desk, OWNER, now=NOW)
    assert contents(desk.db, without=["fitted_model"]) == kept


def test_a_grade_without_a_date_counts_from_the_first_order(desk: Desk, tmp_path: Path) -> None:
    bring_in(desk, tmp_path, [order(1, member_id="A", paid_at=at(50)), order(2, member_id="A")])
    bring_members(desk, tmp_path, [{"member_id": "A", "grade": "2"}, {"member_id": "B", "grade": "0"}])
    joined = rows_of(desk.db, "SELECT joined_at, joined_by FROM member ORDER BY id")
    first = value_of(desk.db, "SELECT first_paid_at FROM member_profile")
    assert joined == [(first, "file"), (None, None)]


def test_a_file_without_dates_and_grades_leaves_the_rule(desk: Desk, tmp_path: Path) -> None:
    bring_in(desk, tmp_path, [order(1)])
    bring_members(desk, tmp_path, [{"member_id": "A", "name": "王"}, {"member_id": "B", "name": "李"}])
    assert read_settings(desk).joined_rule == "auto"
    assert rows_of(desk.db, "SELECT joined_by FROM member ORDER BY id") == [("first_order",), (None,)]


def test_the_owners_rule_stays(desk: Desk, tmp_path: Path) -> None:
    save_settings(desk, OWNER, joined_rule="first_order")
    bring_in(desk, tmp_path, [order(1)])
    bring_members(desk, tmp_path, [{"member_id": "B", "joined_at": at(3)}])
    assert read_settings(desk).joined_rule == "first_order"
    assert rows_of(desk.db, "SELECT joined_by FROM member ORDER BY id") == [("first_order",), ("file",)]


def test_a_fault_leaves_nothing_of_a_member_file(sqlite_url: str, tmp_path: Path) -> None:
    desk = new_desk(Database(sqlite_url))
    with desk.db.writer.begin() as connection:
        connection.execute(
            text("CREATE TRIGGER broken BEFORE INSERT ON member_tag BEGIN SELECT RAISE(ABORT, 'broken'); END")
        )
    before = contents(desk.db)
    with pytest.raises(Exception, match="broken"):
        bring_members(desk, tmp_path, [FULL])
    assert contents(desk.db) == before
    assert read_settings(desk).joined_rule == "auto"


def test_too_many_bad_rows_need_a_yes(desk: Desk, tmp_path: Path) -> None:
    rows = [{"member_id": f"M{n}", "phone": "1" if n < 6 else ""} for n in range(100)]
    with pytest.raises(Refusal, match="too_many_bad_rows"):
        bring_members(desk, tmp_path, rows)
    assert value_of(desk.db, "SELECT count(*) FROM member") == 0
    assert bring_members(desk, tmp_path, rows, max_bad=0.06).people_new == 94


def test_who_joins_later_today_has_a_tier_from_the_next_import_on(desk: Desk, tmp_path: Path) -> None:
    later = NOW + timedelta(hours=4)  # at(0) is two hours after NOW
    bring_members(desk, tmp_path, [{"member_id": "A", "joined_at": at(0)}, {"member_id": "B", "joined_at": at(9)}])
    assert rows_of(desk.db, TIERS) == [("B",)] and verify_store(desk).violations == 0
    with desk.db.write() as session:  # a review of B alone says nothing about A
        derive_members(session, desk, [2], later)
    assert rows_of(desk.db, TIERS) == [("B",)] and verify_store(desk).violations == 0
    bring_in(desk, tmp_path, [order(1, member_id="B")], now=later)
    assert rows_of(desk.db, TIERS) == [("A",), ("B",)] and verify_store(desk).violations == 0
