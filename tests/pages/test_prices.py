"""The price page: a quote line by line, the findings with what to change, goods with costs, and the discount rules."""

from collections.abc import Callable

import pandas as pd
import pytest
from sqlalchemy import text
from streamlit.testing.v1 import AppTest

from core.documents.pricing import NewcomerCoupon, PriceSettings
from core.i18n import LANGS
from core.services.actor import Actor
from core.services.desk import Desk
from core.services.price_guard import read_guard
from core.services.price_settings import read_price_settings, save_price_settings
from core.services.products import ProductEdit, ProductLine, list_products
from pages.ui.price_products import edits_of

OpenPage = Callable[..., AppTest]
PAGE = "programme/prices.py"
FAIR = PriceSettings()
UNFAIR = PriceSettings(newcomer=NewcomerCoupon(off_fen=20_00, from_fen=99_00))


def _texts(app: AppTest) -> str:
    shown = [*app.caption, *app.markdown, *app.error, *app.info, *app.warning, *app.success]
    return " ".join(str(one.value) for one in shown)


def _view(frame: AppTest, view: str) -> AppTest:
    return frame.segmented_control(key="prices:view").set_value(view).run()


@pytest.fixture
def shop(demo: Desk) -> Desk:
    """The small demo with a newcomer coupon and nothing else."""
    save_price_settings(demo, Actor.owner(), UNFAIR, now=demo.now())
    return demo


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("view", ["quote", "guard", "products", "settings"])
def test_every_view_opens_with_and_without_data(view: str, lang: str, demo: Desk, open_page: OpenPage) -> None:
    frame = _view(open_page(PAGE, lang), view)
    assert not frame.exception and not frame.error


@pytest.mark.parametrize("view", ["quote", "guard", "products", "settings"])
def test_an_empty_shop_is_told_what_to_do(view: str, open_page: OpenPage) -> None:
    frame = _view(open_page(PAGE), view)
    assert not frame.exception and not frame.error


def test_a_quote_goes_down_line_by_line(shop: Desk, open_page: OpenPage) -> None:
    frame = open_page(PAGE)
    frame.multiselect(key="prices:goods").set_value([]).run()
    frame.number_input(key="prices:typed").set_value(120.0).run()
    assert [metric.value for metric in frame.metric] == ["¥120", "¥20", "¥100"]
    assert "新客券" in str(frame.dataframe[0].value.to_dict())
    frame.selectbox(key="prices:who:zh").set_value("vip").run()
    frame.toggle(key="prices:offers").set_value(False).run()
    assert [metric.value for metric in frame.metric] == ["¥120", "¥0", "¥120"]
    assert not frame.exception and not frame.error


def test_a_real_member_is_found_and_priced(shop: Desk, open_page: OpenPage) -> None:
    with shop.db.read() as session:
        name = session.execute(text("SELECT nickname FROM member WHERE nickname IS NOT NULL LIMIT 1")).scalar_one()
    frame = open_page(PAGE)
    frame.selectbox(key="prices:who:zh").set_value("somebody").run()
    frame.text_input(key="prices:find").set_value(name).run()
    assert frame.selectbox(key="prices:member").options
    assert len(frame.metric) == 3
    assert not frame.exception and not frame.error


def test_the_check_says_who_pays_more_and_leads_to_where_it_is_changed(shop: Desk, open_page: OpenPage) -> None:
    frame = _view(open_page(PAGE), "guard")
    said = _texts(frame)
    assert "普通会员、高级会员、VIP会员、至尊VIP" in said.replace("\\", "")
    assert "新客券" in said
    frame.button(key="prices:fix:0").click().run()
    assert frame.segmented_control(key="prices:view").value == "settings"
    assert frame.number_input(key="prices:set:newcomer:off").value == 20.0


def test_a_change_of_the_settings_shows_its_effect_and_is_kept(shop: Desk, open_page: OpenPage) -> None:
    before = len(read_guard(shop, now=shop.now()).report.unfair)
    frame = _view(open_page(PAGE), "settings")
    assert frame.button(key="prices:save").disabled
    frame.number_input(key="prices:set:newcomer:off").set_value(0.0).run()
    assert f"现在 {before} 处" in _texts(frame)
    frame.button(key="prices:save").click().run()
    assert not frame.exception and not frame.error
    assert read_price_settings(shop) == FAIR


