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
from monitor.connectors import worldbank
from monitor.errors import EmptyAnswer, SourceError
from monitor.model import Answer, Context, Frequency, Observation, Parsed, SeriesKey, Status
from tests.building import NOON, SITUATION, TODAY, Upstream, recording
from tests.connectors import read, reasons

D = dt.date


def row(value: Any = 85_700_000, code: Any = "TUR", year: Any = "2024", **cells: Any) -> dict[str, Any]:
    country = {"id": str(code)[:2], "value": str(code)}
    indicator = {"id": "SP.POP.TOTL", "value": "Population, total"}
    shown = {"countryiso3code": code, "date": year, "value": value, "unit": "", "obs_status": "", "decimal": 0}
    return {"indicator": indicator, "country": country, **shown, **cells}


def page(*rows: Any, **head: Any) -> list[Any]:
    return [
        {"page": 1, "pages": 1, "per_page": 20000, "total": len(rows), "sourceid": "2", "lastupdated": "2026-10-01", **head},
        list(rows),
    ]


def bank(*pages: Any, today: D = TODAY, **changes: Any) -> Context:
    """The bank with these pages; a page that was not given is the last one again."""

    def reply(path: str, params: Mapping[str, str]) -> Any:
        return pages[min(int(params["page"]), len(pages)) - 1]

    return Upstream(worldbank.SOURCE, reply).context(today, dataclasses.replace(SITUATION, **changes))


def parse(*rows: Any, **head: Any) -> Parsed:
    parsed, failed = read(worldbank, bank(page(*rows, **head)))
    assert not failed
    return parsed


def refusal(*pages: Any) -> SourceError:
    with pytest.raises(SourceError) as told:
        read(worldbank, bank(*pages))
    return told.value


def people(parsed: Parsed) -> dict[str, float | None]:
    return {f"{o.key.location} {o.period_end.year}": o.value for o in parsed.observations}


# -- The question --------------------------------------------------------------------------------------------------------


def test_all_countries_and_years_are_asked_for_at_once() -> None:
    """In a list of countries one that the bank does not know would void the rest."""
    context = bank(recording("worldbank/population.json"))
    list(worldbank.fetch(context))
    ((path, params),) = context.get.asked  # type: ignore[attr-defined]
    assert path == "/v2/country/all/indicator/SP.POP.TOTL"
    assert params == {"format": "json", "per_page": "20000", "date": "1960:2026", "page": "1"}


def test_a_situation_without_countries_asks_nothing() -> None:
    context = bank(page(row()), hosts=(), origins=())
    assert list(worldbank.fetch(context)) == []
    assert context.get.asked == []  # type: ignore[attr-defined]


# -- Figures -------------------------------------------------------------------------------------------------------------


def test_hosts_and_origins_are_read_and_aggregates_and_other_countries_left_out() -> None:
    parsed, failed = read(worldbank, bank(recording("worldbank/population.json")))
    assert not failed
    assert people(parsed) == {"GRC 2024": 10_400_000, "TUR 2025": 85_700_000, "SYR 2024": 24_700_000}
    assert not parsed.set_aside
    accepted, refused = normalise.check(parsed.observations, TODAY, {SITUATION.id})
    assert (len(accepted), refused) == (3, [])


def test_a_figure_is_a_stock_of_the_middle_of_the_year_and_an_estimate() -> None:
    (found,) = parse(row()).observations
    assert found.key == SeriesKey("worldbank", "population", "TUR")
    assert (found.period_start, found.period_end, found.frequency) == (D(2024, 7, 1), D(2024, 7, 1), Frequency.YEAR)
    assert found.status is Status.ESTIMATED


def test_a_null_is_missing_and_a_zero_is_a_zero() -> None:
    assert people(parse(row(None), row(0, "GRC"))) == {"GRC 2024": 0}


@pytest.mark.parametrize("value", ["many", "85,700,000", True, 1.5, [1], {"a": 1}, "1e400"])
def test_a_text_where_a_number_is_due_is_set_aside_and_no_zero(value: Any) -> None:
    parsed = parse(row(value), row(10, "GRC"))
    assert people(parsed) == {"GRC 2024": 10}
    assert len(parsed.set_aside) == 1


