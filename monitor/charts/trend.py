"""Figures over time: one line a series, broken where figures lack; levels of rules and alerts marked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple

import altair as alt
import pandas as pd

from monitor.locale import _

HEIGHT = 320  # of the plot; a legend stands above it
LEGEND_ROW = 22
CROWDED = 300  # points; more of them would hide the line
DOT, SMALL_DOT = 22, 6


class Look(NamedTuple):
    """Colours that must be read on the page's background."""

    level: str
    alert: str
    note: str
    text: str


LIGHT = Look(level="#b54708", alert="#d92d20", note="#6941c6", text="#344054")
DARK = Look(level="#fdb022", alert="#ff7a6e", note="#b692f6", text="#d0d5dd")


def chart(
    figures: pd.DataFrame,
    *,
    unit: str,
    ratio: bool,
    look: Look,
    levels: pd.DataFrame | None = None,
    alerts: pd.DataFrame | None = None,
    notes: pd.DataFrame | None = None,
    ticks: Sequence[dt.date] = (),
) -> alt.LayerChart:
    """A line chart.

    `figures` has when (date), value, name (of the series), told_period, told_value, told_status and told_known (texts for
    the tooltip) and firm (bool: not provisional); `levels` has value and label; `alerts` and `notes`
    (on figures with a known error or a break) have when, value and told.
    `ticks` are the days to label by their year, for figures of the end of a year: Vega's own tick of 2018 is 1 January.
    `unit` names the axis, `ratio` says that its numbers are small and get no k or M.
    """
    x = alt.X("when", type="temporal", title=None, axis=_time_axis(ticks))
    y = alt.Y(
        "value", type="quantitative", title=unit, axis=alt.Axis(format="~f" if ratio else "~s", tickCount=6), scale=alt.Scale(zero=True)
    )
    many = figures["name"].nunique() > 1
    legend = alt.Legend(orient="top", title=None, columns=1, labelLimit=340) if many else None
    color = alt.Color("name", type="nominal", legend=legend)
    tooltip = [
        alt.Tooltip("name", type="nominal", title=_("Series")),
        alt.Tooltip("told_period", type="nominal", title=_("Period")),
        alt.Tooltip("told_value", type="nominal", title=_("Value")),
        alt.Tooltip("told_status", type="nominal", title=_("Status")),
        alt.Tooltip("told_known", type="nominal", title=_("Known on")),
    ]
    base = alt.Chart(figures).encode(x=x, y=y, color=color)
    layers: list[alt.Chart] = [
        base.mark_line(strokeWidth=2),
        base.transform_filter("datum.firm")
        .mark_point(filled=True, size=DOT if len(figures) <= CROWDED else SMALL_DOT, opacity=1)
        .encode(tooltip=tooltip),
    ]
    if not figures["firm"].all():
        rings = base.transform_filter("!datum.firm").mark_point(filled=False, size=70, strokeWidth=2, opacity=1)
        layers.append(rings.encode(tooltip=tooltip))
    layers += _levels(levels, look) + _alerts(alerts, look) + _notes(notes, look)
    return alt.LayerChart(layer=layers, height=HEIGHT + (LEGEND_ROW * figures["name"].nunique() if many else 0))


def _time_axis(ticks: Sequence[dt.date]) -> alt.Axis:
    if not ticks:
        return alt.Axis(labelFlush=True, tickCount=8)
    days = [alt.DateTime(year=day.year, month=day.month, date=day.day) for day in ticks]
    return alt.Axis(labelFlush=True, values=days, format="%Y")


def _levels(levels: pd.DataFrame | None, look: Look) -> list[alt.Chart]:
    if levels is None or levels.empty:
        return []
    base = alt.Chart(levels).encode(y=alt.Y("value", type="quantitative"))
    label = alt.Text("label", type="nominal")
    return [
        base.mark_rule(strokeDash=[6, 4], color=look.level, strokeWidth=1.5),
        base.mark_text(align="left", baseline="bottom", dx=4, dy=-3, color=look.level, fontSize=12).encode(text=label, x=alt.value(0)),
    ]


def _alerts(alerts: pd.DataFrame | None, look: Look) -> list[alt.Chart]:
    if alerts is None or alerts.empty:
        return []
    mark = alt.Chart(alerts).mark_point(shape="triangle-down", filled=True, size=120, color=look.alert, opacity=1, yOffset=-12)
    tooltip = [alt.Tooltip("told", type="nominal", title=_("Alert"))]
    return [mark.encode(x=alt.X("when", type="temporal"), y=alt.Y("value", type="quantitative"), tooltip=tooltip)]


def _notes(notes: pd.DataFrame | None, look: Look) -> list[alt.Chart]:
    if notes is None or notes.empty:
        return []
    mark = alt.Chart(notes).mark_point(shape="diamond", filled=False, size=150, strokeWidth=2, color=look.note, opacity=1)
    tooltip = [alt.Tooltip("told", type="nominal", title=_("Note"))]
    return [mark.encode(x=alt.X("when", type="temporal"), y=alt.Y("value", type="quantitative"), tooltip=tooltip)]


def described(names: Sequence[str], first: str, last: str) -> str:
    """What a person who does not see the chart is told of it."""
    return _("Line chart of {names}, {first} to {last}").format(names="; ".join(names), first=first, last=last)
