"""The ledger: transitions read back as they were written, in the order of time, and never change."""

from __future__ import annotations

import pytest
from sqlalchemy.exc import IntegrityError

from monitor.model import Judgement, Move, Severity, Transition, Verdict
from monitor.store import Store, ledger
from tests.building_store import KEY, at, day, rows

SAID = {Move.RAISED: Judgement.FIRES, Move.CLEARED: Judgement.QUIET, Move.LAPSED: Judgement.CANNOT_SAY}


def entry(move: Move, when: str, situation: str = "s", rule: str = "r") -> Transition:
    verdict = Verdict(SAID[move], f"It was {move}.", day("2020-01-01"), day("2020-01-31"), 12.0, 10.0, day("2019-01-31"), 5.0)
    return Transition(situation, rule, KEY, move, Severity.HIGH, at(when), verdict)


@pytest.mark.parametrize("move", Move)
def test_an_entry_reads_back_as_it_was_written(store: Store, move: Move) -> None:
    written = entry(move, "2020-02-10 23:59:59")
    assert ledger.append(store, [written], at("2020-02-11")) == 1
    assert ledger.entries(store, "s", at("2021-01-01")) == [written]


def test_an_entry_without_figures_reads_back(store: Store) -> None:
    bare = Transition("s", "r", KEY, Move.RAISED, Severity.MEDIUM, at("2020-02-10"), Verdict(Judgement.FIRES, "So it is."))
    ledger.append(store, [bare], at("2020-02-11"))
    assert ledger.entries(store, "s", at("2021-01-01")) == [bare]


def test_entries_are_of_one_situation_up_to_a_moment_and_oldest_first(store: Store) -> None:
    late, early = entry(Move.CLEARED, "2020-03-10"), entry(Move.RAISED, "2020-02-10")
    ledger.append(store, [late, entry(Move.RAISED, "2020-02-10", situation="t")], at("2020-03-10"))
    ledger.append(store, [early], at("2020-03-11"))
    assert ledger.entries(store, "s", at("2020-03-10")) == [early, late]
    assert ledger.entries(store, "s", at("2020-03-09 23:59:59")) == [early]
    assert ledger.entries(store, "s", at("2020-02-09 23:59:59")) == []


def test_the_same_entry_twice_is_refused_and_nothing_of_that_batch_is_stored(store: Store) -> None:
    first = entry(Move.RAISED, "2020-02-10")
    ledger.append(store, [first], at("2020-02-10"))
    with pytest.raises(IntegrityError):
        ledger.append(store, [entry(Move.CLEARED, "2020-03-10"), first], at("2020-03-10"))
    assert rows(store, "ledger") == 1


def test_nothing_to_append_writes_nothing(store: Store) -> None:
    assert ledger.append(store, [], at("2020-02-10")) == 0
    assert rows(store, "ledger") == 0


def test_the_table_shows_the_newest_first_with_every_figure() -> None:
    shown = ledger.frame([entry(Move.RAISED, "2020-02-10"), entry(Move.CLEARED, "2020-03-10")])
    assert list(shown["move"]) == ["cleared", "raised"]
    assert list(shown.columns) == ["at", "situation", "rule", "move", "severity", "series", *ledger.FIGURES]
    assert list(shown["series"]) == [str(KEY)] * 2
    assert list(ledger.frame([]).columns) == list(shown.columns)
