"""Every kind of rule judged over 200,000 series in one scan, beside the floor of reading the same figures from the store.

Each series has 15 months. The store is read a few places at a time, so that memory stays small.
"""

from __future__ import annotations

import calendar
import datetime as dt
import resource
import tempfile
import time
from collections.abc import Iterator
from itertools import product
from pathlib import Path

from monitor import situations
from monitor.alerts import rules
from monitor.alerts.kinds import registry
from monitor.backtests import by_series
from monitor.model import Answer, Condition, Rule, Run, SeriesKey, Severity, Status
from monitor.scorecards import SHIPPED
from monitor.settings import ROOT
from monitor.store import Store, append, open_store, read
from monitor.store.schema import observation, series

PLACES, ORIGINS, MONTHS = 400, 500, 15
AT_ONCE = 8  # places
TODAY = dt.date(2026, 11, 1)
ANY = SeriesKey("benchmark", "arrivals", "-", "-", "all")
EXAMPLES = {  # one of each kind that judges fifteen months of a flow by themselves
    "threshold": {"above": 5_000},
    "change": {"against": "last_year", "ratio": 2.0, "floor": 500},
    "record": {"years": 1, "floor": 500},
    "surge": {"ratio": 3.0, "periods": 5, "floor": 500},
}


def month(number: int) -> tuple[dt.date, dt.date]:
    """The months from July 2025 on."""
    year, at = 2025 + (6 + number) // 12, (6 + number) % 12 + 1
    return dt.date(year, at, 1), dt.date(year, at, calendar.monthrange(year, at)[1])


def fill(store: Store) -> None:
    """Rows as a refresh would leave them, written without its checks: they are not what is measured."""
    now = dt.datetime(2026, 10, 31, tzinfo=dt.UTC)
    append.save(store, Run("benchmark", now, now), [Answer("benchmark", "x", b"{}", now, "0" * 64)], [])
    periods = [month(number) for number in range(MONTHS)]
    pairs = list(product(range(PLACES), range(ORIGINS)))
    with store.writing() as connection:
        connection.execute(
            series.insert(),
            [
                {**ANY._asdict(), "id": n, "location": f"P{place:03}", "origin": f"O{origin:03}", "frequency": "month"}
                for n, (place, origin) in enumerate(pairs, 1)
            ],
        )
        for first in range(0, len(pairs), 20_000):
            connection.execute(
                observation.insert(),
                [
                    {
                        **{
                            "series_id": n + 1,
                            "period_start": start,
                            "period_end": end,
                            "known_at": now,
                            "value": float((n * 7919 + at * 104_729) % 9_000),
                        },
                        **{"status": Status.REPORTED, "qualifier": "", "known_estimated": False, "answer_id": 1, "superseded_at": None},
                    }
                    for n in range(first, min(first + 20_000, len(pairs)))
                    for at, (start, end) in enumerate(periods)
                ],
            )


def batches(store: Store) -> Iterator[object]:
    """The frames of the whole store, a few places each."""
    for first in range(0, PLACES, AT_ONCE):
        yield read.figures(store, TODAY, {"location": [f"P{place:03}" for place in range(first, first + AT_ONCE)]})


def chosen() -> list[Rule]:
    """One rule of each kind, and the shipped composition."""
    left_out = sorted(set(registry()) - set(EXAMPLES))
    print(f"  judged: {', '.join(sorted(set(EXAMPLES) & set(registry())))}, {SHIPPED}; not of this shape: {', '.join(left_out) or 'none'}")
    shipped = situations.load(ROOT / "seeds" / "situations" / "routes-to-europe.toml").rules[0]
    plain = [
        Rule(name, name, ANY, Severity.MEDIUM, "because", "benchmark", Condition(name, given), 120)
        for name, given in EXAMPLES.items()
        if name in registry()
    ]
    for rule in plain:
        if fault := rules.check(rule):
            raise SystemExit(f"the example of {rule.id} is out of date: {fault}")
    return [*plain, shipped]


def main() -> None:
    """Print the figures."""
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(f"sqlite:///{Path(folder) / 'scan.db'}")
        fill(store)
        print(f"scan: {PLACES * ORIGINS:,} series of {MONTHS} months")
        some = chosen()
        floor = _seconds(lambda: sum(1 for _ in batches(store)))
        judged = 0

        def scan() -> None:
            nonlocal judged
            for frame in batches(store):
                for _, points in by_series(frame):  # type: ignore[arg-type]
                    for rule in some:
                        rules.judge(rule, points, TODAY)
                        judged += 1

        whole = _seconds(scan)
        store.engine.dispose()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"  floor: reading every figure             {floor:8.1f} s")
    print(f"  reading and judging {len(some)} rules              {whole:8.1f} s   {whole / floor:5.1f} x the floor")
    print(f"  {judged / whole:,.0f} verdicts/s; peak memory {peak:,.0f} MB, filling the store included")


def _seconds(work: object) -> float:
    start = time.perf_counter()
    work()  # type: ignore[operator]
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
