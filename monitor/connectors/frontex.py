"""Frontex: detections of irregular border crossings by route, border type, nationality and month.

One workbook restates the whole history each month; the day of its publication stands in its name only. The page that
links to it refuses clients that do not look like a browser. A blank cell of its sheet is read as nobody; where that is
all there is, the zero is marked as an estimate.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import unescape
from typing import Any
from urllib.parse import urljoin, urlsplit

from monitor import places
from monitor.connectors._reading import fault, month_end
from monitor.connectors._workbook import sheet
from monitor.errors import EmptyAnswer, SourceError
from monitor.model import Answer, Context, Frequency, Observation, Parsed, SeriesKey, SetAside, Source, Status
from monitor.places import folded

SOURCE = Source(
    id="frontex",
    name="Frontex",
    about="Detections of irregular border crossings by route and month. One person can be detected more than once.",
    home="https://www.frontex.europa.eu/what-we-do/monitoring-and-risk-analysis/migratory-map/",
    licence="Reuse terms not confirmed: attribute Frontex",
    citation="Frontex, monthly detections of irregular border crossings (FRAN and JORA data)",
    base="https://www.frontex.europa.eu",
    cadence=dt.timedelta(days=1),
    lag_days=40,
    pace=2.0,
    max_bytes=16_000_000,
)
PAGE = "/what-we-do/monitoring-and-risk-analysis/migratory-map/"
LIKE_A_BROWSER = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) refugee-flow-monitor"}
LINK = re.compile(r"""href\s*=\s*["']([^"']+)["']""", re.IGNORECASE)
PUBLISHED = re.compile(r"Monthly_detections\w*?_(\d{4})_(\d\d)_(\d\d)[^/]*\.xlsx$", re.IGNORECASE)
SHEET = "Detections_of_IBC"
HEADER_WITHIN = 30  # rows
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


def fetch(context: Context) -> Iterator[Answer | Exception]:
    """The newest workbook that the page links to, or the one whose address the option `workbook` gives."""
    if not set(context.situation.routes) & set(ROUTES.values()):
        return
    address = str(context.options.get("workbook", ""))
    if not address:
        page = context.get(PAGE, tag="page", expect="html", headers=LIKE_A_BROWSER)
        address = newest_link(page.body.decode("utf-8", "replace"), page.url)
    yield context.get(address, tag="workbook", expect="xlsx", headers=LIKE_A_BROWSER)


def newest_link(page: str, address: str) -> str:
    """The workbook of the newest day that the page links to, on the page's own host; raises SourceError without one."""
    links = [urljoin(address, unescape(link)) for link in LINK.findall(page)]
    own = [link for link in links if urlsplit(link)[:2] == urlsplit(address)[:2]]
    dated = [(day, link) for link in own if (day := published(link))]
    if not dated:
        raise SourceError(f"{address}: the page has no link to a workbook of monthly detections", source=SOURCE.id)
    return max(dated)[1]


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


def parse(context: Context, answers: Sequence[Answer]) -> Parsed:
    """For the situation's routes: all nationalities together (origin empty), and each of the situation's origins."""
    parsed = Parsed()
    for answer in answers:
        _Reading(context, answer, parsed).read()
    return parsed


def _rows(answer: Answer) -> Iterator[tuple[Any, ...]]:
    """The values of the sheet of detections, whose name drifts in case and punctuation."""

    def choose(pages: Sequence[Any]) -> Any:
        for page in pages:
            if folded(page.title).startswith(folded(SHEET)):
                return page
        raise fault(answer, f"no sheet {SHEET!r} but {', '.join(page.title for page in pages)!r}, so the format has changed")

    for row in sheet(answer, choose, computed=True):
        yield tuple(cell.value for cell in row)


