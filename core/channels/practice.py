"""The practice channel: every message becomes one file in a folder, and nobody is written to."""

import hashlib
import os
import re
from pathlib import Path

from core.channels.base import Delivery, Message, Reason, masked, unsendable
from core.errors import Refusal

_SAFE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")


class PracticeChannel:
    """Writes ``<message_id>.txt`` into ``folder``; the same message again replaces the same file."""

    name = "practice"
    idempotent = True
    needs_address = False
    cost_fen = 0

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def open(self) -> None:
        """Make the folder; refuses (``practice_folder``) where that cannot be."""
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as fault:
            raise Refusal("practice_folder", reason=fault.strerror) from fault

    def send(self, message: Message) -> Delivery:
        """Write the message's file at once and whole; a full disk is transient."""
        reason = unsendable(message)
        if reason:
            return Delivery.permanent(reason)
        path = self.folder / file_name(message.message_id)
        scratch = path.with_suffix(f".{os.getpid()}.tmp")
        try:
            # Readable by this user only: the text names the person.
            handle = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
                file.write(as_text(message))
            scratch.replace(path)
        except OSError as fault:
            return Delivery.transient(Reason.NOT_WRITTEN, str(fault.errno))
        return Delivery.sent(path.name)

    def close(self) -> None:
        """Nothing is kept open."""


def file_name(message_id: str) -> str:
    """The file of a message: its id, or the id's digest where the id is no plain name."""
    plain = _SAFE_NAME.fullmatch(message_id)
    return f"{message_id if plain else 'x' + hashlib.sha256(message_id.encode()).hexdigest()}.txt"


def as_text(message: Message) -> str:
    """A message as people read it; the address is masked."""
    heads = {
        "Message": message.message_id,
        "To": masked(message.address),
        "From": message.shop_name,
        "Purpose": message.purpose,
        "Subject": message.subject,
    }
    return "".join(f"{name}: {value}\n" for name, value in heads.items()) + f"\n{message.text}\n"
