"""The figures that come with the program: through the same gate, once, and never known before their day."""

from __future__ import annotations

import csv
import datetime as dt
import shutil
from pathlib import Path

import pytest

from monitor import bundle, normalise, prepare
from monitor.errors import BusyError, ContractError
from monitor.model import Outcome, SeriesKey
from monitor.settings import ROOT, Settings
from monitor.store import Store, append, open_store, read
from tests.building_store import HOSTED, LATER, answer, at, day, figure, rows, save

SEEDS = ROOT / "seeds"
NOW = at("2026-11-01 12:00:00")
ROWS = list(csv.DictReader((SEEDS / "figures.csv").read_text(encoding="utf-8").splitlines()))
FUTURE = [row for row in ROWS if row["period_start"] > "2020-01-15" or row["period_end"] > "2020-01-15"]


@pytest.fixture
def seeds(tmp_path: Path) -> Path:
    """A copy of the seeds to change."""
    return Path(shutil.copytree(SEEDS, tmp_path / "seeds"))


@pytest.fixture
def fresh(tmp_path: Path) -> Store:
    return open_store(f"sqlite:///{tmp_path / 'monitor.db'}")


def test_every_bundled_row_passes_the_gate() -> None:
    text = (SEEDS / "figures.csv").read_text(encoding="utf-8")
    accepted, refused = normalise.check(bundle.read(text, NOW), NOW.date(), frozenset())
    assert (len(accepted), refused) == (965, [])


def test_every_bundled_row_is_one_of_its_kind_and_known_after_its_period_began() -> None:
    keys = [tuple(row[name] for name in (*SeriesKey._fields, "period_start", "period_end", "known_on")) for row in ROWS]
    assert len(set(keys)) == len(keys)
    assert all(row["known_on"] >= row["period_start"] for row in ROWS)
    assert all(row["citation"] and row["known_estimated"] in ("yes", "no") for row in ROWS)


def test_every_source_of_a_bundled_row_is_described() -> None:
    described = bundle.sources(SEEDS)
    assert {row["source"] for row in ROWS} <= set(described)
    for source, _ in described.values():
        assert all((source.name, source.about, source.home, source.licence, source.citation)), source.id


def test_a_connector_takes_the_place_of_the_entry_with_its_id(seeds: Path) -> None:
    with (seeds / "sources.toml").open("a") as file:
        file.write('\n[odp]\nname = "x"\nabout = "x"\nhome = "x"\nlicence = "x"\ncitation = "x"\n')
    source, asked = bundle.sources(seeds)["odp"]
    assert (source.name, asked) == ("UNHCR Operational Data Portal", True)
    assert bundle.sources(seeds)["ocha"][1] is False


def test_loading_twice_stores_nothing(store: Store) -> None:
    assert bundle.load(store, SEEDS, NOW) == 965
    before = rows(store, "run")
    assert bundle.load(store, SEEDS, NOW) == 0
    assert (rows(store, "observation"), rows(store, "run")) == (965, before)


def test_nothing_is_known_before_its_day(fresh: Store) -> None:
    bundle.load(fresh, SEEDS, NOW)
    for known_on in sorted({row["known_on"] for row in ROWS})[::10]:
        for as_of in (day(known_on) - dt.timedelta(days=1), day(known_on)):
            newest = {
                (SeriesKey(*(row[name] for name in SeriesKey._fields)), row["period_start"], row["period_end"]): float(row["value"])
                for row in sorted(ROWS, key=lambda row: row["known_on"])
                if day(row["known_on"]) <= as_of
            }
            found = read.figures(fresh, as_of, {})
            assert {
                (SeriesKey(*row[:5]), f"{row.period_start:%Y-%m-%d}", f"{row.period_end:%Y-%m-%d}"): row.value
                for row in found.itertuples(index=False)
            } == newest


def test_with_the_clock_in_the_past_what_lies_ahead_is_left_out_and_comes_later(fresh: Store) -> None:
    assert bundle.load(fresh, SEEDS, at("2020-01-15 12:00:00")) == 965 - len(FUTURE)
    assert len(FUTURE) > 0
    assert bundle.load(fresh, SEEDS, NOW) == len(FUTURE)
    assert rows(fresh, "observation") == 965


