"""The shapes of rule that are known in the field, on months, and when they would have told: what ours are measured beside.

They are plain on purpose, each in a line or two and independent of the kinds of rule that this program offers.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping

from monitor.alerts.episodes import last_day, month_number
from monitor.alerts.scorecard import Alert
from monitor.model import marked

FLOOR = 5_000.0  # a month
MUTE = 6  # months: an alert mutes the five after it
Values = Mapping[int, float]
Fires = Callable[[Values, int], bool]


def highest_of(months: int) -> Fires:
    """As high as the highest of so many months, itself among them."""
    return lambda values, month: (before := _all(values, month - months + 1, month - 1)) is not None and values[month] >= max(before)


def times_the_mean(times: float, months: int) -> Fires:
    """At least so many times the mean of the months before."""
    return lambda values, month: (
        (before := _all(values, month - months, month - 1)) is not None and values[month] >= times * sum(before) / months
    )


def times_last_year(times: float, running: int = 1) -> Fires:
    """At least so many times the same month last year, for so many months running."""
    return lambda values, month: all(
        n in values and n - 12 in values and values[n] >= times * values[n - 12] for n in range(month - running + 1, month + 1)
    )


def times_the_best(times: float, years: int) -> Fires:
    """At least so many times the best same month of so many years."""

    def fires(values: Values, month: int) -> bool:
        before = [values[month - 12 * n] for n in range(1, years + 1) if month - 12 * n in values]
        return len(before) == years and values[month] >= times * max(before)

    return fires


def _all(values: Values, first: int, last: int) -> list[float] | None:
    """The values of these months; None where one is not known."""
    found = [values[month] for month in range(first, last + 1) if month in values]
    return found if len(found) == last - first + 1 else None


SHAPES: Mapping[str, Fires] = {
    marked("12-month maximum (HDX Medium's shape)"): highest_of(12),
    marked("36-month maximum (HDX High's shape)"): highest_of(36),
    marked("3 × mean of the five months before"): times_the_mean(3, 5),
    marked("twice the same month last year"): times_last_year(2),
    marked("the same, two months running"): times_last_year(2, running=2),
    marked("1.75 × the best same month of three years"): times_the_best(1.75, 3),
}


def floored(fires: Fires, floor: float = FLOOR) -> Fires:
    """A shape that a month below the floor never meets."""
    return lambda values, month: values[month] >= floor and fires(values, month)


def told(fires: Fires, values: Values, first: dt.date, last: dt.date, mute: int = MUTE) -> list[Alert]:
    """The alerts from one month to another, both included: an alert at month t mutes t+1 to t+mute-1."""
    alerts: list[Alert] = []
    for month in range(month_number(first), month_number(last) + 1):
        quiet = alerts and month < month_number(alerts[-1].period_end) + mute
        if not quiet and month in values and fires(values, month):
            alerts.append(Alert(last_day(month), values[month]))
    return alerts
