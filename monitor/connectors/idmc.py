"""IDMC: displacement updates (IDU, by day, days old) and validated figures (GIDD, by year, published each May).

Both count movements, not people: somebody displaced twice counts twice. The updates are one dump of the whole world
behind a redirect, edited in place without a date of change. What counts is IDMC's own rule: of an event in a country the
recommended figures, or else of each place the newest triangulated one, spread evenly over its days. A day on which the
dump has nothing is not reported, never zero. GIDD tells "not assessed" (null) from "assessed, none" (0); so does this.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from monitor import places
from monitor.connectors._pages import pages, whole
from monitor.connectors._reading import count, field, json_of, rows, where
from monitor.errors import EmptyAnswer, SourceError
from monitor.model import Answer, Context, Frequency, Observation, Parsed, SeriesKey, SetAside, Source, Status

SOURCE = Source(
    id="idmc",
    name="Internal Displacement Monitoring Centre",
    about="Internal displacements by conflict and disasters: provisional updates by day (IDU), validated figures by year and people displaced at its end (GIDD). A client id is given on request to ch.datainfo@idmc.ch.",
    home="https://www.internal-displacement.org/database/",
    licence="CC BY-NC 4.0 (reported; mirrors on HDX say CC BY-IGO): non-commercial use until IDMC confirms otherwise",
    citation="Internal Displacement Monitoring Centre (IDMC), Internal Displacement Updates and Global Internal Displacement Database",
    base="https://helix-tools-api.idmcdb.org",
    cadence=dt.timedelta(hours=12),
    lag_days=7,
    pace=1.0,
    budget=300.0,
    max_bytes=100_000_000,
    key_from="https://helix-tools-api.idmcdb.org/external-api/",
)
PATH = "/external-api/"
DUMPS = ("last-180-days", "all")
TABLES = ("conflicts", "displacements", "disasters")
PAGE_ROWS = 1000
WINDOW = dt.timedelta(days=180)  # the days that the shorter dump holds whole
SETTLING = dt.timedelta(days=14)  # own choice: most updates are entered within two weeks of the day
LONGEST = dt.timedelta(days=366)  # spread over more than a year it is no figure of days
CAUSES = {"conflict": "conflict", "disaster": "disaster", "other": "development", "development": "development"}
RECOMMENDED, TRIANGULATION = "recommended figure", "triangulation"
NO_REMARK = ("", "total")


def fetch(context: Context) -> Iterator[Answer | Exception]:
    """The dump of updates, then every page of the three annual tables. A part that fails voids the run."""
    wanted = _countries(context)
    if not wanted:
        return
    yield _newest_dump(context)
    found = 0
    for table in TABLES:
        for answer, page in _table(context, table, wanted):
            found += len(page)
            yield answer
    if not found:
        yield EmptyAnswer("answered with no row in any annual table for the countries asked for", source=SOURCE.id)


def _countries(context: Context) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*context.situation.origins, *context.situation.hosts)))


def _dump(context: Context) -> str:
    chosen = context.options.get("dump", DUMPS[0])
    name = chosen[0] if isinstance(chosen, tuple) and len(chosen) == 1 else chosen  # from the environment it comes as a list
    if name not in DUMPS:
        raise SourceError(f"[sources.idmc] dump is {chosen!r}; known are {', '.join(DUMPS)}", permanent=True, source=SOURCE.id)
    return str(name)


def _newest_dump(context: Context) -> Answer:
    try:
        return context.get(f"{PATH}idus/{_dump(context)}/", [("client_id", context.key)], tag="updates")
    except SourceError as error:
        if "HTTP 404" in error.message:  # documented: there is none just now
            raise SourceError(f"{error.message}: no dump is there at the moment", source=SOURCE.id) from None
        raise


def _table(context: Context, table: str, wanted: Sequence[str]) -> Iterator[tuple[Answer, list[Any]]]:
    asked = [("client_id", context.key), ("iso3__in", ",".join(wanted)), ("limit", str(PAGE_ROWS))]
    cause = [("cause", "disaster")] if table == "displacements" else []

    def ask(read: int) -> Answer:
        return context.get(f"{PATH}gidd/{table}/", [*asked, ("offset", str(read)), *cause], tag=table)

    return pages(ask, "count", "results", steady=True)


def parse(context: Context, answers: Sequence[Answer]) -> Parsed:
    """Movements by day of the dump, movements and people displaced by year of the tables."""
    parsed = Parsed()
    for answer in answers:
        if answer.tag == "updates":
            _read_updates(context, answer, parsed)
    for table in TABLES:
        _read_table(context, table, [answer for answer in answers if answer.tag == table], parsed)
    return parsed


# -- Updates ---------------------------------------------------------------------------------------------------------------


def _read_updates(context: Context, answer: Answer, parsed: Parsed) -> None:
    days: dict[tuple[str, str], dict[dt.date, int]] = defaultdict(dict)
    remarks: dict[tuple[str, str, dt.date], set[str]] = defaultdict(set)
    for row in _counted(_updates(context, answer, parsed), answer, parsed):
        try:
            cause, figure, start, end = _cause(row, answer), _figure(row, answer), *_dates(row, answer, context.today)
        except ValueError as error:
            parsed.set_aside.append(SetAside(str(error), _shown(row)))
            continue
        remark = _remark(row)
        for day, share in spread(figure, start, end):
            movements = days[row["iso3"], cause]
            movements[day] = movements.get(day, 0) + share
            remarks[row["iso3"], cause, day].add(remark)
    whole_from = context.today - WINDOW if _dump(context) == DUMPS[0] else dt.date.min
    for (country, cause), movements in days.items():
        key = SeriesKey(SOURCE.id, "internal_displacements", country, country, cause)
        silent = {context.today - dt.timedelta(days=back): None for back in range(WINDOW.days, 0, -1)}
        for day, value in sorted({**silent, **movements}.items()):
            if day >= whole_from:
                status = _day_status(day, value, context.today)
                qualifier = together(remarks.get((country, cause, day), ()))
                parsed.observations.append(Observation(key, Frequency.DAY, day, day, value, answer, status, qualifier))


def _day_status(day: dt.date, value: int | None, today: dt.date) -> Status:
    if value is None:
        return Status.NOT_REPORTED  # said of every silent day, so that a figure that was moved elsewhere does not stay
    return Status.REPORTED if day + SETTLING <= today else Status.PROVISIONAL


def _updates(context: Context, answer: Answer, parsed: Parsed) -> list[Mapping[str, Any]]:
    """The rows of the countries asked for, each once."""
    body = json_of(answer)
    if not isinstance(body, list):
        raise SourceError(f"{where(answer)}: the dump is no list, so the format has changed", permanent=True, source=SOURCE.id)
    if not body:
        raise EmptyAnswer("answered with a dump without a row", source=SOURCE.id)
    wanted = frozenset(_countries(context))
    by_id: dict[Any, Mapping[str, Any]] = {}
    disputed: list[Any] = []
    for row in body:
        country = field(row, "iso3", answer)
        if not isinstance(country, str) or places.find(country) is None:
            parsed.set_aside.append(SetAside(f"unknown country {country!r}", _shown(row)))
        elif country in wanted and by_id.setdefault(str(field(row, "id", answer)), row) != row:
            disputed.append(row)
    for row in disputed:
        parsed.set_aside.append(SetAside("two rows of one id that differ: nothing says which is right", _shown(row)))
        by_id.pop(str(row["id"]), None)
    return list(by_id.values())


def _counted(found: Iterable[Mapping[str, Any]], answer: Answer, parsed: Parsed) -> Iterator[Mapping[str, Any]]:
    """Of each event in a country the recommended rows; else of each place the newest triangulated ones."""
    events: dict[tuple[str, str], dict[str, list[Mapping[str, Any]]]] = defaultdict(lambda: defaultdict(list))
    for row in found:
        # Before mid-2024 a row had neither a role nor the event's id. It does not say that it is recommended.
        older = "role" not in row and "event_id" not in row
        role = str(("" if older else field(row, "role", answer)) or TRIANGULATION).lower()
        event = str(row.get("event_id") or field(row, "event_name", answer))
        if role in (RECOMMENDED, TRIANGULATION):
            events[row["iso3"], event][role].append(row)
        else:
            parsed.set_aside.append(SetAside(f"unknown role {role!r}", _shown(row)))
    for by_role in events.values():
        yield from by_role[RECOMMENDED] or _newest_by_place(by_role[TRIANGULATION], answer, parsed)


def _newest_by_place(found: Iterable[Mapping[str, Any]], answer: Answer, parsed: Parsed) -> Iterator[Mapping[str, Any]]:
    newest: dict[str, tuple[dt.datetime, list[Mapping[str, Any]]]] = {}
    for row in found:
        place = str(row.get("locations_name") or row.get("centroid") or "")
        try:
            written = dt.datetime.fromisoformat(str(field(row, "created_at", answer)))
        except ValueError as error:
            parsed.set_aside.append(SetAside(f"created_at: {error}", _shown(row)))
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


# -- Annual tables ---------------------------------------------------------------------------------------------------------


def _read_table(context: Context, table: str, answers: Sequence[Answer], parsed: Parsed) -> None:
    hazards: dict[tuple[str, int, str], list[tuple[int | None, Answer, dt.datetime | None]]] = defaultdict(list)
    unreadable: set[tuple[str, int, str]] = set()
    for answer in answers:
        known_at = _published(answer)
        for row in rows(json_of(answer), "results", answer):
            country, year = field(row, "iso3", answer), whole(row, "year", answer)
            if country not in _countries(context):
                raise SourceError(f"{table}: answered for {country}, which was not asked", permanent=True, source=SOURCE.id)
            slot = (country, year, hazard(str(field(row, "hazard_type_name", answer)))) if table == "disasters" else None
            prefix = "disaster_" if table == "displacements" else ""
            new, total = field(row, f"{prefix}new_displacement", answer), field(row, f"{prefix}total_displacement", answer)
            try:
                if slot:
                    hazards[slot].append((_assessed(new), answer, known_at))
                    continue
                told = [("internal_displacements_year", _assessed(new)), ("idps", _assessed(total))]
                for indicator, value in told:
                    key = SeriesKey(SOURCE.id, indicator, country, country, "disaster" if prefix else "conflict")
                    parsed.observations.append(_of_year(key, year, value, answer, known_at, context.today))
            except ValueError as error:
                unreadable |= {slot} if slot else set()
                parsed.set_aside.append(SetAside(f"{table}: {error}", str(row)[:200]))
    # One row is one event; a sum that lacks an event would be too small.
    for slot, events in hazards.items():
        if slot not in unreadable:
            known = [value for value, *_ in events if value is not None]
            key = SeriesKey(SOURCE.id, "disaster_displacements_year", slot[0], slot[0], slot[2])
            _, answer, known_at = events[-1]
            parsed.observations.append(_of_year(key, slot[1], sum(known) if known else None, answer, known_at, context.today))


def _of_year(key: SeriesKey, year: int, value: int | None, answer: Answer, known_at: dt.datetime | None, today: dt.date) -> Observation:
    end = dt.date(year, 12, 31)
    start = end if key.indicator == "idps" else dt.date(year, 1, 1)
    status = Status.NOT_REPORTED if value is None else Status.REPORTED if end < today else Status.PROVISIONAL
    return Observation(key, Frequency.YEAR, start, end, value, answer, status, known_at=known_at)


def _assessed(value: object) -> int | None:
    """A count; None where IDMC has not assessed it."""
    number = count(value)
    if number is not None and number < 0:
        raise ValueError(f"impossible figure {number}")
    return number


def hazard(name: str) -> str:
    """The kind of hazard as a breakdown: `Mass Movement` is mass-movement."""
    return "-".join(name.lower().split())


def _published(answer: Answer) -> dt.datetime | None:
    """When this edition of the tables was published: the same day for every year in it."""
    given = field(json_of(answer), "last_updated", answer)
    try:
        return dt.datetime.combine(dt.date.fromisoformat(str(given)[:10]), dt.time(), dt.UTC) if given else None
    except ValueError:
        raise SourceError(f"{where(answer)}: last_updated is {given!r}; a date is due", permanent=True, source=SOURCE.id) from None


def _shown(row: Mapping[str, Any]) -> str:
    return " ".join(str(row.get(name)) for name in ("id", "iso3", "displacement_type", "figure", "displacement_end_date", "event_name"))
