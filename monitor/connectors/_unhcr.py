"""What every table of UNHCR's statistics API has in common: the question, its pages, and the identity of a row.

The API ignores what it does not understand and then answers another question with HTTP 200: so codes are sent as ISO, years
in pairs, and every row is checked against what was asked. When a situation has more codes than an address can list, every
pair is asked for at once.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from monitor import places
from monitor.connectors import _reading
from monitor.connectors._reading import count, field, json_of, rows
from monitor.errors import SourceError
from monitor.model import Answer, Context, Parsed, SetAside, Status

ID = "unhcr"
PATH = "/population/v1/"
PAGE_ROWS = 10_000
MOST_CODES = 60  # more are not listed one by one: all are asked for
RELEASE_WINDOW = ((6, 1), (6, 15))  # the end-year release falls about 11 June; after the window it is taken as out


class Table(NamedTuple):
    """An endpoint: its first year, how many years are asked for at once where every pair is, and further parameters."""

    name: str
    first_year: int
    years_at_once: int = 200
    params: tuple[tuple[str, str], ...] = ()


class Line(NamedTuple):
    """A row that was asked for: its two countries, and the day that its year stands for."""

    origin: str
    host: str
    year: int
    end: dt.date
    status: Status
    row: Mapping[str, Any]
    shown: str


def hosts(context: Context) -> tuple[str, ...]:
    """Countries of asylum, and the origins themselves for those who are displaced or stateless within them."""
    return tuple(dict.fromkeys((*context.situation.hosts, *context.situation.origins)))


def is_wide(codes: Sequence[str]) -> bool:
    """Whether there are too many codes to list."""
    return len(codes) > MOST_CODES


def spans(context: Context, table: Table) -> Iterator[tuple[int, int]]:
    """The years to ask for, some at a time where every pair is asked for."""
    wide = is_wide(context.situation.origins) and is_wide(hosts(context))
    step = table.years_at_once if wide else context.today.year
    for first in range(table.first_year, context.today.year + 1, step):
        yield first, min(first + step - 1, context.today.year)


def pages(context: Context, table: Table, years: tuple[int, int]) -> Iterator[Answer]:
    """Every page of a question; none when it has no rows. Raises SourceError for pages that do not fit together."""
    page, due = 1, 1
    while page <= due:
        answer = context.get(f"{PATH}{table.name}/", _params(context, table, years, page), tag=f"{table.name} {page}")
        body = json_of(answer)
        given = whole(field(body, "maxPages", answer), "maxPages", answer)
        if page > 1 and given != due:
            raise SourceError(f"{table.name}: {due} pages became {given} while they were asked for", source=ID)
        if not rows(body, "items", answer):
            if page > 1:
                raise SourceError(f"{table.name}: page {page} of {due} is empty", source=ID)
            return
        yield answer
        page, due = page + 1, given


def _params(context: Context, table: Table, years: tuple[int, int], page: int) -> list[tuple[str, str]]:
    # Without cf_type=ISO the codes would be read as UNHCR's; a lone yearFrom or yearTo would be dropped in silence.
    asked = [("limit", str(PAGE_ROWS)), ("page", str(page)), ("cf_type", "ISO")]
    sides = {"coo": context.situation.origins, "coa": hosts(context)}
    asked += [(f"{side}_all", "true") if is_wide(codes) else (side, ",".join(codes)) for side, codes in sides.items()]
    return [*asked, ("yearFrom", str(years[0])), ("yearTo", str(years[1])), *table.params]


def whole(value: object, name: str, answer: Answer) -> int:
    """A whole number that the answer cannot do without; missing counts as none."""
    try:
        return count(value) or 0
    except ValueError:
        raise SourceError(f"{answer.url}: {name} is {value!r}, so the format has changed", permanent=True, source=ID) from None


def lines(context: Context, table: Table, answer: Answer, parsed: Parsed) -> Iterator[Line]:
    """The rows of a page that concern the situation; what cannot be placed is set aside.

    Raises SourceError for a row that was not asked for: a misspelt parameter is ignored upstream and gives world totals.
    """
    origins, locations = frozenset(context.situation.origins), frozenset(hosts(context))
    listed = tuple(None if is_wide(tuple(codes)) else codes for codes in (origins, locations))
    years = range(table.first_year, context.today.year + 1)
    days: dict[int, tuple[dt.date, Status] | None] = {year: as_of_year(year, context.today) for year in years}
    for row in rows(json_of(answer), "items", answer):
        origin, host = field(row, "coo_iso", answer), field(row, "coa_iso", answer)
        year = whole(field(row, "year", answer), "year", answer)
        asked = (code != "-" if codes is None else code in codes for code, codes in zip((origin, host), listed, strict=True))
        if not all(isinstance(code, str) for code in (origin, host)) or not all(asked) or year not in days:
            raise SourceError(f"answered for {origin} to {host} in {year}, which was not asked", permanent=True, source=ID)
        shown = f"{table.name} {year} {field(row, 'coo', answer)} ({origin}) to {field(row, 'coa', answer)} ({host})"
        mismatch = next((side for side in ("coo", "coa") if places.from_unhcr(str(row[side])) != row[f"{side}_iso"]), "")
        as_of = days[year]
        if mismatch:
            told = f"UNHCR code {row[mismatch]} and ISO code {row[f'{mismatch}_iso']} are not one country"
            parsed.set_aside.append(SetAside(told, shown))
        elif as_of is None:
            parsed.set_aside.append(SetAside(_why_no_day(year, context.today), shown))
        elif origin in origins and host in locations:
            yield Line(origin, host, year, *as_of, row, shown)


def as_of_year(year: int, today: dt.date) -> tuple[dt.date, Status] | None:
    """The day that a `year` of the API describes, seen on `today`; None while that cannot be told."""
    return _reading.as_of_year(year, today, RELEASE_WINDOW)


def _why_no_day(year: int, today: dt.date) -> str:
    if today < dt.date(year, 7, 1):
        return "the half year is not over"
    return "released these days: mid-year or end-year cannot be told until 15 June"


def number(line: Line, name: str, answer: Answer, parsed: Parsed) -> int | None:
    """A cell of a row; None when it is missing, or no number and so set aside."""
    try:
        return count(field(line.row, name, answer))
    except ValueError as error:
        parsed.set_aside.append(SetAside(f"{name}: {error}", line.shown))
        return None
