"""The rules of a situation: those of its file, and those that people saved beside them."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import tomli_w

from monitor import situations, watch
from monitor.alerts import state, written
from monitor.errors import ActionError
from monitor.locale import Sentence
from monitor.model import Judgement, Move, Rule, Situation, Transition, Verdict, marked
from monitor.store import Store, ledger, saved
from monitor.store.saved import Version


@dataclass(frozen=True, slots=True)
class Saved:
    """A saved rule as it holds now; `fault` says why it is not judged, and then it has no rules."""

    version: Version
    rules: tuple[Rule, ...]
    fault: str = ""


def as_toml(rule: Rule) -> str:
    """The rule as a situation's file takes it."""
    return tomli_w.dumps({"rule": [written.write(rule)]}, multiline_strings=False)


def read_toml(text: str, situation: Situation) -> tuple[Rule, ...]:
    """The rules of a text such as `as_toml` writes; raises ValueError saying what is wrong."""
    return situations.rules_of(tomllib.loads(text), situation.id)


def saved_rules(store: Store, situation: Situation) -> list[Saved]:
    """The saved rules of a situation. One that this version of the program cannot read says so and harms no other."""
    own = {rule.id for rule in situation.rules}
    found = []
    for version in saved.current(saved.versions(store, situation.id)):
        try:
            if version.rule in own:
                raise ValueError("the situation's file has a rule of this id now, which is judged instead")
            found.append(Saved(version, read_toml(version.written, situation)))
        except (ValueError, KeyError, TypeError) as error:  # a TOMLDecodeError is a ValueError
            found.append(Saved(version, (), str(error)))
    return found


def filled(store: Store, situation: Situation) -> Situation:
    """The situation with the saved rules behind those of its file."""
    more = tuple(rule for one in saved_rules(store, situation) for rule in one.rules)
    return replace(situation, rules=(*situation.rules, *more)) if more else situation


def all_filled(store: Store, known: Mapping[str, Situation]) -> dict[str, Situation]:
    """Every situation with its saved rules."""
    return {name: filled(store, situation) for name, situation in known.items()}


def save(store: Store, situation: Situation, rule: Rule, who: str, note: str, now: dt.datetime) -> Version:
    """Save a rule, new or changed; raises ActionError saying what keeps it from being saved."""
    if any(rule.id == one.id for one in situation.rules):
        raise ActionError(f"{rule.id!r} is a rule of the situation's file: change it there, or choose another id")
    text = as_toml(rule)
    try:
        read_toml(text, situation)
    except ValueError as error:
        raise ActionError(str(error)) from None
    before = [one for saved in saved_rules(store, situation) if saved.version.rule == rule.id for one in saved.rules]
    version = _append(store, Version(situation.id, rule.id, text, who.strip(), note.strip(), now))
    _end(store, situation, [one for one in before if one.identity != rule.identity], version)
    return version


def withdraw(store: Store, situation: Situation, rule_id: str, who: str, note: str, now: dt.datetime) -> Version:
    """Withdraw a saved rule; its versions and what it raised stay, and what is open of it ends."""
    found = next((one for one in saved_rules(store, situation) if one.version.rule == rule_id), None)
    if found is None:
        raise ActionError(f"there is no saved rule {rule_id!r} to withdraw")
    version = _append(store, Version(situation.id, rule_id, "", who.strip(), note.strip(), now))
    _end(store, situation, found.rules, version)
    return version


def _end(store: Store, situation: Situation, ended: Iterable[Rule], version: Version) -> None:
    """Let the open alerts of rules that are no more lapse, so that none stays open for ever."""
    entries = ledger.entries(store, situation.id, version.at, as_recorded=True)
    said = Sentence(marked("The rule was withdrawn or changed by {who}."), {"who": version.who})
    verdict = Verdict(Judgement.CANNOT_SAY, said)
    ledger.append(
        store,
        [
            Transition(situation.id, rule.id, rule.series, Move.LAPSED, rule.severity, version.at, verdict)
            for rule in ended
            if state.derived(watch.of_rule(entries, rule)).is_open
        ],
        version.at,
    )


def _append(store: Store, version: Version) -> Version:
    if not version.who:
        raise ActionError("who saves this? A name is due: the history keeps it")
    saved.append(store, version)
    return version
