"""Parsing of every connector, beside the floor of reading the same bytes without understanding them, in one run.

The floor is the fastest reader at hand: orjson for JSON, the csv module for CSV, openpyxl's read-only mode for XLSX,
feedparser for feeds. Rows are those of the answer, whether the connector needs them or not. Memory is what a process of its
own grows by, at its highest, while it parses; the bytes themselves stand in it before.
"""

from __future__ import annotations

import csv
import dataclasses
import io
import pickle
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import feedparser
import openpyxl
import orjson

from benchmarks import canned
from benchmarks.refresh import RUNS
from monitor.connectors import registry
from monitor.model import Answer, Context, Parsed, Query
from monitor.settings import ROOT
from monitor.situations import load_all

Floor = Callable[[bytes], object]
LANDINGS = {
    **{"id": "landings", "name": "Landings", "home": "https://example.org", "licence": "CC BY 4.0", "citation": "A ministry"},
    **{"file": "landings.csv", "indicator": "arrivals", "frequency": "day", "location": "ITA", "date_format": "%d/%m/%Y"},
    **{"columns": {"date": "Giorno", "breakdown": "Rotta", "value": "Sbarchi"}, "breakdowns": {"Mare": "sea"}, "decimal": ","},
}
ROUNDS = {
    **{"dataset": "rounds", "resource": "1", "licence": "cc-by", "indicator": "idps_assessed", "where": {"adminLevel": "0"}},
    "columns": {
        **{"location": "country", "origin": "country", "day": "day", "value": "people", "round": "round"},
        **{"breakdown": ["operation", "assessment"], "piece": ["reason"]},
    },
}


def of_csv(body: bytes) -> object:
    """Every cell of a CSV file."""
    return list(csv.reader(io.StringIO(body.decode(), newline="")))


def of_xlsx(body: bytes) -> object:
    """Every cell of a workbook."""
    return [list(sheet.iter_rows(values_only=True)) for sheet in openpyxl.load_workbook(io.BytesIO(body), read_only=True).worksheets]


class Case(NamedTuple):
    """How large the answer of a source is, and how its bytes are read at the least; `options` as the situation gives them."""

    rows: int
    floor: Floor
    options: Mapping[str, Any] = {}
    runs: int = RUNS


CASES: Mapping[str, Case] = {
    "dtm": Case(20_000, orjson.loads),
    "eurostat": Case(9_000, orjson.loads),
    "frontex": Case(900, of_xlsx, runs=3),
    "gdelt": Case(250, orjson.loads),
    "hapi": Case(10_000, orjson.loads),
    "hdx": Case(30_000, of_csv, {"tables": [ROUNDS]}),
    "idmc": Case(25_000, orjson.loads, {"dump": "all"}),
    "mmp": Case(20_000, of_csv),
    "odp": Case(10_000, orjson.loads),
    "reliefweb": Case(5_000, orjson.loads),
    "rss": Case(1_000, feedparser.parse),
    "tabular": Case(20_000, of_csv, {"table": [LANDINGS]}),
    "unhcr": Case(10_000, orjson.loads),
    "worldbank": Case(15_000, orjson.loads),
}


def answers(name: str, rows: int) -> list[Answer]:
    """The canned answers of a source."""
    made: list[Answer] = getattr(canned, name)(rows)
    return made


def context(name: str) -> Context:
    """The shipped situation with every country in it, as the connector is handed it."""
    shipped = load_all(ROOT / "seeds" / "situations")["syria-turkiye-greece"]
    hosts = tuple(row["iso3"] for row in canned.COUNTRIES)
    situation = dataclasses.replace(shipped, hosts=hosts, queries=(Query("refugees", "Refugees", "refugees"),))
    return Context(situation, CASES[name].options, canned.TODAY, lambda *a, **k: None, key="k")  # type: ignore[arg-type, return-value]


def parse(name: str, given: Sequence[Answer]) -> Parsed:
    """What the connector makes of the answers."""
    return registry()[name].parse(context(name), given)


def floors(case: Case, bodies: Sequence[bytes]) -> None:
    """The bodies read and thrown away."""
    for body in bodies:
        case.floor(body)


def grown_mb(name: str, given: Sequence[Answer]) -> float:
    """How many megabytes a fresh process grows by, at its highest, while it parses once."""
    with tempfile.NamedTemporaryFile(suffix=".pickle") as file:
        pickle.dump(list(given), file)
        file.flush()
        # Linux hands the peak of whoever starts a process on to it: a shell in between is small.
        command = ["sh", "-c", '"$@"; exit $?', "sh", sys.executable, "-m", "benchmarks.connectors", name, file.name]
        told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return float(told.stdout)


def grow(name: str, file: str) -> None:
    """In the fresh process: parse once and print the growth."""
    given = pickle.loads(Path(file).read_bytes())
    # Everything that the first parse of any size loads is loaded before.
    parse(name, answers(name, 10))
    before = peak()
    parse(name, given)
    print((peak() - before) / 1024)


def peak() -> int:
    """The most memory that this process has held, in kilobytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def medians_ms(works: Sequence[Callable[[], object]], runs: int) -> list[float]:
    """The median of the processor's time that each takes, in milliseconds; taken in turns, so that a busy machine hits all alike."""
    times: list[list[float]] = [[] for _ in works]
    for _ in range(runs):
        for work, taken in zip(works, times, strict=True):
            start = time.process_time()
            work()
            taken.append((time.process_time() - start) * 1000)
    return [statistics.median(taken) for taken in times]


def main() -> None:
    """Print the table."""
    print(
        f"connectors: processor time, medians of {RUNS} (frontex of 3); floor: the same bytes read by orjson, csv, openpyxl or feedparser"
    )
    print(f"  {'':<10} {'rows':>7} {'MB':>6} {'floor ms':>9} {'parse ms':>9} {'x floor':>8} {'rows/s':>9} {'memory':>9}")
    for name in registry():
        if name not in CASES:
            print(f"  {name:<10} no canned answers yet: benchmarks/canned.py")
            continue
        case, given = CASES[name], answers(name, CASES[name].rows)
        bodies = [one.body for one in given]
        floor, ours = medians_ms([partial(floors, case, bodies), partial(parse, name, given)], case.runs)
        size = sum(map(len, bodies)) / 1e6
        numbers = f"{case.rows:>7,} {size:>6.1f} {floor:>9.1f} {ours:>9.1f} {ours / floor:>8.1f} {case.rows / ours * 1000:>9,.0f}"
        print(f"  {name:<10} {numbers} {grown_mb(name, given):>+6.0f} MB", flush=True)


if __name__ == "__main__":
    grow(sys.argv[1], sys.argv[2]) if len(sys.argv) == 3 else main()
