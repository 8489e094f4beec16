"""One source, one page, one start that goes wrong leaves the others as they are."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from monitor import bundle, prepare, refresh, situations, watch
from monitor.archive import Archive
from monitor.http import Client
from monitor.model import Condition, Outcome, Run, SetAside
from monitor.refresh import Reading
from monitor.settings import Settings
from monitor.store import Store, append, ledger, open_store, read, runs
from tests.building import mention, observation

NOW = dt.datetime(2026, 11, 1, 12, tzinfo=dt.UTC)


def test_rows_that_the_store_cannot_take_fail_their_source_and_no_other(
    store: Store, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad, good = mention("half a \ud800 character"), observation()

    def read_source(connector: object, *_: object, rows: refresh.Rows, **__: object) -> Reading:
        source = connector.SOURCE.id  # type: ignore[attr-defined]
        run = Run(source, NOW, NOW)
        if source == "rss":
            return Reading(run, [bad.answer], rows, [replace(bad, identity="half a \ud800")])
        rows.add([good] if source == "unhcr" else [])
        return Reading(run, [good.answer] if source == "unhcr" else [], rows)

    monkeypatch.setattr(refresh, "read_source", read_source)
    client = Client(Archive(settings.data_dir), settings.clock, settings.data_dir)
    done = {run.source: run for run in refresh.refresh(settings, store, client, {})}
    assert done["rss"].outcome is Outcome.FAILED
    assert "could not be stored" in done["rss"].messages[0]
    assert done["unhcr"].new == 1
    assert set(read.last_runs(store)["outcome"]) == {"ok", "failed"}


def test_messages_and_rows_of_any_bytes_are_recorded(store: Store) -> None:
    append.save(store, Run("unhcr", NOW, NOW, messages=["a \0 b \ud800"]), put_aside=[SetAside("c \0", "d \udfff")])
    assert read.last_runs(store)["messages"].tolist() == ["a b ?"]
    assert read.rows_set_aside(store, "unhcr").to_numpy().tolist() == [["c", "d ?"]]


def test_a_first_start_that_was_cut_off_before_the_ledger_is_completed_by_the_next(settings: Settings) -> None:
    bundle.load(open_store(settings.database_url), settings.seeds_dir, NOW)
    store = prepare.prepare(settings)
    assert ledger.begun(store)


def test_the_version_grows_with_the_ledger_so_that_pages_do_not_keep_an_old_one(settings: Settings) -> None:
    store = prepare.prepare(settings)
    situation = situations.load_all(settings.seeds_dir / "situations")["syria-turkiye-greece"]
    entry = ledger.entries(store, situation.id, NOW)[-1]
    before = runs.version(store)
    ledger.append(store, [replace(entry, at=NOW)], NOW)
    assert runs.version(store) > before


def test_what_was_raised_stays_in_sight_when_a_rule_is_changed(settings: Settings) -> None:
    store = prepare.prepare(settings)
    situation = situations.load_all(settings.seeds_dir / "situations")["syria-turkiye-greece"]
    stricter = tuple(
        replace(rule, condition=Condition("threshold", {"above": 10**9})) for rule in situation.rules if rule.condition.kind == "threshold"
    )
    standing = next(
        one for one in watch.standings(store, replace(situation, rules=stricter), NOW) if one.rule.id == "displaced-north-west-syria"
    )
    assert standing.last_fired is not None
    assert standing.last_fired.at.date() == dt.date(2020, 2, 12)
