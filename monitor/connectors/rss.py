"""RSS and Atom feeds: headlines and links that speak of the situation's people and places.

A feed is a window of its last items, so a poll that comes too late leaves a gap, which the refresh notes. Entities are
never expanded: a document that declares any is refused before it is parsed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

from monitor.connectors import _feed
from monitor.errors import SourceError
from monitor.model import Answer, Context, Parsed, Source, public

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
    terms="Each headline belongs to its publisher: link to it and do not publish its text again.",
    options=("feeds",),
)


def fetch(context: Context) -> Iterator[Answer | Exception]:
    """Every feed; one that fails is reported, and the rest goes on."""
    for address in context.options.get("feeds", ()):
        try:
            yield _feed.checked(context.get(address, tag=public(address), expect="feed"))
        except SourceError as error:
            yield error


def parse(context: Context, answers: Sequence[Answer]) -> Parsed:
    """Every item; the gate keeps those that name the situation's people and places."""
    parsed = Parsed()
    for answer in answers:
        _feed.read(answer, context, parsed)
    return parsed
