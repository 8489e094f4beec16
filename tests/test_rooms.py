"""Who may import whom. Reads the source as text, so that a wrong import is found before it is ever run."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.settings import ROOT

# Only these rooms may import these libraries. A room is the beginning of a module's name.
ONLY = {
    "requests": ("monitor.http",),
    "sqlalchemy": ("monitor.store",),
    "alembic": ("monitor.store",),
    "altair": ("monitor.charts",),
    "openpyxl": ("monitor.connectors._workbook",),
    "vl_convert": ("monitor.charts.picture",),
    "apprise": ("monitor.alerts.channels.services",),
    "smtplib": (),
    "streamlit": ("monitor.views", "app"),
    "monitor.views": ("monitor.views", "app"),
    "monitor.connectors._reading": ("monitor.connectors",),
}
# These rooms may import nothing of ours but the following.
NOTHING_BUT: dict[str, tuple[str, ...]] = {
    "monitor.model": (),
    "monitor.errors": (),
    "monitor.connectors.": ("monitor.model", "monitor.errors", "monitor.places", "monitor.connectors._"),
}
# These rooms may never import these.
NEVER = {
    "monitor.alerts": ("monitor.store", "monitor.http", "monitor.deliver"),
    "monitor.series": ("monitor.store", "monitor.connectors", "monitor.http"),
    "monitor.denominators": ("monitor.store", "monitor.connectors", "monitor.http"),
    "monitor.normalise": ("monitor.store", "monitor.connectors", "monitor.http"),
    "monitor.charts": ("monitor.store", "monitor.connectors", "monitor.http"),
    "monitor.store": ("monitor.connectors", "monitor.http", "monitor.refresh"),
    "monitor.views": ("monitor.connectors", "monitor.http", "monitor.refresh", "monitor.deliver"),
    "app": ("monitor.connectors", "monitor.http", "monitor.refresh"),
}
AGGREGATING = {"groupby", "aggregate", "agg", "transform_aggregate", "transform_joinaggregate", "resample", "pivot_table"}


def modules(root: Path) -> Iterator[tuple[str, Path]]:
    """(dotted name, file) of everything that ships."""
    for path in [root / "app.py", *sorted((root / "monitor").rglob("*.py"))]:
        if path.exists():
            yield ".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__"), path


def imported(name: str, path: Path) -> Iterator[str]:
    """Every module that a file imports, wherever in it; `from a import b` counts as `a.b`."""
    package = name if path.stem == "__init__" else name.rpartition(".")[0]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = ".".join(package.split(".")[: len(package.split(".")) - node.level + 1]) + "." if node.level else ""
            base = (above + (node.module or "")).rstrip(".")
            yield from (f"{base}.{alias.name}" for alias in node.names)


def inside(module: str, room: str) -> bool:
    return module.startswith(room) if room[-1] in "._" else module == room or module.startswith(room + ".")


def wrong_imports(root: Path) -> list[str]:
    """Every import that no room allows, in words."""
    found = []
    for name, path in modules(root):
        for module in imported(name, path):
            ours = inside(module, "monitor")
            wrong = (
                any(inside(module, what) and not any(inside(name, room) for room in rooms) for what, rooms in ONLY.items())
                or any(inside(name, room) and ours and not any(inside(module, ok) for ok in few) for room, few in NOTHING_BUT.items())
                or any(inside(name, room) and any(inside(module, no) for no in never) for room, never in NEVER.items())
            )
            if wrong:
                found.append(f"{name} imports {module}")
    return found


def aggregations(root: Path) -> list[str]:
    """Every sum that a chart makes: what is shown must be what can be downloaded."""
    return [
        f"{name}:{node.lineno} calls {node.attr}"
        for name, path in modules(root)
        if inside(name, "monitor.charts")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and node.attr in AGGREGATING
    ]


def test_every_room_imports_only_what_it_may() -> None:
    assert wrong_imports(ROOT) == []


def test_a_chart_aggregates_nothing() -> None:
    assert aggregations(ROOT) == []


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "monitor", tmp_path / "monitor", ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


@pytest.mark.parametrize(
    ("file", "line"),
    [
        ("monitor/model.py", "from monitor.errors import SourceError"),
        ("monitor/model.py", "import monitor.places"),
        ("monitor/errors.py", "from .model import Answer"),
        ("monitor/connectors/unhcr.py", "from monitor.connectors import odp"),
        ("monitor/connectors/unhcr.py", "from monitor.connectors.odp import SOURCE"),
        ("monitor/connectors/unhcr.py", "from . import odp"),
        ("monitor/connectors/unhcr.py", "from monitor.settings import load"),
        ("monitor/connectors/unhcr.py", "from monitor import store"),
        ("monitor/connectors/unhcr.py", "import requests"),
        ("monitor/connectors/unhcr.py", "def later():\n    import requests.adapters"),
        ("monitor/normalise.py", "from monitor.connectors._reading import count"),
        ("monitor/refresh.py", "from sqlalchemy import select"),
        ("monitor/refresh.py", "import alembic.command"),
        ("monitor/alerts/rules.py", "from monitor.store import read"),
        ("monitor/alerts/kinds/record.py", "from monitor import store"),
        ("monitor/alerts/channels/webhook.py", "from monitor.http import post"),
        ("monitor/deliver.py", "import apprise"),
        ("monitor/views/planted.py", "from monitor import deliver"),
        ("monitor/series.py", "import altair as alt"),
        ("monitor/export.py", "import streamlit"),
        ("monitor/views/planted.py", "from monitor import refresh"),
        ("monitor/views/planted.py", "from monitor.http import Client"),
        ("monitor/views/planted.py", "import altair"),
        ("monitor/charts/planted.py", "import streamlit as st"),
        ("monitor/charts/planted.py", "from monitor.views import parts"),
        ("app.py", "import monitor.connectors"),
    ],
)
def test_a_wrong_import_is_found(copy: Path, file: str, line: str) -> None:
    before = wrong_imports(copy)
    path = copy / file
    path.parent.mkdir(exist_ok=True)
    path.write_text((path.read_text(encoding="utf-8") if path.exists() else "") + f"\n{line}\n", encoding="utf-8")
    planted = set(wrong_imports(copy)) - set(before)
    assert len(planted) == 1
    assert planted.pop().startswith(file.removesuffix(".py").replace("/", "."))


@pytest.mark.parametrize("line", ["frame.groupby('month').sum()", "chart.transform_aggregate(total='sum(value)')"])
def test_a_sum_in_a_chart_is_found(copy: Path, line: str) -> None:
    (copy / "monitor" / "charts").mkdir(exist_ok=True)
    (copy / "monitor" / "charts" / "planted.py").write_text(line, encoding="utf-8")
    assert any("planted:1" in told for told in aggregations(copy))


IMPORT_ALL = """
import os, sys, time, socket
told = []
def hook(event, args):
    if event == "open" and isinstance(args[0], (str, bytes)) and isinstance(args[1], str) and set(args[1]) & set("wax+"):
        told.append(f"opens {args[0]!r} for writing")
    elif event in ("socket.connect", "socket.getaddrinfo", "os.mkdir", "os.remove", "subprocess.Popen"):
        told.append(f"{event} {args!r}")
