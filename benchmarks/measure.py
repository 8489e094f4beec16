"""What the benchmarks share: the machine's own numbers, and canned answers in the documented shape of UNHCR's matrix."""

from __future__ import annotations

import json
import resource
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import islice

from monitor import places
from monitor.places import _table

PAGE_ROWS = 10_000


def median_ms(work: Callable[[], object], runs: int) -> float:
    """The median time of a few runs, in milliseconds."""
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        work()
        times.append((time.perf_counter() - start) * 1000)
    return statistics.median(times)


def peak_mb() -> float:
    """The most memory that this process has had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def matrix_pages(rows: int) -> list[bytes]:
    """Pages of the population table: pairs of countries year by year, numbers and their texts mixed, `-` for missing."""
    told = list(islice(_rows(), rows))
    pages = [told[start : start + PAGE_ROWS] for start in range(0, rows, PAGE_ROWS)]
    return [_page(number, len(pages), items) for number, items in enumerate(pages, 1)]


def _rows() -> Iterator[dict[str, object]]:
    codes = {row["iso3"]: row["unhcr"] for row in _table() if row["unhcr"] and row["iso3"] not in places.ORIGINS_ONLY}
    for year in range(2025, 1950, -1):
        for a, origin in enumerate(codes):
            for b, host in enumerate(codes):
                if origin != host and (a * 31 + b * 17) % 8 == 0:
                    yield {
                        "year": year,
                        **{"coo_id": a, "coo_name": places.name(origin), "coo": codes[origin], "coo_iso": origin},
                        **{"coa_id": b, "coa_name": places.name(host), "coa": codes[host], "coa_iso": host},
                        **{"refugees": (a * b * year) % 9973, "asylum_seekers": str((a + b + year) % 3 * 5), "returned_refugees": "0"},
                        **{"idps": "0", "returned_idps": "0", "stateless": 0, "ooc": "0", "oip": "-", "hst": "0"},
                    }


def _page(number: int, pages: int, items: Sequence[object]) -> bytes:
    return json.dumps({"page": number, "short-url": "x1Y2z3", "maxPages": pages, "total": [], "items": items}).encode()
