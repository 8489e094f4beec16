"""What a new connector must bring with it; it is found by listing the folder, so nothing here names one."""

from __future__ import annotations

import datetime as dt
import inspect
import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from monitor import bundle, provenance
from monitor.connectors import registry
from monitor.model import INDICATORS, Connector
from monitor.settings import ROOT
from tests.building import RECORDINGS

FOR_ONE_CALL = {"file", "table_of_file"}  # what `check --file` sets, and no situation
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
def test_it_says_what_it_gives_and_which_options_it_has(name: str) -> None:
    source = connector(name).SOURCE
    assert set(source.gives) <= set(INDICATORS)
    code = inspect.getsource(connector(name))  # type: ignore[arg-type]
    used = set(re.findall(r"""context\.options(?:\.get\(|\[)["'](\w+)["']""", code)) - FOR_ONE_CALL
    assert used == set(source.options)


def test_non_commercial_terms_are_marked() -> None:
    marked = {name for name, one in registry().items() if one.SOURCE.non_commercial}
    told = {name for name, one in registry().items() if "non-commercial" in one.SOURCE.licence.lower()}
    assert told <= marked
    assert {"dtm", "hapi", "hdx", "idmc"} <= marked


def test_the_page_of_sources_is_what_the_sources_say() -> None:
    told = {name: one.__doc__ or "" for name, one in registry().items()}
    page = (ROOT / "docs" / "sources.md").read_text(encoding="utf-8")
    assert page == provenance.markdown(bundle.sources(ROOT / "seeds"), told), "make docs"
    assert "docs/sources.md" in (ROOT / "README.md").read_text(encoding="utf-8")


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
