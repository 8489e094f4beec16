"""GDELT DOC 2.0: how many articles a day match a query, out of how many monitored, and the newest of them.

The service answers "nothing" when it is overloaded, with HTTP 200. So an empty timeline is never read as zero coverage:
the run is degraded, and the last good figures stay. One attempt a request and eight seconds between two, since haste is
answered with a longer penalty.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from monitor.connectors._reading import count, field, json_of, rows
from monitor.errors import EmptyAnswer, SourceError
from monitor.model import Answer, Context, Frequency, Mention, Observation, Parsed, SeriesKey, SetAside, Source, Status

SOURCE = Source(
    id="gdelt",
    name="GDELT DOC 2.0",
    about="News articles worldwide that match the situation's queries: a daily count beside the number of all articles monitored, and the newest articles.",
    home="https://www.gdeltproject.org/",
    licence="Free for any use with citation and link; titles belong to their publishers",
    citation="The GDELT Project, gdeltproject.org",
    base="https://api.gdeltproject.org",
    cadence=dt.timedelta(hours=3),
    lag_days=0,
    pace=8.0,
    attempts=1,
    rest_after_failure=dt.timedelta(minutes=5),
    terms="Cite The GDELT Project and link to gdeltproject.org; titles belong to their publishers.",
    gives=("news_articles", "news_share"),
)
PATH = "/api/v2/doc/doc"
MOMENT = re.compile(r"\d{8}T\d{6}Z", re.ASCII)
VOLUME = "volume"
ARTICLES = "articles"
MOST_MONITORED = 50_000_000  # articles in a day; they monitor well below a million


def fetch(context: Context) -> Iterator[Answer | Exception]:
    """For each query the timeline of three months, then the articles of a week."""
    for query in context.situation.queries:
        common = [("query", query.gdelt), ("format", "json")]
        yield context.get(PATH, [*common, ("mode", "timelinevolraw"), ("timespan", "3m")], tag=f"{VOLUME} {query.id}")
        articles = [*common, ("mode", "artlist"), ("timespan", "7d"), ("maxrecords", "250"), ("sort", "datedesc")]
        try:
            yield context.get(PATH, articles, tag=f"{ARTICLES} {query.id}")
        except EmptyAnswer as error:  # the counts are good without the list
            yield error


def parse(context: Context, answers: Sequence[Answer]) -> Parsed:
    """Daily counts and shares, and mentions."""
    parsed = Parsed()
    for answer in answers:
        kind, query = answer.tag.split()
        if kind == VOLUME:
            _read_timeline(answer, query, context, parsed)
        else:
            _read_articles(answer, query, context, parsed)
    return parsed


def _read_timeline(answer: Answer, query: str, context: Context, parsed: Parsed) -> None:
    days = _days(answer)
    # The first day is cut at the hour of the question, so its count is of a part of the day.
    for day in days[1:]:
        try:
            date = _moment(str(field(day, "date", answer))).date()
            value, norm = count(field(day, "value", answer)), count(field(day, "norm", answer))
        except ValueError as error:
            parsed.set_aside.append(SetAside(str(error), str(day)))
            continue
        if value is None or not norm:
            parsed.set_aside.append(SetAside("a day without the number of articles monitored", str(day)))
            continue
        if norm > MOST_MONITORED:
            parsed.set_aside.append(SetAside("an absurd number of articles monitored", str(day)))
            continue
        if value > norm:
            parsed.set_aside.append(SetAside("more articles matched than were monitored", str(day)))
            continue
        status = Status.PROVISIONAL if date >= context.today else Status.REPORTED
        for indicator, figure in (("news_articles", float(value)), ("news_share", round(100 * value / norm, 5))):
            key = SeriesKey(SOURCE.id, indicator, context.situation.id, "", query)
            parsed.observations.append(Observation(key, Frequency.DAY, date, date, figure, answer, status))


def _moment(text: str) -> dt.datetime:
    """The moment of `20261031T031500Z`; raises ValueError for anything else. Much quicker than strptime."""
    if not MOMENT.fullmatch(text):
        raise ValueError(f"{text!r} is no moment such as 20261031T031500Z")
    return dt.datetime.fromisoformat(text)


def _days(answer: Answer) -> Sequence[Any]:
    body = json_of(answer)
    if body == {}:
        raise EmptyAnswer("answered with an empty timeline: degraded, not zero coverage", source=SOURCE.id)
    series = [s for s in rows(body, "timeline", answer) if isinstance(s, Mapping) and s.get("series") == "Article Count"]
    days = rows(series[0], "data", answer) if series else []
    if not days:
        raise EmptyAnswer("answered with a timeline without days: degraded, not zero coverage", source=SOURCE.id)
    if field(field(body, "query_details", answer), "date_resolution", answer) != "day":
        raise SourceError("answered by another step than the day", source=SOURCE.id)
    return days


def _read_articles(answer: Answer, query: str, context: Context, parsed: Parsed) -> None:
    body = json_of(answer)
    if body == {}:
        return  # no article in this week; the timeline, checked before, says whether that is true
    for row in rows(body, "articles", answer):
        try:
            seen = _moment(str(field(row, "seendate", answer)))
        except ValueError as error:
            parsed.set_aside.append(SetAside(str(error), str(row)[:200]))
            continue
        url, title = str(field(row, "url", answer)), field(row, "title", answer)
        if not url.startswith(("https://", "http://")) or not isinstance(title, str):
            parsed.set_aside.append(SetAside("an article without a web address or a title", str(row)[:200]))
            continue
        parsed.mentions.append(
            Mention(
                situation=context.situation.id,
                identity=url,
                url=url,
                title=title,
                domain=str(row.get("domain") or ""),
                language=str(row.get("language") or ""),
                country=str(row.get("sourcecountry") or ""),
                seen_at=seen,
                dated=True,
                query=query,
                feed="",
                answer=answer,
            )
        )
