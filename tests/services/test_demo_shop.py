"""Into the demo shop and out of it, and its clock."""

from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from core.config import config
from core.documents.enums import Area
from core.errors import Refusal
from core.services import demo_shop
from core.services.actor import Actor
from core.services.demo_shop import enter_demo, leave_demo, turn_clock
from core.services.desk import Desk, open_desk
from core.services.reset_demo import reset_demo
from core.services.revisions import revisions
from core.services.uploads import KEPT_SECONDS, keep_upload, upload_folder

OWNER = Actor.owner()


@pytest.fixture
def in_demo(monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A small demo shop, entered."""
    monkeypatch.setattr(demo_shop, "reset_demo", partial(reset_demo, members=80))
    enter_demo(OWNER, now=config().clock())
    return open_desk()


def test_entering_builds_once_and_leaving_keeps_it(in_demo: Desk) -> None:
    assert in_demo.store == "demo"
    built = revisions(in_demo)[Area.MEMBERS.value]
    leave_demo()
    assert config().active_store() == "shop"
    enter_demo(OWNER, now=config().clock())
    assert config().active_store() == "demo"
    assert revisions(in_demo)[Area.MEMBERS.value] == built


def test_the_clock_moves_by_the_days_asked_for_and_pages_look_again(in_demo: Desk) -> None:
    before, numbers = in_demo.now(), revisions(in_demo)
    shares: list[float] = []
    turn_clock(in_demo, OWNER, 7, progress=shares.append)
    assert abs(in_demo.now() - before - timedelta(days=7)) < timedelta(minutes=2)
    assert len(shares) in (7, 8) and shares == sorted(shares) and shares[-1] == 1.0
    assert all(number > numbers[area] for area, number in revisions(in_demo).items())
    turn_clock(in_demo, OWNER, 1)
    assert abs(in_demo.now() - before - timedelta(days=8)) < timedelta(minutes=2)


def test_the_clock_of_the_own_shop_cannot_be_turned(own_data_dir: Path) -> None:
    with pytest.raises(Refusal, match="not_a_demo"):
        turn_clock(open_desk("shop"), OWNER, 1)


def test_an_upload_is_kept_under_a_name_of_its_own_for_this_user_alone(own_data_dir: Path) -> None:
    first, second = keep_upload(b"a"), keep_upload(memoryview(b"b"))
    assert first != second and (first.read_bytes(), second.read_bytes()) == (b"a", b"b")
    assert first.stat().st_mode & 0o077 == 0 and upload_folder().stat().st_mode & 0o077 == 0


def test_an_upload_that_nobody_imported_is_swept_after_a_day(own_data_dir: Path) -> None:
    import os

    old = keep_upload(b"a")
    os.utime(old, (old.stat().st_atime, old.stat().st_mtime - KEPT_SECONDS - 1))
    new = keep_upload(b"b")
    assert not old.exists() and new.exists()


def test_a_demo_of_another_key_is_built_anew_and_can_be_entered(in_demo: Desk) -> None:
    in_demo.close()
    config().key_file.unlink()
    open_desk("shop").close()  # an empty shop: it starts with a key of its own
    with pytest.raises(Refusal, match="key_wrong"):
        open_desk("demo")
    reset_demo(OWNER, now=config().clock(), members=40)
    open_desk("demo").close()
    config().key_file.write_bytes(config().key_file.read_bytes().replace(b"1:", b"2:"))
    leave_demo()
    enter_demo(OWNER, now=config().clock())
    assert config().active_store() == "demo"
