"""A CSV file or a workbook as rows of cells: decoded strictly, bounded, with the header found by the columns that it must have."""

from __future__ import annotations

import codecs
import csv
import datetime as dt
import io
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from monitor.connectors._reading import fault
from monitor.connectors._workbook import sheet
from monitor.errors import SourceError
from monitor.model import Answer

DELIMITERS = (",", ";", "\t", "|")
HEADER_WITHIN = 30  # titles, logos and notes above a header take fewer rows
TAG = re.compile(r"#[a-z][a-z0-9_]*( *\+ *[a-z][a-z0-9_]*)*", re.IGNORECASE)  # HXL; not #REF!, #N/A or #NAME?
ERRORS = frozenset({"#REF!", "#N/A", "#NAME?", "#VALUE!", "#DIV/0!", "#NULL!", "#NUM!", "#SPILL!", "#CALC!", "#ERROR!"})
BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


@dataclass(frozen=True, slots=True)
class Unusable:
    """A cell that has something else than a value in it: a formula, an error."""

    why: str
    shown: str

    def __str__(self) -> str:
        return self.shown


Cell = str | int | float | bool | dt.date | dt.time | Unusable | None
Rows = list[tuple[Cell, ...]]


@dataclass(frozen=True, slots=True)
class Grid:
    """The rows below the header. `names` are the columns, `first` the number of the first row, counted from 1."""

    names: tuple[str, ...]
    rows: Rows
    first: int
    about: str


def grid(
    answer: Answer, wanted: Sequence[str], *, header: Sequence[int] | None, workbook: bool, page: str, encoding: str, delimiter: str
) -> Grid:
    """The table in an answer. Raises SourceError when it is damaged or a wanted column is missing or there twice.

    `header` holds the numbers of the header's rows (none: the columns are called 1, 2, 3); None looks for them.
    """
    if workbook:
        return _below(answer, _workbook(answer, page), wanted, header)
    text = _text(answer, encoding)
    chosen = delimiter or _delimiter(text, wanted, header)
    try:
        rows: Rows = [tuple(_plain(cell) for cell in row) for row in _csv(text, chosen)]
    except csv.Error as error:
        raise fault(answer, f"the CSV breaks off or is damaged ({error})") from None
    found = _below(answer, rows, wanted, header)
    whole = max((number for number, name in enumerate(found.names) if name in wanted), default=0)
    if found.rows and len(found.rows[-1]) <= whole and found.rows[-1] and not text.endswith(("\n", "\r")):
        raise fault(answer, "the CSV breaks off within its last row")
    return found


def _text(answer: Answer, encoding: str) -> str:
    code = next((name for mark, name in BOMS if answer.body.startswith(mark)), encoding)
    try:
        return answer.body.decode(code)
    except UnicodeDecodeError as error:
        raise fault(answer, f"not {code.upper()} at byte {error.start}; `encoding` says which other it is, such as windows-1252") from None


def _csv(text: str, delimiter: str) -> Iterator[list[str]]:
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)


def _plain(text: str) -> Cell:
    text = text.strip()
    if text in ERRORS:
        return Unusable("an error of the spreadsheet", text)
    return Unusable("a formula, and not a figure", text) if text.startswith("=") else text


def _delimiter(text: str, wanted: Sequence[str], header: Sequence[int] | None) -> str:
    """The delimiter that makes the wanted columns appear; else the one that makes most of them appear."""

    def found(delimiter: str) -> int:
        try:
            rows = [tuple(row) for row in islice(_csv(text, delimiter), HEADER_WITHIN)]
        except csv.Error:
            return 0
        if header is not None and not header:
            return max(map(len, rows), default=0)
        return max((len(set(wanted) & {named(cell) for cell in row}) for row in rows), default=0)

    return max(DELIMITERS, key=found)


def _workbook(answer: Answer, name: str) -> Rows:
    def choose(pages: Sequence[Any]) -> Any:
        """The sheet of that name, hidden or not; without one the first that is visible."""
        there = {page.title: page for page in pages if page.sheet_state == "visible" or page.title == name}
        if not there or (name and name not in there):
            raise fault(answer, f"there is no sheet {name!r}; there are {', '.join(map(repr, there))}")
        return there[name] if name else next(iter(there.values()))

    return [tuple(_cell(one.value, one.data_type) for one in row) for row in sheet(answer, choose, computed=False)]


def _cell(value: object, kind: str) -> Cell:
    if kind == "f":
        return Unusable("a formula, and not a figure", str(getattr(value, "text", value) or "="))
    if kind == "e":
        return Unusable("an error of the spreadsheet", str(value))
    if isinstance(value, dt.datetime):
        return value.date()
    if isinstance(value, str):
        return value.strip()
    return value if isinstance(value, int | float | dt.date | dt.time) else None if value is None else str(value)


