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
from monitor.connectors import _gidd, _idu, idmc
from monitor.errors import EmptyAnswer, SourceError
from monitor.model import Answer, Context, Observation, Parsed, SeriesKey, Situation, Status
from tests.building import SITUATION, TODAY, Upstream, answer, recording
from tests.connectors import read, reasons

D = dt.date
KEY = "s3cret-client"
MORE = dataclasses.replace(SITUATION, hosts=(*SITUATION.hosts, "AB9", "XKX"))


def recorded(name: str) -> Any:
    return json.loads(recording(f"idmc/{name}.json"))


def asking(today: D = TODAY, situation: Situation = MORE, dump: Any = None, **replies: Any) -> tuple[Context, Upstream]:
    """A context whose upstream gives the recordings, or what `replies` say for the last part of the path."""

    def reply(path: str, params: Mapping[str, str]) -> Any:
        name = path.strip("/").rpartition("/")[2].replace("-", "_")
        body = replies[name] if name in replies else recorded("updates" if "idus" in path else name)
        return body(params) if callable(body) else body

    upstream = Upstream(idmc.SOURCE, reply)
    options = {"dump": dump} if dump else {}
    return dataclasses.replace(upstream.context(today, situation, **options), key=KEY), upstream


def parse(updates: Any, today: D = TODAY, dump: str = "last-180-days") -> Parsed:
    context, _ = asking(today, dump=dump)
    return idmc.parse(context, [answer(updates, source="idmc", tag="updates")])


def update(number: int = 1, **changes: Any) -> dict[str, Any]:
    """One update: 30 movements in Syria from 1 to 3 October 2026."""
    return {**recorded("updates")[0], "id": number, "figure": 30, "qualifier": "total", **changes}


def days(parsed: Parsed, country: str = "SYR", cause: str = "conflict") -> dict[str, float]:
    key = SeriesKey("idmc", "internal_displacements", country, country, cause)
    return {f"{o.period_end:%m-%d}": o.value for o in parsed.observations if o.key == key and o.value is not None}


def years(parsed: Parsed) -> dict[tuple[str, str, str, int], Observation]:
    return {(o.key.indicator, o.key.location, o.key.breakdown, o.period_end.year): o for o in parsed.observations if o.frequency == "year"}


# -- The question ----------------------------------------------------------------------------------------------------------


def asked(**more: Any) -> list[tuple[str, dict[str, str]]]:
    context, upstream = asking(**more)
    list(idmc.fetch(context))
    return upstream.asked


def test_the_dump_and_the_three_tables_are_asked_with_the_client_id() -> None:
    calls = asked()
    assert [path.removeprefix("/external-api/") for path, _ in calls] == [
        "idus/last-180-days/",
        "gidd/conflicts/",
        "gidd/displacements/",
        "gidd/disasters/",
    ]
    assert {params["client_id"] for _, params in calls} == {KEY}


def test_the_tables_are_asked_for_origins_and_hosts_once_each() -> None:
    assert asked()[1][1]["iso3__in"] == "SYR,AFG,TUR,GRC,DEU,AUT,AB9,XKX"


@pytest.mark.parametrize(("dump", "path"), [("all", "all"), (("all",), "all"), (None, "last-180-days"), ("last-180-days", "last-180-days")])
def test_the_whole_dump_can_be_chosen(dump: Any, path: str) -> None:
    assert asked(dump=dump)[0][0] == f"/external-api/idus/{path}/"


@pytest.mark.parametrize("dump", ["al", ("all", "all"), "all/disaster"])
def test_another_dump_is_refused_by_name(dump: Any) -> None:
    with pytest.raises(SourceError, match=r"dump is .* known are last-180-days, all"):
        asked(dump=dump)


def test_a_situation_without_countries_asks_nothing() -> None:
    assert asked(situation=dataclasses.replace(SITUATION, origins=(), hosts=())) == []


# -- Updates ---------------------------------------------------------------------------------------------------------------


def test_recommended_figures_win_over_triangulated_ones_and_are_spread_over_their_days() -> None:
    """Event 10: 100 over 3 days. Event 11: 60 over 2 days, the newer of its place, and 9 of another place."""
    assert days(parse(recorded("updates"))) == {"10-01": 33, "10-02": 33, "10-03": 34 + 30, "10-04": 30 + 9}


