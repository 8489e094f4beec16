"""The shapes that ours are measured beside: each on both sides of its boundary, and the mute."""

from __future__ import annotations

import pytest

from monitor.alerts.episodes import last_day, month_number
from monitor.alerts.shapes import Fires, floored, highest_of, times_last_year, times_the_best, times_the_mean, told
from tests.building_store import day

JANUARY = month_number(day("2018-01-01"))


def series(*values: float | None) -> dict[int, float]:
    """Months from January 2018 on; None is a gap."""
    return {JANUARY + n: value for n, value in enumerate(values) if value is not None}


@pytest.mark.parametrize(
    ("fires", "values", "expected"),
    [
        (highest_of(3), [5, 6, 6], True),  # equality counts
        (highest_of(3), [5, 7, 6], False),
        (highest_of(3), [9, 5, 6, 6], True),  # the first lies before the three
        (highest_of(3), [5, 6], False),  # not enough months
        (highest_of(3), [5, None, 6], False),
        (times_the_mean(3, 2), [1, 3, 6], True),
        (times_the_mean(3, 2), [1, 3, 5.9], False),
        (times_the_mean(3, 2), [1, None, 9], False),
        (times_last_year(2), [5, *[9] * 11, 10], True),
        (times_last_year(2), [5, *[9] * 11, 9.9], False),
        (times_last_year(2), [None, *[9] * 11, 99], False),
        (times_last_year(2, running=2), [5, 5, *[9] * 10, 10, 10], True),
        (times_last_year(2, running=2), [5, 5, *[9] * 10, 9.9, 10], False),
        (times_last_year(2, running=2), [5, *[9] * 11, 10], False),  # nothing to compare the month before with
        (times_the_best(1.75, 2), [4, *[9] * 11, 3, *[9] * 11, 7], True),
        (times_the_best(1.75, 2), [4, *[9] * 11, 3, *[9] * 11, 6.9], False),
        (times_the_best(1.75, 2), [None, *[9] * 11, 3, *[9] * 11, 70], False),
    ],
)
def test_a_shape_fires_on_its_boundary_and_not_below(fires: Fires, values: list[float | None], expected: bool) -> None:
    assert fires(series(*values), JANUARY + len(values) - 1) is expected


@pytest.mark.parametrize(("value", "expected"), [(5_000, True), (4_999, False)])
def test_a_month_below_the_floor_never_fires(value: float, expected: bool) -> None:
    assert floored(lambda values, month: True)(series(value), JANUARY) is expected


def test_an_alert_mutes_the_five_months_after_it() -> None:
    alerts = told(lambda values, month: values[month] > 0, series(*[0, 1, *[1] * 12, None, 1]), day("2018-01-01"), day("2019-06-30"))
    assert [one.period_end for one in alerts] == [day("2018-02-28"), day("2018-08-31"), day("2019-02-28")]


def test_only_the_months_asked_for_are_watched_and_a_gap_is_none_of_them() -> None:
    values = series(1, 1, None, 1)
    found = told(lambda values, month: True, values, day("2018-02-01"), day("2018-03-31"), mute=1)
    assert [one.period_end for one in found] == [last_day(JANUARY + 1)]
    assert [one.value for one in found] == [1]
