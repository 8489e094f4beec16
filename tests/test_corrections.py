"""Known errors of upstreams: applied while the source gives the wrong value, told when it no longer does, refused when unclear."""

from __future__ import annotations

import dataclasses
import datetime as dt
import shutil
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor import bundle, corrections, normalise
from monitor.corrections import Correction, Kind
from monitor.errors import CorrectionError
from monitor.model import Observation, Run, SeriesKey, Status
from monitor.settings import ROOT
from monitor.store import Store, read
from tests.building import TODAY
from tests.building_store import LATER, at, day, figure, save, values, vintages

SHIPPED = ROOT / "seeds" / "corrections"
GOOD = """
[[correction]]
id = "an-error"
date = 2026-10-01
series = "frontex/border_detections/eastern-mediterranean/-/sea"
period_start = 2020-01-01
period_end = 2020-01-31
given = 99_999
right = 3_355
what = "Ten times too many."
reason = "The months beside it have three thousand."
reference = "The yearly report"
reported = "to the source on 1 October 2026"
"""
ENTERED = day("2026-10-01")


def load(folder: Path, text: str = GOOD, name: str = "frontex") -> list[Correction]:
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.toml").write_text(text, encoding="utf-8")
    return corrections.load_all(folder)


@pytest.fixture
def entry(tmp_path: Path) -> Correction:
    (found,) = load(tmp_path / "corrections")
    return found


def marked(entry: Correction, **changes: Any) -> Correction:
    return dataclasses.replace(entry, **changes)


def wrong(value: float | None = 99_999, known: str = "2026-10-20", **more: Any) -> Observation:
    return figure(value, known, **more)


def outcome(*rows: Observation, entry: Correction, today: dt.date = TODAY) -> list[tuple[str, float | None, str]]:
    """(known on, value, remark) of what comes out."""
    made = corrections.apply(rows, [entry], today).rows
    return [(f"{(row.known_at or row.answer.retrieved_at).date()}", row.value, row.qualifier) for row in made]


# -- Applied -----------------------------------------------------------------------------------------------------------------


def test_the_right_value_takes_the_place_of_the_wrong_one_and_says_what_the_source_said(entry: Correction) -> None:
    assert outcome(wrong(), entry=entry) == [("2026-10-20", 3355, "corrected: the source says 99,999")]
    assert outcome(wrong(qualifier="about"), entry=entry) == [("2026-10-20", 3355, "about; corrected: the source says 99,999")]


def test_where_the_right_value_is_not_known_the_figure_is_not_reported(entry: Correction) -> None:
    (row,) = corrections.apply([wrong()], [marked(entry, kind=Kind.WITHHELD, right=None)], TODAY).rows
    assert (row.value, row.status, row.qualifier) == (None, Status.NOT_REPORTED, "withheld: the source says 99,999")
    assert normalise.check([row], TODAY, frozenset()) == ([row], [])


def test_a_figure_that_stands_is_not_touched(entry: Correction) -> None:
    assert corrections.apply([wrong()], [marked(entry, kind=Kind.MARKED, right=None)], TODAY).rows == [wrong()]


@pytest.mark.parametrize(
    ("known", "came_out"),
    [
        ("2026-09-30 23:59:59", [("2026-09-30", 99_999), ("2026-10-01", 3355)]),
        ("2026-10-01", [("2026-10-01", 3355)]),
        ("2026-10-02", [("2026-10-02", 3355)]),
    ],
)
def test_what_was_known_before_the_entry_stays_what_it_was(entry: Correction, known: str, came_out: list[tuple[str, float]]) -> None:
    for row in (wrong(known=known), wrong(known="2026-10-20", known_at=at(known))):
        assert [found[:2] for found in outcome(row, entry=entry)] == came_out


@pytest.mark.parametrize(("today", "value"), [("2026-09-30", 99_999), ("2026-10-01", 3355)])
def test_with_the_clock_before_the_entry_nothing_changes(entry: Correction, today: str, value: float) -> None:
    assert outcome(wrong(known=today), entry=entry, today=day(today))[-1][1] == value


