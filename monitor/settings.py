"""Paths, addresses, credentials and the clock. The environment is read here, inside functions, and nowhere else.

The environment wins over the configuration file (`monitor.toml` beside app.py, or the file that MONITOR_CONFIG
names), which wins over the defaults:

    MONITOR_DATA_DIR       where the database and the raw answers are kept        data_dir
    MONITOR_SEEDS_DIR      where situations and bundled figures are read from     seeds_dir
    MONITOR_FILES_DIR      the folder of tables and workbooks kept by hand        files_dir
    MONITOR_DATABASE_URL   an SQLAlchemy address (SQLite or PostgreSQL)           database_url
    MONITOR_READ_ONLY      1: nobody can acknowledge, silence or save on the page read_only
    MONITOR_CONTACT        an address by which an upstream can reach you         contact
    MONITOR_URL            where people open the page, for the links in messages  url
    MONITOR_FEED           the file that the Atom feed of alerts is written to    feed
    MONITOR_TODAY          an ISO day that stands for today (replays, tests)      today
    MONITOR_BASE_<ID>      the base address of source ID                          [base] id = "..."
    MONITOR_KEY_<ID>       the credential of source ID                            [key] id = "..."
    MONITOR_CHANNEL_<NAME>_URL, _SECRET  where channel NAME sends, and its secret; only here
                           what it sends, and when                                [channels.name] kind = ...
    MONITOR_<ID>_<OPTION>  a list option of source ID, separated by spaces        [options.id] option = [...]
"""

from __future__ import annotations

import datetime as dt
import os
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

from monitor.errors import SettingsError
from monitor.model import UTC

Clock = Callable[[], dt.datetime]
ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Settings:
    """Everything that may differ between two installations."""

    data_dir: Path
    database_url: str
    today: dt.date | None = None
    contact: str = ""
    bases: Mapping[str, str] = field(default_factory=dict)
    keys: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    seeds_dir: Path = ROOT / "seeds"
    read_only: bool = False  # for a page that anybody can open
    files: Path | None = None  # None: `files` in the data directory
    url: str = ""
    channels: Mapping[str, Any] = field(default_factory=dict)  # as written; alerts/channels/described.py checks them
    channel_secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    feed: Path | None = None

    @property
    def files_dir(self) -> Path:
        """The only folder whose files a source may read."""
        return self.files or self.data_dir / "files"

    @property
    def feed_file(self) -> Path:
        """Where the Atom feed is written: beside the page, which serves that folder, unless the data is kept elsewhere."""
        return self.feed or (ROOT / "static" / "alerts.xml" if self.data_dir == ROOT / "data" else self.data_dir / "alerts.xml")

    @property
    def clock(self) -> Clock:
        """Now, in UTC. A fixed `today` replaces the day; the time of day stays real."""
        return lambda: self._on_that_day(dt.datetime.now(UTC))

    def _on_that_day(self, now: dt.datetime) -> dt.datetime:
        return dt.datetime.combine(self.today, now.timetz()) if self.today else now


def load(environ: Mapping[str, str] | None = None) -> Settings:
    """The settings of this installation; raises SettingsError for one that cannot be used."""
    env = os.environ if environ is None else environ
    config = _config(env)
    data_dir = Path(env.get("MONITOR_DATA_DIR") or config.get("data_dir") or ROOT / "data").expanduser().resolve()
    own = f"sqlite:///{quote(str(data_dir / 'monitor.db'), safe='/:')}"
    url = env.get("MONITOR_DATABASE_URL") or config.get("database_url") or own
    files = env.get("MONITOR_FILES_DIR") or config.get("files_dir")
    feed = env.get("MONITOR_FEED") or config.get("feed")
    return Settings(
        data_dir=data_dir,
        database_url=str(url),
        seeds_dir=Path(env.get("MONITOR_SEEDS_DIR") or config.get("seeds_dir") or ROOT / "seeds").expanduser().resolve(),
        today=_day(env.get("MONITOR_TODAY") or config.get("today")),
        contact=str(env.get("MONITOR_CONTACT") or config.get("contact") or ""),
        bases={**_lowered(_table(config, "base")), **_prefixed(env, "MONITOR_BASE_")},
        keys={**_lowered(_table(config, "key")), **_prefixed(env, "MONITOR_KEY_")},
        options=_options(env, config),
        read_only=str(env.get("MONITOR_READ_ONLY") or config.get("read_only") or "").lower() in ("1", "true", "yes"),
        files=Path(files).expanduser().resolve() if files else None,
        url=str(env.get("MONITOR_URL") or config.get("url") or "").rstrip("/"),
        channels=_table(config, "channels"),
        channel_secrets={name: value.strip() for name, value in env.items() if name.startswith("MONITOR_CHANNEL_") and value.strip()},
        feed=Path(feed).expanduser().resolve() if feed else None,
    )


def _config(env: Mapping[str, str]) -> Mapping[str, Any]:
    named = env.get("MONITOR_CONFIG")
    path = Path(named).expanduser() if named else ROOT / "monitor.toml"
    if not path.exists():
        if named:
            raise SettingsError(f"MONITOR_CONFIG names {path}, which does not exist")
        return {}
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: {error}") from None


def _day(value: Any) -> dt.date | None:
    if not value:
        return None
    try:
        return value if isinstance(value, dt.date) else dt.date.fromisoformat(str(value))
    except ValueError:
        raise SettingsError(f"MONITOR_TODAY is {value!r}; an ISO day such as 2020-02-28 is due") from None


def _table(config: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    table = config.get(name, {})
    if not isinstance(table, dict):
        raise SettingsError(f"{name!r} in the configuration file is {table!r}; a table [{name}] is due")
    return table


def _lowered(table: Mapping[str, Any]) -> dict[str, str]:
    return {name.lower(): str(value) for name, value in table.items()}


def _prefixed(env: Mapping[str, str], prefix: str) -> dict[str, str]:
    return {name[len(prefix) :].lower(): value for name, value in env.items() if name.startswith(prefix) and value}


def _options(env: Mapping[str, str], config: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    configured = _table(config, "options")
    options = {source: dict(_table(configured, source)) for source in configured}
    reserved = ("BASE", "CHANNEL", "KEY", "DATA", "DATABASE", "FILES", "READ", "SEEDS")
    for name, value in env.items():
        parts = name.split("_", 2)
        if len(parts) == 3 and parts[0] == "MONITOR" and parts[1] not in reserved and value.strip():
            options.setdefault(parts[1].lower(), {})[parts[2].lower()] = tuple(value.split())
    return options
