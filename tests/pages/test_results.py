"""What worked: each section draws in both languages, and what is typed is kept."""

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from core.analytics.programme_profit import RunningCosts
from core.documents.enums import Verdict
from core.i18n import LANGS, translate
from core.services.desk import Desk
from core.services.programme_profit import read_profit, read_running_costs

PAGE = "numbers/results.py"


def _texts(app: AppTest) -> str:
    return " ".join(str(one.value) for one in [*app.markdown, *app.caption, *app.subheader])


@pytest.mark.parametrize("lang", LANGS)
def test_every_section_says_its_finding(lang: str, demo: Desk, open_page: Callable[..., AppTest]) -> None:
    app, done = open_page(PAGE, lang), read_profit(demo, now=demo.now()).campaigns
    counts = {one.value: sum(line.result.verdict is one for line in done) for one in Verdict}
    findings: tuple[tuple[str, str, dict[str, object]], ...] = (
        ("profit", "profit.steps.none", {}),
        ("campaigns", "profit.league", {"n": len(done)} | counts),
        ("win", "win.months", {}),
    )
    for section, sentence, words in findings:
        app.session_state["results"] = section
        app.run()
        assert not app.exception
        assert not app.error
        assert translate(lang, sentence, **words) in _texts(app)  # type: ignore[arg-type]


def test_running_costs_are_typed_once_and_taken_off(demo: Desk, open_page: Callable[..., AppTest]) -> None:
    app = open_page(PAGE)
    assert translate("zh", "profit.running.none") in _texts(app)
    app.number_input(key="profit:commission").set_value(5.5)
    app.number_input(key="profit:shipping").set_value(6.0)
    app.button(key="profit:save").click().run()
    assert not app.exception
    assert read_running_costs(demo) == RunningCosts(commission_bp=550, shipping_fen=600)
    assert translate("zh", "profit.running.none") not in _texts(app)