@pytest.mark.parametrize(
    "other",
    [
        {"key": SeriesKey("frontex", "border_detections", "eastern-mediterranean", "", "land")},
        {"end": "2020-02-29"},
        {"end": "2020-01-31", "start": "2020-01-02"},
    ],
)
def test_no_other_figure_is_touched(entry: Correction, other: dict[str, Any]) -> None:
    row = wrong(**other)
    assert corrections.apply([row], [entry], TODAY) == ([row], [], [])


@given(st.lists(st.tuples(st.sampled_from([99_999.0, 3355.0, 7.0]), st.integers(0, 60)), max_size=6))
def test_every_row_comes_out_once_as_it_was_or_as_the_entry_says(rows: list[tuple[float, int]]) -> None:
    entry = Correction("an-error", ENTERED, figure(1).key, day("2020-01-01"), day("2020-01-31"), 99_999, Kind.VALUE, 3355, *["text"] * 4)
    offered = [wrong(value, known=f"{ENTERED - dt.timedelta(30) + dt.timedelta(n)}") for value, n in rows]
    made = corrections.apply(offered, [entry], TODAY)
    untouched = [row for row in made.rows if not row.qualifier]
    fixed = [row for row in made.rows if row.qualifier]
    assert {row.value for row in fixed} <= {3355}
    assert len(fixed) == sum(row.value == 99_999 for row in offered)
    assert all((row.known_at or row.answer.retrieved_at).date() >= ENTERED for row in fixed)
    assert all(row.value != 99_999 or row.answer.retrieved_at.date() < ENTERED for row in untouched)
    assert bool(made.met) + bool(made.outdated) == bool(rows)


# -- In the store --------------------------------------------------------------------------------------------------------------


def store_it(store: Store, entry: Correction, *rows: Observation) -> Run:
    return save(store, *corrections.apply(rows, [entry], TODAY).rows)


def test_the_store_keeps_both_and_a_second_refresh_adds_nothing(store: Store, entry: Correction) -> None:
    store_it(store, entry, wrong(known="2020-02-10"))
    assert vintages(store) == [("2020-02-10", 99_999, "2026-10-01"), ("2026-10-01", 3355, None)]
    assert (values(store, "2026-09-30"), values(store, "2026-10-01")) == ([99_999], [3355])
    again = store_it(store, entry, wrong(known="2020-02-10")), store_it(store, entry, wrong(known="2026-10-20"))
    assert [(run.same, run.stored) for run in again] == [(2, 0), (1, 0)]


def test_when_the_source_mends_itself_its_own_value_stands(store: Store, entry: Correction) -> None:
    store_it(store, entry, wrong())
    store_it(store, entry, wrong(3400, known="2026-10-25"))
    assert values(store) == [3400]
    frame = read.figures(store, LATER, {})
    assert (list(frame["qualifier"]), corrections.notes(frame, [entry])) == ([""], [""])


# -- The guard -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("value", "says"), [(3355, "3,355"), (12, "12"), (0, "0"), (None, "nothing")])
def test_a_source_that_gives_another_value_makes_the_entry_needless(entry: Correction, value: float | None, says: str) -> None:
    row = wrong(value)
    told = f"correction an-error is no longer needed: the source now says {says}"
    assert corrections.apply([row], [entry], TODAY) == ([row], [], [told])


def test_the_newest_vintage_says_whether_an_entry_is_needed(entry: Correction) -> None:
    early, late = wrong(known="2026-10-02"), wrong(3355, known="2026-10-03")
    for rows in ((early, late), (late, early)):
        assert corrections.apply(rows, [entry], TODAY).met == []
    mended_back = wrong(3355, known="2026-10-02"), wrong(known="2026-10-03")
    assert corrections.apply(mended_back, [entry], TODAY)[1:] == (["an-error"], [])


# -- Read by a person ------------------------------------------------------------------------------------------------------------


