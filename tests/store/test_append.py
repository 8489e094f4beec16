"""Append-only figures with two dates: what is stored, what is not, and what was known when."""

from __future__ import annotations

import datetime as dt
import signal
import threading
import time
from collections.abc import Iterator

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from monitor.errors import BusyError
from monitor.model import Answer, Frequency, Observation, Outcome, Run, SeriesKey, Status
from monitor.store import Store, append, open_store, read, runs, schema
from tests.building_store import HOSTED, KEY, LATER, address, answer, at, day, figure, mention, process, rows, save, values, vintages


def counts(report: Run) -> tuple[int, int, int, int]:
    return report.new, report.same, report.revised, report.settled


# -- the same, a revision, a settling ------------------------------------------------------------------------------------


def test_a_second_save_of_the_same_answer_stores_no_row(store: Store) -> None:
    offered = [figure(10, end="2020-01-31"), figure(20, end="2019-12-31")]
    assert counts(save(store, *offered)) == (2, 0, 0, 0)
    again = save(store, *offered)
    assert counts(again) == (0, 2, 0, 0)
    assert again.stored == 0
    assert (rows(store, "observation"), rows(store, "series"), rows(store, "answer"), rows(store, "run")) == (2, 1, 1, 2)


def test_the_same_figure_retrieved_another_day_stores_no_row(store: Store) -> None:
    save(store, figure(10, known="2020-02-10"))
    assert counts(save(store, figure(10, known="2020-02-11"))) == (0, 1, 0, 0)
    assert vintages(store) == [("2020-02-10", 10, None)]


def test_a_changed_value_is_a_revision_and_the_old_one_stays_readable_as_known_then(store: Store) -> None:
    save(store, figure(10, known="2020-02-10"))
    assert counts(save(store, figure(12, known="2020-03-10"))) == (0, 0, 1, 0)
    assert vintages(store) == [("2020-02-10", 10, "2020-03-10"), ("2020-03-10", 12, None)]
    assert [values(store, known) for known in ("2020-02-09", "2020-02-10", "2020-03-09", "2020-03-10")] == [[], [10], [10], [12]]


def test_a_value_that_goes_back_to_an_earlier_one_is_a_revision_again(store: Store) -> None:
    for value, known in ((10, "2020-02-10"), (12, "2020-03-10"), (10, "2020-04-10")):
        save(store, figure(value, known=known))
    assert [value for _, value, _ in vintages(store)] == [10, 12, 10]


def test_the_same_value_under_another_status_is_settled_and_not_revised(store: Store) -> None:
    save(store, figure(10, known="2020-02-10", status=Status.PROVISIONAL))
    assert counts(save(store, figure(10, known="2020-03-10"))) == (0, 0, 0, 1)
    assert list(read.figures(store, day("2020-02-28"), {})["status"]) == ["provisional"]
    assert list(read.figures(store, LATER, {})["status"]) == ["reported"]


@pytest.mark.parametrize(
    ("stored", "offered", "becomes_a_row"),
    [("", "", False), ("about", "about", False), ("about", "", False), ("", "about", True), ("about", "at least", True)],
)
def test_a_qualifier_is_stored_when_it_says_something_new(store: Store, stored: str, offered: str, becomes_a_row: bool) -> None:
    save(store, figure(10, known="2020-02-10", qualifier=stored))
    report = save(store, figure(10, known="2020-03-10", qualifier=offered))
    assert report.stored == int(becomes_a_row)
    assert list(read.figures(store, LATER, {})["qualifier"]) == [offered if becomes_a_row else stored]


def test_not_reported_is_stored_without_a_value_and_is_not_zero(store: Store) -> None:
    assert counts(save(store, figure(None, known="2020-02-10"))) == (1, 0, 0, 0)
    assert counts(save(store, figure(None, known="2020-02-11"))) == (0, 1, 0, 0)
    assert counts(save(store, figure(0, known="2020-02-12"))) == (0, 0, 1, 0)
    assert counts(save(store, figure(None, known="2020-02-13"))) == (0, 0, 1, 0)
    assert [values(store, known) for known in ("2020-02-11", "2020-02-12", "2020-02-13")] == [[None], [0], [None]]


# -- periods -------------------------------------------------------------------------------------------------------------


