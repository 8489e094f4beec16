from __future__ import annotations

import datetime as dt
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor import places
from monitor.model import INDICATORS, Frequency, Measure, Observation, PlaceKind, SeriesKey, Status
from monitor.normalise import LARGEST, check, check_mentions, describe
from tests.building import NOON, SITUATION, TODAY, TURKIYE, mention, observation

D = dt.date
ARRIVALS = SeriesKey("odp", "arrivals", "GRC", "", "all")
SHARE = SeriesKey("gdelt", "news_share", SITUATION.id, "", "refugees")
NEWS = SeriesKey("gdelt", "news_articles", SITUATION.id, "", "refugees")


def verdict(row: Observation) -> str:
    """Why the row is set aside; empty when it is accepted."""
    accepted, refused = check([row], TODAY, {SITUATION.id})
    assert len(accepted) + len(refused) == 1
    assert accepted == ([] if refused else [row])
    return refused[0].reason if refused else ""


def month(first: D, last: D, value: float | None = 5, status: Status = Status.REPORTED, **changes: Any) -> Observation:
    return observation(ARRIVALS, value, period_start=first, period_end=last, status=status, frequency=Frequency.MONTH, **changes)


# -- Names ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "reason"),
    [
        (TURKIYE, ""),
        (TURKIYE._replace(origin=""), ""),
        (TURKIYE._replace(origin="XXA"), ""),  # stateless people have an origin that is no country
        (TURKIYE._replace(indicator="people"), "unknown indicator 'people'"),
        (TURKIYE._replace(indicator=""), "unknown indicator ''"),
        (TURKIYE._replace(location="GFR"), "unknown place 'GFR'"),
        (TURKIYE._replace(location=""), "unknown place ''"),
        (TURKIYE._replace(location="XXA"), "unknown place 'XXA'"),  # nobody is hosted there
        (TURKIYE._replace(location="UNK"), "unknown place 'UNK'"),
        (TURKIYE._replace(location="TIB"), "unknown place 'TIB'"),
        (TURKIYE._replace(location=SITUATION.id), "a situation is no location of people"),
        (TURKIYE._replace(location="another-situation"), "unknown place 'another-situation'"),
        (TURKIYE._replace(origin="SY-ID"), "unknown country of origin 'SY-ID'"),
        (TURKIYE._replace(origin="eastern-mediterranean"), "unknown country of origin 'eastern-mediterranean'"),
        (TURKIYE._replace(origin="QQQ"), "unknown country of origin 'QQQ'"),
        (TURKIYE._replace(breakdown="sea"), "unknown breakdown 'sea' of refugees"),
        (ARRIVALS, ""),
        (ARRIVALS._replace(breakdown="sea"), ""),
        (ARRIVALS._replace(breakdown="air"), "unknown breakdown 'air' of arrivals"),
        (ARRIVALS._replace(breakdown=""), "unknown breakdown '' of arrivals"),
        (ARRIVALS._replace(location="europe-mediterranean"), ""),
        (NEWS, ""),
        (NEWS._replace(breakdown="any text"), ""),
        (SHARE, ""),
        (NEWS._replace(location="another-situation"), "unknown place 'another-situation'"),
    ],
)
def test_a_series_has_an_indicator_a_place_an_origin_and_a_breakdown_that_are_known(key: SeriesKey, reason: str) -> None:
    assert verdict(observation(key, 5)) == reason


