"""The only importer of requests: a polite, bounded, suspicious client.

Kept libraries do the common work: stamina retries, requests-ratelimiter paces each host, CacheControl sends
If-None-Match and If-Modified-Since and answers a 304 from its store. Ours is the suspicion: a size cap while the body
streams in, a budget of seconds for all requests of a run, and a look at the first byte, since upstreams answer 200 with
an HTML page, a sentence or nothing.
"""

from __future__ import annotations

import datetime as dt
import re
import threading
import time
import weakref
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple
from urllib.parse import quote, quote_plus, urlsplit

import requests
import stamina
from cachecontrol.adapter import CacheControlAdapter
from cachecontrol.cache import BaseCache
from cachecontrol.caches import SeparateBodyFileCache
from cachecontrol.heuristics import LastModified
from requests_ratelimiter import LimiterMixin
from urllib3.exceptions import MaxRetryError

from monitor import __version__, files
from monitor.archive import Archive
from monitor.errors import ChannelError, EmptyAnswer, SourceError
from monitor.model import Answer, Get, Source, public
from monitor.settings import Clock

USER_AGENT = f"refugee-flow-monitor/{__version__}"
CONNECT_SECONDS = 10.0
READ_SECONDS = 20.0
LONGEST_WAIT = 30.0  # a server that asks for more is asked again in the next run instead
CHUNK = 65_536
LONGEST_REFUSAL = 4_000  # bytes of what comes with one
NO_HEADERS: Mapping[str, str] = MappingProxyType({})


class Body(NamedTuple):
    """A kind of answer: what it is called, what is asked for, and how it begins (nothing: anything but a page)."""

    called: str
    accept: str
    begins: tuple[bytes, ...]


