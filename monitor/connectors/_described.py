"""A table as the situation file describes it: a few lines of TOML, checked as a whole before anything is read."""

from __future__ import annotations

import codecs
import datetime as dt
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from fnmatch import fnmatchcase
from functools import lru_cache
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import quote, urlsplit

from monitor import places
from monitor.connectors._cells import named
from monitor.errors import SourceError
from monitor.model import INDICATORS, Frequency, Indicator, Measure, Status

FIELDS = ("date", "start", "end", "reported", "place", "origin", "breakdown", "value")
CODES: Mapping[str, Callable[[str], str | None]] = {
    "iso3": lambda code: code if places.find(code) else None,  # areas (ISO 3166-2), routes and regions as well
    "iso2": places.from_iso2,
    "unhcr": places.from_unhcr,
    "eurostat": places.from_eurostat,
    "fips": places.from_fips,
    "m49": places.from_m49,
}
ENDINGS = {".csv": "csv", ".tsv": "csv", ".txt": "csv", ".xlsx": "xlsx", ".xlsm": "xlsx"}
GOOGLE = re.compile(r"(https://docs\.google\.com/spreadsheets/d/[\w-]+)/(?:edit|view)?(?:[?#].*?)?(?:gid=(\d+).*)?")
STATUSES = (Status.REPORTED, Status.PROVISIONAL, Status.ESTIMATED)


@dataclass(frozen=True, slots=True)
class Value:
    """A column of figures, and what it counts where the table as a whole does not say it."""

    column: str
    indicator: str = ""
    location: str = ""
    origin: str = ""
    breakdown: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """One table. Names of columns are kept as they are compared."""

    id: str
    name: str
    home: str
    licence: str
    citation: str
    columns: Mapping[str, Any]
    frequency: Frequency
    about: str = ""
    address: str = ""
    file: str = ""
    folder: str = ""
    files: str = "*"
    format: str = ""
    sheet: str = ""
    encoding: str = "utf-8"
    delimiter: str = ""
    header: Any = None
    indicator: str = ""
    location: str = ""
    origin: str = ""
    breakdown: str = ""
    date_format: str = "%Y-%m-%d"
    reported_format: str = ""
    reported_in_name: str = ""
    published: dt.date | None = None
    since: dt.date | None = None
    week: str = ""
    place_is: str = "name"
    origin_is: str = "name"
    places: Mapping[str, str] = field(default_factory=dict)
    breakdowns: Mapping[str, str] = field(default_factory=dict)
    values: Sequence[Value] = ()
    where: Mapping[str, Sequence[str]] = field(default_factory=dict)
    missing: Sequence[str] = ()
    not_reported: Sequence[str] = ()
    decimal: str = ""
    thousands: str = ""
    status: Status = Status.REPORTED
    terms: str = ""
    non_commercial: bool = False

    @property
    def wanted(self) -> tuple[str, ...]:
        """Every column that must be there."""
        given = [name for columns in self.columns.values() for name in columns]
        return tuple(dict.fromkeys([*given, *(value.column for value in self.values), *self.where]))

    def is_of(self, file: str) -> bool:
        """Whether a file of this name is one that the table describes."""
        return PurePosixPath(self.file).name == file if self.file else bool(self.folder) and fnmatchcase(file, self.files)

    def expects(self, address: str) -> str:
        """The kind of body due at an address."""
        return self.format or ENDINGS.get(PurePosixPath(urlsplit(address).path).suffix.lower(), "csv")


NAMES = {one.name for one in fields(Table)}
REQUIRED = ("id", "name", "home", "licence", "citation", "columns", "frequency")
TEXTS = NAMES - {
    "non_commercial",
    "columns",
    "header",
    "published",
    "since",
    "places",
    "breakdowns",
    "values",
    "where",
    "missing",
    "not_reported",
}


def describe(entry: Any) -> Table:
    """The table of one `[[sources.tabular.table]]`; raises SourceError that names the table and what to change."""
    label = entry.get("id", "?") if isinstance(entry, dict) else "?"
    try:
        if not isinstance(entry, dict):
            raise ValueError("each begins with [[sources.tabular.table]], in two pairs of brackets")
        table = _built(entry)
        for check in CHECKS:
            check(table)
    except (ValueError, LookupError, TypeError) as error:
        raise SourceError(f"the table {label!r} of the situation file: {error.args[0]}", permanent=True) from None
    return table


def file_address(path: str) -> str:
    """The address of a file or (with / at its end) a folder below the folder of files."""
    return "file:///" + quote(path)


def _one_of(name: str, value: Any, allowed: Sequence[str]) -> Any:
    if value not in allowed:
        raise ValueError(f"{name} is {value!r}; one of {', '.join(map(repr, allowed))} is due")
    return value


def _refuse_unknown(entry: Mapping[str, Any], known: Sequence[str], where: str) -> None:
    unknown = sorted(set(entry) - set(known))
    if unknown:
        raise ValueError(f"{where} the unknown key {unknown[0]!r}; known are {', '.join(known)}")


