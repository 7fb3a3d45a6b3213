"""The member list: what is found, in which order, and that a click never means somebody else."""

import pytest
from streamlit.testing.v1 import AppTest

from core.documents.canonical import canonical_json
from core.documents.segment import Leaf
from core.i18n import LANGS, translate
from core.rules.masking import mask_person
from core.services.actor import Actor
from core.services.custom_fields import list_fields
from core.services.desk import Desk
from core.services.member_tags import drop_rule, list_tags
from core.services.members import count_people, list_people
from core.store.queries.members import MemberFilter

PAGE = "members/list.py"


def _open(frame: AppTest, lang: str = "zh", **query: str) -> AppTest:
    frame.session_state["lang"] = lang
    frame.run()
    frame.switch_page(PAGE)
    for name, value in query.items():
        frame.query_params[name] = value
    frame.run()
    assert not frame.exception
    assert not frame.error
    return frame


def _found(app: AppTest) -> str:
    return next(str(one.value) for one in app.caption if "找到" in str(one.value))


def _names(app: AppTest) -> list[str]:
    return list(app.dataframe[0].value["who"])


@pytest.mark.parametrize("lang", LANGS)
def test_the_list_shows_everybody_masked(lang: str, demo: Desk, frame: AppTest) -> None:
    app = _open(frame, lang)
    lines = list_people(demo, MemberFilter(), now=demo.now())
    assert _names(app) == [mask_person(line.name, line.nickname, line.id) for line in lines]
    assert not set(_names(app)) & {line.name for line in lines}
    assert len(app.metric) == 4


def test_an_empty_shop_says_how_to_fill_it(frame: AppTest) -> None:
    app = _open(frame)
    assert translate("zh", "members.empty") in [one.value for one in app.markdown]


def test_filters_narrow_and_stay_after_a_visit_elsewhere(demo: Desk, frame: AppTest) -> None:
    app = _open(frame)
    app.segmented_control(key="members:kind").set_value("customers_only").run()
    wanted = MemberFilter(kind="customers_only")
    assert f"找到 {count_people(demo, wanted, now=demo.now())} 人" in _found(app)
    app.switch_page("members/groups.py").run()
    app.switch_page(PAGE).run()
    assert app.segmented_control(key="members:kind").value == "customers_only"


def test_nobody_found_is_said(demo: Desk, frame: AppTest) -> None:
    app = _open(frame)
    app.text_input(key="members:q").set_value("%%%没有这个人").run()
    assert not app.dataframe
    assert translate("zh", "members.none") in [one.value for one in app.info]


def _table_key(app: AppTest) -> str:
    return str(app.dataframe[0].proto.id).rpartition("members:rows")[2]


def test_a_chosen_row_is_nobody_after_the_filter_changed(demo: Desk, frame: AppTest) -> None:
    app = _open(frame)
    before = _table_key(app)
    app.selectbox(key="members:sort:zh").set_value("net_fen").run()
    assert _table_key(app) != before
    app.selectbox(key="members:sort:zh").set_value("last_paid").run()
    assert _table_key(app) == before


def test_a_group_from_another_page_is_listed_until_it_is_closed(demo: Desk, frame: AppTest) -> None:
    tree = Leaf("orders", "ge", 5)
    frame.session_state["tree"] = canonical_json(tree.as_json())
    app = _open(frame)
    assert f"找到 {count_people(demo, MemberFilter(), tree=tree, now=demo.now())} 人" in _found(app)
    app.run()
    assert any("累计下单至少 5 单" in str(one.value) for one in app.markdown)
    app.button(key="members:close").click().run()
    assert f"找到 {count_people(demo, MemberFilter(), now=demo.now())} 人" in _found(app)


def test_a_search_in_the_address_is_taken_once(demo: Desk, frame: AppTest) -> None:
    app = _open(frame, q="李")
    assert f"找到 {count_people(demo, MemberFilter(search='李'), now=demo.now())} 人" in _found(app)
    app.text_input(key="members:q").set_value("").run()
    assert f"找到 {count_people(demo, MemberFilter(), now=demo.now())} 人" in _found(app)


def test_the_search_on_top_opens_the_only_hit(demo: Desk, frame: AppTest) -> None:
    with demo.db.read() as session:
        from core.store.tables import Order

        order = session.get(Order, 1)
        assert order is not None
    app = _open(frame)
    app.text_input(key="search:q").set_value(order.order_no).run()
    assert app.title[0].value == translate("zh", "menu.portrait")
    assert app.text_input(key="search:q").value == ""


def test_the_search_on_top_lists_several_hits_and_says_when_there_is_none(demo: Desk, frame: AppTest) -> None:
    app = _open(frame)
    app.text_input(key="search:q").set_value("李").run()
    assert app.title[0].value == translate("zh", "menu.members")
    app.text_input(key="search:q").set_value("*没有*").run()
    assert any("没找到" in str(one.value) and r"\*没有\*" in str(one.value) for one in app.caption)


def test_everybody_found_is_tagged_from_the_list(demo: Desk, frame: AppTest) -> None:
    app = _open(frame)
    app.segmented_control(key="members:kind").set_value("customers_only").run()
    found = count_people(demo, MemberFilter(kind="customers_only"), now=demo.now())
    app.button(key="members:tag_found").click().run()
    tag = app.selectbox(key="members:bulk:tag").options[0]
    app.selectbox(key="members:bulk:tag").set_value(tag).run()
    app.button(key="confirm:tag-found:act").click().run()
    assert not app.exception and not app.error
    assert count_people(demo, MemberFilter(kind="customers_only", tag=tag), now=demo.now()) == found


def test_a_ready_tag_rule_is_switched_on_and_a_field_defined(demo: Desk, frame: AppTest) -> None:
    drop_rule(demo, Actor.owner(), translate("zh", "tag.template.adviser"), now=demo.now())
    app = _open(frame, manage="tags")
    app.button(key="tags:on:adviser").click().run()
    assert not app.exception and not app.error
    line = next(one for one in list_tags(demo) if one.tag == translate("zh", "tag.template.adviser"))
    assert line.enabled and line.by_rule == line.people
    app.segmented_control(key="members:section").set_value("fields").run()
    app.text_input(key="fields:new:name").set_value("Size").run()
    app.button(key="fields:define").click().run()
    assert not app.exception and not app.error
    assert "Size" in [field.name for field in list_fields(demo)]


def test_where_people_stand_narrows_the_list(demo: Desk, frame: AppTest) -> None:
    app = _open(frame)
    app.button_group(key="members:states:zh").set_value(["lost"]).run()
    tree = Leaf("lifecycle", "in", ("lost",))
    assert f"找到 {count_people(demo, MemberFilter(), tree=tree, now=demo.now())} 人" in _found(app)


def test_a_tag_leads_to_its_people_and_the_filters_are_cleared(
    demo: Desk, frame: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    tag = list_tags(demo)[0].tag
    monkeypatch.setattr("pages.ui.member_tags.pick_row", lambda *_, **__: tag)  # AppTest cannot click a row
    app = _open(frame, manage="tags")
    app.button(key="tags:see").click().run()
    people = count_people(demo, MemberFilter(), tree=Leaf("tag", "has", tag), now=demo.now())
    assert f"找到 {people} 人" in _found(app)
    app.button_group(key="members:states:zh").set_value(["newcomer"])
    app.segmented_control(key="members:kind").set_value("not_counted").run()
    app.button(key="members:clear").click().run()
    assert f"找到 {count_people(demo, MemberFilter(), now=demo.now())} 人" in _found(app)