BODIES: Mapping[str, Body] = {
    "json": Body("JSON", "application/json", (b"{", b"[")),
    "feed": Body(
        "a feed",
        "application/rss+xml, application/atom+xml, application/xml;q=0.9, */*;q=0.5",
        (b"<?xml", b"<rss", b"<feed", b"<rdf", b"<!doctype rss", b"<!--"),
    ),
    "csv": Body("CSV", "text/csv, text/plain;q=0.9, */*;q=0.5", ()),
    "xlsx": Body("a workbook", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet, */*;q=0.5", (b"pk",)),
    "html": Body("a page", "text/html", (b"<!doctype html", b"<html", b"<head", b"<!--")),
}
PAGE = (b"<!doctype html", b"<html")


class _Paced(LimiterMixin, CacheControlAdapter):  # type: ignore[misc]
    """Paces one host and remembers validators."""


class _Session(requests.Session):
    """Hands the headers that hold a secret to no other host: requests itself takes back no more than `Authorization`."""

    secrets: Sequence[str] = ()

    def rebuild_auth(self, prepared_request: requests.PreparedRequest, response: requests.Response) -> None:
        """Called for each redirect, before it is followed."""
        super().rebuild_auth(prepared_request, response)  # type: ignore[no-untyped-call]
        headers = prepared_request.headers
        if self.should_strip_auth(str(response.request.url), str(prepared_request.url)):  # type: ignore[no-untyped-call]
            for name in [name for name, value in headers.items() if any(secret in str(value) for secret in self.secrets)]:
                del headers[name]


class _WriteOnly(SeparateBodyFileCache):
    """Remembers what comes and recalls nothing."""

    def get(self, key: str) -> bytes | None:
        return None


class _Forgetful(BaseCache):
    """Remembers nothing."""

    def get(self, key: str) -> bytes | None:
        return None

    def set(self, key: str, value: bytes, expires: int | dt.datetime | None = None) -> None:
        pass

    def delete(self, key: str) -> None:
        pass


class _TryAgain(Exception):
    """A fault that another attempt may mend; `wait` is what the server asked for, in seconds."""

    def __init__(self, message: str, wait: float | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.wait = wait


@dataclass
class Client:
    """Makes a `get` for one source at a time. `paced` False removes the pauses between requests, for tests."""

    archive: Archive
    clock: Clock
    cache_dir: Path
    contact: str = ""  # where an upstream can reach who runs this
    files: Path | None = None  # the folder whose files `file:` addresses name
    paced: bool = True
    stopping: threading.Event = field(default_factory=threading.Event)
    monotonic: Callable[[], float] = time.monotonic

    def for_source(self, source: Source, base: str, secrets: Sequence[str] = (), *, anew: bool = False, situations: int = 1) -> Get:
        """A function that asks this source, within its pace, its attempts and its budget.

        The budget is for each of the `situations`. `anew` takes no 304 for an answer: after a run that failed, what is remembered may be what it failed on.
        """
        session = _Session()
        session.secrets = secrets
        session.headers["Cache-Control"] = "max-age=0"  # ask every time; what is remembered only saves the body
        session.headers["User-Agent"] = f"{USER_AGENT} (+{self.contact})" if self.contact else USER_AGENT
        session.max_redirects = 5
        session.hooks["response"].append(_skip_body_of_redirect)
        # What a keyed source answers may have the key in it, so nothing of it is remembered.
        remembered = _Forgetful() if secrets else (_WriteOnly if anew else SeparateBodyFileCache)(self.cache_dir)
        keeps: Any = {"cache": remembered, "heuristic": LastModified()}  # the heuristic keeps answers that have no ETag
        paced = self.paced and source.pace > 0
        adapter = _Paced(per_second=1 / source.pace, **keeps) if paced else CacheControlAdapter(**keeps)
        session.mount("http://", adapter)
        session.mount("https://", adapter)
        deadline = self.monotonic() + source.budget * situations

        def get(
            path: str,
            params: Sequence[tuple[str, str]] = (),
            *,
            tag: str = "",
            expect: str = "json",
            headers: Mapping[str, str] = NO_HEADERS,
        ) -> Answer:
            url = path if "://" in path else base.rstrip("/") + "/" + path.lstrip("/")
            kind = _File if url.lower().startswith(files.SCHEME) else _Request  # a redirect to one is refused, since no adapter takes it
            asked = kind(self, source, session, deadline, url, tuple(params), tag, BODIES[expect], headers, tuple(secrets))
            return asked.answer()

        weakref.finalize(get, session.close)  # else the pace's thread would outlive the run
        return get


@dataclass
class _Request:
    client: Client
    source: Source
    session: requests.Session
    deadline: float
    url: str
    params: tuple[tuple[str, str], ...]
    tag: str
    due: Body
    headers: Mapping[str, str]
    secrets: tuple[str, ...]
    tries: int = 0
    answered = "answered"
    empty = "answered HTTP 200 with nothing in it"

    def answer(self) -> Answer:
        try:
            for attempt in stamina.retry_context(
                on=self._wait_before_retry, attempts=self.source.attempts, timeout=self.source.budget, wait_initial=1.0, wait_max=10.0
            ):
                with attempt:
                    return self._once()
        except _TryAgain as fault:
            raise self._error(f"{fault.message}, after {self.tries} attempt{'s' if self.tries > 1 else ''}") from None
        raise AssertionError("stamina ends with a value or an exception")

    def _wait_before_retry(self, error: Exception) -> bool | float:
        """Whether to try again, and after how many seconds where the server said so."""
        if not isinstance(error, _TryAgain) or self.client.stopping.is_set():
            return False
        wait = error.wait or 0.0
        if wait > LONGEST_WAIT or self.client.monotonic() + wait >= self.deadline:
            return False
        return wait or True

    def _once(self) -> Answer:
        self._check_time()
        self.tries += 1
        body, shown = self._body()
        self._check_first_bytes(body)
        now = self.client.clock()
        sha256, file = self.client.archive.keep(self.source.id, shown, body, now)
        return Answer(self.source.id, shown, body, now, sha256, self.tag, file)

    def _body(self) -> tuple[bytes, str]:
        """What came, and the address to show for it."""
        try:
            reply = self.session.get(
                self.url,
                params=self.params,
                stream=True,
                timeout=(CONNECT_SECONDS, READ_SECONDS),
                headers={"Accept": self.due.accept, **self.headers},
            )
            try:
                self._check_status(reply)
                return self._without_echo(b"".join(self._chunks(reply))), self._shown(public(reply.url or self.url))
            finally:
                _let_go(reply)
        except requests.TooManyRedirects:
            raise self._error("redirects without end", permanent=True) from None
        except requests.Timeout:
            raise _TryAgain(f"no answer within {READ_SECONDS:.0f} seconds") from None
        except requests.exceptions.ContentDecodingError:
            raise _TryAgain("the body is announced as compressed and is not") from None
        except (requests.ConnectionError, requests.exceptions.ChunkedEncodingError) as error:
            self._check_time()
            unreached = isinstance(error.args[0] if error.args else None, MaxRetryError)
            raise _TryAgain("cannot be reached" if unreached else "the connection broke") from None
        except requests.RequestException as error:
            raise self._error(f"cannot be asked: {self._without_secrets(str(error))}", permanent=True) from None

    def _check_time(self) -> None:
        if self.client.stopping.is_set():
            raise self._error("stopped before it was done")
        if self.client.monotonic() > self.deadline:
            raise self._error(f"not done within {self.source.budget:.0f} seconds")

    def _check_status(self, reply: requests.Response) -> None:
        status = reply.status_code
        if status == 429 or status in (202, 500, 502, 503, 504):
            raise _TryAgain(f"HTTP {status} {_meaning(status)}", _retry_after(reply, self.client.clock()))
        if status in (401, 403):
            raise self._error(f"HTTP {status}: access refused", permanent=True)
        if status != 200:
            refused = self._error(f"HTTP {status} {reply.reason or ''}".rstrip(), permanent=400 <= status < 500)
            refused.told = self._told(reply) if refused.permanent else ""
            raise refused

    def _told(self, reply: requests.Response) -> str:
        """The beginning of what came with a refusal; nothing where that breaks off, since the refusal is what counts."""
        told = b""
        try:
            for chunk in self._chunks(reply):
                told += chunk
                if len(told) >= LONGEST_REFUSAL:
                    break
        except (SourceError, requests.RequestException):
            pass
        return self._without_secrets(told[:LONGEST_REFUSAL].decode("utf-8", "replace"))

    def _chunks(self, reply: requests.Response) -> Iterator[bytes]:
        size = 0
        # A body that comes byte by byte never times out: when the budget is used up the connection is shut from outside.
        # (Headers that come byte by byte are bounded by their number alone.)
        watch = threading.Timer(max(0.0, self.deadline - self.client.monotonic()), _shut, (reply,))
        watch.daemon = True
        watch.start()
        try:
            for chunk in reply.iter_content(CHUNK):
                size += len(chunk)
                if size > self.source.max_bytes:
                    raise self._error(f"the answer is larger than {self.source.max_bytes / 1e6:.0f} MB and was cut off", permanent=True)
                self._check_time()
                yield chunk
        finally:
            watch.cancel()
        self._check_time()

    def _check_first_bytes(self, body: bytes) -> None:
        start = body[:400].lstrip(b"\xef\xbb\xbf \t\r\n")
        if not start:
            raise EmptyAnswer(f"{self._place()}: {self.empty}", source=self.source.id)
        begins = start.lower()
        if not begins.startswith(self.due.begins) if self.due.begins else begins.startswith(PAGE):
            shown = " ".join(body[:400].decode("utf-8", "replace").split())[:80]
            raise self._error(f"{self.answered} with something else than {self.due.called}: {shown!r}")

    def _shown(self, url: str) -> str:
        """The address as it may be kept: a signed one is a key for whoever has it, so its query goes."""
        return self._without_secrets(url.split("?")[0] if "signature=" in url.lower() else url)

    def _without_secrets(self, text: str) -> str:
        for secret in self.secrets:
            for form in _forms(secret):
                text = text.replace(form, "***")
        return text

    def _without_echo(self, body: bytes) -> bytes:
        """The body without the secret in the addresses that it gives, as links to the next page do.

        Only as the value of a parameter, so that no figure or title that happens to equal it is changed.
        """
        for secret in self.secrets:
            for form in (form.encode() for form in _forms(secret)):
                if form in body:
                    body = re.sub(rb"(=|%3[Dd]|\\u003[Dd])" + re.escape(form) + rb"(?![\w.~-]|%(?!26))", rb"\1***", body)
        return body

    def _error(self, message: str, *, permanent: bool = False) -> SourceError:
        return SourceError(f"{self._place()}: {message}", permanent=permanent, source=self.source.id)

    def _place(self) -> str:
        """Host and path, without the query: enough to find it, and no secret in it."""
        try:
            parts = urlsplit(public(self.url))
        except ValueError:
            return self._without_secrets(self.url)  # not an address
        return self._without_secrets(f"{parts.netloc}{parts.path}")


class _File(_Request):
    """A file on disk, taken as suspiciously as an answer."""

    answered = "a file"
    empty = "an empty file"

    def _body(self) -> tuple[bytes, str]:
        try:
            return files.read(self.client.files, self.url, self.source.max_bytes), self.url
        except files.ChangingError:
            raise _TryAgain("it was written to while it was read") from None
        except SourceError as error:
            raise type(error)(f"{self._place()}: {error.message}", permanent=error.permanent, source=self.source.id) from None

    def _place(self) -> str:
        return self.url


def _shut(reply: requests.Response) -> None:
    """End a reply that another thread is reading."""
    try:
        reply.raw.shutdown()
    except (ValueError, OSError):
        reply.close()  # an answer from the memory has no connection


def _skip_body_of_redirect(reply: requests.Response, **_: Any) -> None:
    """Nobody wants it, and requests would read it to its end, which may never come."""
    if reply.is_redirect:
        _let_go(reply)


def _let_go(reply: requests.Response) -> None:
    """Close a reply, and the file in which the cache collects its body: of one not read to its end it would stay open."""
    wrapper = getattr(reply.raw, "_fp", None)
    reply.close()
    collected = getattr(wrapper, "_CallbackFileWrapper__buf", None)  # CacheControl has no other way to it
    if collected is not None:
        collected.close()


def _forms(secret: str) -> tuple[str, ...]:
    """The secret as it is and as it stands in an address."""
    return (secret, quote_plus(secret), quote(secret), quote(secret, safe=""))


def _meaning(status: int) -> str:
    return {429: "too many requests", 202: "not ready yet", 503: "service unavailable"}.get(status, "server error")


def _retry_after(reply: requests.Response, now: dt.datetime) -> float | None:
    """Seconds of a Retry-After header, which is a number or a date; None when absent or unreadable."""
    text = reply.headers.get("Retry-After", "").strip()
    if text.isascii() and text.isdigit():
        return float(text)
    try:
        return max(0.0, (parsedate_to_datetime(text) - now).total_seconds())
    except (TypeError, ValueError):
        return None


def post(url: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, float | None]:
    """Hand a body to a receiver: its status, and the seconds after which it wants to be asked again where it says so.

    No redirect is followed and no answer read. Raises ChannelError, which never names the address, when nobody answers.
    """
    try:
        with requests.post(
            url,
            data=body,
            headers={"User-Agent": USER_AGENT, **headers},
            timeout=(CONNECT_SECONDS, READ_SECONDS),
            allow_redirects=False,
            stream=True,
        ) as reply:
            return reply.status_code, _retry_after(reply, dt.datetime.now(dt.UTC))
    except requests.Timeout:
        raise ChannelError(f"no answer within {READ_SECONDS:.0f} seconds") from None
    except requests.ConnectionError:
        raise ChannelError("the receiver cannot be reached, or the connection broke") from None
    except (requests.RequestException, ValueError) as error:  # UnicodeError of a host is a ValueError
        raise ChannelError(f"the address cannot be used ({type(error).__name__})", permanent=True) from None