def _built(entry: Mapping[str, Any]) -> Table:
    _refuse_unknown(entry, sorted(NAMES), "it has")
    for name in REQUIRED:
        if not entry.get(name):
            raise ValueError(f"{name!r} is missing")
    for name in TEXTS & set(entry):
        if not isinstance(entry[name], str):
            raise ValueError(f"{name} is {entry[name]!r}; a text is due")
    given = dict(entry)
    given["columns"] = _columns(entry["columns"])
    given["values"] = tuple(_value(one) for one in entry.get("values", ()))
    given["where"] = {named(name): tuple(_texts("where", words)) for name, words in _mapping(entry, "where").items()}
    for name in ("missing", "not_reported"):
        given[name] = tuple(_texts(name, entry.get(name, [])))
    for name in ("places", "breakdowns"):
        given[name] = {" ".join(str(word).split()): to for word, to in _mapping(entry, name).items()}
    given["frequency"] = Frequency(_one_of("frequency", entry["frequency"], [str(one) for one in Frequency]))
    given["status"] = Status(_one_of("status", entry.get("status", "reported"), [str(one) for one in STATUSES]))
    given["address"] = _exported(entry.get("address", ""))
    if not isinstance(entry.get("non_commercial", False), bool):
        raise ValueError(f"non_commercial is {entry['non_commercial']!r}; true or false is due")
    header = entry.get("header")
    given["header"] = header if isinstance(header, list) or header is None else [header] if header else []
    return Table(**given)


