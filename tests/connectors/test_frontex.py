from __future__ import annotations

import csv
import dataclasses
import datetime as dt
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor import normalise, refresh
from monitor.archive import Archive
from monitor.connectors import _detections, _workbook, frontex, registry
from monitor.errors import EmptyAnswer, NotThere, SourceError
from monitor.http import Client
from monitor.model import Answer, Context, Observation, Outcome, Parsed, Run, SeriesKey, Status
from monitor.settings import ROOT, Settings
from monitor.store import Store, append
from monitor.store import read as read_store
from tests.building import SITUATION, Upstream, recording
from tests.connectors import read, reasons

D = dt.date
FOLDER = "file:///frontex/"
PAGE = recording("frontex/page.html")
OLD, NEW = recording("frontex/old.xlsx"), recording("frontex/new.xlsx")
HEADER = ["Route", "Border type", "Nationality", "JAN2020", "FEB2020"]
EAST = "Eastern Mediterranean Route"
SYRIA = [EAST, "Sea", "Syria", 700, 650]
AFGHANISTAN = [EAST, "Sea", "Afghanistan", 1000, 500]
IN_APRIL = D(2020, 4, 15)


def workbook(*rows: Sequence[Any], title: str = "Detections_of_IBC") -> bytes:
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    page.title = title
    for row in rows:
        page.append(list(row))
    packed = io.BytesIO()
    book.save(packed)
    return packed.getvalue()


def agency(book: Any = NEW, page: Any = PAGE, today: D = IN_APRIL, kept: Mapping[str, Any] | None = None, **changes: Any) -> Context:
    """The agency on a day: its page, every workbook it links to, and the files that somebody keeps (None: there is no folder)."""

    def reply(path: str, params: Mapping[str, str]) -> Any:
        if path == FOLDER:
            return NotThere("not there") if kept is None else [f"{FOLDER}{quote(name)}" for name in sorted(kept)]
        if path.startswith(FOLDER):
            return (kept or {})[unquote(path.removeprefix(FOLDER))]
        return book if path.endswith(".xlsx") else page

    return Upstream(frontex.SOURCE, reply).context(today, dataclasses.replace(SITUATION, **changes))


def seen(context: Context) -> Parsed:
    return read(frontex, context)[0]


def of(parsed: Parsed, origin: str = "", border: str = "sea", route: str = "eastern-mediterranean") -> dict[str, Observation]:
    key = SeriesKey("frontex", "border_detections", route, origin, border)
    return {f"{row.period_start:%b}": row for row in parsed.observations if row.key == key}


def values(parsed: Parsed, origin: str = "", border: str = "sea", route: str = "eastern-mediterranean") -> dict[str, float | None]:
    return {month: row.value for month, row in of(parsed, origin, border, route).items()}


# -- The questions -------------------------------------------------------------------------------------------------------


def test_the_newest_workbook_of_the_page_is_asked_for_in_the_manner_of_a_browser() -> None:
    context = agency()
    (answer,) = frontex.fetch(context)
    assert isinstance(answer, Answer)
    assert answer.url == "https://www.frontex.europa.eu/assets/Migratory_routes/2020/Monthly_detections_of_IBC_2020_04_10.xlsx"
    asked: Upstream = context.get  # type: ignore[assignment]
    assert [path for path, _ in asked.asked] == [FOLDER, frontex.PAGE, answer.url]
    assert all(sent["User-Agent"].startswith("Mozilla/5.0 ") for sent in asked.headers[1:])


def test_an_operator_can_name_the_workbook_where_the_page_cannot_be_read() -> None:
    upstream = Upstream(frontex.SOURCE, lambda path, params: NEW)
    context = upstream.context(IN_APRIL, workbook="https://mirror.example/Monthly_detections_of_IBC_2020_04_10.xlsx")
    assert values(seen(context), "SYR")["Feb"] == 650
    assert [path for path, _ in upstream.asked] == ["https://mirror.example/Monthly_detections_of_IBC_2020_04_10.xlsx"]


