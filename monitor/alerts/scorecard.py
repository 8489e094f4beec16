"""Scorecard: alerts held against episodes, with intervals. Pure: a seeded generator is handed in by its seed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any, NamedTuple

import numpy as np

from monitor.alerts.episodes import Episode, month_number

DRAWS = 2000
STAYS = 0.8  # of the alert's value, for the mean of the STAYS_MONTHS after it
STAYS_MONTHS = 3


class Alert(NamedTuple):
    """One alert that was told: the end of the period it is about, the value, and when it was known."""

    period_end: dt.date
    value: float | None
    known_at: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class Match:
    """How far an alert may lie from an episode, in months.

    It is right when it falls between `right_before` months before an episode's start and its end; an episode is caught
    when an alert falls between `caught_before` months before its start and its end.
    """

    right_before: int = 1
    caught_before: int = 2


@dataclass(frozen=True, slots=True)
class Case:
    """One series over the months from `first` to `last`: what was alerted, what happened, and the values by month number."""

    series: str
    first: dt.date
    last: dt.date
    alerts: Sequence[Alert]
    episodes: Sequence[Episode]
    values: Mapping[int, float] = field(default_factory=dict)

    @property
    def years(self) -> float:
        """How long the series was watched."""
        return (month_number(self.last) - month_number(self.first) + 1) / 12

    def within(self) -> list[Episode]:
        """The episodes that start in these months."""
        return [one for one in self.episodes if month_number(self.first) <= month_number(one.start) <= month_number(self.last)]


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts over series, episodes and alerts; two are added by `+`."""

    years: float = 0.0
    alerts: int = 0
    right: int = 0
    episodes: int = 0
    delays: tuple[int, ...] = ()  # months of the data, of each episode that was caught
    days_until_known: tuple[int, ...] = ()  # from the episode's first day until its first alert was known
    stayed: int = 0
    could_stay: int = 0  # alerts whose next three months are known

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            self.years + other.years,
            self.alerts + other.alerts,
            self.right + other.right,
            self.episodes + other.episodes,
            self.delays + other.delays,
            self.days_until_known + other.days_until_known,
            self.stayed + other.stayed,
            self.could_stay + other.could_stay,
        )

    @property
    def alerts_a_year(self) -> float | None:
        """Alerts for each series and year."""
        return self.alerts / self.years if self.years else None

    @property
    def precision(self) -> float | None:
        """The share of alerts that were right; None without alerts."""
        return self.right / self.alerts if self.alerts else None

    @property
    def caught(self) -> int:
        """How many episodes had an alert."""
        return len(self.delays)

    @property
    def recall(self) -> float | None:
        """The share of episodes that were caught; None without episodes."""
        return self.caught / self.episodes if self.episodes else None

    @property
    def median_delay(self) -> float | None:
        """Months from an episode's start to its first alert; below 0 when it came before."""
        return median(self.delays) if self.delays else None

    @property
    def worst_delay(self) -> int | None:
        """The longest of these."""
        return max(self.delays, default=None)

    @property
    def median_days(self) -> float | None:
        """Days from an episode's first day until its first alert was known."""
        return median(self.days_until_known) if self.days_until_known else None

    @property
    def stays(self) -> float | None:
        """The share of alerts after which the mean of the next three months was at least 80 % of the alert's value."""
        return self.stayed / self.could_stay if self.could_stay else None


def is_right(alert: Alert, episodes: Sequence[Episode], match: Match) -> bool:
    """Whether an alert falls near or into one of the episodes."""
    return any(_falls(alert, one, match.right_before) for one in episodes)


def first_alert(episode: Episode, alerts: Sequence[Alert], match: Match) -> Alert | None:
    """The alert that caught an episode; None when it was missed."""
    return min((one for one in alerts if _falls(one, episode, match.caught_before)), key=lambda one: one.period_end, default=None)


def _falls(alert: Alert, episode: Episode, before: int) -> bool:
    month = month_number(alert.period_end)
    return month_number(episode.start) - before <= month <= month_number(episode.end)


def stays(alert: Alert, values: Mapping[int, float]) -> bool | None:
    """Whether the mean of the months after an alert is at least 80 % of its value; None while one of them is not known."""
    month = month_number(alert.period_end)
    after = [values[month + n] for n in range(1, STAYS_MONTHS + 1) if month + n in values]
    at = values.get(month, alert.value)
    return sum(after) / STAYS_MONTHS >= STAYS * at if len(after) == STAYS_MONTHS and at is not None else None


def tally(cases: Sequence[Case], match: Match | None = None) -> Tally:
    """All the cases counted together. Alerts outside of a case's months do not count; episodes count when they start in them."""
    return sum((part for case in cases for part in _blocks(case, match or Match())), Tally())


