"""What all kinds share: which rules are refused, and which figures are never judged."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.alerts.rules import check, judge
from monitor.alerts.state import judge_at
from monitor.model import Judgement, Rule
from tests.alerts.generated import histories_for, rules_of_every_kind
from tests.building_store import HOSTED, KEY, at, day, months, rule

FIRES, QUIET, CANNOT_SAY = Judgement
RUNNING = KEY._replace(indicator="displaced", breakdown="")
RULES = [
    rule("threshold", above=100),
    rule("change", against="last_year", ratio=2, floor=50),
    rule("record", since=day("2018-03-01"), floor=50),
    rule("record", years=1, floor=50),
]


@pytest.mark.parametrize("good", [*RULES, rule("threshold", HOSTED, above=0.1), rule("threshold", RUNNING, above=300_000)])
def test_a_rule_that_makes_sense_is_accepted(good: Rule) -> None:
    assert check(good) == ""


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        (rule("guess", above=1), "rule 'a-rule': kind 'guess' is unknown; known are all, any, "),
        (rule("record", RUNNING, years=1, floor=1), "record makes no sense for displaced, a cumulative measure"),
        (rule("change", RUNNING, against="last_year", ratio=2, floor=1), "change makes no sense for displaced, a cumulative measure"),
        (rule("threshold", above=1, below=2), "'below' is no parameter of threshold; they are above"),
        (rule("threshold", above="many"), "above is 'many', which is of the wrong type"),
        (rule("threshold", above=True), "above is True, which is of the wrong type"),
        (rule("record", since="2016-04-01", floor=1), "since is '2016-04-01', which is of the wrong type"),
        (
            rule("record", since=at("2016-04-01").replace(tzinfo=None), floor=1),
            "since is datetime.datetime(2016, 4, 1, 0, 0), which is of the wrong type",
        ),
        (rule("record", years=1.5, floor=1), "years is 1.5, which is of the wrong type"),
        (rule("threshold"), "'above' is missing"),
        (rule("change", against="last_year", ratio=2), "'floor' is missing"),
        (rule("record", floor=1), "a record needs either `since` or `years`"),
        (rule("record", since=day("2016-04-01"), years=1, floor=1), "a record needs either `since` or `years`"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused_with_the_reason(wrong: Rule, reason: str) -> None:
    assert check(wrong).startswith("rule 'a-rule': ")
    assert reason in check(wrong)


@pytest.mark.parametrize("one", RULES, ids=lambda one: f"{one.condition.kind}-{sorted(one.condition.parameters)[-1]}")
@pytest.mark.parametrize(("today", "stale"), [("2020-05-30", False), ("2020-05-31", True)])
def test_a_figure_is_judged_until_it_is_too_old(one: Rule, today: str, stale: bool) -> None:
    verdict = judge(one, months("2018-01", *[10] * 24, 900), day(today))  # January 2020, 120 and 121 days ago
    assert verdict.judgement is (CANNOT_SAY if stale else FIRES)
    if stale:
        assert verdict.sentence == "The newest figure is of January 2020, 121 days ago: too old to say."
        assert (verdict.value, verdict.period_end) == (900, day("2020-01-31"))


def test_the_day_that_the_period_ends_and_days_within_it_are_never_too_old() -> None:
    quick = rule("threshold", above=1, stale=0)
    assert judge(quick, months("2020-01", 5), day("2020-01-31")).judgement is FIRES
    assert judge(quick, months("2020-01", 5), day("2020-01-30")).judgement is FIRES
    assert judge(quick, months("2020-01", 5), day("2020-02-01")).judgement is CANNOT_SAY


@pytest.mark.parametrize("one", RULES, ids=lambda one: one.condition.kind)
def test_only_an_unfinished_period_says_so(one: Rule) -> None:
    verdict = judge(one, months("2020-01", 1000, provisional=1), day("2020-01-20"))
    assert (verdict.judgement, verdict.sentence) == (CANNOT_SAY, "Only an unfinished period is known.")


VALUES = st.lists(st.one_of(st.none(), st.integers(0, 300)), max_size=30)


@settings(deadline=None)
@given(st.sampled_from(RULES), VALUES, st.lists(st.integers(0, 1000), max_size=2))
def test_an_unfinished_period_never_changes_what_a_rule_says(one: Rule, values: list[float | None], unfinished: list[int]) -> None:
    whole = months("2018-01", *values, *unfinished, provisional=len(unfinished))
    settled = judge(one, whole[: len(values)], day("2020-02-10"))
    told = judge(one, whole, day("2020-02-10"))
    assert (told.judgement, told.value) == (settled.judgement, settled.value)


@settings(deadline=None)
@given(st.sampled_from(RULES), VALUES, st.integers(0, 3))
def test_missing_periods_at_the_end_never_change_what_a_rule_says(one: Rule, values: list[float | None], missing: int) -> None:
    plain = judge(one, months("2018-01", *values), day("2020-02-10"))
    told = judge(one, months("2018-01", *values, *[None] * missing), day("2020-02-10"))
    assert (told.judgement, told.value) == (plain.judgement, plain.value)


@settings(deadline=None)
@given(VALUES, st.integers(0, 400))
def test_every_kind_agrees_with_its_definition_in_a_line(values: list[float | None], floor: int) -> None:
    points = months("2018-01", *values)
    while points and points[-1].value is None:
        points.pop()
    newest = points[-1].value if points else None
    fresh = bool(points) and (day("2020-02-10") - points[-1].period_end).days <= 120
    before = points[-13].value if len(points) > 12 else None
    earlier = [p.value for p in points[:-1] if p.period_start >= day("2018-03-01")]
    fires = {
        "threshold": newest is not None and newest >= floor,
        "change": before is not None and newest is not None and newest >= 2 * before and newest >= floor,
        "record": len(earlier) >= 3 and None not in earlier and newest is not None and newest > max(earlier) and newest >= floor,
    }
    asked = {
        "threshold": rule("threshold", above=floor),
        "change": rule("change", against="last_year", ratio=2, floor=floor),
        "record": rule("record", since=day("2018-03-01"), floor=floor),
    }
    for name, one in asked.items():
        assert (judge(one, points, day("2020-02-10")).judgement is FIRES) == (fires[name] and fresh), name


@settings(deadline=None)
@given(st.sampled_from(RULES), VALUES, st.integers(0, 400))
def test_every_verdict_is_a_sentence(one: Rule, values: list[float | None], days: int) -> None:
    told = judge(one, months("2018-01", *values), day("2018-01-01") + dt.timedelta(days)).sentence
    assert told.endswith(".")
    assert "{" not in told
    assert "None" not in told


@settings(max_examples=200, deadline=None)
@given(st.data(), rules_of_every_kind(), st.integers(0, 1300))
def test_every_kind_and_composition_answers_in_a_sentence(data: st.DataObject, one: Rule, days: int) -> None:
    moment = at("2018-01-01") + dt.timedelta(days)
    verdict = judge_at(one, data.draw(histories_for(one)), moment)
    told = verdict.sentence
    assert told.endswith(".")
    assert "{" not in told
    assert "None" not in told
    assert (verdict.severity is not None) == (verdict.judgement is FIRES)