@pytest.mark.parametrize("routes", [(), ("syria-turkiye",)])
def test_a_situation_without_a_route_of_the_agency_asks_nothing(routes: tuple[str, ...]) -> None:
    assert list(frontex.fetch(agency(routes=routes))) == []


@pytest.mark.parametrize(
    "page",
    [
        "<!DOCTYPE html><html><body>Maintenance</body></html>",
        '<a href="/assets/Monthly_detections_of_IBC_2020_02_30.xlsx">no such day</a>',
        '<a href="/assets/Monthly_detections_of_IBC_2020_04_10.pdf">not a workbook</a>',
        '<a href="https://elsewhere.example/Monthly_detections_of_IBC_2020_04_10.xlsx">elsewhere</a>',
        '<a href="http://www.frontex.europa.eu/Monthly_detections_of_IBC_2020_04_10.xlsx">not encrypted</a>',
        '<a href="/assets/Monthly_detections_of_IBC_2020_04_10.xls',
    ],
)
def test_a_page_without_a_link_that_will_do_is_an_error(page: str) -> None:
    with pytest.raises(SourceError, match="no link to a workbook"):
        list(frontex.fetch(agency(page=page)))


@pytest.mark.parametrize(
    ("address", "day"),
    [
        ("https://a.example/Monthly_detections_of_IBC_2026_09_02.xlsx", D(2026, 9, 2)),
        ("https://a.example/x/Monthly_detections_of_IBC_2026_09_02_0.xlsx?download=1", D(2026, 9, 2)),
        ("https://a.example/monthly_detections_of_IBC_2026_09_02.XLSX", D(2026, 9, 2)),
        ("https://a.example/Monthly_detections_of_IBC_2026_13_02.xlsx", None),
        ("https://a.example/Monthly_detections_of_IBC.xlsx", None),
        ("https://a.example/Annual_2026_09_02.xlsx", None),
    ],
)
def test_the_day_of_publication_stands_in_the_name(address: str, day: D | None) -> None:
    assert _detections.published(address) == day


# -- The workbook --------------------------------------------------------------------------------------------------------


def test_all_nationalities_are_summed_and_only_the_situations_origins_are_told_apart() -> None:
    parsed = seen(agency())
    assert values(parsed) == {"Nov": 3907, "Dec": 2007, "Jan": 1707, "Feb": 1158}
    assert values(parsed, "SYR") == {"Nov": 900, "Dec": 0, "Jan": 700, "Feb": 650}
    assert values(parsed, "AFG")["Feb"] == 500
    assert {row.key.origin for row in parsed.observations} == {"", "SYR", "AFG"}
    assert {row.key.location for row in parsed.observations} == {"eastern-mediterranean"}
    assert reasons(parsed) == ""


def test_old_and_new_layout_say_the_same_of_the_same_month() -> None:
    """The old one begins with the header and says BorderLocation; the new one has a blank first row and says Border type."""
    old, new = seen(agency(OLD)), seen(agency())
    assert values(old, "SYR") == {"Nov": 900, "Dec": 0, "Jan": 700}
    assert values(old, border="land") == {"Nov": 690, "Dec": 580, "Jan": 470}
    assert values(new, border="land") == {"Nov": 690, "Dec": 580, "Jan": 480, "Feb": 360}


def test_a_blank_is_nobody_and_where_nothing_but_blanks_stand_the_zero_is_an_estimate_as_in_the_bundle() -> None:
    rows = of(seen(agency()), "SYR")
    assert (rows["Dec"].value, rows["Dec"].status) == (0, Status.ESTIMATED)
    assert (rows["Jan"].status, rows["Jan"].qualifier) == (Status.REPORTED, "")
    figures = csv.DictReader((ROOT / "seeds" / "figures.csv").read_text(encoding="utf-8").splitlines())
    assert {row["qualifier"] for row in figures if row["source"] == "frontex" and row["status"] == "estimated"} == {rows["Dec"].qualifier}


def test_a_sum_with_one_blank_among_its_cells_is_reported() -> None:
    assert of(seen(agency()))["Dec"].status is Status.REPORTED


