"""From the store to a back-test: what rules would have told on figures as known then, and the two labels they are held against."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path

import pandas as pd

from monitor import watch
from monitor.alerts import backtest, episodes, summed
from monitor.alerts.backtest import Period, Replay, Usual
from monitor.alerts.episodes import Episode
from monitor.alerts.scorecard import Case
from monitor.alerts.state import History, Vintage
from monitor.errors import SituationError
from monitor.locale import Sentence
from monitor.model import INDICATORS, MAY_SUM, Over, Point, Rule, SeriesKey, Status, marked, parts
from monitor.store import Store, read

COMPUTED, DOCUMENTED = "computed", "documented"


@dataclass(frozen=True, slots=True)
class Trial:
    """A rule replayed, the final figures of its series, the episodes of each label that there is for it, and what its sources
    remark on single figures, by period."""

    replay: Replay
    points: Sequence[Point]
    labels: Mapping[str, Sequence[Episode]]
    remarks: Mapping[Period, str]

    def case(self, label: str) -> Case:
        """The replay as the scorecard counts it against one label."""
        return backtest.case(self.replay, self.labels[label], self.points)


def documented(seeds: Path) -> Mapping[str, Sequence[Episode]]:
    """The crises of `seeds/episodes.csv` by place; none where there is no such file. Raises SituationError for a wrong line."""
    path = seeds / "episodes.csv"
    try:
        return episodes.documented(path.read_text(encoding="utf-8")) if path.exists() else {}
    except (ValueError, UnicodeDecodeError) as error:
        raise SituationError(f"{path.name}: {error}") from None


def labels(series: SeriesKey, points: Sequence[Point], crises: Mapping[str, Sequence[Episode]]) -> dict[str, Sequence[Episode]]:
    """The labels that a series has: episodes computed from its months, and documented ones of its place or of itself."""
    found: dict[str, Sequence[Episode]] = {}
    if Over.TIME in MAY_SUM[INDICATORS[series.indicator].measure]:
        with suppress(ValueError):  # other periods than months: nothing is computed
            found[COMPUTED] = episodes.computed(points)
    named = [*crises.get(str(series), ()), *crises.get(series.location, ())]
    return found | ({DOCUMENTED: named} if named else {})


def run(store: Store, chosen: Sequence[Rule], seeds: Path, first: dt.date | None, last: dt.date) -> list[Trial]:
    """Each rule from a day (or from its first figure) to another, on figures as known then or as usually known."""
    known = watch.histories(store, chosen)
    sources = _usual(store, known)
    crises = documented(seeds)
    found = []
    for rule in chosen:
        replay = _replay(rule, known[rule.identity], sources, first, last)
        remarks, estimated = _remarks(store, rule.series)
        replay = replace(replay, note=_note(replay.note, estimated))
        points = backtest.newest(known[rule.identity].own)
        found.append(Trial(replay, points, labels(rule.series, points, crises), remarks))
    return found


def _replay(rule: Rule, known: History, sources: Mapping[str, Usual], first: dt.date | None, last: dt.date) -> Replay:
    own, note = backtest.as_usual(known.own, sources[rule.series.source])
    beside = {key: backtest.as_usual(vintages, sources[key.source])[0] for key, vintages in known.beside.items()}
    begin = min((v.point.period_start for v in own), default=last)
    return backtest.replay(rule, History(own, beside, known.asked), first or min(begin, last), last, note)


def _note(note: Sentence, estimated: int) -> Sentence:
    """The note on when the figures were known, with those of which only the usual lag tells it."""
    if not estimated:
        return note
    words = {"note": note, "count": estimated}
    return Sentence(
        marked("{note} Of {count} of them that moment is an estimate after the usual lag, and their values may be later ones."), words
    )


def _remarks(store: Store, series: SeriesKey) -> tuple[dict[Period, str], int]:
    """What stands beside the figures of a series, and of how many periods the day on which they were known is estimated."""
    frame = read.vintages(store, parts(series))
    said = frame[frame["qualifier"] != ""]
    rows = zip(said["period_start"], said["period_end"], said["qualifier"], strict=True)
    estimated = frame[frame["known_estimated"].astype(bool)]
    return {(start.date(), end.date()): text for start, end, text in rows}, int(estimated["period_end"].nunique())


def _usual(store: Store, known: Mapping[tuple[str, SeriesKey], History]) -> dict[str, Usual]:
    """What is usual of each source, as far as the series at hand tell."""
    lags = {str(row.id): None if row.lag_days != row.lag_days else int(row.lag_days) for row in read.sources(store).itertuples()}
    by_source: dict[str, dict[SeriesKey, Sequence[Vintage]]] = defaultdict(dict)
    for (_, key), history in known.items():
        for one, vintages in ((key, history.own), *history.beside.items()):
            by_source[one.source][one] = vintages
    return {source: backtest.usual(lags.get(source), series.values()) for source, series in by_source.items()}


def by_series(frame: pd.DataFrame) -> Iterator[tuple[SeriesKey, list[Point]]]:
    """The points of each series of a frame of figures that is ordered by its key."""
    days = (frame[name].to_numpy().astype("datetime64[D]").astype(object) for name in ("period_start", "period_end"))
    values = (None if value != value else value for value in frame["value"].tolist())
    points = (Point(*each) for each in zip(*days, values, (STATUS[text] for text in frame["status"].tolist()), strict=True))
    keys = zip(*(frame[name].tolist() for name in SeriesKey._fields), strict=True)
    for key, some in groupby(zip(keys, points, strict=True), key=lambda one: one[0]):
        yield SeriesKey(*key), [point for _, point in some]


STATUS = {str(status): status for status in Status}


def final(store: Store, where: Mapping[str, Sequence[str]], day: dt.date) -> dict[str, list[Point]]:
    """The points of all series that match, as known on a day, by place and origin; breakdowns that do not overlap are added."""
    found: dict[str, list[list[Vintage]]] = defaultdict(list)
    moment = read.end_of(day)
    for key, points in by_series(read.figures(store, day, where)):
        found[f"{key.source}/{key.indicator}/{key.location}/{key.origin or '-'}"].append([Vintage(moment, point) for point in points])
    return {name: backtest.newest(summed.added(some)) for name, some in found.items()}
