"""Record: the highest since a date, or for a number of years."""

from __future__ import annotations

import pytest

from monitor.alerts.rules import check, judge
from monitor.model import Judgement
from tests.building_store import HOSTED, LANDINGS, day, days_from, months, rule

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
    stock = rule("record", HOSTED, years=1, floor=100)  # read at the end of each month: no day between is missing
    assert judge(stock, points, day("2020-03-10")).judgement is FIRES
    assert judge(stock, points[1:], day("2020-03-10")).judgement is CANNOT_SAY


def test_a_flow_by_day_has_a_gap_where_a_day_is_left_out() -> None:
    points = days_from("2020-01-01", *[50] * 9, 120)
    by_day = rule("record", LANDINGS, since=day("2020-01-01"), floor=100)
    assert judge(by_day, points, day("2020-01-11")).judgement is FIRES
    assert judge(by_day, points[:4] + points[5:], day("2020-01-11")).judgement is CANNOT_SAY


# -- times and same_period ---------------------------------------------------------------------------------------------------

TWICE = rule("record", since=day("2019-06-01"), floor=100, times=2)
SEASON = rule("record", years=3, floor=100, times=1.5, same_period=True)


@pytest.mark.parametrize(
    ("values", "judgement", "words"),
    [
        ([50, 60, 70, 140], FIRES, "140 in September 2019 is at least 2 times the 70 of August 2019, the best since 1 June 2019."),
        ([50, 60, 70, 139], QUIET, "139 in September 2019 is less than 2 times the 70 of August 2019"),
        ([50, 60, 70, 70], QUIET, "is not the highest since 1 June 2019"),
        ([10, 20, 40, 99], QUIET, "below the floor of 100"),
        ([10, 20, 40, 100], FIRES, "at least 2 times the 40"),
    ],
)
def test_a_record_can_be_asked_to_be_so_many_times_the_best(values: list[float | None], judgement: Judgement, words: str) -> None:
    verdict = judge(TWICE, months("2019-06", *values), day("2019-10-20"))
    assert (verdict.judgement, words in verdict.sentence) == (judgement, True), verdict.sentence
    assert verdict.threshold == max(100, 2 * max(v or 0 for v in values[:-1]))


@pytest.mark.parametrize(
    ("januaries", "value", "judgement", "words"),
    [
        ([80, 100, 90], 150, FIRES, "150 in January 2020 is at least 1.5 times the 100 of January 2018"),
        ([80, 100, 90], 149, QUIET, "less than 1.5 times the 100 of January 2018"),
        ([80, 100, None], 200, CANNOT_SAY, "not reported"),
        ([None, 100, 90], 200, CANNOT_SAY, "Fewer than 3 earlier periods"),
    ],
)
def test_with_same_period_only_the_same_month_of_each_year_counts(
    januaries: list[float | None], value: float, judgement: Judgement, words: str
) -> None:
    between: list[float | None] = [900] * 11  # higher than any January, and of no account
    points = months("2017-01", *(figure for january in januaries for figure in (january, *between)), value)
    verdict = judge(SEASON, points, day("2020-02-10"))
    assert verdict.judgement is judgement, verdict.sentence
    assert words in verdict.sentence or judgement is CANNOT_SAY


def test_a_record_of_less_than_the_best_is_refused() -> None:
    assert "`times`" in check(rule("record", since=day("2019-06-01"), floor=100, times=0.9))
