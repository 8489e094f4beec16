"""How every connector reads JSON, numbers and periods: strictly, with the field named when it fails."""

from __future__ import annotations

import calendar
import csv
import datetime as dt
import io
import json
import re
from typing import Any

from monitor.errors import SourceError
from monitor.model import Answer, Status

MISSING = frozenset({"", "-", "*"})  # not applicable, not collected, suppressed
LONGEST_SHOWN = 160  # characters of an address
ESCAPE = re.compile(r'(\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))|\\')  # a legal escape, or a backslash that means nothing


def where(answer: Answer) -> str:
    """The address for a message: without its question where that is too long to read."""
    return answer.url if len(answer.url) <= LONGEST_SHOWN else f"{answer.url.split('?')[0]}?…"


def shown(url: str) -> str:
    """An address without what may be a passing signature in it."""
    return url.partition("?")[0]


def fault(answer: Answer, message: str) -> SourceError:
    """What is wrong with an answer, in a way that trying again does not mend."""
    return SourceError(f"{shown(answer.url)}: {message}", permanent=True, source=answer.source)


def json_of(answer: Answer) -> Any:
    """The JSON of an answer. Control characters and illegal escapes are repaired; raises SourceError for the rest."""
    try:
        text = answer.body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SourceError(f"{where(answer)}: not UTF-8 at byte {error.start}", source=answer.source) from None
    try:
        return json.loads(text, strict=False)
    except json.JSONDecodeError:
        pass
    try:
        return json.loads(ESCAPE.sub(lambda found: found[1] or "", text), strict=False)
    except json.JSONDecodeError as error:
        raise SourceError(
            f"{where(answer)}: the JSON breaks off or is damaged ({error.msg} at character {error.pos})", source=answer.source
        ) from None


def csv_of(answer: Answer) -> tuple[list[str], list[list[str]]]:
    """The header and the records of a CSV answer, each as wide as the header; raises SourceError when it breaks off.

    A CSV has no end mark: a record that is too short, a quote left open or a last line without its end say that some is lost.
    """
    try:
        text = answer.body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SourceError(f"{answer.url}: not UTF-8 at byte {error.start}", source=answer.source) from None
    try:
        header, *records = [record for record in csv.reader(io.StringIO(text, newline=""), strict=True) if record]
    except (csv.Error, ValueError):
        raise SourceError(f"{answer.url}: the CSV breaks off or is damaged", source=answer.source) from None
    short = next((number for number, record in enumerate(records, 1) if len(record) != len(header)), 0)
    if short or not text.endswith(("\n", "\r")):
        where = f"record {short} has {len(records[short - 1])} of {len(header)} fields" if short else "its last line has no end"
        raise SourceError(f"{answer.url}: the CSV breaks off or is damaged ({where})", source=answer.source)
    return header, records


def field(row: Any, name: str, answer: Answer) -> Any:
    """row[name]; raises SourceError when the upstream no longer has that field."""
    if not isinstance(row, dict) or name not in row:
        raise SourceError(
            f"{where(answer)}: the field {name!r} is missing, so the format has changed", permanent=True, source=answer.source
        )
    return row[name]


def rows(container: Any, name: str, answer: Answer) -> list[Any]:
    """container[name], which must be a list; raises SourceError when it is missing or something else."""
    found = field(container, name, answer)
    if not isinstance(found, list):
        raise SourceError(f"{where(answer)}: {name!r} is no list, so the format has changed", permanent=True, source=answer.source)
    return found


def count(value: object) -> int | None:
    """A whole number that may come as an int, a numeric text, or one of the marks for missing (then None).

    Raises ValueError for anything else: a text where a number is due is never read as zero.
    """
    if value is None:
        return None
    if isinstance(value, bool):
        raise ValueError(f"{value!r} is not a number")
    if isinstance(value, int):
        return value
    text = str(value).strip()
    if text in MISSING:
        return None
    number = float(text)
    if not number.is_integer():
        raise ValueError(f"{value!r} is not a whole number")
    return int(number)


def month_end(year: int, month: int) -> dt.date:
    """The last day of a month."""
    return dt.date(year, month, calendar.monthrange(year, month)[1])


def as_of_year(year: int, today: dt.date, release_window: tuple[tuple[int, int], tuple[int, int]]) -> tuple[dt.date, Status] | None:
    """The day that a `year` of UNHCR's figures describes, seen on `today`; None while that cannot be told.

    `release_window` is the first and last (month, day) of the year after, between which the end-year figures replace
    the mid-year ones.
    """
    released, settled = (dt.date(year + 1, *day) for day in release_window)
    if today >= settled:
        return dt.date(year, 12, 31), Status.REPORTED
    if today >= released or today < dt.date(year, 7, 1):
        return None
    return dt.date(year, 6, 30), Status.PROVISIONAL
