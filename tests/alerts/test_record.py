"""Record: the highest since a date, or for a number of years."""

from __future__ import annotations

import pytest

from monitor.alerts.rules import judge
from monitor.model import Judgement
from tests.building_store import day, months, rule

FIRES, QUIET, CANNOT_SAY = Judgement
SINCE = rule("record", since=day("2019-06-01"), floor=100)
YEARS = rule("record", years=1, floor=100)


@pytest.mark.parametrize(
    ("values", "judgement", "words"),
    [
        ([50, 60, 70, 120], FIRES, "120 in September 2019 is the highest of all known, since 1 June 2019."),
        ([50, 60, 70, 100], FIRES, "100 in September 2019"),
        ([50, 60, 70, 99], QUIET, "99 in September 2019 is the highest since 1 June 2019, but below the floor of 100."),
        ([50, 120, 70, 120], QUIET, "120 in September 2019 is not the highest since 1 June 2019: July 2019 had 120."),
        ([50, 120, 70, 121], FIRES, "121 in September 2019"),
        ([50, 130, 70, 120], QUIET, "July 2019 had 130"),
        ([0, 0, 0, 100], FIRES, "the highest of all"),
        ([50, None, 70, 120], CANNOT_SAY, "A period since 1 June 2019 is not reported: it may have been higher."),
        ([50, 130, None, 120], CANNOT_SAY, "not reported"),
        ([None, None, None, 120], CANNOT_SAY, "Fewer than 3 earlier periods since 1 June 2019."),
        ([50, 60, 120], CANNOT_SAY, "Fewer than 3 earlier periods since 1 June 2019."),
        ([120], CANNOT_SAY, "Fewer than 3 earlier periods"),
        ([50, 60, 70, 120, None], FIRES, "120 in September 2019"),
    ],
)
def test_the_newest_figure_is_compared_with_every_one_since_the_date(values: list[float | None], judgement: Judgement, words: str) -> None:
    verdict = judge(SINCE, months("2019-06", *values), day("2019-10-20"))
    assert (verdict.judgement, words in verdict.sentence) == (judgement, True), verdict.sentence


def test_what_lies_before_the_date_does_not_count_but_tells_how_far_the_record_reaches() -> None:
    verdict = judge(SINCE, months("2019-03", 500, 26_999, 10, 50, 60, 70, 120), day("2019-10-10"))
    assert verdict.judgement is FIRES
    assert verdict.sentence == "120 in September 2019 is the highest since April 2019 (26,999)."
    assert (verdict.reference, verdict.reference_end, verdict.threshold) == (70, day("2019-08-31"), 100)


def test_a_month_that_is_absent_may_have_been_higher_wherever_in_the_window_it_lies() -> None:
    for absent in range(1, 5):  # the first month lies before the date
        points = months("2019-05", 40, 50, 60, 70, 80, 120)
        del points[absent]
        verdict = judge(SINCE, points, day("2019-11-10"))
        assert verdict.judgement is CANNOT_SAY, verdict.sentence


def test_a_record_reaches_no_farther_back_than_nothing_is_missing() -> None:
    points = [*months("2018-01", 10), *months("2019-06", 50, 60, 70, 120)]
    assert judge(SINCE, points, day("2019-10-10")).judgement is CANNOT_SAY
    verdict = judge(SINCE, [*months("2018-01", 10), *months("2019-05", 40, 50, 60, 70, 120)], day("2019-10-10"))
    assert verdict.sentence == "120 in September 2019 is the highest of all known, since 1 May 2019."


@pytest.mark.parametrize(("first", "judgement"), [("2019-06", FIRES), ("2019-07", CANNOT_SAY)])
def test_figures_that_begin_after_the_date_tell_no_record(first: str, judgement: Judgement) -> None:
    verdict = judge(SINCE, months(first, 50, 60, 70, 80, 120), day("2019-12-20"))
    assert verdict.judgement is judgement
    if judgement is CANNOT_SAY:
        assert verdict.sentence == "The figures begin on 1 July 2019, after 1 June 2019: a record cannot be told."


@pytest.mark.parametrize(
    ("values", "judgement"),
    [
        ([50] * 12 + [120], FIRES),  # the thirteenth month: twelve earlier ones, the oldest a year before
        ([50] * 11 + [120], CANNOT_SAY),  # the figures begin eleven months before
        ([120] + [50] * 11 + [120], QUIET),  # the same month a year before counts
        ([120] + [50] * 12 + [120], FIRES),  # a month more than a year before does not
    ],
)
def test_a_record_of_a_year_looks_back_a_year(values: list[float], judgement: Judgement) -> None:
    assert judge(YEARS, months("2019-01", *values), day("2020-03-10")).judgement is judgement


def test_a_record_of_a_year_looks_back_from_the_leap_day_to_the_end_of_february() -> None:
    points = [p._replace(period_start=p.period_end) for p in months("2019-02", *[50] * 12, 120)]
    assert judge(YEARS, points, day("2020-03-10")).judgement is FIRES
    assert judge(YEARS, points[1:], day("2020-03-10")).judgement is CANNOT_SAY
