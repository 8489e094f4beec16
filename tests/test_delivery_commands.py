"""python -m monitor channels …, alerts deliver, alerts feed, and what refresh and start queue."""

from __future__ import annotations

import base64
import dataclasses
import json
from pathlib import Path
from typing import Any

import feedparser
import pytest
from typer.testing import CliRunner

from monitor import __main__ as program
from monitor import deliver, prepare, refresh, situations
from monitor.archive import Archive
from monitor.commands import alerts as alert_commands
from monitor.commands import delivery as delivery_commands
from monitor.http import Client
from monitor.model import Run
from monitor.settings import ROOT, Settings
from monitor.store import Store, ledger, outbox
from tests.building_delivery import PNG, SECRET, WATCHED, empty_database, receiver
from tests.building_store import at, figure, months, save

HOOK = {"kind": "webhook", "enabled": True}


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """An installation that watches one series, with one channel."""
    (tmp_path / "monitor.db").write_bytes(empty_database())
    secrets = {"MONITOR_CHANNEL_OFFICE_SECRET": SECRET}
    made = Settings(
        tmp_path, f"sqlite:///{tmp_path / 'monitor.db'}", today=at("2020-02-11").date(), channels={"office": HOOK}, channel_secrets=secrets
    )
    made = dataclasses.replace(made, url="https://monitor.example", seeds_dir=tmp_path / "seeds")
    use(monkeypatch, made)
    monkeypatch.setattr(situations, "load_all", lambda _: {WATCHED.id: WATCHED})
    monkeypatch.setattr(situations, "check_sources", lambda *_: None)
    monkeypatch.setattr(prepare.bundle, "missing", lambda *_: type("Nothing", (), {"rows": []}))
    monkeypatch.setattr(prepare.bundle, "load", lambda *_: None)
    monkeypatch.setattr(prepare.bundle, "sources", lambda _: {})
    return made


