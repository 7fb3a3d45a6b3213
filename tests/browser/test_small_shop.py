"""One demo shop in a real browser: a threshold is changed, tried, published and explained; every page in English."""

import json
import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.steps import LONG, by_key, follow, settled, titled

pytestmark = pytest.mark.browser

ENGLISH = {
    "/": "To do today",
    "/members": "Members",
    "/groups": "Groups",
    "/tiers": "Tiers & benefits",
    "/campaigns": "Campaigns",
    "/new-campaign": "New campaign",
    "/reminders": "Reminders",
    "/calls": "Call list",
    "/redeem": "Redeem a coupon",
    "/data": "Data",
    "/settings": "Settings",
}


def test_a_threshold_is_tried_published_and_found_on_the_portrait_of_who_lost(page: Page, small_shop: Any) -> None:
    page.goto(f"{small_shop.url}/tiers")
    titled(page, "等级与权益")
    settled(page)
    page.get_by_text("改规则", exact=True).first.click()
    settled(page)
    amount = page.locator("[class*='silver-spend'] input").first
    amount.fill("1500")
    amount.press("Enter")
    expect(page.get_by_text("从 1,000 元 改为 1,500 元", exact=False)).to_be_visible(timeout=LONG)
    by_key(page, "tiers:try").click()
    expect(page.get_by_text("位会员会降级", exact=False).first).to_be_visible(timeout=LONG)
    settled(page)
    said = page.get_by_text("位会员会降级，", exact=False).first.inner_text()
    losers = int(re.sub(r"\D", "", said.split("位")[0]))
    assert losers > 0
    member = _first_loser(page)

    follow(page, "等级与权益")
    expect(page.get_by_text("要给他们保留吗", exact=False).first).to_be_visible(timeout=LONG)
    assert json.loads(small_shop.run("-m", "core", "explain", "tier", member, "--json"))["tier"] == "silver"
    by_key(page, "tiers:publish").click()
    page.get_by_role("dialog").wait_for()
    expect(page.get_by_role("dialog").get_by_text(f"{losers:,} 人", exact=False).first).to_be_visible()
    page.locator("[role=dialog] .st-key-confirm-rules-act button").click()
    expect(page.get_by_text("新规则发布了", exact=False).first).to_be_visible(timeout=LONG)

    proof = json.loads(small_shop.run("-m", "core", "explain", "tier", member, "--json"))
    assert (proof["tier"], proof["recomputed_tier"], proof["rule_version"]) == ("regular", "regular", 2)
    page.goto(f"{small_shop.url}/member?member={member}&section=owed")
    titled(page, "会员画像")
    settled(page)
    expect(page.get_by_text("等级规则调整", exact=False).first).to_be_visible(timeout=LONG)
    page.get_by_text("为什么是这个等级").click()
    expect(page.get_by_text("按第 2 版规则", exact=False).first).to_be_visible(timeout=LONG)
    assert json.loads(small_shop.run("-m", "core", "verify", "--json"))["violations"] == 0


def _first_loser(page: Page) -> str:
    """Open the portrait of the one on top of the list of losers; the number behind the name."""
    table = page.locator("[class*='st-key-tiers-moved'] canvas").first
    table.scroll_into_view_if_needed()
    box = table.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + 18, box["y"] + 52)
    titled(page, "会员画像")
    settled(page)
    number = re.search(r"#(\d+)", page.locator("[data-testid=stMain]").inner_text())
    assert number is not None
    return number.group(1)


def test_every_page_speaks_english(page: Page, small_shop: Any) -> None:
    for path, title in ENGLISH.items():
        page.goto(small_shop.url + path)
        english = page.locator("[data-testid=stSidebar]").get_by_text("English", exact=True)
        english.wait_for(timeout=LONG)
        english.click()
        titled(page, title)
        settled(page)
        page.get_by_role("heading", level=1).first.wait_for()
        assert page.locator("[data-testid=stException]").count() == 0, path
        shown = page.locator("[data-testid=stMain]").inner_text()
        assert "新建" not in shown and "会员名单" not in shown, path