def test_a_zero_that_is_written_is_a_reported_zero() -> None:
    rows = of(seen(agency(workbook(HEADER, [EAST, "Sea", "Syria", 0, 1], AFGHANISTAN))), "SYR")
    assert (rows["Jan"].value, rows["Jan"].status, rows["Jan"].qualifier) == (0, Status.REPORTED, "")


def test_an_origin_without_a_row_at_this_border_is_read_as_nobody() -> None:
    row = of(seen(agency()), "AFG", "land")["Feb"]
    assert (row.value, row.status) == (0, Status.ESTIMATED)


def test_an_origin_without_a_row_anywhere_may_have_changed_its_name_and_is_never_a_zero() -> None:
    parsed = seen(agency(workbook(HEADER, [EAST, "Sea", "Syrie", 700, 650], AFGHANISTAN)))
    assert values(parsed) == {"Jan": 1700, "Feb": 1150}
    assert of(parsed, "SYR") == {}
    assert [(row.reason, row.row) for row in parsed.set_aside] == [
        ("no row of this nationality on any route: its name may have changed", "Syria")
    ]


@pytest.mark.parametrize("name", ["Syria", "SYRIA ", "Syrian Arab Republic", "Syria*"])
def test_the_spelling_of_a_nationality_may_drift(name: str) -> None:
    assert values(seen(agency(workbook(HEADER, [EAST, "Sea", name, 700, 650], AFGHANISTAN))), "SYR") == {"Jan": 700, "Feb": 650}


def test_niger_is_not_nigeria() -> None:
    rows = [[EAST, "Sea", "Nigeria", 5, 5], [EAST, "Sea", "Niger", 2, 2]]
    assert values(seen(agency(workbook(HEADER, *rows), origins=("NER",))), "NER") == {"Jan": 2, "Feb": 2}


@pytest.mark.parametrize("name", ["Eastern Mediterranean Route", "EASTERN MEDITERRANEAN", "Eastern  Mediterranean route (sea)"])
def test_a_route_is_known_by_the_beginning_of_its_name(name: str) -> None:
    assert values(seen(agency(workbook(HEADER, [name, "Sea", "Syria", 1, 2], AFGHANISTAN))), "SYR") == {"Jan": 1, "Feb": 2}


@pytest.mark.parametrize("book", [OLD, NEW], ids=["Eastern Borders Route", "Eastern Land Borders Route"])
def test_a_route_that_was_renamed_stays_one_series(book: bytes) -> None:
    parsed = seen(agency(book, routes=("eastern-land-borders",)))
    assert values(parsed, "", "land", "eastern-land-borders")["Nov"] == 5


def test_every_route_of_the_situation_is_read() -> None:
    parsed = seen(agency(routes=("eastern-mediterranean", "central-mediterranean")))
    assert values(parsed, route="central-mediterranean")["Feb"] == 10


def test_a_route_of_the_situation_that_is_gone_is_an_error() -> None:
    with pytest.raises(SourceError, match="no rows of the route 'Western Balkan route'"):
        seen(agency(routes=("eastern-mediterranean", "western-balkan")))


def test_an_unknown_route_is_set_aside_once() -> None:
    rows = [["Northern Route", "Land", "Syria", 1, 1], ["Northern Route", "Land", "Iraq", 1, 1]]
    parsed = seen(agency(workbook(HEADER, SYRIA, AFGHANISTAN, *rows)))
    assert [(row.reason, row.row) for row in parsed.set_aside] == [("unknown route", "Northern Route")]


@pytest.mark.parametrize(
    ("label", "border"),
    [
        ("Sea", "sea"),
        ("LAND", "land"),
        ("Land border", "land"),
        ("Land and Sea", "combined"),
        ("Sea/Land", "combined"),
        ("Air", ""),
        ("", ""),
    ],
)
def test_a_border_type_is_sea_or_land_or_both_together(label: str, border: str) -> None:
    assert _detections.border_type(label) == border


def test_a_row_that_does_not_tell_sea_from_land_is_in_neither() -> None:
    parsed = seen(agency(workbook(HEADER, SYRIA, AFGHANISTAN, [EAST, "Land/Sea", "Syria", 3, 4], [EAST, "Air", "Syria", 9, 9])))
    assert (values(parsed, "SYR"), values(parsed, "SYR", "combined")) == ({"Jan": 700, "Feb": 650}, {"Jan": 3, "Feb": 4})
    assert reasons(parsed) == "unknown border type"


