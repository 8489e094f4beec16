from __future__ import annotations

import dataclasses
import datetime as dt
import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor import normalise
from monitor.connectors import odp
from monitor.errors import EmptyAnswer, SourceError
from monitor.model import Context, Frequency, Observation, Parsed, SeriesKey, Status
from tests.building import SITUATION, Upstream, recording
from tests.connectors import read, reasons

D = dt.date
AUGUST = D(2026, 8, 22)
REGISTERED = {"location": "TUR", "origin": "SYR", "sv_id": "4", "geo_id": "113", "population_collection": "22,24"}
ARRIVALS = {
    "region": "europe-mediterranean",
    "sv_id": "100",
    "groups": {"sea": ["4797", "5634"], "land": ["4798"]},
    "places": [{"location": "GRC", "geo_id": "640"}, {"location": "ESP", "geo_id": "729"}],
}
NOTHING: dict[str, list[Any]] = {"data": []}


def series(*points: Mapping[str, Any]) -> dict[str, Any]:
    return {"situation_view_id": "100", "data": {"timeseries": list(points)}}


def month(number: Any, people: Any, year: Any = "2026") -> dict[str, Any]:
    return {"year": year, "month": number, "individuals": people}


def since(people: Any, date: str = "2026-08-16", group: Any = "4797", geo: Any = "640") -> dict[str, Any]:
    return {"geomaster_id": geo, "population_group_id": group, "individuals": people, "date": date}


def portal(region: Any = None, sums: Mapping[str, Any] | None = None, registered: Any = None, today: D = AUGUST) -> Context:
    """The portal on a day: the region's months, and the sums since the first of each month (by "07", "08"...)."""

    def reply(path: str, params: Mapping[str, str]) -> Any:
        if path == odp.SUBLOCATION:
            found = (sums or {}).get(params["fromDate"][5:7], [])
            return {"data": found} if isinstance(found, list) else found
        return registered if params["frequency"] == "day" else (region or series(month("07", 10255)))

    options = {"arrivals": ARRIVALS, "registered": [REGISTERED] if registered is not None else []}
    return Upstream(odp.SOURCE, reply).context(today, **options)


def months(parsed: Parsed, place: str, breakdown: str = "all") -> dict[int, float | None]:
    return {o.period_start.month: o.value for o in of(parsed, place, breakdown)}


def of(parsed: Parsed, place: str, breakdown: str = "all") -> list[Observation]:
    return [o for o in parsed.observations if o.key == SeriesKey("odp", "arrivals", place, "", breakdown)]


JULY_TO_AUGUST = {"07": recording("odp/since_july.json"), "08": recording("odp/since_august.json")}

# -- The questions -------------------------------------------------------------------------------------------------------


def questions(today: D) -> list[tuple[str, dict[str, str]]]:
    context = portal(registered=recording("odp/registered.json"), today=today)
    list(odp.fetch(context))
    return context.get.asked  # type: ignore[attr-defined, no-any-return]


def test_registered_people_are_asked_from_the_start_and_by_day() -> None:
    path, params = questions(D(2026, 8, 22))[0]
    assert path == "/population/get/timeseries"
    assert params == {"sv_id": "4", "geo_id": "113", "population_collection": "22,24", "frequency": "day", "fromDate": "1900-01-01"}


def test_the_region_is_asked_for_all_groups_together_and_for_each_breakdown() -> None:
    groups = [p["population_group"] for path, p in questions(D(2026, 8, 22)) if path == odp.TIMESERIES and p["frequency"] == "month"]
    assert groups == ["4797,5634,4798", "4797,5634", "4798"]


@pytest.mark.parametrize("today", [D(2026, 3, 1), D(2026, 8, 22), D(2026, 12, 31)])
def test_the_sums_are_asked_since_the_first_of_every_month_of_the_year(today: D) -> None:
    """A sum since the middle of a month would lose the whole month."""
    days = [p["fromDate"] for path, p in questions(today) if path == odp.SUBLOCATION]
    assert {D(today.year, number, 1).isoformat() for number in range(1, today.month + 1)} <= set(days)
    assert all(day.endswith("-01") for day in days)
    assert days == sorted(days)


