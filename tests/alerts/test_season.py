"""Season: robust deviations from the median of the same month in earlier years."""

from __future__ import annotations

from itertools import chain
from statistics import NormalDist

import pytest

from monitor.alerts.kinds.season import AS_STANDARD
from monitor.alerts.rules import check, judge
from monitor.alerts.state import Vintage, transitions
from monitor.model import Judgement, Point
from tests.building_store import TOTAL, at, day, days_from, history, known, months, rule

FIRES, QUIET, CANNOT_SAY = Judgement
SEASON = rule("season", deviations=2, least_years=3, floor=100)


def januaries(*values: float | None, between: float = 5000) -> list[Point]:
    """Januaries up to that of 2020; the other months are high and of no account."""
    return months(f"{2020 - len(values) + 1}-01", *chain.from_iterable((value, *[between] * 11) for value in values))[:-11]


def test_the_factor_makes_of_the_median_deviation_a_standard_deviation() -> None:
    assert pytest.approx(1 / NormalDist().inv_cdf(0.75), abs=5e-5) == AS_STANDARD


@pytest.mark.parametrize(
    ("values", "judgement", "words"),
    [
        # median 200, MAD 50: 2 deviations are 148.26 above
        (
            [100, 150, 200, 250, 300, 349],
            FIRES,
            "349 in January 2020 is 2 deviations above the median of the season, 200 (5 years; the rule: 2).",
        ),
        (
            [100, 150, 200, 250, 300, 348],
            QUIET,
            "348 in January 2020 is 2 deviations above the median of the season, 200 (5 years); less than 2.",
        ),
        ([100, 150, 200, 250, 9000, 349], FIRES, "349 in January 2020"),  # one year of crisis does not hide the next
        ([100, 150, 200, 250, 300, 201], QUIET, "0 deviations above"),
        ([100, 150, 200, 250, 300, 200], QUIET, "200 in January 2020 is not above the median of the season in 5 earlier years, 200."),
        ([1, 2, 3, 99], QUIET, "99 in January 2020 is below the floor of 100."),
        ([1, 2, 3, 100], FIRES, "100 in January 2020"),
        ([150, 150, 150, 300], CANNOT_SAY, "at least half of 3 earlier years had exactly 150 in that season"),
        ([150, 150, 151, 300], CANNOT_SAY, "at least half of 3"),
        ([0, 0, 0, 300], CANNOT_SAY, "at least half of 3 earlier years had exactly 0"),
        ([150, 150, 150, 150], QUIET, "not above the median"),
        ([0, 0, 0, 99], QUIET, "below the floor"),
        ([1, 2, 900], CANNOT_SAY, "The same period as January 2020 is known of 2 earlier years; the rule asks for 3."),
        ([1, 2, None, 900], CANNOT_SAY, "known of 2 earlier years"),
        ([1, None, 2, 3, 900], FIRES, "(3 years; the rule: 2)"),
        ([900], CANNOT_SAY, "known of 0 earlier years"),
    ],
)
def test_a_month_is_compared_with_the_same_month_of_earlier_years(values: list[float | None], judgement: Judgement, words: str) -> None:
    verdict = judge(SEASON, januaries(*values), day("2020-02-10"))
    assert (verdict.judgement, words in verdict.sentence) == (judgement, True), verdict.sentence


def test_the_verdict_carries_the_median_the_level_and_the_years() -> None:
    verdict = judge(SEASON, januaries(100, 150, 200, 250, 300, 400), day("2020-02-10"))
    assert verdict.threshold == pytest.approx(200 + 2 * 1.4826 * 50)
    assert (verdict.reference, verdict.reference_end) == (200, day("2019-01-31"))
    assert [p.value for p in verdict.window] == [100, 150, 200, 250, 300]
    assert judge(SEASON, januaries(1, 2, 3, 400), day("2020-02-10")).threshold == 100
    assert judge(SEASON, januaries(5, 5, 5, 400), day("2020-02-10")).threshold is None


def test_a_year_that_is_absent_is_left_out() -> None:
    points = [p for p in januaries(1, 2, 3, 4, 900) if p.period_start.year != 2018]
    assert "(3 years;" in judge(SEASON, points, day("2020-02-10")).sentence


def test_the_leap_day_has_its_season_at_the_end_of_february() -> None:
    days = [days_from(text, value)[0] for text, value in (("2017-02-28", 1), ("2018-02-28", 2), ("2019-02-28", 3), ("2020-02-29", 900))]
    assert judge(SEASON, days, day("2020-03-02")).judgement is FIRES


def test_a_revision_of_an_earlier_year_changes_what_is_said_from_its_moment_on() -> None:
    points = januaries(100, 150, 200, 250, 300, 349)
    revised = Vintage(at("2020-02-20"), points[24]._replace(value=260))  # January 2017: the median becomes 250
    found = transitions(SEASON, "s", history([*known(points), revised]), at("2020-02-28"))
    january = [(one.move.value, f"{one.at:%Y-%m-%d}") for one in found if one.verdict.period_end == day("2020-01-31")]
    assert january[-1] == ("undone", "2020-02-20")


@pytest.mark.parametrize(
    ("parameters", "told"),
    [
        ({"deviations": 2, "least_years": 2, "floor": 1}, "least_years must be at least 3"),
        ({"deviations": 0, "least_years": 3, "floor": 1}, "deviations must be above 0"),
        ({"least_years": 3, "floor": 1}, "'deviations' is missing"),
    ],
)
def test_what_makes_no_sense_is_refused(parameters: dict[str, object], told: str) -> None:
    assert told in check(rule("season", **parameters))
    assert check(SEASON) == ""
    assert "season makes no sense for displaced" in check(rule("season", TOTAL, deviations=2, least_years=3, floor=1))
