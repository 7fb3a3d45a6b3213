"""The campaign wizard: four steps, an estimate beside them, one launch."""

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from core.documents.enums import CampaignStatus
from core.i18n import LANGS
from core.services.campaign_list import list_campaigns, show_campaign
from core.services.desk import Desk

OpenPage = Callable[..., AppTest]
PAGE = "marketing/new_campaign.py"


def _texts(app: AppTest) -> str:
    shown = [*app.caption, *app.markdown, *app.error, *app.info, *app.warning]
    return " ".join(str(one.value) for one in shown)


def _next(app: AppTest, times: int = 1) -> AppTest:
    for _ in range(times):
        app.button(key="wizard:next").click().run()
        assert not app.exception
    return app


def _key(app: AppTest) -> str:
    return str(app.session_state["draft"].key)


@pytest.fixture
def wizard(demo: Desk, open_page: OpenPage) -> AppTest:
    """The wizard over the small demo shop."""
    return open_page(PAGE)


@pytest.mark.parametrize("lang", LANGS)
def test_all_steps_open(lang: str, demo: Desk, open_page: OpenPage) -> None:
    frame = open_page(PAGE, lang)
    _next(frame, 3)
    assert not frame.error and not frame.warning, [one.value for one in frame.warning]
    assert not frame.button(key="wizard:send").disabled


def test_an_empty_shop_can_send_to_nobody(open_page: OpenPage) -> None:
    frame = open_page(PAGE)
    _next(frame, 3)
    assert frame.button(key="wizard:send").disabled


def test_the_parts_of_the_estimate_add_up(wizard: AppTest) -> None:
    audience, treated = (int(one.value.split()[0].replace(",", "")) for one in wizard.metric[:2])
    reached = next(one.value for one in wizard.markdown if one.value.startswith("- "))
    counts = [int(line.rsplit("：", 1)[1].split()[0].replace(",", "")) for line in reached.splitlines()]
    assert sum(counts) == audience > treated > 0


def test_who_is_near_the_next_tier_is_told_how_near(demo: Desk, frame: AppTest, open_page: OpenPage) -> None:
    frame.query_params["segment_template"] = "near_upgrade"
    _next(open_page(PAGE))
    draft = frame.session_state["draft"]
    assert (draft.goal, draft.offer.threshold_fen, draft.offer.amount_fen) == ("upgrade", 99_00, 10_00)
    assert frame.number_input(key=f"wizard:{draft.key}:offer:threshold").value == 99.0
    _next(frame)
    assert "再买 {还差} 就升 {下一等级}" in frame.text_area(key=f"wizard:{draft.key}:text").value
    _next(frame)
    assert not frame.error and not frame.button(key="wizard:send").disabled


def test_another_group_brings_its_goal_and_offer_unless_the_offer_was_changed(wizard: AppTest) -> None:
    group, goal = f"wizard:{_key(wizard)}:group", f"wizard:{_key(wizard)}:goal"
    wizard.selectbox(key=group).set_value("template:near_upgrade").run()
    assert not wizard.exception and wizard.selectbox(key=goal).value == "upgrade"
    assert wizard.session_state["draft"].offer.threshold_fen == 99_00
    wizard.selectbox(key=group).set_value("template:dormant").run()
    assert wizard.selectbox(key=goal).value == "win_back"
    wizard.session_state["draft"].offer.amount_fen = 30_00
    wizard.selectbox(key=group).set_value("template:near_upgrade").run()
    assert wizard.session_state["draft"].offer.amount_fen == 30_00


def test_steps_keep_what_was_typed(wizard: AppTest) -> None:
    _next(wizard)
    wizard.number_input(key=f"wizard:{_key(wizard)}:offer:amount").set_value(35.0).run()
    _next(wizard)
    wizard.button(key="wizard:back").click().run()
    assert wizard.number_input(key=f"wizard:{_key(wizard)}:offer:amount").value == 35.0


def test_a_placeholder_button_writes_into_the_text(wizard: AppTest) -> None:
    _next(wizard, 2)
    stem = f"wizard:{_key(wizard)}"
    wizard.button(key=f"{stem}:put:tier").click().run()
    assert wizard.text_area(key=f"{stem}:text").value.endswith("{等级}")
    assert not wizard.exception and not wizard.warning


def test_an_unknown_placeholder_is_told_and_stops_the_launch(wizard: AppTest) -> None:
    _next(wizard, 2)
    wizard.text_area(key=f"wizard:{_key(wizard)}:text").set_value("{密码}").run()
    assert "密码" in _texts(wizard)
    _next(wizard)
    assert wizard.button(key="wizard:send").disabled


