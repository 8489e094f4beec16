"""Everything that an upstream can do wrong, done to every source: a clear error or rows set aside, and nothing lost.

Found by listing connectors and their recordings (`recordings/<source>/serves.toml`), so a new connector is covered as it is.
"""

from __future__ import annotations

import datetime as dt
import gzip
import re
from collections.abc import Callable
from dataclasses import replace
from fnmatch import fnmatchcase
from pathlib import Path

import pytest
import requests

from monitor.connectors import registry
from monitor.model import Outcome, Run, SeriesKey
from monitor.refresh import Reading
from tests.building import NOON, RECORDINGS
from tests.building_spoilt import SPOILT
from tests.building_upstream import CLOCK, Broken, Drip, Place, Recorded, Reply, Row, Spoil, Wire, recorded

BAD = (Outcome.FAILED, Outcome.DEGRADED, Outcome.PARTIAL)
WAYS = pytest.mark.parametrize("way", recorded().values(), ids=list(recorded()))
# A body that breaks off leaves the HTTP cache's temporary file to the garbage collector.
pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")


def status(code: int, **headers: str) -> Spoil:
    return lambda reply, number: replace(
        reply, status=code, body=b"", headers={name.replace("_", "-"): text for name, text in headers.items()}
    )


def body(change: Callable[[bytes], bytes], **headers: str) -> Spoil:
    """The answer with another body."""
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    return lambda reply, number: replace(reply, body=change(reply.body), headers={**reply.headers, **named})


def raising(error: Exception) -> Spoil:
    def spoil(reply: Reply, number: int) -> Reply:
        raise error

    return spoil


def streamed(stream: Callable[[bytes], object]) -> Spoil:
    return lambda reply, number: replace(reply, stream=stream(reply.body))


