"""Groups: ready ones, the builder, and keeping one."""

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import text
from streamlit.testing.v1 import AppTest

from core.documents.segment import Group, Leaf, Node, Not, parse_segment
from core.documents.segment_fields import FIELD_GROUPS
from core.documents.segment_templates import template, templates
from core.i18n import LANGS, translate
from core.services.actor import Actor
from core.services.custom_fields import list_fields
from core.services.desk import Desk
from core.services.saved_groups import list_groups, save_group
from core.services.segments import count_segment
from core.services.static_lists import list_lists
from pages.ui import group_draft

PAGE = "members/groups.py"
OWNER = Actor.owner()


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


def _add(app: AppTest, part: group_draft.Part, name: str) -> group_draft.Part:
    """Add a condition of a field to a group of conditions; it."""
    about = next(about for about, names in FIELD_GROUPS.items() if name in names)
    app.pills(key=f"groups:{part['id']}:about").set_value(about).run()
    app.button(key=f"groups:{part['id']}:add:{name}").click().run()
    assert not app.exception
    found: group_draft.Part = part["parts"][-1]
    return found


def _texts(app: AppTest) -> str:
    return " ".join(str(one.value) for one in [*app.markdown, *app.caption, *app.info])


@pytest.mark.parametrize("lang", LANGS)
def test_ready_groups_show_how_many_are_in_them(lang: str, demo: Desk, frame: AppTest) -> None:
    app = _open(frame, lang)
    for one in templates():
        assert translate(lang, f"segment.template.{one.code}") in _texts(app)  # type: ignore[arg-type]
    count = count_segment(demo, OWNER, templates()[0].tree(), now=demo.now()).members
    assert f":orange-badge[{count} " in _texts(app)


@pytest.mark.parametrize("code", ["low_low", "category_lovers", "one_time"])
def test_a_ready_group_opens_in_the_builder_unchanged(code: str, demo: Desk, frame: AppTest) -> None:
    one = template(code)
    app = _open(frame, segment_template=code, **({"segment_choice": "奶粉"} if one.needs else {}))
    tree = one.tree("奶粉")
    assert parse_segment(group_draft.tree_json(app.session_state["groups:draft"].root)) == tree
    expected = count_segment(demo, OWNER, tree, now=demo.now()).members
    assert app.metric[0].value == f"{expected:,} 人"


@pytest.mark.parametrize("lang", LANGS)
def test_every_field_has_its_widget_and_ends_in_a_sound_tree_or_a_sentence(
    lang: str, demo: Desk, frame: AppTest
) -> None:
    app = _open(frame, lang)
    app.button(key="groups:new").click().run()
    root = app.session_state["groups:draft"].root
    for about, names in FIELD_GROUPS.items():
        app.pills(key=f"groups:{root['id']}:about").set_value(about).run()
        for name in names:
            app.button(key=f"groups:{root['id']}:add:{name}").click().run()
            assert not app.exception, name
            assert not app.error, name
    unfinished = [part for part in root["parts"] if part["value"] in (None, [], "")]
    assert translate(lang, "groups.unfinished", n=len(unfinished)) in _texts(app)  # type: ignore[arg-type]


def test_the_number_follows_the_conditions(demo: Desk, frame: AppTest) -> None:
    app = _open(frame)
    app.button(key="groups:new").click().run()
    everybody = int(app.metric[0].value.split()[0])
    root = app.session_state["groups:draft"].root
    leaf = _add(app, root, "orders")
    app.number_input(key=f"groups:{leaf['id']}:orders:value:zh").set_value(3).run()
    tree = Group("all", (Leaf("orders", "ge", 3),))
    three = count_segment(demo, OWNER, tree, now=demo.now()).members
    assert 0 < three < everybody == 400
    assert app.metric[0].value == f"{three} 人"
    app.segmented_control(key=f"groups:{root['id']}:how").set_value("none").run()
    assert app.metric[0].value == f"{400 - three} 人"


