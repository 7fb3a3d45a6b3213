"""One round of the worker, and the real program around it."""

import json
import os
import signal
import subprocess
import sys
import time
import zipfile
from datetime import timedelta
from pathlib import Path

from sqlmodel import select

from core.clock import real_now
from core.config import ROOT, config
from core.documents.enums import CouponStatus
from core.documents.journey import BIRTHDAY
from core.services.actor import Actor
from core.services.backup import list_backups
from core.services.desk import Desk, open_desk
from core.services.journeys import read_journey, set_journey
from core.services.worker import read_heartbeat, tick
from core.store.database import Database
from core.store.tables import AuditEntry, Campaign, Coupon, ImportBatch, ImportReject, Offer, Revision
from core.store.worker_lock import worker_lock
from tests.services.outbox_shop import NOW, add_campaign, add_member, open_shop, queue, states

DAY = timedelta(days=1)


def test_a_round_does_everything_once(db: Database) -> None:
    desk = open_shop(db)
    add_member(desk, 1, birth_month=3, birth_day=13)
    document = read_journey(desk, BIRTHDAY).document.model_copy(update={"enabled": True, "channels": ("practice",)})
    set_journey(desk, Actor.owner(), document, now=NOW)
    first = tick(desk, NOW)
    assert (first.due, first.queued, first.sent) == ({BIRTHDAY: 1}, 1, 1)
    second = tick(desk, NOW + timedelta(seconds=15))
    assert second.as_json() | {"seconds": 0} == {
        "queued": 0, "sent": 0, "failed": 0, "unknown": 0, "suppressed": {}, "due": {}, "seconds": 0,
    }  # fmt: skip
    beat = read_heartbeat(desk)
    assert beat is not None
    assert real_now() - beat.beat_at < timedelta(minutes=1)
    assert (beat.sent, beat.error) == (0, None)


def test_an_idle_round_does_not_flush_the_pages(sqlite_url: str) -> None:
    desk = open_shop(Database(sqlite_url))
    tick(desk, NOW)

    def numbers() -> dict[str, int]:
        with desk.db.read() as session:
            return {row.area.value: row.number for row in session.exec(select(Revision))}

    before = numbers()
    tick(desk, NOW + timedelta(seconds=15))
    assert numbers() == before
    queue(desk, [add_member(desk, 1)])
    tick(desk, NOW + timedelta(seconds=30))
    assert numbers() == before | {"messages": before.get("messages", 0) + 1}
    desk.close()


def test_coupons_expire_and_campaigns_end_when_their_time_has_passed(db: Database) -> None:
    desk = open_shop(db)
    add_member(desk, 1)
    over, running = add_campaign(desk, "running"), add_campaign(desk, "draft")
    with db.write() as session:
        campaign = session.get(Campaign, over)
        assert campaign is not None
        campaign.launched_at, campaign.measure_from, campaign.measure_until = NOW - 14 * DAY, NOW - 14 * DAY, NOW
        session.add(campaign)
        offer = Offer(name="券", document="{}", document_hash="", created_at=NOW)
        session.add(offer)
        session.flush()
        for number, status, until in ((1, "issued", NOW), (2, "issued", NOW + DAY), (3, "redeemed", NOW)):
            session.add(
                Coupon(
                    id=number,
                    offer_id=offer.id,
                    member_id=1,
                    rule="campaign:1",
                    value_fen=1,
                    status=CouponStatus(status),
                    issued_at=NOW - DAY,
                    valid_from=NOW - DAY,
                    valid_until=until,
                )
            )
    result = tick(desk, NOW)
    assert (result.expired_coupons, result.finished_campaigns) == (1, 1)
    assert tick(desk, NOW).expired_coupons == 0
    with db.read() as session:
        assert [c.status.value for c in session.exec(select(Coupon).order_by(Coupon.id))] == [
            "expired",
            "issued",
            "redeemed",
        ]  # type: ignore[arg-type]
        assert {c.id: c.status.value for c in session.exec(select(Campaign))} == {over: "finished", running: "draft"}
        actions = [entry.action for entry in session.exec(select(AuditEntry))]
    assert actions.count("coupons.expired") == actions.count("campaign.finished") == 1