def cut_off(reply: Reply, number: int) -> Reply:
    """Half of the body, where all of it was announced."""
    return replace(reply, body=reply.body[: len(reply.body) // 2], headers={**reply.headers, "Content-Length": str(len(reply.body))})


def nth(spoil: Spoil, number: int) -> Spoil:
    """The same to one answer only."""
    return lambda reply, n: spoil(reply, n) if n == number else reply


PAGE = b"<!DOCTYPE html><html><body>Just a moment...</body></html>"
# What is done, and what the line about it must say.
FAULTS: dict[str, tuple[Spoil, str]] = {
    **{f"{code}": (status(code), f"HTTP {code}") for code in (400, 401, 403, 404, 410, 429, 500, 502, 503, 204, 206)},
    "429 for a second": (status(429, Retry_After="1"), "HTTP 429"),
    "429 for an hour": (status(429, Retry_After="3600"), "HTTP 429"),
    "429 until nonsense": (status(429, Retry_After="soon"), "HTTP 429"),
    "redirect to nowhere": (status(302), "HTTP 302"),
    "redirect loop": (status(302, Location="?again"), "redirects without end"),
    "redirect to a file": (status(302, Location="file:///etc/passwd"), "cannot be asked"),
    "timeout": (raising(requests.ReadTimeout()), "no answer within"),
    "no connection": (raising(requests.ConnectionError(OSError("refused"))), "the connection broke"),
    "reset": (streamed(lambda whole: Broken(whole[:20], ConnectionResetError(104, "reset"))), "the connection broke"),
    "timeout in the body": (streamed(lambda whole: Broken(whole[:20], TimeoutError())), "the connection broke"),
    "slow body": (streamed(lambda whole: Drip(b"[", 30.0)), "not done within"),
    "endless body": (streamed(lambda whole: Drip(whole[:1] + b"0," * 500_000, 0.0)), "larger than"),
    "a page": (body(lambda whole: PAGE), "with something else than|no link to a workbook"),
    "a sentence": (body(lambda whole: b"Too many requests, please wait."), "with something else than|missing|breaks off"),
    "nothing": (body(lambda whole: b""), "with nothing in it"),
    "blanks": (body(lambda whole: b" \r\n\t\n"), "with nothing in it"),
    "cut off": (cut_off, "the connection broke"),
    "half": (body(lambda whole: whole[: len(whole) // 2]), ""),
    "broken gzip": (body(lambda whole: gzip.compress(whole)[:10] + b"?" * 20, Content_Encoding="gzip"), "announced as compressed"),
    "half of a gzip": (body(lambda whole: gzip.compress(whole)[:-20] + b"\0" * 20, Content_Encoding="gzip"), ""),
    "no gzip": (body(lambda whole: whole, Content_Encoding="gzip"), "announced as compressed"),
    "another charset": (body(lambda whole: whole.decode("utf-8", "replace").encode("utf-16")), ""),
    "zeroes": (body(lambda whole: b"\0" * len(whole)), ""),
}
# Where a fault does no harm, and why.
HARMLESS: dict[tuple[str, str], str] = {}


@pytest.fixture(scope="module")
def earlier(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Recorded], Place]:
    """A data directory after a good refresh of one source, made once and to be copied."""
    made: dict[str, Place] = {}

    def get(way: Recorded) -> Place:
        if way.name not in made:
            made[way.name] = Place(tmp_path_factory.mktemp(way.name), [way])
            run = made[way.name].refresh(Wire([way]), NOON)[way.source]
            assert (run.outcome, run.messages) == (Outcome.OK, []), run
            assert run.stored > 0
        return made[way.name]

    return get


def check_told(run: Run, way: Recorded, wanted: str = "") -> None:
    """Every line says what is wrong and whether trying again helps, in one line, without a secret and without our own faults."""
    assert run.messages
    for line in run.messages:
        assert re.search(wanted, line), line
        assert line.endswith(("(trying again will not help)", "(trying again later may help)")), line
        assert "please report this" not in line
        assert "Traceback" not in line
        assert "\n" not in line
        assert len(line) < 700
        assert not way.key or way.key.split()[1] not in line


def test_every_connector_has_recordings_to_be_spoilt() -> None:
    assert {way.source for way in recorded().values()} == set(registry())


@WAYS
def test_a_good_answer_is_stored_once(way: Recorded, earlier: Callable[[Recorded], Place], tmp_path: Path) -> None:
    here = earlier(way).copy(tmp_path / "data")
    before = here.vintages(), here.articles()
    run = here.refresh(Wire([way]))[way.source]
    assert (run.outcome, run.stored, run.messages) == (Outcome.OK, 0, [])
    assert (here.vintages(), here.articles()) == before


@pytest.mark.parametrize("fault", FAULTS)
@WAYS
def test_a_fault_of_every_answer_is_told_and_loses_nothing(
    way: Recorded, fault: str, earlier: Callable[[Recorded], Place], tmp_path: Path
) -> None:
    here = earlier(way).copy(tmp_path / "data")
    before = here.vintages(), here.articles()
    spoil, told = FAULTS[fault]
    run = here.refresh(Wire([way], spoil))[way.source]
    assert (here.vintages(), here.articles()) == before
    if (way.name, fault) in HARMLESS:
        assert run.outcome is Outcome.OK
        return
    assert run.outcome in BAD, run
    check_told(run, way, told)


@WAYS
def test_a_fault_of_one_answer_stores_no_figure_that_is_not_whole(
    way: Recorded, earlier: Callable[[Recorded], Place], tmp_path: Path
) -> None:
    """Each answer in turn is the one that fails: what is stored of the others is what a good run would have stored."""
    counting = Wire([way])
    place = earlier(way)
    place.copy(tmp_path / "count").refresh(counting)
    good, articles = place.figures(), place.articles()
    for number in range(1, counting.numbers[way.source] + 1):
        for fault in ("503", "nothing", "half"):
            empty = Place(tmp_path / f"{fault} {number}", [way])  # nothing stored before, so that all that is stored is new
            empty.folder.mkdir()
            run = empty.refresh(Wire([way], nth(FAULTS[fault][0], number)), NOON)[way.source]
            there = empty.figures()
            assert {key: there[key] for key in there} == {key: good[key] for key in there}, (number, fault)
            assert {row[:3] for row in empty.articles()} <= {row[:3] for row in articles}
            if run.outcome is Outcome.OK:
                assert there == good, (number, fault)
            else:
                check_told(run, way)


# -- Answers that are well-formed and wrong ------------------------------------------------------------------------------

# Where what was done shows in figures or articles and no line is due, and why.
EXPLAINED = {
    "* null": "a field without a value is missing: nothing is stored of it",
    "* empty": "the same in a table",
    "dtm rounds.json  rows that contradict": "their rounds have numbers of their own, and of one day the later round counts",
    "eurostat applicants.json status *": "flags are absent where no cell has one",
    "gdelt articles.json articles gone": "an empty object is their word for no article in this week",
    "gdelt articles.json  no rows": "a week may be without an article; the timeline says whether that is true",
    "gdelt articles.json  rows backwards": "of two copies of an article the first-listed is kept",
    "idmc updates.json role null": "a row without a role is not recommended, as in older dumps",
    "idmc updates.json locations_name null": "a row without places stands at its country's point",
    "hapi returnees.json  no rows": "an origin may have no returns",
    "idmc updates.json event_id absurd": "all rows say one event, which may be",
    "odp since_july.json  no rows": "no country has reported since: nothing is told of the month",
    "reliefweb reports.json id absurd": "a number of a report that may be",
    "reliefweb reports.json url_alias *": "the other address of the report stands in",
    "reliefweb-feed feed.xml description *": "the words for people or places stood there",
    "rss news.xml description *": "the words for people or places stood there",
    "rss news.xml guid *": "an item without a name of its own is known by its address",
    "rss atom.xml id *": "an item without a name of its own is known by its address",
    "frontex new.xlsx NOV2019 *": "the first month of the sheet: a workbook may begin later",
    "frontex new.xlsx FEB2020 *": "the last month of the sheet: a workbook may end earlier",
}
SPOILT_FILES = [pytest.param(way, file, id=f"{way.name}-{file}") for way in recorded().values() for file in way.files]
Figures = dict[tuple[SeriesKey, dt.date, dt.date], set[tuple[float | None, str]]]


def figures(reading: Reading) -> Figures:
    found: Figures = {}
    for row in reading.observations:
        found.setdefault((row.key, row.period_start, row.period_end), set()).add((row.value, row.status.value))
    return found


def articles(reading: Reading) -> set[tuple[str, str, str]]:
    return {(row.identity, row.title, row.url) for row in reading.mentions}


def differences(good: Reading, bad: Reading, what: str) -> list[str]:
    """What a reading tells that the good one does not, and what it does not tell without a word about it."""
    before, after = figures(good), figures(bad)
    unsaid = bad.run.outcome is Outcome.OK and len(bad.set_aside) <= len(good.set_aside)
    found = [f"a new figure {key} = {after[key]}" for key in set(after) - set(before)]
    found += [f"{key}: {before[key]} became {after[key]}" for key in set(after) & set(before) if after[key] != before[key]]
    found += [f"a new article {one}" for one in articles(bad) - articles(good)]
    if unsaid:
        found += [f"{key} is left out and nobody is told" for key in set(before) - set(after)]
        found += [f"an article is left out and nobody is told: {one}" for one in articles(good) - articles(bad)]
    return found


def is_explained(told: str, way: Recorded, good: Reading, bad: Reading) -> bool:
    if any(fnmatchcase(told, pattern) for pattern in list(EXPLAINED)[2:]):
        return True
    if not told.endswith((" null", " empty")):
        return False
    before, after = figures(good), figures(bad)  # missing: never another number
    return all(value is None for key in after for value, _ in after[key] - before.get(key, set())) and not articles(bad) - articles(good)


@pytest.mark.parametrize(("way", "file"), SPOILT_FILES)
def test_an_answer_that_is_wrong_is_told_or_set_aside_and_never_read_as_something_else(
    way: Recorded, file: str, earlier: Callable[[Recorded], Place], tmp_path: Path
) -> None:
    here = earlier(way).copy(tmp_path / "data")
    good = here.read(Wire([way]))
    vintages, unmissed, wrong = here.vintages(), set(), []
    for field, what, spoilt in SPOILT[file.rpartition(".")[2]]((RECORDINGS / way.source / file).read_bytes()):
        if field in unmissed:
            continue
        wire = Wire([way], lambda reply, number, spoilt=spoilt: replace(reply, body=spoilt) if reply.recording == file else reply)  # type: ignore[misc]
        bad = here.read(wire)
        told = f"{way.name} {file} {field} {what}"
        if bad.run.outcome is not Outcome.OK:
            check_told(bad.run, way)
        found = differences(good, bad, what)
        if what == "gone" and not found and len(bad.set_aside) == len(good.set_aside) and bad.run.outcome is Outcome.OK:
            unmissed.add(field)
        if found:
            wrong += [] if is_explained(told, way, good, bad) else [f"{told}: {found[0]} ({len(found)} in all)"]
            CLOCK[0] = 0.0
            run = here.refresh(wire)[way.source]
            assert run.outcome is bad.run.outcome
            assert vintages <= here.vintages(), told
    assert not wrong, "\n".join(wrong)


# -- One source and the others ---------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def together(tmp_path_factory: pytest.TempPathFactory) -> tuple[Place, dict[str, set[Row]], set[Row]]:
    """All sources refreshed at once: what is stored of each."""
    ways = [way for name, way in recorded().items() if name == way.source]
    place = Place(tmp_path_factory.mktemp("together"), ways)
    done = place.refresh(Wire(ways), NOON)
    assert {run.outcome for run in done.values()} == {Outcome.OK}, done
    return place, place.by_source(), place.articles()


@pytest.mark.parametrize("source", sorted(registry()))
def test_a_source_that_fails_changes_nothing_of_the_others(
    source: str, together: tuple[Place, dict[str, set[Row]], set[Row]], tmp_path: Path
) -> None:
    place, stored, read = together
    for number, fault in enumerate(("503", "reset", "half")):
        here = Place(tmp_path / str(number), place.ways)
        here.folder.mkdir()
        done = here.refresh(Wire(place.ways, FAULTS[fault][0], source), NOON)
        assert {name for name, run in done.items() if run.outcome is not Outcome.OK} == {source}
        there = here.by_source()
        for name in set(stored) - {source}:
            assert there[name] == stored[name], name
        assert {row for row in here.articles() if row[0] != source} == {row for row in read if row[0] != source}
