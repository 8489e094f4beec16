"""Reads JSON-stat 2.0: one flat list of cells over named dimensions, the last of which runs fastest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any, NamedTuple

from monitor.connectors._reading import field, rows
from monitor.errors import SourceError
from monitor.model import Answer

MOST_CELLS = 5_000_000


class Cell(NamedTuple):
    """One cell: its code on every dimension, its value (None: there is none) and its flag."""

    at: Mapping[str, str]
    value: object
    flag: str


@dataclass(frozen=True, slots=True)
class Cube:
    """A data set: the codes of each dimension in their order, values and flags by the position of the cell."""

    codes: Mapping[str, Sequence[str]]
    values: Mapping[int, Any]
    flags: Mapping[int, Any]

    def cells(self) -> Iterator[Cell]:
        """Every cell that has a value or a flag. A cell that is absent is missing, which is not zero."""
        steps, step = [], 1
        for name, codes in reversed(list(self.codes.items())):
            steps.append((name, codes, step, len(codes)))
            step *= len(codes)
        same = {name: codes[0] for name, codes in self.codes.items()}  # most dimensions have one code only
        several = [dimension for dimension in steps if dimension[3] > 1]
        for place in sorted({*self.values, *self.flags}):
            at = same.copy()
            for name, codes, step, size in several:
                at[name] = codes[place // step % size]
            yield Cell(at, self.values.get(place), str(self.flags.get(place, "")))


def cube(body: Any, answer: Answer) -> Cube:
    """The data set of an answer's JSON; raises SourceError that names what is missing or contradicts itself."""
    names, sizes, dimension = rows(body, "id", answer), rows(body, "size", answer), field(body, "dimension", answer)
    codes = {str(name): _codes(field(dimension, str(name), answer), str(name), answer) for name in names}
    if [len(found) for found in codes.values()] != sizes:
        raise _changed(answer, f"the sizes {sizes} are not those of the dimensions {', '.join(codes)}")
    total = prod(sizes)
    if total > MOST_CELLS:
        raise _changed(answer, f"{total:,} cells are more than the {MOST_CELLS:,} that can be asked for")
    flags = body.get("status") or {}  # absent where no cell has one; one text stands for all cells
    flags = dict.fromkeys(range(total), flags) if isinstance(flags, str) else _by_place(flags, "status", total, answer)
    return Cube(codes, _by_place(field(body, "value", answer), "value", total, answer), flags)


def _codes(dimension: Any, name: str, answer: Answer) -> list[str]:
    category = field(dimension, "category", answer)
    category = category if isinstance(category, dict) else {}
    index = category.get("index", list(category.get("label") or ()))  # a dimension of one category may leave its index out
    if isinstance(index, dict):
        by_place = {place: code for code, place in index.items()} if all(isinstance(place, int) for place in index.values()) else {}
        index = [by_place[place] for place in range(len(index))] if set(by_place) == set(range(len(index))) else []
    if not isinstance(index, list) or not index:
        raise _changed(answer, f"the dimension {name!r} does not list its codes")
    return [str(code) for code in index]


def _by_place(cells: Any, name: str, total: int, answer: Answer) -> dict[int, Any]:
    """Cells by their position, from the sparse form (an object) or the whole one (a list, null where nothing is)."""
    if isinstance(cells, list) and len(cells) == total:
        return {place: cell for place, cell in enumerate(cells) if cell is not None}
    if isinstance(cells, dict) and all(key.isascii() and key.isdigit() and len(key) < 9 and int(key) < total for key in cells):
        return {int(key): cell for key, cell in cells.items() if cell is not None}
    raise _changed(answer, f"{name!r} does not fit the {total} cells that the dimensions make")


def _changed(answer: Answer, told: str) -> SourceError:
    return SourceError(f"{answer.url}: {told}, so the format has changed", permanent=True, source=answer.source)