# -- Values --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "value", "reason"),
    [
        (TURKIYE, 0, ""),
        (TURKIYE, -1, "impossible value -1"),
        (TURKIYE, LARGEST, ""),
        (TURKIYE, LARGEST + 1, "absurd value 10,000,000,001"),
        (TURKIYE, 5.0, ""),
        (TURKIYE, 5.5, "5.5 is not a whole number"),
        (TURKIYE, math.nan, "impossible value nan"),
        (TURKIYE, math.inf, "impossible value inf"),
        pytest.param(TURKIYE, 10**400, "absurd value", id="larger than any float"),
        (SHARE, 0.0, ""),
        (SHARE, 0.41951, ""),
        (SHARE, 100.0, ""),
        (SHARE, -0.1, "impossible value -0.1"),
        (SHARE, math.nan, "impossible value nan"),
    ],
)
def test_a_value_is_a_number_that_can_be(key: SeriesKey, value: float, reason: str) -> None:
    told = verdict(observation(key, value))
    assert told.startswith(reason) if reason else not told


@pytest.mark.parametrize(
    ("value", "status", "reason"),
    [
        (None, Status.NOT_REPORTED, ""),
        (None, Status.REPORTED, "no value: missing is not zero"),
        (None, Status.PROVISIONAL, "no value: missing is not zero"),
        (0, Status.REPORTED, ""),
        (0, Status.NOT_REPORTED, "a value with status not_reported"),
        (5, Status.ESTIMATED, ""),
        (5, Status.PROJECTED, ""),
    ],
)
def test_missing_zero_and_not_reported_are_three_things(value: float | None, status: Status, reason: str) -> None:
    assert verdict(observation(value=value, status=status)) == reason


# -- Periods -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (month(D(2026, 10, 1), D(2026, 10, 31)), ""),
        (month(D(2026, 10, 31), D(2026, 10, 1)), "the period ends before it begins"),
        (month(D(1900, 1, 1), D(1900, 1, 31)), ""),
        (month(D(1899, 12, 31), D(1900, 1, 31)), "the period begins before 1900"),
        (month(TODAY, D(2026, 11, 30), status=Status.PROVISIONAL), ""),
        (month(TODAY, D(2026, 11, 30)), "an unfinished period must be provisional"),
        (month(TODAY, D(2026, 11, 30), status=Status.PROJECTED), "an unfinished period must be provisional"),
        (month(TODAY, TODAY), ""),  # a period that ends today is over, as far as a date can say
        (month(D(2026, 11, 2), D(2026, 11, 30), status=Status.PROVISIONAL), "the period lies in the future"),
        (observation(day=TODAY), ""),
        (observation(day=D(2026, 11, 2), status=Status.PROVISIONAL), "the period lies in the future"),
        (observation(period_start=D(2025, 12, 30)), "a stock is of one day"),
        (month(D(2026, 10, 1), D(2026, 10, 31), known_at=dt.datetime(2026, 9, 30, 23, 59, tzinfo=dt.UTC)), "known before its period began"),
        (month(D(2026, 10, 1), D(2026, 10, 31), known_at=dt.datetime(2026, 10, 1, tzinfo=dt.UTC)), ""),
        (month(D(2026, 10, 1), D(2026, 10, 31), known_at=None), ""),
    ],
)
def test_a_period_lies_within_the_calendar_and_behind_the_clock(row: Observation, reason: str) -> None:
    assert verdict(row) == reason


@pytest.mark.parametrize("measure", [m for m in Measure if m is not Measure.STOCK])
def test_only_a_stock_must_be_of_one_day(measure: Measure) -> None:
    indicator = next(row for row in INDICATORS.values() if row.measure is measure)
    key = SeriesKey("x", indicator.id, "GRC", "", indicator.breakdowns[0] if indicator.breakdowns else "q")
    assert verdict(observation(key, 5, period_start=D(2025, 12, 1))) == ""


def test_a_row_that_is_set_aside_can_be_found_again() -> None:
    assert describe(observation(value=-1)) == "unhcr/refugees/TUR/SYR/- 2025-12-31..2025-12-31 = -1"


# -- Twice the same period -----------------------------------------------------------------------------------------------


def test_the_same_figure_twice_is_one_figure() -> None:
    accepted, refused = check([observation(), observation()], TODAY, set())
    assert (accepted, refused) == ([observation()], [])


