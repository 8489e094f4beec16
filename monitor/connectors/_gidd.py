"""IDMC's annual tables (GIDD): validated movements and people displaced, by year, cause and hazard.

They tell "not assessed" (null) from "assessed, none" (0); so does this.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence, Set

from monitor.connectors._pages import whole
from monitor.connectors._reading import count, fault, field, json_of, rows
from monitor.model import Answer, Frequency, Observation, Parsed, SeriesKey, SetAside, Status

TABLES = ("conflicts", "displacements", "disasters")
FIRST_YEAR = 1900


def read(table: str, answers: Sequence[Answer], wanted: Set[str], today: dt.date, parsed: Parsed) -> None:
    """Movements of each year, and of conflicts and disasters the people displaced at its end; of one table in all its pages."""
    hazards: dict[tuple[str, int, str], list[tuple[int | None, Answer, dt.datetime | None]]] = defaultdict(list)
    unreadable: set[tuple[str, int, str]] = set()
    for answer in answers:
        known_at = _published(answer)
        for row in rows(json_of(answer), "results", answer):
            country, year = field(row, "iso3", answer), whole(row, "year", answer)
            if not isinstance(country, str) or country not in wanted:
                raise fault(answer, f"answered for {country}, which was not asked")
            if not FIRST_YEAR <= year <= today.year:
                parsed.set_aside.append(SetAside(f"{table}: {year} is no year that is over or has begun", str(row)[:200]))
                continue
            slot = (country, year, hazard(str(field(row, "hazard_type_name", answer)))) if table == "disasters" else None
            prefix = "disaster_" if table == "displacements" else ""
            new, total = field(row, f"{prefix}new_displacement", answer), field(row, f"{prefix}total_displacement", answer)
            try:
                if slot:
                    hazards[slot].append((_assessed(new), answer, known_at))
                    continue
                told = [("internal_displacements_year", _assessed(new)), ("idps", _assessed(total))]
                for indicator, value in told:
                    key = SeriesKey(answer.source, indicator, country, country, "disaster" if prefix else "conflict")
                    parsed.observations.append(_of_year(key, year, value, answer, known_at, today))
            except ValueError as error:
                unreadable |= {slot} if slot else set()
                parsed.set_aside.append(SetAside(f"{table}: {error}", str(row)[:200]))
    # One row is one event; a sum that lacks an event would be too small.
    for slot, events in hazards.items():
        if slot not in unreadable:
            known = [value for value, *_ in events if value is not None]
            _, answer, known_at = events[-1]
            key = SeriesKey(answer.source, "disaster_displacements_year", slot[0], slot[0], slot[2])
            parsed.observations.append(_of_year(key, slot[1], sum(known) if known else None, answer, known_at, today))


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
        raise fault(answer, f"last_updated is {given!r}; a date is due") from None