@pytest.mark.parametrize("year", ["2024Q1", "", "0", None, 10**20])
def test_what_is_no_year_is_set_aside(year: Any) -> None:
    parsed = parse(row(year=year), row(10, "GRC"))
    assert people(parsed) == {"GRC 2024": 10}
    assert len(parsed.set_aside) == 1


@pytest.mark.parametrize(
    ("mark", "status"),
    [("", Status.ESTIMATED), (None, Status.ESTIMATED), ("E", Status.ESTIMATED), ("P", Status.PROVISIONAL), ("F", Status.PROJECTED)],
)
def test_the_status_of_a_row_is_kept(mark: str | None, status: Status) -> None:
    assert [o.status for o in parse(row(obs_status=mark)).observations] == [status]


def test_an_unknown_status_is_set_aside() -> None:
    assert "unknown status 'Q'" in reasons(parse(row(obs_status="Q")))


@pytest.mark.parametrize(
    ("updated", "known"),
    [
        ("2026-10-01", dt.datetime(2026, 10, 1, tzinfo=dt.UTC)),
        ("2026-11-01", dt.datetime(2026, 11, 1, tzinfo=dt.UTC)),
        ("2026-11-02", NOON),  # dated ahead: not later than the answer
    ],
)
def test_a_figure_is_known_since_the_bank_published_it(updated: str, known: dt.datetime) -> None:
    assert [o.known_at for o in parse(row(), lastupdated=updated).observations] == [known]


# -- Pages ---------------------------------------------------------------------------------------------------------------


def test_every_page_is_asked_for_and_numbers_may_be_texts() -> None:
    first, second = page(row(), page="1", pages="2", total="2"), page(row(10, "GRC"), page=2, pages=2, total=2)
    context = bank(first, second)
    parsed, _ = read(worldbank, context)
    assert people(parsed) == {"TUR 2024": 85_700_000, "GRC 2024": 10}
    assert [params["page"] for _, params in context.get.asked] == ["1", "2"]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("second", "told"),
    [
        (page(row(10, "GRC"), page=1, pages=2, total=2), "page 2 was asked for and page 1 of 2 came"),
        (page(row(10, "GRC"), page=3, pages=3, total=2), "page 2 was asked for and page 3 of 3 came"),
        (page(row(10, "GRC"), page=2, pages=3, total=2), "pages changed"),
        (page(row(10, "GRC"), page=2, pages=1, total=2), "page 2 was asked for and page 2 of 1 came"),
        (page(row(10, "GRC"), page=2, pages=2, total=3), "total changed"),
        (page(row(10, "GRC"), page=2, pages=2, total=2, lastupdated="2026-10-02"), "lastupdated changed"),
        (page(row(10, "GRC"), row(10, "GRC"), page=2, pages=2, total=2), "2 rows are announced and 3 came"),
        (page(page=2, pages=2, total=2), "no rows"),
        (SourceError("HTTP 502"), "HTTP 502"),
    ],
)
def test_a_page_that_is_not_the_next_of_the_same_edition_voids_all(second: Any, told: str) -> None:
    assert told in str(refusal(page(row(), pages=2, total=2), second))


@pytest.mark.parametrize(("total", "fits"), [(0, False), (1, True), (2, False)])
def test_a_page_with_fewer_or_more_rows_than_announced_is_no_answer(total: int, fits: bool) -> None:
    if fits:
        assert parse(row(), total=total).observations
    else:
        assert f"{total} rows are announced and 1 came" in str(refusal(page(row(), total=total)))


@pytest.mark.parametrize("pages", [0, 51, 10**9])
def test_an_absurd_number_of_pages_is_not_asked_for(pages: int) -> None:
    context = bank(page(row(), pages=pages))
    with pytest.raises(SourceError, match=f"page 1 of {pages} came"):
        read(worldbank, context)
    assert len(context.get.asked) == 1  # type: ignore[attr-defined]


# -- Answers that are none -----------------------------------------------------------------------------------------------


def test_an_error_inside_http_200_is_told_in_the_words_of_the_bank() -> None:
    told = refusal(recording("worldbank/refusal.json"))
    assert "Invalid value: The provided parameter value is not valid" in str(told)
    assert told.permanent


