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
from monitor.connectors import reliefweb
from monitor.errors import EmptyAnswer, SourceError
from monitor.model import Context, Mention, Parsed, Situation
from tests.building import NOON, SITUATION, Upstream, answer, recording
from tests.connectors import read, reasons

KEY = "approved-name"
UPDATES = "https://reliefweb.int/report/syrian-arab-republic/displacement-update-12"


def report(number: int = 1, **changes: Any) -> dict[str, Any]:
    """A report about Syria of 31 October 2026; a change to None takes the field away."""
    row = json.loads(recording("reliefweb/reports.json"))["data"][0]
    fields = {name: value for name, value in {**row["fields"], **changes}.items() if value is not None}
    fields["url_alias"] = changes.get("url_alias", f"https://reliefweb.int/report/{number}")
    return {**row, "id": str(number), "fields": {name: value for name, value in fields.items() if value is not None}}


def page(*rows: Any, total: Any = None) -> dict[str, Any]:
    link = {"href": f"https://api.reliefweb.int/v2/reports?appname={KEY}&offset=0"}
    count = len(rows) if total is None else total
    return {"links": {"self": link, "next": link}, "totalCount": count, "count": len(rows), "data": list(rows)}


def context(reply: Any, key: str = KEY, situation: Situation = SITUATION, **options: Any) -> tuple[Context, Upstream]:
    upstream = Upstream(reliefweb.SOURCE, reply if callable(reply) else lambda path, params: reply)
    return dataclasses.replace(upstream.context(situation=situation, **options), key=key, bases=reliefweb.SOURCE.bases), upstream


def asked(reply: Any = None, **more: Any) -> list[tuple[str, dict[str, str]]]:
    there, upstream = context(reply or page(report()), **more)
    list(reliefweb.fetch(there))
    return upstream.asked


def parse(*rows: Any, situation: Situation = SITUATION) -> Parsed:
    there, _ = context(page(*rows), situation=situation)
    return reliefweb.parse(there, [answer(page(*rows), source="reliefweb", tag="reports 0")])


def only(*rows: Any) -> Mention:
    (found,) = parse(*rows).mentions
    return found


# -- With an appname: the question -----------------------------------------------------------------------------------------


def test_the_reports_of_30_days_whose_primary_country_is_the_situations_are_asked_for() -> None:
    ((path, params),) = asked()
    assert path == "/v2/reports"
    assert params["appname"] == KEY
    assert params["filter[operator]"] == "AND"
    assert params["filter[conditions][0][field]"] == "date.created"
    assert params["filter[conditions][0][value][from]"] == "2026-10-02T00:00:00+00:00"  # with Z it would be refused
    assert params["filter[conditions][1][field]"] == "primary_country.iso3"
    assert [params[f"filter[conditions][1][value][{n}]"] for n in range(6)] == ["syr", "afg", "tur", "grc", "deu", "aut"]
    assert (params["limit"], params["offset"], params["sort[0]"]) == ("1000", "0", "date.created:desc")


def test_titles_are_searched_for_the_english_words_for_people() -> None:
    ((_, params),) = asked()
    assert (params["query[value]"], params["query[fields][0]"], params["query[operator]"]) == ('"refugee" OR "migrant"', "title", "OR")


def test_without_english_words_all_are_searched_for_and_no_quote_ends_a_word() -> None:
    situation = dataclasses.replace(SITUATION, people_terms={"es": ('refu"giado', "migrante"), "fr": ("migrante", '"')})
    assert asked(situation=situation)[0][1]["query[value]"] == '"refu giado" OR "migrante"'


def test_no_body_is_asked_for_since_texts_belong_to_their_authors() -> None:
    ((_, params),) = asked()
    included = {value for name, value in params.items() if name.startswith("fields[include]")}
    assert included == set(reliefweb.FIELDS)
    assert not {name for name in included if "body" in name or "file" in name}


@pytest.mark.parametrize("number", [60, 61])
def test_a_situation_of_the_whole_world_is_asked_without_its_countries(number: int) -> None:
    codes = tuple(f"{n:03}" for n in range(number - 1))
    ((_, params),) = asked(situation=dataclasses.replace(SITUATION, origins=("SYR",), hosts=codes))
    assert ("filter[conditions][1][field]" in params) == (number == 60)


