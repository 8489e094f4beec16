"""Every text that a page shows passes through gettext, so that a language can be added without touching a page."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from monitor.settings import ROOT

SHOWING = {
    "title", "header", "caption", "markdown", "info", "success", "warning", "error", "metric", "selectbox", "multiselect", "toggle",
    "date_input", "download_button", "badge", "expander", "Page", "set_page_config", "TextColumn", "DateColumn",
    "NumberColumn", "DatetimeColumn", "LinkColumn", "heading",
}  # fmt: skip
WORDED = {"help", "placeholder", "alt", "title", "display_text", "page_title", "label"}
PAGES = sorted([*(ROOT / "monitor" / "views").glob("*.py"), ROOT / "app.py"])


def bare_texts(source: str) -> list[str]:
    """Literal texts with a word in them that a call shows to the reader without gettext."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or node.func.attr not in SHOWING:
            continue
        shown = [*node.args[:1], *(word.value for word in node.keywords if word.arg in WORDED)]
        found += [text.value for text in shown if isinstance(text, ast.Constant) and any(c.isalpha() for c in str(text.value or ""))]
    return found


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_a_page_shows_no_text_past_gettext(path: Path) -> None:
    assert bare_texts(path.read_text()) == []


@pytest.mark.parametrize("source", ['st.title("Trends")', 'st.selectbox(_("A"), x, help="Why")', 'column.TextColumn("Place")'])
def test_the_guard_sees_a_bare_text(source: str) -> None:
    assert bare_texts(source)
