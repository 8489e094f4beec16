"""Tables of one's own: what is read beyond doubt, what is set aside with the reason, and which descriptions are refused."""

from __future__ import annotations

import contextlib
import datetime as dt
import io
import zipfile
from collections.abc import Mapping
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor import normalise
from monitor.connectors import _cells, _described, _workbook, tabular
from monitor.connectors._cells import named, number_reader
from monitor.errors import EmptyAnswer, SourceError
from monitor.model import Answer, Context, Observation, Parsed, SeriesKey, Status
from tests.building import TODAY, Upstream, recording
from tests.connectors import read, reasons

D = dt.date
TERMS = {"name": "A table", "home": "https://example.org/", "licence": "CC BY 4.0", "citation": "Example, 2026"}
LANDINGS: Mapping[str, Any] = {
    **TERMS,
    "id": "landings",
    "file": "italy/landings.csv",
    "indicator": "arrivals",
    "frequency": "day",
    "location": "ITA",
    "columns": {"date": "Giorno", "reported": "Report del", "breakdown": "Rotta", "value": "Sbarchi"},
    "breakdowns": {"Mare": "sea", "Terra": "land"},
    "date_format": "%d/%m/%Y",
    "decimal": ",",
    "thousands": ".",
    "missing": ["n.d."],
}
SHEET: Mapping[str, Any] = {
    **TERMS,
    "id": "hosted",
    "address": "https://docs.google.com/spreadsheets/d/1aBcD-eF/edit?usp=sharing#gid=42",
    "indicator": "registered_refugees",
    "frequency": "month",
    "columns": {"date": "As of", "place": "Country of asylum", "origin": "Country of origin", "value": "Individuals"},
    "missing": ["n/a"],
    "not_reported": ["not reported"],
}
ROUND: Mapping[str, Any] = {
    **TERMS,
    "id": "rounds",
    "folder": "rounds",
    "files": "round-*.xlsx",
    "sheet": "Data",
    "header": [3, 4],
    "frequency": "irregular",
    "origin": "SYR",
    "place_is": "iso3",
    "columns": {"date": "As of", "place": "Area / P-code"},
    "values": [{"column": "Internally displaced / IDPs", "indicator": "idps"}],
    "date_format": "%d/%m/%Y",
    "missing": ["-"],
}
PLAIN: Mapping[str, Any] = {
    **TERMS,
    "id": "plain",
    "file": "plain.csv",
    "indicator": "registered_refugees",
    "frequency": "day",
    "location": "TUR",
    "origin": "SYR",
    "columns": {"date": "date", "value": "people"},
}


def keeping(*tables: Mapping[str, Any], today: D = TODAY, options: Mapping[str, Any] | None = None, **bodies: Any) -> Context:
    """A context whose files are `bodies`, by the last part of their address (with _ for any sign but letters and digits)."""

    def reply(path: str, params: Mapping[str, str]) -> Any:
        name = "".join(letter if letter.isalnum() else "_" for letter in path.rstrip("/").rpartition("/")[2])
        return bodies[name]

    return Upstream(tabular.SOURCE, reply).context(today, table=list(tables), **(options or {}))


def one(table: Mapping[str, Any], body: Any, today: D = TODAY) -> Parsed:
    """What is read of one file, which must be read."""
    parsed, failed = read(tabular, Upstream(tabular.SOURCE, lambda path, params: body).context(today, table=[table]))
    assert failed == []
    return parsed


def fails(table: Mapping[str, Any], body: Any) -> str:
    """Why a file, or its description, is no use."""
    parsed, failed = read(tabular, Upstream(tabular.SOURCE, lambda path, params: body).context(table=[table]))
    assert parsed.observations == []
    (error,) = failed
    assert isinstance(error, SourceError)
    assert "\n" not in str(error)
    return str(error)


def plain(*lines: str, **changes: Any) -> Parsed:
    return one({**PLAIN, **changes}, "\n".join(("date,people", *lines)))


def values(parsed: Parsed) -> list[float | None]:
    return [row.value for row in parsed.observations]


def workbook(*rows: Any, name: str = "Sheet") -> bytes:
    book = openpyxl.Workbook()
    book.active.title = name
    for row in rows:
        book.active.append(row)
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


# -- Daily landings with a report date -----------------------------------------------------------------------------------


def landings() -> Parsed:
    return one(LANDINGS, recording("tabular/landings.csv"), D(2026, 4, 20))


def of_day(parsed: Parsed, day: int) -> list[Observation]:
    return [row for row in parsed.observations if row.period_end == D(2026, 4, day)]


def test_a_figure_is_known_on_its_report_date_so_a_later_report_is_a_revision() -> None:
    second = of_day(landings(), 2)
    assert [(row.value, row.known_at and row.known_at.date()) for row in second] == [(0, D(2026, 4, 3)), (12, D(2026, 4, 4))]
    assert {row.known_at.tzinfo for row in second if row.known_at} == {dt.UTC}


def test_an_impossible_day_is_set_aside_and_so_is_no_other() -> None:
    aside = [row for row in landings().set_aside if "no day of the calendar" in row.reason]
    assert [row.row for row in aside] == ["landings.csv row 8: Giorno = 31/04/2026, Report del = 03/04/2026, Rotta = Mare, Sbarchi = 0"]


