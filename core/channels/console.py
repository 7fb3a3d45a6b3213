"""The console channel: every message is written to standard output, for trying things at a terminal."""

import sys
from typing import TextIO

from core.channels.base import Delivery, Message, Reason, unsendable
from core.channels.practice import as_text


class ConsoleChannel:
    """Writes messages to ``stream`` (standard output); the same message again is written again."""

    name = "console"
    idempotent = False
    needs_address = False
    cost_fen = 0

    def __init__(self, stream: TextIO | None = None) -> None:
        self.stream = stream

    def open(self) -> None:
        """Nothing to make ready."""

    def send(self, message: Message) -> Delivery:
        """Write the message; a closed pipe is ambiguous because a part may have been read."""
        reason = unsendable(message)
        if reason:
            return Delivery.permanent(reason)
        # Looked up at each call: test runners and supervisors replace it.
        stream = self.stream or sys.stdout
        # A terminal that knows no Chinese shows escapes instead of stopping the worker.
        encoding = stream.encoding or "utf-8"
        text = as_text(message).encode(encoding, "backslashreplace").decode(encoding)
        try:
            stream.write(f"{text}\n")
            stream.flush()
        except OSError:
            return Delivery.unknown(Reason.CUT_OFF)
        return Delivery.sent(message.message_id)

    def close(self) -> None:
        """The stream is not ours to close."""
