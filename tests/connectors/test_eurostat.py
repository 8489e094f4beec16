from __future__ import annotations

import dataclasses
import datetime as dt
import itertools
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pycountry
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor import normalise, places
from monitor.connectors import eurostat
from monitor.connectors._jsonstat import cube
from monitor.errors import EmptyAnswer, SourceError
from monitor.model import Answer, Context, Frequency, Observation, Parsed, SeriesKey, Situation, Status
from tests.building import NOON, SITUATION, TODAY, answer, recording
from tests.connectors import read, reasons

D = dt.date
EUROPE = dataclasses.replace(SITUATION, origins=("SYR",), hosts=("DEU", "GRC", "GBR", "TUR"), regions=())
UKRAINE = dataclasses.replace(SITUATION, origins=("UKR",), hosts=("DEU", "POL", "MDA"), regions=())
BOTH = ("migr_asyappctzm", "migr_asytpsm")
Asked = dict[str, list[str]]


@dataclasses.dataclass
class Statistics:
    """Stands for Eurostat's service, where a filter is repeated for each of its values; `asked` remembers every call."""

    reply: Callable[[str, Asked], Any]
    asked: list[tuple[str, Asked]] = dataclasses.field(default_factory=list)

    def __call__(self, path: str, params: Sequence[tuple[str, str]] = (), *, tag: str = "", expect: str = "json", **more: Any) -> Answer:
        filters: Asked = {}
        for name, value in params:
            filters.setdefault(name, []).append(value)
        self.asked.append((path.rpartition("/")[2], filters))
        body = self.reply(path.rpartition("/")[2], filters)
        if isinstance(body, Exception):
            raise body
        return answer(body, source="eurostat", tag=tag, url="https://ec.europa.eu/eurostat" + path)

    def context(self, situation: Situation = EUROPE, today: D = TODAY, **options: Any) -> Context:
        return Context(situation, options, today, self)


def table(
    cells: Mapping[tuple[str, ...], Any], flags: Mapping[tuple[str, ...], str] | None = None, **dimensions: list[str]
) -> dict[str, Any]:
    """A data set with these dimensions (after the fixed ones) and cells by their codes on those of more than one code."""
    every = {"freq": ["M"], "unit": ["PER"], "citizen": ["TOTAL"], "sex": ["T"], "applicant": ["TOTAL"], "age": ["TOTAL"]}
    every |= {"geo": ["DE"], "time": ["2026-08"], **dimensions}
    many = [name for name, codes in every.items() if len(codes) > 1]
    places = {
        tuple(code for name, code in zip(every, codes, strict=True) if name in many): str(place)
        for place, codes in enumerate(itertools.product(*every.values()))
    }
    return {
        "version": "2.0",
        "class": "dataset",
        "updated": "2026-10-30T23:00:00+0100",
        "value": {places[at]: value for at, value in cells.items()},
        "status": {places[at]: flag for at, flag in (flags or {}).items()},
        "id": list(every),
        "size": [len(codes) for codes in every.values()],
        "dimension": {name: {"category": {"index": {code: place for place, code in enumerate(codes)}}} for name, codes in every.items()},
    }


def parse(body: Any, situation: Situation = EUROPE, today: D = TODAY, **options: Any) -> Parsed:
    parsed, failed = read(eurostat, Statistics(lambda code, asked: body).context(situation, today, **options))
    assert not failed
    return parsed


def one(value: Any, flag: str = "", today: D = TODAY) -> tuple[Observation | None, str]:
    """What becomes of one cell: the figure, or the reason why there is none."""
    flags = {("2026-08",): flag} if flag else {}
    parsed = parse(table({("2026-07",): 5, ("2026-08",): value}, flags, time=["2026-07", "2026-08"]), today=today)
    return next((o for o in parsed.observations if o.period_end == D(2026, 8, 31)), None), reasons(parsed)


def figures(parsed: Parsed) -> dict[str, float | None]:
    return {f"{o.key.location}/{o.key.origin or '-'}/{o.key.breakdown or '-'} {o.period_end:%Y-%m}": o.value for o in parsed.observations}


