"""Alerts over time: one row a rule, a bar while an alert was open, a mark where somebody was told."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt
import pandas as pd

from monitor.charts.trend import Look
from monitor.locale import _

ROW = 46  # pixels of one rule: its name stands above its bar
AXIS = 30  # pixels of the axis of time, which a page that fits the chart into its height takes from that height


def chart(bars: pd.DataFrame, marks: pd.DataFrame, *, look: Look) -> alt.LayerChart:
    """A timeline.

    `bars` has rule (its name), begin, end (dates), severity (a word) and told (text for the tooltip); `marks` has rule,
    when and told, one row for each time that somebody was told.
    """
    rows = alt.Y("rule", type="nominal", title=None, axis=None, sort=None)
    tooltip = [alt.Tooltip("told", type="nominal", title=_("Alert"))]
    time = alt.X("begin", type="temporal", title=None, axis=alt.Axis(tickCount=6, labelFlush=True))
    bar = (
        alt.Chart(bars)
        .mark_bar(height=10, cornerRadius=3, opacity=0.55, color=look.level, yOffset=10)
        .encode(x=time, x2="end", y=rows, tooltip=tooltip)
    )
    mark = (
        alt.Chart(marks)
        .mark_point(shape="triangle-down", filled=True, size=90, color=look.alert, opacity=1, yOffset=3)
        .encode(x=alt.X("when", type="temporal"), y=rows, tooltip=tooltip)
    )
    # In the plot and not on an axis: on a phone an axis would leave the bars no room.
    name = (
        alt.Chart(pd.DataFrame({"rule": list(dict.fromkeys(bars["rule"]))}))
        .mark_text(align="left", baseline="bottom", dy=-4, color=look.text, fontSize=12, clip=True)  # else a long name squeezes the plot
        .encode(x=alt.value(0), y=rows, text=alt.Text("rule", type="nominal"))
    )
    return alt.LayerChart(layer=[bar, mark, name], height=ROW * max(1, bars["rule"].nunique()) + AXIS)


def described(rules: Sequence[str], alerts: int) -> str:
    """What a person who does not see the chart is told of it."""
    return _("Timeline of {alerts} alerts of {rules} rules; the table below holds the same").format(alerts=alerts, rules=len(rules))
