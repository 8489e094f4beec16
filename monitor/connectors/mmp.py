"""IOM Missing Migrants: people recorded dead or missing on migration routes, by month.

Every record is a minimum, and an empty field is unknown, not nobody. A split incident stands in several records with one
id, and the parts add up. Records that are alike in every field, the id included, are counted once: were two of them parts
of one incident, the sum would still be a minimum. Records are added weeks late, moved to other months and taken out again,
so a month without a record is told as not reported.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from html import unescape

from monitor.connectors._reading import csv_of, month_end
from monitor.errors import EmptyAnswer, SourceError
from monitor.model import Answer, Context, Frequency, Observation, Parsed, SeriesKey, SetAside, Source, Status
from monitor.places import folded

SOURCE = Source(
    id="mmp",
    name="IOM Missing Migrants Project",
    about="People recorded dead or missing on migration routes, by month. Every figure is a minimum.",
    home="https://missingmigrants.iom.int/",
    licence="CC BY 4.0 (reported); CC BY-IGO on HDX",
    citation="IOM Missing Migrants Project",
    base="https://missingmigrants.iom.int",
    cadence=dt.timedelta(days=1),
    lag_days=30,
    pace=2.0,
    budget=160.0,
    max_bytes=64_000_000,
    terms="Name IOM's Missing Migrants Project.",
    gives=("dead_and_missing",),
)
PATH = "/sites/g/files/tmzbdl601/files/report-migrant-incident/Missing_Migrants_Global_Figures_allData.csv"
COLUMNS = (
    "Main ID",
    "Incident Type",
    "Incident Date",
    "Number of Dead",
    "Minimum Estimated Number of Missing",
    "Total Number of Dead and Missing",
    "Migration Route",
)
FIRST = dt.date(2014, 1, 1)
SETTLING = dt.timedelta(days=30)  # records come in batches, days to weeks late
AT_LEAST = "at least"
NUMBER = re.compile(r"-?(\d+|\d{1,3}(,\d{3})+)")
ROUTES: Mapping[str, str] = {  # by the folded name; earlier spellings too
    folded(name): code
    for name, code in (
        ("Eastern Mediterranean", "eastern-mediterranean"),
        ("Central Mediterranean", "central-mediterranean"),
        ("Western Mediterranean", "western-mediterranean"),
        ("Western Balkans", "western-balkan"),
        ("Western Africa / Atlantic route to the Canary Islands", "western-african"),
        ("Syria to Türkiye", "syria-turkiye"),
        ("Syria to Turkey", "syria-turkiye"),
        ("Iran to Türkiye", "iran-turkiye"),
        ("Iran to Turkey", "iran-turkiye"),
        ("Türkiye-Europe land route", "turkiye-europe-land"),
        ("Turkey-Europe land route", "turkiye-europe-land"),
        ("Afghanistan to Iran", "afghanistan-iran"),
        ("English Channel to the UK", "english-channel"),
        ("Italy to France", "italy-france"),
        ("Belarus-EU border", "belarus-european-union"),
        ("Ukraine to Europe", "ukraine-europe"),
        ("Sahara Desert crossing", "sahara"),
        ("Horn of Africa Route", "horn-of-africa"),
        ("Eastern Route to/from EHOA", "eastern-horn-of-africa"),
        ("Northern Route from EHOA", "northern-horn-of-africa"),
        ("Route to Southern Africa", "southern-africa"),
        ("DRC to Uganda", "dr-congo-uganda"),
        ("Sea crossings to Mayotte", "mayotte"),
        ("Darien", "darien"),
        ("US-Mexico border crossing", "mexico-united-states"),
        ("Caribbean to US", "caribbean-united-states"),
        ("Dominican Republic to Puerto Rico", "dominican-republic-puerto-rico"),
        ("Haiti to Dominican Republic", "haiti-dominican-republic"),
        ("Venezuela to Caribbean", "venezuela-caribbean"),
    )
}
Sums = dict[tuple[str, str], dict[dt.date, int]]  # (route, breakdown) to people by the first of the month
Doubtful = set[tuple[str, dt.date]]  # a route's months whose sums would lack a record


def fetch(context: Context) -> Iterator[Answer | Exception]:
    """Every record since 2014, in one file."""
    if set(context.situation.routes) & set(ROUTES.values()):
        yield context.get(PATH, tag="records", expect="csv")


def parse(context: Context, answers: Sequence[Answer]) -> Parsed:
    """For each of the situation's routes: dead, missing, both, and what is recorded of more than one incident, by month."""
    parsed = Parsed()
    for answer in answers:
        sums: Sums = {}
        doubtful: Doubtful = set()
        newest, named = FIRST, False
        for row in _records(answer, context, parsed):
            day = _read(row, context, sums, doubtful, parsed)
            newest, named = max(newest, day or newest), named or bool(_route(row))
        if not named:
            raise SourceError(f"{answer.url}: no record names a known route, so the format has changed", permanent=True, source=SOURCE.id)
        for (route, breakdown), months in sums.items():
            key = SeriesKey(SOURCE.id, "dead_and_missing", route, "", breakdown)
            for month in _months(FIRST, newest):
                if (route, month) not in doubtful:
                    _observe(key, month, months.get(month), context.today, answer, parsed)
    return parsed