def test_each_cause_is_a_series_of_its_own() -> None:
    parsed = parse(recorded("updates"))
    assert days(parsed, "AFG", "disaster") == {"10-31": 500}
    assert days(parsed, "GRC", "development") == {"08-01": 12}


def test_abyei_and_kosovo_are_places() -> None:
    parsed = parse(recorded("updates"))
    accepted, refused = normalise.check(parsed.observations, TODAY, set())
    assert not refused
    assert {o.key.location for o in accepted} == {"SYR", "AFG", "GRC", "AB9", "XKX"}
    assert days(parsed, "AB9") == {"10-10": 300}


def test_a_zero_is_a_zero_on_every_day_of_it() -> None:
    assert days(parse(recorded("updates")), "AFG") == {"09-01": 0, "09-02": 0}


def test_a_day_without_an_update_is_not_reported_and_never_zero() -> None:
    """Rows are edited in place: a figure that moves to other days must not stay on the old ones."""
    silent = [o for o in parse([update()]).observations if o.value is None]
    assert len(silent) == 180 - 3
    assert {o.status for o in silent} == {Status.NOT_REPORTED}
    assert (min(o.period_end for o in silent), max(o.period_end for o in silent)) == (D(2026, 5, 5), D(2026, 10, 31))


def test_a_country_without_any_update_has_no_series() -> None:
    assert {o.key.location for o in parse([update()]).observations} == {"SYR"}


@pytest.mark.parametrize(
    ("end", "status"),
    [(D(2026, 10, 18), Status.REPORTED), (D(2026, 10, 19), Status.PROVISIONAL), (D(2026, 11, 1), Status.PROVISIONAL)],
)
def test_a_day_is_provisional_for_two_weeks(end: D, status: Status) -> None:
    found = [o for o in parse([update(displacement_start_date=str(end), displacement_end_date=str(end))]).observations if o.value]
    assert [(o.period_end, o.status) for o in found] == [(end, status)]


def test_the_shorter_dump_does_not_speak_of_days_before_its_window() -> None:
    """A row whose last day lies in the window brings days from before it, which other rows of those days lack."""
    edge = update(displacement_start_date="2026-05-04", displacement_end_date="2026-05-06")
    assert days(parse([edge])) == {"05-05": 10, "05-06": 10}
    assert days(parse([edge], dump="all")) == {"05-04": 10, "05-05": 10, "05-06": 10}


@pytest.mark.parametrize(
    ("rows", "due"),
    [
        pytest.param([update(1), update(2, figure=60)], {"10-01": 30, "10-02": 30, "10-03": 30}, id="two recommended rows are added"),
        pytest.param([update(1, role="Triangulation"), update(2)], {"10-01": 10, "10-02": 10, "10-03": 10}, id="recommended wins"),
        pytest.param(
            [update(1, role="Triangulation"), update(2, role="Triangulation", figure=3, created_at="2026-10-04T09:12:43Z")],
            {"10-01": 10, "10-02": 10, "10-03": 10},
            id="a second older loses",
        ),
        pytest.param(
            [update(1, role="Triangulation"), update(2, role="Triangulation", figure=3, created_at="2026-10-04T09:12:44.5Z")],
            {"10-01": 1, "10-02": 1, "10-03": 1},
            id="half a second newer wins",
        ),
        pytest.param(
            [update(1, role="Triangulation"), update(2, role="Triangulation", figure=3)],
            {"10-01": 11, "10-02": 11, "10-03": 11},
            id="of one moment both count",
        ),
        pytest.param(
            [update(1), update(2, event_id=99, role="Triangulation", figure=3)],
            {"10-01": 11, "10-02": 11, "10-03": 11},
            id="another event has its own rule",
        ),
        pytest.param([update(1), update(1)], {"10-01": 10, "10-02": 10, "10-03": 10}, id="a repeated row is one"),
        pytest.param([update(1, role=None)], {"10-01": 10, "10-02": 10, "10-03": 10}, id="without a role"),
        pytest.param(
            [update(1), update(2, role=None, figure=3)], {"10-01": 10, "10-02": 10, "10-03": 10}, id="no role loses to recommended"
        ),
        pytest.param([update(1, figure="30")], {"10-01": 10, "10-02": 10, "10-03": 10}, id="a number in letters"),
        pytest.param(
            [update(1, displacement_start_date=None, displacement_end_date="", displacement_date="2026-10-02")],
            {"10-02": 30},
            id="a single day",
        ),
    ],
)
def test_what_counts_of_an_event(rows: list[Any], due: dict[str, float]) -> None:
    assert days(parse(rows)) == due


