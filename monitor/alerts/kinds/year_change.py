"""Change against the same period last year: the season cancels out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from monitor.locale import _, number, period
from monitor.model import Judgement, Measure, Point, Verdict, same_day

PARAMETERS: Mapping[str, type | tuple[type, ...]] = {"ratio": (int, float), "floor": (int, float)}
REQUIRED = frozenset({"ratio", "floor"})
MEASURES = frozenset({Measure.STOCK, Measure.FLOW, Measure.EVENTS, Measure.VOLUME, Measure.RATIO})


def fault(parameters: Mapping[str, Any]) -> str:
    """Nothing beyond the types."""
    return ""


def judge(points: Sequence[Point], parameters: Mapping[str, Any]) -> Verdict:
    """Fires when the newest value is at least `ratio` times that of a year before, and at least `floor`."""
    newest = points[-1]
    value, ratio, floor = newest.value or 0.0, float(parameters["ratio"]), float(parameters["floor"])
    start, end = (same_day(edge, edge.year - 1) for edge in (newest.period_start, newest.period_end))
    before = next((p.value for p in points if (p.period_start, p.period_end) == (start, end)), None)
    words = {
        "value": number(value),
        "period": period(newest.period_start, newest.period_end),
        "before": number(before),
        "then": period(start, end),
        "ratio": number(ratio),
        "floor": number(floor),
        "times": number(round(value / before, 2)) if before else "",
    }
    if before is None:
        judgement, sentence = Judgement.CANNOT_SAY, _("There is no figure for {then} to compare {period} with.")
    elif value < floor:
        judgement, sentence = Judgement.QUIET, _("{value} in {period} is below the floor of {floor}.")
    elif value <= 0:
        judgement, sentence = Judgement.QUIET, _("None in {period}.")
    elif not before:
        judgement, sentence = Judgement.FIRES, _("{value} in {period}, after none in {then}.")
    elif value >= ratio * before:
        judgement, sentence = Judgement.FIRES, _("{value} in {period} is {times} times the {before} of {then} (the rule: {ratio} times).")
    else:
        judgement, sentence = Judgement.QUIET, _("{value} in {period} is {times} times the {before} of {then}, less than {ratio} times.")
    threshold = None if before is None else max(ratio * before, floor)
    return Verdict(judgement, sentence.format(**words), newest.period_start, newest.period_end, value, threshold, end, before)
