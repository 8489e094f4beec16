from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor import normalise
from monitor.connectors import dtm
from monitor.connectors._rounds import breakdown, day_of
from monitor.errors import EmptyAnswer, SourceError
from monitor.model import Parsed, SeriesKey, Status
from tests.building import SITUATION, TODAY, Upstream, answer, recording
from tests.connectors import read, reasons

D = dt.date
SURVEY = "village-survey-north-ba"


def row(**changes: Any) -> dict[str, Any]:
    """One part of a round, as the API writes it."""
    return {**json.loads(recording("dtm/rounds.json"))["result"][0], **changes}


def envelope(*rows: Any) -> dict[str, Any]:
    return {"result": list(rows), "statusCode": 200, "isSuccess": True, "errorMessages": [], "totalRecordsCount": len(rows)}


def refusal(*told: str) -> dict[str, Any]:
    return {"result": None, "statusCode": 200, "isSuccess": False, "errorMessages": list(told), "totalRecordsCount": 0}


NO_DATA = refusal("No data found for the given parameters.")


def platform(countries: Mapping[str, Any] | None = None, listing: Any = None) -> Upstream:
    """The API with an answer for each country; the others have none."""
    known = {"AFG": recording("dtm/rounds.json")} if countries is None else countries

    def reply(path: str, params: Mapping[str, str]) -> Any:
        if path == dtm.COUNTRIES:
            return listing or recording("dtm/countries.json")
        return known.get(params["Admin0Pcode"], NO_DATA)

    return Upstream(dtm.SOURCE, reply)


def parse(*rows: Any) -> Parsed:
    return dtm.parse(platform().context(), [answer(envelope(*rows), source="dtm", tag="AFG")])


def values(parsed: Parsed) -> dict[tuple[str, D], float | None]:
    return {(o.key.breakdown, o.period_end): o.value for o in parsed.observations}


# -- The question --------------------------------------------------------------------------------------------------------


def test_the_key_travels_in_a_header_and_never_in_the_address() -> None:
    upstream = platform()
    list(dtm.fetch(upstream.context(key="s3cret")))
    assert upstream.headers == [{"Ocp-Apim-Subscription-Key": "s3cret"}] * 3
    assert "s3cret" not in str(upstream.asked)


def test_the_origins_that_the_api_lists_are_asked_each_by_its_iso_code() -> None:
    upstream = platform()
    list(dtm.fetch(upstream.context()))
    assert upstream.asked == [(dtm.COUNTRIES, {}), (dtm.FIGURES, {"Admin0Pcode": "SYR"}), (dtm.FIGURES, {"Admin0Pcode": "AFG"})]
    upstream = platform()
    list(dtm.fetch(upstream.context(situation=dataclasses.replace(SITUATION, origins=("AFG", "ZZZ")))))
    assert [params for _, params in upstream.asked] == [{}, {"Admin0Pcode": "AFG"}]


def test_a_situation_without_origins_asks_nothing() -> None:
    upstream = platform()
    assert list(dtm.fetch(upstream.context(situation=dataclasses.replace(SITUATION, origins=())))) == []
    assert upstream.asked == []


# -- Rounds --------------------------------------------------------------------------------------------------------------


def test_the_parts_of_a_round_are_added_and_rounds_operations_and_methods_are_not() -> None:
    parsed, failed = read(dtm, platform().context())
    assert values(parsed) == {
        (SURVEY, D(2026, 3, 31)): 1000,
        ("village-survey-north-sa", D(2026, 3, 31)): 250,
        (SURVEY, D(2026, 6, 30)): 900,
        ("flood-of-april-ett", D(2026, 6, 30)): 0,
    }
    assert {o.key[:4] for o in parsed.observations} == {("dtm", "idps_assessed", "AFG", "AFG")}
    assert (failed, parsed.set_aside) == ([], [])


def test_a_figure_is_a_stock_of_the_reporting_day_that_the_gate_accepts() -> None:
    parsed, _ = read(dtm, platform().context())
    assert all(o.period_start == o.period_end and o.known_at is None for o in parsed.observations)
    accepted, refused = normalise.check(parsed.observations, TODAY, {SITUATION.id})
    assert (len(accepted), refused) == (4, [])


def test_a_series_can_be_written_and_read_although_an_operation_has_a_slash() -> None:
    parsed, _ = read(dtm, platform().context())
    assert all(SeriesKey.parse(str(o.key)) == o.key for o in parsed.observations)


