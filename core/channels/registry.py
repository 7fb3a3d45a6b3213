"""The channels by name: what a page must know of each, and how to build one from plain settings.

The owner's words are ``channel.<name>`` in the catalogs.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.channels.base import Channel
from core.channels.console import ConsoleChannel
from core.channels.email import EmailChannel
from core.channels.practice import PracticeChannel
from core.channels.smtp import EmailSettings
from core.errors import Refusal


@dataclass(frozen=True)
class ChannelKind:
    """A way to reach people. ``outward`` ones reach real people; ``in_store`` ones are worked off inside the store."""

    name: str
    idempotent: bool
    needs_address: bool
    cost_fen: int
    outward: bool
    in_store: bool = False


def _kind(channel: type[PracticeChannel] | type[ConsoleChannel] | type[EmailChannel], outward: bool) -> ChannelKind:
    return ChannelKind(channel.name, channel.idempotent, channel.needs_address, channel.cost_fen, outward)


KINDS: Mapping[str, ChannelKind] = {
    kind.name: kind
    for kind in (
        _kind(PracticeChannel, outward=False),
        _kind(ConsoleChannel, outward=False),
        _kind(EmailChannel, outward=True),
        # Staff write by hand in the platform's own chat: no address is needed, and a second look changes nothing.
        ChannelKind("call_list", idempotent=True, needs_address=False, cost_fen=0, outward=True, in_store=True),
    )
}


def channel_kind(name: str) -> ChannelKind:
    """What is known of a channel; refuses ``channel_unknown``."""
    if name not in KINDS:
        raise Refusal("channel_unknown", name=name)
    return KINDS[name]


def build_channel(name: str, settings: Mapping[str, Any], outbox: Path) -> Channel:
    """A channel from plain settings (of ``EmailSettings``; the others have none); ``outbox`` is the practice folder.

    Refuses ``channel_unknown``, ``channel_in_store`` (the call list sends nothing), and settings that cannot be right.
    """
    kind = channel_kind(name)
    if kind.in_store:
        raise Refusal("channel_in_store", name=name)
    if name == PracticeChannel.name:
        return PracticeChannel(outbox)
    if name == ConsoleChannel.name:
        return ConsoleChannel()
    return EmailChannel(EmailSettings.from_plain(settings))
