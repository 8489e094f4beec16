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
from monitor.connectors import hapi
from monitor.errors import EmptyAnswer, SourceError
from monitor.model import Parsed, Status
from tests.building import SITUATION, TODAY, Upstream, answer, recording
from tests.connectors import read, reasons

D = dt.date
NOTHING: dict[str, list[Any]] = {"data": []}


def rows(name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(recording(f"hapi/{name}.json"))["data"]
    return found


def person(**changes: Any) -> dict[str, Any]:
    """Syrians in Türkiye at the end of 2024, as the API writes the row."""
    return {**rows("people")[0], **changes}


def assessed(**changes: Any) -> dict[str, Any]:
    return {**rows("idps")[0], **changes}


def year(number: int) -> dict[str, str]:
    return {"reference_period_start": f"{number}-01-01T00:00:00", "reference_period_end": f"{number}-12-31T23:59:59"}


def humdata(people: Any = None, returns: Any = None, idps: Any = None) -> Upstream:
    """The API: people and returns of Syria, assessments of Afghanistan; nothing of others."""

    def reply(path: str, params: Mapping[str, str]) -> Any:
        kind = path.rpartition("/")[2]
        bodies = {hapi.PEOPLE: people or rows("people"), hapi.RETURNS: returns or rows("returnees"), hapi.IDPS: idps or rows("idps")}
        body = bodies[kind]
        if not isinstance(body, list):
            return body
        asked = params.get("origin_location_code") or params.get("location_code")
        named = "location_code" if kind == hapi.IDPS else "origin_location_code"
        kept = [row for row in body if asked in (None, row.get(named, asked))]
        return {"data": kept[int(params["offset"]) :][: int(params["limit"])]}

    return Upstream(hapi.SOURCE, reply)


def parse(*rows: Any, tag: str = f"{hapi.PEOPLE} SYR", today: D = TODAY) -> Parsed:
    return hapi.parse(humdata().context(today), [answer({"data": list(rows)}, source="hapi", tag=tag)])


def values(parsed: Parsed) -> dict[tuple[str, str, str, str, D], float | None]:
    return {(o.key.indicator, o.key.location, o.key.origin, o.key.breakdown, o.period_end): o.value for o in parsed.observations}


# -- The questions -------------------------------------------------------------------------------------------------------


def test_the_identifier_travels_in_a_header_and_never_in_the_address() -> None:
    upstream = humdata()
    list(hapi.fetch(upstream.context(key="bmFtZTptYWls")))
    assert {json.dumps(headers) for headers in upstream.headers} == {'{"X-HDX-HAPI-APP-IDENTIFIER": "bmFtZTptYWls"}'}
    assert "bmFtZTptYWls" not in str(upstream.asked)


def test_people_are_asked_by_origin_and_never_by_the_plain_location_that_is_ignored() -> None:
    upstream = humdata()
    list(hapi.fetch(upstream.context()))
    asked = [(path.rpartition("/")[2], params) for path, params in upstream.asked]
    people = [params for kind, params in asked if kind != hapi.IDPS]
    assert [params["origin_location_code"] for params in people] == ["SYR", "AFG"] * 2
    assert all("location_code" not in params and params["gender"] == params["age_range"] == "all" for params in people)
    assert [(p["location_code"], p["admin_level"]) for kind, p in asked if kind == hapi.IDPS] == [("SYR", "0"), ("AFG", "0")]
    assert {params["limit"] for _, params in asked} == {"10000"}


@pytest.mark.parametrize(("many", "calls"), [(2, 3), (3, 6)])
def test_for_many_origins_one_question_is_asked_for_all_of_them(monkeypatch: pytest.MonkeyPatch, many: int, calls: int) -> None:
    monkeypatch.setattr(hapi, "MANY", many)
    upstream = humdata(people=[person(), person(origin_location_code="IRQ")])
    parsed, _ = read(hapi, upstream.context())
    assert len(upstream.asked) == calls
    assert {o.key.origin for o in parsed.observations if o.key.indicator == "refugees"} == {"SYR"}


def test_a_situation_without_origins_asks_nothing() -> None:
    upstream = humdata()
    assert list(hapi.fetch(upstream.context(situation=dataclasses.replace(SITUATION, origins=())))) == []
    assert upstream.asked == []


@pytest.mark.parametrize(("number", "calls"), [(1, 1), (2, 2), (3, 2), (4, 3)])
def test_pages_are_asked_until_a_short_one(monkeypatch: pytest.MonkeyPatch, number: int, calls: int) -> None:
    monkeypatch.setattr(hapi, "ROWS", 2)
    upstream = humdata(people=[person(**year(2021 + n)) for n in range(number)])
    parsed, _ = read(hapi, upstream.context(situation=dataclasses.replace(SITUATION, origins=("SYR",))))
    people = [params for path, params in upstream.asked if path.endswith(hapi.PEOPLE)]
    assert [params["offset"] for params in people] == ["0", "2", "4"][:calls]
    assert len([o for o in parsed.observations if o.key.indicator == "refugees"]) == number


# -- People and returns --------------------------------------------------------------------------------------------------


def test_only_the_rows_of_all_genders_and_ages_are_totals() -> None:
    parsed, failed = read(hapi, humdata().context())
    found = values(parsed)
    assert found["refugees", "TUR", "SYR", "", D(2024, 12, 31)] == 2901478
    assert found["returned_refugees", "TUR", "SYR", "", D(2024, 12, 31)] == 1234
    assert (len(found), failed, parsed.set_aside) == (5, [], [])


@pytest.mark.parametrize("changes", [{"gender": "m"}, {"gender": "u"}, {"age_range": "60+"}, {"gender": "f", "age_range": "18-59"}])
def test_a_breakdown_row_alone_is_no_total(changes: dict[str, str]) -> None:
    assert parse(person(**changes)) == Parsed()


@pytest.mark.parametrize(
    ("group", "host", "indicator"),
    [
        ("REF", "TUR", "refugees"),
        ("ASY", "GRC", "asylum_seekers"),
        ("IDP", "SYR", "idps"),
        ("STA", "SYR", "stateless"),
        ("RET", "TUR", "returned_refugees"),
        ("RDP", "SYR", "returned_idps"),
    ],
)
def test_a_group_is_an_indicator(group: str, host: str, indicator: str) -> None:
    parsed = parse(person(population_group=group, asylum_location_code=host))
    assert values(parsed) == {(indicator, host, "SYR", "", D(2024, 12, 31)): 2901478}


@pytest.mark.parametrize("group", sorted(hapi.NOT_READ))
def test_a_known_group_without_an_indicator_is_not_read(group: str) -> None:
    assert parse(person(population_group=group)) == Parsed()


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"population_group": "NEW"}, "unknown population group 'NEW'"),
        ({"population_group": ["REF"]}, "unknown population group"),
        ({"population_group": "IDP"}, "origin and country of asylum are two"),
        ({"asylum_location_code": "SYR"}, "origin and country of asylum are one"),
        ({"population": "many"}, "could not convert"),
        ({"population": 0.5}, "not a whole number"),
        ({"reference_period_start": None}, "isoformat"),
        ({"reference_period_end": "2024-02-31T00:00:00"}, "day"),
    ],
)
def test_a_row_that_cannot_be_placed_is_set_aside(changes: dict[str, Any], told: str) -> None:
    parsed = parse(person(**changes))
    assert parsed.observations == []
    assert told in reasons(parsed)


