"""A small shop for the tests of what leaves it: people, queued messages, a real mail server that remembers everything."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from typing import Any

from aiosmtpd.controller import Controller
from sqlmodel import col, select

from core.documents.enums import Arm, Purpose
from core.services.desk import Desk
from core.services.shop_settings import SHOP, ShopSettings, SmtpSettings
from core.store.database import Database
from core.store.queries import outbox
from core.store.queries.rule_versions import ensure_first_version
from core.store.tables import Campaign, Consent, Decision, Member, OutboxMessage, Setting
from core.store.vault import Vault

# Ten in the morning in Shanghai.
NOW = datetime(2026, 3, 10, 2, 0, tzinfo=UTC)
KEYS = {1: b"k" * 32}


def open_shop(db: Database, store: Any = "shop", **settings: Any) -> Desk:
    """A desk on a test store, with settings."""
    with db.write() as session:
        ensure_first_version(session, NOW)
        session.merge(Setting(key=SHOP, value=ShopSettings(shop_name="云朵母婴", **settings).model_dump_json()))
    return Desk(db, Vault(KEYS), store)


def add_member(desk: Desk, number: int, **changes: Any) -> int:
    """A member with e-mail and consent, unless told otherwise."""
    values: dict[str, Any] = {
        "id": number,
        "public_id": f"m{number}",
        "platform": "taobao",
        "nickname": f"云{number}",
        "joined_at": NOW - timedelta(days=400),
        "joined_by": "file",
        "email_cipher": desk.vault.seal(f"m{number}@example.com"),
        "consent_email": True,
        "recorded_at": NOW - timedelta(days=400),
    }
    with desk.db.write() as session:
        session.add(Member(**(values | changes)))
        session.flush()
        session.add(
            Consent(
                member_id=number,
                channel="email",
                purpose="marketing",
                granted=bool((values | changes)["consent_email"]),
                source="test",
                occurred_at=NOW - timedelta(days=400),
                recorded_at=NOW - timedelta(days=400),
            )
        )
    return number


def queue(
    desk: Desk,
    members: list[int],
    *,
    rule: str = "campaign:1",
    occasion: str = "launch",
    channel: str = "practice",
    at: datetime = NOW,
    text: str = "{昵称}，你好",
    arm: Arm = Arm.TREATED,
    purpose: Purpose = Purpose.MARKETING,
    deadline: datetime | None = None,
    campaign_id: int | None = None,
    coupon_id: int | None = None,
) -> list[int]:
    """Decide and queue one message each; their outbox ids."""
    with desk.db.write() as session:
        template = outbox.save_template(session, desk.db, "给{昵称}", text)
        decisions = [
            Decision(
                rule=rule,
                occasion=occasion,
                member_id=m,
                arm=arm,
                channel=channel,
                decided_at=at,
                campaign_id=campaign_id,
            )
            for m in members
        ]
        session.add_all(decisions)
        session.flush()
        rows = [
            {
                "decision_id": decision.id,
                "member_id": decision.member_id,
                "rule": rule,
                "occasion": occasion,
                "channel": channel,
                "purpose": purpose,
                "template_hash": template,
                "coupon_id": coupon_id,
                "not_before": at,
                "deadline": deadline or at + timedelta(days=3),
                "created_at": at,
            }
            for decision in decisions
        ]
        assert outbox.queue_messages(session, desk.db, rows) == len(members)
        found = session.exec(
            select(OutboxMessage.id).where(col(OutboxMessage.rule) == rule, OutboxMessage.occasion == occasion)
        )
        return sorted(number for number in found if number is not None)


def add_campaign(desk: Desk, status: str) -> int:
    """A campaign row in a state."""
    with desk.db.write() as session:
        campaign = Campaign(
            draft_key=f"k{status}",
            name="春季券",
            goal="other",
            status=status,
            document="{}",
            document_hash="",
            salt="s",
            author="owner",
            created_at=NOW,
        )
        session.add(campaign)
        session.flush()
        assert campaign.id is not None
        return campaign.id


def outbox_rows(desk: Desk) -> list[OutboxMessage]:
    """All messages, oldest first."""
    with desk.db.read() as session:
        return list(session.exec(select(OutboxMessage).order_by(col(OutboxMessage.id))))


def states(desk: Desk) -> list[tuple[str, str | None]]:
    """(status, reason) of all messages."""
    return [(row.status.value, row.reason) for row in outbox_rows(desk)]


class Sink:
    """A mail server's memory; ``answer`` may refuse."""

    def __init__(self) -> None:
        self.ids: list[str] = []
        self.texts: list[str] = []
        self.answer = "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        """Remember the mail, once accepted."""
        if self.answer.startswith("250"):
            mail = message_from_bytes(envelope.content)
            self.ids.append(str(mail["Message-ID"]))
            self.texts.append(mail.get_payload(decode=True).decode())  # type: ignore[union-attr]
        return self.answer


@contextmanager
def mail_server() -> Iterator[tuple[Sink, SmtpSettings]]:
    """A real SMTP server on a free port of this machine, and the settings that reach it."""
    sink = Sink()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(sink, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield sink, SmtpSettings(host="127.0.0.1", port=port, security="none", sender="shop@example.com")
    finally:
        controller.stop()
