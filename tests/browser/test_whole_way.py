"""The whole way in a real browser, as the owner goes it, in Chinese."""

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from core.clock import ShopZone, parse_instant
from core.demo.generate import generate
from core.demo.taobao_file import write_taobao_export
from tests.browser.steps import LONG, by_key, follow, settled, start_demo, titled

pytestmark = pytest.mark.browser


def test_from_first_start_over_the_demo_shop_to_the_result_of_a_campaign(page: Page, server: Any) -> None:
    start_demo(page, server)
    expect(page.get_by_text("本月会员成交", exact=False)).to_be_visible()
    expect(page.get_by_text("100 人里约多", exact=False).first).to_be_visible()

    page.goto(f"{server.url}/member?member=15&section=owed")
    titled(page, "会员画像")
    settled(page)
    page.get_by_text("为什么是这个等级").click()
    expect(page.get_by_text("近 365 天", exact=False).first).to_be_visible()

    _publish_a_threshold(page)
    _send_to_the_nearly_upgraded(page)

    done = json.loads(server.run("scheduler.py", "--once", "--json"))
    assert done["sent"] > 0 and done["failed"] == 0 and done["unknown"] == 0
    campaigns = json.loads(server.run("-m", "core", "show", "campaigns", "--json"))["campaigns"]
    assert len(campaigns) == 4  # three of the demo and this one, though its button was clicked twice
    follow(page, "客服名单")
    page.goto(f"{server.url}/campaigns?campaign=4")
    settled(page)
    expect(page.get_by_text("还在进行", exact=False).first).to_be_visible(timeout=LONG)
    expect(page.get_by_text(f"{done['sent']} 人", exact=False).first).to_be_visible(timeout=LONG)
    checked = json.loads(server.run("-m", "core", "verify", "--json"))
    assert checked["violations"] == 0, checked


def _publish_a_threshold(page: Page) -> None:
    """Raise what 高级会员 asks for, see who loses, publish from now on."""
    follow(page, "等级与权益")
    page.get_by_text("改规则", exact=True).first.click()
    settled(page)
    amount = page.locator("[class*='silver-spend'] input").first
    amount.fill("1200")
    amount.press("Enter")
    settled(page)
    by_key(page, "tiers:try").click()
    expect(page.get_by_text("会降级", exact=False).first).to_be_visible(timeout=LONG)
    settled(page)
    by_key(page, "tiers:publish").click()
    page.get_by_role("dialog").wait_for()
    page.locator("[role=dialog] .st-key-confirm-rules-act button").click()
    expect(page.get_by_text("新规则发布了", exact=False).first).to_be_visible(timeout=LONG)


def _send_to_the_nearly_upgraded(page: Page) -> None:
    """A ready group, four steps, a confirmation that is clicked twice, one campaign."""
    follow(page, "人群")
    by_key(page, "groups:template:near_upgrade").click()
    settled(page)
    by_key(page, "groups:send").click()
    titled(page, "新建发券活动")
    settled(page)
    for _ in range(3):
        by_key(page, "wizard:next").click()
        settled(page)
    by_key(page, "wizard:send").click()
    dialog = page.get_by_role("dialog")
    dialog.wait_for()
    act = page.locator("[role=dialog] .st-key-confirm-launch-act button").first
    act.dblclick()
    titled(page, "发券活动")
    settled(page)


def test_a_taobao_export_is_dropped_in_and_its_members_are_there(page: Page, server: Any, tmp_path: Path) -> None:
    now = parse_instant("2026-11-20T08:00:00+08:00")
    shop = generate(300, 6, 7, now=now, zone=ShopZone())
    orders, items = write_taobao_export(shop, tmp_path / "ExportOrderList202611200800.csv")
    page.goto(server.url)
    by_key(page, "welcome:own").click()
    titled(page, "数据导入")
    page.locator("input[type=file]").first.set_input_files([str(orders), str(items)])
    expect(by_key(page, "data:import")).to_be_enabled(timeout=LONG)
    settled(page)
    expect(page.get_by_text("新订单", exact=False).first).to_be_visible()
    by_key(page, "data:import").click()
    expect(page.get_by_text("导入好了", exact=False).or_(page.get_by_text("导入完", exact=False)).first).to_be_visible(
        timeout=LONG
    )
    numbers = json.loads(
        server.run("-m", "core", "show", "kpis", "--from", "2026-05-01", "--to", "2026-11-21", "--json")
    )
    assert numbers["orders"] == int((shop.orders["paid_fen"] > 0).sum())
    assert numbers["sales_fen"] == int(shop.orders["paid_fen"].sum())
    follow(page, "会员名单")
    assert json.loads(server.run("-m", "core", "verify", "--json"))["violations"] == 0
