from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor import normalise
from monitor.connectors import unhcr
from monitor.connectors._reading import count
from monitor.errors import EmptyAnswer, SourceError
from monitor.model import Parsed, SeriesKey, Status
from tests.building import SITUATION, TODAY, Upstream, answer, recording
from tests.connectors import read, reasons

D = dt.date


def row(**changes: Any) -> dict[str, Any]:
    """Syrians in Türkiye at the end of 2025, as the API writes a row."""
    values = dict.fromkeys((*unhcr.STOCKS, *unhcr.FLOWS), 0)
    return {"year": 2025, "coo": "SYR", "coo_iso": "SYR", "coa": "TUR", "coa_iso": "TUR", **values, "refugees": 2347756, **changes}


def page(*rows: Any, pages: Any = 1) -> dict[str, Any]:
    return {"page": 1, "short-url": "", "maxPages": pages, "total": [], "items": list(rows)}


def parse(*rows: Any, today: D = TODAY) -> Parsed:
    context = Upstream(unhcr.SOURCE, lambda path, params: page()).context(today)
    return unhcr.parse(context, [answer(page(*rows), tag="page 1")])


def values(parsed: Parsed) -> dict[tuple[str, str, str], float | None]:
    return {(o.key.indicator, o.key.location, o.key.origin): o.value for o in parsed.observations}


# -- The question --------------------------------------------------------------------------------------------------------


def asked(today: D = TODAY, pages: int = 1) -> list[tuple[str, dict[str, str]]]:
    upstream = Upstream(unhcr.SOURCE, lambda path, params: page(row(), pages=pages))
    list(unhcr.fetch(upstream.context(today)))
    return upstream.asked


def test_codes_are_sent_as_iso() -> None:
    """Without cf_type, AUT would be unknown and AUS would be read as Austria."""
    path, params = asked()[0]
    assert path == "/population/v1/population/"
    assert params["cf_type"] == "ISO"
    assert params["coo"].split(",") == ["SYR", "AFG"]


def test_the_origins_are_asked_as_countries_of_asylum_too_once_each() -> None:
    """Displacement within a country has the same code on both sides."""
    assert asked()[0][1]["coa"].split(",") == ["TUR", "GRC", "DEU", "AUT", "SYR", "AFG"]


def test_both_ends_of_the_years_are_sent_since_a_lone_one_is_dropped_in_silence() -> None:
    assert {name: value for name, value in asked()[0][1].items() if name.startswith("year")} == {"yearFrom": "1951", "yearTo": "2026"}


def test_every_page_is_asked_once_with_the_same_question() -> None:
    calls = [params for _, params in asked(pages=3)]
    assert [call.pop("page") for call in calls] == ["1", "2", "3"]
    assert calls[0] == calls[1] == calls[2]


def test_rows_of_every_page_are_read() -> None:
    pages = {"1": page(row(), pages="2"), "2": page(row(coa="GRE", coa_iso="GRC", refugees=50_000), pages="2")}
    parsed, failed = read(unhcr, Upstream(unhcr.SOURCE, lambda path, params: pages[params["page"]]).context())
    assert not failed
    assert values(parsed)["refugees", "TUR", "SYR"] == 2347756
    assert values(parsed)["refugees", "GRC", "SYR"] == 50_000


@pytest.mark.parametrize("pages", [0, "0", "-", None])
def test_no_pages_is_an_empty_answer_and_not_zero_people(pages: Any) -> None:
    with pytest.raises(EmptyAnswer, match="no rows"):
        read(unhcr, Upstream(unhcr.SOURCE, lambda path, params: page(pages=pages)).context())


def test_a_page_without_rows_is_an_empty_answer_too() -> None:
    with pytest.raises(EmptyAnswer):
        read(unhcr, Upstream(unhcr.SOURCE, lambda path, params: page(pages=1)).context())


def test_a_page_that_fails_ends_the_run_since_the_rest_would_look_whole() -> None:
    replies = {"1": page(row(), pages=2), "2": SourceError("HTTP 503")}
    with pytest.raises(SourceError, match="503"):
        read(unhcr, Upstream(unhcr.SOURCE, lambda path, params: replies[params["page"]]).context())