def failure(body: Any, situation: Situation = EUROPE) -> Exception:
    """The one failure of a run, which gave no answer."""
    parts = list(eurostat.fetch(Statistics(lambda code, asked: body).context(situation)))
    assert len(parts) == 1
    assert isinstance(parts[0], Exception)
    return parts[0]


# -- The question --------------------------------------------------------------------------------------------------------


def asked(situation: Situation = EUROPE, today: D = TODAY, **options: Any) -> list[tuple[str, Asked]]:
    service = Statistics(lambda code, asked: recording("eurostat/empty.json"))
    list(eurostat.fetch(service.context(situation, today, **options)))
    return service.asked


def test_every_dimension_is_pinned_so_that_the_answer_is_small() -> None:
    """Unfiltered, the service refuses the question (413)."""
    ((code, filters),) = asked()
    assert code == "migr_asyappctzm"
    assert {name: filters[name] for name in ("freq", "unit", "sex", "age")} == {
        "freq": ["M"],
        "unit": ["PER"],
        "sex": ["T"],
        "age": ["TOTAL"],
    }
    assert filters["applicant"] == ["TOTAL", "FRST"]
    assert filters["citizen"] == ["TOTAL", "SY"]
    assert filters["sinceTimePeriod"] == ["2008-01"]


def test_greece_is_el_and_the_united_kingdom_uk_and_a_country_that_does_not_report_is_not_asked_for() -> None:
    ((_, filters),) = asked()
    assert filters["geo"] == ["DE", "EL", "UK"]


@pytest.mark.parametrize("hosts", [(), ("TUR", "LBN", "MDA")])
def test_a_situation_without_a_country_that_reports_asks_nothing(hosts: tuple[str, ...]) -> None:
    assert asked(dataclasses.replace(EUROPE, hosts=hosts)) == []


def test_the_union_is_asked_for_where_it_is_a_region_of_the_situation() -> None:
    ((_, filters),) = asked(dataclasses.replace(EUROPE, regions=("europe-mediterranean", "european-union")))
    assert filters["geo"] == ["EU27_2020", "DE", "EL", "UK"]


def test_temporary_protection_is_asked_for_where_the_situation_names_it() -> None:
    assert [code for code, _ in asked(UKRAINE)] == ["migr_asyappctzm"]
    by_code = dict(asked(UKRAINE, datasets=BOTH))
    assert set(by_code) == set(BOTH)
    assert "applicant" not in by_code["migr_asytpsm"]
    assert by_code["migr_asytpsm"]["citizen"] == ["TOTAL", "UA"]


def test_an_unknown_dataset_is_refused_by_its_name() -> None:
    parts = list(eurostat.fetch(Statistics(lambda code, asked: {}).context(datasets=("migr_asydec",))))
    assert "migr_asydec" in str(parts[0])
    assert "migr_asyappctzm" in str(parts[0])


COUNTRIES = tuple(country.alpha_3 for country in pycountry.countries)


@pytest.mark.parametrize(("number", "listed"), [(39, True), (40, False)])
def test_few_citizenships_are_listed_and_many_are_not(number: int, listed: bool) -> None:
    """With the total, 40 and 41: one code of hundreds that the table does not know would void the question."""
    origins = [country for country in COUNTRIES if places.to_eurostat(country)][:number]
    assert ("citizen" in asked(dataclasses.replace(EUROPE, origins=tuple(origins)))[0][1]) is listed


def test_no_question_is_so_large_that_a_notice_would_come_and_each_holds_the_total() -> None:
    world = dataclasses.replace(EUROPE, origins=COUNTRIES, hosts=tuple(sorted(eurostat.REPORTING)), regions=("european-union",))
    service = Statistics(lambda code, asked: table({(): 5}, geo=asked["geo"][:1]))
    assert not [part for part in eurostat.fetch(service.context(world, D(2030, 12, 31))) if isinstance(part, Exception)]
    for _, filters in service.asked:
        assert len(filters["geo"]) * 300 * len(filters["applicant"]) * 12 * 23 < 500_000
    geos = [geo for _, filters in service.asked for geo in filters["geo"]]
    assert len(geos) == len(set(geos)) == len(eurostat.REPORTING) + 1


