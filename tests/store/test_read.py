"""Reading: frames with honest types, as known on a day."""

from __future__ import annotations

import datetime as dt
import os
import time
from collections.abc import Iterator

import pandas as pd
import pytest

from monitor.model import Frequency, Outcome, SetAside, Status
from monitor.store import Store, append, read
from tests.building_store import HOSTED, KEY, LATER, Run, answer, at, day, figure, mention, save, values

LAND = KEY._replace(breakdown="land")


@pytest.fixture(params=["UTC", "America/New_York", "Pacific/Kiritimati"])
def process_zone(request: pytest.FixtureRequest) -> Iterator[str]:
    """This process in another time zone."""
    before = os.environ.get("TZ")
    os.environ["TZ"] = request.param
    time.tzset()
    yield request.param
    os.environ.pop("TZ") if before is None else os.environ.update(TZ=before)
    time.tzset()


def test_a_frame_has_its_columns_and_types(store: Store) -> None:
    save(store, figure(10.5, known="2020-02-10 13:14:15", qualifier="about", known_estimated=True), figure(None, end="2020-02-29"))
    frame = read.figures(store, LATER, {})
    assert tuple(frame.columns) == read.FIGURE_COLUMNS
    types = {name: str(kind) for name, kind in frame.dtypes.items()}
    assert {name: types[name] for name in ("period_start", "period_end", "known_at", "value")} == {
        "period_start": "datetime64[s]",
        "period_end": "datetime64[s]",
        "known_at": "datetime64[s, UTC]",
        "value": "float64",
    }
    assert (types["known_estimated"], types["bundled"]) == ("bool", "bool")
    assert frame.iloc[0]["known_at"] == pd.Timestamp("2020-02-10 13:14:15", tz="UTC")
    assert frame.iloc[0]["period_end"] == pd.Timestamp("2020-01-31")
    assert list(frame["status"]) == ["reported", "not_reported"]
    assert frame["value"].isna().tolist() == [False, True]


def test_an_empty_frame_has_the_same_types_as_a_full_one(store: Store) -> None:
    empty = read.figures(store, LATER, {})
    save(store, figure(10))
    full = read.figures(store, LATER, {})
    dates = ["period_start", "period_end", "known_at", "value", "known_estimated", "bundled"]
    assert empty.empty
    assert empty.dtypes[dates].to_dict() == full.dtypes[dates].to_dict()


def test_every_status_reads_back(store: Store) -> None:
    for number, status in enumerate(Status):
        save(store, figure(None if status is Status.NOT_REPORTED else 1, end=f"2020-0{number + 1}-28", status=status))
    assert list(read.figures(store, LATER, {})["status"]) == [str(status) for status in Status]


@pytest.mark.parametrize("known", ["2020-02-28 00:00:00", "2020-02-28 23:59:59"])
def test_as_known_on_a_day_includes_all_of_that_day(store: Store, known: str, process_zone: str) -> None:
    save(store, figure(10, known=known))
    assert (values(store, "2020-02-27"), values(store, "2020-02-28")) == ([], [10])


def test_as_known_on_a_day_ends_with_its_last_second(store: Store, process_zone: str) -> None:
    save(store, figure(10, known="2020-02-28 23:59:59"))
    save(store, figure(12, known="2020-02-29 00:00:00"))
    assert (values(store, "2020-02-28"), values(store, "2020-02-29")) == ([10], [12])


def test_moments_come_back_in_utc_whatever_the_zone_of_server_and_process(store: Store, process_zone: str) -> None:
    new_york = dt.timezone(dt.timedelta(hours=-5))
    save(store, figure(10, known_at=dt.datetime(2020, 2, 28, 19, 30, tzinfo=new_york)), mentions=[mention(seen="2020-02-28 23:30:00")])
    assert read.figures(store, LATER, {})["known_at"].iloc[0].isoformat() == "2020-02-29T00:30:00+00:00"
    assert read.mentions(store, "syria-turkiye-greece", LATER)["seen_at"].iloc[0].isoformat() == "2020-02-28T23:30:00+00:00"
    assert values(store, "2020-02-28") == []


@pytest.mark.parametrize("end", ["1951-12-31", "1969-12-31", "1970-01-01", "2020-02-29", "2099-12-31"])
def test_days_far_from_today_read_back(store: Store, end: str) -> None:
    save(store, figure(10, end=end))
    assert [f"{one:%Y-%m-%d}" for one in read.figures(store, LATER, {})["period_end"]] == [end]


@pytest.mark.parametrize(
    ("where", "found"),
    [
        ({}, [1, 2, 3]),
        ({"breakdown": ["sea"]}, [2]),
        ({"source": ["frontex"], "breakdown": ["sea", "land"]}, [1, 2]),
        ({"location": ["TUR"], "origin": ["SYR"]}, [3]),
        ({"location": ["TUR"], "origin": ["IRQ"]}, []),
        ({"indicator": []}, []),
    ],
)
def test_figures_are_chosen_by_the_parts_of_their_key(store: Store, where: dict[str, list[str]], found: list[int]) -> None:
    save(store, figure(1, key=LAND), figure(2), figure(3, key=HOSTED, start="2019-12-31", end="2019-12-31", frequency=Frequency.YEAR))
    assert list(read.figures(store, LATER, where)["value"]) == found


