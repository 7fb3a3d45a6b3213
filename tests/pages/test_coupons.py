"""Redeeming by code: whose it is, why not, once."""

from collections.abc import Callable

import pytest
from sqlalchemy import text
from streamlit.testing.v1 import AppTest

from core.i18n import LANGS
from core.services.desk import Desk
from core.services.redemptions import list_redemptions

OpenPage = Callable[..., AppTest]
PAGE = "marketing/coupons.py"


def _texts(app: AppTest) -> str:
    shown = [*app.caption, *app.markdown, *app.error, *app.info, *app.warning, *app.toast]
    return " ".join(str(one.value) for one in shown)


def _code(desk: Desk, status: str) -> str:
    """The code of a demo coupon; one that has run out is made good again for the test."""
    with desk.db.write() as session:
        code = session.execute(
            text("SELECT code FROM coupon WHERE status = :status ORDER BY id LIMIT 1"), {"status": status}
        ).scalar_one()
    return str(code)


@pytest.fixture
def good(demo: Desk) -> str:
    """The code of a coupon that holds now: a demo coupon with its end moved."""
    code = _code(demo, "expired")
    until = int((demo.now().timestamp() + 86_400) * 1_000_000)
    with demo.db.write() as session:
        session.execute(
            text("UPDATE coupon SET status = 'issued', valid_until = :until WHERE code = :code"),
            {"until": until, "code": code},
        )
    return code


@pytest.fixture
def page(demo: Desk, open_page: OpenPage) -> AppTest:
    """The page over the small demo shop."""
    return open_page(PAGE)


@pytest.mark.parametrize("lang", LANGS)
def test_the_page_opens(lang: str, demo: Desk, open_page: OpenPage) -> None:
    frame = open_page(PAGE, lang)
    assert not frame.exception and not frame.error
    assert len(frame.dataframe) == 1


def test_a_slip_of_the_pen_is_told(page: AppTest) -> None:
    page.text_input(key="coupons:code").set_value("AAAAA-BBBBB-CCCCC").run()
    assert len(page.error) == 1


def test_a_used_coupon_says_when(page: AppTest, demo: Desk) -> None:
    page.text_input(key="coupons:code").set_value(_code(demo, "redeemed")).run()
    assert "用过了" in page.info[0].value
    assert not [button for button in page.button if button.key == "coupons:redeem"]


def test_an_expired_coupon_cannot_be_redeemed(page: AppTest, demo: Desk) -> None:
    page.text_input(key="coupons:code").set_value(_code(demo, "expired")).run()
    assert page.button(key="coupons:redeem").disabled
    assert "过期" in _texts(page)


def test_below_its_threshold_the_missing_amount_is_said(page: AppTest, good: str) -> None:
    page.text_input(key="coupons:code").set_value(good).run()
    page.number_input(key=f"coupons:basket:{good}").set_value(1.0).run()
    assert page.button(key="coupons:redeem").disabled
    assert "还差" in page.warning[0].value


def test_a_coupon_is_redeemed_once_whatever_is_clicked(page: AppTest, good: str, demo: Desk) -> None:
    before = list_redemptions(demo, now=demo.now())
    page.text_input(key="coupons:code").set_value(good.lower()).run()
    page.number_input(key=f"coupons:basket:{good}").set_value(500.0).run()
    page.button(key="coupons:redeem").click().run()
    assert not page.exception and not page.error
    after = list_redemptions(demo, now=demo.now())
    assert after.today == before.today + 1
    assert after.lines[0].code == good and after.lines[0].source == "desk"
    assert "用过了" in page.info[0].value


def test_who_owns_it_is_masked(page: AppTest, good: str, demo: Desk) -> None:
    with demo.db.read() as session:
        names = session.execute(
            text("SELECT m.name FROM coupon c JOIN member m ON m.id = c.member_id WHERE c.code = :code"), {"code": good}
        ).scalar_one()
    page.text_input(key="coupons:code").set_value(good).run()
    assert names and names not in _texts(page)
