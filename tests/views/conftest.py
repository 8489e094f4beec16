"""The pages without a browser: Streamlit's own AppTest, on an installation that a test prepares."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from monitor.settings import ROOT
from tests.building_app import TODAY

Open = Callable[..., AppTest]


@pytest.fixture
def open_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Open:
    """Open a page of the app on the installation in tmp_path, with an address."""
    monkeypatch.setenv("MONITOR_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("MONITOR_TODAY", TODAY.isoformat())
    st.cache_resource.clear()
    st.cache_data.clear()

    def opened(page: str = "overview", **address: str | list[str]) -> AppTest:
        app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=30)
        for name, value in address.items():
            app.query_params[name] = value
        app.run()
        if page != "overview":
            app.switch_page(str(ROOT / "monitor" / "views" / f"{page}.py")).run()
        assert not app.exception, app.exception
        return app

    return opened
