from __future__ import annotations

import datetime as dt
import gc
import gzip
import http.server
import itertools
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest

from monitor import __version__
from monitor import http as client_module
from monitor.archive import Archive
from monitor.errors import EmptyAnswer, SourceError
from monitor.http import Client, _TryAgain
from monitor.model import Answer, Source
from tests.building import NOON

SOURCE = Source("test", "Test", "", "", "", "", pace=1, attempts=3, budget=30, max_bytes=200_000)
Reply = Callable[["Handler"], None]
# CacheControl leaves the temporary file of an answer that is not read to its end to the garbage collector.
pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers with what the server was told to; the last reply is repeated."""

    protocol_version = "HTTP/1.1"
    server: Loopback

    def do_GET(self) -> None:
        self.server.paths.append(self.path)
        self.server.headers_seen.append(dict(self.headers))
        self.close_connection = True
        reply = self.server.replies.pop(0) if len(self.server.replies) > 1 else self.server.replies[0]
        reply(self)

    def log_message(self, *args: Any) -> None:
        pass


class Loopback(http.server.ThreadingHTTPServer):
    daemon_threads = True
    replies: list[Reply]
    paths: list[str]
    headers_seen: list[dict[str, str]]

    def handle_error(self, *args: Any) -> None:
        """A client that hangs up is what these tests are about."""

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


def send(status: int = 200, body: bytes = b"{}", announced: int | None = None, **headers: str) -> Reply:
    def reply(handler: Handler) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Length", str(len(body) if announced is None else announced))
        handler.send_header("Connection", "close")
        handler.end_headers()
        handler.wfile.write(body)

    return reply


def hang_up(handler: Handler) -> None:
    handler.connection.shutdown(2)


def endless(handler: Handler) -> None:
    handler.send_response(200)
    handler.send_header("Connection", "close")
    handler.end_headers()
    handler.wfile.write(b"[")
    while True:  # until the client has had enough and the write fails
        handler.wfile.write(b"0," * 8192)


def serve() -> Iterator[Loopback]:
    loopback = Loopback(("127.0.0.1", 0), Handler)
    loopback.replies, loopback.paths, loopback.headers_seen = [send()], [], []
    thread = threading.Thread(target=loopback.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield loopback
    loopback.shutdown()
    loopback.server_close()
    thread.join()


@pytest.fixture
def server() -> Iterator[Loopback]:
    yield from serve()


@pytest.fixture
def elsewhere() -> Iterator[Loopback]:
    """Another host."""
    yield from serve()


@dataclass
class Asking:
    """A client in a folder of its own, asking the loopback server."""

    server: Loopback
    folder: Path
    client: Client = field(init=False)

    def __post_init__(self) -> None:
        self.client = Client(Archive(self.folder), lambda: NOON, self.folder / "http")

    def get(
        self, *replies: Reply, path: str = "/v1/figures", params: Any = (), secrets: Any = (), expect: str = "json", **source: Any
    ) -> Answer:
        self.server.replies = list(replies)
        return self.client.for_source(replace(SOURCE, **source), self.server.base, secrets)(path, params, tag="tag", expect=expect)

    def fails(self, *replies: Reply, **how: Any) -> SourceError:
        with pytest.raises(SourceError) as told:
            self.get(*replies, **how)
        assert told.value.source == "test"
        return told.value


@pytest.fixture
def asking(server: Loopback, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Asking:
    """The real adapter, at a pace that no test notices."""
    adapter = client_module._Paced
    monkeypatch.setattr(client_module, "_Paced", lambda per_second, **keeps: adapter(per_second=1000, limit_statuses=(), **keeps))
    return Asking(server, tmp_path)


@pytest.fixture(autouse=True, scope="module")
def nothing_left_for_other_tests() -> Iterator[None]:
    yield
    gc.collect()


# -- A good answer -------------------------------------------------------------------------------------------------------


def test_an_answer_says_where_when_and_what(asking: Asking) -> None:
    found = asking.get(send(body=b'{"a": 1}'), params=[("coo", "SYR"), ("year[]", "2024"), ("year[]", "2025")])
    assert found.url == f"{asking.server.base}/v1/figures?coo=SYR&year%5B%5D=2024&year%5B%5D=2025"
    assert (found.body, found.retrieved_at, found.tag, found.source) == (b'{"a": 1}', NOON, "tag", "test")


@pytest.mark.parametrize(("contact", "named"), [("", ""), ("desk@example.org", " (+desk@example.org)")])
def test_the_client_names_itself_and_who_runs_it(asking: Asking, contact: str, named: str) -> None:
    asking.client.contact = contact
    asking.get(send())
    (headers,) = asking.server.headers_seen
    assert headers["User-Agent"] == f"refugee-flow-monitor/{__version__}{named}"


@pytest.mark.parametrize("path", ["v1/x", "/v1/x"])
def test_a_path_follows_the_base_address_with_one_slash(asking: Asking, path: str) -> None:
    asking.get(send(), path=path)
    assert asking.server.paths == ["/v1/x"]


def test_a_whole_address_is_asked_as_it_stands(asking: Asking) -> None:
    get = asking.client.for_source(SOURCE, "http://elsewhere.invalid")
    assert get(f"{asking.server.base}/feed").body == b"{}"


@pytest.mark.parametrize("body", [b'{"a":1}', b"[]", b'\xef\xbb\xbf{"a":1}', b"\r\n\t [1]"])
def test_json_is_taken_with_a_byte_order_mark_and_blanks_before_it(asking: Asking, body: bytes) -> None:
    assert asking.get(send(body=body)).body == body


@pytest.mark.parametrize(
    "body", [b"<?xml version='1.0'?><rss/>", b"<rss/>", b"<RSS/>", b"<feed/>", b"<rdf:RDF/>", b"\n<!-- made by hand --><rss/>"]
)
def test_a_feed_is_taken_in_its_usual_beginnings(asking: Asking, body: bytes) -> None:
    assert asking.get(send(body=body), expect="feed").body == body


def test_a_compressed_body_is_unpacked(asking: Asking) -> None:
    assert asking.get(send(body=gzip.compress(b'{"a":1}'), Content_Encoding="gzip")).body == b'{"a":1}'


def test_a_redirect_is_followed(asking: Asking) -> None:
    found = asking.get(send(302, b"", Location="/moved"), send(body=b"[1]"))
    assert found.body == b"[1]"
    assert asking.server.paths == ["/v1/figures", "/moved"]


# -- Statuses ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 413, 422])
def test_a_refusal_is_permanent_and_asked_once(asking: Asking, status: int) -> None:
    error = asking.fails(send(status))
    assert error.permanent
    assert f"HTTP {status}" in str(error)
    assert "127.0.0.1" in str(error)
    assert "/v1/figures" in str(error)
    assert len(asking.server.paths) == 1


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b'{"error": "no such code"}', '{"error": "no such code"}'),
        (b"", ""),
        (b"x" * 5_000_000, "x" * client_module.LONGEST_REFUSAL),
        (b"\xff", "\ufffd"),
        (b"your key s3cret is not known", "your key *** is not known"),
    ],
)
def test_what_comes_with_a_refusal_is_handed_on_up_to_a_length_and_without_secrets(asking: Asking, body: bytes, told: str) -> None:
    error = asking.fails(send(400, body), secrets=("s3cret",))
    assert error.told == told
    assert "HTTP 400" in error.message
    assert "x" not in error.message.replace("127.0.0.1", "")


@pytest.mark.parametrize(
    "reply",
    [send(400, b"some", announced=400), send(400, b"no gzip", Content_Encoding="gzip"), send(400, b"x", Transfer_Encoding="chunked")],
)
def test_a_refusal_that_breaks_off_is_a_refusal_nevertheless(asking: Asking, reply: Reply) -> None:
    error = asking.fails(reply)
    assert (error.permanent, "HTTP 400" in error.message, len(asking.server.paths)) == (True, True, 1)


@pytest.mark.parametrize("status", [202, 429, 500, 502, 503, 504])
def test_a_passing_fault_is_asked_three_times_and_no_more(asking: Asking, status: int) -> None:
    error = asking.fails(send(status))
    assert not error.permanent
    assert f"HTTP {status}" in str(error)
    assert "after 3 attempts" in str(error)
    assert len(asking.server.paths) == 3


@pytest.mark.parametrize("status", [202, 429, 500, 503])
def test_a_fault_that_passes_leaves_no_trace(asking: Asking, status: int) -> None:
    assert asking.get(send(status), send(status), send(body=b"[1]")).body == b"[1]"
    assert len(asking.server.paths) == 3


def test_a_source_that_wants_one_attempt_gets_one(asking: Asking) -> None:
    assert "after 1 attempt" in str(asking.fails(send(429), attempts=1))
    assert len(asking.server.paths) == 1


@pytest.mark.parametrize("status", [204, 206, 304])
def test_a_status_that_is_no_whole_answer_is_a_fault(asking: Asking, status: int) -> None:
    assert f"HTTP {status}" in str(asking.fails(send(status, b"")))


# -- Retry-After ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "asked_for", ["31", "3600", format_datetime(NOON + dt.timedelta(seconds=31), usegmt=True), "Sun, 01 Nov 2026 13:00:00 GMT"]
)
def test_a_server_that_wants_a_long_pause_is_left_alone_until_the_next_run(asking: Asking, asked_for: str) -> None:
    error = asking.fails(send(503, Retry_After=asked_for), budget=10_000)
    assert not error.permanent
    assert len(asking.server.paths) == 1


@pytest.mark.parametrize(
    "asked_for", ["0", "30", format_datetime(NOON + dt.timedelta(seconds=30), usegmt=True), "Sun, 01 Nov 2026 11:00:00 GMT"]
)
def test_a_server_that_wants_a_short_pause_is_asked_again(asking: Asking, asked_for: str) -> None:
    assert asking.get(send(503, Retry_After=asked_for), send(body=b"[1]"), budget=10_000).body == b"[1]"


@pytest.mark.parametrize("asked_for", ["", "soon", "-5", "1.5", "²", "Sun, 99 Nov 2026 13:00:00 GMT", "Sun, 01 Nov 2026 12:00:10 -0000"])
def test_a_pause_that_cannot_be_read_is_as_good_as_none(asking: Asking, asked_for: str) -> None:
    assert asking.get(send(429, Retry_After=asked_for), send(body=b"[1]")).body == b"[1]"


def request(client: Client, budget: float) -> client_module._Request:
    source = replace(SOURCE, budget=budget)
    return client_module._Request(client, source, None, client.monotonic() + budget, "", (), "", client_module.BODIES["json"], {}, ())  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("wait", "budget", "decision"),
    [
        (None, 60, True),  # at our own pace
        (0.0, 60, True),
        (5.0, 60, 5.0),  # as long as the server said
        (30.0, 60, 30.0),
        (30.5, 60, False),
        (9.9, 10, 9.9),
        (10.0, 10, False),  # the run would be over by then
    ],
)
def test_the_pause_is_the_servers_unless_it_is_too_long(tmp_path: Path, wait: float | None, budget: float, decision: object) -> None:
    client = Client(Archive(tmp_path), lambda: NOON, tmp_path, monotonic=lambda: 100.0)
    assert request(client, budget)._wait_before_retry(_TryAgain("busy", wait)) == decision


def test_another_fault_is_never_tried_again(tmp_path: Path) -> None:
    client = Client(Archive(tmp_path), lambda: NOON, tmp_path)
    assert request(client, 60)._wait_before_retry(ValueError("ours")) is False


# -- Broken connections and bodies ---------------------------------------------------------------------------------------


@pytest.fixture
def let_go(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Short patience of the client; the event ends the server's silence."""
    monkeypatch.setattr(client_module, "READ_SECONDS", 0.2)
    event = threading.Event()
    yield event
    event.set()


