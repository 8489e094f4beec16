"""Figures per thousand inhabitants: each divided by the population of its place. Frames in, frames out.

Frames have the columns of `store.read.FIGURE_COLUMNS`; the population is that known on the same day as the figures.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from monitor.errors import ContractError
from monitor.model import INDICATORS, Measure, SeriesKey

POPULATION = "population"  # the indicator
SOURCE = "worldbank"  # of the population: one source for all places, or they could not be compared
OLDEST = 3  # years by which a population may be older than the figure that it divides
DIVISIBLE = frozenset({Measure.STOCK, Measure.FLOW, Measure.EVENTS, Measure.CUMULATIVE})  # people, or what happened to them
COLUMNS = ("per_1000", "population", "population_year", "population_status", "population_known_at", "population_url", "population_source")


def may_divide(indicator: str) -> bool:
    """Whether so many per thousand inhabitants means something: not of a share, nor of articles, nor of the inhabitants."""
    return indicator != POPULATION and INDICATORS[indicator].measure in DIVISIBLE


def per_thousand(frame: pd.DataFrame, population: pd.DataFrame, oldest: int = OLDEST) -> pd.DataFrame:
    """The frame with COLUMNS beside its own, in its own order: the share, and the population that it rests on.

    A figure is divided by the population of its location in the year in which its period ends, else by the newest of an
    earlier year, at most `oldest` years earlier. Without one the columns are missing. Raises ContractError for an
    indicator that is not to be divided, and for two populations of one place and year.
    """
    refused = sorted(name for name in set(frame["indicator"]) if not may_divide(name))
    if refused:
        raise ContractError(f"{', '.join(refused)} has no meaning per thousand inhabitants")
    known = population[population["value"] > 0].reset_index(drop=True)
    matched = known.reindex(_positions(frame, known, oldest)).set_axis(frame.index)
    return frame.assign(
        per_1000=frame["value"] * 1000 / matched["value"],
        population=matched["value"],
        population_year=matched["period_end"].dt.year.astype("Int64"),
        population_status=matched["status"],
        population_known_at=matched["known_at"],
        population_url=matched["source_url"],
        population_source=matched["source"],
    )


def _positions(frame: pd.DataFrame, known: pd.DataFrame, oldest: int) -> np.ndarray:
    """For each figure the row of its population; -1 without one."""
    have = pd.MultiIndex.from_arrays([known["location"], known["period_end"].dt.year])
    if have.has_duplicates:
        raise ContractError(f"two populations of one place and year: {have[have.duplicated()][0]}")
    years = frame["period_end"].dt.year
    found = np.full(len(frame), -1)
    for back in range(oldest + 1):
        wanted = pd.MultiIndex.from_arrays([frame["location"], years - back])
        found = np.where(found < 0, have.get_indexer(wanted), found)
    return found


def with_a_share(frame: pd.DataFrame, population: pd.DataFrame) -> pd.DataFrame:
    """The series of the frame, whole, that have at least one figure per thousand inhabitants."""
    shares = per_thousand(frame, population)["per_1000"]
    return frame[shares.groupby([frame[name] for name in SeriesKey._fields]).transform("count") > 0]


def stand_ins(divided: pd.DataFrame) -> list[tuple[int, int]]:
    """(year of the figure, year of the population) wherever the two differ, each once, oldest first."""
    used = divided[divided["per_1000"].notna()]
    pairs = set(zip(used["period_end"].dt.year, used["population_year"], strict=True))
    return sorted((int(year), int(of)) for year, of in pairs if year != of)


def without(divided: pd.DataFrame) -> list[str]:
    """The locations with a figure that has no population to be divided by."""
    return sorted(set(divided[divided["value"].notna() & divided["per_1000"].isna()]["location"]))
