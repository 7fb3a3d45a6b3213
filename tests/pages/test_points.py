"""The points page, the catalogue, goodwill and people who are not counted, as one works with them."""

import pytest
from sqlalchemy import text
from streamlit.testing.v1 import AppTest

from core.i18n import LANGS, translate
from core.services.desk import Desk
from core.services.goodwill import goodwill_of
from core.services.interactions import interactions_of
from core.services.members import read_portrait
from core.services.not_counted import count_marks
from core.services.points_ledger import read_points
from core.services.rewards import list_claims, list_rewards

PAGE, PORTRAIT, LIST, SETTINGS = "programme/points.py", "members/portrait.py", "members/list.py", "shop/settings.py"
VIEWS = ("overview", "rules", "catalogue", "ledger")
RICH = "SELECT p.member_id FROM member_points p WHERE p.active - p.debt >= 700 ORDER BY p.member_id LIMIT 1"


def _open(frame: AppTest, page: str, lang: str = "zh", **query: str) -> AppTest:
    frame.session_state["lang"] = lang
    frame.run()
    frame.switch_page(page)
    for name, value in query.items():
        frame.query_params[name] = value
    frame.run()
    assert not frame.exception
    return frame


def _texts(app: AppTest) -> str:
    return " ".join(str(one.value) for one in [*app.markdown, *app.caption, *app.info, *app.metric, *app.warning])


def _one(desk: Desk, query: str) -> int:
    with desk.db.read() as session:
        return int(session.execute(text(query)).scalar_one())


@pytest.mark.parametrize(("view", "lang"), [(view, LANGS[place % 2]) for place, view in enumerate(VIEWS)])
def test_every_view_opens(demo: Desk, frame: AppTest, view: str, lang: str) -> None:
    frame.session_state["points:view"] = view
    app = _open(frame, PAGE, lang)
    assert not app.error


def test_a_shop_without_points_is_told_what_to_do(frame: AppTest) -> None:
    app = _open(frame, PAGE)
    assert translate("zh", "points.empty") in _texts(app)
    assert [button.label for button in app.button if button.label == translate("zh", "points.empty.act")]


def test_the_roll_forward_on_the_page_is_a_sum(demo: Desk, frame: AppTest) -> None:
    app = _open(frame, PAGE)
    table = next(one.value for one in app.dataframe if translate("zh", "points.roll.ties") in one.value.columns)
    names = ("opening", "issued", "spent", "expired", "reversed", "closing")
    rows = [
        [int(row[translate("zh", f"points.roll.{name}")].replace(",", "")) for name in names]
        for _, row in table.iterrows()
    ]
    assert rows
    for opening, issued, spent, expired, back, closing in rows:
        assert opening + issued - spent - expired - back == closing
    later, earlier = rows[:-1], rows[1:]
    assert [row[0] for row in later] == [row[-1] for row in earlier]


def test_a_link_opens_the_ledger_of_one_member(demo: Desk, frame: AppTest) -> None:
    number = _one(demo, RICH)
    app = _open(frame, PAGE, member=read_portrait(demo, number, now=demo.now()).member.public_id)
    held = read_points(demo, number, now=demo.now())
    assert f"{held.available:,}" in [one.value for one in app.metric]
    table = next(one.value for one in app.dataframe if translate("zh", "points.move.what") in one.value.columns)
    assert len(table)


def test_a_reward_is_added_and_exchanged_from_a_portrait(demo: Desk, frame: AppTest) -> None:
    frame.session_state["points:view"] = "catalogue"
    app = _open(frame, PAGE)
    app.toggle(key="rewards:new").set_value(True).run()
    app.text_input(key="rewards:new:zh").set_value("三元券")
    app.number_input(key="rewards:new:points").set_value(1)
    app.number_input(key="rewards:new:value").set_value(3.0)
    app.run()
    app.button(key="rewards:new:save").click().run()
    assert not app.exception and not app.error
    reward = list_rewards(demo, now=demo.now())[0]
    assert (reward.document.name_zh, reward.document.points, reward.document.offer and reward.document.offer.value) == (
        "三元券", 1, 3_00,
    )  # fmt: skip
    number = _one(demo, RICH)
    before = read_points(demo, number, now=demo.now()).available
    app = _open(frame, PORTRAIT, member=str(number), section="owed")
    app.button(key="portrait:redeem").click().run()
    app.button(key="confirm:redeem:act").click().run()
    assert not app.exception and not app.error
    assert read_points(demo, number, now=demo.now()).available == before - 1
    assert list_claims(demo, member_id=number)[0].reward.name_zh == "三元券"