def test_money_is_typed_in_yuan_and_kept_in_fen(demo: Desk, frame: AppTest) -> None:
    app = _open(frame)
    app.button(key="groups:new").click().run()
    root = app.session_state["groups:draft"].root
    leaf = _add(app, root, "spend_fen")
    app.number_input(key=f"groups:{leaf['id']}:spend_fen:value:zh").set_value(19.9).run()
    assert leaf["value"] == 1990
    app.selectbox(key=f"groups:{leaf['id']}:spend_fen:op:zh").set_value("between").run()
    assert leaf["value"] == [1990, 1990]
    app.number_input(key=f"groups:{leaf['id']}:spend_fen:low:zh").set_value(100.0).run()
    assert translate("zh", "groups.fault.between") in _texts(app)
    assert not app.metric


def test_removing_a_condition_leaves_the_values_of_the_others(demo: Desk, frame: AppTest) -> None:
    app = _open(frame)
    app.button(key="groups:new").click().run()
    root = app.session_state["groups:draft"].root
    for _ in range(2):
        _add(app, root, "orders")
    first, second = root["parts"]
    app.number_input(key=f"groups:{first['id']}:orders:value:zh").set_value(7).run()
    app.number_input(key=f"groups:{second['id']}:orders:value:zh").set_value(9).run()
    app.button(key=f"groups:{first['id']}::gone:zh").click().run()
    assert [part["value"] for part in root["parts"]] == [9]
    assert app.number_input(key=f"groups:{second['id']}:orders:value:zh").value == 9


def test_an_empty_inner_group_is_refused_in_words(demo: Desk, frame: AppTest) -> None:
    app = _open(frame)
    app.button(key="groups:new").click().run()
    root = app.session_state["groups:draft"].root
    app.button(key=f"groups:{root['id']}:add").click().run()
    assert [one.value for one in app.error] == [translate("zh", "groups.fault.empty")]
    assert not app.metric


def test_a_group_is_kept_and_changed_and_given_up(demo: Desk, frame: AppTest) -> None:
    ready = [one.name for one in list_groups(demo)]
    app = _open(frame, segment_template="near_upgrade")
    app.text_input(key="groups:name").set_value("快升级的").run()
    app.button(key="groups:save").click().run()
    assert not app.error
    assert [one.name for one in list_groups(demo)] == ["快升级的", *ready]
    app.button(key="groups:save").click().run()
    assert [one.name for one in list_groups(demo)] == ["快升级的", *ready]
    app.button(key="groups:delete").click().run()
    app.button(key="confirm:group:act").click().run()
    assert [one.name for one in list_groups(demo)] == ready


def test_a_taken_name_is_refused(demo: Desk, frame: AppTest) -> None:
    save_group(demo, OWNER, "快升级的", Leaf("orders", "ge", 1), now=demo.now())
    app = _open(frame, segment_template="near_upgrade")
    app.text_input(key="groups:name").set_value("快升级的").run()
    app.button(key="groups:save").click().run()
    assert "已经有一个人群" in app.error[0].value
    assert [one.name for one in list_groups(demo)].count("快升级的") == 1


def test_the_draft_survives_a_visit_to_another_page(demo: Desk, frame: AppTest) -> None:
    app = _open(frame, segment_template="near_upgrade")
    app.text_input(key="groups:name").set_value("我的人群").run()
    app.switch_page("members/list.py").run()
    app.switch_page(PAGE).run()
    assert app.text_input(key="groups:name").value == "我的人群"
    assert "离升级" in _texts(app) or "就升级" in _texts(app)


INNER = Group("all", (Leaf("orders", "ge", 2), Not(Leaf("tag", "has", "x"))))
DEEP = Group("any", (Not(INNER), Leaf("is_member", "is", True)))
TREES = [DEEP, Not(Leaf("orders", "ge", 2)), Leaf("tier", "in", ("vip",)), Group("all", ())]
TREES += [one.tree("奶粉") for one in templates()]


