"""The ledger: transitions read back as they were written, in the order of time, and never change."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from monitor.model import FIRING, Judgement, Move, Severity, Transition, Verdict
from monitor.store import Store, ledger
from tests.building_store import KEY, at, day, rows

FIRES, QUIET, CANNOT_SAY = Judgement


def entry(move: Move, when: str, situation: str = "s", rule: str = "r", **more: Any) -> Transition:
    judgement = FIRES if move in FIRING else QUIET if move in (Move.CLEARED, Move.UNDONE) else CANNOT_SAY
    severity = Severity.HIGH if move in FIRING else None
    figures = (day("2020-01-01"), day("2020-01-31"), 12.0, 10.0, day("2019-01-31"), 5.0, severity)
    return Transition(situation, rule, KEY, move, Severity.HIGH, at(when), Verdict(judgement, f"It was {move}.", *figures), **more)


@pytest.mark.parametrize("move", Move)
def test_an_entry_reads_back_as_it_was_written(store: Store, move: Move) -> None:
    written = entry(move, "2020-02-10 23:59:59")
    assert ledger.append(store, [written], at("2020-02-11")) == 1
    assert ledger.entries(store, "s", at("2021-01-01")) == [written]


def test_an_entry_without_figures_reads_back(store: Store) -> None:
    bare = Transition("s", "r", KEY, Move.CLEARED, Severity.MEDIUM, at("2020-02-10"), Verdict(QUIET, "So it is."))
    ledger.append(store, [bare], at("2020-02-11"))
    assert ledger.entries(store, "s", at("2021-01-01")) == [bare]


def test_what_a_person_did_reads_back_with_who_why_and_until_when(store: Store) -> None:
    done = entry(Move.SILENCED, "2020-02-10", who="Ada", why="known already", until=at("2020-03-01"))
    of_all = replace(done, rule="", series=None)
    ledger.append(store, [done, of_all, entry(Move.RAISED, "2020-02-11", muted="cooldown")], at("2020-02-11"))
    assert ledger.entries(store, "s", at("2021-01-01")) == [done, of_all, entry(Move.RAISED, "2020-02-11", muted="cooldown")]


def test_entries_are_of_one_situation_up_to_a_moment_and_oldest_first(store: Store) -> None:
    late, early = entry(Move.CLEARED, "2020-03-10"), entry(Move.RAISED, "2020-02-10")
    ledger.append(store, [late, entry(Move.RAISED, "2020-02-10", situation="t")], at("2020-03-10"))
    ledger.append(store, [early], at("2020-03-11"))
    assert ledger.entries(store, "s", at("2020-03-10")) == [early, late]
    assert ledger.entries(store, "s", at("2020-03-09 23:59:59")) == [early]
    assert ledger.entries(store, "s", at("2020-02-09 23:59:59")) == []


def test_one_rule_may_be_raised_on_two_series_at_one_moment(store: Store) -> None:
    both = [entry(Move.RAISED, "2020-02-10"), replace(entry(Move.RAISED, "2020-02-10"), series=KEY._replace(breakdown="land"))]
    assert ledger.append(store, both, at("2020-02-10")) == 2


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
    assert list(shown.columns) == ["at", "situation", "rule", "move", "severity", "series", *ledger.FIGURES, *ledger.BESIDES]
    assert list(shown["series"]) == [str(KEY)] * 2
    assert list(ledger.frame([]).columns) == list(shown.columns)
