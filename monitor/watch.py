"""From the store to the ledger: what the rules say of the figures as they were known."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from monitor.alerts import rules, state
from monitor.alerts.state import Vintage
from monitor.model import Move, Point, Rule, SeriesKey, Situation, Status, Transition, Verdict
from monitor.store import Store, ledger, read


@dataclass(frozen=True, slots=True)
class Standing:
    """A rule as it stands on a day: its verdict, and the last time that it was raised."""

    situation: str
    rule: Rule
    verdict: Verdict
    last: Transition | None
    last_raised: Transition | None
    known_at: dt.datetime | None  # when the judged figure was known


def vintages(store: Store, chosen: Iterable[Rule]) -> dict[SeriesKey, list[Vintage]]:
    """Every vintage of the rules' series."""
    found: dict[SeriesKey, list[Vintage]] = defaultdict(list)
    frame = read.vintages(store, {rule.series for rule in chosen})
    columns = (*SeriesKey._fields, "period_start", "period_end", "value", "status", "known_at")
    for row in zip(*(frame[name] for name in columns), strict=True):
        found[SeriesKey(*row[:5])].append(_vintage(row[5:]))
    return found


def _vintage(row: Sequence[Any]) -> Vintage:
    start, end, value, status, known_at = row
    point = Point(start.date(), end.date(), None if value != value else float(value), Status(status))
    return Vintage(known_at.to_pydatetime(), point)


def standings(store: Store, situation: Situation, as_of: dt.datetime) -> list[Standing]:
    """Every rule of a situation on the figures as known at a moment, with what the ledger has of it until then."""
    known = vintages(store, situation.rules)
    entries = ledger.entries(store, situation.id, as_of)
    return [
        _standing(rule, situation, known.get(rule.series, []), [e for e in entries if e.rule == rule.id], as_of) for rule in situation.rules
    ]


def _standing(rule: Rule, situation: Situation, known: list[Vintage], entries: list[Transition], as_of: dt.datetime) -> Standing:
    verdict = rules.judge(rule, state.known_points(known, as_of), as_of.date())
    judged = (verdict.period_start, verdict.period_end)
    moments = [v.known_at for v in known if (v.point.period_start, v.point.period_end) == judged and v.known_at <= as_of]
    raised = [entry for entry in entries if entry.move is Move.RAISED]
    return Standing(
        situation.id, rule, verdict, entries[-1] if entries else None, raised[-1] if raised else None, max(moments, default=None)
    )


def update_ledger(store: Store, situations: Mapping[str, Situation], now: dt.datetime) -> list[Transition]:
    """Append to the ledger what has changed since its last entries; returns the new entries."""
    added: list[Transition] = []
    for situation in situations.values():
        known = vintages(store, situation.rules)
        last = {entry.rule: entry for entry in ledger.entries(store, situation.id, now)}
        for rule in situation.rules:
            added += state.transitions(rule, situation.id, known.get(rule.series, []), now, last.get(rule.id))
    added.sort(key=lambda one: one.at)
    ledger.append(store, added, now)
    return added