# -- Figures -------------------------------------------------------------------------------------------------------------


def test_applicants_are_read_by_country_citizenship_and_kind_and_an_absent_cell_is_no_zero() -> None:
    parsed = parse(recording("eurostat/applicants.json"))
    assert figures(parsed) == {
        "DEU/-/all 2026-07": 9310,
        "DEU/-/all 2026-08": 8745,
        "GRC/-/all 2026-07": 4675,
        "DEU/-/first-time 2026-07": 7805,
        "GRC/-/first-time 2026-07": 4190,
        "DEU/SYR/all 2026-07": 1520,
        "DEU/SYR/all 2026-08": 1395,
        "GRC/SYR/all 2026-07": 0,
        "DEU/SYR/first-time 2026-07": 1210,
    }
    assert not parsed.set_aside
    assert {o.key.indicator for o in parsed.observations} == {"asylum_applicants"}
    accepted, refused = normalise.check(parsed.observations, TODAY, {EUROPE.id})
    assert (len(accepted), refused) == (9, [])


def test_a_month_of_applications_is_a_flow_of_its_first_to_its_last_day() -> None:
    found, _ = one(8745)
    assert found is not None
    assert (found.period_start, found.period_end, found.frequency) == (D(2026, 8, 1), D(2026, 8, 31), Frequency.MONTH)


def test_a_month_that_is_listed_and_empty_is_no_figure() -> None:
    """The newest month of the time dimension can have no value at all."""
    parsed = parse(recording("eurostat/applicants.json"))
    assert max(o.period_end for o in parsed.observations) == D(2026, 8, 31)


def test_the_union_is_the_figure_that_eurostat_gives() -> None:
    union = dataclasses.replace(EUROPE, regions=("european-union",))
    parsed = parse(table({("EU27_2020",): 55000, ("DE",): 9310, ("EL",): 4675}, geo=["EU27_2020", "DE", "EL"]), union)
    assert figures(parsed)["european-union/-/all 2026-08"] == 55000


def test_the_union_is_never_the_sum_of_its_members() -> None:
    union = dataclasses.replace(EUROPE, regions=("european-union",))
    parsed = parse(table({("DE",): 9310, ("EL",): 4675}, geo=["EU27_2020", "DE", "EL"]), union)
    assert {o.key.location for o in parsed.observations} == {"DEU", "GRC"}


def test_temporary_protection_is_a_stock_of_the_last_day_of_the_month() -> None:
    def reply(code: str, asked: Asked) -> Any:
        return recording("eurostat/protection.json") if code == "migr_asytpsm" else table({(): 5})

    parsed, failed = read(eurostat, Statistics(reply).context(UKRAINE, datasets=BOTH))
    assert not failed
    found = {(o.key, o.period_end): o for o in parsed.observations if o.key.indicator == "registered_refugees"}
    ukrainians = SeriesKey("eurostat", "registered_refugees", "DEU", "UKR")
    august, september = found[ukrainians, D(2026, 8, 31)], found[ukrainians, D(2026, 9, 30)]
    assert (august.period_start, august.value, august.status) == (D(2026, 8, 31), 1_220_000, Status.REPORTED)
    assert (september.value, september.status, september.qualifier) == (1_224_005, Status.PROVISIONAL, "rounded to 5, estimated")
    assert found[SeriesKey("eurostat", "registered_refugees", "POL", ""), D(2026, 8, 31)].value == 990_000
    withheld = found[SeriesKey("eurostat", "registered_refugees", "POL", "UKR"), D(2026, 9, 30)]
    assert (withheld.value, withheld.status, withheld.qualifier) == (None, Status.NOT_REPORTED, "confidential")
    assert len(found) == 7  # Poland's September total has the flag : and no figure
    accepted, refused = normalise.check(parsed.observations, TODAY, {UKRAINE.id})
    assert (len(accepted), refused) == (len(parsed.observations), [])


