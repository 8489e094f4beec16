"""Refresh of 10,000 rows beside the floor of parsing the same bytes with json.loads.

The answer has the shape of UNHCR's population endpoint. Measured are the whole way of a first refresh (parse, gate, store)
and of a second one of the same answer, which stores nothing.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import json
import tempfile
from pathlib import Path

from benchmarks.measure import median_ms
from monitor import normalise
from monitor.connectors import unhcr
from monitor.model import Answer, Context, Run
from monitor.places import _table
from monitor.settings import ROOT
from monitor.situations import load_all
from monitor.store import append, open_store

RUNS = 7
YEARS = range(1976, 2026)
TODAY = dt.date(2026, 11, 1)


def body(origins: tuple[str, ...], hosts: tuple[str, ...]) -> bytes:
    """An answer with one row for each pair and year."""
    codes = {row["iso3"]: row["unhcr"] for row in _table()}
    empty = {"idps": "0", "returned_idps": "0", "returned_refugees": "-", "stateless": "-", "ooc": 0, "oip": "-", "hst": "-"}
    items = [
        {
            "year": year,
            **{"coo_id": 1, "coo_name": "A", "coo": codes[origin], "coo_iso": origin},
            **{"coa_id": 2, "coa_name": "B", "coa": codes[host], "coa_iso": host},
            **{"refugees": 1000 + year, "asylum_seekers": str(year), **empty},
        }
        for year in YEARS
        for origin in origins
        for host in hosts
        if origin != host
    ]
    return json.dumps({"page": 1, "maxPages": 1, "total": [], "items": items}).encode()


def main() -> None:
    """Print the figures."""
    shipped = load_all(ROOT / "seeds" / "situations")["syria-turkiye-greece"]
    codes = tuple(row["iso3"] for row in _table() if row["unhcr"])
    situation = dataclasses.replace(shipped, origins=("SYR",), hosts=codes[:101])
    context = Context(situation, {}, TODAY, lambda *a, **k: None)  # type: ignore[arg-type, return-value]
    hosts = tuple(dict.fromkeys((*situation.hosts, *situation.origins)))
    text = body(situation.origins, hosts)
    now = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)
    answer = Answer("unhcr", "benchmark", text, now, hashlib.sha256(text).hexdigest(), "population 1")
    rows = len(unhcr.parse(context, [answer]).observations)

    def whole(store: object) -> None:
        parsed = unhcr.parse(context, [answer])
        accepted, _ = normalise.check(parsed.observations, TODAY, frozenset())
        append.save(store, Run("unhcr", now, now), [answer], accepted)  # type: ignore[arg-type]

    with tempfile.TemporaryDirectory() as folder:
        stores = iter([open_store(f"sqlite:///{Path(folder) / f'{n}.db'}") for n in range(RUNS)])
        again = open_store(f"sqlite:///{Path(folder) / 'again.db'}")
        whole(again)
        floor = median_ms(lambda: json.loads(text), RUNS)
        print(f"refresh: {rows:,} figures from {len(text) / 1e6:.1f} MB of JSON; medians of {RUNS}")
        print(f"  floor: json.loads of the bytes          {floor:8.1f} ms")
        for name, ms in (
            ("parse", median_ms(lambda: unhcr.parse(context, [answer]), RUNS)),
            ("first refresh: parse, gate, store", median_ms(lambda: whole(next(stores)), RUNS)),
            ("second refresh: nothing to store", median_ms(lambda: whole(again), RUNS)),
        ):
            print(f"  {name:<38} {ms:8.1f} ms   {ms / floor:5.1f} x the floor   {rows / ms * 1000:9,.0f} rows/s")


if __name__ == "__main__":
    main()
