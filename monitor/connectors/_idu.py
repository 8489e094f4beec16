"""IDMC's internal displacement updates: one dump of rows for every country, counted as IDMC counts them, by day.

Of an event in a country the recommended figures count, or else of each place the newest triangulated one, spread evenly
over its days. A day on which the dump has nothing is not reported, never zero.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Set
from typing import Any

from monitor import places
from monitor.connectors._reading import count, fault, field, json_of
from monitor.errors import EmptyAnswer
from monitor.model import Answer, Frequency, Observation, Parsed, SeriesKey, SetAside, Status

WINDOW = dt.timedelta(days=180)  # the days that the shorter dump holds whole
SETTLING = dt.timedelta(days=14)  # own choice: most updates are entered within two weeks of the day
LONGEST = dt.timedelta(days=366)  # spread over more than a year it is no figure of days
CAUSES = {"conflict": "conflict", "disaster": "disaster", "other": "development", "development": "development"}
RECOMMENDED, TRIANGULATION = "recommended figure", "triangulation"
NO_REMARK = ("", "total")
FIRST_UPDATE = 2016
Odd = list[tuple[str, Mapping[str, Any]]]  # rows that are set aside, each with the reason


def read(answer: Answer, wanted: Set[str], today: dt.date, parsed: Parsed, *, everything: bool) -> None:
    """Movements by day of the countries wanted. `everything` says that the dump holds all days, not the last WINDOW."""
    days: dict[tuple[str, str], dict[dt.date, int]] = defaultdict(dict)
    remarks: dict[tuple[str, str, dt.date], set[str]] = defaultdict(set)
    odd: Odd = []
    for row in _counted(_updates(answer, wanted, odd), answer, today, odd):
        try:
            cause, figure, start, end = _cause(row, answer), _figure(row, answer), *_dates(row, answer, today)
        except ValueError as error:
            odd.append((str(error), row))
            continue
        remark = _remark(row)
        for day, share in spread(figure, start, end):
            movements = days[row["iso3"], cause]
            movements[day] = movements.get(day, 0) + share
            remarks[row["iso3"], cause, day].add(remark)
    parsed.set_aside += [SetAside(reason, _shown(row)) for reason, row in odd]
    lacking = _lacking([row for _, row in odd], answer, today)
    whole_from = dt.date.min if everything else today - WINDOW
    for (country, cause), movements in days.items():
        key = SeriesKey(answer.source, "internal_displacements", country, country, cause)
        silent = {today - dt.timedelta(days=back): None for back in range(WINDOW.days, 0, -1)}
        for day, value in sorted({**silent, **movements}.items()):
            if day >= whole_from and not lacking & {(country, day), (country, None)}:
                status = _day_status(day, value, today)
                qualifier = together(remarks.get((country, cause, day), ()))
                parsed.observations.append(Observation(key, Frequency.DAY, day, day, value, answer, status, qualifier))


def _day_status(day: dt.date, value: int | None, today: dt.date) -> Status:
    if value is None:
        return Status.NOT_REPORTED  # said of every silent day, so that a figure that was moved elsewhere does not stay
    return Status.REPORTED if day + SETTLING <= today else Status.PROVISIONAL


def _lacking(odd: Iterable[Mapping[str, Any]], answer: Answer, today: dt.date) -> set[tuple[str, dt.date | None]]:
    """Countries and days whose sums would lack a row that was set aside; None for every day, where the row's days are not known."""
    found: set[tuple[str, dt.date | None]] = set()
    for row in odd:
        try:
            start, end = _dates(row, answer, today)
        except ValueError:
            found.add((str(row["iso3"]), None))
        else:
            found |= {(str(row["iso3"]), start + dt.timedelta(days=n)) for n in range((end - start).days + 1)}
    return found


def _updates(answer: Answer, wanted: Set[str], odd: Odd) -> list[Mapping[str, Any]]:
    """The rows of the countries asked for, each once."""
    body = json_of(answer)
    if not isinstance(body, list):
        raise fault(answer, "the dump is no list, so the format has changed")
    if not body:
        raise EmptyAnswer("answered with a dump without a row", source=answer.source)
    by_id: dict[Any, Mapping[str, Any]] = {}
    disputed: list[Any] = []
    for row in body:
        country = field(row, "iso3", answer)
        if not isinstance(country, str) or places.find(country) is None:
            odd.append((f"unknown country {country!r}", row))
        elif country in wanted and by_id.setdefault(str(field(row, "id", answer)), row) != row:
            disputed.append(row)
    for row in disputed:
        odd.append(("two rows of one id that differ: nothing says which is right", row))
        odd += [("two rows of one id that differ: this is the first", first) for first in [by_id.pop(str(row["id"]), None)] if first]
    return list(by_id.values())


