"""One message to the owner, to see that the mail account works."""

import secrets
from datetime import datetime

from core.channels.base import Delivery, Message, opened
from core.channels.registry import build_channel
from core.config import config
from core.documents.enums import Purpose
from core.errors import Refusal
from core.i18n import translate
from core.services.actor import Actor
from core.services.desk import Desk
from core.services.shop_settings import read_settings, smtp_plain
from core.store.audit import record


def send_sample(desk: Desk, actor: Actor, address: str, *, now: datetime) -> Delivery:
    """Send one test mail through the stored account, in the demo into the practice folder. Refuses ``smtp_*``."""
    settings = read_settings(desk)
    name = "practice" if desk.is_demo else "email"
    shop = settings.shop_name or translate(settings.lang, "message.shop_nameless")
    if name == "email" and not settings.smtp.configured:
        raise Refusal("smtp_host")
    channel = build_channel(name, smtp_plain(desk, settings.smtp), config().data_dir / "outbox" / desk.store)
    subject, text = (translate(settings.lang, f"sample.{part}", shop=shop) for part in ("subject", "text"))
    message = Message(f"sample-{secrets.token_hex(8)}", name, address.strip(), subject, text, shop, Purpose.NOTICE)
    with opened(channel):
        delivery = channel.send(message)
    with desk.db.write() as session:
        record(
            session,
            actor.name,
            "message.sample",
            "settings",
            now=now,
            outcome=delivery.outcome.value,
            code=delivery.code,
        )
    return delivery
