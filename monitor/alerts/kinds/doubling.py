"""Doubling, for running totals: fires from the floor on, and is told again at each doubling.

A running total only grows, so it never stops firing; what is told again is the business of the state machine (twice the
value last told). The verdict's threshold is the highest of floor, twice the floor, four times … that was reached.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from monitor.locale import Sentence
from monitor.model import Judgement, Measure, Verdict, Window, marked

PARAMETERS: Mapping[str, type | tuple[type, ...]] = {"floor": (int, float)}
REQUIRED = frozenset({"floor"})
MEASURES = frozenset({Measure.CUMULATIVE})


def fault(parameters: Mapping[str, Any]) -> str:
    """Twice nothing is nothing."""
    return "" if parameters["floor"] >= 1 else "floor must be at least 1: it is what is doubled"


def judge(window: Window, parameters: Mapping[str, Any]) -> Verdict:
    """Fires when the newest total is at or above `floor`; needs no other point."""
    newest = window.points[-1]
    value, floor = newest.value or 0.0, float(parameters["floor"])
    period = (newest.period_start, newest.period_end)
    level, count = floor, 0
    while value >= 2 * level:
        level, count = 2 * level, count + 1
    words: dict[str, object] = {"value": value, "period": period, "floor": floor, "level": level, "count": count}
    if value < floor:
        return Verdict(Judgement.QUIET, Sentence(marked("{value} ({period}) is below the floor of {floor}."), words), *period, value, floor)
    message = (
        marked("{value} ({period}) has reached {level}: {floor} doubled, {count} times in all.")
        if count
        else marked("{value} ({period}) has reached the floor of {floor}.")
    )
    return Verdict(Judgement.FIRES, Sentence(message, words), *period, value, level)
