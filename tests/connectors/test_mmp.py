from __future__ import annotations

import csv
import dataclasses
import datetime as dt
import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor import normalise, places
from monitor.connectors import mmp
from monitor.errors import EmptyAnswer, SourceError
from monitor.model import Context, Observation, Parsed, PlaceKind, SeriesKey, Status
from tests.building import SITUATION, TODAY, Upstream, recording
from tests.connectors import read, reasons

D = dt.date
RECORDS = recording("mmp/records.csv")
EAST = "Eastern Mediterranean"
HEADER = next(csv.reader([RECORDS.decode("utf-8-sig").splitlines()[0]]))


def records(*rows: dict[str, str], header: list[str] = HEADER) -> bytes:
    """A file of records; what a row does not say is empty."""
    text = io.StringIO()
    writer = csv.DictWriter(text, header, quoting=csv.QUOTE_ALL, extrasaction="ignore")
    writer.writeheader()
    writer.writerows({name: row.get(name, "") for name in header} for row in rows)
    return text.getvalue().encode("utf-8-sig")


def incident(day: str = "2026-02-03", dead: str = "", missing: str = "", both: str = "", route: str = EAST, **more: str) -> dict[str, str]:
    named = {"Number of Dead": dead, "Minimum Estimated Number of Missing": missing, "Total Number of Dead and Missing": both}
    return {"Main ID": f"{day[:4]}.MMP1", "Incident Type": "Incident", "Incident Date": day, "Migration Route": route, **named, **more}


def project(body: bytes = RECORDS, today: D = TODAY, **changes: Any) -> Context:
    return Upstream(mmp.SOURCE, lambda path, params: body).context(today, dataclasses.replace(SITUATION, **changes))


def seen(body: bytes = RECORDS, today: D = TODAY, **changes: Any) -> Parsed:
    return read(mmp, project(body, today, **changes))[0]


def of(parsed: Parsed, breakdown: str = "all", route: str = "eastern-mediterranean") -> dict[str, Observation]:
    key = SeriesKey("mmp", "dead_and_missing", route, "", breakdown)
    return {f"{row.period_start:%Y-%m}": row for row in parsed.observations if row.key == key}


def values(parsed: Parsed, breakdown: str = "all", route: str = "eastern-mediterranean") -> dict[str, float | None]:
    """The months that have a value."""
    return {month: row.value for month, row in of(parsed, breakdown, route).items() if row.value is not None}


# -- The question --------------------------------------------------------------------------------------------------------


def test_all_records_are_asked_for_in_one_file_and_not_in_the_manner_of_a_browser() -> None:
    context = project()
    list(mmp.fetch(context))
    asked: Upstream = context.get  # type: ignore[assignment]
    assert asked.asked == [(mmp.PATH, {})]
    assert asked.headers == [{}]


@pytest.mark.parametrize("routes", [(), ("black-sea",)])
def test_a_situation_without_a_route_of_the_project_asks_nothing(routes: tuple[str, ...]) -> None:
    assert list(mmp.fetch(project(routes=routes))) == []


def test_every_route_of_the_project_is_a_named_place() -> None:
    assert {places.find(code) and places.find(code).kind for code in mmp.ROUTES.values()} == {PlaceKind.ROUTE}  # type: ignore[union-attr]


# -- Sums by month -------------------------------------------------------------------------------------------------------


def test_the_records_of_a_month_add_up_and_the_parts_of_a_split_incident_too() -> None:
    parsed = seen()
    assert values(parsed) == {"2026-02": 17 + 1 + 6 + 3, "2026-04": 8}
    assert values(parsed, "dead") == {"2026-02": 2 + 1 + 6 + 3, "2026-04": 1}
    assert values(parsed, "missing") == {"2026-02": 15, "2026-04": 8 - 1}
    assert reasons(parsed) == ""


def test_a_record_of_more_than_one_incident_is_told_apart() -> None:
    assert values(seen(), "cumulative") == {"2026-02": 40}


def test_only_the_situations_routes_are_read() -> None:
    assert {row.key.location for row in seen().observations} == {"eastern-mediterranean"}
    both = seen(routes=("central-mediterranean", "syria-turkiye"))
    assert values(both, "dead", "central-mediterranean") == {"2026-02": 1022}
    assert values(both, "all", "syria-turkiye") == {"2026-04": 3}