# -- The recorded page ---------------------------------------------------------------------------------------------------


def test_the_recording_is_read_with_every_way_of_writing_zero_and_missing() -> None:
    parsed, failed = read(unhcr, Upstream(unhcr.SOURCE, lambda path, params: recording("unhcr/end_of_year.json")).context())
    assert not failed
    assert not parsed.set_aside
    assert values(parsed) == {
        ("refugees", "TUR", "SYR"): 2347756,
        ("asylum_seekers", "TUR", "SYR"): 0,
        ("returned_refugees", "TUR", "SYR"): 556009,
        ("stateless", "TUR", "SYR"): 0,
        ("refugees", "DEU", "SYR"): 668647,  # GFR, and a text
        ("stateless", "DEU", "SYR"): 10,
        ("refugees", "AUT", "SYR"): 95000,  # AUS is Austria to UNHCR
        ("asylum_seekers", "AUT", "SYR"): 1200,
        ("idps", "SYR", "SYR"): 6000000,
        ("returned_idps", "SYR", "SYR"): 1400000,
        ("stateless", "SYR", "SYR"): 160000,
    }
    accepted, refused = normalise.check(parsed.observations, TODAY, {SITUATION.id})
    assert len(accepted) == 11
    assert not refused


@pytest.mark.parametrize("written", [0, "0", " 0 ", 0.0, "0.0"])
def test_a_zero_stays_a_zero(written: Any) -> None:
    assert values(parse(row(refugees=written)))["refugees", "TUR", "SYR"] == 0


@pytest.mark.parametrize("written", ["-", " ", "", "*", None, " - "])
def test_a_missing_value_is_no_figure_and_never_zero(written: Any) -> None:
    parsed = parse(row(refugees=written))
    assert ("refugees", "TUR", "SYR") not in values(parsed)
    assert values(parsed)["stateless", "TUR", "SYR"] == 0
    assert not parsed.set_aside


@pytest.mark.parametrize("written", ["n/a", "1,234", "1 234", "12.5", 12.5, True, [], {}, "nan", "inf", "1e999"])
def test_a_text_where_a_number_is_due_is_set_aside_and_the_rest_of_the_row_is_read(written: Any) -> None:
    parsed = parse(row(refugees=written, stateless="7"))
    assert "refugees: " in reasons(parsed)
    assert ("refugees", "TUR", "SYR") not in values(parsed)
    assert values(parsed)["stateless", "TUR", "SYR"] == 7


# -- The echo: an answer to another question is void ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "stranger",
    [
        {"coa": "USA", "coa_iso": "USA"},
        {"coo": "UKR", "coo_iso": "UKR"},
        {"coa": "AUL", "coa_iso": "AUS"},  # Australia, where Austria was asked
        {"coo": "-", "coo_iso": "-"},  # all origins summed: the world's total
        {"coa": "-", "coa_iso": "-"},
        {"year": 1950},
        {"year": 2027},  # ahead of the clock
    ],
)
def test_a_row_that_was_not_asked_for_voids_the_whole_answer(stranger: dict[str, Any]) -> None:
    with pytest.raises(SourceError, match="was not asked"):
        parse(row(), row(**stranger))


@pytest.mark.parametrize("asked_for", [{"year": 1951}, {"year": "1951"}, {"year": 2026}, {"coa": "AUS", "coa_iso": "AUT"}])
def test_a_row_at_the_edge_of_what_was_asked_is_read(asked_for: dict[str, Any]) -> None:
    assert parse(row(**asked_for)).observations


@pytest.mark.parametrize(
    "codes",
    [
        {"coa": "AUT", "coa_iso": "AUT"},  # ISO's code in UNHCR's column
        {"coa": "AUL", "coa_iso": "AUT"},  # Australia and Austria
        {"coa": "ARE", "coa_iso": "TUR"},
        {"coa": "QQQ", "coa_iso": "TUR"},
        {"coo": "SYRIA"},
        {"coo": None},
    ],
)
def test_two_codes_that_are_not_one_country_set_the_row_aside(codes: dict[str, Any]) -> None:
    parsed = parse(row(**codes))
    assert not parsed.observations
    assert "are not one country" in reasons(parsed)
    assert "2025" in parsed.set_aside[0].row


