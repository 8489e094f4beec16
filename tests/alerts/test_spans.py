"""Alerts as spans, and the precision that people measured."""

from __future__ import annotations

from monitor.alerts.spans import Measured, measured, spans, until
from monitor.model import Judgement, Move, Severity, Transition, Verdict
from tests.building_store import KEY, at

NOTHING = Verdict(Judgement.CANNOT_SAY, "")
LAND = KEY._replace(breakdown="land")


def entry(
    move: Move, when: str, rule: str = "r", severity: Severity = Severity.MEDIUM, muted: str = "", series: object = KEY
) -> Transition:
    return Transition("s", rule, series, move, severity, at(when), NOTHING, muted)  # type: ignore[arg-type]


def test_an_alert_lasts_until_it_is_cleared_and_another_begins_anew() -> None:
    first, second = spans([entry(Move.RAISED, "2020-01-01"), entry(Move.CLEARED, "2020-02-01"), entry(Move.RAISED, "2020-03-01")])
    assert (first.ended is not None, second.ended) == (True, None)
    assert (until(first, at("2021-01-01")), until(second, at("2021-01-01"))) == (at("2020-02-01"), at("2021-01-01"))


def test_it_keeps_its_highest_severity_and_counts_what_was_told() -> None:
    (one,) = spans(
        [
            entry(Move.RAISED, "2020-01-01", muted="cooldown"),
            entry(Move.ESCALATED, "2020-02-01", severity=Severity.CRITICAL),
            entry(Move.RAISED_AGAIN, "2020-03-01", severity=Severity.HIGH),
            entry(Move.ACKNOWLEDGED, "2020-03-02"),
        ]
    )
    assert (one.severity, one.told, one.ended, one.marked) == (Severity.CRITICAL, 2, None, None)


def test_two_series_of_one_rule_are_two_alerts() -> None:
    found = spans([entry(Move.RAISED, "2020-01-01"), entry(Move.RAISED, "2020-01-02", series=LAND), entry(Move.CLEARED, "2020-02-01")])
    assert [(one.series, one.ended is None) for one in found] == [(KEY, False), (LAND, True)]


def test_what_began_before_the_first_entry_is_no_alert() -> None:
    assert spans([entry(Move.CLEARED, "2020-01-01"), entry(Move.SILENCED, "2020-01-02", rule="", series=None)]) == []


def test_precision_is_of_what_people_judged_and_missing_while_nobody_has() -> None:
    entries = [
        entry(Move.RAISED, "2020-01-01"),
        entry(Move.MARKED_FALSE, "2020-01-02"),
        entry(Move.MARKED_TRUE, "2020-01-03"),  # the last word holds
        entry(Move.CLEARED, "2020-02-01"),
        entry(Move.RAISED, "2020-03-01"),
        entry(Move.CLEARED, "2020-04-01"),
        entry(Move.MARKED_FALSE, "2020-05-01"),  # of the last alert, though it is over
        entry(Move.RAISED, "2020-06-01", muted="cooldown"),
        entry(Move.MARKED_FALSE, "2020-06-02"),
        entry(Move.RAISED, "2020-06-01", rule="other"),
    ]
    assert measured(["r", "other", "none"], entries) == [Measured("r", 2, 1, 1), Measured("other", 1, 0, 0), Measured("none", 0, 0, 0)]
    assert [one.precision for one in measured(["r", "other"], entries)] == [0.5, None]
