"""The kinds of rule, one module each: `PARAMETERS`, `MEASURES` and `judge`. The registry is this folder."""

from __future__ import annotations

import datetime as dt
import pkgutil
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from importlib import import_module
from typing import Any, Protocol, cast

from monitor.model import Measure, Point, Verdict


class Kind(Protocol):
    """The shape of a module in this folder.

    `PARAMETERS` gives the type of each parameter. `MEASURES` are those it makes sense for. `judge` sees the points in the
    order of their periods, the last of them the newest finished one and fresh enough to be judged.
    """

    PARAMETERS: Mapping[str, type | tuple[type, ...]]
    REQUIRED: frozenset[str]
    MEASURES: frozenset[Measure]
    judge: Callable[[Sequence[Point], Mapping[str, Any]], Verdict]


@lru_cache(maxsize=1)
def registry() -> Mapping[str, Kind]:
    """Every kind of rule by its name, the module's."""
    return {m.name: cast(Kind, import_module(f"{__name__}.{m.name}")) for m in pkgutil.iter_modules(__path__) if not m.name.startswith("_")}


def same_day(day: dt.date, year: int) -> dt.date:
    """The same day of another year; the end of February stays the end of February."""
    if (day + dt.timedelta(days=1)).day == 1:
        first_of_next = (day + dt.timedelta(days=1)).replace(year=year + (1 if day.month == 12 else 0))
        return first_of_next - dt.timedelta(days=1)
    return day.replace(year=year)
