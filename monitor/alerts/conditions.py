"""Conditions: a kind with its parameters, `all` or `any` of several, each for a number of periods running."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from monitor.alerts.kinds import _looking_back, registry
from monitor.locale import Sentence, in_turn
from monitor.model import INDICATORS, MAY_SUM, Condition, Judgement, Over, SeriesKey, Verdict, Window, marked, parts

ALL, ANY = "all", "any"
DEEPEST = 4  # a tree that nobody can read aloud is no rule


def faults(condition: Condition, series: SeriesKey, depth: int = 0) -> Iterator[str]:
    """What is wrong with a condition on a series, one after the other."""
    if condition.periods < 1:
        yield f"`for` is {condition.periods}; a number of periods from 1 is due"
    if _is_silent(condition) and (condition.series or condition.periods > 1):
        yield "silence is of the rule's own series and of the day: it takes neither `series` nor `for`"
    if condition.kind in (ALL, ANY):
        if not condition.of or condition.parameters:
            yield f"{condition.kind} takes conditions, each in [[rule.of]], and nothing else"
        if any(map(_is_silent, condition.of)) and not all(map(_is_silent, condition.of)):
            yield "silence is a rule of its own: it mutes the others, and goes with no other condition"
        if depth >= DEEPEST:
            yield "conditions within conditions within conditions: nobody can read that aloud"
        else:
            for one in condition.of:
                yield from faults(one, condition.series or series, depth + 1)
        return
    if condition.of:
        yield f"{condition.kind} takes no further conditions; only `all` and `any` do"
    yield from _faults_of_series(condition.series or series)
    yield from _faults_of_kind(condition, condition.series or series)


def _faults_of_series(series: SeriesKey) -> Iterator[str]:
    added = parts(series)
    if len(added) > 1:
        indicator = INDICATORS[series.indicator]
        if Over.PLACES not in MAY_SUM[indicator.measure]:
            yield f"{series.breakdown}: a {indicator.measure} measure has no sum"
        if any(key.breakdown == "all" for key in added) or len(set(added)) < len(added):
            yield f"{series.breakdown}: the sum would count some twice"


def _faults_of_kind(condition: Condition, series: SeriesKey) -> Iterator[str]:
    kind = registry().get(condition.kind)
    if kind is None:
        yield f"kind {condition.kind!r} is unknown; known are {', '.join([ALL, ANY, *sorted(registry())])}"
        return
    indicator = INDICATORS[series.indicator]
    if indicator.measure not in kind.MEASURES:
        yield f"{condition.kind} makes no sense for {indicator.id}, a {indicator.measure} measure"
    for name, value in condition.parameters.items():
        if name not in kind.PARAMETERS:
            yield f"{name!r} is no parameter of {condition.kind}; they are {', '.join(kind.PARAMETERS)}"
        elif not _is_a(value, kind.PARAMETERS[name]):
            yield f"{name} is {value!r}, which is of the wrong type"
    missing = sorted(kind.REQUIRED - set(condition.parameters))
    if missing:
        yield f"{missing[0]!r} is missing"
    if missing or any(not _is_a(value, kind.PARAMETERS.get(name, object)) for name, value in condition.parameters.items()):
        return
    if fault := kind.fault(condition.parameters) or (hasattr(kind, "fault_on") and kind.fault_on(series, condition.parameters)):
        yield fault


def _is_a(value: object, due: type | tuple[type, ...]) -> bool:
    """A bool is an int to Python and a datetime a date, and neither is meant; NaN is a float and no level."""
    if isinstance(value, bool):
        return due is bool
    return isinstance(value, due) and not isinstance(value, dt.datetime) and value == value


def parameters(condition: Condition) -> Iterator[str]:
    """The names of all parameters in a condition and those below it."""
    yield from condition.parameters
    for one in condition.of:
        yield from parameters(one)


def changed(condition: Condition, values: Mapping[str, Any]) -> Condition:
    """The condition with other values for the parameters that it has, and so below it."""
    own = {name: values.get(name, value) for name, value in condition.parameters.items()}
    return replace(condition, parameters=own, of=tuple(changed(one, values) for one in condition.of))


def reads(condition: Condition) -> Iterator[SeriesKey]:
    """The other series that a condition names: to look at, or to compare with."""
    if condition.series:
        yield condition.series
    yield from (value for value in condition.parameters.values() if isinstance(value, SeriesKey))
    for one in condition.of:
        yield from reads(one)


def judges_silence(condition: Condition) -> bool:
    """Whether a condition has something to say of a series without a fresh figure."""
    return _is_silent(condition)


def _is_silent(condition: Condition) -> bool:
    if condition.of:
        return all(_is_silent(one) for one in condition.of)
    return bool(getattr(registry().get(condition.kind), "JUDGES_SILENCE", False))


def falls(condition: Condition) -> bool:
    """Whether a condition fires on low values, so that less is worse."""
    kind = registry().get(condition.kind)
    own = kind is not None and hasattr(kind, "falls") and bool(kind.falls(condition.parameters))
    return own or any(falls(one) for one in condition.of)


def ages(condition: Condition) -> Iterator[int]:
    """The ages in days, after a period's end, at which a condition may answer otherwise without a new figure."""
    kind = registry().get(condition.kind)
    if kind is not None and hasattr(kind, "ages"):
        yield from kind.ages(condition.parameters)
    for one in condition.of:
        yield from ages(one)


