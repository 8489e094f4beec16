"""Disagreement: two sources of the same measure that are apart by more than a ratio for the same period."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from monitor.alerts.kinds._comparing import exceeds
from monitor.locale import Sentence
from monitor.model import INDICATORS, Judgement, Measure, Point, SeriesKey, Verdict, Window, is_complete, marked

PARAMETERS: Mapping[str, type | tuple[type, ...]] = {"other": SeriesKey, "ratio": (int, float), "floor": (int, float)}
REQUIRED = frozenset({"other", "ratio"})
MEASURES = frozenset(Measure)


def fault(parameters: Mapping[str, Any]) -> str:
    """A ratio of 1 would fire on any difference at all."""
    return "" if parameters["ratio"] > 1 else "ratio must be above 1"


def fault_on(series: SeriesKey, parameters: Mapping[str, Any]) -> str:
    """Refuses what cannot agree: another measure, another unit, or the series itself."""
    other = parameters["other"]
    mine, its = INDICATORS[series.indicator], INDICATORS.get(other.indicator)
    if other == series:
        return "a series does not disagree with itself: `other` is another source's"
    if its is None:
        return f"other: {other.indicator!r} is not an indicator"
    if its.measure is not mine.measure:
        return f"{mine.id} is a {mine.measure} measure and {its.id} a {its.measure} measure: they cannot agree"
    if its.unit != mine.unit:
        return f"{mine.id} counts {mine.unit} and {its.id} {its.unit}: they cannot agree"
    return ""


def judge(window: Window, parameters: Mapping[str, Any]) -> Verdict:
    """Fires when the larger of the two is more than `ratio` times the smaller, for the newest period that both have.

    Two figures that are both below `floor` are too small to compare. The verdict's value is how many times apart they are,
    and its reference the figure of the other series.
    """
    pair = _newest_pair(window, parameters["other"])
    words: dict[str, object] = {"other": str(parameters["other"]), "ratio": parameters["ratio"], "floor": parameters.get("floor", 0)}
    if pair is None or window.is_stale(pair[0].period_end):
        told = marked("There is no period of late of which {other} has a figure, too.")
        return Verdict(Judgement.CANNOT_SAY, Sentence(told, words), window.points[-1].period_start, window.points[-1].period_end)
    mine, its = pair[0].value or 0.0, pair[1].value or 0.0
    period = (pair[0].period_start, pair[0].period_end)
    apart = max(mine, its) / min(mine, its) if min(mine, its) else None
    words |= {"mine": mine, "its": its, "period": period, "times": round(apart, 2) if apart else None}
    judgement, message = _compared(mine, its, float(parameters["ratio"]), float(parameters.get("floor", 0)))
    level = float(parameters["ratio"])
    return Verdict(judgement, Sentence(message, words), *period, apart, level, pair[1].period_end, its, window=(pair[1],))


def _newest_pair(window: Window, other: SeriesKey) -> tuple[Point, Point] | None:
    """The points of both series for the newest period of which both have a figure."""
    theirs = {(p.period_start, p.period_end): p for p in window.beside.get(other, ()) if is_complete(p)}
    for point in reversed(window.points):
        found = theirs.get((point.period_start, point.period_end))
        if found and point.value is not None:
            return point, found
    return None


def _compared(mine: float, its: float, ratio: float, floor: float) -> tuple[Judgement, str]:
    if max(mine, its) < floor or mine == its == 0:
        return Judgement.QUIET, marked("{mine} {in_period}, and {its} by {other}: both below the floor of {floor}.")
    if not min(mine, its):
        return Judgement.FIRES, marked("{mine} {in_period}, and {its} by {other}: one of the two says none.")
    if exceeds(max(mine, its), ratio * min(mine, its)):
        return Judgement.FIRES, marked("{mine} {in_period}, and {its} by {other}: apart {times} times (the rule: more than {ratio}).")
    return Judgement.QUIET, marked("{mine} {in_period}, and {its} by {other}: apart {times} times, not more than {ratio}.")
