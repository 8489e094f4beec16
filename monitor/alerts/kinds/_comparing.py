"""Comparing a figure with a level that was worked out: three times 0.2 is 0.6, whatever a float makes of it."""

from __future__ import annotations

from math import isclose

CLOSE = 1e-9  # relative: far below a person in a billion


def reaches(value: float, level: float) -> bool:
    """Whether a value is at or above a level."""
    return value >= level or isclose(value, level, rel_tol=CLOSE)


def exceeds(value: float, level: float) -> bool:
    """Whether a value is above a level."""
    return value > level and not isclose(value, level, rel_tol=CLOSE)
