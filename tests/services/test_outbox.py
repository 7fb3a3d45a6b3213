"""What leaves the shop, what does not, and that nothing leaves twice; on both stores, through real channels."""

import threading
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from sqlalchemy import text, update
from sqlmodel import select

from core.clock import real_now
from core.documents.enums import Arm, MessageStatus, Purpose
from core.errors import Refusal
from core.services.actor import Actor
from core.services.outbox import drain_outbox, recover_messages, resolve_unknown
from core.store.database import Database
from core.store.queries import outbox
from core.store.tables import AuditEntry, Member, OutboxMessage
from tests.services.outbox_shop import NOW, add_campaign, add_member, mail_server, open_shop, outbox_rows, queue, states

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def test_due_messages_leave_once_with_their_words(db: Database, own_data_dir: Path) -> None:
    desk = open_shop(db)
    queue(desk, [add_member(desk, n) for n in (1, 2, 3)])
    assert drain_outbox(desk, now=NOW).sent == 3
    assert drain_outbox(desk, now=NOW + HOUR).sent == 0
    files = sorted((own_data_dir / "outbox" / "shop").glob("*.txt"))
    assert len(files) == 3
    assert "云1，你好" in files[0].read_text("utf-8")
    rows = outbox_rows(desk)
    assert [row.sent_at for row in rows] == [NOW] * 3
    assert all(row.lease_owner is None and row.attempts == 1 for row in rows)
    with db.read() as session:
        audit = session.exec(select(AuditEntry).where(AuditEntry.action == "messages.settled")).all()
    assert sum(entry.count for entry in audit) == 3


@pytest.mark.parametrize(
    ("_case", "member", "message", "reason"),
    [
        ("opted out after it was queued", {"opted_out": True}, {}, "opted_out"),
        ("consent withdrawn", {"consent_email": False}, {"channel": "email"}, "no_consent"),
        ("address gone", {"email_cipher": None}, {"channel": "email"}, "no_contact"),
        ("held out, whatever queued it", {}, {"arm": Arm.HELD_OUT}, "held_out"),
        ("deadline passed", {}, {"at": NOW - 2 * DAY, "deadline": NOW}, "too_late"),
        ("a notice needs no cap but no opt-out either", {"opted_out": True}, {"purpose": Purpose.NOTICE}, "opted_out"),
    ],
)
def test_who_must_not_get_it_does_not(
    sqlite_url: str, _case: str, member: dict[str, object], message: dict[str, object], reason: str
) -> None:
    desk = open_shop(Database(sqlite_url), store="demo")
    queue(desk, [add_member(desk, 1)], **message)  # type: ignore[arg-type]
    with desk.db.write() as session:
        if member:
            session.execute(update(Member).values(**member))
    tally = drain_outbox(desk, now=NOW)
    assert (tally.sent, dict(tally.suppressed)) == (0, {reason: 1})
    assert states(desk) == [("suppressed", reason)]
    desk.close()


def test_a_cancelled_campaign_sends_nothing_more(db: Database) -> None:
    desk = open_shop(db)
    add_member(desk, 1)
    queue(desk, [1], campaign_id=add_campaign(desk, "cancelled"))
    assert dict(drain_outbox(desk, now=NOW).suppressed) == {"cancelled": 1}


def test_one_marketing_message_a_day_whatever_the_rule(db: Database) -> None:
    desk = open_shop(db)
    add_member(desk, 1)
    queue(desk, [1], rule="campaign:1")
    queue(desk, [1], rule="journey:birthday", occasion="birthday:2026", channel="call_list")
    queue(desk, [1], rule="journey:coupon_expiring", occasion="coupon:1:T-3", purpose=Purpose.NOTICE)
    tally = drain_outbox(desk, now=NOW)
    assert (tally.sent, dict(tally.suppressed)) == (2, {"cap": 1})
    queue(desk, [1], rule="campaign:2", at=NOW + DAY - HOUR)
    assert dict(drain_outbox(desk, now=NOW + DAY - HOUR).suppressed) == {"cap": 1}
    queue(desk, [1], rule="campaign:3", at=NOW + DAY)
    assert drain_outbox(desk, now=NOW + DAY).sent == 1


def test_two_messages_side_by_side_in_one_group_are_one_too_many(db: Database) -> None:
    desk = open_shop(db)
    add_member(desk, 1)
    queue(desk, [1], rule="campaign:1")
    queue(desk, [1], rule="campaign:2")
    tally = drain_outbox(desk, now=NOW)
    assert (tally.sent, dict(tally.suppressed)) == (1, {"cap": 1})


