"""Why: the sentence, the facts and the figures of alerts and of what was no alert."""

from __future__ import annotations

from dataclasses import replace

import pytest

from monitor.alerts import state
from monitor.alerts.explain import Explanation, explain, in_words, told_words
from monitor.alerts.state import Vintage
from monitor.model import Condition, Judgement, Move, Rule, SeriesKey, Severity, Transition, Verdict
from tests.building_store import KEY, at, day, history, known, months, rule

DOUBLED = rule("change", against="last_year", ratio=2, floor=100)
MONTHS = months("2019-01", 60, *[1] * 11, 150)
THEN = at("2020-02-12")


def explained(one: Rule, values: list[Vintage], moment: str = "2020-02-12", muted_by: str = "") -> Explanation:
    past = history(values)
    entries = state.transitions(one, "s", past, at(moment))
    return explain(one, past, state.derived(entries), at(moment), muted_by)


def test_an_alert_names_its_figures_with_the_day_each_was_known() -> None:
    told = explained(DOUBLED, known(MONTHS))
    assert told.sentence == "150 in January 2020 is 2.5 times the 60 of January 2019 (the rule: 2 times)."
    assert [(f"{one.point.period_end}", one.point.value, f"{one.known_at:%Y-%m-%d}", one.judged) for one in told.figures] == [
        ("2019-01-31", 60, "2019-02-10", False),
        ("2020-01-31", 150, "2020-02-10", True),
    ]
    facts = dict(told.facts)
    assert (facts["Answer"], facts["Severity"], facts["Value"], facts["Threshold that day"]) == ("fires", "high", "150", "120")
    assert facts["Compared with"] == "60 (31 Jan 2019)"
    assert facts["Age of the figure"] == "12 days (too old after 120)"
    assert facts["Told"] == "Told on 10 Feb 2020."
    assert facts["Asks for (high)"] == "change (against last_year, ratio 2, floor 100)"


def test_what_is_no_alert_explains_itself_as_well() -> None:
    facts = dict(explained(DOUBLED, known(months("2019-01", 60, *[1] * 11, 110))).facts)
    assert (facts["Answer"], facts["Value"], facts["Told"], "Severity" in facts) == ("quiet", "110", "Nothing to tell.", False)
    nothing = explained(DOUBLED, [])
    assert (nothing.sentence, nothing.figures, dict(nothing.facts)["Answer"]) == ("No figure is known.", (), "cannot say")


def test_only_what_was_known_at_the_moment_is_shown() -> None:
    vintages = [*known(MONTHS), Vintage(at("2020-02-20"), MONTHS[-1]._replace(value=90))]
    assert explained(DOUBLED, vintages).figures[-1].point.value == 150
    assert explained(DOUBLED, vintages, "2020-02-20").figures[-1].point.value == 90


def test_what_keeps_an_alert_from_being_told_is_said() -> None:
    calm = rule("threshold", above=100, cooldown_days=180)
    again = explained(calm, known(months("2020-01", 150, 50, 160)), "2020-04-12")
    assert dict(again.facts)["Told"] == "Noted, not told: within 180 days of the alert of 10 Feb 2020, and no worse."
    assert dict(explained(calm, known(months("2020-01", 150)), muted_by="the source is silent").facts)["Told"] == (
        "Held back: the source is silent"
    )


def test_a_period_that_was_told_is_said_to_be_told_already() -> None:
    january = months("2020-01", 150)[0]
    back = [Vintage(at(f"2020-02-{on}"), january._replace(value=value)) for on, value in (("10", 150), ("11", 50), ("12", 160))]
    told = dict(explained(rule("threshold", above=100), back).facts)["Told"]
    assert told == "Noted, not told: the same period was told on 10 Feb 2020, and it is no worse."


@pytest.mark.parametrize(("until", "told"), [("2020-03-01", "Silenced by Ada until 1 Mar 2020."), ("2020-02-12", "Told on 10 Feb 2020.")])
def test_a_silence_is_said_while_it_lasts(until: str, told: str) -> None:
    one = rule("threshold", above=100)
    (raised,) = state.transitions(one, "s", history(known(months("2020-01", 150))), THEN)
    silenced = Transition(
        "s", one.id, one.series, Move.SILENCED, raised.severity, at("2020-02-11"), raised.verdict, until=at(until), who="Ada"
    )
    assert told_words(one, state.derived([raised, silenced]), THEN) == told


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        (Condition("threshold", {"above": 10_000}), "threshold (above 10,000)"),
        (Condition("record", {"since": day("2016-04-01"), "same_period": True}), "record (since 2016-04-01, same_period yes)"),
        (Condition("threshold", {"above": 1}, periods=2), "threshold (above 1), 2 periods running"),
        (
            Condition("threshold", {"above": 1}, series=SeriesKey("odp", "arrivals", "GRC", "", "all")),
            "threshold (above 1) on odp/arrivals/GRC/-/all",
        ),
        (
            Condition("all", of=(Condition("threshold", {"above": 1}), Condition("threshold", {"above": 2}))),
            "all of: threshold (above 1); threshold (above 2)",
        ),
    ],
)
def test_a_condition_in_words(condition: Condition, words: str) -> None:
    assert in_words(condition) == words


def test_the_figures_of_another_series_are_named_with_it() -> None:
    people = SeriesKey("worldbank", "population", "GRC")
    share = rule("threshold", above=1, of=people, per=1000)
    past = state.History(known(months("2020-01", 150)), {people: known(months("2020-01", 100_000))})
    told = explain(share, past, state.State(), THEN)
    assert {one.series for one in told.figures} == {KEY, people}


@pytest.mark.parametrize(
    ("recorded", "told"),
    [("2020-02-24", "Told on 10 Feb 2020."), ("2020-02-25", "Raised on 10 Feb 2020. It was computed afterwards, so nobody was told.")],
)
def test_what_was_computed_long_afterwards_was_told_to_nobody(recorded: str, told: str) -> None:
    one = rule("threshold", above=100)
    (raised,) = state.transitions(one, "s", history(known(months("2020-01", 150))), THEN)
    assert told_words(one, state.derived([replace(raised, recorded_at=at(recorded))]), THEN) == told


def test_a_silence_of_the_whole_situation_is_said() -> None:
    silenced = Transition(
        "s", "", None, Move.SILENCED, Severity.HIGH, THEN, Verdict(Judgement.CANNOT_SAY, ""), until=at("2020-03-01"), who="Ada"
    )
    past = history(known(MONTHS))
    facts = dict(explain(DOUBLED, past, state.State(), THEN, over_all=silenced).facts)
    assert facts["Told"] == "The whole situation is silenced by Ada until 1 Mar 2020."
