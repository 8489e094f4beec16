from __future__ import annotations

import dataclasses
import datetime as dt
import json
import re
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor import normalise, places
from monitor.connectors import unhcr
from monitor.connectors._reading import count
from monitor.connectors._unhcr_beside import years_of
from monitor.errors import EmptyAnswer, SourceError
from monitor.model import Mark, Parsed, SeriesKey, Status
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
    return unhcr.parse(context, [answer(page(*rows), tag="population 1")])


def only(*tables: str) -> dict[str, list[str]]:
    """The option that limits the questions to some tables."""
    return {"tables": list(tables or ("population",))}


def values(parsed: Parsed) -> dict[tuple[str, str, str], float | None]:
    return {(o.key.indicator, o.key.location, o.key.origin): o.value for o in parsed.observations}


# -- The question --------------------------------------------------------------------------------------------------------


def asked(today: D = TODAY, pages: int = 1) -> list[tuple[str, dict[str, str]]]:
    upstream = Upstream(unhcr.SOURCE, lambda path, params: page(row(), pages=pages))
    list(unhcr.fetch(upstream.context(today, **only())))
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
    parsed, failed = read(unhcr, Upstream(unhcr.SOURCE, lambda path, params: pages[params["page"]]).context(**only()))
    assert not failed
    assert values(parsed)["refugees", "TUR", "SYR"] == 2347756
    assert values(parsed)["refugees", "GRC", "SYR"] == 50_000


@pytest.mark.parametrize("pages", [0, "0", "-", None])
def test_no_pages_is_an_empty_answer_and_not_zero_people(pages: Any) -> None:
    with pytest.raises(EmptyAnswer, match="no rows"):
        read(unhcr, Upstream(unhcr.SOURCE, lambda path, params: page(pages=pages)).context(**only()))


def test_a_page_without_rows_is_an_empty_answer_too() -> None:
    with pytest.raises(EmptyAnswer):
        read(unhcr, Upstream(unhcr.SOURCE, lambda path, params: page(pages=1)).context(**only()))


def test_a_page_that_fails_ends_the_run_since_the_rest_would_look_whole() -> None:
    replies = {"1": page(row(), pages=2), "2": SourceError("HTTP 503")}
    with pytest.raises(SourceError, match="503"):
        read(unhcr, Upstream(unhcr.SOURCE, lambda path, params: replies[params["page"]]).context(**only()))


# -- The recorded page ---------------------------------------------------------------------------------------------------


def test_the_recording_is_read_with_every_way_of_writing_zero_and_missing() -> None:
    parsed, failed = read(unhcr, Upstream(unhcr.SOURCE, lambda path, params: recording("unhcr/end_of_year.json")).context(**only()))
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
        read(unhcr, Upstream(unhcr.SOURCE, lambda path, params: body).context(**only()))


@pytest.mark.parametrize("body", [page(row(), pages="many"), page(row(year="-")), {"maxPages": 1, "items": None}, page("a text")])
def test_a_field_of_another_type_is_a_fault_of_the_source_and_not_a_crash(body: Any) -> None:
    with pytest.raises(SourceError):
        read(unhcr, Upstream(unhcr.SOURCE, lambda path, params: body).context(**only()))


@pytest.mark.parametrize("body", [b'{"page":1,"maxPages":1,"items":[{"year":20', b"\xff{}", b"{]"])
def test_damaged_json_is_a_fault_of_the_source_that_may_pass(body: bytes) -> None:
    with pytest.raises(SourceError) as told:
        read(unhcr, Upstream(unhcr.SOURCE, lambda path, params: body).context(**only()))
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


# -- The other tables ----------------------------------------------------------------------------------------------------

RECORDED = {
    "population": "end_of_year",
    "asylum-applications": "applications",
    "asylum-decisions": "decisions",
    "solutions": "solutions",
    "demographics": "demographics",
    "nowcasting": "nowcast",
    "footnotes": "footnotes",
}


def replayed(path: str, params: Mapping[str, str]) -> bytes:
    return recording(f"unhcr/{RECORDED[path.split('/')[-2]]}.json")


def table(name: str, *, today: D = TODAY, **options: Any) -> Parsed:
    """What is read of the recording of one table."""
    parsed, failed = read(unhcr, Upstream(unhcr.SOURCE, replayed).context(today, **only(name), **options))
    assert not failed
    accepted, refused = normalise.check(parsed.observations, today, {SITUATION.id})
    assert (len(accepted), refused) == (len(parsed.observations), [])
    return parsed