def test_four_in_thirty_days_counting_what_may_have_arrived(sqlite_url: str) -> None:
    desk = open_shop(Database(sqlite_url))
    add_member(desk, 1)
    for n in range(4):
        queue(desk, [1], rule=f"campaign:{n}", at=NOW + n * DAY)
        drain_outbox(desk, now=NOW + n * DAY)
    with desk.db.write() as session:
        session.execute(text("UPDATE outbox_message SET status = 'unknown', sent_at = NULL WHERE id = 2"))
    queue(desk, [1], rule="campaign:5", at=NOW + 10 * DAY)
    assert dict(drain_outbox(desk, now=NOW + 10 * DAY).suppressed) == {"cap": 1}
    queue(desk, [1], rule="campaign:6", at=NOW + 30 * DAY)
    assert drain_outbox(desk, now=NOW + 30 * DAY).sent == 1
    desk.close()


def test_a_clock_set_back_frees_nobody_and_sends_nothing_again(db: Database) -> None:
    desk = open_shop(db)
    add_member(desk, 1)
    queue(desk, [1])
    assert drain_outbox(desk, now=NOW).sent == 1
    queue(desk, [1], rule="campaign:2", at=NOW - 2 * HOUR + HOUR)
    assert dict(drain_outbox(desk, now=NOW - HOUR).suppressed) == {"cap": 1}


@pytest.mark.parametrize(
    ("_case", "at", "deadline", "expected", "leaves"),
    [
        ("in the evening it waits for the morning", NOW + 11 * HOUR, NOW + 3 * DAY, ("pending", None), NOW + 23 * HOUR),
        ("before nine it waits for nine", NOW - 2 * HOUR, NOW + DAY, ("pending", None), NOW - HOUR),
        (
            "one minute before nine in the evening it leaves",
            NOW + 11 * HOUR - timedelta(minutes=1),
            NOW + DAY,
            ("sent", None),
            None,
        ),
        ("over before the morning", NOW + 12 * HOUR, NOW + 20 * HOUR, ("suppressed", "expired"), None),
        ("over exactly when the morning opens", NOW + 12 * HOUR, NOW + 23 * HOUR, ("suppressed", "expired"), None),
    ],
)
def test_quiet_hours(sqlite_url: str, _case: str, at, deadline, expected, leaves) -> None:  # type: ignore[no-untyped-def]
    desk = open_shop(Database(sqlite_url))
    queue(desk, [add_member(desk, 1)], at=at, deadline=deadline)
    drain_outbox(desk, now=at)
    assert states(desk) == [expected]
    if leaves is not None:
        assert outbox_rows(desk)[0].not_before == leaves
        assert drain_outbox(desk, now=leaves - timedelta(seconds=1)).sent == 0
        assert drain_outbox(desk, now=leaves).sent == 1
    desk.close()


@pytest.mark.parametrize(
    ("_case", "began_before", "least", "most"), [("in time", 0.0, 1, 59), ("what came before took longer", 9.0, 0, 0)]
)
def test_a_round_ends_when_the_evening_begins(
    sqlite_url: str, _case: str, began_before: float, least: int, most: int
) -> None:
    desk = open_shop(Database(sqlite_url))
    queue(desk, [add_member(desk, n) for n in range(1, 61)])
    ends = NOW + 11 * HOUR

    def slow() -> bool:
        time.sleep(0.1)
        return False

    began = time.monotonic() - began_before
    tally = drain_outbox(desk, now=ends - timedelta(seconds=2), began=began, seconds=60, should_stop=slow)
    assert least <= tally.sent <= most
    assert not tally.unfinished  # nothing more may leave today
    drain_outbox(desk, now=ends)
    assert set(states(desk)[tally.sent :]) == {("pending", None)}
    desk.close()


def test_mail_arrives_with_the_opt_out_line(db: Database) -> None:
    with mail_server() as (sink, smtp):
        desk = open_shop(db, smtp=smtp)
        queue(desk, [add_member(desk, n) for n in range(1, 31)], channel="email")
        assert drain_outbox(desk, now=NOW).sent == 30
    assert len(set(sink.ids)) == 30
    assert "云1，你好" in sink.texts[0]
    assert "退订" in sink.texts[0]
    assert all(row.provider_id in sink.ids for row in outbox_rows(desk))


