"""The command line: what it prints, and how it ends."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from monitor import export, prepare
from monitor.__main__ import app, main
from monitor.connectors import registry
from monitor.model import INDICATORS
from monitor.settings import ROOT, load
from monitor.store import open_store, read
from tests.building import RECORDINGS
from tests.building_store import day, figure, save

THAT_DAY = ("--as-of", "2020-02-28")
WIDE = {"COLUMNS": "1000", "TERM": "dumb", "NO_COLOR": "1"}  # so that a message stays on one line


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with the bundled figures. Tests of this module only read it."""
    folder = tmp_path_factory.mktemp("data")
    prepare.prepare(load({"MONITOR_DATA_DIR": str(folder), "MONITOR_TODAY": "2026-11-01"})).engine.dispose()
    return folder


@pytest.fixture
def environment(installation: Path, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    monkeypatch.setenv("MONITOR_DATA_DIR", str(installation))
    monkeypatch.setenv("MONITOR_TODAY", "2026-11-01")
    return monkeypatch


def run(*args: str, code: int = 0) -> str:
    result = CliRunner().invoke(app, list(args), env=WIDE)
    assert result.exit_code == code, result.output
    return result.stdout if code == 0 else result.stderr


def ended(monkeypatch: pytest.MonkeyPatch, *args: str) -> int:
    """How a call of the program as a whole ends."""
    monkeypatch.setattr(sys, "argv", ["monitor", *args])
    try:
        return main()
    except SystemExit as end:
        return int(end.code or 0)


# -- alerts ------------------------------------------------------------------------------------------------------------------


def test_alerts_tell_every_rule_with_its_sentence_and_when_it_was_last_raised(environment: pytest.MonkeyPatch) -> None:
    told = run("alerts", *THAT_DAY).splitlines()
    assert told[0] == "As known on 2020-02-28:"
    record = next(number for number, line in enumerate(told) if " aegean-sea-record: " in line)
    assert told[record].split()[:2] == ["QUIET", "high"]
    assert told[record + 1].strip() == (
        "6,864 in December 2019 is not the highest since 1 April 2016: September 2019 had 11,160. Known on 2020-02-09."
    )
    assert told[record + 2].strip() == (
        "Last raised on 2019-11-09: 11,160 in September 2019 is the highest since March 2016 (26,999). Cleared on 2019-12-10."
    )
    displaced = next(number for number, line in enumerate(told) if " displaced-north-west-syria: " in line)
    assert told[displaced].startswith("FIRES       high")
    assert "948,000" in told[displaced + 1]
    assert any(line.startswith("CANNOT SAY  medium    news-share") for line in told)


def test_alerts_as_json_are_one_document_with_the_same_answers(environment: pytest.MonkeyPatch) -> None:
    found = {one["rule"]: one for one in json.loads(run("alerts", *THAT_DAY, "--situation", "syria-turkiye-greece", "--json"))}
    assert len(found) == 8
    record = found["aegean-sea-record"]
    assert (record["state"], record["value"], record["threshold"], record["period_end"]) == ("quiet", 6864, 11160, "2019-12-31")
    assert (record["as_of"], record["last_raised_at"]) == ("2020-02-28", "2019-11-09T00:00:00+00:00")
    assert found["hosted-in-turkiye"]["state"] == "fires"
    assert (found["news-share"]["state"], found["news-share"]["value"], found["news-share"]["known_at"]) == ("cannot say", None, None)
    assert all(one["sentence"] and one["reason"] and one["reason_source"] for one in found.values())


def test_alerts_are_of_today_without_a_day(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("MONITOR_TODAY", "2020-02-28")
    assert run("alerts") == run("alerts", *THAT_DAY)


# -- export ------------------------------------------------------------------------------------------------------------------


def test_export_writes_plain_csv_without_a_mark(environment: pytest.MonkeyPatch) -> None:
    result = CliRunner().invoke(app, ["export", "--indicator", "border_detections", *THAT_DAY])
    assert result.exit_code == 0
    assert result.stdout_bytes.startswith(",".join(export.FIGURES).encode() + b"\r\n")
    rows = list(csv.DictReader(io.StringIO(result.stdout_bytes.decode("utf-8"), newline="")))
    assert {row["indicator"] for row in rows} == {"border_detections"}
    assert max(row["known_at"] for row in rows) <= "2020-02-28T23:59:59Z"
    newest = [row for row in rows if (row["location"], row["origin"], row["breakdown"]) == ("eastern-mediterranean", "", "sea")][-1]
    assert (newest["period_end"], newest["value"], newest["location_name"]) == ("2019-12-31", "6864", "Eastern Mediterranean route")


def test_export_takes_several_places_and_an_origin(environment: pytest.MonkeyPatch) -> None:
    text = run("export", "--indicator", "refugees", "--location", "TUR", "--location", "LBN", "--origin", "SYR", "--as-of", "2026-10-31")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert {(row["location"], row["origin"]) for row in rows} == {("TUR", "SYR"), ("LBN", "SYR")}


def test_export_of_a_day_before_all_figures_is_the_header(environment: pytest.MonkeyPatch) -> None:
    assert run("export", "--as-of", "1950-01-01").splitlines() == [",".join(export.FIGURES)]


# -- sources -----------------------------------------------------------------------------------------------------------------


def test_sources_tell_what_they_are_and_that_nobody_asked_yet(environment: pytest.MonkeyPatch) -> None:
    told = run("sources")
    for name in registry():
        assert any(line.startswith(f"{name} ") for line in told.splitlines())
    assert "bundled figures only; newest period 2026-02-17" in told
    assert "not asked yet; newest period 2025-04-30" in told
    assert "not asked yet; newest period none" in told


# -- wrong calls -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("args", "named"),
    [
        (("refresh", "--source", "unhrc"), ["no source 'unhrc'", *registry()]),
        (("check", "unhrc"), ["no source 'unhrc'", *registry()]),
        (("alerts", "--situation", "syria"), ["no situation 'syria'", "syria-turkiye-greece"]),
        (("refresh", "--situation", "syria"), ["no situation 'syria'", "syria-turkiye-greece"]),
        (("export", "--indicator", "refuges"), ["no indicator 'refuges'", *INDICATORS]),
        (("export", "--as-of", "28.2.2020"), ["28.2.2020", "%Y-%m-%d"]),
        (("nonsense",), ["No such command 'nonsense'"]),
    ],
)
def test_a_wrong_call_ends_with_2_and_names_what_there_is(environment: pytest.MonkeyPatch, args: tuple[str, ...], named: list[str]) -> None:
    told = run(*args, code=2)
    assert [word for word in named if word not in told] == []


@pytest.mark.parametrize(
    ("variables", "told"),
    [
        ({"MONITOR_TODAY": "28 February"}, "MONITOR_TODAY is '28 February'; an ISO day such as 2020-02-28 is due"),
        ({"MONITOR_TODAY": "2020-02-30"}, "MONITOR_TODAY is '2020-02-30'"),
        ({"MONITOR_CONFIG": "/nowhere/monitor.toml"}, "MONITOR_CONFIG names /nowhere/monitor.toml, which does not exist"),
        ({"MONITOR_DATABASE_URL": "nonsense"}, "MONITOR_DATABASE_URL cannot be used"),
    ],
)
def test_a_setting_that_cannot_be_used_is_one_line_and_ends_with_1(
    environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], variables: dict[str, str], told: str
) -> None:
    for name, value in variables.items():
        environment.setenv(name, value)
    assert ended(environment, "alerts") == 1
    output = capsys.readouterr()
    assert output.out == ""
    assert output.err.startswith(f"monitor: {told}")
    assert output.err.count("\n") == 1


