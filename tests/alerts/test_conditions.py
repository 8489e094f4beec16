"""Conditions: all, any, for a number of periods, in one another, on other series, at several levels."""

from __future__ import annotations

from dataclasses import replace

import pytest

from monitor.alerts import conditions, rules
from monitor.alerts.rules import check, judge
from monitor.model import Condition, Judgement, Rule, SeriesKey, Severity
from tests.building_store import HOSTED, KEY, LANDINGS, TOTAL, day, days_from, months, rule

FIRES, QUIET, CANNOT_SAY = Judgement
LAND = KEY._replace(breakdown="land")
HIGH = Condition("threshold", {"above": 100})
RISEN = Condition("change", {"against": "previous", "ratio": 2, "floor": 1})
TODAY = day("2020-05-10")


def over(above: float, series: SeriesKey | None = None, periods: int = 1) -> Condition:
    return Condition("threshold", {"above": above}, periods=periods, series=series)


@pytest.mark.parametrize(
    ("kind", "values", "judgement", "words"),
    [
        # HIGH: at or above 100; RISEN: twice the month before
        ("all", [50, 100], FIRES, ["100 (February 2020) is at or above 100.", "is 2 times the 50 of January 2020"]),
        ("all", [50, 99], QUIET, ["99 (February 2020) is below 100."]),
        ("all", [51, 100], QUIET, ["1.96 times the 51"]),
        ("all", [100], CANNOT_SAY, ["There is no figure for"]),
        ("all", [99], QUIET, ["below 100"]),  # what is quiet already needs no second answer
        ("any", [50, 100], FIRES, ["at or above 100"]),
        ("any", [49, 99], FIRES, ["2.02 times the 49"]),
        ("any", [90, 99], QUIET, ["below 100", "1.1 times the 90"]),
        ("any", [99], CANNOT_SAY, ["There is no figure for"]),  # the second might have fired
        ("any", [100], FIRES, ["at or above 100"]),
    ],
)
def test_all_and_any_of_two(kind: str, values: list[float | None], judgement: Judgement, words: list[str]) -> None:
    verdict = judge(rule(kind, inner=(HIGH, RISEN)), months("2020-01", *values), TODAY)
    assert verdict.judgement is judgement, verdict.sentence
    assert all(one in verdict.sentence for one in words), verdict.sentence


def test_the_level_of_all_is_the_highest_and_that_of_any_the_lowest() -> None:
    both = (over(100), over(80))
    assert judge(rule("all", inner=both), months("2020-01", 200), TODAY).threshold == 100
    assert judge(rule("any", inner=both), months("2020-01", 50), TODAY).threshold == 80


@pytest.mark.parametrize(
    ("values", "judgement", "words"),
    [
        ([100, 100], FIRES, "100 (February 2020) is at or above 100. So it was for 2 periods running."),
        ([99, 100], QUIET, "But not for 2 periods running: 99 (January 2020) is below 100."),
        ([100, 99], QUIET, "99 (February 2020) is below 100."),
        ([100], CANNOT_SAY, "Whether so for 2 periods running cannot be told."),
        ([100, 99, 100, 100], FIRES, "100 (April 2020)"),
    ],
)
def test_for_a_number_of_periods_running(values: list[float | None], judgement: Judgement, words: str) -> None:
    verdict = judge(rule("threshold", above=100, periods_running=2), months("2020-01", *values), TODAY)
    assert (verdict.judgement, words in verdict.sentence) == (judgement, True), verdict.sentence


def test_two_months_with_one_absent_between_them_are_not_running_and_so_with_days_of_a_flow() -> None:
    points = months("2020-01", 100, 100, 100)
    running = rule("threshold", above=100, periods_running=2)
    assert judge(running, [points[0], points[2]], TODAY).judgement is CANNOT_SAY
    days = days_from("2020-05-01", 100, 100, 100)
    for series, judgement in ((LANDINGS, CANNOT_SAY), (HOSTED, FIRES)):
        by_day = rule("threshold", series, above=100, periods_running=2)
        assert judge(by_day, days, TODAY).judgement is FIRES
        assert judge(by_day, [days[0], days[2]], TODAY).judgement is judgement


