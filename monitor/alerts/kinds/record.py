"""Record: the highest since a date, or for a number of years."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from monitor.locale import _, day, number, period
from monitor.model import Judgement, Measure, Point, Verdict, is_complete, same_day

PARAMETERS: Mapping[str, type | tuple[type, ...]] = {"since": dt.date, "years": int, "floor": (int, float)}
REQUIRED = frozenset({"floor"})
MEASURES = frozenset({Measure.STOCK, Measure.FLOW, Measure.EVENTS, Measure.VOLUME, Measure.RATIO})
LEAST_EARLIER = 3  # a record among fewer earlier periods says nothing


def fault(parameters: Mapping[str, Any]) -> str:
    """A record is since a date or for a number of years, not both and not neither."""
    return "" if ("since" in parameters) != ("years" in parameters) else "a record needs either `since` or `years`"


def judge(points: Sequence[Point], parameters: Mapping[str, Any]) -> Verdict:
    """Fires when the newest value is at least `floor` and higher than every earlier one since `since` (or in `years` years)."""
    newest = points[-1]
    value, floor = newest.value or 0.0, float(parameters["floor"])
    since = parameters.get("since") or same_day(newest.period_start, newest.period_start.year - int(parameters["years"]))
    earlier = [p for p in points[:-1] if since <= p.period_start]
    highest = max((p for p in earlier if is_complete(p)), key=lambda p: p.value or 0.0, default=None)
    words = {
        "value": number(value),
        "period": period(newest.period_start, newest.period_end),
        "since": day(since),
        "first": day(points[0].period_start),
        "floor": number(floor),
        "least": number(LEAST_EARLIER),
        "best": number(highest.value) if highest else "",
        "then": period(highest.period_start, highest.period_end) if highest else "",
    }
    threshold = max(floor, highest.value or 0.0) if highest else None
    if points[0].period_start > since:
        judgement, sentence, threshold = (
            Judgement.CANNOT_SAY,
            _("The figures begin on {first}, after {since}: a record cannot be told."),
            None,
        )
    elif len(earlier) < LEAST_EARLIER or highest is None:
        judgement, sentence, threshold = Judgement.CANNOT_SAY, _("Fewer than {least} earlier periods since {since}."), None
    elif any(p.value is None for p in earlier) or _has_hole([*points[:-1][-len(earlier) - 1 :], newest]):
        judgement, sentence, threshold = Judgement.CANNOT_SAY, _("A period since {since} is not reported: it may have been higher."), None
    elif value <= (highest.value or 0.0):
        judgement, sentence = Judgement.QUIET, _("{value} in {period} is not the highest since {since}: {then} had {best}.")
    elif value < floor:
        judgement, sentence = Judgement.QUIET, _("{value} in {period} is the highest since {since}, but below the floor of {floor}.")
    else:
        judgement, sentence = Judgement.FIRES, _highest_since(points, value)
    reference = (highest.period_end, highest.value) if highest else (None, None)
    return Verdict(judgement, sentence.format(**words), newest.period_start, newest.period_end, value, threshold, *reference)


def _has_hole(points: Sequence[Point]) -> bool:
    """Whether a month or year is absent between two others. Single days are read when somebody counts: no hole."""
    lasting = [p for p in points if p.period_end > p.period_start]
    return any(after.period_start > before.period_end + dt.timedelta(days=1) for before, after in pairwise(lasting))


def _highest_since(points: Sequence[Point], value: float) -> str:
    """How far back the record reaches: to the last earlier period that was as high, or as far as nothing is missing."""
    reached = points[-1]
    for earlier in reversed(points[:-1]):
        if earlier.value is None or _has_hole([earlier, reached]):
            break
        if earlier.value >= value:
            told = _("the highest since {month} ({value})")
            words = told.format(month=period(earlier.period_start, earlier.period_end), value=number(earlier.value))
            return _("{{value}} in {{period}} is {told}.").format(told=words)
        reached = earlier
    return _("{{value}} in {{period}} is the highest of all known, since {since}.").format(since=day(reached.period_start))
