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
from monitor.connectors import hdx
from monitor.errors import EmptyAnswer, SourceError
from monitor.model import Answer, Context, Parsed, Status
from tests.building import SITUATION, TODAY, Upstream, recording
from tests.connectors import read, reasons

D = dt.date
FILE = "00000000-0000-0000-0000-000000000001"
ADDRESS = "https://data.humdata.org/dataset/a/resource/1/download/rounds.csv"
ROUNDS: dict[str, Any] = {
    "dataset": "rounds-by-country",
    "name": "Rounds by country",
    "resource": FILE,
    "licence": "cc-by-igo",
    "indicator": "idps_assessed",
    "where": {"adminLevel": "0"},
    "columns": {
        "location": "country",
        "origin": "country",
        "day": "day",
        "value": "people",
        "breakdown": ["operation", "assessment"],
        "round": "round",
        "piece": ["reason"],
    },
}
HOSTED: dict[str, Any] = {
    **{name: ROUNDS[name] for name in ("dataset", "resource", "licence")},
    "indicator": "registered_refugees",
    "where": {"Population type": "Refugees"},
    "append_only": True,
    "columns": {"location": "ISO3", "origin": "ISO3 of Origin", "day": "Date", "value": "Individuals"},
}
CSV = recording("hdx/rounds.csv").decode()
HEADER, TAGS, *LINES = CSV.splitlines()


def package(**changes: Any) -> dict[str, Any]:
    """What package_show says, with changes to the dataset."""
    body: dict[str, Any] = json.loads(recording("hdx/package.json"))
    body["result"].update(changes)
    return body


def resource(**changes: Any) -> dict[str, Any]:
    """The same with changes to the CSV resource."""
    body = package()
    body["result"]["resources"][1].update(changes)
    return body


def exchange(file: Any = CSV, shown: Any = None, *tables: Mapping[str, Any], today: D = TODAY) -> Context:
    def reply(path: str, params: Mapping[str, str]) -> Any:
        return (shown or package()) if path == hdx.SHOW else file

    return Upstream(hdx.SOURCE, reply).context(today, tables=tables or (ROUNDS,))


def lines(*rows: str, tags: bool = True) -> str:
    return "\n".join([HEADER, *([TAGS] if tags else []), *rows]) + "\n"


def line(people: str = "700", day: str = "2026-03-31", number: str = "1", reason: str = "Conflict") -> str:
    return f"1,Village survey,AFG,0,{people},{day},{number},{reason},BA"


def hosted(*rows: str, **changes: Any) -> Parsed:
    text = "Country,ISO3,Country of Origin,ISO3 of Origin,Population type,Source,Date,Individuals\n" + "".join(f"{row}\n" for row in rows)
    parsed, failed = read(hdx, exchange(text, None, {**HOSTED, **changes}))
    assert failed == []
    return parsed


def values(parsed: Parsed) -> dict[tuple[str, D], float | None]:
    return {(o.key.breakdown, o.period_end): o.value for o in parsed.observations}


def failure(context: Context) -> SourceError:
    """The one failure of a fetch that gave nothing."""
    (failed,) = hdx.fetch(context)
    assert isinstance(failed, SourceError)
    return failed


# -- The questions -------------------------------------------------------------------------------------------------------


def test_the_dataset_is_asked_first_and_then_the_file_of_the_resource_with_that_id() -> None:
    context = exchange()
    list(hdx.fetch(context))
    assert context.get.asked == [(hdx.SHOW, {"id": "rounds-by-country"}), (ADDRESS, {})]  # type: ignore[attr-defined]


def test_a_situation_without_tables_asks_nothing() -> None:
    context = Upstream(hdx.SOURCE, lambda path, params: None).context()
    assert list(hdx.fetch(context)) == []


def test_a_figure_names_the_address_that_lasts_and_not_the_signed_one() -> None:
    context = exchange()
    get = context.get

    def signed(path: str, *given: Any, **named: Any) -> Answer:
        found: Answer = get(path, *given, **named)
        return dataclasses.replace(found, url=f"{path}?X-Amz-Signature=0")

    parsed, _ = read(hdx, Context(context.situation, context.options, context.today, signed))
    assert {o.answer.url for o in parsed.observations} == {ADDRESS}


# -- Tables with rounds --------------------------------------------------------------------------------------------------


def test_the_rows_of_a_round_are_added_and_rounds_methods_and_levels_are_not() -> None:
    parsed, failed = read(hdx, exchange())
    assert values(parsed) == {
        ("village-survey-ba", D(2026, 3, 31)): 1000,
        ("village-survey-ba", D(2026, 6, 30)): 900,
        ("village-survey-sa", D(2026, 6, 30)): 40,
    }
    assert {o.key[:4] for o in parsed.observations} == {("hdx", "idps_assessed", "AFG", "AFG")}
    assert (failed, parsed.set_aside) == ([], [])
    accepted, refused = normalise.check(parsed.observations, TODAY, {SITUATION.id})
    assert (len(accepted), refused) == (3, [])