@pytest.mark.parametrize("other", [{"value": 1}, {"status": Status.ESTIMATED}])
@pytest.mark.parametrize("again", [0, 1])
def test_two_figures_for_one_period_are_both_set_aside_in_whatever_order(other: dict[str, Any], again: int) -> None:
    rows = [observation(), observation(**other), *[observation()] * again]
    for order in (rows, rows[::-1]):
        accepted, refused = check(order, TODAY, set())
        assert accepted == []
        assert {row.row for row in refused} >= {describe(rows[0]), describe(rows[1])}
        assert all("two values for one period" in row.reason for row in refused)


def test_three_figures_for_one_period_are_all_set_aside() -> None:
    accepted, refused = check([observation(value=n) for n in (1, 2, 3)], TODAY, set())
    assert (accepted, len(refused)) == ([], 3)


@pytest.mark.parametrize(
    "other",
    [
        {"day": D(2024, 12, 31)},
        {"key": TURKIYE._replace(location="GRC")},
        {"key": TURKIYE._replace(source="seed")},
        {"known_at": NOON},  # the same period as known at another moment is a revision
    ],
)
def test_another_period_series_or_moment_is_another_figure(other: dict[str, Any]) -> None:
    accepted, refused = check([observation(), observation(value=1, **other)], TODAY, set())
    assert (len(accepted), refused) == (2, [])


def test_a_half_year_and_a_year_begin_on_one_day_and_are_two_figures() -> None:
    half, year = month(D(2025, 1, 1), D(2025, 6, 30), 5), month(D(2025, 1, 1), D(2025, 12, 31), 9)
    assert check([half, year], TODAY, set()) == ([half, year], [])


def test_a_refused_row_does_not_dispute_a_sound_one() -> None:
    accepted, refused = check([observation(), observation(value=-1)], TODAY, set())
    assert (len(accepted), len(refused)) == (1, 1)


# -- Properties ----------------------------------------------------------------------------------------------------------

DAYS = st.sampled_from([D(1899, 12, 31), D(1900, 1, 1), D(2025, 12, 30), D(2025, 12, 31), TODAY, TODAY + dt.timedelta(days=1)]) | st.dates()
KEYS = st.builds(
    SeriesKey,
    source=st.just("x"),
    indicator=st.sampled_from([*INDICATORS, "people"]),
    location=st.sampled_from(["TUR", "GRC", "XXA", "QQQ", "eastern-mediterranean", SITUATION.id, "SY-ID"]),
    origin=st.sampled_from(["", "SYR", "XXA", "SY-ID", "QQQ"]),
    breakdown=st.sampled_from(["", "all", "sea", "q"]),
)
ROWS = st.builds(
    lambda key, value, start, end, status, known_at: observation(
        key, value, period_start=start, period_end=end, status=status, known_at=known_at
    ),
    key=KEYS,
    value=st.none() | st.sampled_from([0, 1, 2]) | st.integers(-5, LARGEST + 5) | st.floats(),
    start=DAYS,
    end=DAYS,
    status=st.sampled_from(Status),
    known_at=st.none() | st.just(NOON) | st.datetimes(timezones=st.just(dt.UTC)),
)


@given(st.lists(ROWS, max_size=12))
def test_every_row_is_accepted_a_duplicate_or_set_aside(rows: list[Observation]) -> None:
    accepted, refused = check(rows, TODAY, {SITUATION.id})
    slots = [(row.period, row.known_at) for row in accepted]
    assert len(slots) == len(set(slots))
    told = {row.row for row in refused}
    for row in rows:
        same = any((a.period, a.known_at, a.value, a.status) == (row.period, row.known_at, row.value, row.status) for a in accepted)
        assert same != (describe(row) in told) or (same and describe(row) in told), describe(row)
    assert all(row.reason for row in refused)