def test_silence_is_cut_off_and_tried_again(asking: Asking, let_go: threading.Event) -> None:
    error = asking.fails(lambda handler: bool(let_go.wait(30)), budget=100)
    assert not error.permanent
    assert "no answer within" in str(error)
    assert len(asking.server.paths) == 3


def test_silence_in_the_middle_of_a_body_is_cut_off(asking: Asking, let_go: threading.Event) -> None:
    def stall(handler: Handler) -> None:
        send(body=b"[1", announced=100)(handler)
        let_go.wait(30)

    assert not asking.fails(stall, attempts=1).permanent


@pytest.mark.parametrize(
    ("broken", "told"),
    [
        pytest.param(hang_up, "the connection broke", id="reset"),
        pytest.param(send(body=b'{"a": 1', announced=100), "the connection broke", id="truncated"),
        pytest.param(send(body=b"{}", Content_Encoding="gzip"), "compressed", id="bad gzip"),
    ],
)
def test_a_broken_answer_is_tried_again_and_never_kept(asking: Asking, broken: Reply, told: str) -> None:
    error = asking.fails(broken)
    assert told in str(error)
    assert "after 3 attempts" in str(error)
    assert not list(asking.folder.glob("raw/**/*.gz"))
    assert asking.get(broken, send(body=b"[1]")).body == b"[1]"


