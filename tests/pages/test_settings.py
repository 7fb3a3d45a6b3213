"""Settings: what is saved, what is refused, what is never shown."""

import ast
from collections.abc import Iterator

import pytest
from streamlit.testing.v1 import AppTest

from core.config import ROOT, config
from core.documents.enums import ImportKind
from core.i18n import LANGS, catalog, translate
from core.services.actor import Actor
from core.services.backup import list_backups
from core.services.desk import Desk, open_desk
from core.services.shop_settings import ShopSettings, SmtpSettings, read_settings, save_settings, smtp_password
from core.store.tables import ImportBatch
from pages.ui import jobs

PAGE = "shop/settings.py"
TABS = ("shop", "sending", "members", "backup", "audit")


@pytest.fixture
def opened(frame: AppTest) -> Iterator[Desk]:
    """The store behind the page."""
    jobs._jobs.clear()
    desk = open_desk()
    yield desk
    desk.close()


def _open(app: AppTest, tab: str, lang: str = "zh") -> AppTest:
    app.session_state["lang"] = lang
    app.session_state["settings:tab"] = translate(lang, f"settings.tab.{tab}")
    app.run()
    return app.switch_page(PAGE).run()


def _press(app: AppTest, label: str) -> AppTest:
    next(button for button in app.button if button.label == translate("zh", label)).click()
    return app.run()


def _field(app: AppTest, label: str) -> object:
    fields = [*app.text_input, *app.number_input, *app.selectbox]
    return next(field for field in fields if field.label == translate("zh", label))


def _texts(app: AppTest) -> str:
    shown = [*app.caption, *app.markdown, *app.error, *app.info, *app.success, *app.warning]
    return " ".join(str(one.value) for one in shown)


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("tab", TABS)
@pytest.mark.parametrize("store", ["shop", "demo"])
def test_every_tab_opens(frame: AppTest, store: str, tab: str, lang: str) -> None:
    config().activate(store)  # type: ignore[arg-type]
    app = _open(frame, tab, lang)
    assert not app.exception and not app.error
    if lang == "en":
        assert not [sign for sign in _texts(app) if "一" <= sign <= "鿿" and sign not in "中文"]


def test_name_and_margin_are_saved_exactly(frame: AppTest, opened: Desk) -> None:
    app = _open(frame, "shop")
    _field(app, "settings.name").set_value("云朵母婴")  # type: ignore[attr-defined]
    _field(app, "settings.margin").set_value(33.3)  # type: ignore[attr-defined]
    _press(app, "settings.shop.save")
    held = read_settings(opened)
    assert (held.shop_name, held.margin_bp) == ("云朵母婴", 3_330)


def test_the_zone_is_locked_after_the_first_import_and_says_why(frame: AppTest, opened: Desk) -> None:
    app = _open(frame, "shop")
    assert not _field(app, "settings.zone").disabled  # type: ignore[attr-defined]
    with opened.db.write() as session:
        batch = {"file_name": "a.csv", "file_hash": "0", "preset": "mapped", "platform": "own", "actor": "owner"}
        session.add(ImportBatch(kind=ImportKind.ORDERS, recorded_at=opened.now(), **batch))
    app.run()
    assert _field(app, "settings.zone").disabled  # type: ignore[attr-defined]
    assert translate("zh", "settings.zone.fixed") in _texts(app)
    _press(app, "settings.shop.save")
    assert not app.error


def test_hours_can_only_be_narrowed(frame: AppTest, opened: Desk) -> None:
    app = _open(frame, "sending")
    slider = app.select_slider[0]
    hours = list(slider.options)
    assert (hours[0], hours[-1]) == ("9:00", "21:00")
    slider.set_range(10, 20)
    _press(app, "settings.limits.save")
    assert (read_settings(opened).quiet_end, read_settings(opened).quiet_start) == (10, 20)


def _fill_mail(app: AppTest, **values: object) -> AppTest:
    for name, value in values.items():
        _field(app, f"settings.{name}").set_value(value)  # type: ignore[attr-defined]
    return _press(app, "settings.mail.save")


def test_the_password_is_kept_sealed_and_never_shown(frame: AppTest, opened: Desk) -> None:
    app = _open(frame, "sending")
    _fill_mail(app, sender="shop@example.com", host="smtp.example.com", user="shop", password="geheim-123")
    smtp = read_settings(opened).smtp
    assert smtp_password(opened, smtp) == "geheim-123"
    assert "geheim-123" not in read_settings(opened).model_dump_json()
    app.run()
    field = _field(app, "settings.password")
    assert field.value == "" and field.placeholder == translate("zh", "settings.password.kept")  # type: ignore[attr-defined]
    _fill_mail(app, host="smtp2.example.com")
    assert smtp_password(opened, read_settings(opened).smtp) == "geheim-123", "an empty field keeps it"


@pytest.mark.parametrize(
    ("_case", "values", "code"),
    [
        ("no address", {"sender": "shop", "host": "smtp.example.com"}, "smtp_address"),
        ("no host", {"sender": "shop@example.com", "host": "smtp example"}, "smtp_host"),
        ("full-width", {"sender": "shop@example.com", "host": "smtp.example.com", "password": "１２３"}, "smtp_ascii"),
    ],
)
def test_an_account_that_cannot_be_right_is_not_saved(
    frame: AppTest, opened: Desk, _case: str, values: dict[str, object], code: str
) -> None:
    app = _fill_mail(_open(frame, "sending"), **values)
    assert translate("zh", f"error.{code}") in _texts(app)
    assert read_settings(opened).smtp == SmtpSettings()


