"""The stage: what one source tells, kept in temporary tables of a connection of its own until all of it can be stored."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, and_, case, delete, func, insert, or_, select
from sqlalchemy.schema import CreateTable

from monitor.model import Answer, Observation, SeriesKey, SetAside
from monitor.store.engine import Store
from monitor.store.schema import received, stage, stage_answer, stage_series

TABLES = (received, stage_series, stage_answer, stage)
ROWS_AT_ONCE = 5_000
COLUMNS = tuple(column.name for column in received.columns)
TWO_VALUES = "two values for one period, told in two parts of the answer"


class Stage:
    """Rows of one source, added as they are read. `clear` it, whatever happens; nothing is stored but by `append.commit`.

    `sparse`: a zero is stored only in a series that has, or ever had, another value.
    """

    def __init__(self, store: Store, *, sparse: bool = False) -> None:
        self.sparse = sparse
        self.numbers: dict[SeriesKey, int] = {}
        self.frequencies: list[str] = []
        self.filled: set[int] = set()
        self.answers: dict[Answer, int] = {}
        self._store = store
        self._connection: Connection | None = None
        self._position = 0
        self._fetch = 0
        self._parts = 0

    @property
    def fetches(self) -> int:
        """How many fetches have been kept."""
        return self._fetch

    @property
    def connection(self) -> Connection:
        """The connection that has the temporary tables; opened when it is first needed."""
        if self._connection is None:
            self._connection = self._store.engine.connect()
            with self._connection.begin():
                for table in TABLES:
                    self._connection.execute(CreateTable(table, if_not_exists=True))
                    self._connection.execute(table.delete())
        return self._connection

    def __enter__(self) -> Stage:
        return self

    def __exit__(self, *_: object) -> None:
        self.clear()

    def clear(self) -> None:
        """Forget everything and give the connection back."""
        if self._connection is not None:
            self._connection.invalidate()  # its temporary tables, and the file they are in, end with it
            self._connection.close()
            self._connection = None

    def add(self, rows: Sequence[Observation]) -> None:
        """Keep the rows of one part of a fetch."""
        self._parts += 1
        if rows:
            with self.connection.begin():
                for start in range(0, len(rows), ROWS_AT_ONCE):
                    some = [dict(zip(COLUMNS, self._row(row), strict=True)) for row in rows[start : start + ROWS_AT_ONCE]]
                    self.connection.execute(insert(received), some)

    def keep(self) -> list[SetAside]:
        """End a fetch. Two different values for one period, told in two of its parts, are both set aside and returned."""
        disputed = self._disputed() if self._parts > 1 else []
        self._fetch, self._parts = self._fetch + 1, 0
        return disputed

    def drop(self) -> None:
        """Forget what was added since the last `keep`."""
        if self._parts:
            with self.connection.begin():
                self.connection.execute(delete(received).where(received.c.fetch == self._fetch))
        self._parts = 0

    def newest_period(self) -> dt.date | None:
        """The end of the newest period among the rows."""
        with self.connection.begin():
            found: dt.date | None = self.connection.scalar(select(func.max(received.c.period_end)))
            return found

    def number_of(self, answer: Answer) -> int:
        """The stage's own number of an answer."""
        number = self.answers.get(answer)
        if number is None:
            number = self.answers[replace(answer, body=b"")] = len(self.answers)
        return number

    def _row(self, row: Observation) -> tuple[Any, ...]:
        number = self.numbers.get(row.key)
        if number is None:
            number = self.numbers[row.key] = len(self.numbers)
            self.frequencies.append(row.frequency.value)
        if row.value:
            self.filled.add(number)
        self._position += 1
        known_at = row.known_at or row.answer.retrieved_at
        period = (self._position, self._fetch, number, row.period_end, row.period_start)
        figure = (row.value, row.status, row.qualifier, row.known_estimated, self.number_of(row.answer))
        return (*period, known_at, *figure, row.known_at is not None)

    def _disputed(self) -> list[SetAside]:
        r = received.c
        known = case((r.stated, r.known_at), else_=None)  # what the source does not date is one figure, whenever its answer came
        slot = (r.series_id, r.period_end, r.period_start, r.stated, known)
        two_values = or_(func.min(r.value) < func.max(r.value), func.count(r.value).not_in((0, func.count())))
        two = or_(two_values, func.min(r.status) < func.max(r.status))
        mine = r.fetch == self._fetch
        names = {number: key for key, number in self.numbers.items()}
        found: list[SetAside] = []
        with self.connection.begin():
            for series, end, start, stated, moment in self.connection.execute(select(*slot).where(mine).group_by(*slot).having(two)).all():
                same = and_(mine, r.series_id == series, r.period_end == end, r.period_start == start, r.stated == stated)
                gone = and_(same, r.known_at == moment) if stated else same
                values = self.connection.scalars(select(r.value).where(gone)).all()
                found += [SetAside(TWO_VALUES, f"{names[series]} {start}..{end} = {value}") for value in values]
                self.connection.execute(delete(received).where(gone))
        return found
