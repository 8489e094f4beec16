"""Earlier points of a series: the same period of another year, the periods just before, and whether one is absent."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from itertools import pairwise

from monitor.model import Point, Window, same_day


def year_before(point: Point, years: int = 1) -> tuple[dt.date, dt.date]:
    """The same period some years earlier: its first and last day."""
    return same_day(point.period_start, point.period_start.year - years), same_day(point.period_end, point.period_end.year - years)


def same_periods(points: Sequence[Point], newest: Point) -> list[Point]:
    """The points of the same period in every earlier year that has one with a value, oldest first."""
    years = newest.period_start.year - points[0].period_start.year
    wanted = {year_before(newest, n) for n in range(1, years + 1)}
    return [p for p in points[:-1] if p.value is not None and (p.period_start, p.period_end) in wanted]


def a_year_before(points: Sequence[Point], point: Point, years: int = 1) -> Point | None:
    """The point of the same period some years earlier, where it is known and has a value."""
    wanted = year_before(point, years)
    for earlier in reversed(points):
        if earlier.period_end < wanted[1]:
            return None
        if (earlier.period_start, earlier.period_end) == wanted:
            return earlier if earlier.value is not None else None
    return None


def just_before(window: Window, count: int) -> tuple[Point, ...]:
    """The `count` points before the last one, oldest first; none where one is missing or absent."""
    points = window.points
    before = tuple(points[-1 - count : -1])
    if len(before) < count or any(p.value is None for p in before) or has_hole([*before, points[-1]], window.by_day):
        return ()
    return before


def has_hole(points: Sequence[Point], by_day: bool) -> bool:
    """Whether a month or year is absent between two others; a single day only where `by_day` (see Window)."""
    lasting = points if by_day else [p for p in points if p.period_end > p.period_start]
    return any(after.period_start > before.period_end + dt.timedelta(days=1) for before, after in pairwise(lasting))
