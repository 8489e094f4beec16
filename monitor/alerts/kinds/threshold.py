"""Threshold: the newest figure is at or above a level."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from monitor.locale import _, number, period
from monitor.model import Judgement, Measure, Point, Verdict

PARAMETERS: Mapping[str, type | tuple[type, ...]] = {"above": (int, float)}
REQUIRED = frozenset({"above"})
MEASURES = frozenset(Measure)


def fault(parameters: Mapping[str, Any]) -> str:
    """Nothing beyond the types."""
    return ""


def judge(points: Sequence[Point], parameters: Mapping[str, Any]) -> Verdict:
    """Fires when the newest value is at or above `above`."""
    newest = points[-1]
    value, above = newest.value or 0.0, float(parameters["above"])
    fires = value >= above
    sentence = _("{value} ({period}) is at or above {level}.") if fires else _("{value} ({period}) is below {level}.")
    return Verdict(
        Judgement.FIRES if fires else Judgement.QUIET,
        sentence.format(value=number(value), period=period(newest.period_start, newest.period_end), level=number(above)),
        newest.period_start,
        newest.period_end,
        value,
        above,
    )
