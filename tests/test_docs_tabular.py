"""The worked examples of docs/tabular.md, run as they stand there."""

from __future__ import annotations

import re
from dataclasses import fields, replace
from pathlib import Path

import openpyxl
import pytest
from typer.testing import CliRunner

from monitor import __main__ as program
from monitor import settings
from monitor.connectors._described import Table
from tests.test_situations import GOOD

PAGE = (settings.ROOT / "docs" / "tabular.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^## (Example .+?)\n(.+?)(?=^## )", PAGE, re.MULTILINE | re.DOTALL)


def block(text: str, kind: str) -> str:
    found = re.search(rf"^```{kind}[^\n]*\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    assert found, f"no block of {kind}"
    return found[1]


def workbook(text: str, path: Path) -> None:
    """The table of a workbook, with its letters above and its numbers beside it."""
    book = openpyxl.Workbook()
    for line in re.findall(r"^\| \d+ \|(.+)\|$", text, re.MULTILINE):
        cells = [cell.strip() or None for cell in line.split("|")]
        book.active.append([int(cell) if cell and cell.isdigit() else cell for cell in cells])
    book.save(path)


@pytest.mark.parametrize("text", [text for _, text in EXAMPLES], ids=[title for title, _ in EXAMPLES])
def test_an_example_gives_what_the_page_says(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    table = block(text, "toml")
    (tmp_path / "situations").mkdir()
    (tmp_path / "situations" / "aegean.toml").write_text(GOOD + table, encoding="utf-8")
    if "```csv" in text:
        file = tmp_path / re.search(r"```csv (\S+)", text)[1]  # type: ignore[index]
        file.write_text(block(text, "csv"), encoding="utf-8")
    else:
        file = tmp_path / re.search(r"file:///(\S+xlsx)", text)[1]  # type: ignore[index]
        workbook(text, file)
    found = replace(settings.load({"MONITOR_DATA_DIR": str(tmp_path / "data"), "MONITOR_TODAY": "2026-11-01"}), seeds_dir=tmp_path)
    monkeypatch.setattr(program, "load", lambda: found)
    name = re.search(r'^id = "(.+)"', table, re.MULTILINE)[1]  # type: ignore[index]
    result = CliRunner().invoke(program.app, ["check", "tabular", "--file", str(file), "--table", name])
    assert result.stdout == block(text, "text")
    assert result.exit_code == 0


def test_there_are_three_examples_and_every_key_is_explained() -> None:
    assert len(EXAMPLES) == 3
    explained = set(re.findall(r"`(\w+)`", PAGE[PAGE.index("## All that can be said") :]))
    assert {one.name for one in fields(Table)} - explained == set()
