"""What is told to people at all, whichever the channel: what is news, and what a person has silenced."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from monitor.alerts import state
from monitor.model import FIRING, Move, SeriesKey, Transition

OLDEST = dt.timedelta(days=14)  # between the day a figure became known and the day that we learnt of it
FOLLOW_UPS = frozenset({Move.CLEARED, Move.UNDONE})
WHOLE = ("", None)  # the rule and the series of an entry on a whole situation


def is_told(entry: Transition, recorded_at: dt.datetime) -> bool:
    """Whether an entry is for people: what fires or ends, is not muted, and is no replay of the past."""
    moves = entry.move in FIRING or entry.move in FOLLOW_UPS
    return moves and not entry.muted and recorded_at - entry.at <= OLDEST


def afterwards(entry: Transition) -> bool:
    """Whether an entry was computed so long after its moment that nobody was told of it: a replay of the past."""
    return entry.recorded_at is not None and entry.recorded_at - entry.at > OLDEST


def silence(entry: Transition, entries: Sequence[Transition], now: dt.datetime) -> Transition | None:
    """The silence that a person has put over an entry's rule on its series, over the rule, or over the whole situation."""
    overs = ((entry.rule, entry.series), (entry.rule, None), WHOLE)
    return next(filter(None, (silence_over(over, entries, now) for over in overs)), None)


def silence_over(over: tuple[str, SeriesKey | None], entries: Sequence[Transition], now: dt.datetime) -> Transition | None:
    """The silence that a person has put over a rule and series, or over the WHOLE situation, while it lasts."""
    found = state.derived(one for one in entries if (one.rule, one.series) == over and one.at <= now).silenced
    return found if lasts(found, now) else None


def lasts(silenced: Transition | None, now: dt.datetime) -> bool:
    """Whether a silence that nobody has lifted still lasts."""
    return silenced is not None and (silenced.until is None or now < silenced.until)
