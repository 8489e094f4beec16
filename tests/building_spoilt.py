"""Answers that are well-formed and wrong: fields renamed, gone or of another kind, numbers and dates absurd, rows too many.

Every function takes the body of a recording and yields (field, what was done, the body after it); nothing here knows a source.
That a field is gone comes first: when nothing misses it, the rest need not be tried.
"""

from __future__ import annotations

import copy
import csv
import io
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import openpyxl

from monitor.connectors._reading import ESCAPE

Spoilt = Iterator[tuple[str, str, bytes]]
NUMBER = re.compile(r"-?\d+([.,]\d+)*")
DAY = re.compile(r"(\d{4})(-?)(\d\d)(-?)(\d\d)(?=\D|$)")
MANY = 10


def early(text: str) -> str:
    """The same text with its days in the year 1."""
    return DAY.sub(r"0001\g<2>01\g<4>01", text)


def late(text: str) -> str:
    return DAY.sub(r"9999\g<2>12\g<4>31", text)


# What is put in the place of a value.
NUMBERS: dict[str, Any] = {"a text": "many", "negative": -5, "absurd": 10**15, "a fraction": 0.5}
OTHERS: dict[str, Any] = {"null": None, "an object": {"a": [1]}}


def is_number(value: object) -> bool:
    return (isinstance(value, int | float) and not isinstance(value, bool)) or (isinstance(value, str) and bool(NUMBER.fullmatch(value)))


# -- JSON ----------------------------------------------------------------------------------------------------------------


def of_json(body: bytes) -> Spoilt:
    """Each name of a field in turn: renamed, gone, and each of its values of another kind; then every list too long."""
    text = body.decode("utf-8-sig")
    whole = json.loads(ESCAPE.sub(lambda found: found[1] or "", text), strict=False)

    def with_(name: str, change: Callable[[dict[str, Any], str], None]) -> bytes:
        made = copy.deepcopy(whole)
        for holder in _objects(made):
            if name in holder:
                change(holder, name)
        return json.dumps(made).encode()

    for name in dict.fromkeys(name for holder in _objects(whole) for name in holder if not name.isdigit()):
        values = [holder[name] for holder in _objects(whole) if name in holder]
        yield name, "gone", with_(name, lambda holder, n: holder.pop(n))
        yield name, "renamed", with_(name, lambda holder, n: holder.update({f"{n}_2": holder.pop(n)}))
        for told, value in (*OTHERS.items(), *(NUMBERS.items() if any(map(is_number, values)) else ())):
            yield name, told, with_(name, lambda holder, n, value=value: holder.update({n: value}))  # type: ignore[misc]
        for told, change in (("early", early), ("late", late)):
            if any(isinstance(value, str) and DAY.search(value) for value in values):
                yield name, told, with_(name, lambda holder, n, c=change: holder.update({n: c(str(holder[n]))}))  # type: ignore[misc]
        if any(isinstance(value, dict) and value and all(map(is_number, value.values())) for value in values):
            yield name, "all texts", with_(name, lambda holder, n: holder.update({n: dict.fromkeys(holder[n], "many")}))
            yield name, "all negative", with_(name, lambda holder, n: holder.update({n: dict.fromkeys(holder[n], -5)}))
    for told, change in LISTS.items():
        made = copy.deepcopy(whole)
        for found in _lists(made):
            found[:] = change(found)
        yield "", told, json.dumps(made if not isinstance(made, list) or not _is_rows(made) else change(whole)).encode()


def _twice_and_other(rows: list[Any]) -> list[Any]:
    """Each row again with every number one higher."""
    other = [
        {n: v + 1 if isinstance(v, int) and not isinstance(v, bool) and not 1900 <= v <= 2100 else v for n, v in row.items()}
        for row in rows
    ]
    return [*rows, *other]


LISTS: dict[str, Callable[[list[Any]], list[Any]]] = {
    "rows twice": lambda rows: [*rows, *rows],
    "ten times the rows": lambda rows: rows * MANY,
    "rows that contradict": _twice_and_other,
    "rows of null": lambda rows: [None for _ in rows],
    "rows of text": lambda rows: ["row" for _ in rows],
    "a row of null among them": lambda rows: [*rows, None],
    "no rows": lambda rows: [],
    "rows backwards": lambda rows: rows[::-1],
}


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
    for one in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _objects(one)


def _is_rows(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(one, dict) for one in value)


def _lists(value: Any) -> list[list[Any]]:
    """The outermost lists of objects."""
    if _is_rows(value):
        return [value]
    found: list[list[Any]] = []
    for one in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        found += _lists(one)
    return found


# -- Tables: CSV and workbooks -------------------------------------------------------------------------------------------


def of_csv(body: bytes) -> Spoilt:
    text = body.decode("utf-8-sig")
    delimiter = max(",;", key=text.count)

    def written(rows: list[list[Any]]) -> bytes:
        out = io.StringIO()
        csv.writer(out, delimiter=delimiter, lineterminator="\n").writerows(rows)
        return out.getvalue().encode()

    rows: list[list[Any]] = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    yield from ((name, told, written(made)) for name, told, made in _of_table(rows))