@pytest.mark.parametrize("today", [D(2027, 1, 1), D(2027, 1, 14), D(2027, 1, 31)])
def test_in_january_the_december_that_has_just_ended_is_still_asked_for(today: D) -> None:
    """On 31 December it is unfinished, and it settles two weeks later: without this call it would stay provisional for ever."""
    asked = questions(today)
    assert "2026-12-01" in [p["fromDate"] for path, p in asked if path == odp.SUBLOCATION]
    assert all(p["fromDate"] <= "2026-12-01" for path, p in asked if path == odp.TIMESERIES)


def test_a_december_is_reported_once_it_has_settled() -> None:
    december, january = [since(500, "2027-01-20")], [since(200, "2027-01-20")]
    both = series(month("12", 9000), month("01", 4000, "2027"))
    parsed, _ = read(odp, portal(both, {"12": december, "01": january}, today=D(2027, 1, 20)))
    assert [(o.value, o.status) for o in of(parsed, "GRC") if o.period_end == D(2026, 12, 31)] == [(300, Status.REPORTED)]
    assert [(o.value, o.status) for o in of(parsed, "europe-mediterranean") if o.period_end == D(2026, 12, 31)] == [(9000, Status.REPORTED)]


def test_a_situation_without_options_asks_nothing() -> None:
    context = Upstream(odp.SOURCE, lambda path, params: NOTHING).context()
    assert list(odp.fetch(context)) == []


# -- Registered people ---------------------------------------------------------------------------------------------------


def test_registered_people_are_a_stock_of_each_day_and_a_null_is_no_figure() -> None:
    parsed, failed = read(odp, portal(registered=recording("odp/registered.json"), sums=JULY_TO_AUGUST))
    found = [o for o in parsed.observations if o.key == SeriesKey("odp", "registered_refugees", "TUR", "SYR")]
    assert [(o.period_start, o.period_end, o.value) for o in found] == [
        (D(2011, 12, 16), D(2011, 12, 16), 8000),
        (D(2012, 1, 15), D(2012, 1, 15), 9500),
    ]
    assert {o.frequency for o in found} == {Frequency.DAY}
    assert not failed


@pytest.mark.parametrize(
    "registered",
    [
        pytest.param(recording("odp/no_data.json"), id="no_data"),
        pytest.param(series(), id="empty series"),
        pytest.param(NOTHING, id="empty data"),
        pytest.param({"data": None}, id="null"),
        pytest.param({}, id="empty object"),
        pytest.param({"data": {"series": []}}, id="renamed field"),
        pytest.param(b'{"data": {"timeser', id="damaged"),
        pytest.param(SourceError("HTTP 404", permanent=True), id="404"),
        pytest.param(EmptyAnswer("nothing in it"), id="nothing in it"),
    ],
)
def test_a_registered_series_that_fails_is_reported_and_leaves_the_arrivals(registered: Any) -> None:
    """Its ids are not yet seen live, so it is optional."""
    parsed, failed = read(odp, portal(registered=registered, sums=JULY_TO_AUGUST))
    assert months(parsed, "GRC") == {7: 3800, 8: 1900}
    assert len(failed) == 1
    assert isinstance(failed[0], SourceError)


def test_one_registered_series_that_fails_leaves_the_other() -> None:
    def reply(path: str, params: Mapping[str, str]) -> bytes:
        return recording("odp/no_data.json" if params["geo_id"] == "113" else "odp/registered.json")

    lebanon = {**REGISTERED, "location": "LBN", "geo_id": "71"}
    parsed, failed = read(odp, Upstream(odp.SOURCE, reply).context(registered=[REGISTERED, lebanon]))
    assert {o.key.location for o in parsed.observations} == {"LBN"}
    assert len(failed) == 1


