"""The vocabulary: keys that can be written and read, and measures that say what may be summed."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.model import INDICATORS, MAY_SUM, Measure, Over, Run, SeriesKey, public, refuse_sum
from monitor.store.schema import STATUSES
from tests.building_store import at

PART = st.text(st.characters(exclude_characters="/", exclude_categories=["Cs"]), min_size=1, max_size=20).filter(lambda part: part != "-")


@settings(deadline=None)
@given(st.builds(SeriesKey, PART, PART, PART, PART | st.just(""), PART | st.just("")))
def test_a_key_is_read_as_it_was_written(key: SeriesKey) -> None:
    assert SeriesKey.parse(str(key)) == key


def test_an_empty_part_is_written_as_a_dash() -> None:
    assert str(SeriesKey("unhcr", "refugees", "TUR", "SYR")) == "unhcr/refugees/TUR/SYR/-"


@pytest.mark.parametrize("text", ["", "unhcr", "unhcr/refugees/TUR/SYR", "unhcr/refugees/TUR//-", "unhcr/refugees/TUR/SYR/-/-"])
def test_any_other_shape_is_no_key(text: str) -> None:
    with pytest.raises(ValueError, match="is not source/indicator/location/origin/breakdown"):
        SeriesKey.parse(text)


def test_every_measure_says_what_may_be_summed() -> None:
    assert set(MAY_SUM) == set(Measure)
    assert all(directions <= set(Over) for directions in MAY_SUM.values())


@pytest.mark.parametrize(
    ("indicators", "over", "allowed"),
    [
        (["arrivals"], Over.TIME, True),
        (["arrivals", "arrivals"], Over.PLACES, True),
        (["refugees"], Over.PLACES, True),
        (["refugees"], Over.TIME, False),
        (["displaced"], Over.TIME, False),
        (["news_share"], Over.TIME, False),
        (["news_share"], Over.PLACES, False),
        (["news_articles"], Over.PLACES, False),
        (["arrivals", "border_detections"], Over.TIME, False),
        (["refugees", "arrivals"], Over.PLACES, False),
    ],
)
def test_a_sum_is_refused_where_it_means_nothing(indicators: list[str], over: Over, allowed: bool) -> None:
    assert (refuse_sum(indicators, over) == "") is allowed


def test_every_indicator_is_named_by_its_id_and_explains_itself() -> None:
    assert all(name == one.id and one.name and one.unit and one.about.endswith(".") for name, one in INDICATORS.items())


def test_a_status_keeps_the_number_that_stored_figures_have() -> None:
    assert [str(status) for status in STATUSES] == ["reported", "provisional", "estimated", "projected", "not_reported"]


def test_a_run_counts_every_row_that_it_added() -> None:
    run = Run("unhcr", at("2020-02-10"), new=1, same=10, revised=2, settled=3, mentions_new=4, mentions_same=20)
    assert run.stored == 10


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("https://me:pass@news.example/rss", "https://news.example/rss"),
        ("HTTPS://me@news.example", "HTTPS://news.example"),
        ("https://me:p@ss@news.example/", "https://news.example/"),  # the last @ before the path ends the password
        ("https://news.example/@desk", "https://news.example/@desk"),
        ("https://news.example?to=me@desk", "https://news.example?to=me@desk"),
        ("https://news.example/rss#a@b", "https://news.example/rss#a@b"),
        ("https://me:pass@[broken/rss", "https://[broken/rss"),
        ("file:///a/b@c.csv", "file:///a/b@c.csv"),
        ("no address@all", "no address@all"),
        ("", ""),
    ],
)
def test_an_address_is_public_without_its_user_and_password(address: str, shown: str) -> None:
    assert public(address) == shown
