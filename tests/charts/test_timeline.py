"""The timeline of alerts: a bar while one was open, a mark where it was told."""

from __future__ import annotations

import pandas as pd

from monitor.charts import timeline
from monitor.charts.trend import DARK

DAYS = pd.to_datetime(["2020-01-01", "2020-03-01"])
BARS = pd.DataFrame(
    {"rule": ["Sea", "Land"], "begin": DAYS, "end": DAYS + pd.Timedelta(30, "D"), "severity": ["high", "medium"], "told": ["a", "b"]}
)
MARKS = pd.DataFrame({"rule": ["Sea", "Sea"], "when": DAYS, "told": ["a", "c"]})


def test_each_rule_has_a_row_with_its_name_its_bars_and_its_marks() -> None:
    drawn = timeline.chart(BARS, MARKS, look=DARK).to_dict()
    bar, mark, name = drawn["layer"]
    assert (bar["encoding"]["x"]["field"], bar["encoding"]["x2"]["field"], bar["encoding"]["y"]["field"]) == ("begin", "end", "rule")
    assert mark["encoding"]["x"]["field"] == "when"
    assert name["mark"]["clip"] is True
    assert [row["rule"] for row in drawn["datasets"][name["data"]["name"]]] == ["Sea", "Land"]
    assert drawn["height"] == 2 * timeline.ROW + timeline.AXIS


def test_a_timeline_without_a_told_alert_still_has_its_bars() -> None:
    drawn = timeline.chart(BARS, MARKS.head(0), look=DARK).to_dict()
    assert drawn["datasets"][drawn["layer"][0]["data"]["name"]][0]["rule"] == "Sea"


def test_a_person_who_does_not_see_it_is_told_what_it_is() -> None:
    assert timeline.described(["Sea", "Land"], 5) == "Timeline of 5 alerts of 2 rules; the table below holds the same"


def test_one_row_has_room_for_its_name_beside_the_axis() -> None:
    drawn = timeline.chart(BARS.head(1), MARKS.head(0), look=DARK).to_dict()
    assert drawn["height"] - timeline.ROW >= 25  # a page fits the chart, axis included, into this height
