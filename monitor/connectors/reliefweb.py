"""ReliefWeb: reports about the situation's countries, by the API with an approved appname, or else by the RSS feed.

The API searches for us: the primary country is one of the situation's, and the title has one of its words for people. Of
what is written about a country of asylum, and of the feed, which holds the newest items of the whole world, the gate keeps
what names the situation's places, too (the primary country counts as named). Either way an article is known by its address,
so that it is one article whichever way it came. The texts belong to their authors: title and link only.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from monitor import places
from monitor.connectors import _feed
from monitor.connectors._pages import pages
from monitor.connectors._reading import field, json_of, rows
from monitor.errors import EmptyAnswer, SourceError
from monitor.model import Answer, Context, Mention, Parsed, SetAside, Source

SOURCE = Source(
    id="reliefweb",
    name="ReliefWeb",
    about="Reports by humanitarian organisations: with an approved appname those about the situation's countries of the last 30 days, without one those among the newest in the public feed.",
    home="https://reliefweb.int/",
    licence="Site terms (not confirmed for the titles); each report belongs to its source: title and link only",
    citation="ReliefWeb (OCHA) and the organisation named beside each title",
    base="https://api.reliefweb.int",
    cadence=dt.timedelta(hours=1),  # 1,000 calls a day are allowed; a situation needs one or two
    lag_days=0,
    pace=1.0,
    max_bytes=20_000_000,
    rest_after_failure=dt.timedelta(minutes=30),
    window=True,
    key_from="https://apidoc.reliefweb.int/parameters#appname",
    key_optional=True,
    bases={"rss": "https://reliefweb.int"},
    terms="Each report belongs to its source: link to it and do not publish its text again.",
    options=("feeds",),
)
PATH = "/v2/reports"
FEEDS = ("/updates/rss.xml",)
PAGE_ROWS = 1000  # the most that a call gives
DAYS = 30
MOST_COUNTRIES = 60  # more would make the address too long: then the whole world is asked for, and read selectively
FIELDS = ("title", "url_alias", "url", "date.created", "date.original", "primary_country.iso3", "source.shortname", "language.name")
REPORTS = "reports"


def fetch(context: Context) -> Iterator[Answer | Exception]:
    """Every page of the reports of the last 30 days; without an appname the feeds."""
    if not context.key:
        for path in context.options.get("feeds", FEEDS):
            address = context.bases["rss"] + path
            yield _feed.checked(context.get(address, tag=address, expect="feed"))
        return
    terms = _terms(context)
    if terms and _countries(context):
        yield from _reports(context, terms)


def _countries(context: Context) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*context.situation.origins, *context.situation.hosts)))


def _terms(context: Context) -> str:
    """The situation's English words for people (all, where it has no English ones) as one search."""
    by_language = context.situation.people_terms
    words = by_language.get("en") or [word for words in by_language.values() for word in words]
    return " OR ".join(f'"{word}"' for word in dict.fromkeys(word.replace('"', " ").strip() for word in words) if word)


def _reports(context: Context, terms: str) -> Iterator[Answer | Exception]:
    def ask(read: int) -> Answer:
        return context.get(PATH, _params(context, terms, read), tag=f"{REPORTS} {read}")

    first = True
    for answer, page in pages(ask, "totalCount", "data", steady=False):  # reports come and go while they are read
        if first and not page and not _somebody_writes(context):
            yield EmptyAnswer(f"no report of the last {DAYS} days, about the situation or about anything: degraded", source=SOURCE.id)
            return
        if first or page:
            yield answer
        first = False


def _somebody_writes(context: Context) -> bool:
    """Whether there are reports of the whole world: then it is true that there are none about the situation."""
    since = f"{context.today - dt.timedelta(days=DAYS)}T00:00:00+00:00"
    asked = [("appname", context.key), ("filter[field]", "date.created"), ("filter[value][from]", since), ("limit", "1")]
    return bool(rows(json_of(answer := context.get(PATH, asked, tag="of the world")), "data", answer))


