"""One archive with the store and the key that opens it: made while the desk runs, restored only when it is whole."""

import io
import json
import os
import secrets
import shutil
import zipfile
import zlib
from base64 import b64decode, b64encode
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pysqlite3
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from core.config import config
from core.documents.enums import Area
from core.errors import Refusal
from core.services.actor import Actor
from core.services.desk import VAULT_CHECK, Desk, open_desk
from core.services.import_files import hash_file
from core.services.restored_messages import settle_restored
from core.services.revisions import raise_revisions, revisions
from core.store.audit import record
from core.store.migrate import current, head
from core.store.vault import Vault

STORE, KEY, ABOUT = "store.db", "key.json", "about.json"
NIGHTLY_KEPT = 14
SCRYPT = {"n": 2**15, "r": 8, "p": 1}
# What the archive's reader and SQLite raise for a file that is none, is cut, or has a changed byte.
DAMAGE = (
    OSError,
    EOFError,
    KeyError,
    TypeError,
    ValueError,
    RuntimeError,
    zipfile.BadZipFile,
    zlib.error,
    pysqlite3.DatabaseError,
)


@dataclass(frozen=True)
class BackupReport:
    """A backup that was made or restored."""

    path: Path
    bytes: int
    schema: str
    with_key: bool


@dataclass(frozen=True)
class BackupAbout:
    """What an archive holds, read before it is restored."""

    store: str
    made_at: datetime
    people: int
    orders: int
    with_key: bool


