"""Tables, pager and the confirm dialog in a page."""

from collections.abc import Callable

from streamlit.testing.v1 import AppTest

from pages.ui.table import _key

PageOf = Callable[[str], AppTest]

PAGER = """
import streamlit as st
from pages.ui.table import pager
found = st.text_input("filter", key="q")
st.caption(f"offset {pager('list', 120, 50, filter_key=found)}")
"""
CONFIRM = """
import streamlit as st
from core.errors import Refusal
from pages.ui.confirm import confirm_dialog
def act(key):
    st.session_state["keys"] = [*st.session_state.get("keys", []), key]
    return 397
opened = st.button("open", key="open")
numbers = [("people", "397")]
confirm_dialog(opened, "launch", "title", numbers, "send", act, done=lambda n: f"sent {n}", idempotency_key="k1")
"""


def test_a_table_of_other_rows_is_another_widget() -> None:
    assert _key("members", [1, 2, 3]) == _key("members", [1, 2, 3])
    assert _key("members", [1, 2, 3]) != _key("members", [1, 3, 2])


def test_the_pager_turns_pages_and_starts_anew_with_another_filter(page_of: PageOf) -> None:
    app = page_of(PAGER).run()

    def offset() -> str:
        return next(one.value for one in app.main.caption if one.value.startswith("offset"))

    app.button(key="list:next").click().run()
    app.button(key="list:next").click().run()
    assert offset() == "offset 100"
    assert app.button(key="list:next").disabled
    app.text_input(key="q").set_value("a").run()
    assert offset() == "offset 0"
    assert app.button(key="list:previous").disabled


def test_the_dialog_acts_once_with_the_drafts_key(page_of: PageOf) -> None:
    app = page_of(CONFIRM).run()
    app.button(key="open").click().run()
    app.button(key="confirm:launch:act").click().run()
    assert not app.exception
    assert app.session_state["keys"] == ["k1"]
    assert [toast.value for toast in app.toast] == ["sent 397"]
    app.run()
    assert app.session_state["keys"] == ["k1"]
    assert not app.toast


def test_a_cancelled_dialog_does_nothing(page_of: PageOf) -> None:
    app = page_of(CONFIRM).run()
    app.button(key="open").click().run()
    app.button(key="confirm:launch:cancel").click().run()
    assert "keys" not in app.session_state
    assert not [button for button in app.button if button.key == "confirm:launch:act"]


def test_a_refused_act_is_told_in_the_dialog_and_not_repeated(page_of: PageOf) -> None:
    app = page_of(CONFIRM.replace("    return 397", "    raise Refusal('amount_format', value='x')")).run()
    app.button(key="open").click().run()
    app.button(key="confirm:launch:act").click().run()
    assert len(app.error) == 1
    assert app.button(key="confirm:launch:act").disabled
    app.run()
    assert app.session_state["keys"] == ["k1"]
