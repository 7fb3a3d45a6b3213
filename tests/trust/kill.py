"""kill -9 of the worker while it sends to a real mail server: nothing twice, nothing lost, few in doubt.

The control forgets the difference between *reserved* and *being sent* after each kill and must send something twice.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path

from sqlalchemy import text

from core.clock import to_micros
from core.config import ROOT, config
from core.documents.enums import Arm, Purpose
from core.services.actor import Actor
from core.services.desk import Desk, open_desk
from core.services.outbox import LEASE_BATCH
from core.services.shop_settings import save_settings
from core.store.bulk import bulk_insert
from core.store.queries import outbox
from core.store.tables import Decision, Member
from tests.services.outbox_shop import NOW, Sink, mail_server

RULE = "campaign:1"
FINAL = ("sent", "failed", "unknown", "suppressed")
PATIENCE_SECONDS = 60.0


@dataclass
class Figures:
    """What a run found. ``unknown_by_kill``: messages left in doubt by each kill."""

    messages: int
    kills: int
    arrived: int
    arrived_twice: int
    lost: int
    unknown: int
    unknown_by_kill: list[int]
    seconds: float

    @property
    def broken(self) -> bool:
        """Whether a promise was broken."""
        return bool(self.arrived_twice or self.lost or any(count > LEASE_BATCH for count in self.unknown_by_kill))


def run(messages: str = "1000", kills: str = "3") -> dict[str, object]:
    """The long form with its control."""
    with tempfile.TemporaryDirectory() as folder:
        real = kill_worker(Path(folder) / "real", int(messages), int(kills))
    with tempfile.TemporaryDirectory() as folder:
        control = kill_worker(Path(folder) / "control", int(messages), 3 * int(kills), naive=True)
    result: dict[str, object] = {"real": asdict(real), "control": asdict(control)}
    return result | {"broken": real.broken or not control.arrived_twice}


def kill_worker(folder: Path, messages: int, kills: int, *, naive: bool = False) -> Figures:
    """Queue ``messages``, kill the worker ``kills`` times on its way, let the last one finish."""
    started = time.monotonic()
    with mail_server() as (sink, smtp), _environment(folder):
        desk = open_desk()
        save_settings(desk, Actor.owner(), smtp=smtp)
        _queue(desk, messages)
        doubt = []
        for number in range(1, kills + 1):
            worker = _start()
            _wait(lambda n=number: len(sink.ids) >= messages * n // (kills + 1))
            worker.kill()
            worker.wait()
            doubt.append(_count(desk).get("sending", 0))
            if naive:
                with desk.db.write() as session:
                    session.execute(text("UPDATE outbox_message SET status = 'pending' WHERE status = 'sending'"))
        worker = _start()
        _wait(lambda: sum(_count(desk).get(status, 0) for status in FINAL) == messages)
        assert worker.stdin is not None
        worker.stdin.close()  # the parent is gone: the worker ends by itself
        worker.wait(timeout=PATIENCE_SECONDS)
        figures = _compare(desk, sink, messages, doubt, time.monotonic() - started)
        desk.close()
    return figures


def _compare(desk: Desk, sink: Sink, messages: int, doubt: list[int], seconds: float) -> Figures:
    """What the store says against what the mail server has."""
    with desk.db.read() as session:
        sent = set(session.execute(text("SELECT provider_id FROM outbox_message WHERE status = 'sent'")).scalars())
    counts, arrived = _count(desk), Counter(sink.ids)
    unexplained = max(0, len(set(arrived) - sent) - counts.get("unknown", 0))
    lost = len(sent - set(arrived)) + unexplained + messages - sum(counts.get(s, 0) for s in ("sent", "unknown"))
    twice = sum(count > 1 for count in arrived.values())
    return Figures(messages, len(doubt), len(arrived), twice, lost, counts.get("unknown", 0), doubt, round(seconds, 1))


def _queue(desk: Desk, count: int) -> None:
    """People and their messages, in bulk."""
    at, sealed = to_micros(NOW - timedelta(days=400)), desk.vault.seal("somebody@example.com")
    ids = range(1, count + 1)
    with desk.db.write() as session:
        columns = (
            "id",
            "public_id",
            "platform",
            "nickname",
            "email_cipher",
            "consent_sms",
            "consent_email",
            "opted_out",
            "recorded_at",
        )
        rows = ((n, f"p{n}", "taobao", f"云{n}", sealed, False, True, False, at) for n in ids)
        bulk_insert(session, Member, columns, rows)
        decided = ((n, RULE, "launch", n, Arm.TREATED.value, 0, at) for n in ids)
        bulk_insert(
            session, Decision, ("id", "rule", "occasion", "member_id", "arm", "prior_net_fen", "decided_at"), decided
        )
        message = {
            "rule": RULE,
            "occasion": "launch",
            "channel": "email",
            "purpose": Purpose.MARKETING,
            "template_hash": outbox.save_template(session, desk.db, "给{昵称}", "{昵称}，店里上新了"),
            "not_before": NOW,
            "deadline": NOW + timedelta(days=1),
            "created_at": NOW,
        }
        queued = outbox.queue_messages(session, desk.db, ({**message, "decision_id": n, "member_id": n} for n in ids))
        assert queued == count


def _count(desk: Desk) -> dict[str, int]:
    with desk.db.read() as session:
        rows = session.execute(text("SELECT status, count(*) FROM outbox_message GROUP BY status"))
        return {str(row[0]): int(row[1]) for row in rows}


def _start() -> "subprocess.Popen[bytes]":
    """The real worker as the server starts it."""
    command = [sys.executable, str(ROOT / "scheduler.py"), "--parent-fd", "0"]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=ROOT)


def _wait(condition: Callable[[], bool]) -> None:
    ends = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        if time.monotonic() > ends:
            raise AssertionError(f"nothing more happened in {PATIENCE_SECONDS:.0f} s")
        time.sleep(0.002)


@contextmanager
def _environment(folder: Path) -> Iterator[None]:
    """A data folder and a fixed business clock for this process and the workers it starts."""
    before = dict(os.environ)
    os.environ.update({"MEMBERDESK_DATA_DIR": str(folder), "MEMBERDESK_NOW": NOW.isoformat()})
    config.cache_clear()
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
        config.cache_clear()
