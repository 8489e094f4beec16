"""After how many days a figure of a series has usually settled, learnt from the series' own past revisions.

A source may call a figure final and still revise it for weeks. From what was known up to a moment: of the periods that
are older than any revision seen, after how many days from their end were nine in ten within a tenth of what they came
to? Younger figures are then still provisional, whatever the source calls them. Nothing is learnt from fewer than
FEWEST periods with several vintages, nor from a series without revisions: then a figure is settled when it is known.

What is learnt holds from the first of a month and rests on what was known before it, so that a ledger which is kept in
pieces says what one go would have said, and it costs one look a month.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, pairwise
from math import ceil
from typing import NamedTuple

from monitor.model import UTC, Point, is_complete

FEWEST = 6  # periods with several vintages
SHARE = 0.9  # of the periods
WITHIN = 0.1  # of the value that a period came to
HORIZON = 365  # days after a period's end; a later change is a new way of counting, and no settling
Period = tuple[dt.date, dt.date]
Known = tuple[dt.datetime, Point]  # a vintage: the moment from which a point was known


class Step(NamedTuple):
    """From a moment on, figures settle so many days after their period's end."""

    since: dt.datetime
    days: int


def learnt(vintages: Sequence[Known]) -> list[Step]:
    """What the vintages of one series teach, in the order of time; empty where nothing is ever revised."""
    if len(vintages) == len({(point.period_start, point.period_end) for _, point in vintages}):
        return []
    steps: list[Step] = []
    seen: dict[Period, list[tuple[int, float]]] = {}
    firm = sorted(((moment, point) for moment, point in vintages if is_complete(point)), key=lambda one: one[0])
    for month, group in groupby(firm, key=lambda one: _next_month(one[0])):
        for moment, point in group:
            _note(seen, moment, point)
        days = _usual(seen, month.date())
        if days != (steps[-1].days if steps else 0):
            steps.append(Step(month, days))
    return steps


def _next_month(moment: dt.datetime) -> dt.datetime:
    return dt.datetime(moment.year + moment.month // 12, moment.month % 12 + 1, 1, tzinfo=UTC)


def _note(seen: dict[Period, list[tuple[int, float]]], moment: dt.datetime, point: Point) -> None:
    """Values known before the period's end are of a part of it, and teach nothing."""
    age = (moment.date() - point.period_end).days
    if 0 <= age <= HORIZON and point.value is not None:
        seen.setdefault((point.period_start, point.period_end), []).append((age, point.value))


def _usual(seen: dict[Period, list[tuple[int, float]]], day: dt.date) -> int:
    """The age at which nine in ten of the periods had settled, on what was seen before a day; 0 where that teaches nothing.

    Counted are the periods that are older than the longest settling seen, or they might yet be revised, and that were
    first known before that age, or nothing is known of their youth.
    """
    if sum(len(values) > 1 for values in seen.values()) < FEWEST:
        return 0
    settled = {period: _settled_at(values) for period, values in seen.items()}
    longest = max(settled.values())
    past = [period for period, values in seen.items() if (day - period[1]).days >= longest and values[0][0] <= longest]
    if sum(len(seen[period]) > 1 for period in past) < FEWEST:
        return 0
    return sorted(settled[period] for period in past)[ceil(SHARE * len(past)) - 1]


def _settled_at(values: Sequence[tuple[int, float]]) -> int:
    """From which age on a period stayed close to what it came to; 0 when it never was far from it."""
    last = values[-1][1]
    off = [place for place, (_, value) in enumerate(values) if abs(value - last) > WITHIN * last]
    return values[off[-1] + 1][0] if off else 0


def days_at(steps: Sequence[Step], moment: dt.datetime) -> int:
    """After how many days figures settle, as learnt by a moment."""
    place = bisect_right(steps, moment, key=lambda step: step.since)
    return steps[place - 1].days if place else 0


def settled(points: Sequence[Point], day: dt.date, days: int) -> Sequence[Point]:
    """The points without those at the end that are younger than `days`."""
    end = len(points)
    while days and end and (day - points[end - 1].period_end).days < days:
        end -= 1
    return points[:end]


def moments(steps: Sequence[Step], ends: Iterable[dt.date]) -> Iterator[dt.datetime]:
    """When, without anything new being known, a figure settles: at its age, or when what was learnt changes."""
    yield from (step.since for step in steps)
    days = sorted(set(ends))
    until = [*(after.since for _, after in pairwise(steps)), None]
    for step, over in zip(steps, until, strict=True):
        if not step.days:
            continue
        first = bisect_right(days, step.since.date() - dt.timedelta(days=step.days + 1))
        for end in days[first:]:
            moment = dt.datetime.combine(end + dt.timedelta(days=step.days), dt.time(0), UTC)
            if over is not None and moment >= over:
                break
            if moment > step.since:
                yield moment
