"""The alert ledger: append-only transitions. What is published here never disappears."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import pandas as pd
from sqlalchemy import Connection, insert, select

from monitor.model import FIRING, Judgement, Move, SeriesKey, Severity, Transition, Verdict
from monitor.store import runs
from monitor.store.engine import Store, batched
from monitor.store.schema import ledger

FIGURES = ("period_start", "period_end", "value", "threshold", "reference_end", "reference", "sentence")
BESIDES = ("muted", "who", "why", "until")


Numbered = Sequence[tuple[int, Transition]]
Then = Callable[[Connection, Numbered, dt.datetime], None]


def nothing_more(connection: Connection, numbered: Numbered, recorded_at: dt.datetime) -> None:
    """For entries that nobody is told of."""


def append(store: Store, transitions: Sequence[Transition], recorded_at: dt.datetime, then: Then = nothing_more) -> int:
    """Append transitions; returns how many. What `then` does with the numbered entries is in the same transaction."""
    if transitions:
        with store.writing() as connection:
            runs.keep_numbers(connection, ledger)
            first = runs.next_id(connection, ledger)
            connection.execute(
                insert(ledger),
                [
                    {
                        "id": first + position,
                        "situation": one.situation,
                        "rule": one.rule,
                        "series": str(one.series or ""),
                        "move": one.move.value,
                        "severity": one.severity.value,
                        "at": one.at,
                        "recorded_at": recorded_at,
                        **{name: getattr(one.verdict, name) for name in FIGURES},
                        **{name: getattr(one, name) for name in BESIDES},
                    }
                    for position, one in enumerate(transitions)
                ],
            )
            then(connection, list(enumerate(transitions, first)), recorded_at)
    return len(transitions)


def begun(store: Store) -> bool:
    """Whether the ledger has any entry."""
    with store.reading() as connection:
        return connection.scalar(select(ledger.c.id).limit(1)) is not None


def entries(store: Store, situation: str, until: dt.datetime, *, as_recorded: bool = False) -> list[Transition]:
    """The transitions of a situation up to a moment, oldest first; or as they were recorded, which is what a state comes from.

    What became known on Monday and was fetched on Friday is no part of what somebody acknowledged on Wednesday.
    """
    order = (ledger.c.id,) if as_recorded else (ledger.c.at, ledger.c.id)
    chosen = select(*ledger.columns).where(ledger.c.situation == situation, ledger.c.at <= until).order_by(*order)
    with store.reading() as connection:
        return [_transition(row) for row in connection.execute(chosen)]


def numbered(connection: Connection, ids: Iterable[int]) -> dict[int, Transition]:
    """The entries with these numbers."""
    found: dict[int, Transition] = {}
    for some in batched(sorted(set(ids))):
        for row in connection.execute(select(*ledger.columns).where(ledger.c.id.in_(some))):
            found[row.id] = _transition(row)
    return found


def _transition(row: Any) -> Transition:
    move, figures = Move(row.move), {name: getattr(row, name) for name in FIGURES}
    said, severity = figures.pop("sentence"), Severity(row.severity)
    verdict = Verdict(_judged(move), said, **figures, severity=severity if move in FIRING else None)
    series = SeriesKey.parse(row.series) if row.series else None
    besides = {name: getattr(row, name) for name in BESIDES}
    return Transition(row.situation, row.rule, series, move, severity, row.at, verdict, **besides, recorded_at=row.recorded_at)


def _judged(move: Move) -> Judgement:
    if move in FIRING:
        return Judgement.FIRES
    return Judgement.QUIET if move in (Move.CLEARED, Move.UNDONE) else Judgement.CANNOT_SAY


def newest(store: Store, number: int) -> list[Transition]:
    """The entries of all situations that became known last, newest first."""
    chosen = select(*ledger.columns).order_by(ledger.c.at.desc(), ledger.c.id.desc()).limit(number)
    with store.reading() as connection:
        return [_transition(row) for row in connection.execute(chosen)]


def frame(transitions: Sequence[Transition]) -> pd.DataFrame:
    """The ledger as a table, newest first: what the Alerts page shows and its file holds."""
    rows = [
        {
            "at": one.at,
            "situation": one.situation,
            "rule": one.rule,
            "move": one.move.value,
            "severity": one.severity.value,
            "series": str(one.series or ""),
            **{name: getattr(one.verdict, name) for name in FIGURES},
            **{name: getattr(one, name) for name in BESIDES},
        }
        for one in reversed(transitions)
    ]
    return pd.DataFrame(rows, columns=["at", "situation", "rule", "move", "severity", "series", *FIGURES, *BESIDES])
