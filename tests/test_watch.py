"""From the store to the ledger: what the rules said on the bundled figures, and what they say when figures change."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest

from monitor import bundle, situations, watch
from monitor.model import Judgement, Move, Outcome, Situation
from monitor.settings import ROOT
from monitor.store import Store, ledger, open_store, read
from tests.building_store import KEY, at, day, figure, rows, rule, save, situation

FIRES, QUIET, CANNOT_SAY = Judgement
SEEDS = ROOT / "seeds"
THAT_DAY = read.end_of(day("2020-02-28"))


@pytest.fixture(scope="module")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """The bundled figures and their ledger, read in 2026. Tests of this module only read it."""
    opened = open_store(f"sqlite:///{tmp_path_factory.mktemp('seeded') / 'monitor.db'}")
    bundle.load(opened, SEEDS, at("2026-11-01"))
    watch.update_ledger(opened, situations.load_all(SEEDS / "situations"), at("2026-11-01"))
    yield opened
    opened.engine.dispose()


@pytest.fixture(scope="module")
def syria() -> Situation:
    return situations.load(SEEDS / "situations" / "syria-turkiye-greece.toml")


@pytest.fixture(scope="module")
def standings(seeded: Store, syria: Situation) -> dict[str, watch.Standing]:
    return {one.rule.id: one for one in watch.standings(seeded, syria, THAT_DAY)}


@pytest.mark.parametrize(
    ("rule_id", "judgement", "value"),
    [
        ("hosted-in-turkiye", FIRES, 3_622_366),
        ("displaced-north-west-syria", FIRES, 948_000),
        ("aegean-sea-record", QUIET, 6_864),
        ("aegean-sea-doubled", FIRES, 6_864),
        ("aegean-land-doubled", QUIET, 1_187),
        ("news-share", CANNOT_SAY, None),
    ],
)
def test_what_each_rule_said_on_28_february_2020(
    standings: dict[str, watch.Standing], rule_id: str, judgement: Judgement, value: float | None
) -> None:
    assert (standings[rule_id].verdict.judgement, standings[rule_id].verdict.value) == (judgement, value)


def test_every_rule_has_a_verdict_with_a_sentence(standings: dict[str, watch.Standing], syria: Situation) -> None:
    assert list(standings) == [one.id for one in syria.rules]
    assert all(one.verdict.sentence.endswith(".") for one in standings.values())


def test_the_record_of_the_aegean_was_last_raised_for_september_2019(standings: dict[str, watch.Standing]) -> None:
    record = standings["aegean-sea-record"]
    assert record.last_fired is not None
    assert record.last_fired.at == at("2019-11-09")
    assert record.last_fired.verdict.sentence == "11,160 in September 2019 is the highest since March 2016 (26,999)."
    assert "6,864 in December 2019 is not the highest" in record.verdict.sentence
    assert record.state.last is not None
    assert record.state.last.move is Move.CLEARED


def test_nothing_of_the_days_after_is_known(seeded: Store, standings: dict[str, watch.Standing]) -> None:
    assert all(one.known_at is None or one.known_at <= THAT_DAY for one in standings.values())
    assert read.figures(seeded, day("2020-02-28"), {})["known_at"].max().to_pydatetime() <= THAT_DAY


def test_the_ledger_says_what_the_replay_says(seeded: Store, syria: Situation) -> None:
    for moment in (THAT_DAY, at("2019-12-31"), at("2026-11-01")):
        last: dict[str, object] = {entry.rule: entry for entry in ledger.entries(seeded, syria.id, moment)}
        assert last == {one.rule.id: one.state.last for one in watch.standings(seeded, syria, moment) if one.state.last}


def test_a_second_look_at_the_same_figures_adds_nothing(seeded: Store, syria: Situation) -> None:
    before = rows(seeded, "ledger")
    assert watch.update_ledger(seeded, {syria.id: syria}, at("2026-11-01")) == []
    assert rows(seeded, "ledger") == before > 0


# -- figures that change -----------------------------------------------------------------------------------------------------

LEVEL = situation(rule("threshold", KEY, "level", above=100))
WATCHED = {LEVEL.id: LEVEL}


def entries(store: Store) -> list[tuple[str, str]]:
    return [(one.move.value, f"{one.at:%Y-%m-%d}") for one in ledger.entries(store, LEVEL.id, at("2030-01-01"))]


def test_a_revision_that_comes_later_changes_no_entry_already_made(store: Store) -> None:
    save(store, figure(150, known="2020-02-10"))
    assert len(watch.update_ledger(store, WATCHED, at("2020-02-11"))) == 1
    made = ledger.entries(store, LEVEL.id, at("2020-02-11"))
    save(store, figure(90, known="2020-02-20"))
    watch.update_ledger(store, WATCHED, at("2020-02-21"))
    assert entries(store) == [("raised", "2020-02-10"), ("undone", "2020-02-20")]
    assert ledger.entries(store, LEVEL.id, at("2020-02-21"))[:1] == made


def test_a_vintage_that_arrives_late_changes_no_entry_already_made(store: Store) -> None:
    save(store, figure(150, known="2020-02-10"))
    watch.update_ledger(store, WATCHED, at("2020-02-11"))
    made = ledger.entries(store, LEVEL.id, at("2030-01-01"))
    save(store, figure(90, known="2020-02-20", known_at=at("2020-02-05")))
    watch.update_ledger(store, WATCHED, at("2020-02-21"))
    assert ledger.entries(store, LEVEL.id, at("2030-01-01")) == made


def test_a_refresh_that_comes_back_after_months_notes_what_was_missed_in_order(store: Store) -> None:
    for end, value in (("2020-01-31", 150), ("2020-02-29", 50), ("2020-03-31", 160)):
        known = day(end) + dt.timedelta(10)
        save(store, figure(value, end=end, known=known.isoformat()))
    watch.update_ledger(store, WATCHED, at("2020-12-01"))
    assert entries(store) == [("raised", "2020-02-10"), ("cleared", "2020-03-10"), ("raised", "2020-04-10"), ("lapsed", "2020-07-30")]


def test_a_rule_without_figures_cannot_say_and_writes_nothing(store: Store) -> None:
    (standing,) = watch.standings(store, LEVEL, at("2020-02-28"))
    assert (standing.verdict.judgement, standing.state.last, standing.last_fired, standing.known_at) == (CANNOT_SAY, None, None, None)
    assert watch.update_ledger(store, WATCHED, at("2020-02-28")) == []


def test_a_standing_reads_nothing_from_the_ledger_and_writes_nothing(store: Store) -> None:
    save(store, figure(150, known="2020-02-10"))
    (standing,) = watch.standings(store, LEVEL, at("2020-02-28"))
    assert (standing.verdict.judgement, standing.known_at) == (FIRES, at("2020-02-10"))
    assert rows(store, "ledger") == 0


def test_a_silent_source_mutes_the_rules_that_read_it(store: Store) -> None:
    silent = situation(rule("threshold", KEY, "level", above=100), rule("silence", KEY, "silent", after_days=30))
    save(store, figure(150, known="2020-02-10"))
    before = {one.rule.id: one.muted_by for one in watch.standings(store, silent, at("2020-03-01"))}
    assert before == {"level": None, "silent": None}
    level, silence = watch.standings(store, silent, at("2020-03-02"))
    assert (silence.verdict.judgement, silence.muted_by) == (FIRES, None)
    assert level.verdict.judgement is FIRES  # it says what it says; it is only not told
    assert level.muted_by is not None
    assert watch.muted_by(store, silent, level.rule, at("2020-03-02")) == level.muted_by
    assert watch.muted_by(store, silent, level.rule, at("2020-03-01")) is None
    assert level.muted_by.why == "The newest figure is of January 2020, 31 days ago; after 30 days that is silence."


def test_the_runs_of_a_source_are_asked_by_a_rule_of_silence(store: Store) -> None:
    silent = situation(rule("silence", KEY, "silent", runs=2))
    save(store, figure(150, known="2020-02-10"))
    for moment in ("2020-02-11", "2020-02-12"):
        save(store, source="frontex", started=at(moment), finished=at(moment), outcome=Outcome.DEGRADED)
    watch.update_ledger(store, {silent.id: silent}, at("2020-02-13"))
    found = ledger.entries(store, silent.id, at("2020-02-13"))
    assert [(one.move, one.at, one.verdict.sentence) for one in found] == [
        (Move.RAISED, at("2020-02-12"), "The source was asked 2 times in a row and brought nothing good; after 2 times that is silence.")
    ]