def test_a_month_not_reported_within_the_run_is_no_figure_below_the_level() -> None:
    verdict = judge(rule("change", against="previous", ratio=1.5, floor=1, periods_running=2), months("2020-01", 1, None, 10, 20), TODAY)
    assert verdict.judgement is CANNOT_SAY


def test_conditions_within_conditions_are_judged_from_within() -> None:
    nested = rule("all", inner=(over(10), Condition("any", of=(over(100), replace(RISEN, periods=2)))))
    assert check(nested) == ""
    assert judge(nested, months("2020-01", 5, 10, 20), TODAY).judgement is FIRES
    assert judge(nested, months("2020-01", 8, 10, 20), TODAY).judgement is QUIET
    assert judge(nested, months("2020-01", 8, 10, 100), TODAY).judgement is FIRES
    assert judge(nested, months("2020-01", 1, 3, 9), TODAY).judgement is QUIET


def test_a_run_of_a_whole_condition_is_of_its_own_judgements() -> None:
    running = rule("any", inner=(over(100), RISEN), periods_running=2)
    assert judge(running, months("2020-01", 20, 40, 100), TODAY).judgement is FIRES  # first by the one, then by the other
    assert judge(running, months("2020-01", 20, 39, 100), TODAY).judgement is QUIET


# -- other series ----------------------------------------------------------------------------------------------------------

BESIDE = rule("all", inner=(over(100), over(50, LAND)))


@pytest.mark.parametrize(
    ("land", "judgement", "words"),
    [
        ([50], FIRES, "50 (January 2020) is at or above 50."),
        ([49], QUIET, "49 (January 2020) is below 50."),
        ([], CANNOT_SAY, "No figure of frontex/border_detections/eastern-mediterranean/-/land is known."),
        ([None], CANNOT_SAY, "No figure of"),
    ],
)
def test_a_condition_may_look_at_another_series(land: list[float | None], judgement: Judgement, words: str) -> None:
    verdict = judge(BESIDE, months("2020-01", 100), TODAY, {LAND: months("2020-01", *land)})
    assert (verdict.judgement, words in verdict.sentence) == (judgement, True), verdict.sentence
    assert rules.reads(BESIDE) == (KEY, LAND)


@pytest.mark.parametrize(("today", "judgement"), [("2020-05-30", FIRES), ("2020-05-31", CANNOT_SAY)])
def test_another_series_is_held_to_the_same_age(today: str, judgement: Judgement) -> None:
    verdict = judge(BESIDE, months("2020-02", 100, 100), day(today), {LAND: months("2020-01", 50)})
    assert verdict.judgement is judgement
    if judgement is CANNOT_SAY:
        assert (
            verdict.sentence
            == "The newest figure of frontex/border_detections/eastern-mediterranean/-/land is of January 2020: too old to say."
        )


def test_a_condition_that_names_the_rules_own_series_looks_at_it() -> None:
    assert judge(rule("all", inner=(over(100), over(50, KEY))), months("2020-01", 100), TODAY).judgement is FIRES


def test_what_is_unfinished_beside_is_not_looked_at() -> None:
    assert judge(BESIDE, months("2020-01", 100), TODAY, {LAND: months("2020-01", 10, 900, provisional=1)}).judgement is QUIET


# -- levels and history -----------------------------------------------------------------------------------------------------

LEVELS = rule("threshold", above=100, levels={Severity.CRITICAL: {"above": 1000}})


@pytest.mark.parametrize(
    ("value", "severity", "threshold"),
    [(99, None, 100), (100, Severity.HIGH, 100), (999, Severity.HIGH, 100), (1000, Severity.CRITICAL, 1000)],
)
def test_the_highest_severity_that_holds_is_told(value: float, severity: Severity | None, threshold: float) -> None:
    verdict = judge(LEVELS, months("2020-01", value), TODAY)
    assert (verdict.severity, verdict.threshold) == (severity, threshold)


def test_a_level_changes_the_parameter_wherever_in_the_condition_it_is() -> None:
    nested = rule("all", inner=(over(100), over(50, LAND)), levels={Severity.CRITICAL: {"above": 200}})
    assert [one.parameters["above"] for one in dict(rules.levels(nested))[Severity.CRITICAL].of] == [200, 200]
    assert judge(nested, months("2020-01", 300), TODAY, {LAND: months("2020-01", 100)}).severity is Severity.HIGH
    assert judge(nested, months("2020-01", 300), TODAY, {LAND: months("2020-01", 200)}).severity is Severity.CRITICAL


