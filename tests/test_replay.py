"""End to end over HTTP against the replay server, where it lies beside the checkout: whole runs, and runs with a fault."""

from __future__ import annotations

import dataclasses
import datetime as dt
import gc
import json
import shutil
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import stamina

from monitor import corrections, http, prepare, refresh, situations
from monitor.archive import Archive
from monitor.commands.backtest import scorecard
from monitor.connectors import registry
from monitor.http import Client
from monitor.model import Outcome, Run, SeriesKey
from monitor.settings import ROOT, Settings
from monitor.store import Store, ledger, open_store, read
from tests.building_store import day, rows

SERVER = ROOT.parent / "shared" / "replay" / "serve.py"
pytestmark = [
    pytest.mark.replay,
    # A body that breaks off leaves the HTTP cache's temporary file to the garbage collector.
    pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.skipif(not SERVER.exists(), reason="the replay server is not beside the checkout (../shared/replay/serve.py)"),
]
HOSTED = SeriesKey("unhcr", "refugees", "TUR", "SYR")
REGISTERED = SeriesKey("odp", "registered_refugees", "TUR", "SYR")
SEA = SeriesKey("frontex", "border_detections", "eastern-mediterranean", "", "sea")
EUROPE = SeriesKey("odp", "arrivals", "europe-mediterranean", "", "all")
SYRIA = "syria-turkiye-greece"
KEYS = {  # the credentials that the replay server takes
    "dtm": "replay-dtm-key",
    "hapi": "bW9uaXRvcjptb25pdG9yQGV4YW1wbGUub3Jn",
    "idmc": "replay-client",
    "reliefweb": "replay-approved",
}


