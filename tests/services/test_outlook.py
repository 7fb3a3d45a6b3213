"""Everybody's outlook: learnt by the review, kept by imports, taken away from who does not count."""

from datetime import timedelta
from pathlib import Path

from sqlalchemy import text

from core.services.insight import refresh_insight
from core.services.lifecycle import read_lifecycle
from core.services.not_counted import count_again, mark_members
from core.services.outlook import read_outlook, refresh_outlook
from core.services.refresh import refresh, review_owed
from core.services.rhythm import load_rhythm
from core.services.verify import verify_store
from core.store.database import Database
from core.store.queries.tiers import EVERYBODY, OWED
from core.store.tables import Setting
from tests.services.order_files import NOW, OWNER, at, bring_in, contents, new_desk, order, rows_of, value_of

ROWS = "SELECT * FROM member_outlook ORDER BY member_id"


def _orders(first: int = 0) -> list[dict[str, object]]:
    """Forty customers of two goods, with one to five purchases at a gap of 20 to 39 days each; one bought once."""
    rows = []
    for person in range(40):
        for turn in range(1 + person % 5):
            number = first + person * 10 + turn
            days = 400 - person - turn * (20 + person // 2)
            goods = ("奶粉", "纸尿裤")[person % 2]
            rows.append(order(number, member_id=f"M{person}", amount="100", paid_at=at(days), product=goods))
    return rows


def test_an_import_that_can_be_learnt_from_gives_everybody_an_outlook(db: Database, tmp_path: Path) -> None:
    desk = new_desk(db)
    bring_in(desk, tmp_path, _orders())
    assert value_of(db, "SELECT count(*) FROM member_outlook") == 40
    with db.read() as session:
        known = load_rhythm(session)
    assert known is not None and known.rhythm is not None and (known.customers, known.repeaters) == (40, 32)
    found = read_outlook(desk, 2, now=NOW)
    assert found is not None and found.state == "lost" and found.next_day > found.lost_day - timedelta(days=1_095)
    later = [order(9_000, member_id="M1", amount="50", paid_at=at(0)), order(9_001, member_id="N", paid_at=at(0))]
    bring_in(desk, tmp_path, later)
    assert verify_store(desk).violations == 0
    assert value_of(db, "SELECT count(*) FROM member_outlook") == 41
    told = read_lifecycle(desk, now=NOW)
    assert sum(one.people for one in told.states) == 41
    assert {one.state: one.people for one in told.states if one.people}["newcomer"] == 1


def test_some_peoples_outlook_is_what_everybodys_would_be(db: Database, tmp_path: Path) -> None:
    desk = new_desk(db)
    bring_in(desk, tmp_path, _orders())
    kept = rows_of(db, ROWS)
    assert refresh_outlook(desk, now=NOW, members=range(1, 41)) == 40
    assert rows_of(db, ROWS) == kept


BROKEN = (
    "UPDATE member_outlook SET rhythm_days = rhythm_days + 1 WHERE member_id = 2",
    "UPDATE member_outlook SET lost_day = lost_day + 1 WHERE member_id = 2",
    "UPDATE member_outlook SET as_of_day = as_of_day - 1 WHERE member_id = 2",
    "DELETE FROM member_outlook WHERE member_id = 2",
    "UPDATE member_profile SET last_day = last_day + 1 WHERE member_id = 2",
    "DELETE FROM member_profile WHERE member_id = 2",
)


def test_verify_counts_whose_outlook_is_not_what_the_profile_says(db: Database, tmp_path: Path) -> None:
    desk = new_desk(db)
    bring_in(desk, tmp_path, _orders())
    for statement in BROKEN:
        with db.write() as session:
            session.execute(text(statement))
        assert verify_store(desk).checks["outlook"] == 1, statement
        refresh(desk, OWNER, now=NOW)
    assert verify_store(desk).violations == 0


def test_who_does_not_count_has_no_outlook_until_counted_again(db: Database, tmp_path: Path) -> None:
    desk = new_desk(db)
    bring_in(desk, tmp_path, _orders())
    kept = rows_of(db, ROWS)
    mark_members(desk, OWNER, [3], "test", now=NOW)
    assert value_of(db, "SELECT count(*) FROM member_outlook WHERE member_id = 3") == 0
    assert verify_store(desk).violations == 0
    count_again(desk, OWNER, [3], now=NOW)
    assert rows_of(db, ROWS) == kept


def test_an_older_file_gets_its_profiles_and_outlooks_with_the_review_it_is_owed(db: Database, tmp_path: Path) -> None:
    desk = new_desk(db)
    bring_in(desk, tmp_path, _orders())
    whole = contents(db, without=("fitted_model", "setting"))
    with db.write() as session:
        session.merge(Setting(key=OWED, value=f"[{EVERYBODY}]"))
        for statement in (
            "UPDATE member_profile SET last_category = NULL, first_day_net_fen = 0",
            "DELETE FROM member_outlook",
            "DELETE FROM fitted_model",
        ):
            session.execute(text(statement))
    assert verify_store(desk).violations == 0
    review_owed(desk, now=NOW)
    assert contents(db, without=("fitted_model", "setting")) == whole


def test_a_shop_too_small_to_learn_from_has_nobody_foreseen(db: Database, tmp_path: Path) -> None:
    desk = new_desk(db)
    bring_in(desk, tmp_path, _orders()[:30])
    refresh_insight(desk, now=NOW)
    assert rows_of(db, ROWS) == []
    assert read_outlook(desk, 1, now=NOW) is None
    assert read_lifecycle(desk, now=NOW).states == ()
