"""What sources say beside their figures: kept like figures, so that a page of the past shows the notes of then."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, insert, select, update

from monitor.model import Answer, Footnote
from monitor.store import runs
from monitor.store.schema import note

PARTS = ("indicator", "location", "origin", "first_day", "last_day", "text")


def replace_all(connection: Connection, source: str, said: Sequence[Footnote], answer_ids: Mapping[Answer, int]) -> None:
    """Make these the notes of a source: what is new is added, and what is no longer said ends now."""
    offered = {tuple(getattr(one, name) for name in PARTS): one for one in said if one.source == source}
    columns = [note.c[name] for name in PARTS]
    stored = connection.execute(select(note.c.id, *columns).where(note.c.source == source, note.c.gone_at.is_(None)))
    known = {tuple(row[1:]): int(row[0]) for row in stored}
    now = max((one.answer.retrieved_at for one in said), default=dt.datetime.now(dt.UTC))
    for parts, number in known.items():
        if parts not in offered:
            connection.execute(update(note).where(note.c.id == number).values(gone_at=now))
    first = runs.next_id(connection, note)
    fresh = [
        {
            "id": first + position,
            "source": source,
            **dict(zip(PARTS, parts, strict=True)),
            "known_at": one.answer.retrieved_at,
            "answer_id": answer_ids[one.answer],
        }
        for position, (parts, one) in enumerate((parts, one) for parts, one in offered.items() if parts not in known)
    ]
    if fresh:
        connection.execute(insert(note), fresh)