@pytest.mark.parametrize("body", [recording("worldbank/empty.json"), page(), [page(row())[0]], [page(row())[0], None]])
def test_an_answer_without_rows_is_empty_and_no_zero(body: Any) -> None:
    assert isinstance(refusal(body), EmptyAnswer)


def test_an_answer_without_any_of_the_countries_is_empty() -> None:
    assert isinstance(refusal(page(row(code="FRA"), row(code=""), row(code="WLD"))), EmptyAnswer)


@pytest.mark.parametrize("body", [{}, [], [[], []], [1, 2], {"message": "no"}], ids=str)
def test_another_shape_is_a_changed_format(body: Any) -> None:
    assert "the format has changed" in str(refusal(body))


def test_rows_that_are_no_list_are_a_changed_format() -> None:
    assert "the format has changed" in str(refusal([page(row())[0], {"a": 1}]))


@pytest.mark.parametrize("name", ["page", "pages", "total", "lastupdated"])
def test_a_missing_field_of_the_head_is_named(name: str) -> None:
    body = page(row())
    del body[0][name]
    assert f"{name!r} is missing" in str(refusal(body))


@pytest.mark.parametrize("name", ["countryiso3code", "indicator", "date", "value", "obs_status"])
def test_a_missing_field_of_a_row_is_named(name: str) -> None:
    body = page(row())
    del body[1][0][name]
    told = refusal(body)
    assert f"{name!r} is missing" in str(told)
    assert told.permanent


@pytest.mark.parametrize(("name", "value"), [("page", "one"), ("pages", None), ("total", -1), ("total", 1.5), ("lastupdated", "lately"), ("lastupdated", None)])  # fmt: skip
def test_a_field_of_the_head_that_cannot_be_read_is_named(name: str, value: Any) -> None:
    assert name in str(refusal(page(row(), **{name: value})))


def test_another_indicator_is_refused() -> None:
    assert "SP.POP.0014.TO" in str(refusal(page(row(indicator={"id": "SP.POP.0014.TO", "value": "Ages 0-14"}))))


@pytest.mark.parametrize(("year", "asked"), [("1959", False), ("1960", True), ("2026", True), ("2027", False)])
def test_a_year_that_was_not_asked_for_is_refused(year: str, asked: bool) -> None:
    if asked:
        assert len(parse(row(year=year)).observations) == 1
    else:
        assert f"answered for {year}" in str(refusal(page(row(year=year))))


@pytest.mark.parametrize(("message", "permanent"), [("HTTP 400 Bad Request", False), ("HTTP 404 Not Found", True)])
def test_the_400_that_comes_and_goes_is_not_told_as_lasting(message: str, permanent: bool) -> None:
    assert refusal(SourceError(f"api.worldbank.org: {message}", permanent=True)).permanent is permanent


# -- Anything ------------------------------------------------------------------------------------------------------------

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.sampled_from(["-", "0", "2024", "TUR", "*"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=4,
)


@given(ANYTHING)
def test_whatever_stands_for_the_people_it_is_a_whole_number_missing_or_set_aside(value: Any) -> None:
    parsed, _ = read(worldbank, bank(page(row(value), row(10, "GRC"))))
    found: list[Observation] = [o for o in parsed.observations if o.key.location == "TUR"]
    assert len(found) + len(parsed.set_aside) == (0 if value is None or str(value).strip() in {"", "-", "*"} else 1)
    assert all(o.value == float(str(value)) for o in found)


@given(st.sampled_from(["page", "pages", "total", "lastupdated", "date", "obs_status", "countryiso3code", "indicator"]), ANYTHING)
def test_whatever_stands_in_a_field_the_answer_is_read_or_refused(name: str, value: Any) -> None:
    body = page(row())
    (body[0] if name in body[0] else body[1][0])[name] = value
    try:
        parsed, _ = read(worldbank, bank(json.dumps(body)))
    except SourceError:
        return
    assert len(parsed.observations) + len(parsed.set_aside) <= 1


@given(ANYTHING)
def test_whatever_body_comes_it_is_read_or_refused(body: Any) -> None:
    with contextlib.suppress(SourceError):
        assert all(isinstance(part, Answer) for part in worldbank.fetch(bank(json.dumps(body))))
