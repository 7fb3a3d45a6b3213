"""Partners: a code goes to one member once, also when two hands reach for it; and the months add up."""

import threading
from datetime import date, timedelta

import pytest
from sqlmodel import select

from core.errors import Refusal
from core.services.desk import Desk
from core.services.obligations import create_due
from core.services.partners import (
    give_codes,
    import_codes,
    list_partners,
    read_statement,
    report_used,
    save_partner,
)
from core.services.promises import claim_promises
from core.store.database import Database
from core.store.tables import Obligation, PartnerCode
from tests.services.promise_shop import NOW, OWNER, benefit, open_shop


def _shop(db: Database, codes: int, people: int = 12, **partner: object) -> tuple[Desk, list[int]]:
    """A shop whose vip members have claimed a partner's benefit, and a pool of codes."""
    desk = open_shop(db, benefit("photo", "partner", "year", mode="claim", partner="studio"), people=people)
    named = {"code": "studio", "name": "照相馆", "share_bp": 3_333, "code_cost_fen": 10_01, **partner}
    save_partner(desk, OWNER, now=NOW, **named)  # type: ignore[arg-type]
    import_codes(desk, OWNER, "studio", "\n".join(f"C{number}" for number in range(codes)), now=NOW)
    create_due(desk, OWNER, now=NOW)
    with db.read() as session:
        ids = list(session.exec(select(Obligation.id)))
    claim_promises(desk, OWNER, [number or 0 for number in ids], now=NOW)
    return desk, [number or 0 for number in ids]


def _given(desk: Desk) -> list[PartnerCode]:
    with desk.db.read() as session:
        return list(session.exec(select(PartnerCode).where(PartnerCode.given_at != None)))  # noqa: E711


def test_a_claimed_benefit_gets_the_oldest_code_and_is_done(db: Database) -> None:
    desk, ids = _shop(db, 10)
    assert give_codes(desk, OWNER, ids, now=NOW, by="小敏") == 6
    given = _given(desk)
    assert {row.code for row in given} == {f"C{n}" for n in range(6)} and len({row.member_id for row in given}) == 6
    with db.read() as session:
        assert {(row.status, row.note) for row in session.exec(select(Obligation))} == {
            ("done", row.code) for row in given
        }
    assert give_codes(desk, OWNER, ids, now=NOW, by="小敏") == 0


def test_two_hands_never_give_one_code_twice(db: Database) -> None:
    desk, ids = _shop(db, 40, people=80)
    halves, done = (ids[:20], ids[20:]), []
    barrier = threading.Barrier(2)

    def run(part: list[int]) -> None:
        barrier.wait()
        done.append(give_codes(desk, OWNER, part, now=NOW, by="x"))

    threads = [threading.Thread(target=run, args=(part,)) for part in halves]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    given = _given(desk)
    assert sum(done) == 40 == len({row.code for row in given}) == len({row.obligation_id for row in given})


def test_the_same_promise_from_two_hands_takes_one_code(db: Database) -> None:
    desk, ids = _shop(db, 12)
    threads = [
        threading.Thread(target=give_codes, args=(desk, OWNER, ids), kwargs={"now": NOW, "by": "x"}) for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(_given(desk)) == 6


def test_an_empty_pool_gives_nobody_anything(db: Database) -> None:
    desk, ids = _shop(db, 5)
    with pytest.raises(Refusal) as refused:
        give_codes(desk, OWNER, ids, now=NOW, by="x")
    assert refused.value.code == "partner_codes_none" and _given(desk) == []


def test_outside_its_dates_a_partner_gives_nothing(db: Database) -> None:
    desk, ids = _shop(db, 12, valid_until=date(2027, 3, 1))
    with pytest.raises(Refusal) as refused:
        give_codes(desk, OWNER, ids, now=NOW, by="x")
    assert refused.value.code == "partner_over"


def test_codes_known_before_or_twice_in_the_text_count_once(db: Database) -> None:
    desk, _ = _shop(db, 3)
    assert import_codes(desk, OWNER, "studio", "C1, D1\nD1;D2\n", now=NOW) == (2, 2)
    (line,) = list_partners(desk)
    assert (line.codes, line.left) == (5, 5)


def test_the_statement_counts_what_was_given_and_used_and_our_share(db: Database) -> None:
    desk, ids = _shop(db, 10)
    give_codes(desk, OWNER, ids, now=NOW, by="x")
    assert report_used(desk, OWNER, "studio", "C0 C1 C2 C9 nobody", now=NOW + timedelta(days=40)) == (3, 2)
    assert report_used(desk, OWNER, "studio", "C0", now=NOW + timedelta(days=41)) == (0, 1)
    april, march = read_statement(desk, "studio")
    assert (march.month, march.given, march.used) == (date(2027, 3, 1), 6, 0)
    # 3 x 10.01 yuan, of which 33.33 % is ours: 10.009 yuan.
    assert (april.given, april.used, april.cost_fen, april.share_fen) == (0, 3, 30_03, 10_01)


@pytest.mark.parametrize(
    ("_case", "changes", "code"),
    [
        ("a name with a space", {"code": "the studio"}, "partner_code"),
        ("no name", {"name": "  "}, "partner_name"),
        ("ends before it begins", {"valid_from": date(2027, 5, 2), "valid_until": date(2027, 5, 1)}, "partner_dates"),
    ],
)
def test_a_confusing_partner_is_refused(_case: str, changes: dict[str, object], code: str, db: Database) -> None:
    desk = open_shop(db)
    named = {"code": "studio", "name": "照相馆", **changes}
    with pytest.raises(Refusal) as refused:
        save_partner(desk, OWNER, now=NOW, **named)  # type: ignore[arg-type]
    assert refused.value.code == code
