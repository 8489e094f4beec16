from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor import normalise
from monitor.connectors import rss
from monitor.errors import EmptyAnswer, SourceError
from monitor.model import Context, Mention, Parsed
from tests.building import NOON, SITUATION, Upstream, answer, recording
from tests.connectors import read, reasons

FEED = "https://aegean-news.example/rss.xml"


def feed(*items: str, head: str = '<?xml version="1.0" encoding="UTF-8"?>') -> bytes:
    joined = "".join(f"<item>{item}</item>" for item in items)
    return f'{head}\n<rss version="2.0"><channel><title>t</title>{joined}</channel></rss>'.encode()


def item(title: str = "Refugees in Greece", link: str = "https://a.example/1", more: str = "") -> str:
    return f"<title>{title}</title><link>{link}</link>{more}"


def parse(body: bytes) -> Parsed:
    return rss.parse(
        Context(SITUATION, {}, NOON.date(), Upstream(rss.SOURCE, lambda path, params: b"")), [answer(body, source="rss", tag=FEED)]
    )


def kept(body: bytes) -> list[Mention]:
    return normalise.check_mentions(parse(body).mentions, SITUATION)


def feeds(**bodies: Any) -> Context:
    """A context whose options list one feed for each body."""
    addresses = {f"https://{name}.example/feed": body for name, body in bodies.items()}
    return Upstream(rss.SOURCE, lambda path, params: addresses[path]).context(feeds=list(addresses))


def news() -> dict[str, Mention]:
    """The recorded feed's items that are kept, by the last letter of their address."""
    return {m.url.split("?")[0].split("#")[0][-1]: m for m in kept(recording("rss/news.xml"))}


# -- The recorded feed ---------------------------------------------------------------------------------------------------


def test_the_recording_keeps_what_is_about_the_situation_each_item_once() -> None:
    assert sorted(news()) == ["a", "b", "c", "d", "e", "f", "h"]
    assert {m.feed for m in news().values()} == {FEED}
    assert {m.domain for m in news().values()} == {"aegean-news.example"}


def test_an_item_that_names_the_places_only_is_left_out() -> None:
    assert "Cheese prices rise in Greece" in [m.title for m in parse(recording("rss/news.xml")).mentions]
    assert "g" not in news()


def test_an_item_may_name_people_and_places_in_its_summary() -> None:
    assert news()["h"].title == "Crossing at night"


def test_the_guid_identifies_an_item_whatever_its_address() -> None:
    assert news()["a"].identity.endswith(" aegean-1")  # two feeds may both have an article 1


def test_without_a_guid_the_address_without_tracking_parameters_identifies_it() -> None:
    assert news()["b"].identity == "https://aegean-news.example/b?id=2"


def test_a_date_is_read_in_its_zone() -> None:
    assert news()["b"].seen_at == dt.datetime(2026, 10, 31, 14, 3, tzinfo=dt.UTC)
    assert news()["b"].dated


@pytest.mark.parametrize("name", ["c", "d"])
def test_an_odd_or_missing_date_is_replaced_by_the_retrieval_and_marked(name: str) -> None:
    assert news()[name].seen_at == NOON
    assert not news()[name].dated


def test_a_date_ahead_is_taken_back_to_the_retrieval() -> None:
    assert news()["e"].seen_at == NOON


def test_a_title_is_plain_text() -> None:
    assert news()["f"].title == 'Refugees & Greece – a "deal"'


def test_an_item_without_a_title_is_set_aside_and_can_be_found_again() -> None:
    parsed = parse(recording("rss/news.xml"))
    assert reasons(parsed) == "an item without a title or a link"
    assert parsed.set_aside[0].row == "https://aegean-news.example/i"


def test_an_atom_feed_is_read_too() -> None:
    first, second = kept(recording("rss/atom.xml"))
    assert (first.title, first.url) == ("Mülteciler Yunanistan'a geçti", "https://ege.example/1")
    assert first.identity.endswith(" urn:uuid:1225c695-cfb8-4ebb-aaaa-80da344efa6a")
    assert first.seen_at == dt.datetime(2026, 10, 31, 9, 30, tzinfo=dt.UTC)
    assert second.seen_at == dt.datetime(2026, 10, 30, 8, 0, tzinfo=dt.UTC)  # published, not updated