def test_an_announced_zero_is_no_count_and_a_zero_of_a_day_that_is_over_is_one() -> None:
    parsed = landings()
    aside = [row.row.split(":")[0] for row in parsed.set_aside if row.reason.startswith("announced, not counted")]
    assert aside == ["landings.csv row 6", "landings.csv row 7", "landings.csv row 12"]
    assert of_day(parsed, 5) == of_day(parsed, 30) == []
    assert of_day(parsed, 2)[0].value == 0


def test_the_day_of_the_report_is_unfinished_until_the_next_report() -> None:
    assert [(row.value, row.status) for row in of_day(landings(), 3)] == [(87, Status.PROVISIONAL), (311, Status.REPORTED)]


def test_a_missing_word_is_no_figure_and_an_unknown_breakdown_is_set_aside() -> None:
    parsed = landings()
    assert of_day(parsed, 4) == []
    assert "'Rotta' is 'Aria', which `breakdowns` does not list" in reasons(parsed)


def test_the_gate_accepts_what_was_read_of_the_landings() -> None:
    accepted, refused = normalise.check(landings().observations, D(2026, 4, 20), frozenset())
    assert (len(accepted), refused) == (5, [])
    assert {row.key for row in accepted} == {SeriesKey("tabular-landings", "arrivals", "ITA", "", "sea")}


@pytest.mark.parametrize(("today", "number"), [(D(2026, 4, 2), 0), (D(2026, 4, 3), 3), (D(2026, 4, 4), 5)])
def test_a_report_of_a_day_that_lies_ahead_is_set_aside(today: D, number: int) -> None:
    context = keeping(LANDINGS, today=today, landings_csv=recording("tabular/landings.csv"))
    parsed, failed = read(tabular, context)
    assert len(parsed.observations) == number
    assert ("reported on a day that lies ahead" in reasons(parsed) + str(failed)) == (number < 5)


def test_without_a_report_date_a_day_that_lies_ahead_is_set_aside_and_today_is_unfinished() -> None:
    parsed = plain("2026-10-31,1", "2026-11-01,2", "2026-11-02,0", indicator="arrivals", origin="", breakdown="all")
    assert [(row.value, row.status, row.known_at) for row in parsed.observations] == [
        (1, Status.REPORTED, None),
        (2, Status.PROVISIONAL, None),
    ]
    assert reasons(parsed) == "the period lies ahead"


@pytest.mark.parametrize(("day", "kept"), [("2026-04-29", True), ("2026-04-30", True), ("2026-05-01", False)])
def test_a_stock_of_the_day_of_publication_is_firm_and_a_later_one_is_no_count(day: str, kept: bool) -> None:
    parsed = plain("2026-04-01,5", f"{day},7", published=D(2026, 4, 30))
    assert (7 in values(parsed)) is kept
    assert all(row.status is Status.REPORTED for row in parsed.observations)


def test_the_name_of_a_file_can_say_when_its_figures_were_known() -> None:
    table = {**LANDINGS, "columns": {"date": "d", "value": "v"}, "breakdown": "sea", "folder": "italy", "reported_in_name": "l-%Y%m%d.csv"}
    del table["file"]
    listing = ["file:///italy/l-20260403.csv", "file:///italy/l-20260404.csv", "file:///italy/l-final.csv", "file:///italy/notes.docx"]
    body = "d,v\n01/04/2026,5\n04/04/2026,0\n"
    parsed, failed = read(tabular, keeping(table, italy=listing, l_20260403_csv=body, l_20260404_csv=body, l_final_csv=body))
    assert [row.known_at and row.known_at.day for row in parsed.observations] == [3, 4, 4]
    assert [getattr(error, "message", "") for error in failed] == [
        "file:///italy/l-final.csv: its name does not say its day as 'l-%Y%m%d.csv'"
    ]


# -- A Google sheet with names of places and HXL tags --------------------------------------------------------------------


def test_places_by_name_go_through_the_crosswalk_and_doubtful_ones_are_set_aside() -> None:
    parsed = one(SHEET, recording("tabular/sheet.csv"))
    assert [(row.key.location, row.key.origin, row.value, row.status) for row in parsed.observations] == [
        ("TUR", "SYR", 2_350_000, Status.REPORTED),
        ("IRQ", "SYR", None, Status.NOT_REPORTED),
        ("EGY", "SYR", 0, Status.REPORTED),
    ]
    assert "the place 'Congo' may be COD or COG" in reasons(parsed)
    assert "the place 'Atlantis' is not known" in reasons(parsed)
    assert normalise.check(parsed.observations, TODAY, frozenset())[1] == []


def test_the_situation_can_say_what_a_doubtful_name_means() -> None:
    parsed = one({**SHEET, "places": {"Congo": "COD", "Atlantis": "GRC"}}, recording("tabular/sheet.csv"))
    assert [row.key.location for row in parsed.observations] == ["TUR", "COD", "GRC", "IRQ", "EGY"]


def test_columns_can_be_named_by_their_hxl_tags_in_any_order_of_attributes() -> None:
    tags = {"date": "#date", "place": "#country +name", "origin": "#country+origin", "value": "#AFFECTED+refugees"}
    parsed = one({**SHEET, "columns": tags}, recording("tabular/sheet.csv"))
    assert values(parsed) == values(one(SHEET, recording("tabular/sheet.csv")))
    assert named("#Affected+ refugees +f") == named("#affected+f+refugees") != named("#affected+m+refugees")


