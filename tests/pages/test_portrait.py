"""The portrait: one person, and why."""

import pytest
from sqlalchemy import text
from streamlit.testing.v1 import AppTest

from core.i18n import LANGS, translate
from core.services.actor import Actor
from core.services.custom_fields import define_field, values_of
from core.services.desk import Desk
from core.services.member_notes import notes_of
from core.services.member_tags import own_tags
from core.services.members import read_portrait
from pages.ui.portrait_sections import SECTIONS

PAGE = "members/portrait.py"


def _open(frame: AppTest, member: str | None, lang: str = "zh", section: str | None = None) -> AppTest:
    frame.session_state["lang"] = lang
    frame.run()
    frame.switch_page(PAGE)
    if member:
        frame.query_params["member"] = member
    if section:
        frame.query_params["section"] = section
    frame.run()
    assert not frame.exception
    return frame


def _texts(app: AppTest) -> str:
    return " ".join(str(one.value) for one in [*app.markdown, *app.caption, *app.info])


def _one(desk: Desk, query: str) -> int:
    with desk.db.read() as session:
        return int(session.execute(text(query)).scalar_one())


BIGGEST = "SELECT member_id FROM member_profile ORDER BY net_fen DESC LIMIT 1"
KINDS = {
    "the biggest spender": BIGGEST,
    "a customer who never joined": "SELECT m.id FROM member m JOIN member_profile p ON p.member_id = m.id"
    " WHERE m.joined_at IS NULL LIMIT 1",
    "a member who never bought": "SELECT m.id FROM member m LEFT JOIN member_profile p ON p.member_id = m.id"
    " WHERE p.member_id IS NULL LIMIT 1",
    "one with a coupon": "SELECT member_id FROM coupon LIMIT 1",
    "one who was left out": "SELECT member_id FROM decision WHERE arm = 'held_out' LIMIT 1",
    "one with a refund": "SELECT member_id FROM shop_order WHERE refund_fen > 0 AND member_id IS NOT NULL LIMIT 1",
}


@pytest.mark.parametrize(("kind", "place"), [(kind, place) for place, kind in enumerate(KINDS)])
def test_every_kind_of_person_has_a_whole_page(kind: str, place: int, demo: Desk, frame: AppTest) -> None:
    """Six kinds of people, each on another section, so that every section is opened in turn."""
    number, section = _one(demo, KINDS[kind]), list(SECTIONS)[place]
    app = _open(frame, str(number), LANGS[place % 2], section)
    assert not app.error
    assert app.segmented_control(key="portrait:section").value == section
    portrait = read_portrait(demo, number, now=demo.now())
    assert f"#{number}" in _texts(app)
    name, nickname = portrait.member.name, portrait.member.nickname
    shown = _texts(app) + " ".join(str(cell) for table in app.dataframe for cell in table.value.to_numpy().ravel())
    assert not name or name not in shown
    assert not nickname or len(nickname) < 3 or nickname not in shown


def test_the_public_id_opens_the_same_person(demo: Desk, frame: AppTest) -> None:
    number = _one(demo, BIGGEST)
    public = read_portrait(demo, number, now=demo.now()).member.public_id
    assert f"#{number}" in _texts(_open(frame, public))


def test_the_facts_sum_to_what_is_counted(demo: Desk, frame: AppTest) -> None:
    number = _one(demo, "SELECT member_id FROM member_tier ORDER BY window_spend_fen DESC LIMIT 1")
    app = _open(frame, str(number), section="owed")
    table = next(one.value for one in app.dataframe if translate("zh", "portrait.counted") in one.value.columns)
    counted = sum(
        round(float(cell.replace("¥", "").replace(",", "")) * 100)
        for cell in table[translate("zh", "portrait.counted")]
        if cell != "–"  # an interaction counts for growth, not in yuan
    )
    with demo.db.read() as session:
        window = session.execute(
            text("SELECT window_spend_fen FROM member_tier WHERE member_id = :id"), {"id": number}
        ).scalar_one()
    assert counted == window


def test_one_left_out_reads_why_nothing_came(demo: Desk, frame: AppTest) -> None:
    app = _open(frame, str(_one(demo, KINDS["one who was left out"])), section="touch")
    became = next(one.value for one in app.dataframe if translate("zh", "portrait.became") in one.value.columns)
    assert translate("zh", "message.reason.held_out") in set(became[translate("zh", "portrait.became")])


def test_nobody_chosen_and_nobody_there_are_sentences(demo: Desk, frame: AppTest) -> None:
    app = _open(frame, None)
    assert translate("zh", "portrait.nobody") in _texts(app)
    app.query_params["member"] = "no-such"
    app.run()
    assert "找不到这个人" in _texts(app)