@pytest.mark.parametrize(
    "point",
    [
        {"data_date": "16.12.2011", "individuals": 1},
        {"data_date": "2011-12-16", "individuals": "many"},
        {"data_date": None, "individuals": 1},
    ],
)
def test_a_point_that_cannot_be_read_is_set_aside_and_the_others_stay(point: dict[str, Any]) -> None:
    good = {"data_date": "2012-01-15", "individuals": 9500}
    parsed, _ = read(odp, portal(registered=series(point, good)))
    assert [o.value for o in parsed.observations if o.key.indicator == "registered_refugees"] == [9500]
    assert len(parsed.set_aside) == 1


@pytest.mark.parametrize("name", ["data_date", "individuals"])
def test_a_field_that_the_points_no_longer_have_is_told_by_its_name(name: str) -> None:
    point = {"data_date": "2012-01-15", "individuals": 9500}
    del point[name]
    failures: list[Exception] = []
    try:
        failures = read(odp, portal(registered=series(point), sums=JULY_TO_AUGUST))[1]
    except SourceError as error:
        failures = [error]
    assert f"'{name}' is missing" in str(failures)


# -- The region's months -------------------------------------------------------------------------------------------------


def test_months_are_read_as_text_or_number_with_their_whole_extent() -> None:
    parsed, _ = read(odp, portal(recording("odp/region_all.json"), JULY_TO_AUGUST))
    found = of(parsed, "europe-mediterranean")
    assert [(o.period_start, o.period_end, o.value) for o in found] == [
        (D(2026, 6, 1), D(2026, 6, 30), 9350),
        (D(2026, 7, 1), D(2026, 7, 31), 10255),
        (D(2026, 8, 1), D(2026, 8, 31), 6458),
    ]
    assert {o.frequency for o in found} == {Frequency.MONTH}


def test_each_breakdown_of_the_region_is_a_series_of_its_own() -> None:
    replies = {"4797,5634,4798": 10255, "4797,5634": 7672, "4798": 2583}

    def reply(path: str, params: Mapping[str, str]) -> Any:
        if path == odp.SUBLOCATION:
            return {"data": [since(1)]}
        return series(month("07", replies[params["population_group"]]))

    parsed, _ = read(odp, Upstream(odp.SOURCE, reply).context(D(2026, 8, 22), arrivals=ARRIVALS))
    assert {name: months(parsed, "europe-mediterranean", name)[7] for name in ("all", "sea", "land")} == {
        "all": 10255,
        "sea": 7672,
        "land": 2583,
    }


@pytest.mark.parametrize(
    ("newest", "today", "status"),
    [
        ("2026-06-30", D(2026, 8, 4), None),  # nobody has reported in July
        ("2026-07-01", D(2026, 8, 4), Status.PROVISIONAL),
        ("2026-08-03", D(2026, 8, 4), Status.PROVISIONAL),  # too early: 65 % of what it becomes
        ("2026-08-13", D(2026, 8, 13), Status.PROVISIONAL),
        ("2026-08-13", D(2026, 8, 14), Status.REPORTED),
        ("2026-08-22", D(2026, 8, 22), Status.REPORTED),
        ("2026-07-30", D(2026, 11, 1), Status.PROVISIONAL),  # frozen before the month was over
        ("2026-07-31", D(2026, 11, 1), Status.REPORTED),
    ],
)
def test_a_regional_july_is_as_firm_as_the_newest_report_of_any_country(newest: str, today: D, status: Status | None) -> None:
    parsed, _ = read(odp, portal(series(month("07", 10255)), {"07": [since(9, "2026-01-05", geo="729"), since(5, newest)]}, today=today))
    assert [o.status for o in of(parsed, "europe-mediterranean")] == ([status] if status else [])


def test_a_month_that_nobody_has_reported_in_is_no_figure_even_when_the_portal_says_zero() -> None:
    parsed, _ = read(
        odp, portal(series(month("08", 6458), month("09", 0), month("10", "0")), {"08": [since(5, "2026-08-22")]}, today=D(2026, 11, 1))
    )
    assert [(o.period_start.month, o.status) for o in of(parsed, "europe-mediterranean")] == [(8, Status.PROVISIONAL)]


