"""The first start, and the demo shop's controls."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

import pytest
from streamlit.testing.v1 import AppTest

from core.config import config
from core.i18n import LANGS, translate
from core.services import demo_shop
from core.services.desk import open_desk
from core.services.reset_demo import reset_demo
from core.services.shop_settings import read_settings
from pages.ui import demo, jobs

SMALL = 120


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """The demo shop with few people, so that it is built in a moment."""
    build = partial(reset_demo, members=SMALL)
    monkeypatch.setattr(demo_shop, "reset_demo", build)
    monkeypatch.setattr(demo, "reset_demo", build)
    jobs._jobs.clear()


def _texts(app: AppTest) -> str:
    shown = [*app.title, *app.caption, *app.markdown, *app.error, *app.info]
    return " ".join(str(one.value) for one in shown)


def _settle(app: AppTest) -> AppTest:
    """Run the page again if work went on beside it; a dialog is gone after another run."""
    ends = time.monotonic() + 30
    running = [job for job in jobs._jobs.values() if not job.done]
    while any(not job.done for job in running):
        assert time.monotonic() < ends
        time.sleep(0.05)
    return app.run() if running else app


def _in_demo(app: AppTest) -> AppTest:
    app.run()
    app.button(key="welcome:demo").click().run()
    return _settle(app)


def _offset() -> int:
    desk = open_desk()
    found = read_settings(desk).clock_offset_seconds
    desk.close()
    return found


def _turn_button(app: AppTest, days: int) -> str:
    return next(button.key for button in app.button if (button.key or "").startswith(f"demo:turn:{days}:")) or ""


@pytest.mark.parametrize("lang", LANGS)
def test_an_empty_shop_is_welcomed_with_two_ways(frame: AppTest, lang: str) -> None:
    frame.session_state["lang"] = lang
    frame.run()
    assert frame.title[0].value == translate(lang, "welcome.title")
    labels = [button.label for button in frame.button]
    assert translate(lang, "welcome.demo.act") in labels and translate(lang, "welcome.own.act") in labels


def test_one_way_leads_to_the_import(frame: AppTest) -> None:
    frame.run()
    frame.button(key="welcome:own").click().run()
    assert frame.title[0].value == translate("zh", "menu.data")


def test_the_other_way_builds_the_demo_and_leaves_the_own_shop_empty(frame: AppTest, small: None) -> None:
    app = _in_demo(frame)
    assert not app.exception and not app.error
    assert config().active_store() == "demo"
    assert [badge.value for badge in app.sidebar.markdown if translate("zh", "frame.demo") in badge.value]
    own = open_desk("shop")
    with own.db.read() as session:
        from core.store.queries.profiles import count_people

        assert count_people(session) == 0
    own.close()


def test_the_own_shop_has_no_controls_of_the_demo(frame: AppTest) -> None:
    frame.run()
    assert not [button for button in frame.button if (button.key or "").startswith("demo:")]


def test_a_day_passes_at_a_click_and_says_what_happened(frame: AppTest, small: None) -> None:
    app = _in_demo(frame)
    before = _now()
    app.button(key=_turn_button(app, 1)).click().run()
    _settle(app)
    assert timedelta(hours=23) < _now() - before < timedelta(hours=25)
    assert translate("zh", "demo.happened.practice") in _texts(app)
    assert {"排上要发的", "发出", "过期的券"} <= {metric.label for metric in app.metric}


def _now() -> datetime:
    desk = open_desk()
    now = desk.now()
    desk.close()
    return now


def test_a_reset_begins_anew_after_a_question(frame: AppTest, small: None) -> None:
    app = _in_demo(frame)
    app.button(key=_turn_button(app, 7)).click().run()
    _settle(app)
    assert _offset() > 0
    app.button(key="demo:reset").click().run()
    assert _offset() > 0, "nothing happens before the answer"
    app.button(key="confirm:demo-reset:act").click().run()
    _settle(app)
    assert _offset() == 0
    assert not app.exception and not app.error


def test_leaving_goes_back_to_the_own_shop_and_keeps_the_demo(frame: AppTest, small: None) -> None:
    app = _in_demo(frame)
    app.button(key="demo:leave").click().run()
    assert config().active_store() == "shop"
    assert app.title[0].value == translate("zh", "welcome.title")
    started = time.monotonic()
    _in_demo(app)
    assert config().active_store() == "demo" and time.monotonic() - started < 10


def test_a_build_that_fails_is_said_and_the_own_shop_stays(
    frame: AppTest, small: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_args: object, **_options: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(demo_shop, "reset_demo", broken)
    app = _in_demo(frame)
    assert config().active_store() == "shop"
    assert app.error and not app.exception


def test_every_control_is_worded_in_both_languages() -> None:
    make: Callable[[str, str], str] = lambda lang, kind: translate(lang, f"demo.{kind}.running")  # noqa: E731
    assert all(make(lang, kind) for lang in LANGS for kind in ("enter", "reset", "turn"))
