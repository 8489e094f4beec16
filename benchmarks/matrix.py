"""UNHCR's whole matrix of origin by asylum, all years, in one refresh: 139,000 rows from canned bytes, without network.

The floor is parsing the same bytes with orjson. Each of the two runs in a process of its own, so that the peak of memory
is its own too.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.measure import matrix_pages, peak_mb
from monitor.settings import ROOT

ROWS = 139_000
TODAY = dt.date(2026, 11, 1)


def floor(folder: Path) -> dict[str, float]:
    """Parse every page."""
    import orjson

    start = time.perf_counter()
    rows = sum(len(orjson.loads(path.read_bytes())["items"]) for path in sorted(folder.glob("*.json")))
    return {"seconds": time.perf_counter() - start, "peak": peak_mb(), "rows": rows}


def ours(folder: Path) -> dict[str, float]:
    """Refresh an empty store, and refresh it again."""
    from monitor import refresh, situations
    from monitor.connectors import registry
    from monitor.model import Answer
    from monitor.settings import Settings
    from monitor.store import append, open_store
    from monitor.store.stage import Stage

    class Canned:
        """Stands for the client: page N is the file N.json."""

        archive = stopping = None

        def clock(self) -> dt.datetime:
            return dt.datetime.combine(TODAY, dt.time(12), dt.UTC)

        def for_source(self, *_: Any, **__: Any) -> Callable[..., Answer]:
            def get(path: str, params: Any = (), *, tag: str = "", **___: Any) -> Answer:
                body = (folder / f"{int(dict(params)['page']):02}.json").read_bytes()
                return Answer("unhcr", f"{path}?{tag}", body, self.clock(), hashlib.sha256(body).hexdigest(), tag)

            return get

    settings = Settings(folder, "", today=TODAY, options={"unhcr": {"tables": ["population"]}})
    world = [situations.load(ROOT / "seeds" / "situations" / "world.toml")]
    store = open_store(f"sqlite:///{folder / 'monitor.db'}")
    before, seconds, stored = peak_mb(), [], []
    for _ in range(2):
        start = time.perf_counter()
        with Stage(store, sparse=True) as stage:
            client: Any = Canned()
            reading = refresh.read_source(registry()["unhcr"], world, settings, client, rows=stage)
            run = append.commit(stage, reading.run, reading.answers, reading.mentions, reading.set_aside, reading.footnotes)
        seconds.append(time.perf_counter() - start)
        stored.append(run.stored)
    size = (folder / "monitor.db").stat().st_size / 1e6
    return {"seconds": seconds[0], "again": seconds[1], "before": before, "peak": peak_mb(), "figures": stored[0], "size": size} | {
        "stored_again": stored[1]
    }


def alone(part: str, folder: Path) -> dict[str, float]:
    """What one part measures in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.matrix", part, str(folder)], cwd=ROOT, capture_output=True, text=True, check=True
    )
    measured: dict[str, float] = json.loads(done.stdout)
    return measured


def main() -> None:
    """Print the figures."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for number, page in enumerate(matrix_pages(ROWS), 1):
            (folder / f"{number:02}.json").write_bytes(page)
        megabytes = sum(path.stat().st_size for path in folder.glob("*.json")) / 1e6
        least, whole = alone("floor", folder), alone("ours", folder)
    print(f"matrix: {ROWS:,} rows, {whole['figures']:,.0f} figures stored from {megabytes:.1f} MB of JSON; store {whole['size']:.0f} MB")
    print(f"  floor: orjson.loads of the bytes          {least['seconds']:7.2f} s   peak {least['peak']:5.0f} MB")
    for label, key in (("first refresh: parse, gate, store", "seconds"), ("second refresh: nothing to store", "again")):
        ratio = whole[key] / least["seconds"]
        print(f"  {label:<40} {whole[key]:7.2f} s   {ratio:5.1f} x the floor   {ROWS / whole[key]:9,.0f} rows/s")
    print(
        f"  peak memory of both {whole['peak']:.0f} MB, of which {whole['before']:.0f} MB before the first page; stored again {whole['stored_again']:.0f}"
    )


if __name__ == "__main__":
    if len(sys.argv) == 3:
        print(json.dumps({"floor": floor, "ours": ours}[sys.argv[1]](Path(sys.argv[2]))))
    else:
        main()