def test_a_busy_server_is_asked_again_later_and_then_given_up(sqlite_url: str) -> None:
    with mail_server() as (sink, smtp):
        desk = open_shop(Database(sqlite_url), smtp=smtp)
        queue(desk, [add_member(desk, 1)], channel="email")
        sink.answer = "451 busy"
        now = NOW
        for attempt, wait in enumerate((1, 5, 15, 60), start=1):
            drain_outbox(desk, now=now)
            row = outbox_rows(desk)[0]
            assert (row.status, row.attempts, row.not_before) == ("pending", attempt, now + timedelta(minutes=wait))
            assert drain_outbox(desk, now=now).failed == 0
            now = row.not_before
        assert drain_outbox(desk, now=now).failed == 1
        assert states(desk) == [("failed", "busy")]
        desk.close()


def test_a_server_that_refuses_the_address_fails_that_message_alone(sqlite_url: str) -> None:
    with mail_server() as (sink, smtp):
        desk = open_shop(Database(sqlite_url), smtp=smtp)
        add_member(desk, 1, email_cipher=desk.vault.seal("no at sign"))
        queue(desk, [1, add_member(desk, 2)], channel="email")
        tally = drain_outbox(desk, now=NOW)
        assert (tally.sent, tally.failed, len(sink.ids)) == (1, 1, 1)
        assert states(desk) == [("failed", "address_format"), ("sent", None)]
        desk.close()


def test_without_a_server_nothing_is_blamed_and_the_channel_rests(db: Database) -> None:
    with mail_server() as (_, smtp):
        pass
    desk = open_shop(db, smtp=smtp)
    queue(desk, [add_member(desk, n) for n in (1, 2)], channel="email")
    queue(desk, [1], rule="campaign:2", channel="practice", purpose=Purpose.NOTICE)
    tally = drain_outbox(desk, now=NOW)
    assert tally.stopped == {"email": "smtp_unreachable"}
    assert tally.sent == 1
    assert [(row.status, row.attempts) for row in outbox_rows(desk)][:2] == [("pending", 0)] * 2
    with mail_server() as (sink, smtp):
        desk = open_shop(db, smtp=smtp)  # other settings: it is tried at once
        assert drain_outbox(desk, now=NOW).sent == 2
    assert len(sink.ids) == 2


def test_a_resting_channel_is_not_knocked_at_until_its_rest_is_over(sqlite_url: str) -> None:
    desk = open_shop(Database(sqlite_url))
    queue(desk, [add_member(desk, 1)], channel="email")
    assert drain_outbox(desk, now=NOW).stopped == {"email": "smtp_host"}
    with time_machine.travel(real_now() + timedelta(seconds=31)):
        assert drain_outbox(desk, now=NOW).stopped == {"email": "smtp_host"}
    with desk.db.read() as session:
        rest = session.execute(text("SELECT value FROM setting WHERE key = 'channel_pause'")).scalar_one()
    assert '"times": 2' in rest
    desk.close()


def test_in_the_demo_nothing_goes_out(sqlite_url: str, own_data_dir: Path) -> None:
    with mail_server() as (sink, smtp):
        desk = open_shop(Database(sqlite_url), store="demo", smtp=smtp)
        queue(desk, [add_member(desk, 1)], channel="email")
        assert drain_outbox(desk, now=NOW).sent == 1
        assert sink.ids == []
        assert len(list((own_data_dir / "outbox" / "demo").glob("*.txt"))) == 1
        desk.close()


def test_a_missing_value_fails_the_message_before_it_leaves(sqlite_url: str) -> None:
    desk = open_shop(Database(sqlite_url))
    queue(desk, [add_member(desk, 1)], text="{券码}")
    assert drain_outbox(desk, now=NOW).failed == 1
    assert states(desk) == [("failed", "template_value")]
    desk.close()


def test_what_a_dead_worker_left_is_taken_over(db: Database) -> None:
    desk = open_shop(db)
    members = [add_member(desk, n) for n in (1, 2, 3)]
    ids = queue(desk, members[:1], rule="campaign:1") + queue(desk, members[1:], rule="campaign:2", channel="email")
    dead = real_now() - timedelta(seconds=1)
    with db.write() as session:
        outbox.lease_pending(session, "dead", NOW, dead, 20)
        outbox.mark_sending(session, ids[:2], "dead", NOW, dead)
    tally = recover_messages(desk, now=NOW, real=real_now())
    assert tally.unknown == 1
    assert states(desk) == [("pending", None), ("unknown", "worker_died"), ("pending", None)]
    assert recover_messages(desk, now=NOW, real=real_now(), alone=True).unknown == 0