def test_a_recommended_figure_of_one_country_leaves_the_other_country_of_the_event_its_triangulated_one() -> None:
    parsed = parse([update(1), update(2, iso3="AFG", role="Triangulation", figure=6)])
    assert days(parsed) == {"10-01": 10, "10-02": 10, "10-03": 10}
    assert days(parsed, "AFG") == {"10-01": 2, "10-02": 2, "10-03": 2}


def test_an_unreadable_recommended_figure_is_not_replaced_by_a_triangulated_one() -> None:
    parsed = parse([update(1, figure="many"), update(2, role="Triangulation")])
    assert days(parsed) == {}
    assert "many" in reasons(parsed)


def test_the_older_layout_without_role_event_id_and_places_is_read_with_its_times() -> None:
    """Two reports of one point, the newer counts: 50 over 29 and 30 April; 7 at another point."""
    assert days(parse(recorded("older"), D(2023, 6, 1))) == {"04-29": 25, "04-30": 25 + 7}


@pytest.mark.parametrize("name", ["role", "event_name", "figure", "displacement_type", "displacement_end_date", "iso3", "id", "created_at"])
def test_a_field_that_is_gone_is_named(name: str) -> None:
    row = update(1, event_id=None, role="Triangulation")
    del row[name]
    with pytest.raises(SourceError, match=f"field '{name}' is missing"):
        parse([row])


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"figure": "many"}, "many"),
        ({"figure": None}, "missing is not zero"),
        ({"figure": ""}, "missing is not zero"),
        ({"figure": -1}, "impossible figure -1"),
        ({"figure": 1.5}, "not a whole number"),
        ({"figure": True}, "not a number"),
        ({"displacement_type": "Weather"}, "unknown displacement type 'weather'"),
        ({"role": "Guess"}, "unknown role 'guess'"),
        ({"iso3": "ZZZ"}, "unknown country 'ZZZ'"),
        ({"iso3": None}, "unknown country None"),
        ({"displacement_start_date": "2026-10-04"}, "ends before it begins"),
        ({"displacement_end_date": "2026-11-02"}, "lies ahead"),
        ({"displacement_end_date": "2026-02-31"}, "day"),
        ({"displacement_end_date": "soon"}, "soon"),
        ({"displacement_start_date": "2025-10-01"}, "more than a year"),
        ({"role": "Triangulation", "created_at": "then"}, "created_at"),
    ],
)
def test_a_row_that_cannot_be_read_is_set_aside_with_the_reason(changes: Mapping[str, Any], told: str) -> None:
    parsed = parse([update(1, **changes), update(2, event_id=99, iso3="AFG")])
    assert days(parsed) == {}
    assert told in reasons(parsed)
    assert days(parsed, "AFG") == {"10-01": 10, "10-02": 10, "10-03": 10}


def test_the_longest_spread_is_a_year() -> None:
    assert len(days(parse([update(1, figure=3670, displacement_start_date="2025-10-02")], dump="all"))) > 360


def test_two_rows_of_one_id_that_differ_are_both_left_out() -> None:
    parsed = parse([update(1), update(1, figure=31)])
    assert days(parsed) == {}
    assert "nothing says which is right" in reasons(parsed)


def test_the_rest_of_the_world_is_passed_over_in_silence() -> None:
    parsed = parse([update(1, iso3="PHL"), update(2)])
    assert not parsed.set_aside
    assert {o.key.location for o in parsed.observations} == {"SYR"}


@pytest.mark.parametrize("body", [{"detail": "busy"}, {"type": "FeatureCollection", "features": []}])
def test_a_dump_that_is_no_list_is_another_format(body: Any) -> None:
    with pytest.raises(SourceError, match="no list"):
        parse(body)


