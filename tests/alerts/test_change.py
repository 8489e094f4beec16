"""Change against the same period last year."""

from __future__ import annotations

import datetime as dt

import pytest

from monitor.alerts.rules import judge
from monitor.model import Judgement, Point, Status, same_day
from tests.building_store import day, months, rule

FIRES, QUIET, CANNOT_SAY = Judgement
DOUBLED = rule("change", against="last_year", ratio=2.0, floor=100)
THE_YEAR_BETWEEN = [1] * 11


@pytest.mark.parametrize(
    ("before", "value", "judgement", "words"),
    [
        (50, 100, FIRES, "100 in January 2020 is 2 times the 50 of January 2019 (the rule: 2 times)."),
        (50, 99, QUIET, "99 in January 2020 is below the floor of 100."),
        (60, 119, QUIET, "119 in January 2020 is 1.98 times the 60 of January 2019, less than 2 times."),
        (60, 120, FIRES, "2 times the 60"),
        (60, 121, FIRES, "2.02 times the 60"),
        (10, 99, QUIET, "below the floor of 100"),
        (0, 100, FIRES, "100 in January 2020, after none in January 2019."),
        (0, 99, QUIET, "below the floor of 100"),
        (0, 0, QUIET, "below the floor of 100"),
        (None, 1000, CANNOT_SAY, "There is no figure for January 2019 to compare January 2020 with."),
    ],
)
def test_a_month_is_compared_with_the_same_month_of_last_year(before: float | None, value: float, judgement: Judgement, words: str) -> None:
    verdict = judge(DOUBLED, months("2019-01", before, *THE_YEAR_BETWEEN, value), day("2020-02-10"))
    assert verdict.judgement is judgement
    assert words in verdict.sentence


def test_without_a_history_of_a_year_nothing_can_be_said() -> None:
    assert judge(DOUBLED, months("2019-02", *THE_YEAR_BETWEEN, 1000), day("2020-02-10")).judgement is CANNOT_SAY


def test_a_month_missing_last_year_is_no_zero() -> None:
    january_left_out = months("2019-01", 1, *THE_YEAR_BETWEEN, 1000)[1:]
    assert judge(DOUBLED, january_left_out, day("2020-02-10")).judgement is CANNOT_SAY


def test_the_verdict_carries_both_figures_and_the_level_that_decides() -> None:
    verdict = judge(DOUBLED, months("2019-01", 60, *THE_YEAR_BETWEEN, 130), day("2020-02-10"))
    assert (verdict.reference, verdict.reference_end, verdict.threshold) == (60, day("2019-01-31"), 120)
    low = judge(DOUBLED, months("2019-01", 10, *THE_YEAR_BETWEEN, 130), day("2020-02-10"))
    assert low.threshold == 100


@pytest.mark.parametrize("leap", [True, False])
def test_february_is_compared_with_february_in_and_after_a_leap_year(leap: bool) -> None:
    first, year = ("2019-02", 2020) if leap else ("2020-02", 2021)
    verdict = judge(DOUBLED, months(first, 60, *THE_YEAR_BETWEEN, 130), dt.date(year, 3, 10))
    assert verdict.judgement is FIRES
    assert verdict.reference_end == (day("2019-02-28") if leap else day("2020-02-29"))


def test_figures_of_one_day_are_compared_with_the_same_day() -> None:
    days = [
        Point(day(text), day(text), value, Status.REPORTED)
        for text, value in (("2019-03-14", 900), ("2019-03-15", 60), ("2020-03-15", 130))
    ]
    assert judge(DOUBLED, days, day("2020-03-20")).reference == 60


@pytest.mark.parametrize(
    ("edge", "year", "same"),
    [
        ("2020-02-29", 2019, "2019-02-28"),
        ("2019-02-28", 2020, "2020-02-29"),
        ("2020-02-28", 2019, "2019-02-28"),
        ("2020-02-01", 2019, "2019-02-01"),
        ("2020-12-31", 2019, "2019-12-31"),
        ("2020-01-01", 2019, "2019-01-01"),
        ("2020-04-30", 2019, "2019-04-30"),
        ("2020-04-29", 2019, "2019-04-29"),
        ("2020-02-29", 2016, "2016-02-29"),
    ],
)
def test_the_same_day_of_another_year_keeps_the_end_of_the_month(edge: str, year: int, same: str) -> None:
    assert same_day(day(edge), year) == day(same)