def of_xlsx(body: bytes) -> Spoilt:
    book = openpyxl.load_workbook(io.BytesIO(body))
    title = max(book.worksheets, key=lambda page: page.max_row * page.max_column).title
    grid = [[cell.value for cell in row] for row in book[title].iter_rows()]
    for name, told, made in _of_table(grid):
        book = openpyxl.load_workbook(io.BytesIO(body))
        page = book[title]
        for merged in list(page.merged_cells.ranges):
            page.unmerge_cells(str(merged))
        page.delete_rows(1, page.max_row)
        for row in made:
            page.append([None if isinstance(cell, float) and cell != cell else cell for cell in row])
        out = io.BytesIO()
        book.save(out)
        yield name, told, out.getvalue()
    book[title].title = "Another"
    out = io.BytesIO()
    book.save(out)
    yield "", "the sheet renamed", out.getvalue()


def _of_table(rows: list[list[Any]]) -> Iterator[tuple[str, str, list[list[Any]]]]:
    head = _header(rows)
    above, below = rows[: head + 1], rows[head + 1 :]

    def with_(at: int, change: Callable[[Any], Any]) -> list[list[Any]]:
        return [*above, *([change(cell) if n == at else cell for n, cell in enumerate(row)] for row in below)]

    for at, name in enumerate(rows[head]):
        if name in (None, ""):
            continue
        cells = [row[at] for row in below if at < len(row)]
        yield name, "gone", [[cell for n, cell in enumerate(row) if n != at] for row in rows]
        yield name, "renamed", [*above[:-1], [f"{n}_2" if k == at else n for k, n in enumerate(rows[head])], *below]
        yield name, "empty", with_(at, lambda cell: "")
        if any(map(is_number, cells)):
            for told, value in NUMBERS.items():
                yield name, told, with_(at, lambda cell, value=value: value if is_number(cell) else cell)  # type: ignore[misc]
        for told, change in (("early", early), ("late", late)):
            if any(isinstance(cell, str) and DAY.search(cell) for cell in cells):
                yield name, told, with_(at, lambda cell, c=change: c(str(cell)))  # type: ignore[misc]
    yield "", "rows twice", [*above, *below, *below]
    yield "", "ten times the rows", [*above, *below * MANY]
    yield "", "no rows", above
    yield "", "no header", below
    yield "", "the header twice", [*above, rows[head], *below]
    yield "", "a short row among them", [*above, *below[:1], below[1][:1], *below[1:]]
    yield "", "a long row among them", [*above, *below[:1], [*below[1], "more"], *below[1:]]
    yield "", "rows backwards", [*above, *below[::-1]]


def _header(rows: list[list[Any]]) -> int:
    """The first row that is full of texts; a title above is not."""
    width = max(len([cell for cell in row if cell not in (None, "")]) for row in rows)
    return next(n for n, row in enumerate(rows) if len([c for c in row if isinstance(c, str) and c]) >= 0.8 * width)


# -- Feeds and pages -----------------------------------------------------------------------------------------------------


def of_feed(body: bytes) -> Spoilt:
    text = body.decode("utf-8")
    for tag in dict.fromkeys(re.findall(r"<([a-zA-Z:]+)[ >]", text)):
        yield tag, "renamed", re.sub(rf"(</?){tag}(?=[ >/])", rf"\g<1>{tag}2", text).encode()
        yield tag, "empty", re.sub(rf"<{tag}( [^>]*)?>[^<]*</{tag}>", f"<{tag}></{tag}>", text).encode()
    yield "", "early", re.sub(r"\b20\d\d(?=-\d\d-| \d\d:)", "0001", text).encode()
    yield "", "late", re.sub(r"\b20\d\d(?=-\d\d-| \d\d:)", "9999", text).encode()
    items = re.findall(r"<(?:item|entry)[ >].*?</(?:item|entry)>", text, re.DOTALL)
    yield "", "rows twice", text.replace(items[0], "".join([*items, items[0]]), 1).encode()
    yield "", "ten times the rows", text.replace(items[0], "".join(items * MANY), 1).encode()
    yield (
        "",
        "an entity",
        text.replace("<rss", '<!DOCTYPE rss [<!ENTITY a "b">]><rss', 1).replace("<feed", '<!DOCTYPE a [<!ENTITY a "b">]><feed', 1).encode(),
    )


def of_page(body: bytes) -> Spoilt:
    yield "", "no links", body.replace(b"href", b"data-href")
    yield "", "links to nowhere", re.sub(rb"href=([\"'])[^\"']*", rb"href=\1http://[", body)


SPOILT: dict[str, Callable[[bytes], Spoilt]] = {"json": of_json, "csv": of_csv, "xlsx": of_xlsx, "xml": of_feed, "html": of_page}
