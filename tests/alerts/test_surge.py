"""Surge: so many times the mean of the periods before, with a floor."""

from __future__ import annotations

import pytest

from monitor.alerts.rules import check, judge
from monitor.alerts.state import Vintage, transitions
from monitor.model import Judgement
from tests.building_store import HOSTED, LANDINGS, NEWS, TOTAL, at, day, days_from, history, known, months, rule

FIRES, QUIET, CANNOT_SAY = Judgement
SURGE = rule("surge", stale=200, ratio=3, periods=3, floor=90)


@pytest.mark.parametrize(
    ("values", "judgement", "words"),
    [
        ([20, 30, 40, 90], FIRES, "90 in April 2020 is 3 times the mean of 1 January 2020 – 31 March 2020, 30 (the rule: 3 times)."),
        ([20, 30, 43, 92], QUIET, "92 in April 2020 is 2.97 times the mean of 1 January 2020 – 31 March 2020, 31; less than 3 times."),
        ([20, 30, 43, 93], FIRES, "93 in April 2020 is 3 times"),
        ([20, 30, 40, 89], QUIET, "89 in April 2020 is below the floor of 90."),
        ([0, 0, 0, 90], FIRES, "90 in April 2020, after none in the 3 periods before."),
        ([0, 0, 0, 89], QUIET, "below the floor"),
        ([0, 0, 0, 0], QUIET, "below the floor"),
        ([900, 20, 30, 40, 90], FIRES, "is 3 times the mean of 1 February 2020 – 30 April 2020, 30"),
        ([20, 30, 40, 90, None], FIRES, "90 in April 2020"),
        ([20, None, 40, 900], CANNOT_SAY, "Not all of the 3 periods before April 2020 have a figure"),
        ([20, 30, 900], CANNOT_SAY, "Not all of the 3 periods before March 2020 have a figure"),
        ([900], CANNOT_SAY, "Not all of the 3 periods"),
    ],
)
def test_the_newest_figure_is_compared_with_the_mean_of_those_before(values: list[float | None], judgement: Judgement, words: str) -> None:
    verdict = judge(SURGE, months("2020-01", *values), day("2020-06-10"))
    assert (verdict.judgement, words in verdict.sentence) == (judgement, True), verdict.sentence


def test_the_verdict_carries_the_mean_the_level_and_the_months_it_is_of() -> None:
    verdict = judge(SURGE, months("2020-01", 40, 50, 60, 200), day("2020-05-10"))
    assert (verdict.reference, verdict.reference_end, verdict.threshold) == (50, day("2020-03-31"), 150)
    assert [p.value for p in verdict.window] == [40, 50, 60]
    assert judge(SURGE, months("2020-01", 4, 5, 6, 200), day("2020-05-10")).threshold == 90


@pytest.mark.parametrize("absent", [0, 1, 2])
def test_a_month_that_is_absent_leaves_no_mean(absent: int) -> None:
    points = months("2019-12", 1, 20, 30, 40, 900)
    del points[absent + 1]
    assert judge(SURGE, points, day("2020-05-10")).judgement is CANNOT_SAY


def test_a_day_of_landings_that_is_absent_leaves_no_mean() -> None:
    points = days_from("2020-01-01", 10, 10, 10, 10, 900)
    one = rule("surge", LANDINGS, ratio=3, periods=3, floor=90)
    assert judge(one, points, day("2020-01-06")).judgement is FIRES
    assert judge(one, [points[0], *points[2:]], day("2020-01-06")).judgement is CANNOT_SAY


def test_a_revision_of_a_month_before_undoes_a_surge() -> None:
    points = months("2020-01", 20, 30, 40, 90)
    raised = known(points)
    revised = Vintage(at("2020-05-20"), points[2]._replace(value=100))
    found = transitions(SURGE, "s", history([*raised, revised]), at("2020-05-30"))
    assert [one.move.value for one in found] == ["raised", "undone"]


@pytest.mark.parametrize(
    ("series", "parameters", "told"),
    [
        (LANDINGS, {"ratio": 1, "periods": 3, "floor": 1}, "ratio must be above 1"),
        (LANDINGS, {"ratio": 1.1, "periods": 1, "floor": 1}, "at least 2 periods"),
        (LANDINGS, {"ratio": 2, "periods": 2, "floor": 0}, "floor must be above 0"),
        (LANDINGS, {"ratio": 2, "periods": 2}, "'floor' is missing"),
        (HOSTED, {"ratio": 2, "periods": 2, "floor": 1}, "surge makes no sense for refugees, a stock measure"),
        (TOTAL, {"ratio": 2, "periods": 2, "floor": 1}, "surge makes no sense for displaced, a cumulative measure"),
        (NEWS, {"ratio": 2, "periods": 2, "floor": 1}, "surge makes no sense for news_share, a ratio measure"),
    ],
)
def test_what_makes_no_sense_is_refused(series: object, parameters: dict[str, object], told: str) -> None:
    assert told in check(rule("surge", series, **parameters))  # type: ignore[arg-type]


def test_the_least_that_makes_sense_is_accepted() -> None:
    assert check(rule("surge", LANDINGS, ratio=1.01, periods=2, floor=0.1)) == ""
