"""IDMC: displacement updates (IDU, by day, days old) and validated figures (GIDD, by year, published each May).

Both count movements, not people: somebody displaced twice counts twice. The updates are one dump of the whole world
behind a redirect, edited in place without a date of change.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any

from monitor.connectors import _gidd, _idu
from monitor.connectors._pages import pages
from monitor.errors import EmptyAnswer, SourceError
from monitor.model import Answer, Context, Parsed, Source

SOURCE = Source(
    id="idmc",
    name="Internal Displacement Monitoring Centre",
    about="Internal displacements by conflict and disasters: provisional updates by day (IDU), validated figures by year and people displaced at its end (GIDD). A client id is given on request to ch.datainfo@idmc.ch.",
    home="https://www.internal-displacement.org/database/",
    licence="CC BY-NC 4.0 (reported; mirrors on HDX say CC BY-IGO): non-commercial use until IDMC confirms otherwise",
    citation="Internal Displacement Monitoring Centre (IDMC), Internal Displacement Updates and Global Internal Displacement Database",
    base="https://helix-tools-api.idmcdb.org",
    cadence=dt.timedelta(hours=12),
    lag_days=7,
    pace=1.0,
    budget=300.0,
    max_bytes=100_000_000,
    key_from="https://helix-tools-api.idmcdb.org/external-api/",
    terms="Name IDMC, the dataset and the day. Its own API says CC BY-NC 4.0, copies elsewhere CC BY-IGO: ask IDMC before any commercial use.",
    non_commercial=True,
    gives=("internal_displacements", "internal_displacements_year", "disaster_displacements_year", "idps"),
    options=("dump",),
)
PATH = "/external-api/"
DUMPS = ("last-180-days", "all")
PAGE_ROWS = 1000
UPDATES = "updates"


def fetch(context: Context) -> Iterator[Answer | Exception]:
    """The dump of updates, then every page of the three annual tables. A part that fails voids the run."""
    wanted = _countries(context)
    if not wanted:
        return
    yield _newest_dump(context)
    found = 0
    for table in _gidd.TABLES:
        for answer, page in _table(context, table, wanted):
            found += len(page)
            yield answer
    if not found:
        yield EmptyAnswer("answered with no row in any annual table for the countries asked for", source=SOURCE.id)


def _countries(context: Context) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*context.situation.origins, *context.situation.hosts)))


def _dump(context: Context) -> str:
    chosen = context.options.get("dump", DUMPS[0])
    name = chosen[0] if isinstance(chosen, tuple) and len(chosen) == 1 else chosen  # from the environment it comes as a list
    if name not in DUMPS:
        raise SourceError(f"[sources.idmc] dump is {chosen!r}; known are {', '.join(DUMPS)}", permanent=True, source=SOURCE.id)
    return str(name)


def _newest_dump(context: Context) -> Answer:
    try:
        return context.get(f"{PATH}idus/{_dump(context)}/", [("client_id", context.key)], tag=UPDATES)
    except SourceError as error:
        if "HTTP 404" in error.message:  # documented: there is none just now
            raise SourceError(f"{error.message}: no dump is there at the moment", source=SOURCE.id) from None
        raise


def _table(context: Context, table: str, wanted: Sequence[str]) -> Iterator[tuple[Answer, list[Any]]]:
    asked = [("client_id", context.key), ("iso3__in", ",".join(wanted)), ("limit", str(PAGE_ROWS))]
    cause = [("cause", "disaster")] if table == "displacements" else []

    def ask(read: int) -> Answer:
        return context.get(f"{PATH}gidd/{table}/", [*asked, ("offset", str(read)), *cause], tag=table)

    return pages(ask, "count", "results", steady=True)


def parse(context: Context, answers: Sequence[Answer]) -> Parsed:
    """Movements by day of the dump, movements and people displaced by year of the tables."""
    parsed, wanted = Parsed(), frozenset(_countries(context))
    for answer in answers:
        if answer.tag == UPDATES:
            _idu.read(answer, wanted, context.today, parsed, everything=_dump(context) == "all")
    for table in _gidd.TABLES:
        _gidd.read(table, [answer for answer in answers if answer.tag == table], wanted, context.today, parsed)
    return parsed
