"""Judging: one rule, the points of its series as they were known, and a day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from monitor.alerts.kinds import registry
from monitor.locale import _, number, period
from monitor.model import INDICATORS, Judgement, Point, Rule, Status, Verdict, is_complete

COMMON = "stale_after_days"


def check(rule: Rule) -> str:
    """What is wrong with a rule, in words for the person who wrote it; empty when nothing is."""
    kind = registry().get(rule.kind)
    if kind is None:
        return f"rule {rule.id!r}: kind {rule.kind!r} is unknown; known are {', '.join(sorted(registry()))}"
    indicator = INDICATORS[rule.series.indicator]
    if indicator.measure not in kind.MEASURES:
        return f"rule {rule.id!r}: {rule.kind} makes no sense for {indicator.id}, a {indicator.measure} measure"
    types = {COMMON: int, **kind.PARAMETERS}
    for name, value in rule.parameters.items():
        if name not in types:
            return f"rule {rule.id!r}: {name!r} is no parameter of {rule.kind}; they are {', '.join(types)}"
        # A bool is an int to Python and a datetime a date, and neither is meant; NaN is a float and no level.
        if not isinstance(value, types[name]) or isinstance(value, (bool, dt.datetime)) or value != value:
            return f"rule {rule.id!r}: {name} is {value!r}, which is of the wrong type"
    missing = sorted((kind.REQUIRED | {COMMON}) - set(rule.parameters))
    if missing:
        return f"rule {rule.id!r}: {missing[0]!r} is missing"
    fault = kind.fault(rule.parameters)
    return f"rule {rule.id!r}: {fault}" if fault else ""


def judge(rule: Rule, points: Sequence[Point], day: dt.date) -> Verdict:
    """What the rule says of the newest finished period of the points (ordered by period), on a day.

    An unfinished period, a missing value and a figure older than `stale_after_days` are never judged.
    """
    finished = [p for p in points if p.status not in (Status.PROVISIONAL, Status.PROJECTED)]
    while finished and not is_complete(finished[-1]):
        finished.pop()
    newest = finished[-1] if finished else None
    if newest is None:
        unfinished = any(p.value is not None for p in points)
        told = _("Only an unfinished period is known.") if unfinished else _("No figure is known.")
        return Verdict(Judgement.CANNOT_SAY, told)
    if (day - newest.period_end).days > int(rule.parameters[COMMON]):
        told = _("The newest figure is of {period}, {days} days ago: too old to say.")
        sentence = told.format(period=period(newest.period_start, newest.period_end), days=number((day - newest.period_end).days))
        return Verdict(Judgement.CANNOT_SAY, sentence, newest.period_start, newest.period_end, newest.value)
    return registry()[rule.kind].judge(finished, rule.parameters)