@pytest.mark.parametrize(
    ("given", "asked"),
    [
        ("https://docs.google.com/spreadsheets/d/1aB/edit", "https://docs.google.com/spreadsheets/d/1aB/export?format=csv&gid=0"),
        ("https://docs.google.com/spreadsheets/d/1aB/edit#gid=42", "https://docs.google.com/spreadsheets/d/1aB/export?format=csv&gid=42"),
        ("https://docs.google.com/spreadsheets/d/1aB/edit?gid=7#gid=7", "https://docs.google.com/spreadsheets/d/1aB/export?format=csv&gid=7"),
        ("https://docs.google.com/spreadsheets/d/1aB/edit?usp=sharing", "https://docs.google.com/spreadsheets/d/1aB/export?format=csv&gid=0"),
        ("https://docs.google.com/spreadsheets/d/e/2PACX-1v/pub?output=csv", "https://docs.google.com/spreadsheets/d/e/2PACX-1v/pub?output=csv"),
        ("https://example.org/edit#gid=42", "https://example.org/edit#gid=42"),
    ],
)  # fmt: skip
def test_a_link_to_a_google_sheet_is_asked_for_its_csv(given: str, asked: str) -> None:
    context = keeping({**SHEET, "address": given}, **{"".join(c if c.isalnum() else "_" for c in asked.rpartition("/")[2]): "x"})
    list(tabular.fetch(context))
    assert context.get.asked == [(asked, {})]  # type: ignore[attr-defined]


def test_a_figure_cites_the_address_that_was_asked_and_not_the_one_that_it_was_sent_to() -> None:
    context = keeping(SHEET)
    sent = "https://doc-0.googleusercontent.example/export/abc"
    get = Upstream(tabular.SOURCE, lambda path, params: recording("tabular/sheet.csv"))
    moved = Context(context.situation, context.options, TODAY, lambda path, params=(), **how: get(sent, **how))
    assert {answer.url for answer in tabular.fetch(moved) if isinstance(answer, Answer)} == {
        "https://docs.google.com/spreadsheets/d/1aBcD-eF/export?format=csv&gid=42"
    }


# -- A folder of workbooks -----------------------------------------------------------------------------------------------


def test_a_folder_is_read_file_by_file_and_one_that_fails_does_not_stop_the_others() -> None:
    listing = ["file:///rounds/round-13.xlsx", "file:///rounds/round-14.xlsx", "file:///rounds/other.xlsx"]
    parsed, failed = read(
        tabular, keeping(ROUND, rounds=listing, round_13_xlsx=b"PK\x03\x04cut", round_14_xlsx=recording("tabular/round.xlsx"))
    )
    assert [(row.key.location, row.value) for row in parsed.observations] == [("SY-ID", 1_900_000), ("SY-HI", 150_000)]
    assert [getattr(error, "message", "") for error in failed] == [
        "file:///rounds/round-13.xlsx: the workbook breaks off or is damaged (BadZipFile)"
    ]


def test_a_folder_without_a_fitting_file_is_degraded() -> None:
    _, failed = read(tabular, keeping(ROUND, rounds=["file:///rounds/other.xlsx"]))
    assert [type(error) for error in failed] == [EmptyAnswer]


def rounds(**changes: Any) -> Parsed:
    return read(
        tabular, keeping({**ROUND, **changes}, rounds=["file:///rounds/round-1.xlsx"], round_1_xlsx=recording("tabular/round.xlsx"))
    )[0]


def test_formulas_and_errors_of_a_workbook_are_set_aside_and_its_dates_are_dates() -> None:
    parsed = rounds()
    told = {row.row.split(":")[0][-6:]: row.reason for row in parsed.set_aside}
    assert told == {
        " row 7": "'Internally displaced / IDPs' is a formula, and not a figure",
        " row 8": "'Internally displaced / IDPs' is an error of the spreadsheet",
        "row 10": "'Area / P-code' is empty",
    }
    assert {row.period_end for row in parsed.observations} == {D(2026, 9, 30)}  # one is a date, the other a text
    assert {row.period_start for row in parsed.observations} == {D(2026, 9, 30)}


def test_merged_headers_name_their_columns_and_several_columns_of_figures_are_read() -> None:
    parsed = rounds(
        frequency="irregular",
        columns={"start": "As of", "end": "As of", "place": "Area / P-code"},
        values=[{"column": "Internally displaced / Returned IDPs", "indicator": "returned_idps"}],
    )
    assert [(row.key.indicator, row.key.location, row.value) for row in parsed.observations] == [
        ("returned_idps", "SY-ID", 12_000),
        ("returned_idps", "SY-HM", 0),
    ]
    assert "tags in row 5" in parsed.notes[0]
    assert "not used: Area / Name, Internally displaced / IDPs, Comment" in parsed.notes[0]


@pytest.mark.parametrize(
    ("rows", "names"),
    [
        ([["Date", "Sea", "Land"]], ("Date", "Sea", "Land")),
        ([["Date", "Arrivals", None], [None, "Sea", "Land"]], ("Date", "Arrivals / Sea", "Arrivals / Land")),
        ([["Date", "Arrivals", None, "Total"], ["Date", "Sea", "Land", None]], ("Date", "Arrivals / Sea", "Arrivals / Land", "Total")),
        ([[None, "2025", None], ["Date", 1.0, 2]], ("Date", "2025 / 1", "2025 / 2")),
        ([["Two\nlines "]], ("Two lines",)),
        ([], ()),
    ],
)
def test_a_header_of_several_rows_becomes_one_name_a_column(rows: Any, names: tuple[str, ...]) -> None:
    assert _cells._names([tuple(row) for row in rows]) == names


