"""python docs/screenshots.py [FOLDER]: every page, wide and phone-narrow, light and dark, on bundled figures.

The picture in the README is `overview-wide-light.png` of the morning of 28 February 2020.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from playwright.sync_api import Browser, sync_playwright

from benchmarks.page import served
from monitor.prepare import prepare
from tests.browser.conftest import ARGUMENTS, CHROMIUM, PAINTED
from tests.building_app import installation

PAGES = ("overview", "trends", "news", "alerts", "rules", "sources")
WIDTHS = {"wide": 1280, "phone": 390}
MORNING = "as_of=2020-02-28"


def shoot(browser: Browser, address: str, page_name: str, width: str, scheme: str, folder: Path) -> None:
    """One picture of a whole page."""
    context = browser.new_context(viewport={"width": WIDTHS[width], "height": 1000}, color_scheme=scheme, locale="en-GB")
    page = context.new_page()
    page.goto(f"{address}/{'' if page_name == 'overview' else page_name}?{MORNING}")
    page.wait_for_selector('[data-testid="stApp"][data-test-script-state="notRunning"] h1')
    page.wait_for_function(PAINTED, arg=0)
    height = page.get_by_test_id("stMain").evaluate("e => e.scrollHeight")
    page.set_viewport_size({"width": WIDTHS[width], "height": min(height, 4000)})
    page.wait_for_function(PAINTED, arg=0)
    page.wait_for_timeout(800)  # charts redraw for the new size
    page.screenshot(path=folder / f"{page_name}-{width}-{scheme}.png")
    context.close()


def main() -> None:
    """Take them all."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "build/screenshots")
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as data, sync_playwright() as playwright:
        prepare(installation(Path(data))).engine.dispose()
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        with served("app.py", Path(data)) as address:
            for page_name in PAGES:
                for width in WIDTHS:
                    for scheme in ("light", "dark"):
                        shoot(browser, address, page_name, width, scheme, folder)
        browser.close()
    print(f"{len(PAGES) * 4} pictures in {folder}")


if __name__ == "__main__":
    main()