@pytest.mark.parametrize("without", [{"people_terms": {}}, {"origins": (), "hosts": ()}])
def test_a_situation_without_words_or_countries_asks_nothing(without: Any) -> None:
    assert asked(situation=dataclasses.replace(SITUATION, **without)) == []


def pages(size: int, total: int) -> Any:
    def reply(path: str, params: Mapping[str, str]) -> Any:
        first = int(params["offset"])
        return page(*[report(n) for n in range(first, min(first + size, total))], total=total)

    return reply


@pytest.mark.parametrize(("total", "offsets"), [(3, "0"), (4, "0 3"), (6, "0 3"), (7, "0 3 6")])
def test_every_page_is_read_by_offset_and_no_link_with_the_appname_is_followed(total: int, offsets: str) -> None:
    there, upstream = context(pages(3, total))
    parsed, failed = read(reliefweb, there)
    assert not failed
    assert len(parsed.mentions) == total
    assert " ".join(params["offset"] for _, params in upstream.asked) == offsets
    assert {path for path, _ in upstream.asked} == {"/v2/reports"}


@pytest.mark.parametrize(
    ("second", "found"), [(page(report(3), total=3), 3), (page(total=2), 2), (page(total=1), 2), (page(report(3), report(4), total=3), 4)]
)
def test_reports_that_come_or_go_between_two_pages_do_no_harm(second: Any, found: int) -> None:
    replies = iter([page(report(1), report(2), total=4), second])
    there, _ = context(lambda path, params: next(replies))
    parsed, failed = read(reliefweb, there)
    assert (len(parsed.mentions), failed) == (found, [])


@pytest.mark.parametrize(
    ("reply", "told"),
    [
        (lambda params: page(total=5) if params["offset"] != "0" else page(report(), total=5), "5 rows are announced, and 1 came"),
        (lambda params: SourceError("HTTP 503") if params["offset"] != "0" else page(report(), total=5), "HTTP 503"),
        (lambda params: page(total=5), "5 rows are announced, and 0 came"),
        (lambda params: {}, "field 'totalCount' is missing"),
        (lambda params: {"totalCount": 1}, "field 'data' is missing"),
        (lambda params: {"totalCount": 1, "data": {}}, "'data' is no list"),
        (lambda params: page(report(), total="many"), "totalCount is 'many'"),
        (lambda params: {**page(report()), "totalCount": None}, "totalCount is None"),
        (lambda params: [], "field 'totalCount' is missing"),
        (lambda params: b'{"data": [', "breaks off"),
    ],
)
def test_a_page_that_fails_voids_the_run(reply: Any, told: str) -> None:
    there, _ = context(lambda path, params: reply(params))
    with pytest.raises(SourceError, match=told):
        list(reliefweb.fetch(there))


def test_a_message_names_the_address_without_the_long_question() -> None:
    there, _ = context(page())
    row = report()
    del row["fields"]
    long = dataclasses.replace(answer(page(row), source="reliefweb", tag="reports 0"), url="https://api.example/v2/reports?" + "x" * 200)
    with pytest.raises(SourceError, match=r"https://api\.example/v2/reports\?…: the field") as told:
        reliefweb.parse(there, [long])
    assert len(told.value.message) < 160


def test_nothing_found_about_anything_is_an_empty_answer_and_leaves_the_other_situations() -> None:
    there, _ = context(page())
    parsed, (error,) = read(reliefweb, there)
    assert isinstance(error, EmptyAnswer)
    assert parsed.mentions == []


def test_nothing_found_about_the_situation_alone_is_no_fault() -> None:
    there, upstream = context(lambda path, params: page() if "query[value]" in params else page(report()))
    parsed, errors = read(reliefweb, there)
    assert (parsed.mentions, list(errors)) == ([], [])
    _, world = upstream.asked
    assert world[1] == {
        "appname": KEY,
        "filter[field]": "date.created",
        "filter[value][from]": "2026-10-02T00:00:00+00:00",
        "limit": "1",
    }