def figures(parsed: Parsed) -> dict[str, float | None]:
    """Values by `indicator/location/origin/breakdown year`."""
    return {f"{'/'.join(o.key[1:])} {o.period_end.year}": o.value for o in parsed.observations}


def test_new_applications_are_added_over_procedures_and_never_over_persons_and_cases() -> None:
    parsed = table("asylum-applications")
    assert figures(parsed) == {
        "asylum_applications/DEU/SYR/persons 2025": 1015,
        "asylum_applications/DEU/SYR/cases 2025": 400,
        "asylum_applications/DEU/AFG/persons 2015": 2000,  # Germany names no level until 2020
        "asylum_applications/TUR/AFG/persons 2025": 30,  # the appeal is not told apart; temporary asylum is something else
    }
    assert not parsed.set_aside


def test_the_sum_in_the_envelope_is_not_read_since_it_adds_cases_to_persons() -> None:
    assert 3795 not in figures(table("asylum-applications")).values()


def test_decisions_of_the_first_instance_by_outcome() -> None:
    found = figures(table("asylum-decisions"))
    german = {name.split("/")[-1]: value for name, value in found.items() if "/DEU/" in name and "persons" in name}
    assert german == {
        "recognized-persons 2025": 105,
        "complementary-persons 2025": 200,
        "rejected-persons 2025": 35,
        "closed-persons 2025": 10,
    }
    assert found["asylum_decisions/DEU/SYR/recognized-cases 2025"] == 40
    turkish = {name.split("/")[-1]: value for name, value in found.items() if "/TUR/" in name}
    assert turkish == {"complementary-persons 2025": 0, "rejected-persons 2025": 7}  # what is missing is not zero


def flow_row(**changes: Any) -> dict[str, Any]:
    values = {"procedure_type": "G", "app_type": "N", "dec_level": "FI", "app_pc": "P", "applied": 10}
    return {"year": 2025, "coo": "SYR", "coo_iso": "SYR", "coa": "TUR", "coa_iso": "TUR", **values, **changes}


def applications(*rows: Any, today: D = TODAY) -> Parsed:
    context = Upstream(unhcr.SOURCE, replayed).context(today)
    return unhcr.parse(context, [answer(page(one), tag=f"asylum-applications {n}") for n, one in enumerate(rows)])


@pytest.mark.parametrize("part", ["-", " ", "n/a"])
def test_a_sum_that_lacks_a_part_is_no_figure(part: str) -> None:
    parsed = applications(flow_row(), flow_row(procedure_type="U", applied=part), flow_row(app_pc="C"))
    assert figures(parsed) == {"asylum_applications/TUR/SYR/cases 2025": 10}
    assert "a part of the sum is missing" in reasons(parsed)


def test_a_sum_goes_from_one_page_to_the_next() -> None:
    assert figures(applications(flow_row(), flow_row(procedure_type="U"), flow_row())) == {"asylum_applications/TUR/SYR/persons 2025": 20}


def test_a_row_that_is_neither_of_persons_nor_of_cases_is_set_aside() -> None:
    parsed = applications(flow_row(), flow_row(app_pc="H"))
    assert figures(parsed) == {"asylum_applications/TUR/SYR/persons 2025": 10}
    assert "neither persons nor cases" in reasons(parsed)


@pytest.mark.parametrize("missing", ["app_pc", "dec_level", "app_type", "applied", "coa_iso"])
def test_a_missing_field_of_a_flow_is_told_by_its_name(missing: str) -> None:
    broken = flow_row()
    del broken[missing]
    with pytest.raises(SourceError, match=f"'{missing}' is missing"):
        applications(broken)


@pytest.mark.parametrize(("today", "end"), [(D(2026, 11, 1), D(2026, 6, 30)), (D(2027, 6, 15), D(2026, 12, 31))])
def test_in_autumn_the_newest_year_of_a_flow_is_its_first_six_months(today: D, end: D) -> None:
    (found,) = applications(flow_row(year=2026), today=today).observations
    assert (found.period_start, found.period_end) == (D(2026, 1, 1), end)
    assert found.status is (Status.PROVISIONAL if end.month == 6 else Status.REPORTED)


def test_resettlement_is_counted_where_people_arrive_and_returns_are_left_to_the_population_table() -> None:
    assert figures(table("solutions")) == {"resettlement_arrivals/DEU/SYR/ 2025": 2907, "naturalisations/TUR/SYR/ 2025": 15}