@pytest.mark.parametrize(("given", "read_as"), [(0, [0]), ("0", [0]), (None, []), ("-", [])])
def test_a_zero_is_a_figure_and_a_missing_value_is_none(given: Any, read_as: list[float]) -> None:
    assert [o.value for o in parse(person(population=given)).observations] == read_as


def test_countries_outside_the_situation_are_not_read() -> None:
    assert parse(person(asylum_location_code="KEN"), person(origin_location_code="SDN")) == Parsed()


# -- The mid-year trap ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("today", "end", "status"),
    [
        (D(2026, 6, 30), None, None),  # the half year is not over
        (D(2026, 7, 1), D(2026, 6, 30), Status.PROVISIONAL),
        (D(2027, 5, 31), D(2026, 6, 30), Status.PROVISIONAL),
        (D(2027, 6, 1), None, None),  # released, and nobody knows when the copy follows
        (D(2027, 8, 31), None, None),
        (D(2027, 9, 1), D(2026, 12, 31), Status.REPORTED),
    ],
)
def test_a_row_that_says_a_whole_year_is_dated_by_the_clock(today: D, end: D | None, status: Status | None) -> None:
    parsed = parse(person(**year(2026)), today=today)
    assert [(o.period_start, o.period_end, o.status) for o in parsed.observations] == ([(end, end, status)] if end else [])
    assert ("cannot be told apart" in reasons(parsed)) is (end is None)