def _counted(found: Iterable[Mapping[str, Any]], answer: Answer, today: dt.date, odd: Odd) -> Iterator[Mapping[str, Any]]:
    """Of each event in a country the recommended rows; else of each place the newest triangulated ones."""
    events: dict[tuple[str, str], dict[str, list[Mapping[str, Any]]]] = defaultdict(lambda: defaultdict(list))
    for row in found:
        # Before mid-2024 a row had neither a role nor the event's id. It does not say that it is recommended.
        older = "role" not in row and "event_id" not in row
        given = "" if older else field(row, "role", answer)
        role = TRIANGULATION if given in (None, "") else str(given).lower()
        number = None if older else field(row, "event_id", answer)
        if number and not str(number).isdecimal():
            odd.append((f"event_id is {number!r}, which is no number", row))
        elif role not in (RECOMMENDED, TRIANGULATION):
            odd.append((f"unknown role {role!r}", row))
        else:
            events[row["iso3"], str(number or field(row, "event_name", answer))][role].append(row)
    for by_role in events.values():
        yield from by_role[RECOMMENDED] or _newest_by_place(by_role[TRIANGULATION], answer, today, odd)


def _newest_by_place(found: Iterable[Mapping[str, Any]], answer: Answer, today: dt.date, odd: Odd) -> Iterator[Mapping[str, Any]]:
    newest: dict[str, tuple[dt.datetime, list[Mapping[str, Any]]]] = {}
    for row in found:
        named = field(row, "locations_name", answer) if "event_id" in row else None  # older rows have neither
        place = str(named or row.get("centroid") or "")
        try:
            written = dt.datetime.fromisoformat(str(field(row, "created_at", answer)))
            if not FIRST_UPDATE <= written.year <= today.year:
                raise ValueError(f"the year {written.year}")
            if not isinstance(named, str | None):
                raise ValueError("the row's places are no text")
        except ValueError as error:
            odd.append((f"created_at or locations_name: {error}", row))
            continue
        written = written if written.tzinfo else written.replace(tzinfo=dt.UTC)
        if place not in newest or written > newest[place][0]:
            newest[place] = (written, [row])
        elif written == newest[place][0]:
            newest[place][1].append(row)
    for _, kept in newest.values():
        yield from kept


def _cause(row: Mapping[str, Any], answer: Answer) -> str:
    given = str(field(row, "displacement_type", answer)).lower()
    if given not in CAUSES:
        raise ValueError(f"unknown displacement type {given!r}")
    return CAUSES[given]


def _figure(row: Mapping[str, Any], answer: Answer) -> int:
    value = count(field(row, "figure", answer))
    if value is None or value < 0:
        raise ValueError("no figure: missing is not zero" if value is None else f"impossible figure {value}")
    return value


def _dates(row: Mapping[str, Any], answer: Answer, today: dt.date) -> tuple[dt.date, dt.date]:
    """First and last day. Older dumps wrote them with a time."""
    single, first, last = (field(row, f"displacement_{name}", answer) for name in ("date", "start_date", "end_date"))
    if bool(first) != bool(last):
        raise ValueError("only one of the first and the last day")
    start, end = (dt.datetime.fromisoformat(str(given or single)).date() for given in (first, last))
    if end < start:
        raise ValueError("the displacement ends before it begins")
    if end > today:
        raise ValueError("the displacement lies ahead")
    if end - start > LONGEST:
        raise ValueError("the displacement lasts for more than a year, which is no figure of days")
    return start, end


def _remark(row: Mapping[str, Any]) -> str:
    told = " ".join(str(row.get("qualifier") or "").lower().split())
    return "" if told in NO_REMARK else "about" if told == "approximately" else told


def spread(figure: int, start: dt.date, end: dt.date) -> Iterator[tuple[dt.date, int]]:
    """Whole movements by day that add up to the figure. A day to which none falls is left out, unless the figure is zero."""
    days = (end - start).days + 1
    for n in range(days):
        share = figure * (n + 1) // days - figure * n // days
        if share or not figure:
            yield start + dt.timedelta(days=n), share


def together(remarks: Iterable[str]) -> str:
    """The qualifier of a sum: more than 5 and 3 are more than 8; more than 5 and less than 3 are about 8."""
    told = set(remarks) - {""}
    return told.pop() if len(told) == 1 else "about" if told else ""


def _shown(row: Mapping[str, Any]) -> str:
    return " ".join(str(row.get(name)) for name in ("id", "iso3", "displacement_type", "figure", "displacement_end_date", "event_name"))