def test_a_dump_without_a_row_is_an_empty_answer() -> None:
    with pytest.raises(EmptyAnswer):
        parse([])


@pytest.mark.parametrize(
    ("told", "qualifier"),
    [
        (["total"], ""),
        (["", None], ""),
        (["more than"], "more than"),
        (["more than", "total"], "more than"),
        (["Less  than"], "less than"),
        (["approximately"], "about"),
        (["more than or equal to"], "more than or equal to"),
        (["more than", "less than"], "about"),
        (["more than", "approximately"], "about"),
    ],
)
def test_the_qualifier_of_a_sum_is_what_holds_of_the_sum(told: list[Any], qualifier: str) -> None:
    parsed = parse([update(n, qualifier=one) for n, one in enumerate(told)])
    assert {o.qualifier for o in parsed.observations if o.value is not None} == {qualifier}


def test_a_day_keeps_the_qualifier_of_its_own_rows() -> None:
    parsed = parse(recorded("updates"))
    found = {
        f"{o.period_end:%m-%d}": o.qualifier
        for o in parsed.observations
        if o.key.location == "SYR" and o.value and o.period_end.month == 10
    }
    assert found == {"10-01": "more than", "10-02": "more than", "10-03": "about", "10-04": "about"}


@given(st.integers(0, 10**9), st.integers(0, 366))
def test_a_spread_adds_up_and_is_even(figure: int, more: int) -> None:
    shares = list(_idu.spread(figure, D(2026, 1, 1), D(2026, 1, 1) + dt.timedelta(days=more)))
    assert sum(share for _, share in shares) == figure
    assert max(share for _, share in shares) - figure // (more + 1) <= 1
    assert len({day for day, _ in shares}) == len(shares) <= more + 1
    assert all(share for _, share in shares) or figure == 0


@given(st.dictionaries(st.sampled_from(sorted(update())), st.none() | st.text(max_size=12) | st.integers() | st.floats() | st.booleans()))
def test_no_row_ends_the_run_and_the_gate_accepts_what_is_left(changes: dict[str, Any]) -> None:
    parsed = parse([update(1, **changes), update(2, event_id=99)])
    accepted, _ = normalise.check(parsed.observations, TODAY, set())
    assert all(o.value is None or o.value >= 0 for o in accepted)


# -- Annual tables ---------------------------------------------------------------------------------------------------------


def annual(**replies: Any) -> Parsed:
    context, _ = asking(**replies)
    return read(idmc, context)[0]


def test_the_recorded_tables_are_movements_of_a_year_and_people_on_its_last_day() -> None:
    found = years(annual())
    moved = found["internal_displacements_year", "SYR", "conflict", 2025]
    assert (moved.value, moved.period_start, moved.period_end, moved.status) == (184421, D(2025, 1, 1), D(2025, 12, 31), Status.REPORTED)
    people = found["idps", "SYR", "conflict", 2025]
    assert (people.value, people.period_start, people.period_end) == (5101222, D(2025, 12, 31), D(2025, 12, 31))
    assert found["internal_displacements_year", "AFG", "disaster", 2024].value == 1329000
    assert found["idps", "AFG", "disaster", 2024].value == 1315000
    assert moved.key.origin == "SYR"


def test_the_gate_accepts_every_annual_figure() -> None:
    accepted, refused = normalise.check(annual().observations, TODAY, set())
    assert accepted
    assert not refused


def test_null_is_not_assessed_and_zero_is_assessed_as_none() -> None:
    found = years(annual())
    assert found["internal_displacements_year", "SYR", "conflict", 2009].status is Status.NOT_REPORTED
    assert found["internal_displacements_year", "SYR", "conflict", 2009].value is None
    assert (found["internal_displacements_year", "AFG", "conflict", 2024].value, found["idps", "SYR", "disaster", 2025].value) == (0, None)


def test_disasters_are_added_up_by_hazard_and_missing_ones_are_not_zero() -> None:
    found = years(annual())
    assert found["disaster_displacements_year", "AFG", "flood", 2024].value == 1234
    assert found["disaster_displacements_year", "AFG", "mass-movement", 2024].value == 5
    assert found["disaster_displacements_year", "GRC", "wildfire", 2025].value is None
    assert found["disaster_displacements_year", "SYR", "flood", 2025].value == 0


