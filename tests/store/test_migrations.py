"""The store is made and migrated when it is opened, on both databases, by whoever comes first."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from monitor.errors import SettingsError
from monitor.store import Store, open_store, schema
from tests.building_store import address, figure, process, rows, save, vintages

OPENER = """
import sys
from monitor.store import open_store
print("ready", flush=True)
sys.stdin.readline()
open_store(sys.argv[1])
print("open", flush=True)
"""


def test_the_migrations_make_exactly_the_tables_that_are_declared(store: Store) -> None:
    with store.reading() as connection:
        assert compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), schema.metadata) == []


def test_opening_twice_is_harmless(store: Store) -> None:
    save(store, figure(10))
    again = open_store(address(store))
    assert (rows(again, "observation"), rows(again, "run")) == (1, 1)
    again.engine.dispose()


def test_a_new_sqlite_file_is_made_with_its_folder_and_lets_readers_in_while_somebody_writes(tmp_path: Path) -> None:
    opened = open_store(f"sqlite:///{tmp_path / 'new' / 'folder' / 'monitor.db'}")
    with opened.reading() as connection:
        assert connection.scalar(text("PRAGMA journal_mode")) == "wal"
    opened.engine.dispose()


@pytest.mark.parametrize(
    ("view", "values"), [("v_observation", [(10.0, "provisional"), (12.0, "reported")]), ("v_current", [(12.0, "reported")])]
)
def test_the_views_for_other_tools_have_readable_dates_and_words(store: Store, view: str, values: list[tuple[float, str]]) -> None:
    save(store, figure(10, known="2020-02-10 13:14:15", status=schema.Status.PROVISIONAL))
    save(store, figure(12, known="2020-03-10"))
    with store.reading() as connection:
        if not store.is_sqlite:
            connection.execute(text("SET TIME ZONE 'UTC'"))
        found = connection.execute(text(f"SELECT * FROM {view} ORDER BY known_at")).mappings().all()
    assert [(row["value"], row["status"]) for row in found] == values
    newest = found[-1]
    assert (newest["location"], newest["breakdown"], newest["source_url"]) == ("eastern-mediterranean", "sea", "https://example.org/x")
    assert (str(newest["period_start"]), str(newest["period_end"])) == ("2020-01-01", "2020-01-31")
    assert str(newest["known_at"])[:19] == "2020-03-10 00:00:00"
    assert newest["superseded_at"] is None
    if view == "v_observation":
        assert str(found[0]["known_at"])[:19] == "2020-02-10 13:14:15"
        assert str(found[0]["superseded_at"])[:19] == "2020-03-10 00:00:00"


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database that nobody has opened yet."""
    return f"sqlite:///{tmp_path / 'fresh.db'}" if request.param == "sqlite" else request.getfixturevalue("postgres_server")()


def test_two_processes_that_open_a_fresh_database_at_once_both_succeed(empty: str) -> None:
    both = [process(OPENER, empty) for _ in range(2)]
    for one in both:
        assert one.stdout is not None
        assert one.stdout.readline() == "ready\n"
    for one in both:
        assert one.stdin is not None
        one.stdin.write("go\n")
        one.stdin.flush()
    ended = [one.communicate(timeout=60) for one in both]
    assert [one.returncode for one in both] == [0, 0], ended
    opened = open_store(empty)
    save(opened, figure(10))
    assert len(vintages(opened)) == 1
    opened.engine.dispose()


SECRET = "hunt3r"


@pytest.mark.parametrize(
    "url",
    [
        "nonsense",
        f"mysql://monitor:{SECRET}@localhost/monitor",
        f"nosuchdatabase://monitor:{SECRET}@localhost/monitor",
        f"postgres://monitor:{SECRET}@localhost/monitor",
        f"postgresql://monitor:{SECRET}@/monitor?host=/nowhere",
        f"postgresql://monitor:{SECRET}@localhost:port/monitor",
        f"postgresql://monitor:se@cr:{SECRET}@localhost/monitor",
        "sqlite:////proc/nowhere/monitor.db",
        "sqlite:////dev/null/monitor.db",
        "sqlite:////",
    ],
)
def test_an_address_that_cannot_be_used_is_told_in_one_line_without_its_password(url: str) -> None:
    with pytest.raises(SettingsError) as told:
        open_store(url)
    assert SECRET not in str(told.value)
    assert "\n" not in str(told.value)


def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    (tmp_path / "monitor.db").write_text("this is a letter and not a database, " * 100)
    with pytest.raises(SettingsError, match="not a database"):
        open_store(f"sqlite:///{tmp_path / 'monitor.db'}")
