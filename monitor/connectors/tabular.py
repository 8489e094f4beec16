"""Tables that somebody keeps: CSV, XLSX, a Google sheet or a folder of files, described by a few lines of TOML.

`[[sources.tabular.table]]` says where a table is, which column is which and on which terms it may be shown
(docs/tabular.md). Its figures belong to a source of their own, `tabular-<id of the table>`, since its licence and citation
are its own. What cannot be read beyond doubt is set aside, row by row, with the reason.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from pathlib import PurePosixPath

from monitor.connectors._described import ENDINGS, Table, describe, file_address
from monitor.connectors._reading import fault, json_of, shown
from monitor.connectors._rows import Reader, file_name
from monitor.errors import EmptyAnswer, SourceError
from monitor.model import Answer, Context, Parsed, SetAside, Source

SOURCE = Source(
    id="tabular",
    name="Tables of your own",
    about="Any CSV, XLSX or Google sheet, or a folder of files, that the situation describes. Each is a source of its own.",
    home="https://hxlstandard.org/",
    licence="Each table has its own, said by the situation",
    citation="The table named beside each figure",
    cadence=dt.timedelta(hours=6),
    pace=1.0,
    max_bytes=20_000_000,
    files=True,
    terms="Each table has its own.",
    options=("table",),
)


def fetch(context: Context) -> Iterator[Answer | Exception]:
    """Every file of every table; one that fails is reported, and the rest goes on."""
    for table in _tables(context):
        if isinstance(table, SourceError):
            yield table
            continue
        try:
            addresses = list(_addresses(context, table))
        except SourceError as error:
            yield error
            continue
        for address in addresses:
            try:
                answer = context.get(address, tag=table.id, expect=table.expects(address))
                # A Google sheet redirects to an address that lasts for minutes: the one that was asked is the one to cite.
                yield _checked(context, table, dataclasses.replace(answer, url=address))
            except SourceError as error:
                yield error


def _tables(context: Context) -> Iterator[Table | SourceError]:
    """The tables to read: all that the situation describes, or those that the file given to `check` is of."""
    entries = context.options.get("table", ())
    if not isinstance(entries, list | tuple):
        yield SourceError("[sources.tabular] table: each begins with [[sources.tabular.table]]", permanent=True)
        return
    file, chosen = context.options.get("file", ""), context.options.get("table_of_file", "")
    seen: set[str] = set()
    for entry in entries:
        try:
            table = describe(entry)
        except SourceError as error:
            if not file or (isinstance(entry, dict) and chosen == entry.get("id")):
                yield error
            continue
        if table.id in seen:
            yield SourceError(f"two tables of the situation file have the id {table.id!r}", permanent=True)
        elif not file or (table.id == chosen if chosen else table.is_of(file)):
            yield table
        seen.add(table.id)


def _addresses(context: Context, table: Table) -> Iterator[str]:
    if file := context.options.get("file"):
        yield file_address(file)
    elif table.folder:
        listing = context.get(file_address(table.folder.rstrip("/") + "/"), tag=table.id)
        names = [(address, file_name(address)) for address in json_of(listing)]
        fitting = [address for address, name in names if fnmatchcase(name, table.files) and PurePosixPath(name).suffix.lower() in ENDINGS]
        if not fitting:
            raise EmptyAnswer(f"{listing.url}: no file is called {table.files!r} and ends in {', '.join(ENDINGS)}", source=SOURCE.id)
        yield from fitting
    else:
        yield table.address or file_address(table.file)


def _checked(context: Context, table: Table, answer: Answer) -> Answer:
    """The answer, if it is a whole table with a figure in it."""
    aside: SetAside | None = None
    reader = Reader(context, table, answer)
    for found in reader.read():
        if not isinstance(found, SetAside):
            return answer
        aside = aside or found
    if aside:
        raise fault(answer, f"not one row could be read, the first since: {aside.reason} ({aside.row})")
    raise EmptyAnswer(f"{shown(answer.url)}: a table without a figure in it", source=SOURCE.id)


def parse(context: Context, answers: Sequence[Answer]) -> Parsed:
    """The figures of every table, what was set aside of it, and the table as a source."""
    parsed = Parsed()
    tables = {table.id: table for table in _tables(context) if isinstance(table, Table)}
    for answer in answers:
        table = tables[answer.tag]
        reader = Reader(context, table, answer)
        parsed.notes.append(reader.understood)
        for found in reader.read():
            if isinstance(found, SetAside):
                parsed.set_aside.append(found)
            else:
                parsed.observations.append(found)
    parsed.sources += [_source(tables[name]) for name in dict.fromkeys(answer.tag for answer in answers)]
    return parsed


def _source(table: Table) -> Source:
    return Source(
        id=f"{SOURCE.id}-{table.id}",
        name=table.name,
        about=table.about or f"A table of the situation's own, read from {table.address or table.file or table.folder}.",
        home=table.home,
        licence=table.licence,
        citation=table.citation,
        terms=table.terms,
        non_commercial=table.non_commercial,
        cadence=SOURCE.cadence,
    )
