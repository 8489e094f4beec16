"""A series that is written as a sum of breakdowns, such as `sea+land`: its vintages from those of its parts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from monitor.alerts.state import Vintage
from monitor.model import GOES_ON, SOFTNESS, Point, Status

Period = tuple[dt.date, dt.date]


def added(series: Sequence[Sequence[Vintage]]) -> list[Vintage]:
    """The vintages of the sum: at each moment at which a part became known, the parts known by then.

    A part without a row for a period adds nothing to it, unless the period is newer than all that is known of the part:
    then its figure is still to come, and there is no sum yet. A part that is not reported leaves the sum not reported.
    """
    if len(series) == 1:
        return list(series[0])
    known: list[dict[Period, Point]] = [{} for _ in series]
    learnt = sorted(((v.known_at, place, v.point) for place, part in enumerate(series) for v in part), key=lambda one: one[0])
    return list(_each(known, learnt))


def _each(known: Sequence[dict[Period, Point]], learnt: Sequence[tuple[dt.datetime, int, Point]]) -> Iterator[Vintage]:
    waiting: dict[Period, None] = {}
    for moment, group in groupby(learnt, key=lambda one: one[0]):
        touched, waiting = waiting, {}
        for _, place, point in group:
            period = (point.period_start, point.period_end)
            known[place][period] = point
            touched[period] = None
        upto = max(_newest(part) for part in known if part)
        for period in touched:
            if any(_to_come(period, part, upto) for part in known):
                waiting[period] = None
            else:
                yield Vintage(moment, _sum(period, [part[period] for part in known if period in part]))


def _newest(part: Mapping[Period, Point]) -> dt.date:
    return max(end for _, end in part)


def _to_come(period: Period, part: Mapping[Period, Point], upto: dt.date) -> bool:
    """Whether a part still goes on, as far as others reach by now, and its figure of this period is not there yet."""
    if not part or period in part:
        return False
    return _newest(part) < period[1] and upto <= _newest(part) + GOES_ON


def _sum(period: Period, points: Sequence[Point]) -> Point:
    values = [p.value for p in points if p.value is not None]
    if len(values) < len(points):
        return Point(*period, None, Status.NOT_REPORTED)
    return Point(*period, sum(values), max((p.status for p in points), key=SOFTNESS.index))
