"""Replies to messages that say "no more" (R, T, TD, 退订 ...): each stops everything to that person at once."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime

import pandas as pd

from core.errors import Refusal
from core.importers.phones import parse_phones
from core.services.actor import Actor
from core.services.consents import opt_out
from core.services.desk import Desk
from core.services.stage_orders import identity_key
from core.store.queries import people

MOST_LINES = 2_000
# What the carriers and vendors tell people to answer, in any case, width and spacing.
WORDS = frozenset(
    ("r", "t", "td", "n", "0000", "qx", "退订", "拒收", "取消", "退出", "不要", "不再接收", "stop", "unsubscribe")
)
_SPLIT = re.compile(r"[\s,，;；:：|\t]+")


@dataclass(frozen=True)
class Replies:
    """What became of the pasted lines; ``unknown`` and ``other`` hold line numbers: nobody known, no opt-out."""

    stopped: int
    again: int
    unknown: tuple[int, ...]
    other: tuple[int, ...]


def read_replies(desk: Desk, actor: Actor, pasted: str, *, platform: str, source: str, now: datetime) -> Replies:
    """Opt out everybody who replied so. A line is a phone or a member id of ``platform``, with or without the reply's words.

    A line alone with a phone or id counts as an opt-out: whoever pastes it says so. Refuses ``replies_many``.
    """
    lines = [line.strip() for line in pasted.splitlines()]
    if len(lines) > MOST_LINES:
        raise Refusal("replies_many", most=MOST_LINES)
    found: dict[int, list[int]] = {}
    unknown, other = [], []
    for number, line in enumerate(lines, start=1):
        if not line:
            continue
        parts = _SPLIT.split(unicodedata.normalize("NFKC", line).strip(), maxsplit=1)
        who, words = parts[0], parts[1] if len(parts) > 1 else ""
        if words and not means_no(words):
            other.append(number)
            continue
        member = _who(desk, who, platform)
        if member is None:
            unknown.append(number)
        else:
            found.setdefault(member, []).append(number)
    done = [opt_out(desk, actor, member, source=source, now=now) for member in sorted(found)]
    again = sum(one.again for one in done)
    return Replies(len(done) - again, again, tuple(unknown), tuple(other))


def means_no(words: str) -> bool:
    """Whether a reply's words refuse further messages."""
    bare = re.sub(r"[\s。.!！,，]+", "", unicodedata.normalize("NFKC", words)).casefold()
    return bare in WORDS or bare.removeprefix("回复") in WORDS


def _who(desk: Desk, who: str, platform: str) -> int | None:
    phone = parse_phones(pd.Series([who], dtype="str")).numbers[0]
    hashes = [desk.vault.fingerprint(identity_key("platform_id", platform), who)]
    if isinstance(phone, str):
        hashes.insert(0, desk.vault.fingerprint("phone", phone))
    with desk.db.read() as session:
        known = people.find_identities(session, hashes)
    return next((known[one] for one in hashes if one in known), None)