def test_leaving_nobody_out_needs_a_reason(wizard: AppTest) -> None:
    _next(wizard, 3)
    stem = f"wizard:{_key(wizard)}"
    wizard.slider(key=f"{stem}:hold_out").set_value(0).run()
    assert wizard.button(key="wizard:send").disabled
    wizard.text_input(key=f"{stem}:reason").set_value("清仓最后一天").run()
    assert not wizard.button(key="wizard:send").disabled


def test_a_coupon_above_its_threshold_is_refused_in_words(wizard: AppTest) -> None:
    _next(wizard)
    wizard.number_input(key=f"wizard:{_key(wizard)}:offer:amount").set_value(300.0).run()
    assert "白送" in wizard.warning[0].value


def test_a_budget_that_is_too_small_is_told_before_the_launch(wizard: AppTest) -> None:
    _next(wizard)
    wizard.number_input(key=f"wizard:{_key(wizard)}:offer:budget").set_value(100.0).run()
    assert "预算" in wizard.warning[0].value
    _next(wizard, 2)
    assert wizard.button(key="wizard:send").disabled


def test_a_group_chosen_on_another_page_begins_a_campaign(demo: Desk, frame: AppTest, open_page: OpenPage) -> None:
    frame.query_params["segment_template"] = "top_spenders"
    open_page(PAGE)
    assert frame.session_state["draft"].group == "template:top_spenders"


def test_a_category_must_be_chosen_where_the_group_needs_one(wizard: AppTest) -> None:
    wizard.selectbox(key=f"wizard:{_key(wizard)}:group").set_value("template:category_lovers").run()
    assert not wizard.exception
    assert wizard.button(key="wizard:next").disabled
    box = wizard.selectbox(key=f"wizard:{_key(wizard)}:category")
    box.set_value(box.options[0]).run()
    assert not wizard.button(key="wizard:next").disabled


def test_a_launch_asks_first_and_happens_once(wizard: AppTest, demo: Desk) -> None:
    before = len(list_campaigns(demo, now=demo.now()))
    _next(wizard, 3)
    wizard.button(key="wizard:send").click().run()
    assert len(list_campaigns(demo, now=demo.now())) == before
    wizard.button(key="confirm:launch:act").click().run()
    assert not wizard.exception and not wizard.error
    lines = list_campaigns(demo, now=demo.now())
    assert len(lines) == before + 1
    view = show_campaign(demo, lines[0].id, now=demo.now())
    assert view.line.status is CampaignStatus.RUNNING
    assert sum(view.messages.values()) == view.line.treated > 0


def test_a_kept_draft_is_the_one_that_is_launched(wizard: AppTest, demo: Desk) -> None:
    wizard.button(key="wizard:keep").click().run()
    draft = list_campaigns(demo, now=demo.now())[0]
    assert draft.status is CampaignStatus.DRAFT
    _next(wizard, 3)
    wizard.button(key="wizard:send").click().run()
    wizard.button(key="confirm:launch:act").click().run()
    first = list_campaigns(demo, now=demo.now())[0]
    assert (first.id, first.status) == (draft.id, CampaignStatus.RUNNING)


@pytest.mark.parametrize("kind", ["amount", "percent", "free_shipping", "none"])
def test_every_kind_of_offer_is_sound_as_it_stands(kind: str, wizard: AppTest) -> None:
    _next(wizard)
    wizard.segmented_control(key=f"wizard:{_key(wizard)}:offer:kind").set_value(kind).run()
    _next(wizard, 2)
    assert not [one for one in wizard.warning if one.icon == ":material/warning:"]
    assert not wizard.button(key="wizard:send").disabled


def test_a_coupon_that_sells_below_cost_is_warned_of_and_may_still_be_sent(wizard: AppTest) -> None:
    _next(wizard)
    wizard.segmented_control(key=f"wizard:{_key(wizard)}:offer:kind").set_value("amount").run()
    _next(wizard, 2)
    (warning,) = wizard.warning
    assert "低于成本，先改再发" in warning.value
    assert not wizard.button(key="wizard:send").disabled


def test_a_platform_coupon_needs_its_link_and_puts_it_into_the_text(wizard: AppTest) -> None:
    _next(wizard)
    stem = f"wizard:{_key(wizard)}:offer"
    wizard.segmented_control(key=f"{stem}:kind").set_value("platform").run()
    assert wizard.warning
    wizard.text_input(key=f"{stem}:link").set_value("https://example.com/q").run()
    _next(wizard)
    assert not wizard.warning
    assert "{链接}" in wizard.text_area[0].value


def test_a_to_do_opens_at_the_last_step_with_all_filled_in(demo: Desk, open_page: OpenPage) -> None:
    today = open_page("today/todo.py")
    sending = next(button for button in today.button if (button.key or "").endswith((":near_upgrade", ":one_time")))
    sending.click().run()
    assert not today.exception and not today.error
    assert [button.key for button in today.button if button.key == "wizard:send"] == ["wizard:send"]