MISSING = [None, "Not available", "not available", " ", ""]


@pytest.mark.parametrize("value", MISSING)
def test_a_round_of_which_one_part_is_missing_is_set_aside_whole(value: Any) -> None:
    parsed = parse(row(), row(displacementReason="Other", numPresentIdpInd=value))
    assert parsed.observations == []
    assert "too low" in reasons(parsed)


@pytest.mark.parametrize("value", MISSING)
def test_a_round_without_any_figure_is_not_reported_and_not_zero(value: Any) -> None:
    (found,) = parse(row(numPresentIdpInd=value)).observations
    assert (found.value, found.status) == (None, Status.NOT_REPORTED)


@pytest.mark.parametrize("value", [0, "0"])
def test_a_zero_is_a_figure(value: Any) -> None:
    (found,) = parse(row(numPresentIdpInd=value)).observations
    assert (found.value, found.status) == (0, Status.REPORTED)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"numPresentIdpInd": "about 500"}, "could not convert"),
        ({"numPresentIdpInd": 12.5}, "not a whole number"),
        ({"numPresentIdpInd": True}, "not a number"),
        ({"numPresentIdpInd": -1}, "is -1"),
        ({"reportingDate": "31/03/2026"}, "isoformat"),
        ({"reportingDate": "2026-04-31T00:00:00"}, "day"),
        ({"reportingDate": None}, "isoformat"),
        ({"reportingDate": "2026-04-01T00:00:00"}, "a stock is of one day"),
        ({"displacementReason": "Conflict", "numPresentIdpInd": 701}, "two values for one part"),
    ],
)
def test_a_part_that_cannot_be_read_voids_its_round_and_no_other(changes: dict[str, Any], told: str) -> None:
    second = {"displacementReason": "Other", **changes}
    parsed = parse(row(), row(**second), row(roundNumber=2, reportingDate="2026-06-30T00:00:00"))
    assert values(parsed) == {(SURVEY, D(2026, 6, 30)): 700}
    assert told in reasons(parsed)


def test_a_row_that_comes_twice_is_counted_once() -> None:
    assert values(parse(row(), row(), row(displacementReason="Other", numPresentIdpInd=1))) == {(SURVEY, D(2026, 3, 31)): 701}


@pytest.mark.parametrize("rounds", [(9, 10), (10, 9), ("9", "10")])
def test_of_two_rounds_on_one_day_the_later_is_taken(rounds: tuple[Any, Any]) -> None:
    parsed = parse(*(row(roundNumber=number, numPresentIdpInd=100 * int(number)) for number in rounds))
    assert values(parsed) == {(SURVEY, D(2026, 3, 31)): 1000}
    assert "round 10 has the same day" in reasons(parsed)


def test_without_a_round_number_the_day_is_the_round() -> None:
    later = row(roundNumber=None, reportingDate="2026-04-30T00:00:00")
    assert values(parse(row(roundNumber=None), row(roundNumber="Not available", displacementReason="Other"), later)) == {
        (SURVEY, D(2026, 3, 31)): 1400,
        (SURVEY, D(2026, 4, 30)): 700,
    }


@pytest.mark.parametrize("name", ["operation", "assessmentType"])
@pytest.mark.parametrize("value", [None, "Not available"])
def test_a_row_without_an_operation_or_a_method_cannot_be_placed(name: str, value: Any) -> None:
    parsed = parse(row(**{name: value}))
    assert parsed.observations == []
    assert "operations overlap" in reasons(parsed)


@pytest.mark.parametrize(("day", "kept"), [("2026-11-01", 1), ("2026-11-02", 0)])
def test_a_round_of_tomorrow_is_refused_at_the_gate(day: str, kept: int) -> None:
    accepted, _ = normalise.check(parse(row(reportingDate=f"{day}T00:00:00")).observations, TODAY, {SITUATION.id})
    assert len(accepted) == kept


# -- What goes wrong -----------------------------------------------------------------------------------------------------


def test_a_refusal_that_comes_with_http_200_is_an_error_with_its_reason() -> None:
    with pytest.raises(SourceError, match=r"no success: At least one of Operation, CountryName or Admin0Pcode is required\."):
        read(dtm, platform({"SYR": refusal("At least one of Operation, CountryName or Admin0Pcode is required.")}).context())
    with pytest.raises(SourceError, match="no success: without a reason"):
        read(dtm, platform({"SYR": refusal()}).context())


