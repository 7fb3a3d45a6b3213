"""A backup brings the whole shop back, also on another machine; what is no whole backup changes nothing."""

import json
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from core.config import config
from core.documents.enums import Area
from core.errors import Refusal
from core.services import backup
from core.services.backup import KEY, STORE, back_up, back_up_nightly, list_backups, look_into, restore
from core.services.desk import Desk, open_desk
from core.services.erasures import erase_person
from core.services.revisions import revisions
from core.services.verify import verify_store
from core.store.database import Database
from tests.services.order_files import NOW, OWNER, bring_in, contents, new_desk, order, rows_of, value_of


@pytest.fixture(autouse=True)
def quick_passphrases(monkeypatch: pytest.MonkeyPatch) -> None:
    """The wrapping is as slow as it must be; tests need not wait for it."""
    monkeypatch.setattr(backup, "SCRYPT", {"n": 2**4, "r": 8, "p": 1})


@pytest.fixture
def move(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], Desk]]:
    """Go to another data folder, as another machine has it; the answer is its desk."""
    opened: list[Desk] = []

    def go(name: str) -> Desk:
        monkeypatch.setenv("MEMBERDESK_DATA_DIR", str(tmp_path / name))
        config.cache_clear()
        opened.append(open_desk("shop"))
        return opened[-1]

    yield go
    for desk in opened:
        desk.close()


@pytest.fixture
def desk(move: Callable[[str], Desk], tmp_path: Path) -> Desk:
    """A shop with one customer whose phone is known."""
    opened = move("first")
    bring_in(opened, tmp_path, [order(1, phone="13800001234"), order(2, member_id="B")])
    return opened


def _phone(desk: Desk) -> str:
    sealed = value_of(desk.db, "SELECT phone_cipher FROM member WHERE phone_last4 = '1234'")
    return desk.vault.unseal(bytes(sealed))


def test_a_backup_with_its_key_opens_on_another_machine(
    desk: Desk, move: Callable[[str], Desk], tmp_path: Path
) -> None:
    before = contents(desk.db)
    archive = tmp_path / "safe.zip"
    made = back_up(desk, OWNER, archive, passphrase="四个词", now=NOW)
    assert (made.with_key, made.bytes) == (True, archive.stat().st_size)
    about = look_into(archive)
    assert (about.store, about.made_at, about.people, about.orders, about.with_key) == ("shop", NOW, 2, 2, True)
    other = move("second")
    bring_in(other, tmp_path, [order(9)])
    restore(other, OWNER, archive, passphrase="四个词", now=NOW)
    again = open_desk("shop")
    assert contents(again.db) == before
    assert _phone(again) == "+8613800001234"
    assert config().key_file.stat().st_mode & 0o777 == 0o600
    assert verify_store(again).violations == 0
    assert bring_in(again, tmp_path, [order(1, phone="13800001234"), order(2, member_id="B")]).unchanged == 2
    again.close()


def test_what_was_there_is_kept_beside_it(desk: Desk, tmp_path: Path) -> None:
    back_up(desk, OWNER, tmp_path / "safe.zip", passphrase=None, now=NOW)
    bring_in(desk, tmp_path, [order(3)])
    for _ in range(2):  # also twice at one instant of a clock that stands
        restore(desk, OWNER, tmp_path / "safe.zip", passphrase=None, now=NOW)
    kept = sorted(config().data_dir.glob("shop-before-restore-*.db"), key=lambda path: path.stat().st_mtime_ns)
    assert [value_of(Database(f"sqlite:///{path}"), "SELECT count(*) FROM shop_order") for path in kept] == [3, 2]


def test_a_restore_never_gives_a_cache_an_old_number(desk: Desk, tmp_path: Path) -> None:
    back_up(desk, OWNER, tmp_path / "safe.zip", passphrase=None, now=NOW)
    for number in range(3, 6):
        bring_in(desk, tmp_path, [order(number)])
    before = revisions(desk)
    restore(desk, OWNER, tmp_path / "safe.zip", passphrase=None, now=NOW)
    after = revisions(desk)
    assert all(after[area] > before[area] for area in Area)


def test_both_are_in_the_audit_trail(desk: Desk, tmp_path: Path) -> None:
    back_up(desk, OWNER, tmp_path / "safe.zip", passphrase=None, now=NOW)
    restore(desk, OWNER, tmp_path / "safe.zip", passphrase=None, now=NOW)
    acts = [row[0] for row in rows_of(desk.db, "SELECT action FROM audit_entry ORDER BY id")]
    assert acts[-1] == "store.restored"
    assert verify_store(desk).violations == 0