@pytest.mark.parametrize("missing", ["year", "coo", "coo_iso", "coa", "coa_iso", *unhcr.STOCKS, *unhcr.FLOWS])
def test_a_missing_field_is_told_by_its_name(missing: str) -> None:
    broken = row()
    del broken[missing]
    with pytest.raises(SourceError, match=f"'{missing}' is missing") as told:
        parse(row(), broken)
    assert told.value.permanent


@pytest.mark.parametrize(("body", "missing"), [({"items": []}, "maxPages"), ({"maxPages": 1}, "items"), ([], "maxPages")])
def test_a_missing_part_of_the_envelope_is_told_by_its_name(body: Any, missing: str) -> None:
    with pytest.raises(SourceError, match=f"'{missing}' is missing"):
        read(unhcr, Upstream(unhcr.SOURCE, lambda path, params: body).context())


@pytest.mark.parametrize("body", [page(row(), pages="many"), page(row(year="-")), {"maxPages": 1, "items": None}, page("a text")])
def test_a_field_of_another_type_is_a_fault_of_the_source_and_not_a_crash(body: Any) -> None:
    with pytest.raises(SourceError):
        read(unhcr, Upstream(unhcr.SOURCE, lambda path, params: body).context())


@pytest.mark.parametrize("body", [b'{"page":1,"maxPages":1,"items":[{"year":20', b"\xff{}", b"{]"])
def test_damaged_json_is_a_fault_of_the_source_that_may_pass(body: bytes) -> None:
    with pytest.raises(SourceError) as told:
        read(unhcr, Upstream(unhcr.SOURCE, lambda path, params: body).context())
    assert not told.value.permanent


# -- What the columns mean -----------------------------------------------------------------------------------------------


def test_refugee_returns_are_counted_at_the_country_that_was_left() -> None:
    parsed = parse(row(returned_refugees="556009"))
    found = next(o for o in parsed.observations if o.key.indicator == "returned_refugees")
    assert found.key == SeriesKey("unhcr", "returned_refugees", "TUR", "SYR")
    assert (found.period_start, found.period_end) == (D(2025, 1, 1), D(2025, 12, 31))


@pytest.mark.parametrize("name", ["idps", "returned_idps"])
def test_displacement_within_a_country_is_not_read_across_a_border(name: str) -> None:
    across = parse(row(**{name: 5}))
    assert (name, "TUR", "SYR") not in values(across)
    assert f"{name} of 5" in reasons(across)
    within = parse(row(coa="SYR", coa_iso="SYR", refugees=0, **{name: 5}))
    assert values(within)[name, "SYR", "SYR"] == 5
    assert not within.set_aside


@pytest.mark.parametrize("name", ["refugees", "asylum_seekers", "returned_refugees"])
def test_refugees_are_not_read_within_their_own_country(name: str) -> None:
    parsed = parse(row(coa="SYR", coa_iso="SYR", **{"refugees": 0, name: 5}))
    assert (name, "SYR", "SYR") not in values(parsed)
    assert f"{name} of 5" in reasons(parsed)


def test_a_zero_where_a_column_does_not_apply_is_no_figure_and_no_complaint() -> None:
    parsed = parse(row(idps="0", returned_idps=0))
    assert not {name for name, *_ in values(parsed)} & {"idps", "returned_idps"}
    assert not parsed.set_aside


