"""Settling: after how many days figures are firm, learnt from the series' own revisions as they were known."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.alerts import rules, settling
from monitor.alerts.settling import Step, days_at, learnt
from monitor.alerts.state import Vintage, judge_at, transitions
from monitor.model import UTC, Judgement, Status
from tests.alerts.generated import vintages_of
from tests.building_store import KEY, at, day, history, months, rule

LEVEL = rule("threshold", above=100, stale=120)
LATER = at("2030-01-01")


def series(count: int, *vintages: tuple[int, float], first: str = "2018-01") -> list[Vintage]:
    """Months whose figure is known at some ages in days, each time as a share of 1,000."""
    found = [
        Vintage(dt.datetime.combine(p.period_end + dt.timedelta(age), dt.time(9), UTC), p._replace(value=1000 * share))
        for p in months(first, *[1] * count)
        for age, share in vintages
    ]
    return sorted(found, key=lambda one: one.known_at)


def learnt_days(vintages: Sequence[Vintage]) -> int:
    return days_at(learnt(vintages), LATER)


@pytest.mark.parametrize(
    ("vintages", "days"),
    [
        (series(24, (10, 1)), 0),  # one vintage each: nothing to learn from
        (series(24, (10, 0.8), (40, 1)), 40),
        (series(24, (10, 0.9), (40, 1)), 0),  # a tenth: close enough
        (series(24, (10, 0.89), (40, 1)), 40),
        (series(24, (10, 1.1), (40, 1)), 0),
        (series(24, (10, 1.11), (40, 1)), 40),
        (series(24, (10, 0.5), (40, 0.8), (70, 1)), 70),
        (series(24, (10, 0.5), (40, 0.95), (70, 1)), 40),  # settled when it is close, not when it is final
        (series(24, (10, 1), (40, 0.5), (70, 1)), 70),  # there and back again is not settled in between
        (series(24, (-10, 0.5), (10, 1)), 0),  # before its end a period was unfinished
        (series(24, (10, 0.5), (400, 1)), 0),  # after a year it is another way of counting
        (series(24, (10, 0), (40, 1)), 40),
        (series(24, (10, 1), (40, 0)), 40),
        (series(5, (10, 0.8), (40, 1)), 0),
        (series(6, (10, 0.8), (40, 1)), 40),
    ],
)
def test_figures_settle_when_nine_in_ten_were_close_to_what_they_came_to(vintages: list[Vintage], days: int) -> None:
    assert learnt_days(vintages) == days


@pytest.mark.parametrize(("steady", "days"), [(55, 0), (54, 40)])  # the newest is still too young to count
def test_one_month_in_ten_may_be_revised_later(steady: int, days: int) -> None:
    assert learnt_days(series(6, (10, 0.8), (40, 1)) + series(steady, (10, 1), first="2018-07")) == days


def test_a_history_loaded_at_once_tells_nothing_of_how_figures_settle() -> None:
    loaded = [v._replace(known_at=at("2020-01-05")) for v in series(20, (10, 1), first="2005-01")]
    assert learnt_days(sorted(loaded + series(12, (10, 0.8), (40, 1), first="2020-01"), key=lambda v: v.known_at)) == 40


def test_what_a_source_calls_provisional_teaches_nothing() -> None:
    vintages = [
        v._replace(point=v.point._replace(status=Status.PROVISIONAL)) if v.point.value == 800 else v for v in series(24, (10, 0.8), (40, 1))
    ]
    assert learnt_days(vintages) == 0


def test_it_is_learnt_by_the_month_from_what_was_known_before() -> None:
    vintages = series(12, (10, 0.8), (40, 1))  # the sixth month, June, is revised on 9 August
    (step,) = learnt(vintages)
    assert step == Step(at("2018-09-01"), 40)
    assert days_at([step], at("2018-08-31 23:59:59")) == 0
    assert days_at([step], at("2018-09-01")) == 40


@settings(max_examples=100, deadline=None)
@given(vintages_of(KEY), st.integers(0, 1300))
def test_what_comes_later_changes_nothing_of_what_was_learnt(vintages: list[Vintage], days: int) -> None:
    cut = dt.datetime(2018, 1, 1, tzinfo=UTC) + dt.timedelta(days)
    known = [one for one in vintages if one.known_at <= cut]
    assert days_at(learnt(known), cut) == days_at(learnt(vintages), cut)


# -- judged when it has settled --------------------------------------------------------------------------------------------

TAUGHT = series(24, (10, 0.08), (40, 0.1))  # 80, and 30 days later 100: as learnt, 40 days after a month's end


def test_a_young_figure_is_not_judged_and_the_settled_one_before_it_is() -> None:
    newest = series(1, (10, 0.5), first="2020-01")
    verdict = judge_at(LEVEL, history(TAUGHT + newest), at("2020-02-20"))
    assert (verdict.period_end, verdict.value) == (day("2019-12-31"), 100)


@pytest.mark.parametrize(("moment", "judged"), [("2020-03-10", "2019-12-31"), ("2020-03-11", "2020-01-31")])  # 39 and 40 days old
def test_a_figure_is_judged_from_the_day_on_which_it_settles(moment: str, judged: str) -> None:
    newest = series(1, (10, 0.5), first="2020-01")
    assert judge_at(LEVEL, history(TAUGHT + newest), at(moment)).period_end == day(judged)


def test_it_is_raised_on_the_day_on_which_it_settles_though_nothing_new_is_known_then() -> None:
    high = rule("threshold", above=400, stale=120)
    found = transitions(high, "s", history(TAUGHT + series(1, (10, 0.5), first="2020-01")), at("2020-04-01"))
    assert [(one.move.value, one.at) for one in found] == [("raised", at("2020-03-11"))]


def test_where_nothing_else_can_be_judged_it_says_after_how_many_days() -> None:
    quick = rule("threshold", above=100, stale=40)
    newest = series(1, (10, 0.5), first="2020-01")
    verdict = judge_at(quick, history(TAUGHT + newest), at("2020-02-20"))
    assert verdict.judgement is Judgement.CANNOT_SAY
    assert verdict.sentence == "January 2020 is still being revised: figures of this series settle after 40 days."


def test_points_are_cut_at_the_end_only_and_only_while_young() -> None:
    points = months("2020-01", 1, 2, 3)
    assert [p.value for p in settling.settled(points, day("2020-04-10"), 0)] == [1, 2, 3]
    assert [p.value for p in settling.settled(points, day("2020-04-10"), 10)] == [1, 2, 3]
    assert [p.value for p in settling.settled(points, day("2020-04-10"), 11)] == [1, 2]
    assert list(settling.settled(points, day("2020-04-10"), 999)) == []


def test_what_stands_beside_settles_too() -> None:
    land = KEY._replace(breakdown="land")
    share = rule("threshold", above=0.5, of=land)
    beside = {land: months("2019-12", 100, 400)}
    points = months("2020-01", 100)
    assert rules.judge(share, points, day("2020-02-10"), beside).judgement is Judgement.QUIET
    assert rules.judge(share, points, day("2020-02-10"), beside, settles={land: 11}).judgement is Judgement.FIRES


def test_a_silence_hears_what_has_not_settled() -> None:
    silence = rule("silence", after_days=45)
    newest = series(1, (10, 0.5), first="2020-01")
    assert judge_at(silence, history(TAUGHT + newest), at("2020-02-20")).period_end == day("2020-01-31")
