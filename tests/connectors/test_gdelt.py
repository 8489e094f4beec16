from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor import normalise
from monitor.connectors import gdelt
from monitor.connectors._reading import json_of
from monitor.errors import EmptyAnswer, SourceError
from monitor.model import Context, Frequency, Parsed, SeriesKey, Status
from tests.building import NOON, SITUATION, TODAY, Upstream, answer, recording
from tests.connectors import read, reasons

D = dt.date


def day(date: str, value: Any = 400, norm: Any = 100_000) -> dict[str, Any]:
    return {"date": f"{date}T000000Z", "value": value, "norm": norm}


def timeline(*days: Mapping[str, Any], step: str = "day", series: str = "Article Count") -> dict[str, Any]:
    return {"query_details": {"title": "q", "date_resolution": step}, "timeline": [{"series": series, "data": list(days)}]}


def article(url: str = "https://a.example/1", **changes: Any) -> dict[str, Any]:
    return {
        "url": url,
        "title": "A title",
        "seendate": "20261031T031500Z",
        "domain": "a.example",
        "language": "English",
        "sourcecountry": "Greece",
        **changes,
    }


GOOD = timeline(day("20261029"), day("20261030"))


def service(volume: Any = GOOD, articles: Any = None) -> Context:
    found = {"articles": []} if articles is None else articles
    return Upstream(gdelt.SOURCE, lambda path, params: volume if params["mode"] == "timelinevolraw" else found).context()


def parse(body: Any, kind: str = gdelt.VOLUME, today: D = TODAY) -> Parsed:
    context = Context(SITUATION, {}, today, service().get)
    return gdelt.parse(context, [answer(body, source="gdelt", tag=f"{kind} refugees")])


def counts(parsed: Parsed, indicator: str = "news_articles") -> dict[D, float | None]:
    return {o.period_start: o.value for o in parsed.observations if o.key.indicator == indicator}


# -- The questions -------------------------------------------------------------------------------------------------------


def test_each_query_is_asked_for_its_counts_and_then_its_newest_articles() -> None:
    context = service()
    list(gdelt.fetch(context))
    asked = context.get.asked  # type: ignore[attr-defined]
    assert [(params["query"], params["mode"]) for _, params in asked] == [
        (query.gdelt, mode) for query in SITUATION.queries for mode in ("timelinevolraw", "artlist")
    ]
    assert all(path == "/api/v2/doc/doc" and params["format"] == "json" for path, params in asked)
    assert {params["maxrecords"] for _, params in asked if params["mode"] == "artlist"} == {"250"}  # the most it gives


def test_it_is_asked_slowly_and_never_twice_in_a_row() -> None:
    """Haste is answered with a longer penalty."""
    assert gdelt.SOURCE.pace >= 8
    assert gdelt.SOURCE.attempts == 1
    assert gdelt.SOURCE.rest_after_failure >= dt.timedelta(minutes=5)


def test_all_its_requests_at_their_pace_fit_into_its_budget() -> None:
    requests = 2 * 3  # three queries
    assert gdelt.SOURCE.budget > requests * gdelt.SOURCE.pace


# -- Counts --------------------------------------------------------------------------------------------------------------


def test_the_recorded_timeline_gives_counts_and_shares_without_its_first_day() -> None:
    """The first day is cut at the hour of the question."""
    parsed = parse(recording("gdelt/timeline.json"))
    assert counts(parsed) == {D(2026, 10, 30): 412, D(2026, 10, 31): 0, D(2026, 11, 1): 230}
    assert counts(parsed, "news_share") == {D(2026, 10, 30): 0.41951, D(2026, 10, 31): 0, D(2026, 11, 1): 0.46}
    assert {o.key for o in parsed.observations} == {
        SeriesKey("gdelt", name, SITUATION.id, "", "refugees") for name in ("news_articles", "news_share")
    }
    assert {o.frequency for o in parsed.observations} == {Frequency.DAY}
    accepted, refused = normalise.check(parsed.observations, TODAY, {SITUATION.id})
    assert (len(accepted), refused) == (6, [])