def test_a_month_without_a_value_is_no_figure() -> None:
    parsed, _ = read(odp, portal(series(month("06", None), month("07", "0")), {"07": [since(5)]}))
    assert months(parsed, "europe-mediterranean") == {7: 0}


@pytest.mark.parametrize("point", [month("13", 1), month("July", 1), month("07", "1.5"), month(None, 1), month("07", 1, "twenty")])
def test_a_month_that_cannot_be_read_is_set_aside(point: dict[str, Any]) -> None:
    """None of them may end the run: the other months are sound."""
    parsed, _ = read(odp, portal(series(point, month("06", 9350)), {"07": [since(5, "2026-07-30")]}))
    assert months(parsed, "europe-mediterranean") == {6: 9350}
    assert len(parsed.set_aside) == 3  # all, sea and land


@pytest.mark.parametrize("name", ["year", "month", "individuals"])
def test_a_missing_field_of_a_month_is_told_by_its_name(name: str) -> None:
    broken = month("07", 1)
    del broken[name]
    with pytest.raises(SourceError, match=f"'{name}' is missing"):
        read(odp, portal(series(broken), {"07": [since(5)]}))


def test_an_empty_regional_series_is_an_empty_answer_and_not_zero_arrivals() -> None:
    with pytest.raises(EmptyAnswer, match="not a zero"):
        read(odp, portal(series(), {"07": [since(5)]}))


# -- The countries' months: differences of two sums ----------------------------------------------------------------------


def test_a_month_is_the_difference_of_two_sums_by_breakdown() -> None:
    parsed, failed = read(odp, portal(sums=JULY_TO_AUGUST))
    assert not failed
    assert months(parsed, "GRC", "sea") == {7: 5000 - 1800, 8: 1800}
    assert months(parsed, "GRC", "land") == {7: 700 - 100, 8: 100}
    assert months(parsed, "GRC") == {7: 3800, 8: 1900}


def test_the_groups_of_one_breakdown_are_added() -> None:
    """Spain counts the Canary Islands as a group of their own."""
    parsed, _ = read(odp, portal(sums=JULY_TO_AUGUST))
    assert months(parsed, "ESP", "sea") == {7: (2000 + 900) - (800 + 400), 8: 1200}
    assert months(parsed, "ESP", "land") == {}
    assert months(parsed, "ESP") == {7: 1700, 8: 1200}


def test_every_month_of_a_country_passes_the_gate() -> None:
    parsed, _ = read(odp, portal(recording("odp/region_all.json"), JULY_TO_AUGUST))
    accepted, refused = normalise.check(parsed.observations, D(2026, 8, 22), {SITUATION.id})
    assert not refused
    assert len(accepted) == 3 * 3 + 2 * 3 + 2 * 2  # the region's breakdowns, Greece's, Spain's (which has no land arrivals)


@pytest.mark.parametrize(
    ("newest", "today", "july", "august"),
    [
        ("2026-07-20", D(2026, 8, 4), Status.PROVISIONAL, None),
        ("2026-08-02", D(2026, 8, 4), Status.PROVISIONAL, Status.PROVISIONAL),
        ("2026-08-16", D(2026, 8, 22), Status.REPORTED, Status.PROVISIONAL),
        ("2026-08-16", D(2026, 11, 1), Status.REPORTED, Status.PROVISIONAL),  # frozen
        ("2026-08-31", D(2026, 9, 13), Status.REPORTED, Status.PROVISIONAL),
        ("2026-08-31", D(2026, 9, 14), Status.REPORTED, Status.REPORTED),
    ],
)
def test_a_country_is_as_firm_as_its_own_newest_report(newest: str, today: D, july: Status | None, august: Status | None) -> None:
    august_begun = [since(1800, newest)] if newest >= "2026-08" else []
    greece = {"07": [since(5000, newest)], "08": august_begun, "09": NOTHING, "10": NOTHING, "11": NOTHING}
    spain = since(1, today.isoformat(), geo="729")  # another country that is up to date makes no difference
    sums = {number: [*(rows if isinstance(rows, list) else []), spain] for number, rows in greece.items()}
    found = of(read(odp, portal(sums=sums, today=today))[0], "GRC")
    assert {o.period_start.month: o.status for o in found} == {m: s for m, s in ((7, july), (8, august)) if s}


