"""Paid membership on the screen: absent until there is a plan; a purchase and a refund say their sum before they are done."""

from datetime import timedelta

import pytest
from streamlit.testing.v1 import AppTest

from core.documents.journey import PLAN_RENEWAL
from core.documents.paid_plan import PaidPlan
from core.i18n import LANGS, translate
from core.services.actor import Actor
from core.services.desk import Desk
from core.services.journeys import list_due_today, list_journeys, read_journey
from core.services.message_preview import preview_message
from core.services.options import switch_plans
from core.services.paid_plans import list_plans, record_purchase, save_plan
from core.services.plan_holders import list_holders
from pages.ui.menu import page_exists

PAGE = "programme/paid_plan.py"
OWNER = Actor.owner()
PLAN = PaidPlan.read(
    {
        "name_zh": "年卡会员",
        "name_en": "Year card",
        "price_fen": 88_00,
        "months": 12,
        "tier": None,
        "benefits": [{"name_zh": "全年包邮", "name_en": "Free shipping", "worth_fen": 60_00}],
    }
)


def _say(app: AppTest) -> str:
    return " ".join(str(one.value) for kind in (app.markdown, app.caption, app.warning, app.error) for one in kind)


@pytest.fixture
def selling(demo: Desk) -> Desk:
    """The demo shop with a plan; member 2 bought it ten days ago, member 3 nearly a year ago."""
    number = save_plan(demo, OWNER, PLAN, now=demo.now())
    record_purchase(demo, OWNER, 2, number, key="a", now=demo.now() - timedelta(days=10))
    record_purchase(demo, OWNER, 3, number, key="b", now=demo.now() - timedelta(days=355))
    return demo


def _open(frame: AppTest, lang: str = "zh", view: str = "members") -> AppTest:
    frame.session_state["lang"] = lang
    frame.session_state["plan:view"] = view
    frame.run()
    frame.switch_page(PAGE)
    frame.query_params["person"] = "4"
    return frame.run()


def test_it_is_not_in_the_menu_until_there_is_a_plan(demo: Desk, frame: AppTest) -> None:
    assert not page_exists(PAGE)
    assert PLAN_RENEWAL not in [view.document.code for view in list_journeys(demo)]
    switch_plans(demo, OWNER, True, now=demo.now())
    assert page_exists(PAGE)
    app = _open(frame, view="plans")
    assert not app.exception
    app.text_input(key="plan:0:zh").set_value("年卡")
    app.text_input(key="plan:0:en").set_value("Year card")
    app.selectbox(key="plan:0:tier").select("vip").run()
    app.button(key="plan:save").click().run()
    assert [(view.plan.name_zh, view.plan.tier, view.plan.price_fen) for view in list_plans(demo)] == [
        ("年卡", "vip", 88_00)
    ]


@pytest.mark.parametrize("lang", LANGS)
def test_holders_are_listed_with_those_who_end_soon_first(lang: str, selling: Desk, frame: AppTest) -> None:
    app = _open(frame, lang)
    assert not app.exception and not app.error
    states = app.dataframe[-1].value[translate(lang, "plan.column.state")]
    assert list(states) == [translate(lang, "plan.state.ending"), translate(lang, "plan.state.running")]


def test_a_purchase_says_until_when_and_is_written_once(selling: Desk, frame: AppTest) -> None:
    app = _open(frame)
    assert "2027年11月22日" in _say(app)
    app.button(key="plan:record").click().run()
    app.button(key="confirm:plan_record:act").click().run()
    assert [one.member_id for one in list_holders(selling, now=selling.now())] == [3, 2, 4]


@pytest.mark.parametrize("lang", LANGS)
def test_the_reminder_tells_whose_term_ends_and_when(lang: str, selling: Desk, frame: AppTest) -> None:
    view = read_journey(selling, PLAN_RENEWAL)
    document = view.document.model_copy(update={"days": 10, "enabled": True})
    due = list_due_today(selling, document, now=selling.now())
    assert [line.member_id for line in due.lines] == [3]
    letter = preview_message(selling, document.message, None, 3, channel="call_list", at=selling.now())
    assert "年卡会员" in letter.text and "10 天" in letter.text
    frame.session_state["lang"] = lang
    frame.session_state["reminders:which"] = PLAN_RENEWAL
    frame.run()
    frame.switch_page("marketing/reminders.py").run()
    assert not frame.exception and not frame.error
