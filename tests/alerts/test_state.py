"""Transitions: raised, escalated, cleared, lapsed; replayed as it was known, in as many pieces as one likes."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.alerts.state import COOLDOWN, RANKS, SAME_PERIOD, WORSE, State, Vintage, derived, judge_at, known_points, transitions, verdicts
from monitor.model import ENDED, FIRING, UTC, Judgement, Move, Rule, Severity, Transition, Verdict
from tests.alerts.generated import before, histories_for, rules_of_every_kind
from tests.building_store import at, day, known, months, rule
from tests.building_store import history as past

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


# -- escalated, raised again, muted ------------------------------------------------------------------------------------------

LEVELS = rule("threshold", above=100, stale=400, levels={Severity.CRITICAL: {"above": 1000}})
PATIENT = rule("threshold", above=100, stale=400, cooldown_days=90)


def told(one: Rule, *values: float | None, more: tuple[Vintage, ...] = ()) -> list[tuple[str, str, str]]:
    """(move, month judged, why nobody is told) on months from January 2020 on."""
    vintages = sorted([*known(months("2020-01", *values)), *more], key=lambda v: v.known_at)
    found = transitions(one, "s", past(vintages), at("2021-01-15"))
    return [(entry.move.value, f"{entry.verdict.period_end:%m}", entry.muted) for entry in found]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([100, 199], [("raised", "01", "")]),
        ([100, 200], [("raised", "01", ""), ("escalated", "02", "")]),
        ([100, 200, 399], [("raised", "01", ""), ("escalated", "02", "")]),
        ([100, 150, 200], [("raised", "01", ""), ("escalated", "03", "")]),  # twice what was told, not what was last known
        ([600, 1000], [("raised", "01", ""), ("escalated", "02", "")]),  # a higher severity
        ([600, 999], [("raised", "01", "")]),
        ([1000, 600, 1000], [("raised", "01", "")]),  # back to what was told
        ([600, 50, 600], [("raised", "01", ""), ("cleared", "02", ""), ("raised", "03", "")]),
    ],
)
def test_an_open_alert_is_told_again_when_it_is_worse(values: list[float | None], expected: list[tuple[str, str, str]]) -> None:
    assert told(LEVELS, *values) == expected


def test_an_escalation_has_its_own_severity() -> None:
    found = transitions(LEVELS, "s", past(known(months("2020-01", 600, 1000))), at("2020-06-01"))
    assert [one.severity for one in found] == [Severity.HIGH, Severity.CRITICAL]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([150, 150, 150], [("raised", "01", "")]),  # 60 days after January ends: March
        ([150, 150, 150, 150], [("raised", "01", ""), ("raised again", "04", "")]),  # 90 days
        ([150, 50, 150], [("raised", "01", ""), ("cleared", "02", ""), ("raised", "03", COOLDOWN)]),
        ([150, 50, 300], [("raised", "01", ""), ("cleared", "02", ""), ("raised", "03", "")]),  # worse: told all the same
        ([150, 50, 150, 150], [("raised", "01", ""), ("cleared", "02", ""), ("raised", "03", COOLDOWN), ("raised again", "04", "")]),
        ([150, 50, 150, 300], [("raised", "01", ""), ("cleared", "02", ""), ("raised", "03", COOLDOWN), ("escalated", "04", "")]),
        ([150, 50, 50, 150], [("raised", "01", ""), ("cleared", "02", ""), ("raised", "04", "")]),
        ([150] * 7, [("raised", "01", ""), ("raised again", "04", ""), ("raised again", "07", "")]),
    ],
)
def test_a_cooldown_is_counted_from_what_was_told_last(values: list[float | None], expected: list[tuple[str, str, str]]) -> None:
    assert told(PATIENT, *values) == expected


def test_without_a_cooldown_an_open_alert_is_not_raised_again() -> None:
    assert told(replace(PATIENT, cooldown_days=0), *[150] * 7) == [("raised", "01", "")]


STICKY = rule("threshold", above=100, stale=400, clear_below=0.8)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([100, 80], ["raised"]),
        ([100, 79], ["raised", "cleared"]),
        ([100, 80, 99, 100, 79], ["raised", "cleared"]),
        ([100, 80, 200], ["raised", "escalated"]),
        ([80, 99], []),  # it opens at the level, and not below
        ([100, 79, 80], ["raised", "cleared"]),
    ],
)
def test_an_alert_stays_open_down_to_a_share_of_its_level(values: list[float | None], expected: list[str]) -> None:
    assert [move for move, _, _ in told(STICKY, *values)] == expected


def test_a_figure_that_is_too_old_to_say_ends_it_whatever_the_share() -> None:
    quick = replace(STICKY, stale_after_days=60)
    assert moves(transitions(quick, "s", past(known(months("2020-01", 100, 80))), END)) == [
        ("raised", "2020-02-10"),
        ("lapsed", "2020-04-30"),
    ]


def test_a_fall_is_worse_when_it_has_halved_and_not_when_it_has_doubled() -> None:
    fall = rule("change", against="previous", ratio=0.5, floor=1, stale=400)
    assert told(fall, 1000, 400, 200) == [("raised", "02", ""), ("escalated", "03", "")]
    assert told(fall, 1000, 100, 1000, 200) == [("raised", "02", ""), ("cleared", "03", ""), ("raised", "04", "")]
    slow = rule("change", against="last_year", ratio=0.5, floor=1, stale=400)
    found = transitions(slow, "s", past(known(months("2019-01", *[1000] * 12, 100, 300))), at("2020-06-01"))
    assert [one.move for one in found] == [Move.RAISED]


def revised(*values: float | None) -> list[tuple[str, str]]:
    """(move, why nobody is told) where the figure of January 2020 is revised every five days."""
    point = months("2020-01", 1)[0]
    vintages = [Vintage(at("2020-02-10") + dt.timedelta(5 * place), months("2020-01", value)[0]) for place, value in enumerate(values)]
    assert all(v.point.period_end == point.period_end for v in vintages)
    return [(one.move.value, one.muted) for one in transitions(LEVELS, "s", past(vintages), at("2020-06-01"))]


def test_a_figure_that_goes_back_and_forth_is_told_once_unless_it_is_worse() -> None:
    assert revised(150, 90, 150) == [("raised", ""), ("undone", ""), ("raised", SAME_PERIOD)]
    assert revised(150, 90, 300) == [("raised", ""), ("undone", ""), ("raised", "")]
    assert revised(150, None) == [("raised", ""), ("lapsed", "")]


def test_an_older_period_that_fires_after_a_newer_was_withdrawn_is_not_held_back_by_a_cooldown_of_none() -> None:
    january, february = months("2020-01", 50, 150)
    vintages = [
        Vintage(at("2020-02-10"), january),
        Vintage(at("2020-03-10"), february),
        Vintage(at("2020-03-20"), february._replace(value=None)),
        Vintage(at("2020-03-25"), january._replace(value=120)),
    ]
    found = transitions(LEVELS, "s", past(vintages), at("2020-04-01"))
    assert [(one.move.value, one.muted) for one in found] == [("raised", ""), ("cleared", ""), ("raised", "")]


# -- what people do ----------------------------------------------------------------------------------------------------------


def entry(move: Move, when: str, value: float | None = None, muted: str = "") -> Transition:
    verdict = Verdict(Judgement.FIRES if move in FIRING else Judgement.QUIET, "", day("2020-01-01"), day("2020-01-31"), value)
    return Transition("s", LEVEL.id, LEVEL.series, move, Severity.HIGH, at(when), verdict, muted)


RAISED = entry(Move.RAISED, "2020-02-10", 150)
ACKNOWLEDGED = entry(Move.ACKNOWLEDGED, "2020-02-11")
SILENCED, LIFTED = entry(Move.SILENCED, "2020-02-12"), entry(Move.UNSILENCED, "2020-02-13")
FALSE = entry(Move.MARKED_FALSE, "2020-02-14")
WORSENED, CLEARED = entry(Move.ESCALATED, "2020-03-10", 300), entry(Move.CLEARED, "2020-04-10")
AGAIN = entry(Move.RAISED, "2020-05-10", 150, muted=COOLDOWN)


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        ([], State()),
        ([RAISED], State(RAISED, RAISED, RAISED, RAISED, last_raised=RAISED)),
        ([RAISED, ACKNOWLEDGED], State(RAISED, RAISED, RAISED, RAISED, acknowledged=ACKNOWLEDGED, last_raised=RAISED)),
        (
            [RAISED, ACKNOWLEDGED, WORSENED],
            State(RAISED, WORSENED, WORSENED, WORSENED, last_raised=RAISED),
        ),  # worse: to be acknowledged anew
        ([RAISED, ACKNOWLEDGED, CLEARED], State(None, None, RAISED, CLEARED, last_raised=RAISED)),
        ([RAISED, SILENCED], State(RAISED, RAISED, RAISED, RAISED, silenced=SILENCED, last_raised=RAISED)),
        ([RAISED, SILENCED, LIFTED], State(RAISED, RAISED, RAISED, RAISED, last_raised=RAISED)),
        (
            [RAISED, SILENCED, CLEARED, AGAIN],
            State(AGAIN, AGAIN, RAISED, AGAIN, silenced=SILENCED, last_raised=AGAIN),
        ),  # told last: the first
        ([RAISED, FALSE], State(RAISED, RAISED, RAISED, RAISED, marked=FALSE, last_raised=RAISED)),
        ([RAISED, FALSE, CLEARED], State(None, None, RAISED, CLEARED, marked=FALSE, last_raised=RAISED)),  # what it was stays said
        ([RAISED, FALSE, CLEARED, AGAIN], State(AGAIN, AGAIN, RAISED, AGAIN, last_raised=AGAIN)),
    ],
)
def test_the_state_is_what_the_entries_come_to(entries: list[Transition], expected: State) -> None:
    assert derived(entries) == expected
    assert derived(entries).is_open == (expected.opened is not None)


def test_what_people_did_changes_nothing_of_what_the_rule_adds() -> None:
    history = past(known(months("2020-01", 150, 300, 50)))
    alone = transitions(LEVELS, "s", history, at("2021-01-01"))
    people = [entry(move, "2020-02-20") for move in sorted(set(Move) - FIRING - ENDED)]
    assert transitions(LEVELS, "s", history, at("2021-01-01"), [alone[0], *people]) == alone[1:]


# -- incremental -----------------------------------------------------------------------------------------------------------

CUTS = st.lists(st.integers(0, 1300), max_size=3).map(sorted)
START = dt.datetime(2018, 1, 1, 18, tzinfo=UTC)


@settings(max_examples=150, deadline=None)
@given(st.data(), rules_of_every_kind(), CUTS)
def test_a_ledger_kept_in_pieces_is_the_ledger_of_one_go(data: st.DataObject, one: Rule, cuts: list[int]) -> None:
    history = data.draw(histories_for(one))
    whole = transitions(one, "s", history, END)
    kept: list[Transition] = []
    for cut in [*(START + dt.timedelta(days) for days in cuts), END]:
        kept += transitions(one, "s", before(history, cut), cut, kept)  # the rest has not been published yet
    assert kept == whole
    assert [one.at for one in kept] == sorted({one.at for one in kept})


@settings(max_examples=150, deadline=None)
@given(st.data(), rules_of_every_kind(), st.integers(0, 1300))
def test_later_data_never_change_what_was_decided(data: st.DataObject, one: Rule, days: int) -> None:
    history, cut = data.draw(histories_for(one)), START + dt.timedelta(days)
    then = before(history, cut)
    assert judge_at(one, history, cut) == judge_at(one, then, cut)
    assert transitions(one, "s", then, cut) == [entry for entry in transitions(one, "s", history, END) if entry.at <= cut]


@settings(max_examples=100, deadline=None)
@given(st.data(), rules_of_every_kind())
def test_what_is_judged_moment_by_moment_is_what_is_judged_at_that_moment(data: st.DataObject, one: Rule) -> None:
    history = data.draw(histories_for(one))
    for moment, verdict in list(verdicts(one, history, None, END))[::5]:
        assert judge_at(one, history, moment) == verdict


@settings(max_examples=150, deadline=None)
@given(st.data(), rules_of_every_kind())
def test_what_is_told_is_new_or_worse_and_moves_follow_one_another(data: st.DataObject, one: Rule) -> None:
    found = transitions(one, "s", data.draw(histories_for(one)), END)
    is_open, last = False, None
    for entry in found:
        assert (entry.move is Move.RAISED) == (entry.move in FIRING and not is_open)
        assert entry.move not in ENDED or is_open
        is_open = entry.move in FIRING
        if entry.move not in FIRING or entry.muted:
            continue
        if last is not None:
            assert _new_or_worse(one, last, entry)
        last = entry


def _new_or_worse(one: Rule, last: Transition, entry: Transition) -> bool:
    then, now = last.verdict, entry.verdict
    worse = (
        RANKS.index(entry.severity) > RANKS.index(last.severity)
        or (now.value or 0) >= WORSE * (then.value or 0)
        or (now.value or 0) <= (then.value or 0) / WORSE  # of a fall
    )
    later = (then.period_start, then.period_end) != (now.period_start, now.period_end)
    if one.cooldown_days and then.period_end and now.period_end:
        later = (now.period_end - then.period_end).days >= one.cooldown_days
    return worse or later


def test_a_figure_published_before_the_last_entry_and_fetched_after_it_is_judged_all_the_same() -> None:
    january, february = months("2020-01", 150, 800)
    first = [Vintage(at("2020-02-10"), january)]
    entries = transitions(LEVEL, "s", past(first), at("2020-04-02"))
    assert moves(entries) == [("raised", "2020-02-10"), ("lapsed", "2020-04-01")]
    late = [*first, Vintage(at("2020-03-30"), february)]
    assert moves(transitions(LEVEL, "s", past(late), at("2020-04-05"), entries)) == [("raised", "2020-04-01")]
    assert transitions(LEVEL, "s", past(first), at("2020-04-05"), entries) == []


def test_what_came_back_for_the_same_period_is_told_when_a_later_one_fires_too() -> None:
    plain = rule("threshold", above=100, stale=60)
    january, february = months("2020-01", 150, 160)
    revised = [
        Vintage(at("2020-02-10"), january),
        Vintage(at("2020-02-12"), january._replace(value=50)),
        Vintage(at("2020-02-14"), january),
        Vintage(at("2020-03-10"), february),
    ]
    found = transitions(plain, "s", past(revised), at("2020-03-15"))
    assert [(one.move.value, one.muted) for one in found] == [
        ("raised", ""),
        ("undone", ""),
        ("raised", "same period"),
        ("raised again", ""),
    ]
