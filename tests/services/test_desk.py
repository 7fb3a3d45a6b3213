"""Opening a shop: the key fits or it stays shut; settings are checked, secrets sealed, the zone fixed by the first import."""

import threading
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import ValidationError

from core.config import config
from core.errors import Refusal
from core.services.desk import Desk, open_desk, prepare_store
from core.services.shop_settings import (
    SmtpSettings,
    put_settings,
    read_settings,
    save_settings,
    seal_smtp_password,
    smtp_password,
)
from core.store.database import Database
from core.store.vault import Vault
from tests.services.order_files import NOW, OWNER, bring_in, new_desk, order, rows_of, value_of


def test_a_shop_opens_again_with_its_key_and_stays_shut_without(own_data_dir: Path) -> None:
    open_desk("shop").close()
    open_desk("shop").close()
    key = config().key_file
    own = key.read_bytes()
    key.unlink()
    with pytest.raises(Refusal, match="key_file_missing"):
        open_desk("shop")
    assert not key.exists()
    Vault.open_file(key, create=True)
    with pytest.raises(Refusal, match="key_wrong"):
        open_desk("shop")
    key.write_bytes(own)
    open_desk("shop").close()


def test_starts_at_once_prepare_a_store_once(db: Database) -> None:
    vault, faults = Vault({1: b"k" * 32}), []

    def prepare() -> None:
        try:
            prepare_store(db, vault)
        except BaseException as fault:
            faults.append(fault)

    threads = [threading.Thread(target=prepare) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert value_of(db, "SELECT count(*) FROM rule_version") == 1


@pytest.fixture
def desk(db: Database) -> Desk:
    return new_desk(db)


def test_settings_are_kept_and_wrong_ones_are_refused(desk: Desk) -> None:
    save_settings(desk, OWNER, shop_name="小鹿母婴", quiet_end=10, quiet_start=20)
    assert read_settings(desk).shop_name == "小鹿母婴"
    for wrong in (
        {"zone": "Mars/Olympus"},
        {"quiet_end": 8},
        {"quiet_start": 22},
        {"quiet_end": 12, "quiet_start": 12},
        {"cap_per_day": 2},
    ):
        with pytest.raises((Refusal, ValidationError)):
            save_settings(desk, OWNER, **wrong)
    assert (read_settings(desk).quiet_end, read_settings(desk).quiet_start) == (10, 20)
    assert rows_of(desk.db, "SELECT action FROM audit_entry") == [("settings.saved",)]


def test_the_zone_is_fixed_by_the_first_import(desk: Desk, tmp_path: Path) -> None:
    save_settings(desk, OWNER, zone="Asia/Tokyo")
    bring_in(desk, tmp_path, [order(1)])
    with pytest.raises(Refusal, match="zone_fixed"):
        save_settings(desk, OWNER, zone="Asia/Shanghai")
    save_settings(desk, OWNER, zone="Asia/Tokyo", shop_name="x")


def test_a_password_is_sealed_and_an_empty_one_keeps_it(desk: Desk) -> None:
    smtp = seal_smtp_password(desk, SmtpSettings(host="h", sender="a@example.com"), "geheim-7")
    save_settings(desk, OWNER, smtp=smtp.model_dump())
    kept = read_settings(desk).smtp
    assert smtp_password(desk, kept) == "geheim-7"
    assert smtp_password(desk, seal_smtp_password(desk, kept, "")) == "geheim-7"
    everything = repr(rows_of(desk.db, "SELECT * FROM setting")) + repr(rows_of(desk.db, "SELECT * FROM audit_entry"))
    assert "geheim-7" not in everything


def test_the_demo_clock_moves_business_time_forward(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEMBERDESK_NOW", NOW.isoformat())
    config.cache_clear()
    assert desk.now() == NOW
    with desk.db.write() as session:
        put_settings(session, read_settings(desk).model_copy(update={"clock_offset_seconds": 3_600}))
    assert desk.now() == NOW + timedelta(hours=1)