@pytest.mark.parametrize("tags", [True, False])
def test_a_row_of_tags_is_found_and_not_assumed(tags: bool) -> None:
    parsed, _ = read(hdx, exchange(lines(*LINES, tags=tags)))
    assert len(parsed.observations) == 3
    assert parsed.set_aside == []


@pytest.mark.parametrize("missing", ["", "Not available"])
def test_a_round_with_a_missing_part_is_set_aside_and_one_without_any_is_not_reported(missing: str) -> None:
    parsed, _ = read(hdx, exchange(lines(line(), line(missing, reason="Flood"), line(missing, "2026-06-30", "2"))))
    assert [(o.value, o.status) for o in parsed.observations] == [(None, Status.NOT_REPORTED)]
    assert "too low" in reasons(parsed)


def test_a_row_without_its_operation_cannot_be_placed() -> None:
    parsed, _ = read(hdx, exchange(lines("1,Not available,AFG,0,5,2026-03-31,1,Conflict,BA", line())))
    assert values(parsed) == {("village-survey-ba", D(2026, 3, 31)): 700}
    assert "operations overlap" in reasons(parsed)


# -- Plain tables --------------------------------------------------------------------------------------------------------


def test_in_a_file_that_is_only_added_to_the_later_row_of_a_day_is_the_revised_one() -> None:
    parsed, failed = read(hdx, exchange(recording("hdx/hosted.csv"), None, HOSTED))
    assert {(o.key[1:4], o.period_end): o.value for o in parsed.observations} == {
        (("registered_refugees", "GRC", "SYR"), D(2026, 5, 31)): 1250,
        (("registered_refugees", "GRC", "SYR"), D(2026, 6, 30)): 0,
    }
    assert failed == []


def test_elsewhere_two_values_for_a_day_are_both_refused_at_the_gate() -> None:
    both = ("Greece,GRC,Syria,SYR,Refugees,UNHCR,2026-05-31,1200", "Greece,GRC,Syria,SYR,Refugees,UNHCR,2026-05-31,1250")
    parsed = hosted(*both, append_only=False)
    accepted, refused = normalise.check(parsed.observations, TODAY, {SITUATION.id})
    assert (accepted, len(refused)) == ([], 2)


def test_others_and_various_have_no_code_and_are_set_aside() -> None:
    parsed, _ = read(hdx, exchange(recording("hdx/hosted.csv"), None, HOSTED))
    assert reasons(parsed) == "no code of the origin"
    assert "Others" in parsed.set_aside[0].row


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        ("2026-05-31,about 1200", "could not convert"),
        ('2026-05-31,"1,200"', "could not convert"),
        ("2026-04-31,1200", "day"),
        ("31/05/2026,1200", "isoformat"),
        (",1200", "isoformat"),
    ],
)
def test_a_row_that_cannot_be_read_is_set_aside(cells: str, told: str) -> None:
    parsed = hosted(f"Greece,GRC,Syria,SYR,Refugees,UNHCR,{cells}", "Greece,GRC,Syria,SYR,Refugees,UNHCR,2026-06-30,5")
    assert [o.value for o in parsed.observations] == [5]
    assert told in reasons(parsed)


@pytest.mark.parametrize(("cell", "read_as"), [("0", [0]), ("", []), ("-", []), ("Not available", [])])
def test_a_zero_is_a_figure_and_a_missing_value_is_none(cell: str, read_as: list[float]) -> None:
    parsed = hosted(f"Greece,GRC,Syria,SYR,Refugees,UNHCR,2026-05-31,{cell}")
    assert [o.value for o in parsed.observations] == read_as
    assert parsed.set_aside == []


def test_a_table_of_periods_names_both_their_days() -> None:
    columns = {"location": "ISO3", "start": "Source", "day": "Date", "value": "Individuals"}
    (found,) = hosted("Greece,GRC,,,Refugees,2026-05-01,2026-05-31,7", columns=columns, indicator="arrivals").observations
    assert (found.period_start, found.period_end, found.key.origin) == (D(2026, 5, 1), D(2026, 5, 31), "")


def test_a_row_with_another_number_of_cells_is_set_aside() -> None:
    parsed = hosted("Greece,GRC,Syria,SYR,Refugees,UNHCR,2026-05-31,7,8", "Greece,GRC,Syria,SYR,Refugees,UNHCR,2026-06-30,5")
    assert [o.value for o in parsed.observations] == [5]
    assert "9 cells, where 8 are due" in reasons(parsed)


