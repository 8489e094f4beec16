"""UNHCR Refugee Population Statistics: refugees, asylum-seekers, IDPs, stateless persons and returns by year.

The API has no as-of field. Between about November and the June release the newest `year` is a mid-year snapshot
(30 June, returns of six months); from the release on, the same `year` is the end of the year. They are two periods,
never a revision of one another. In the first days of June nobody can tell which of the two is served.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Container, Iterator, Mapping, Sequence
from typing import Any

from monitor import places
from monitor.connectors import _reading
from monitor.connectors._reading import count, field, json_of, rows
from monitor.errors import EmptyAnswer, SourceError
from monitor.model import Answer, Context, Frequency, Observation, Parsed, SeriesKey, SetAside, Source, Status

SOURCE = Source(
    id="unhcr",
    name="UNHCR Refugee Population Statistics",
    about="Refugees, asylum-seekers, internally displaced and stateless persons and returns, by origin and country of asylum, once a year and at mid-year.",
    home="https://www.unhcr.org/refugee-statistics/",
    licence="CC BY 4.0",
    citation="UNHCR Refugee Population Statistics Database",
    base="https://api.unhcr.org",
    cadence=dt.timedelta(days=1),
    lag_days=166,
    pace=0.25,
    terms="Name the database and do not suggest that UNHCR endorses you; figures from IDMC and UNRWA are on their owners' terms.",
    gives=("refugees", "asylum_seekers", "idps", "stateless", "returned_refugees", "returned_idps"),
)
PATH = "/population/v1/population/"
PAGE_ROWS = 10_000
FIRST_YEAR = 1951
STOCKS = ("refugees", "asylum_seekers", "idps", "stateless")
FLOWS = ("returned_refugees", "returned_idps")
WITHIN_ONE_COUNTRY = ("idps", "returned_idps")
ACROSS_A_BORDER = ("refugees", "asylum_seekers", "returned_refugees")
RELEASE_WINDOW = ((6, 1), (6, 15))  # the end-year release falls about 11 June; after the window it is taken as out


def fetch(context: Context) -> Iterator[Answer | Exception]:
    """All pages of the situation's origins by its countries of asylum, all years."""
    page, pages = 1, 1
    while page <= pages:
        answer = context.get(PATH, _params(context, page), tag=f"page {page}")
        body = json_of(answer)
        pages = _whole(field(body, "maxPages", answer), "maxPages", answer)
        if not rows(body, "items", answer):
            raise EmptyAnswer("answered with no rows for the codes asked for", source=SOURCE.id)
        yield answer
        page += 1


def _whole(value: object, name: str, answer: Answer) -> int:
    try:
        return count(value) or 0
    except ValueError:
        raise SourceError(f"{answer.url}: {name} is {value!r}, so the format has changed", permanent=True, source=SOURCE.id) from None


def _params(context: Context, page: int) -> list[tuple[str, str]]:
    # Without cf_type=ISO the codes would be read as UNHCR's; a lone yearFrom or yearTo would be dropped in silence.
    return [
        ("limit", str(PAGE_ROWS)),
        ("page", str(page)),
        ("cf_type", "ISO"),
        ("coo", ",".join(context.situation.origins)),
        ("coa", ",".join(_hosts(context))),
        ("yearFrom", str(FIRST_YEAR)),
        ("yearTo", str(context.today.year)),
    ]


def _hosts(context: Context) -> tuple[str, ...]:
    """Countries of asylum, and the origins themselves for their IDPs and stateless persons."""
    return tuple(dict.fromkeys((*context.situation.hosts, *context.situation.origins)))


def parse(context: Context, answers: Sequence[Answer]) -> Parsed:
    """Observations of every page; rows that cannot be placed are set aside."""
    parsed = Parsed()
    asked = (frozenset(context.situation.origins), frozenset(_hosts(context)), range(FIRST_YEAR, context.today.year + 1))
    for answer in answers:
        for row in rows(json_of(answer), "items", answer):
            _refuse_strangers(row, asked, answer)
            _read_row(row, context, answer, parsed)
    return parsed


def _refuse_strangers(row: Any, asked: Sequence[Container[Any]], answer: Answer) -> None:
    """A misspelt parameter is ignored upstream and gives world totals: an answer to another question is void."""
    echo = field(row, "coo_iso", answer), field(row, "coa_iso", answer), _whole(field(row, "year", answer), "year", answer)
    if not all(isinstance(given, str | int) and given in wanted for given, wanted in zip(echo, asked, strict=True)):
        raise SourceError(f"answered for {echo[0]} to {echo[1]} in {echo[2]}, which was not asked", permanent=True, source=SOURCE.id)


def _read_row(row: Mapping[str, Any], context: Context, answer: Answer, parsed: Parsed) -> None:
    origin, host, year = row["coo_iso"], row["coa_iso"], int(row["year"])
    for side in ("coo", "coa"):
        if places.from_unhcr(str(field(row, side, answer))) != row[f"{side}_iso"]:
            parsed.set_aside.append(SetAside(f"UNHCR code {row[side]} and ISO code {row[f'{side}_iso']} are not one country", _shown(row)))
            return
    as_of = as_of_year(year, context.today)
    if as_of is None:
        begun = context.today < dt.date(year, 7, 1)
        told = "the half year is not over" if begun else "released these days: mid-year or end-year cannot be told until 15 June"
        parsed.set_aside.append(SetAside(told, _shown(row)))
        return
    end, status = as_of
    for name in (*STOCKS, *FLOWS):
        try:
            value = count(field(row, name, answer))
        except ValueError as error:
            parsed.set_aside.append(SetAside(f"{name}: {error}", _shown(row)))
            continue
        if value is None or not _applies(name, origin, host):
            if value:
                parsed.set_aside.append(
                    SetAside(f"{name} of {value} where origin and country of asylum are {'one' if origin == host else 'two'}", _shown(row))
                )
            continue
        start = dt.date(year, 1, 1) if name in FLOWS else end
        key = SeriesKey(SOURCE.id, name, host, origin)
        parsed.observations.append(Observation(key, Frequency.YEAR, start, end, value, answer, status))


def _applies(name: str, origin: str, host: str) -> bool:
    if name in WITHIN_ONE_COUNTRY:
        return origin == host
    return origin != host if name in ACROSS_A_BORDER else True


def as_of_year(year: int, today: dt.date) -> tuple[dt.date, Status] | None:
    """The day that a `year` of the API describes, seen on `today`; None while that cannot be told."""
    return _reading.as_of_year(year, today, RELEASE_WINDOW)


def _shown(row: Mapping[str, Any]) -> str:
    return f"{row.get('year')} {row.get('coo')} ({row.get('coo_iso')}) to {row.get('coa')} ({row.get('coa_iso')})"