def test_mid_year_and_end_year_are_two_periods_and_no_revision_of_one_another(store: Store) -> None:
    year = {"key": HOSTED, "frequency": Frequency.YEAR}
    save(store, figure(3_332_896, known="2023-11-15", start="2023-06-30", end="2023-06-30", status=Status.PROVISIONAL, **year))
    report = save(store, figure(3_214_780, known="2024-07-01", start="2023-12-31", end="2023-12-31", **year))
    assert counts(report) == (1, 0, 0, 0)
    assert values(store) == [3_332_896, 3_214_780]


def test_the_first_half_and_the_whole_of_a_year_begin_on_one_day_and_are_two_periods(store: Store) -> None:
    save(store, figure(5, start="2023-01-01", end="2023-06-30"), figure(9, start="2023-01-01", end="2023-12-31"))
    assert values(store) == [5, 9]


def test_cumulative_figures_with_one_beginning_are_one_period_an_end(store: Store) -> None:
    running = SeriesKey("ocha", "displaced", "north-west-syria", "SYR")
    for value, end in ((300_000, "2020-01-01"), (900_000, "2020-02-17"), (948_000, "2020-02-23")):
        save(store, figure(value, known=end, start="2019-12-01", end=end, key=running))
    assert values(store) == [300_000, 900_000, 948_000]
    assert values(store, "2020-02-17") == [300_000, 900_000]


# -- vintages that arrive late, together, or in one second -----------------------------------------------------------------


def test_an_older_vintage_that_arrives_late_takes_its_place_before_all_others(store: Store) -> None:
    save(store, figure(12, known="2020-03-10"))
    assert counts(save(store, figure(10, known="2020-02-10"))) == (1, 0, 0, 0)
    assert vintages(store) == [("2020-02-10", 10, "2020-03-10"), ("2020-03-10", 12, None)]


def test_an_older_vintage_that_arrives_late_takes_its_place_between_two(store: Store) -> None:
    save(store, figure(10, known="2020-02-10"))
    save(store, figure(14, known="2020-04-10"))
    assert counts(save(store, figure(12, known="2020-03-10"))) == (0, 0, 1, 0)
    assert vintages(store) == [("2020-02-10", 10, "2020-03-10"), ("2020-03-10", 12, "2020-04-10"), ("2020-04-10", 14, None)]


def test_a_late_vintage_equal_to_what_was_known_then_stores_nothing(store: Store) -> None:
    save(store, figure(10, known="2020-02-10"))
    save(store, figure(14, known="2020-04-10"))
    assert counts(save(store, figure(10, known="2020-03-10"))) == (0, 1, 0, 0)
    assert len(vintages(store)) == 2


def test_several_vintages_of_a_period_in_one_batch_are_stored_in_the_order_they_were_known(store: Store) -> None:
    report = save(store, figure(14, known="2020-04-10"), figure(10, known="2020-02-10"), figure(12, known="2020-03-10"))
    assert counts(report) == (1, 0, 2, 0)
    assert vintages(store) == [("2020-02-10", 10, "2020-03-10"), ("2020-03-10", 12, "2020-04-10"), ("2020-04-10", 14, None)]


def test_of_two_values_in_one_second_the_one_offered_later_is_learnt_a_second_later(store: Store) -> None:
    save(store, figure(10, known="2020-02-10"))
    assert counts(save(store, figure(12, known="2020-02-10"))) == (0, 0, 1, 0)
    assert vintages(store) == [("2020-02-10", 10, "2020-02-10 00:00:01"), ("2020-02-10 00:00:01", 12, None)]


def test_two_values_in_one_second_offered_again_store_nothing(store: Store) -> None:
    both = figure(10, known="2020-02-10"), figure(12, known="2020-02-10")
    for row in both:
        save(store, row)
    for row in both:
        assert counts(save(store, row)) == (0, 1, 0, 0)
    assert values(store) == [12]


def test_moments_are_kept_to_the_second(store: Store) -> None:
    save(store, figure(10, known="2020-02-10 12:00:00.900000"))
    assert counts(save(store, figure(10, known="2020-02-10 12:00:00.100000"))) == (0, 1, 0, 0)
    assert vintages(store) == [("2020-02-10 12:00:00", 10, None)]


def test_a_date_of_publication_wins_over_the_time_of_retrieval(store: Store) -> None:
    save(store, figure(10, known="2020-06-01", known_at=at("2020-02-10")))
    assert vintages(store) == [("2020-02-10", 10, None)]


# -- answers, articles, the report -----------------------------------------------------------------------------------------