def test_a_country_that_has_reported_nobody_has_a_zero_and_one_that_is_silent_has_nothing() -> None:
    parsed, _ = read(odp, portal(sums={"07": [since("0")], "08": [since("0")]}))
    assert months(parsed, "GRC") == {7: 0, 8: 0}
    assert months(parsed, "ESP") == {}


def test_a_value_that_is_null_is_no_sum() -> None:
    parsed, _ = read(odp, portal(sums={"07": [since(None)], "08": []}))
    assert not of(parsed, "GRC")


def test_a_negative_difference_is_set_aside_and_told() -> None:
    parsed, _ = read(odp, portal(sums={"07": [since(1000)], "08": [since(1200)]}))
    assert months(parsed, "GRC", "sea") == {8: 1200}
    assert "revised downward" in reasons(parsed)
    assert any("GRC" in aside.row and "2026-07 = -200" in aside.row for aside in parsed.set_aside)


def test_a_sum_of_breakdowns_one_of_which_was_set_aside_is_set_aside_too() -> None:
    """700 by sea and -100 by land are not 600 in all: fewer than came by sea alone."""
    land = {"group": "4798"}
    parsed, _ = read(odp, portal(sums={"07": [since(1000), since(100, **land)], "08": [since(300), since(200, **land)]}))
    assert months(parsed, "GRC", "sea") == {7: 700, 8: 300}
    assert months(parsed, "GRC") == {8: 500}


def test_a_difference_of_nobody_is_a_zero_and_no_complaint() -> None:
    parsed, _ = read(odp, portal(sums={"07": [since(1200)], "08": [since(1200)]}))
    assert months(parsed, "GRC") == {7: 0, 8: 1200}
    assert not parsed.set_aside


def test_a_place_that_the_situation_does_not_name_is_set_aside_once() -> None:
    parsed, _ = read(odp, portal(sums={"07": [since(1, geo="999"), since(2)], "08": [since(1, geo="999"), since(2)]}))
    assert reasons(parsed) == "place id 999 is not in the situation file"
    assert {o.key.location for o in parsed.observations} == {"GRC", "europe-mediterranean"}


def test_a_place_that_the_situation_ignores_is_no_complaint() -> None:
    context = portal(sums={"07": [since(1, geo="999")]})
    options = {"arrivals": {**ARRIVALS, "ignored": ["999"]}}
    parsed, _ = read(odp, dataclasses.replace(context, options=options))
    assert not parsed.set_aside


@pytest.mark.parametrize("group", ["4996", "", None, "4797,4798"])
def test_a_population_group_that_was_not_asked_for_is_set_aside(group: Any) -> None:
    """Greece by nationality beside Greece by sea would count people twice."""
    parsed, _ = read(odp, portal(sums={"07": [since(1000, "2026-07-30"), since(1000, group=group)]}))
    assert months(parsed, "GRC") == {7: 1000}
    assert "was not asked for" in reasons(parsed)


@pytest.mark.parametrize("changes", [{"people": "many"}, {"date": "16/08/2026"}, {"date": ""}])
def test_a_row_that_cannot_be_read_is_set_aside_and_the_others_stay(changes: dict[str, Any]) -> None:
    parsed, _ = read(odp, portal(sums={"07": [since(**{"people": 5, **changes}), since(900, "2026-07-30", group="4798")]}))
    assert months(parsed, "GRC", "land") == {7: 900}
    assert months(parsed, "GRC") == {}  # a sum of both would lack those by sea
    assert "2026-07" in parsed.set_aside[-1].row


