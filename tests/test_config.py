"""Settings of the process: which store, which clock, which key."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import ValidationError

from core.config import Config, config
from core.errors import Refusal


def test_the_shop_is_in_use_until_the_demo_is_chosen(own_data_dir: Path) -> None:
    assert config().active_store() == "shop"
    config().activate("demo")
    assert Config().active_store() == "demo"
    config().activate("shop")
    assert Config().active_store() == "shop"
    assert [path.name for path in own_data_dir.iterdir()] == ["active.json"]


@pytest.mark.parametrize("content", ["", "{", "[]", '{"store": "other"}', "nul\0"])
def test_a_broken_choice_is_the_shop(content: str, own_data_dir: Path) -> None:
    (own_data_dir / "active.json").write_text(content, "utf-8")
    assert config().active_store() == "shop"


@pytest.mark.parametrize(
    ("given", "shop", "demo"),
    [
        (None, "sqlite:///{dir}/shop.db", "sqlite:///{dir}/demo.db"),
        ("sqlite:////data/mine.db", "sqlite:////data/mine.db", "sqlite:////data/demo.db"),
        ("postgresql://h/d", "postgresql://h/d", "postgresql://h/d?options=-csearch_path%3Dmemberdesk_demo"),
        (
            "postgresql://h/d?a=b",
            "postgresql://h/d?a=b",
            "postgresql://h/d?a=b&options=-csearch_path%3Dmemberdesk_demo",
        ),
    ],
)
def test_the_demo_is_a_store_of_its_own(
    given: str | None, shop: str, demo: str, own_data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if given:
        monkeypatch.setenv("MEMBERDESK_DATABASE_URL", given)
    found = Config()
    assert found.url("shop") == shop.format(dir=own_data_dir)
    assert found.url("demo") == demo.format(dir=own_data_dir)


def test_the_clock_can_be_set_to_an_aware_instant_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEMBERDESK_NOW", "2026-03-02T10:00:00+08:00")
    assert Config().clock() == datetime(2026, 3, 2, 2, tzinfo=UTC)
    monkeypatch.setenv("MEMBERDESK_NOW", "2026-03-02T10:00:00")
    with pytest.raises((Refusal, ValidationError), match="instant_naive"):
        Config()


def test_the_key_lies_beside_the_store_unless_it_is_put_elsewhere(
    own_data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert Config().key_file == own_data_dir / "secret.key"
    monkeypatch.setenv("MEMBERDESK_SECRET_KEY_FILE", "/elsewhere/key")
    assert Config().key_file == Path("/elsewhere/key")