def test_goodwill_is_three_clicks_and_stays_within_its_limits(demo: Desk, frame: AppTest) -> None:
    """Search, the button, the confirmation; the second time the dialog says why not."""
    number = _one(demo, RICH)
    app = _open(frame, PORTRAIT, member=str(number))
    app.button(key="portrait:goodwill").click().run()
    app.button(key="confirm:goodwill:act").click().run()
    assert not app.exception and not app.error
    (given,) = goodwill_of(demo, number)
    assert (given.kind, given.value, given.reason) == ("coupon", 10_00, translate("zh", "goodwill.reason.late"))
    app.button(key="portrait:goodwill").click().run()
    assert app.button(key="confirm:goodwill:act").disabled
    assert any("上限" in one.value for one in app.warning)


def test_points_are_given_as_goodwill(demo: Desk, frame: AppTest) -> None:
    number = _one(demo, RICH)
    before = read_points(demo, number, now=demo.now()).available
    app = _open(frame, PORTRAIT, member=str(number))
    app.button(key="portrait:goodwill").click().run()
    app.button_group(key="portrait:goodwill:kind").set_value("points").run()
    app.number_input(key="portrait:goodwill:points").set_value(6_000).run()
    assert app.button(key="confirm:goodwill:act").disabled
    app.number_input(key="portrait:goodwill:points").set_value(200).run()
    app.button(key="confirm:goodwill:act").click().run()
    assert not app.exception and not app.error
    assert read_points(demo, number, now=demo.now()).available == before + 200


def test_a_review_is_recorded_by_hand(demo: Desk, frame: AppTest) -> None:
    number = _one(demo, RICH)
    had = len(interactions_of(demo, number))
    app = _open(frame, PORTRAIT, member=str(number), section="touch")
    next(one for one in app.button if one.label == translate("zh", "did.act")).click().run()
    assert not app.exception and not app.error
    found = interactions_of(demo, number)
    assert len(found) == had + 1
    assert found[0].kind == "review"


def test_a_person_is_left_out_and_counted_again(demo: Desk, frame: AppTest) -> None:
    number = _one(demo, RICH)
    held = read_points(demo, number, now=demo.now())
    app = _open(frame, PORTRAIT, member=str(number))
    app.button(key="portrait:mark").click().run()
    app.text_input(key="portrait:mark:why").set_value("小王").run()
    app.button(key="confirm:mark:act").click().run()
    assert not app.exception and not app.error
    assert count_marks(demo) == {"staff": 1}
    assert "小王" in _texts(app)
    assert app.button(key="portrait:goodwill").disabled
    listed = _open(frame, LIST, kind="not_counted")
    assert "找到 1 人" in _texts(listed)
    app = _open(frame, PORTRAIT, member=str(number))
    app.button(key="portrait:count").click().run()
    app.button(key="confirm:count:act").click().run()
    assert count_marks(demo) == {}
    assert read_points(demo, number, now=demo.now()) == held


def test_a_rule_is_tried_before_it_holds(demo: Desk, frame: AppTest) -> None:
    name = "SELECT label FROM member_identity WHERE kind = 'platform_id' ORDER BY member_id LIMIT 1"
    with demo.db.read() as session:
        label = str(session.execute(text(name)).scalar_one())
    frame.session_state["settings:tab"] = translate("zh", "settings.tab.not_counted")
    app = _open(frame, SETTINGS)
    app.text_area(key="not_counted:names").set_value(label).run()
    assert count_marks(demo) == {}
    app.button(key="not_counted:save").click().run()
    app.button(key="confirm:not-counted:act").click().run()
    assert not app.exception and not app.error
    assert count_marks(demo) == {"blacklist": 1}


def test_the_limits_of_goodwill_are_set(demo: Desk, frame: AppTest) -> None:
    frame.session_state["settings:tab"] = translate("zh", "settings.tab.goodwill")
    app = _open(frame, SETTINGS)
    app.number_input(key="settings:goodwill:most").set_value(5.0)
    next(one for one in app.button if one.label == translate("zh", "goodwill.settings.save")).click().run()
    number = _one(demo, RICH)
    app = _open(frame, PORTRAIT, member=str(number))
    app.button(key="portrait:goodwill").click().run()
    assert app.button(key="confirm:goodwill:act").disabled