@pytest.mark.parametrize("cell", ["n/a", "1,022", "-", -3, 1.5, True, float("inf")])
def test_a_cell_that_is_no_number_of_detections_is_set_aside_with_the_sums_that_would_lack_it(cell: Any) -> None:
    parsed = seen(agency(workbook(HEADER, [EAST, "Sea", "Syria", 700, str(cell) if cell == float("inf") else cell], AFGHANISTAN)))
    assert (values(parsed), values(parsed, "SYR")) == ({"Jan": 1700}, {"Jan": 700})
    assert values(parsed, "AFG") == {"Jan": 1000, "Feb": 500}
    assert "is not a number of detections" in reasons(parsed)
    assert parsed.set_aside[0].row == f"{EAST} / Sea / Syria 2020-02"


def test_a_row_that_stands_twice_is_counted_once() -> None:
    parsed = seen(agency(workbook(HEADER, SYRIA, AFGHANISTAN, SYRIA)))
    assert values(parsed) == {"Jan": 1700, "Feb": 1150}
    assert reasons(parsed) == "the row stands twice"


def test_a_row_that_stands_twice_with_different_figures_is_an_error() -> None:
    with pytest.raises(SourceError, match=f"{EAST} / Sea / Syria stands twice with different figures"):
        seen(agency(workbook(HEADER, SYRIA, AFGHANISTAN, [EAST, "Sea", "Syria", 701, 650])))


# -- The two dates -------------------------------------------------------------------------------------------------------


def test_a_figure_is_known_since_the_day_in_the_name_of_the_workbook() -> None:
    assert {row.known_at for row in seen(agency()).observations} == {dt.datetime(2020, 4, 10, tzinfo=dt.UTC)}
    assert not any(row.known_estimated for row in seen(agency()).observations)


@pytest.mark.parametrize(("today", "known"), [(D(2020, 4, 9), False), (D(2020, 4, 10), True)])
def test_a_name_dated_ahead_says_nothing_of_when_it_was_known(today: D, known: bool) -> None:
    assert {row.known_at is not None for row in seen(agency(today=today)).observations} == {known}


def test_a_month_that_no_route_reports_yet_is_not_a_month_with_nobody() -> None:
    parsed = seen(agency(workbook([*HEADER, "MAR2020"], [*SYRIA, None], [*AFGHANISTAN, ""])))
    assert values(parsed) == {"Jan": 1700, "Feb": 1150}


@pytest.mark.parametrize(("day", "status"), [("2020_02_29", Status.PROVISIONAL), ("2020_03_01", Status.REPORTED)])
def test_a_month_that_is_not_over_at_publication_is_provisional_with_its_whole_extent(day: str, status: Status) -> None:
    page = f'<a href="/Monthly_detections_of_IBC_{day}.xlsx">file</a>'
    row = of(seen(agency(page=page)))["Feb"]
    assert (row.period_start, row.period_end, row.status) == (D(2020, 2, 1), D(2020, 2, 29), status)


@pytest.mark.parametrize(("day", "found"), [("2020_02_29", False), ("2020_03_01", True)])
def test_a_blank_of_a_month_that_is_not_over_is_not_a_zero(day: str, found: bool) -> None:
    page = f'<a href="/Monthly_detections_of_IBC_{day}.xlsx">file</a>'
    assert ("Feb" in values(seen(agency(page=page)), "AFG", "land")) is found


def test_every_row_passes_the_gate_and_a_month_ahead_of_the_clock_does_not() -> None:
    accepted, refused = normalise.check(seen(agency()).observations, IN_APRIL, {SITUATION.id})
    assert (len(accepted), refused) == (24, [])
    early = D(2020, 1, 31)
    _, refused = normalise.check(seen(agency(today=early)).observations, early, {SITUATION.id})
    assert {row.reason for row in refused} == {"the period lies in the future"}


