"""The Overview's first chart and one rerun, beside an empty Streamlit page in the same run and browser.

First chart: from the start of the navigation, with an empty browser cache, until a chart is painted (on the empty page:
until its title stands). Rerun: from the choice in a select box until what it chooses stands on the page.
"""

from __future__ import annotations

import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from monitor.settings import ROOT
from tests.browser.conftest import ARGUMENTS, CHROMIUM, PAINTED, wait_for
from tests.building_app import TODAY, lived_in

RUNS = 7
NO_CHART, ONE_CHART = 0, 1


@contextmanager
def served(script: str, folder: Path) -> Iterator[str]:
    """A server for one script; yields its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {**os.environ, "MONITOR_DATA_DIR": str(folder), "MONITOR_TODAY": TODAY.isoformat()}
    log = folder / f"{Path(script).stem}.log"
    command = [sys.executable, "-m", "streamlit", "run", script, f"--server.port={port}", "--server.address=127.0.0.1"]
    with log.open("w") as out, subprocess.Popen(command, cwd=ROOT, env=environment, stdout=out, stderr=out) as server:
        try:
            wait_for(f"http://127.0.0.1:{port}/_stcore/health", server, log)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()


def cold_ms(browser: Browser, address: str, charts: int) -> float:
    """Milliseconds to the first paint in a window that has cached nothing."""
    context = browser.new_context(viewport={"width": 1440, "height": 1000})
    page = context.new_page()
    start = time.perf_counter()
    painted(page, address, charts)
    took = (time.perf_counter() - start) * 1000
    context.close()
    return took


def painted(page: Page, address: str, charts: int) -> None:
    page.goto(address, wait_until="commit")
    page.wait_for_selector("h1")
    if charts:
        page.wait_for_function(PAINTED.replace("charts.every", "charts.some"), arg=charts, polling=5)


def rerun_ms(page: Page, label: str, option: str, sign: str) -> float:
    """Milliseconds from choosing an option until a JavaScript condition holds."""
    page.get_by_label(label).first.click()
    page.get_by_role("option", name=option).wait_for()
    start = time.perf_counter()
    page.get_by_role("option", name=option).click()
    page.wait_for_function(sign, arg=option, polling=5)
    return (time.perf_counter() - start) * 1000


SHOWN_TEXT = "option => [...document.querySelectorAll('[data-testid=\"stMarkdown\"]')].some(e => e.innerText.trim() === option)"
SHOWN_UNIT = """option => [...document.querySelectorAll('[data-testid="stVegaLiteChart"] svg text')].some(
    e => e.textContent === (option.startsWith('Sea') ? 'detections' : 'persons')
        && e.closest('[data-testid="stVegaLiteChart"]').offsetHeight > 200)"""


def main() -> None:
    """Print the figures."""
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        lived_in(folder).engine.dispose()
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        with served("benchmarks/empty_page.py", folder) as empty, served("app.py", folder) as app:
            for address, charts in ((empty, NO_CHART), (app, ONE_CHART)):
                cold_ms(browser, address, charts)  # the server's own imports, paid once
            loads = [(cold_ms(browser, empty, NO_CHART), cold_ms(browser, app, ONE_CHART)) for _ in range(RUNS)]
            reruns = []
            bare, full = browser.new_page(), browser.new_page(viewport={"width": 1440, "height": 2400})
            painted(bare, empty, NO_CHART)
            painted(full, app, ONE_CHART)
            for number in range(RUNS):
                choices = (
                    ("second", "Sea detections, Eastern Mediterranean") if number % 2 == 0 else ("first", "Internally displaced in Syria")
                )
                reruns.append((rerun_ms(bare, "Choice", choices[0], SHOWN_TEXT), rerun_ms(full, "Show over time", choices[1], SHOWN_UNIT)))
        browser.close()
    print(f"page: medians of {RUNS}, Chromium and server on one machine")
    for what, pairs in (("first chart, nothing cached", loads), ("one rerun", reruns)):
        floor, ours = (statistics.median(column) for column in zip(*pairs, strict=True))
        print(f"  {what:<28} empty page {floor:7.0f} ms   Overview {ours:7.0f} ms   {ours / floor:5.1f} x")


if __name__ == "__main__":
    main()
