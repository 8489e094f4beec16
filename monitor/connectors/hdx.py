"""Humanitarian Data Exchange: a dataset's CSV resource, described by a few lines of the situation's file.

The resource is found by its id, since names change. Licences are per dataset: the one that a person has read stands in
the situation's file, and the exchange must still say the same. Some files have a row of HXL tags below the header.
"""

from __future__ import annotations

import csv
import dataclasses
import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from monitor.connectors._reading import count, field, json_of, rows
from monitor.connectors._rounds import Part, breakdown, day_of, given, total
from monitor.errors import EmptyAnswer, SourceError
from monitor.model import Answer, Context, Frequency, Observation, Parsed, SeriesKey, SetAside, Source

SOURCE = Source(
    id="hdx",
    name="Humanitarian Data Exchange",
    about="Figures of the datasets that the situation lists, such as the open copy of IOM's Displacement Tracking Matrix.",
    home="https://data.humdata.org/",
    licence="Per dataset, as the situation's file names it (IOM DTM: non-commercial use, no derivative works (reported))",
    citation="Humanitarian Data Exchange (HDX): the dataset and its organisation",
    base="https://data.humdata.org",
    lag_days=60,
    pace=1.0,
    max_bytes=64_000_000,
    terms="Licences are per dataset, and the strictest counts here: IOM's rounds are for non-commercial use.",
    non_commercial=True,
    options=("tables",),
)
SHOW = "/api/3/action/package_show"
DUE = ("dataset", "resource", "licence", "indicator", "columns")
COLUMNS_DUE = ("location", "day", "value")
COLUMNS = (*COLUMNS_DUE, "origin", "start", "breakdown", "round", "piece")


def fetch(context: Context) -> Iterator[Answer | Exception]:
    """The file of each table; one that fails is reported, and the rest goes on."""
    for number, table in enumerate(context.options.get("tables", ())):
        try:
            _check_options(table)
            answer, size = _file(context, table, str(number))
            found = _rows(answer, table, [])
            if isinstance(size, int) and len(answer.body) < size:
                raise SourceError(f"{answer.url}: {len(answer.body):,} bytes of {size:,}: the file breaks off", source=SOURCE.id)
            if not any(_concerned(found, table, context)):
                raise EmptyAnswer("no row is about the situation's places", source=SOURCE.id)
            yield answer
        except SourceError as error:
            error.message = f"{table.get('dataset', f'table {number + 1}')}: {error.message}"
            yield error


def _check_options(table: Mapping[str, Any]) -> None:
    columns = table.get("columns", {})
    lost = [name for name in DUE if name not in table] + [f"columns.{name}" for name in COLUMNS_DUE if name not in columns]
    odd = sorted(set(columns) - set(COLUMNS))
    if lost or odd:
        told = f"gives no {lost[0]!r}" if lost else f"has the unknown column {odd[0]!r}; known are {', '.join(COLUMNS)}"
        raise SourceError(f"the situation file {told} under [[sources.hdx.tables]]", permanent=True, source=SOURCE.id)


def _file(context: Context, table: Mapping[str, Any], tag: str) -> tuple[Answer, Any]:
    """The CSV of the resource and its announced size, with the address that lasts: the one it redirects to is signed and expires."""
    shown = context.get(SHOW, [("id", table["dataset"])], tag=f"about {tag}")
    body = json_of(shown)
    if field(body, "success", shown) is not True:
        raise SourceError("answered HTTP 200 and no success", source=SOURCE.id)
    package = field(body, "result", shown)
    if table["dataset"] not in (field(package, "name", shown), package.get("id")):
        raise SourceError(f"answered for the dataset {package['name']}", permanent=True, source=SOURCE.id)
    licence = field(package, "license_id", shown)
    if licence != table["licence"]:
        told = f"its licence is {licence!r}, where the situation file says {table['licence']!r}: read its terms first"
        raise SourceError(told, permanent=True, source=SOURCE.id)
    found = [one for one in rows(package, "resources", shown) if field(one, "id", shown) == table["resource"]]
    if not found:
        raise SourceError(f"it has no resource {table['resource']} any more", permanent=True, source=SOURCE.id)
    kind = str(field(found[0], "format", shown))
    if kind.upper() != "CSV":
        raise SourceError(f"its resource {table['resource']} is {kind}, and only CSV can be read", permanent=True, source=SOURCE.id)
    address = str(field(found[0], "download_url", shown))
    answer = context.get(address, tag=tag, expect="csv")
    return dataclasses.replace(answer, url=address), found[0].get("size")