def test_rejected_rows_are_forgotten_when_their_time_has_passed(db: Database) -> None:
    desk = open_shop(db)
    with db.write() as session:
        batch = ImportBatch(
            kind="orders", file_name="f", file_hash="h", preset="mapped", platform="p", actor="owner", recorded_at=NOW
        )
        session.add(batch)
        session.flush()
        for number, until in ((1, NOW), (2, NOW + DAY)):
            session.add(
                ImportReject(
                    id=number, batch_id=batch.id, line=1, column="c", code="c", row_cipher=b"x", expires_at=until
                )
            )
    tick(desk, NOW)
    with db.read() as session:
        assert [row.id for row in session.exec(select(ImportReject))] == [2]
        counts = [entry.count for entry in session.exec(select(AuditEntry)) if entry.action == "rejects.expired"]
    assert counts == [1]


def test_a_shop_is_backed_up_once_a_shop_day_after_its_messages_left(sqlite_url: str) -> None:
    desk = open_shop(Database(sqlite_url))
    queue(desk, [add_member(desk, 1)])
    for now in (NOW, NOW + timedelta(hours=1), NOW + DAY):
        tick(desk, now)
    assert [path.name for path in list_backups(desk)] == ["shop-2026-03-11.zip", "shop-2026-03-10.zip"]
    with zipfile.ZipFile(list_backups(desk)[-1]) as archive:
        (config().data_dir / "look.db").write_bytes(archive.read("store.db"))
    copy = Database(f"sqlite:///{config().data_dir / 'look.db'}")
    assert states(Desk(copy, desk.vault, "shop")) == [("sent", None)]
    copy.close()
    desk.close()


def test_everybody_is_reviewed_once_a_shop_day(sqlite_url: str) -> None:
    desk = open_shop(Database(sqlite_url))
    for now in (NOW, NOW + timedelta(hours=1), NOW + DAY):
        tick(desk, now)
    with desk.db.read() as session:
        reviews = [entry for entry in session.exec(select(AuditEntry)) if entry.action == "profiles.refreshed"]
    assert len(reviews) == 2
    desk.close()


def test_a_second_worker_stands_by_and_takes_over(db: Database) -> None:
    desk = open_shop(db)
    queue(desk, [add_member(desk, 1)])
    with worker_lock(Database(db.url)) as mine:
        assert mine
        assert tick(desk, NOW).standby
        assert states(desk) == [("pending", None)]
    assert tick(desk, NOW).sent == 1


def _environment(folder: Path) -> dict[str, str]:
    return os.environ | {"MEMBERDESK_DATA_DIR": str(folder), "MEMBERDESK_NOW": NOW.isoformat()}


def test_the_program_runs_once_and_answers_in_json(own_data_dir: Path) -> None:
    desk = open_desk("shop")
    queue(desk, [add_member(desk, n) for n in (1, 2)])
    desk.close()
    command = [sys.executable, "scheduler.py", "--once", "--json"]
    done = subprocess.run(command, cwd=ROOT, env=_environment(own_data_dir), capture_output=True, check=True, text=True)
    answer = json.loads(done.stdout)
    assert {name: answer[name] for name in ("queued", "sent", "failed", "unknown", "suppressed", "due")} == {
        "queued": 0, "sent": 2, "failed": 0, "unknown": 0, "suppressed": {}, "due": {},
    }  # fmt: skip
    assert answer["seconds"] >= 0


def test_the_program_follows_the_active_store_and_ends_cleanly_on_a_signal(own_data_dir: Path) -> None:
    for store in ("shop", "demo"):
        desk = open_desk(store)  # type: ignore[arg-type]
        queue(desk, [add_member(desk, 1)])
        desk.close()
    environment = _environment(own_data_dir)
    command = [sys.executable, "scheduler.py", "--every", "0.3"]
    worker = subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.PIPE)
    try:
        _wait_for(own_data_dir / "outbox" / "shop")
        assert not (own_data_dir / "outbox" / "demo").exists()
        config().activate("demo")
        _wait_for(own_data_dir / "outbox" / "demo")
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(timeout=10) == 0
    finally:
        worker.kill()
        worker.communicate()


def _wait_for(folder: Path, seconds: float = 20) -> None:
    ends = time.monotonic() + seconds
    while not list(folder.glob("*.txt")):
        assert time.monotonic() < ends, f"nothing came into {folder.name}"
        time.sleep(0.05)