def test_a_sheet_that_is_not_there_is_told_with_those_that_are() -> None:
    told = fails({**PLAIN, "file": "a.xlsx", "sheet": "Data"}, workbook(["date", "people"], name="Figures"))
    assert "no sheet 'Data'; there are 'Figures'" in told


def test_the_first_visible_sheet_is_read_where_none_is_named() -> None:
    book = openpyxl.Workbook()
    book.active.append(["hidden"])
    book.active.sheet_state = "hidden"
    book.create_sheet("Shown").append(["date", "people"])
    book["Shown"].append([D(2026, 4, 1), 5])
    kept = io.BytesIO()
    book.save(kept)
    assert values(one({**PLAIN, "file": "a.xlsx"}, kept.getvalue())) == [5]


def test_a_text_a_truth_and_a_time_in_a_workbook_are_no_numbers() -> None:
    rows = [
        ["date", "people"],
        *([D(2026, 4, 1), cell] for cell in (True, "many", dt.time(8, 0), D(2026, 4, 1), 5, "6")),
    ]
    parsed = one({**PLAIN, "file": "a.xlsx"}, workbook(*rows))
    assert values(parsed) == [5, 6]
    assert [row.reason for row in parsed.set_aside] == ["'people' is not a number"] * 4


def test_a_workbook_that_unpacks_to_too_much_is_refused_before_it_is_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_workbook, "LARGEST_UNPACKED", 1_000_000)
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/worksheets/sheet1.xml", b"0" * 1_000_001)
    assert "unpacks to 1 MB in 1 parts, which is too much" in fails({**PLAIN, "file": "a.xlsx"}, kept.getvalue())


def test_a_workbook_of_too_many_parts_is_refused_before_it_is_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    body = workbook(["date", "people"], ["2026-04-01", 5])
    parts = len(zipfile.ZipFile(io.BytesIO(body)).namelist())
    monkeypatch.setattr(_workbook, "MOST_PARTS", parts)
    assert len(one({**PLAIN, "file": "a.xlsx"}, body).observations) == 1
    monkeypatch.setattr(_workbook, "MOST_PARTS", parts - 1)
    assert f"in {parts} parts, which is too much" in fails({**PLAIN, "file": "a.xlsx"}, body)


def test_a_workbook_that_declares_entities_is_refused() -> None:
    kept = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook(["date", "people"], ["2026-04-01", 5]))) as good, zipfile.ZipFile(kept, "w") as bad:
        for part in good.namelist():
            hostile = b'<!DOCTYPE x [<!ENTITY a "aaaa">]>' if part.endswith("sheet1.xml") else b""
            bad.writestr(part, hostile + good.read(part))
    assert "damaged (EntitiesForbidden)" in fails({**PLAIN, "file": "a.xlsx"}, kept.getvalue())


def test_a_sheet_with_more_cells_than_memory_should_hold_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    body = workbook(["date", "people"], *[[D(2026, 4, day), day] for day in (1, 2)])
    monkeypatch.setattr(_workbook, "MOST_CELLS", 9)
    assert len(one({**PLAIN, "file": "a.xlsx"}, body).observations) == 2
    monkeypatch.setattr(_workbook, "MOST_CELLS", 8)
    assert "more than 8 cells" in fails({**PLAIN, "file": "a.xlsx"}, body)


@pytest.mark.parametrize("cut", [30, 400, 2000])
def test_a_workbook_that_breaks_off_is_one_clear_line(cut: int) -> None:
    assert "breaks off or is damaged" in fails({**PLAIN, "file": "a.xlsx"}, recording("tabular/round.xlsx")[:cut])


# -- CSV as it comes -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_the_delimiter_and_the_mark_of_the_encoding_are_found(mark: str, encoding: str) -> None:
    body = mark.join(["Día", "people, all; of|them" if mark == "\t" else '"people\tall"']) + f'\r\n2026-04-01{mark}"5"\r\n'
    value = "people, all; of|them" if mark == "\t" else "people all"
    assert values(one({**PLAIN, "columns": {"date": "Día", "value": value}}, body.encode(encoding))) == [5]


def test_another_encoding_must_be_said() -> None:
    body = "date,people,où\n2026-04-01,5,là\n".encode("windows-1252")
    assert "not UTF-8 at byte 13; `encoding` says which other it is" in fails(PLAIN, body)
    assert values(one({**PLAIN, "encoding": "windows-1252"}, body)) == [5]


def test_a_quoted_line_break_stays_within_its_cell() -> None:
    parsed = one(PLAIN, 'date,note,people\n2026-04-01,"two\nlines",5\n2026-04-02,,6\n')
    assert values(parsed) == [5, 6]


def test_the_header_is_found_below_titles_and_a_repeated_one_further_down_is_set_aside() -> None:
    parsed = one(PLAIN, "A title,\n,\ndate,people\n2026-04-01,5\n\ndate,people\n2026-04-02,6\n,,\n")
    assert values(parsed) == [5, 6]
    assert [row.row for row in parsed.set_aside] == ["plain.csv row 6: date = date, people = people"]


def test_a_table_without_a_header_has_columns_by_number() -> None:
    assert values(one({**PLAIN, "header": 0, "columns": {"date": 1, "value": 3}}, "2026-04-01;x;5\n2026-04-02;x;6\n")) == [5, 6]


