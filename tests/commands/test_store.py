"""``demo``, ``refresh``, ``verify``, ``backup``, ``restore``, and what holds for all commands."""

import sqlite3
import zipfile
from pathlib import Path

import pytest

from tests.commands.conftest import CommandLine


def _change(folder: Path, statement: str) -> None:
    store = sqlite3.connect(folder / "shop.db")
    with store:
        assert store.execute(statement).rowcount > 0
    store.close()


def test_the_demo_shop_only_goes_into_an_empty_store(demo: CommandLine) -> None:
    assert demo.refused("demo", "--members", 10) == "store_not_empty"


def test_the_same_seed_and_now_give_the_same_shop(demo: CommandLine, cli: CommandLine, own_data_dir: Path) -> None:
    shows = [("show", noun, "--from", "2025-06-01") for noun in ("kpis", "tiers", "trends", "pareto")]
    first = [demo.json(*args) for args in shows]
    for path in own_data_dir.glob("shop.db*"):
        path.unlink()
    cli.json("demo", "--members", 400, "--months", 12, "--seed", 7)
    assert [cli.json(*args) for args in shows] == first


def test_refresh_finds_nothing_to_mend_in_a_sound_store(demo: CommandLine) -> None:
    before = [demo.json("show", noun) for noun in ("kpis", "tiers")]
    found = demo.json("refresh")
    assert (found["people"], found["tier_changes"]) == (400, 0)
    assert [demo.json("show", noun) for noun in ("kpis", "tiers")] == before


def test_refresh_for_a_later_instant_lets_tiers_fall(demo: CommandLine) -> None:
    found = demo.json("refresh", "--as-of", "2027-12-01T00:00:00+08:00")
    assert found["as_of"] == "2027-11-30T16:00:00+00:00"
    assert found["tier_changes"] > 0
    tiers = {tier["tier"]: tier["members"] for tier in demo.json("show", "tiers")["tiers"]}
    assert tiers["silver"] == tiers["vip"] == tiers["supreme"] == 0
    assert demo.refused("refresh", "--as-of", "2027-12-01") == "instant_naive"
    assert demo.refused("refresh", "--as-of", "soon") == "instant_format"


def test_verify_counts_the_violations_and_ends_with_one(demo: CommandLine, own_data_dir: Path) -> None:
    found = demo.json("verify")
    assert found["violations"] == sum(found["checks"].values()) == 0
    _change(own_data_dir, "UPDATE member_profile SET net_fen = net_fen + 1 WHERE member_id = 7")
    broken = demo.json("verify", code=1)
    assert broken["violations"] == sum(broken["checks"].values()) > 0
    assert demo.run("verify", code=1).stderr == ""
    demo.json("refresh")
    assert demo.json("verify")["violations"] == 0


def test_a_backup_brings_the_shop_and_its_key_back(
    demo: CommandLine, own_data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MEMBERDESK_BACKUP_PASSPHRASE", "a long one")
    archive = tmp_path / "backup.zip"
    made = demo.json("backup", archive)
    assert (made["with_key"], made["bytes"]) == (True, archive.stat().st_size)
    before, key = demo.json("show", "kpis"), (own_data_dir / "secret.key").read_bytes()
    for path in [*own_data_dir.glob("shop.db*"), own_data_dir / "secret.key"]:
        path.unlink()
    assert demo.json("show", "kpis")["people"] == 0
    monkeypatch.setenv("MEMBERDESK_BACKUP_PASSPHRASE", "wrong")
    assert demo.refused("restore", archive) == "passphrase_wrong"
    monkeypatch.setenv("MEMBERDESK_BACKUP_PASSPHRASE", "a long one")
    assert demo.json("restore", archive)["with_key"] is True
    assert demo.json("show", "kpis") == before
    assert (own_data_dir / "secret.key").read_bytes() == key
    assert demo.json("verify")["violations"] == 0


def test_without_a_passphrase_the_key_stays_out_and_that_is_said(demo: CommandLine, tmp_path: Path) -> None:
    archive = tmp_path / "backup.zip"
    result = demo.run("backup", archive, "--json")
    assert "MEMBERDESK_BACKUP_PASSPHRASE" in result.stderr
    assert "key.json" not in zipfile.ZipFile(archive).namelist()
    assert demo.json("restore", archive)["with_key"] is False


def test_a_bad_archive_changes_nothing(demo: CommandLine, tmp_path: Path) -> None:
    path = tmp_path / "backup.zip"
    path.write_bytes(b"PK\3\4 not really")
    assert demo.refused("restore", path) == "backup_damaged"
    assert demo.refused("restore", tmp_path / "nosuch.zip") == "file_missing"
    assert demo.refused("backup", tmp_path / "nosuch" / "b.zip") == "folder_missing"
    assert demo.json("show", "kpis")["people"] == 400


@pytest.mark.parametrize(
    ("_case", "name", "value", "code"),
    [
        ("a language that nobody wrote", "LANG", "fr", "environment_value"),
        ("a naive clock", "NOW", "2026-06-25T10:00:00", "instant_naive"),
        ("a database that is not there", "DATABASE_URL", "postgresql+psycopg://127.0.0.1:1/none", "store_unreachable"),
    ],
)
def test_a_wrong_setting_is_a_sentence_and_not_a_traceback(
    cli: CommandLine, monkeypatch: pytest.MonkeyPatch, _case: str, name: str, value: str, code: str
) -> None:
    monkeypatch.setenv(f"MEMBERDESK_{name}", value)
    assert cli.refused("show", "kpis") == code
