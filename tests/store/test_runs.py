"""Runs: how each went, what rests on which file, and how a source described itself."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from monitor.model import Outcome, Run, SetAside, Source
from monitor.store import Store, read, runs
from tests.building_store import answer, at, figure, mention, rows, save

GOOD, BAD = Outcome.OK, Outcome.FAILED
SOURCE = Source("frontex", "Frontex", "about", "https://example.org", "a licence", "a citation")


@pytest.mark.parametrize(
    ("outcomes", "failures"),
    [
        ([], 0),
        ([GOOD], 0),
        ([BAD], 1),
        ([GOOD, BAD, BAD], 2),
        ([BAD, GOOD], 0),
        ([BAD, GOOD, BAD], 1),
        ([GOOD, Outcome.DEGRADED, BAD], 2),
        ([BAD, Outcome.PARTIAL], 0),
        ([BAD] * 12, 10),
    ],
)
def test_failures_in_a_row_are_counted_back_to_the_last_good_run(store: Store, outcomes: list[Outcome], failures: int) -> None:
    for number, outcome in enumerate(outcomes):
        save(store, outcome=outcome, finished=at("2020-02-10") + dt.timedelta(hours=number))
    save(store, source="unhcr", outcome=BAD)
    last = at("2020-02-10") + dt.timedelta(hours=len(outcomes) - 1) if failures else None
    assert runs.failures_in_a_row(store, "frontex") == (failures, last)


def test_figures_that_come_with_the_program_do_not_end_a_row_of_failures(store: Store) -> None:
    save(store, outcome=BAD)
    save(store, outcome=Outcome.BUNDLED)
    assert runs.failures_in_a_row(store, "frontex")[0] == 1


def test_files_in_use_are_those_that_a_current_figure_rests_on(store: Store) -> None:
    for value, known, name in ((10, "2020-02-10", "old"), (12, "2020-03-10", "new")):
        save(store, figure(value, answer=answer(known, name.encode(), file=f"raw/{name}.gz")))
    save(store, mentions=[mention(answer=answer(body=b"feed", source="rss", file="raw/feed.gz"))])
    save(store, figure(1, end="2019-12-31", answer=answer(body=b"seeds", bundled=True)))
    assert runs.files_in_use(store) == {"raw/new.gz"}


def test_the_last_answer_of_an_address_is_the_one_seen_last(store: Store) -> None:
    assert runs.last_answer(store, "frontex", "https://example.org/x") == ""
    for known, name in (("2020-02-10", "a"), ("2020-02-11", "b"), ("2020-02-12", "a")):
        save(store, figure(1, answer=answer(known, name.encode(), file=name)))
    assert runs.last_answer(store, "frontex", "https://example.org/x") == "a"
    assert runs.last_answer(store, "frontex", "https://example.org/y") == ""
    assert runs.has_answer(store, answer(body=b"a").source, answer(body=b"a").sha256)
    assert not runs.has_answer(store, answer(body=b"c").source, answer(body=b"c").sha256)


def test_the_version_grows_with_every_run(store: Store) -> None:
    seen = [runs.version(store)]
    for outcome in (GOOD, BAD, GOOD):
        save(store, outcome=outcome)
        seen.append(runs.version(store))
    assert seen == [0, 1, 2, 3]


def test_messages_are_kept_one_a_line(store: Store) -> None:
    save(store, outcome=BAD, messages=["first\n  in two lines", "second"])
    assert read.last_runs(store)["messages"].tolist() == ["first in two lines\nsecond"]


def test_a_sample_of_what_was_set_aside_is_kept(store: Store) -> None:
    with store.writing() as connection:
        report = Run("frontex", at("2020-02-10"), at("2020-02-10"))
        runs.record(connection, report, [SetAside("reason", str(number)) for number in range(runs.SET_ASIDE_KEPT + 1)])
    assert rows(store, "set_aside") == runs.SET_ASIDE_KEPT


def test_a_source_describes_itself_anew_in_place(store: Store) -> None:
    with store.writing() as connection:
        runs.describe(connection, [(SOURCE, False)])
        runs.describe(connection, [(replace(SOURCE, name="Frontex agency", cadence=dt.timedelta(hours=6)), True)])
        runs.describe(connection, [(replace(SOURCE, id="ocha"), False)])
    told = read.sources(store).set_index("id")
    assert list(told["name"]) == ["Frontex agency", "Frontex"]
    assert told.loc["frontex", "cadence_seconds"] == 21_600
    assert told["cadence_seconds"].isna().tolist() == [False, True]