# -- Items ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("title", "about"),
    [
        ("Refugees in Greece", True),
        ("REFUGEES IN GREECE", True),
        ("Refugees in Sweden", False),
        ("Greece votes", False),
        ("Nonrefugee aid to Greece", False),  # a term begins a word
        ("Mülteciler Yunanistan yolunda", True),
        ("MÜLTECİLER İDLİB'DE", True),
        ("Göçmenler idlib'den çıktı", True),
        ("GÖÇMEN İDLİB", True),
        ("Yunanistan'da seçim", False),
        ("Πρόσφυγες στην Ελλάδα", True),
        ("ΠΡΟΣΦΥΓΕΣ ΣΤΗ ΛΕΣΒΟ", True),  # capitals have no accents
        ("Προσφυγικό στη Λέσβο", True),
        ("Εκλογές στην Ελλάδα", False),
        ("لاجئون في تركيا", True),
        ("اللاجئين في إدلب", True),
        ("وصول للاجئين إلى تركيا", True),
        ("واللاجئون بادلب", True),
        ("انتخابات في تركيا", False),
        ("Migrants στη Λέσβο", True),  # two languages in one headline
    ],
)
def test_an_item_is_kept_when_it_names_people_and_places_in_any_language(title: str, about: bool) -> None:
    assert bool(kept(feed(item(title)))) is about


@pytest.mark.parametrize(
    ("guid", "identity"),
    [
        ("<guid>https://a.example/1?utm_source=rss</guid>", "https://a.example/1"),
        ("<guid>https://A.EXAMPLE/1#0</guid>", "https://a.example/1"),
        ('<guid isPermaLink="false">tag:a,2026:1</guid>', "tag:a,2026:1"),
        ("<guid></guid>", "https://a.example/1"),
        ("", "https://a.example/1"),
    ],
)
def test_an_identity_is_the_guid_or_the_address_without_its_extras(guid: str, identity: str) -> None:
    (found,) = kept(feed(item(more=guid)))
    assert found.identity.removeprefix(f"{found.feed} ") == identity


@pytest.mark.parametrize(
    "extra", ["utm_source=x", "utm_medium=rss&amp;utm_campaign=y", "at_medium=RSS&amp;at_campaign=rss", "fbclid=abc", "gclid=1"]
)
def test_tracking_parameters_do_not_make_another_article(extra: str) -> None:
    assert len(kept(feed(item(), item(link=f"https://a.example/1?{extra}")))) == 1


def test_parameters_that_choose_the_article_make_another_article() -> None:
    assert len(kept(feed(item(link="https://a.example/?id=1"), item(link="https://a.example/?id=2")))) == 2


@pytest.mark.parametrize(
    ("date", "seen"),
    [
        ("Sat, 31 Oct 2026 14:03:00 GMT", dt.datetime(2026, 10, 31, 14, 3, tzinfo=dt.UTC)),
        ("31 Oct 2026 14:03 EST", dt.datetime(2026, 10, 31, 19, 3, tzinfo=dt.UTC)),
        ("2026-10-31T14:03:00+02:00", dt.datetime(2026, 10, 31, 12, 3, tzinfo=dt.UTC)),
        ("Sun, 01 Nov 2026 12:00:00 GMT", NOON),
        ("Sun, 01 Nov 2026 12:00:01 GMT", NOON),
        ("Thu, 01 Jan 1970 00:00:00 GMT", dt.datetime(1970, 1, 1, tzinfo=dt.UTC)),
    ],
)
def test_a_date_that_can_be_read_is_marked_as_dated(date: str, seen: dt.datetime) -> None:
    (found,) = kept(feed(item(more=f"<pubDate>{date}</pubDate>")))
    assert (found.seen_at, found.dated) == (seen, True)


@pytest.mark.parametrize("date", ["", "soon", "31/31/2026", "Sat, 99 Oct 2026 14:03:00 GMT", "0000-00-00T00:00:00Z"])
def test_a_date_that_cannot_be_read_never_ends_the_run(date: str) -> None:
    (found,) = kept(feed(item(more=f"<pubDate>{date}</pubDate>")))
    assert (found.seen_at, found.dated) == (NOON, False)


@pytest.mark.parametrize("date", ["Mon, 01 Jan 0001 00:00:00 GMT", "Fri, 31 Dec 9999 23:59:59 -1200", "9999-12-31T23:59:59-12:00"])
def test_a_date_at_the_end_of_the_calendar_never_ends_the_run(date: str) -> None:
    (found,) = kept(feed(item(more=f"<pubDate>{date}</pubDate>")))
    assert found.seen_at <= NOON


