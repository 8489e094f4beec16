"""Record: the highest since a date or for a number of years, among all periods or among the same one of each year."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from monitor.alerts.kinds import _looking_back
from monitor.alerts.kinds._comparing import reaches
from monitor.locale import Sentence
from monitor.model import Judgement, Measure, Point, Verdict, Window, is_complete, marked, same_day

PARAMETERS: Mapping[str, type | tuple[type, ...]] = {
    "since": dt.date,
    "years": int,
    "floor": (int, float),
    "times": (int, float),
    "same_period": bool,
}
REQUIRED = frozenset({"floor"})
MEASURES = frozenset({Measure.STOCK, Measure.FLOW, Measure.EVENTS, Measure.VOLUME, Measure.RATIO})
LEAST_EARLIER = 3  # a record among fewer earlier periods says nothing


def fault(parameters: Mapping[str, Any]) -> str:
    """A record is since a date or for a number of years, not both and not neither."""
    if parameters.get("times", 1) < 1:
        return "`times` is how many times the earlier best is due: at least 1"
    return "" if ("since" in parameters) != ("years" in parameters) else "a record needs either `since` or `years`"


def judge(window: Window, parameters: Mapping[str, Any]) -> Verdict:
    """Fires when the newest value is at least `floor` and higher than every earlier one since `since` (or in `years` years).

    With `times` it must be at least that many times the earlier best, with `same_period` only the same period of each
    year counts.
    """
    points, newest = window.points, window.points[-1]
    value, floor, times = newest.value or 0.0, float(parameters["floor"]), float(parameters.get("times", 1))
    since = parameters.get("since") or same_day(newest.period_start, newest.period_start.year - int(parameters["years"]))
    earlier = [p for p in points[:-1] if since <= p.period_start]
    gap = any(p.value is None for p in earlier) or _looking_back.has_hole([*points[:-1][-len(earlier) - 1 :], newest], window.by_day)
    if parameters.get("same_period"):
        earlier, gap = _same_period(points, newest, since)
    highest = max((p for p in earlier if is_complete(p)), key=lambda p: p.value or 0.0, default=None)
    best = highest.value or 0.0 if highest else 0.0
    words: dict[str, object] = {
        "value": value,
        "period": (newest.period_start, newest.period_end),
        "since": since,
        "first": points[0].period_start,
        "floor": floor,
        "least": LEAST_EARLIER,
        "best": best,
        "times": times,
        "then": (highest.period_start, highest.period_end) if highest else "",
    }
    told: Sentence | None = None
    judgement, message, threshold = Judgement.CANNOT_SAY, "", max(floor, times * best)
    if points[0].period_start > since:
        message = marked("The figures begin on {first}, after {since}: a record cannot be told.")
    elif len(earlier) < LEAST_EARLIER or highest is None:
        message = marked("Fewer than {least} earlier periods since {since}.")
    elif gap:
        message = marked("A period since {since} is not reported: it may have been higher.")
    elif value <= best:
        judgement, message = Judgement.QUIET, marked("{value} {in_period} is not the highest since {since}: {then} had {best}.")
    elif value < floor:
        judgement, message = Judgement.QUIET, marked("{value} {in_period} is the highest since {since}, but below the floor of {floor}.")
    elif not reaches(value, times * best):
        judgement, message = (
            Judgement.QUIET,
            marked("{value} {in_period} is less than {times} times the {best} of {then}, the best since {since}."),
        )
    elif parameters.get("same_period") or times > 1:
        judgement, message = (
            Judgement.FIRES,
            marked("{value} {in_period} is at least {times} times the {best} of {then}, the best since {since}."),
        )
    else:
        judgement, told = Judgement.FIRES, _highest_since(window, value)
    reference_end, reference = (highest.period_end, highest.value) if highest else (None, None)
    level = None if judgement is Judgement.CANNOT_SAY else threshold
    period = (newest.period_start, newest.period_end)
    return Verdict(judgement, told or Sentence(message, words), *period, value, level, reference_end, reference, window=tuple(earlier))


def _same_period(points: Sequence[Point], newest: Point, since: dt.date) -> tuple[list[Point], bool]:
    """The same period of each earlier year since a day, and whether one of them is missing."""
    years = range(1, newest.period_start.year - since.year + 1)
    wanted = [n for n in years if _looking_back.year_before(newest, n)[0] >= since]
    found = [_looking_back.a_year_before(points, newest, n) for n in wanted]
    return [p for p in found if p is not None], any(p is None for p in found)


def _highest_since(window: Window, value: float) -> Sentence:
    """How far back the record reaches: to the last earlier period that was as high, or as far as nothing is missing."""
    points = window.points
    reached, newest = points[-1], points[-1]
    words: dict[str, object] = {"value": value, "period": (newest.period_start, newest.period_end)}
    for earlier in reversed(points[:-1]):
        if earlier.value is None or _looking_back.has_hole([earlier, reached], window.by_day):
            break
        if earlier.value >= value:
            words |= {"month": (earlier.period_start, earlier.period_end), "before": earlier.value}
            return Sentence(marked("{value} {in_period} is the highest since {month} ({before})."), words)
        reached = earlier
    words["since"] = reached.period_start
    return Sentence(marked("{value} {in_period} is the highest of all known, since {since}."), words)
