from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from monitor.errors import SettingsError
from monitor.settings import ROOT, Settings, load
from monitor.store import open_store

FILE = """
data_dir = "/srv/from-file"
database_url = "postgresql://file/monitor"
today = 2020-02-28
[base]
unhcr = "http://file.example"
odp = "http://file-odp.example"
[key]
hapi = "from-file"
[options.rss]
feeds = ["https://file.example/rss"]
other = 1
"""


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "monitor.toml"
    path.write_text(FILE, encoding="utf-8")
    return str(path)


def test_without_anything_the_data_lies_beside_the_program() -> None:
    found = load({})
    assert found.data_dir == ROOT / "data"
    assert found.database_url == f"sqlite:///{ROOT / 'data' / 'monitor.db'}"
    assert (found.today, found.bases, found.keys, found.options) == (None, {}, {}, {})


def test_the_file_wins_over_the_defaults(file: str) -> None:
    found = load({"MONITOR_CONFIG": file})
    assert found.data_dir == Path("/srv/from-file")
    assert found.database_url == "postgresql://file/monitor"
    assert found.today == dt.date(2020, 2, 28)
    assert found.bases == {"unhcr": "http://file.example", "odp": "http://file-odp.example"}
    assert found.keys == {"hapi": "from-file"}
    assert found.options == {"rss": {"feeds": ["https://file.example/rss"], "other": 1}}


def test_the_environment_wins_over_the_file_one_value_at_a_time(file: str) -> None:
    found = load(
        {
            "MONITOR_CONFIG": file,
            "MONITOR_DATA_DIR": "/srv/from-env",
            "MONITOR_DATABASE_URL": "sqlite:////srv/env.db",
            "MONITOR_TODAY": "2021-03-01",
            "MONITOR_BASE_UNHCR": "http://env.example",
            "MONITOR_KEY_HAPI": "from-env",
            "MONITOR_RSS_FEEDS": "https://env.example/rss",
        }
    )
    assert found.data_dir == Path("/srv/from-env")
    assert found.database_url == "sqlite:////srv/env.db"
    assert found.today == dt.date(2021, 3, 1)
    assert found.bases == {"unhcr": "http://env.example", "odp": "http://file-odp.example"}
    assert found.keys == {"hapi": "from-env"}
    assert found.options == {"rss": {"feeds": ("https://env.example/rss",), "other": 1}}


def test_an_empty_variable_is_as_good_as_none(file: str) -> None:
    empty = dict.fromkeys(("MONITOR_DATA_DIR", "MONITOR_DATABASE_URL", "MONITOR_TODAY", "MONITOR_BASE_UNHCR", "MONITOR_RSS_FEEDS"), "")
    assert load({"MONITOR_CONFIG": file, **empty}) == load({"MONITOR_CONFIG": file})


def test_the_database_lies_in_the_data_folder_unless_it_is_named() -> None:
    assert load({"MONITOR_DATA_DIR": "/srv/a"}).database_url == "sqlite:////srv/a/monitor.db"


@pytest.mark.parametrize("folder", ["a b", "dätä ş ع", "50%20 off", "what?x=1", "number #1"])
def test_the_database_lies_in_the_data_folder_whatever_its_name(tmp_path: Path, folder: str) -> None:
    open_store(load({"MONITOR_DATA_DIR": str(tmp_path / folder)}).database_url).engine.dispose()
    assert (tmp_path / folder / "monitor.db").exists()


@pytest.mark.parametrize(
    ("name", "value", "options"),
    [
        (
            "MONITOR_RSS_FEEDS",
            "https://a.example/1 https://a.example/2",
            {"rss": {"feeds": ("https://a.example/1", "https://a.example/2")}},
        ),
        ("MONITOR_RSS_FEEDS", "  https://a.example/1\n", {"rss": {"feeds": ("https://a.example/1",)}}),
        ("MONITOR_ODP_MANY_WORDS", "a", {"odp": {"many_words": ("a",)}}),
        ("MONITOR_BASE_RELIEFWEB_RSS", "http://a", {}),
        ("MONITOR_KEY_RSS", "k", {}),
        ("MONITOR_TODAY", "2026-01-01", {}),
        ("OTHER_RSS_FEEDS", "a", {}),
    ],
)
def test_a_list_for_one_source_comes_from_its_variable_and_nothing_else_does(name: str, value: str, options: object) -> None:
    assert load({name: value}).options == options


def test_an_address_with_an_underscore_in_its_id_is_a_base() -> None:
    assert load({"MONITOR_BASE_RELIEFWEB_RSS": "http://a"}).bases == {"reliefweb_rss": "http://a"}


@pytest.mark.parametrize("day", ["2020-02-30", "28.02.2020", "today", "2020-2-8", "20"])
def test_a_day_that_is_none_is_told_with_an_example(day: str) -> None:
    with pytest.raises(SettingsError, match=r"MONITOR_TODAY is .*2020-02-28"):
        load({"MONITOR_TODAY": day})


@pytest.mark.parametrize(
    "text", ["today = 2020-02-30", "data_dir = ", "[base\n", 'today = "soon"', "base = 1", "[options]\nrss = 1", 'key = "k"']
)
def test_a_file_that_cannot_be_used_is_told_and_never_a_traceback(tmp_path: Path, text: str) -> None:
    path = tmp_path / "monitor.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError):
        load({"MONITOR_CONFIG": str(path)})


def test_a_file_in_another_encoding_is_told_by_its_name(tmp_path: Path) -> None:
    path = tmp_path / "latin.toml"
    path.write_bytes('data_dir = "/srv/é"'.encode("latin-1"))
    with pytest.raises(SettingsError, match=r"latin\.toml"):
        load({"MONITOR_CONFIG": str(path)})


def test_a_file_that_is_named_must_exist(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="does not exist"):
        load({"MONITOR_CONFIG": str(tmp_path / "missing.toml")})


def test_a_fixed_day_keeps_the_real_time_of_day_and_its_zone() -> None:
    clock = Settings(Path(), "", today=dt.date(2020, 2, 28)).clock
    before, now, after = dt.datetime.now(dt.UTC), clock(), dt.datetime.now(dt.UTC)
    assert now.date() == dt.date(2020, 2, 28)
    assert now.utcoffset() == dt.timedelta(0)
    assert before.time() <= now.time() <= after.time() or after.date() > before.date()


def test_without_a_fixed_day_the_clock_is_the_real_one() -> None:
    before = dt.datetime.now(dt.UTC)
    assert before <= Settings(Path(), "").clock() <= dt.datetime.now(dt.UTC)


def test_files_kept_by_hand_lie_in_the_data_directory_unless_another_folder_is_named(tmp_path: Path) -> None:
    assert load({"MONITOR_DATA_DIR": "/srv/data"}).files_dir == Path("/srv/data/files")
    path = tmp_path / "monitor.toml"
    path.write_text('files_dir = "/srv/share"', encoding="utf-8")
    assert load({"MONITOR_CONFIG": str(path)}).files_dir == Path("/srv/share")
    found = load({"MONITOR_CONFIG": str(path), "MONITOR_FILES_DIR": "/srv/other"})
    assert (found.files_dir, found.options) == (Path("/srv/other"), {})
