"""Page caches and the open store."""

from collections.abc import Callable

from streamlit.testing.v1 import AppTest

from core.config import config
from core.services.actor import Actor
from core.services.desk import open_desk
from core.services.shop_settings import save_settings

PageOf = Callable[[str], AppTest]

COUNTING = """
import streamlit as st
from core.documents.enums import Area
from pages.ui.runtime import cached, desk, settings
def _count(name):
    st.session_state[name] = st.session_state.get(name, 0) + 1
@cached(Area.SETTINGS)
def of_settings(number):
    _count("settings")
    return settings().shop_name, number
@cached(Area.ORDERS)
def of_orders(number):
    _count("orders")
    return "orders", number
st.caption(str([of_settings(1), of_orders(1), of_orders(1)]))
"""


def _counts(app: AppTest) -> tuple[int, int]:
    return app.session_state["settings"], app.session_state["orders"]


def test_a_page_reads_anew_only_what_was_written(page_of: PageOf) -> None:
    app = page_of(COUNTING).run()
    app.run()
    assert _counts(app) == (1, 1)
    desk = open_desk()
    save_settings(desk, Actor.owner(), shop_name="云朵")
    desk.close()
    app.run()
    assert _counts(app) == (2, 1)
    assert "云朵" in app.main.caption[0].value


def test_the_demo_never_shows_what_was_kept_of_the_shop(page_of: PageOf) -> None:
    app = page_of(COUNTING).run()
    config().activate("demo")
    app.run()
    assert _counts(app) == (2, 2)


def test_two_functions_with_one_argument_are_kept_apart(page_of: PageOf) -> None:
    app = page_of(COUNTING).run()
    assert app.main.caption[0].value == "[('', 1), ('orders', 1), ('orders', 1)]"


def test_a_store_rebuilt_as_another_file_is_opened_again(page_of: PageOf) -> None:
    app = page_of(COUNTING).run()
    for old in config().data_dir.glob("shop.db*"):
        old.rename(old.with_name("old-" + old.name))
    desk = open_desk()
    save_settings(desk, Actor.owner(), shop_name="云朵")
    desk.close()
    app.run()
    assert "云朵" in app.main.caption[0].value