def test_an_answer_seen_again_keeps_its_first_date_and_moves_its_last(store: Store) -> None:
    for known in ("2020-02-10", "2020-02-20"):
        save(store, figure(10, known=known))
    with store.reading() as connection:
        found = connection.execute(schema.answer.select()).one()
    assert (found.retrieved_at, found.seen_at) == (at("2020-02-10"), at("2020-02-20"))


def test_an_article_is_stored_once_a_situation(store: Store) -> None:
    first = save(store, mentions=[mention("a"), mention("b")])
    again = save(store, mentions=[mention("b"), mention("c"), mention("b", situation="elsewhere")])
    assert (first.mentions_new, first.mentions_same) == (2, 0)
    assert (again.mentions_new, again.mentions_same) == (2, 1)
    assert rows(store, "mention") == 4


def test_a_thousand_articles_are_compared_at_once(store: Store) -> None:
    offered = [mention(str(number)) for number in range(1000)]
    save(store, mentions=offered)
    assert save(store, mentions=offered).mentions_same == 1000


def test_a_run_that_brings_nothing_is_recorded(store: Store) -> None:
    report = save(store, outcome=Outcome.FAILED, messages=["HTTP 503"])
    assert (report.stored, report.newest_period, rows(store, "run")) == (0, None, 1)


# -- any order -------------------------------------------------------------------------------------------------------------

Told = tuple[float | None, Status, str]
SECOND = dt.timedelta(seconds=1)
MOMENTS = [at(f"2020-02-0{n} {time}") for n in (1, 2, 3) for time in ("00:00:00", "23:59:58", "23:59:59")]
ENDS = ("2020-01-30", "2020-01-31")
TOLD = [(10.0, Status.REPORTED), (10.0, Status.PROVISIONAL), (12.0, Status.REPORTED), (0.0, Status.REPORTED), (None, Status.NOT_REPORTED)]
OFFERED = st.tuples(st.sampled_from(ENDS), st.sampled_from(MOMENTS), st.sampled_from(TOLD), st.sampled_from(("", "about", "at least")))


class Model:
    """The store as three lines of Python would keep it: for each period what was told at which second."""

    def __init__(self) -> None:
        self.told: dict[str, dict[dt.datetime, Told]] = {end: {} for end in ENDS}

    def known(self, end: str, moment: dt.datetime) -> Told | None:
        until = [known for known in self.told[end] if known <= moment]
        return self.told[end][max(until)] if until else None

    def offer(self, end: str, moment: dt.datetime, told: Told) -> int:
        """Returns how many rows that adds."""
        while True:
            before = self.known(end, moment)
            if before and before[:2] == told[:2] and told[2] in ("", before[2]):
                return 0
            if moment not in self.told[end]:
                self.told[end][moment] = told
                return 1
            moment += SECOND


@pytest.fixture(scope="module")
def quick_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{tmp_path_factory.mktemp('quick') / 'monitor.db'}")
    yield opened
    opened.engine.dispose()


@settings(max_examples=80, deadline=None)
@given(st.lists(st.lists(OFFERED, min_size=1, max_size=4), min_size=1, max_size=6))
@example([[(ENDS[0], MOMENTS[0], TOLD[0], "")], [(ENDS[0], MOMENTS[0], TOLD[2], "")], [(ENDS[0], MOMENTS[0], TOLD[2], "")]])
def test_saves_in_any_order_read_back_as_a_plain_model_says(quick_store: Store, batches: list[list[tuple]]) -> None:
    with quick_store.writing() as connection:  # fresh, without opening a file for each example
        for table in reversed(schema.metadata.sorted_tables):
            connection.execute(table.delete())
    model = Model()
    for batch in batches:
        offered = [
            figure(value, end=end, known="2020-02-09", known_at=moment, status=status, qualifier=qualifier)
            for end, moment, (value, status), qualifier in batch
        ]
        stored = sum(model.offer(end, moment, (*told, qualifier)) for end, moment, told, qualifier in sorted(batch, key=lambda row: row[1]))
        assert save(quick_store, *offered).stored == stored
    for number in range(7):
        as_of = dt.date(2020, 1, 31) + dt.timedelta(number)
        expected = {end: told for end in ENDS if (told := model.known(end, read.end_of(as_of)))}
        found = read.figures(quick_store, as_of, {})
        assert {
            f"{row.period_end:%Y-%m-%d}": (None if row.value != row.value else row.value, Status(row.status), row.qualifier)
            for row in found.itertuples()
        } == expected