def test_every_figure_is_a_minimum() -> None:
    assert {row.qualifier for row in seen().observations if row.value is not None} == {"at least"}


def test_unknown_is_not_nobody() -> None:
    parsed = seen(records(incident(missing="8", both="8"), incident("2026-03-01", dead="1", both="1")))
    assert values(parsed, "dead") == {"2026-03": 1}
    assert values(parsed, "missing") == {"2026-02": 8}
    assert (of(parsed, "dead")["2026-02"].value, of(parsed, "dead")["2026-02"].status) == (None, Status.NOT_REPORTED)


def test_a_total_of_two_unknowns_is_unknown_and_a_written_nobody_is_nobody() -> None:
    assert values(seen(records(incident(both="0"), incident("2026-03-01", dead="0", both="0")))) == {"2026-03": 0}


def test_a_record_without_any_number_counts_nobody() -> None:
    assert seen(records(incident())).observations == []


def test_bodies_found_of_people_counted_as_missing_are_taken_off_again() -> None:
    parsed = seen(records(incident(missing="8", both="8"), incident("2026-02-09", "2", "-2", "0")))
    assert (values(parsed), values(parsed, "dead"), values(parsed, "missing")) == ({"2026-02": 8}, {"2026-02": 2}, {"2026-02": 6})


@pytest.mark.parametrize(("found", "kept"), [("-8", {"2026-02": 0}), ("-9", {})])
def test_a_month_with_more_found_than_missing_is_set_aside(found: str, kept: dict[str, float]) -> None:
    parsed = seen(records(incident(missing="8", both="8"), incident("2026-02-09", "9", found, "0")))
    assert values(parsed, "missing") == kept
    assert ("more found than missing in the month" in reasons(parsed)) is (not kept)


def test_a_record_alike_in_every_field_is_counted_once_and_one_that_differs_in_any_is_a_part() -> None:
    parsed = seen(
        records(incident(dead="2", both="2"), incident(dead="2", both="2"), incident(dead="2", both="2", URL="https://a.example"))
    )
    assert values(parsed) == {"2026-02": 4}
    assert [(row.reason, row.row) for row in parsed.set_aside] == [
        ("the record stands twice, alike in every field", "2026.MMP1 2026-02-03 Eastern Mediterranean")
    ]


@pytest.mark.parametrize("text", ["many", "1,22", "1.5", "-", "٣", "1 022", "nan"])
def test_a_text_where_a_number_is_due_is_set_aside(text: str) -> None:
    parsed = seen(records(incident(dead=text, both="5"), incident("2026-03-01", dead="1", both="1")))
    assert values(parsed) == {"2026-03": 1}
    assert reasons(parsed) == f"{text!r} is not a number of people"


@pytest.mark.parametrize(("dead", "both"), [("-1", "3"), ("1", "-3")])
def test_only_the_missing_can_be_taken_off(dead: str, both: str) -> None:
    parsed = seen(records(incident(dead=dead, both=both), incident("2026-03-01", dead="1", both="1")))
    assert values(parsed) == {"2026-03": 1}
    assert reasons(parsed) == "a negative number of people"


@pytest.mark.parametrize(
    ("day", "told"),
    [
        ("2014-01-01", ""),
        ("2013-12-31", "lies before 2014"),
        ("2026-11-01", ""),
        ("2026-11-02", "lies ahead"),
        ("2026-02-30", "day"),
        ("03/02/2026", "Invalid isoformat"),
        ("", "no day of the incident"),
    ],
)
def test_a_day_that_cannot_be_is_set_aside(day: str, told: str) -> None:
    parsed = seen(records(incident(day, dead="1", both="1"), incident("2026-03-01", dead="1", both="1")))
    assert told in reasons(parsed)
    assert bool(parsed.set_aside) is bool(told)
    assert len(values(parsed)) == (1 if told else 2)


# -- Routes --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["Syria to Türkiye", "Syria to Turkey", "Syria to T&uuml;rkiye", " syria to türkiye\n"])
def test_the_spelling_of_a_route_may_drift(name: str) -> None:
    assert values(seen(records(incident(dead="1", both="1", route=name)), routes=("syria-turkiye",)), "all", "syria-turkiye") == {
        "2026-02": 1
    }