def test_a_truncated_body_is_not_remembered_as_the_one_that_has_not_changed(asking: Asking) -> None:
    """Else a server that says 304 would make half an answer whole."""

    def whole_or_unchanged(handler: Handler) -> None:
        send(304, b"", ETag='"v1"')(handler) if "If-None-Match" in handler.headers else send(body=b"[1, 2]", ETag='"v1"')(handler)

    assert asking.get(send(body=b"[1", announced=6, ETag='"v1"'), whole_or_unchanged).body == b"[1, 2]"


def test_redirects_without_end_are_given_up(asking: Asking) -> None:
    error = asking.fails(send(302, b"", Location="/v1/figures"))
    assert error.permanent
    assert "redirects without end" in str(error)
    assert len(asking.server.paths) <= 7


def test_a_body_without_end_is_cut_at_the_largest_size(asking: Asking) -> None:
    error = asking.fails(endless)
    assert error.permanent
    assert "larger than" in str(error)
    assert len(asking.server.paths) == 1


def test_a_small_body_that_unpacks_into_a_large_one_is_cut_too(asking: Asking) -> None:
    bomb = gzip.compress(b"[" + b" " * 50_000_000)
    assert len(bomb) < SOURCE.max_bytes
    assert "larger than" in str(asking.fails(send(body=bomb, Content_Encoding="gzip")))