def test_a_load_that_was_cut_off_between_two_sources_is_completed_by_the_next(fresh: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = append.save

    def cut_off(*args: object, **more: object) -> object:
        if rows(fresh, "run"):
            raise KeyboardInterrupt
        return whole(*args, **more)  # type: ignore[arg-type]

    with monkeypatch.context() as patched:
        patched.setattr(append, "save", cut_off)
        with pytest.raises(KeyboardInterrupt):
            bundle.load(fresh, SEEDS, NOW)
    bundle.load(fresh, SEEDS, NOW)
    assert rows(fresh, "observation") == 965


def test_bundled_figures_are_runs_that_say_so(fresh: Store) -> None:
    bundle.load(fresh, SEEDS, NOW)
    assert read.last_runs(fresh).empty
    assert read.figures(fresh, LATER, {})["bundled"].all()
    assert set(read.sources(fresh)["id"]) == set(bundle.sources(SEEDS))


def bundled(name: str = "unhcr") -> dict[str, str]:
    return next(row for row in ROWS if row["source"] == name and row["known_on"] < "2026-01-01")


@pytest.mark.parametrize(("added", "vintages"), [(0, 1), (1, 2)])
def test_beside_a_live_figure_an_equal_bundled_one_stores_nothing_and_another_is_a_revision(
    fresh: Store, added: int, vintages: int
) -> None:
    row = bundled()
    key = SeriesKey(*(row[name] for name in SeriesKey._fields))
    live = {"key": key, "start": row["period_start"], "end": row["period_end"], "frequency": bundle.Frequency(row["frequency"])}
    save(fresh, figure(float(row["value"]) + added, known=row["known_on"], **live))
    assert bundle.load(fresh, SEEDS, NOW) == 965 - 1 + added
    found = read.vintages(fresh, [key])
    found = found[found["period_end"] == row["period_end"]]
    assert len(found) == vintages
    assert found["value"].iloc[-1] == float(row["value"])


def test_a_live_figure_equal_to_a_bundled_one_stores_nothing(fresh: Store) -> None:
    bundle.load(fresh, SEEDS, NOW)
    row = next(row for row in ROWS if row["source"] == "unhcr" and row["location"] == "TUR" and row["indicator"] == "refugees")
    year = bundle.Frequency.YEAR
    offered = figure(float(row["value"]), "2026-11-01", row["period_end"], row["period_start"], HOSTED, frequency=year)
    assert save(fresh, offered).same == 1


def test_a_changed_bundle_adds_what_changed_and_only_that(fresh: Store, seeds: Path) -> None:
    bundle.load(fresh, seeds, NOW)
    text = (seeds / "figures.csv").read_text(encoding="utf-8")
    first, second = text.splitlines()[1:3]
    changed = text.replace(first, first.replace(",829,", ",830,"))
    (seeds / "figures.csv").write_text(changed, encoding="utf-8")
    assert bundle.load(fresh, seeds, NOW) == 1
    (seeds / "figures.csv").write_text(changed.replace(second, second.replace(",600,", ",601,")), encoding="utf-8")
    assert bundle.load(fresh, seeds, NOW) == 1


def test_a_bundle_with_a_fault_is_refused_with_the_row_and_the_reason(fresh: Store, seeds: Path) -> None:
    text = (seeds / "figures.csv").read_text(encoding="utf-8")
    (seeds / "figures.csv").write_text(text.replace(",829,", ",-829,"), encoding="utf-8")
    with pytest.raises(ContractError, match=r"figures\.csv: frontex/.*= -829\.0: impossible value"):
        bundle.load(fresh, seeds, NOW)
    assert rows(fresh, "observation") == 0


# -- prepare -----------------------------------------------------------------------------------------------------------------


def test_preparing_gives_a_store_with_figures_and_a_ledger_and_again_changes_nothing(settings: Settings) -> None:
    store = prepare.prepare(settings)
    before = {name: rows(store, name) for name in ("observation", "run", "ledger", "answer")}
    assert before["observation"] == 965
    assert before["ledger"] > 0
    again = prepare.prepare(settings)
    assert {name: rows(again, name) for name in before} == before


def test_a_prepared_store_opens_while_a_refresh_is_running(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    prepare.prepare(settings)

    def busy(*_: object, **__: object) -> None:
        raise BusyError("another refresh is running on this database; nothing was done")

    monkeypatch.setattr(Store, "alone", busy)  # a reader needs no right to write
    assert rows(prepare.prepare(settings), "observation") == 965


def test_a_refresh_after_the_bundle_is_told_from_it(fresh: Store) -> None:
    bundle.load(fresh, SEEDS, NOW)
    save(fresh, figure(1, answer=answer()), outcome=Outcome.OK)
    assert list(read.last_runs(fresh)["source"]) == ["frontex"]
