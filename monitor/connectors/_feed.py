"""How RSS and Atom feeds are read: never an entity expanded, every item a mention, the date marked where it is none."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from typing import Any
from urllib.parse import urlsplit

import feedparser

from monitor.errors import SourceError
from monitor.model import Answer, Context, Mention, Parsed, SetAside

ITEM = re.compile(rb"<(item|entry)[\s>]")


def checked(answer: Answer) -> Answer:
    """The answer, when it is a whole feed with items; raises SourceError naming its tag when it is not."""
    body = answer.body.lower()
    if b"<!entity" in body:
        raise SourceError(f"{answer.tag}: the feed declares entities, which are never expanded", permanent=True, source=answer.source)
    if not ITEM.search(body):
        raise SourceError(
            f"{answer.tag}: a feed without an item, so its format has changed or it answers with nothing", source=answer.source
        )
    if not body.rstrip().endswith((b"</rss>", b"</feed>", b"</rdf:rdf>")):
        raise SourceError(f"{answer.tag}: the feed breaks off before its end", source=answer.source)
    return answer


def read(answer: Answer, context: Context, parsed: Parsed) -> None:
    """Every item of a feed; one without a title or a link to the web is set aside."""
    for item in feedparser.parse(answer.body).entries:
        if str(item.get("link")).lower().startswith(("https://", "http://")) and item.get("title"):
            parsed.mentions.append(_mention(item, answer, context))
        else:
            parsed.set_aside.append(SetAside("an item without a title or a link", str(item.get("id") or item.get("title") or answer.url)))


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
