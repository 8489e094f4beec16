"""Threshold: the newest figure is at or above a level; absolute, or as a share of another series.

Per thousand inhabitants is `of` the population series with `per = 1000`; the share of a capacity is `of` that series
with the default `per = 1`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from monitor.alerts.kinds._comparing import reaches
from monitor.locale import Sentence
from monitor.model import Judgement, Measure, SeriesKey, Verdict, Window, marked

PARAMETERS: Mapping[str, type | tuple[type, ...]] = {"above": (int, float), "of": SeriesKey, "per": (int, float)}
REQUIRED = frozenset({"above"})
MEASURES = frozenset(Measure)


def fault(parameters: Mapping[str, Any]) -> str:
    """`per` belongs to `of`, and is more than nothing."""
    if "per" in parameters and "of" not in parameters:
        return "`per` needs `of`, the series to divide by"
    return "" if parameters.get("per", 1) > 0 else "`per` must be above 0"


def judge(window: Window, parameters: Mapping[str, Any]) -> Verdict:
    """Fires when the newest value (or its share of the newest one of `of`, times `per`) is at or above `above`."""
    if "of" in parameters:
        return _share(window, parameters)
    newest = window.points[-1]
    value, above = newest.value or 0.0, float(parameters["above"])
    fires = value >= above
    words = {"value": value, "period": (newest.period_start, newest.period_end), "level": above}
    message = marked("{value} ({period}) is at or above {level}.") if fires else marked("{value} ({period}) is below {level}.")
    judgement = Judgement.FIRES if fires else Judgement.QUIET
    return Verdict(judgement, Sentence(message, words), newest.period_start, newest.period_end, value, above)


def _share(window: Window, parameters: Mapping[str, Any]) -> Verdict:
    """The verdict's threshold is in the figure's own unit: what `above` comes to with the divisor of the day."""
    newest = window.points[-1]
    value, above, per = newest.value or 0.0, float(parameters["above"]), float(parameters.get("per", 1))
    known = [p for p in window.beside.get(parameters["of"], ()) if p.period_end <= newest.period_end and p.value]
    period = (newest.period_start, newest.period_end)
    if not known:
        told = Sentence(marked("There is no figure of {of} to divide {period} by."), {"of": str(parameters["of"]), "period": period})
        return Verdict(Judgement.CANNOT_SAY, told, *period, value)
    divisor = known[-1]
    whole = divisor.value or 0.0
    share, level = per * value / whole, above * whole / per
    fires = reaches(share, above)
    message = (
        marked("{value} ({period}) is {share} per {per} of {whole} ({then}), at or above {level}.")
        if fires
        else marked("{value} ({period}) is {share} per {per} of {whole} ({then}), below {level}.")
    )
    then = (divisor.period_start, divisor.period_end)
    words = {"value": value, "period": period, "share": round(share, 3), "per": per, "whole": whole, "then": then, "level": above}
    judgement = Judgement.FIRES if fires else Judgement.QUIET
    return Verdict(judgement, Sentence(message, words), *period, value, level, divisor.period_end, whole, window=(divisor,))