@pytest.mark.parametrize("nothing", [NO_DATA, envelope(), {**envelope(), "result": None}])
def test_a_country_without_figures_is_no_fault_unless_the_situation_file_expects_some(nothing: Any) -> None:
    upstream = platform({"AFG": recording("dtm/rounds.json"), "SYR": nothing})
    assert len(read(dtm, upstream.context())[0].observations) == 4
    assert len(read(dtm, upstream.context(expected=["AFG"]))[0].observations) == 4
    with pytest.raises(EmptyAnswer, match="no figures of SYR"):
        read(dtm, upstream.context(expected=["AFG", "SYR"]))


def test_an_expected_country_that_is_no_longer_listed_is_missed() -> None:
    with pytest.raises(EmptyAnswer, match="no figures of AFG"):
        read(dtm, platform(listing=envelope({"admin0Pcode": "SYR"})).context(expected=["AFG"]))


def test_an_expected_country_of_another_situation_is_not_missed_here() -> None:
    assert read(dtm, platform().context(expected=["AFG", "HTI"]))[1] == []


def test_an_empty_list_of_countries_is_a_fault() -> None:
    with pytest.raises(EmptyAnswer, match="listed no country"):
        read(dtm, platform(listing=envelope()).context())


def test_a_country_that_fails_voids_the_fetch() -> None:
    with pytest.raises(SourceError, match="HTTP 503"):
        list(dtm.fetch(platform({"SYR": recording("dtm/rounds.json"), "AFG": SourceError("HTTP 503")}).context()))


def test_an_answer_for_another_country_is_void() -> None:
    with pytest.raises(SourceError, match="answered for AFG, where SYR was asked"):
        read(dtm, platform({"SYR": recording("dtm/rounds.json")}).context())


READ = ["admin0Pcode", "operation", "assessmentType", "numPresentIdpInd", "roundNumber", "reportingDate", "displacementReason"]


@pytest.mark.parametrize("name", [*READ, "idpOriginAdmin1Pcode", "idpOriginAdmin1Name"])
def test_a_field_that_has_gone_is_named(name: str) -> None:
    gone = row()
    del gone[name]
    with pytest.raises(SourceError, match=f"'{name}' is missing"):
        parse(gone)


@pytest.mark.parametrize("name", ["isSuccess", "result"])
def test_an_envelope_without_its_fields_is_named(name: str) -> None:
    gone = envelope(row())
    del gone[name]
    with pytest.raises(SourceError, match=f"'{name}' is missing"):
        read(dtm, platform({"AFG": gone}).context())


def test_a_result_that_is_no_list_is_a_changed_format() -> None:
    with pytest.raises(SourceError, match="no list"):
        read(dtm, platform({"AFG": {**envelope(), "result": {"AFG": 1}}}).context())


# -- Texts ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "written"),
    [
        (("Countrywide monitoring", "BA"), "countrywide-monitoring-ba"),
        (("Earthquake (August-2021)", "SA"), "earthquake-august-2021-sa"),
        (("Été_2020 / Sud", "FMSc"), "été-2020-sud-fmsc"),
    ],
)
def test_an_operation_and_a_method_become_lower_case_words(words: tuple[str, str], written: str) -> None:
    assert breakdown(*words) == written


@given(st.text(max_size=60), st.text(max_size=5))
def test_whatever_an_operation_is_called_the_series_keeps_its_five_parts(operation: str, method: str) -> None:
    key = SeriesKey("dtm", "idps_assessed", "AFG", "AFG", breakdown(operation, method))
    assert SeriesKey.parse(str(key)) == key


@given(st.one_of(st.text(max_size=30), st.none(), st.integers(), st.dates().map(str), st.datetimes().map(dt.datetime.isoformat)))
def test_a_day_is_read_or_refused(value: Any) -> None:
    with contextlib.suppress(ValueError):
        assert isinstance(day_of(value), D)


VALUES = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=12), st.just("Not available"))


@given(st.fixed_dictionaries({}, optional=dict.fromkeys(READ[1:], VALUES)))
def test_whatever_stands_in_the_cells_the_row_is_read_or_set_aside(cells: dict[str, Any]) -> None:
    parsed = parse(row(**cells))
    assert len(parsed.observations) + len(parsed.set_aside) == 1
    normalise.check(parsed.observations, TODAY, {SITUATION.id})
