"""Series as a person sees them: regular steps with gaps, changes, sums that mean something. Frames in, frames out.

Frames have the columns of `store.read.FIGURE_COLUMNS`; nothing here reads or writes.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import pandas as pd

from monitor.errors import ContractError
from monitor.model import GOES_ON, INDICATORS, SOFTNESS, Frequency, Measure, Over, SeriesKey, refuse_sum, same_day

MOST_POINTS = 2000  # of one chart: beyond this a browser draws marks, not information
PERIOD_CODE = {Frequency.MONTH: "M", Frequency.YEAR: "Y", Frequency.DAY: "D", Frequency.WEEK: "W"}


@dataclass(frozen=True, slots=True)
class Figure:
    """The newest figure of a series, with what a reader must know beside it."""

    key: SeriesKey
    value: float
    period_start: dt.date
    period_end: dt.date
    status: str
    qualifier: str
    known_at: dt.datetime
    known_estimated: bool
    bundled: bool
    source_url: str
    age_days: int
    before: float | None  # the same period a year earlier
    before_start: dt.date | None
    before_end: dt.date | None
    history: tuple[float, ...]  # finished periods only
    so_far: tuple[float, dt.date, dt.date] | None  # a later figure that is still provisional: value, first day, last day

    @property
    def change(self) -> float | None:
        """Change against the same period a year earlier, as a fraction; None when there is nothing to compare with.

        A figure that is still provisional is not compared: half a month against a whole one would always have fallen.
        """
        return (self.value - self.before) / self.before if self.before and self.status != "provisional" else None


def newest(frame: pd.DataFrame, as_of: dt.date, points: int = 36) -> Figure | None:
    """The newest finished figure of a frame of one series, else the newest; None when it has none.

    Missing values are passed over. What is known of a later, unfinished period stands beside it in `so_far`.
    """
    known = frame[frame["value"].notna()]
    if known.empty:
        return None
    last = known.iloc[-1]
    finished = known[known["status"] != "provisional"]
    known = finished if len(finished) else known
    row = known.iloc[-1]
    later = last["period_end"] > row["period_end"]
    start, end = row["period_start"].date(), row["period_end"].date()
    year_ago = tuple(pd.Timestamp(same_day(edge, edge.year - 1)) for edge in (start, end))
    before = known[(known["period_start"] == year_ago[0]) & (known["period_end"] == year_ago[1])]["value"]
    return Figure(
        key=SeriesKey(*(row[name] for name in SeriesKey._fields)),
        value=float(row["value"]),
        period_start=start,
        period_end=end,
        status=row["status"],
        qualifier=row["qualifier"],
        known_at=row["known_at"].to_pydatetime(),
        known_estimated=bool(row["known_estimated"]),
        bundled=bool(row["bundled"]),
        source_url=row["source_url"],
        age_days=(as_of - end).days,
        before=float(before.iloc[-1]) if len(before) else None,
        before_start=year_ago[0].date() if len(before) else None,
        before_end=year_ago[1].date() if len(before) else None,
        history=tuple(known["value"].tail(points)),
        so_far=(float(last["value"]), last["period_start"].date(), last["period_end"].date()) if later else None,
    )


def with_gaps(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with an empty row for every gap of a regular series, so that a line breaks there.

    Stocks by day are read when somebody counts, so they have no regular step and no gaps of their own.
    """
    parts = [_one_with_gaps(part) for _, part in frame.groupby(list(SeriesKey._fields), sort=False)]
    return pd.concat(parts, ignore_index=True) if parts else frame


def _one_with_gaps(part: pd.DataFrame) -> pd.DataFrame:
    frequency = Frequency(part["frequency"].iloc[0])
    measure = INDICATORS[part["indicator"].iloc[0]].measure
    code = PERIOD_CODE.get(frequency)
    if code is None or (measure is Measure.STOCK and frequency is not Frequency.YEAR) or measure is Measure.CUMULATIVE:
        return part
    have = pd.PeriodIndex(part["period_end"], freq=code)
    missing = pd.period_range(have.min(), have.max(), freq=code).difference(have)
    if missing.empty:
        return part
    # One empty row in each gap breaks the line; more would only be carried about.
    missing = missing[[0, *(n for n in range(1, len(missing)) if missing[n] != missing[n - 1] + 1)]]
    key = {name: part[name].iloc[0] for name in (*SeriesKey._fields, "frequency")}
    ends = missing.end_time.normalize().astype("datetime64[s]")
    starts = ends if measure is Measure.STOCK else missing.start_time.astype("datetime64[s]")
    empty = pd.DataFrame(
        {**key, "period_start": starts, "period_end": ends, "value": float("nan"), "status": "not_reported", "qualifier": ""}
    )
    empty = empty.reindex(columns=part.columns).astype({"known_estimated": "boolean", "bundled": "boolean"})
    filled = part.astype({"known_estimated": "boolean", "bundled": "boolean"})
    empty["known_at"] = pd.Series(pd.NaT, index=empty.index, dtype=part["known_at"].dtype)
    empty["source_url"] = ""
    return pd.concat([filled, empty], ignore_index=True).sort_values(["period_end", "period_start"], kind="stable")