@given(st.lists(ROWS, max_size=12))
def test_an_accepted_row_keeps_the_contract(rows: list[Observation]) -> None:
    for row in check(rows, TODAY, {SITUATION.id})[0]:
        indicator, place = INDICATORS[row.key.indicator], places.find(row.key.location)
        news = indicator.measure in (Measure.VOLUME, Measure.RATIO)
        assert (place and place.code not in places.ORIGINS_ONLY) or (news and row.key.location == SITUATION.id)
        origin = places.find(row.key.origin)
        assert not row.key.origin or (origin and origin.kind is PlaceKind.COUNTRY) or row.key.location == SITUATION.id
        assert not indicator.breakdowns or row.key.breakdown in indicator.breakdowns
        assert (row.value is None) == (row.status is Status.NOT_REPORTED)
        assert row.value is None or (math.isfinite(row.value) and row.value >= 0)
        assert row.value is None or indicator.measure is Measure.RATIO or (row.value <= LARGEST and row.value == int(row.value))
        assert D(1900, 1, 1) <= row.period_start <= row.period_end
        assert row.period_start <= TODAY
        assert row.period_end <= TODAY or row.status is Status.PROVISIONAL
        assert indicator.measure is not Measure.STOCK or row.period_start == row.period_end


@given(st.lists(ROWS, max_size=8), st.randoms())
def test_the_order_of_the_rows_does_not_decide_which_figures_are_accepted(rows: list[Observation], random: Any) -> None:
    shuffled = list(rows)
    random.shuffle(shuffled)
    found, again = (
        {(r.period, r.known_at, r.value, r.status) for r in check(order, TODAY, {SITUATION.id})[0]} for order in (rows, shuffled)
    )
    assert found == again


# -- Mentions ------------------------------------------------------------------------------------------------------------


def test_an_article_about_the_situation_is_kept_once_with_a_clean_title() -> None:
    rows = [mention("Refugees &amp; Greece", "https://a.example/1?utm_source=x"), mention("Refugees and Greece", "https://A.example/1#top")]
    (kept,) = check_mentions(rows, SITUATION)
    assert (kept.title, kept.identity, kept.url) == ("Refugees & Greece", "https://a.example/1", "https://a.example/1?utm_source=x")


@pytest.mark.parametrize(
    ("row", "stays"),
    [
        (mention("Refugees in Greece"), True),
        (mention("Refugees in Sweden"), False),
        (mention("Night at sea", summary="<p>Refugees near Greece</p>"), True),
        (mention("Refugees", summary="Greece"), True),
        (mention("Anything", query="refugees"), True),  # the source searched for us
        (mention("", query="refugees"), False),
        (mention("<b></b>", query="refugees"), False),
        (mention("&#8203;", query="refugees"), False),
    ],
)
def test_an_article_needs_a_title_and_to_be_about_the_situation(row: Any, stays: bool) -> None:
    assert bool(check_mentions([row], SITUATION)) is stays


@pytest.mark.parametrize(
    ("identity", "kept"),
    [
        ("aegean-1", "https://feed.example aegean-1"),
        ("urn:uuid:1?utm_source=x", "https://feed.example urn:uuid:1?utm_source=x"),
        ("https://a.example/?utm_source=x&p=1", "https://a.example/?p=1"),
    ],
)
def test_only_an_identity_that_is_an_address_is_brought_to_one_form(identity: str, kept: str) -> None:
    assert [row.identity for row in check_mentions([mention(identity=identity, feed="https://feed.example")], SITUATION)] == [kept]


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "", "/relative", "ftp://a.example/x"])
def test_an_article_without_a_web_address_is_not_kept(url: str) -> None:
    """It would become a link on a page."""
    assert check_mentions([mention(url=url, identity="1")], SITUATION) == []


@pytest.mark.parametrize("url", ["http://[::1", "https://a b/", "http://a.example:port/"])
def test_an_odd_address_does_not_end_the_run(url: str) -> None:
    good = mention()
    assert good in check_mentions([mention(url=url), good], SITUATION)