def test_a_renamed_column_is_told_with_those_that_are_there() -> None:
    told = fails(PLAIN, "Date,people\n2026-04-01,5\n")
    assert "the column 'date' is missing in the first 30 rows, of which row 1 fits best" in told
    assert "there is 'Date', 'people'" in told
    assert "the columns 'date', 'people' are missing in row 2" in fails({**PLAIN, "header": 2}, "date,people\n2026-04-01,5\n")


def test_a_column_that_is_there_twice_is_refused_where_it_is_meant_and_ignored_where_not() -> None:
    assert "two columns are called 'people'" in fails(PLAIN, "date,people,people\n2026-04-01,5,6\n")
    assert values(one(PLAIN, "date,people,x,x\n2026-04-01,5,,\n")) == [5]


def test_a_row_with_more_cells_than_columns_is_set_aside_unless_they_are_empty() -> None:
    parsed = plain("2026-04-01,1,204", "2026-04-02,7,", "2026-04-03,8")
    assert values(parsed) == [7, 8]
    assert "more cells than columns" in reasons(parsed)


def test_a_csv_that_breaks_off_is_void_and_a_missing_last_line_break_is_no_fault() -> None:
    assert "breaks off within its last row" in fails(
        {**PLAIN, "columns": {"date": "date", "value": "people"}}, "x,date,people\na,2026-04-01,5\na,2026-04"
    )
    assert "breaks off or is damaged" in fails(PLAIN, 'date,people\n2026-04-01,"5\n')
    assert values(one(PLAIN, "date,people\n2026-04-01,5")) == [5]


@pytest.mark.parametrize("body", ["date,people\n", "date,people\n2026-04-01,\n", "date,people\n,\n"])
def test_a_table_without_a_figure_is_degraded_and_no_zero(body: str) -> None:
    context = keeping(PLAIN, plain_csv=body)
    assert [type(part) for part in tabular.fetch(context)] == [EmptyAnswer]


def test_a_table_of_which_no_row_can_be_read_fails_and_says_the_first_reason() -> None:
    told = fails({**PLAIN, "date_format": "%d/%m/%Y"}, "date,people\n2026-04-01,5\n")
    assert "not one row could be read, the first since: 'date' is no day of the calendar written as %d/%m/%Y" in told


def test_rows_that_were_not_asked_for_are_left_out_and_not_set_aside() -> None:
    body = "date,type,people\n2026-04-01,Refugees,5\n2026-04-01,Asylum-seekers,6\n2026-04-01,,7\n"
    parsed = one({**PLAIN, "where": {"type": ["Refugees", "Refugees and others"]}}, body)
    assert (values(parsed), parsed.set_aside) == ([5], [])


def test_a_formula_or_an_error_that_was_exported_as_text_is_set_aside() -> None:
    parsed = plain("2026-04-01,=SUM(A1)", "2026-04-02,#REF!", "2026-04-03,5", "=A4+1,6", "#N/A,7")
    assert values(parsed) == [5]
    assert [row.reason.partition(" is ")[2] for row in parsed.set_aside] == [
        "a formula, and not a figure",
        "an error of the spreadsheet",
        "a formula, and not a figure",
        "an error of the spreadsheet",
    ]


# -- Numbers -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("decimal", "thousands", "text", "value"),
    [
        ("", "", "12", 12), ("", "", "+12", 12), ("", "", "-3", -3), ("", "", "12.0", 12), ("", "", "12.5", 12.5),
        ("", "", "1.000", None), ("", "", "1,000", None), ("", "", "1 000", None), ("", "", "12,5", None), ("", "", "1.0000", 1),
        (".", "", "1.000", 1), (",", "", "1,5", 1.5), (",", "", "1.5", None),
        ("", ",", "1,204", 1204), ("", ",", "1204", 1204), ("", ",", "1,20", None), ("", ",", "12,04,000", None), ("", ",", "1,204.5", 1204.5),
        (",", ".", "1.204,5", 1204.5), (",", ".", "1.204.000", 1_204_000), (",", ".", "1.20", None), (",", ".", "0,0", 0),
        ("", " ", "1 204", 1204), ("", " ", "1\u00a0204", 1204), ("", " ", "1\u202f204", 1204), ("", "'", "1’204", 1204), ("", "'", "1'204", 1204),
        ("", "", "1e5", None), ("", "", "many", None), ("", "", "5%", None), ("", "", "nan", None), ("", "", "inf", None), ("", "", "--", None),
        ("", "", "1_000", None), ("", "", "٥", None), ("", "", "5 people", None), ("", "", ".5", None), ("", "", "0x10", None),
    ],
)  # fmt: skip
def test_a_number_is_read_beyond_doubt_or_not_at_all(decimal: str, thousands: str, text: str, value: float | None) -> None:
    reader = number_reader(decimal, thousands)
    if value is None:
        with pytest.raises(ValueError, match="not a number"):
            reader(text)
    else:
        assert reader(text) == value


def test_a_number_in_doubt_says_what_to_state() -> None:
    assert "'people' is not a number beyond doubt: say `decimal` and `thousands`" in reasons(plain("2026-04-01,5", '2026-04-02,"1,204"'))


@given(st.text(max_size=12), st.sampled_from(["", ".", ","]), st.sampled_from(["", ".", ",", " ", "'"]))
def test_any_text_is_a_finite_number_or_refused(text: str, decimal: str, thousands: str) -> None:
    try:
        value = number_reader(decimal, thousands)(text)
    except ValueError:
        return
    assert value - value == 0
    assert any(letter.isdigit() for letter in text)


