"""Reading: frames of figures as known on a day, their vintages, articles, and the state of the sources.

Frames are built from the driver's cursor and dates are converted a column at a time: less than half of the cost of
typed rows.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd
from sqlalchemy import ColumnElement, Select, and_, func, or_, select, tuple_

from monitor.model import SeriesKey
from monitor.store.engine import Store, batched
from monitor.store.runs import NOT_ASKED
from monitor.store.schema import STATUSES, Day, Moment, StatusCode, answer, mention, note, observation, run, series, set_aside, source

FIGURE_COLUMNS = (
    "source",
    "indicator",
    "location",
    "origin",
    "breakdown",
    "frequency",
    "period_start",
    "period_end",
    "value",
    "status",
    "qualifier",
    "known_at",
    "known_estimated",
    "bundled",
    "source_url",
)


def end_of(day: dt.date) -> dt.datetime:
    """The last second of a day, in UTC: "as known on D" includes all of D."""
    return dt.datetime.combine(day, dt.time(23, 59, 59), dt.UTC)


def _frame(store: Store, statement: Select[Any]) -> pd.DataFrame:
    columns = list(statement.selected_columns)
    with store.reading() as connection:
        result = connection.execute(statement)
        cursor = result.cursor
        rows = cursor.fetchall() if cursor is not None else []
    frame = pd.DataFrame.from_records(rows, columns=[column.name for column in columns])
    for column in columns:
        if isinstance(column.type, (Day, Moment)):
            frame[column.name] = _dates(frame[column.name], column.type, store)
        elif isinstance(column.type, StatusCode):
            frame[column.name] = pd.Categorical.from_codes(
                frame[column.name].to_numpy(dtype="int8"), [str(status) for status in STATUSES]
            ).astype(str)
        elif column.name in ("bundled", "known_estimated", "dated", "non_commercial"):
            frame[column.name] = frame[column.name].astype(bool)
    if "value" in frame:
        frame["value"] = frame["value"].astype(float)
    return frame


def _dates(values: pd.Series[Any], kind: Day | Moment, store: Store) -> pd.Series[Any]:
    if not store.is_sqlite:
        dates = pd.to_datetime(values, utc=isinstance(kind, Moment))
    else:
        dates = pd.to_datetime(values, unit="D" if isinstance(kind, Day) else "s", utc=isinstance(kind, Moment))
    return dates.astype("datetime64[s, UTC]" if isinstance(kind, Moment) else "datetime64[s]")


def known_on(as_of: dt.date) -> ColumnElement[bool]:
    """The condition that picks, of every period, the vintage known at the end of a day."""
    moment = end_of(as_of)
    return and_(observation.c.known_at <= moment, or_(observation.c.superseded_at.is_(None), observation.c.superseded_at > moment))


def figures(store: Store, as_of: dt.date, where: Mapping[str, Sequence[str]]) -> pd.DataFrame:
    """Figures as known on a day, one row each, ordered by the key; columns FIGURE_COLUMNS.

    `where` maps a part of the series key (source, indicator, location, origin, breakdown) to its allowed values.
    """
    chosen = [series.c[name].in_(list(values)) for name, values in where.items()]
    return _frame(store, _figures().where(known_on(as_of), *chosen))


def vintages(store: Store, keys: Iterable[SeriesKey]) -> pd.DataFrame:
    """Every vintage of these series, ordered by key, period and moment known; columns FIGURE_COLUMNS."""
    key = tuple_(*(series.c[name] for name in SeriesKey._fields))
    parts = [_frame(store, _figures().where(key.in_(some)).order_by(observation.c.known_at)) for some in batched(sorted(set(keys)))]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(FIGURE_COLUMNS))


def _figures() -> Select[Any]:
    key = [series.c[name] for name in SeriesKey._fields]
    figure = [observation.c[name] for name in ("period_start", "period_end", "value", "status", "qualifier", "known_at", "known_estimated")]
    joined = observation.join(series, series.c.id == observation.c.series_id).join(answer, answer.c.id == observation.c.answer_id)
    return (
        select(*key, series.c.frequency, *figure, answer.c.bundled, answer.c.url.label("source_url"))
        .select_from(joined)
        .order_by(*key, observation.c.period_end, observation.c.period_start)
    )


def choices(store: Store, part: str, where: Mapping[str, Sequence[str]]) -> list[str]:
    """The different values of one part of the series key among the stored series, in alphabetical order; `where` as in `figures`."""
    chosen = [series.c[name].in_(list(values)) for name, values in where.items()]
    with store.reading() as connection:
        return [str(value) for value in connection.scalars(select(series.c[part]).distinct().where(*chosen).order_by(series.c[part]))]


def notes(store: Store, as_of: dt.date, where: Mapping[str, Sequence[str]]) -> pd.DataFrame:
    """What sources say beside the figures of these sources, indicators, locations and origins, as known on a day.

    A note without an indicator, a location or an origin holds for all of them.
    """
    moment = end_of(as_of)
    chosen = [note.c[name].in_(list(values) if name == "source" else [*values, ""]) for name, values in where.items()]
    known = and_(note.c.known_at <= moment, or_(note.c.gone_at.is_(None), note.c.gone_at > moment))
    columns = [note.c[name] for name in ("source", "indicator", "location", "origin", "first_day", "last_day", "text", "known_at")]
    return _frame(store, select(*columns).where(known, *chosen).order_by(note.c.first_day, note.c.id))


def mentions(store: Store, situation: str, as_of: dt.date, limit: int = 2000) -> pd.DataFrame:
    """The newest articles of a situation known on a day."""
    names = ("seen_at", "dated", "title", "url", "domain", "language", "country", "source", "query", "feed", "known_at")
    chosen = select(*(mention.c[name] for name in names)).where(mention.c.situation == situation, mention.c.known_at <= end_of(as_of))
    return _frame(store, chosen.order_by(mention.c.seen_at.desc(), mention.c.id).limit(limit))


def sources(store: Store) -> pd.DataFrame:
    """What each source says of itself, one row each."""
    return _frame(store, select(*source.columns).order_by(source.c.id))


def last_runs(store: Store) -> pd.DataFrame:
    """The newest run of each source that has been asked; column `last_good` is when a run last stored or confirmed figures."""
    newest = select(func.max(run.c.id)).where(run.c.outcome.not_in(NOT_ASKED)).group_by(run.c.source)
    good = (
        select(run.c.source, func.max(run.c.finished_at).label("last_good"))
        .where(run.c.outcome.in_(("ok", "partial")))
        .group_by(run.c.source)
        .subquery()
    )
    joined = run.join(good, good.c.source == run.c.source, isouter=True)
    return _frame(store, select(*run.columns, good.c.last_good).select_from(joined).where(run.c.id.in_(newest)).order_by(run.c.source))


def newest_periods(store: Store, as_of: dt.date) -> dict[str, dt.date]:
    """The end of the newest period that each source has a figure for, as known on a day."""
    newest = select(series.c.source, func.max(observation.c.period_end).label("period_end")).join(
        series, series.c.id == observation.c.series_id
    )
    frame = _frame(store, newest.where(known_on(as_of), observation.c.value.is_not(None)).group_by(series.c.source))
    return {str(row.source): row.period_end.date() for row in frame.itertuples()}


def rows_set_aside(store: Store, source_id: str) -> pd.DataFrame:
    """What the newest run of a source set aside, with reasons."""
    newest = select(func.max(run.c.id)).where(run.c.source == source_id, run.c.outcome.not_in(NOT_ASKED)).scalar_subquery()
    return _frame(store, select(set_aside.c.reason, set_aside.c.row).where(set_aside.c.run_id == newest).order_by(set_aside.c.position))
