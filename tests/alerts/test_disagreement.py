"""Disagreement: two sources of the same measure for the same period."""

from __future__ import annotations

import pytest

from monitor.alerts.rules import check, judge
from monitor.alerts.state import History, Vintage, transitions
from monitor.model import Judgement, Point, SeriesKey
from tests.building_store import HOSTED, KEY, TOTAL, at, day, known, months, rule

FIRES, QUIET, CANNOT_SAY = Judgement
PORTAL = SeriesKey("odp", "arrivals", "ITA", "", "sea")
MINISTRY = SeriesKey("tabular-italy", "arrivals", "ITA", "", "sea")
APART = rule("disagreement", PORTAL, other=MINISTRY, ratio=1.5, floor=100)


@pytest.mark.parametrize(
    ("mine", "its", "judgement", "words"),
    [
        ([150], [100], QUIET, "150 in January 2020, and 100 by tabular-italy/arrivals/ITA/-/sea: apart 1.5 times, not more than 1.5."),
        (
            [151],
            [100],
            FIRES,
            "151 in January 2020, and 100 by tabular-italy/arrivals/ITA/-/sea: apart 1.51 times (the rule: more than 1.5).",
        ),
        ([100], [151], FIRES, "apart 1.51 times"),
        ([100], [150], QUIET, "not more than 1.5"),
        ([100], [100], QUIET, "apart 1 times"),
        ([100], [0], FIRES, "100 in January 2020, and 0 by tabular-italy/arrivals/ITA/-/sea: one of the two says none."),
        ([0], [99], QUIET, "both below the floor of 100."),
        ([0], [0], QUIET, "both below the floor"),
        ([99], [1], QUIET, "both below the floor"),
        ([100], [1], FIRES, "apart 100 times"),
        ([200, 900], [100], FIRES, "200 in January 2020"),  # the newest that both have
        ([100], [100, 900], QUIET, "100 in January 2020"),
        ([900, 100], [100, 100], QUIET, "100 in February 2020"),
        ([100], [None], CANNOT_SAY, "There is no period of late of which tabular-italy/arrivals/ITA/-/sea has a figure, too."),
        ([100], [], CANNOT_SAY, "no period of late"),
    ],
)
def test_the_newest_period_that_both_have_is_compared(
    mine: list[float | None], its: list[float | None], judgement: Judgement, words: str
) -> None:
    verdict = judge(APART, months("2020-01", *mine), day("2020-03-10"), {MINISTRY: months("2020-01", *its)})
    assert (verdict.judgement, words in verdict.sentence) == (judgement, True), verdict.sentence


def test_the_verdict_carries_how_far_they_are_apart_and_the_other_figure() -> None:
    verdict = judge(APART, months("2020-01", 300), day("2020-02-10"), {MINISTRY: months("2020-01", 100)})
    assert (verdict.value, verdict.threshold, verdict.reference, verdict.reference_end) == (3, 1.5, 100, day("2020-01-31"))


@pytest.mark.parametrize(("today", "judgement"), [("2020-05-30", FIRES), ("2020-05-31", CANNOT_SAY)])
def test_a_common_period_that_is_too_old_says_nothing(today: str, judgement: Judgement) -> None:
    verdict = judge(APART, months("2020-01", 300, 1, 1), day(today), {MINISTRY: months("2020-01", 100)})  # January is 120 days old
    assert verdict.judgement is judgement


def test_periods_that_only_overlap_are_not_compared() -> None:
    halves = [Point(day("2020-01-01"), day("2020-01-15"), 1, p.status) for p in months("2020-01", 1)]
    assert judge(APART, months("2020-01", 300), day("2020-02-10"), {MINISTRY: halves}).judgement is CANNOT_SAY


def test_it_is_raised_when_the_second_source_becomes_known_and_cleared_when_it_is_corrected() -> None:
    theirs = months("2020-01", 100)[0]
    vintages = [Vintage(at("2020-03-01"), theirs), Vintage(at("2020-03-05"), theirs._replace(value=290))]
    history = History(known(months("2020-01", 300)), {MINISTRY: vintages})
    found = transitions(APART, "s", history, at("2020-03-10"))
    assert [(one.move.value, f"{one.at:%Y-%m-%d}") for one in found] == [("raised", "2020-03-01"), ("undone", "2020-03-05")]


@pytest.mark.parametrize(
    ("series", "other", "told"),
    [
        (PORTAL, HOSTED, "arrivals is a flow measure and refugees a stock measure: they cannot agree"),
        (PORTAL, KEY, "arrivals is a flow measure and border_detections a events measure: they cannot agree"),
        (
            KEY,
            KEY._replace(indicator="dead_and_missing", breakdown="all"),
            "border_detections counts detections and dead_and_missing persons",
        ),
        (PORTAL, PORTAL, "a series does not disagree with itself"),
        (PORTAL, PORTAL._replace(indicator="landings"), "other: 'landings' is not an indicator"),
    ],
)
def test_what_cannot_agree_is_refused(series: SeriesKey, other: SeriesKey, told: str) -> None:
    assert told in check(rule("disagreement", series, other=other, ratio=2))


def test_what_makes_sense_is_accepted_on_every_measure() -> None:
    assert check(APART) == ""
    assert check(rule("disagreement", TOTAL, other=TOTAL._replace(source="another"), ratio=1.1)) == ""
    assert "ratio must be above 1" in check(rule("disagreement", PORTAL, other=MINISTRY, ratio=1))
