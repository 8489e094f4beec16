"""Inhibition: while a rule of silence fires, the rules that read the same source are muted.

Muted is a matter of telling: what a muted rule says stays on the page and in the ledger, with the silence beside it. A
rule of silence is never muted, so that the silence itself is told.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from monitor.alerts import conditions, rules
from monitor.model import Judgement, Rule, SeriesKey, Verdict

Identity = tuple[str, SeriesKey]


@dataclass(frozen=True, slots=True)
class Muted:
    """The silence that mutes a rule, and its verdict, whose sentence says why."""

    by: Rule
    verdict: Verdict

    @property
    def source(self) -> str:
        """The source that is silent."""
        return self.by.series.source

    @property
    def why(self) -> str:
        """One sentence for a reader."""
        return self.verdict.sentence


def muted(said: Iterable[tuple[Rule, Verdict | None]]) -> Mapping[Identity, Muted]:
    """Which of a situation's rules are muted, by the identity of each.

    `said` holds each rule with its verdict of the moment; where only the ledger is at hand, with the verdict that keeps
    it open (`state.worst.verdict`), or None when it is not open.
    """
    pairs = list(said)
    silent = [Muted(rule, verdict) for rule, verdict in pairs if verdict and verdict.judgement is Judgement.FIRES and is_silence(rule)]
    by_source = {one.source: one for one in reversed(silent)}
    found = {
        rule.identity: next((by_source[key.source] for key in rules.reads(rule) if key.source in by_source), None) for rule, _ in pairs
    }
    return {rule.identity: one for rule, _ in pairs if (one := found[rule.identity]) and not is_silence(rule)}


def is_silence(rule: Rule) -> bool:
    """Whether a rule is one of silence."""
    return conditions.judges_silence(rule.condition)
