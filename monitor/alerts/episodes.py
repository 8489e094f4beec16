"""Episodes: the stretches of time in which something happened, which alerts are measured against.

Two labels of one shape: episodes computed from a monthly series, and documented crises that people keep by hand. Days in
an episode are those of whole months: the first day of its first month and the last day of its last.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from monitor.model import Point, is_complete

COLUMNS = ("place", "start", "end", "what", "source")


class Episode(NamedTuple):
    """One stretch of time, with what is known of it; a computed one says nothing more."""

    start: dt.date
    end: dt.date
    what: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Definition:
    """When months are an episode.

    A month qualifies when the sum of `months` from it on is at least `ratio` times that of the same months a year before
    and at least `least`. Qualifying months at most `apart` apart are one episode; it ends with the last month of the last sum.
    """

    ratio: float = 2.0
    least: float = 15_000.0
    months: int = 3
    apart: int = 3


def month_number(day: dt.date) -> int:
    """Months counted from year 0, so that neighbours differ by 1."""
    return day.year * 12 + day.month - 1


def first_day(month: int) -> dt.date:
    """The first day of a month by its number."""
    return dt.date(month // 12, month % 12 + 1, 1)


def last_day(month: int) -> dt.date:
    """The last day of a month by its number."""
    return first_day(month + 1) - dt.timedelta(days=1)


def by_month(points: Sequence[Point]) -> dict[int, float]:
    """The value of each whole finished month by its number; raises ValueError for another period. A gap stays a gap."""
    values = {}
    for point in points:
        month = month_number(point.period_end)
        if (point.period_start, point.period_end) != (first_day(month), last_day(month)):
            raise ValueError(f"{point.period_start} to {point.period_end} is not a calendar month: episodes are computed from months")
        if point.value is not None and is_complete(point):
            values[month] = point.value
    return values


def computed(points: Sequence[Point], definition: Definition | None = None) -> list[Episode]:
    """The episodes of a monthly series, oldest first. A month whose sums lack a month does not qualify."""
    rule = definition or Definition()
    values = by_month(points)
    spans: list[list[int]] = []
    for month in (m for m in sorted(values) if _qualifies(values, m, rule)):
        if spans and month - spans[-1][1] <= rule.apart:
            spans[-1][1] = month
        else:
            spans.append([month, month])
    return [Episode(first_day(first), last_day(last + rule.months - 1)) for first, last in spans]


def _qualifies(values: Mapping[int, float], month: int, rule: Definition) -> bool:
    now, before = (_sum(values, first, rule.months) for first in (month, month - 12))
    return now is not None and before is not None and now >= rule.ratio * before and now >= rule.least


def _sum(values: Mapping[int, float], first: int, months: int) -> float | None:
    found = [values[month] for month in range(first, first + months) if month in values]
    return sum(found) if len(found) == months else None


def documented(text: str) -> dict[str, list[Episode]]:
    """The episodes of a table kept by hand (CSV with the columns COLUMNS) by the place or series they name, oldest first.

    Raises ValueError naming the line for a column that is missing, a row without a source, or days that are no period.
    """
    rows = csv.DictReader(text.splitlines())
    if tuple(rows.fieldnames or ()) != COLUMNS:
        raise ValueError(f"line 1: the columns are {', '.join(rows.fieldnames or ())}; due are {', '.join(COLUMNS)}")
    found: dict[str, list[Episode]] = {}
    for row in rows:
        found.setdefault(_filled(row, "place", rows.line_num), []).append(_episode(row, rows.line_num))
    return {place: sorted(some) for place, some in found.items()}


def _episode(row: Mapping[str, str], line: int) -> Episode:
    texts = [_filled(row, name, line) for name in ("start", "end")]
    try:
        start, end = (dt.date.fromisoformat(text) for text in texts)
    except ValueError as error:
        raise ValueError(f"line {line}: {error}") from None
    if end < start:
        raise ValueError(f"line {line}: the end {end} lies before the start {start}")
    return Episode(start, end, _filled(row, "what", line), _filled(row, "source", line))


def _filled(row: Mapping[str, str], name: str, line: int) -> str:
    value = (row.get(name) or "").strip()
    if not value:
        raise ValueError(f"line {line}: {name} is empty")
    return value