# -- all or nothing --------------------------------------------------------------------------------------------------------

KILLED = """
import os, signal, sys
from monitor.store import append, open_store, runs
from tests.building_store import figure, save
runs.record = lambda *_: {how}
save(open_store(sys.argv[1]), figure(12, known="2020-03-10"), figure(20, end="2019-12-31", known="2020-03-10"))
print("not reached")
"""


@pytest.mark.parametrize("how", ["os._exit(7)", "os.kill(os.getpid(), signal.SIGKILL)"])
def test_a_process_that_ends_inside_its_transaction_leaves_nothing_half_there(store: Store, how: str) -> None:
    save(store, figure(10, known="2020-02-10"))
    ended = process(KILLED.format(how=how), address(store))
    output, errors = ended.communicate(timeout=60)
    assert (output, ended.returncode) == ("", 7 if "exit" in how else -signal.SIGKILL), errors
    assert vintages(store) == [("2020-02-10", 10, None)]
    assert (rows(store, "answer"), rows(store, "run")) == (1, 1)
    assert counts(save(store, figure(12, known="2020-03-10"))) == (0, 0, 1, 0)


def test_an_error_inside_the_transaction_leaves_nothing_half_there(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("the disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(runs, "record", fail)
        with pytest.raises(RuntimeError, match="disk"):
            save(store, figure(10), mentions=[mention()])
    assert {table: rows(store, table) for table in ("observation", "series", "answer", "mention", "run")} == dict.fromkeys(
        ("observation", "series", "answer", "mention", "run"), 0
    )


# -- one writer, many readers ------------------------------------------------------------------------------------------------

HOLDER = """
import sys
from monitor.store import open_store
with open_store(sys.argv[1]).alone(0):
    print("held", flush=True)
    sys.stdin.readline()
print("released", flush=True)
"""


def test_a_second_refresh_is_refused_while_the_first_runs_and_comes_in_after_it(store: Store) -> None:
    first = process(HOLDER, address(store))
    assert first.stdout is not None
    assert first.stdout.readline() == "held\n"
    with pytest.raises(BusyError, match="another refresh"), store.alone(0):
        pass
    first.communicate("go\n", timeout=60)
    with store.alone(0):
        pass


def test_a_second_refresh_waits_as_long_as_it_is_told_to(store: Store) -> None:
    first = process(HOLDER, address(store))
    assert first.stdout is not None
    first.stdout.readline()
    begun = time.monotonic()
    with pytest.raises(BusyError), store.alone(0.3):
        pass
    assert time.monotonic() - begun >= 0.3
    let_in: list[bool] = []

    def second() -> None:
        with store.alone(60):
            let_in.append(True)

    waiting = threading.Thread(target=second)
    waiting.start()
    assert not let_in
    first.communicate("go\n", timeout=60)
    waiting.join(60)
    assert let_in == [True]


def test_a_refresh_that_was_killed_does_not_keep_the_next_one_out(store: Store) -> None:
    first = process(HOLDER, address(store))
    assert first.stdout is not None
    first.stdout.readline()
    first.kill()
    first.communicate(timeout=60)
    with store.alone(5):
        pass


def test_a_reader_sees_the_old_state_while_a_transaction_is_open(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    save(store, figure(10, known="2020-02-10"))
    seen: list[list[float | None]] = []
    monkeypatch.setattr(runs, "record", lambda *_: seen.append(values(store)))  # the last step of the transaction
    save(store, figure(12, known="2020-03-10"))
    assert seen == [[10]]
    assert values(store) == [12]


def test_a_connection_for_reading_sees_one_state_until_it_is_closed(store: Store) -> None:
    save(store, figure(10, known="2020-02-10"))
    with store.reading() as connection:
        before = len(connection.execute(schema.observation.select()).all())
        save(store, figure(12, known="2020-03-10"))
        assert len(connection.execute(schema.observation.select()).all()) == before
    assert rows(store, "observation") == 2


def test_the_figures_of_a_run_must_come_from_its_answers(store: Store) -> None:
    row: Observation = figure(10)
    other: Answer = answer("2020-02-11", b"other")
    with pytest.raises(KeyError):
        append.save(store, Run("frontex", at("2020-02-10"), at("2020-02-10")), [other], [row])
    assert rows(store, "run") == 0
    assert KEY.source == "frontex"
