"""Files: what is shown is what is downloaded, readable by any program, and harmless in a spreadsheet."""

from __future__ import annotations

import csv
import io

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor import export
from monitor.corrections import Correction, Kind
from monitor.model import Source, Status
from monitor.store import Store, read, runs
from tests.building_store import HOSTED, LATER, figure, save

NASTY = ["a, b", 'he said "no"', "two\nlines", "two\r\nlines", "İdlib, Midilli", "إدلب", " blank ", "", "'quoted'", "0031", "null", "nan"]


def parsed(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8"), newline="")))


def column(*values: object, name: str = "text") -> pd.DataFrame:
    return pd.DataFrame({name: list(values), "end": "x"})


def cells(frame: pd.DataFrame) -> list[str]:
    return [row[0] for row in parsed(export.csv(frame, mark=False))[1:]]


def test_a_file_has_its_columns_in_their_order_with_terms_and_names_in_every_row(store: Store) -> None:
    with store.writing() as connection:
        runs.describe(
            connection, [(Source("unhcr", "UNHCR", "about", "home", "CC BY 4.0", "UNHCR, Refugee Data", non_commercial=True), True)]
        )
    save(store, figure(3_622_366, key=HOSTED, start="2018-12-31", end="2018-12-31", known="2019-06-15 10:11:12", qualifier="about"))
    header, row = parsed(export.csv(export.figures(read.figures(store, LATER, {}), read.sources(store), {}), mark=False))
    assert tuple(header) == export.FIGURES
    assert header[19:] == ["known_at_estimated", "correction", "non_commercial"]  # after the nineteen whose order is promised
    assert dict(zip(header, row, strict=True)) == {
        "source": "unhcr",
        "indicator": "refugees",
        "measure": "stock",
        "location": "TUR",
        "location_name": "Türkiye",
        "origin": "SYR",
        "origin_name": "Syria",
        "breakdown": "",
        "frequency": "month",
        "period_start": "2018-12-31",
        "period_end": "2018-12-31",
        "value": "3622366",
        "unit": "persons",
        "status": "reported",
        "qualifier": "about",
        "known_at": "2019-06-15T10:11:12Z",
        "source_url": "https://example.org/x",
        "licence": "CC BY 4.0",
        "citation": "UNHCR, Refugee Data",
        "known_at_estimated": "no",
        "correction": "",
        "non_commercial": "yes",
    }


def test_a_figure_with_a_known_error_says_so_in_its_row(store: Store) -> None:
    entry = Correction("x", LATER, HOSTED, LATER, LATER, 5, Kind.MARKED, None, "A break", "Nobody says why", "a report", "to nobody")
    save(store, figure(5, key=HOSTED, start="2030-01-01", end="2030-01-01"), figure(5, key=HOSTED))
    made = export.figures(read.figures(store, LATER, {}), read.sources(store), {}, [entry])
    assert made["correction"].tolist() == ["", "A break. Nobody says why (a report; to nobody; entered 2030-01-01)."]


def test_a_situation_that_stands_as_a_location_has_its_own_name(store: Store) -> None:
    key = HOSTED._replace(source="gdelt", indicator="news_articles", location="here", origin="", breakdown="q")
    save(store, figure(5, key=key))
    made = export.figures(read.figures(store, LATER, {}), read.sources(store), {"here": "The situation here"})
    assert (made["location_name"].tolist(), made["origin_name"].tolist()) == (["The situation here"], [""])


def test_without_a_figure_a_file_is_its_header(store: Store) -> None:
    data = export.csv(export.figures(read.figures(store, LATER, {}), read.sources(store), {}), mark=False)
    assert data.decode() == ",".join(export.FIGURES) + "\r\n"


def test_a_file_per_thousand_keeps_the_figure_and_says_by_which_people_it_was_divided(store: Store) -> None:
    with store.writing() as connection:
        described = (Source("unhcr", "UNHCR", "", "", "CC BY 4.0", "UNHCR"), Source("worldbank", "", "", "", "CC BY", "World Bank, WDI"))
        runs.describe(connection, [(one, True) for one in described])
    save(store, figure(2_000_000, key=HOSTED, start="2021-12-31", end="2021-12-31", known="2022-06-15"))
    save(store, figure(5, key=HOSTED._replace(location="LBN"), start="2021-12-31", end="2021-12-31", known="2022-06-15"))
    people = HOSTED._replace(source="worldbank", indicator="population", origin="")
    save(store, figure(80_000_000, key=people, start="2020-07-01", end="2020-07-01", known="2022-01-28", status=Status.ESTIMATED))
    hosted, population = (read.figures(store, LATER, {"indicator": (name,)}) for name in ("refugees", "population"))
    made = export.per_thousand(hosted, population, read.sources(store), {})
    assert made[list(export.FIGURES)].equals(export.figures(hosted, read.sources(store), {}))
    header, lebanon, turkiye = parsed(export.csv(made, mark=False))
    assert tuple(header) == (*export.FIGURES, *export.PER_THOUSAND)
    assert dict(zip(header[len(export.FIGURES) :], turkiye[len(export.FIGURES) :], strict=True)) == {
        "per_1000": "25",
        "per_1000_unit": "persons per 1,000 inhabitants",
        "population": "80000000",
        "population_year": "2020",
        "population_status": "estimated",
        "population_known_at": "2022-01-28T00:00:00Z",
        "population_source_url": "https://example.org/x",
        "population_licence": "CC BY",
        "population_citation": "World Bank, WDI",
    }
    assert lebanon[len(export.FIGURES) :] == ["", "persons per 1,000 inhabitants", *[""] * 7]  # missing, not zero


def test_text_with_commas_quotes_and_line_breaks_reads_back() -> None:
    assert cells(column(*NASTY)) == NASTY
    assert export.csv(column("a, b"), mark=False) == b'text,end\r\n"a, b",x\r\n'


@pytest.mark.parametrize("mark", [True, False])
def test_the_byte_order_mark_is_there_when_asked_for_and_only_then(mark: bool) -> None:
    data = export.csv(column("إدلب"), mark=mark)
    assert data.startswith(b"\xef\xbb\xbf") is mark
    assert data.count(b"\xef\xbb\xbf") == int(mark)


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
@pytest.mark.parametrize("rest", ["SUM(A1)", "cmd|' /C calc'!A0", ""])
def test_no_cell_of_text_runs_as_a_formula(start: str, rest: str) -> None:
    assert cells(column(start + rest)) == ["'" + start + rest]
    assert cells(pd.DataFrame({"value": pd.Series([start + rest], dtype="category")})) == ["'" + start + rest]


@pytest.mark.parametrize("text", ["a=1", "1+1", "Syria - Türkiye", "me@example.org", "a\tb"])
def test_text_that_only_contains_such_a_sign_stays_as_it_is(text: str) -> None:
    assert cells(column(text)) == [text]


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (10.0, "10"),
        (0.0, "0"),
        (-5.0, "-5"),
        (3_622_366.0, "3622366"),
        (1e9, "1000000000"),
        (0.1, "0.1"),
        (0.30231, "0.30231"),
        (float("nan"), ""),
    ],
)
def test_numbers_are_whole_where_they_are_and_missing_is_an_empty_cell(value: float, shown: str) -> None:
    assert cells(pd.DataFrame({"value": [value], "end": ["x"]})) == [shown]


def test_dates_moments_and_flags_are_plain() -> None:
    frame = pd.DataFrame(
        {
            "day": pd.to_datetime(["2020-02-29", None]).astype("datetime64[s]"),
            "moment": pd.to_datetime(["2020-02-29 23:59:59", None], utc=True),
            "flag": pd.array([True, None], dtype="boolean"),
            "number": pd.array([7, None], dtype="Int64"),
            "text": ["a", None],
        }
    )
    assert parsed(export.csv(frame, mark=False))[1:] == [["2020-02-29", "2020-02-29T23:59:59Z", "yes", "7", "a"], [""] * 5]


SENTENCES = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


@settings(deadline=None)
@given(st.lists(SENTENCES, min_size=1, max_size=5))
def test_any_text_reads_back_with_at_most_a_quote_before_it(texts: list[str]) -> None:
    assert cells(column(*texts)) == ["'" + text if text.startswith(export.FORMULA_STARTS) else text for text in texts]


@settings(deadline=None)
@given(st.floats(allow_nan=False, allow_infinity=False))
def test_any_number_reads_back_to_the_last_digit(value: float) -> None:
    assert float(cells(pd.DataFrame({"value": [value], "end": ["x"]}))[0]) == value