def test_an_unknown_route_is_set_aside_once_and_no_route_is_none() -> None:
    rows = [incident(day, "1", "", "1", route) for day in ("2026-02-03", "2026-02-04") for route in ("Moon", "", EAST)]
    parsed = seen(records(*rows))
    assert [(row.reason, row.row) for row in parsed.set_aside] == [("unknown route", "2026.MMP1 2026-02-03 Moon")]
    assert values(parsed) == {"2026-02": 2}


# -- Months --------------------------------------------------------------------------------------------------------------


def test_a_month_without_a_record_is_not_reported_and_not_a_zero() -> None:
    rows = of(seen())
    assert (rows["2026-03"].value, rows["2026-03"].status) == (None, Status.NOT_REPORTED)
    assert (min(rows), max(rows)) == ("2014-01", "2026-04")


def test_a_record_that_was_taken_out_leaves_a_month_that_says_so() -> None:
    """Else the figure of before would stand for ever."""
    later = records(incident("2026-03-09", dead="4", both="4"))
    assert of(seen(later))["2026-02"].status is Status.NOT_REPORTED


def test_the_month_that_runs_is_not_yet_one_without_a_record() -> None:
    rows = records(incident(dead="1", both="1"), incident("2026-11-01", dead="1", both="1", route="Darien"))
    assert max(of(seen(rows))) == "2026-10"


@pytest.mark.parametrize(
    ("today", "status"),
    [
        (D(2026, 2, 10), Status.PROVISIONAL),
        (D(2026, 2, 28), Status.PROVISIONAL),
        (D(2026, 3, 29), Status.PROVISIONAL),
        (D(2026, 3, 30), Status.REPORTED),
    ],
)
def test_a_month_is_provisional_until_its_late_records_are_in(today: D, status: Status) -> None:
    row = of(seen(records(incident(dead="1", both="1")), today))["2026-02"]
    assert (row.period_start, row.period_end, row.status) == (D(2026, 2, 1), D(2026, 2, 28), status)


def test_every_row_passes_the_gate() -> None:
    rows = seen().observations
    accepted, refused = normalise.check(rows, TODAY, {SITUATION.id})
    assert (len(accepted), refused) == (len(rows), [])
    assert {row.known_at for row in rows} == {None}


# -- A file that changed, or is not whole --------------------------------------------------------------------------------


@pytest.mark.parametrize("name", mmp.COLUMNS)
def test_a_column_that_is_gone_is_named(name: str) -> None:
    with pytest.raises(SourceError, match=f"the column '{name}' is missing") as error:
        seen(records(incident(), header=[one for one in HEADER if one != name]))
    assert error.value.permanent


def test_columns_may_be_added_and_change_places() -> None:
    assert values(seen(records(incident(dead="1", both="1"), header=["New", *reversed(HEADER)]))) == {"2026-02": 1}


def test_a_header_without_records_is_an_empty_answer() -> None:
    with pytest.raises(EmptyAnswer, match="a header and no records"):
        seen(records())


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (RECORDS[: len(RECORDS) // 2], "breaks off"),
        (RECORDS.rstrip(), "its last line has no end"),
        (RECORDS.replace(b"uuml", b"\xfc"), "not UTF-8 at byte"),
        (RECORDS + b'"one field"\r\n', "record 12 has 1 of 25 fields"),
    ],
)
def test_a_file_that_is_not_whole_is_one_clear_line(body: bytes, told: str) -> None:
    with pytest.raises(SourceError, match=told):
        seen(body)


@given(st.integers(1, len(RECORDS) - 1))
def test_a_file_cut_anywhere_but_between_two_records_is_refused(at: int) -> None:
    between = RECORDS[:at].endswith(b'"\r\n') or RECORDS[:at].endswith(b'"\r')
    try:
        seen(RECORDS[:at])
    except SourceError:
        return
    assert between


@given(st.text() | st.from_regex(r"\A-?[0-9,]{1,9}\Z"))
def test_any_field_is_a_number_unknown_or_refused(text: str) -> None:
    try:
        number = mmp.people(text)
    except ValueError:
        return
    assert number is None or int(text.strip().replace(",", "")) == number
    assert (number is None) == (not text.strip())