def test_a_fault_of_ours_is_one_line_that_asks_for_a_report(environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def fail(_: object) -> None:
        raise ZeroDivisionError("by zero")

    environment.setattr(prepare, "prepare", fail)
    assert ended(environment, "alerts") == 1
    assert capsys.readouterr().err == (
        "monitor: ZeroDivisionError: by zero. Please report this; MONITOR_DEBUG=1 shows where it happened.\n"
    )
    environment.setenv("MONITOR_DEBUG", "1")
    with pytest.raises(ZeroDivisionError):
        ended(environment, "alerts")


def test_a_call_that_went_well_ends_with_0(environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert ended(environment, "alerts") == 0
    assert capsys.readouterr().err == ""


# -- tables of one's own ------------------------------------------------------------------------------------------------------

TABLE = {
    "id": "italy",
    "name": "Italy: daily landings",
    "home": "https://example.org/",
    "licence": "CC BY 4.0 of the ministry",
    "citation": "Ministry, daily landings",
    "file": "landings.csv",
    "indicator": "arrivals",
    "frequency": "day",
    "location": "ITA",
    "columns": {"date": "Giorno", "reported": "Report del", "breakdown": "Rotta", "value": "Sbarchi"},
    "breakdowns": {"Mare": "sea"},
    "date_format": "%d/%m/%Y",
    "decimal": ",",
    "thousands": ".",
    "missing": ["n.d."],
}


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A data directory with one table on disk, described in the configuration."""
    config = tmp_path / "monitor.toml"
    fields = "\n".join(f"{name} = {toml(value)}" for name, value in TABLE.items())
    config.write_text(f"[[options.tabular.table]]\n{fields}\n", encoding="utf-8")
    (tmp_path / "files").mkdir()
    shutil.copy(RECORDINGS / "tabular" / "landings.csv", tmp_path / "files")
    monkeypatch.setenv("MONITOR_CONFIG", str(config))
    monkeypatch.setenv("MONITOR_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("MONITOR_TODAY", "2026-04-20")
    return tmp_path


def toml(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f'"{name}" = {json.dumps(word)}' for name, word in value.items()) + "}"
    return json.dumps(value)


def test_a_table_on_disk_is_stored_once_and_carries_its_own_terms_in_every_row(kept: Path) -> None:
    assert "new 3  same 0  revised 2  settled 0  set aside 5" in run("refresh", "--source", "tabular")
    again = run("refresh", "--source", "tabular")
    assert "new 0  same 5  revised 0  settled 0  set aside 5" in again
    rows = list(csv.DictReader(io.StringIO(run("export", "--location", "ITA"))))
    assert [(row["source"], row["period_end"], row["value"], row["known_at"]) for row in rows] == [
        ("tabular-italy", "2026-04-01", "1204", "2026-04-03T00:00:00Z"),
        ("tabular-italy", "2026-04-02", "12", "2026-04-04T00:00:00Z"),
        ("tabular-italy", "2026-04-03", "311", "2026-04-04T00:00:00Z"),
    ]
    assert {(row["licence"], row["citation"], row["source_url"]) for row in rows} == {
        ("CC BY 4.0 of the ministry", "Ministry, daily landings", "file:///landings.csv")
    }
    before = list(csv.DictReader(io.StringIO(run("export", "--location", "ITA", "--as-of", "2026-04-03"))))
    assert [(row["value"], row["status"]) for row in before] == [("1204", "reported"), ("0", "reported"), ("87", "provisional")]
    told = run("sources")
    assert (
        "tabular-italy  Italy: daily landings  (CC BY 4.0 of the ministry)\n          came through tabular; newest period 2026-04-03"
        in told
    )


@pytest.mark.parametrize(("name", "option"), [("landings.csv", ()), ("draft.csv", ("--table", "italy"))])
def test_a_file_is_checked_without_storing_anything(kept: Path, tmp_path: Path, name: str, option: tuple[str, ...]) -> None:
    elsewhere = tmp_path / "desk" / name
    elsewhere.parent.mkdir()
    shutil.copy(RECORDINGS / "tabular" / "landings.csv", elsewhere)
    told = run("check", "tabular", "--file", str(elsewhere), *option)
    assert told.startswith("tabular: ok\n")
    assert f"italy: file:///{name}: header in row 2" in told
    assert "5 figures, 0 articles, 5 set aside" in told
    assert "such as   tabular-italy/arrivals/ITA/-/sea 2026-04-01..2026-04-01 = 1204.0, reported, known 2026-04-03" in told
    assert "3  set aside: announced, not counted: the period begins after its report" in told
    assert not (kept / "monitor.db").exists()
    assert not (kept / "raw").exists()


CORRECTION = """
[[correction]]
id = "first-of-april"
date = 2026-04-10
series = "tabular-italy/arrivals/ITA/-/sea"
period_start = 2026-04-01
period_end = 2026-04-01
given = GIVEN
right = 1_024
what = "Two digits changed places"
reason = "The ministry's page has the other number"
reference = "The ministry's page"
reported = "not reported"
"""


@pytest.mark.parametrize(
    ("given", "code", "told", "value", "remark"),
    [
        ("1204", 0, "correction first-of-april is needed", "1024", "corrected: the source says 1,204"),
        ("1402", 1, "correction first-of-april is no longer needed: the source now says 1,204", "1204", ""),
    ],
)
def test_a_known_error_is_corrected_until_the_source_has_mended_it_and_then_the_check_fails(
    kept: Path, monkeypatch: pytest.MonkeyPatch, given: str, code: int, told: str, value: str, remark: str
) -> None:
    seeds = Path(shutil.copytree(ROOT / "seeds", kept / "seeds"))
    (seeds / "corrections" / "tabular-italy.toml").write_text(CORRECTION.replace("GIVEN", given), encoding="utf-8")
    monkeypatch.setenv("MONITOR_SEEDS_DIR", str(seeds))
    checked = CliRunner().invoke(app, ["check", "tabular", "--file", str(kept / "files" / "landings.csv")], env=WIDE)
    assert (checked.exit_code, told in checked.stdout) == (code, True)
    assert (told in run("refresh", "--source", "tabular")) == (code == 1)  # the run is a good one all the same
    row = next(row for row in csv.DictReader(io.StringIO(run("export", "--location", "ITA"))) if row["period_end"] == "2026-04-01")
    assert (row["value"], row["qualifier"]) == (value, remark)
    assert row["correction"].startswith("Two digits changed places.") == bool(remark)


def test_a_file_that_no_table_describes_is_told_and_so_is_a_source_that_reads_none(kept: Path) -> None:
    (kept / "other.csv").write_text("a,b\n")
    result = CliRunner().invoke(app, ["check", "tabular", "--file", str(kept / "other.csv")], env=WIDE)
    assert result.exit_code == 1
    assert "no situation describes other.csv: its name must be that of a table, or --table must say which" in result.stdout
    assert "unhcr reads no files" in run("check", "unhcr", "--file", str(kept / "other.csv"), code=2)
    assert "does not exist" in run("check", "tabular", "--file", str(kept / "nothing.csv"), code=2)


def test_a_file_that_is_gone_loses_nothing_that_was_stored(kept: Path) -> None:
    run("refresh", "--source", "tabular")
    before = run("export", "--location", "ITA")
    (kept / "files" / "landings.csv").unlink()
    result = CliRunner().invoke(app, ["refresh", "--source", "tabular"], env=WIDE)
    assert result.exit_code == 1
    assert "file:///landings.csv: not there: put it into the folder of files" in result.stdout
    assert run("export", "--location", "ITA") == before


# -- the whole program ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def offline(tmp_path: Path) -> dict[str, str]:
    """The environment of a program whose upstreams all refuse the connection."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{taken.getsockname()[1]}"
    bases = {f"MONITOR_BASE_{name.upper()}": nobody for name in registry()}
    return {**os.environ, **bases, "MONITOR_RSS_FEEDS": f"{nobody}/feed", "MONITOR_DATA_DIR": str(tmp_path), "PYTHONPATH": str(ROOT)}


@pytest.fixture
def scheduled(offline: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "monitor", "schedule"]
    started = subprocess.Popen(command, env=offline, text=True, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    yield started
    started.kill()
    started.communicate()


def test_a_refresh_without_network_keeps_what_is_stored_and_ends_with_1(offline: dict[str, str], tmp_path: Path) -> None:
    command = [sys.executable, "-m", "monitor", "refresh", "--source", "gdelt"]
    done = subprocess.run(command, env=offline, text=True, cwd=ROOT, capture_output=True, timeout=60)
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.splitlines()[0].split() == ["gdelt", "failed"]
    assert "(trying again later may help)" in done.stdout.splitlines()[1]
    assert len(done.stdout.splitlines()) == 2
    store = open_store(f"sqlite:///{tmp_path / 'monitor.db'}")
    assert len(read.figures(store, day("2026-11-01"), {})) > 900
    store.engine.dispose()


def test_a_schedule_that_is_told_to_end_ends_with_0_within_seconds(scheduled: subprocess.Popen[str], tmp_path: Path) -> None:
    assert scheduled.stdout is not None
    told = scheduled.stdout.readline()
    assert told.startswith("Schedule: ")
    assert "gdelt every 3:00:00, " in told
    assert scheduled.stdout.readline().split()[0] in registry()  # it runs, and the next one is under way
    scheduled.send_signal(signal.SIGTERM)
    output, errors = scheduled.communicate(timeout=20)
    assert (scheduled.returncode, errors) == (0, "")
    assert "ending: " in output


def test_sources_that_were_not_asked_before_the_end_have_not_failed(scheduled: subprocess.Popen[str], tmp_path: Path) -> None:
    assert scheduled.stdout is not None
    scheduled.stdout.readline()
    scheduled.stdout.readline()
    scheduled.send_signal(signal.SIGTERM)
    scheduled.communicate(timeout=20)
    store = open_store(f"sqlite:///{tmp_path / 'monitor.db'}")
    asked = read.last_runs(store)
    store.engine.dispose()
    assert [one for one in asked["messages"] if "stopped before it was done" in one] == []


def test_figures_of_a_live_source_are_told_apart_from_bundled_ones_in_sources(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("MONITOR_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("MONITOR_TODAY", "2026-11-01")
    save(prepare.prepare(load()), figure(1, key=figure(1).key._replace(source="odp"), end="2026-08-31"), messages=["a message"])
    told = run("sources")
    assert "last run 2020-02-10 00:00 UTC: ok; newest period 2026-08-31\n          a message" in told
