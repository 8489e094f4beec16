"""Why a rule fires, is quiet or cannot say: one sentence, the facts behind it, and the figures that were compared."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from monitor.alerts import rules, telling
from monitor.alerts.state import COOLDOWN, SAME_PERIOD, History, State, Vintage, judge_at
from monitor.locale import _, number, period, short_day
from monitor.model import Condition, Judgement, Point, Rule, SeriesKey, Transition, Verdict, marked


class Compared(NamedTuple):
    """One figure that the verdict rests on: which series, which period, what it was, and when that was known."""

    series: SeriesKey
    point: Point
    known_at: dt.datetime
    judged: bool  # the figure that is judged; the others are what it is compared with


@dataclass(frozen=True, slots=True)
class Explanation:
    """A verdict with all that a reader needs to check it by hand."""

    rule: Rule
    moment: dt.datetime
    verdict: Verdict
    facts: tuple[tuple[str, str], ...]  # what, and how it was, in the reader's language
    figures: tuple[Compared, ...]

    @property
    def sentence(self) -> str:
        """What the rule said, in one sentence."""
        return self.verdict.sentence


def explain(
    rule: Rule, known: History, state: State, moment: dt.datetime, muted_by: str = "", over_all: Transition | None = None
) -> Explanation:
    """What a rule said at a moment and why, on what was known then. `state` is of the entries until then.

    `over_all` is the silence of the whole situation, where there is one.
    """
    verdict = judge_at(rule, known, moment)
    figures = tuple(_compared(rule, known, verdict, moment))
    facts = tuple(_facts(rule, verdict, figures, moment, told_words(rule, state, moment, muted_by, over_all)))
    return Explanation(rule, moment, verdict, facts, figures)


def _compared(rule: Rule, known: History, verdict: Verdict, moment: dt.datetime) -> Iterator[Compared]:
    """The figures that the judged one was compared with, in whichever series the rule read them, and the judged one."""
    for key, vintages in {rule.series: known.own, **known.beside}.items():
        seen = [v for v in vintages if v.known_at <= moment]
        for point in verdict.window:
            if found := _last(v for v in seen if v.point == point):
                yield Compared(key, point, found.known_at, False)
        if key == rule.series:
            judged = (verdict.period_start, verdict.period_end)
            if found := _last(v for v in seen if (v.point.period_start, v.point.period_end) == judged):
                yield Compared(key, found.point, found.known_at, True)


def _last(vintages: Iterable[Vintage]) -> Vintage | None:
    return max(vintages, key=lambda v: v.known_at, default=None)


def _facts(rule: Rule, verdict: Verdict, figures: tuple[Compared, ...], moment: dt.datetime, told: str) -> Iterator[tuple[str, str]]:
    yield _("Answer"), {Judgement.FIRES: _("fires"), Judgement.QUIET: _("quiet"), Judgement.CANNOT_SAY: _("cannot say")}[verdict.judgement]
    if verdict.severity:
        yield _("Severity"), verdict.severity.value
    if verdict.period_start and verdict.period_end:
        yield _("Period judged"), period(verdict.period_start, verdict.period_end)
        yield _("Value"), number(verdict.value)
    if verdict.threshold is not None:
        yield _("Threshold that day"), number(round(verdict.threshold, 2))
    if verdict.reference is not None and verdict.reference_end is not None:
        yield _("Compared with"), f"{number(round(verdict.reference, 2))} ({short_day(verdict.reference_end)})"
    for severity, condition in rules.levels(rule):
        yield _("Asks for ({severity})").format(severity=severity.value), in_words(condition)
    yield from _age(rule, verdict, figures, moment)
    yield _("Told"), told
    yield _("Why this level"), f"{rule.reason} ({rule.reason_source})"


def _age(rule: Rule, verdict: Verdict, figures: tuple[Compared, ...], moment: dt.datetime) -> Iterator[tuple[str, str]]:
    judged = next((one for one in figures if one.judged), None)
    if judged is None or verdict.period_end is None:
        return
    days = (moment.date() - verdict.period_end).days
    yield _("Age of the figure"), _("{days} days (too old after {limit})").format(days=number(days), limit=number(rule.stale_after_days))
    yield _("Known on"), short_day(judged.known_at.date())
    yield _("Status"), judged.point.status.value


def told_words(rule: Rule, state: State, moment: dt.datetime, muted_by: str = "", over_all: Transition | None = None) -> str:
    """Whether anybody was told, and what keeps it back."""
    if muted_by and state.is_open:
        return _("Held back: {why}").format(why=muted_by)
    if over_all:
        return silenced_words(over_all)
    if state.silenced and telling.lasts(state.silenced, moment):
        return silenced_words(state.silenced)
    if not state.told:
        return _("Nothing to tell.")
    told_day = short_day(state.told.at.date())
    if state.worst and state.worst.muted == COOLDOWN:
        told = _("Noted, not told: within {days} days of the alert of {day}, and no worse.")
        return told.format(days=number(rule.cooldown_days), day=told_day)
    if state.worst and state.worst.muted == SAME_PERIOD:
        return _("Noted, not told: the same period was told on {day}, and it is no worse.").format(day=told_day)
    if not state.is_open:
        return _("Nothing to tell.")
    if telling.afterwards(state.told):
        return _("Raised on {day}. It was computed afterwards, so nobody was told.").format(day=told_day)
    return _("Told on {day}.").format(day=told_day)


def silenced_words(silence: Transition) -> str:
    """Who silenced a rule or a whole situation, and until when."""
    until = short_day(silence.until.date()) if silence.until else _("further notice")
    told = _("Silenced by {who} until {until}.") if silence.rule else _("The whole situation is silenced by {who} until {until}.")
    return told.format(who=silence.who, until=until)


KIND_WORDS = {
    "all": marked("all of: {inner}"),
    "any": marked("any of: {inner}"),
}


def in_words(condition: Condition) -> str:
    """A condition as a person would note it: the kind and its parameters."""
    if condition.of:
        text = _(KIND_WORDS[condition.kind]).format(inner="; ".join(in_words(one) for one in condition.of))
    else:
        given = ", ".join(f"{name} {_shown(value)}" for name, value in condition.parameters.items())
        text = f"{condition.kind} ({given})" if given else condition.kind
    if condition.series:
        text = _("{text} on {series}").format(text=text, series=str(condition.series))
    if condition.periods > 1:
        text = _("{text}, {periods} periods running").format(text=text, periods=number(condition.periods))
    return text


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return number(value) if isinstance(value, (int, float)) else str(value)
