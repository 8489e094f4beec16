"""Rounds of a displacement assessment: parts of one round are added, rounds, operations and methods never.

IOM's Displacement Tracking Matrix counts in rounds. One operation's round comes in parts (by reason, by place of origin),
and one place can be counted by two operations, or by two methods, at once. So a series is one operation and one method.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from monitor.connectors._reading import count
from monitor.model import Answer, Frequency, Observation, SeriesKey, SetAside, Status


@dataclass(frozen=True, slots=True)
class Part:
    """One row of a round. `piece` tells it from the other rows of the round; `day` and `value` are as the upstream wrote them."""

    key: SeriesKey
    round: Hashable
    day: object
    piece: Hashable
    value: object
    answer: Answer


def given(value: Any) -> Any:
    """The value, or None where it is missing; the platform writes `Not available` for that."""
    missing = value is None or (isinstance(value, str) and value.strip().lower() in ("", "not available"))
    return None if missing else value


def word(value: Any) -> str:
    """The name of an operation or a method; empty where it is missing or no text."""
    return value.strip() if isinstance(value, str) and given(value) else ""


def breakdown(*words: object) -> str:
    """The words of an operation and a method, lower-case, with hyphens: `countrywide-monitoring-ba`."""
    return "-".join(re.findall(r"[^\W_]+", " ".join(str(word) for word in words).lower()))


def day_of(value: object) -> dt.date:
    """The day of `2025-06-30T00:00:00`, `2025-06-30 00:00:00` or `2025-06-30`; raises ValueError for anything else."""
    text = str(value).strip()
    return dt.date.fromisoformat(text) if len(text) == 10 else dt.datetime.fromisoformat(text).date()


def total(parts: Iterable[Part]) -> Iterator[Observation | SetAside]:
    """One figure for each round of each series; a round that cannot be added up is set aside whole.

    Of two rounds of one series on one day the later is taken.
    """
    rounds: dict[tuple[SeriesKey, Hashable], list[Part]] = {}
    for part in parts:
        rounds.setdefault((part.key, part.round), []).append(part)
    newest: dict[tuple[SeriesKey, dt.date], tuple[Hashable, Observation]] = {}
    for (key, number), members in rounds.items():
        found = _one(members)
        if isinstance(found, SetAside):
            yield found
            continue
        other = newest.get((key, found.period_end))
        if other is not None:
            older, later = sorted((other, (number, found)), key=lambda pair: _order(pair[0]))
            yield SetAside(f"round {later[0]} has the same day, so this round {older[0]} is not the newest", _shown(older[1]))
            number, found = later
        newest[key, found.period_end] = (number, found)
    yield from (found for _, found in newest.values())


def _one(members: list[Part]) -> Observation | SetAside:
    first = members[0]
    shown = f"{first.key} round {first.round}"
    days: set[dt.date] = set()
    pieces: dict[Hashable, int | None] = {}
    for part in members:
        try:
            days.add(day_of(part.day))
            value = count(part.value)
        except ValueError as error:
            return SetAside(f"a part of the round: {error}", shown)
        if value is not None and value < 0:
            return SetAside(f"a part of the round is {value}", shown)
        if pieces.setdefault(part.piece, value) != value:
            return SetAside(f"two values for one part of the round: {pieces[part.piece]} and {value}", shown)
    if len(days) > 1:
        told = ", ".join(day.isoformat() for day in sorted(days))
        return SetAside(f"one round with the days {told}: a stock is of one day", shown)
    day = days.pop()
    bare = Observation(first.key, Frequency.IRREGULAR, day, day, None, first.answer, Status.NOT_REPORTED)
    known = [value for value in pieces.values() if value is not None]
    if not known:
        return bare
    if len(known) < len(pieces):
        return SetAside("a part of the round has no figure, so the sum would be too low", shown)
    return replace(bare, value=float(sum(known)), status=Status.REPORTED)


def _order(number: Hashable) -> tuple[float, str]:
    try:
        return (float(str(number)), "")
    except ValueError:
        return (-1.0, str(number))


def _shown(row: Observation) -> str:
    return f"{row.key} {row.period_end}"
