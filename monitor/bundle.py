"""The figures that come with the program: seeds/figures.csv into the store, through the same gate as any other."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import tomllib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from monitor import connectors, corrections, normalise
from monitor.errors import ContractError
from monitor.model import UTC, Answer, Frequency, Observation, Outcome, Run, SeriesKey, Source, Status
from monitor.store import Store, append, runs


def sources(seeds: Path) -> dict[str, tuple[Source, bool]]:
    """Every source by its id, and whether a connector asks it (else it is bundled only)."""
    file = seeds / "sources.toml"
    table = tomllib.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    known: dict[str, tuple[Source, bool]] = {name: (Source(id=name, **fields), False) for name, fields in table.items()}
    known.update((name, (connector.SOURCE, True)) for name, connector in connectors.registry().items())
    return known


@dataclass(frozen=True, slots=True)
class Bundle:
    """The bundled figures that a store does not have yet, by source."""

    rows: Mapping[str, Sequence[Observation]]
    described: Sequence[tuple[Source, bool]]


def missing(store: Store, seeds: Path, now: dt.datetime) -> Bundle:
    """What of the bundled figures is still to be stored: all of a source, or nothing.

    Periods that lie ahead of the clock (of a replay) are left out and come when it has passed them. Raises ContractError
    when a row does not keep the contract: then the bundle itself is at fault. Raises CorrectionError when the corrections
    cannot be used.
    """
    known = sources(seeds)
    text = (seeds / "figures.csv").read_text(encoding="utf-8")
    reached = [row for row in read(text, now) if _reached(row, now.date())]
    entries = [one for one in corrections.load_all(seeds / "corrections") if one.date <= now.date()]
    accepted, refused = normalise.check(corrections.apply(reached, entries, now.date()).rows, now.date(), frozenset())
    if refused:
        raise ContractError(f"seeds/figures.csv: {refused[0].row}: {refused[0].reason}")
    by_source: dict[str, list[Observation]] = defaultdict(list)
    for row in accepted:
        by_source[row.key.source].append(row)
    digests = {source: _digest(text, known, len(rows), *corrections.of_source(entries, source)) for source, rows in by_source.items()}
    return Bundle(
        {
            source: [replace(row, answer=replace(row.answer, sha256=digests[source])) for row in rows]
            for source, rows in sorted(by_source.items())
            if not runs.has_answer(store, source, digests[source])
        },
        tuple(known.values()),
    )


def _digest(*parts: object) -> str:
    """What a bundled answer is known by: it changes with the figures, the sources and the corrections."""
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def load(store: Store, seeds: Path, now: dt.datetime) -> int:
    """Store what is missing, one transaction a source; returns the number of rows stored. The caller holds `store.alone`."""
    bundle = missing(store, seeds, now)
    with store.writing() as connection:
        runs.describe(connection, bundle.described)
    stored = 0
    for source, rows in bundle.rows.items():
        report = Run(source, now, now, Outcome.BUNDLED)
        stored += append.save(store, report, [row.answer for row in rows], rows).stored
    return stored


def _reached(row: Observation, today: dt.date) -> bool:
    """Whether the clock has passed the period, or stands in it and the figure says that it is of a part."""
    return row.period_end <= today or (row.period_start <= today and row.status is Status.PROVISIONAL)


def read(text: str, now: dt.datetime) -> list[Observation]:
    """The rows of figures.csv."""
    return [_row(row, now) for row in csv.DictReader(io.StringIO(text))]


def _row(row: Mapping[str, str], now: dt.datetime) -> Observation:
    return Observation(
        key=SeriesKey(*(row[name] for name in SeriesKey._fields)),
        frequency=Frequency(row["frequency"]),
        period_start=dt.date.fromisoformat(row["period_start"]),
        period_end=dt.date.fromisoformat(row["period_end"]),
        value=float(row["value"]),
        answer=Answer(row["source"], row["citation"], b"", now, sha256="", bundled=True),
        status=Status(row["status"]),
        qualifier=row["qualifier"],
        known_at=dt.datetime.combine(dt.date.fromisoformat(row["known_on"]), dt.time(0), UTC),
        known_estimated=row["known_estimated"] == "yes",
    )