@pytest.mark.parametrize(
    ("flag", "status", "qualifier"),
    [
        ("", Status.REPORTED, "rounded to 5"),
        ("p", Status.PROVISIONAL, "rounded to 5"),
        ("e", Status.ESTIMATED, "rounded to 5, estimated"),
        ("i", Status.ESTIMATED, "rounded to 5, imputed"),
        ("s", Status.ESTIMATED, "rounded to 5, imputed"),
        ("f", Status.PROJECTED, "rounded to 5, forecast"),
        ("b", Status.REPORTED, "rounded to 5, break in the series"),
        ("d", Status.REPORTED, "rounded to 5, definition differs"),
        ("u", Status.REPORTED, "rounded to 5, low reliability"),
        ("n", Status.REPORTED, "rounded to 5, not significant"),
        ("bp", Status.PROVISIONAL, "rounded to 5, break in the series"),
        ("ep", Status.PROVISIONAL, "rounded to 5, estimated"),
        ("b, p", Status.PROVISIONAL, "rounded to 5, break in the series"),
    ],
)
def test_a_flag_becomes_a_status_or_a_remark(flag: str, status: Status, qualifier: str) -> None:
    found, told = one(8745, flag)
    assert found is not None
    assert (found.value, found.status, found.qualifier) == (8745, status, qualifier)
    assert not told


@pytest.mark.parametrize(("value", "qualifier"), [(0, "rounded to 5"), (5, "rounded to 5"), (4, ""), (6, "")])
def test_only_a_figure_that_can_be_rounded_is_called_so(value: int, qualifier: str) -> None:
    found, _ = one(value)
    assert found is not None
    assert (found.value, found.qualifier) == (value, qualifier)


@pytest.mark.parametrize("flag", ["", "p", "m", "z", ":"])
def test_a_cell_without_a_value_is_no_figure_whatever_its_flag(flag: str) -> None:
    assert one(None, flag) == (None, "")


@pytest.mark.parametrize("flag", ["c", "C", "N", "P"])
def test_a_confidential_cell_is_a_figure_that_is_not_reported(flag: str) -> None:
    found, _ = one(None, flag)
    assert found is not None
    assert (found.value, found.status, found.qualifier) == (None, Status.NOT_REPORTED, "confidential")


@pytest.mark.parametrize(("value", "flag", "told"), [(5, "C", "flag 'C'"), (5, "m", "flag 'm'"), (5, "q", "unknown flag 'q'"), (None, "q", "unknown flag 'q'")])  # fmt: skip
def test_a_cell_that_contradicts_its_flag_or_has_an_unknown_one_is_set_aside(value: Any, flag: str, told: str) -> None:
    found, why = one(value, flag)
    assert found is None
    assert told in why


@pytest.mark.parametrize("value", ["about 20", "5 p", True, 4.5, [5], {"a": 5}, "1e400"])
def test_a_text_where_a_number_is_due_is_set_aside_and_no_zero(value: Any) -> None:
    found, why = one(value)
    assert found is None
    assert why


@pytest.mark.parametrize(("today", "status"), [(D(2026, 8, 30), Status.PROVISIONAL), (D(2026, 8, 31), Status.REPORTED)])
def test_an_unfinished_month_is_provisional(today: D, status: Status) -> None:
    found, _ = one(8745, today=today)
    assert found is not None
    assert found.status is status


@pytest.mark.parametrize(
    ("updated", "known"),
    [
        ("2026-10-30T23:00:00+0100", dt.datetime(2026, 10, 30, 22, tzinfo=dt.UTC)),
        ("2026-11-01T13:00:00+0100", NOON),
        ("2026-11-01T23:00:00+0100", NOON),  # dated ahead: not later than the answer
    ],
)
def test_a_figure_is_known_since_eurostat_published_it(updated: str, known: dt.datetime) -> None:
    parsed = parse({**table({(): 5}), "updated": updated})
    assert [o.known_at for o in parsed.observations] == [known]