def test_a_test_mail_in_the_demo_is_a_file(frame: AppTest) -> None:
    config().activate("demo")
    app = _open(frame, "sending")
    _field(app, "settings.sample.to").set_value("me@example.com")  # type: ignore[attr-defined]
    _press(app, "settings.sample.act")
    assert translate("zh", "settings.sample.written") in _texts(app)
    files = list((config().data_dir / "outbox" / "demo").glob("sample-*.txt"))
    assert len(files) == 1 and "me@example.com" not in files[0].read_text("utf-8")


def test_a_test_mail_needs_an_account_and_an_address(frame: AppTest, opened: Desk) -> None:
    app = _open(frame, "sending")
    assert translate("zh", "settings.sample.first") in _texts(app)
    save_settings(
        opened, Actor.owner(), smtp=SmtpSettings(host="127.0.0.1", port=9, sender="shop@example.com", security="none")
    )
    app.run()
    _field(app, "settings.sample.to").set_value("nobody")  # type: ignore[attr-defined]
    _press(app, "settings.sample.act")
    assert translate("zh", "settings.sample.address") in _texts(app)
    _field(app, "settings.sample.to").set_value("me@example.com")  # type: ignore[attr-defined]
    _press(app, "settings.sample.act")
    assert translate("zh", "error.smtp_unreachable") in _texts(app)


def test_the_joined_rule_changes_after_a_question_with_its_numbers(frame: AppTest, opened: Desk) -> None:
    app = _open(frame, "members")
    app.radio[0].set_value("file").run()
    app.button(key="settings:join").click().run()
    assert read_settings(opened).joined_rule == "auto"
    app.button(key="confirm:joined:act").click().run()
    assert read_settings(opened).joined_rule == "file"


def test_a_backup_is_made_and_listed(frame: AppTest, opened: Desk) -> None:
    app = _open(frame, "backup")
    assert translate("zh", "backup.none") in _texts(app)
    _press(app, "backup.make.act")
    while any(not job.done for job in jobs._jobs.values()):
        pass
    app.run()
    assert len(list_backups(opened)) == 1
    assert "MB" in _texts(app)


def test_two_different_passphrases_make_no_backup(frame: AppTest, opened: Desk) -> None:
    app = _open(frame, "backup")
    _field(app, "backup.passphrase").set_value("one")  # type: ignore[attr-defined]
    _press(app, "backup.make.act")
    assert translate("zh", "backup.passphrase.differs") in _texts(app)
    assert list_backups(opened) == []


def test_a_backup_is_seen_before_it_is_restored(frame: AppTest, opened: Desk) -> None:
    save_settings(opened, Actor.owner(), shop_name="before")
    app = _press(_open(frame, "backup"), "backup.make.act")
    while any(not job.done for job in jobs._jobs.values()):
        pass
    content = list_backups(opened)[0].read_bytes()
    save_settings(opened, Actor.owner(), shop_name="after")
    app.file_uploader[0].upload("backup.zip", content).run()
    assert "0 人，0 单" in _texts(app)
    assert read_settings(opened).shop_name == "after"
    app.button(key="backup:restore").click().run()
    app.button(key="confirm:restore:act").click().run()
    again = open_desk()
    assert read_settings(again).shop_name == "before"
    again.close()


def test_a_damaged_backup_is_a_sentence(frame: AppTest, opened: Desk) -> None:
    app = _open(frame, "backup")
    app.file_uploader[0].upload("backup.zip", b"PK\x03\x04 nothing").run()
    assert translate("zh", "error.backup_damaged") in _texts(app)


def test_the_demo_has_no_backup_to_restore(frame: AppTest) -> None:
    config().activate("demo")
    app = _open(frame, "backup")
    assert translate("zh", "backup.demo") in _texts(app)
    assert not app.file_uploader


def test_what_was_done_is_found_by_its_words(frame: AppTest, opened: Desk) -> None:
    save_settings(opened, Actor.owner(), shop_name="云朵")
    app = _open(frame, "audit")
    assert app.dataframe[0].value["做了什么"].tolist() == ["改设置"]
    assert app.dataframe[0].value["谁"].tolist() == ["店主"]
    app.text_input(key="settings:audit").set_value("导入").run()
    assert not app.dataframe and translate("zh", "settings.audit.none") in _texts(app)


def test_every_act_that_is_written_down_has_words() -> None:
    found = set()
    for path in sorted((ROOT / "core" / "services").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "record":
                action = node.args[2]
                if isinstance(action, ast.Constant):
                    found.add(str(action.value))
    assert found
    for lang in LANGS:
        assert {action for action in found if f"audit.{action}" not in catalog(lang)} == set()


def test_defaults_are_what_the_page_shows_first(frame: AppTest) -> None:
    app = _open(frame, "sending")
    assert app.select_slider[0].value == (ShopSettings().quiet_end, ShopSettings().quiet_start)
