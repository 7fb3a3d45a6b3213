"""Members and retention: every section opens in both languages and says a finding; the address opens a section."""

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from core.i18n import LANGS, translate
from core.services.desk import Desk

PATH = "numbers/members.py"
SECTIONS = ("trends", "retention", "rfm", "lifecycle", "lifetime", "membership", "regions")


def _show(app: AppTest, **chosen: object) -> AppTest:
    for key, value in chosen.items():
        app.session_state[key] = value
    app.run()
    assert not app.exception and not app.error, [one.value for one in app.error]
    return app


@pytest.mark.parametrize("lang", LANGS)
def test_every_section_says_what_it_found(demo: Desk, open_page: Callable[..., AppTest], lang: str) -> None:
    app = open_page(PATH, lang)
    for section in SECTIONS:
        _show(app, section=section)
        titles = [one.value for one in app.subheader]
        assert any(any(sign.isdigit() for sign in title) for title in titles), (section, titles)


def test_a_number_can_be_split_and_a_group_looked_at(demo: Desk, open_page: Callable[..., AppTest]) -> None:
    app = open_page(PATH)
    for kpi in ("aov", "repurchase", "points_issued"):
        _show(app, section="trends", trend_kpi=kpi, trend_by="tier", trend_days=365)
    assert translate("zh", "trends.not_grouped") in [one.value for one in app.caption]
    _show(app, section="retention", **{"analysis:cohorts:by": "source", "analysis:second:by": "category"})
    assert app.dataframe[0].value.shape[1] == 6
    _show(app, section="regions", region_metric="again")


def test_the_address_opens_a_section_and_follows_the_click(demo: Desk, open_page: Callable[..., AppTest]) -> None:
    app = open_page(PATH, "en")
    app.query_params["section"], app.query_params["metric"] = "regions", "aov"
    _show(app)
    assert app.session_state["region_metric"] == "aov"
    app.segmented_control(key="section").set_value("membership").run()
    assert app.query_params["section"] == "membership"


def test_an_empty_shop_is_sent_to_the_import(open_page: Callable[..., AppTest]) -> None:
    app = _show(open_page(PATH))
    assert translate("zh", "analysis.empty") in [one.value for one in app.markdown]
