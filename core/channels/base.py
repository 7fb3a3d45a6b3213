"""What a channel is: it takes one rendered message and says what became of it.

Three things can go wrong. *Transient*: nothing left, try again later (``failed`` with ``retry``). *Permanent*: nothing
left and never will (``failed``). *Ambiguous*: handed over and no answer came (``unknown``): a person decides.
"""

import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, Self

from core.documents.enums import Purpose


class Outcome(StrEnum):
    """What became of a message; the values are those of ``MessageStatus``."""

    SENT = "sent"
    FAILED = "failed"
    UNKNOWN = "unknown"


class Reason(StrEnum):
    """Why a message did not surely leave; ``delivery.<value>`` is its sentence."""

    ADDRESS_MISSING = "address_missing"
    ADDRESS_FORMAT = "address_format"
    ADDRESS_REFUSED = "address_refused"
    HEADER_BREAK = "header_break"
    TEXT_BROKEN = "text_broken"
    SENDER_REFUSED = "sender_refused"
    MESSAGE_REFUSED = "message_refused"
    BUSY = "busy"
    UNREACHABLE = "unreachable"
    SETTINGS = "settings"
    NOT_WRITTEN = "not_written"
    CUT_OFF = "cut_off"


@dataclass(frozen=True, slots=True)
class Message:
    """A rendered message. ``message_id`` is the outbox id: stable over retries, the key of idempotency."""

    message_id: str
    channel: str
    address: str | None
    subject: str
    text: str
    shop_name: str
    purpose: Purpose


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of a message: ``code`` is a ``Reason`` or empty, ``detail`` a provider's number. No personal data."""

    outcome: Outcome
    provider_id: str = ""
    code: str = ""
    retry: bool = False
    detail: str = ""

    @classmethod
    def sent(cls, provider_id: str) -> Self:
        """It left; ``provider_id`` finds it again at the provider."""
        return cls(Outcome.SENT, provider_id)

    @classmethod
    def transient(cls, reason: Reason, detail: str = "") -> Self:
        """Nothing left; it may be tried again later."""
        return cls(Outcome.FAILED, code=reason, retry=True, detail=detail)

    @classmethod
    def permanent(cls, reason: Reason, detail: str = "") -> Self:
        """Nothing left, and trying again would not help."""
        return cls(Outcome.FAILED, code=reason, detail=detail)

    @classmethod
    def unknown(cls, reason: Reason, provider_id: str = "") -> Self:
        """It was handed over and nobody confirmed it: a person decides."""
        return cls(Outcome.UNKNOWN, provider_id, reason)


class Channel(Protocol):
    """A way out. ``open`` and ``close`` surround a batch; ``send`` opens by itself when nobody did."""

    name: str
    idempotent: bool  # sending the same message_id again has no second effect
    needs_address: bool
    cost_fen: int  # for each message

    def open(self) -> None:
        """Make ready for a batch; a Refusal means that nothing can leave now, and no message is to blame."""

    def send(self, message: Message) -> Delivery:
        """Hand over one message; expected failures are deliveries, never exceptions."""

    def close(self) -> None:
        """End the batch; never raises."""


@contextmanager
def opened(channel: Channel) -> Iterator[Channel]:
    """A channel made ready for a batch and closed after it."""
    channel.open()
    try:
        yield channel
    finally:
        channel.close()


def unsendable(message: Message) -> Reason | None:
    """Why no channel may take a message: a control character in a head line, or text that is not Unicode."""
    heads = (message.subject, message.shop_name, message.address or "")
    if any(unicodedata.category(symbol) in ("Cc", "Zl", "Zp") for head in heads for symbol in head):
        return Reason.HEADER_BREAK
    if any("\ud800" <= symbol <= "\udfff" for part in (*heads, message.text) for symbol in part):
        return Reason.TEXT_BROKEN
    return None


def masked(address: str | None) -> str:
    """An address for practice files and the console: enough to tell two apart, not to write to them."""
    if not address:
        return "-"
    local, at, domain = address.partition("@")
    if at:
        return f"{local[:1]}***@{domain}"
    return f"{address[:3]}****{address[-4:]}" if len(address) >= 9 else "***"
