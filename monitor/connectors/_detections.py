"""The workbook of Frontex as figures: which months it has, and what it says of each route, border type and nationality."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any
from urllib.parse import urlsplit

from monitor import places
from monitor.connectors._reading import fault, month_end
from monitor.connectors._workbook import sheet
from monitor.errors import EmptyAnswer, SourceError
from monitor.model import Answer, Context, Frequency, Observation, Parsed, SeriesKey, SetAside, Status
from monitor.places import folded

PUBLISHED = re.compile(r"Monthly_detections\w*?_(\d{4})_(\d\d)_(\d\d)[^/]*\.xlsx$", re.IGNORECASE)
SHEET = "Detections_of_IBC"
HEADER_WITHIN = 30  # rows
LAG_DAYS = 40  # from the end of a month to the workbook that has it first
MONTH = re.compile(r"([A-Z]{3})(\d{4})")
MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
ROUTES: Mapping[str, str] = {  # by the beginning of the folded name, since the rest of it drifts
    "easternmediterranean": "eastern-mediterranean",
    "centralmediterranean": "central-mediterranean",
    "westernmediterranean": "western-mediterranean",
    "westernbalkan": "western-balkan",
    "westernafrican": "western-african",
    "easternland": "eastern-land-borders",
    "easternborder": "eastern-land-borders",
    "blacksea": "black-sea",
    "circularroute": "albania-greece",
    "other": "",
}
BLANK = "no row in the table: read as 0"
Month = tuple[dt.date, dt.date]


def published(address: str) -> dt.date | None:
    """The day in the name of a workbook; None when there is none."""
    found = PUBLISHED.search(urlsplit(address).path)
    try:
        return dt.date(*map(int, found.groups())) if found else None
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class _Columns:
    route: int
    border: int
    nationality: int
    months: Mapping[int, Month]


def _rows(answer: Answer) -> Iterator[tuple[Any, ...]]:
    """The values of the sheet of detections, whose name drifts in case and punctuation."""

    def choose(pages: Sequence[Any]) -> Any:
        for page in pages:
            if folded(page.title).startswith(folded(SHEET)):
                return page
        raise _changed(answer, f"no sheet {SHEET!r} but {', '.join(page.title for page in pages)!r}")

    for row in sheet(answer, choose, computed=True):
        yield tuple(cell.value for cell in row)


def _columns(rows: Iterator[tuple[Any, ...]], answer: Answer) -> _Columns:
    """Where the columns are, from the header, which may stand below titles."""
    for _, row in zip(range(HEADER_WITHIN), rows, strict=False):
        names = [folded(str(cell)) if cell is not None else "" for cell in row]
        if "route" in names:
            break
    else:
        raise _changed(answer, f"no row begins with 'Route' among the first {HEADER_WITHIN}")
    wanted = {"Route": ("route",), "Border type": ("bordertype", "borderlocation"), "Nationality": ("nationality",)}
    found = [next((i for i, name in enumerate(names) if name.startswith(called)), -1) for called in wanted.values()]
    for column, at in zip(wanted, found, strict=True):
        if at < 0:
            raise _changed(answer, f"the column {column!r} is missing")
    months = {i: month for i, cell in enumerate(row) if isinstance(cell, str) and (month := month_of(cell))}
    if not months or len(set(months.values())) < len(months):
        raise _changed(answer, "a month stands above two columns" if months else "no column is named after a month, as JAN2009")
    if gap := _gap(sorted(months.values())):
        raise _changed(answer, f"no column is named after {gap:%b%Y}, which lies between others")
    return _Columns(found[0], found[1], found[2], months)


def _gap(months: Sequence[Month]) -> dt.date | None:
    """The first month that is missing between two others."""
    ends = (before[1] + dt.timedelta(days=1) for before, after in pairwise(months) if after[0] != before[1] + dt.timedelta(days=1))
    return next(ends, None)


def _filled(row: tuple[Any, ...], columns: _Columns) -> set[int]:
    """The columns of months in which the row has a number."""
    return {at for at in columns.months if at < len(row) and isinstance(row[at], int | float)}


def newest_month(answer: Answer) -> dt.date:
    """The end of the last month with a figure on any route; raises SourceError for a workbook that cannot be read."""
    rows = _rows(answer)
    columns = _columns(rows, answer)
    filled = set[int]().union(*(_filled(row, columns) for row in rows))
    if not filled:
        raise EmptyAnswer(f"{answer.url}: the sheet has a header and no figure", source=answer.source)
    return max(columns.months[at][1] for at in filled)


def _changed(answer: Answer, message: str) -> SourceError:
    return fault(answer, f"{message}, so the format has changed")


class Reading:
    """One workbook on its way to observations."""

    def __init__(self, context: Context, answer: Answer, parsed: Parsed) -> None:
        self.context, self.answer, self.parsed = context, answer, parsed
        self.rows: dict[tuple[str, str, str], tuple[Any, ...]] = {}
        self.figures: dict[SeriesKey, dict[Month, int]] = {}  # a month is absent while all its cells are blank
        self.unreadable: set[tuple[SeriesKey, Month]] = set()
        self.filled: set[int] = set()  # columns with a number on any route
        self.nationalities: set[str] = set()
        self.strange: set[str] = set()
        self.known: dt.date | None = None  # when it was published
        self.estimated = False

    def read(self) -> None:
        rows = _rows(self.answer)
        columns = _columns(rows, self.answer)
        for row in rows:
            self._row(row, columns)
        self.known, self.estimated = self._known(columns)
        if not self.rows:
            raise EmptyAnswer(f"{self.answer.url}: the sheet has a header and no rows", source=self.answer.source)
        asked = [route for route in self.context.situation.routes if route in ROUTES.values()]
        for route in asked:
            borders = {key.breakdown for key in self.figures if key.location == route}
            if not borders:
                raise _changed(self.answer, f"no rows of the route {places.name(route)!r}")
            for border in sorted(borders):
                for origin in ("", *self._origins()):
                    self._series(SeriesKey(self.answer.source, "border_detections", route, origin, border), columns)
        for origin in self.context.situation.origins:
            if origin not in self.nationalities:
                self._aside("no row of this nationality on any route: its name may have changed", places.name(origin))

    def _origins(self) -> list[str]:
        return [origin for origin in self.context.situation.origins if origin in self.nationalities]

    def _row(self, row: tuple[Any, ...], columns: _Columns) -> None:
        def cell(at: int) -> Any:
            return row[at] if at < len(row) else None

        self.filled |= _filled(row, columns)
        label, border, nationality = (str(cell(at) or "").strip() for at in (columns.route, columns.border, columns.nationality))
        if not label or not (border or nationality):
            return  # blank, or a note below the table
        months = tuple(cell(at) for at in columns.months)
        named = (folded(label), folded(border), folded(nationality))
        if named in self.rows:
            if self.rows[named] != months:
                raise _changed(self.answer, f"the row {label} / {border} / {nationality} stands twice with different figures")
            self._aside("the row stands twice", f"{label} / {border} / {nationality}")
            return
        self.rows[named] = months
        origin = places.from_name(nationality) or ""
        self.nationalities.add(origin)
        route = next((code for begins, code in ROUTES.items() if named[0].startswith(begins)), None)
        if route is None and label not in self.strange:
            self.strange.add(label)
            self._aside("unknown route", label)
        if route and route in self.context.situation.routes:
            self._count(
                route,
                border_type(border),
                origin,
                dict(zip(columns.months.values(), months, strict=True)),
                f"{label} / {border} / {nationality}",
            )

    def _count(self, route: str, border: str, origin: str, cells: Mapping[Month, Any], shown: str) -> None:
        if not border:
            self._aside("unknown border type", shown)
            return
        own = [origin] if origin in self.context.situation.origins else []
        keys = [SeriesKey(self.answer.source, "border_detections", route, one, border) for one in ("", *own)]
        for key in keys:
            self.figures.setdefault(key, {})
        for month, value in cells.items():
            try:
                number = detections(value)
            except ValueError as error:
                self._aside(str(error), f"{shown} {month[0]:%Y-%m}")
                self.unreadable.update((key, month) for key in keys)
                continue
            if number is not None:
                for key in keys:
                    self.figures[key][month] = self.figures[key].get(month, 0) + number

    def _known(self, columns: _Columns) -> tuple[dt.date | None, bool]:
        """The day of publication, and whether it is estimated: a renamed file may be an old one, and must not pass for news."""
        day = published(self.answer.url)
        if day and day <= self.context.today:
            return day, False
        if not self.answer.url.startswith("file:") or not self.filled:
            return None, False
        last = max(columns.months[at][1] for at in self.filled)
        return min(last + dt.timedelta(days=LAG_DAYS), self.context.today), True

    def _series(self, key: SeriesKey, columns: _Columns) -> None:
        for column, month in columns.months.items():
            if column not in self.filled or (key, month) in self.unreadable:
                continue  # a month that no route reports yet, or one whose sum would lack a cell
            value = self.figures.get(key, {}).get(month)
            unfinished = month[1] >= (self.known or self.context.today)
            if value is None and unfinished:
                continue
            status = Status.PROVISIONAL if unfinished else Status.ESTIMATED if value is None else Status.REPORTED
            self.parsed.observations.append(
                Observation(
                    key,
                    Frequency.MONTH,
                    *month,
                    float(value or 0),
                    self.answer,
                    status,
                    BLANK if value is None else "",
                    known_at=dt.datetime.combine(self.known, dt.time(0), dt.UTC) if self.known else None,
                    known_estimated=self.estimated,
                )
            )

    def _aside(self, reason: str, row: str) -> None:
        self.parsed.set_aside.append(SetAside(reason, row))


def month_of(name: str) -> Month | None:
    """First and last day of a column's month (JAN2009); None for any other name."""
    found = MONTH.fullmatch(name.strip())
    if not found or found[1] not in MONTHS or found[2] == "0000":
        return None
    year, month = int(found[2]), MONTHS.index(found[1]) + 1
    return dt.date(year, month, 1), month_end(year, month)


def border_type(label: str) -> str:
    """sea, land, or combined for a label that names both; empty when it names neither."""
    sea, land = "sea" in label.casefold(), "land" in label.casefold()
    return "combined" if sea and land else "sea" if sea else "land" if land else ""


def detections(cell: Any) -> int | None:
    """The number in a cell; None when it is blank. Raises ValueError for anything else."""
    if cell is None or (isinstance(cell, str) and not cell.strip()):
        return None
    if isinstance(cell, bool) or not isinstance(cell, int | float) or cell < 0 or not float(cell).is_integer():
        raise ValueError(f"{cell!r} is not a number of detections")
    return int(cell)