@pytest.mark.parametrize(
    ("date", "status"),
    [("20261030", Status.REPORTED), ("20261031", Status.REPORTED), ("20261101", Status.PROVISIONAL), ("20261102", Status.PROVISIONAL)],
)
def test_a_day_is_provisional_until_it_is_over(date: str, status: Status) -> None:
    parsed = parse(timeline(day("20261001"), day(date)))
    assert {o.status for o in parsed.observations} == {status}


def test_a_zero_within_a_filled_series_is_a_zero() -> None:
    assert counts(parse(timeline(day("20261029"), day("20261030", 0)))) == {D(2026, 10, 30): 0}


@pytest.mark.parametrize(("value", "norm"), [(5, None), (5, 0), (5, "0"), (5, ""), (None, 100), ("", 100)])
def test_a_day_without_its_number_of_articles_monitored_is_set_aside(value: Any, norm: Any) -> None:
    parsed = parse(timeline(day("20261029"), day("20261030", value, norm), day("20261031", 7)))
    assert counts(parsed) == {D(2026, 10, 31): 7}
    assert "articles monitored" in reasons(parsed)


@pytest.mark.parametrize(
    "broken",
    [day("2026-10-30"), {**day("20261030"), "date": "20261030"}, day("20261030", "many"), day("20261030", 5, "all"), day("20261030", 1.5)],
)
def test_a_day_that_cannot_be_read_is_set_aside_and_the_others_stay(broken: dict[str, Any]) -> None:
    parsed = parse(timeline(day("20261029"), broken, day("20261031", 7)))
    assert counts(parsed) == {D(2026, 10, 31): 7}
    assert len(parsed.set_aside) == 1


@pytest.mark.parametrize("name", ["date", "value", "norm"])
def test_a_field_that_the_days_no_longer_have_is_told_by_its_name(name: str) -> None:
    broken = day("20261030")
    del broken[name]
    with pytest.raises(SourceError, match=f"'{name}' is missing"):
        parse(timeline(day("20261029"), broken))


@pytest.mark.parametrize("body", [{}, timeline(), {**GOOD, "timeline": []}])
def test_an_empty_timeline_is_degraded_and_never_zero_coverage(body: Any) -> None:
    with pytest.raises(EmptyAnswer, match="not zero coverage"):
        parse(body)


@pytest.mark.parametrize("step", ["hour", "15m", "month", ""])
def test_a_timeline_by_another_step_than_the_day_is_refused(step: str) -> None:
    with pytest.raises(SourceError, match="step") as told:
        parse(timeline(day("20261029"), day("20261030"), step=step))
    assert not isinstance(told.value, EmptyAnswer)


@pytest.mark.parametrize("name", ["timeline", "query_details"])
def test_a_missing_part_of_the_timeline_is_told_by_its_name(name: str) -> None:
    body = {key: value for key, value in GOOD.items() if key != name}
    with pytest.raises(SourceError, match=f"'{name}' is missing"):
        parse(body)


def test_only_the_series_of_counts_is_read() -> None:
    """Volume Intensity is a percentage: as a count it would be absurdly small."""
    body = timeline(day("20261029"), day("20261030"))
    body["timeline"].insert(0, {"series": "Volume Intensity", "data": [day("20261029", 1), day("20261030", 2)]})
    assert counts(parse(body)) == {D(2026, 10, 30): 400}


# -- Articles ------------------------------------------------------------------------------------------------------------


def test_the_recorded_articles_are_read_through_control_characters_and_illegal_escapes() -> None:
    parsed = parse(recording("gdelt/articles.json"), gdelt.ARTICLES)
    kept = normalise.check_mentions(parsed.mentions, SITUATION)
    assert [m.title for m in kept] == ["Refugees reach Lesbos, Greece & Turkey's coast", "Rauch über dem Lager"]
    assert [m.country for m in kept] == ["Greece", "Germany"]
    assert kept[0].seen_at == dt.datetime(2026, 10, 31, 3, 15, tzinfo=dt.UTC)
    assert all(m.dated and m.query == "refugees" for m in kept)
    assert "yesterday" in reasons(parsed)


