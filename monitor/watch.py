"""From the store to the ledger: what the rules say of the figures as they were known."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from monitor.alerts import conditions, inhibition, rules, state, summed, telling
from monitor.alerts.explain import Explanation, explain
from monitor.alerts.inhibition import Muted
from monitor.alerts.state import History, State, Vintage
from monitor.model import FIRING, Frequency, Point, Rule, SeriesKey, Situation, Status, Transition, Verdict, parts
from monitor.store import Store, ledger, read, runs


@dataclass(frozen=True, slots=True)
class Standing:
    """A rule as it stands on a day: its verdict, and what the ledger has of it until then."""

    situation: str
    rule: Rule
    verdict: Verdict
    state: State
    last_fired: Transition | None  # the last entry that fired, whether it is open or not
    known_at: dt.datetime | None  # when the judged figure was known
    muted_by: Muted | None = None  # the silence of a source that it reads


def histories(store: Store, chosen: Iterable[Rule]) -> dict[tuple[str, SeriesKey], History]:
    """All that each rule may learn of: every vintage of the series that it reads, and the runs of its source."""
    chosen = list(chosen)
    known = _vintages(store, {part for rule in chosen for key in rules.reads(rule) for part in parts(key)})
    series = {key: summed.added([known[part] for part in parts(key)]) for rule in chosen for key in rules.reads(rule)}
    silent = {rule.series.source for rule in chosen if conditions.judges_silence(rule.condition)}
    asked = {source: runs.asked(store, source) for source in silent}
    return {
        rule.identity: History(series[rule.series], {key: series[key] for key in rules.reads(rule)[1:]}, asked.get(rule.series.source, ()))
        for rule in chosen
    }


def _vintages(store: Store, keys: Collection[SeriesKey]) -> dict[SeriesKey, list[Vintage]]:
    return _by_series(read.vintages(store, keys))


def _by_series(frame: pd.DataFrame) -> dict[SeriesKey, list[Vintage]]:
    found: dict[SeriesKey, list[Vintage]] = defaultdict(list)
    columns = (*SeriesKey._fields, "period_start", "period_end", "value", "status", "known_at")
    for row in zip(*(frame[name] for name in columns), strict=True):
        found[SeriesKey(*row[:5])].append(_vintage(row[5:]))
    return found


def _vintage(row: Sequence[Any]) -> Vintage:
    start, end, value, status, known_at = row
    point = Point(start.date(), end.date(), None if value != value else float(value), Status(status))
    return Vintage(known_at.to_pydatetime(), point)


def as_known(store: Store, series: SeriesKey, moment: dt.datetime) -> tuple[list[Point], Frequency]:
    """A series as known at a moment, one point a period, and its usual step; one written as a sum is added up."""
    frame = read.vintages(store, parts(series))
    known = _by_series(frame)
    frequency = Frequency(frame["frequency"].iloc[0]) if len(frame) else Frequency.IRREGULAR
    return state.known_points(summed.added([known[part] for part in parts(series)]), moment), frequency


def of_rule(entries: Iterable[Transition], rule: Rule) -> list[Transition]:
    """The entries of one rule on its series."""
    return [entry for entry in entries if (entry.rule, entry.series) == rule.identity]


def standings(store: Store, situation: Situation, as_of: dt.datetime) -> list[Standing]:
    """Every rule of a situation on the figures as known at a moment, with what the ledger has of it until then."""
    known = histories(store, situation.rules)
    entries = ledger.entries(store, situation.id, as_of, as_recorded=True)
    found = [_standing(rule, situation.id, known[rule.identity], of_rule(entries, rule), as_of) for rule in situation.rules]
    muted = inhibition.muted((one.rule, one.verdict) for one in found)
    return [replace(one, muted_by=muted.get(one.rule.identity)) for one in found]


def explained(store: Store, situation: Situation, rule: Rule, moment: dt.datetime) -> Explanation:
    """Why a rule of a situation said what it said at a moment, on what was known then."""
    entries = ledger.entries(store, situation.id, moment, as_recorded=True)
    muted = muted_by(store, situation, rule, moment)
    over_all = telling.silence_over(telling.WHOLE, entries, moment)
    known = histories(store, [rule])[rule.identity]
    return explain(rule, known, state.derived(of_rule(entries, rule)), moment, muted.why if muted else "", over_all)


def muted_by(store: Store, situation: Situation, rule: Rule, moment: dt.datetime) -> Muted | None:
    """The silence that mutes a rule at a moment, if there is one."""
    silent = [one for one in situation.rules if inhibition.is_silence(one)]
    known = histories(store, silent)
    said = [(one, state.judge_at(one, known[one.identity], moment)) for one in silent]
    return inhibition.muted([*said, (rule, None)]).get(rule.identity)


def inhibited(store: Store, situation: Situation, now: dt.datetime) -> dict[tuple[str, SeriesKey], str]:
    """The rules that a silence mutes as the ledger has it, by identity, each with the sentence that says why."""
    entries = ledger.entries(store, situation.id, now, as_recorded=True)
    open_now = ((rule, state.derived(of_rule(entries, rule)).worst) for rule in situation.rules)
    muted = inhibition.muted((rule, worst.verdict if worst else None) for rule, worst in open_now)
    return {identity: one.why for identity, one in muted.items()}


def _standing(rule: Rule, situation: str, known: History, entries: Sequence[Transition], as_of: dt.datetime) -> Standing:
    verdict = state.judge_at(rule, known, as_of)
    judged = (verdict.period_start, verdict.period_end)
    moments = [v.known_at for v in known.own if (v.point.period_start, v.point.period_end) == judged and v.known_at <= as_of]
    fired = [entry for entry in entries if entry.move in FIRING]
    return Standing(situation, rule, verdict, state.derived(entries), fired[-1] if fired else None, max(moments, default=None))


def update_ledger(
    store: Store, situations: Mapping[str, Situation], now: dt.datetime, then: ledger.Then = ledger.nothing_more
) -> list[Transition]:
    """Append to the ledger what has changed since its last entries; returns the new entries.

    `then` is what else is stored with them, in one transaction: the queue of what is to be told.
    """
    added: list[Transition] = []
    for situation in situations.values():
        known = histories(store, situation.rules)
        entries = ledger.entries(store, situation.id, now, as_recorded=True)
        for rule in situation.rules:
            added += state.transitions(rule, situation.id, known[rule.identity], now, of_rule(entries, rule))
    added.sort(key=lambda one: one.at)
    ledger.append(store, added, now, then)
    return added