@pytest.mark.parametrize("tree", TREES)
def test_any_tree_goes_through_the_builder_and_means_the_same(tree: Node, demo: Desk) -> None:
    part = group_draft._part(tree)
    again = parse_segment(group_draft.tree_json(part))
    now = demo.now()
    assert count_segment(demo, OWNER, again, now=now).members == count_segment(demo, OWNER, tree, now=now).members


def test_the_parts_of_two_groups_are_groups_of_their_own(demo: Desk, frame: AppTest) -> None:
    kept = save_group(demo, OWNER, "买过两单", Leaf("orders", "ge", 2), now=demo.now())
    app = _open(frame)
    app.segmented_control(key="groups:view").set_value("overlap").run()
    app.selectbox(key="groups:overlap:b").set_value("ready:top_spenders").run()
    both = Group("all", (Leaf("segment", "in", kept), template("top_spenders").tree()))
    expected = count_segment(demo, OWNER, both, now=demo.now()).members
    assert app.metric[1].value == f"{expected} 人"
    app.button(key="groups:overlap:both").click().run()
    assert not app.exception
    assert parse_segment(group_draft.tree_json(app.session_state["groups:draft"].root)) == both
    assert app.metric[0].value == f"{expected} 人"


def test_an_own_field_is_asked_by_its_kind(demo: Desk, frame: AppTest) -> None:
    app = _open(frame)
    app.button(key="groups:new").click().run()
    root = app.session_state["groups:draft"].root
    for kind in ("choice", "date"):
        field = next(one for one in list_fields(demo) if one.kind == kind)
        leaf = _add(app, root, "custom")
        app.selectbox(key=f"groups:{leaf['id']}:custom:key:zh").set_value(field.code).run()
        if kind == "choice":
            app.multiselect(key=f"groups:{leaf['id']}:custom:value:zh").set_value([field.choices[0]]).run()
        else:
            app.date_input(key=f"groups:{leaf['id']}:custom:{field.code}:one:zh").set_value(date(2026, 12, 1)).run()
        assert not app.exception
    choice, day = (parse_segment({"all": [group_draft.tree_json(leaf)]}) for leaf in root["parts"])
    assert choice.as_json()["all"][0]["op"] == "in"
    assert day.as_json()["all"][0] | {"key": ""} == {"field": "custom", "key": "", "op": "ge", "value": "2026-12-01"}
    assert app.metric[0].value.endswith("人")


def test_a_file_becomes_a_list_and_every_line_is_accounted_for(demo: Desk, frame: AppTest) -> None:
    with demo.db.read() as session:
        labels = session.execute(text("SELECT label FROM member_identity WHERE label IS NOT NULL LIMIT 2")).scalars()
        lines = [*labels, "nobody"]
    app = _open(frame)
    app.segmented_control(key="groups:view").set_value("lists").run()
    app.file_uploader(key="lists:file").set_value(("old.csv", "\n".join(["会员ID", *lines]).encode(), "text/csv")).run()
    assert not app.exception
    app.button(key="lists:make").click().run()
    assert not app.error
    assert "3 行里认出 2 行" in app.success[0].value
    made = next(one for one in list_lists(demo) if one.name == "old")
    app.button(key=f"lists:delete:{made.id}").click().run()
    app.button(key=f"confirm:list:{made.id}:act").click().run()
    assert "old" not in [one.name for one in list_lists(demo)]


@pytest.mark.parametrize("lang", LANGS)
def test_the_portrait_of_a_group_is_opened_by_its_address(
    lang: str, demo: Desk, open_page: Callable[..., AppTest], frame: AppTest
) -> None:
    frame.query_params["template"] = "top_spenders"
    app = open_page("members/group_portrait.py", lang)
    assert not app.exception
    assert not app.error
    people = count_segment(demo, OWNER, template("top_spenders").tree(), now=demo.now()).members
    assert app.metric[0].value.startswith(f"{people} ")
    app.selectbox(key="group_portrait:against").set_value("ready:newcomers").run()
    assert not app.exception
    app.selectbox(key="group_portrait:who").set_value("tier:vip").run()
    assert not app.exception
    assert app.query_params["tier"] == "vip"
