"""How connectors read an answer of many pages: by an offset of our own, since the links that upstreams give hold the key."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from monitor.connectors._reading import count, field, json_of, rows, where
from monitor.errors import SourceError
from monitor.model import Answer


def pages(ask: Callable[[int], Answer], total: str, name: str, *, steady: bool) -> Iterator[tuple[Answer, list[Any]]]:
    """Each page with its rows, the first even when it has none.

    `ask` is given the number of rows that have come; `total` and `name` are the fields with the number of all rows and
    with the rows. Raises SourceError when fewer come than are announced or one page comes twice; where the table is `steady`, also when more
    come or when the number changes from one page to the next.
    """
    read, due, before = 0, None, ""
    while due is None or read < due:
        answer = ask(read)
        body = json_of(answer)
        now, page = whole(body, total, answer), rows(body, name, answer)
        if steady and due is not None and now != due:
            raise SourceError(f"{where(answer)}: the number of rows changed between two pages, from {due} to {now}", source=answer.source)
        if (now > read and not page) or (steady and read + len(page) > now) or answer.sha256 == before:
            raise SourceError(f"{where(answer)}: {now} rows are announced, and {read + len(page)} came", source=answer.source)
        yield answer, page
        read, due, before = read + len(page), now, answer.sha256


def whole(row: Any, name: str, answer: Answer) -> int:
    """row[name] as a whole number; raises SourceError when it is none."""
    value = field(row, name, answer)
    try:
        number = count(value)
    except ValueError:
        number = None
    if number is None:
        raise SourceError(f"{where(answer)}: {name} is {value!r}, so the format has changed", permanent=True, source=answer.source)
    return number