def test_where_something_is_found_nobody_asks_about_the_world() -> None:
    assert len(asked(page(report()))) == 1


@pytest.mark.parametrize("status", ["HTTP 403: access refused", "HTTP 410 Gone"])
def test_a_refusal_is_asked_once_and_is_not_answered_by_the_feed_instead(status: str) -> None:
    there, upstream = context(SourceError(status, permanent=True))
    with pytest.raises(SourceError, match=status):
        list(reliefweb.fetch(there))
    assert len(upstream.asked) == 1


# -- With an appname: the answer -------------------------------------------------------------------------------------------


def recorded() -> list[Mention]:
    there, _ = context(json.loads(recording("reliefweb/reports.json")))
    parsed, failed = read(reliefweb, there)
    assert not failed
    assert not parsed.set_aside
    return parsed.mentions


def test_the_recorded_reports_are_mentions_with_their_sources_named() -> None:
    first = recorded()[0]
    assert (first.url, first.identity) == (UPDATES, UPDATES)
    assert first.title == "Syria: Displacement update No. 12 (30 October 2026)"
    assert first.domain == "OCHA, IOM (reliefweb.int)"
    assert (first.language, first.country, first.query, first.feed) == ("English", "SYR", "reliefweb", "")
    assert (first.seen_at, first.dated) == (dt.datetime(2026, 10, 31, 8, 1, 22, tzinfo=dt.UTC), True)


def test_the_gate_keeps_them_without_asking_for_places_in_the_title() -> None:
    kept = normalise.check_mentions(recorded(), SITUATION)
    assert [m.title for m in kept][1:] == ["Refugees in the Aegean & at the land border", "Afghanistan: Registered asylum-seekers"]


@pytest.mark.parametrize(
    ("country", "title", "kept"),
    [
        ("syr", "Refugees: a report", True),  # an origin: the API's answer is enough
        ("grc", "Refugees: a report", True),  # a country of asylum that is one of the situation's words for places
        ("aut", "Refugees: a report", False),  # one that is not
        ("aut", "Refugees from Idlib: a report", True),
    ],
)
def test_a_report_about_a_country_of_asylum_must_name_a_place_of_the_situation(country: str, title: str, kept: bool) -> None:
    mentions = parse(report(title=title, primary_country={"iso3": country})).mentions
    assert bool(normalise.check_mentions(mentions, SITUATION)) is kept


def test_fields_without_content_are_absent() -> None:
    _, second, third = recorded()
    assert (second.url, second.domain, second.language) == ("https://reliefweb.int/node/4190002", "reliefweb.int", "")
    assert third.url == "https://reliefweb.int/node/4190003"
    assert third.seen_at == dt.datetime(2026, 10, 29, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("date", "seen", "dated"),
    [
        ({"created": "2026-10-31T08:01:22+00:00"}, dt.datetime(2026, 10, 31, 8, 1, 22, tzinfo=dt.UTC), True),
        ({"created": "2026-10-31T08:01:22+02:00"}, dt.datetime(2026, 10, 31, 6, 1, 22, tzinfo=dt.UTC), True),
        ({"created": "2026-10-31T08:01:22"}, dt.datetime(2026, 10, 31, 8, 1, 22, tzinfo=dt.UTC), True),
        ({"created": "soon", "original": "2026-10-30T00:00:00+00:00"}, dt.datetime(2026, 10, 30, tzinfo=dt.UTC), True),
        ({"created": "2026-11-01T12:00:01+00:00"}, NOON, True),
        ({"created": "0001-01-01T00:00:00+14:00"}, NOON, False),
        ({}, NOON, False),
        (None, NOON, False),
        ("2026", NOON, False),
    ],
)
def test_a_report_is_seen_when_it_was_posted(date: Any, seen: dt.datetime, dated: bool) -> None:
    found = only(report(date=date))
    assert (found.seen_at, found.dated) == (seen, dated)


@pytest.mark.parametrize("title", [None, "", 5, "  "])
def test_a_report_without_a_title_is_set_aside(title: Any) -> None:
    parsed = parse(report(1, title=title), report(2))
    assert len(parsed.mentions) == 1
    assert reasons(parsed) == "a report without a title"


