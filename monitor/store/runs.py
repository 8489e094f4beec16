"""Runs: what each refresh of each source came to; and the sources as they described themselves."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, Table, delete, func, insert, select, text, update

from monitor.model import Asked, Run, SetAside, Source
from monitor.store.engine import Store
from monitor.store.schema import answer, ledger, observation, run, saved_rule, set_aside, source

NOT_ASKED = ("bundled", "stopped")  # runs that say nothing of how a source does
SET_ASIDE_KEPT = 200  # rows of one run; the number of all of them is in the run


def keep_numbers(connection: Connection, table: Table) -> None:
    """Keep others from numbering rows of a table until the transaction ends, for tables that pages write to as well.

    SQLite has one writer at a time as it is.
    """
    if connection.dialect.name != "sqlite":
        connection.execute(text(f"LOCK TABLE {table.name} IN SHARE ROW EXCLUSIVE MODE"))


def next_id(connection: Connection, table: Table) -> int:
    """The next free integer key; safe since only one process writes at a time (Store.alone)."""
    return int(connection.scalar(select(func.coalesce(func.max(table.c.id), 0))) or 0) + 1


def record(connection: Connection, report: Run, rows_set_aside: Sequence[SetAside] = ()) -> None:
    """Append a run and a sample of what it set aside; earlier samples of the source are dropped."""
    number = next_id(connection, run)
    values = dataclasses.asdict(report)
    values["messages"] = "\n".join(_storable(message) for message in report.messages)
    values["outcome"] = report.outcome.value
    connection.execute(insert(run).values(id=number, **values))
    if report.outcome not in NOT_ASKED:
        earlier = select(run.c.id).where(run.c.source == report.source)
        connection.execute(delete(set_aside).where(set_aside.c.run_id.in_(earlier)))
    sample = rows_set_aside[:SET_ASIDE_KEPT]
    if sample:
        connection.execute(
            insert(set_aside),
            [
                {"run_id": number, "position": n, "reason": _storable(row.reason), "row": _storable(row.row)[:500]}
                for n, row in enumerate(sample)
            ],
        )


def _storable(text: str) -> str:
    """One line that every database takes: no line ends, no NUL, no halves of characters."""
    return " ".join(text.replace("\0", " ").encode("utf-8", "replace").decode("utf-8").split())


def describe(connection: Connection, sources: Iterable[tuple[Source, bool]]) -> None:
    """Write what each source says of itself; the flag tells whether it is asked at all or only bundled."""
    for one, asked in sources:
        values = {
            "name": one.name,
            "about": one.about,
            "home": one.home,
            "licence": one.licence,
            "citation": one.citation,
            "cadence_seconds": int(one.cadence.total_seconds()) if asked else None,
            "lag_days": one.lag_days,
            "key_from": one.key_from,
            "terms": one.terms,
            "non_commercial": one.non_commercial,
        }
        if connection.execute(update(source).where(source.c.id == one.id).values(**values)).rowcount == 0:
            connection.execute(insert(source).values(id=one.id, **values))


def failures_in_a_row(store: Store, source_id: str) -> tuple[int, dt.datetime | None]:
    """How many of the newest runs failed one after the other, and when the last of them ended."""
    asked = (run.c.source == source_id, run.c.outcome.not_in(NOT_ASKED))
    newest = select(run.c.outcome, run.c.finished_at).where(*asked).order_by(run.c.id.desc()).limit(10)
    count, last = 0, None
    with store.reading() as connection:
        for outcome, finished_at in connection.execute(newest):
            if outcome not in ("failed", "degraded"):
                break
            count, last = count + 1, last or finished_at
    return count, last


def asked(store: Store, source_id: str) -> list[Asked]:
    """Every run of a source that says how it does, oldest first."""
    columns = (run.c.finished_at, run.c.outcome)
    chosen = select(*columns).where(run.c.source == source_id, run.c.outcome.not_in(NOT_ASKED)).order_by(run.c.finished_at, run.c.id)
    with store.reading() as connection:
        return [Asked(at, outcome in ("ok", "partial")) for at, outcome in connection.execute(chosen)]


def went_well(store: Store, source_id: str) -> bool:
    """Whether the newest run of a source, if there is one, ended without a fault."""
    asked = (run.c.source == source_id, run.c.outcome.not_in(NOT_ASKED))
    with store.reading() as connection:
        return connection.scalar(select(run.c.outcome).where(*asked).order_by(run.c.id.desc()).limit(1)) in (None, "ok")


def last_answer(store: Store, source_id: str, url: str) -> str:
    """The file of the newest answer that this address gave; empty when there is none."""
    newest = (
        select(answer.c.file).where(answer.c.source == source_id, answer.c.url == url).order_by(answer.c.seen_at.desc(), answer.c.id.desc())
    )
    with store.reading() as connection:
        return str(connection.scalar(newest.limit(1)) or "")


def has_answer(store: Store, source_id: str, sha256: str) -> bool:
    """Whether an answer of a source with this content is recorded."""
    same = select(answer.c.id).where(answer.c.source == source_id, answer.c.sha256 == sha256).limit(1)
    with store.reading() as connection:
        return connection.scalar(same) is not None


def files_in_use(store: Store) -> set[str]:
    """Files of the raw archive that a current figure rests on. Articles are stored whole and need none."""
    used = select(observation.c.answer_id).where(observation.c.superseded_at.is_(None)).distinct()
    with store.reading() as connection:
        return {str(name) for name in connection.scalars(select(answer.c.file).where(answer.c.id.in_(used), answer.c.file != ""))}


def version(store: Store) -> int:
    """A number that grows whenever something was written: the key of every reader's cache."""
    newest = select(*(select(func.coalesce(func.max(table.c.id), 0)).scalar_subquery() for table in (run, ledger, saved_rule)))
    with store.reading() as connection:
        return sum(connection.execute(newest).one())
