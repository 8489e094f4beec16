"""Rules as people write them: what is read is what was meant, and what is written reads back."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.alerts import rules, written
from monitor.alerts.kinds import registry
from monitor.model import Condition, Rule, SeriesKey, Severity
from tests.alerts.generated import rules_of_every_kind
from tests.building_store import KEY

GOOD: dict[str, Any] = {
    "id": "a-rule",
    "name": "A rule",
    "kind": "threshold",
    "series": str(KEY),
    "above": 100,
    "stale_after_days": 60,
    "severity": "high",
    "reason": "because",
    "reason_source": "a report",
}


@settings(max_examples=100, deadline=None)
@given(rules_of_every_kind())
def test_what_is_written_reads_back(one: Rule) -> None:
    assert written.read(written.write(one)) == [one]


@settings(max_examples=100, deadline=None)
@given(rules_of_every_kind())
def test_a_generated_rule_makes_sense_and_so_does_its_copy(one: Rule) -> None:
    assert rules.check(one) == ""
    assert [rules.check(copy) for copy in written.read(written.write(one))] == [""]


WHOLE = """
id = "sea-and-land"
name = "Sea and land"
series = ["frontex/border_detections/eastern-mediterranean/-/sea+land", "frontex/border_detections/western-balkan/-/sea+land"]
kind = "all"
for = 2
stale_after_days = 120
cooldown_days = 180
least_history = 36
clear_below = 0.8
severity = "medium"
reason = "because"
reason_source = "a report"
levels.high = { ratio = 3 }
levels.critical = { ratio = 4.5 }

[[of]]
kind = "change"
against = "last_year"
ratio = 2
floor = 5000

[[of]]
kind = "threshold"
series = "unhcr/refugees/TUR/SYR/-"
above = 0.04
of = "worldbank/population/TUR/-/-"
"""


def test_a_whole_rule_is_read_as_it_stands() -> None:
    first, second = written.read(tomllib.loads(WHOLE))
    assert (first.series.location, second.series.location) == ("eastern-mediterranean", "western-balkan")
    assert first.series.breakdown == "sea+land"
    assert (first.cooldown_days, first.least_history, first.clear_below, first.stale_after_days) == (180, 36, 0.8, 120)
    assert first.levels == {Severity.HIGH: {"ratio": 3}, Severity.CRITICAL: {"ratio": 4.5}}
    assert first.condition == Condition(
        "all",
        of=(
            Condition("change", {"against": "last_year", "ratio": 2, "floor": 5000}),
            Condition(
                "threshold",
                {"above": 0.04, "of": SeriesKey("worldbank", "population", "TUR")},
                series=SeriesKey("unhcr", "refugees", "TUR", "SYR"),
            ),
        ),
        periods=2,
    )
    assert rules.check(first) == ""


def test_what_is_not_said_is_at_its_default_and_not_written_either() -> None:
    (one,) = written.read(GOOD)
    assert (one.cooldown_days, one.least_history, one.clear_below, one.levels, one.condition.periods) == (0, 0, 1.0, {}, 1)
    assert written.write(one) == GOOD


@pytest.mark.parametrize(
    ("change", "told"),
    [
        *(({name: None}, f"'{name}' is missing or no text") for name in ("id", "name", "kind", "severity", "reason", "reason_source")),
        ({"reason": ""}, "'reason' is missing"),
        ({"name": 5}, "'name' is missing or no text"),
        ({"stale_after_days": None}, "'stale_after_days' is missing"),
        ({"stale_after_days": 1.5}, "stale_after_days is 1.5, which is of the wrong type"),
        ({"stale_after_days": True}, "stale_after_days is True"),
        ({"cooldown_days": "180"}, "cooldown_days is '180'"),
        ({"clear_below": float("nan")}, "clear_below is nan"),
        ({"severity": "urgent"}, "'urgent'"),
        ({"series": "frontex/border_detections"}, "is not source/indicator/location/origin/breakdown"),
        ({"for": "two"}, "for is 'two'; a number of periods is due"),
        ({"for": True}, "for is True"),
        ({"levels": {"urgent": {"above": 1}}}, "'urgent'"),
        ({"levels": {"critical": 1000}}, "a table for each higher severity is due"),
        ({"levels": 5}, "levels is 5"),
        ({"kind": "all", "above": None, "of": {"kind": "threshold", "above": 1}}, "two pairs of brackets"),
        ({"kind": "all", "above": None, "of": [{"above": 1}]}, "each condition is a table with a `kind`"),
        ({"kind": "all", "above": None, "of": ["threshold"]}, "each condition is a table with a `kind`"),
        ({"of": "worldbank"}, "is not source/indicator/location/origin/breakdown"),
        ({"of": 5}, "series is 5; source/indicator"),
        ({"series": 5}, "series is 5;"),
        ({"series": []}, "series is [];"),
        ({"series": None}, "series is None;"),
    ],
)
def test_what_cannot_be_read_is_refused_by_the_rules_name(change: dict[str, Any], told: str) -> None:
    table = {name: value for name, value in {**GOOD, **change}.items() if value is not None}
    with pytest.raises(ValueError, match=r"^rule ") as error:
        written.read(table)
    assert told in str(error.value)


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"below": 1}, "'below' is no parameter of threshold"),
        ({"colour": "red"}, "'colour' is no parameter of threshold"),
        ({"levels": {"critical": {"abov": 1}}}, "a level changes 'abov'"),
        ({"kind": "all", "of": [{"kind": "threshold", "above": 1}]}, "all takes conditions, each in [[rule.of]], and nothing else"),
    ],
)
def test_what_can_be_read_and_means_nothing_is_refused_by_the_check(more: dict[str, Any], told: str) -> None:
    (one,) = written.read({**GOOD, **more})
    assert told in rules.check(one)


@given(st.sampled_from(sorted(registry())))
def test_no_parameter_has_a_name_that_the_table_needs_for_itself(kind: str) -> None:
    assert not set(registry()[kind].PARAMETERS) & {*written.SHARED, "for"}