def use(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    for module in (program, alert_commands, delivery_commands):
        monkeypatch.setattr(module, "load", lambda: settings)


def addressed(monkeypatch: pytest.MonkeyPatch, settings: Settings, address: str, **table: Any) -> Settings:
    secrets = {**settings.channel_secrets, "MONITOR_CHANNEL_OFFICE_URL": address}
    made = dataclasses.replace(settings, channel_secrets=secrets, channels={"office": {**HOOK, **table}})
    use(monkeypatch, made)
    return made


def filled(settings: Settings) -> Store:
    """Its store with a year of figures, the last of which fires."""
    store = prepare.prepare(settings)
    points = months("2019-01", 10, 20, 30, 40, 50, 60, 70, 80, 90, 95, 96, 97, 150)
    save(store, *(figure(p.value, end=p.period_end.isoformat()) for p in points))
    return store


def run(*words: str) -> str:
    done = CliRunner().invoke(program.app, list(words), catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout


def asked(settings: Settings, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """A refresh that asks nobody."""
    monkeypatch.setattr(refresh, "registry", dict)
    client = Client(Archive(settings.data_dir), settings.clock, settings.data_dir)
    assert refresh.refresh(settings, store, client, {WATCHED.id: WATCHED}) == list[Run]()


def test_a_refresh_queues_and_a_delivery_sends_it_with_its_chart(installed: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    with receiver() as there:
        settings = addressed(monkeypatch, installed, there.address)
        store = filled(settings)
        asked(settings, store, monkeypatch)
        said: list[str] = []
        deliver.after_refresh(settings, store, {WATCHED.id: WATCHED}, said.append)
        assert run("alerts", "deliver") == ""
    ((_, body),) = there.came
    (alert,) = json.loads(body)["alerts"]
    assert base64.b64decode(alert["chart"]["base64"]).startswith(PNG)
    series = "frontex/border_detections/eastern-mediterranean/-/sea"
    assert alert["link"] == f"https://monitor.example/alerts?situation=aegean&alert=2020-02-10+00:00:00+level+{series}"
    assert said == ["office: sent [high] The Aegean: More than a hundred"]
    read = feedparser.parse((settings.data_dir / "alerts.xml").read_bytes())
    assert [one.title for one in read.entries] == ["More than a hundred: raised (high)"]
    assert run("alerts", "feed").encode() == (settings.data_dir / "alerts.xml").read_bytes()
    assert "office        webhook   on" in run("channels")
    assert "1 sent" in run("channels")


def test_a_start_queues_what_it_writes_to_the_ledger(installed: Settings) -> None:
    store = filled(installed)
    assert not ledger.begun(store)
    prepare.prepare(installed)
    assert [row.entry.move.value for row in outbox.pending(store)] == ["raised"]


def test_without_the_word_enabled_a_delivery_says_what_it_would_send(installed: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    with receiver() as there:
        settings = addressed(monkeypatch, installed, there.address, enabled=False)
        filled(settings)
        assert "office: would send (not switched on) aegean: More than a hundred, raised (high): " in run("alerts", "deliver")
        assert run("alerts", "deliver") == ""
    assert there.came == []
    assert "dry run (enabled = false)" in run("channels")


def test_a_dry_run_says_what_is_due_and_what_is_held(installed: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    filled(installed)
    assert "office: waiting: level" in run("alerts", "deliver", "--dry-run")
    assert "office: held: level: no address: MONITOR_CHANNEL_OFFICE_URL is not set" in run("alerts", "deliver")
    assert "no address: MONITOR_CHANNEL_OFFICE_URL is not set" in run("channels")
    addressed(monkeypatch, installed, "http://127.0.0.1:1/")
    assert "office: would send (dry run) aegean" in run("alerts", "deliver", "--dry-run")
    assert "cannot be reached, or the connection broke; it is tried again" in run("alerts", "deliver")


def test_a_channel_goes_off_is_shown_and_goes_on_again(installed: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    with receiver(410) as gone:
        filled(addressed(monkeypatch, installed, gone.address + "/hunt3r"))
        assert "office: switched off: the receiver answered HTTP 410. When it is mended: " in run("alerts", "deliver")
    shown = run("channels")
    assert "switched off on 2020-02-11" in shown
    assert "hunt3r" not in shown
    with receiver() as there:
        addressed(monkeypatch, installed, there.address)
        assert run("channels", "on", "office") == "office: on; 1 of what failed is sent with the next delivery\n"
        assert run("channels", "on", "office") == "office: was not switched off\n"
        run("alerts", "deliver")
    assert len(there.came) == 1


def test_a_test_message_is_sent_and_a_refusal_is_told(installed: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    with receiver() as there:
        addressed(monkeypatch, installed, there.address, enabled=False)
        assert run("channels", "test", "office") == "office: sent. Look whether it has come.\n"
    assert b'"type": "test"' in there.came[0][1]
    with receiver(403) as closed:
        addressed(monkeypatch, installed, closed.address)
        done = CliRunner().invoke(program.app, ["channels", "test", "office"])
    assert "office: not sent: the receiver answered HTTP 403" in str(done.exception)
    assert "no channel 'field'; the configuration file has office" in str(
        CliRunner().invoke(program.app, ["channels", "test", "field"]).exception
    )


def test_the_command_of_a_message_acknowledges_its_alert(installed: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    with receiver() as there:
        filled(addressed(monkeypatch, installed, there.address))
        run("alerts", "deliver")
    command = json.loads(there.came[0][1])["alerts"][0]["acknowledge"]["command"]
    words = command.removeprefix("python -m monitor ").replace("YOUR-NAME", "Ada").split()
    assert "acknowledged, by Ada" in run(*words)


def test_the_alerts_without_a_word_after_it_are_the_rules_as_before(installed: Settings) -> None:
    filled(installed)
    assert "As known on 2020-02-11:" in run("alerts")
    assert '"situation": "aegean"' in run("alerts", "--json")


def test_a_feed_that_cannot_be_written_is_told_and_ends_nothing(installed: Settings, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    settings = dataclasses.replace(installed, feed=tmp_path / "file" / "alerts.xml")
    said: list[str] = []
    deliver.after_refresh(settings, filled(settings), {WATCHED.id: WATCHED}, said.append)
    assert "cannot be written" in said[-1]


def test_the_feed_lies_beside_the_page_unless_the_data_is_kept_elsewhere(tmp_path: Path) -> None:
    assert Settings(ROOT / "data", "").feed_file == ROOT / "static" / "alerts.xml"
    assert Settings(tmp_path, "").feed_file == tmp_path / "alerts.xml"
    assert Settings(tmp_path, "", feed=tmp_path / "x.xml").feed_file == tmp_path / "x.xml"
