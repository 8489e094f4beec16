"""What the tests of the telling build with: entries, channels, a receiver of webhooks and a mail server on this machine."""

from __future__ import annotations

import dataclasses
import datetime as dt
import email
import email.policy
import json
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from email.message import EmailMessage
from functools import lru_cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from monitor.alerts.channels.described import Channel, channels
from monitor.alerts.channels.message import Item, Message, Terms, item
from monitor.deliver import Delivery
from monitor.model import FIRING, Judgement, Move, Severity, Situation, Transition, Verdict
from monitor.queueing import for_channels
from monitor.settings import Settings
from monitor.store import Store, ledger, open_store, outbox
from tests.building_store import KEY, at, day, rule, situation

SECRET = "whsec_" + "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVowMTIzNDU="
LEVEL = dataclasses.replace(rule("threshold", KEY, "level", above=100), name="More than a hundred")
WATCHED: Situation = dataclasses.replace(situation(LEVEL, id="aegean"), name="The Aegean")
NOON = at("2020-02-10 12:00:00")
PASSWORD = "hunt3r"
PNG = b"\x89PNG\r\n\x1a\n"


def entry(move: Move = Move.RAISED, when: str = "2020-02-10", severity: str = "high", **more: Any) -> Transition:
    """An entry of the ledger on the figure of January 2020."""
    judgement = Judgement.FIRES if move in FIRING else Judgement.QUIET
    value = more.pop("value", 150.0)
    level = Severity(severity)
    verdict = Verdict(judgement, f"{value:.0f} is more than 100.", day("2020-01-01"), day("2020-01-31"), value, 100.0, severity=level)
    if move not in FIRING:
        verdict = dataclasses.replace(verdict, severity=None)
    fields = {"situation": "aegean", "rule": "level", "series": KEY, "verdict": verdict, **more}
    return Transition(move=move, severity=level, at=at(when), **fields)


def channel(name: str = "office", **table: Any) -> Channel:
    """A channel as monitor.toml describes it."""
    return channels({name: {"kind": "webhook", "enabled": True, "picture": False, **table}})[name]


def an_item(made: Transition | None = None, picture: bytes = b"", base: str = "https://monitor.example") -> Item:
    sources = {"frontex": Terms("Frontex", "CC BY 4.0", "Frontex (2020)")}
    return item(made or entry(), LEVEL, base, sources, {"aegean": "The Aegean"}, picture)


def a_message(*items: Item, id: str = "msg_1") -> Message:
    return Message(id, "aegean", "The Aegean", items or (an_item(),))


@lru_cache(maxsize=1)
def empty_database() -> bytes:
    """A migrated SQLite file: migrating one for each test takes the longest."""
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(f"sqlite:///{folder}/monitor.db")
        with store.engine.connect() as connection:
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.exec_driver_sql("BEGIN")
        store.engine.dispose()
        return (Path(folder) / "monitor.db").read_bytes()


@dataclasses.dataclass
class World:
    """An installation with one webhook channel (others by `tables`), whose clock stands where a test puts it."""

    folder: Path
    tables: Mapping[str, Mapping[str, Any]]
    secrets: Mapping[str, str] = dataclasses.field(default_factory=dict)
    now: dt.datetime = NOON
    status: int = 204
    wait: float | None = None
    broken: Exception | None = None
    watched: Situation = WATCHED
    said: list[str] = dataclasses.field(default_factory=list)
    posted: list[dict[str, Any]] = dataclasses.field(default_factory=list)
    addressed: list[str] = dataclasses.field(default_factory=list)

    def __post_init__(self) -> None:
        if not (self.folder / "monitor.db").exists():
            (self.folder / "monitor.db").write_bytes(empty_database())
        self.store: Store = open_store(f"sqlite:///{self.folder / 'monitor.db'}")

    @property
    def settings(self) -> Settings:
        world = self

        class Stopped(Settings):
            @property
            def clock(self) -> Any:
                return lambda: world.now

        given = {f"MONITOR_CHANNEL_{name.upper()}_URL": f"http://{name}.example/hook" for name in self.tables}
        given |= {f"MONITOR_CHANNEL_{name.upper()}_SECRET": SECRET for name in self.tables}
        return Stopped(self.folder, "", url="https://monitor.example", channels=self.tables, channel_secrets={**given, **self.secrets})

    def record(self, *entries: Transition) -> None:
        """Append to the ledger as a refresh does."""
        ledger.append(self.store, entries, self.now, for_channels(channels(self.tables).values()))

    def deliver(self, *, dry_run: bool = False, inhibited: Any = None) -> list[dict[str, Any]]:
        """One round of telling; returns what was posted in it."""
        before = len(self.posted)
        muted = {"aegean": inhibited} if inhibited else {}
        work = Delivery(self.settings, self.store, {"aegean": self.watched}, self.said.append, dry_run, self._post, self._notify, muted)
        work.run()
        return self.posted[before:]

    def _post(self, url: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, float | None]:
        if self.broken:
            raise self.broken
        if 200 <= self.status < 300:
            self.posted.append(json.loads(body))
            self.addressed.append(url)
        return self.status, self.wait

    def _notify(self, address: str, message: Message) -> None:
        self._post(address, json.dumps({"id": message.id, "title": message.title}).encode(), {})

    def rows(self, name: str = "office") -> list[outbox.Row]:
        return outbox.all_of(self.store, name)

    def states(self, name: str = "office") -> list[tuple[str, str]]:
        return [(row.state.value, row.reason) for row in self.rows(name)]


@dataclasses.dataclass
class Receiver:
    """What came to a webhook: headers (names in small letters) and bodies."""

    address: str
    came: list[tuple[dict[str, str], bytes]]


@contextmanager
def receiver(status: int = 204) -> Iterator[Receiver]:
    """A receiver of webhooks on this machine."""
    came: list[tuple[dict[str, str], bytes]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            came.append(({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(status)
            if status == 302:
                self.send_header("Location", "/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield Receiver(f"http://127.0.0.1:{server.server_port}/hook", came)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _AnyPort(Controller):
    """On a port that the system chooses."""

    def _trigger_server(self) -> None:
        assert self.server is not None
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@contextmanager
def mail_server(answer: str = "250 OK") -> Iterator[tuple[int, list[EmailMessage]]]:
    """A mail server on this machine: its port, and the messages that came."""
    came: list[EmailMessage] = []

    class Handler:
        async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
            if answer.startswith("250"):
                envelope.rcpt_tos.append(address)
            return answer

        async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
            made = email.message_from_bytes(envelope.content, policy=email.policy.default)
            assert isinstance(made, EmailMessage)
            came.append(made)
            return answer

    def known(server: Any, session: Any, envelope: Any, mechanism: str, given: Any) -> AuthResult:
        return AuthResult(success=given.password == PASSWORD.encode(), handled=False)

    controller = _AnyPort(Handler(), hostname="127.0.0.1", port=0, authenticator=known, auth_require_tls=False)
    controller.start()
    try:
        yield controller.port, came
    finally:
        controller.stop()
