"""What a file's faulty cell says is shown as text: it fetches nothing and marks nothing up."""

from collections.abc import Callable

from streamlit.testing.v1 import AppTest

PAGE = """
from core.importers.rejects import Reject
from pages.ui.page import page
from pages.ui.rejected_rows import show_rejected

BAD = "![i](http://evil.example/x.png)"
with page("menu.data"):
    one = Reject(3, BAD, BAD, "interaction_kind_unknown", {}, {})
    for said in ("traffic.reject", "deeds.reject"):
        show_rejected([one], ["行为"], said[:7], said=said)
"""


def test_a_cell_in_a_reason_is_text(page_of: Callable[[str], AppTest]) -> None:
    app = page_of(PAGE).run()
    said = [one.value for one in app.caption if "3" in one.value and "evil" in one.value]
    assert not app.exception and len(said) == 2
    assert not any("![" in one or "http://" in one for one in said)
