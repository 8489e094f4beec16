"""World Bank: how many people live in a country, to set figures of displacement beside.

All countries are asked for at once, since one code that the bank does not know (Taiwan, Western Sahara) voids a list of
them; regions and income groups stand among the countries and are left out. The figures are estimates for the middle of the
year, residents whatever their status, so refugees are among them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from monitor.connectors._reading import count, field, json_of
from monitor.errors import EmptyAnswer, SourceError
from monitor.model import Answer, Context, Frequency, Observation, Parsed, SeriesKey, SetAside, Source, Status

SOURCE = Source(
    id="worldbank",
    name="World Bank population",
    about="People living in each country in the middle of each year, as the denominator of other figures.",
    home="https://data.worldbank.org/indicator/SP.POP.TOTL",
    licence="CC BY 4.0",
    citation="World Bank, World Development Indicators, SP.POP.TOTL",
    base="https://api.worldbank.org",
    cadence=dt.timedelta(days=7),
    lag_days=396,  # seven months after the year, whose middle the figure is of
    pace=1.0,
    max_bytes=20_000_000,
    terms="Name the World Bank and the indicator.",
    gives=("population",),
)
INDICATOR = "SP.POP.TOTL"
PATH = f"/v2/country/all/indicator/{INDICATOR}"
FIRST_YEAR = 1960
PAGE_ROWS = 20_000
MOST_PAGES = 50
STATUSES = {"": Status.ESTIMATED, "E": Status.ESTIMATED, "P": Status.PROVISIONAL, "F": Status.PROJECTED}


def fetch(context: Context) -> Iterator[Answer | Exception]:
    """All pages; they must be of one edition and hold as many rows as the first announces."""
    if not _places(context):
        return
    answers: list[Answer] = []
    heads: list[Mapping[str, Any]] = []
    held = 0
    while not heads or len(heads) < _number(heads[0], "pages", answers[0]):
        answer = _asked(context, len(heads) + 1)
        head, rows = _read(answer)
        answers.append(answer)
        heads.append(head)
        held += len(rows)
        _check_page(heads, answers)
    if held != _number(heads[0], "total", answers[0]):
        raise SourceError(f"{answers[0].url}: {heads[0]['total']} rows are announced and {held} came", source=SOURCE.id)
    yield from answers


def _places(context: Context) -> frozenset[str]:
    return frozenset((*context.situation.hosts, *context.situation.origins))


def _asked(context: Context, page: int) -> Answer:
    years = f"{FIRST_YEAR}:{context.today.year}"
    params = [("format", "json"), ("per_page", str(PAGE_ROWS)), ("date", years), ("page", str(page))]
    try:
        return context.get(PATH, params, tag=f"page {page}")
    except EmptyAnswer:
        raise
    except SourceError as error:
        if "HTTP 400" in error.message:  # comes and goes, with a page for a body
            error.permanent = False
        raise


def _read(answer: Answer) -> tuple[Mapping[str, Any], list[Any]]:
    """The head and the rows of a page. Errors come as HTTP 200 too, in the place of the head."""
    body = json_of(answer)
    if not isinstance(body, list) or not body or not isinstance(body[0], dict):
        raise SourceError(f"{answer.url}: not a list of a head and rows, so the format has changed", permanent=True, source=SOURCE.id)
    if "message" in body[0]:
        notices = body[0]["message"] if isinstance(body[0]["message"], list) else [body[0]["message"]]
        told = "; ".join(f"{one.get('key')}: {one.get('value')}" if isinstance(one, dict) else str(one) for one in notices)
        raise SourceError(f"{answer.url}: the question is refused: {told[:300]}", permanent=True, source=SOURCE.id)
    rows = body[1] if len(body) > 1 else None
    if not rows:
        raise EmptyAnswer(f"{answer.url}: no rows, which is a fault and not a zero", source=SOURCE.id)
    if not isinstance(rows, list):
        raise SourceError(f"{answer.url}: the rows are no list, so the format has changed", permanent=True, source=SOURCE.id)
    return body[0], rows


def _number(head: Mapping[str, Any], name: str, answer: Answer) -> int:
    """A number of the head, which comes as a number or as a text."""
    value = field(head, name, answer)
    try:
        number = count(value)
    except ValueError:
        number = None
    if number is None or number < 0:
        raise SourceError(f"{answer.url}: {name} is {value!r}, so the format has changed", permanent=True, source=SOURCE.id)
    return number


def _check_page(heads: Sequence[Mapping[str, Any]], answers: Sequence[Answer]) -> None:
    """The page is the one that was asked for, and belongs to the same edition as the first."""
    head, answer = heads[-1], answers[-1]
    page, pages = _number(head, "page", answer), _number(head, "pages", answer)
    if page != len(heads) or not len(heads) <= pages <= MOST_PAGES:
        raise SourceError(f"{answer.url}: page {len(heads)} was asked for and page {page} of {pages} came", source=SOURCE.id)
    for name in ("pages", "total", "lastupdated"):
        if str(field(head, name, answer)) != str(field(heads[0], name, answers[0])):
            raise SourceError(f"{answer.url}: {name} changed from one page to the next", source=SOURCE.id)
    _published(head, answer)


def _published(head: Mapping[str, Any], answer: Answer) -> dt.datetime:
    """The day on which the bank published the edition; never later than the answer itself."""
    text = field(head, "lastupdated", answer)
    try:
        day = dt.date.fromisoformat(str(text))
    except ValueError:
        raise SourceError(f"{answer.url}: 'lastupdated' is {text!r}, which is no date", permanent=True, source=SOURCE.id) from None
    return min(dt.datetime.combine(day, dt.time.min, dt.UTC), answer.retrieved_at)


def parse(context: Context, answers: Sequence[Answer]) -> Parsed:
    """Observations of the situation's countries of origin and asylum."""
    parsed = Parsed()
    wanted = _places(context)
    for answer in answers:
        head, rows = _read(answer)
        published = _published(head, answer)
        for row in rows:
            location = str(field(row, "countryiso3code", answer))
            if field(field(row, "indicator", answer), "id", answer) != INDICATOR:
                raise SourceError(f"answered for {row['indicator']['id']}, which was not asked", permanent=True, source=SOURCE.id)
            if location in wanted:
                _read_row(row, location, published, context, answer, parsed)
    if answers and not parsed.observations and not parsed.set_aside:
        raise EmptyAnswer(f"{answers[0].url}: no figure for any of {', '.join(sorted(wanted))[:80]}", source=SOURCE.id)
    return parsed


def _read_row(row: Mapping[str, Any], location: str, published: dt.datetime, context: Context, answer: Answer, parsed: Parsed) -> None:
    code, given, mark = (field(row, name, answer) for name in ("date", "value", "obs_status"))
    shown = f"{location} {code} = {given!r}"
    try:
        value, middle = count(given), dt.date(int(code), 7, 1)
    except (TypeError, ValueError, OverflowError) as error:
        parsed.set_aside.append(SetAside(str(error), shown))
        return
    if not FIRST_YEAR <= middle.year <= context.today.year:
        raise SourceError(f"answered for {middle.year}, which was not asked", permanent=True, source=SOURCE.id)
    status = STATUSES.get(str(mark or ""))
    if status is None:
        parsed.set_aside.append(SetAside(f"unknown status {mark!r}", shown))
    elif value is not None:
        key = SeriesKey(SOURCE.id, "population", location)
        parsed.observations.append(Observation(key, Frequency.YEAR, middle, middle, value, answer, status, known_at=published))