def test_returns_of_a_mid_year_row_are_those_of_six_months() -> None:
    (found,) = parse(person(population_group="RET", **year(2026))).observations
    assert (found.period_start, found.period_end, found.status) == (D(2026, 1, 1), D(2026, 6, 30), Status.PROVISIONAL)


def test_a_period_that_is_no_calendar_year_is_taken_at_its_word() -> None:
    half = {"reference_period_start": "2026-01-01T00:00:00", "reference_period_end": "2026-06-30T23:59:59"}
    stock, flow = parse(person(**half), person(population_group="RET", **half)).observations
    assert (stock.period_start, stock.period_end, stock.status) == (D(2026, 6, 30), D(2026, 6, 30), Status.REPORTED)
    assert (flow.period_start, flow.period_end) == (D(2026, 1, 1), D(2026, 6, 30))


@given(number=st.integers(1951, 2200), today=st.dates(D(1951, 1, 1), D(2200, 12, 31)))
def test_no_year_is_ever_dated_ahead_of_the_clock(number: int, today: D) -> None:
    assert all(o.period_end < today for o in parse(person(**year(number)), today=today).observations)


# -- Assessments ---------------------------------------------------------------------------------------------------------


def test_each_round_of_each_operation_is_a_stock_of_its_day_and_none_are_added() -> None:
    parsed, _ = read(hapi, humdata().context())
    found = {key[3:]: value for key, value in values(parsed).items() if key[0] == "idps_assessed"}
    assert found == {
        ("village-survey-ba", D(2026, 3, 31)): 1000,
        ("village-survey-ba", D(2026, 6, 30)): 900,
        ("flood-of-april-ett", D(2026, 6, 30)): 0,
    }
    accepted, refused = normalise.check(parsed.observations, TODAY, {SITUATION.id})
    assert (len(accepted), refused) == (5, [])


def test_two_methods_of_one_round_are_two_series() -> None:
    parsed = parse(assessed(), assessed(assessment_type="SA", population=40), tag="idps AFG")
    assert {(o.key.breakdown, o.value) for o in parsed.observations} == {("village-survey-ba", 1000), ("village-survey-sa", 40)}


def test_a_round_may_be_split_over_two_pages_and_two_values_for_it_are_set_aside() -> None:
    pages = [answer({"data": [assessed(population=number)]}, source="hapi", tag="idps AFG") for number in (1000, 1001)]
    parsed = hapi.parse(humdata().context(), pages)
    assert parsed.observations == []
    assert "two values for one part of the round: 1000 and 1001" in reasons(parsed)
    assert [o.value for o in hapi.parse(humdata().context(), pages[:1] * 2).observations] == [1000]


def test_of_two_rounds_on_one_day_the_newest_is_taken() -> None:
    parsed = parse(assessed(reporting_round=10, population=10), assessed(reporting_round=9, population=9), tag="idps AFG")
    assert [o.value for o in parsed.observations] == [10]


def test_an_assessment_over_several_days_is_a_stock_of_its_last() -> None:
    (found,) = parse(assessed(reference_period_start="2026-03-01T00:00:00"), tag="idps AFG").observations
    assert (found.period_start, found.period_end) == (D(2026, 3, 31), D(2026, 3, 31))


@pytest.mark.parametrize("level", [1, 2])
def test_rows_below_the_country_are_not_read(level: int) -> None:
    assert parse(assessed(admin_level=level), tag="idps AFG") == Parsed()


@pytest.mark.parametrize("name", ["operation", "assessment_type"])
@pytest.mark.parametrize("value", [None, ""])
def test_a_row_without_an_operation_or_a_method_cannot_be_placed(name: str, value: Any) -> None:
    parsed = parse(assessed(**{name: value}), tag="idps AFG")
    assert parsed.observations == []
    assert "operations overlap" in reasons(parsed)


# -- What goes wrong -----------------------------------------------------------------------------------------------------


