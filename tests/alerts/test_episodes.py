"""Episodes: computed from months, and read from a table kept by hand."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.alerts.episodes import COLUMNS, Definition, Episode, by_month, computed, documented, first_day, last_day, month_number
from monitor.model import Point, Status
from tests.building_store import day, months

FLAT = [1_000.0] * 12


def spans(*values: float | None, definition: Definition | None = None) -> list[tuple[str, str]]:
    """The episodes of months from January 2018 on, as year and month."""
    return [(f"{one.start:%Y-%m}", f"{one.end:%Y-%m}") for one in computed(months("2018-01", *values), definition)]


@pytest.mark.parametrize(
    ("then", "found"),
    [
        ([5_000, 5_000, 5_000], [("2019-01", "2019-03")]),
        ([5_000, 5_000, 4_999], []),  # one short of 15,000
        ([0, 0, 15_000], [("2019-01", "2019-03")]),  # the sum counts, not the month
        ([5_000, 5_000, 5_000, 5_000], [("2019-01", "2019-04")]),
        ([5_000, 5_000], []),  # the third month is not known yet
        ([5_000, None, 5_000, 5_000, 5_000], [("2019-03", "2019-05")]),  # a gap is not 0: no sum holds it
    ],
)
def test_three_months_make_an_episode_when_there_are_enough(then: list[float | None], found: list[tuple[str, str]]) -> None:
    assert spans(*FLAT, *then) == found


@pytest.mark.parametrize(("before", "found"), [(3_000, True), (3_001, False)])
def test_three_months_make_an_episode_when_they_are_twice_those_of_a_year_before(before: float, found: bool) -> None:
    values = [before, before, before, *[20_000.0] * 9, 6_000.0, 6_000.0, 6_000.0]
    assert bool(spans(*values)) is found


@pytest.mark.parametrize(("apart", "found"), [(3, [("2019-01", "2019-04")]), (4, [("2019-01", "2019-01"), ("2019-05", "2019-05")])])
def test_qualifying_months_at_most_three_apart_are_one_episode(apart: int, found: list[tuple[str, str]]) -> None:
    values = [20_000.0 if month in (0, apart) else 0.0 for month in range(8)]
    assert spans(*FLAT, *values, definition=Definition(months=1)) == found


def test_an_episode_ends_with_the_last_month_of_its_last_sum() -> None:
    assert computed(months("2018-01", *FLAT, *[6_000.0] * 12, *[6_000.0] * 6)) == [Episode(day("2019-01-01"), day("2020-01-31"))]


def test_a_year_before_that_is_not_known_or_a_gap_makes_no_episode() -> None:
    assert spans(*[20_000.0] * 12) == []
    assert spans(1_000, None, *[1_000.0] * 10, *[6_000.0] * 3) == []


def test_an_unfinished_month_is_not_counted_and_another_period_is_refused() -> None:
    begun = Point(day("2019-03-01"), day("2019-03-31"), 90_000.0, Status.PROVISIONAL)
    assert computed([*months("2018-01", *FLAT, 5_000, 5_000), begun]) == []
    with pytest.raises(ValueError, match="2019-03-01 to 2019-03-30 is not a calendar month"):
        by_month([begun._replace(period_end=day("2019-03-30"))])


@given(st.lists(st.one_of(st.none(), st.floats(0, 1e6)), min_size=1, max_size=60), st.integers(1, 12))
def test_episodes_never_overlap_and_begin_at_a_month_that_qualifies(values: list[float | None], apart: int) -> None:
    rule = Definition(apart=apart)
    found = computed(months("2012-01", *values), rule)
    for earlier, later in pairwise(found):
        assert month_number(later.start) - (month_number(earlier.end) - rule.months + 1) > apart
    known = by_month(months("2012-01", *values))
    for one in found:
        first = month_number(one.start)
        assert sum(known[first + n] for n in range(3)) >= rule.least
        assert sum(known[first + n] for n in range(3)) >= rule.ratio * sum(known[first - 12 + n] for n in range(3))


@given(st.dates(dt.date(1, 1, 1), dt.date(9998, 12, 31)))
def test_a_month_has_one_number(some: dt.date) -> None:
    number = month_number(some)
    assert first_day(number) <= some <= last_day(number)
    assert (first_day(number).day, month_number(last_day(number)), first_day(number + 1) - last_day(number)) == (1, number, dt.timedelta(1))


HEAD = ",".join(COLUMNS)


def test_documented_episodes_are_read_by_place_in_the_order_of_time() -> None:
    text = (
        f'{HEAD}\nUKR,2022-02-01,2022-06-30,Invasion,"UNHCR, 2022"\nSDN,2023-04-01,2023-12-31,War,IOM\nUKR,2014-03-01,2014-12-31,War,UN\n'
    )
    found = documented(text)
    assert list(found) == ["UKR", "SDN"]
    assert [one.start.year for one in found["UKR"]] == [2014, 2022]
    assert found["SDN"] == [Episode(day("2023-04-01"), day("2023-12-31"), "War", "IOM")]


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("UKR,2022-02-30,2022-06-30,Invasion,UNHCR", "line 2: day"),
        ("UKR,2022-03-01,2022-02-28,Invasion,UNHCR", "line 2: the end 2022-02-28 lies before the start 2022-03-01"),
        ("UKR,2022-03-01,2022-04-30,Invasion,", "line 2: source is empty"),
        ("UKR,2022-03-01,2022-04-30, ,UNHCR", "line 2: what is empty"),
        ("UKR,2022-03-01,,Invasion,UNHCR", "line 2: end is empty"),
        (",2022-03-01,2022-04-30,Invasion,UNHCR", "line 2: place is empty"),
    ],
)
def test_a_row_that_is_no_episode_is_refused_with_its_line(row: str, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        documented(f"{HEAD}\n{row}\n")


def test_other_columns_are_refused() -> None:
    with pytest.raises(ValueError, match="line 1: the columns are place, start"):
        documented("place,start\nUKR,2022-02-01\n")
