"""Sealed values open with their key alone, unchanged; the key file is the owner's alone."""

import base64
import stat
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Refusal
from core.store.vault import Vault

OLD, NEW = b"o" * 32, b"n" * 32
VAULT = Vault({1: OLD})


def _line(number: int, key: bytes) -> str:
    return f"{number}:{base64.b64encode(key).decode()}\n"


@given(st.text(max_size=80))
def test_what_is_sealed_opens_again_and_never_looks_the_same_twice(text: str) -> None:
    assert VAULT.unseal(VAULT.seal(text)) == text
    assert VAULT.seal(text) != VAULT.seal(text)


@given(st.integers(0, 10_000), st.integers(1, 255))
def test_a_changed_byte_is_refused(place: int, mask: int) -> None:
    sealed = bytearray(VAULT.seal("13800001234"))
    sealed[place % len(sealed)] ^= mask
    with pytest.raises(Refusal, match="key_wrong"):
        VAULT.unseal(bytes(sealed))


@pytest.mark.parametrize("length", [0, 1, 5, 13, 28])
def test_a_cut_value_is_refused(length: int) -> None:
    with pytest.raises(Refusal, match="key_wrong"):
        VAULT.unseal(VAULT.seal("13800001234")[:length])


def test_another_key_under_the_same_number_is_refused() -> None:
    with pytest.raises(Refusal, match="key_wrong"):
        Vault({1: NEW}).unseal(VAULT.seal("13800001234"))


def test_a_fingerprint_hangs_on_kind_value_and_key() -> None:
    same = VAULT.fingerprint("phone", "13800001234")
    assert same == VAULT.fingerprint("phone", "13800001234")
    others = [
        VAULT.fingerprint("email", "13800001234"),
        VAULT.fingerprint("phone", "13800001235"),
        Vault({1: NEW}).fingerprint("phone", "13800001234"),
    ]
    assert same not in others
    assert len(same) == 16


def test_a_rotated_key_seals_anew_opens_the_old_and_still_matches(tmp_path: Path) -> None:
    path = tmp_path / "secret.key"
    path.write_text(_line(1, OLD), "ascii")
    before = Vault.open_file(path, create=False)
    sealed, mark = before.seal("13800001234"), before.fingerprint("phone", "13800001234")
    path.write_text(_line(2, NEW) + _line(1, OLD), "ascii")
    after = Vault.open_file(path, create=False)
    assert after.unseal(sealed) == "13800001234"
    assert after.fingerprint("phone", "13800001234") == mark
    assert after.seal("x")[0] == 2
    with pytest.raises(Refusal, match="key_wrong"):
        before.unseal(after.seal("x"))


def test_a_new_key_file_is_for_the_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "secret.key"
    Vault.open_file(path, create=True)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [entry.name for entry in path.parent.iterdir()] == ["secret.key"]


def test_many_starts_at_once_agree_on_one_key(tmp_path: Path) -> None:
    path, sealed, start = tmp_path / "secret.key", [], threading.Barrier(8)

    def open_together() -> None:
        start.wait()
        sealed.append(Vault.open_file(path, create=True).seal("x"))

    threads = [threading.Thread(target=open_together) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    vault = Vault.open_file(path, create=False)
    assert [vault.unseal(value) for value in sealed] == ["x"] * 8


def test_a_missing_key_is_not_replaced_by_a_new_one(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="key_file_missing"):
        Vault.open_file(tmp_path / "secret.key", create=False)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("_case", "text", "code"),
    [
        ("empty", "", "key_file_empty"),
        ("no number", base64.b64encode(OLD).decode(), "key_file_broken"),
        ("short key", _line(1, b"short"), "key_file_broken"),
        ("not base64", "1:!!!!", "key_file_broken"),
        ("number too large for a byte", _line(256, OLD), "key_file_broken"),
        ("negative number", _line(-1, OLD), "key_file_broken"),
    ],
)
def test_a_broken_key_file_is_refused(_case: str, text: str, code: str, tmp_path: Path) -> None:
    path = tmp_path / "secret.key"
    path.write_text(text, "ascii")
    with pytest.raises(Refusal, match=code):
        Vault.open_file(path, create=False)