@pytest.mark.parametrize("country", [{"iso3": "ukr"}, {"iso3": ""}, {}, None, "syr"])
def test_a_report_about_a_country_that_was_not_asked_voids_the_run(country: Any) -> None:
    with pytest.raises(SourceError, match="which was not asked"):
        parse(report(primary_country=country))


@pytest.mark.parametrize("code", ["syr", "SYR"])
def test_a_country_may_come_in_either_case(code: str) -> None:
    assert only(report(primary_country={"iso3": code})).country == "SYR"


def test_where_the_whole_world_was_asked_other_countries_are_passed_over() -> None:
    codes = tuple(f"{n:03}" for n in range(60))
    world = dataclasses.replace(SITUATION, origins=("SYR",), hosts=codes)
    assert [m.country for m in parse(report(1, primary_country={"iso3": "ukr"}), report(2), situation=world).mentions] == ["SYR"]


@pytest.mark.parametrize("name", ["id", "fields"])
def test_a_part_of_a_report_that_is_gone_is_named(name: str) -> None:
    row = report()
    del row[name]
    with pytest.raises(SourceError, match=f"field '{name}' is missing"):
        parse(row)


@given(
    st.dictionaries(
        st.sampled_from(["title", "url_alias", "url", "date", "source", "language"]),
        st.none() | st.text() | st.integers() | st.lists(st.none() | st.text()),
    )
)
def test_no_field_of_a_report_ends_the_run(changes: dict[str, Any]) -> None:
    parsed = parse(report(1, **changes), report(2))
    assert len(parsed.mentions) + len(parsed.set_aside) == 2
    assert normalise.check_mentions(parsed.mentions, SITUATION)


# -- Without an appname ----------------------------------------------------------------------------------------------------

FEED = "https://reliefweb.int/updates/rss.xml"


def test_without_an_appname_the_feed_is_asked_at_the_second_address() -> None:
    assert asked(recording("reliefweb/feed.xml"), key="") == [(FEED, {})]


def test_the_second_address_can_be_another() -> None:
    there, upstream = context(recording("reliefweb/feed.xml"), key="")
    list(reliefweb.fetch(dataclasses.replace(there, bases={"rss": "http://127.0.0.1:1/rss"})))
    assert upstream.asked == [("http://127.0.0.1:1/rss/updates/rss.xml", {})]


def test_other_feeds_can_be_chosen() -> None:
    calls = asked(recording("reliefweb/feed.xml"), key="", feeds=("/updates/rss.xml?primary_country=226", "/headlines/rss.xml"))
    assert [path for path, _ in calls] == [f"{FEED}?primary_country=226", "https://reliefweb.int/headlines/rss.xml"]


def test_of_the_feed_the_gate_keeps_what_is_about_the_situation() -> None:
    there, _ = context(recording("reliefweb/feed.xml"), key="")
    parsed, failed = read(reliefweb, there)
    assert not failed
    assert reasons(parsed) == "an item without a title or a link"
    (kept,) = normalise.check_mentions(parsed.mentions, SITUATION)
    assert (kept.query, kept.feed) == ("", FEED)
    assert (kept.seen_at, kept.dated) == (dt.datetime(2026, 10, 31, 8, 1, 22, tzinfo=dt.UTC), True)


def test_a_report_is_the_same_article_by_the_feed_and_by_the_api() -> None:
    there, _ = context(recording("reliefweb/feed.xml"), key="")
    assert read(reliefweb, there)[0].mentions[0].identity == recorded()[0].identity


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (recording("rss/hostile.xml"), "entities"),
        (b"<?xml version='1.0'?><rss><channel></channel></rss>", "without an item"),
        (recording("reliefweb/feed.xml").replace(b"item>", b"entry2>"), "without an item"),
        (recording("reliefweb/feed.xml")[:900], "breaks off"),
        (SourceError("HTTP 403: access refused", permanent=True), "HTTP 403"),
    ],
)
def test_a_feed_that_is_none_voids_the_run(body: Any, told: str) -> None:
    there, _ = context(body, key="")
    with pytest.raises(SourceError, match=told):
        list(reliefweb.fetch(there))