def test_no_refugees_of_any_origin_is_a_fault_and_no_zero() -> None:
    with pytest.raises(EmptyAnswer, match="no refugees of any origin"):
        read(hapi, humdata(people=NOTHING).context())


def test_no_returns_and_no_assessments_are_no_fault_unless_the_situation_file_expects_them() -> None:
    upstream = humdata(returns=NOTHING, idps=NOTHING)
    assert len(read(hapi, upstream.context())[0].observations) == 1
    with pytest.raises(EmptyAnswer, match="no assessment of AFG"):
        read(hapi, upstream.context(expected=["AFG"]))
    assert len(read(hapi, humdata().context(expected=["AFG", "HTI"]))[0].observations) == 5


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"people": {"data": [person(origin_location_code="UKR")]}}, "answered for origin_location_code UKR, where SYR was asked"),
        ({"returns": {"data": [person(origin_location_code="UKR")]}}, "answered for origin_location_code UKR"),
        ({"idps": {"data": [assessed(location_code="HTI")]}}, "answered for location_code HTI"),
        ({"idps": {"data": [assessed(location_code="SYR", admin_level=1)]}}, "answered for admin_level 1, where 0 was asked"),
    ],
)
def test_an_answer_to_another_question_is_void(changes: dict[str, Any], told: str) -> None:
    with pytest.raises(SourceError, match=told):
        read(hapi, humdata(**changes).context())


@pytest.mark.parametrize("body", [{"data": [person(**year(2020 + n)) for n in range(2)]}, {"data": [person()] * 3}])
def test_a_server_that_ignores_the_paging_does_not_loop_for_ever(monkeypatch: pytest.MonkeyPatch, body: Any) -> None:
    monkeypatch.setattr(hapi, "ROWS", 2)
    with pytest.raises(SourceError, match="another page than asked"):
        read(hapi, humdata(people=body).context())


def test_a_page_that_fails_voids_the_fetch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hapi, "ROWS", 1)
    upstream = humdata(people=[person(), person(**year(2023))])
    whole = upstream.reply
    upstream.reply = lambda path, params: SourceError("HTTP 503") if params["offset"] == "1" else whole(path, params)
    with pytest.raises(SourceError, match="HTTP 503"):
        list(hapi.fetch(upstream.context()))


PERSON = ("origin_location_code", "asylum_location_code", "population_group", "gender", "age_range", "population")
ASSESSED = ("location_code", "admin_level", "operation", "assessment_type", "reporting_round", "population")


@pytest.mark.parametrize("name", [*PERSON, "reference_period_start", "reference_period_end"])
def test_a_field_of_people_that_has_gone_is_named(name: str) -> None:
    gone = person()
    del gone[name]
    with pytest.raises(SourceError, match=f"'{name}' is missing"):
        read(hapi, humdata(people=[gone]).context())


@pytest.mark.parametrize("name", [*ASSESSED, "reference_period_end"])
def test_a_field_of_assessments_that_has_gone_is_named(name: str) -> None:
    gone = assessed()
    del gone[name]
    with pytest.raises(SourceError, match=f"'{name}' is missing"):
        read(hapi, humdata(idps=[gone]).context())


@pytest.mark.parametrize(("body", "told"), [({"error": "x"}, "'data' is missing"), ({"data": {}}, "no list"), ([], "'data' is missing")])
def test_another_envelope_is_a_changed_format(body: Any, told: str) -> None:
    upstream = humdata()
    upstream.reply = lambda path, params: body
    with pytest.raises(SourceError, match=told):
        read(hapi, upstream.context())


VALUES = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=12), st.just([]), st.just("2024-01-01"))


@given(
    st.fixed_dictionaries({}, optional=dict.fromkeys((*PERSON, "reference_period_start", "reference_period_end"), VALUES)),
    st.fixed_dictionaries({}, optional=dict.fromkeys((*ASSESSED, "reference_period_end"), VALUES)),
)
def test_whatever_stands_in_the_cells_the_row_is_read_or_set_aside(one: dict[str, Any], other: dict[str, Any]) -> None:
    for parsed in (parse(person(**one)), parse(assessed(**other), tag="idps AFG")):
        assert len(parsed.observations) + len(parsed.set_aside) <= 1
        normalise.check(parsed.observations, TODAY, {SITUATION.id})
