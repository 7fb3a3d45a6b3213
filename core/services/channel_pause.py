"""A channel that cannot send at all is left alone for a while: asking a mailbox for its door every 15 s gets it locked.

Kept in the store, so that every worker and page knows; forgotten as soon as the channel's settings change.
"""

import json
from datetime import datetime, timedelta

from sqlmodel import Session

from core.clock import parse_instant
from core.documents.canonical import digest
from core.services.shop_settings import ShopSettings
from core.store.tables import Setting

KEY = "channel_pause"
FIRST, LONGEST = timedelta(seconds=30), timedelta(minutes=15)


def paused_channels(session: Session, settings: ShopSettings, real_now: datetime) -> dict[str, str]:
    """Channels at rest now, with the code of what stopped them."""
    found = _read(session)
    mark = _mark(settings)
    return {
        name: str(entry["code"])
        for name, entry in found.items()
        if entry["settings"] == mark and parse_instant(str(entry["until"])) > real_now
    }


def rested_channels(session: Session) -> set[str]:
    """Channels that rested since they last sent."""
    return set(_read(session))


def pause_channel(session: Session, settings: ShopSettings, name: str, code: str, real_now: datetime) -> None:
    """Rest a channel, each time twice as long (15 minutes at most); ``code`` says what stopped it."""
    found, mark = _read(session), _mark(settings)
    before = found.get(name, {})
    times = int(before["times"]) + 1 if before.get("settings") == mark else 1
    rest = min(FIRST * 2 ** min(times - 1, 10), LONGEST)
    found[name] = {"code": code, "times": times, "until": (real_now + rest).isoformat(), "settings": mark}
    session.merge(Setting(key=KEY, value=json.dumps(found)))


def resume_channel(session: Session, name: str) -> None:
    """It sends again."""
    found = _read(session)
    if found.pop(name, None) is not None:
        session.merge(Setting(key=KEY, value=json.dumps(found)))


def _read(session: Session) -> dict[str, dict[str, str | int]]:
    row = session.get(Setting, KEY)
    found: dict[str, dict[str, str | int]] = {} if row is None else json.loads(row.value)
    return found


def _mark(settings: ShopSettings) -> str:
    return digest(settings.smtp.model_dump(mode="json"))