def test_a_figure_is_known_since_the_edition_was_published() -> None:
    assert {o.known_at for o in years(annual()).values()} == {dt.datetime(2026, 5, 12, tzinfo=dt.UTC)}
    assert {o.known_at for o in annual().observations if o.frequency == "day"} == {None}


def with_rows(table: str, *rows: Any, **changes: Any) -> dict[str, Any]:
    body = recorded(table)
    results = list(rows) if rows else body["results"]
    return {**body, "results": results, "count": len(results), **changes}


def conflict(**changes: Any) -> dict[str, Any]:
    return {**recorded("conflicts")["results"][1], **changes}


def test_a_null_edition_date_leaves_the_retrieval() -> None:
    assert years(annual(conflicts=with_rows("conflicts", last_updated=None)))["idps", "SYR", "conflict", 2025].known_at is None


def test_the_year_that_is_not_over_is_provisional() -> None:
    found = years(annual(conflicts=with_rows("conflicts", conflict(year=2026))))
    assert found["internal_displacements_year", "SYR", "conflict", 2026].status is Status.PROVISIONAL


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"new_displacement": "many"}, "conflicts: could not convert"),
        ({"total_displacement": -5}, "conflicts: impossible figure -5"),
        ({"new_displacement": 1.5}, "not a whole number"),
        ({"year": 0}, "year"),
        ({"year": 20250}, "year"),
    ],
)
def test_an_annual_row_that_cannot_be_read_is_set_aside(changes: Mapping[str, Any], told: str) -> None:
    parsed = annual(conflicts=with_rows("conflicts", conflict(**changes), conflict(iso3="AFG")))
    assert told in reasons(parsed)
    assert ("idps", "AFG", "conflict", 2025) in years(parsed)


def test_a_sum_that_lacks_an_event_is_not_given() -> None:
    rows = recorded("disasters")["results"]
    rows[1]["new_displacement"] = "many"
    found = years(annual(disasters=with_rows("disasters", *rows)))
    assert ("disaster_displacements_year", "AFG", "flood", 2024) not in found
    assert ("disaster_displacements_year", "AFG", "mass-movement", 2024) in found


def test_an_unknown_hazard_is_refused_by_the_gate() -> None:
    rows = recorded("disasters")["results"]
    rows[0]["hazard_type_name"] = "Meteor"
    _, refused = normalise.check(annual(disasters=with_rows("disasters", *rows)).observations, TODAY, set())
    assert [row.reason for row in refused] == ["unknown breakdown 'meteor' of disaster_displacements_year"]


@pytest.mark.parametrize(
    ("table", "name"),
    [
        ("conflicts", "new_displacement"),
        ("conflicts", "total_displacement"),
        ("displacements", "disaster_new_displacement"),
        ("disasters", "hazard_type_name"),
        ("disasters", "year"),
        ("conflicts", "iso3"),
    ],
)
def test_an_annual_field_that_is_gone_is_named(table: str, name: str) -> None:
    rows = recorded(table)["results"]
    for row in rows:
        del row[name]
    with pytest.raises(SourceError, match=f"field '{name}' is missing"):
        annual(**{table: with_rows(table, *rows)})


@pytest.mark.parametrize("name", ["count", "results", "last_updated"])
def test_a_frame_without_its_parts_is_another_format(name: str) -> None:
    body = recorded("conflicts")
    del body[name]
    with pytest.raises(SourceError, match=f"field '{name}' is missing"):
        annual(conflicts=body)


@pytest.mark.parametrize("changes", [{"count": "many"}, {"count": None}, {"results": {}}, {"last_updated": "May"}])
def test_a_frame_of_another_kind_is_another_format(changes: Mapping[str, Any]) -> None:
    with pytest.raises(SourceError):
        annual(conflicts=with_rows("conflicts", **changes))


def test_a_country_that_was_not_asked_voids_the_run() -> None:
    with pytest.raises(SourceError, match="answered for PHL, which was not asked"):
        annual(conflicts=with_rows("conflicts", conflict(iso3="PHL")))


# -- Paging ----------------------------------------------------------------------------------------------------------------


