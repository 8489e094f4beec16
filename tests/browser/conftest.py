"""The real app in a real browser: a server in a process of its own, Debian's Chromium, and a page that tolerates no fault."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, sync_playwright

from monitor.settings import ROOT
from tests.building_app import TODAY, lived_in

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-sync"]
PAINTED = """due => {
    const charts = [...document.querySelectorAll('[data-testid="stMain"] [data-testid="stVegaLiteChart"]')];
    const drawn = path => (path.getAttribute('d') || '').length > 40;
    return charts.length >= due && charts.every(c => [...c.querySelectorAll('svg path')].some(drawn) || c.querySelector('canvas'));
}"""
# Below /trends and the like Streamlit's own client asks for its server there first, and is told 404.
OWN_PROBES = ("/_stcore/health", "/_stcore/host-config")


@pytest.fixture(scope="session")
def app_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a running app with a lived-in store."""
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed: make test as root installs it, or apt-get install chromium")
    folder = tmp_path_factory.mktemp("app")
    lived_in(folder).engine.dispose()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {**os.environ, "MONITOR_DATA_DIR": str(folder), "MONITOR_TODAY": TODAY.isoformat()}
    command = [sys.executable, "-m", "streamlit", "run", "app.py", f"--server.port={port}", "--server.address=127.0.0.1"]
    log = (folder / "log").open("w")
    server = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
    try:
        wait_for(f"http://127.0.0.1:{port}/_stcore/health", server, folder / "log")
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(10)
        log.close()


def wait_for(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    """Return when the server answers; fail with its log when it ends or takes too long."""
    until = time.monotonic() + 60
    while time.monotonic() < until and server.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=2):
                return
        except OSError:
            threading.Event().wait(0.1)
    pytest.fail(f"the app did not start: {log.read_text()}")


@pytest.fixture(scope="session")
def browser(app_address: str) -> Iterator[Browser]:
    """One Chromium for all tests; asked for after the app, so that a machine without it skips."""
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield opened
        opened.close()


class Reader:
    """A person with a browser, who notes every console error and every request to another host."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.address = address
        self.faults: list[str] = []
        page.on("console", self._console)
        page.on("request", self._request)
        page.on("pageerror", lambda error: self.faults.append(f"page error: {error}"))

    def _console(self, message: ConsoleMessage) -> None:
        own = message.location.get("url", "").endswith(OWN_PROBES)
        if message.type == "error" and not own:
            self.faults.append(f"console: {message.text} ({message.location.get('url')})")

    def _request(self, request: Request) -> None:
        if not request.url.startswith((self.address, self.address.replace("http", "ws"), "data:", "blob:")):
            self.faults.append(f"request to another host: {request.url}")

    def open(self, path: str, charts: int = 0) -> Page:
        """Open a page and wait until its script is done and its charts, at least so many, are painted."""
        self.page.goto(self.address + path, wait_until="commit")
        return self.settled(charts)

    def settled(self, charts: int = 0) -> Page:
        self.page.wait_for_selector('[data-testid="stApp"][data-test-script-state="notRunning"] h1', timeout=60_000)
        self.page.wait_for_function(PAINTED, arg=charts, timeout=30_000)
        return self.page


@pytest.fixture
def reader(browser: Browser, app_address: str, request: pytest.FixtureRequest) -> Iterator[Reader]:
    """A fresh browser window; after the test nothing may have gone wrong in it. Parametrise with (width, scheme)."""
    width, scheme = getattr(request, "param", (1440, "light"))
    context = browser.new_context(
        viewport={"width": width, "height": 1000},
        color_scheme=scheme,
        locale="en-GB",
        timezone_id="Africa/Khartoum",
        accept_downloads=True,
    )
    reader = Reader(context.new_page(), app_address)
    yield reader
    boxes = reader.page.locator('[data-testid="stException"]').all_inner_texts()
    context.close()
    assert not boxes
    assert not reader.faults
