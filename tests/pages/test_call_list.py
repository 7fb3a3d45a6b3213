"""The call list: lines with words to copy, ticks that can be taken back, a file."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from streamlit.testing.v1 import AppTest

from core.documents.campaign import read_campaign
from core.i18n import LANGS, translate
from core.services.actor import Actor
from core.services.call_list import count_calls, list_calls, summarise_calls
from core.services.campaigns import draft_campaign, launch_campaign
from core.services.desk import Desk
from core.services.members import read_portrait
from core.services.outbox import drain_outbox
from pages.ui.call_lines import call_file
from pages.ui.format import md_escape

OpenPage = Callable[..., AppTest]
PAGE = "marketing/call_list.py"
OWNER = Actor.owner()


@pytest.fixture
def listed(demo: Desk) -> int:
    """A campaign by the call list, worked off by the worker; its id."""
    plain = {
        "name": "老客回访",
        "segment": {"field": "top_spend_share", "op": "le", "value": 10},
        "message": {"text": "{昵称}，谢谢您常来"},
        "channels": ["call_list"],
    }
    number = draft_campaign(demo, OWNER, read_campaign(plain), draft_key="k", now=demo.now())
    launch_campaign(demo, OWNER, number, now=demo.now())
    drain_outbox(demo, now=demo.now() + timedelta(minutes=1))
    return number


def test_an_empty_list_says_how_people_get_on_it(frame: AppTest, open_page: OpenPage) -> None:
    open_page(PAGE)
    assert [button for button in frame.button if button.key.startswith("empty:")]


@pytest.mark.parametrize("lang", LANGS)
def test_lines_have_words_to_copy(lang: str, listed: int, frame: AppTest, open_page: OpenPage) -> None:
    open_page(PAGE, lang)
    assert len(frame.code) == 10
    assert all("谢谢您常来" in one.value for one in frame.code)


def test_a_line_says_by_which_id_the_person_is_found(
    listed: int, frame: AppTest, demo: Desk, open_page: OpenPage
) -> None:
    first = list_calls(demo, OWNER, now=demo.now())[0]
    assert first.handle
    words = " · ".join(md_escape(word) for word in (first.handle, first.tier) if word)  # not everybody has a tier
    open_page(PAGE)
    assert not frame.exception
    assert any(one.value == words for one in frame.markdown)


def test_a_tick_keeps_the_answer_and_can_be_taken_back(
    listed: int, frame: AppTest, demo: Desk, open_page: OpenPage
) -> None:
    before, _ = count_calls(demo)
    first = list_calls(demo, OWNER, now=demo.now())[0]
    open_page(PAGE)
    frame.text_input(key=f"calls:answer:{first.id}").set_value("周末来").run()
    frame.button(key=f"calls:done:{first.id}").click().run()
    assert count_calls(demo) == (before - 1, 1)
    assert summarise_calls(demo, now=demo.now()).done_today == 1
    frame.segmented_control(key="calls:kind").set_value("done").run()
    assert any(one.value == "周末来" for one in frame.markdown)
    frame.button(key=f"calls:undo:{first.id}").click().run()
    assert not frame.exception and not frame.error
    assert count_calls(demo) == (before, 0)


def test_the_next_page_shows_other_people(listed: int, frame: AppTest, open_page: OpenPage) -> None:
    open_page(PAGE)
    first = {one.key for one in frame.button if one.key.startswith("calls:done:")}
    frame.button(key="calls:next").click().run()
    assert first.isdisjoint(one.key for one in frame.button if one.key.startswith("calls:done:"))


def test_the_list_of_one_campaign_holds_its_lines_only(listed: int, demo: Desk) -> None:
    mine = list_calls(demo, OWNER, now=demo.now(), rule=f"campaign:{listed}")
    assert len(mine) == count_calls(demo)[0]
    assert list_calls(demo, OWNER, now=demo.now(), rule="campaign:0") == []


def test_the_file_opens_in_a_spreadsheet(listed: int, demo: Desk) -> None:
    raw = call_file(None)
    assert raw.startswith(b"\xef\xbb\xbf")
    assert len(raw.decode("utf-8-sig").splitlines()) == count_calls(demo)[0] + 1


def test_who_wants_no_more_contact_is_left_alone_on_every_list(
    listed: int, frame: AppTest, demo: Desk, open_page: OpenPage
) -> None:
    first = list_calls(demo, OWNER, now=demo.now())[0]
    open_page(PAGE)
    frame.button(key=f"calls:opt_out:{first.id}").click().run()
    assert not frame.exception and not frame.error
    assert first.member_id not in {call.member_id for call in list_calls(demo, OWNER, now=demo.now())}
    assert read_portrait(demo, first.member_id, now=demo.now()).member.opted_out
    frame.segmented_control(key="calls:kind").set_value("done").run()
    assert any(translate("zh", "calls.end.opted_out") in one.value for one in frame.markdown)
    assert not [button for button in frame.button if button.key == f"calls:undo:{first.id}"]
