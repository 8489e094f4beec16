"""Back-test: replays on figures as known, and what is assumed of figures that came late."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.alerts.backtest import LEAST_REVISED, Replay, Usual, as_usual, case, newest, replay, usual
from monitor.alerts.episodes import Episode
from monitor.alerts.state import History, Vintage
from monitor.locale import Sentence
from monitor.model import UTC, Condition, Move, Point, Rule, SeriesKey, Status
from tests.building_store import at, day, history, known, month_end, months, rule

DOUBLED = rule("change", against="last_year", ratio=2.0, floor=100, stale=120)
YEAR = [100.0] * 12


def entries(one: Replay) -> list[tuple[str, str, float | None]]:
    """(day, move, value) of what was told."""
    return [(f"{entry.at:%Y-%m-%d}", entry.move.value, entry.verdict.value) for entry in one.told]


def test_a_replay_tells_what_would_have_been_told_and_when() -> None:
    points = months("2018-01", *YEAR, 100, 250, 300, 900, 100)
    found = replay(DOUBLED, history(known(points, 40)), day("2018-01-01"), day("2019-12-31"))
    assert entries(found) == [("2019-04-09", "raised", 250), ("2019-06-09", "escalated", 900)]
    assert [entry.move for entry in found.entries] == [Move.RAISED, Move.ESCALATED, Move.CLEARED]
    assert [(alert.period_end, alert.value) for alert in found.alerts] == [(day("2019-02-28"), 250), (day("2019-04-30"), 900)]


def test_what_is_muted_is_no_alert() -> None:
    points = months("2018-01", *YEAR, 250, 100, 260, 100, 100, 100, 270)
    cooling = rule("change", against="last_year", ratio=2.0, floor=100, cooldown_days=170)
    found = replay(cooling, history(known(points, 40)), day("2018-01-01"), day("2019-12-31"))
    assert entries(found) == [("2019-03-12", "raised", 250), ("2019-09-09", "raised", 270)]
    assert len(found.entries) > len(found.told)


def test_only_the_days_asked_for_are_kept_but_the_state_is_that_of_all() -> None:
    points = months("2018-01", *YEAR, 250, 300, 600)
    found = replay(DOUBLED, history(known(points, 40)), day("2019-04-01"), day("2019-12-31"))
    assert entries(found) == [("2019-05-10", "escalated", 600)], "it was raised before"
    assert entries(replay(DOUBLED, history(known(points, 40)), day("2018-01-01"), day("2019-05-09"))) == [("2019-03-12", "raised", 250)]


# -- what is usual ---------------------------------------------------------------------------------------------------------


def vintage(month: int, value: float | None, after: int) -> Vintage:
    """A figure of a month of 2018, known some days after its end."""
    end = month_end(2018, month)
    status = Status.NOT_REPORTED if value is None else Status.REPORTED
    return Vintage(dt.datetime.combine(end + dt.timedelta(days=after), dt.time(0), UTC), Point(end.replace(day=1), end, value, status))


@pytest.mark.parametrize(("periods", "share"), [(LEAST_REVISED - 1, 1.0), (LEAST_REVISED, 0.8)])
def test_the_usual_revision_is_learnt_from_enough_periods(periods: int, share: float) -> None:
    seen = [v for month in range(1, periods + 1) for v in (vintage(month, 80, 30), vintage(month, 100, 60))]
    learnt = usual(30, [seen])
    assert (learnt.share, learnt.seen, learnt.settles_days) == (share, periods, 30 if share < 1 else 0)


def test_a_figure_that_came_late_or_once_teaches_nothing() -> None:
    late = [v for month in range(1, 9) for v in (vintage(month, 80, 300), vintage(month, 100, 330))]
    once = [vintage(month, 80, 30) for month in range(1, 9)]
    gone = [v for month in range(1, 9) for v in (vintage(month, None, 30), vintage(month, 100, 60))]
    assert usual(30, [late, once, gone]) == Usual(30)


@pytest.mark.parametrize(("after", "moved"), [(30 + 45, False), (30 + 46, True)])
def test_a_figure_later_than_the_usual_lag_and_45_days_came_with_a_history(after: int, moved: bool) -> None:
    found, note = as_usual([vintage(3, 100, after)], Usual(30))
    assert (found[0].known_at == at("2018-04-30")) is moved
    assert ("40 days" in str(note), "history read at once" in str(note)) == (False, moved)


def test_a_late_figure_is_first_known_with_its_usual_share_and_later_in_full() -> None:
    found, note = as_usual([vintage(3, 1_000, 900), vintage(3, 1_100, 950)], Usual(30, 0.745, 20, 8))
    assert [(f"{v.known_at:%Y-%m-%d}", v.point.value) for v in found] == [
        ("2018-04-30", 745),
        ("2018-05-20", 1_000),
        ("2020-11-05", 1_100),
    ]
    assert str(note) == (
        "1 of 1 periods came with a history read at once: they are taken as known 30 days after their end, the source's usual lag, "
        "at first with 74% of their later value, as usual in 8 periods."
    )


def test_a_missing_value_has_no_share_and_an_unknown_lag_is_said() -> None:
    found, note = as_usual([vintage(3, None, 900)], Usual(None, 0.5, 20, 8))
    assert [(f"{v.known_at:%Y-%m-%d}", v.point.value) for v in found] == [("2018-03-31", None)]
    assert "earlier than anybody knew them" in str(note)


def test_figures_known_in_time_stay_as_they_are() -> None:
    seen = [vintage(3, 80, 20), vintage(3, 100, 400), vintage(4, 90, 30)]
    found, note = as_usual(seen, Usual(30, 0.5, 20, 8))
    assert found == sorted(seen, key=lambda v: v.known_at)
    assert str(note) == "Each of 2 periods is replayed from the moment at which the store has it as known."
    assert as_usual([], Usual(30)) == ([], Sentence("No figure of this series is known."))


# -- as a case of the scorecard --------------------------------------------------------------------------------------------


def test_a_case_covers_the_days_that_have_figures() -> None:
    points = months("2018-01", *YEAR, 250, 300)
    found = replay(DOUBLED, history(known(points, 40)), day("2010-01-01"), day("2026-01-01"))
    one = case(found, [Episode(day("2019-01-01"), day("2019-02-28"))], points)
    assert (one.first, one.last, one.years) == (day("2018-01-01"), day("2019-02-28"), pytest.approx(14 / 12))
    assert len(one.values) == 14


def test_a_series_of_other_periods_is_asked_nothing_of_the_months_after() -> None:
    points = [Point(day("2019-12-01"), day(end), value, Status.REPORTED) for end, value in (("2020-01-01", 300.0), ("2020-02-12", 800.0))]
    found = replay(rule("threshold", above=300), history(known(points, 0)), day("2019-12-01"), day("2020-12-31"))
    assert case(found, [], points).values == {}


def test_the_newest_figures_are_the_last_known_of_each_period() -> None:
    assert [p.value for p in newest([vintage(4, 90, 30), vintage(3, 100, 400), vintage(3, 80, 20)])] == [100, 90]


# -- later data ------------------------------------------------------------------------------------------------------------

RULES = [
    DOUBLED,
    rule("threshold", above=100, stale=60),
    rule(
        "any",
        cooldown_days=180,
        inner=(
            Condition(
                "all",
                of=(
                    Condition("change", {"against": "last_year", "ratio": 2.0, "floor": 100}),
                    Condition("record", {"years": 1, "floor": 100}),
                ),
            ),
            Condition("change", {"against": "last_year", "ratio": 2.0, "floor": 0}, periods=2),
            Condition("change", {"against": "last_year", "ratio": 2.0, "floor": 100, "smoothed": 3}),
        ),
    ),
]


@st.composite
def vintages(draw: st.DrawFn) -> list[Vintage]:
    """Up to two vintages of each of up to 30 months, known in time or much later."""
    found = []
    for number in range(draw(st.integers(1, 30))):
        year, month = 2018 + number // 12, number % 12 + 1
        for after in draw(st.lists(st.sampled_from([10, 30, 40, 75, 90, 200]), max_size=2, unique=True)):
            value = draw(st.one_of(st.none(), st.integers(0, 500)))
            end = month_end(year, month)
            moment = dt.datetime.combine(end + dt.timedelta(after), dt.time(0), UTC)
            found.append(Vintage(moment, Point(end.replace(day=1), end, value, Status.NOT_REPORTED if value is None else Status.REPORTED)))
    return sorted(found, key=lambda v: v.known_at)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(RULES), vintages(), st.integers(0, 1200))
def test_later_data_never_change_what_was_decided_as_of_an_earlier_day(one: Rule, all_of_it: list[Vintage], days: int) -> None:
    cut = day("2018-01-01") + dt.timedelta(days)
    then = [v for v in all_of_it if v.known_at.date() <= cut]
    whole = replay(one, history(all_of_it), day("2018-01-01"), day("2030-01-01"))
    earlier = replay(one, history(then), day("2018-01-01"), cut)
    assert [entry for entry in whole.entries if entry.at.date() <= cut] == list(earlier.entries)


@settings(max_examples=100, deadline=None)
@given(vintages(), vintages(), st.integers(0, 1200))
def test_what_is_assumed_of_late_figures_leaves_those_known_in_time_alone(some: list[Vintage], more: list[Vintage], days: int) -> None:
    """A history that is read later and reaches back adds periods; those that were known in time keep every vintage."""
    source = Usual(30, 0.8, 20, 9)
    mine = {(v.point.period_start, v.point.period_end) for v in some}
    added = [v for v in more if (v.point.period_start, v.point.period_end) not in mine]
    alone, _ = as_usual(some, source)
    together, _ = as_usual([*some, *added], source)
    assert [v for v in together if (v.point.period_start, v.point.period_end) in mine] == alone


def test_a_history_beside_is_kept_as_it_is() -> None:
    other = SeriesKey("worldbank", "population", "TUR")
    share = rule("threshold", above=2, of=other, per=1000)
    beside = known([Point(day("2018-07-01"), day("2018-07-01"), 1_000.0, Status.REPORTED)], 0)
    found = replay(share, History(known(months("2019-01", 1, 3), 10), {other: beside}), day("2019-01-01"), day("2019-12-31"))
    assert entries(found) == [("2019-03-10", "raised", 3)]