@pytest.mark.parametrize(("size", "taken"), [(SOURCE.max_bytes, True), (SOURCE.max_bytes + 1, False)])
def test_the_largest_size_is_still_taken(asking: Asking, size: int, taken: bool) -> None:
    body = b"[" + b" " * (size - 2) + b"]"
    if taken:
        assert len(asking.get(send(body=body)).body) == size
    else:
        assert "larger than" in str(asking.fails(send(body=body)))


@pytest.mark.parametrize(
    ("expect", "body", "shown"),
    [
        ("json", b"<!DOCTYPE html>\n<html>" + b"x" * 500, "<!DOCTYPE html> <html>" + "x" * 58),
        ("json", b"Your query was too short.", "Your query was too short."),
        ("json", b"null", "null"),
        ("json", b"\xff\xfe{", "��{"),
        ("feed", b"<!DOCTYPE html><html></html>", "<!DOCTYPE html><html></html>"),
        ("feed", b'{"error": "gone"}', '{"error": "gone"}'),
    ],
)
def test_another_kind_of_body_at_200_is_a_fault_that_shows_its_first_80_characters(
    asking: Asking, expect: str, body: bytes, shown: str
) -> None:
    error = asking.fails(send(body=body), expect=expect)
    assert f": {shown!r} (" in str(error)
    assert not isinstance(error, EmptyAnswer)
    assert len(asking.server.paths) == 1
    assert not list(asking.folder.glob("raw/**/*.gz"))


