"""The section of lifetime value: what a band counts is who the click opens; thin data say so in a sentence."""

from collections.abc import Callable

from sqlalchemy import text
from streamlit.testing.v1 import AppTest

from core.services.desk import Desk
from core.services.lifetime import fit_shop_lifetime, read_kept
from core.services.segments import find_members
from core.store.queries.lifetime import read_histories
from pages.ui.numbers_lifetime import band_tree


def test_a_band_counts_whom_its_click_opens(demo: Desk) -> None:
    kept = read_kept(demo)
    assert kept is not None and sum(band.people for band in kept[1]) > 200
    for band in kept[1]:
        with demo.db.read() as session:
            found = find_members(session, demo, band_tree(band.least_bp), now=demo.now())
        assert len(found) == band.people, band.least_bp


def test_the_section_shows_its_findings_and_opens_a_group(demo: Desk, open_page: Callable[..., AppTest]) -> None:
    app = open_page("numbers/members.py", "en")
    app.session_state["section"] = "lifetime"
    app.run()
    titles = [one.value for one in app.subheader]
    assert any("half of next year" in title for title in titles)
    assert any("foreseen" in title for title in titles) and any("A buyer brings" in title for title in titles)
    assert not app.exception
    app.button(key="lifetime:half").click().run()
    assert not app.exception


def test_a_shop_with_few_customers_is_told_so(demo: Desk, open_page: Callable[..., AppTest]) -> None:
    with demo.db.write() as session:
        session.execute(text("DELETE FROM member_profile WHERE member_id > 100"))
        assert len(read_histories(session)[0]) < 200
    fit_shop_lifetime(demo, now=demo.now())
    app = open_page("numbers/members.py", "en")
    app.session_state["section"] = "lifetime"
    app.run()
    assert any(one.value.startswith("Too few customers: ") for one in app.markdown)
