"""The frame: what every page stands in."""

import logging
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core import i18n
from core.config import config
from core.documents.enums import Area, ImportKind
from core.i18n import LANGS, translate
from core.services.actor import Actor
from core.services.desk import open_desk
from core.services.shop_settings import save_settings
from core.store.tables import ImportBatch
from pages.ui import menu
from pages.ui.menu import ENTRIES, Entry

PageOf = Callable[[str], AppTest]
HEAD = "import streamlit as st\nfrom pages.ui.page import page\nfrom pages.ui.runtime import *\n"


def _texts(app: AppTest) -> str:
    return " ".join(str(one.value) for one in [*app.title, *app.caption, *app.markdown, *app.error])


def test_the_frame_speaks_chinese_first(page_of: PageOf) -> None:
    app = page_of(HEAD + "with page('menu.todo', 'sub'):\n    st.markdown(t('ui.next'))").run()
    assert not app.exception
    assert app.title[0].value == "今日待办"
    assert "下一页" in _texts(app)


def test_the_switch_changes_the_language_of_the_page(page_of: PageOf) -> None:
    app = page_of(HEAD + "with page('menu.todo'):\n    pass").run()
    app.segmented_control(key="lang").set_value("en").run()
    assert app.title[0].value == "To do today"


def test_the_language_starts_as_the_shop_has_it(page_of: PageOf) -> None:
    desk = open_desk()
    save_settings(desk, Actor.owner(), lang="en")
    desk.close()
    app = page_of(HEAD + "with page('menu.todo'):\n    pass").run()
    assert app.title[0].value == "To do today"


def test_the_shop_name_is_shown_as_typed(page_of: PageOf) -> None:
    desk = open_desk()
    save_settings(desk, Actor.owner(), shop_name="云朵*母婴*")
    desk.close()
    app = page_of(HEAD + "with page('menu.todo'):\n    pass").run()
    assert app.sidebar.caption[0].value == r"云朵\*母婴\*"


def test_the_demo_is_marked_and_the_shop_is_not(page_of: PageOf) -> None:
    source = HEAD + "with page('menu.todo'):\n    pass"
    assert translate("zh", "frame.demo") not in _texts(page_of(source).run())
    config().activate("demo")
    assert translate("zh", "frame.demo") in _texts(page_of(source).run())


@pytest.fixture
def sentences(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sentences of this test's own beside those of the catalogs."""
    known = i18n.catalog("zh") | {"error.sample": "不行：{value}", "error.key_file_broken": "钥匙文件坏了"}
    monkeypatch.setattr(i18n, "catalog", lambda lang: known)


def test_a_store_that_cannot_be_opened_is_a_sentence(page_of: PageOf, sentences: None) -> None:
    open_desk().close()
    config().key_file.write_bytes(b"\x00" * 3)
    app = page_of(HEAD + "with page('menu.todo'):\n    pass").run()
    assert not app.exception
    assert [error.value for error in app.error] == ["钥匙文件坏了"]


def test_the_first_start_welcomes_until_something_came_in(
    page_of: PageOf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = page_of("import streamlit as st\nst.markdown('the to-dos')")
    welcome = tmp_path / "welcome.py"
    welcome.write_text("import streamlit as st\nst.markdown('the welcome')", "utf-8")
    monkeypatch.setattr(menu, "WELCOME", str(welcome))
    assert "the welcome" in _texts(app.run())
    desk = open_desk()
    with desk.db.write(Area.ORDERS, Area.MEMBERS):
        pass
    assert "the welcome" in _texts(app.run()), "the worker's rounds on an empty shop bring nothing in"
    with desk.db.write(Area.ORDERS) as session:
        batch = {"file_name": "a.csv", "file_hash": "0", "preset": "mapped", "platform": "own", "actor": "owner"}
        session.add(ImportBatch(kind=ImportKind.ORDERS, recorded_at=desk.now(), **batch))
    desk.close()
    assert "the to-dos" in _texts(app.run())


def test_a_refusal_is_a_sentence(page_of: PageOf, sentences: None) -> None:
    source = (
        "from core.errors import Refusal\n" + HEAD + "with page('menu.todo'):\n    raise Refusal('sample', value='*a*')"
    )
    app = page_of(source).run()
    assert [error.value for error in app.error] == [r"不行：\*a\*"]
    assert not app.exception


def test_a_bug_is_a_number_on_the_screen_and_a_place_in_the_log(
    page_of: PageOf, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR, "memberdesk.pages"):
        app = page_of(HEAD + "with page('menu.todo'):\n    raise ValueError('138' + '12345678')").run()
    assert not app.exception
    shown = app.error[0].value
    line = next(record.getMessage() for record in caplog.records if "page bug" in record.getMessage())
    reference = line.split("reference=")[1].split()[0]
    assert reference in shown
    assert "ValueError" in line
    assert "13812345678" not in line + shown


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize(
    "entry", [entry for entry in ENTRIES if not entry.option and entry.exists], ids=lambda entry: entry.title
)
def test_every_page_opens_in_an_empty_shop(entry: Entry, lang: str, frame: AppTest) -> None:
    frame.session_state["lang"] = lang
    frame.run()
    if entry is not ENTRIES[0]:  # there the first page is the welcome
        frame.switch_page(entry.path).run()
    assert not frame.exception
    assert "memberdesk" not in _texts(frame)


def test_every_page_has_a_title_in_both_languages() -> None:
    for entry in ENTRIES:
        for lang in LANGS:
            assert translate(lang, f"menu.{entry.title}")
            assert translate(lang, f"menu.group.{entry.group}")


def test_addresses_of_pages_are_unique() -> None:
    assert len({entry.url for entry in ENTRIES}) == len(ENTRIES)