@pytest.mark.parametrize(("values", "judgement"), [([1, 2, 100], CANNOT_SAY), ([1, 2, 3, 100], FIRES), ([1, None, 3, 100], FIRES)])
def test_the_history_that_a_rule_asks_for_is_of_finished_periods_before_the_newest(
    values: list[float | None], judgement: Judgement
) -> None:
    verdict = judge(rule("threshold", above=100, least_history=3), months("2020-01", *values), TODAY)
    assert verdict.judgement is judgement
    if judgement is CANNOT_SAY:
        assert verdict.sentence == "2 earlier periods are known; the rule asks for 3."


DEEP = Condition("all", of=(Condition("all", of=(Condition("all", of=(Condition("all", of=(HIGH,)),)),)),))


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (rule("all"), "all takes conditions, each in [[rule.of]], and nothing else"),
        (rule("any", above=1, inner=(HIGH,)), "any takes conditions"),
        (rule("threshold", above=1, inner=(HIGH,)), "threshold takes no further conditions; only `all` and `any` do"),
        (rule("threshold", above=1, periods_running=0), "`for` is 0"),
        (rule("all", inner=(HIGH, over(1, periods=0))), "`for` is 0"),
        (rule("all", inner=(DEEP,)), "nobody can read that aloud"),
        (rule("all", inner=(HIGH, Condition("guess"))), "kind 'guess' is unknown; known are all, any, change"),
        (rule("all", inner=(HIGH, replace(RISEN, series=TOTAL))), "change makes no sense for displaced, a cumulative measure"),
        (rule("threshold", HOSTED._replace(indicator="idps", breakdown="conflict+disaster"), above=1), ""),
        (rule("threshold", KEY._replace(indicator="arrivals", breakdown="all+sea"), above=1), "all+sea: the sum would count some twice"),
        (rule("threshold", KEY._replace(breakdown="sea+sea"), above=1), "sea+sea: the sum would count some twice"),
        (rule("all", inner=(over(1, KEY._replace(breakdown="sea+sea")),)), "the sum would count some twice"),
        (rule("threshold", above=1, levels={Severity.HIGH: {"above": 2}}), "the level high is not above the rule's own severity, high"),
        (rule("threshold", above=1, levels={Severity.MEDIUM: {"above": 2}}), "the level medium is not above"),
        (
            rule("threshold", above=1, levels={Severity.CRITICAL: {"ratio": 2}}),
            "a level changes 'ratio', which no condition of the rule has",
        ),
        (rule("threshold", above=1, levels={Severity.CRITICAL: {"above": "2"}}), "above is '2', which is of the wrong type"),
        (rule("threshold", above=1, clear_below=0), "clear_below is 0"),
        (rule("threshold", above=1, clear_below=1.1), "clear_below is 1.1"),
        (rule("threshold", above=1, cooldown_days=-1), "a number of days or periods below 0"),
        (rule("threshold", above=1, least_history=-1), "a number of days or periods below 0"),
        (rule("threshold", above=1, stale=-1), "a number of days or periods below 0"),
    ],
)
def test_what_makes_no_sense_is_refused_with_the_reason(wrong: Rule, told: str) -> None:
    found = check(wrong)
    assert told in found
    assert bool(found) == bool(told)


def test_a_deep_tree_that_can_still_be_read_is_accepted() -> None:
    assert check(rule("all", inner=(DEEP.of[0],))) == ""


def test_a_share_of_the_news_has_no_sum() -> None:
    share = SeriesKey("gdelt", "news_share", "a-situation", "", "refugees+idlib")
    assert check(rule("threshold", share, above=0.1)) == ""  # a query of that name: what a source names itself is not taken apart


def test_whether_less_is_worse_is_asked_of_every_condition() -> None:
    fall = Condition("change", {"against": "previous", "ratio": 0.5, "floor": 1})
    assert conditions.falls(Condition("any", of=(HIGH, fall)))
    assert not conditions.falls(Condition("any", of=(HIGH, RISEN)))