def test_a_citizenship_that_does_not_concern_the_situation_is_left_out_and_an_unknown_one_is_told() -> None:
    codes = ["TOTAL", "EXT_EU27_2020", "SY", "FR", "XX"]
    many = dataclasses.replace(EUROPE, origins=("SYR",) * 41)
    parsed = parse(table({(code,): 5 for code in codes}, citizen=codes), many)
    assert {o.key.origin for o in parsed.observations} == {"", "SYR"}
    assert reasons(parsed) == "unknown citizenship 'XX'"


@pytest.mark.parametrize("time", ["2026", "2026-13", "2026-00", "0000-01", "2026M08", "2026-Q1", "٢٠٢٦-08"])
def test_what_is_no_month_is_set_aside(time: str) -> None:
    parsed = parse(table({("2026-07",): 5, (time,): 10}, time=["2026-07", time]))
    assert [o.value for o in parsed.observations] == [5]
    assert len(parsed.set_aside) == 1


# -- Answers that are none -----------------------------------------------------------------------------------------------


def test_an_empty_answer_to_a_wrong_filter_is_a_fault_and_no_zero() -> None:
    """unit=NR instead of PER gives HTTP 200 without a cell; read as zero it became a headline once."""
    body = json.loads(recording("eurostat/empty.json"))
    body["dimension"]["unit"]["category"] = {"index": {"PER": 0}}
    assert isinstance(failure(body), EmptyAnswer)


def test_an_answer_for_another_unit_is_refused() -> None:
    told = failure(recording("eurostat/empty.json"))
    assert not isinstance(told, EmptyAnswer)
    assert "unit NR, which was not asked" in str(told)


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("geo", ["DE", "FR"]),
        ("sex", ["M", "T"]),
        ("age", ["UNK"]),
        ("applicant", ["TOTAL", "NASY_APP"]),
        ("citizen", ["AF"]),
        ("freq", ["A"]),
    ],
)
def test_an_answer_to_another_question_is_refused(name: str, codes: list[str]) -> None:
    at = (codes[0],) if len(codes) > 1 else ()
    assert f"{name} {codes[-1] if name != 'sex' else 'M'}, which was not asked" in str(failure(table({at: 5}, **{name: codes})))


def test_a_dimension_that_nobody_asked_about_is_read_only_where_it_says_nothing() -> None:
    assert len(parse(table({(): 5}, decision=["TOTAL"])).observations) == 1
    assert "decision" in str(failure(table({("A",): 5}, decision=["A", "B"])))


def test_the_notice_that_the_figures_are_being_prepared_is_an_error_that_may_pass() -> None:
    told = failure(recording("eurostat/notice.json"))
    assert isinstance(told, SourceError)
    assert "ASYNCHRONOUS_RESPONSE" in str(told)
    assert not told.permanent


def test_a_refusal_is_told_in_the_words_of_the_service() -> None:
    told = failure(recording("eurostat/refusal.json"))
    assert isinstance(told, SourceError)
    assert "Invalid value XX for dimension geo" in str(told)
    assert told.permanent


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        (
            '{"error":[{"status":400,"id":150,"label":"Invalid value XX\\n for dimension citizen"}]}',
            ": Invalid value XX for dimension citizen",
        ),
        ('{"error":{"status":413,"label":"EXTRACTION_TOO_BIG"}}', ": EXTRACTION_TOO_BIG"),
        ('{"error":[{"label":"one"},{"label":"two"},"three"]}', ": one; two; three"),
        ('{"error":[{"status":400,"id":100}]}', ": {'status': 400, 'id': 100}"),
        ('{"error":[]}', ""),
        ('{"error":null}', ""),
        ('["error"]', ""),
        ('{"error":[{"label":"breaks o', ""),
        ("<html>no JSON</html>", ""),
        ("", ""),
    ],
)
def test_what_eurostat_writes_with_a_refusal_is_shown(told: str, shown: str) -> None:
    error = failure(SourceError("ec.europa.eu: HTTP 400 Bad Request", permanent=True, told=told))
    assert isinstance(error, SourceError)
    assert (error.message, error.permanent) == (f"ec.europa.eu: HTTP 400 Bad Request{shown}", True)


