"""The rows of one table as figures, by the table's description: what cannot be read beyond doubt is set aside with the reason."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import unquote

from monitor import places
from monitor.connectors._cells import Cell, Grid, Unusable, grid, number_reader
from monitor.connectors._described import CODES, Table, Value, day_of, indicator_of, precision
from monitor.connectors._reading import fault, month_end, shown
from monitor.model import Answer, Context, Frequency, Measure, Observation, SeriesKey, SetAside, Status

OF_A_DAY = (Measure.STOCK, Measure.CUMULATIVE)
MONDAY = {"first": 0, "last": 6}


def file_name(address: str) -> str:
    """The last part of an address, as a person writes it."""
    return unquote(shown(address).rpartition("/")[2])


class _Doubt(Exception):
    """A cell that cannot be read beyond doubt; the reason, for the row to be set aside."""


class Reader:
    """Reads one file of one table."""

    def __init__(self, context: Context, table: Table, answer: Answer) -> None:
        self.context, self.table, self.answer = context, table, answer
        self.grid: Grid = grid(
            answer,
            table.wanted,
            header=table.header,
            workbook=table.expects(answer.url) == "xlsx",
            page=table.sheet,
            encoding=table.encoding,
            delimiter=table.delimiter,
        )
        self.at = {name: self.grid.names.index(name) for name in table.wanted}
        self.number = number_reader(table.decimal, table.thousands)
        self.values = table.values or (Value(table.columns["value"][0]),)
        self.release = self._release()

    @property
    def understood(self) -> str:
        """How the file was understood, in one line."""
        fields = ", ".join(f"{name} = {' and '.join(parts)}" for name, parts in self.table.columns.items())
        figures = f"; values = {', '.join(value.column for value in self.table.values)}" if self.table.values else ""
        unused = [name for name in self.grid.names if name and name not in self.table.wanted]
        rest = f"; not used: {', '.join(unused)}" if unused else ""
        return f"{self.table.id}: {shown(self.answer.url)}: {self.grid.about}, {len(self.grid.rows):,} rows below; {fields}{figures}{rest}"

    def _release(self) -> dt.date | None:
        """The day on which all of the file was published, where the table says one."""
        if not self.table.reported_in_name:
            return self.table.published
        name = file_name(self.answer.url)
        try:
            return day_of(name, self.table.reported_in_name)
        except ValueError:
            raise fault(self.answer, f"its name does not say its day as {self.table.reported_in_name!r}") from None

    def read(self) -> Iterator[Observation | SetAside]:
        """Every figure, and every one that was set aside."""
        for position, row in enumerate(self.grid.rows):
            if not self._is_asked(row):
                continue
            for value in self.values:
                cell = self._cell(row, value.column)
                if self._says(cell, ("", *self.table.missing)):
                    continue
                try:
                    if len(row) > len(self.grid.names) and any(extra not in (None, "") for extra in row[len(self.grid.names) :]):
                        raise _Doubt("more cells than columns, so a value may stand in the wrong one")
                    yield self._figure(row, value, cell)
                except _Doubt as doubt:
                    yield SetAside(str(doubt), self._shown(row, value, self.grid.first + position))

    def _is_asked(self, row: Sequence[Cell]) -> bool:
        return all(str(self._cell(row, name)) in words for name, words in self.table.where.items())

    def _cell(self, row: Sequence[Cell], name: str) -> Cell:
        position = self.at[name]
        return row[position] if position < len(row) and row[position] is not None else ""

    def _says(self, cell: Cell, words: Sequence[str]) -> bool:
        return isinstance(cell, str) and cell in words

    def _shown(self, row: Sequence[Cell], value: Value, number: int) -> str:
        where = file_name(self.answer.url) if self.answer.url.startswith("file:") else self.table.id
        told = [f"{name} = {self._cell(row, name)}" for parts in self.table.columns.values() for name in parts]
        told += [f"{value.column} = {self._cell(row, value.column)}"] if self.table.values else []
        return f"{where} row {number}: {', '.join(told)}"

    def _figure(self, row: Sequence[Cell], value: Value, cell: Cell) -> Observation:
        indicator = indicator_of(self.table, value)
        reported = self._day("reported", row)[0] if "reported" in self.table.columns else self.release
        if reported and reported > self.context.today:
            raise _Doubt("reported on a day that lies ahead")
        start, end = self._period(row, indicator.measure)
        status = self._status(start, end, indicator.measure, reported)
        key = SeriesKey(
            f"{self.answer.source}-{self.table.id}",
            indicator.id,
            self._place("place", self.table.place_is, row) if "place" in self.table.columns else value.location or self.table.location,
            self._place("origin", self.table.origin_is, row) if "origin" in self.table.columns else value.origin or self.table.origin,
            self._breakdown(row) if "breakdown" in self.table.columns else value.breakdown or self.table.breakdown,
        )
        number: float | None = None
        if self._says(cell, self.table.not_reported):
            status = Status.NOT_REPORTED
        else:
            try:
                number = self.number(cell)
            except ValueError as error:
                raise _Doubt(f"{value.column!r} is {error}") from None
        known = dt.datetime.combine(reported, dt.time(0), dt.UTC) if reported else None
        return Observation(key, self.table.frequency, start, end, number, self.answer, status, known_at=known)

    def _status(self, start: dt.date, end: dt.date, measure: Measure, reported: dt.date | None) -> Status:
        """A figure for days that had not begun when it was reported is a zero to fill a table, or a plan: no count."""
        known = reported or self.context.today
        begins = end if measure in OF_A_DAY else start
        if begins > known:
            raise _Doubt("announced, not counted: the period begins after its report" if reported else "the period lies ahead")
        over = end <= known if measure in OF_A_DAY or self.table.frequency is Frequency.IRREGULAR else end < known
        return self.table.status if over else Status.PROVISIONAL

    def _day(self, field: str, row: Sequence[Cell]) -> tuple[dt.date, str]:
        """A day, and how much of it was said: the day itself, or only its week, month or year."""
        parts = self.table.columns[field]
        form = (self.table.reported_format if field == "reported" else "") or self.table.date_format
        cells = [self._cell(row, name) for name in parts]
        named = " and ".join(map(repr, parts))
        if len(cells) == 1 and isinstance(cells[0], dt.date):
            return cells[0], "day"
        text = " ".join(str(int(cell) if isinstance(cell, float) and cell.is_integer() else cell) for cell in cells).strip()
        if not text:
            raise _Doubt(f"{named} is empty")
        bad = next((cell.why for cell in cells if isinstance(cell, Unusable)), "")
        if bad:
            raise _Doubt(f"{named} is {bad}")
        try:
            return day_of(text, form), precision(form)
        except ValueError:
            raise _Doubt(f"{named} is no day of the calendar written as {form}") from None

    def _period(self, row: Sequence[Cell], measure: Measure) -> tuple[dt.date, dt.date]:
        try:
            if "start" in self.table.columns:
                start, end = self._day("start", row)[0], self._last(*self._day("end", row))
                if end < start:
                    raise _Doubt("the period ends before it begins")
                return start, end
            day, said = self._day("date", row)
            if measure in OF_A_DAY:
                end = self._last(day, said)
                start = self.table.since if measure is Measure.CUMULATIVE and self.table.since else end
                if start > end:
                    raise _Doubt("before the day that the running total counts from")
                return start, end
            return self._step(day, said)
        except OverflowError:
            raise _Doubt("a day at the end of time") from None

    def _step(self, day: dt.date, said: str) -> tuple[dt.date, dt.date]:
        if self.table.frequency is Frequency.YEAR:
            return day.replace(month=1, day=1), day.replace(month=12, day=31)
        if self.table.frequency is Frequency.MONTH:
            return day.replace(day=1), month_end(day.year, day.month)
        if self.table.frequency is Frequency.WEEK:
            first = day if said == "week" else day - dt.timedelta(days=MONDAY[self.table.week])
            return first, first + dt.timedelta(days=6)
        return day, day

    def _last(self, day: dt.date, said: str) -> dt.date:
        """The last of the days that were said."""
        if said == "week":
            return day + dt.timedelta(days=6)
        if said == "month":
            return month_end(day.year, day.month)
        return day.replace(month=12, day=31) if said == "year" else day

    def _place(self, field: str, system: str, row: Sequence[Cell]) -> str:
        name = self.table.columns[field][0]
        cell = self._cell(row, name)
        text = str(cell)
        if not text:
            raise _Doubt(f"{name!r} is empty")
        if (own := self.table.places.get(" ".join(text.split()))) is not None:
            return own
        codes = places.by_name(text) if system == "name" else tuple(filter(None, [CODES[system](text)]))
        if len(codes) != 1:
            told = f"may be {' or '.join(codes)}; `places` can say which" if codes else "is not known; `places` can say what it is"
            raise _Doubt(f"the place {text!r} {told}")
        return codes[0]

    def _breakdown(self, row: Sequence[Cell]) -> str:
        name = self.table.columns["breakdown"][0]
        word = " ".join(str(self._cell(row, name)).split())
        found: Mapping[str, str] = self.table.breakdowns
        if word not in found:
            raise _Doubt(f"{name!r} is {word!r}, which `breakdowns` does not list")
        return found[word]
