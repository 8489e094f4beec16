"""What a message says, as text, HTML, JSON and in the feed; and its chart."""

from __future__ import annotations

import dataclasses
import json
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree as ET

import feedparser
import pytest

from monitor.alerts.channels import atom, message, picture
from monitor.model import Frequency, Move, SeriesKey
from tests.building_delivery import PNG, a_message, an_item, entry
from tests.building_store import KEY, months

HOSTILE = dataclasses.replace(entry().verdict, said='<script>alert(1)</script> & "more" \x0b\ud800')
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.mark.parametrize(
    ("entries", "title"),
    [
        ([entry()], "[high] The Aegean: More than a hundred"),
        ([entry(Move.ESCALATED, severity="critical")], "[critical] The Aegean: More than a hundred"),
        ([entry(Move.CLEARED)], "[cleared] The Aegean: More than a hundred"),
        ([entry(Move.UNDONE)], "[undone by a revision of the figure] The Aegean: More than a hundred"),
        ([entry(), entry(rule="b", severity="critical"), entry(Move.CLEARED)], "[critical] The Aegean: 3 changes of alerts"),
        ([entry(Move.CLEARED), entry(Move.UNDONE)], "[over] The Aegean: 2 changes of alerts"),
    ],
)
def test_a_title_says_how_bad_it_is_and_of_what(entries: list[object], title: str) -> None:
    assert a_message(*(an_item(one) for one in entries)).title == title  # type: ignore[arg-type]


@pytest.mark.parametrize("written", [message.text, message.html])
def test_an_alert_has_its_sentence_its_figures_its_link_and_how_to_acknowledge(written: object) -> None:
    said = written(a_message())  # type: ignore[operator]
    for due in (
        "150 is more than 100.", "Period: January 2020", "Value: 150 detections", "Threshold: 100 detections", "Source: Frontex (2020)",
        "Licence: CC BY 4.0", "Known on: 10 February 2020", "Why this level: because (a report)", "https://monitor.example/alerts?",
        f"python -m monitor alerts acknowledge level --series {KEY} --situation aegean --who YOUR-NAME",
    ):  # fmt: skip
        assert due in said


def test_what_is_over_needs_no_acknowledging() -> None:
    assert "acknowledge level" not in message.text(a_message(an_item(entry(Move.CLEARED))))
    assert message.document(a_message(an_item(entry(Move.CLEARED))))["alerts"][0]["acknowledge"] is None


def test_a_link_opens_the_alert_and_there_is_none_without_an_address() -> None:
    made = message.link("https://monitor.example/base/", entry(rule="a rule&b"))
    assert made.startswith("https://monitor.example/base/alerts?")
    assert parse_qs(urlsplit(made).query) == {
        "situation": ["aegean"],
        "alert": ["2020-02-10 00:00:00 a rule&b frontex/border_detections/eastern-mediterranean/-/sea"],
    }
    assert message.link("https://monitor.example", entry(Move.CLEARED)) == "https://monitor.example/alerts?situation=aegean"
    assert message.link("", entry()) == ""
    assert "See it" not in message.text(a_message(an_item(base=""))) + message.html(a_message(an_item(base="")))


def test_nothing_that_a_sentence_holds_is_markup_in_a_message() -> None:
    said = message.html(a_message(an_item(entry(verdict=HOSTILE))))
    assert "<script>" not in said
    assert "&lt;script&gt;" in said


def test_a_message_without_figures_says_what_there_is() -> None:
    bare = dataclasses.replace(entry().verdict, value=None, threshold=None, period_start=None, period_end=None)
    said = message.text(a_message(an_item(entry(verdict=bare, series=None))))
    assert "150 is more than 100." in said
    assert "Value" not in said
    assert "None" not in said


def test_the_name_of_an_entry_is_of_what_happened_and_not_of_its_place_in_a_store() -> None:
    names = {
        message.identity(one) for one in (entry(), entry(rule="b"), entry(when="2020-02-11"), entry(Move.CLEARED), entry(situation="b"))
    }
    assert len(names) == 5
    assert message.identity(entry(value=3.0)) == message.identity(entry())