@pytest.fixture(scope="module")
def replay() -> Iterator[str]:
    """The address of a server of our own."""
    server = subprocess.Popen([sys.executable, str(SERVER), "--port", "0"], stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    try:
        yield server.stdout.readline().split()[1]
    finally:
        server.kill()
        server.communicate()


@pytest.fixture(autouse=True)
def nothing_left_to_collect() -> Iterator[None]:
    yield
    gc.collect()


@dataclass
class Installation:
    """One data directory, whose clock and upstreams can be set."""

    folder: Path
    replay: str
    feeds: tuple[str, ...] = ("news.xml",)
    options: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    situations: tuple[str, ...] = ("syria-turkiye-greece",)

    def at(self, today: str, *faults: str) -> None:
        body = json.dumps({"today": today, "faults": list(faults)}).encode()
        urllib.request.urlopen(urllib.request.Request(f"{self.replay}/_control", body, method="POST")).close()
        self.settings = Settings(
            self.folder,
            f"sqlite:///{self.folder / 'monitor.db'}",
            day(today),
            bases={name: f"{self.replay}/{name}" for name in (*registry(), "reliefweb_rss")},
            keys=KEYS,
            options={"rss": {"feeds": tuple(f"{self.replay}/rss/{name}" for name in self.feeds)}, **self.options},
        )

    def refresh(self, store: Store, today: str, *faults: str, only: tuple[str, ...] = (), of: str = "") -> list[Run]:
        self.at(today, *faults)
        client = Client(Archive(self.folder), self.settings.clock, self.folder / "http", paced=False)
        known = situations.load_all(self.settings.seeds_dir / "situations")
        return refresh.refresh(self.settings, store, client, {name: known[name] for name in ((of,) if of else self.situations)}, only)


@pytest.fixture
def here(tmp_path: Path, replay: str) -> Installation:
    made = Installation(tmp_path, replay, ("news.xml", "atom.xml"))
    made.at("2026-11-01")
    return made


def known(store: Store, key: SeriesKey, as_of: str = "2030-01-01") -> dict[str, float]:
    frame = read.figures(store, day(as_of), {name: [part] for name, part in key._asdict().items()})
    return {f"{row.period_end:%Y-%m-%d}": row.value for row in frame.itertuples()}


def by_source(done: list[Run]) -> dict[str, Run]:
    return {run.source: run for run in done}


# -- whole runs --------------------------------------------------------------------------------------------------------------


def test_a_refresh_stores_the_figures_of_every_source_and_a_second_one_stores_no_row(here: Installation) -> None:
    store = prepare.prepare(here.settings)
    done = here.refresh(store, "2026-11-01")
    assert refresh.exit_code(done) == 0, done
    assert set(by_source(done)) == set(registry())
    assert all(run.stored > 0 for run in done if run.source not in NOTHING_THERE)
    hosted, registered = known(store, HOSTED), known(store, REGISTERED)
    assert (hosted["2024-12-31"], hosted["2025-12-31"]) == (2_901_478, 2_347_756)
    assert min(registered.items()) == ("2011-12-16", 8_000)
    before = {table: rows(store, table) for table in ("observation", "mention", "ledger", "series")}
    again = here.refresh(store, "2026-11-01")
    assert {run.source: run.stored for run in again} == dict.fromkeys(registry(), 0)
    assert refresh.exit_code(again) == 0
    assert {table: rows(store, table) for table in before} == before


@pytest.mark.parametrize("opened", [lambda settings: open_store(settings.database_url), prepare.prepare], ids=["empty", "seeded"])
def test_a_half_known_month_is_kept_as_it_was_known_and_raises_nothing(here: Installation, opened: Callable[[Settings], Store]) -> None:
    here.at("2026-08-04")
    store = opened(here.settings)
    here.refresh(store, "2026-08-04")
    here.refresh(store, "2026-08-22")
    assert known(store, EUROPE)["2026-07-31"] == 10_255
    assert known(store, EUROPE, "2026-08-04")["2026-07-31"] == 6_680
    entries = ledger.entries(store, "syria-turkiye-greece", dt.datetime(2030, 1, 1, tzinfo=dt.UTC))
    assert [entry for entry in entries if entry.verdict.value == 6_680] == []
    assert [entry for entry in entries if entry.verdict.period_end == day("2026-07-31") and entry.at.date() < day("2026-08-05")] == []


def test_mid_year_and_end_year_are_two_figures(here: Installation) -> None:
    store = open_store(here.settings.database_url)
    here.refresh(store, "2023-11-15")
    here.refresh(store, "2024-07-01")
    hosted = known(store, HOSTED)
    assert (hosted["2023-06-30"], hosted["2023-12-31"]) == (3_332_896, 3_214_780)


def test_the_workbook_confirms_the_bundled_detections_and_doubles_none(here: Installation) -> None:
    store = prepare.prepare(here.settings)
    bundled = rows(store, "observation")
    (run,) = here.refresh(store, "2026-11-01", only=("frontex",), of=SYRIA)
    assert (run.same, run.revised, run.settled, run.set_aside) == (784, 0, 0, 0)
    assert rows(store, "observation") == bundled + run.new
    assert known(store, SEA)["2025-04-30"] == 2_047


def test_each_workbook_adds_its_months_and_repeats_none(here: Installation) -> None:
    store = open_store(here.settings.database_url)
    (first,) = here.refresh(store, "2020-03-10", only=("frontex",), of=SYRIA)
    (second,) = here.refresh(store, "2020-04-10", only=("frontex",), of=SYRIA)
    assert (second.new, second.same, second.revised) == (8, first.new, 0)
    assert known(store, SEA)["2020-02-29"] == 2_185
    assert "2020-02-29" not in known(store, SEA, "2020-04-09")


def test_every_shipped_correction_is_still_needed(here: Installation) -> None:
    """Goes red once a source has mended itself: then its entry in seeds/corrections is to be removed."""
    here.at("2026-12-01")
    entries = corrections.load_all(here.settings.seeds_dir / "corrections")
    shipped = situations.load_all(here.settings.seeds_dir / "situations")["syria-turkiye-greece"]
    keys = [entry.series for entry in entries]
    wider = dataclasses.replace(
        shipped,
        origins=tuple(dict.fromkeys((*shipped.origins, *(key.origin for key in keys if key.origin)))),
        hosts=tuple(dict.fromkeys((*shipped.hosts, *(key.location for key in keys)))),
    )
    client = Client(Archive(here.folder), here.settings.clock, here.folder / "http", paced=False)
    needed, outdated = set(), []
    for source in {key.source for key in keys}:
        found = refresh.read_source(registry()[source], [wider], here.settings, client, entries)
        needed |= set(found.notes)
        outdated += found.outdated
    assert outdated == []
    assert {f"correction {entry.id} is needed" for entry in entries} <= needed


# alerts a route-year, precision, recall, median delay in months: what others published and measured
PUBLISHED = {
    "12-month maximum (HDX Medium's shape)": ("0.37", "0.67", "14/16", "1"),
    "36-month maximum (HDX High's shape)": ("0.26", "0.82", "11/16", "1"),
    "3 × mean of the five months before": ("0.15", "0.90", "9/16", "2"),
    "twice the same month last year": ("0.38", "0.92", "15/16", "1"),
    "the same, two months running": ("0.32", "0.95", "14/16", "1"),
    "1.75 × the best same month of three years": ("0.34", "0.91", "12/16", "1"),
}


def test_the_scorecard_agrees_with_the_published_figures_and_is_that_of_the_docs(here: Installation) -> None:
    store = prepare.prepare(here.settings)
    here.refresh(store, "2026-11-01", only=("frontex", "eurostat"), of="routes-to-europe")
    told = scorecard(here.settings, store)
    whole = [line.strip("| ").split(" | ") for line in told.split("### ")[1].splitlines() if line.startswith("| ")]
    rows_told = {cells[0]: tuple(cell.split(" (")[0] for cell in cells[1:5]) for cells in whole[1:]}
    assert {name: rows_told[name] for name in PUBLISHED} == PUBLISHED
    assert rows_told["**ours, in the same way**"] == ("0.38", "0.96", "16/16", "1")
    assert told.strip() == (ROOT / "docs" / "scorecard.md").read_text(encoding="utf-8").split("-->\n")[1].strip()


def test_the_whole_matrix_is_stored_in_one_refresh_and_a_second_one_stores_no_row(here: Installation) -> None:
    here.situations = ("world",)
    store = open_store(here.settings.database_url)
    (first,) = here.refresh(store, "2026-11-01", only=("unhcr",))
    assert (first.outcome, first.messages) == (Outcome.OK, [])
    assert first.new > 600_000
    hosted = known(store, HOSTED)
    assert (hosted["2023-12-31"], hosted["2024-12-31"], hosted["2025-12-31"]) == (3_214_780, 2_901_478, 2_347_756)
    world = read.figures(store, day("2030-01-01"), {"source": ["unhcr"], "indicator": ["refugees"]})
    assert world[(world["period_end"] == "2025-12-31") & (world["frequency"] == "year")]["value"].sum() == 28_461_306
    (second,) = here.refresh(store, "2026-11-01", only=("unhcr",))
    assert (second.stored, second.same) == (0, first.new + first.same)


# -- runs with a fault ---------------------------------------------------------------------------------------------------------

NOTHING_THERE = {"tabular"}  # asks the addresses that a situation names, and none does; its own faults are below
FAULTS = {
    "503": "HTTP 503",
    "429:retry-after=1": "HTTP 429",
    "timeout": "no answer within",
    "reset": "the connection broke",
    "html200": "answered with something else",
    "empty200": "with nothing in it",
    "truncate": "",
    "schema": "",
    "huge": "larger than",
    "badgzip": "announced as compressed",
    "redirectloop": "redirects without end",
    "latin1": "not UTF-8",
}
# Where a fault does no harm, and why.
HARMLESS = {
    ("eurostat", "latin1"): "the answers to these questions are ASCII, so the wrong label changes no byte",
    ("odp", "latin1"): "its answers are ASCII, so the wrong label changes no byte",
    ("dtm", "latin1"): "its answers are ASCII, so the wrong label changes no byte",
    ("rss", "latin1"): "a feed that is not UTF-8 is read as the Latin-1 that it is",
    ("rss", "schema"): "an item that goes by Atom's name in an RSS feed is read all the same",
    ("worldbank", "latin1"): "its names of countries are ASCII, so the wrong label changes no byte",
}
# Where a fault is seen elsewhere than usual, so that the line says something else.
TOLD_OTHERWISE = {
    ("frontex", "html200"): "no link to a workbook",  # a page is due, and only its link is missing
    ("frontex", "latin1"): "the workbook breaks off or is damaged",
}
BEFORE, TODAY = "2026-10-30", "2026-11-01"


@pytest.fixture(scope="module")
def earlier(replay: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory after a good refresh two days ago, to be copied."""
    made = Installation(tmp_path_factory.mktemp("earlier"), replay)
    made.at(BEFORE)
    store = prepare.prepare(made.settings)
    with stamina.set_testing(True, attempts=3, cap=True):
        assert refresh.exit_code(made.refresh(store, BEFORE)) == 0
    store.engine.dispose()
    shutil.rmtree(made.folder / "http")  # validators would answer 304, which has no body to damage
    return made.folder


def stored_of(store: Store, source: str) -> tuple[str, str]:
    """All that is stored of a source, as text that can be compared."""
    figures = read.figures(store, day("2030-01-01"), {"source": [source]})
    articles = read.mentions(store, "syria-turkiye-greece", day("2030-01-01"))
    return figures.drop(columns="source_url").to_csv(), articles[articles["source"] == source].to_csv(index=False)


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("source", sorted(set(registry()) - NOTHING_THERE))
def test_a_lasting_fault_of_one_source_is_one_clear_line_and_harms_nothing_else(
    tmp_path: Path, replay: str, earlier: Path, monkeypatch: pytest.MonkeyPatch, source: str, fault: str
) -> None:
    if fault == "timeout":
        monkeypatch.setattr(http, "READ_SECONDS", 4.0)  # the whole file of a busy server takes its time
    here = Installation(Path(shutil.copytree(earlier, tmp_path / "data")), replay)
    store = open_store(f"sqlite:///{here.folder / 'monitor.db'}")
    before = stored_of(store, source)

    done = by_source(here.refresh(store, TODAY, f"{source}:{fault}"))
    others = [run for name, run in done.items() if name != source]
    assert [run.messages for run in others if run.outcome is not Outcome.OK] == []
    assert all(run.stored + run.same + run.mentions_same > 0 for run in others if run.source not in NOTHING_THERE)
    assert any(run.stored for run in others)
    assert done[source].finished_at is not None
    if (source, fault) in HARMLESS:
        assert refresh.exit_code(done.values()) == 0
    else:
        assert refresh.exit_code(done.values()) == 1
        assert stored_of(store, source) == before
        assert done[source].stored == 0
        assert done[source].messages
        for line in done[source].messages:
            assert TOLD_OTHERWISE.get((source, fault), FAULTS[fault]) in line
            assert "\n" not in line
            assert "Traceback" not in line
            assert "please report this" not in line

    (mended,) = here.refresh(store, TODAY, only=(source,))
    assert (mended.outcome, mended.messages) == (Outcome.OK, [])  # the fault is gone, and so is its effect
    store.engine.dispose()


# -- a table on the web --------------------------------------------------------------------------------------------------------


@pytest.fixture
def table(here: Installation) -> Installation:
    described = {
        "id": "situations",
        "name": "Refugees by country of origin",
        "home": "https://data.humdata.org/dataset/unhcr-situations",
        "licence": "CC BY-IGO",
        "citation": "UNHCR, by way of HDX",
        "address": f"{here.replay}/hdx-s3/unhcr-situations.csv?X-Amz-Signature=0",
        "indicator": "registered_refugees",
        "frequency": "month",
        "columns": {"date": "Date", "place": "ISO3", "origin": "Country of Origin", "value": "Individuals"},
        "place_is": "iso3",
        "where": {"Population type": ["Refugees"]},
    }
    here.options = {"tabular": {"table": [described]}}
    return here


def test_a_table_on_the_web_is_stored_once(table: Installation) -> None:
    store = open_store(table.settings.database_url)
    (first,) = table.refresh(store, "2026-11-01", only=("tabular",))
    (second,) = table.refresh(store, "2026-11-01", only=("tabular",))
    assert (first.outcome, second.outcome) == (Outcome.OK, Outcome.OK)
    assert first.stored > 0
    assert (second.stored, second.same, second.set_aside) == (0, first.stored, first.set_aside)
    terms = read.sources(store).set_index("id").loc["tabular-situations"]
    assert (terms["licence"], terms["citation"]) == ("CC BY-IGO", "UNHCR, by way of HDX")
    assert store_of(store) == {"tabular-situations"}


def store_of(store: Store) -> set[str]:
    return set(read.figures(store, day("2030-01-01"), {})["source"])


@pytest.mark.parametrize("fault", [name for name in FAULTS if name not in ("timeout", "latin1")])
def test_a_fault_of_a_table_on_the_web_is_one_clear_line_and_loses_nothing(table: Installation, fault: str) -> None:
    store = open_store(table.settings.database_url)
    table.refresh(store, BEFORE, only=("tabular",))
    before = stored_of(store, "tabular-situations")
    shutil.rmtree(table.folder / "http", ignore_errors=True)
    with stamina.set_testing(True, attempts=3, cap=True):
        (run,) = table.refresh(store, TODAY, f"hdx-s3:{fault}", only=("tabular",))
    assert refresh.exit_code([run]) == 1
    assert stored_of(store, "tabular-situations") == before
    (line,) = run.messages
    assert FAULTS[fault] in line
    assert "Signature" not in line