def test_the_last_person_stays_open_until_another_is_asked_for(demo: Desk, frame: AppTest) -> None:
    first, second = _one(demo, BIGGEST), _one(demo, KINDS["one with a coupon"])
    app = _open(frame, str(first))
    app.switch_page("members/list.py").run()
    app.switch_page(PAGE).run()
    assert f"#{first}" in _texts(app)
    app.query_params["member"] = str(second)
    app.run()
    assert f"#{second}" in _texts(app)


def test_a_person_can_be_left_alone_and_agree_again(demo: Desk, frame: AppTest) -> None:
    number = _one(demo, "SELECT id FROM member WHERE NOT opted_out AND joined_at IS NOT NULL ORDER BY id LIMIT 1")
    app = _open(frame, str(number), section="touch")
    app.button(key="portrait:opt_out").click().run()
    assert not read_portrait(demo, number, now=demo.now()).member.opted_out
    app.button(key="confirm:opt-out:act").click().run()
    assert not app.exception and not app.error
    assert read_portrait(demo, number, now=demo.now()).member.opted_out
    assert any(translate("zh", "portrait.opted_out") == one.value for one in app.warning)
    app.button_group(key="portrait:opt_in:ways").set_value(["email"])
    app.text_input(key="portrait:opt_in:source").set_value("旺旺里说的")
    next(one for one in app.button if one.label == translate("zh", "portrait.opt_in.act")).click().run()
    assert not app.exception and not app.error
    found = read_portrait(demo, number, now=demo.now())
    assert (found.member.opted_out, found.member.consent_email, found.member.consent_sms) == (False, True, False)
    assert found.consents[0].source == "旺旺里说的"


def test_a_note_is_written_and_taken_back(demo: Desk, frame: AppTest) -> None:
    number = _one(demo, BIGGEST)
    before = {one.id for one in notes_of(demo, number)}
    app = _open(frame, str(number))
    app.text_area(key="portrait:note").set_value("喜欢*上午*联系")
    next(one for one in app.button if one.label == translate("zh", "note.act")).click().run()
    (note,) = [one for one in notes_of(demo, number) if one.id not in before]
    assert note.text == "喜欢*上午*联系"
    assert r"喜欢\*上午\*联系" in _texts(app)
    app.button(key=f"note:{note.id}").click().run()
    assert not app.exception and not app.error
    assert {one.id for one in notes_of(demo, number)} == before


def test_a_tag_and_an_own_field_are_filled_in(demo: Desk, frame: AppTest) -> None:
    number = _one(demo, BIGGEST)
    field = define_field(demo, Actor.owner(), "尺码", "choice", choices=["110", "120"], now=demo.now())
    app = _open(frame, str(number), section="card")
    before = own_tags(demo, number)
    more = app.selectbox(key=f"tag:new:{number}:{len(before)}")
    tag = more.options[0]
    more.set_value(tag).run()
    app.button(key="tag:give").click().run()
    assert {one.tag for one in own_tags(demo, number)} == {tag} | {one.tag for one in before}
    app.selectbox(key=f"field:{number}:{field.code}").set_value("120")
    next(one for one in app.button if one.label == translate("zh", "fields.save")).click().run()
    assert not app.exception and not app.error
    assert {one.field.code: one.value for one in values_of(demo, number)}[field.code] == "120"


def test_who_bought_once_gets_no_chance_of_their_own(demo: Desk, frame: AppTest) -> None:
    """A model of gaps would say 100 % of them, and much too much of who is long silent: others like them are shown."""
    once = _one(demo, "SELECT member_id FROM member_profile WHERE buying_days = 1 ORDER BY last_day LIMIT 1")
    app = _open(frame, str(once))
    shown = {one.label: one.value for one in app.metric}
    assert translate("zh", "outlook.alive") not in shown
    assert shown[translate("zh", "outlook.told")] != "100%"
    assert shown[translate("zh", "outlook.value")] == translate("zh", "outlook.unknown")


def test_the_timeline_is_filtered_by_kind(demo: Desk, frame: AppTest) -> None:
    app = _open(frame, str(_one(demo, KINDS["one with a refund"])), section="timeline")
    said = translate("zh", "timeline.refund.given").partition(" ")[0]
    app.button_group(key="portrait:timeline:zh").set_value(["refund"]).run()
    lines = [str(one.value) for one in app.markdown if ":material/currency_exchange:" in str(one.value)]
    assert lines and all(said in line for line in lines)
    assert not any(":material/shopping_bag:]" in str(one.value) for one in app.markdown)