class _Reading:
    """One workbook on its way to observations."""

    def __init__(self, context: Context, answer: Answer, parsed: Parsed) -> None:
        self.context, self.answer, self.parsed = context, answer, parsed
        self.rows: dict[tuple[str, str, str], tuple[Any, ...]] = {}
        self.figures: dict[SeriesKey, dict[Month, int]] = {}  # a month is absent while all its cells are blank
        self.unreadable: set[tuple[SeriesKey, Month]] = set()
        self.filled: set[int] = set()  # columns with a number on any route
        self.nationalities: set[str] = set()
        self.strange: set[str] = set()

    def read(self) -> None:
        rows = _rows(self.answer)
        columns = self._header(rows)
        for row in rows:
            self._row(row, columns)
        if not self.rows:
            raise EmptyAnswer(f"{self.answer.url}: the sheet has a header and no rows", source=SOURCE.id)
        asked = [route for route in self.context.situation.routes if route in ROUTES.values()]
        for route in asked:
            borders = {key.breakdown for key in self.figures if key.location == route}
            if not borders:
                raise self._error(f"no rows of the route {places.name(route)!r}")
            for border in sorted(borders):
                for origin in ("", *self._origins()):
                    self._series(SeriesKey(SOURCE.id, "border_detections", route, origin, border), columns)
        for origin in self.context.situation.origins:
            if origin not in self.nationalities:
                self._aside("no row of this nationality on any route: its name may have changed", places.name(origin))

    def _origins(self) -> list[str]:
        return [origin for origin in self.context.situation.origins if origin in self.nationalities]

    def _header(self, rows: Iterator[tuple[Any, ...]]) -> _Columns:
        for _, row in zip(range(HEADER_WITHIN), rows, strict=False):
            names = [folded(str(cell)) if cell is not None else "" for cell in row]
            if "route" in names:
                break
        else:
            raise self._error(f"no row begins with 'Route' among the first {HEADER_WITHIN}")
        wanted = {"Route": ("route",), "Border type": ("bordertype", "borderlocation"), "Nationality": ("nationality",)}
        found = [next((i for i, name in enumerate(names) if name.startswith(called)), -1) for called in wanted.values()]
        for column, at in zip(wanted, found, strict=True):
            if at < 0:
                raise self._error(f"the column {column!r} is missing")
        months = {i: month for i, cell in enumerate(row) if isinstance(cell, str) and (month := month_of(cell))}
        if not months or len(set(months.values())) < len(months):
            raise self._error("a month stands above two columns" if months else "no column is named after a month, as JAN2009")
        return _Columns(found[0], found[1], found[2], months)

    def _row(self, row: tuple[Any, ...], columns: _Columns) -> None:
        def cell(at: int) -> Any:
            return row[at] if at < len(row) else None

        self.filled.update(at for at in columns.months if isinstance(cell(at), int | float))
        label, border, nationality = (str(cell(at) or "").strip() for at in (columns.route, columns.border, columns.nationality))
        if not label or not (border or nationality):
            return  # blank, or a note below the table
        months = tuple(cell(at) for at in columns.months)
        named = (folded(label), folded(border), folded(nationality))
        if named in self.rows:
            if self.rows[named] != months:
                raise self._error(f"the row {label} / {border} / {nationality} stands twice with different figures")
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
        keys = [SeriesKey(SOURCE.id, "border_detections", route, one, border) for one in ("", *own)]
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

    def _series(self, key: SeriesKey, columns: _Columns) -> None:
        day = published(self.answer.url)
        known = day if day and day <= self.context.today else None
        for column, month in columns.months.items():
            if column not in self.filled or (key, month) in self.unreadable:
                continue  # a month that no route reports yet, or one whose sum would lack a cell
            value = self.figures.get(key, {}).get(month)
            unfinished = month[1] >= (known or self.context.today)
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
                    known_at=dt.datetime.combine(known, dt.time(0), dt.UTC) if known else None,
                )
            )

    def _aside(self, reason: str, row: str) -> None:
        self.parsed.set_aside.append(SetAside(reason, row))

    def _error(self, message: str) -> SourceError:
        return SourceError(f"{self.answer.url}: {message}, so the format has changed", permanent=True, source=SOURCE.id)


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
