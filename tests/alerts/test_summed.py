"""Sums of breakdowns: at each moment of what was known then, and no firmer than their parts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.alerts.state import Vintage, known_points
from monitor.alerts.summed import added
from monitor.model import Point, SeriesKey, Status, parts
from tests.building_store import HOSTED, KEY, at, day, months

JANUARY = months("2020-01", 1)[0]


def point(value: float | None, status: Status = Status.REPORTED) -> Point:
    return JANUARY._replace(value=value, status=Status.NOT_REPORTED if value is None else status)


def vintage(known: str, value: float | None, status: Status = Status.REPORTED) -> Vintage:
    return Vintage(at(known), point(value, status))


def told(found: list[Vintage]) -> list[tuple[str, float | None]]:
    return [(f"{one.known_at:%Y-%m-%d}", one.point.value) for one in found]


@pytest.mark.parametrize(
    ("sea", "land", "expected"),
    [
        ([("2020-02-10", 5)], [("2020-02-10", 7)], [("2020-02-10", 12)]),
        ([("2020-02-10", 5)], [("2020-02-11", 7)], [("2020-02-10", 5), ("2020-02-11", 12)]),  # a part without a row adds nothing
        ([("2020-02-10", 5)], [], [("2020-02-10", 5)]),
        ([("2020-02-10", 5), ("2020-03-10", 6)], [("2020-02-10", 7)], [("2020-02-10", 12), ("2020-03-10", 13)]),
        ([("2020-02-10", 5)], [("2020-02-10", None)], [("2020-02-10", None)]),  # one that is not reported is no zero
        ([("2020-02-10", None)], [("2020-02-10", None)], [("2020-02-10", None)]),
        ([("2020-02-10", None), ("2020-02-12", 5)], [("2020-02-10", 7)], [("2020-02-10", None), ("2020-02-12", 12)]),
    ],
)
def test_a_sum_is_of_what_was_known(
    sea: list[tuple[str, float | None]], land: list[tuple[str, float | None]], expected: list[tuple[str, float | None]]
) -> None:
    assert told(added([[vintage(*one) for one in part] for part in (sea, land)])) == expected


@pytest.mark.parametrize("status", [Status.ESTIMATED, Status.PROVISIONAL, Status.PROJECTED])
def test_a_sum_is_no_firmer_than_its_parts(status: Status) -> None:
    (one,) = added([[vintage("2020-02-10", 5)], [vintage("2020-02-10", 7, status)]])
    assert (one.point.value, one.point.status) == (12, status)


def test_periods_are_summed_apart_and_one_part_is_itself() -> None:
    sea = [Vintage(at("2020-03-10"), p) for p in months("2020-01", 1, 2)]
    land = [Vintage(at("2020-03-10"), p) for p in months("2020-02", 20)]
    assert [(one.point.period_end, one.point.value) for one in added([sea, land])] == [(day("2020-01-31"), 1), (day("2020-02-29"), 22)]
    assert added([sea]) == sea


def test_only_breakdowns_of_the_contract_are_taken_apart() -> None:
    assert parts(KEY._replace(breakdown="sea+land")) == (KEY, KEY._replace(breakdown="land"))
    assert parts(HOSTED) == (HOSTED,)
    own_name = SeriesKey("gdelt", "news_share", "a-situation", "", "syria+greece")
    assert parts(own_name) == (own_name,)


VINTAGES = st.lists(
    st.tuples(st.integers(1, 28), st.integers(0, 2), st.one_of(st.none(), st.integers(0, 99))), max_size=8, unique_by=lambda one: one[:2]
).map(
    lambda rows: [
        Vintage(at(f"2020-05-{day:02d}"), months("2020-01", 1, 2, 3)[n]._replace(value=value))
        for day, n, value in sorted(rows, key=lambda row: row[:2])
    ]
)


@given(VINTAGES, VINTAGES, st.integers(1, 31))
def test_the_sum_as_known_is_the_sum_of_what_is_known(sea: list[Vintage], land: list[Vintage], cut: int) -> None:
    moment = at(f"2020-05-{cut:02d}")
    summed = {(p.period_start, p.period_end): p.value for p in known_points(added([sea, land]), moment)}
    expected: dict[object, float | None] = {}
    parts_known = [known_points(sea, moment), known_points(land, moment)]
    upto = min((part[-1].period_end for part in parts_known if part), default=None)  # beyond it a part is still to come
    for one in (point for part in parts_known for point in part if upto and point.period_end <= upto):
        period = (one.period_start, one.period_end)
        before = expected.get(period, 0)
        expected[period] = None if before is None or one.value is None else before + one.value
    assert {period: value for period, value in summed.items() if upto and period[1] <= upto} == expected


def test_a_sum_waits_for_the_part_that_is_still_to_come() -> None:
    sea = [Vintage(at("2020-02-10"), months("2020-01", 5000)[0]), Vintage(at("2020-03-10"), months("2020-02", 1000)[0])]
    land = [Vintage(at("2020-02-10"), months("2020-01", 1000)[0]), Vintage(at("2020-03-14"), months("2020-02", 4000)[0])]
    assert [(f"{one.known_at:%m-%d}", one.point.value) for one in added([sea, land])] == [("02-10", 6000), ("03-14", 5000)]


def test_a_part_that_has_ended_is_waited_for_no_more() -> None:
    sea = [Vintage(at("2021-03-10"), months("2021-02", 1000)[0])]
    land = [Vintage(at("2020-02-10"), months("2020-01", 1000)[0])]
    assert [one.point.value for one in added([sea, land])] == [1000, 1000]


def test_the_year_after_a_part_has_ended_is_summed_as_soon_as_that_is_known() -> None:
    sea = [Vintage(at("2020-03-10"), months("2020-02", 500)[0]), Vintage(at("2021-03-10"), months("2021-02", 1000)[0])]
    land = [Vintage(at("2020-02-10"), months("2020-01", 1000)[0])]
    told = [(f"{one.known_at:%Y-%m-%d}", f"{one.point.period_end:%Y-%m}", one.point.value) for one in added([sea, land])]
    assert told == [("2020-02-10", "2020-01", 1000), ("2021-03-10", "2020-02", 500), ("2021-03-10", "2021-02", 1000)]
