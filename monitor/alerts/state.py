"""Transitions: replay what was known, moment by moment, and note when the state of a rule changed.

The state of a rule on its series is derived from its entries and never stored: whether it is open, and what was last
told. An alert is told when it begins, when it gets worse (a higher severity, or twice the value last told), and again
when it still fires after the cooldown; what begins anew within the cooldown, or for the very period that was told, is
noted and not told.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from monitor.alerts import conditions, rules, settling
from monitor.alerts.kinds._comparing import reaches
from monitor.model import (
    ENDED,
    UTC,
    Asked,
    Judgement,
    Move,
    Point,
    Rule,
    SeriesKey,
    Severity,
    Transition,
    Verdict,
)

WORSE = 2.0  # times the value last told: then it is told again, whatever the cooldown says
RANKS = list(Severity)
COOLDOWN = "cooldown"
SAME_PERIOD = "same period"


class Vintage(NamedTuple):
    """A point and the moment from which it was known."""

    known_at: dt.datetime
    point: Point


@dataclass(frozen=True, slots=True)
class History:
    """All that a rule may learn of: the vintages of its series, of those beside it, and the runs of its source."""

    own: Sequence[Vintage]
    beside: Mapping[SeriesKey, Sequence[Vintage]]
    asked: Sequence[Asked] = ()


def known_points(vintages: Iterable[Vintage], moment: dt.datetime) -> list[Point]:
    """The points as known at a moment, one a period, ordered by period. `vintages` are ordered by known_at."""
    newest = {(v.point.period_end, v.point.period_start): v.point for v in vintages if v.known_at <= moment}
    return [newest[key] for key in sorted(newest)]


def judge_at(rule: Rule, known: History, moment: dt.datetime) -> Verdict:
    """What a rule said at a moment, on what was known then."""
    beside = {key: known_points(vintages, moment) for key, vintages in known.beside.items()}
    asked = [one for one in known.asked if one.at <= moment]
    every = {rule.series: known.own, **known.beside}
    settles = {key: settling.days_at(settling.learnt(vintages), moment) for key, vintages in every.items()}
    return rules.judge(rule, known_points(known.own, moment), moment.date(), beside, asked, settles)


class _Learner:
    """The points of one series as they become known, in the order of their periods."""

    def __init__(self, vintages: Sequence[Vintage]) -> None:
        self.ordered = sorted(vintages, key=lambda v: v.known_at)
        self.points: list[Point] = []
        self.taken = 0
        self.steps = settling.learnt(self.ordered)

    def settles(self) -> Iterator[dt.datetime]:
        """The moments at which a figure settles."""
        return settling.moments(self.steps, (v.point.period_end for v in self.ordered)) if self.steps else iter(())

    def learn(self, moment: dt.datetime) -> list[Point]:
        """The points known at a moment; moments must come in the order of time."""
        upto = bisect_right(self.ordered, moment, lo=self.taken, key=lambda v: v.known_at)
        for vintage in self.ordered[self.taken : upto]:
            self._put(vintage.point)
        self.taken = upto
        return self.points

    def _put(self, point: Point) -> None:
        place = bisect_left(self.points, _period(point), key=_period)
        if place < len(self.points) and _period(self.points[place]) == _period(point):
            self.points[place] = point
        else:
            self.points.insert(place, point)


def _period(point: Point) -> tuple[dt.date, dt.date]:
    return (point.period_end, point.period_start)


def verdicts(rule: Rule, known: History, after: dt.datetime | None, until: dt.datetime) -> Iterator[tuple[dt.datetime, Verdict]]:
    """What the rule said at each moment at which its answer can change, in the order of time."""
    series = {key: _Learner(vintages) for key, vintages in {**known.beside, rule.series: known.own}.items()}
    silence = conditions.judges_silence(rule.condition)
    taken = 0
    moments = _moments(rule, known)
    if not silence:
        moments.update(*(learner.settles() for learner in series.values()))
    if after is not None:
        moments.add(after + dt.timedelta(seconds=1))  # for what was published before the last entry and fetched after it
    for moment in sorted(m for m in moments if m <= until):
        points = {key: learner.learn(moment) for key, learner in series.items()}
        taken = bisect_right(known.asked, moment, lo=taken, key=lambda one: one.at)
        if (points[rule.series] or silence) and (after is None or moment > after):
            settles = {key: settling.days_at(learner.steps, moment) for key, learner in series.items() if learner.steps}
            yield moment, rules.judge(rule, points[rule.series], moment.date(), points, known.asked[:taken], settles)


def _moments(rule: Rule, known: History) -> set[dt.datetime]:
    """When something became known, or a figure that was known too old."""
    vintages = [*known.own, *(v for some in known.beside.values() for v in some)]
    days = {rule.stale_after_days, *(age for _, condition in rules.levels(rule) for age in conditions.ages(condition))}
    aged = {moment for v in vintages for age in days if (moment := _day_after(v.point.period_end, age)) > v.known_at}
    return {v.known_at for v in vintages} | aged | {one.at for one in known.asked if conditions.judges_silence(rule.condition)}


def _day_after(end: dt.date, days: int) -> dt.datetime:
    return dt.datetime.combine(end + dt.timedelta(days=days + 1), dt.time(0), UTC)


@dataclass(frozen=True, slots=True)
class State:
    """What the entries of one rule on one series come to."""

    opened: Transition | None = None  # the entry that raised it, while it is open
    worst: Transition | None = None  # the last entry that fired, while it is open
    told: Transition | None = None  # the last one that was told, open or not
    last: Transition | None = None  # the last entry of the rule itself
    acknowledged: Transition | None = None  # since it was raised
    silenced: Transition | None = None  # a silence that has not been lifted; it may have ended
    last_raised: Transition | None = None  # the last entry that began an alert, open or not
    marked: Transition | None = None  # what a person last said of it, since it was raised

    @property
    def is_open(self) -> bool:
        return self.opened is not None


def after(state: State, entry: Transition) -> State:
    """The state after one more entry."""
    match entry.move:
        case Move.RAISED:
            told = state.told if entry.muted else entry
            return State(opened=entry, worst=entry, told=told, last=entry, silenced=state.silenced, last_raised=entry)
        case Move.ESCALATED | Move.RAISED_AGAIN:
            return replace(state, worst=entry, told=state.told if entry.muted else entry, last=entry, acknowledged=None)
        case move if move in ENDED:
            return replace(state, opened=None, worst=None, last=entry, acknowledged=None)
        case Move.ACKNOWLEDGED:
            return replace(state, acknowledged=entry)
        case Move.SILENCED | Move.UNSILENCED:
            return replace(state, silenced=entry if entry.move is Move.SILENCED else None)
        case _:
            return replace(state, marked=entry)


def derived(entries: Iterable[Transition]) -> State:
    """The state that the entries of one rule on one series come to, in the order of their moments."""
    state = State()
    for entry in entries:
        state = after(state, entry)
    return state


def transitions(rule: Rule, situation: str, known: History, until: dt.datetime, entries: Sequence[Transition] = ()) -> list[Transition]:
    """What to add to the ledger after the `entries` of this rule on its series, up to a moment."""
    state = derived(entries)
    found: list[Transition] = []
    for moment, verdict in verdicts(rule, known, state.last.at if state.last else None, until):
        step = _step(rule, state, verdict)
        if step is None:
            continue
        move, muted = step
        entry = Transition(situation, rule.id, rule.series, move, verdict.severity or rule.severity, moment, verdict, muted)
        found.append(entry)
        state = after(state, entry)
    return found


def _step(rule: Rule, state: State, verdict: Verdict) -> tuple[Move, str] | None:
    """The move that a verdict makes, and why nobody is told of it; None where nothing changes."""
    if verdict.judgement is Judgement.FIRES:
        return _fires(rule, state, verdict)
    if state.worst is None or _holds(rule, verdict):
        return None
    if verdict.judgement is Judgement.CANNOT_SAY:
        return Move.LAPSED, ""
    return (Move.UNDONE if _same_period(state.worst, verdict) else Move.CLEARED), ""


def _holds(rule: Rule, verdict: Verdict) -> bool:
    """Whether an open alert stays open: the figure is not yet below the share of the threshold that clears it."""
    if verdict.judgement is Judgement.CANNOT_SAY or verdict.threshold is None or verdict.value is None:
        return False
    return rule.clear_below < 1 and reaches(verdict.value, rule.clear_below * verdict.threshold)


def _fires(rule: Rule, state: State, verdict: Verdict) -> tuple[Move, str] | None:
    told = state.told
    worse = _worse(rule, told, verdict)
    cool = told is None or not rule.cooldown_days or _days_since(told, verdict) >= rule.cooldown_days
    if not state.is_open:
        if worse or (cool and not _same_period(told, verdict)):
            return Move.RAISED, ""
        return Move.RAISED, COOLDOWN if not cool else SAME_PERIOD
    if worse:
        return Move.ESCALATED, ""
    waited = state.worst is not None and state.worst.muted == SAME_PERIOD and not _same_period(told, verdict)
    if cool and (rule.cooldown_days or waited):
        return Move.RAISED_AGAIN, ""
    return None


def _same_period(told: Transition | None, verdict: Verdict) -> bool:
    """Whether a verdict is on the very period that was told last."""
    if told is None or verdict.period_end is None:
        return False
    return (told.verdict.period_start, told.verdict.period_end) == (verdict.period_start, verdict.period_end)


def _worse(rule: Rule, told: Transition | None, verdict: Verdict) -> bool:
    """Whether a verdict is worse than what was last told: a higher severity, or twice the value (of a fall: half of it)."""
    if told is None:
        return True
    if verdict.severity is not None and RANKS.index(verdict.severity) > RANKS.index(told.severity):
        return True
    before, value = told.verdict.value or 0.0, verdict.value or 0.0
    if conditions.falls(rule.condition):
        return value <= before / WORSE and before > 0
    return value >= WORSE * before and before > 0


def _days_since(told: Transition, verdict: Verdict) -> int:
    if told.verdict.period_end is None or verdict.period_end is None:
        return 0
    return (verdict.period_end - told.verdict.period_end).days
