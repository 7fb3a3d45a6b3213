"""Steps that every walk through the real app takes: find a widget, follow the menu, wait until the page is done."""

import re
from typing import Any

from playwright.sync_api import Locator, Page, expect

BROKEN = re.compile("这里出了错|Something broke here")
LONG = 300_000  # the demo shop is built in it, on a busy machine


def by_key(page: Page, key: str, inside: str = "button") -> Locator:
    """A widget by its key, which the screen carries as a class."""
    return page.locator(f".st-key-{key.replace(':', '-')} {inside}").first


def titled(page: Page, text: str) -> None:
    """The page with this title is there; a page that broke is not waited for."""
    title = page.get_by_role("heading", name=text, level=1)
    expect(title.or_(page.get_by_role("alert").filter(has_text=BROKEN)).first).to_be_visible(timeout=LONG)
    expect(title).to_be_visible()


def settled(page: Page) -> None:
    """Wait until the page's script has run to its end (charts below the fold are drawn when they are scrolled to)."""
    page.wait_for_timeout(400)
    page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for(timeout=LONG)


def follow(page: Page, name: str) -> None:
    """Follow the menu."""
    page.locator("[data-testid=stSidebarNav]").get_by_role("link", name=name).click()
    titled(page, name)
    settled(page)


def start_demo(page: Page, server: Any) -> None:
    """From the first start into the demo shop."""
    page.goto(server.url)
    titled(page, "欢迎来到会员台")
    by_key(page, "welcome:demo").click()
    titled(page, "今日待办")
    expect(page.locator("[data-testid=stSidebar]").get_by_text("示例店").first).to_be_visible(timeout=LONG)
    settled(page)
