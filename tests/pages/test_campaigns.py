"""The list of campaigns and what each of them brought."""

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from core.documents.campaign import read_campaign
from core.documents.enums import CampaignStatus
from core.i18n import LANGS
from core.services.actor import Actor
from core.services.campaign_list import list_campaigns
from core.services.campaigns import draft_campaign, launch_campaign
from core.services.desk import Desk
from pages.ui.reason_words import reason_words

OpenPage = Callable[..., AppTest]
PAGE = "marketing/campaigns.py"
OWNER = Actor.owner()


def _texts(app: AppTest) -> str:
    shown = [*app.caption, *app.markdown, *app.error, *app.subheader, *app.toast]
    return " ".join(str(one.value) for one in shown)


def _draft(desk: Desk) -> int:
    plain = {
        "name": "测试*活动*",
        "goal": "thanks",
        "segment": {"all": []},
        "message": {"text": "{昵称}，谢谢"},
        "channels": ["call_list"],
    }
    return draft_campaign(desk, OWNER, read_campaign(plain), draft_key="k", now=desk.now())


def test_an_empty_shop_is_led_to_its_first_campaign(frame: AppTest, open_page: OpenPage) -> None:
    open_page(PAGE)
    assert not frame.exception and not frame.dataframe
    assert [button for button in frame.button if button.key.startswith("empty:")]


@pytest.mark.parametrize("lang", LANGS)
def test_the_last_campaign_shows_its_verdict(lang: str, demo: Desk, frame: AppTest, open_page: OpenPage) -> None:
    open_page(PAGE, lang)
    assert not frame.exception and not frame.error
    assert len(frame.dataframe) == 2
    assert len(frame.get("vega_lite_chart")) == 2
    assert any(one.value.startswith("### ") for one in frame.markdown)


def test_every_campaign_of_the_demo_opens_by_its_address(demo: Desk, frame: AppTest, open_page: OpenPage) -> None:
    for line in list_campaigns(demo, now=demo.now()):
        frame.query_params["campaign"] = str(line.id)
        open_page(PAGE)
        assert not frame.exception and not frame.error
        assert line.name in _texts(frame)


def test_an_unknown_campaign_is_a_sentence(demo: Desk, frame: AppTest, open_page: OpenPage) -> None:
    frame.query_params["campaign"] = "999"
    open_page(PAGE)
    assert len(frame.error) == 1 and not frame.exception


def test_a_running_campaign_names_the_day_of_its_result(demo: Desk, frame: AppTest, open_page: OpenPage) -> None:
    launch_campaign(demo, OWNER, _draft(demo), now=demo.now())
    open_page(PAGE)
    assert not frame.exception and not frame.error
    assert "12月6日出结果" in _texts(frame)
    assert "有效。" not in _texts(frame)
    assert len(frame.get("vega_lite_chart")) == 1  # the way of its messages; the effect is drawn when it is final


def test_stopping_asks_first_and_says_what_it_stopped(demo: Desk, frame: AppTest, open_page: OpenPage) -> None:
    number = _draft(demo)
    launch = launch_campaign(demo, OWNER, number, now=demo.now())
    open_page(PAGE)
    frame.button(key="campaigns:cancel").click().run()
    frame.button(key="confirm:cancel:act").click().run()
    assert not frame.exception and not frame.error
    line = next(line for line in list_campaigns(demo, now=demo.now()) if line.id == number)
    assert line.status is CampaignStatus.CANCELLED
    assert f"{launch.treated} 条不再发" in _texts(frame)


def test_a_draft_is_gone_on_with_in_the_wizard(demo: Desk, frame: AppTest, open_page: OpenPage) -> None:
    number = _draft(demo)
    frame.session_state["campaign"] = number
    open_page(PAGE)
    assert r"测试\*活动\*" in _texts(frame)
    frame.button(key="campaigns:open").click().run()
    assert not frame.exception
    assert frame.session_state["draft"].campaign_id == number


def test_a_copy_is_another_campaign(demo: Desk, frame: AppTest, open_page: OpenPage) -> None:
    open_page(PAGE)
    frame.button(key="campaigns:open").click().run()
    assert not frame.exception
    assert frame.session_state["draft"].campaign_id is None


@pytest.mark.parametrize("code", ["cap", "held_out", "address_refused", "never heard of"])
def test_every_reason_has_words(code: str) -> None:
    assert reason_words(code)
