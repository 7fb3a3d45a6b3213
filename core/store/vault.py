"""Personal data at rest: AES-256-GCM with a key id, and HMAC-SHA256 for matching without reading.

The key file holds one line a key, ``id:base64``, the first is used for new data; 0600, beside the store, never in it.
A sealed value is: 1 byte key id, 12 bytes nonce, ciphertext with tag.
"""

import base64
import hashlib
import hmac
import os
import threading
from contextlib import suppress
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from core.errors import Refusal

KEY_BYTES = 32
NONCE_BYTES = 12
TAG_BYTES = 16
LAST_KEY = 255


def _derive(key: bytes, purpose: bytes) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=KEY_BYTES, salt=None, info=purpose).derive(key)


class Vault:
    """Seals, opens and fingerprints short texts with the keys of one key file."""

    def __init__(self, keys: dict[int, bytes]) -> None:
        if not keys:
            raise Refusal("key_file_empty")
        self._current = next(iter(keys))
        self._ciphers = {number: AESGCM(_derive(key, b"memberdesk seal")) for number, key in keys.items()}
        # Matching must survive a new sealing key, so it hangs on the oldest.
        self._mac_key = _derive(keys[min(keys)], b"memberdesk match")

    @classmethod
    def open_file(cls, path: Path, *, create: bool) -> "Vault":
        """The vault of a key file; ``create`` makes a new key where there is none, else that is refused."""
        if not path.exists():
            if not create:
                raise Refusal("key_file_missing", path=path.name)
            _write_new_key(path)
        return cls.read(path.read_text("ascii"), path.name)

    @classmethod
    def read(cls, lines: str, name: str) -> "Vault":
        """The vault of a key file's text; refuses (``key_file_broken``) what is none, naming the file."""
        keys: dict[int, bytes] = {}
        for line in lines.split():
            number, _, encoded = line.partition(":")
            try:
                key = base64.b64decode(encoded, validate=True)
                keys[int(number)] = key
            except ValueError:
                raise Refusal("key_file_broken", path=name) from None
            if len(key) != KEY_BYTES or not 0 <= int(number) <= LAST_KEY:
                raise Refusal("key_file_broken", path=name)
        return cls(keys)

    def seal(self, text: str) -> bytes:
        """The sealed form of a text; another one every time."""
        nonce = os.urandom(NONCE_BYTES)
        return bytes([self._current]) + nonce + self._ciphers[self._current].encrypt(nonce, text.encode(), None)

    def unseal(self, sealed: bytes) -> str:
        """The text of a sealed value; refuses (``key_wrong``) another key's or a changed one."""
        cipher = self._ciphers.get(sealed[0]) if len(sealed) > NONCE_BYTES + TAG_BYTES else None
        if cipher is None:
            raise Refusal("key_wrong")
        try:
            plain: bytes = cipher.decrypt(sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :], None)
        except InvalidTag:
            raise Refusal("key_wrong") from None
        return plain.decode()

    def fingerprint(self, kind: str, value: str) -> bytes:
        """16 bytes that are equal for equal (kind, value) and tell nothing without the key."""
        return hmac.digest(self._mac_key, f"{kind}\x00{value}".encode(), hashlib.sha256)[:16]


def _write_new_key(path: Path) -> None:
    """Put a new key in place whole: nobody ever reads half of it, and of two processes the first one's key counts."""
    path.parent.mkdir(parents=True, exist_ok=True)
    line = f"1:{base64.b64encode(os.urandom(KEY_BYTES)).decode()}\n"
    scratch = path.with_name(f"{path.name}.{os.getpid()}.{threading.get_ident()}")
    descriptor = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(line)
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(scratch, path)
    finally:
        scratch.unlink()