def _flip(path: Path, place: int) -> None:
    content = bytearray(path.read_bytes())
    content[place] ^= 0xFF
    path.write_bytes(bytes(content))


def _replace(path: Path, name: str, change: Callable[[bytes], bytes]) -> None:
    with zipfile.ZipFile(path) as archive:
        parts = {member: archive.read(member) for member in archive.namelist()}
    parts[name] = change(parts[name])
    with zipfile.ZipFile(path, "w") as archive:
        for member, content in parts.items():
            archive.writestr(member, content)


@pytest.mark.parametrize(
    ("_case", "damage", "code"),
    [
        ("a byte in the middle", lambda path: _flip(path, path.stat().st_size // 2), "backup_damaged"),
        ("a byte at the start of the packed store", lambda path: _flip(path, 60), "backup_damaged"),
        (
            "a byte of the directory",
            lambda path: _flip(path, path.read_bytes().rindex(b"about.json")),
            "backup_damaged",
        ),
        ("cut", lambda path: path.write_bytes(path.read_bytes()[:-200]), "backup_damaged"),
        ("empty", lambda path: path.write_bytes(b""), "backup_damaged"),
        ("no archive", lambda path: path.write_text("hello", "utf-8"), "backup_damaged"),
        (
            "another store in it",
            lambda path: _replace(path, STORE, lambda content: content[:-1] + b"x"),
            "backup_damaged",
        ),
        ("its description is none", lambda path: _replace(path, "about.json", lambda _: b"[]"), "backup_damaged"),
        (
            "the demo's",
            lambda path: _replace(path, "about.json", lambda c: json.dumps(json.loads(c) | {"store": "demo"}).encode()),
            "backup_other_store",
        ),
        (
            "its key changed",
            lambda path: _replace(path, KEY, lambda c: c.replace(b'"sealed": "', b'"sealed": "AAAA')),
            "passphrase_wrong",
        ),
    ],
)
def test_a_damaged_archive_is_refused_and_changes_nothing(
    _case: str, damage: Callable[[Path], object], code: str, desk: Desk, tmp_path: Path
) -> None:
    archive = tmp_path / "safe.zip"
    back_up(desk, OWNER, archive, passphrase="word", now=NOW)
    bring_in(desk, tmp_path, [order(3)])
    damage(archive)
    before, files = contents(desk.db), _files()
    with pytest.raises(Refusal, match=code):
        restore(desk, OWNER, archive, passphrase="word", now=NOW)
    assert contents(desk.db) == before
    assert _files() == files
    assert _phone(desk) == "+8613800001234"


def _files() -> dict[str, int]:
    """The data folder but for SQLite's log, whose size may change by reading."""
    return {
        path.name: path.stat().st_size
        for path in config().data_dir.iterdir()
        if "-wal" not in path.name and "-shm" not in path.name
    }


def test_every_key_that_was_in_use_is_kept_beside_the_new_one(
    desk: Desk, move: Callable[[str], Desk], tmp_path: Path
) -> None:
    back_up(desk, OWNER, tmp_path / "first.zip", passphrase="word", now=NOW)
    keys = [config().key_file.read_bytes()]
    second = move("second")
    keys.append(config().key_file.read_bytes())
    back_up(second, OWNER, tmp_path / "second.zip", passphrase="word", now=NOW)
    third = move("third")
    keys.append(config().key_file.read_bytes())
    for name in ("first", "second"):
        restore(third, OWNER, tmp_path / f"{name}.zip", passphrase="word", now=NOW)
    assert sorted(path.read_bytes() for path in config().data_dir.glob("secret.key*")) == sorted(keys)


def test_a_wrong_passphrase_changes_nothing(desk: Desk, tmp_path: Path) -> None:
    back_up(desk, OWNER, tmp_path / "safe.zip", passphrase="right", now=NOW)
    bring_in(desk, tmp_path, [order(3)])
    before, key = contents(desk.db), config().key_file.read_bytes()
    with pytest.raises(Refusal, match="passphrase_wrong"):
        restore(desk, OWNER, tmp_path / "safe.zip", passphrase="wrong", now=NOW)
    assert (contents(desk.db), config().key_file.read_bytes()) == (before, key)


@pytest.mark.parametrize(("passphrase", "code"), [("word", "backup_needs_passphrase"), (None, "key_wrong")])
def test_a_store_that_no_key_here_opens_is_not_put_in_place(
    passphrase: str | None, code: str, desk: Desk, move: Callable[[str], Desk], tmp_path: Path
) -> None:
    back_up(desk, OWNER, tmp_path / "safe.zip", passphrase=passphrase, now=NOW)
    other = move("second")
    bring_in(other, tmp_path, [order(9)])
    before = contents(other.db)
    with pytest.raises(Refusal, match=code):
        restore(other, OWNER, tmp_path / "safe.zip", passphrase=None, now=NOW)
    assert contents(other.db) == before
    open_desk("shop").close()


def test_a_backup_of_a_newer_product_is_refused(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    back_up(desk, OWNER, tmp_path / "safe.zip", passphrase=None, now=NOW)
    monkeypatch.setattr(backup, "head", lambda: "0000")
    with pytest.raises(Refusal, match="backup_newer"):
        restore(desk, OWNER, tmp_path / "safe.zip", passphrase=None, now=NOW)


def test_a_backup_is_made_while_somebody_writes(desk: Desk, tmp_path: Path) -> None:
    archive = tmp_path / "safe.zip"
    thread = threading.Thread(target=back_up, args=(desk, OWNER, archive), kwargs={"passphrase": None, "now": NOW})
    with desk.db.write() as session:
        session.connection().exec_driver_sql("DELETE FROM day_summary")
        thread.start()
        ends = time.monotonic() + 10
        while not archive.exists() and time.monotonic() < ends:
            time.sleep(0.01)
        assert archive.exists()
    thread.join(10)
    assert value_of(desk.db, "SELECT count(*) FROM day_summary") == 0
    restore(desk, OWNER, archive, passphrase=None, now=NOW)
    assert value_of(desk.db, "SELECT count(*) FROM day_summary") == 1


def test_every_night_one_backup_and_the_last_fourteen_stay(desk: Desk) -> None:
    for night in range(20):
        assert back_up_nightly(desk, OWNER, now=NOW + timedelta(days=night)) is not None
    assert back_up_nightly(desk, OWNER, now=NOW + timedelta(days=19, hours=3)) is None
    names = sorted(path.stem for path in list_backups(desk))
    assert (len(names), names[0], names[-1]) == (14, "shop-2026-03-08", "shop-2026-03-21")


def test_postgres_is_left_to_its_own_tools(postgres_url: str, tmp_path: Path) -> None:
    desk = new_desk(Database(postgres_url))
    for act in (back_up, restore):
        with pytest.raises(Refusal, match="backup_postgres"):
            act(desk, OWNER, tmp_path / "x.zip", passphrase=None, now=NOW)
    assert back_up_nightly(desk, OWNER, now=NOW) is None
    desk.close()


def test_a_demo_that_comes_with_another_key_does_not_take_the_shops(
    desk: Desk, move: Callable[[str], Desk], tmp_path: Path
) -> None:
    demo = open_desk("demo")
    back_up(demo, OWNER, tmp_path / "demo.zip", passphrase="word", now=NOW)
    demo.close()
    move("second")
    key, other = config().key_file.read_bytes(), open_desk("demo")
    with pytest.raises(Refusal, match="backup_demo_key"):
        restore(other, OWNER, tmp_path / "demo.zip", passphrase="word", now=NOW)
    other.close()
    assert config().key_file.read_bytes() == key
    open_desk("shop").close()


def test_who_was_erased_since_the_backup_is_erased_in_what_comes_back(desk: Desk, tmp_path: Path) -> None:
    number = int(value_of(desk.db, "SELECT id FROM member WHERE phone_last4 = '1234'"))
    back_up(desk, OWNER, tmp_path / "safe.zip", passphrase=None, now=NOW)
    erase_person(desk, OWNER, number, reason="本人要求", now=NOW)
    restore(desk, OWNER, tmp_path / "safe.zip", passphrase=None, now=NOW + timedelta(hours=1))
    again = open_desk("shop")
    row = f"SELECT phone_cipher, opted_out, erased_at IS NOT NULL FROM member WHERE id = {number}"
    assert rows_of(again.db, row) == [(None, 1, 1)]
    bring_in(again, tmp_path, [order(3, phone="13800001234")])
    assert value_of(again.db, "SELECT member_id FROM shop_order WHERE order_no = 'T3'") is None
    assert verify_store(again).violations == 0
    again.close()