@pytest.mark.parametrize("body", [b"", b"   \r\n", b"\xef\xbb\xbf"])
def test_nothing_at_200_is_an_empty_answer(asking: Asking, body: bytes) -> None:
    assert isinstance(asking.fails(send(body=body)), EmptyAnswer)


def test_a_port_where_nobody_listens_is_a_fault_that_may_pass(asking: Asking) -> None:
    asking.server.server_close()
    error = asking.fails(send())
    assert "cannot be reached" in str(error)
    assert not error.permanent


@pytest.mark.parametrize(
    "address", ["nowhere", "ftp://h.invalid/x", "http://", "http:///x", "http://[::1", "http://a b/", "http://.invalid/", "http://h:port/"]
)
def test_an_address_that_cannot_be_asked_is_a_fault_of_its_source_and_not_a_crash(asking: Asking, address: str) -> None:
    """A person types the addresses of the feeds."""
    get = asking.client.for_source(SOURCE, "")
    with pytest.raises(SourceError):
        get(address, expect="feed")


# -- Time ----------------------------------------------------------------------------------------------------------------


def test_a_budget_that_is_used_up_ends_the_run_before_another_request(asking: Asking) -> None:
    now = [0.0]
    asking.client.monotonic = lambda: now[0]
    asking.server.replies = [send()]
    get = asking.client.for_source(SOURCE, asking.server.base)
    now[0] = SOURCE.budget - 5
    get("/in-time")
    now[0] = SOURCE.budget + 0.1
    with pytest.raises(SourceError, match="not done within 30 seconds"):
        get("/too-late")
    assert asking.server.paths == ["/in-time"]


def test_a_budget_that_runs_out_in_the_middle_of_a_body_ends_it(asking: Asking) -> None:
    ticks = itertools.chain([0.0, 1.0], itertools.repeat(SOURCE.budget + 1))
    asking.client.monotonic = lambda: next(ticks)
    assert "not done within" in str(asking.fails(send(body=b"[" + b" " * 150_000 + b"]")))


def drip(handler: Handler) -> None:
    """A body that never ends and never pauses for long."""
    handler.send_response(200)
    handler.send_header("Content-Length", "1000000")
    handler.end_headers()
    try:
        while not threading.Event().wait(0.05):
            handler.wfile.write(b" ")
            handler.wfile.flush()
    except OSError:
        handler.close_connection = True


def test_a_body_that_comes_byte_by_byte_ends_with_the_budget(asking: Asking) -> None:
    before = time.monotonic()
    assert "not done within" in str(asking.fails(drip, budget=0.5))
    assert time.monotonic() - before < 15


def test_user_and_password_of_an_address_are_in_no_answer(asking: Asking) -> None:
    address = asking.server.base.replace("http://", "http://me:s3cret@") + "/x"
    found = asking.get(send(), path=address)
    assert "s3cret" not in found.url
    assert b"s3cret" not in gzip.decompress((asking.client.archive.data_dir / found.file).read_bytes())


def test_a_stop_ends_the_run_before_another_request_and_between_attempts(asking: Asking) -> None:
    asking.fails(lambda handler: (asking.client.stopping.set(), send(503)(handler))[0])
    assert len(asking.server.paths) == 1
    assert "stopped" in str(asking.fails(send()))
    assert len(asking.server.paths) == 1


def rate_of(client: Client, source: Source, monkeypatch: pytest.MonkeyPatch) -> tuple[int, int]:
    """(requests, milliseconds) that the adapter of this source is limited to."""
    made: list[Any] = []
    adapter = client_module._Paced
    monkeypatch.setattr(client_module, "_Paced", lambda **how: made.append(adapter(**how)) or made[-1])
    client.for_source(source, "http://127.0.0.1")
    (rate,) = made[0].limiter.bucket_factory.rates
    made[0].close()
    return rate.limit, rate.interval