def test_what_eurostat_writes_is_shown_up_to_a_length() -> None:
    error = failure(SourceError("HTTP 400", told=json.dumps({"error": [{"label": "x" * 5000}]})))
    assert str(error).count("x") == 300


def test_a_question_that_is_too_big_is_an_error() -> None:
    told = failure(SourceError("ec.europa.eu: HTTP 413 Request Entity Too Large", permanent=True))
    assert "413" in str(told)


@pytest.mark.parametrize("name", ["id", "size", "dimension", "value", "updated"])
def test_a_missing_field_is_named(name: str) -> None:
    body = table({(): 5})
    del body[name]
    told = failure(body)
    assert isinstance(told, SourceError)
    assert f"{name!r} is missing" in str(told)
    assert told.permanent


@pytest.mark.parametrize("name", ["citizen", "geo", "time", "applicant", "sex"])
def test_a_renamed_dimension_is_named(name: str) -> None:
    """Old tutorials call the kind of applicant asyl_app."""
    body = json.loads(json.dumps(table({(): 5})).replace(f'"{name}"', '"renamed"'))
    assert f"{name!r} is missing" in str(failure(body))


@pytest.mark.parametrize("updated", ["yesterday", "", None, 20261032, "2026/10/30"])
def test_a_date_of_publication_that_is_none_is_told(updated: Any) -> None:
    assert "updated" in str(failure({**table({(): 5}), "updated": updated}))


def test_a_part_that_fails_voids_its_table_and_not_the_other() -> None:
    """No partial answer replaces a whole one: one of several questions about a table failed."""
    world = dataclasses.replace(EUROPE, origins=COUNTRIES, hosts=tuple(sorted(eurostat.REPORTING)))

    def reply(code: str, asked: Asked) -> Any:
        if code == "migr_asyappctzm" and "EL" in asked["geo"]:
            return SourceError("HTTP 503")
        body = table({(): 5}, geo=asked["geo"][:1])
        if code == "migr_asytpsm":
            body = json.loads(json.dumps(body).replace('"applicant"', '"other"'))
        return body

    parsed, failed = read(eurostat, Statistics(reply).context(world, datasets=BOTH))
    assert len(failed) == 1
    assert {o.key.indicator for o in parsed.observations} == {"registered_refugees"}


# -- JSON-stat -----------------------------------------------------------------------------------------------------------


def test_a_whole_list_and_a_sparse_object_are_the_same_cells() -> None:
    sparse = table({("DE", "2026-07"): 5, ("EL", "2026-08"): 20}, {("EL", "2026-08"): "p"}, geo=["DE", "EL"], time=["2026-07", "2026-08"])
    whole = {**sparse, "value": [5, None, None, 20], "status": [None, None, None, "p"]}
    assert figures(parse(sparse)) == figures(parse(whole)) == {"DEU/-/all 2026-07": 5, "GRC/-/all 2026-08": 20}
    assert [o.status for o in parse(whole).observations] == [Status.REPORTED, Status.PROVISIONAL]


def test_one_flag_can_stand_for_all_cells_and_none_may_be_given() -> None:
    body = table({("DE",): 5, ("EL",): 10}, geo=["DE", "EL"])
    assert [o.status for o in parse({**body, "status": "p"}).observations] == [Status.PROVISIONAL] * 2
    del body["status"]
    assert [o.status for o in parse(body).observations] == [Status.REPORTED] * 2


def test_the_order_of_codes_is_that_of_their_index_and_not_of_the_text() -> None:
    body = table({("DE",): 5, ("EL",): 10}, geo=["DE", "EL"])
    body["dimension"]["geo"]["category"]["index"] = {"EL": 1, "DE": 0}
    assert figures(parse(body)) == {"DEU/-/all 2026-08": 5, "GRC/-/all 2026-08": 10}


def test_the_order_of_dimensions_is_that_of_the_answer() -> None:
    body = table({("DE", "2026-07"): 5, ("EL", "2026-07"): 10}, geo=["DE", "EL"], time=["2026-07", "2026-08"])
    turned = {**body, "id": [*body["id"][:-2], "time", "geo"], "value": {"0": 5, "1": 10}}
    assert figures(parse(turned)) == figures(parse(body))