# -- A workbook that changed, or is none ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "told"),
    [
        (["Way", *HEADER[1:]], "no row begins with 'Route'"),
        (["Route", "Crossing point type", *HEADER[2:]], "the column 'Border type' is missing"),
        (["Route", "Border type", "Citizenship", *HEADER[3:]], "the column 'Nationality' is missing"),
        ([*HEADER[:3], "2020-01", "Total"], "no column is named after a month"),
        ([*HEADER[:3], "JAN2020", "JAN2020"], "a month stands above two columns"),
    ],
)
def test_a_header_that_changed_is_an_error_that_names_the_column(header: list[str], told: str) -> None:
    with pytest.raises(SourceError, match=told) as error:
        seen(agency(workbook(header, SYRIA, AFGHANISTAN)))
    assert error.value.permanent


@pytest.mark.parametrize(("blanks", "found"), [(29, True), (30, False)])
def test_the_header_is_looked_for_in_the_first_rows(blanks: int, found: bool) -> None:
    book = workbook(*([["a note"]] * blanks), HEADER, SYRIA, AFGHANISTAN)
    if found:
        assert values(seen(agency(book))) == {"Jan": 1700, "Feb": 1150}
    else:
        with pytest.raises(SourceError, match="no row begins with 'Route'"):
            seen(agency(book))


def test_unknown_columns_are_ignored_wherever_they_stand() -> None:
    book = workbook(["Note", *HEADER, "TOT2020", "2020"], ["x", *SYRIA, 9999, 9999], ["x", *AFGHANISTAN, 9999, 9999])
    assert values(seen(agency(book))) == {"Jan": 1700, "Feb": 1150}


def test_a_header_without_rows_is_an_empty_answer() -> None:
    with pytest.raises(EmptyAnswer, match="a header and no rows"):
        seen(agency(workbook(HEADER)))


def test_another_sheet_is_never_read_in_the_place_of_the_detections() -> None:
    """A blank is nobody in this sheet only."""
    with pytest.raises(SourceError, match="no sheet 'Detections_of_IBC' but 'Returns'"):
        seen(agency(workbook(HEADER, SYRIA, title="Returns")))