def _mapping(entry: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = entry.get(name, {})
    if not isinstance(found, dict):
        raise ValueError(f"{name} is {found!r}; a table such as {{ word = ... }} is due")
    return found


def _texts(name: str, words: Any) -> list[str]:
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        raise ValueError(f"{name} is {words!r}; a list of texts is due")
    return words


def _columns(given: Any) -> dict[str, tuple[str, ...]]:
    """The columns of each field: their names, or their numbers where there is no header."""
    if not isinstance(given, dict):
        raise ValueError(f'columns is {given!r}; a table such as {{ date = "Date" }} is due')
    _refuse_unknown(given, FIELDS, "columns has")
    found = {name: tuple(named(part) for part in (one if isinstance(one, list) else [one])) for name, one in given.items()}
    for name, parts in found.items():
        if not all(parts) or (len(parts) != 1 and name not in ("date", "start", "end", "reported")):
            raise ValueError(f"columns: {name} is {given[name]!r}; the name of one column is due")
    return found


def _value(entry: Any) -> Value:
    if not isinstance(entry, dict):
        raise ValueError('values is a list of tables such as { column = "Sea", breakdown = "sea" }')
    _refuse_unknown(entry, [one.name for one in fields(Value)], "values has")
    if "column" not in entry:
        raise ValueError("values: 'column' is missing")
    return Value(named(entry["column"]), **{name: str(entry[name]) for name in entry if name != "column"})


def _exported(address: str) -> str:
    """The CSV behind a link to a Google sheet as it is copied from the browser; any other address as it is."""
    found = GOOGLE.fullmatch(address)
    return f"{found[1]}/export?format=csv&gid={found[2] or 0}" if found else address


def indicator_of(table: Table, value: Value) -> Indicator:
    """What a column of figures counts."""
    name = value.indicator or table.indicator
    if name not in INDICATORS:
        raise ValueError(f"indicator is {name!r}; known are {', '.join(INDICATORS)}")
    return INDICATORS[name]


def _check_place(table: Table) -> None:
    if sum(bool(where) for where in (table.address, table.file, table.folder)) != 1:
        raise ValueError("one of 'address', 'file' and 'folder' is due")
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", table.id):
        raise ValueError("its id becomes part of a series: lower-case letters, digits and single - are due")
    if table.address:
        parts = urlsplit(table.address)
        if parts.scheme not in ("http", "https") or not parts.netloc:
            raise ValueError(f"address is {table.address!r}; one that begins with https:// is due, or 'file' for a file on disk")
        if "@" in parts.netloc:
            raise ValueError("its address holds a name or a password, which would be shown beside every figure")
    inside = PurePosixPath(table.file or table.folder)
    if inside.is_absolute() or ".." in inside.parts or "\\" in str(inside) or ":" in str(inside):
        raise ValueError(f"{str(inside)!r} is no path below the folder of files (MONITOR_FILES_DIR); with / between its parts")
    if table.file and not table.format and PurePosixPath(table.file).suffix.lower() not in ENDINGS:
        raise ValueError(f'{table.file!r} is neither CSV nor XLSX by its ending: save it as one, or say format = "csv"')
    if table.format:
        _one_of("format", table.format, ("csv", "xlsx"))


def _check_reading(table: Table) -> None:
    codecs.lookup(table.encoding)
    if len(table.delimiter) > 1:
        raise ValueError(f"delimiter is {table.delimiter!r}; one character is due")
    if table.header is not None and not all(isinstance(row, int) and row > 0 for row in table.header):
        raise ValueError("header is the number of a row, a list of such, or 0 for none")
    _one_of("decimal", table.decimal, ("", ".", ","))
    _one_of("thousands", table.thousands, ("", ".", ",", " ", "'"))
    if table.decimal and table.decimal == table.thousands:
        raise ValueError("decimal and thousands are the same mark")
    both = set(table.missing) & set(table.not_reported)
    if both:
        raise ValueError(f"{both.pop()!r} is both missing and not reported")


def _check_periods(table: Table) -> None:
    whole = {"date"} & set(table.columns) or {"start", "end"} <= set(table.columns)
    if not whole or {"date", "start"} <= set(table.columns) or {"date", "end"} <= set(table.columns):
        raise ValueError("columns: 'date' is due, or 'start' and 'end'")
    if table.week:
        _one_of("week", table.week, ("first", "last"))
    for name in ("date_format", "reported_format", "reported_in_name"):
        if getattr(table, name) and "%" not in getattr(table, name):
            raise ValueError(f'{name} is {getattr(table, name)!r}; one such as "%d/%m/%Y" is due')
        if getattr(table, name) and not set(re.findall(r"%-?(.)", getattr(table, name))) & set("YyGcx"):
            raise ValueError(f"{name} is {getattr(table, name)!r}, which says no year")
    said = [name for name in ("published", "reported_in_name") if getattr(table, name)] + [
        name for name in ("reported",) if name in table.columns
    ]
    if len(said) > 1:
        raise ValueError(f"{' and '.join(said)} both say when the figures were known")
    for name in ("published", "since"):
        if type(getattr(table, name)) not in (dt.date, type(None)):
            raise ValueError(f"{name} is {getattr(table, name)!r}; a day such as 2026-04-30 is due")
    for value in table.values or (Value(""),):
        _check_measure(table, indicator_of(table, value).measure)


def _check_measure(table: Table, measure: Measure) -> None:
    ranged = "start" in table.columns
    of_a_day = measure in (Measure.STOCK, Measure.CUMULATIVE)
    if measure is Measure.STOCK and ranged:
        raise ValueError("a stock is of one day: columns 'date' is due, and no 'start'")
    if measure is Measure.CUMULATIVE and not ranged and not table.since:
        raise ValueError("a running total needs 'since', the day that it counts from, or a column 'start'")
    if ranged or of_a_day:
        return
    step = precision(table.date_format)
    if table.frequency is Frequency.IRREGULAR:
        raise ValueError("frequency is irregular: columns 'start' and 'end' say of which days a figure is")
    if table.frequency is Frequency.WEEK and step == "day" and not table.week:
        raise ValueError('frequency is week: week = "first" or "last" says which day of it the date is')
    fits = {"day": ("day",), "week": ("day", "week"), "month": ("day", "month"), "year": ("day", "month", "year")}[table.frequency]
    if step not in fits:
        raise ValueError(f"date_format {table.date_format!r} gives a {step}, and frequency is {table.frequency}")


def _check_values(table: Table) -> None:
    if bool(table.values) == ("value" in table.columns):
        raise ValueError("the figures are in columns 'value', or in several columns listed as 'values': one of the two is due")
    for code in (table.place_is, table.origin_is):
        _one_of("place_is or origin_is", code, ("name", *CODES))
    for value in table.values or (Value(""),):
        location = value.location or table.location
        if bool(location) == ("place" in table.columns):
            raise ValueError("a fixed 'location' or columns 'place' says where: one of the two is due")
        for code in filter(None, (location, value.origin or table.origin, *table.places.values())):
            if not isinstance(code, str) or not places.find(code):
                raise ValueError(f"{code!r} is the code of no place")
        known = indicator_of(table, value).breakdowns
        for breakdown in (*table.breakdowns.values(), *([value.breakdown or table.breakdown] if "breakdown" not in table.columns else [])):
            if known and breakdown not in known:
                raise ValueError(
                    f"breakdown {breakdown!r} is none of those of {indicator_of(table, value).id}: {', '.join(map(repr, known))}"
                )


@lru_cache(maxsize=64)
def precision(form: str) -> str:
    """What a date format gives: a day, week, month or year."""
    directives = set(re.findall(r"%-?(.)", form))
    if directives & set("djDxcF") or (directives & set("VUW") and directives & set("uwaA")):
        return "day"
    if directives & set("VUW"):
        return "week"
    return "month" if directives & set("mbB") else "year"


@lru_cache(maxsize=4096)  # the same days stand in many rows
def day_of(text: str, form: str) -> dt.date:
    """The day written in this format, the first of what it says; raises ValueError when the calendar has none such."""
    if precision(form) == "week":
        text, form = f"{text} 1", f"{form} %u"
    return dt.datetime.strptime(text, form).replace(tzinfo=dt.UTC).date()


CHECKS: tuple[Callable[[Table], None], ...] = (_check_place, _check_reading, _check_periods, _check_values)
