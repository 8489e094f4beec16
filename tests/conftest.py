"""What several test files share: a clock, settings in an empty folder, a store on each database."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import stamina
from sqlalchemy import create_engine, text

from monitor.settings import ROOT, Settings
from monitor.store import Store, open_store

NOON = dt.datetime(2026, 11, 1, 12, 0, 0, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def no_pauses_between_attempts() -> Iterator[None]:
    """Retries happen, without their waiting time."""
    with stamina.set_testing(True, attempts=3, cap=True):
        yield


@pytest.fixture(autouse=True)
def no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """A developer's own MONITOR_* variables never reach a test."""
    for name in [name for name in os.environ if name.startswith("MONITOR_")]:
        monkeypatch.delenv(name)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """An installation of its own, on 1 November 2026."""
    return Settings(tmp_path, f"sqlite:///{tmp_path / 'monitor.db'}", today=NOON.date(), seeds_dir=ROOT / "seeds")


def postgres_programs() -> Path | None:
    """The folder of initdb and pg_ctl, newest version first; None where PostgreSQL is not installed."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: int(p.parent.name), reverse=True)
    on_path = shutil.which("initdb")
    return next((f for f in folders if (f / "initdb").exists()), Path(on_path).resolve().parent if on_path else None)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Callable[[], str]]:
    """A PostgreSQL server of our own on a socket; call it for the address of a new, empty database."""
    programs = postgres_programs()
    if programs is None:
        pytest.skip("PostgreSQL is not installed: make test as root installs it, or apt-get install postgresql")
    folder = Path(tempfile.mkdtemp(prefix="pg"))  # pytest's own folders are closed to other users
    # PostgreSQL refuses to run as root; Debian's package brings a user for it.
    as_user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    if as_user:
        shutil.chown(folder, "postgres")
    data = folder / "data"

    def run(program: str, *args: str) -> None:
        subprocess.run([*as_user, str(programs / program), *args], check=True, capture_output=True, cwd=folder)

    run("initdb", "-D", str(data), "-U", "monitor", "--auth=trust", "--no-sync", "-E", "UTF8", "--locale=C.UTF-8")
    options = f"-c listen_addresses='' -c unix_socket_directories='{folder}' -c fsync=off -c timezone=Asia/Kolkata"
    run("pg_ctl", "-D", str(data), "-w", "-o", options, "-l", str(folder / "log"), "start")
    made = 0

    def new_database() -> str:
        nonlocal made
        made += 1
        admin = create_engine(f"postgresql+psycopg://monitor@/postgres?host={folder}", isolation_level="AUTOCOMMIT")
        with admin.connect() as connection:
            connection.execute(text(f"CREATE DATABASE test{made}"))
        admin.dispose()
        return f"postgresql://monitor@/test{made}?host={folder}"

    try:
        yield new_database
    finally:
        run("pg_ctl", "-D", str(data), "-m", "immediate", "stop")
        shutil.rmtree(folder)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """An empty store, once on SQLite and once on a real PostgreSQL whose server lives in another time zone."""
    url = f"sqlite:///{tmp_path / 'monitor.db'}" if request.param == "sqlite" else request.getfixturevalue("postgres_server")()
    opened = open_store(url)
    yield opened
    opened.engine.dispose()