def test_confusing_settings_are_refused_with_a_sentence(shop: Desk, open_page: OpenPage) -> None:
    frame = _view(open_page(PAGE), "settings")
    frame.number_input(key="prices:set:newcomer:off").set_value(200.0).run()
    assert any("新客券" in error.value for error in frame.error)
    assert frame.button(key="prices:save").disabled
    assert read_price_settings(shop) == UNFAIR


def test_every_field_of_the_settings_says_what_it_holds(shop: Desk, open_page: OpenPage) -> None:
    frame = _view(open_page(PAGE), "settings")
    typed = {
        "official:rate": 12.0,
        "cross_shop:from": 300.0,
        "cross_shop:off": 50.0,
        "deposit:from": 50.0,
        "deposit:off": 100.0,
        "step:0:from": 199.0,
        "step:0:off": 10.0,
        "points:rate": 1.0,
    }
    for key, value in typed.items():
        frame.number_input(key=f"prices:set:{key}").set_value(value)
    frame.selectbox(key="prices:set:class:coupon:zh").set_value("never")
    frame.run()
    frame.button(key="prices:save").click().run()
    assert not frame.exception and not frame.error
    kept = read_price_settings(shop)
    assert [(one.kind, one.rate_bp, one.from_fen, one.off_fen) for one in kept.platform] == [
        ("official", 1_200, 0, 0),
        ("cross_shop", 0, 300_00, 50_00),
        ("deposit", 0, 50_00, 100_00),
    ]
    assert kept.reductions[0].steps[0].from_fen == 199_00
    assert kept.points is not None and (kept.points.rate_fen, kept.points.most_bp) == (1_00, 1_000)
    assert kept.classes.coupon == "never"


def test_the_table_of_goods_is_filtered_and_nothing_is_saved_unasked(shop: Desk, open_page: OpenPage) -> None:
    before = list_products(shop, now=shop.now())
    frame = _view(open_page(PAGE), "products")
    frame.text_input(key="prices:filter").set_value("奶粉").run()
    assert frame.button(key="prices:save_products").disabled
    assert list_products(shop, now=shop.now()) == before


def test_only_what_differs_from_the_store_is_an_edit() -> None:
    shown = [
        ProductLine(1, "奶粉", None, 200_00, 120_00, 200_00, 9),
        ProductLine(2, "棉袜", None, 29_00, None, None, 3),
        ProductLine(3, "积木", None, None, 45_10, None, 0),
    ]
    typed = pd.DataFrame({"price": [200.0, 29.0, None], "cost": [120.0, 13.05, None]}, dtype="Float64")
    assert edits_of(shown, typed) == {2: ProductEdit(29_00, 13_05), 3: ProductEdit(None, None)}


WARNED = """
from core.documents.benefits import Benefit, Cell
from core.documents.ladder import tmall_ladder
from pages.ui.page import page
from pages.ui.price_findings import warn_rules

cells = {{code: Cell(level={level}, value_zh="价", value_en="price") for code in {tiers}}}
price = Benefit(code="price", kind="member_price", name_zh="会员价", name_en="Member price", cells=cells)
with page("menu.tiers"):
    warn_rules(tmall_ladder().model_copy(update={{"benefits": (price,)}}))
"""


def test_rules_that_price_unfairly_are_warned_of(shop: Desk, page_of: Callable[[str], AppTest]) -> None:
    frame = page_of(WARNED.format(level=4_500, tiers=["vip"])).run()
    (warning,) = frame.warning
    assert "至尊VIP" in warning.value


def test_what_the_live_rules_bring_about_too_is_not_laid_to_a_change(
    shop: Desk, page_of: Callable[[str], AppTest]
) -> None:
    frame = page_of(WARNED.format(level=1, tiers=["supreme"])).run()
    assert not frame.exception and not frame.warning
    assert any("原来就有" in caption.value for caption in frame.caption)
