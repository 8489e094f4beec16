"""Threshold: at or above a level."""

from __future__ import annotations

import pytest

from monitor.alerts.rules import check, judge
from monitor.alerts.state import History, Vintage, transitions
from monitor.model import Judgement, Point, Rule, SeriesKey, Status
from tests.building_store import HOSTED, at, day, known, months, rule

FIRES, QUIET, CANNOT_SAY = Judgement
LEVEL = rule("threshold", above=100)


@pytest.mark.parametrize(
    ("values", "judgement", "sentence"),
    [
        ([101], FIRES, "101 (January 2020) is at or above 100."),
        ([100], FIRES, "100 (January 2020) is at or above 100."),
        ([99], QUIET, "99 (January 2020) is below 100."),
        ([0], QUIET, "0 (January 2020) is below 100."),
        ([200, 50], QUIET, "50 (February 2020) is below 100."),
        ([50, 200], FIRES, "200 (February 2020) is at or above 100."),
        ([200, None], FIRES, "200 (January 2020) is at or above 100."),
        ([None], CANNOT_SAY, "Only an unfinished period is known."),
        ([], CANNOT_SAY, "No figure is known."),
    ],
)
def test_the_newest_figure_is_compared_with_the_level(values: list[float | None], judgement: Judgement, sentence: str) -> None:
    verdict = judge(LEVEL, months("2020-01", *values), day("2020-03-10"))
    assert (verdict.judgement, verdict.sentence) == (judgement, sentence if values != [None] else verdict.sentence)


def test_a_series_whose_figures_are_all_missing_is_not_called_unfinished() -> None:
    told = judge(LEVEL, months("2020-01", None), day("2020-02-10")).sentence
    assert "unfinished" not in told


def test_the_verdict_carries_the_figure_and_the_level() -> None:
    verdict = judge(LEVEL, months("2020-01", 120), day("2020-02-10"))
    assert (verdict.value, verdict.threshold, verdict.period_start, verdict.period_end) == (120, 100, day("2020-01-01"), day("2020-01-31"))


def test_a_level_with_a_fraction_is_kept() -> None:
    share = rule("threshold", above=0.1)
    assert judge(share, months("2020-01", 0.1), day("2020-02-10")).judgement is FIRES
    assert judge(share, months("2020-01", 0.09999), day("2020-02-10")).judgement is QUIET


# -- per thousand inhabitants, share of a capacity ---------------------------------------------------------------------------

PEOPLE = SeriesKey("worldbank", "population", "LBN")
PER_THOUSAND = rule("threshold", HOSTED, above=150, of=PEOPLE, per=1000)
FULL = rule("threshold", HOSTED, above=0.9, of=PEOPLE)


def year(number: int, value: float | None) -> Point:
    return Point(day(f"{number}-12-31"), day(f"{number}-12-31"), value, Status.REPORTED if value is not None else Status.NOT_REPORTED)


@pytest.mark.parametrize(
    ("one", "value", "people", "judgement", "words"),
    [
        (PER_THOUSAND, 150, [year(2019, 1000)], FIRES, "150 (January 2020) is 150 per 1,000 of 1,000 (31 December 2019), at or above 150."),
        (PER_THOUSAND, 149, [year(2019, 1000)], QUIET, "149 (January 2020) is 149 per 1,000 of 1,000 (31 December 2019), below 150."),
        (PER_THOUSAND, 150, [year(2018, 1000), year(2019, 1001)], QUIET, "149.85 per 1,000 of 1,001"),
        (PER_THOUSAND, 150, [year(2018, 1000), year(2020, 2000)], FIRES, "of 1,000 (31 December 2018)"),
        (PER_THOUSAND, 150, [year(2018, 1000), year(2019, None)], FIRES, "of 1,000 (31 December 2018)"),
        (PER_THOUSAND, 150, [], CANNOT_SAY, "There is no figure of worldbank/population/LBN/-/- to divide January 2020 by."),
        (PER_THOUSAND, 150, [year(2020, 1000)], CANNOT_SAY, "There is no figure of"),
        (PER_THOUSAND, 150, [year(2019, 0)], CANNOT_SAY, "There is no figure of"),
        (FULL, 90, [year(2019, 100)], FIRES, "90 (January 2020) is 0.9 per 1 of 100"),
        (FULL, 89, [year(2019, 100)], QUIET, "0.89 per 1 of 100 (31 December 2019), below 0.9."),
        (FULL, 0, [year(2019, 100)], QUIET, "0 per 1 of 100"),
    ],
)
def test_a_share_is_of_the_newest_figure_that_the_other_series_had_by_then(
    one: Rule, value: float, people: list[Point], judgement: Judgement, words: str
) -> None:
    verdict = judge(one, months("2020-01", value), day("2020-02-10"), {PEOPLE: people})
    assert (verdict.judgement, words in verdict.sentence) == (judgement, True), verdict.sentence


def test_the_level_of_a_share_is_told_in_the_figures_own_unit() -> None:
    verdict = judge(PER_THOUSAND, months("2020-01", 700), day("2020-02-10"), {PEOPLE: [year(2019, 5000)]})
    assert (verdict.value, verdict.threshold, verdict.reference, verdict.reference_end) == (700, 750, 5000, day("2019-12-31"))


def test_a_divisor_that_becomes_known_later_is_not_used_before() -> None:
    history = History(known(months("2020-01", 150)), {PEOPLE: [Vintage(at("2020-03-01"), year(2019, 1000))]})
    assert [(one.move.value, f"{one.at:%Y-%m-%d}") for one in transitions(PER_THOUSAND, "s", history, at("2020-03-02"))] == [
        ("raised", "2020-03-01")
    ]


@pytest.mark.parametrize(
    ("parameters", "told"),
    [
        ({"above": 1, "per": 1000}, "`per` needs `of`"),
        ({"above": 1, "of": PEOPLE, "per": 0}, "`per` must be above 0"),
        ({"above": 1, "of": "worldbank/population/LBN/-/-"}, "which is of the wrong type"),
    ],
)
def test_a_share_of_nothing_is_refused(parameters: dict[str, object], told: str) -> None:
    assert told in check(rule("threshold", HOSTED, **parameters))
