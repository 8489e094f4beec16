"""Alerts as spans of time: from the entry that raised one to the one that ended it, with what people said of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from monitor.alerts import telling
from monitor.alerts.state import RANKS
from monitor.model import ENDED, FIRING, Move, SeriesKey, Severity, Transition


@dataclass(frozen=True, slots=True)
class Span:
    """One alert of one rule on one series. `ended` None: it is open. `told` counts what was told of it."""

    raised: Transition
    severity: Severity  # the highest it reached
    told: int
    ended: Transition | None = None
    marked: Transition | None = None  # what a person last said of it

    @property
    def rule(self) -> str:
        """The id of its rule."""
        return self.raised.rule

    @property
    def series(self) -> SeriesKey | None:
        """The series of its rule."""
        return self.raised.series


def spans(entries: Iterable[Transition]) -> list[Span]:
    """Every alert of some entries (in the order of time), the oldest first."""
    found: dict[int, Span] = {}
    latest: dict[tuple[str, SeriesKey | None], int] = {}
    for entry in entries:
        identity = (entry.rule, entry.series)
        if entry.move is Move.RAISED:
            latest[identity] = len(found)
            found[len(found)] = Span(entry, entry.severity, _told(entry))
        elif identity in latest:
            place = latest[identity]
            found[place] = _with(found[place], entry)
    return list(found.values())


def _told(entry: Transition) -> int:
    """1 where people were told of it; 0 where it was held back, or computed long afterwards."""
    return 0 if entry.muted or telling.afterwards(entry) else 1


def _with(span: Span, entry: Transition) -> Span:
    if entry.move in FIRING:
        worst = max(span.severity, entry.severity, key=RANKS.index)
        return replace(span, severity=worst, told=span.told + _told(entry))
    if entry.move in ENDED:
        return replace(span, ended=entry)
    return replace(span, marked=entry) if entry.move in (Move.MARKED_TRUE, Move.MARKED_FALSE) else span


@dataclass(frozen=True, slots=True)
class Measured:
    """How often a rule was right, as far as people have said."""

    rule: str
    alerts: int  # that were told
    right: int
    wrong: int

    @property
    def precision(self) -> float | None:
        """The share of right ones among those that a person judged; None while nobody has."""
        judged = self.right + self.wrong
        return self.right / judged if judged else None


def measured(rules: Sequence[str], entries: Iterable[Transition]) -> list[Measured]:
    """The measured precision of each rule on what was told; an alert that nobody was told of counts nowhere."""
    told = [span for span in spans(entries) if span.told]
    return [_measured(rule, [span for span in told if span.rule == rule]) for rule in rules]


def _measured(rule: str, told: Sequence[Span]) -> Measured:
    marks = [span.marked.move for span in told if span.marked]
    return Measured(rule, len(told), marks.count(Move.MARKED_TRUE), marks.count(Move.MARKED_FALSE))


def until(span: Span, now: dt.datetime) -> dt.datetime:
    """Where a span ends on a chart: when it ended, else now."""
    return span.ended.at if span.ended else now
