"""Judging: one rule, the points of its series as they were known, and a day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from types import MappingProxyType

from monitor.alerts import conditions, settling
from monitor.locale import Sentence
from monitor.model import Asked, Condition, Judgement, Point, Rule, SeriesKey, Severity, Status, Verdict, Window, is_complete, marked

NOTHING: Mapping[SeriesKey, Sequence[Point]] = MappingProxyType({})
AT_ONCE: Mapping[SeriesKey, int] = MappingProxyType({})


def check(rule: Rule) -> str:
    """What is wrong with a rule, in words for the person who wrote it; empty when nothing is."""
    fault = next(filter(None, chain(_own_faults(rule), *(conditions.faults(one, rule.series) for one in _at_every_level(rule)))), "")
    return f"rule {rule.id!r}: {fault}" if fault else ""


def _own_faults(rule: Rule) -> Iterator[str]:
    if rule.stale_after_days < 0 or rule.cooldown_days < 0 or rule.least_history < 0:
        yield "a number of days or periods below 0"
    if not 0 < rule.clear_below <= 1:
        yield f"clear_below is {rule.clear_below}; a share of the threshold above 0 and up to 1 is due"
    if rule.clear_below < 1 and conditions.falls(rule.condition):
        yield "clear_below keeps an alert open while the figure is high; a fall has no such share"
    ranks = list(Severity)
    low = next((level for level in rule.levels if ranks.index(level) <= ranks.index(rule.severity)), None)
    if low:
        yield f"the level {low} is not above the rule's own severity, {rule.severity}"
    known = set(conditions.parameters(rule.condition))
    strange = next((name for given in rule.levels.values() for name in given if name not in known), None)
    if strange:
        yield f"a level changes {strange!r}, which no condition of the rule has"


def _at_every_level(rule: Rule) -> list[Condition]:
    return [condition for _, condition in levels(rule)]


def levels(rule: Rule) -> list[tuple[Severity, Condition]]:
    """The rule's condition at each of its severities, the highest first."""
    order = [level for level in reversed(Severity) if level in rule.levels]
    return [*((level, conditions.changed(rule.condition, rule.levels[level])) for level in order), (rule.severity, rule.condition)]


def reads(rule: Rule) -> tuple[SeriesKey, ...]:
    """Every series that a rule looks at, its own first."""
    return tuple(dict.fromkeys((rule.series, *conditions.reads(rule.condition))))


def finished(points: Sequence[Point]) -> list[Point]:
    """The points whose period is over, up to the last one that has a value."""
    kept = [p for p in points if p.status not in (Status.PROVISIONAL, Status.PROJECTED)]
    while kept and not is_complete(kept[-1]):
        kept.pop()
    return kept


def judge(
    rule: Rule,
    points: Sequence[Point],
    day: dt.date,
    beside: Mapping[SeriesKey, Sequence[Point]] = NOTHING,
    asked: Sequence[Asked] = (),
    settles: Mapping[SeriesKey, int] = AT_ONCE,
) -> Verdict:
    """What the rule says on a day of the newest finished period of the points (ordered by period).

    `beside` are the points of the other series that it reads, `asked` the runs of its source, `settles` after how many
    days the figures of a series are no longer revised. An unfinished period, one that is still being revised, a missing
    value and a figure older than `stale_after_days` are never judged. A verdict that fires has the highest severity that
    holds. A silence looks at whatever came, settled or not.
    """
    silence = conditions.judges_silence(rule.condition)
    known = {rule.series: points, **beside}
    usable = {key: finished(some if silence else settling.settled(some, day, settles.get(key, 0))) for key, some in known.items()}
    judged = usable[rule.series]
    if not silence and (unfit := _unfit(rule, points, judged, day)):
        return _unsettled(points, judged, day, settles.get(rule.series, 0)) or unfit
    window = Window(judged, day, usable, asked, rule.series, rule.stale_after_days)
    verdict = Verdict(Judgement.QUIET, "")
    for severity, condition in levels(rule):
        verdict = conditions.judge(condition, window)
        if verdict.judgement is Judgement.FIRES:
            return replace(verdict, severity=severity)
    return verdict


def _unsettled(points: Sequence[Point], judged: Sequence[Point], day: dt.date, days: int) -> Verdict | None:
    """That there would be a newer figure to judge by, were it not still being revised."""
    newer = finished(points)
    if not days or not newer or (judged and newer[-1].period_end <= judged[-1].period_end):
        return None
    period = (newer[-1].period_start, newer[-1].period_end)
    told = marked("{period} is still being revised: figures of this series settle after {days} days.")
    return Verdict(Judgement.CANNOT_SAY, Sentence(told, {"period": period, "days": days}), *period, newer[-1].value)


def _unfit(rule: Rule, points: Sequence[Point], judged: Sequence[Point], day: dt.date) -> Verdict | None:
    """Why there is nothing to judge by."""
    if not judged:
        unfinished = any(p.value is not None for p in points)
        told = marked("Only an unfinished period is known.") if unfinished else marked("No figure is known.")
        return Verdict(Judgement.CANNOT_SAY, Sentence(told))
    newest = judged[-1]
    period, words = (newest.period_start, newest.period_end), {}
    if (day - newest.period_end).days > rule.stale_after_days:
        told = marked("The newest figure is of {period}, {days} days ago: too old to say.")
        words = {"period": period, "days": (day - newest.period_end).days}
    elif len(judged) <= rule.least_history:
        told = marked("{count} earlier periods are known; the rule asks for {least}.")
        words = {"count": len(judged) - 1, "least": rule.least_history}
    else:
        return None
    return Verdict(Judgement.CANNOT_SAY, Sentence(told, words), *period, newest.value)