@given(st.integers(0, 10**9), st.sampled_from([("", ","), (",", "."), (".", " "), (",", "'")]))
def test_a_whole_number_written_with_thousands_is_read_as_itself(value: int, marks: tuple[str, str]) -> None:
    assert number_reader(*marks)(f"{value:,}".replace(",", marks[1])) == value


# -- Dates and periods ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("form", "text", "said"),
    [
        ("%d/%m/%Y", "29/02/2024", D(2024, 2, 29)), ("%d/%m/%Y", "29/02/2026", None), ("%d/%m/%Y", "31/04/2026", None),
        ("%d/%m/%Y", "1/4/2026", D(2026, 4, 1)), ("%d/%m/%Y", "04/13/2026", None), ("%m/%d/%Y", "04/13/2026", D(2026, 4, 13)),
        ("%Y-%m-%dT%H:%M:%S", "2026-04-01T08:00:00", D(2026, 4, 1)), ("%d %B %Y", "1 April 2026", D(2026, 4, 1)), ("%Y%m%d", "20260401", D(2026, 4, 1)),
        ("%d.%m.%y", "01.04.26", D(2026, 4, 1)), ("%d/%m/%Y", "1/4/26", None), ("%d/%m/%Y", "46113", None), ("%d/%m/%Y", "", None),
        ("%Y-%m", "2026-04", D(2026, 4, 1)), ("%Y-%m", "2026-13", None), ("%G-W%V", "2026-W01", D(2025, 12, 29)), ("%G-W%V", "2026-W54", None),
    ],
)  # fmt: skip
def test_a_day_is_one_of_the_calendar_written_as_the_table_says(form: str, text: str, said: D | None) -> None:
    if said is None:
        with pytest.raises(ValueError, match=r"."):
            _described.day_of(text, form)
    else:
        assert _described.day_of(text, form) == said


@given(st.text(max_size=12), st.sampled_from(["%d/%m/%Y", "%Y-%m", "%Y", "%G-W%V", "%d %b %y"]))
def test_any_text_is_a_day_or_refused(text: str, form: str) -> None:
    with contextlib.suppress(ValueError):
        assert isinstance(_described.day_of(text, form), D)


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ("%d/%m/%Y", "day"),
        ("%Y-%j", "day"),
        ("%G-W%V-%u", "day"),
        ("%G-W%V", "week"),
        ("%Y-%m", "month"),
        ("%b %y", "month"),
        ("%Y", "year"),
    ],
)
def test_a_date_format_says_how_much_it_gives(form: str, said: str) -> None:
    assert _described.precision(form) == said


ARRIVALS = {"indicator": "arrivals", "origin": "", "breakdown": "all"}


@pytest.mark.parametrize(
    ("changes", "text", "start", "end"),
    [
        ({"frequency": "day"}, "2026-04-15", D(2026, 4, 15), D(2026, 4, 15)),
        ({"frequency": "month"}, "2026-04-15", D(2026, 4, 1), D(2026, 4, 30)),
        ({"frequency": "month", "date_format": "%Y-%m"}, "2026-02", D(2026, 2, 1), D(2026, 2, 28)),
        ({"frequency": "year", "date_format": "%Y"}, "2025", D(2025, 1, 1), D(2025, 12, 31)),
        ({"frequency": "week", "week": "first"}, "2026-04-13", D(2026, 4, 13), D(2026, 4, 19)),
        ({"frequency": "week", "week": "last"}, "2026-04-19", D(2026, 4, 13), D(2026, 4, 19)),
        ({"frequency": "week", "date_format": "%G-W%V"}, "2026-W16", D(2026, 4, 13), D(2026, 4, 19)),
    ],
)
def test_a_flow_has_a_first_and_a_last_day(changes: Mapping[str, Any], text: str, start: D, end: D) -> None:
    (row,) = plain(f"{text},5", **ARRIVALS, **changes).observations
    assert (row.period_start, row.period_end, row.status) == (start, end, Status.REPORTED)


@pytest.mark.parametrize(
    ("form", "text", "day"),
    [("%Y-%m-%d", "2026-04-15", D(2026, 4, 15)), ("%Y-%m", "2026-04", D(2026, 4, 30)), ("%Y", "2025", D(2025, 12, 31))],
)
def test_a_stock_is_of_one_day_the_last_of_what_the_date_says(form: str, text: str, day: D) -> None:
    (row,) = plain(f"{text},5", date_format=form).observations
    assert (row.period_start, row.period_end) == (day, day)


@pytest.mark.parametrize(("today", "status"), [(D(2026, 4, 30), Status.PROVISIONAL), (D(2026, 5, 1), Status.REPORTED)])
def test_an_unfinished_month_is_stored_whole_and_provisional(today: D, status: Status) -> None:
    table = {**PLAIN, **ARRIVALS, "frequency": "month", "date_format": "%Y-%m"}
    (row,) = one(table, "date,people\n2026-04,5\n", today).observations
    assert (row.period_end, row.status) == (D(2026, 4, 30), status)