@pytest.mark.parametrize("name", ["geomaster_id", "population_group_id", "individuals", "date"])
def test_a_missing_field_of_a_sum_is_told_by_its_name(name: str) -> None:
    broken = since(5)
    del broken[name]
    with pytest.raises(SourceError, match=f"'{name}' is missing"):
        read(odp, portal(sums={"07": [broken]}))


@pytest.mark.parametrize("nothing", [recording("odp/no_data.json"), {"data": None}, NOTHING])
def test_a_month_that_has_only_begun_and_has_no_data_yet_leaves_the_months_before(nothing: Any) -> None:
    """On the first of August nobody has reported in August: that is the ordinary case, however the portal says it."""
    parsed, _ = read(odp, portal(sums={"07": [since(900, "2026-07-30")], "08": nothing}, today=D(2026, 8, 1)))
    assert months(parsed, "GRC") == {7: 900}


def test_a_failing_call_for_the_arrivals_ends_the_run_since_a_difference_needs_both_sums() -> None:
    with pytest.raises(SourceError, match="503"):
        read(odp, portal(sums={"07": [since(5)], "08": SourceError("HTTP 503")}))


@pytest.mark.parametrize(
    ("july", "august", "told"),
    [
        pytest.param([since(1000)], [], "a report of 2026-08-16 is missing in the sum from 2026-08-01 on", id="a later sum is lost"),
        pytest.param(
            [since(1000, group="4797"), since(9, group="4798")],
            [since(1, group="4797"), since(1, group="5634")],
            "none from 2026-07-01 on",
            id="an earlier one",
        ),
        pytest.param([since(1000)], [since("many")], "could not be read", id="not a number"),
        pytest.param([since(1000)], [since(-300)], "could not be read", id="negative"),
        pytest.param([since(1000)], [since(300), since(400)], "could not be read", id="two sums"),
        pytest.param([since(1000)], [since(300, geo=None)], "could not be read", id="of no place"),
        pytest.param([since(1000)], [since(300, "0001-01-01")], "could not be read", id="before its days"),
        pytest.param([since(1000)], [since(300, "9999-12-31")], "could not be read", id="dated ahead"),
        pytest.param([since(1000)], [since(None)], "could not be read", id="without people"),
    ],
)
def test_a_month_of_which_one_of_the_two_sums_cannot_be_right_is_not_told(july: list[Any], august: list[Any], told: str) -> None:
    """A later sum that is too small would make the month too large."""
    parsed, _ = read(odp, portal(sums={"07": july, "08": august}))
    assert 7 not in months(parsed, "GRC", "sea")
    assert 7 not in months(parsed, "GRC")
    assert told in reasons(parsed)


def test_the_same_row_twice_is_one_row() -> None:
    parsed, _ = read(odp, portal(sums={"07": [since(1000)] * 10, "08": [since(300)] * 10}))
    assert months(parsed, "GRC", "sea") == {7: 700, 8: 300}


@given(st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 10**6)), min_size=8, max_size=8))
def test_the_months_of_a_growing_sum_add_up_to_it(by_month: list[tuple[int, int]]) -> None:
    """Whatever came by sea and land each month, the differences give it back."""
    sums = {
        f"{n + 1:02d}": [since(sum(sea for sea, _ in by_month[n:])), since(sum(land for _, land in by_month[n:]), group="4798")]
        for n in range(8)
    }
    parsed, _ = read(odp, portal(sums=json.loads(json.dumps(sums))))
    assert months(parsed, "GRC", "sea") == {n + 1: sea for n, (sea, _) in enumerate(by_month)}
    assert months(parsed, "GRC", "land") == {n + 1: land for n, (_, land) in enumerate(by_month)}
    assert months(parsed, "GRC") == {n + 1: sea + land for n, (sea, land) in enumerate(by_month)}
    assert not parsed.set_aside