def test_an_address_that_comes_back_with_other_tracking_parameters_is_one_article() -> None:
    body = {
        "articles": [
            article("https://a.example/1?utm_source=x"),
            article("https://A.example/1?utm_source=y#top"),
            article("https://a.example/2"),
        ]
    }
    kept = normalise.check_mentions(parse(body, gdelt.ARTICLES).mentions, SITUATION)
    assert [m.identity for m in kept] == ["https://a.example/1", "https://a.example/2"]


def test_an_article_is_kept_without_the_terms_since_the_service_searched_for_us() -> None:
    body = {"articles": [article(title="Κάτι συμβαίνει")]}
    assert len(normalise.check_mentions(parse(body, gdelt.ARTICLES).mentions, SITUATION)) == 1


@pytest.mark.parametrize("body", [{}, {"articles": []}])
def test_no_article_in_a_week_is_fine(body: Any) -> None:
    parsed = parse(body, gdelt.ARTICLES)
    assert (parsed.mentions, parsed.set_aside) == ([], [])


@pytest.mark.parametrize("name", ["url", "title", "seendate"])
def test_a_field_that_the_articles_no_longer_have_is_told_by_its_name(name: str) -> None:
    broken = article()
    del broken[name]
    with pytest.raises(SourceError, match=f"'{name}' is missing"):
        parse({"articles": [broken]}, gdelt.ARTICLES)


def test_an_article_without_domain_language_and_country_is_kept_without_them() -> None:
    body = {"articles": [{"url": "https://a.example/1", "title": "A title", "seendate": "20261031T031500Z", "domain": None}]}
    (found,) = parse(body, gdelt.ARTICLES).mentions
    assert (found.domain, found.language, found.country) == ("", "", "")


def test_an_article_list_that_fails_leaves_the_counts() -> None:
    """Nothing found is `{}` or an empty body, and the counts before it are good."""
    parsed, failed = read(gdelt, service(articles=EmptyAnswer("nothing in it")))
    assert counts(parsed)
    assert failed
    assert all(isinstance(error, EmptyAnswer) for error in failed)


def test_an_overloaded_service_ends_the_run_at_once() -> None:
    """The next question would only lengthen the penalty."""
    context = service(volume=SourceError("HTTP 429"))
    with pytest.raises(SourceError, match="429"):
        list(gdelt.fetch(context))
    assert len(context.get.asked) == 1  # type: ignore[attr-defined]


# -- JSON as it really comes ---------------------------------------------------------------------------------------------


def loads(text: str | bytes) -> Any:
    return json_of(answer(text if isinstance(text, bytes) else text.encode(), at=NOON))


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        (r'["It\'s"]', "It's"),
        (r'["a\-b"]', "a-b"),
        (r'["a\xb"]', "axb"),
        (r'["\user"]', "user"),
        ('["a\x01b\nc"]', "a\x01b\nc"),
        ('﻿["mark"]', "mark"),
        (r'["C:\\\\dir and It\'s"]', r"C:\\dir and It's"),
        (r'["a \\\' b"]', r"a \' b"),
    ],
)
def test_an_illegal_escape_means_the_character_itself(text: str, meant: str) -> None:
    assert loads(text) == [meant]


@given(*[st.text(st.sampled_from("\\'abnux/\"\té €")) | st.text(st.characters(exclude_categories=["Cs"]))] * 2)
def test_an_illegal_escape_between_two_sound_texts_harms_neither(before: str, after: str) -> None:
    body = f'["{json.dumps(before)[1:-1]}\\\'{json.dumps(after)[1:-1]}"]'
    (found,) = loads(body)
    assert found.startswith(before)
    assert found.endswith(after)


@given(
    st.recursive(st.none() | st.text(st.characters(exclude_categories=["Cs"])) | st.integers(), lambda inner: st.lists(inner), max_leaves=5)
)
def test_sound_json_is_never_repaired(value: Any) -> None:
    assert loads(json.dumps(value)) == value
    assert loads(json.dumps(value, ensure_ascii=False)) == value


@given(st.binary(max_size=40))
def test_any_other_bytes_are_a_fault_of_the_source(body: bytes) -> None:
    told = ""
    try:
        loads(body)
    except SourceError as error:
        told = str(error)
    assert not told or "JSON" in told or "UTF-8" in told