def judge(condition: Condition, window: Window) -> Verdict:
    """The verdict on a window whose last point is to be judged, for as many periods running as the condition asks."""
    if condition.series is not None:
        if missing := _unfit(condition.series, window):
            return missing
        window = window._replace(points=window.beside[condition.series], series=condition.series)
    newest = _judge_once(condition, window)
    if condition.periods == 1 or newest.judgement is not Judgement.FIRES:
        return newest
    return _running(condition, window, newest)


def _unfit(series: SeriesKey, window: Window) -> Verdict | None:
    """Why another series than the rule's own has nothing to judge by: it is held to the same age."""
    points, words = window.beside.get(series, ()), {"series": str(series)}
    if not points:
        return Verdict(Judgement.CANNOT_SAY, Sentence(marked("No figure of {series} is known."), words))
    period = (points[-1].period_start, points[-1].period_end)
    if not window.is_stale(period[1]):
        return None
    told = marked("The newest figure of {series} is of {period}: too old to say.")
    return Verdict(Judgement.CANNOT_SAY, Sentence(told, words | {"period": period}), *period, points[-1].value)


def _running(condition: Condition, window: Window, newest: Verdict) -> Verdict:
    """The newest verdict, which fires, where those of the periods just before it fire, too."""
    words = {"newest": newest.said, "periods": condition.periods}
    points = window.points
    if len(points) < condition.periods or _looking_back.has_hole(points[-condition.periods :], window.by_day):
        told = Sentence(marked("{newest} Whether so for {periods} periods running cannot be told."), words)
        return replace(newest, judgement=Judgement.CANNOT_SAY, said=told)
    for back in range(1, condition.periods):
        before = _judge_once(condition, _back(window, back))
        if before.judgement is not Judgement.FIRES:
            told = Sentence(marked("{newest} But not for {periods} periods running: {before}"), words | {"before": before.said})
            return replace(newest, judgement=before.judgement, said=told)
    return replace(newest, said=Sentence(marked("{newest} So it was for {periods} periods running."), words))


def _back(window: Window, periods: int) -> Window:
    """The window as it would end some periods earlier."""
    points = window.points[:-periods]
    end = points[-1].period_end
    beside = {key: [p for p in known if p.period_end <= end] for key, known in window.beside.items()}
    return window._replace(points=points, beside=beside)


def _judge_once(condition: Condition, window: Window) -> Verdict:
    if condition.kind not in (ALL, ANY):
        return registry()[condition.kind].judge(window, condition.parameters)
    verdicts = [judge(one, window) for one in condition.of]
    # All: quiet as soon as one is. Any: fires as soon as one does. Else what cannot be said decides.
    decides = Judgement.QUIET if condition.kind == ALL else Judgement.FIRES
    for judgement in (decides, Judgement.CANNOT_SAY):
        found = next((one for one in verdicts if one.judgement is judgement), None)
        if found:
            return found
    levels = [one.threshold for one in verdicts if one.value == verdicts[0].value and one.threshold is not None]
    level = (max if condition.kind == ALL else min)(levels, default=None)
    return replace(verdicts[0], said=in_turn([one.said for one in verdicts]), threshold=level)
