"""Silence: a source past its own cadence, or asked in vain; and the rules that it mutes."""

from __future__ import annotations

import pytest

from monitor.alerts import inhibition
from monitor.alerts.rules import check, judge
from monitor.alerts.state import History, transitions
from monitor.model import Asked, Condition, Judgement, Rule, Severity
from tests.building_store import HOSTED, KEY, LANDINGS, at, day, history, known, months, rule

FIRES, QUIET, CANNOT_SAY = Judgement
OLD = rule("silence", id="old", after_days=45)
VAIN = rule("silence", id="vain", runs=3)
BOTH = rule("silence", id="both", after_days=45, runs=3)


def runs(text: str) -> list[Asked]:
    """One run a day from 1 March 2020 on: `+` good, `-` not."""
    return [Asked(at(f"2020-03-{place + 1:02d}"), sign == "+") for place, sign in enumerate(text)]


@pytest.mark.parametrize(
    ("one", "values", "today", "asked", "judgement", "words"),
    [
        (OLD, [5], "2020-03-16", "", QUIET, "The newest figure is of January 2020, 45 days ago."),
        (OLD, [5], "2020-03-17", "", FIRES, "The newest figure is of January 2020, 46 days ago; after 45 days that is silence."),
        (OLD, [5, None], "2020-03-17", "", FIRES, "of January 2020"),  # a period without a figure is no sign of life
        (OLD, [5, 6], "2020-03-17", "", QUIET, "of February 2020"),
        (OLD, [5], "2020-03-17", "+++", FIRES, "46 days ago"),  # asked, and answered with nothing new
        (OLD, [], "2020-03-17", "", CANNOT_SAY, "No figure is known: whether that is silence cannot be told."),
        (VAIN, [5], "2020-03-10", "+--", QUIET, "The newest figure is of January 2020"),
        (
            VAIN,
            [5],
            "2020-03-10",
            "+---",
            FIRES,
            "The source was asked 3 times in a row and brought nothing good; after 3 times that is silence.",
        ),
        (VAIN, [5], "2020-03-10", "+----", FIRES, "asked 4 times"),
        (VAIN, [5], "2020-03-10", "---+", QUIET, "The newest figure"),
        (VAIN, [], "2020-03-10", "---", FIRES, "asked 3 times"),
        (VAIN, [], "2020-03-10", "--", QUIET, "No figure is known, and the last runs that brought nothing good are 2, fewer than 3."),
        (VAIN, [5], "2020-03-10", "", CANNOT_SAY, "The source has not been asked yet."),
        (VAIN, [], "2020-03-10", "", CANNOT_SAY, "The source has not been asked yet."),
        (BOTH, [5], "2020-03-16", "---", FIRES, "asked 3 times"),
        (BOTH, [5], "2020-03-17", "+", FIRES, "46 days ago"),
        (BOTH, [5], "2020-03-16", "--", QUIET, "45 days ago"),
        (BOTH, [5], "2020-03-16", "", QUIET, "45 days ago"),
    ],
)
def test_a_source_is_silent_when_its_figure_is_old_or_when_it_was_asked_in_vain(
    one: Rule, values: list[float | None], today: str, asked: str, judgement: Judgement, words: str
) -> None:
    verdict = judge(one, months("2020-01", *values), day(today), asked=runs(asked))
    assert (verdict.judgement, words in verdict.sentence) == (judgement, True), verdict.sentence


def test_the_period_of_a_silence_is_the_silence() -> None:
    verdict = judge(OLD, months("2020-01", 5), day("2020-04-01"))
    assert (verdict.period_start, verdict.period_end, verdict.value, verdict.threshold) == (day("2020-01-31"), day("2020-04-01"), 61, 45)
    vain = judge(VAIN, [], day("2020-03-10"), asked=runs("+---"))
    assert (vain.period_start, vain.period_end, vain.value) == (day("2020-03-02"), day("2020-03-10"), None)


def moves(one: Rule, past: History, until: str) -> list[tuple[str, str]]:
    return [(entry.move.value, f"{entry.at:%Y-%m-%d}") for entry in transitions(one, "s", past, at(until))]


def test_it_is_raised_when_nothing_comes_and_cleared_by_the_next_figure() -> None:
    vintages = known([*months("2020-01", 5), *months("2020-03", 5)])
    assert moves(OLD, history(vintages), "2020-04-30") == [("raised", "2020-03-17"), ("cleared", "2020-04-10")]
    assert moves(OLD, history(vintages), "2020-06-01") == [("raised", "2020-03-17"), ("cleared", "2020-04-10"), ("raised", "2020-05-16")]


