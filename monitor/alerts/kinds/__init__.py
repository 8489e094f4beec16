"""The kinds of rule, one module each: `PARAMETERS`, `REQUIRED`, `MEASURES`, `fault`, `judge`. The registry is this folder."""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Mapping
from functools import lru_cache
from importlib import import_module
from typing import Any, Protocol, cast

from monitor.model import Measure, Verdict, Window


class Kind(Protocol):
    """The shape of a module in this folder.

    `PARAMETERS` gives the type of each parameter (SeriesKey: another series, whose finished points are then beside the
    window), `REQUIRED` those that must be there, `MEASURES` the measures it makes sense for; `fault` says what is wrong
    with parameters that are right one by one. `judge` is a pure function of what was known on a day: the last point of
    the window is the newest finished one and fresh enough to be judged. A kind with `JUDGES_SILENCE = True` is asked
    even when there is no such point.

    Three more names are optional: `fault_on(series, parameters)` says what is wrong with them on the rule's own series,
    `ages(parameters)` gives the days after a period's end at which the answer may change without a new figure, and
    `falls(parameters)` tells whether it fires on low values, so that less is worse.
    """

    PARAMETERS: Mapping[str, type | tuple[type, ...]]
    REQUIRED: frozenset[str]
    MEASURES: frozenset[Measure]
    fault: Callable[[Mapping[str, Any]], str]
    judge: Callable[[Window, Mapping[str, Any]], Verdict]


@lru_cache(maxsize=1)
def registry() -> Mapping[str, Kind]:
    """Every kind of rule by its name, the module's."""
    return {m.name: cast(Kind, import_module(f"{__name__}.{m.name}")) for m in pkgutil.iter_modules(__path__) if not m.name.startswith("_")}