def paged(size: int, total: int, **changes: Any) -> Any:
    """A table that gives `size` rows at once, whatever is asked."""

    def reply(params: Mapping[str, str]) -> Any:
        first = int(params["offset"])
        rows = [conflict(year=2000 + n) for n in range(first, min(first + size, total))]
        more = f"https://helix.example/gidd/conflicts/?client_id={KEY}&limit={size}&offset={first + size}"
        return {"last_updated": "2026-05-12", "count": total, "next": more, "previous": None, "results": rows, **changes}

    return reply


@pytest.mark.parametrize(("size", "total", "offsets"), [(5, 4, "0"), (5, 5, "0"), (5, 6, "0 5"), (2, 5, "0 2 4")])
def test_every_row_of_every_page_is_read_even_where_the_pages_are_smaller_than_asked(size: int, total: int, offsets: str) -> None:
    context, upstream = asking(conflicts=paged(size, total))
    parsed, _ = read(idmc, context)
    assert " ".join(params["offset"] for path, params in upstream.asked if "conflicts" in path) == offsets
    assert len([slot for slot in years(parsed) if slot[0] == "idps" and slot[2] == "conflict"]) == total


def test_links_that_hold_the_client_id_are_not_followed() -> None:
    context, upstream = asking(conflicts=paged(2, 5))
    list(idmc.fetch(context))
    assert not [path for path, _ in upstream.asked if KEY in path or "helix.example" in path]


def grows(params: Mapping[str, str]) -> Any:
    return paged(2, 5 + int(params["offset"]))(params)


@pytest.mark.parametrize(
    ("reply", "told"),
    [
        (grows, "the number of rows changed between two pages, from 5 to 7"),
        (lambda params: paged(2, 5, results=[])(params), "5 rows are announced, and 0 came"),
        (lambda params: paged(2, 5, **({"results": []} if params["offset"] == "2" else {}))(params), "5 rows are announced, and 2 came"),
        (lambda params: paged(2, 2, count=1)(params), "1 rows are announced, and 2 came"),
        (lambda params: SourceError("HTTP 503") if params["offset"] == "2" else paged(2, 5)(params), "HTTP 503"),
    ],
)
def test_a_page_that_fails_voids_the_run(reply: Any, told: str) -> None:
    context, _ = asking(conflicts=reply)
    with pytest.raises(SourceError, match=told):
        list(idmc.fetch(context))


def test_one_empty_table_is_possible_and_three_are_an_empty_answer() -> None:
    empty = {name: {"last_updated": "2026-05-12", "count": 0, "next": None, "previous": None, "results": []} for name in _gidd.TABLES}
    assert years(annual(conflicts=empty["conflicts"]))
    context, _ = asking(**empty)
    parsed, (error,) = read(idmc, context)
    assert isinstance(error, EmptyAnswer)
    assert days(parsed)


@pytest.mark.parametrize("part", ["last_180_days", *_gidd.TABLES])
def test_a_part_that_fails_voids_the_run(part: str) -> None:
    context, _ = asking(**{part: SourceError("HTTP 202 not ready yet, after 3 attempts")})
    with pytest.raises(SourceError, match="HTTP 202"):
        list(idmc.fetch(context))


def test_no_dump_at_the_moment_may_be_there_later() -> None:
    context, _ = asking(last_180_days=SourceError("HTTP 404 Not Found", permanent=True))
    with pytest.raises(SourceError, match="no dump is there at the moment") as told:
        list(idmc.fetch(context))
    assert not told.value.permanent


@pytest.mark.parametrize("status", ["HTTP 401: access refused", "HTTP 403: access refused"])
def test_a_refused_client_is_told_as_it_is(status: str) -> None:
    context, _ = asking(last_180_days=SourceError(status, permanent=True))
    with pytest.raises(SourceError, match=status) as told:
        list(idmc.fetch(context))
    assert told.value.permanent


def test_ten_times_the_rows_are_read() -> None:
    parsed = parse([update(n, event_id=n) for n in range(5000)])
    assert days(parsed) == {"10-01": 50_000, "10-02": 50_000, "10-03": 50_000}
    assert isinstance(parsed.observations[0].answer, Answer)