import LIBRARIES
sys.addaudithook(hook)
class Environment(dict):
    def seen(self, name):
        if str(name).startswith("MONITOR_"):
            told.append(f"reads {name}")
    def __getitem__(self, name): self.seen(name); return super().__getitem__(name)
    def get(self, name, default=None): self.seen(name); return super().get(name, default)
    def __contains__(self, name): self.seen(name); return super().__contains__(name)
    def items(self):
        if sys._getframe(1).f_globals.get("__name__", "").startswith("monitor"):
            told.append("reads the whole environment")
        return super().items()
os.environ = Environment(os.environ)
os.getenv = os.environ.get
from importlib import import_module
for name in sys.argv[1:]:
    import_module(name)
print("\\n".join(told))
"""
LIBRARIES = (
    "requests, sqlalchemy, pandas, pycountry, feedparser, courlan, stamina, cachecontrol, requests_ratelimiter, babel, typer, rich.console"
)


def told_on_import(root: Path, names: list[str], libraries: str = "os") -> str:
    """What importing these modules does besides; the libraries are imported first, since theirs is theirs."""
    program = IMPORT_ALL.replace("LIBRARIES", libraries)
    done = subprocess.run(
        [sys.executable, "-B", "-c", program, *names], cwd=root, env={**os.environ, "PYTHONPATH": str(root)}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def importable(root: Path) -> list[str]:
    """Everything but the scripts that a server or a tool runs."""
    scripts = ("app", "monitor.__main__", "monitor.views", "monitor.store.migrations.env")
    return [name for name, _ in modules(root) if not any(inside(name, script) for script in scripts)]


def test_importing_a_module_does_nothing() -> None:
    assert told_on_import(ROOT, importable(ROOT), LIBRARIES) == ""


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("import os; os.environ.get('MONITOR_TODAY')", "reads MONITOR_TODAY"),
        ("import os; os.getenv('MONITOR_TODAY')", "reads MONITOR_TODAY"),
        ("from monitor.settings import load; load()", "reads MONITOR_"),
        ("open('planted.txt', 'w').close()", "planted.txt"),
        ("import pathlib; pathlib.Path('planted').mkdir()", "os.mkdir"),
    ],
)
def test_a_module_that_does_something_when_imported_is_found(copy: Path, line: str, told: str) -> None:
    (copy / "monitor" / "planted.py").write_text(line, encoding="utf-8")
    assert told in told_on_import(copy, ["monitor.planted"])
