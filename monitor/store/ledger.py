"""The alert ledger: append-only transitions. What is published here never disappears."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import pandas as pd
from sqlalchemy import insert, select

from monitor.model import Judgement, Move, SeriesKey, Severity, Transition, Verdict
from monitor.store import runs
from monitor.store.engine import Store
from monitor.store.schema import ledger

JUDGED = {Move.RAISED: Judgement.FIRES, Move.CLEARED: Judgement.QUIET, Move.LAPSED: Judgement.CANNOT_SAY}
FIGURES = ("period_start", "period_end", "value", "threshold", "reference_end", "reference", "sentence")


def append(store: Store, transitions: Sequence[Transition], recorded_at: dt.datetime) -> int:
    """Append transitions; returns how many."""
    if transitions:
        with store.writing() as connection:
            first = runs.next_id(connection, ledger)
            connection.execute(
                insert(ledger),
                [
                    {
                        "id": first + position,
                        "situation": one.situation,
                        "rule": one.rule,
                        "series": str(one.series),
                        "move": one.move.value,
                        "severity": one.severity.value,
                        "at": one.at,
                        "recorded_at": recorded_at,
                        **{name: getattr(one.verdict, name) for name in FIGURES},
                    }
                    for position, one in enumerate(transitions)
                ],
            )
    return len(transitions)


def begun(store: Store) -> bool:
    """Whether the ledger has any entry."""
    with store.reading() as connection:
        return connection.scalar(select(ledger.c.id).limit(1)) is not None


def entries(store: Store, situation: str, until: dt.datetime) -> list[Transition]:
    """The transitions of a situation up to a moment, oldest first."""
    chosen = select(*ledger.columns).where(ledger.c.situation == situation, ledger.c.at <= until).order_by(ledger.c.at, ledger.c.id)
    with store.reading() as connection:
        return [_transition(row) for row in connection.execute(chosen)]


def _transition(row: Any) -> Transition:
    move = Move(row.move)
    verdict = Verdict(JUDGED[move], **{name: getattr(row, name) for name in FIGURES})
    return Transition(row.situation, row.rule, SeriesKey.parse(row.series), move, Severity(row.severity), row.at, verdict)


def frame(transitions: Sequence[Transition]) -> pd.DataFrame:
    """The ledger as a table, newest first: what the Alerts page shows and its file holds."""
    rows = [
        {
            "at": one.at,
            "situation": one.situation,
            "rule": one.rule,
            "move": one.move.value,
            "severity": one.severity.value,
            "series": str(one.series),
            **{name: getattr(one.verdict, name) for name in FIGURES},
        }
        for one in reversed(transitions)
    ]
    return pd.DataFrame(rows, columns=["at", "situation", "rule", "move", "severity", "series", *FIGURES])