def test_the_note_stands_beside_the_figure_that_it_is_about_and_no_other(store: Store, entry: Correction) -> None:
    store_it(store, entry, wrong(known="2020-02-10"), wrong(end="2020-02-29"))
    frame = read.figures(store, LATER, {})
    first, second = corrections.notes(frame, [entry])
    assert second == ""
    assert first == (
        "Ten times too many. The months beside it have three thousand "
        "(The yearly report; to the source on 1 October 2026; entered 2026-10-01)."
    )
    assert corrections.notes(read.figures(store, day("2026-09-30"), {}), [entry]) == [""]  # not corrected yet
    assert corrections.notes(frame.iloc[:0], [entry]) == []


@pytest.mark.parametrize(("kind", "right"), [(Kind.WITHHELD, None), (Kind.MARKED, None)])
def test_a_withheld_and_a_marked_figure_have_their_note_too(store: Store, entry: Correction, kind: Kind, right: float | None) -> None:
    one = marked(entry, kind=kind, right=right)
    store_it(store, one, wrong())
    frame = read.figures(store, LATER, {})
    assert corrections.notes(frame, [one]) == [one.note]
    row = frame.iloc[0]
    value, remark = row["value"], row["qualifier"]
    assert corrections.note([one], one.series, one.period_start, one.period_end, value, remark) == one.note
    assert corrections.note([one], one.series, one.period_end, one.period_end, value, remark) == ""


# -- What is refused -----------------------------------------------------------------------------------------------------------


def test_a_sound_entry_is_read_and_a_folder_that_is_not_there_has_none(tmp_path: Path, entry: Correction) -> None:
    assert (entry.id, entry.given, entry.kind, entry.right) == ("an-error", 99_999, Kind.VALUE, 3355)
    assert (entry.series.breakdown, entry.period_start, entry.period_end) == ("sea", day("2020-01-01"), day("2020-01-31"))
    assert corrections.load_all(tmp_path / "nowhere") == []
    assert load(tmp_path / "words", GOOD.replace("3_355", '"not known"'))[0].kind is Kind.WITHHELD
    assert load(tmp_path / "words", GOOD.replace("3_355", '"as given"'))[0].kind is Kind.MARKED


@pytest.mark.parametrize("name", corrections.KEYS)
def test_an_entry_without_one_of_its_keys_is_refused(tmp_path: Path, name: str) -> None:
    cut = "\n".join(line for line in GOOD.splitlines() if not line.startswith(f"{name} ="))
    with pytest.raises(CorrectionError, match=rf"corrections/frontex\.toml: correction .*: '{name}' is missing"):
        load(tmp_path / "corrections", cut)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('id = "an-error"', 'id = "An error"', "'id' may have small letters"),
        ("given = 99_999", "given = -1", "'given' is -1; a number without a fraction is due"),
        ("given = 99_999", "given = 1.5", "'given' is 1.5"),
        ("given = 99_999", "given = nan", "'given' is nan"),
        ("given = 99_999", "given = true", "'given' is True"),
        ("right = 3_355", 'right = "3355"', "'right' is '3355'; a number without a fraction, 'not known' or 'as given' is due"),
        ("right = 3_355", "right = -3355", "'right' is -3355"),
        ("right = 3_355", "right = 99_999", "'right' is what 'given' says"),
        ("period_end = 2020-01-31", 'period_end = "2020-01-31"', "'period_end' is '2020-01-31'; a day"),
        ("period_end = 2020-01-31", "period_end = 2020-01-31T00:00:00", "'period_end' is datetime"),
        ("period_end = 2020-01-31", "period_end = 2019-12-31", "must not come before"),
        ("date = 2026-10-01", "date = 2019-12-31", "must not come before"),
        ("date = 2026-10-01", "date = 2026-10-01\ncolour = 'red'", "unknown key 'colour'"),
        ("frontex/border", "odp/border", "'series' is of 'odp'; the file's name says 'frontex'"),
        ("border_detections", "detections", "unknown indicator 'detections'"),
        ("/-/sea", "/-/air", "unknown breakdown 'air'"),
        ("eastern-mediterranean/-/sea", "eastern-mediterranean", "is not source/indicator/location"),
        ('what = "Ten times too many."', "what = 10", "'what' is 10; a text is due"),
        ('what = "Ten times too many."', 'what = ""', "'what' is missing"),
        ("[[correction]]", "[correction]", "a list of [[correction]] is due"),
        ("[[correction]]", "[[corrections]]", "'corrections': a list of"),
        ("[[correction]]", "[[correction", "at line"),
    ],
)
def test_an_entry_that_is_unclear_is_refused_with_the_file_and_the_key(tmp_path: Path, old: str, new: str, told: str) -> None:
    assert old in GOOD
    with pytest.raises(CorrectionError, match="corrections/frontex") as refused:
        load(tmp_path / "corrections", GOOD.replace(old, new))
    assert told in str(refused.value)