# -- What goes wrong -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("shown", "told"),
    [
        ({"success": False, "error": {"message": "Not found"}}, "HTTP 200 and no success"),
        (package(name="another-dataset"), "answered for the dataset another-dataset"),
        (package(license_id="hdx-other"), "its licence is 'hdx-other', where the situation file says 'cc-by-igo'"),
        (package(resources=[]), f"no resource {FILE} any more"),
        (package(resources={}), "no list"),
        (resource(id="other"), f"no resource {FILE} any more"),
        (resource(format="XLSX"), "is XLSX, and only CSV can be read"),
        ({"success": True}, "'result' is missing"),
        ({"result": {}}, "'success' is missing"),
        ({"success": True, "result": {"id": "rounds-by-country"}}, "'name' is missing"),
    ],
)
def test_a_dataset_that_is_not_what_was_asked_for_is_told_with_its_name(shown: Any, told: str) -> None:
    failed = failure(exchange(shown=shown))
    assert told in str(failed)
    assert str(failed).startswith("hdx: rounds-by-country: ")


@pytest.mark.parametrize("name", ["id", "format", "download_url"])
def test_a_field_of_the_resource_that_has_gone_is_named(name: str) -> None:
    shown = package()
    del shown["result"]["resources"][1][name]
    assert f"'{name}' is missing" in str(failure(exchange(shown=shown)))


def test_a_dataset_can_be_named_by_its_id() -> None:
    by_id = {**ROUNDS, "dataset": "00000000-0000-0000-0000-00000000aaaa"}
    assert len(read(hdx, exchange(CSV, None, by_id))[0].observations) == 3


@pytest.mark.parametrize("name", ["country", "people", "day", "operation", "assessment", "round", "reason", "adminLevel"])
@pytest.mark.parametrize(("becomes", "told"), [("renamed", "is missing"), ("id", "is missing")])
def test_a_column_that_has_gone_is_named(name: str, becomes: str, told: str) -> None:
    header = ",".join(becomes if column == name else column for column in HEADER.split(","))
    failed = failure(exchange(CSV.replace(HEADER, header)))
    assert f"the column '{name}' {told}" in str(failed)
    assert failed.permanent


def test_a_column_that_stands_twice_is_not_chosen_between() -> None:
    assert "'people' stands twice" in str(failure(exchange(CSV.replace("id,operation", "people,operation"))))


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (CSV[:-20], "breaks off in its last row"),
        (CSV.rstrip() + '\n7,"Village', "breaks off or is damaged"),
        (CSV.replace("Village", "Vallée").encode("latin-1"), "not UTF-8"),
        ("\n", "is missing"),
    ],
)
def test_a_file_that_is_damaged_is_no_file(body: Any, told: str) -> None:
    assert told in str(failure(exchange(body)))


@pytest.mark.parametrize(("missing", "fails"), [(-1, False), (0, False), (1, True)])
def test_a_file_that_is_smaller_than_announced_breaks_off(missing: int, fails: bool) -> None:
    (found,) = hdx.fetch(exchange(shown=resource(size=len(CSV) + missing)))
    assert isinstance(found, SourceError) is fails


@pytest.mark.parametrize("body", [lines(), lines(tags=False), lines(LINES[-1])])
def test_a_file_without_a_row_about_the_situation_is_empty_and_no_zero(body: str) -> None:
    assert isinstance(failure(exchange(body)), EmptyAnswer)


def test_a_table_that_fails_is_reported_and_the_others_are_read() -> None:
    other = {**ROUNDS, "licence": "cc-by"}
    parsed, failed = read(hdx, exchange(CSV, None, other, ROUNDS))
    assert len(parsed.observations) == 3
    assert len(failed) == 1


@pytest.mark.parametrize("name", hdx.DUE)
def test_a_table_without_its_options_is_told_which(name: str) -> None:
    table = {option: value for option, value in ROUNDS.items() if option != name}
    assert f"gives no '{name}" in str(failure(exchange(CSV, None, table)))


@pytest.mark.parametrize("name", hdx.COLUMNS_DUE)
def test_a_table_without_its_columns_is_told_which(name: str) -> None:
    columns = {option: value for option, value in ROUNDS["columns"].items() if option != name}
    assert f"gives no 'columns.{name}'" in str(failure(exchange(CSV, None, {**ROUNDS, "columns": columns})))


def test_a_misspelt_column_is_told() -> None:
    table = {**ROUNDS, "columns": {**ROUNDS["columns"], "rounds": "round"}}
    assert "has the unknown column 'rounds'" in str(failure(exchange(CSV, None, table)))


CELL = st.text(st.characters(codec="utf-8", exclude_characters='",\r\n'), max_size=10)


@given(people=CELL, day=CELL, number=CELL, reason=CELL)
def test_whatever_stands_in_the_cells_the_row_is_read_or_set_aside(people: str, day: str, number: str, reason: str) -> None:
    parsed, failed = read(hdx, exchange(lines(line(people, day, number, reason), line(number="9", day="2026-06-30"))))
    assert failed == []
    assert len(parsed.observations) + len(parsed.set_aside) == 2
    normalise.check(parsed.observations, TODAY, {SITUATION.id})


@given(st.binary(max_size=200))
def test_whatever_the_file_holds_it_is_read_or_refused(body: bytes) -> None:
    assert isinstance(failure(exchange(body)), SourceError)
