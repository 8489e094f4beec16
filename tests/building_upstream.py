"""Every upstream in one process: the recordings of a source behind the real client, and what can be done to an answer.

`recordings/<source>/serves.toml` says which recording answers which question (the first whose words all stand in the
address), the key, and the options of the situation. A new connector brings one and is covered by tests/test_hostile.py.
"""

from __future__ import annotations

import datetime as dt
import http.client
import io
import shutil
import sqlite3
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote_plus

import pytest
import requests
import urllib3
from requests.adapters import HTTPAdapter

from monitor import refresh
from monitor.archive import Archive
from monitor.connectors import registry
from monitor.http import Client
from monitor.model import Run, Situation
from monitor.settings import Settings
from monitor.store import open_store
from tests.building import NOON, RECORDINGS, SITUATION

LATER = NOON + dt.timedelta(hours=6)
HERE = replace(SITUATION, hosts=(*SITUATION.hosts, "GBR"))  # the United Kingdom is in Eurostat's recording
KINDS = {"json": "application/json", "csv": "text/csv", "xml": "application/xml", "html": "text/html", "xlsx": "application/octet-stream"}
Row = tuple[Any, ...]


@dataclass(frozen=True)
class Recorded:
    """One way to ask a source: with its key, or as `serves-<variant>.toml` says."""

    source: str
    name: str
    key: str
    options: Mapping[str, Any]
    serve: Sequence[Mapping[str, Any]]

    def reply(self, address: str) -> tuple[str, bytes] | None:
        """(name of the recording, body) for an address."""
        asked = unquote_plus(address)
        for one in self.serve:
            if all(word in asked for word in one["asked"]):
                body = one["body"].encode() if "body" in one else (RECORDINGS / self.source / one["file"]).read_bytes()
                return one.get("file", "inline.json"), body
        return None

    def knows(self, address: str) -> int:
        """How many letters of the address its recordings are known by."""
        return (
            max(sum(map(len, one["asked"])) for one in self.serve if all(word in unquote_plus(address) for word in one["asked"]))
            if self.reply(address)
            else 0
        )

    @property
    def files(self) -> list[str]:
        return list(dict.fromkeys(one["file"] for one in self.serve if "file" in one))


@lru_cache(maxsize=1)
def recorded() -> Mapping[str, Recorded]:
    """Every way to ask every source, by its name."""
    found = {}
    for path in sorted(RECORDINGS.glob("*/serves*.toml")):
        told = tomllib.loads(path.read_text(encoding="utf-8"))
        name = path.parent.name + path.stem.removeprefix("serves")
        found[name] = Recorded(path.parent.name, name, told.get("key", ""), told.get("options", {}), told["serve"])
    return found


def situation(*among: Recorded) -> Situation:
    return replace(HERE, sources={one.source: one.options for one in among})


@dataclass
class Reply:
    """What an upstream answers, before something is done to it."""

    recording: str
    body: bytes
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    stream: Any = None  # instead of the body: something with read(), which may never end


Spoil = Callable[[Reply, int], Reply]  # what is done to the n-th answer (from 1) of a source; may raise what a socket would


@dataclass
class Wire:
    """Stands for the network below the client's adapter: no host but the recordings."""

    ways: Sequence[Recorded]
    spoil: Spoil | None = None
    only: str = ""  # the source that is spoilt; empty: all
    asked: list[str] = field(default_factory=list)
    numbers: dict[str, int] = field(default_factory=dict)

    @contextmanager
    def plugged(self) -> Iterator[None]:
        """While it lasts, every request of any client comes here."""
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(HTTPAdapter, "send", lambda adapter, request, *_, **__: self.send(adapter, request))
            yield

    def send(self, adapter: HTTPAdapter, request: requests.PreparedRequest) -> requests.Response:
        address = str(request.url)
        self.asked.append(address)
        CLOCK[0] += 1.0  # a source that goes on for ever meets its budget
        way, (name, body) = self._found(address)
        reply = Reply(name, body, headers={"Content-Type": KINDS.get(name.rpartition(".")[2], "text/plain")})
        number = self.numbers[way.source] = self.numbers.get(way.source, 0) + 1
        if self.spoil and self.only in ("", way.source):
            reply = self.spoil(reply, number)
        return adapter.build_response(request, _raw(reply))

    def _found(self, address: str) -> tuple[Recorded, tuple[str, bytes]]:
        """Who is asked: the source of that host; else the one that has a recording for such words in the address."""
        own = [way for way in self.ways if f"//{way.source}.example" in address]
        for way in own or sorted(self.ways, key=lambda way: -way.knows(address)):
            if given := way.reply(address):
                return way, given
        if len(self.ways) == 1:
            return self.ways[0], ("inline.json", b"{}")  # where a redirect leads
        raise AssertionError(f"no recording answers {address}")