def _records(answer: Answer, context: Context, parsed: Parsed) -> Iterator[Mapping[str, str]]:
    """Each record once, as its fields by name."""
    header, records = csv_of(answer)
    missing = next((name for name in COLUMNS if name not in header), "")
    if missing:
        raise SourceError(f"{answer.url}: the column {missing!r} is missing, so the format has changed", permanent=True, source=SOURCE.id)
    if not records:
        raise EmptyAnswer(f"{answer.url}: a header and no records", source=SOURCE.id)
    seen: set[tuple[str, ...]] = set()
    strange: set[str] = set()
    for record in records:
        row = dict(zip(header, record, strict=True))
        route = _route(row)
        if tuple(record) in seen:
            if route in context.situation.routes:
                parsed.set_aside.append(SetAside("the record stands twice, alike in every field", _shown(row)))
            continue
        seen.add(tuple(record))
        if route is None and row["Migration Route"] not in strange:
            strange.add(row["Migration Route"])
            parsed.set_aside.append(SetAside("unknown route", _shown(row)))
        yield row


def _route(row: Mapping[str, str]) -> str | None:
    """The route of a record; empty when it names none, None when it names one that is not known."""
    name = folded(unescape(row["Migration Route"]))
    return ROUTES.get(name) if name else ""


def _read(row: Mapping[str, str], context: Context, sums: Sums, doubtful: Doubtful, parsed: Parsed) -> dt.date | None:
    """Add a record to the sums; the first of its month, or None when it cannot be read."""
    route = _route(row) or ""
    ours = route in context.situation.routes
    month = None
    try:
        month = _day(row["Incident Date"], context.today).replace(day=1)
        dead, missing, both = (people(row[name]) for name in COLUMNS[3:6])
        if dead is None and missing is None and both == 0:
            both = None  # the sum of two unknowns, which stands beside the survivors of a split incident
        if (dead or 0) < 0 or (both or 0) < 0:
            raise ValueError("a negative number of people")
        if not row["Incident Type"].strip():
            raise ValueError("no type of incident, which tells the records of several apart")
    except ValueError as error:
        if ours:
            parsed.set_aside.append(SetAside(str(error), _shown(row)))
            doubtful |= {(route, month)} if month else set()
        return None
    if ours:
        cumulative = "cumulative" in row["Incident Type"].casefold()
        for breakdown, number in {"cumulative": both}.items() if cumulative else {"all": both, "dead": dead, "missing": missing}.items():
            if number is not None:
                months = sums.setdefault((route, breakdown), {})
                months[month] = months.get(month, 0) + number
    return month


def _day(text: str, today: dt.date) -> dt.date:
    day = dt.date.fromisoformat(text.strip()) if text.strip() else None
    if day is None or not FIRST <= day <= today:
        raise ValueError("no day of the incident" if day is None else f"{day} lies {'ahead' if day > today else f'before {FIRST.year}'}")
    return day


def people(text: str) -> int | None:
    """The number in a field, with or without commas between thousands; None when it is empty, which is unknown.

    Fewer missing than none is said where bodies were found of people counted as missing before. Raises ValueError for a text.
    """
    told = text.strip()
    if not told:
        return None
    if not told.isascii() or not NUMBER.fullmatch(told):
        raise ValueError(f"{told!r} is not a number of people")
    return int(told.replace(",", ""))


def _months(first: dt.date, last: dt.date) -> Iterator[dt.date]:
    while first <= last:
        yield first
        first = month_end(first.year, first.month) + dt.timedelta(days=1)


def _observe(key: SeriesKey, start: dt.date, value: int | None, today: dt.date, answer: Answer, parsed: Parsed) -> None:
    end = month_end(start.year, start.month)
    if value is not None and value < 0:
        parsed.set_aside.append(SetAside("more found than missing in the month", f"{key} {start:%Y-%m} = {value}"))
        return
    if value is None and end >= today:
        return
    status = Status.NOT_REPORTED if value is None else Status.PROVISIONAL if today < end + SETTLING else Status.REPORTED
    parsed.observations.append(
        Observation(key, Frequency.MONTH, start, end, value, answer, status, qualifier="" if value is None else AT_LEAST)
    )


def _shown(row: Mapping[str, str]) -> str:
    return f"{row['Main ID']} {row['Incident Date']} {row['Migration Route']}"