def test_people_by_age_and_sex() -> None:
    found = figures(table("demographics"))
    syrian = {name.split("/")[-1].removesuffix(" 2025"): value for name, value in found.items() if "/TUR/SYR/" in name}
    assert syrian == {
        **{"female": 100, "female-0-4": 10, "female-5-11": 20, "female-12-17": 30, "female-18-59": 40, "female-60+": 0},
        **{"male": 20, "male-0-4": 1, "male-5-11": 2, "male-12-17": 3, "male-18-59": 4, "male-60+": 5},
        **{"female-age-unknown": 0, "male-age-unknown": 5},
    }
    assert not [name for name in found if "asylum_seekers_by_age" in name]  # 120 people, none of them by sex: not zero
    german = {name.split("/")[-1]: value for name, value in found.items() if "/DEU/AFG/" in name and "female" in name}
    assert german == {"female 2025": 60, "female-age-unknown 2025": 60}  # no age is known, so none of the ages is zero


def ages(**changes: Any) -> dict[str, Any]:
    cells = {f"{sex}_{part}": 0 for sex in "fm" for part in ("0_4", "5_11", "12_17", "18_59", "60", "other", "total")}
    return {
        "year": 2025,
        "coo": "SYR",
        "coo_iso": "SYR",
        "coa": "TUR",
        "coa_iso": "TUR",
        "pop_type": "REF",
        **cells,
        "total": 10,
        **changes,
    }


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([ages(f_60=10, f_total=10), ages(f_60=10, f_total=10)], ""),  # one row twice is one row
        ([ages(f_60=15, f_total=10)], ""),  # each cell is rounded to the nearest five
        ([ages(f_60=16, f_total=10)], "f_60 is larger than what it is a part of"),
        ([ages(f_total=16)], "f_total is larger"),
        ([ages(f_60=-5, f_total=10)], "fewer than no people"),
        ([ages(f_60=10, f_total=10), ages(f_60=5, f_total=10)], "two rows of one population that differ"),
        ([ages(pop_type="XYZ")], "unknown population type 'XYZ'"),
    ],
)
def test_ages_that_cannot_be_true_of_one_population_are_set_aside(rows: list[dict[str, Any]], told: str) -> None:
    context = Upstream(unhcr.SOURCE, replayed).context()
    parsed = unhcr.parse(context, [answer(page(*rows), tag="demographics 1")])
    assert (bool(parsed.observations), told in reasons(parsed), len(parsed.set_aside)) == (not told, True, int(bool(told)))


@pytest.mark.parametrize("odd", [{"dec_level": "ZZ"}, {"app_type": "ZZ"}])
def test_a_level_or_type_that_nobody_knows_is_set_aside_and_the_known_ones_are_passed_over(odd: dict[str, str]) -> None:
    parsed = applications(flow_row(), flow_row(**odd), flow_row(dec_level="JR"), flow_row(app_type="A"))
    assert (len(parsed.observations), len(parsed.set_aside)) == (1, 1)
    assert "'ZZ'" in reasons(parsed)


def test_the_nowcast_is_an_estimate_at_the_end_of_a_month_of_all_origins_together() -> None:
    parsed = table("nowcasting")
    found = {(o.key.indicator, o.key.location, o.key.origin, o.period_end): o.value for o in parsed.observations}
    assert found == {
        ("refugees", "DEU", "", D(2026, 7, 31)): 2705000,
        ("asylum_seekers", "DEU", "", D(2026, 7, 31)): 260500,
        ("refugees", "DEU", "", D(2026, 8, 31)): 2700000,
        ("asylum_seekers", "DEU", "", D(2026, 8, 31)): 260000,
        ("asylum_seekers", "TUR", "", D(2026, 8, 31)): 0,
    }
    assert {(o.status, o.qualifier, str(o.frequency)) for o in parsed.observations} == {
        (Status.ESTIMATED, "nowcast: Estimated by UNHCR", "month")
    }


def test_the_nowcast_is_asked_for_without_an_origin_which_would_give_nothing() -> None:
    upstream = Upstream(unhcr.SOURCE, replayed)
    list(unhcr.fetch(upstream.context(**only("nowcasting", "footnotes"))))
    assert [set(params) for _, params in upstream.asked] == [{"limit", "page", "cf_type"}] * 2


def nowcast(**changes: Any) -> dict[str, Any]:
    row = {"year": 2026, "month": "August", "coa": "GFR", "coa_iso": "DEU", "refugees": 5, "asylum_seekers": 5, "source": "UNHCR"}
    return page({**row, **changes})


