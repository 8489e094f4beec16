"""What people do about alerts: entries with a name, refused where they make no sense."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from monitor import people, watch
from monitor.alerts import state
from monitor.errors import ActionError
from monitor.model import Move, Situation, Transition
from monitor.store import Store, ledger
from tests.building_store import KEY, at, figure, rows, rule, save, situation

RULE = rule("threshold", above=100)
LEVEL = situation(RULE)
NOW = at("2020-02-12")
LATER = at("2020-03-01")


@pytest.fixture
def raised(store: Store) -> Store:
    """A store in which the rule was raised on 10 February 2020."""
    save(store, figure(150, known="2020-02-10"))
    watch.update_ledger(store, {LEVEL.id: LEVEL}, at("2020-02-11"))
    return store


def act(store: Store, move: Move, now: dt.datetime = NOW, who: str = "Ada", **more: object) -> Transition:
    return people.act(store, LEVEL, more.pop("rule", RULE), move, who, now, **more)  # type: ignore[arg-type]


def stand(store: Store, of: Situation = LEVEL) -> state.State:
    return state.derived(watch.of_rule(ledger.entries(store, of.id, at("2030-01-01")), RULE))


def test_an_open_alert_is_acknowledged_with_a_name_and_the_figure_it_is_about(raised: Store) -> None:
    entry = act(raised, Move.ACKNOWLEDGED, why="on it")
    (found,) = [one for one in ledger.entries(raised, LEVEL.id, NOW) if one.move is Move.ACKNOWLEDGED]
    assert found == replace(entry, verdict=replace(entry.verdict, said=entry.verdict.sentence))
    assert (entry.who, entry.why, entry.at, entry.verdict.value, entry.severity) == ("Ada", "on it", NOW, 150, RULE.severity)
    assert stand(raised).acknowledged == entry


def test_what_gets_worse_must_be_acknowledged_anew(raised: Store) -> None:
    act(raised, Move.ACKNOWLEDGED)
    save(raised, figure(300, known="2020-03-10", end="2020-02-29"))
    watch.update_ledger(raised, {LEVEL.id: LEVEL}, at("2020-03-11"))
    assert (stand(raised).is_open, stand(raised).acknowledged) == (True, None)


def test_a_silence_ends_by_itself_or_is_lifted(raised: Store) -> None:
    act(raised, Move.SILENCED, until=LATER)
    silenced = stand(raised).silenced
    assert silenced is not None
    assert silenced.until == LATER
    act(raised, Move.UNSILENCED, at("2020-02-13"))
    assert stand(raised).silenced is None


def test_a_whole_situation_is_silenced_without_naming_a_rule(raised: Store) -> None:
    entry = act(raised, Move.SILENCED, rule=None, until=LATER)
    assert (entry.rule, entry.series) == ("", None)
    assert stand(raised).silenced is None


@pytest.mark.parametrize("move", [Move.MARKED_TRUE, Move.MARKED_FALSE])
def test_an_alert_is_judged_by_a_person_even_when_it_is_over(raised: Store, move: Move) -> None:
    save(raised, figure(50, known="2020-03-10", end="2020-02-29"))
    watch.update_ledger(raised, {LEVEL.id: LEVEL}, at("2020-03-11"))
    act(raised, move, at("2020-03-12"))
    marked = stand(raised).marked
    assert marked is not None
    assert (marked.move, marked.verdict.value) == (move, 150)


@pytest.mark.parametrize(
    ("move", "more", "told"),
    [
        (Move.ACKNOWLEDGED, {"who": " "}, "A name is due"),
        (Move.ACKNOWLEDGED, {"rule": rule("threshold", id="other", above=1)}, "nothing is open"),
        (Move.ACKNOWLEDGED, {"rule": rule("threshold", KEY._replace(breakdown="land"), above=1)}, "nothing is open"),
        (Move.ACKNOWLEDGED, {"rule": None}, "name a rule"),
        (Move.MARKED_TRUE, {"rule": rule("threshold", id="other", above=1)}, "never raised"),
        (Move.SILENCED, {}, "until when"),
        (Move.SILENCED, {"until": NOW}, "an end that lies ahead"),
        (Move.UNSILENCED, {}, "no silence to lift"),
    ],
)
def test_what_makes_no_sense_is_refused_in_words_and_writes_nothing(raised: Store, move: Move, more: dict[str, object], told: str) -> None:
    before = rows(raised, "ledger")
    with pytest.raises(ActionError, match=told):
        act(raised, move, **more)
    assert rows(raised, "ledger") == before


def test_what_a_person_did_does_not_stop_the_rule(raised: Store) -> None:
    act(raised, Move.ACKNOWLEDGED)
    save(raised, figure(50, known="2020-02-20"))
    watch.update_ledger(raised, {LEVEL.id: LEVEL}, at("2020-02-21"))
    assert [one.move.value for one in ledger.entries(raised, LEVEL.id, at("2030-01-01"))] == ["raised", "acknowledged", "undone"]


def test_a_double_click_is_two_entries_and_no_fault(raised: Store) -> None:
    assert [act(raised, Move.ACKNOWLEDGED).at for _ in range(2)] == [NOW, NOW + dt.timedelta(seconds=1)]


def test_a_person_answers_while_a_refresh_is_under_way(raised: Store) -> None:
    with raised.alone(1):
        act(raised, Move.ACKNOWLEDGED)
    assert stand(raised).acknowledged is not None


def test_what_was_fetched_after_an_acknowledgement_is_not_acknowledged(raised: Store) -> None:
    act(raised, Move.ACKNOWLEDGED, at("2020-03-14"))
    save(raised, figure(800, known="2020-03-15", end="2020-02-29", known_at=at("2020-03-12")))
    watch.update_ledger(raised, {LEVEL.id: LEVEL}, at("2020-03-15"))
    (standing,) = watch.standings(raised, LEVEL, at("2020-03-16"))
    assert (standing.state.is_open, standing.state.acknowledged) == (True, None)
