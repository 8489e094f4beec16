"""Series: gaps stay gaps, changes are against last year, and only sums that mean something are made."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from monitor import series
from monitor.errors import ContractError
from monitor.model import Over, SeriesKey
from monitor.store.read import FIGURE_COLUMNS
from tests.building_store import HOSTED, KEY, day, month_end

ARRIVALS = SeriesKey("odp", "arrivals", "GRC", "", "all")
ASYLUM = SeriesKey("unhcr", "asylum_applications", "DEU", "SYR", "persons")
REGISTERED = SeriesKey("odp", "registered_refugees", "TUR", "SYR")
RUNNING = SeriesKey("ocha", "displaced", "north-west-syria", "SYR")
SHARE = SeriesKey("gdelt", "news_share", "syria-turkiye-greece", "", "refugees")
NAN = float("nan")


def frame(*rows: tuple[str, str, float], key: SeriesKey = ARRIVALS, frequency: str = "month") -> pd.DataFrame:
    """A frame as read from the store of (start, end, value)."""
    built = pd.DataFrame(
        [
            {
                **key._asdict(),
                "frequency": frequency,
                "period_start": pd.Timestamp(start),
                "period_end": pd.Timestamp(end),
                "value": value,
                "status": "reported",
                "qualifier": "",
                "known_at": pd.Timestamp(end, tz="UTC"),
                "known_estimated": False,
                "bundled": False,
                "source_url": "https://example.org",
            }
            for start, end, value in rows
        ],
        columns=list(FIGURE_COLUMNS),
    )
    dates = {"period_start": "datetime64[s]", "period_end": "datetime64[s]", "known_at": "datetime64[s, UTC]", "value": "float64"}
    return built.astype({**dates, "known_estimated": "bool", "bundled": "bool"})


def monthly(*months: str, key: SeriesKey = ARRIVALS) -> pd.DataFrame:
    ends = [month_end(*(int(part) for part in month.split("-"))).isoformat() for month in months]
    return frame(*((f"{month}-01", end, 10.0) for month, end in zip(months, ends, strict=True)), key=key)


def daily(*days: str, key: SeriesKey = REGISTERED) -> pd.DataFrame:
    return frame(*((one, one, 10.0) for one in days), key=key, frequency="day")


# -- gaps --------------------------------------------------------------------------------------------------------------------


def test_a_month_that_is_lacking_becomes_an_empty_row() -> None:
    filled = series.with_gaps(monthly("2019-11", "2020-02"))
    assert [f"{end:%Y-%m-%d}" for end in filled["period_end"]] == ["2019-11-30", "2019-12-31", "2020-02-29"]  # one row breaks the line
    assert filled["value"].isna().tolist() == [False, True, False]
    empty = filled.iloc[1]
    assert (f"{empty['period_start']:%Y-%m-%d}", empty["status"], empty["frequency"]) == ("2019-12-01", "not_reported", "month")
    assert SeriesKey(*(empty[name] for name in SeriesKey._fields)) == ARRIVALS
    assert pd.isna(empty["known_at"])


def test_the_columns_and_dates_stay_what_they_were() -> None:
    given = monthly("2019-11", "2020-02")
    filled = series.with_gaps(given)
    assert list(filled.columns) == list(given.columns)
    assert all(filled[name].dtype == given[name].dtype for name in ("period_start", "period_end", "known_at", "value"))


@pytest.mark.parametrize(
    ("given", "rows"),
    [
        (monthly("2019-11", "2019-12", "2020-01"), 3),
        (monthly("2019-11"), 1),
        (daily("2020-01-01", "2020-02-01"), 2),  # a stock by day is read when somebody counts
        (daily("2020-01-01", "2020-01-04", "2020-01-09", key=SHARE), 5),
        (frame(("2019-12-01", "2020-01-01", 3.0), ("2019-12-01", "2020-02-01", 9.0), key=RUNNING, frequency="irregular"), 2),
        (frame(("2018-12-31", "2018-12-31", 1.0), ("2021-12-31", "2021-12-31", 1.0), key=HOSTED, frequency="year"), 3),
        (frame(("2019-12-31", "2019-12-31", 1.0), ("2020-06-30", "2020-06-30", 1.0), key=HOSTED, frequency="year"), 2),
        (frame(key=ARRIVALS), 0),
    ],
)
def test_only_a_regular_series_has_gaps(given: pd.DataFrame, rows: int) -> None:
    assert len(series.with_gaps(given)) == rows


def test_an_empty_year_of_a_stock_is_its_last_day() -> None:
    years = frame(("2018-12-31", "2018-12-31", 1.0), ("2020-12-31", "2020-12-31", 1.0), key=HOSTED, frequency="year")
    assert f"{series.with_gaps(years).iloc[1]['period_start']:%Y-%m-%d}" == "2019-12-31"


def test_each_series_of_a_frame_has_its_own_gaps() -> None:
    other = ARRIVALS._replace(location="ITA")
    both = pd.concat([monthly("2019-11", "2020-01"), monthly("2020-01", "2020-02", key=other)])
    filled = series.with_gaps(both)
    assert filled.groupby("location").size().to_dict() == {"GRC": 3, "ITA": 2}


# -- the newest figure -----------------------------------------------------------------------------------------------------


def test_the_newest_figure_is_compared_with_the_same_month_of_last_year() -> None:
    given = frame(("2019-02-01", "2019-02-28", 50.0), ("2020-01-01", "2020-01-31", 99.0), ("2020-02-01", "2020-02-29", 60.0))
    newest = series.newest(given, day("2020-03-10"))
    assert newest is not None
    assert (newest.value, newest.before, newest.before_end, newest.age_days) == (60, 50, day("2019-02-28"), 10)
    assert newest.change == pytest.approx(0.2)
    assert newest.history == (50, 99, 60)


@pytest.mark.parametrize(("before", "change"), [(0.0, None), (NAN, None), (40.0, 0.5), (120.0, -0.5)])
def test_a_change_needs_a_figure_above_zero_to_compare_with(before: float, change: float | None) -> None:
    newest = series.newest(frame(("2019-01-01", "2019-01-31", before), ("2020-01-01", "2020-01-31", 60.0)), day("2020-02-10"))
    assert newest is not None
    assert newest.change == change
    assert newest.before is None if before != before else newest.before == before


def test_missing_figures_are_passed_over_and_nothing_is_nothing() -> None:
    given = frame(("2020-01-01", "2020-01-31", 60.0), ("2020-02-01", "2020-02-29", NAN))
    newest = series.newest(given, day("2020-03-10"))
    assert newest is not None
    assert (newest.value, newest.period_end) == (60, day("2020-01-31"))
    assert series.newest(given.iloc[1:], day("2020-03-10")) is None
    assert series.newest(given.iloc[:0], day("2020-03-10")) is None


# -- thinning --------------------------------------------------------------------------------------------------------------


def test_days_of_a_stock_become_the_last_of_each_week_and_then_of_each_month() -> None:
    start = dt.date(2018, 1, 1)
    given = daily(*((start + dt.timedelta(number)).isoformat() for number in range(400)))
    assert series.thinned(given, 400).equals(given)
    weeks, months = series.thinned(given, 399), series.thinned(given, 20)
    assert (len(weeks), len(months)) == (58, 14)
    assert weeks["period_end"].iloc[-1] == months["period_end"].iloc[-1] == given["period_end"].iloc[-1]
    assert all(f"{end:%m-%d}" == month_end(end.year, end.month).strftime("%m-%d") for end in months["period_end"].iloc[:-1])
    assert len(series.thinned(given, 5)) == 5


def test_flows_are_cut_to_the_newest_since_leaving_some_out_would_lose_people() -> None:
    given = daily("2020-01-01", "2020-01-02", "2020-01-03", key=ARRIVALS)
    assert [f"{end:%d}" for end in series.thinned(given, 2)["period_end"]] == ["02", "03"]


# -- sums ------------------------------------------------------------------------------------------------------------------


def places(key: SeriesKey, *values: float) -> pd.DataFrame:
    """One month in several places."""
    codes = ("GRC", "ITA", "ESP", "CYP")
    return pd.concat(
        frame(("2020-01-01", "2020-01-31", value), key=key._replace(location=code)) for code, value in zip(codes, values, strict=False)
    )


@pytest.mark.parametrize(
    ("given", "over", "total"),
    [
        (places(ARRIVALS, 1, 2, 3), Over.PLACES, 6),
        (places(ARRIVALS, 1, NAN, 3), Over.PLACES, 4),
        (places(ARRIVALS, 0, 0), Over.PLACES, 0),
        (places(HOSTED, 1, 2), Over.PLACES, 3),
        (monthly("2020-01", "2020-02"), Over.TIME, 20),
        (monthly("2020-01", key=KEY), Over.TIME, 10),
    ],
)
def test_what_may_be_summed_is(given: pd.DataFrame, over: Over, total: float) -> None:
    assert series.total(given, over) == total


def test_a_sum_of_nothing_but_missing_is_missing_and_not_zero() -> None:
    assert pd.isna(series.total(places(ARRIVALS, NAN, NAN), Over.PLACES))


@pytest.mark.parametrize(
    ("given", "over", "reason"),
    [
        (daily("2020-01-01", "2020-01-02"), Over.TIME, "Registered refugees is a stock measure: it has no sum over time"),
        (monthly("2020-01", "2020-02", key=RUNNING), Over.TIME, "it has no sum over time"),
        (daily("2020-01-01", "2020-01-02", key=SHARE), Over.TIME, "it has no sum over time"),
        (places(SHARE, 1, 2), Over.PLACES, "Share of the news is a ratio measure: it has no sum over places"),
        (places(SHARE._replace(indicator="news_articles"), 1, 2), Over.PLACES, "it has no sum over places"),
        (pd.concat([places(ARRIVALS, 1), places(KEY, 2)]), Over.PLACES, "arrivals, border_detections are different indicators"),
        (pd.concat([places(ARRIVALS, 1), places(ARRIVALS._replace(source="other"), 2)]), Over.PLACES, "several sources are not added"),
        (pd.concat([places(ASYLUM, 1), places(ASYLUM._replace(breakdown="cases"), 2)]), Over.PLACES, "of different units"),
        (places(ARRIVALS, 1, 2), Over.TIME, "a sum over time is of one series"),
        (monthly("2020-01", "2020-02"), Over.PLACES, "a sum over places is of one period"),
    ],
)
def test_what_may_not_be_summed_is_refused_with_the_reason(given: pd.DataFrame, over: Over, reason: str) -> None:
    with pytest.raises(ContractError, match=reason):
        series.total(given, over)