def test_the_document_is_json_with_moments_in_utc() -> None:
    told = json.loads(json.dumps(message.document(a_message(an_item(picture=PNG)))))
    assert (told["type"], told["id"], told["situation"]) == ("alerts", "msg_1", {"id": "aegean", "name": "The Aegean"})
    assert told["alerts"][0]["known_at"] == "2020-02-10T00:00:00Z"
    assert told["alerts"][0]["chart"]["name"].endswith(".png")
    assert message.document(message.Message("msg_2", "", "", (), "A test."))["type"] == "test"


# -- the feed --------------------------------------------------------------------------------------------------------------


def test_any_reader_reads_the_feed() -> None:
    items = [an_item(entry(Move.CLEARED, "2020-03-10")), an_item()]
    read = feedparser.parse(atom.feed(items, "https://monitor.example", "https://monitor.example/app/static/alerts.xml"))
    assert not read.bozo
    assert read.version == "atom10"
    assert [one.title for one in read.entries] == ["More than a hundred: cleared (high)", "More than a hundred: raised (high)"]
    assert [one.updated for one in read.entries] == ["2020-03-10T00:00:00Z", "2020-02-10T00:00:00Z"]
    assert read.feed.updated == "2020-03-10T00:00:00Z"
    assert read.entries[1].link == items[1].link
    assert "150 is more than 100." in read.entries[1].content[0].value


def test_the_feed_has_what_the_standard_requires() -> None:
    root = ET.fromstring(atom.feed([an_item(), an_item(entry(Move.CLEARED, "2020-03-10"), base="")], ""))
    for parent in (root, *root.findall(f"{ATOM}entry")):
        for name in ("id", "title", "updated"):
            assert len(parent.findall(f"{ATOM}{name}")) == 1
            assert parent.findtext(f"{ATOM}{name}")
    assert root.findtext(f"{ATOM}author/{ATOM}name")
    ids = [one.text for one in root.iter(f"{ATOM}id")]
    assert len(set(ids)) == len(ids) == 3
    assert all(str(one).startswith("urn:uuid:") for one in ids)
    assert all(one.find(f"{ATOM}content") is not None for one in root.findall(f"{ATOM}entry"))  # due where there is no link


def test_the_feed_of_nothing_is_a_feed_and_the_same_entries_give_the_same_feed() -> None:
    assert not feedparser.parse(atom.feed([], "")).bozo
    assert atom.feed([an_item()], "") == atom.feed([an_item()], "")


def test_text_that_xml_does_not_allow_leaves_a_feed_that_can_be_read() -> None:
    made = atom.feed([an_item(entry(verdict=HOSTILE))], "")
    assert ET.fromstring(made).findtext(f"{ATOM}entry/{ATOM}summary") == '<script>alert(1)</script> & "more" '


# -- the chart --------------------------------------------------------------------------------------------------------------


def test_the_chart_is_a_png() -> None:
    made = picture.of(entry(), months("2019-01", 10, None, 30, 40, 50, 60, 70, 80, 90, 100, 110, 120, 150), Frequency.MONTH, "Detections")
    assert made.startswith(PNG)
    width, height = int.from_bytes(made[16:20]), int.from_bytes(made[20:24])
    assert 800 < width < 1400
    assert 300 < height < 900


@pytest.mark.parametrize(
    ("made", "points"),
    [
        (entry(), []),
        (entry(), months("2019-01", None, None)),
        (entry(series=None), months("2019-01", 1)),
        (entry(series=SeriesKey("a", "b", "c")), months("2019-01", 1)),
    ],
)
def test_where_there_is_nothing_to_draw_there_is_no_chart(made: object, points: list[object]) -> None:
    assert picture.of(made, points, Frequency.MONTH, "") == b""  # type: ignore[arg-type]


def test_the_mark_stands_at_the_figure_that_was_judged_and_nowhere_when_that_is_not_drawn() -> None:
    points = months("2019-12", 90, 150)
    drawn = picture._figures(KEY, points, Frequency.MONTH, False, "Detections")
    assert picture._marks(entry(), drawn, False)["value"].tolist() == [150]
    assert picture._marks(entry(value=151.0), drawn, False).empty
    assert picture._levels(entry(), drawn)["value"].tolist() == [100]  # type: ignore[index]
    far = entry(verdict=dataclasses.replace(entry().verdict, threshold=451.0))
    assert picture._levels(far, drawn) is None
