"""Saved rules: versions with authors beside the rules of a file, in the TOML that a file takes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from monitor import rulebook, watch
from monitor.errors import ActionError
from monitor.model import Condition, Move, Severity
from monitor.store import Store, ledger, saved
from tests.building_store import KEY, at, day, figure, rule, save, situation

OWN = rule("threshold", id="own", above=100)
PLACE = situation(OWN)
NEW = rule("record", id="new", since=day("2016-04-01"), floor=10_000, levels={Severity.CRITICAL: {"floor": 50_000}})
NESTED = replace(
    NEW,
    condition=Condition(
        "any", of=(Condition("threshold", {"above": 1.5}), Condition("change", {"against": "last_year", "ratio": 2, "floor": 1}, periods=2))
    ),
    levels={},
    cooldown_days=180,
    clear_below=0.8,
)


@pytest.mark.parametrize("one", [OWN, NEW, NESTED], ids=["plain", "with a date and a level", "nested"])
def test_a_rule_goes_through_toml_and_comes_back_as_it_was(one: object) -> None:
    assert rulebook.read_toml(rulebook.as_toml(one), PLACE) == (one,)  # type: ignore[arg-type]


def test_a_saved_rule_is_judged_beside_those_of_the_file(store: Store) -> None:
    rulebook.save(store, PLACE, replace(OWN, id="lower", condition=Condition("threshold", {"above": 10})), "Ada", "first", at("2020-02-01"))
    both = rulebook.filled(store, PLACE)
    assert [one.id for one in both.rules] == ["own", "lower"]
    save(store, figure(50, known="2020-02-10"))
    watch.update_ledger(store, {both.id: both}, at("2020-02-11"))
    assert [(one.rule.id, one.state.is_open) for one in watch.standings(store, both, at("2020-02-11"))] == [("own", False), ("lower", True)]


def test_every_version_stays_and_the_newest_holds(store: Store) -> None:
    rulebook.save(store, PLACE, NEW, "Ada", "first", at("2020-02-01"))
    rulebook.save(store, PLACE, NESTED, "Ben", "better", at("2020-02-02"))
    assert [(one.who, one.note) for one in saved.versions(store, PLACE.id, "new")] == [("Ada", "first"), ("Ben", "better")]
    assert rulebook.filled(store, PLACE).rules == (OWN, NESTED)
    rulebook.withdraw(store, PLACE, "new", "Ada", "too loud", at("2020-02-03"))
    assert rulebook.filled(store, PLACE) == PLACE
    assert len(saved.versions(store, PLACE.id)) == 3
    rulebook.save(store, PLACE, NEW, "Ada", "after all", at("2020-02-04"))
    assert rulebook.filled(store, PLACE).rules == (OWN, NEW)


def test_rules_of_another_situation_are_not_ours(store: Store) -> None:
    rulebook.save(store, situation(id="elsewhere"), NEW, "Ada", "", at("2020-02-01"))
    assert rulebook.filled(store, PLACE) == PLACE


def test_a_rule_that_makes_no_sense_is_not_saved(store: Store) -> None:
    wrong = replace(NEW, condition=Condition("record", {"floor": 1}))
    for one, who, told in [(wrong, "Ada", "either `since` or `years`"), (NEW, " ", "A name is due"), (OWN, "Ada", "situation's file")]:
        with pytest.raises(ActionError, match=told):
            rulebook.save(store, PLACE, one, who, "", at("2020-02-01"))
    with pytest.raises(ActionError, match="no saved rule 'new'"):
        rulebook.withdraw(store, PLACE, "new", "Ada", "", at("2020-02-01"))
    assert saved.versions(store, PLACE.id) == []


@pytest.mark.parametrize(
    ("written", "fault"),
    [
        ('[[rule]]\nid = "x"\nkind = "guess"\n', "'name' is missing"),
        ("not toml at all", "Expected '='"),
        (rulebook.as_toml(replace(NEW, series=KEY._replace(location="XXX"))), "unknown place 'XXX'"),
        (rulebook.as_toml(NEW).replace('"record"', '"guess"'), "kind 'guess' is unknown"),
    ],
)
def test_a_saved_rule_that_can_no_longer_be_read_says_so_and_harms_no_other(store: Store, written: str, fault: str) -> None:
    saved.append(store, saved.Version(PLACE.id, "x", written, "Ada", "", at("2020-02-01")))
    rulebook.save(store, PLACE, NEW, "Ada", "", at("2020-02-02"))
    broken, good = rulebook.saved_rules(store, PLACE)
    assert fault in broken.fault
    assert (broken.rules, good.rules, good.fault) == ((), (NEW,), "")
    assert rulebook.filled(store, PLACE).rules == (OWN, NEW)


def test_the_rule_of_the_file_wins_over_a_saved_one_of_the_same_id(store: Store) -> None:
    rulebook.save(store, situation(), replace(OWN, name="Saved"), "Ada", "", at("2020-02-01"))
    (one,) = rulebook.saved_rules(store, PLACE)
    assert (one.rules, "judged instead" in one.fault) == ((), True)


def test_an_open_alert_ends_when_its_rule_is_withdrawn(store: Store) -> None:
    low = replace(OWN, id="lower", condition=Condition("threshold", {"above": 10}))
    rulebook.save(store, PLACE, low, "Ada", "", at("2020-02-01"))
    save(store, figure(50, known="2020-02-10"))
    watch.update_ledger(store, rulebook.all_filled(store, {PLACE.id: PLACE}), at("2020-02-11"))
    rulebook.withdraw(store, PLACE, "lower", "Ben", "", at("2020-02-12"))
    last = ledger.entries(store, PLACE.id, at("2020-03-01"))[-1]
    assert (last.move, last.verdict.sentence) == (Move.LAPSED, "The rule was withdrawn or changed by Ben.")


def test_an_id_that_a_shell_or_an_address_would_read_otherwise_is_refused(store: Store) -> None:
    with pytest.raises(ActionError, match="letters, digits and -"):
        rulebook.save(store, PLACE, replace(NEW, id="mine; rm -rf"), "Ada", "", at("2020-02-01"))


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", r"one \[\[rule\]\] is due"),
        ("rule = []", r"one \[\[rule\]\] is due"),
        ("rule = 5", "two pairs of brackets"),
        ('rule = ["a"]', "a table is due"),
        ("[rule]\nid = 'x'", "two pairs of brackets"),
        ("[[rules]]\nid = 'x'", "unknown key 'rules'"),
    ],
)
def test_a_text_without_rules_is_refused_in_words(text: str, fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        rulebook.read_toml(text, PLACE)