@pytest.mark.parametrize(("month", "told"), [("8", "is no month"), ("août", "is no month"), (None, "is no month")])
def test_a_month_is_an_english_name_or_set_aside(month: Any, told: str) -> None:
    parsed = unhcr.parse(Upstream(unhcr.SOURCE, replayed).context(), [answer(nowcast(month=month), tag="nowcasting 1")])
    assert (parsed.observations, told in reasons(parsed)) == ([], True)


@pytest.mark.parametrize(("year", "fits"), [(2024, False), (2025, True), (2026, True), (2027, False)])
def test_a_nowcast_is_of_this_year_or_still_of_the_last(year: int, fits: bool) -> None:
    context, given = Upstream(unhcr.SOURCE, replayed).context(), [answer(nowcast(year=year), tag="nowcasting 1")]
    if fits:
        assert len(unhcr.parse(context, given).observations) == 2
    else:
        with pytest.raises(SourceError, match="nowcast of"):
            unhcr.parse(context, given)


@pytest.mark.parametrize(("today", "fault"), [(D(2026, 3, 31), False), (D(2026, 4, 1), True)])
def test_a_year_too_young_for_a_nowcast_has_none_and_later_that_is_a_fault(today: D, fault: bool) -> None:
    upstream = Upstream(unhcr.SOURCE, lambda path, params: page(pages=0))
    parts = list(unhcr.fetch(upstream.context(today, **only("nowcasting"))))
    assert [type(part) for part in parts if isinstance(part, Exception)] == ([EmptyAnswer] if fault else [])


def test_footnotes_name_their_years_countries_and_figures() -> None:
    parsed = table("footnotes")
    found = {(n.indicator, n.location, n.origin, n.first_day.year, n.last_day.year, n.text) for n in parsed.footnotes}
    told, stopped, register = (
        "Given by the Government. See the methodology.",
        "Registration was suspended in part of the period.",
        "From the register of foreigners.",
    )
    assert found == {
        *((name, "TUR", "", 2015, 2015, told) for name in ("refugees", "refugees_by_age")),
        *((f"{name}{age}", "", "SYR", 2019, 2022, stopped) for name in ("refugees", "asylum_seekers") for age in ("", "_by_age")),
        *((name, "DEU", "", *years, register) for name in ("stateless", "stateless_by_age") for years in ((2021, 2021), (2023, 2025))),
        ("", "", "", 2020, 2020, "Of every table."),
    }
    assert {(n.first_day.month, n.first_day.day, n.last_day.month, n.last_day.day) for n in parsed.footnotes} == {(1, 1, 12, 31)}
    assert [row.reason.removeprefix("footnote: ") for row in parsed.set_aside] == [
        "'since 2020' is no list of years",
        "UNHCR code AUS and ISO code AUS are not one country",
    ]


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("2015", [(2015, 2015)]),
        (" 2019 - 2022 ", [(2019, 2022)]),
        ("2019–2022", [(2019, 2022)]),
        ("2021, 2023 - 2025", [(2021, 2021), (2023, 2025)]),
        ("", None),
        ("2015,", None),
        ("2022 - 2019", None),
        ("1899", None),
        ("15", None),
        ("2015 to 2016", None),
    ],
)
def test_years_are_read_or_refused(text: str, years: list[tuple[int, int]] | None) -> None:
    if years is None:
        with pytest.raises(ValueError, match="is no list of years"):
            years_of(text)
    else:
        assert years_of(text) == years


@given(st.text("0123456789 -–,", max_size=20))
def test_whatever_stands_for_years_is_read_or_refused(text: str) -> None:
    try:
        assert all(1900 <= first <= last <= 2100 for first, last in years_of(text))
    except ValueError:
        return


# -- Which tables are asked for, and what becomes of one that fails --------------------------------------------------------


def paths(upstream: Upstream) -> list[str]:
    return [path.split("/")[-2] for path, _ in upstream.asked]


def test_every_table_is_asked_for_unless_the_situation_names_some() -> None:
    upstream = Upstream(unhcr.SOURCE, replayed)
    list(unhcr.fetch(upstream.context()))
    assert paths(upstream) == list(RECORDED)
    upstream = Upstream(unhcr.SOURCE, replayed)
    list(unhcr.fetch(upstream.context(**only("solutions", "population"))))
    assert paths(upstream) == ["population", "solutions"]