def back_up(desk: Desk, actor: Actor, path: Path, *, passphrase: str | None, now: datetime) -> BackupReport:
    """Write an archive of the store; with a passphrase the key goes in too, wrapped by it.

    Refuses PostgreSQL (``backup_postgres``: its own tools do that) and a store that fails its integrity check.
    """
    if desk.db.path is None:
        raise Refusal("backup_postgres")
    path.parent.mkdir(parents=True, exist_ok=True)
    scratch = path.with_name(path.name + ".part")
    copy = path.with_name(path.name + ".db")
    copy.unlink(missing_ok=True)
    try:
        connection = pysqlite3.connect(str(desk.db.path))
        connection.execute("VACUUM INTO ?", (str(copy),))
        connection.close()
        _check(copy)
        about = {"schema": current(desk.db), "made_at": now.isoformat(), "sha256": hash_file(copy), "store": desk.store}
        with zipfile.ZipFile(scratch, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.write(copy, STORE)
            archive.writestr(ABOUT, json.dumps(about))
            if passphrase:
                archive.writestr(KEY, json.dumps(_wrap(config().key_file.read_bytes(), passphrase)))
        scratch.replace(path)
    finally:
        copy.unlink(missing_ok=True)
        scratch.unlink(missing_ok=True)
    with desk.db.write(Area.SETTINGS) as session:
        record(
            session, actor.name, "store.backed_up", "store", now=now, with_key=bool(passphrase), sha256=about["sha256"]
        )
    return BackupReport(path, path.stat().st_size, str(about["schema"]), bool(passphrase))


def restore(desk: Desk, actor: Actor, path: Path, *, passphrase: str | None, now: datetime) -> BackupReport:
    """Put an archive in the store's place. The store that was there is kept beside it; a bad archive changes nothing."""
    if desk.db.path is None:
        raise Refusal("backup_postgres")
    target = desk.db.path
    fresh = target.with_name(target.name + ".restore")
    about, wrapped = _unpack(path, fresh)
    try:
        if about["store"] != desk.store:
            raise Refusal("backup_other_store")
        key = _unwrap(wrapped, passphrase) if wrapped is not None and passphrase else None
        if desk.store == "demo" and key is not None and key != config().key_file.read_bytes():
            raise Refusal("backup_demo_key")  # the key file is the shop's: its data would not open any more
        _check_key(fresh, key, can_ask=wrapped is not None and not passphrase)
        written = revisions(desk)
        with desk.db.exclusive():
            desk.db.close()
            kept = target.with_name(f"{target.stem}-before-restore-{now:%Y%m%d%H%M%S}-{secrets.token_hex(2)}.db")
            connection = pysqlite3.connect(str(target))
            connection.execute("VACUUM INTO ?", (str(kept),))
            connection.close()
            unknown = settle_restored(fresh, kept, now=now)
            source, into = pysqlite3.connect(str(fresh)), pysqlite3.connect(str(target))
            source.backup(into)  # page by page inside SQLite's own locks: a reader never sees half of it
            source.close()
            into.close()
            if key is not None:
                _put_key(key, config().key_file)
    finally:
        fresh.unlink(missing_ok=True)
    restored = open_desk(desk.store)
    with restored.db.write(*Area) as session:
        raise_revisions(session, written)
        record(session, actor.name, "store.restored", "store", now=now, sha256=about["sha256"], unknown=unknown)
    restored.close()
    return BackupReport(path, path.stat().st_size, str(about["schema"]), key is not None)


def look_into(path: Path) -> BackupAbout:
    """What an archive holds, checked like for a restore and nothing changed; refuses what no restore would take."""
    fresh = path.with_name(path.name + ".look")
    about, wrapped = _unpack(path, fresh)
    try:
        connection = pysqlite3.connect(str(fresh))
        people, orders = connection.execute(
            "SELECT (SELECT count(*) FROM member), (SELECT count(*) FROM shop_order)"
        ).fetchone()
        connection.close()
    finally:
        fresh.unlink(missing_ok=True)
    made_at = datetime.fromisoformat(about["made_at"])
    return BackupAbout(about["store"], made_at, people, orders, wrapped is not None)


def list_backups(desk: Desk) -> list[Path]:
    """The archives beside the store, the newest first."""
    found = (config().data_dir / "backups").glob(f"{desk.store}-*.zip")
    return sorted(found, key=lambda path: path.stat().st_mtime, reverse=True)


def back_up_nightly(desk: Desk, actor: Actor, *, now: datetime) -> Path | None:
    """The worker's nightly backup beside the store, one a shop day; the last 14 are kept. None when it is there already."""
    if desk.db.path is None or desk.is_demo:
        return None
    folder = config().data_dir / "backups"
    path = folder / f"{desk.store}-{desk.zone.day(now):%Y-%m-%d}.zip"
    if path.exists():
        return None
    back_up(desk, actor, path, passphrase=None, now=now)
    oldest = desk.zone.day(now) - timedelta(days=NIGHTLY_KEPT - 1)
    for old in folder.glob(f"{desk.store}-????-??-??.zip"):
        if old.stem.removeprefix(f"{desk.store}-") < oldest.isoformat():
            old.unlink()
    return path


def _unpack(path: Path, fresh: Path) -> tuple[dict[str, str], dict[str, str] | None]:
    """Take an archive apart and check it; refuses what is not one, is damaged, or comes from a newer product."""
    try:
        with zipfile.ZipFile(path) as archive:
            about = json.loads(archive.read(ABOUT))
            wrapped = json.loads(archive.read(KEY)) if KEY in archive.namelist() else None
            with archive.open(STORE) as packed, fresh.open("wb") as file:
                shutil.copyfileobj(packed, file)
        if hash_file(fresh) != about["sha256"]:
            raise Refusal("backup_damaged")
        _check(fresh)
        if _read_value(fresh, "SELECT version_num FROM alembic_version") > head():
            raise Refusal("backup_newer")
    except DAMAGE:
        fresh.unlink(missing_ok=True)
        raise Refusal("backup_damaged") from None
    except Refusal:
        fresh.unlink(missing_ok=True)
        raise
    return about, wrapped


def _check(path: Path) -> None:
    connection = pysqlite3.connect(str(path))
    try:
        if connection.execute("PRAGMA integrity_check").fetchone()[0] != "ok":
            raise Refusal("backup_damaged")
    finally:
        connection.close()


def _read_value(path: Path, statement: str) -> str:
    """One text of a store's file; empty where there is none."""
    connection = pysqlite3.connect(str(path))
    try:
        row = connection.execute(statement).fetchone()
    finally:
        connection.close()
    return "" if row is None else str(row[0])


def _check_key(fresh: Path, key: bytes | None, *, can_ask: bool) -> None:
    """Refuse a store that neither its own key nor the one in use would open, while nothing is replaced yet."""
    proof = _read_value(fresh, f"SELECT value FROM setting WHERE key = '{VAULT_CHECK}'")  # noqa: S608 - our own word
    held = config().key_file
    try:
        vault = Vault.open_file(held, create=False) if key is None else Vault.read(key.decode("ascii"), KEY)
        vault.unseal(bytes.fromhex(proof))
    except Refusal:
        if can_ask:
            raise Refusal("backup_needs_passphrase") from None
        raise


def _derive(passphrase: str, salt: bytes) -> AESGCM:
    return AESGCM(Scrypt(salt=salt, length=32, **SCRYPT).derive(passphrase.encode()))


def _wrap(key: bytes, passphrase: str) -> dict[str, str]:
    salt, nonce = os.urandom(16), os.urandom(12)
    sealed = _derive(passphrase, salt).encrypt(nonce, key, None)
    return {name: b64encode(part).decode() for name, part in (("salt", salt), ("nonce", nonce), ("sealed", sealed))}


def _unwrap(wrapped: dict[str, str], passphrase: str) -> bytes:
    salt, nonce, sealed = (b64decode(wrapped[name]) for name in ("salt", "nonce", "sealed"))
    try:
        return bytes(_derive(passphrase, salt).decrypt(nonce, sealed, None))
    except InvalidTag:
        raise Refusal("passphrase_wrong") from None


def _put_key(key: bytes, path: Path) -> None:
    """Replace the key file; the one that was there is kept beside it, and never in the place of an earlier one."""
    if path.exists() and path.read_bytes() != key:
        path.replace(path.with_name(f"{path.name}.before-restore-{secrets.token_hex(4)}"))
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with io.FileIO(descriptor, "w") as file:
        file.write(key)
