"""Back-test: what a rule would have told, replayed moment by moment on the figures as known then. Pure.

A figure that came long after its period, because a whole history was read at once, was not known then as far as the
store can tell. It is taken as known after the source's usual lag, at first with the usual share of its later value.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from monitor.alerts import state
from monitor.alerts.episodes import Episode, by_month
from monitor.alerts.scorecard import Alert, Case
from monitor.alerts.state import History, Vintage
from monitor.locale import Sentence
from monitor.model import FIRING, UTC, Point, Rule, Transition, is_complete, marked

GRACE_DAYS = 45  # later than the usual lag by more than this, a figure came with a history that was read at once
LEAST_REVISED = 6  # periods; a share learnt from fewer says nothing
Period = tuple[dt.date, dt.date]


@dataclass(frozen=True, slots=True)
class Usual:
    """What is usual of a source: the days from the end of a period until its figure is known, and how that grows.

    `share` is the first figure as a share of the settled one, and `settles_days` when it has settled after it was first known;
    `seen` is from how many periods that was learnt. A `lag_days` of None: not known.
    """

    lag_days: int | None
    share: float = 1.0
    settles_days: int = 0
    seen: int = 0


def by_period(vintages: Iterable[Vintage]) -> dict[Period, list[Vintage]]:
    """The vintages of each period, the first known first."""
    found: dict[Period, list[Vintage]] = defaultdict(list)
    for vintage in sorted(vintages, key=lambda v: v.known_at):
        found[vintage.point.period_start, vintage.point.period_end].append(vintage)
    return found


def usual(lag_days: int | None, series: Iterable[Sequence[Vintage]]) -> Usual:
    """What is usual of a source, learnt from the vintages of its series where these hold enough that were known in time."""
    shares, days = [], []
    for vintages in series:
        for seen in by_period(vintages).values():
            finished = [v for v in seen if is_complete(v.point)]
            if len(finished) > 1 and finished[-1].point.value and _in_time(finished[0], lag_days):
                shares.append((finished[0].point.value or 0.0) / finished[-1].point.value)
                days.append((finished[-1].known_at - finished[0].known_at).days)
    if len(shares) < LEAST_REVISED:
        return Usual(lag_days, seen=len(shares))
    return Usual(lag_days, median(shares), int(median(days)), len(shares))


def _in_time(vintage: Vintage, lag_days: int | None) -> bool:
    return (vintage.known_at.date() - vintage.point.period_end).days <= (lag_days or 0) + GRACE_DAYS


def as_usual(vintages: Sequence[Vintage], source: Usual) -> tuple[list[Vintage], Sentence]:
    """The vintages, those that came late moved to when they would usually have been known; and a sentence that says so."""
    periods = by_period(vintages)
    late = {period for period, seen in periods.items() if not _in_time(seen[0], source.lag_days)}
    found: list[Vintage] = []
    for period, seen in periods.items():
        found += [*_assumed(seen[0], source), *seen[1:]] if period in late else seen
    return sorted(found, key=lambda v: v.known_at), _told(len(periods), len(late), source)


def _assumed(vintage: Vintage, source: Usual) -> Iterator[Vintage]:
    """What would have been known of a figure, and when, had the source been asked all along."""
    known = _after(vintage.point.period_end, source.lag_days or 0)
    if source.share != 1.0 and vintage.point.value is not None:
        yield Vintage(known, vintage.point._replace(value=float(round(vintage.point.value * source.share))))
        known += dt.timedelta(days=max(source.settles_days, 1))
    yield vintage._replace(known_at=min(known, vintage.known_at))


def _after(day: dt.date, days: int) -> dt.datetime:
    return dt.datetime.combine(day + dt.timedelta(days=days), dt.time(0), UTC)


def _told(periods: int, late: int, source: Usual) -> Sentence:
    words: dict[str, object] = {
        "periods": periods,
        "late": late,
        "lag": source.lag_days,
        "share": f"{source.share:.0%}",
        "seen": source.seen,
    }
    if not periods:
        return Sentence(marked("No figure of this series is known."))
    if not late:
        return Sentence(marked("Each of {periods} periods is replayed from the moment at which the store has it as known."), words)
    if source.lag_days is None:
        message = marked(
            "{late} of {periods} periods came with a history read at once, and the source's usual lag is not known: they are taken as known at their end, earlier than anybody knew them."
        )
    elif source.share == 1.0:
        message = marked(
            "{late} of {periods} periods came with a history read at once: they are taken as known {lag} days after their end, the source's usual lag, with their later value, since too few of its revisions are on record."
        )
    else:
        message = marked(
            "{late} of {periods} periods came with a history read at once: they are taken as known {lag} days after their end, the source's usual lag, at first with {share} of their later value, as usual in {seen} periods."
        )
    return Sentence(message, words)


@dataclass(frozen=True, slots=True)
class Replay:
    """What a rule would have done from one day to another: every entry of its ledger, and what the figures are worth."""

    rule: Rule
    first: dt.date
    last: dt.date
    entries: tuple[Transition, ...]
    note: Sentence

    @property
    def told(self) -> list[Transition]:
        """The entries that somebody would have been told of as an alert."""
        return [one for one in self.entries if one.move in FIRING and not one.muted]

    @property
    def alerts(self) -> list[Alert]:
        """These as the scorecard sees them."""
        return [Alert(one.verdict.period_end or one.at.date(), one.verdict.value, one.at) for one in self.told]


def replay(rule: Rule, known: History, first: dt.date, last: dt.date, note: Sentence | None = None) -> Replay:
    """The rule moment by moment, its state carried along from the first figure; kept is what became known in these days.

    Nothing that became known later touches an entry: the entries up to a day are the same whatever came after it.
    """
    until = dt.datetime.combine(last, dt.time(23, 59, 59), UTC)
    entries = state.transitions(rule, "", known, until)
    return Replay(rule, first, last, tuple(one for one in entries if one.at.date() >= first), note or Sentence(""))


def newest(vintages: Sequence[Vintage]) -> list[Point]:
    """The points as they are known now, in the order of their periods."""
    return [seen[-1].point for _, seen in sorted(by_period(vintages).items(), key=lambda one: (one[0][1], one[0][0]))]


def case(one: Replay, episodes: Sequence[Episode], points: Sequence[Point]) -> Case:
    """A replay as the scorecard counts it, over the months of its days that have figures. `points` are the final figures."""
    first = max(one.first, min((p.period_start for p in points), default=one.first))
    last = max(first, min(one.last, max((p.period_end for p in points), default=one.last)))
    try:
        values: Mapping[int, float] = by_month(points)
    except ValueError:
        values = {}  # no series of months: what came after an alert is not asked
    return Case(str(one.rule.series), first, last, one.alerts, episodes, values)