@pytest.mark.parametrize(("pace", "rate"), [(8.0, (1, 8000)), (1.0, (1, 1000)), (0.25, (4, 1000))])
def test_the_pace_of_a_source_is_the_rate_of_its_adapter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pace: float, rate: tuple[int, int]
) -> None:
    assert rate_of(Client(Archive(tmp_path), lambda: NOON, tmp_path), replace(SOURCE, pace=pace), monkeypatch) == rate


@pytest.mark.parametrize(("paced", "pace"), [(False, 8.0), (True, 0.0)])
def test_without_a_pace_the_source_is_asked_at_once(server: Loopback, tmp_path: Path, paced: bool, pace: float) -> None:
    get = Client(Archive(tmp_path), lambda: NOON, tmp_path, paced=paced).for_source(replace(SOURCE, pace=pace), server.base)
    before = time.monotonic()
    assert [get("/x").body for _ in range(2)] == [b"{}", b"{}"]
    assert time.monotonic() - before < 8


def test_a_client_that_is_done_leaves_no_thread_behind(server: Loopback, tmp_path: Path) -> None:
    """The schedule makes a new session for each source every half hour, for months."""
    client = Client(Archive(tmp_path), lambda: NOON, tmp_path)

    def pacing() -> int:
        gc.collect()
        return sum("Leaker" in thread.name for thread in threading.enumerate())

    before = pacing()
    for _ in range(4):
        client.for_source(replace(SOURCE, pace=0.001), server.base)("/x")
    until = time.monotonic() + 10  # a thread that is told to end does so in its own time
    while pacing() > before and time.monotonic() < until:
        threading.Event().wait(0.02)
    assert pacing() <= before


# -- Secrets -------------------------------------------------------------------------------------------------------------

SECRETS = ["s3cret", "bmFtZTptYWlsQGhvc3Q=", "a+b/c&d e%20é"]


def on_disk(folder: Path) -> bytes:
    files = [path for path in folder.rglob("*") if path.is_file()]
    return b"".join(gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes() for path in files)


def forms(secret: str, server: Loopback) -> list[str]:
    """The secret as it was given, and as it stood in the address."""
    return [secret, server.paths[-1].split("key=")[-1]]


@pytest.mark.parametrize("secret", SECRETS)
def test_a_secret_is_sent_and_is_in_no_answer_and_no_file(asking: Asking, secret: str) -> None:
    found = asking.get(send(body=b"[1]", ETag='"v1"'), params=[("key", secret)], secrets=(secret,))
    assert "key=" in asking.server.paths[0]
    for form in forms(secret, asking.server):
        assert form not in found.url
        assert form.encode() not in on_disk(asking.folder)
    assert found.url.endswith("?key=***")


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize(
    "reply", [send(401), send(500), send(body=b"<html>"), send(body=b""), hang_up, send(302, b"", Location="/loop?key=s3cret")]
)
def test_a_secret_is_in_no_message(asking: Asking, secret: str, reply: Reply) -> None:
    error = asking.fails(reply, params=[("key", secret)], secrets=(secret,))
    assert all(form not in str(error) for form in forms(secret, asking.server))


def test_a_secret_in_the_path_is_in_no_message(asking: Asking) -> None:
    assert "s3cret" not in str(asking.fails(send(404), path="/feeds/s3cret/rss", secrets=("s3cret",)))


@pytest.mark.parametrize("address", ["http://me:s3cret@127.0.0.1:9/rss", "nowhere://s3cret"])
def test_a_secret_in_a_whole_address_is_in_no_message(asking: Asking, address: str) -> None:
    get = asking.client.for_source(SOURCE, "", ("s3cret",))
    with pytest.raises(SourceError) as told:
        get(address)
    assert "s3cret" not in str(told.value)


