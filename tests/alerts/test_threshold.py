"""Threshold: at or above a level."""

from __future__ import annotations

import pytest

from monitor.alerts.rules import judge
from monitor.model import Judgement
from tests.building_store import day, months, rule

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