def _params(context: Context, terms: str, offset: int) -> list[tuple[str, str]]:
    since = context.today - dt.timedelta(days=DAYS)
    conditions = [("date.created", "[from]", [f"{since}T00:00:00+00:00"])]  # no other form of a date is taken
    countries = _countries(context)
    if len(countries) <= MOST_COUNTRIES:
        conditions.append(("primary_country.iso3", "", [code.lower() for code in countries]))
    asked = [("appname", context.key), ("query[value]", terms), ("query[fields][0]", "title"), ("query[operator]", "OR")]
    asked.append(("filter[operator]", "AND"))
    for n, (name, part, values) in enumerate(conditions):
        place = f"filter[conditions][{n}]"
        asked.append((f"{place}[field]", name))
        several = [(f"{place}[value]{part}[{k}]", value) for k, value in enumerate(values)]
        asked += [(f"{place}[value]{part}", values[0])] if part else several
    asked += [(f"fields[include][{n}]", name) for n, name in enumerate(FIELDS)]
    return [*asked, ("sort[0]", "date.created:desc"), ("limit", str(PAGE_ROWS)), ("offset", str(offset))]


def parse(context: Context, answers: Sequence[Answer]) -> Parsed:
    """Mentions."""
    parsed = Parsed()
    for answer in answers:
        if answer.tag.startswith(f"{REPORTS} "):
            for row in rows(json_of(answer), "data", answer):
                _read_report(row, answer, context, parsed)
        else:
            _feed.read(answer, context, parsed)
            # The API knows no guid, so the address is what both ways share.
            parsed.mentions = [replace(mention, identity=mention.url) for mention in parsed.mentions]
    return parsed


def _read_report(row: Any, answer: Answer, context: Context, parsed: Parsed) -> None:
    number, given = str(field(row, "id", answer)), field(row, "fields", answer)
    title = _text(given, "title")
    country = _text(given, "primary_country", "iso3").upper()  # they write it in small letters
    if not title:  # a field without content is absent
        parsed.set_aside.append(SetAside("a report without a title", number))
        return
    if country not in _countries(context):
        if len(_countries(context)) <= MOST_COUNTRIES:
            raise SourceError(
                f"answered with a report about {country or 'no country'}, which was not asked", permanent=True, source=SOURCE.id
            )
        return
    url = _text(given, "url_alias") or _text(given, "url") or (f"https://reliefweb.int/node/{number}" if number.isdecimal() else "")
    if not url.startswith(("https://", "http://")):
        parsed.set_aside.append(SetAside("a report without an address or a number", f"{number}: {title}"))
        return
    seen = _date(given)
    names = ", ".join(name for source in _list(given, "source") if (name := _text(source, "shortname")))
    host = urlsplit(url).netloc
    parsed.mentions.append(
        Mention(
            situation=context.situation.id,
            identity=url,
            url=url,
            title=title,
            domain=f"{names} ({host})" if names else host,
            language=next((_text(one, "name") for one in _list(given, "language")), ""),
            country=country,
            seen_at=min(seen or answer.retrieved_at, answer.retrieved_at),
            dated=seen is not None,
            # Much is written about a country of asylum that is not about these people.
            query=SOURCE.id if country in context.situation.origins else "",
            feed="",
            answer=answer,
            summary=places.name(country),
        )
    )


def _text(row: Any, *names: str) -> str:
    """The text at the end of these names; empty where one of them is absent."""
    for name in names:
        row = row.get(name) if isinstance(row, Mapping) else None
    return row.strip() if isinstance(row, str) else ""


def _list(row: Any, name: str) -> Sequence[Any]:
    found = row.get(name) if isinstance(row, Mapping) else None
    return found if isinstance(found, list) else ()


def _date(given: Any) -> dt.datetime | None:
    """When the report was posted, or else written."""
    for name in ("created", "original"):
        try:
            found = dt.datetime.fromisoformat(_text(given, "date", name))
            return (found if found.tzinfo else found.replace(tzinfo=dt.UTC)).astimezone(dt.UTC)
        except (ValueError, OverflowError):
            continue
    return None
