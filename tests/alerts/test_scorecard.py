"""Scorecard: alerts held against episodes."""

from __future__ import annotations

from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.alerts.episodes import Episode, first_day, last_day, month_number
from monitor.alerts.scorecard import Alert, Case, Tally, intervals, stays, tally
from tests.building_store import at, day

EPISODE = Episode(day("2015-03-01"), day("2015-08-31"))


def alert(month: str, value: float = 6_000.0, known: str = "") -> Alert:
    """An alert about a month such as 2015-03."""
    return Alert(last_day(month_number(day(f"{month}-01"))), value, at(known) if known else None)


def case(
    *alerts: Alert, episodes: list[Episode] | None = None, first: str = "2012-01-01", last: str = "2018-12-31", **more: object
) -> Case:
    return Case("route", day(first), day(last), alerts, [EPISODE] if episodes is None else episodes, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("month", "right", "delays"),
    [
        ("2014-12", 0, ()),
        ("2015-01", 0, (-2,)),  # two months before: the episode is caught, though the alert is not called right
        ("2015-02", 1, (-1,)),
        ("2015-03", 1, (0,)),
        ("2015-08", 1, (5,)),
        ("2015-09", 0, ()),
    ],
)
def test_an_alert_is_right_from_a_month_before_and_catches_from_two_months_before(month: str, right: int, delays: tuple[int, ...]) -> None:
    counted = tally([case(alert(month))])
    assert (counted.right, counted.delays, counted.alerts, counted.episodes) == (right, delays, 1, 1)


def test_the_first_alert_tells_the_delay_and_every_alert_counts() -> None:
    counted = tally([case(alert("2015-08"), alert("2015-04", known="2015-06-10"), alert("2016-04"))])
    assert (counted.delays, counted.days_until_known) == ((1,), (101,))
    assert (counted.precision, counted.recall, counted.alerts_a_year) == (pytest.approx(2 / 3), 1.0, pytest.approx(3 / 7))


def test_only_what_lies_in_the_months_watched_counts() -> None:
    before = Episode(day("2011-11-01"), day("2012-03-31"))
    counted = tally(
        [case(alert("2011-12"), alert("2012-02"), alert("2019-01"), episodes=[before, Episode(day("2019-01-01"), day("2019-05-31"))])]
    )
    assert (counted.alerts, counted.episodes) == (1, 0)
    assert counted.right == 1, "an episode that began earlier still makes an alert right"
    assert counted.recall is None


@pytest.mark.parametrize(
    ("after", "stayed"), [([80, 80, 80], True), ([80, 80, 79], False), ([240, 0, 0], True), ([100, 100], None), ([], None)]
)
def test_an_alert_stays_when_the_mean_of_three_months_is_at_least_80_percent(after: list[float], stayed: bool | None) -> None:
    first = month_number(day("2015-03-01"))
    assert stays(alert("2015-03", 100), {first + n: value for n, value in enumerate([100.0, *after])}) is stayed


def test_nothing_to_be_a_share_of_is_none() -> None:
    counted = tally([case(episodes=[])])
    assert (counted.precision, counted.recall, counted.median_delay, counted.worst_delay, counted.stays) == (None,) * 5
    assert counted.alerts_a_year == 0
    assert Tally().alerts_a_year is None


MONTHS = st.integers(month_number(day("2012-01-01")), month_number(day("2018-12-31")))


@st.composite
def cases(draw: st.DrawFn) -> list[Case]:
    """A few series with episodes and alerts anywhere."""
    found = []
    for _ in range(draw(st.integers(1, 4))):
        starts = draw(st.lists(MONTHS, max_size=4, unique=True))
        episodes = [Episode(first_day(n), last_day(n + draw(st.integers(0, 8)))) for n in starts]
        found.append(case(*(Alert(last_day(n), 1.0) for n in draw(st.lists(MONTHS, max_size=8, unique=True))), episodes=episodes))
    return found


@given(cases())
def test_nothing_is_counted_twice_or_lost(some: list[Case]) -> None:
    counted = tally(some)
    assert counted.alerts == sum(len(one.alerts) for one in some)
    assert counted.episodes == sum(len(one.episodes) for one in some)
    assert counted.years == pytest.approx(7 * len(some))
    assert counted.right <= counted.alerts
    assert counted.caught <= counted.episodes


@given(cases(), st.integers(0, 100))
def test_intervals_are_the_same_for_a_seed_and_hold_shares(some: list[Case], seed: int) -> None:
    found = intervals(some, seed=seed, draws=50)
    assert found == intervals(some, seed=seed, draws=50)
    for name, (low, high) in found.items():
        assert low <= high
        assert name in ("median_delay", "alerts_a_year") or 0 <= low <= high <= 1


def test_the_interval_of_the_median_delay_is_that_of_the_drawn_delays() -> None:
    """One year with three episodes: whatever is drawn, the median is theirs, between two for an even number."""
    for delays in ([0, 1, 5], [0, 1, 4, 5], [2]):
        episodes = [Episode(day(f"2015-{n:02}-01"), day("2015-12-31")) for n in range(1, len(delays) + 1)]
        alone = [
            case(alert(f"2015-{n + 1 + late:02}"), episodes=[one], first="2015-01-01", last="2015-12-31")
            for n, (one, late) in enumerate(zip(episodes, delays, strict=True))
        ]
        together = Case("route", day("2015-01-01"), day("2015-12-31"), [], [])
        assert tally([*alone, together]).median_delay == median(delays)
        low, high = intervals(alone, draws=400)["median_delay"]
        assert min(delays) <= low <= median(delays) <= high <= max(delays)


def test_more_series_narrow_the_interval() -> None:
    one = [case(alert("2015-04"), alert("2017-04")), case(alert("2015-05"))]
    wide, narrow = (intervals(some)["precision"] for some in (one, one * 20))
    assert narrow[1] - narrow[0] < wide[1] - wide[0]
    assert narrow[0] <= 2 / 3 <= narrow[1]


def test_no_series_have_no_interval() -> None:
    assert intervals([]) == {}
