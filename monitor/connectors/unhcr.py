"""UNHCR Refugee Population Statistics: who is where, who applied, who was decided on, who returned, by year; and footnotes.

The API has no as-of field. Between about November and the June release the newest `year` is a mid-year snapshot
(30 June, flows of six months); from the release on, the same `year` is the end of the year. They are two periods,
never a revision of one another. In the first days of June nobody can tell which of the two is served.

A situation may name its tables (`tables = ["population", "solutions"]` under [sources.unhcr]); without it all are asked for.
Returns are read from `population` only, which has the same ones as `solutions`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby

from monitor.connectors._unhcr import ID, RELEASE_WINDOW, Table, as_of_year, pages, spans
from monitor.connectors._unhcr_beside import FOOTNOTES, NOWCAST, read_footnotes, read_nowcast
from monitor.connectors._unhcr_beside import fetch as fetch_beside
from monitor.connectors._unhcr_flows import APPLICATIONS, DECISIONS, LASTING, SOLUTIONS, read_applications, read_decisions, read_solutions
from monitor.connectors._unhcr_people import DEMOGRAPHICS, FLOWS, GROUPS, POPULATION, STOCKS, read_demographics, read_population
from monitor.errors import EmptyAnswer, SourceError
from monitor.model import Answer, Context, Mark, Parsed, Source

__all__ = ["FLOWS", "RELEASE_WINDOW", "SOURCE", "STOCKS", "as_of_year", "fetch", "parse"]

SOURCE = Source(
    id=ID,
    name="UNHCR Refugee Population Statistics",
    about="Refugees, asylum-seekers, internally displaced and stateless persons, returns, asylum applications and decisions, resettlement and naturalisation, by origin and country of asylum, once a year and at mid-year; by age and sex; an estimate for each month since (nowcast); and footnotes.",
    home="https://www.unhcr.org/refugee-statistics/",
    licence="CC BY 4.0",
    citation="UNHCR Refugee Population Statistics Database",
    base="https://api.unhcr.org",
    cadence=dt.timedelta(days=1),
    lag_days=166,
    pace=0.25,
    terms="Name the database and do not suggest that UNHCR endorses you; figures from IDMC and UNRWA are on their owners' terms.",
    gives=(*STOCKS, *FLOWS, "asylum_applications", "asylum_decisions", *LASTING.values(), *GROUPS.values()),
    options=("tables",),
    budget=300.0,  # every pair of countries of all years is about sixty pages
    sparse=True,
)
Reader = Callable[[Context, Sequence[Answer], Parsed], None]
TABLES = {table.name: table for table in (POPULATION, APPLICATIONS, DECISIONS, SOLUTIONS, DEMOGRAPHICS)}
READERS: Mapping[str, Reader] = {
    POPULATION.name: read_population,
    APPLICATIONS.name: read_applications,
    DECISIONS.name: read_decisions,
    SOLUTIONS.name: read_solutions,
    DEMOGRAPHICS.name: read_demographics,
    NOWCAST: read_nowcast,
    FOOTNOTES: read_footnotes,
}


def fetch(context: Context) -> Iterator[Answer | Exception | Mark]:
    """All pages of the situation's origins by its countries of asylum, all years, table by table.

    A page of `population` that fails voids the run, since the rest would look whole. Another table that fails is reported,
    with the years that came before it kept.
    """
    for name in _chosen(context):
        if name == POPULATION.name:
            yield from _population(context)
        elif name in TABLES:
            yield from _table(context, TABLES[name])
        else:
            try:
                yield from list(fetch_beside(context, name))
            except SourceError as error:
                yield _named(error, name)
        yield Mark.PART


def _chosen(context: Context) -> list[str]:
    chosen = context.options.get("tables", tuple(READERS))
    unknown = [name for name in chosen if name not in READERS] if isinstance(chosen, list | tuple) else [chosen]
    if unknown:
        told = f"[sources.unhcr] tables names {unknown[0]!r}; known are {', '.join(READERS)}"
        raise SourceError(told, permanent=True, source=ID)
    return [name for name in READERS if name in chosen]


def _population(context: Context) -> Iterator[Answer | Mark]:
    (years,) = spans(context, POPULATION)
    page = None
    for page in pages(context, POPULATION, years):
        yield page
        yield Mark.PART
    if page is None:
        raise EmptyAnswer("answered with no rows for the codes asked for", source=ID)


def _table(context: Context, table: Table) -> Iterator[Answer | Exception | Mark]:
    """The years that are asked for at once are read together, since a sum may go from one page to the next."""
    found = False
    try:
        for years in spans(context, table):
            part = list(pages(context, table, years))
            found = found or bool(part)
            yield from part
            yield Mark.PART
        if not found:
            told = "answered with no rows for the codes asked for (where that is right, leave the table out of the situation's file)"
            raise EmptyAnswer(told, source=ID)
    except SourceError as error:
        yield _named(error, table.name)


def _named(error: SourceError, table: str) -> SourceError:
    error.message = f"{table}: {error.message.removeprefix(f'{table}: ')}"
    return error


def parse(context: Context, answers: Sequence[Answer]) -> Parsed:
    """Observations and footnotes of every page; rows that cannot be placed are set aside."""
    parsed = Parsed()
    for name, some in groupby(answers, key=lambda answer: answer.tag.split()[0]):
        READERS[name](context, list(some), parsed)
    return parsed