def test_a_living_worker_keeps_its_lease(sqlite_url: str) -> None:
    desk = open_shop(Database(sqlite_url))
    ids = queue(desk, [add_member(desk, 1)], channel="email")
    with desk.db.write() as session:
        outbox.lease_pending(session, "alive", NOW, real_now() + HOUR, 20)
        outbox.mark_sending(session, ids, "alive", NOW, real_now() + HOUR)
    recover_messages(desk, now=NOW + 30 * DAY, real=real_now())
    assert states(desk) == [("sending", None)]
    desk.close()


def test_who_lost_its_lease_can_neither_send_nor_settle(db: Database) -> None:
    desk = open_shop(db)
    ids = queue(desk, [add_member(desk, 1)])
    with db.write() as session:
        outbox.lease_pending(session, "slow", NOW, real_now(), 20)
        outbox.return_messages(session, ids, MessageStatus.LEASED)
        outbox.lease_pending(session, "quick", NOW, real_now() + HOUR, 20)
        assert outbox.mark_sending(session, ids, "slow", NOW, real_now()) == []
        lost = outbox.Settled(ids[0], MessageStatus.SENT, attempts=1)
        assert outbox.settle(session, [lost], "slow", NOW) == []
        assert outbox.mark_sending(session, ids, "quick", NOW, real_now()) == ids


def test_a_person_decides_what_is_unknown_once(db: Database) -> None:
    desk = open_shop(db)
    ids = queue(desk, [add_member(desk, 1)], channel="email")
    with db.write() as session:
        outbox.lease_pending(session, "dead", NOW, real_now(), 20)
        outbox.mark_sending(session, ids, "dead", NOW, real_now())
    recover_messages(desk, now=NOW, real=real_now(), alone=True)
    with pytest.raises(Refusal, match="message_outcome"):
        resolve_unknown(desk, Actor.owner(), ids[0], MessageStatus.PENDING, now=NOW)
    resolve_unknown(desk, Actor.owner(), ids[0], MessageStatus.SENT, now=NOW + HOUR)
    assert outbox_rows(desk)[0].sent_at == NOW
    with pytest.raises(Refusal, match="message_not_unknown"):
        resolve_unknown(desk, Actor.owner(), ids[0], MessageStatus.FAILED, now=NOW + HOUR)


def test_workers_side_by_side_send_each_message_once_and_keep_the_cap(database_url: str) -> None:
    db = Database(database_url)
    with mail_server() as (sink, smtp):
        desk = open_shop(db, smtp=smtp)
        members = [add_member(desk, n) for n in range(1, 41)]
        queue(desk, members, rule="campaign:1", channel="email")
        queue(desk, members, rule="campaign:2", channel="email")
        others = [open_shop(Database(database_url), smtp=smtp) for _ in range(3)]
        threads = [threading.Thread(target=drain_outbox, args=(one,), kwargs={"now": NOW}) for one in others]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(sink.ids) == len(set(sink.ids)) == 40
    assert Counter(states(desk)) == {("sent", None): 40, ("suppressed", "cap"): 40}
    per_member = Counter(row.member_id for row in outbox_rows(desk) if row.status == "sent")
    assert set(per_member.values()) == {1}
    for one in (*others, desk):
        one.close()


def test_stopping_gives_back_what_was_not_sent(sqlite_url: str) -> None:
    desk = open_shop(Database(sqlite_url))
    queue(desk, [add_member(desk, n) for n in range(1, 31)])
    asked = iter([False] * 8)
    tally = drain_outbox(desk, now=NOW, should_stop=lambda: next(asked, True))
    assert tally.unfinished
    assert 0 < tally.sent < 20
    assert Counter(row.status.value for row in outbox_rows(desk)) == {"sent": tally.sent, "pending": 30 - tally.sent}
    assert drain_outbox(desk, now=NOW).sent == 30 - tally.sent
    desk.close()


def test_the_same_message_is_queued_once(db: Database) -> None:
    desk = open_shop(db)
    queue(desk, [add_member(desk, 1)])
    row = outbox_rows(desk)[0]
    again = {name: getattr(row, name) for name in outbox.COLUMNS if name not in ("status", "attempts")}
    with db.write() as session:
        assert outbox.queue_messages(session, db, [again]) == 0
        assert session.exec(select(OutboxMessage)).all() == [row]