def test_a_stock_is_corrected_for_one_day(tmp_path: Path) -> None:
    text = GOOD.replace("frontex/border_detections/eastern-mediterranean/-/sea", "unhcr/refugees/TUR/SYR/-")
    with pytest.raises(CorrectionError, match="a stock is of one day"):
        load(tmp_path / "corrections", text, "unhcr")


@pytest.mark.parametrize(
    ("second", "told"),
    [(GOOD.replace("given = 99_999", "given = 5"), "one id: an-error"), (GOOD.replace("an-error", "another"), "one figure: frontex/")],
)
def test_two_entries_of_one_name_or_for_one_figure_are_refused(tmp_path: Path, second: str, told: str) -> None:
    with pytest.raises(CorrectionError, match=f"two entries for {told}"):
        load(tmp_path / "corrections", GOOD + second)


# -- What ships ------------------------------------------------------------------------------------------------------------------


def test_the_bundled_figures_need_every_entry_that_is_about_them() -> None:
    entries = corrections.load_all(SHIPPED)
    rows = bundle.read((ROOT / "seeds" / "figures.csv").read_text(encoding="utf-8"), at("2026-12-01"))
    made = corrections.apply(rows, entries, day("2026-12-01"))
    assert (made.met, made.outdated) == (["turkiye-registration-2014"], [])
    before = next(row.value for row in rows if row.key == entries[0].series and f"{row.period_end}" == "2014-11-30")
    assert before is not None
    assert entries[0].given - before == 492_560  # as its note says


def test_shipped_entries_are_of_sources_that_there_are() -> None:
    assert {entry.series.source for entry in corrections.load_all(SHIPPED)} <= set(bundle.sources(ROOT / "seeds"))


def test_a_bundled_figure_is_corrected_from_the_day_of_the_entry_on_and_keeps_its_past(store: Store, tmp_path: Path) -> None:
    seeds = Path(shutil.copytree(ROOT / "seeds", tmp_path / "seeds"))
    now = at("2026-11-01 12:00:00")
    before = bundle.load(store, seeds, now)
    load(seeds / "corrections", GOOD.replace("given = 99_999", "given = 3_355").replace("right = 3_355", "right = 3_300"))
    assert bundle.load(store, seeds, now) == 1
    assert bundle.load(store, seeds, now) == 0
    key = figure(1).key

    def january(as_of: str) -> tuple[float, str]:
        frame = read.figures(store, day(as_of), {name: [part] for name, part in key._asdict().items()})
        row = frame[frame["period_end"] == pd.Timestamp("2020-01-31")].iloc[0]
        return row["value"], row["qualifier"]

    assert before == 965
    assert january("2026-09-30") == (3355, "")
    assert january("2026-10-01") == (3300, "corrected: the source says 3,355")


def test_a_bad_entry_stops_the_bundle_with_its_name(store: Store, tmp_path: Path) -> None:
    seeds = Path(shutil.copytree(ROOT / "seeds", tmp_path / "seeds"))
    (seeds / "corrections" / "odp.toml").write_text("[[correction]]\nid = 'half'\n", encoding="utf-8")
    with pytest.raises(CorrectionError, match=r"odp\.toml: correction 'half': 'date' is missing"):
        bundle.load(store, seeds, at("2026-11-01"))
