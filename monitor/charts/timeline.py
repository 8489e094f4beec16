"""Alerts over time: one row a rule, a bar while an alert was open, a mark where somebody was told."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt
import pandas as pd

from monitor.charts.trend import Look
from monitor.locale import _

ROW = 34  # pixels of one rule


def chart(bars: pd.DataFrame, marks: pd.DataFrame, *, look: Look) -> alt.LayerChart:
    """A timeline.

    `bars` has rule (its name), begin, end (dates), severity (a word) and told (text for the tooltip); `marks` has rule,
    when and told, one row for each time that somebody was told.
    """
    rows = alt.Y("rule", type="nominal", title=None, axis=alt.Axis(labelLimit=260, ticks=False, domain=False), sort=None)
    tooltip = [alt.Tooltip("told", type="nominal", title=_("Alert"))]
    bar = (
        alt.Chart(bars)
        .mark_bar(height=10, cornerRadius=3, opacity=0.55, color=look.level)
        .encode(
            x=alt.X("begin", type="temporal", title=None, axis=alt.Axis(tickCount=6, labelFlush=True)),
            x2="end",
            y=rows,
            tooltip=tooltip,
        )
    )
    mark = (
        alt.Chart(marks)
        .mark_point(shape="triangle-down", filled=True, size=90, color=look.alert, opacity=1, yOffset=-9)
        .encode(x=alt.X("when", type="temporal"), y=rows, tooltip=tooltip)
    )
    return alt.LayerChart(layer=[bar, mark], height=ROW * max(1, bars["rule"].nunique()))


def described(rules: Sequence[str], alerts: int) -> str:
    """What a person who does not see the chart is told of it."""
    return _("Timeline of {alerts} alerts of {rules} rules; the table below holds the same").format(alerts=alerts, rules=len(rules))