def _raw(reply: Reply) -> urllib3.HTTPResponse:
    headers = dict(reply.headers)
    if reply.stream is None:
        headers.setdefault("Content-Length", str(len(reply.body)))
    original = http.client.HTTPMessage()
    for name, value in headers.items():
        original[name] = value
    return urllib3.HTTPResponse(
        body=reply.stream if reply.stream is not None else io.BytesIO(reply.body),
        headers=urllib3.HTTPHeaderDict(headers),
        status=reply.status,
        reason=http.client.responses.get(reply.status, ""),
        preload_content=False,
        enforce_content_length=True,
        request_method="GET",
    )


@dataclass
class Place:
    """A data directory of its own, where sources are refreshed over a wire."""

    folder: Path
    ways: Sequence[Recorded]

    @property
    def database(self) -> Path:
        return self.folder / "monitor.db"

    def refresh(self, wire: Wire, now: dt.datetime = LATER) -> dict[str, Run]:
        """A run of these sources, stored."""
        store = open_store(f"sqlite:///{self.database}")
        ids = tuple(way.source for way in self.ways)
        with wire.plugged():
            done = refresh.refresh(self._settings(now), store, self._client(now), {HERE.id: situation(*self.ways)}, ids)
        store.engine.dispose()
        return {run.source: run for run in done}

    def read(self, wire: Wire, now: dt.datetime = LATER) -> refresh.Reading:
        """What a run of the first source would store."""
        way = self.ways[0]
        with wire.plugged():
            return refresh.read_source(registry()[way.source], [situation(way)], self._settings(now), self._client(now))

    def _settings(self, now: dt.datetime) -> Settings:
        return Settings(
            self.folder,
            f"sqlite:///{self.database}",
            now.date(),
            keys={way.source: way.key for way in self.ways if way.key},
            bases={name: f"https://{way.source}.example" for way in self.ways for name in (way.source, f"{way.source}_rss")},
        )

    def _client(self, now: dt.datetime) -> Client:
        """Its monotonic time passes only where the wire says so."""
        CLOCK[0] = 0.0
        return Client(Archive(self.folder), lambda: now, self.folder / "http", paced=False, monotonic=lambda: CLOCK[0])

    def copy(self, folder: Path) -> Place:
        folder.mkdir()
        shutil.copy(self.database, folder / "monitor.db")
        return Place(folder, self.ways)

    def vintages(self) -> set[Row]:
        """All that is stored of figures: the series' parts, the period, the value, the status, when it was known."""
        return self._rows(
            "SELECT s.source, s.indicator, s.location, s.origin, s.breakdown, o.period_start, o.period_end, o.known_at, o.value, o.status"
            " FROM observation o JOIN series s ON s.id = o.series_id"
        )

    def figures(self) -> dict[Row, tuple[float | None, int]]:
        """(value, status) of each period of each series, as it is known now."""
        rows = self._rows(
            "SELECT s.source, s.indicator, s.location, s.origin, s.breakdown, o.period_start, o.period_end, o.value, o.status"
            " FROM observation o JOIN series s ON s.id = o.series_id WHERE o.superseded_at IS NULL"
        )
        return {row[:-2]: row[-2:] for row in rows}

    def by_source(self) -> dict[str, set[Row]]:
        """The vintages by source; those that came through one count as its own."""
        found: dict[str, set[Row]] = {}
        for row in self.vintages():
            found.setdefault(row[0].partition("-")[0], set()).add(row)
        return found

    def articles(self) -> set[Row]:
        return self._rows("SELECT source, identity, title, url, seen_at, known_at FROM mention")

    def _rows(self, statement: str) -> set[Row]:
        connection = sqlite3.connect(self.database)
        try:
            return set(connection.execute(statement).fetchall())
        finally:
            connection.close()


CLOCK = [0.0]  # the client's monotonic clock, in seconds


class Drip(io.RawIOBase):
    """A body whose every piece takes its time; `end` is None for one that never ends."""

    def __init__(self, piece: bytes, seconds: float, end: int | None = None) -> None:
        super().__init__()
        self.piece, self.seconds, self.left = piece, seconds, end

    def readable(self) -> bool:
        return True

    def read(self, size: int | None = -1) -> bytes:
        CLOCK[0] += self.seconds
        if self.left is not None:
            self.left -= 1
            if self.left < 0:
                return b""
        return self.piece


class Broken(io.RawIOBase):
    """A body that breaks off with an error of the socket."""

    def __init__(self, body: bytes, error: Exception) -> None:
        super().__init__()
        self.body, self.error = body, error

    def readable(self) -> bool:
        return True

    def read(self, size: int | None = -1) -> bytes:
        body, self.body = self.body, b""
        if not body:
            raise self.error
        return body
