"""Surge: at least so many times the mean of the periods just before, and at least the floor."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from monitor.alerts.kinds import _looking_back
from monitor.alerts.kinds._comparing import reaches
from monitor.locale import Sentence
from monitor.model import Judgement, Measure, Verdict, Window, marked

PARAMETERS: Mapping[str, type | tuple[type, ...]] = {"ratio": (int, float), "periods": int, "floor": (int, float)}
REQUIRED = frozenset({"ratio", "periods", "floor"})
# A stock hardly moves within a few periods, and a share of the news has its own kind.
MEASURES = frozenset({Measure.FLOW, Measure.EVENTS, Measure.VOLUME})


def fault(parameters: Mapping[str, Any]) -> str:
    """A floor of nothing would call one person after none a surge."""
    if parameters["ratio"] <= 1:
        return "ratio must be above 1; a fall is `change` with a ratio below 1"
    if parameters["periods"] < 2:
        return "a mean is of at least 2 periods"
    return "" if parameters["floor"] > 0 else "floor must be above 0"


def judge(window: Window, parameters: Mapping[str, Any]) -> Verdict:
    """Fires when the newest value is at least `ratio` times the mean of the `periods` before it, and at least `floor`."""
    newest = window.points[-1]
    value, ratio, floor = newest.value or 0.0, float(parameters["ratio"]), float(parameters["floor"])
    period = (newest.period_start, newest.period_end)
    words: dict[str, object] = {"value": value, "period": period, "ratio": ratio, "floor": floor, "periods": parameters["periods"]}
    before = _looking_back.just_before(window, int(parameters["periods"]))
    if not before:
        told = marked("Not all of the {periods} periods before {period} have a figure: there is no mean to compare with.")
        return Verdict(Judgement.CANNOT_SAY, Sentence(told, words), *period, value)
    mean = sum(p.value or 0.0 for p in before) / len(before)
    words |= {"mean": round(mean, 1), "then": (before[0].period_start, before[-1].period_end)}
    words["times"] = round(value / mean, 2) if mean else None
    judgement, message = _compared(value, mean, ratio, floor)
    threshold = max(ratio * mean, floor)
    return Verdict(judgement, Sentence(message, words), *period, value, threshold, before[-1].period_end, mean, window=before)


def _compared(value: float, mean: float, ratio: float, floor: float) -> tuple[Judgement, str]:
    if value < floor:
        return Judgement.QUIET, marked("{value} {in_period} is below the floor of {floor}.")
    if not mean:
        return Judgement.FIRES, marked("{value} {in_period}, after none in the {periods} periods before.")
    if reaches(value, ratio * mean):
        return Judgement.FIRES, marked("{value} {in_period} is {times} times the mean of {then}, {mean} (the rule: {ratio} times).")
    return Judgement.QUIET, marked("{value} {in_period} is {times} times the mean of {then}, {mean}; less than {ratio} times.")