def named(cell: object) -> str:
    """A column's name as it is compared: blanks and line breaks as one blank, the attributes of an HXL tag in order."""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    text = " ".join(str("" if cell is None else cell).split())
    if TAG.fullmatch(text):
        tag, *attributes = (part.strip() for part in text.lower().split("+"))
        return "+".join([tag, *sorted(attributes)])
    return text


def _below(answer: Answer, rows: Rows, wanted: Sequence[str], header: Sequence[int] | None) -> Grid:
    if header is None:
        header = [_find_header(answer, rows, wanted)]
    names = _names([rows[number - 1] if number <= len(rows) else () for number in header])
    if not header:
        names = tuple(str(number + 1) for number in range(max(map(len, rows), default=0)))
    missing = [name for name in wanted if name not in names]
    if missing:
        raise _no_columns(answer, missing, f"row {' and '.join(map(str, header))}" if header else "the table", names)
    twice = next((name for name in wanted if names.count(name) > 1), None)
    if twice is not None:
        raise fault(answer, f"two columns are called {twice!r}, so nothing says which is meant")
    first = max(header, default=0) + 1
    tagged = first <= len(rows) and _is_tags(rows[first - 1])
    about = f"header in row {', '.join(map(str, header))}" if header else "no header"
    return Grid(names, rows[first:] if tagged else rows[first - 1 :], first + tagged, about + (f", tags in row {first}" if tagged else ""))


def _find_header(answer: Answer, rows: Rows, wanted: Sequence[str]) -> int:
    near = [[named(cell) for cell in row] for row in rows[:HEADER_WITHIN]]
    best = max(range(len(near)), key=lambda number: len(set(wanted) & set(near[number])), default=None)
    if best is None:
        raise fault(answer, "a table without a row")
    missing = [name for name in wanted if name not in near[best]]
    if missing:
        raise _no_columns(answer, missing, f"the first {HEADER_WITHIN} rows, of which row {best + 1} fits best", near[best])
    return best + 1


def _no_columns(answer: Answer, missing: Sequence[str], where: str, names: Sequence[str]) -> SourceError:
    there = ", ".join(repr(name) for name in names if name)[:300] or "nothing"
    what = f"columns {', '.join(map(repr, missing))} are" if len(missing) > 1 else f"column {missing[0]!r} is"
    return fault(answer, f"the {what} missing in {where}, so the format or the description is wrong; there is {there}")


def _names(header: Sequence[tuple[Cell, ...]]) -> tuple[str, ...]:
    """One name a column. In a header of several rows an upper cell spans the empty ones to its right, as merged cells do."""
    width = max(map(len, header), default=0)
    columns: list[list[str]] = [[] for _ in range(width)]
    for level, row in enumerate(header):
        last = ""
        for number in range(width):
            name = named(row[number]) if number < len(row) else ""
            below = any(number < len(lower) and named(lower[number]) for lower in header[level + 1 :])
            last = name or (last if below else "")
            if last and last not in columns[number]:
                columns[number].append(last)
    return tuple(" / ".join(parts) for parts in columns)


def _is_tags(row: Sequence[Cell]) -> bool:
    texts = [str(cell) for cell in row if cell not in (None, "")]
    return bool(texts) and all(TAG.fullmatch(text) for text in texts)


def number_reader(decimal: str, thousands: str) -> Callable[[Cell], float]:
    """A function that reads a number, and raises ValueError for all that is not one beyond doubt.

    Without marks stated, 1.000 and 1,000 may be one or a thousand, and neither is read.
    """
    whole = rf"\d{{1,3}}(?:{_mark(thousands)}\d{{3}})+|\d+" if thousands else r"\d+"
    broken = rf"(?:{re.escape(decimal)}\d+)?" if decimal else r"(?:\.(?!\d{3}$)\d+)?"
    shape = re.compile(rf"[+-]?(?:{whole}){broken}", re.ASCII)

    def read(cell: Cell) -> float:
        if isinstance(cell, Unusable):
            raise ValueError(cell.why)
        if isinstance(cell, bool) or not isinstance(cell, int | float | str):
            raise ValueError("not a number")
        if isinstance(cell, int | float):
            return float(cell)
        if not shape.fullmatch(cell):
            unsaid = not (decimal and thousands) and re.fullmatch(r"[+-]?\d[\d.,'\s]*", cell)
            raise ValueError("not a number beyond doubt: say `decimal` and `thousands`" if unsaid else "not a number")
        plain = re.sub(_mark(thousands), "", cell) if thousands else cell
        return float(plain.replace(decimal, ".") if decimal else plain)

    return read


def _mark(thousands: str) -> str:
    return "[ \u00a0\u202f\u2009]" if thousands == " " else "['\u2019]" if thousands == "'" else re.escape(thousands)
