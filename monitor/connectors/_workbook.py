"""How every connector reads a workbook (XLSX): its size checked before it is unpacked, one sheet, row by row."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from typing import Any

import openpyxl

from monitor.errors import SourceError
from monitor.model import Answer
from monitor.places import folded

LARGEST_UNPACKED = 100_000_000  # bytes; the largest workbook seen unpacks to about 10 million
MOST_PARTS = 1_000
MOST_ROWS = 100_000
MOST_COLUMNS = 2_000


def sheet(answer: Answer, begins: str) -> Iterator[tuple[Any, ...]]:
    """The rows of the sheet whose name begins so (case and punctuation apart), as values, each as wide as it is filled.

    Raises SourceError for a workbook that is damaged or too large, and for one without that sheet.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(answer.body)) as packed:
            parts = packed.infolist()
        # Unpacking stops at the size that is announced, so what is announced is all that can come.
        if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > LARGEST_UNPACKED:
            raise _error(answer, f"the workbook would unpack to more than {LARGEST_UNPACKED / 1e6:.0f} MB or {MOST_PARTS} parts")
        yield from _rows(answer, begins)
    except SourceError:
        raise
    except Exception as error:  # openpyxl stumbles in many ways over a damaged file
        raise SourceError(f"{answer.url}: the workbook is damaged ({type(error).__name__})", source=answer.source) from None


def _rows(answer: Answer, begins: str) -> Iterator[tuple[Any, ...]]:
    book = openpyxl.load_workbook(io.BytesIO(answer.body), read_only=True, data_only=True, keep_links=False)
    try:
        found = [one for one in book.worksheets if folded(one.title).startswith(folded(begins))]
        if not found:
            raise _error(answer, f"no sheet {begins!r} but {', '.join(book.sheetnames)!r}, so the format has changed")
        found[0].reset_dimensions()  # the extent that a file states of itself can be wrong
        for position, row in enumerate(found[0].iter_rows(values_only=True)):
            if position >= MOST_ROWS:
                raise _error(answer, f"the sheet has more than {MOST_ROWS:,} rows")
            yield row[:MOST_COLUMNS]
    finally:
        book.close()


def _error(answer: Answer, message: str) -> SourceError:
    return SourceError(f"{answer.url}: {message}", permanent=True, source=answer.source)
