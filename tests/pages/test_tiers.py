"""Tiers and benefits: the ladder, a draft that is tried first, publishing, versions."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import text
from streamlit.testing.v1 import AppTest

from core.config import ROOT
from core.documents.enums import VersionStatus
from core.i18n import LANGS
from core.services.actor import Actor
from core.services.desk import Desk
from core.services.ladder import NEAR_EDGES, read_ladder
from core.services.rule_versions import draft_version, list_versions, publish_version, read_live
from core.services.shop_settings import read_settings

OpenPage = Callable[..., AppTest]
PAGE = "programme/tiers.py"


def _texts(app: AppTest) -> str:
    return " ".join(str(one.value) for one in [*app.caption, *app.markdown, *app.error, *app.info, *app.warning])


@pytest.fixture
def page(demo: Desk, open_page: OpenPage) -> AppTest:
    """The page over the small demo shop."""
    return open_page(PAGE)


@pytest.fixture
def editor(page: AppTest) -> AppTest:
    """The page where rules are changed."""
    return page.segmented_control(key="tiers:view").set_value("edit").run()


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("view", ["now", "edit", "versions", "sides"])
def test_every_view_opens(view: str, lang: str, demo: Desk, open_page: OpenPage) -> None:
    frame = open_page(PAGE, lang)
    frame.segmented_control(key="tiers:view").set_value(view).run()
    assert not frame.exception and not frame.error


def test_the_ladder_counts_everybody_once(demo: Desk) -> None:
    view = read_ladder(demo, now=demo.now())
    with demo.db.read() as session:
        members = session.execute(text("SELECT count(*) FROM member_tier")).scalar_one()
        near = session.execute(
            text("SELECT count(*) FROM member_tier WHERE missing_fen > 0 AND missing_fen <= :edge"),
            {"edge": NEAR_EDGES[-1]},
        ).scalar_one()
    assert view.members == members > 0
    assert sum(sum(step.within_reach) for step in view.steps) == near


def test_a_higher_threshold_is_tried_before_anything_changes(editor: AppTest, demo: Desk) -> None:
    before = read_live(demo, now=demo.now())
    editor.number_input(key="tiers:0:silver:spend").set_value(2000.0).run()
    assert "1,000" in _texts(editor) and "2,000" in _texts(editor)
    editor.button(key="tiers:try").click().run()
    assert not editor.exception and not editor.error
    assert "降级" in _texts(editor)
    assert read_live(demo, now=demo.now()) == before


def test_a_confusing_ladder_is_refused_with_its_sentence(editor: AppTest) -> None:
    editor.number_input(key="tiers:0:vip:spend").set_value(500.0).run()
    assert any("VIP会员" in error.value and "高级会员" in error.value for error in editor.error)
    assert editor.button(key="tiers:try").disabled
    assert editor.button(key="tiers:keep").disabled


def test_changing_again_after_a_trial_asks_for_another(editor: AppTest) -> None:
    editor.number_input(key="tiers:0:silver:spend").set_value(2000.0).run()
    editor.button(key="tiers:try").click().run()
    editor.number_input(key="tiers:0:silver:spend").set_value(1500.0).run()
    assert "再试算" in _texts(editor)
    assert not [button for button in editor.button if button.key == "tiers:publish"]


def test_publishing_asks_first_and_makes_the_new_rules_live(editor: AppTest, demo: Desk) -> None:
    editor.number_input(key="tiers:0:silver:spend").set_value(1500.0).run()
    editor.button(key="tiers:try").click().run()
    editor.button(key="tiers:publish").click().run()
    assert read_live(demo, now=demo.now())[0].tier("silver").min_spend_fen == 1_000_00
    editor.button(key="confirm:rules:act").click().run()
    assert not editor.exception
    assert read_live(demo, now=demo.now())[0].tier("silver").min_spend_fen == 1_500_00


def test_a_draft_is_kept_and_gone_on_with(editor: AppTest, demo: Desk) -> None:
    editor.number_input(key="tiers:0:silver:orders").set_value(7).run()
    editor.button(key="tiers:keep").click().run()
    drafts = [line for line in list_versions(demo, now=demo.now()) if line.status is VersionStatus.DRAFT]
    assert len(drafts) == 1
    editor.number_input(key="tiers:0:silver:orders").set_value(8).run()
    editor.button(key="tiers:keep").click().run()
    assert [line.id for line in list_versions(demo, now=demo.now()) if line.status is VersionStatus.DRAFT] == [
        drafts[0].id
    ]


def test_what_was_typed_is_gone_when_the_change_is_dropped(editor: AppTest) -> None:
    editor.number_input(key="tiers:0:silver:orders").set_value(7).run()
    editor.button(key="tiers:discard").click().run()
    assert editor.number_input(key="tiers:1:silver:orders").value == 5
    assert "tiers:discard" not in {button.key for button in editor.button}


def test_a_removed_tier_leaves_the_benefits_too(editor: AppTest) -> None:
    editor.button(key="tiers:0:supreme:drop").click().run()
    assert "取消等级「至尊VIP」" in _texts(editor)
    assert not [one for one in editor.checkbox if "至尊" in one.label]
    assert not editor.error
    assert "取消权益「专属客服」" in _texts(editor)


def test_an_added_tier_keeps_what_the_one_below_has(editor: AppTest) -> None:
    editor.button(key="tiers:add_tier").click().run()
    assert not editor.exception and not editor.error
    assert editor.button(key="tiers:try").disabled is False


def test_a_benefit_that_shrinks_higher_up_is_refused(editor: AppTest) -> None:
    editor.checkbox(key="tiers:0:birthday_coupon:supreme:has").uncheck().run()
    assert any("至尊VIP" in error.value for error in editor.error)


def test_a_version_to_come_is_listed_above_the_live_one(page: AppTest, demo: Desk) -> None:
    document, _ = read_live(demo, now=demo.now())
    tiers = tuple(
        tier.model_copy(update={"min_orders": 9}) if tier.code == "silver" else tier for tier in document.tiers
    )
    owner = Actor.owner()
    number = draft_version(demo, owner, document.model_copy(update={"tiers": tiers}), now=demo.now())
    publish_version(demo, owner, number, effective_from=demo.now() + timedelta(days=3), now=demo.now())
    page.segmented_control(key="tiers:view").set_value("versions").run()
    statuses = list(page.dataframe[0].value.iloc[:, 0])
    assert statuses == ["将生效", "现行"]


@pytest.mark.parametrize("lang", LANGS)
def test_the_platforms_grades_are_compared_with_ours(lang: str, demo: Desk, open_page: OpenPage) -> None:
    frame = open_page(PAGE, lang)
    frame.segmented_control(key="tiers:view").set_value("sides").run()
    assert not frame.exception and not frame.error
    frame.radio(key="sides:tier").set_value("platform").run()
    frame.button(key="sides:save").click().run()
    assert read_settings(demo).tier_side == "platform"


def test_a_template_replaces_the_draft_after_a_question(editor: AppTest, demo: Desk) -> None:
    before = read_live(demo, now=demo.now())
    editor.segmented_control(key="tiers:template").set_value("beauty").run()
    editor.button(key="tiers:template:take").click().run()
    editor.button(key="confirm:template:act").click().run()
    assert not editor.exception and not editor.error
    assert "成长值" in _texts(editor)
    editor.button(key="tiers:try").click().run()
    assert not editor.exception
    assert read_live(demo, now=demo.now()) == before


def test_rules_from_a_file_become_the_draft_or_are_refused_in_words(editor: AppTest) -> None:
    example = (ROOT / "docs" / "examples" / "rules.json").read_bytes()
    editor.file_uploader(key="tiers:file:0").upload("rules.json", b"[]", "application/json").run()
    assert any("{ }" in error.value for error in editor.error)
    editor.file_uploader(key="tiers:file:0").upload("rules.json", example, "application/json").run()
    assert not editor.exception and not editor.error
    assert "6,000" in _texts(editor)
    assert editor.number_input(key="tiers:1:supreme:spend").value == 6_000.0


def test_rare_rules_are_there_and_a_confusing_one_is_said(editor: AppTest) -> None:
    editor.selectbox(key="tiers:0:mode").set_value("one_step").run()
    assert any("缓冲期" in error.value for error in editor.error)
    editor.number_input(key="tiers:0:grace").set_value(30).run()
    assert not editor.error
    assert "一次只降一级" in _texts(editor)
    editor.selectbox(key="tiers:0:window").set_value("calendar_year").run()
    editor.number_input(key="tiers:0:silver:keep_spend_fen").set_value(2000.0).run()
    assert any("保级门槛比升级门槛还高" in error.value for error in editor.error)


def test_a_milestone_is_added_and_taken_away(editor: AppTest) -> None:
    editor.button(key="tiers:add_milestone").click().run()
    assert "新增里程碑" in _texts(editor)
    editor.button(key="tiers:0:milestone:milestone:drop").click().run()
    assert "还没有改动" in _texts(editor)


def test_who_would_fall_may_keep_what_they_have(editor: AppTest, demo: Desk) -> None:
    editor.number_input(key="tiers:0:silver:spend").set_value(2500.0).run()
    editor.button(key="tiers:try").click().run()
    assert "要给他们保留吗" in _texts(editor)
    editor.radio(key="tiers:keep_them").set_value("keep").run()
    editor.button(key="tiers:publish").click().run()
    editor.button(key="confirm:rules:act").click().run()
    assert not editor.exception and not editor.error
    with demo.db.read() as session:
        kept = session.execute(text("SELECT count(*) FROM tier_override WHERE source = 'grandfather'")).scalar_one()
        fallen = session.execute(text("SELECT count(*) FROM tier_change WHERE reason = 'rules'")).scalar_one()
    assert kept > 0
    assert fallen == 0


def test_the_same_rules_tried_give_the_same_and_say_so(editor: AppTest) -> None:
    editor.button(key="tiers:try").click().run()
    assert not editor.exception
    assert any("一模一样" in one.value for one in editor.success)
    assert not [button for button in editor.button if button.key == "tiers:publish"]


def test_a_member_price_is_a_number_and_its_words_follow(editor: AppTest) -> None:
    editor.selectbox(key="tiers:kind").set_value("member_price").run()
    editor.button(key="tiers:add_benefit").click().run()
    editor.number_input(key="tiers:0:member_price:supreme:level:zh").set_value(9.5).run()
    assert not editor.exception and not editor.error
    assert "会员价 9.5 折" in [one.value for one in editor.text_input]
