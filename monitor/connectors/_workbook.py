"""How every connector reads a workbook (XLSX): its size checked before it is unpacked, one sheet, row by row."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import openpyxl

from monitor.connectors._reading import fault
from monitor.errors import SourceError
from monitor.model import Answer

LARGEST_UNPACKED = 300_000_000  # bytes of its parts; a small file can unpack to anything, the largest seen to 10 million
MOST_PARTS = 1_000
MOST_CELLS = 5_000_000


def sheet(answer: Answer, choose: Callable[[Sequence[Any]], Any], *, computed: bool) -> Iterator[tuple[Any, ...]]:
    """The rows of one sheet as openpyxl's cells, each row as wide as it is filled.

    `choose` picks the sheet from the workbook's own (with `title` and `sheet_state`), or raises SourceError. `computed`
    takes the last result of a formula for its value; otherwise it stays a formula. Raises SourceError for a workbook that
    is damaged or too large.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(answer.body)) as packed:
            parts = packed.infolist()
        # Unpacking stops at the size that is announced, so what is announced is all that can come.
        unpacked = sum(part.file_size for part in parts)
        if len(parts) > MOST_PARTS or unpacked > LARGEST_UNPACKED:
            raise fault(answer, f"the workbook unpacks to {unpacked / 1e6:,.0f} MB in {len(parts):,} parts, which is too much")
        yield from _rows(answer, choose, computed)
    except SourceError:
        raise
    except Exception as error:  # openpyxl stumbles in many ways over a damaged file
        broken = fault(answer, f"the workbook breaks off or is damaged ({type(error.__cause__ or error).__name__})")
        broken.permanent = answer.url.startswith("file:")  # what was sent may come whole another time
        raise broken from None


def _rows(answer: Answer, choose: Callable[[Sequence[Any]], Any], computed: bool) -> Iterator[tuple[Any, ...]]:
    book = openpyxl.load_workbook(io.BytesIO(answer.body), read_only=True, data_only=computed, keep_links=False)
    try:
        page = choose(book.worksheets)
        page.reset_dimensions()  # the extent that a file states of itself can be wrong
        cells = 0
        for row in page.iter_rows():
            cells += len(row) + 1
            if cells > MOST_CELLS:
                raise fault(answer, f"the sheet has more than {MOST_CELLS:,} cells")
            yield row
    finally:
        book.close()