@pytest.mark.parametrize(
    ("body", "kept"),
    [
        (b'{"next": "https://a.example/x?client_id=s3cret+id%2F1&offset=2"}', b'{"next": "https://a.example/x?client_id=***&offset=2"}'),
        (b'{"next": "https://a.example/x?client_id=s3cret%20id%2F1"}', b'{"next": "https://a.example/x?client_id=***"}'),
        (b'{"next": "https:\\/\\/a.example\\/x?key\\u003ds3cret id/1"}', b'{"next": "https:\\/\\/a.example\\/x?key\\u003d***"}'),
        (b'{"href": "/go?to=%2Fx%3Fkey%3Ds3cret%20id%2F1%26a"}', b'{"href": "/go?to=%2Fx%3Fkey%3D***%26a"}'),
        (b'{"title": "s3cret id/1"}', b'{"title": "s3cret id/1"}'),
        (b'{"next": "?key=s3cret+id%2F12"}', b'{"next": "?key=s3cret+id%2F12"}'),
    ],
)
def test_a_key_that_the_body_gives_back_in_an_address_is_masked_wherever_it_is_kept(
    asking: Asking, tmp_path: Path, body: bytes, kept: bytes
) -> None:
    """Only whole, as the value of a parameter: a title that equals the key is a title."""
    answer = asking.get(send(body=body), secrets=("s3cret id/1",))
    assert answer.body == kept
    assert asking.client.archive.read(answer.file) == kept


KEYED = {"Ocp-Apim-Subscription-Key": "s3cret", "X-Token": "Bearer s3cret", "X-Other": "stays", "Authorization": "s3cret"}


def keyed_headers(asking: Asking, *replies: Reply) -> None:
    asking.server.replies = list(replies)
    get = asking.client.for_source(SOURCE, asking.server.base, ("s3cret",))
    get("/v1/figures", headers=KEYED)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_credential_in_a_header_is_sent_to_no_other_host(asking: Asking, elsewhere: Loopback, status: int) -> None:
    keyed_headers(asking, send(status, b"", Location=f"{elsewhere.base}/there"))
    (sent,), (passed_on,) = asking.server.headers_seen, elsewhere.headers_seen
    assert {name: sent.get(name) for name in KEYED} == KEYED
    assert {name: passed_on[name] for name in KEYED if name in passed_on} == {"X-Other": "stays"}
    assert "s3cret" not in str(passed_on)


def test_a_credential_does_not_come_back_on_the_way_through_another_host(asking: Asking, elsewhere: Loopback) -> None:
    elsewhere.replies = [send(302, b"", Location=f"{asking.server.base}/back")]
    keyed_headers(asking, send(302, b"", Location=f"{elsewhere.base}/there"), send())
    assert asking.server.paths == ["/v1/figures", "/back"]
    assert "s3cret" not in str(asking.server.headers_seen[1])


def test_a_credential_in_a_header_stays_on_the_way_within_its_host(asking: Asking) -> None:
    keyed_headers(asking, send(302, b"", Location="/moved"), send())
    assert asking.server.headers_seen[1]["Ocp-Apim-Subscription-Key"] == "s3cret"


@pytest.mark.parametrize(("secrets", "kept"), [((), True), (("s3cret",), False)])
def test_what_a_keyed_source_answers_is_in_the_archive_alone(asking: Asking, secrets: tuple[str, ...], kept: bool) -> None:
    asking.get(send(body=b'{"your key": "s3cret"}', ETag='"v1"'), secrets=secrets)
    remembered = [path for path in (asking.folder / "http").rglob("*") if path.is_file()]
    assert bool(remembered) is kept
    assert asking.get(send(body=b"[2]"), secrets=secrets).body == b"[2]"
    assert ("If-None-Match" in asking.server.headers_seen[1]) is kept


