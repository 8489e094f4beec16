"""The figures that come with the program: seeds/figures.csv into the store, through the same gate as any other."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import tomllib
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

from monitor import connectors, normalise
from monitor.errors import ContractError
from monitor.model import UTC, Answer, Frequency, Observation, Outcome, Run, SeriesKey, Source, Status
from monitor.store import Store, append, runs


def sources(seeds: Path) -> dict[str, tuple[Source, bool]]:
    """Every source by its id, and whether a connector asks it (else it is bundled only)."""
    table = tomllib.loads((seeds / "sources.toml").read_text(encoding="utf-8"))
    known: dict[str, tuple[Source, bool]] = {name: (Source(id=name, **fields), False) for name, fields in table.items()}
    known.update((name, (connector.SOURCE, True)) for name, connector in connectors.registry().items())
    return known


def load(store: Store, seeds: Path, now: dt.datetime) -> int:
    """Store the bundled figures unless this very bundle is stored already; returns the number of rows stored.

    Raises ContractError when a row does not keep the contract: then the bundle itself is at fault.
    """
    text = (seeds / "figures.csv").read_bytes()
    known = sources(seeds)
    digest = hashlib.sha256(text + repr(known).encode()).hexdigest()
    if runs.has_answer(store, digest):
        return 0
    accepted, refused = normalise.check(read(text, digest, now), now.date(), frozenset())
    faulty = [row for row in refused if "future" not in row.reason and "unfinished" not in row.reason]
    if faulty:
        raise ContractError(f"seeds/figures.csv: {faulty[0].row}: {faulty[0].reason}")
    by_source: Mapping[str, list[Observation]] = defaultdict(list)
    for row in accepted:
        by_source[row.key.source].append(row)
    with store.writing() as connection:
        runs.describe(connection, known.values())
    stored = 0
    for source, rows in sorted(by_source.items()):
        report = Run(source, now, now, Outcome.BUNDLED)
        stored += append.save(store, report, [row.answer for row in rows], rows).stored
    return stored


def read(text: bytes, digest: str, now: dt.datetime) -> list[Observation]:
    """The rows of figures.csv."""
    return [_row(row, digest, now) for row in csv.DictReader(io.StringIO(text.decode("utf-8")))]


def _row(row: Mapping[str, str], digest: str, now: dt.datetime) -> Observation:
    return Observation(
        key=SeriesKey(*(row[name] for name in SeriesKey._fields)),
        frequency=Frequency(row["frequency"]),
        period_start=dt.date.fromisoformat(row["period_start"]),
        period_end=dt.date.fromisoformat(row["period_end"]),
        value=float(row["value"]),
        answer=Answer(row["source"], row["citation"], b"", now, digest, bundled=True),
        status=Status(row["status"]),
        qualifier=row["qualifier"],
        known_at=dt.datetime.combine(dt.date.fromisoformat(row["known_on"]), dt.time(0), UTC),
        known_estimated=row["known_estimated"] == "yes",
    )
