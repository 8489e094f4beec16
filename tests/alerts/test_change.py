"""Change: against the same period last year, the period before, the mean of several; a rise or a fall."""

from __future__ import annotations

import datetime as dt

import pytest

from monitor.alerts.rules import check, judge
from monitor.model import Judgement, Point, Rule, Status, same_day
from tests.building_store import HOSTED, LANDINGS, day, days_from, months, rule

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


# -- the period before, the mean, and falls ---------------------------------------------------------------------------------

RISE = rule("change", against="previous", ratio=1.5, floor=100)
FALL = rule("change", against="previous", ratio=0.5, floor=100)
MEAN = rule("change", against="mean", ratio=3, floor=100, periods=5)


@pytest.mark.parametrize(
    ("one", "values", "judgement", "words"),
    [
        (RISE, [100, 150], FIRES, "150 in February 2020 is 1.5 times the 100 of January 2020 (the rule: 1.5 times)."),
        (RISE, [100, 149], QUIET, "1.49 times the 100 of January 2020, less than 1.5 times."),
        (rule("change", against="previous", ratio=1.1, floor=1), [10, 11], FIRES, "11 in February 2020 is 1.1 times the 10"),
        (RISE, [10, 99], QUIET, "below the floor of 100"),
        (RISE, [0, 100], FIRES, "100 in February 2020, after none in January 2020."),
        (RISE, [150], CANNOT_SAY, "There is no figure for the 1 periods before to compare January 2020 with."),
        (RISE, [100, None, 300], CANNOT_SAY, "There is no figure for"),
        (FALL, [200, 100], FIRES, "100 in February 2020 has fallen to 0.5 times the 200 of January 2020 (the rule: 0.5 times)."),
        (FALL, [200, 101], QUIET, "more than 0.5 times"),
        (FALL, [100, 50], FIRES, "0.5 times the 100"),
        (FALL, [99, 1], QUIET, "after 99 in January 2020, which is below the floor of 100."),
        (FALL, [200, 0], FIRES, "has fallen to 0 times"),
        (FALL, [0, 0], QUIET, "after 0 in January 2020"),
        (MEAN, [50, 50, 50, 50, 50, 150], FIRES, "150 in June 2020 is 3 times the 50 of"),
        (MEAN, [50, 50, 50, 50, 50, 149], QUIET, "2.98 times the 50"),
        (MEAN, [10, 90, 50, 0, 100, 150], FIRES, "3 times the 50"),
        (MEAN, [50, 50, 50, 50, 900], CANNOT_SAY, "There is no figure for the 5 periods before"),
        (MEAN, [50, 50, None, 50, 50, 900], CANNOT_SAY, "There is no figure for"),
    ],
)
def test_a_figure_is_compared_with_those_just_before(one: Rule, values: list[float | None], judgement: Judgement, words: str) -> None:
    verdict = judge(one, months("2020-01", *values), day("2020-07-10"))
    if len(values) < 3:
        verdict = judge(one, months("2020-01", *values), day("2020-03-10"))
    assert (verdict.judgement, words in verdict.sentence) == (judgement, True), verdict.sentence


def test_a_month_that_is_absent_is_not_skipped() -> None:
    points = months("2020-01", 100, 100, 400)
    assert judge(RISE, points, day("2020-04-10")).judgement is FIRES
    assert judge(RISE, [points[0], points[2]], day("2020-04-10")).judgement is CANNOT_SAY


def test_a_day_that_is_absent_is_a_gap_of_a_flow_and_none_of_a_stock() -> None:
    points = days_from("2020-01-01", 100, 100, 400)
    for series, judgement in ((LANDINGS, CANNOT_SAY), (HOSTED, FIRES)):
        one = rule("change", series, against="previous", ratio=1.5, floor=100)
        assert judge(one, points, day("2020-01-04")).judgement is FIRES
        assert judge(one, [points[0], points[2]], day("2020-01-04")).judgement is judgement


