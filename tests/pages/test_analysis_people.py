"""States and ranks of the customers: what the page says is what the store says, and a click leads to those people."""

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from core.documents.segment import Leaf
from core.i18n import LANGS, translate
from core.services.concentration import group_tree, read_concentration
from core.services.desk import Desk
from core.services.lifecycle import read_lifecycle
from pages.ui import format

PATH = "numbers/members.py"


def _section(open_page: Callable[..., AppTest], name: str, lang: str) -> AppTest:
    app = open_page(PATH, lang)
    app.session_state["section"] = name
    app.run()
    assert not app.exception and not app.error
    return app


@pytest.mark.parametrize("lang", LANGS)
def test_the_states_are_told_with_their_people_and_what_is_usual(
    demo: Desk, open_page: Callable[..., AppTest], lang: str
) -> None:
    app = _section(open_page, "lifecycle", lang)
    found = {one.state: one for one in read_lifecycle(demo, now=demo.now()).states}
    text = " ".join(one.value for one in app.markdown)
    assert format.people(found["slipping"].people, lang) in text
    assert translate(lang, "lifecycle.column.slipping") in app.dataframe[-1].value.columns
    assert any(sign.isdigit() for sign in app.subheader[2].value)


@pytest.mark.parametrize("lang", LANGS)
def test_the_groups_are_told_and_one_click_leads_to_their_people(
    demo: Desk, open_page: Callable[..., AppTest], lang: str
) -> None:
    app = _section(open_page, "rfm", lang)
    found = read_concentration(demo, 365, now=demo.now())
    text = " ".join(one.value for one in app.markdown)
    for one in found.groups:
        assert f"**{translate(lang, f'rfm.group.{one.group}')}** · {format.people(one.buyers, lang)}" in text
    assert group_tree(found.groups[0].group, 90) is None
    assert group_tree(found.groups[0].group, 365) == Leaf("rfm_group", "in", ("best",))
    app.button(key="people:best:members/list.py").click().run()
    assert not app.exception and not app.error
