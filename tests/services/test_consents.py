"""Opting out and agreeing anew: one write, with evidence, and nothing leaves afterwards."""

import json
from datetime import timedelta

import pytest
from sqlmodel import col, select

from core.documents.enums import CallEnd, Purpose
from core.errors import Refusal
from core.services.actor import Actor
from core.services.call_list import list_calls, untick_call
from core.services.consents import opt_in_again, opt_out
from core.services.desk import Desk
from core.services.outbox import drain_outbox
from core.store.database import Database
from core.store.tables import AuditEntry, Consent, Member
from tests.services.outbox_shop import NOW, add_campaign, add_member, open_shop, queue, states

OWNER = Actor.owner()


def _person(desk: Desk, number: int) -> tuple[bool, bool, bool]:
    with desk.db.read() as session:
        found = session.get_one(Member, number)
        return found.opted_out, found.consent_email, found.consent_sms


def _evidence(desk: Desk, number: int) -> list[tuple[str, bool, str]]:
    with desk.db.read() as session:
        rows = session.exec(select(Consent).where(Consent.member_id == number).order_by(col(Consent.id)))
        return [(row.channel, row.granted, row.source) for row in rows][1:]  # the first one is the shop's own


def _audited(desk: Desk, action: str) -> list[dict[str, object]]:
    with desk.db.read() as session:
        return [json.loads(row.detail) for row in session.exec(select(AuditEntry).where(AuditEntry.action == action))]


def test_an_opt_out_stops_what_waits_and_leaves_evidence_for_every_channel(db: Database) -> None:
    desk = open_shop(db)
    people = [add_member(desk, 1), add_member(desk, 2)]
    queue(desk, people, channel="email", campaign_id=add_campaign(desk, "running"), at=NOW + timedelta(hours=1))
    queue(desk, people, rule="journey:coupon_expiring", occasion="c", purpose=Purpose.NOTICE, at=NOW)
    done = opt_out(desk, OWNER, 1, source="旺旺", now=NOW)
    assert (done.stopped_messages, done.closed_calls, done.again) == (2, 0, False)
    assert states(desk) == [("suppressed", "opted_out"), ("pending", None)] * 2
    assert _person(desk, 1) == (True, False, False)
    assert _person(desk, 2) == (False, True, False)
    assert _evidence(desk, 1) == [(name, False, "旺旺") for name in ("email", "sms", "call_list")]
    assert _evidence(desk, 2) == []
    assert len(_audited(desk, "member.opted_out")) == 1


def test_open_lines_of_the_call_list_are_closed_for_good(db: Database) -> None:
    desk = open_shop(db)
    people = [add_member(desk, 1), add_member(desk, 2)]
    queue(desk, people, channel="call_list", campaign_id=add_campaign(desk, "running"))
    drain_outbox(desk, now=NOW)
    assert opt_out(desk, OWNER, 1, source="旺旺", now=NOW).closed_calls == 1
    assert [call.member_id for call in list_calls(desk, OWNER, now=NOW)] == [2]
    [closed] = list_calls(desk, OWNER, now=NOW, done=True)
    assert (closed.end, closed.answer, closed.done_by, closed.done_at) == (CallEnd.OPTED_OUT, None, "owner", NOW)
    with pytest.raises(Refusal, match="call_unknown"):
        untick_call(desk, OWNER, closed.id, now=NOW)


def test_a_second_opt_out_adds_no_evidence(db: Database) -> None:
    desk = open_shop(db)
    add_member(desk, 1)
    opt_out(desk, OWNER, 1, source="旺旺", now=NOW)
    assert opt_out(desk, OWNER, 1, source="电话", now=NOW).again
    assert len(_evidence(desk, 1)) == 3
    assert len(_audited(desk, "member.opted_out")) == 1


def test_a_new_consent_holds_for_the_channels_named_and_no_other(db: Database) -> None:
    desk = open_shop(db)
    add_member(desk, 1, consent_sms=True)
    queue(desk, [1], at=NOW)
    assert not opt_in_again(desk, OWNER, 1, channels=["email"], source="旺旺", now=NOW)
    opt_out(desk, OWNER, 1, source="旺旺", now=NOW)
    assert opt_in_again(desk, OWNER, 1, channels=["email"], source="电话里说的", now=NOW)
    assert _person(desk, 1) == (False, True, False)
    assert _evidence(desk, 1)[3:] == [("email", True, "电话里说的")]
    assert states(desk) == [("suppressed", "opted_out")]
    assert len(_audited(desk, "member.opted_in")) == 1


REFUSED = [
    ("no source", {"channels": ["email"], "source": "  "}, "consent_source"),
    ("no channel", {"channels": [], "source": "旺旺"}, "consent_channels"),
    ("a channel there is not", {"channels": ["email", "fax"], "source": "旺旺"}, "consent_channels"),
]


@pytest.mark.parametrize(("_case", "asked", "code"), REFUSED)
def test_a_consent_without_ground_is_refused(_case: str, asked: dict[str, object], code: str, sqlite_url: str) -> None:
    desk = open_shop(Database(sqlite_url))
    add_member(desk, 1, opted_out=True)
    with pytest.raises(Refusal, match=code):
        opt_in_again(desk, OWNER, 1, now=NOW, **asked)  # type: ignore[arg-type]
    assert _person(desk, 1)[0]
    desk.close()


def test_nobody_unknown_can_opt_out(sqlite_url: str) -> None:
    desk = open_shop(Database(sqlite_url))
    with pytest.raises(Refusal, match="member_unknown"):
        opt_out(desk, OWNER, 7, source="旺旺", now=NOW)
    desk.close()