def test_year_and_month_can_stand_in_two_columns() -> None:
    table = {**PLAIN, **ARRIVALS, "frequency": "month", "date_format": "%Y %m", "columns": {"date": ["Year", "Month"], "value": "n"}}
    rows = [["Year", "Month", "n"], [2026, 4, 5], [2026.0, "5", 6], [2026, 13, 7], [2026, None, 8]]
    parsed = one({**table, "file": "a.xlsx"}, workbook(*rows))
    assert [row.period_end for row in parsed.observations] == [D(2026, 4, 30), D(2026, 5, 31)]
    assert len(parsed.set_aside) == 2


def test_a_running_total_counts_from_a_fixed_day_and_never_from_after_it() -> None:
    parsed = plain(
        "2019-12-31,5", "2020-02-25,948000", "2019-11-30,1", indicator="displaced", since=D(2019, 12, 1), location="north-west-syria"
    )
    assert [(row.period_start, row.period_end) for row in parsed.observations] == [
        (D(2019, 12, 1), D(2019, 12, 31)),
        (D(2019, 12, 1), D(2020, 2, 25)),
    ]
    assert reasons(parsed) == "before the day that the running total counts from"


def test_a_period_between_two_columns_that_ends_before_it_begins_is_set_aside() -> None:
    table = {**PLAIN, **ARRIVALS, "frequency": "irregular", "columns": {"start": "from", "end": "to", "value": "n"}}
    parsed = one(table, "from,to,n\n2026-04-01,2026-04-07,5\n2026-04-08,2026-04-07,6\n")
    assert [(row.period_start, row.period_end) for row in parsed.observations] == [(D(2026, 4, 1), D(2026, 4, 7))]
    assert reasons(parsed) == "the period ends before it begins"


# -- Terms, notes and which tables are read ------------------------------------------------------------------------------


def test_every_table_is_a_source_of_its_own_with_its_own_terms() -> None:
    parsed, _ = read(
        tabular,
        keeping(
            LANDINGS,
            {**PLAIN, "licence": "Facts: cite it"},
            landings_csv=recording("tabular/landings.csv"),
            plain_csv="date,people\n2026-04-01,5\n",
        ),
    )
    assert [(source.id, source.licence) for source in parsed.sources] == [
        ("tabular-landings", "CC BY 4.0"),
        ("tabular-plain", "Facts: cite it"),
    ]
    assert {row.key.source for row in parsed.observations} == {"tabular-landings", "tabular-plain"}
    assert "italy/landings.csv" in parsed.sources[0].about


def test_what_was_understood_is_told_for_each_file() -> None:
    assert landings().notes == [
        "landings: file:///italy/landings.csv: header in row 2, 11 rows below; date = Giorno, reported = Report del, breakdown = Rotta,"
        " value = Sbarchi; not used: Note"
    ]


def test_without_a_table_nothing_is_asked() -> None:
    assert list(tabular.fetch(keeping())) == []
    assert list(tabular.fetch(Upstream(tabular.SOURCE, lambda path, params: "").context())) == []


@pytest.mark.parametrize(
    ("file", "table", "read_as"),
    [
        ("landings.csv", "", ["landings"]),
        ("round-9.xlsx", "", ["rounds"]),
        ("other.csv", "", []),
        ("other.csv", "plain", ["plain"]),
        ("plain.csv", "landings", ["landings"]),
    ],
)
def test_a_file_to_check_is_read_as_the_table_that_it_is_of_or_that_is_named(file: str, table: str, read_as: list[str]) -> None:
    options = {"file": file, "table_of_file": table}
    context = keeping(LANDINGS, ROUND, PLAIN, {**SHEET, "frequency": "never"}, options=options)
    assert [found.id for found in tabular._tables(context) if not isinstance(found, SourceError)] == read_as
    assert list(tabular._addresses(context, _described.describe(SHEET))) == [f"file:///{file}"]