def test_a_signed_address_is_kept_without_its_signature(asking: Asking) -> None:
    signed = send(302, b"", Location="/dump.json?X-Amz-Credential=AKIA&X-Amz-Signature=abc")
    answer = asking.get(signed, send(body=b"[1]"))
    assert answer.url == f"{asking.server.base}/dump.json"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_the_body_of_a_redirect_is_not_read_since_it_may_never_end(asking: Asking, status: int) -> None:
    written = 0

    def endless_redirect(handler: Handler) -> None:
        nonlocal written
        handler.send_response(status)
        handler.send_header("Location", "/there")
        handler.send_header("Connection", "close")
        handler.end_headers()
        while written < 50_000_000:
            handler.wfile.write(b" " * 100_000)
            written += 100_000

    assert asking.get(endless_redirect, send(body=b"[1]")).body == b"[1]"
    assert written < 20_000_000


@pytest.mark.parametrize("how", [{"Transfer_Encoding": "chunked"}, {"Content_Encoding": "gzip"}])
def test_the_body_of_a_redirect_may_be_damaged(asking: Asking, how: dict[str, str]) -> None:
    assert asking.get(send(302, b"no chunk, no gzip", Location="/there", **how), send(body=b"[1]")).body == b"[1]"


# -- What has not changed, and the archive -------------------------------------------------------------------------------


@pytest.mark.parametrize(("sent", "returned"), [("ETag", "If-None-Match"), ("Last-Modified", "If-Modified-Since")])
def test_a_body_that_has_not_changed_is_had_again_without_being_sent(asking: Asking, sent: str, returned: str) -> None:
    mark = '"v1"' if sent == "ETag" else "Sun, 01 Nov 2026 10:00:00 GMT"

    def unchanged(handler: Handler) -> None:
        known = handler.headers.get(returned) == mark
        send(304, b"", **{sent: mark})(handler) if known else send(body=b"[1]", **{sent: mark})(handler)

    first, second = asking.get(unchanged), asking.get(unchanged)
    assert (second.body, second.file) == (first.body, first.file)
    assert asking.server.headers_seen[1].get(returned) == mark


def test_a_body_that_has_changed_takes_the_place_of_the_one_before(asking: Asking) -> None:
    asking.get(send(body=b"[1]", ETag='"v1"'))
    assert asking.get(send(body=b"[2]", ETag='"v2"')).body == b"[2]"
    assert asking.get(send(304, b"", ETag='"v2"')).body == b"[2]"


def test_after_a_bad_run_nothing_remembered_is_taken_for_an_answer(asking: Asking) -> None:
    """And what comes then is remembered again."""

    def unchanged(handler: Handler) -> None:
        send(304, b"")(handler) if "If-None-Match" in handler.headers else send(body=b"[2]", ETag='"v1"')(handler)

    assert asking.get(send(body=b"[1]", ETag='"v1"')).body == b"[1]"
    assert asking.client.for_source(SOURCE, asking.server.base, anew=False)("/v1/figures").body == b"[1]"
    asking.server.replies = [unchanged]
    assert asking.client.for_source(SOURCE, asking.server.base, anew=True)("/v1/figures").body == b"[2]"
    assert asking.get(unchanged).body == b"[2]"


def test_a_server_that_calls_its_answer_fresh_is_asked_nevertheless(asking: Asking) -> None:
    asking.get(send(body=b"[1]", Cache_Control="max-age=86400"))
    assert asking.get(send(body=b"[2]")).body == b"[2]"


def test_a_moved_address_is_asked_again_each_time(asking: Asking) -> None:
    asking.get(send(301, b"", Location="/moved"), send(body=b"[1]"))
    assert asking.get(send(body=b"[2]")).body == b"[2]"


def test_every_answer_is_in_the_archive_as_it_came_and_the_same_one_once(asking: Asking) -> None:
    first, second, other = (asking.get(send(body=body), params=[("n", str(n))]) for n, body in enumerate((b"[1]", b"[1]", b"[2]")))
    assert first.file == second.file != other.file
    assert first.sha256 == second.sha256 != other.sha256
    assert asking.client.archive.read(first.file) == b"[1]"
    assert len(list(asking.folder.glob("raw/test/*/*.gz"))) == 2
