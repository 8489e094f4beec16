"""Where pages write and ask for reasons: what people do about alerts, saved rules, explanations."""

from __future__ import annotations

import datetime as dt
from contextlib import suppress
from dataclasses import replace

import streamlit as st

from monitor import backtests, bundle, people, queueing, rulebook, situations, watch
from monitor.alerts.explain import Explanation
from monitor.alerts.state import judge_at
from monitor.backtests import Trial
from monitor.errors import BusyError
from monitor.model import Move, Rule, Situation, Verdict
from monitor.store import saved
from monitor.views import reader


def may_write() -> bool:
    """Whether this page may write: what people do about alerts, and rules."""
    return not reader.opened()[0].read_only


def explained(rule: Rule, situation: Situation, moment: dt.datetime) -> Explanation:
    """Why a rule said what it said at a moment, on what was known then."""
    return watch.explained(reader.opened()[1], situation, rule, moment)


def tried(rule: Rule, day: dt.date) -> Trial:
    """What a rule, saved or not, would have told up to a day, and the episodes that there are to hold it against."""
    return _tried(reader.version(), rulebook.as_toml(rule), day, rule)


@st.cache_data(max_entries=30, show_spinner=False)
def _tried(version: int, written: str, day: dt.date, _rule: Rule) -> Trial:
    settings, store = reader.opened()
    (found,) = backtests.run(store, [_rule], settings.seeds_dir, None, day)
    return found


def judged(rule: Rule, moment: dt.datetime) -> Verdict:
    """What a rule, saved or not, says at a moment."""
    return _judged(reader.version(), rulebook.as_toml(rule), moment, rule)


@st.cache_data(max_entries=30, show_spinner=False)
def _judged(version: int, written: str, moment: dt.datetime, _rule: Rule) -> Verdict:
    return judge_at(_rule, watch.histories(reader.opened()[1], [_rule])[_rule.identity], moment)


def act(situation: Situation, rule: Rule | None, move: Move, who: str, why: str, until: dt.date | None = None) -> None:
    """Note what a person does about an alert; raises ActionError where it makes no sense."""
    settings, store = reader.opened()
    end = dt.datetime.combine(until, dt.time(0), dt.UTC) if until else None
    people.act(store, situation, rule, move, who, settings.clock(), why, end)


def save_rule(situation: Situation, rule: Rule, who: str, note: str) -> None:
    """Save a rule and let it speak of what is known already; raises ActionError where it makes no sense."""
    settings, store = reader.opened()
    sources = {name: source for name, (source, _) in bundle.sources(settings.seeds_dir).items()}
    situations.check_sources(replace(situation, rules=(rule,)), sources)
    then = queueing.queueing(settings)  # a channel that cannot be used is told before anything is written
    rulebook.save(store, _of_file(situation.id), rule, who, note, settings.clock())
    with suppress(BusyError), store.alone(5):  # a refresh under way judges it when it is done
        watch.update_ledger(store, {situation.id: rulebook.filled(store, _of_file(situation.id))}, settings.clock(), then)


def withdraw_rule(situation: Situation, rule_id: str, who: str, note: str) -> None:
    """Withdraw a saved rule."""
    settings, store = reader.opened()
    rulebook.withdraw(store, _of_file(situation.id), rule_id, who, note, settings.clock())


def saved_rules(situation: Situation) -> list[rulebook.Saved]:
    """The saved rules of a situation, those that cannot be read among them."""
    return _saved_rules(reader.version(), situation.id)


@st.cache_data(max_entries=20, show_spinner=False)
def _saved_rules(version: int, situation: str) -> list[rulebook.Saved]:
    return rulebook.saved_rules(reader.opened()[1], _of_file(situation))


def rule_ids(situation: Situation) -> set[str]:
    """The ids of all rules that were ever saved, withdrawn ones too: an id once given stays with its rule."""
    return {one.rule for one in saved.versions(reader.opened()[1], situation.id)}


def rule_versions(situation: Situation, rule_id: str) -> list[saved.Version]:
    """Every version of a saved rule, oldest first."""
    return saved.versions(reader.opened()[1], situation.id, rule_id)


def _of_file(situation: str) -> Situation:
    """A situation with the rules of its file alone."""
    return situations.load(reader.opened()[0].seeds_dir / "situations" / f"{situation}.toml")
