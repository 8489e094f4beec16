"""What a new connector must bring with it; it is found by listing the folder, so nothing here names one."""

from __future__ import annotations

import datetime as dt
import inspect
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from monitor.connectors import registry
from monitor.model import Connector
from tests.building import RECORDINGS

HERE = Path(__file__).parent
CONNECTORS = pytest.mark.parametrize("name", sorted(registry()))


def connector(name: str) -> Connector:
    return registry()[name]


def test_the_registry_is_the_folder() -> None:
    import monitor.connectors

    files = {path.stem for path in Path(next(iter(monitor.connectors.__path__))).glob("[!_]*.py")}
    assert set(registry()) == files


@CONNECTORS
def test_it_says_what_it_is_and_on_which_terms(name: str) -> None:
    source = connector(name).SOURCE
    assert source.id == name
    assert source.id == source.id.lower()
    assert source.id.isidentifier()
    for told in (source.name, source.about, source.licence, source.citation):
        assert told
        assert told == told.strip()
    assert urlsplit(source.home).scheme == "https"
    assert not source.base or (urlsplit(source.base).scheme == "https" and not source.base.endswith("/"))
    assert all(urlsplit(base).scheme == "https" and not base.endswith("/") for base in source.bases.values())
    assert source.key_from or not source.key_optional
    assert not source.key_from or urlsplit(source.key_from).scheme == "https"


@CONNECTORS
def test_it_is_a_polite_and_bounded_client(name: str) -> None:
    source = connector(name).SOURCE
    assert source.cadence > dt.timedelta(0)
    assert source.pace > 0
    assert 1 <= source.attempts <= 5
    assert 0 < source.budget <= 600
    assert 0 < source.max_bytes <= 100_000_000
    assert source.rest_after_failure >= dt.timedelta(0)
    assert source.lag_days is None or source.lag_days >= 0


@CONNECTORS
def test_it_has_a_fetch_of_a_context_and_a_parse_of_a_context_and_answers(name: str) -> None:
    module = connector(name)
    assert list(inspect.signature(module.fetch).parameters) == ["context"]
    assert list(inspect.signature(module.parse).parameters) == ["context", "answers"]
    assert inspect.isgeneratorfunction(module.fetch), "a fetch asks nothing before it is iterated"


@CONNECTORS
def test_it_has_small_recordings_and_a_test(name: str) -> None:
    recordings = [path for path in (RECORDINGS / name).rglob("*") if path.is_file()]
    assert recordings
    assert all(path.stat().st_size < 20_000 for path in recordings), "a recording shows a shape; it is no copy of the data"
    assert (HERE / "connectors" / f"test_{name}.py").is_file()