def thinned(frame: pd.DataFrame, most: int = MOST_POINTS) -> pd.DataFrame:
    """At most `most` rows: of stocks by day the last of each week, then of each month; other measures are cut to the newest."""
    if len(frame) <= most:
        return frame
    if set(frame["indicator"].map(lambda name: INDICATORS[name].measure)) <= {Measure.STOCK, Measure.CUMULATIVE}:
        for code in ("W", "M"):
            step = frame["period_end"].dt.to_period(code)
            last = frame.groupby([*SeriesKey._fields, step], sort=False).tail(1)
            if len(last) <= most:
                return last
        frame = last
    return frame.sort_values("period_end").tail(most).sort_index()


def total(frame: pd.DataFrame, over: Over) -> float:
    """The sum of a frame's values; missing when all are missing.

    Raises ContractError where a sum means nothing: other indicators, a stock over time, ratios, several sources.
    """
    reason = refuse_sum(frame["indicator"], over)
    if not reason and frame["source"].nunique() > 1:
        reason = "figures of several sources are not added"
    breakdowns = set(frame["breakdown"])
    if not reason and "all" in breakdowns and len(breakdowns) > 1:
        reason = "the figures by sea and by land are in those of all already"
    if not reason and len(breakdowns) > 1 and not INDICATORS[frame["indicator"].iloc[0]].breakdowns:
        reason = "breakdowns that a source names itself may overlap: they are not added"
    if not reason and len(breakdowns) > 1 and not INDICATORS[frame["indicator"].iloc[0]].addable:
        reason = "these breakdowns overlap or are of different units: they are not added"
    if not reason and over is Over.TIME and frame.groupby(list(SeriesKey._fields)).ngroups > 1:
        reason = "a sum over time is of one series"
    if not reason and over is Over.PLACES and frame[["period_start", "period_end"]].drop_duplicates().shape[0] > 1:
        reason = "a sum over places is of one period"
    if reason:
        raise ContractError(reason)
    return float(frame["value"].sum(min_count=1))


def as_written(frame: pd.DataFrame, key: SeriesKey) -> pd.DataFrame:
    """The figures of a series that a rule names: as they are, or the sums of those of its parts, such as `sea+land`.

    A part without a row for a period adds nothing to it, unless the period is newer than all that is known of the part:
    then there is no sum yet. One without a value leaves the sum without one. A sum is known when its last part was, and
    provisional where one part is.
    """
    if frame["breakdown"].nunique() < 2:
        return frame.assign(breakdown=key.breakdown)
    newest = frame.groupby("breakdown")["period_end"].max()
    going_on = newest[newest >= newest.max() - GOES_ON]
    frame = frame[frame["period_end"] <= going_on.min()]
    grouped = frame.groupby(["period_start", "period_end"], as_index=False, sort=True)
    summed = grouped.agg(
        value=("value", lambda values: values.sum(skipna=False)),
        status=("status", lambda given: max(given, key=SOFTNESS.index)),
        known_at=("known_at", "max"),
        known_estimated=("known_estimated", "any"),
        bundled=("bundled", "any"),
        source_url=("source_url", "first"),
        frequency=("frequency", "first"),
    )
    return summed.assign(qualifier="", **key._asdict()).reindex(columns=frame.columns)


@dataclass(frozen=True, slots=True)
class Revision:
    """A value that replaced another for the same period."""

    key: SeriesKey
    period_start: dt.date
    period_end: dt.date
    before: float
    before_known: dt.datetime
    value: float
    known: dt.datetime
    known_estimated: bool


def revisions(vintages: pd.DataFrame, as_of: dt.date) -> list[Revision]:
    """Every change of a value known by the end of a day, newest first. `vintages` are ordered by moment known in a period.

    What a running month grows by while it runs is no revision: only values known after their period's end are compared.
    """
    until = pd.Timestamp(as_of, tz="UTC") + pd.Timedelta(days=1)
    known = vintages[(vintages["known_at"] < until) & vintages["value"].notna()]
    known = known[known["known_at"].dt.tz_localize(None).dt.normalize() >= known["period_end"]]
    period = [*SeriesKey._fields, "period_start", "period_end"]
    earlier = known.groupby(period, sort=False)[["value", "known_at"]].shift()
    changed = known.assign(before=earlier["value"], before_known=earlier["known_at"])
    changed = changed[changed["before"].notna() & (changed["before"] != changed["value"])].sort_values("known_at", ascending=False)
    columns = (*period, "before", "before_known", "value", "known_at", "known_estimated")
    rows = zip(*(changed[name] for name in columns), strict=True)
    return [_revision(SeriesKey(*row[:5]), *row[5:]) for row in rows]


def _revision(key: SeriesKey, start: Any, end: Any, before: Any, before_known: Any, value: Any, known: Any, estimated: Any) -> Revision:
    moments = before_known.to_pydatetime(), known.to_pydatetime()
    return Revision(key, start.date(), end.date(), float(before), moments[0], float(value), moments[1], bool(estimated))