@pytest.mark.parametrize("body", [NEW[: len(NEW) // 2], b"PK\x03\x04 and then nothing", b"PK" + bytes(200), NEW.replace(b"xl/", b"zz/")])
def test_a_workbook_that_is_damaged_is_one_clear_line(body: bytes) -> None:
    with pytest.raises(SourceError, match="the workbook breaks off or is damaged") as error:
        seen(agency(body))
    assert "\n" not in error.value.message


def test_a_sheet_with_too_many_cells_is_no_partial_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    book = workbook(HEADER, SYRIA, AFGHANISTAN)
    monkeypatch.setattr(_workbook, "MOST_CELLS", 18)  # three rows of five, and one more for each row
    assert values(seen(agency(book)))
    monkeypatch.setattr(_workbook, "MOST_CELLS", 17)
    with pytest.raises(SourceError, match="more than 17 cells"):
        seen(agency(book))


# -- Workbooks that somebody keeps ---------------------------------------------------------------------------------------

MARCH = workbook([*HEADER, "MAR2020"], [*SYRIA, 90], [*AFGHANISTAN, 10])
FEBRUARY = workbook(HEADER, SYRIA, AFGHANISTAN)
OF_THE_PAGE = "https://www.frontex.europa.eu/assets/Migratory_routes/2020/Monthly_detections_of_IBC_2020_04_10.xlsx"


def dated(day: str) -> str:
    return f"Monthly_detections_of_IBC_{day}.xlsx"


def chosen(context: Context) -> tuple[list[str], list[str]]:
    """The addresses that were taken, and what failed."""
    parts = list(frontex.fetch(context))
    return [part.url for part in parts if isinstance(part, Answer)], [str(part) for part in parts if isinstance(part, Exception)]


@pytest.mark.parametrize(
    ("kept", "taken"),
    [
        ({}, OF_THE_PAGE),
        ({"notes.txt": b"", "old.xls": b""}, OF_THE_PAGE),
        ({dated("2020_04_09"): FEBRUARY}, OF_THE_PAGE),
        ({dated("2020_04_10"): FEBRUARY}, FOLDER + dated("2020_04_10")),
        ({dated("2020_04_11"): FEBRUARY}, FOLDER + dated("2020_04_11")),
        ({dated("2020_04_16"): FEBRUARY}, OF_THE_PAGE),  # a day that lies ahead says nothing
        ({dated("2020_04_09"): MARCH}, FOLDER + dated("2020_04_09")),  # a later month counts for more than the day
        ({dated("2020_04_11"): FEBRUARY, dated("2020_04_12"): FEBRUARY}, FOLDER + dated("2020_04_12")),
        ({"renamed (1).xlsx": MARCH}, FOLDER + "renamed%20%281%29.xlsx"),
        ({"renamed.XLSX": MARCH}, FOLDER + "renamed.XLSX"),
        ({"renamed.xlsx": FEBRUARY}, OF_THE_PAGE),
        ({"renamed.xlsx": MARCH, dated("2020_04_11"): FEBRUARY}, FOLDER + "renamed.xlsx"),
        ({"renamed.xlsx": FEBRUARY, dated("2020_04_11"): FEBRUARY}, FOLDER + dated("2020_04_11")),
    ],
)
def test_the_newest_workbook_is_read_wherever_it_lies(kept: Mapping[str, bytes], taken: str) -> None:
    assert chosen(agency(FEBRUARY, kept=kept)) == ([taken], [])


def test_of_many_dated_workbooks_only_the_last_is_opened_and_the_one_of_the_page_only_if_it_is_newer() -> None:
    context = agency(kept={dated(f"2020_04_{day:02}"): FEBRUARY for day in range(1, 15)})
    assert chosen(context)[0] == [FOLDER + dated("2020_04_14")]
    upstream: Upstream = context.get  # type: ignore[assignment]
    assert [path for path, _ in upstream.asked] == [FOLDER, FOLDER + dated("2020_04_14"), frontex.PAGE]


@pytest.mark.parametrize(
    "trouble",
    [
        {"page": SourceError("HTTP 403", permanent=True)},
        {"page": "<html>no link</html>"},
        {"book": SourceError("HTTP 503")},
        {"book": b"PK"},
    ],
)
def test_where_the_agency_cannot_be_read_the_kept_workbook_stands_in_and_the_fault_is_told(trouble: dict[str, Any]) -> None:
    taken, failed = chosen(agency(**{"book": NEW, **trouble}, kept={dated("2020_03_10"): FEBRUARY}))
    assert (taken, len(failed)) == ([FOLDER + dated("2020_03_10")], 1)


def test_a_kept_workbook_that_is_damaged_is_told_and_the_rest_goes_on() -> None:
    taken, failed = chosen(agency(FEBRUARY, kept={dated("2020_04_11"): b"PK", "empty.xlsx": workbook(HEADER), "good.xlsx": MARCH}))
    assert taken == [FOLDER + "good.xlsx"]
    assert [told.partition(": ")[2].split(" (")[0] for told in failed] == [
        f"{FOLDER}{dated('2020_04_11')}: the workbook breaks off or is damaged",
        f"{FOLDER}empty.xlsx: the sheet has a header and no figure",
    ]


def test_a_folder_that_cannot_be_read_is_told_and_the_page_is_read() -> None:
    def reply(path: str, params: Mapping[str, str]) -> Any:
        return SourceError("cannot be read") if path == FOLDER else FEBRUARY if path.endswith(".xlsx") else PAGE

    assert [len(part) for part in chosen(Upstream(frontex.SOURCE, reply).context(IN_APRIL))] == [1, 1]


def test_check_reads_the_file_that_it_is_given_and_nothing_else() -> None:
    upstream = Upstream(frontex.SOURCE, lambda path, params: MARCH)
    parsed = seen(upstream.context(IN_APRIL, file="a b.xlsx", table_of_file=""))
    assert values(parsed)["Mar"] == 100
    assert [path for path, _ in upstream.asked] == ["file:///a%20b.xlsx"]


@pytest.mark.parametrize(
    ("name", "today", "known", "estimated"),
    [
        (dated("2020_04_11"), D(2020, 6, 1), D(2020, 4, 11), False),
        ("renamed.xlsx", D(2020, 6, 1), D(2020, 5, 10), True),  # forty days after March
        ("renamed.xlsx", D(2020, 5, 9), D(2020, 5, 9), True),
        (dated("2020_06_02"), D(2020, 6, 1), D(2020, 5, 10), True),
    ],
)
def test_a_renamed_file_was_known_when_its_last_month_usually_is(name: str, today: D, known: D, estimated: bool) -> None:
    rows = seen(agency(FEBRUARY, today=today, kept={name: MARCH})).observations
    assert {(row.known_at, row.known_estimated) for row in rows} == {(dt.datetime.combine(known, dt.time(), dt.UTC), estimated)}


def test_the_history_in_a_kept_workbook_revises_what_is_stored_and_an_old_one_takes_nothing_back(store: Store, tmp_path: Path) -> None:
    """Through the real client and the store: the page cannot be reached."""
    restated = workbook([*HEADER, "MAR2020"], [*SYRIA[:3], 701, 650, 90], [*AFGHANISTAN, 10])

    def dropped(name: str, body: bytes) -> Run:
        (tmp_path / "frontex" / name).write_bytes(body)
        client = Client(
            Archive(tmp_path / "data"), lambda: dt.datetime(2020, 6, 1, tzinfo=dt.UTC), tmp_path / "http", files=tmp_path, paced=False
        )
        settings = Settings(tmp_path / "data", "", bases={"frontex": "http://127.0.0.1:9"})
        reading = refresh.read_source(registry()["frontex"], [SITUATION], settings, client)
        return append.save(store, reading.run, reading.answers, reading.observations, (), reading.set_aside)

    (tmp_path / "frontex").mkdir()
    first, second = dropped(dated("2020_03_10"), FEBRUARY), dropped(dated("2020_04_11"), restated)
    assert (first.outcome, second.outcome) == (Outcome.PARTIAL, Outcome.PARTIAL)
    assert "cannot be reached" in second.messages[0]
    assert (first.new > 0, second.revised, second.same) == (True, 2, first.new - 2)  # Syria, and all nationalities
    (tmp_path / "frontex" / dated("2020_04_11")).unlink()
    again = dropped("an old one.xlsx", FEBRUARY)
    assert (again.new, again.revised, again.settled) == (0, 0, 0)
    known = read_store.figures(store, D(2020, 6, 1), {"origin": ("SYR",), "breakdown": ("sea",)})
    assert known["value"].tolist() == [701, 650, 90]


# -- Parsers of text -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "month"),
    [
        ("JAN2009", (D(2009, 1, 1), D(2009, 1, 31))),
        ("FEB2020", (D(2020, 2, 1), D(2020, 2, 29))),
        (" JUL2026 ", (D(2026, 7, 1), D(2026, 7, 31))),
        ("TOT2020", None),
        ("Jan2020", None),
        ("JAN20", None),
        ("JAN0000", None),
        ("JAN2020x", None),
    ],
)
def test_a_month_is_three_capitals_and_a_year(name: str, month: Mapping[str, D] | None) -> None:
    assert _detections.month_of(name) == month


@given(st.text(max_size=12) | st.from_regex(r"\A[A-Z]{3}\d{4}\Z"))
def test_any_text_above_a_column_is_a_whole_month_or_none(text: str) -> None:
    month = _detections.month_of(text)
    assert month is None or (month[0].day == 1 and (month[1] + dt.timedelta(days=1)).day == 1 and month[0].strftime("%Y") in text.zfill(7))


@given(st.text() | st.floats() | st.integers() | st.booleans() | st.none() | st.dates())
def test_any_cell_is_a_count_a_blank_or_refused(cell: Any) -> None:
    try:
        number = _detections.detections(cell)
    except ValueError:
        return
    assert number is None or (number == cell and number >= 0)


@given(st.text())
def test_any_page_gives_a_link_of_its_own_or_an_error(text: str) -> None:
    try:
        link = frontex.newest_link(f'<a href="{text}">', "https://a.example/page/")
    except SourceError:
        return
    assert link.startswith("https://a.example/")