def test_vintages_are_all_of_a_series_in_the_order_they_were_known(store: Store) -> None:
    for value, known in ((12, "2020-03-10"), (10, "2020-02-10")):
        save(store, figure(value, known=known))
    save(store, figure(99, key=LAND))
    assert list(read.vintages(store, [KEY])["value"]) == [10, 12]
    assert list(read.vintages(store, [KEY, LAND])["value"]) == [99, 10, 12]
    assert read.vintages(store, []).empty
    assert tuple(read.vintages(store, []).columns) == read.FIGURE_COLUMNS


def test_what_can_be_chosen_is_each_value_once_in_order(store: Store) -> None:
    save(store, figure(1), figure(2, key=LAND), figure(3, key=HOSTED, frequency=Frequency.YEAR))
    assert read.choices(store, "indicator", {}) == ["border_detections", "refugees"]
    assert read.choices(store, "breakdown", {"indicator": ["border_detections"], "location": [KEY.location]}) == ["land", "sea"]
    assert read.choices(store, "origin", {"indicator": ["refugees"], "location": ["TUR", "DEU"]}) == ["SYR"]
    assert read.choices(store, "location", {"location": ["nowhere"]}) == []


def test_articles_are_those_of_the_situation_known_on_the_day_newest_first(store: Store) -> None:
    save(store, mentions=[mention("old", seen="2020-02-01"), mention("new", seen="2020-02-02", dated=False)])
    save(store, mentions=[mention("late", seen="2020-01-31", known="2020-03-01"), mention("other", situation="elsewhere")])
    on = {
        known: list(read.mentions(store, "syria-turkiye-greece", day(known))["url"]) for known in ("2020-02-27", "2020-02-28", "2020-03-01")
    }
    old, new, late = (f"https://example.org/{name}" for name in ("old", "new", "late"))
    assert on == {"2020-02-27": [], "2020-02-28": [new, old], "2020-03-01": [new, old, late]}
    assert read.mentions(store, "syria-turkiye-greece", LATER)["dated"].tolist() == [False, True, True]
    assert len(read.mentions(store, "syria-turkiye-greece", LATER, limit=1)) == 1


def test_the_newest_period_of_a_source_is_as_known_on_a_day(store: Store) -> None:
    save(store, figure(10, end="2020-01-31", known="2020-02-10"), figure(11, end="2020-02-29", known="2020-03-10"))
    save(store, figure(5, key=HOSTED, start="2019-12-31", end="2019-12-31", known="2020-06-15"))
    assert read.newest_periods(store, day("2020-02-09")) == {}
    assert read.newest_periods(store, day("2020-02-10")) == {"frontex": day("2020-01-31")}
    assert read.newest_periods(store, LATER) == {"frontex": day("2020-02-29"), "unhcr": day("2019-12-31")}


def test_a_period_that_is_not_reported_is_no_figure(store: Store) -> None:
    save(store, figure(10, end="2020-01-31"), figure(None, end="2020-02-29"))
    assert read.newest_periods(store, LATER) == {"frontex": day("2020-01-31")}


def test_what_the_newest_run_set_aside_is_kept_and_no_more(store: Store) -> None:
    for reasons in (["first"], ["second", "third"]):
        report = Run("frontex", at("2020-02-10"), at("2020-02-10"))
        append.save(store, report, [answer()], [], [], [SetAside(reason, "row " * 400) for reason in reasons])
    kept = read.rows_set_aside(store, "frontex")
    assert list(kept["reason"]) == ["second", "third"]
    assert kept["row"].str.len().max() <= 500
    assert read.rows_set_aside(store, "unhcr").empty


def test_the_newest_run_of_each_source_is_told_and_bundled_ones_are_not_runs(store: Store) -> None:
    save(store, figure(1), finished=at("2020-02-10 01:00:00"))
    save(store, outcome=Outcome.FAILED, started=at("2020-02-11"), finished=at("2020-02-11 01:00:00"), messages=["HTTP 503"])
    save(store, outcome=Outcome.BUNDLED, finished=at("2020-02-12"))
    save(store, source="ocha", outcome=Outcome.BUNDLED)
    save(store, source="odp", outcome=Outcome.OFF)
    last = read.last_runs(store).set_index("source")
    assert list(last.index) == ["frontex", "odp"]
    assert (last.loc["frontex", "outcome"], last.loc["frontex", "messages"]) == ("failed", "HTTP 503")
    assert last.loc["frontex", "last_good"] == pd.Timestamp("2020-02-10 01:00:00", tz="UTC")
    assert pd.isna(last.loc["odp", "last_good"])