@pytest.mark.parametrize(
    "category", [{"index": ["DE"]}, {"label": {"DE": "Germany"}}, {"index": {"DE": 0}, "label": {"DE": "Germany"}}], ids=["list", "label", "both"]
)  # fmt: skip
def test_the_codes_of_a_dimension_come_in_three_forms(category: Any) -> None:
    body = table({(): 5})
    body["dimension"]["geo"]["category"] = category
    assert figures(parse(body)) == {"DEU/-/all 2026-08": 5}


@pytest.mark.parametrize(
    "change",
    [
        {"size": [1, 1, 1, 1, 1, 1, 1, 2]},
        {"value": {"1": 5}},
        {"value": {"-1": 5}},
        {"value": {"a": 5}},
        {"value": [5, 5]},
        {"value": 5},
        {"value": "5"},
        {"value": None},
        {"status": {"1": "p"}},
        {"status": ["p", "p"]},
        {"id": "freq"},
        {"dimension": []},
    ],
    ids=str,
)
def test_cells_that_do_not_fit_the_dimensions_are_a_changed_format(change: Mapping[str, Any]) -> None:
    assert "so the format has changed" in str(failure({**table({(): 5}), **change}))


@pytest.mark.parametrize("index", [{"DE": 1}, {"DE": 0, "EL": 0}, {"DE": 0, "EL": 2}, {"DE": "0"}, {}, [], None, 5], ids=str)
def test_codes_without_their_places_are_a_changed_format(index: Any) -> None:
    body = table({(): 5})
    body["dimension"]["geo"]["category"]["index"] = index
    assert "'geo' does not list its codes" in str(failure(body))


def test_more_cells_than_can_be_asked_for_are_refused_before_they_are_counted_out() -> None:
    body = table({})
    for name in ("citizen", "geo", "time"):
        body["dimension"][name]["category"] = {"index": [f"{name}{number}" for number in range(400)]}
        body["size"][body["id"].index(name)] = 400
    with pytest.raises(SourceError, match="64,000,000 cells"):
        cube({**body, "status": "p"}, answer(b""))


CODES = st.lists(st.text("ABCDE", min_size=1, max_size=3), min_size=1, max_size=4, unique=True)


@given(st.lists(CODES, min_size=1, max_size=4), st.data())
def test_every_cell_is_found_at_the_codes_it_was_put_at(dimensions: list[list[str]], data: st.DataObject) -> None:
    every = list(itertools.product(*dimensions))
    values = data.draw(st.dictionaries(st.sampled_from(range(len(every))), st.integers(), max_size=10))
    names = [f"d{number}" for number in range(len(dimensions))]
    body = {
        "id": names,
        "size": [len(codes) for codes in dimensions],
        "dimension": {name: {"category": {"index": codes}} for name, codes in zip(names, dimensions, strict=True)},
        "value": {str(place): value for place, value in values.items()},
    }
    found = {tuple(cell.at.values()): cell.value for cell in cube(body, answer(b"")).cells()}
    assert found == {every[place]: value for place, value in values.items()}
    assert all(list(cell.at) == names for cell in cube(body, answer(b"")).cells())


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.sampled_from(["p", ":", "0", "2026-08"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)


@given(ANYTHING, st.text("abcdefimnpsuzCNP:, q", max_size=3))
def test_whatever_stands_in_a_cell_is_read_or_set_aside(value: Any, flag: str) -> None:
    found, why = one(value, flag)
    assert found is None or not why
    if found is not None and found.value is not None:
        assert found.value == float(str(value))


@given(st.sampled_from(["value", "status", "id", "size", "dimension", "updated"]), ANYTHING)
def test_whatever_stands_in_a_field_the_answer_is_read_or_refused(name: str, value: Any) -> None:
    parts = list(eurostat.fetch(Statistics(lambda code, asked: {**table({(): 5}), name: value}).context()))
    assert all(isinstance(part, Answer | SourceError) for part in parts)
