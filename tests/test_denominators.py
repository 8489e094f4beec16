"""Figures per thousand inhabitants: the year, its stand-ins, and what stays missing."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor import denominators
from monitor.errors import ContractError
from monitor.model import INDICATORS, SeriesKey
from monitor.store import Store, read
from tests.building_store import HOSTED, KEY, day, figure, save
from tests.test_series import NAN, RUNNING, SHARE, frame

PEOPLE = SeriesKey("worldbank", "population", "TUR")
LEBANON = HOSTED._replace(location="LBN")


def population(*years: tuple[int, float], place: str = "TUR") -> pd.DataFrame:
    rows = ((f"{year}-07-01", f"{year}-07-01", value) for year, value in years)
    return frame(*rows, key=PEOPLE._replace(location=place), frequency="year")


def hosted(*days: str, value: float = 2000.0, key: SeriesKey = HOSTED) -> pd.DataFrame:
    return frame(*((one, one, value) for one in days), key=key, frequency="year")


def shares(figures: pd.DataFrame, people: pd.DataFrame, **more: int) -> list[tuple[float, int] | None]:
    """(share, year of the population) of each figure; None where there is none."""
    divided = denominators.per_thousand(figures, people, **more)
    found = zip(divided["per_1000"], divided["population_year"], strict=True)
    return [None if pd.isna(share) else (share, int(year)) for share, year in found]


@pytest.mark.parametrize(
    ("figures", "people", "found"),
    [
        (hosted("2020-12-31"), population((2019, 1e6), (2020, 4e6), (2021, 1e6)), (0.5, 2020)),
        (hosted("2021-01-01"), population((2020, 4e6), (2021, 1e6)), (2.0, 2021)),  # the year of the period's end, from its first day
        (
            frame(("2019-12-01", "2020-02-23", 500.0), key=HOSTED._replace(indicator="returned_refugees")),
            population((2020, 1e6)),
            (0.5, 2020),
        ),
        (hosted("2023-12-31"), population((2019, 8e6), (2020, 4e6)), (0.5, 2020)),  # three years: the newest known stands in
        (hosted("2024-12-31"), population((2019, 8e6), (2020, 4e6)), None),  # four years: too old
        (hosted("2020-12-31"), population((2021, 4e6)), None),  # a later year is no stand-in
        (hosted("2020-12-31"), population((2019, 4e6), (2020, NAN)), (0.5, 2019)),
        (hosted("2020-12-31"), population((2019, 4e6), (2020, 0.0)), (0.5, 2019)),  # nobody is no denominator
        (hosted("2020-12-31", value=0.0), population((2020, 4e6)), (0.0, 2020)),
        (hosted("2020-12-31", value=NAN), population((2020, 4e6)), None),
        (hosted("2020-12-31", key=LEBANON), population((2020, 4e6)), None),
        (hosted("2020-12-31"), population(), None),
        (frame(("2020-01-01", "2020-01-31", 5.0), key=KEY), population((2020, 4e6)), None),  # a route has no inhabitants
        (frame(("2019-12-01", "2020-01-31", 5.0), key=RUNNING), population((2020, 4e6)), None),  # nor has a region
    ],
)
def test_a_figure_is_divided_by_the_people_of_its_place_and_year(
    figures: pd.DataFrame, people: pd.DataFrame, found: tuple[float, int] | None
) -> None:
    assert shares(figures, people) == [found]


def test_how_old_a_stand_in_may_be_is_for_the_caller_to_say() -> None:
    people = population((2020, 4e6))
    assert shares(hosted("2020-12-31", "2021-12-31", "2022-12-31"), people, oldest=1) == [(0.5, 2020), (0.5, 2020), None]


def test_each_place_has_its_own_people_and_the_rows_stay_where_they_were() -> None:
    figures = pd.concat([hosted("2020-12-31"), hosted("2020-12-31", key=LEBANON), hosted("2019-12-31")])  # the index repeats
    people = pd.concat([population((2020, 1e6), place="LBN"), population((2019, 2e6), (2020, 4e6))])
    assert shares(figures, people) == [(0.5, 2020), (2.0, 2020), (1.0, 2019)]
    divided = denominators.per_thousand(figures, people)
    assert divided[list(figures.columns)].equals(figures)
    assert tuple(divided.columns[len(figures.columns) :]) == denominators.COLUMNS
    assert divided["population"].tolist() == [4e6, 1e6, 2e6]


def test_no_figures_are_none_per_thousand() -> None:
    assert shares(hosted(), population((2020, 1e6))) == []


@pytest.mark.parametrize("indicator", sorted(INDICATORS))
def test_shares_articles_and_inhabitants_are_not_divided(indicator: str) -> None:
    wrong = {"news_share", "news_articles", "population"}
    assert denominators.may_divide(indicator) is (indicator not in wrong)
    if indicator in wrong:
        with pytest.raises(ContractError, match=indicator):
            denominators.per_thousand(hosted("2020-12-31", key=HOSTED._replace(indicator=indicator)), population((2020, 1e6)))


def test_a_share_of_the_news_among_figures_is_refused_too() -> None:
    with pytest.raises(ContractError, match="news_share"):
        denominators.per_thousand(pd.concat([hosted("2020-12-31"), hosted("2020-12-31", key=SHARE)]), population((2020, 1e6)))


def test_two_counts_of_one_year_are_not_chosen_between() -> None:
    with pytest.raises(ContractError, match="two populations"):
        denominators.per_thousand(hosted("2020-12-31"), population((2020, 1e6), (2020, 2e6)))


def test_the_population_is_the_one_known_on_the_same_day(store: Store) -> None:
    save(store, figure(2000, key=HOSTED, start="2020-12-31", end="2020-12-31", known="2021-06-15"))
    for value, known in ((1_000_000, "2021-07-01"), (4_000_000, "2022-07-01")):
        save(store, figure(value, key=PEOPLE, start="2020-07-01", end="2020-07-01", known=known))
    found = {}
    for known in ("2021-06-30", "2021-07-01", "2022-06-30", "2022-07-01"):
        figures, people = (read.figures(store, day(known), {"indicator": (name,)}) for name in ("refugees", "population"))
        found[known] = shares(figures, people)
    assert found == {"2021-06-30": [None], "2021-07-01": [(2.0, 2020)], "2022-06-30": [(2.0, 2020)], "2022-07-01": [(0.5, 2020)]}


def test_which_years_stand_in_and_which_places_lack_people_is_told_once() -> None:
    figures = pd.concat([hosted("2020-12-31", "2021-06-30", "2021-12-31", "2022-12-31"), hosted("2021-12-31", "2020-12-31", key=LEBANON)])
    divided = denominators.per_thousand(figures, population((2020, 1e6)))
    assert denominators.stand_ins(divided) == [(2021, 2020), (2022, 2020)]
    assert denominators.without(divided) == ["LBN"]


def test_a_figure_that_is_missing_itself_lacks_no_population() -> None:
    assert denominators.without(denominators.per_thousand(hosted("2020-12-31", value=NAN), population())) == []


def test_a_series_with_one_share_is_kept_whole_and_one_without_is_left_out() -> None:
    figures = pd.concat([hosted("2010-12-31", "2020-12-31"), hosted("2020-12-31", key=LEBANON)])
    kept = denominators.with_a_share(figures, population((2020, 1e6)))
    assert (kept["location"].tolist(), len(kept)) == (["TUR", "TUR"], 2)


@given(st.floats(0, 1e9), st.floats(1, 1e10), st.integers(1960, 2100))
def test_a_share_times_the_people_is_the_figure_again(value: float, people: float, year: int) -> None:
    ((share, of),) = (one for one in shares(hosted(f"{year}-12-31", value=value), population((year, people))) if one)
    assert share * people / 1000 == pytest.approx(value)
    assert of == year