def test_a_faulty_description_or_a_second_one_of_the_same_id_does_not_stop_the_others() -> None:
    parts = list(
        tabular.fetch(keeping({**PLAIN, "id": "bad", "frequency": "never"}, PLAIN, PLAIN, plain_csv="date,people\n2026-04-01,5\n"))
    )
    assert [isinstance(part, Answer) for part in parts] == [False, True, False]
    assert "frequency is 'never'; one of 'day'" in str(parts[0])
    assert "two tables of the situation file have the id 'plain'" in str(parts[2])


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"colums": {}}, "it has the unknown key 'colums'; known are"),
        ({"licence": ""}, "'licence' is missing"),
        ({"citation": None}, "'citation' is missing"),
        ({"id": "Plain"}, "lower-case letters, digits and single -"),
        ({"id": "a--b"}, "lower-case letters, digits and single -"),
        ({"id": 5}, "id is 5; a text is due"),
        ({"file": ""}, "one of 'address', 'file' and 'folder' is due"),
        ({"folder": "rounds"}, "one of 'address', 'file' and 'folder' is due"),
        ({"file": "/etc/passwd"}, "no path below the folder of files"),
        ({"file": "../secret.csv"}, "no path below the folder of files"),
        ({"file": "a/../../secret.csv"}, "no path below the folder of files"),
        ({"file": "C:/secret.csv"}, "no path below the folder of files"),
        ({"file": "a\\secret.csv"}, "no path below the folder of files"),
        ({"file": "old.xls"}, "neither CSV nor XLSX by its ending"),
        ({"file": "", "address": "ftp://example.org/a.csv"}, "one that begins with https:// is due"),
        ({"file": "", "address": "file:///etc/passwd"}, "one that begins with https:// is due"),
        ({"file": "", "address": "https://me:secret@example.org/a.csv"}, "holds a name or a password"),
        ({"encoding": "klingon"}, "unknown encoding"),
        ({"delimiter": "||"}, "one character is due"),
        ({"header": -1}, "header is the number of a row"),
        ({"decimal": ",", "thousands": ","}, "decimal and thousands are the same mark"),
        ({"thousands": "x"}, "thousands is 'x'"),
        ({"missing": ["-"], "not_reported": ["-"]}, "'-' is both missing and not reported"),
        ({"missing": "-"}, "a list of texts is due"),
        ({"columns": {"value": "people"}}, "columns: 'date' is due"),
        ({"columns": {"date": "date", "start": "s", "end": "e", "value": "people"}}, "columns: 'date' is due, or 'start' and 'end'"),
        ({"columns": {"start": "s", "end": "e", "value": "people"}}, "a stock is of one day"),
        ({"columns": {"date": "date"}}, "one of the two is due"),
        ({"columns": {"date": "date", "value": ["a", "b"]}}, "the name of one column is due"),
        ({"columns": {"date": "date", "worth": "people"}}, "columns has the unknown key 'worth'"),
        ({"columns": "date"}, "columns is 'date'; a table such as"),
        ({"columns": {"date": "date", "value": "people", "place": "c"}}, "a fixed 'location' or columns 'place' says where"),
        ({"location": ""}, "a fixed 'location' or columns 'place' says where"),
        ({"location": "Turkey"}, "'Turkey' is the code of no place"),
        ({"origin": "XYZ"}, "'XYZ' is the code of no place"),
        ({"places": {"Here": "XYZ"}}, "'XYZ' is the code of no place"),
        ({"place_is": "iso"}, "place_is or origin_is is 'iso'"),
        ({"indicator": "people"}, "indicator is 'people'; known are"),
        ({"breakdown": "sea"}, "breakdown 'sea' is none of those of registered_refugees"),
        ({"indicator": "arrivals"}, "breakdown '' is none of those of arrivals: 'all', 'sea', 'land'"),
        ({"indicator": "displaced"}, "a running total needs 'since'"),
        ({"since": "2019-12-01"}, "a day such as 2026-04-30 is due"),
        ({"published": dt.datetime(2026, 4, 1, 8, tzinfo=dt.UTC)}, "a day such as 2026-04-30 is due"),
        ({"published": D(2026, 4, 1), "reported_in_name": "a-%Y.csv"}, "both say when the figures were known"),
        ({"date_format": "DD/MM/YYYY"}, "one such as"),
        ({"date_format": "%d/%m"}, "says no year"),
        ({"status": "projected"}, "status is 'projected'"),
        ({**ARRIVALS, "frequency": "week"}, "week = \"first\" or \"last\""),
        ({**ARRIVALS, "date_format": "%Y-%m"}, "gives a month, and frequency is day"),
        ({**ARRIVALS, "frequency": "irregular"}, "columns 'start' and 'end' say of which days"),
        ({"values": [{"indicator": "refugees"}]}, "values: 'column' is missing"),
        ({"where": ["Type"]}, "where is ['Type']; a table such as"),
        ({"where": {"Type": "Refugees"}}, "a list of texts is due"),
    ],
)  # fmt: skip
def test_a_description_is_checked_as_a_whole_before_anything_is_asked(changes: Mapping[str, Any], told: str) -> None:
    context = keeping({**PLAIN, **changes})
    (error,) = tabular.fetch(context)
    assert told in str(error)
    assert "of the situation file" in str(error)
    assert context.get.asked == []  # type: ignore[attr-defined]


@pytest.mark.parametrize("table", [LANDINGS, SHEET, ROUND, PLAIN], ids=lambda table: str(table["id"]))
def test_a_good_description_is_accepted(table: Mapping[str, Any]) -> None:
    assert _described.describe(table).id == table["id"]


@pytest.mark.parametrize("table", ["a text", None, {"table": {}}])
def test_what_is_no_list_of_tables_is_told(table: Any) -> None:
    parts = list(
        tabular.fetch(Upstream(tabular.SOURCE, lambda path, params: "").context(table=[table] if table != {"table": {}} else table))
    )
    assert "[[sources.tabular.table]]" in str(parts[0])


CODED = {**PLAIN, "columns": {"date": "date", "place": "code", "value": "people"}, "location": ""}


@pytest.mark.parametrize(
    ("system", "code", "place"),
    [
        ("iso3", "AUS", "AUS"), ("iso3", "SY-ID", "SY-ID"), ("iso3", "eastern-mediterranean", "eastern-mediterranean"), ("iso3", "ZZZ", None),
        ("iso2", "GR", "GRC"), ("iso2", "EL", None), ("eurostat", "EL", "GRC"), ("unhcr", "AUS", "AUT"), ("fips", "CH", "CHN"), ("m49", "792", "TUR"),
        ("m49", "4", "AFG"), ("name", "Turkey", "TUR"), ("name", "TUR", None), ("iso3", "", None),
    ],
)  # fmt: skip
def test_a_code_of_a_place_is_of_the_system_that_the_table_names(system: str, code: str, place: str | None) -> None:
    parsed = one({**CODED, "place_is": system, "places": {"here": "GRC"}}, f"date,code,people\n2026-04-01,here,1\n2026-04-01,{code},5\n")
    assert [row.key.location for row in parsed.observations] == ["GRC", *([place] if place else [])]
    assert len(parsed.set_aside) == (0 if place else 1)
