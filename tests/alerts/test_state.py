"""Transitions: raised, cleared, lapsed; replayed as it was known, in as many pieces as one likes."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.alerts.state import Vintage, known_points, transitions
from monitor.alerts.state import history as past
from monitor.model import UTC, Move, Point, Rule, Status, Transition
from tests.building_store import at, day, known, month_end, months, rule

LEVEL = rule("threshold", above=100, stale=60)
END = at("2030-01-01")


def moves(found: list[Transition]) -> list[tuple[str, str]]:
    return [(one.move.value, f"{one.at:%Y-%m-%d}") for one in found]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([50, 60], []),
        ([50, 150, 160], [("raised", "2020-03-10"), ("lapsed", "2020-05-31")]),
        ([50, 150, 60, 170], [("raised", "2020-03-10"), ("cleared", "2020-04-10"), ("raised", "2020-05-10"), ("lapsed", "2020-06-30")]),
        ([150, None, 60], [("raised", "2020-02-10"), ("lapsed", "2020-04-01")]),
    ],
)
def test_a_rule_is_raised_cleared_and_lapsed_when_that_became_known(values: list[float | None], expected: list[tuple[str, str]]) -> None:
    assert moves(transitions(LEVEL, "s", past(known(months("2020-01", *values))), END)) == expected


def test_an_entry_carries_the_rule_and_the_verdict_of_that_moment() -> None:
    (one, _) = transitions(LEVEL, "s", past(known(months("2020-01", 150))), END)
    assert (one.situation, one.rule, one.series, one.severity, one.move) == ("s", LEVEL.id, LEVEL.series, LEVEL.severity, Move.RAISED)
    assert (one.at, one.verdict.value, one.verdict.period_end) == (at("2020-02-10"), 150, day("2020-01-31"))


@pytest.mark.parametrize(
    ("until", "expected"), [("2020-02-09 23:59:59", 0), ("2020-02-10", 1), ("2020-03-31 23:59:59", 1), ("2020-04-01", 2)]
)
def test_nothing_is_noted_before_its_moment(until: str, expected: int) -> None:
    assert len(transitions(LEVEL, "s", past(known(months("2020-01", 150))), at(until))) == expected


def test_a_figure_known_long_after_its_period_is_stale_from_the_start() -> None:
    assert transitions(LEVEL, "s", past(known(months("2020-01", 150), days_after=61)), END) == []
    assert moves(transitions(LEVEL, "s", past(known(months("2020-01", 150), days_after=60)), END)) == [
        ("raised", "2020-03-31"),
        ("lapsed", "2020-04-01"),
    ]


def test_an_unfinished_month_raises_nothing_and_its_settled_figure_does() -> None:
    half, whole = months("2020-01", 150, provisional=1)[0], months("2020-01", 180)[0]
    vintages = [Vintage(at("2020-01-20"), half), Vintage(at("2020-02-14"), whole)]
    assert moves(transitions(LEVEL, "s", past(vintages), at("2020-02-20"))) == [("raised", "2020-02-14")]


def test_a_revision_of_the_figure_undoes_it_at_the_moment_of_the_revision_and_leaves_the_entry_before_as_it_was() -> None:
    first, revised = months("2020-01", 150)[0], months("2020-01", 90)[0]
    vintages = [Vintage(at("2020-02-10"), first), Vintage(at("2020-02-20"), revised)]
    before = transitions(LEVEL, "s", past(vintages[:1]), at("2020-02-19"))
    after = transitions(LEVEL, "s", past(vintages), at("2020-02-25"))
    assert moves(after) == [("raised", "2020-02-10"), ("undone", "2020-02-20")]
    assert after[:1] == before


def test_points_as_known_at_a_moment_are_one_a_period_in_order() -> None:
    january, february = months("2020-01", 1, 2)
    vintages = [
        Vintage(at("2020-02-10"), january),
        Vintage(at("2020-03-10"), february),
        Vintage(at("2020-03-11"), january._replace(value=3)),
    ]
    assert known_points(vintages, at("2020-02-09")) == []
    assert known_points(vintages, at("2020-03-10")) == [january, february]
    assert known_points(vintages, at("2020-03-11")) == [january._replace(value=3), february]


# -- incremental -----------------------------------------------------------------------------------------------------------

RULES = [
    rule("threshold", above=100, stale=60),
    rule("change", against="last_year", ratio=2, floor=50, stale=60),
    rule("record", years=1, floor=50, stale=60),
    rule("record", since=day("2018-03-01"), floor=50, stale=60),
]
STATUSES = st.sampled_from([Status.REPORTED, Status.REPORTED, Status.PROVISIONAL])


@st.composite
def histories(draw: st.DrawFn) -> list[Vintage]:
    """Up to three vintages of each of up to 20 months, each known up to 100 days after its month began."""
    found = []
    for number in range(draw(st.integers(1, 20))):
        year, month = 2018 + number // 12, number % 12 + 1
        for after in draw(st.lists(st.integers(1, 100), max_size=3, unique=True)):
            value = draw(st.one_of(st.none(), st.integers(0, 300)))
            status = Status.NOT_REPORTED if value is None else draw(STATUSES)
            start = dt.date(year, month, 1)
            moment = dt.datetime.combine(start + dt.timedelta(after), dt.time(12), UTC)
            found.append(Vintage(moment, Point(start, month_end(year, month), value, status)))
    return sorted(found, key=lambda one: one.known_at)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(RULES), histories(), st.lists(st.integers(0, 900), max_size=4).map(sorted))
def test_a_ledger_kept_in_pieces_is_the_ledger_of_one_go(one: Rule, history: list[Vintage], cuts: list[int]) -> None:
    kept: list[Transition] = []
    for cut in [*(at("2018-01-01") + dt.timedelta(days) for days in cuts), END]:
        so_far = [vintage for vintage in history if vintage.known_at <= cut]  # the rest has not been published yet
        kept += transitions(one, "s", past(so_far), cut, kept)
    assert kept == transitions(one, "s", past(history), END)
    assert [entry.move is Move.RAISED for entry in kept] == [number % 2 == 0 for number in range(len(kept))]
    assert [entry.at for entry in kept] == sorted({entry.at for entry in kept})
