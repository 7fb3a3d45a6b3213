"""Rows through the driver are the rows that the ORM would have written."""

from datetime import UTC, datetime

from sqlmodel import col, select

from core.clock import to_micros
from core.store.bulk import bulk_insert, reserve_ids
from core.store.database import Database
from core.store.tables import Member

NOW = datetime(2026, 3, 2, 2, 3, 4, 567_891, tzinfo=UTC)
COLUMNS = (
    "id",
    "public_id",
    "platform",
    "nickname",
    "phone_cipher",
    "consent_sms",
    "consent_email",
    "opted_out",
    "recorded_at",
)


def _row(number: int, nickname: str | None = None, sealed: bytes | None = None) -> tuple[object, ...]:
    return (number, f"m{number}", "shop", nickname, sealed, True, False, False, to_micros(NOW))


def test_values_come_back_as_they_went_in(db: Database) -> None:
    odd = "小\t\\N\n'\"👩‍👧 {x}"
    with db.write() as session:
        ids = reserve_ids(session, Member, 2)
        bulk_insert(session, Member, COLUMNS, [_row(ids[0], odd, b"\x00\xff\n\\"), _row(ids[1])])
    with db.read() as session:
        first, second = session.exec(select(Member).order_by(col(Member.id)))
        assert (first.nickname, first.phone_cipher, first.consent_sms, first.recorded_at) == (
            odd,
            b"\x00\xff\n\\",
            True,
            NOW,
        )
        assert (second.nickname, second.phone_cipher) == (None, None)


def test_reserved_ids_are_free_and_the_next_row_takes_none_of_them(db: Database) -> None:
    with db.write() as session:
        session.add(Member(public_id="a", platform="shop", recorded_at=NOW))
        session.flush()
        ids = reserve_ids(session, Member, 3)
        bulk_insert(session, Member, COLUMNS, [_row(number) for number in ids])
        later = Member(public_id="b", platform="shop", recorded_at=NOW)
        session.add(later)
        session.flush()
        assert len({1, *ids, later.id}) == 5


def test_nothing_is_a_fine_number_of_rows(db: Database) -> None:
    with db.write() as session:
        bulk_insert(session, Member, COLUMNS, [])
        assert reserve_ids(session, Member, 0) == []
