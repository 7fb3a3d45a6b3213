"""Stored value on the screen: not in the menu until switched on; every act is shown before it is done, and done once."""

import pytest
from streamlit.testing.v1 import AppTest

from core.i18n import LANGS, translate
from core.services.actor import Actor
from core.services.desk import Desk
from core.services.options import read_options
from core.services.stored_account import read_account
from core.services.stored_value import DUTIES, Balance, read_plan, switch_on, top_up
from core.services.stored_value import save_plan as save
from pages.ui.menu import ENTRIES, page_exists
from tests.services.test_stored_value import PLAN

PAGE, SETTINGS = "programme/stored_value.py", "shop/settings.py"
OWNER = Actor.owner()


def _say(app: AppTest) -> str:
    return " ".join(str(one.value) for kind in (app.markdown, app.caption, app.warning, app.error) for one in kind)


@pytest.fixture
def selling(demo: Desk) -> Desk:
    """The demo shop with stored value on, and 100 yuan of member 1."""
    switch_on(demo, OWNER, acknowledged=DUTIES, now=demo.now())
    save(demo, OWNER, PLAN, now=demo.now())
    top_up(demo, OWNER, 1, 100_00, route="wechat", key="t", now=demo.now())
    return demo


def _open(frame: AppTest, desk: Desk, lang: str = "zh", view: str = "member") -> AppTest:
    frame.session_state["lang"] = lang
    frame.session_state["stored:view"] = view
    frame.run()
    frame.switch_page(PAGE)
    frame.query_params["person"] = "1"
    return frame.run()


def test_it_is_not_in_the_menu_until_the_duties_were_ticked(demo: Desk, frame: AppTest) -> None:
    assert not page_exists(PAGE) and any(entry.path == PAGE for entry in ENTRIES)
    frame.session_state["lang"] = "zh"
    frame.session_state["settings:tab"] = translate("zh", "settings.tab.options")
    frame.run()
    frame.switch_page(SETTINGS).run()
    assert frame.button(key="options:stored_on").disabled
    for duty in DUTIES:
        frame.checkbox(key=f"options:{duty}").check()
    frame.run()
    frame.button(key="options:stored_on").click().run()
    assert "stored_value" in read_options(demo) and page_exists(PAGE)
    frame.switch_page(PAGE).run()
    assert not frame.exception and not frame.error


@pytest.mark.parametrize("lang", LANGS)
def test_a_member_is_shown_with_principal_and_bonus_apart(lang: str, selling: Desk, frame: AppTest) -> None:
    app = _open(frame, selling, lang)
    assert not app.exception
    assert [metric.value for metric in app.metric][:3] == ["¥120", "¥100", "¥20"]
    assert translate(lang, "stored.statement") in [one.value for one in app.subheader]


def test_a_top_up_is_said_before_it_is_done_and_done_once(selling: Desk, frame: AppTest) -> None:
    app = _open(frame, selling)
    app.button(key="stored:topup").click().run()
    assert [metric.value for metric in app.metric][-3:] == ["¥100", "¥120", "¥240"]
    assert read_account(selling, 1, now=selling.now()).balance == Balance(100_00, 20_00)
    app.button(key="confirm:stored_topup:act").click().run()
    assert read_account(selling, 1, now=selling.now()).balance == Balance(200_00, 40_00)


def test_a_payment_shows_what_it_takes_and_too_much_cannot_be_paid(selling: Desk, frame: AppTest) -> None:
    app = _open(frame, selling)
    app.number_input(key="stored:pay").set_value(120.01).run()
    assert "0.01" in _say(app) and app.button(key="stored:paid").disabled
    app.number_input(key="stored:pay").set_value(60.0).run()
    app.button(key="stored:paid").click().run()
    app.button(key="confirm:stored_pay:act").click().run()
    assert read_account(selling, 1, now=selling.now()).balance == Balance(50_00, 10_00)


def test_a_refund_says_what_goes_out_and_what_is_taken_back(selling: Desk, frame: AppTest) -> None:
    app = _open(frame, selling)
    assert translate("zh", "stored.refund_say", out="¥100", route="微信", bonus="¥20") in _say(app)
    app.button(key="stored:refund").click().run()
    app.button(key="confirm:stored_refund:act").click().run()
    assert read_account(selling, 1, now=selling.now()).balance == Balance(0, 0)


@pytest.mark.parametrize("lang", LANGS)
def test_the_report_ties(lang: str, selling: Desk, frame: AppTest) -> None:
    app = _open(frame, selling, lang, "report")
    assert not app.exception and not app.error
    assert [metric.value for metric in app.metric][:3] == ["¥120", "¥100", "¥20"]
    assert translate(lang, "stored.report.ties") in _say(app)


def test_a_plan_above_the_law_cannot_be_saved(selling: Desk, frame: AppTest) -> None:
    app = _open(frame, selling, view="plan")
    app.number_input(key="stored:cap").set_value(5_000.01).run()
    assert app.button(key="stored:save").disabled and "5000" in _say(app)
    app.number_input(key="stored:cap").set_value(3_000.0).run()
    app.button(key="stored:save").click().run()
    plan = read_plan(selling)
    assert plan is not None and plan.cap_fen == 3_000_00


def test_a_portrait_shows_the_balance_only_when_it_is_on(demo: Desk, frame: AppTest) -> None:
    title = translate("zh", "stored.total")

    def cards() -> list[str]:
        frame.session_state["member"] = "1"
        frame.session_state["portrait:section"] = "owed"
        frame.run()
        frame.switch_page("members/portrait.py").run()
        assert not frame.exception
        return [str(one.value) for one in frame.subheader]

    assert title not in cards()
    switch_on(demo, OWNER, acknowledged=DUTIES, now=demo.now())
    assert title in cards()


def test_a_correction_needs_a_reason(selling: Desk, frame: AppTest) -> None:
    app = _open(frame, selling)
    app.number_input(key="stored:correct").set_value(8.0).run()
    assert app.button(key="stored:corrected").disabled
    app.segmented_control(key="stored:way").set_value("down")
    app.text_input(key="stored:reason").set_value("typed wrong").run()
    app.button(key="stored:corrected").click().run()
    app.button(key="confirm:stored_correct:act").click().run()
    assert read_account(selling, 1, now=selling.now()).balance == Balance(92_00, 20_00)
