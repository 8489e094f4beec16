"""Doubling: a running total is told at the floor and at each doubling, and never summed."""

from __future__ import annotations

import pytest

from monitor.alerts.rules import check, judge
from monitor.alerts.state import Vintage, transitions
from monitor.model import Judgement, Point, Status
from tests.building_store import KEY, TOTAL, at, day, history, rule

FIRES, QUIET, CANNOT_SAY = Judgement
DOUBLING = rule("doubling", TOTAL, floor=300_000)
BEGAN = day("2019-12-01")


def total(end: str, value: float | None) -> Point:
    return Point(BEGAN, day(end), value, Status.REPORTED if value is not None else Status.NOT_REPORTED)


@pytest.mark.parametrize(
    ("value", "judgement", "level", "words"),
    [
        (0, QUIET, 300_000, "0 (1 December 2019 – 1 January 2020) is below the floor of 300,000."),
        (299_999, QUIET, 300_000, "is below the floor"),
        (300_000, FIRES, 300_000, "300,000 (1 December 2019 – 1 January 2020) has reached the floor of 300,000."),
        (599_999, FIRES, 300_000, "has reached the floor"),
        (600_000, FIRES, 600_000, "has reached 600,000: 300,000 doubled, 1 times in all."),
        (1_199_999, FIRES, 600_000, "has reached 600,000"),
        (1_200_000, FIRES, 1_200_000, "has reached 1,200,000: 300,000 doubled, 2 times in all."),
    ],
)
def test_one_total_is_enough_to_say_which_doubling_it_has_reached(value: float, judgement: Judgement, level: float, words: str) -> None:
    verdict = judge(DOUBLING, [total("2020-01-01", value)], day("2020-01-02"))
    assert (verdict.judgement, verdict.threshold, words in verdict.sentence) == (judgement, level, True), verdict.sentence


@pytest.mark.parametrize("points", [[], [total("2020-01-01", None)]])
def test_without_a_total_nothing_can_be_said(points: list[Point]) -> None:
    assert judge(DOUBLING, points, day("2020-01-02")).judgement is CANNOT_SAY


WINTER = (("2020-01-01", 300_000), ("2020-01-16", 350_000), ("2020-02-04", 586_000), ("2020-02-12", 800_000), ("2020-02-28", 948_000))


def test_the_winter_of_idlib_is_told_at_its_first_figure_and_once_more_after_twice_as_many() -> None:
    vintages = [Vintage(at(end), total(end, value)) for end, value in WINTER]
    found = transitions(DOUBLING, "s", history(vintages), at("2020-03-01"))
    assert [(one.move.value, f"{one.at:%Y-%m-%d}", one.verdict.value, one.verdict.threshold, one.muted) for one in found] == [
        ("raised", "2020-01-01", 300_000, 300_000, ""),
        ("escalated", "2020-02-12", 800_000, 600_000, ""),
    ]


def test_a_total_that_is_corrected_below_the_floor_is_undone() -> None:
    vintages = [Vintage(at("2020-01-01"), total("2020-01-01", 300_000)), Vintage(at("2020-01-05"), total("2020-01-01", 290_000))]
    assert [one.move.value for one in transitions(DOUBLING, "s", history(vintages), at("2020-01-06"))] == ["raised", "undone"]


def test_a_count_that_begins_anew_is_raised_anew() -> None:
    again = Point(day("2020-06-01"), day("2020-07-01"), 10_000, Status.REPORTED)
    later = Point(day("2020-06-01"), day("2020-08-01"), 310_000, Status.REPORTED)
    vintages = [Vintage(at("2020-02-28"), total("2020-02-28", 948_000)), Vintage(at("2020-07-01"), again), Vintage(at("2020-08-01"), later)]
    moves = [
        one.move.value for one in transitions(rule("doubling", TOTAL, floor=300_000, stale=200), "s", history(vintages), at("2020-08-02"))
    ]
    assert moves == ["raised", "cleared", "raised"]


def test_what_makes_no_sense_is_refused() -> None:
    assert check(DOUBLING) == ""
    assert check(rule("doubling", TOTAL, floor=1)) == ""
    assert "floor must be at least 1" in check(rule("doubling", TOTAL, floor=0.5))
    assert "doubling makes no sense for border_detections, a events measure" in check(rule("doubling", KEY, floor=1))