@pytest.mark.parametrize("tables", [["populations"], "population", 5])
def test_a_table_that_there_is_not_is_told(tables: Any) -> None:
    with pytest.raises(SourceError, match="known are population, asylum-applications"):
        list(unhcr.fetch(Upstream(unhcr.SOURCE, replayed).context(tables=tables)))


@pytest.mark.parametrize("name", list(RECORDED)[1:])
@pytest.mark.parametrize("fault", [SourceError("HTTP 503"), b'{"page":1,"maxPages":0,"items":[]}', b'{"page":1,"items":['])
def test_a_table_that_fails_is_told_by_its_name_and_the_others_are_read(name: str, fault: Any) -> None:
    upstream = Upstream(unhcr.SOURCE, lambda path, params: fault if path.split("/")[-2] == name else replayed(path, params))
    parsed, failed = read(unhcr, upstream.context())
    assert [one.message.split(":")[0] for one in failed if isinstance(one, SourceError)] == [name]
    assert parsed.observations
    assert paths(upstream) == list(RECORDED)


@pytest.mark.parametrize("second", [page(row(), pages=3), page(pages=2)])
def test_pages_that_do_not_fit_together_void_the_run(second: Any) -> None:
    replies = {"1": page(row(), pages=2), "2": second}
    with pytest.raises(SourceError, match=r"pages became|is empty"):
        read(unhcr, Upstream(unhcr.SOURCE, lambda path, params: replies[params["page"]]).context(**only()))


# -- Every pair of countries at once -------------------------------------------------------------------------------------

EVERYBODY = dataclasses.replace(
    SITUATION,
    id="world",
    origins=places.countries(),
    hosts=tuple(code for code in places.countries() if code not in places.ORIGINS_ONLY),
)


def test_more_codes_than_an_address_can_list_are_asked_for_all_at_once() -> None:
    upstream = Upstream(unhcr.SOURCE, replayed)
    list(unhcr.fetch(upstream.context(situation=EVERYBODY, **only("population", "asylum-applications", "solutions"))))
    assert all(params["coo_all"] == params["coa_all"] == "true" and not {"coo", "coa"} & set(params) for _, params in upstream.asked)
    asylum = [(int(params["yearFrom"]), int(params["yearTo"])) for path, params in upstream.asked if "applications" in path]
    assert asylum[0] == (2000, 2001)
    assert asylum[-1][1] == 2026
    assert [first for first, _ in asylum[1:]] == [last + 1 for _, last in asylum[:-1]]
    assert [params["yearFrom"] for path, params in upstream.asked if "solutions" in path] == ["1959"]


@pytest.mark.parametrize(("codes", "listed"), [(60, True), (61, False)])
def test_the_side_with_too_many_codes_is_asked_for_whole_and_what_the_situation_does_not_name_is_left_out(codes: int, listed: bool) -> None:
    known = [code for code in places.countries() if code not in ("SYR", "UKR")][: codes - 1]
    upstream = Upstream(unhcr.SOURCE, lambda path, params: page(row(), row(coo="UKR", coo_iso="UKR")))
    context = upstream.context(situation=dataclasses.replace(SITUATION, origins=("SYR", *known), hosts=("TUR",)), **only())
    if listed:
        with pytest.raises(SourceError, match="was not asked"):
            read(unhcr, context)
    else:
        assert {o.key.origin for o in read(unhcr, context)[0].observations} == {"SYR"}
    assert ("coo" in upstream.asked[0][1]) is listed


@pytest.mark.parametrize("stranger", [{"coo": "-", "coo_iso": "-"}, {"coa": "-", "coa_iso": "-"}, {"year": 1950}])
def test_a_total_instead_of_every_pair_voids_the_answer(stranger: dict[str, Any]) -> None:
    """What a misspelt coo_all gives."""
    context = Upstream(unhcr.SOURCE, replayed).context(situation=EVERYBODY)
    with pytest.raises(SourceError, match="was not asked"):
        unhcr.parse(context, [answer(page(row(), row(**stranger)), tag="population 1")])


def test_each_page_of_people_and_each_span_of_flows_is_a_part() -> None:
    upstream = Upstream(unhcr.SOURCE, lambda path, params: page(row(), pages=3) if "population/" in path[-12:] else replayed(path, params))
    parts = list(unhcr.fetch(upstream.context(situation=EVERYBODY, **only("population", "solutions"))))
    shape = "".join("|" if part is Mark.PART else "a" for part in parts)
    assert re.fullmatch(r"a\|a\|a\|+a\|+", shape)


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