@pytest.mark.parametrize("link", ["javascript:alert(1)", "data:text/html,x", "file:///etc/hostname"])
def test_a_link_that_is_no_web_address_is_not_kept(link: str) -> None:
    """It would become a link on a page."""
    assert kept(feed(item(link=link))) == []


# -- The whole feed ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "told"),
    [
        pytest.param(recording("rss/hostile.xml"), "entities", id="entities"),
        pytest.param(recording("rss/hostile.xml").replace(b"ENTITY", b"entity"), "entities", id="small letters"),
        pytest.param(
            b"<?xml version='1.0'?><!DOCTYPE rss SYSTEM 'x'[<!ENTITY % p SYSTEM 'http://x'> %p;]><rss><item/></rss>",
            "entities",
            id="parameter",
        ),
        pytest.param(recording("rss/page.html"), "without an item", id="a page"),
        pytest.param(feed(), "without an item", id="no items"),
        pytest.param(b"<feed xmlns='http://www.w3.org/2005/Atom'><title>t</title></feed>", "without an item", id="no entries"),
        pytest.param(b"<?xml version='1.0'?><html><body>Hello</body></html>", "without an item", id="xhtml"),
        pytest.param(feed(item()).replace(b"item>", b"article>"), "without an item", id="items renamed"),
    ],
)
def test_what_is_no_feed_is_told_with_its_address_and_leaves_the_other_feeds(body: bytes, told: str) -> None:
    parsed, (error,) = read(rss, feeds(bad=body, good=feed(item())))
    assert isinstance(error, SourceError)
    assert told in str(error)
    assert "https://bad.example/feed" in str(error)
    assert [m.feed for m in parsed.mentions] == ["https://good.example/feed"]


@pytest.mark.parametrize("fault", [SourceError("HTTP 404", permanent=True), EmptyAnswer("nothing in it")])
def test_a_feed_that_cannot_be_had_leaves_the_other_feeds(fault: Exception) -> None:
    parsed, failed = read(rss, feeds(bad=fault, good=feed(item())))
    assert failed == [fault]
    assert len(parsed.mentions) == 1


def test_a_feed_is_asked_for_as_a_feed_at_its_own_address() -> None:
    expected: list[tuple[str, str, str]] = []

    def get(path: str, params: Any = (), *, tag: str = "", expect: str = "json") -> Any:
        expected.append((path, tag, expect))
        return answer(feed(item()), source="rss", tag=tag)

    list(rss.fetch(Context(SITUATION, {"feeds": (FEED,)}, NOON.date(), get)))
    assert expected == [(FEED, FEED, "feed")]


@pytest.mark.parametrize("options", [{}, {"feeds": []}])
def test_a_situation_without_feeds_asks_nothing(options: Mapping[str, Any]) -> None:
    assert list(rss.fetch(Upstream(rss.SOURCE, lambda path, params: b"").context(**options))) == []


@pytest.mark.parametrize("encoding", ["utf-8", "iso-8859-9", "windows-1254"])
def test_a_feed_is_read_in_the_letters_it_declares(encoding: str) -> None:
    body = feed(item("Göçmenler Yunanistan yolunda"), head=f'<?xml version="1.0" encoding="{encoding}"?>').decode().encode(encoding)
    assert [m.title for m in kept(body)] == ["Göçmenler Yunanistan yolunda"]


def test_a_feed_with_a_stray_ampersand_is_still_read() -> None:
    assert [
        m.title for m in kept(feed(item("Refugees & migrants in Greece"), item("Second: refugees in Greece", "https://a.example/2")))
    ] == [
        "Refugees & migrants in Greece",
        "Second: refugees in Greece",
    ]


def test_no_entity_is_expanded_even_where_the_check_before_was_passed_over() -> None:
    found = parse(recording("rss/hostile.xml"))
    assert "refugees in Greece" not in str([m.title for m in found.mentions])
    assert all("/etc/" not in m.url for m in found.mentions)


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="<>&"), max_size=60))
def test_no_title_breaks_a_feed(title: str) -> None:
    parsed = parse(feed(item(title), item(link="https://a.example/2")))
    assert len(parsed.mentions) + len(parsed.set_aside) == 2