@pytest.mark.parametrize(
    ("parameters", "told"),
    [
        ({"against": "yesterday", "ratio": 2, "floor": 1}, "known are previous, last_year, mean"),
        ({"against": "mean", "ratio": 2, "floor": 1}, "`periods` says of how many periods"),
        ({"against": "previous", "ratio": 2, "floor": 1, "periods": 3}, "`periods` says of how many periods"),
        ({"against": "mean", "ratio": 2, "floor": 1, "periods": 1}, "at least 2 periods"),
        ({"against": "previous", "ratio": 1, "floor": 1}, "above 1 for a rise"),
        ({"against": "previous", "ratio": 0, "floor": 1}, "above 1 for a rise"),
    ],
)
def test_parameters_that_make_no_sense_are_refused(parameters: dict[str, object], told: str) -> None:
    assert told in check(rule("change", **parameters))


def test_a_fall_is_not_kept_open_by_a_share_of_its_threshold() -> None:
    assert "a fall has no such share" in check(rule("change", against="previous", ratio=0.5, floor=1, clear_below=0.8))
    assert check(rule("change", against="previous", ratio=1.5, floor=1, clear_below=0.8)) == ""


# -- smoothed ----------------------------------------------------------------------------------------------------------------

SMOOTHED = rule("change", against="last_year", ratio=2.0, floor=100, smoothed=3)


@pytest.mark.parametrize(
    ("then", "now", "judgement", "words"),
    [
        (
            (50, 50, 50),
            (90, 90, 120),
            FIRES,
            "100 on average from 1 January 2020 to 31 March 2020 is 2 times the 50 of 1 January 2019 – 31 March 2019 (the rule: 2 times).",
        ),
        ((50, 50, 51), (90, 90, 120), QUIET, "1.99 times the 50.3"),
        ((50, 50, 50), (90, 90, 119), QUIET, "99.7 on average from 1 January 2020 to 31 March 2020 is below the floor of 100."),
        ((50, 50, 50), (300, 0, 0), FIRES, "100 on average from"),  # the sum counts, not the newest month
        ((50, None, 50), (90, 90, 120), CANNOT_SAY, "There is no figure for"),
        ((50, 50, 50), (90, None, 210), CANNOT_SAY, "Not each of the 3 periods up to March 2020 is known."),
    ],
)
def test_the_mean_of_three_months_is_compared_with_that_of_the_same_months(
    then: tuple[float | None, ...], now: tuple[float | None, ...], judgement: Judgement, words: str
) -> None:
    verdict = judge(SMOOTHED, months("2019-01", *then, *[1] * 9, *now), day("2020-04-10"))
    assert (verdict.judgement, words in verdict.sentence) == (judgement, True), verdict.sentence
    assert (verdict.period_start, verdict.period_end) == (day("2020-03-01"), day("2020-03-31"))


def test_a_smoothed_figure_is_compared_with_as_many_periods_before_or_the_mean_of_others() -> None:
    points = months("2020-01", 10, 20, 30, 40, 50, 60)
    before = rule("change", against="previous", ratio=2.0, floor=0, smoothed=3)
    assert (judge(before, points, day("2020-07-10")).value, judge(before, points, day("2020-07-10")).reference) == (50, 20)
    assert judge(before, points[1:], day("2020-07-10")).judgement is CANNOT_SAY
    mean = rule("change", against="mean", periods=4, ratio=2.0, floor=0, smoothed=2)
    assert (judge(mean, points, day("2020-07-10")).value, judge(mean, points, day("2020-07-10")).reference) == (55, 25)


def test_too_few_or_absent_periods_cannot_be_smoothed() -> None:
    assert judge(SMOOTHED, months("2020-02", 500, 500), day("2020-04-10")).judgement is CANNOT_SAY
    points = months("2019-01", *[50] * 12, 500, 500, 500)
    del points[13]
    assert judge(SMOOTHED, points, day("2020-04-10")).judgement is CANNOT_SAY


@pytest.mark.parametrize(("smoothed", "told"), [(1, "smoothed"), (2, "")])
def test_smoothing_is_over_at_least_two_periods(smoothed: int, told: str) -> None:
    assert told in check(rule("change", against="last_year", ratio=2.0, floor=0, smoothed=smoothed))
    assert bool(check(rule("change", against="last_year", ratio=2.0, floor=0, smoothed=smoothed))) is bool(told)
