"""Who is reached on which way, and why the others are not."""

from datetime import timedelta

import pytest
from sqlmodel import Session

from core.documents.enums import Purpose
from core.services.outbox import drain_outbox
from core.services.reach import count_reach, find_reach
from core.services.shop_settings import load_settings
from core.store.database import Database
from core.store.queries import contacts
from core.store.tables import MemberIdentity
from tests.services.outbox_shop import NOW, add_member, open_shop, queue


def _people(db: Database) -> list[int]:
    desk = open_shop(db)
    add_member(desk, 1)
    add_member(desk, 2, consent_email=False)
    add_member(desk, 3, opted_out=True)
    add_member(desk, 4, email_cipher=None, nickname=None)
    add_member(desk, 5, email_cipher=None)
    add_member(desk, 6, email_cipher=None, nickname=None)
    with db.write() as session:
        session.add(MemberIdentity(member_id=6, platform="taobao", kind="platform_id", value_hash=b"x", label="t6"))
    add_member(desk, 7)
    queue(desk, [7], at=NOW)
    return [5, 1, 2, 3, 4, 6, 7]


@pytest.mark.parametrize(
    ("_case", "channels", "purpose", "expected"),
    [
        (
            "e-mail alone needs address and consent",
            ("email",),
            Purpose.MARKETING,
            ["no_contact", "email", "no_consent", "opted_out", "no_contact", "no_contact", "cap"],
        ),
        (
            "the call list takes whom e-mail does not reach, by nickname or platform id",
            ("email", "call_list"),
            Purpose.MARKETING,
            ["call_list", "email", "call_list", "opted_out", "no_contact", "call_list", "cap"],
        ),
        (
            "the order of the channels counts",
            ("call_list", "email"),
            Purpose.MARKETING,
            ["call_list", "call_list", "call_list", "opted_out", "no_contact", "call_list", "cap"],
        ),
        (
            "a notice knows no cap, and is not forced on who opted out",
            ("practice",),
            Purpose.NOTICE,
            ["practice", "practice", "practice", "opted_out", "practice", "practice", "practice"],
        ),
    ],
)
@pytest.mark.parametrize("whole_table", [False, True])
def test_the_first_channel_that_reaches(
    db: Database,
    monkeypatch: pytest.MonkeyPatch,
    whole_table: bool,
    _case: str,
    channels: tuple[str, ...],
    purpose: Purpose,
    expected: list[str],
) -> None:
    if whole_table:
        monkeypatch.setattr(contacts, "WHOLE_TABLE", 0)
    members = _people(db)
    desk = open_shop(db)
    with db.read() as session:
        frame = find_reach(session, desk, members, channels, load_settings(session), purpose=purpose, now=NOW)
    assert frame["member_id"].tolist() == members
    answers = [c if r is None else r for c, r in zip(frame["channel"], frame["reason"], strict=True)]
    assert answers == expected
    by_channel, by_reason = count_reach(frame)
    assert sum(by_channel.values()) + sum(by_reason.values()) == len(members)


def test_nobody_asked_nobody_reached(sqlite_url: str) -> None:
    desk = open_shop(Database(sqlite_url))
    with desk.db.read() as session:
        frame = _reach(session, desk, [])
    assert len(frame) == 0
    desk.close()


def test_what_left_counts_until_the_day_is_over(sqlite_url: str) -> None:
    desk = open_shop(Database(sqlite_url))
    queue(desk, [add_member(desk, 1)])
    drain_outbox(desk, now=NOW)
    with desk.db.read() as session:
        assert _reach(session, desk, [1])["reason"].tolist() == ["cap"]
    desk.close()


@pytest.mark.parametrize(
    ("_case", "after", "answer"),
    [
        ("an hour later", timedelta(hours=1), "cap"),
        ("within a day", timedelta(days=1, microseconds=-1), "cap"),
        ("a day later", timedelta(days=1), None),
        ("next month", timedelta(days=30), None),
    ],
)
def test_what_waits_counts_only_when_it_leaves_within_a_day(
    _case: str, after: timedelta, answer: str | None, db: Database
) -> None:
    desk = open_shop(db)
    queue(desk, [add_member(desk, 1)], at=NOW + after)
    with db.read() as session:
        assert _reach(session, desk, [1])["reason"].tolist() == [answer]


def _reach(session: Session, desk, members: list[int]):  # type: ignore[no-untyped-def]
    return find_reach(session, desk, members, ("email",), load_settings(session), purpose=Purpose.MARKETING, now=NOW)
