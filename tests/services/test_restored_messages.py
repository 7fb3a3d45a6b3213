"""A store that comes back from a backup writes to nobody twice, and a reminder does not come twice either."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from core.config import config
from core.documents.enums import MessageStatus
from core.documents.journey import BIRTHDAY
from core.services.actor import Actor
from core.services.backup import back_up, restore
from core.services.desk import Desk, open_desk
from core.services.journeys import read_journey, set_journey
from core.services.outbox import drain_outbox
from core.services.programme import review_programme
from core.services.verify import verify_store
from core.services.worker import tick
from core.store.tables import OutboxMessage
from tests.services.outbox_shop import NOW, add_member, outbox_rows, queue, states

OWNER = Actor.owner()
DAY = timedelta(days=1)


@pytest.fixture
def desk() -> Iterator[Desk]:
    opened = open_desk("shop")
    yield opened
    opened.close()


def _come_back(desk: Desk, archive: Path, now: datetime) -> Desk:
    restore(desk, OWNER, archive, passphrase=None, now=now)
    desk.db.close()
    assert not list(config().data_dir.glob("*.restore*"))
    assert verify_store(desk).violations == 0
    return desk


def test_what_left_after_the_backup_is_not_sent_again_and_what_still_waits_is(desk: Desk, tmp_path: Path) -> None:
    now = queue(desk, [add_member(desk, n) for n in (1, 2)])
    queue(desk, [add_member(desk, 3)], at=NOW + DAY, deadline=NOW + 9 * DAY)
    half = queue(desk, [add_member(desk, 4)], rule="campaign:2", at=NOW + DAY, deadline=NOW + 9 * DAY)
    review_programme(desk, now=NOW)
    back_up(desk, OWNER, tmp_path / "a.zip", passphrase=None, now=NOW)
    assert drain_outbox(desk, now=NOW).sent == len(now)
    with desk.db.write() as session:
        row = session.get_one(OutboxMessage, half[0])
        row.status, row.lease_owner, row.lease_until, row.tried_at = MessageStatus.SENDING, "w", NOW, NOW
    _come_back(desk, tmp_path / "a.zip", NOW + DAY)
    assert states(desk) == [("sent", None), ("sent", None), ("pending", None), ("unknown", "restored")]
    assert outbox_rows(desk)[0].sent_at == NOW
    assert drain_outbox(desk, now=NOW + DAY).sent == 1


def test_another_machine_cannot_know_and_asks(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    queue(desk, [add_member(desk, n) for n in (1, 2)])
    back_up(desk, OWNER, tmp_path / "a.zip", passphrase="word", now=NOW)
    monkeypatch.setenv("MEMBERDESK_DATA_DIR", str(tmp_path / "other"))
    config.cache_clear()
    other = open_desk("shop")
    restore(other, OWNER, tmp_path / "a.zip", passphrase="word", now=NOW)
    other.close()
    again = open_desk("shop")
    assert states(again) == [("unknown", "restored")] * 2
    assert drain_outbox(again, now=NOW).sent == 0
    again.close()


def test_a_reminder_that_came_after_the_backup_does_not_come_again(desk: Desk, tmp_path: Path) -> None:
    add_member(desk, 1, birth_month=3, birth_day=14)
    document = read_journey(desk, BIRTHDAY).document.model_copy(update={"enabled": True, "channels": ("practice",)})
    set_journey(desk, OWNER, document, now=NOW)
    review_programme(desk, now=NOW)
    back_up(desk, OWNER, tmp_path / "a.zip", passphrase=None, now=NOW)
    assert tick(desk, NOW + DAY).sent == 1
    _come_back(desk, tmp_path / "a.zip", NOW + DAY)
    result = tick(desk, NOW + DAY + timedelta(hours=1))
    assert (result.queued, result.sent) == (0, 0)
