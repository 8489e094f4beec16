"""The chart of an alert: its series as it was known at the alert's moment, with the level and the mark of the alert."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from monitor.charts import picture, trend
from monitor.locale import _, number, period
from monitor.model import INDICATORS, Frequency, Measure, Point, SeriesKey, Status, Transition
from monitor.series import thinned, with_gaps

FARTHEST_LEVEL = 3.0  # times the highest figure: a level above that would flatten the line


def of(entry: Transition, points: Sequence[Point], frequency: Frequency, title: str) -> bytes:
    """A PNG of the points as known at the alert's moment; nothing where there is no figure to draw."""
    indicator = INDICATORS.get(entry.series.indicator) if entry.series else None
    if entry.series is None or indicator is None or all(point.value is None for point in points):
        return b""
    running = indicator.measure in (Measure.STOCK, Measure.CUMULATIVE)
    figures = _figures(entry.series, points, frequency, running, title)
    marks = _marks(entry, figures, running)
    chart = trend.chart(
        figures,
        unit=_(indicator.unit),
        ratio=indicator.measure is Measure.RATIO,
        look=trend.LIGHT,
        levels=_levels(entry, figures) if len(marks) else None,
        alerts=marks,
    )
    return picture.png(chart, title)


def _figures(series: SeriesKey, points: Sequence[Point], frequency: Frequency, running: bool, title: str) -> pd.DataFrame:
    """The points with what the chart needs."""
    frame = pd.DataFrame(
        {
            **series._asdict(),
            "frequency": frequency.value,
            "period_start": pd.to_datetime([p.period_start for p in points]).astype("datetime64[s]"),
            "period_end": pd.to_datetime([p.period_end for p in points]).astype("datetime64[s]"),
            "value": [float("nan") if p.value is None else float(p.value) for p in points],
            "status": [p.status.value for p in points],
            "qualifier": "",
            "known_at": pd.Series(pd.NaT, index=range(len(points)), dtype="datetime64[s, UTC]"),
            "known_estimated": False,
            "bundled": False,
            "source_url": "",
        }
    )
    regular = with_gaps(thinned(frame))
    spans = zip(regular["period_start"].dt.date, regular["period_end"].dt.date, strict=True)
    return pd.DataFrame(
        {
            "when": regular["period_end" if running else "period_start"],
            "value": regular["value"],
            "name": title,
            "told_period": [period(*span) for span in spans],
            "told_value": [number(value) for value in regular["value"]],
            "told_status": regular["status"],
            "told_known": "",
            "firm": (regular["status"] != Status.PROVISIONAL.value).astype(bool),
        }
    )


def _marks(entry: Transition, figures: pd.DataFrame, running: bool) -> pd.DataFrame:
    """Where the alert stands in the chart; nowhere when what was judged is not what is drawn."""
    verdict = entry.verdict
    when = pd.Timestamp((verdict.period_end if running else verdict.period_start) or pd.NaT)
    shown = figures[(figures["when"] == when) & (figures["value"] == verdict.value)]
    return shown[["when", "value"]].assign(told=verdict.sentence)


def _levels(entry: Transition, figures: pd.DataFrame) -> pd.DataFrame | None:
    level = entry.verdict.threshold
    if level is None or not 0 < level <= FARTHEST_LEVEL * float(figures["value"].max()):
        return None
    return pd.DataFrame([(float(level), _("Alert level: {level}").format(level=number(round(level, 1))))], columns=["value", "label"])