def test_a_silence_twice_as_long_as_told_and_a_higher_level_are_told_again() -> None:
    worse = rule("silence", after_days=45, levels={Severity.CRITICAL: {"after_days": 60}})
    asked = [Asked(at(text), True) for text in ("2020-05-01", "2020-05-02")]
    past = History(known(months("2020-01", 5)), {}, asked)
    assert moves(worse, past, "2020-05-02") == [("raised", "2020-03-17"), ("escalated", "2020-04-01")]
    assert moves(OLD, past, "2020-06-02") == [("raised", "2020-03-17"), ("escalated", "2020-05-02")]  # 92 days, after 46


def test_runs_that_fail_raise_it_and_one_that_goes_well_clears_it() -> None:
    past = History(known(months("2020-01", 5)), {}, runs("+---+---"))
    assert moves(VAIN, past, "2020-03-20") == [("raised", "2020-03-04"), ("cleared", "2020-03-05"), ("raised", "2020-03-08")]


def test_the_runs_of_a_source_that_never_gave_a_figure_raise_it_too() -> None:
    assert moves(VAIN, History([], {}, runs("---")), "2020-03-20") == [("raised", "2020-03-03")]


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (rule("silence"), "silence needs `after_days`"),
        (rule("silence", after_days=-1), "after_days is below 0"),
        (rule("silence", runs=0), "runs must be at least 1"),
        (rule("silence", runs=3, periods_running=2), "it takes neither `series` nor `for`"),
        (rule("any", inner=(Condition("silence", {"runs": 3}), Condition("threshold", {"above": 1}))), "silence is a rule of its own"),
        (rule("any", inner=(Condition("silence", {"runs": 3}, series=HOSTED),)), "it takes neither `series` nor `for`"),
    ],
)
def test_what_makes_no_sense_is_refused(wrong: Rule, told: str) -> None:
    assert told in check(wrong)


def test_silences_may_be_joined_with_silences() -> None:
    joined = rule("all", inner=(Condition("silence", {"runs": 3}), Condition("silence", {"after_days": 45})))
    assert check(joined) == ""
    points = months("2020-01", 5)
    assert judge(joined, points, day("2020-03-16"), asked=runs("---")).judgement is QUIET
    assert judge(joined, points, day("2020-03-17"), asked=runs("---")).judgement is FIRES


# -- inhibition --------------------------------------------------------------------------------------------------------------

SEA = rule("threshold", KEY, id="sea", above=1)
HOST = rule("threshold", HOSTED, id="hosted", above=1)
PER = rule("threshold", HOSTED, id="per", above=1, of=KEY)
ELSEWHERE = rule("any", LANDINGS, id="elsewhere", inner=(Condition("threshold", {"above": 1}, series=KEY),))
ALL = (OLD, VAIN, SEA, HOST, PER, ELSEWHERE)


def test_a_silence_mutes_every_rule_that_reads_its_source_and_no_other() -> None:
    silent = judge(OLD, months("2020-01", 5), day("2020-03-17"))
    quiet = judge(VAIN, months("2020-01", 5), day("2020-03-17"), asked=runs("+"))
    found = inhibition.muted([(OLD, silent), (VAIN, quiet), *((one, None) for one in (SEA, HOST, PER, ELSEWHERE))])
    assert {rule_id for rule_id, _ in found} == {"sea", "per", "elsewhere"}
    muted = found[SEA.identity]
    assert (muted.by, muted.source) == (OLD, "frontex")
    assert muted.why == "The newest figure is of January 2020, 46 days ago; after 45 days that is silence."


def test_nothing_is_muted_while_nobody_is_silent_and_no_silence_mutes_another() -> None:
    quiet = judge(OLD, months("2020-01", 5), day("2020-03-16"))
    assert inhibition.muted([(one, quiet) for one in ALL]) == {}
    silent = judge(OLD, months("2020-01", 5), day("2020-03-17"))
    assert inhibition.muted([(OLD, silent), (VAIN, silent)]) == {}


def test_a_rule_that_fires_without_being_a_silence_mutes_nothing() -> None:
    fires = judge(SEA, months("2020-01", 5), day("2020-02-10"))
    assert inhibition.muted([(SEA, fires), (HOST, fires)]) == {}
