"""Promises to keep, the review of benefits, the terms and the partners, as the owner meets them."""

from collections.abc import Callable

import pytest
from sqlmodel import select
from streamlit.testing.v1 import AppTest

from core.i18n import LANGS
from core.services.actor import Actor
from core.services.desk import Desk
from core.services.partners import list_partners
from core.services.promises import PromiseFilter, count_promises, promises_of
from core.services.rivals import read_rivals
from core.store.tables import MemberService, Obligation

OpenPage = Callable[..., AppTest]
PROMISES, BENEFITS = "programme/promises.py", "programme/benefits.py"
OWNER = Actor.owner()


def _texts(app: AppTest) -> str:
    parts = [*app.caption, *app.markdown, *app.error, *app.info, *app.warning]
    return " ".join(str(one.value) for one in parts)


def _count(desk: Desk, **wanted: object) -> int:
    return count_promises(desk, PromiseFilter(**wanted))  # type: ignore[arg-type]


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("view", ["owed", "offered", "done", "service"])
def test_every_list_opens(view: str, lang: str, demo: Desk, open_page: OpenPage) -> None:
    page = open_page(PROMISES, lang)
    page.segmented_control(key="promises:view").set_value(view).run()
    assert not page.exception and not page.error


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("view", ["review", "compare", "terms", "partners"])
def test_every_part_of_the_review_opens(view: str, lang: str, demo: Desk, open_page: OpenPage) -> None:
    page = open_page(BENEFITS, lang)
    page.segmented_control(key="benefits:view").set_value(view).run()
    assert not page.exception and not page.error


@pytest.mark.parametrize("path", [PROMISES, BENEFITS])
@pytest.mark.parametrize("lang", LANGS)
def test_an_empty_shop_says_what_to_do(path: str, lang: str, open_page: OpenPage) -> None:
    page = open_page(path, lang)
    assert not page.exception and not page.error


def test_ticking_all_and_one_click_keeps_them(demo: Desk, open_page: OpenPage) -> None:
    page = open_page(PROMISES)
    owed, done = _count(demo, status="owed"), _count(demo, status="done")
    assert owed > 0
    (everything,) = [box for box in page.checkbox if str(box.key).startswith("promises:all:")]
    everything.check().run()
    page.button(key="promises:do").click().run()
    assert not page.exception and not page.error
    assert _count(demo, status="owed") == 0 and _count(demo, status="done") == owed + done


def test_nothing_is_done_without_a_tick(demo: Desk, open_page: OpenPage) -> None:
    assert open_page(PROMISES).button(key="promises:do").disabled


def test_a_link_from_today_brings_its_filters(demo: Desk, frame: AppTest) -> None:
    frame.session_state["lang"] = "zh"
    frame.run()
    late = [button for button in frame.button if "promise" in str(button.key)]
    assert late, "the demo shop owes something today"
    late[0].click().run()
    assert not frame.exception and not frame.error
    assert frame.session_state["promises:due"] == "today"


def test_the_portrait_keeps_a_promise_and_names_a_person(demo: Desk, open_page: OpenPage, frame: AppTest) -> None:
    with demo.db.read() as session:
        member = session.exec(select(Obligation.member_id).where(Obligation.status == "owed")).first()
    assert member is not None
    frame.query_params["member"] = str(member)
    frame.query_params["section"] = "owed"
    page = open_page("members/portrait.py")
    (first,) = [one for one in promises_of(demo, member, now=demo.now()) if one.status == "owed"][:1]
    page.button(key=f"promise:{first.id}").click().run()
    assert not page.exception
    page.text_input(key=f"service:{member}").set_value("小周").run()
    page.button(key=f"service:{member}:act").click().run()
    with demo.db.read() as session:
        row = session.get(MemberService, member)
        assert row is not None and row.person == "小周"
        assert session.exec(select(Obligation.status).where(Obligation.id == first.id)).one() == "done"


def test_the_other_shops_table_is_kept_and_begins_with_our_own(demo: Desk, open_page: OpenPage) -> None:
    page = open_page(BENEFITS)
    page.segmented_control(key="benefits:view").set_value("compare").run()
    page.text_input(key="rivals:shop:0").set_value("隔壁店").run()
    page.button(key="rivals:save").click().run()
    table = read_rivals(demo, "zh", now=demo.now())
    assert table.shops[0] == "隔壁店" and table.rows[0].ours == "至尊VIP"


def test_a_partner_is_added_and_given_codes(demo: Desk, open_page: OpenPage) -> None:
    page = open_page(BENEFITS)
    page.segmented_control(key="benefits:view").set_value("partners").run()
    page.text_input(key="partners:code").set_value("cafe").run()
    page.text_input(key="partners::name").set_value("街角咖啡").run()
    page.button(key="partners:save").click().run()
    page.selectbox(key="partners:one").set_value("cafe").run()
    page.text_area(key="partners:codes:cafe").set_value("A1\nA2, A2").run()
    page.button(key="partners:do:codes").click().run()
    assert not page.exception and not page.error
    (found,) = [one for one in list_partners(demo) if one.code == "cafe"]
    assert (found.name, found.codes, found.left) == ("街角咖啡", 2, 2)


def test_the_terms_can_be_read_in_the_other_language(demo: Desk, open_page: OpenPage) -> None:
    page = open_page(BENEFITS)
    page.segmented_control(key="benefits:view").set_value("terms").run()
    page.segmented_control(key="terms:language").set_value("en").run()
    assert "Member terms" in _texts(page) and not page.exception
