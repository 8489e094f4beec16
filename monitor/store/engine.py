"""Opening the store: SQLite in WAL mode by default, PostgreSQL by its address; migrated when opened."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from filelock import FileLock, Timeout
from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError

from monitor.errors import BusyError, SettingsError

MIGRATIONS = Path(__file__).parent / "migrations"
POSTGRES_LOCK = 7_202_002_28  # any number that nothing else locks
KEYS_AT_ONCE = 200
T = TypeVar("T")
PRAGMAS = (
    "busy_timeout=30000",  # first: the others may have to wait
    "synchronous=NORMAL",
    "cache_size=-65536",
    "temp_store=FILE",  # what a source tells waits in temporary tables, however much it is
    "mmap_size=1073741824",
    "foreign_keys=ON",
)


@dataclass(frozen=True)
class Store:
    """An open store. Every function of this package takes one."""

    engine: Engine
    lock_file: Path

    @property
    def is_sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that sees one state of the store until it is closed."""
        with self.engine.connect() as connection:
            # SQLite's transactions are snapshots as they are; PostgreSQL's are when asked.
            yield connection if self.is_sqlite else connection.execution_options(isolation_level="REPEATABLE READ")

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction: all of it is stored, or nothing."""
        with self.engine.connect().execution_options(immediate=True) as connection, connection.begin():
            yield connection

    @contextmanager
    def alone(self, wait: float) -> Iterator[None]:
        """Hold the right to write figures; raises BusyError when another process keeps it for `wait` seconds."""
        with _file_lock(self.lock_file, wait) if self.is_sqlite else self._advisory_lock(wait):
            yield

    @contextmanager
    def _advisory_lock(self, wait: float) -> Iterator[None]:
        with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            deadline = time.monotonic() + wait
            while not connection.scalar(text("SELECT pg_try_advisory_lock(:n)"), {"n": POSTGRES_LOCK}):
                if time.monotonic() >= deadline:
                    raise BusyError("another refresh is running on this database; nothing was done")
                time.sleep(0.2)
            try:
                yield
            finally:
                connection.execute(text("SELECT pg_advisory_unlock(:n)"), {"n": POSTGRES_LOCK})


@contextmanager
def _file_lock(path: Path, wait: float) -> Iterator[None]:
    try:
        with FileLock(path, timeout=wait):
            yield
    except Timeout:
        raise BusyError("another refresh is running on this database; nothing was done") from None


def batched(items: Sequence[T]) -> Iterator[Sequence[T]]:
    """The items some hundreds at a time: both databases take a limited number of parameters in a statement."""
    for start in range(0, len(items), KEYS_AT_ONCE):
        yield items[start : start + KEYS_AT_ONCE]


def open_store(url: str) -> Store:
    """Open and, where needed, create or migrate the store at an SQLAlchemy address.

    Raises SettingsError for an address that is malformed or cannot be reached.
    """
    try:
        parsed = make_url(url)
        if parsed.drivername == "postgresql":
            parsed = parsed.set(drivername="postgresql+psycopg")
        patience = {} if parsed.get_backend_name() == "sqlite" else {"connect_timeout": 10}
        engine = create_engine(parsed, pool_pre_ping=True, connect_args=patience)
    except (ArgumentError, NoSuchModuleError, ModuleNotFoundError, ValueError) as error:
        # The text of a ValueError can hold a part of the password.
        told = "the address is malformed" if type(error) is ValueError else " ".join(str(error).split())
        raise SettingsError(f"MONITOR_DATABASE_URL cannot be used: {told}") from None
    shown = parsed.render_as_string(hide_password=True)
    store = Store(engine, Path(f"{parsed.database or 'monitor.db'}.lock"))
    try:
        if store.is_sqlite:
            store.lock_file.parent.mkdir(parents=True, exist_ok=True)
            _listen(engine)
        _migrate(store)
    except DBAPIError as error:
        raise SettingsError(f"the database at {shown} cannot be opened: {' '.join(str(error.orig).split())}") from None
    except OSError as error:
        raise SettingsError(f"the database at {shown} cannot be opened: {error}") from None
    except CommandError:
        raise SettingsError(f"the database at {shown} was made by a newer version of this program: update the program") from None
    return store


def _listen(engine: Engine) -> None:
    """pysqlite's own transactions are switched off, so that a writer can take the write lock when it begins."""

    @event.listens_for(engine, "connect")
    def _connected(dbapi: Any, _record: Any) -> None:
        dbapi.isolation_level = None
        for pragma in PRAGMAS:
            dbapi.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begun(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get("immediate") else "BEGIN")


def _migrate(store: Store) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    head = ScriptDirectory.from_config(config).get_current_head()
    with store.engine.connect() as connection:
        if MigrationContext.configure(connection).get_current_revision() == head:
            return
    with store.alone(wait=60.0):
        if store.is_sqlite:  # once, when the file is made: readers that set it again could meet a lock
            with store.engine.connect() as connection:
                connection.exec_driver_sql("COMMIT")
                connection.exec_driver_sql("PRAGMA journal_mode=WAL")
                connection.exec_driver_sql("BEGIN")
        with store.writing() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
