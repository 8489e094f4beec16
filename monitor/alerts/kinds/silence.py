"""Silence: a source that is past its own cadence, or that was asked several times and brought nothing.

While it fires it mutes the rules that depend on the same source (`monitor.alerts.inhibition`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from itertools import takewhile
from typing import Any

from monitor.locale import Sentence
from monitor.model import Judgement, Measure, Point, Verdict, Window, marked

PARAMETERS: Mapping[str, type | tuple[type, ...]] = {"after_days": int, "runs": int}
REQUIRED: frozenset[str] = frozenset()
MEASURES = frozenset(Measure)
JUDGES_SILENCE = True


def fault(parameters: Mapping[str, Any]) -> str:
    """It needs one of the two, or both."""
    if not parameters:
        return "silence needs `after_days` (the age of the newest figure) or `runs` (in a row without anything good), or both"
    if parameters.get("after_days", 0) < 0:
        return "after_days is below 0"
    return "" if parameters.get("runs", 1) >= 1 else "runs must be at least 1"


def ages(parameters: Mapping[str, Any]) -> Iterator[int]:
    """The age of a figure at which it becomes silence, without anything new being known."""
    if "after_days" in parameters:
        yield parameters["after_days"]


def judge(window: Window, parameters: Mapping[str, Any]) -> Verdict:
    """Fires when the newest figure is older than `after_days`, or the last `runs` runs of the source all were not good.

    The verdict's value is the age in days and its period the silence itself, from the last figure's end (or the first of
    the runs that brought nothing) to the day. Without any figure and any run nothing can be said.
    """
    newest = window.points[-1] if window.points else None
    failed = list(takewhile(lambda one: not one.good, reversed(window.asked)))
    age = float((window.day - newest.period_end).days) if newest else None
    limit, runs = parameters.get("after_days"), parameters.get("runs")
    level = None if limit is None else float(limit)
    words: dict[str, object] = {"days": age, "limit": limit, "runs": runs, "failed": len(failed)}
    words["period"] = (newest.period_start, newest.period_end) if newest else ""
    if newest and age is not None and level is not None and age > level:
        told = marked("The newest figure is of {period}, {days} days ago; after {limit} days that is silence.")
        return Verdict(Judgement.FIRES, Sentence(told, words), *_until(window.day, newest.period_end), age, level)
    if runs is not None and len(failed) >= runs:
        told = marked("The source was asked {failed} times in a row and brought nothing good; after {runs} times that is silence.")
        return Verdict(Judgement.FIRES, Sentence(told, words), *_until(window.day, failed[-1].at.date()), age, level)
    return _not_silent(newest, bool(window.asked), words, age, level)


def _until(day: dt.date, since: dt.date) -> tuple[dt.date, dt.date]:
    return min(since, day), day


def _not_silent(newest: Point | None, asked: bool, words: Mapping[str, object], age: float | None, level: float | None) -> Verdict:
    """Quiet, with what was heard last; nothing can be said before there was anything to hear."""
    if newest is not None and (level is not None or asked):
        told = marked("The newest figure is of {period}, {days} days ago.")
        return Verdict(Judgement.QUIET, Sentence(told, words), newest.period_start, newest.period_end, age, level)
    if words["runs"] is None:
        return Verdict(Judgement.CANNOT_SAY, Sentence(marked("No figure is known: whether that is silence cannot be told."), words))
    if not asked:
        return Verdict(Judgement.CANNOT_SAY, Sentence(marked("The source has not been asked yet."), words))
    told = marked("No figure is known, and the last runs that brought nothing good are {failed}, fewer than {runs}.")
    return Verdict(Judgement.QUIET, Sentence(told, words))
