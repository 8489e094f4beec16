"""What the tests of the store, the rules and the ledger build with: answers, figures, runs, points and rules."""

from __future__ import annotations

import calendar
import datetime as dt
import hashlib
import os
import subprocess
import sys
from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd
from sqlalchemy import func, select

from monitor.alerts.state import History, Vintage
from monitor.model import (
    UTC,
    Answer,
    Condition,
    Frequency,
    Mention,
    Observation,
    Outcome,
    Point,
    Rule,
    Run,
    SeriesKey,
    Severity,
    Situation,
    Status,
)
from monitor.settings import ROOT
from monitor.store import Store, append, read, schema

KEY = SeriesKey("frontex", "border_detections", "eastern-mediterranean", "", "sea")
HOSTED = SeriesKey("unhcr", "refugees", "TUR", "SYR", "")
LANDINGS = SeriesKey("tabular-italy", "arrivals", "ITA", "", "sea")
TOTAL = SeriesKey("ocha", "displaced", "north-west-syria", "SYR", "")
NEWS = SeriesKey("gdelt", "news_share", "a-situation", "", "refugees")
LATER = dt.date(2030, 1, 1)


def at(text: str) -> dt.datetime:
    """`2020-02-28` or `2020-02-28 12:00:00` in UTC."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=UTC)


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def month_end(year: int, month: int) -> dt.date:
    return dt.date(year, month, calendar.monthrange(year, month)[1])


def answer(
    retrieved: str = "2020-02-10", body: bytes = b"{}", source: str = "frontex", url: str = "https://example.org/x", **more: Any
) -> Answer:
    return Answer(source, url, body, at(retrieved), hashlib.sha256(body).hexdigest(), **more)


def figure(
    value: float | None, known: str = "2020-02-10", end: str = "2020-01-31", start: str = "", key: SeriesKey = KEY, **more: Any
) -> Observation:
    """A figure of the month that ends on `end`, known at `known`, which is when its answer was retrieved."""
    given = more.pop("answer", answer(known, source=key.source))
    first = day(start) if start else day(end).replace(day=1)
    status = more.pop("status", Status.NOT_REPORTED if value is None else Status.REPORTED)
    return Observation(key, more.pop("frequency", Frequency.MONTH), first, day(end), value, given, status, **more)


def save(store: Store, *rows: Observation, mentions: Sequence[Mention] = (), outcome: Outcome = Outcome.OK, **more: Any) -> Run:
    """One run that brings these rows, as the refresh would save it."""
    given = [row.answer for row in (*rows, *mentions)]
    when = given[0].retrieved_at if given else at("2020-02-10")
    source = given[0].source if given else "frontex"
    report = Run(more.pop("source", source), more.pop("started", when), more.pop("finished", when), outcome, **more)
    return append.save(store, report, given, rows, mentions)


def values(store: Store, as_of: str | dt.date = LATER) -> list[float | None]:
    """The values known on a day, in the order of their periods; None where a figure is not reported."""
    known = read.figures(store, day(as_of) if isinstance(as_of, str) else as_of, {})
    return [None if pd.isna(value) else float(value) for value in known["value"]]


def vintages(store: Store) -> list[tuple[str, float | None, str | None]]:
    """(known at, value, superseded at) of every vintage, in the order of the key."""
    o = schema.observation.c
    chosen = select(o.known_at, o.value, o.superseded_at).order_by(o.series_id, o.period_end, o.period_start, o.known_at)
    with store.reading() as connection:
        return [(short(known), value, None if gone is None else short(gone)) for known, value, gone in connection.execute(chosen)]


def short(moment: dt.datetime) -> str:
    """`2020-02-28`, with the time of day where it is not midnight."""
    return moment.strftime("%Y-%m-%d" if moment.time() == dt.time(0) else "%Y-%m-%d %H:%M:%S")


def rows(store: Store, table: str) -> int:
    """How many rows a table has."""
    with store.reading() as connection:
        return int(connection.scalar(select(func.count()).select_from(schema.metadata.tables[table])) or 0)


def address(store: Store) -> str:
    return store.engine.url.render_as_string(hide_password=False)


def process(code: str, *args: str) -> subprocess.Popen[str]:
    """Another Python that runs `code`; talk to it over its standard input and output."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", code, *args]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen(command, env=environment, text=True, cwd=ROOT, **pipes)


def mention(identity: str = "a", seen: str = "2020-02-28", known: str = "2020-02-28", **more: Any) -> Mention:
    fields = {
        "situation": "syria-turkiye-greece",
        "identity": identity,
        "url": f"https://example.org/{identity}",
        "title": "Refugees at the border",
        "domain": "example.org",
        "language": "en",
        "country": "",
        "seen_at": at(seen),
        "dated": True,
        "query": "",
        "feed": "https://example.org/feed",
        "answer": answer(known, source="rss"),
    }
    return Mention(**{**fields, **more})


def months(first: str, *values: float | None, provisional: int = 0) -> list[Point]:
    """Consecutive months from `2019-01` on; None is not reported, the last `provisional` of them are provisional."""
    year, month = (int(part) for part in first.split("-"))
    found = []
    for position, value in enumerate(values):
        y, m = year + (month - 1 + position) // 12, (month - 1 + position) % 12 + 1
        status = Status.PROVISIONAL if position >= len(values) - provisional else Status.REPORTED
        found.append(Point(dt.date(y, m, 1), month_end(y, m), value, Status.NOT_REPORTED if value is None else status))
    return found


def days_from(first: str, *values: float | None) -> list[Point]:
    """Consecutive days; None is not reported."""
    dates = [day(first) + dt.timedelta(place) for place in range(len(values))]
    return [
        Point(one, one, value, Status.NOT_REPORTED if value is None else Status.REPORTED) for one, value in zip(dates, values, strict=True)
    ]


def known(points: Iterable[Point], days_after: int = 10) -> list[Vintage]:
    """Each point as one vintage, known at midnight some days after its period ended."""
    return [Vintage(dt.datetime.combine(p.period_end + dt.timedelta(days_after), dt.time(0), UTC), p) for p in points]


def history(own: Sequence[Vintage]) -> History:
    """The history of a rule that reads one series."""
    return History(own, {})


WHOLE_RULE = ("levels", "clear_below", "cooldown_days", "least_history")


def rule(kind: str, series: SeriesKey = KEY, id: str = "a-rule", stale: int = 120, **parameters: Any) -> Rule:
    """A rule of one condition; `of`, `periods` and what belongs to the whole rule are taken out of the parameters."""
    whole = {name: parameters.pop(name) for name in WHOLE_RULE if name in parameters}
    condition = Condition(kind, of=parameters.pop("inner", ()), periods=parameters.pop("periods_running", 1), parameters=parameters)
    return Rule(id, "A rule", series, Severity.HIGH, "because", "a report", condition, stale, **whole)


def situation(*rules: Rule, id: str = "a-situation") -> Situation:
    return Situation(id, id, "", (), (), (), (), (), {}, {}, (), (), rules, {})
