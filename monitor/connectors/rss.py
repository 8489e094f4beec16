"""RSS and Atom feeds: headlines and links that speak of the situation's people and places.

A feed is a window of its last items, so a poll that comes too late leaves a gap, which the refresh notes. Entities are
never expanded: a document that declares any is refused before it is parsed.
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import urlsplit

import feedparser

from monitor.errors import SourceError
from monitor.model import Answer, Context, Mention, Parsed, SetAside, Source

SOURCE = Source(
    id="rss",
    name="News feeds",
    about="Headlines of the feeds that the situation lists, kept when they name both its people and its places.",
    home="https://www.rssboard.org/rss-specification",
    licence="Each headline belongs to its publisher: headline and link only",
    citation="The feed named beside each headline",
    cadence=dt.timedelta(minutes=30),
    lag_days=0,
    pace=1.0,
    max_bytes=5_000_000,
    window=True,
)


def fetch(context: Context) -> Iterator[Answer | Exception]:
    """Every feed; one that fails is reported, and the rest goes on."""
    for address in context.options.get("feeds", ()):
        try:
            yield _checked(context.get(address, tag=_public(address), expect="feed"))
        except SourceError as error:
            yield error


def _public(address: str) -> str:
    """The address as it may be shown: without user and password."""
    scheme, _, rest = address.partition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme}://{host.rpartition('@')[2]}{slash}{path}"


def _checked(answer: Answer) -> Answer:
    body = answer.body.lower()
    if b"<!entity" in body:
        raise SourceError(f"{answer.tag}: the feed declares entities, which are never expanded", permanent=True, source=SOURCE.id)
    if b"<item" not in body and not (b"<feed" in body and b"<entry" in body):
        raise SourceError(f"{answer.tag}: a feed without an item, so its format has changed or it answers with nothing", source=SOURCE.id)
    if not body.rstrip().endswith((b"</rss>", b"</feed>", b"</rdf:rdf>")):
        raise SourceError(f"{answer.tag}: the feed breaks off before its end", source=SOURCE.id)
    return answer


def parse(context: Context, answers: Sequence[Answer]) -> Parsed:
    """Every item; the gate keeps those that name the situation's people and places."""
    parsed = Parsed()
    for answer in answers:
        for item in feedparser.parse(answer.body).entries:
            if item.get("link") and item.get("title"):
                parsed.mentions.append(_mention(item, answer, context))
            else:
                parsed.set_aside.append(
                    SetAside("an item without a title or a link", str(item.get("id") or item.get("title") or answer.url))
                )
    return parsed


def _date(item: Any) -> dt.datetime | None:
    """When the item was published, or else changed; None when it does not say so in a way that can be read."""
    # feedparser's own get would warn, and take one date for the other.
    given = dict.get(item, "published_parsed") or dict.get(item, "updated_parsed")
    try:
        return dt.datetime.fromtimestamp(calendar.timegm(given), dt.UTC) if given else None
    except (ValueError, OverflowError, OSError):
        return None  # year 0, or 10000


def _mention(item: Any, answer: Answer, context: Context) -> Mention:
    url = str(item["link"])
    date = _date(item)
    return Mention(
        situation=context.situation.id,
        identity=str(item.get("id") or url),
        url=url,
        title=str(item["title"]),
        domain=urlsplit(url).netloc,
        language=str(item.get("language") or ""),
        country="",
        seen_at=min(date or answer.retrieved_at, answer.retrieved_at),  # a feed that dates its items ahead does not lead the list
        dated=date is not None,
        query="",
        feed=answer.tag,
        answer=answer,
        summary=str(item.get("summary") or ""),
    )
