"""A backup is looked into before it is restored, and never into the other shop."""

from pathlib import Path

import pytest

from core.config import config
from core.errors import Refusal
from core.services.actor import Actor
from core.services.backup import back_up, list_backups, look_into, restore
from core.services.desk import Desk, open_desk
from core.services.shop_settings import read_settings, save_settings

OWNER = Actor.owner()


@pytest.fixture
def desk(own_data_dir: Path) -> Desk:
    """The shop's own store in a file of this test."""
    return open_desk("shop")


def _made(desk: Desk, name: str, passphrase: str | None = None) -> Path:
    path = config().data_dir / "backups" / name
    back_up(desk, OWNER, path, passphrase=passphrase, now=desk.now())
    return path


def test_an_archive_says_what_it_holds_and_nothing_is_left_beside_it(desk: Desk) -> None:
    path = _made(desk, "shop-a.zip", "word")
    about = look_into(path)
    assert (about.store, about.people, about.orders, about.with_key) == ("shop", 0, 0, True)
    assert abs((about.made_at - desk.now()).total_seconds()) < 60
    assert [file.name for file in path.parent.iterdir()] == ["shop-a.zip"]
    assert not look_into(_made(desk, "shop-b.zip")).with_key


def test_a_backup_of_the_demo_does_not_become_the_own_shop(desk: Desk) -> None:
    save_settings(desk, OWNER, shop_name="mine")
    demo = open_desk("demo")
    path = _made(demo, "demo-a.zip")
    demo.close()
    with pytest.raises(Refusal, match="backup_other_store"):
        restore(desk, OWNER, path, passphrase=None, now=desk.now())
    assert read_settings(desk).shop_name == "mine"
    assert look_into(path).store == "demo"


def test_only_the_backups_of_this_shop_are_listed(desk: Desk) -> None:
    demo = open_desk("demo")
    _made(demo, "demo-a.zip")
    demo.close()
    mine = _made(desk, "shop-a.zip")
    assert list_backups(desk) == [mine]