def _rows(answer: Answer, table: Mapping[str, Any], odd: list[SetAside]) -> list[dict[str, str]]:
    """The rows that `where` lets through; raises SourceError for a file that is damaged or has lost a column."""
    try:
        lines = list(csv.reader(io.StringIO(answer.body.decode("utf-8-sig"), newline=""), strict=True))
    except UnicodeDecodeError as error:
        raise SourceError(f"{answer.url}: not UTF-8 at byte {error.start}", source=SOURCE.id) from None
    except csv.Error as error:
        raise SourceError(f"{answer.url}: the CSV breaks off or is damaged ({error})", source=SOURCE.id) from None
    filled = [[cell.strip() for cell in line] for line in lines if any(cell.strip() for cell in line)]
    header = filled[0] if filled else []
    for name in sorted({*_named(table), *table.get("where", {})}):
        if header.count(name) != 1:
            told = "is missing" if name not in header else "stands twice"
            raise SourceError(f"{answer.url}: the column {name!r} {told}, so the format has changed", permanent=True, source=SOURCE.id)
    data = filled[2:] if len(filled) > 1 and _is_tags(filled[1]) else filled[1:]
    if data and len(data[-1]) < len(header):
        raise SourceError(f"{answer.url}: the CSV breaks off in its last row", source=SOURCE.id)
    odd += [SetAside(f"{len(line)} cells, where {len(header)} are due", ",".join(line)[:200]) for line in data if len(line) != len(header)]
    cells = (dict(zip(header, line, strict=True)) for line in data if len(line) == len(header))
    where = table.get("where", {}).items()
    return [row for row in cells if all(row[name] == str(value) for name, value in where)]


def _named(table: Mapping[str, Any]) -> Iterator[str]:
    for names in table["columns"].values():
        yield from [names] if isinstance(names, str) else names


def _is_tags(line: Sequence[str]) -> bool:
    """Whether this is a row of HXL tags such as #country+code."""
    return all(cell.startswith("#") for cell in line if cell)


def _concerned(found: Sequence[dict[str, str]], table: Mapping[str, Any], context: Context) -> Iterator[dict[str, str]]:
    """The rows that are about the situation; a place without a code may be, and is looked at."""
    location, origin = table["columns"]["location"], table["columns"].get("origin")
    places, origins = {"", *context.situation.places}, {"", *context.situation.origins}
    return (row for row in found if row[location] in places and (origin is None or row[origin] in origins))


def parse(context: Context, answers: Sequence[Answer]) -> Parsed:
    """The figures of each table: added up within a round where the table has rounds, else row by row."""
    parsed = Parsed()
    for answer in answers:
        table = context.options["tables"][int(answer.tag)]
        found = _rows(answer, table, parsed.set_aside)
        coded = [row for row in _concerned(found, table, context) if _has_codes(row, table, parsed)]
        for made in _rounds(coded, table, answer) if "round" in table["columns"] else _single(coded, table, answer):
            if isinstance(made, Observation):
                parsed.observations.append(made)
            else:
                parsed.set_aside.append(made)
    return parsed


def _has_codes(row: Mapping[str, str], table: Mapping[str, Any], parsed: Parsed) -> bool:
    columns = table["columns"]
    lost = [side for side in ("location", "origin") if side in columns and not row[columns[side]]]
    if lost:
        parsed.set_aside.append(SetAside(f"no code of the {lost[0]}", _shown(row)))
    return not lost


def _key(row: Mapping[str, str], table: Mapping[str, Any]) -> SeriesKey:
    columns = table["columns"]
    origin = row[columns["origin"]] if "origin" in columns else ""
    words = breakdown(*(row[name] for name in columns.get("breakdown", ())))
    return SeriesKey(SOURCE.id, table["indicator"], row[columns["location"]], origin, words)


def _rounds(found: Sequence[Mapping[str, str]], table: Mapping[str, Any], answer: Answer) -> Iterator[Observation | SetAside]:
    columns = table["columns"]
    parts = []
    for row in found:
        if not all(given(row[name]) for name in columns.get("breakdown", ())):
            yield SetAside("without an operation or a method: operations overlap, so it cannot be placed", _shown(row))
            continue
        day, number = row[columns["day"]], given(row[columns["round"]])
        piece = tuple(row[name] for name in columns.get("piece", ()))
        parts.append(Part(_key(row, table), day if number is None else number, day, piece, given(row[columns["value"]]), answer))
    yield from total(parts)


def _single(found: Sequence[Mapping[str, str]], table: Mapping[str, Any], answer: Answer) -> Iterator[Observation | SetAside]:
    """Row by row. In a file that is only ever added to, a later row of the same period replaces an earlier one."""
    columns = table["columns"]
    figures: dict[object, Observation] = {}
    for number, row in enumerate(found):
        try:
            end, value = day_of(row[columns["day"]]), count(given(row[columns["value"]]))
            start = day_of(row[columns["start"]]) if "start" in columns else end
        except ValueError as error:
            yield SetAside(str(error), _shown(row))
            continue
        if value is not None:
            figure = Observation(_key(row, table), Frequency.IRREGULAR, start, end, value, answer)
            figures[figure.period if table.get("append_only") else number] = figure
    yield from figures.values()


def _shown(row: Mapping[str, str]) -> str:
    return ",".join(row.values())[:200]
