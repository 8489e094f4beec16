"""Transitions: replay what was known, moment by moment, and note when a rule began or ceased to fire."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from monitor.alerts.rules import COMMON, judge
from monitor.model import UTC, Judgement, Move, Point, Rule, Transition, Verdict


class Vintage(NamedTuple):
    """A point and the moment from which it was known."""

    known_at: dt.datetime
    point: Point


def known_points(vintages: Iterable[Vintage], moment: dt.datetime) -> list[Point]:
    """The points as known at a moment, one a period, ordered by period. `vintages` are ordered by known_at."""
    newest = {(v.point.period_end, v.point.period_start): v.point for v in vintages if v.known_at <= moment}
    return [newest[key] for key in sorted(newest)]


def verdicts(
    rule: Rule, vintages: Sequence[Vintage], after: dt.datetime | None, until: dt.datetime
) -> Iterator[tuple[dt.datetime, Verdict]]:
    """What the rule said at each moment at which its answer can change, in the order of time."""
    ordered = sorted(vintages, key=lambda v: v.known_at)
    moments = {v.known_at for v in ordered} | {_stale_at(rule, v.point) for v in ordered}
    known: list[Point] = []  # in the order of their periods
    taken = 0
    for moment in sorted(m for m in moments if m <= until):
        upto = bisect_right(ordered, moment, lo=taken, key=lambda v: v.known_at)
        for vintage in ordered[taken:upto]:
            _learn(known, vintage.point)
        taken = upto
        if known and (after is None or moment > after):
            yield moment, judge(rule, known, moment.date())


def _learn(known: list[Point], point: Point) -> None:
    place = bisect_left(known, _period(point), key=_period)
    if place < len(known) and _period(known[place]) == _period(point):
        known[place] = point
    else:
        known.insert(place, point)


def _period(point: Point) -> tuple[dt.date, dt.date]:
    return (point.period_end, point.period_start)


def _stale_at(rule: Rule, point: Point) -> dt.datetime:
    day = point.period_end + dt.timedelta(days=int(rule.parameters[COMMON]) + 1)
    return dt.datetime.combine(day, dt.time(0), UTC)


def transitions(
    rule: Rule, situation: str, vintages: Sequence[Vintage], until: dt.datetime, last: Transition | None = None
) -> list[Transition]:
    """What to add to the ledger after its `last` entry of this rule, up to a moment."""
    firing = last is not None and last.move is Move.RAISED
    found: list[Transition] = []
    for moment, verdict in verdicts(rule, vintages, last.at if last else None, until):
        fires = verdict.judgement is Judgement.FIRES
        if fires != firing:
            move = Move.RAISED if fires else Move.LAPSED if verdict.judgement is Judgement.CANNOT_SAY else Move.CLEARED
            found.append(Transition(situation, rule.id, rule.series, move, rule.severity, moment, verdict))
            firing = fires
    return found
