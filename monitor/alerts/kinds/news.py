"""News: a day's share of all articles monitored against the same weekday of the weeks before.

Counts of articles rise and fall with how much is monitored, and news keeps to the week; so it is the share, against the
median of the same weekday. A share of coverage tells of attention, never of people.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from statistics import median
from typing import Any

from monitor.alerts.kinds._comparing import reaches
from monitor.locale import Sentence
from monitor.model import Judgement, Measure, Point, Verdict, Window, marked

PARAMETERS: Mapping[str, type | tuple[type, ...]] = {
    "ratio": (int, float),
    "weeks": int,
    "floor": (int, float),
    "least_weeks": int,
}
REQUIRED = frozenset({"ratio", "weeks", "floor"})
MEASURES = frozenset({Measure.RATIO})
FEWEST_WEEKS = 3


def fault(parameters: Mapping[str, Any]) -> str:
    """A baseline is of several weeks; `least_weeks` is how many of them must have a figure (half, when it is not said)."""
    if parameters["ratio"] <= 1:
        return "ratio must be above 1"
    if parameters["weeks"] < FEWEST_WEEKS:
        return f"weeks must be at least {FEWEST_WEEKS}"
    if not FEWEST_WEEKS <= _least(parameters) <= parameters["weeks"]:
        return f"least_weeks must be between {FEWEST_WEEKS} and weeks"
    return "" if parameters["floor"] > 0 else "floor must be above 0"


def _least(parameters: Mapping[str, Any]) -> int:
    return int(parameters.get("least_weeks", max(FEWEST_WEEKS, (parameters["weeks"] + 1) // 2)))


def judge(window: Window, parameters: Mapping[str, Any]) -> Verdict:
    """Fires when the newest full day is at least `ratio` times the median of its weekday, and at least `floor`.

    A week whose day is missing is left out; fewer than `least_weeks` cannot say.
    """
    newest = window.points[-1]
    value, ratio, floor = newest.value or 0.0, float(parameters["ratio"]), float(parameters["floor"])
    period = (newest.period_start, newest.period_end)
    words: dict[str, object] = {"value": value, "period": period, "ratio": ratio, "floor": floor, "weeks": parameters["weeks"]}
    if newest.period_start != newest.period_end:
        told = marked("{period} is not a day: news are compared by weekday.")
        return Verdict(Judgement.CANNOT_SAY, Sentence(told, words), *period, value)
    days = _same_weekday(window, newest.period_end, int(parameters["weeks"]))
    words |= {"found": len(days), "least": _least(parameters)}
    if len(days) < _least(parameters):
        told = marked("The same weekday is known of {found} of the {weeks} weeks before {period}; the rule asks for {least}.")
        return Verdict(Judgement.CANNOT_SAY, Sentence(told, words), *period, value)
    middle = median(p.value or 0.0 for p in days)
    words |= {"median": round(middle, 5), "times": round(value / middle, 2) if middle else None}
    judgement, message = _compared(value, middle, ratio, floor)
    threshold = max(ratio * middle, floor)
    return Verdict(judgement, Sentence(message, words), *period, value, threshold, days[-1].period_end, middle, window=tuple(days))


def _same_weekday(window: Window, day: dt.date, weeks: int) -> list[Point]:
    wanted = {day - dt.timedelta(weeks=n) for n in range(1, weeks + 1)}
    near = window.points[-1 - 7 * weeks * 2 : -1]  # a day has one point; twice as many leave room for others
    return [p for p in near if p.period_start == p.period_end and p.period_end in wanted and p.value is not None]


def _compared(value: float, middle: float, ratio: float, floor: float) -> tuple[Judgement, str]:
    if value < floor:
        return Judgement.QUIET, marked("{value} % of the news of {period} is below the floor of {floor} %.")
    if not middle:
        return Judgement.FIRES, marked("{value} % of the news of {period}; the median of this weekday in the {weeks} weeks before is none.")
    if reaches(value, ratio * middle):
        told = marked("{value} % of the news of {period} is {times} times the {median} % usual on this weekday (the rule: {ratio} times).")
        return Judgement.FIRES, told
    return Judgement.QUIET, marked(
        "{value} % of the news of {period} is {times} times the {median} % usual on this weekday, less than {ratio}."
    )
