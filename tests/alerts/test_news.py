"""News: a day's share of the news against the same weekday of the weeks before."""

from __future__ import annotations

import pytest

from monitor.alerts.rules import check, judge
from monitor.alerts.state import Vintage, transitions
from monitor.model import Judgement, Point, Status
from tests.building_store import KEY, NEWS, at, day, days_from, history, known, months, rule

FIRES, QUIET, CANNOT_SAY = Judgement
LOUD = rule("news", NEWS, ratio=3, weeks=4, floor=0.1, stale=3)
FRIDAY = "2020-02-28"


def fridays(*values: float | None, other: float = 9) -> list[Point]:
    """Whole weeks that end on Friday 28 February 2020; the other days are loud and of no account."""
    first = day(FRIDAY).toordinal() - 7 * len(values) + 1
    days = [figure for value in values for figure in (*[other] * 6, value)]
    return days_from(day(FRIDAY).fromordinal(first).isoformat(), *days)


@pytest.mark.parametrize(
    ("values", "judgement", "words"),
    [
        (
            [0.1, 0.2, 0.2, 0.3, 0.6],
            FIRES,
            "0.6 % of the news of 28 February 2020 is 3 times the 0.2 % usual on this weekday (the rule: 3 times).",
        ),
        ([0.1, 0.2, 0.2, 0.3, 0.59], QUIET, "is 2.95 times the 0.2 % usual on this weekday, less than 3."),
        ([9, 0.1, 0.2, 0.2, 0.3, 0.6], FIRES, "the 0.2 % usual"),  # the fifth week before is too old
        ([0.1, 0.2, 0.2, 9, 0.6], FIRES, "the 0.2 % usual"),  # one loud week does not hide the next
        ([0.01, 0.01, 0.01, 0.01, 0.09], QUIET, "0.09 % of the news of 28 February 2020 is below the floor of 0.1 %."),
        ([0.01, 0.01, 0.01, 0.01, 0.1], FIRES, "10 times the 0.01 %"),
        ([0, 0, 0, 0, 0.1], FIRES, "the median of this weekday in the 4 weeks before is none."),
        ([0, 0, 0, 0, 0.09], QUIET, "below the floor"),
        ([0.2, None, 0.2, 0.2, 0.6], FIRES, "the 0.2 %"),
        (
            [0.2, None, None, 0.2, 0.6],
            CANNOT_SAY,
            "The same weekday is known of 2 of the 4 weeks before 28 February 2020; the rule asks for 3.",
        ),
        ([0.2, 0.2, 0.6], CANNOT_SAY, "known of 2 of the 4 weeks"),
        ([0.6], CANNOT_SAY, "known of 0 of the 4 weeks"),
    ],
)
def test_a_day_is_compared_with_its_own_weekday(values: list[float | None], judgement: Judgement, words: str) -> None:
    verdict = judge(LOUD, fridays(*values), day("2020-02-29"))
    assert (verdict.judgement, words in verdict.sentence) == (judgement, True), verdict.sentence


def test_the_verdict_carries_the_median_the_level_and_the_days() -> None:
    verdict = judge(LOUD, fridays(0.1, 0.2, 0.4, 0.5, 1), day("2020-02-29"))
    assert (verdict.threshold, verdict.reference, verdict.reference_end) == (pytest.approx(0.9), pytest.approx(0.3), day("2020-02-21"))
    assert [p.period_end for p in verdict.window] == [day(text) for text in ("2020-01-31", "2020-02-07", "2020-02-14", "2020-02-21")]


def test_days_that_are_absent_are_left_out_like_those_not_reported() -> None:
    points = fridays(0.2, 0.2, 0.2, 0.2, 0.6)
    assert judge(LOUD, [p for p in points if p.period_end != day("2020-02-14")], day("2020-02-29")).judgement is FIRES
    gone = (day("2020-02-14"), day("2020-02-07"))
    assert judge(LOUD, [p for p in points if p.period_end not in gone], day("2020-02-29")).judgement is CANNOT_SAY
    least = rule("news", NEWS, ratio=3, weeks=4, floor=0.1, least_weeks=4)
    assert judge(least, points, day("2020-02-29")).judgement is FIRES
    assert judge(least, [p for p in points if p.period_end != day("2020-02-14")], day("2020-02-29")).judgement is CANNOT_SAY


def test_the_day_that_runs_is_never_judged() -> None:
    points = fridays(0.2, 0.2, 0.2, 0.2, 0.2)
    running = Point(day("2020-02-29"), day("2020-02-29"), 50, Status.PROVISIONAL)
    assert judge(LOUD, [*points, running], day("2020-02-29")).period_end == day(FRIDAY)


def test_a_month_is_no_day() -> None:
    told = judge(rule("news", NEWS, ratio=3, weeks=4, floor=0.1), months("2020-01", 1, 2), day("2020-03-10"))
    assert (told.judgement, told.sentence) == (CANNOT_SAY, "February 2020 is not a day: news are compared by weekday.")


def test_a_revision_of_the_day_undoes_it() -> None:
    points = fridays(0.2, 0.2, 0.2, 0.2, 0.6, other=0.2)
    revised = Vintage(at("2020-02-29 12:00:00"), points[-1]._replace(value=0.3))
    found = transitions(LOUD, "s", history([*known(points, 1), revised]), at("2020-02-29 13:00:00"))
    assert [one.move.value for one in found] == ["raised", "undone"]


@pytest.mark.parametrize(
    ("parameters", "told"),
    [
        ({"ratio": 1, "weeks": 4, "floor": 0.1}, "ratio must be above 1"),
        ({"ratio": 2, "weeks": 2, "floor": 0.1}, "weeks must be at least 3"),
        ({"ratio": 2, "weeks": 4, "floor": 0}, "floor must be above 0"),
        ({"ratio": 2, "weeks": 4, "floor": 0.1, "least_weeks": 5}, "least_weeks must be between 3 and weeks"),
        ({"ratio": 2, "weeks": 4, "floor": 0.1, "least_weeks": 2}, "least_weeks must be between 3 and weeks"),
    ],
)
def test_what_makes_no_sense_is_refused(parameters: dict[str, object], told: str) -> None:
    assert told in check(rule("news", NEWS, **parameters))


def test_only_a_share_is_accepted_since_counts_depend_on_how_much_is_monitored() -> None:
    assert check(LOUD) == ""
    articles = NEWS._replace(indicator="news_articles")
    assert "news makes no sense for news_articles, a volume measure" in check(rule("news", articles, ratio=3, weeks=4, floor=0.1))
    assert "news makes no sense for border_detections" in check(rule("news", KEY, ratio=3, weeks=4, floor=0.1))
