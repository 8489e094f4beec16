"""Change: against the period before, the same period last year, or the mean of the periods before.

A ratio above 1 asks for a rise to at least that many times the other figure, one below 1 for a fall to at most it. With
`smoothed = 3` the mean of the newest three periods is compared with that of the same, or the earlier, three.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from monitor.alerts.kinds import _looking_back
from monitor.alerts.kinds._comparing import exceeds, reaches
from monitor.locale import Sentence
from monitor.model import Judgement, Measure, Point, Verdict, Window, marked

PARAMETERS: Mapping[str, type | tuple[type, ...]] = {
    "against": str,
    "ratio": (int, float),
    "floor": (int, float),
    "periods": int,
    "smoothed": int,
}
REQUIRED = frozenset({"against", "ratio", "floor"})
MEASURES = frozenset({Measure.STOCK, Measure.FLOW, Measure.EVENTS, Measure.VOLUME, Measure.RATIO})
AGAINST = ("previous", "last_year", "mean")


def fault(parameters: Mapping[str, Any]) -> str:
    """`periods` belongs to the mean, and to nothing else; a ratio of 1 would fire when nothing changes."""
    if parameters["against"] not in AGAINST:
        return f"against is {parameters['against']!r}; known are {', '.join(AGAINST)}"
    if ("periods" in parameters) != (parameters["against"] == "mean"):
        return '`periods` says of how many periods the mean is: it belongs to `against = "mean"`, and must be there'
    if parameters.get("periods", 2) < 2:
        return "a mean is of at least 2 periods"
    if parameters.get("smoothed", 2) < 2:
        return "`smoothed` says over how many periods the newest figure is smoothed: at least 2"
    if parameters["ratio"] <= 0 or parameters["ratio"] == 1:
        return "ratio must be above 1 for a rise, or between 0 and 1 for a fall"
    return ""


def judge(window: Window, parameters: Mapping[str, Any]) -> Verdict:
    """Fires when the newest value has changed by at least `ratio`; what counts as large is at least `floor`.

    The floor is for the newest value (or mean) of a rise, and for the earlier one of a fall.
    """
    newest, lately = window.points[-1], _lately(window, parameters)
    period = (newest.period_start, newest.period_end)
    words: dict[str, object] = {"period": period, "smoothed": parameters.get("smoothed")}
    if not lately:
        unknown = marked("Not each of the {smoothed} periods up to {period} is known.")
        return Verdict(Judgement.CANNOT_SAY, Sentence(unknown, words), *period, newest.value)
    value, ratio, floor = _mean(lately), float(parameters["ratio"]), float(parameters["floor"])
    then, reference = _reference(window, parameters)
    shown = Sentence(marked("{mean} on average"), {"mean": round(value, 1)}) if len(lately) > 1 else value
    words |= {"value": shown, "period": (lately[0].period_start, newest.period_end), "ratio": ratio, "floor": floor}
    if reference is None or not then:
        missing = marked("There is no figure for {then} to compare {period} with.")
        words["then"] = _when(window.points, parameters)
        return Verdict(Judgement.CANNOT_SAY, Sentence(missing, words), *period, value)
    words |= {"before": round(reference, 1), "then": (then[0].period_start, then[-1].period_end)}
    words["times"] = round(value / reference, 2) if reference else None
    fires, message, threshold = _rise(value, reference, ratio, floor) if ratio > 1 else _fall(value, reference, ratio, floor)
    judgement = Judgement.FIRES if fires else Judgement.QUIET
    return Verdict(judgement, Sentence(message, words), *period, value, threshold, then[-1].period_end, reference, window=then)


def _rise(value: float, before: float, ratio: float, floor: float) -> tuple[bool, str, float]:
    threshold = max(ratio * before, floor)
    if value < floor:
        return False, marked("{value} {in_period} is below the floor of {floor}."), threshold
    if value <= 0:
        return False, marked("None {in_period}."), threshold
    if not before:
        return True, marked("{value} {in_period}, after none {in_then}."), threshold
    if reaches(value, ratio * before):
        return True, marked("{value} {in_period} is {times} times the {before} of {then} (the rule: {ratio} times)."), threshold
    return False, marked("{value} {in_period} is {times} times the {before} of {then}, less than {ratio} times."), threshold


def _fall(value: float, before: float, ratio: float, floor: float) -> tuple[bool, str, float]:
    if before < floor or not before:
        return False, marked("{value} {in_period}, after {before} {in_then}, which is below the floor of {floor}."), ratio * before
    if not exceeds(value, ratio * before):
        return (
            True,
            marked("{value} {in_period} has fallen to {times} times the {before} of {then} (the rule: {ratio} times)."),
            ratio * before,
        )
    return False, marked("{value} {in_period} is {times} times the {before} of {then}, more than {ratio} times."), ratio * before


def falls(parameters: Mapping[str, Any]) -> bool:
    """Whether it fires on low values: then less is worse."""
    return float(parameters["ratio"]) < 1


def _lately(window: Window, parameters: Mapping[str, Any]) -> tuple[Point, ...]:
    """The newest points that are judged together; none where one of them is missing."""
    earlier = int(parameters.get("smoothed", 1)) - 1
    before = _looking_back.just_before(window, earlier)
    return (*before, window.points[-1]) if len(before) == earlier else ()


def _reference(window: Window, parameters: Mapping[str, Any]) -> tuple[tuple[Point, ...], float | None]:
    """The points compared with and the figure they come to; nothing where one of them is missing."""
    points, smoothed = window.points, int(parameters.get("smoothed", 1))
    if parameters["against"] == "last_year":
        found = [_looking_back.a_year_before(points, one) for one in points[-smoothed:]]
        then = tuple(one for one in found if one is not None)
        return (then, _mean(then)) if len(then) == smoothed else ((), None)
    upto = window._replace(points=points[: len(points) - smoothed + 1])
    then = _looking_back.just_before(upto, int(parameters.get("periods", smoothed)))
    return (then, _mean(then)) if then else ((), None)


def _mean(points: Sequence[Point]) -> float:
    """The mean of points that all have a value."""
    return sum(p.value or 0.0 for p in points) / len(points)


def _when(points: Sequence[Point], parameters: Mapping[str, Any]) -> object:
    """What was looked for and not found, in words or as a period."""
    if parameters["against"] == "last_year":
        return _looking_back.year_before(points[-1])
    return Sentence(marked("the {periods} periods before"), {"periods": parameters.get("periods", parameters.get("smoothed", 1))})
