"""Season: far above what the same period of earlier years had, in robust deviations from their median.

The median and the median absolute deviation (MAD) are not moved by one year of crisis among the earlier ones, as a mean and
a standard deviation are. 1.4826 times the MAD of figures that are normally distributed is their standard deviation (P. J.
Rousseeuw and C. Croux, Alternatives to the Median Absolute Deviation, Journal of the American Statistical Association 88,
1993, 1273-1283), so a `deviations` of 3 reads as usual.
"""

from __future__ import annotations

from collections.abc import Mapping
from statistics import median
from typing import Any

from monitor.alerts.kinds import _looking_back
from monitor.alerts.kinds._comparing import reaches
from monitor.locale import Sentence
from monitor.model import Judgement, Measure, Verdict, Window, marked

PARAMETERS: Mapping[str, type | tuple[type, ...]] = {"deviations": (int, float), "least_years": int, "floor": (int, float)}
REQUIRED = frozenset({"deviations", "least_years", "floor"})
MEASURES = frozenset({Measure.STOCK, Measure.FLOW, Measure.EVENTS, Measure.VOLUME, Measure.RATIO})
AS_STANDARD = 1.4826
FEWEST_YEARS = 3  # the median deviation of two years is half of what lies between them


def fault(parameters: Mapping[str, Any]) -> str:
    """A season is of several years, and far is above."""
    if parameters["least_years"] < FEWEST_YEARS:
        return f"least_years must be at least {FEWEST_YEARS}: fewer have no median deviation that means anything"
    return "" if parameters["deviations"] > 0 else "deviations must be above 0"


def judge(window: Window, parameters: Mapping[str, Any]) -> Verdict:
    """Fires when the newest value is at least `deviations` above the median of its season, and at least `floor`.

    A year whose figure is missing is left out; fewer than `least_years` cannot say. Where half of the years or more
    had exactly the median there is no deviation to measure by, and a value above it cannot be judged.
    """
    newest = window.points[-1]
    value, floor, deviations = newest.value or 0.0, float(parameters["floor"]), float(parameters["deviations"])
    period = (newest.period_start, newest.period_end)
    years = _looking_back.same_periods(window.points, newest)
    words: dict[str, object] = {"value": value, "period": period, "floor": floor, "years": len(years), "least": parameters["least_years"]}
    if len(years) < parameters["least_years"]:
        told = marked("The same period as {period} is known of {years} earlier years; the rule asks for {least}.")
        return Verdict(Judgement.CANNOT_SAY, Sentence(told, words), *period, value)
    values = [p.value or 0.0 for p in years]
    middle = median(values)
    spread = AS_STANDARD * median(abs(one - middle) for one in values)
    words |= {"median": middle, "deviations": deviations, "far": round((value - middle) / spread, 1) if spread else None}
    judgement, message = _compared(value, middle, spread, middle + deviations * spread, floor)
    threshold = max(middle + deviations * spread, floor) if spread else None
    return Verdict(judgement, Sentence(message, words), *period, value, threshold, years[-1].period_end, middle, window=tuple(years))


def _compared(value: float, middle: float, spread: float, level: float, floor: float) -> tuple[Judgement, str]:
    if value < floor:
        return Judgement.QUIET, marked("{value} {in_period} is below the floor of {floor}.")
    if value <= middle:
        return Judgement.QUIET, marked("{value} {in_period} is not above the median of the season in {years} earlier years, {median}.")
    if not spread:
        same = marked(
            "{value} {in_period}: at least half of {years} earlier years had exactly {median} in that season, so how far is far cannot be told."
        )
        return Judgement.CANNOT_SAY, same
    if reaches(value, level):
        told = marked(
            "{value} {in_period} is {far} deviations above the median of the season, {median} ({years} years; the rule: {deviations})."
        )
        return Judgement.FIRES, told
    told = marked(
        "{value} {in_period} is {far} deviations above the median of the season, {median} ({years} years); less than {deviations}."
    )
    return Judgement.QUIET, told