def _blocks(case: Case, match: Match) -> Iterator[Tally]:
    """The counts of one series, year by year. What belongs to an episode is counted in the year of its start."""
    first, last = month_number(case.first), month_number(case.last)
    parts = {year: Tally(years=_months_of(year, first, last) / 12) for year in range(case.first.year, case.last.year + 1)}
    alerts = [one for one in case.alerts if first <= month_number(one.period_end) <= last]
    for episode in case.within():
        parts[episode.start.year] += _of_episode(episode, first_alert(episode, alerts, match))
    for alert in alerts:
        near = next((one for one in case.within() if _falls(alert, one, match.right_before)), None)
        parts[(near.start if near else alert.period_end).year] += _of_alert(alert, is_right(alert, case.episodes, match), case.values)
    yield from parts.values()


def _months_of(year: int, first: int, last: int) -> int:
    return min(last, year * 12 + 11) - max(first, year * 12) + 1


def _of_episode(episode: Episode, alert: Alert | None) -> Tally:
    if alert is None:
        return Tally(episodes=1)
    delay = month_number(alert.period_end) - month_number(episode.start)
    days = ((alert.known_at.date() - episode.start).days,) if alert.known_at else ()
    return Tally(episodes=1, delays=(delay,), days_until_known=days)


def _of_alert(alert: Alert, right: bool, values: Mapping[int, float]) -> Tally:
    stayed = stays(alert, values)
    return Tally(alerts=1, right=int(right), stayed=int(stayed is True), could_stay=int(stayed is not None))


def intervals(
    cases: Sequence[Case], match: Match | None = None, *, seed: int = 1, draws: int = DRAWS, level: float = 0.95
) -> dict[str, tuple[float, float]]:
    """A bootstrap interval for alerts a year, precision, recall, median delay and stays; one that no draw could tell is absent.

    What is drawn is a series' year with all that belongs to it: the alerts of one episode stand or fall together, while
    single months would be drawn as if they were independent. Draws in which a share has nothing to be a share of are left out.
    """
    blocks = [block for case in cases for block in _blocks(case, match or Match())]
    if not blocks:
        return {}
    chosen = np.random.default_rng(seed).integers(0, len(blocks), (draws, len(blocks)))
    counts = {name: np.array([getattr(one, name) for one in blocks], dtype=float)[chosen].sum(axis=1) for name in COUNTS}
    drawn = {
        "alerts_a_year": _shares(counts["alerts"], counts["years"]),
        "precision": _shares(counts["right"], counts["alerts"]),
        "recall": _shares(counts["caught"], counts["episodes"]),
        "median_delay": _medians([one.delays for one in blocks], chosen),
        "stays": _shares(counts["stayed"], counts["could_stay"]),
    }
    edges = ((1 - level) / 2, (1 + level) / 2)
    return {name: (float(np.quantile(some, edges[0])), float(np.quantile(some, edges[1]))) for name, some in drawn.items() if len(some)}


def shown(value: float | None) -> str:
    """A share or a rate with two digits; a dash where there is none."""
    return "–" if value is None else f"{value:.2f}"


def with_interval(text: str, measure: str, between: Mapping[str, tuple[float, float]]) -> str:
    """A figure with its interval behind it, where it has one."""
    if text == "–" or measure not in between:
        return text
    low, high = between[measure]
    return f"{text} ({low:.2f}–{high:.2f})"


COUNTS = ("years", "alerts", "right", "episodes", "caught", "stayed", "could_stay")
Numbers = np.ndarray[Any, np.dtype[np.float64]]


def _shares(parts: Numbers, wholes: Numbers) -> Numbers:
    some = wholes > 0
    found: Numbers = parts[some] / wholes[some]
    return found


def _medians(delays: Sequence[Sequence[int]], chosen: np.ndarray[Any, np.dtype[np.int64]]) -> Numbers:
    """The median delay of each draw that has one: the delays are few different numbers, so they are counted, not sorted."""
    levels = sorted({one for some in delays for one in some})
    if not levels:
        return np.array([])
    held = np.array([[some.count(level) for level in levels] for some in delays])
    counted = held[chosen].sum(axis=1).cumsum(axis=1)
    of = counted[:, -1]
    counted, of = counted[of > 0], of[of > 0]
    lower, upper = ((counted <= middle[:, None]).sum(axis=1) for middle in ((of - 1) // 2, of // 2))
    values = np.array(levels, dtype=float)
    middle: Numbers = (values[lower] + values[upper]) / 2
    return middle