# -- The mid-year trap ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("today", "end", "status"),
    [
        (D(2026, 6, 30), None, None),  # the half year is not over
        (D(2026, 7, 1), D(2026, 6, 30), Status.PROVISIONAL),
        (D(2026, 12, 31), D(2026, 6, 30), Status.PROVISIONAL),
        (D(2027, 1, 1), D(2026, 6, 30), Status.PROVISIONAL),
        (D(2027, 5, 30), D(2026, 6, 30), Status.PROVISIONAL),
        (D(2027, 5, 31), D(2026, 6, 30), Status.PROVISIONAL),
        (D(2027, 6, 1), None, None),  # released these days: nobody can tell
        (D(2027, 6, 14), None, None),
        (D(2027, 6, 15), D(2026, 12, 31), Status.REPORTED),
        (D(2040, 1, 1), D(2026, 12, 31), Status.REPORTED),
    ],
)
def test_the_day_that_a_year_stands_for_depends_on_when_it_is_seen(today: D, end: D | None, status: Status | None) -> None:
    assert unhcr.as_of_year(2026, today) == (None if end is None else (end, status))


def test_a_mid_year_row_is_a_stock_of_30_june_and_a_flow_of_six_months() -> None:
    parsed = parse(row(year=2026, returned_refugees=9), today=TODAY)
    periods = {o.key.indicator: (o.period_start, o.period_end, o.status) for o in parsed.observations}
    assert periods["refugees"] == (D(2026, 6, 30), D(2026, 6, 30), Status.PROVISIONAL)
    assert periods["returned_refugees"] == (D(2026, 1, 1), D(2026, 6, 30), Status.PROVISIONAL)


def test_the_same_row_before_and_after_the_release_is_two_periods_and_never_a_revision() -> None:
    before, after = (parse(row(year=2026), today=day).observations[0] for day in (D(2027, 5, 31), D(2027, 6, 15)))
    assert before.key == after.key
    assert before.period != after.period


def test_a_row_seen_while_the_release_falls_is_set_aside_and_older_years_are_read() -> None:
    parsed = parse(row(year=2025), row(year=2024), today=D(2026, 6, 14))
    assert "until 15 June" in reasons(parsed)
    assert {o.period_end for o in parsed.observations} == {D(2024, 12, 31)}


def test_a_year_that_has_just_begun_is_set_aside_for_its_own_reason() -> None:
    """In March there is no release to wait for: the half year is simply not over."""
    parsed = parse(row(year=2026), today=D(2026, 3, 1))
    assert not parsed.observations
    assert len(parsed.set_aside) == 1
    assert "until 15 June" not in reasons(parsed)


@given(year=st.integers(1951, 2200), today=st.dates(D(1951, 1, 1), D(2200, 12, 31)))
def test_no_year_is_ever_dated_ahead_of_the_clock(year: int, today: D) -> None:
    as_of = unhcr.as_of_year(year, today)
    assert as_of is None or (as_of[0] < today and as_of[0].year == year)


# -- Numbers -------------------------------------------------------------------------------------------------------------

JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.sampled_from(["-", " ", "0", "*", "1e400", "12 "]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=2), inner, max_size=2),
    max_leaves=3,
)


@given(JSON_VALUES)
def test_a_number_is_a_whole_number_missing_or_refused_and_never_a_guess(value: object) -> None:
    try:
        read_as = count(value)
    except ValueError:
        return
    if read_as is None:
        assert value is None or str(value).strip() in {"", "-", "*"}
    else:
        assert type(read_as) is int
        assert not isinstance(value, bool)
        assert float(read_as) == float(str(value).strip())  # type: ignore[arg-type]


@given(st.integers(-(10**12), 10**12))
def test_a_number_reads_the_same_however_it_is_written(number: int) -> None:
    assert count(number) == count(str(number)) == count(f" {number} ") == count(float(number)) == number


@given(st.dictionaries(st.sampled_from([*unhcr.STOCKS, *unhcr.FLOWS]), JSON_VALUES))
def test_whatever_stands_in_the_cells_the_row_is_read_or_set_aside(cells: dict[str, Any]) -> None:
    body = page(row(**cells))
    parsed = parse(*json.loads(json.dumps(body))["items"])
    accepted, refused = normalise.check(parsed.observations, TODAY, {SITUATION.id})
    assert len(accepted) + len(refused) == len(parsed.observations)
