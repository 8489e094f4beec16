"""The scorecard as it is printed: on a small table of months made for it, and on what the command line takes."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from monitor import scorecards
from monitor.__main__ import app
from monitor.alerts.episodes import first_day, last_day
from monitor.alerts.scorecard import Alert, Case
from monitor.connectors import frontex
from monitor.model import Condition, Observation, Rule, SeriesKey
from monitor.scorecards import Group, elsewhere, fires_as, lines, scaled
from monitor.settings import ROOT, load
from monitor.store import Store, open_store, runs
from tests.building_store import day, figure, months, rule, save

WIDE = {"COLUMNS": "1000", "TERM": "dumb", "NO_COLOR": "1"}
ROUTES = (
    ("eastern-mediterranean", "sea"),
    ("eastern-mediterranean", "land"),
    ("central-mediterranean", "sea"),
    ("western-mediterranean", "sea"),
    ("western-mediterranean", "land"),
    ("western-african", "sea"),
    ("western-balkan", "sea"),
    ("western-balkan", "land"),
)
FIRST, LAST = 2009 * 12, 2025 * 12 + 3  # January 2009 to April 2025


def detections(route: str, border: str, number: int) -> float:
    """1,000 a month, twelve times as many by sea on one route from July to December 2014."""
    risen = route == "central-mediterranean" and 2014 * 12 + 6 <= number < 2015 * 12
    return 12_000.0 if risen else 1_000.0 if border == "sea" else 10.0


def observations() -> list[Observation]:
    return [
        figure(
            detections(route, border, number),
            "2025-06-03",
            str(last_day(number)),
            str(first_day(number)),
            key=SeriesKey("frontex", "border_detections", route, "", border),
        )
        for route, border in ROUTES
        for number in range(FIRST, LAST + 1)
    ]


def fill(store: Store, *rows: Observation) -> None:
    with store.writing() as connection:
        runs.describe(connection, [(frontex.SOURCE, True)])
    if rows:
        save(store, *rows)


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory and seeds without bundled figures, with five routes of months."""
    folder = tmp_path_factory.mktemp("scorecard")
    shutil.copytree(ROOT / "seeds", folder / "seeds")
    lines_ = (folder / "seeds" / "figures.csv").read_text(encoding="utf-8").splitlines()
    kept = [lines_[0], *(line for line in lines_ if line.startswith("ocha,"))]
    (folder / "seeds" / "figures.csv").write_text("\n".join(kept) + "\n", encoding="utf-8")
    store = open_store(load(environment(folder)).database_url)
    fill(store, *observations())
    store.engine.dispose()
    return folder


def environment(folder: Path) -> dict[str, str]:
    return {"MONITOR_DATA_DIR": str(folder / "data"), "MONITOR_SEEDS_DIR": str(folder / "seeds"), "MONITOR_TODAY": "2025-07-01"}


def run(installation: Path, *args: str, code: int = 0) -> str:
    result = CliRunner().invoke(app, ["backtest", *args], env={**WIDE, **environment(installation)})
    assert result.exit_code == code, (result.output, result.exception)
    return result.stdout if code == 0 else f"{result.stderr}{result.exception}"


# -- the command -------------------------------------------------------------------------------------------------------------


def test_a_rule_is_replayed_on_each_of_its_series_with_what_its_figures_are_worth(installation: Path) -> None:
    told = run(installation, "route-doubled").splitlines()
    assert sum(line == "route-doubled: Detections on a route: twice last year" for line in told) == 5
    central = next(n for n, line in enumerate(told) if "central-mediterranean/-/sea, 2009-01-01 to 2025-07-01" in line)
    assert "they are taken as known 40 days after their end, the source's usual lag" in told[central]
    assert told[central + 1].strip().startswith("2 alerts told")
    assert told[central + 2].split()[:3] == ["2014-09-09", "raised", "medium"]
    assert "12,000 in July 2014 is 12 times the 1,000 of July 2013" in told[central + 2]
    assert told[central + 3].split()[:3] == ["2015-03-12", "raised", "again"]
    counted = "precision 1.00 (1.00–1.00), 2 of 2; recall 1.00 (1.00–1.00), 1 of 1; median delay in months 1, worst 1; days until it was known 100"
    assert counted in told[central + 4]
    assert told[-2].startswith("route-doubled on 5 series, against episodes computed from the figures: 0.02 ")


def test_days_are_taken_at_their_word(installation: Path) -> None:
    told = run(installation, "route-doubled", "--from", "2015-01-01", "--to", "2016-12-31")
    assert "central-mediterranean/-/sea, 2015-01-01 to 2016-12-31." in told
    assert "  0 alerts told" in told
    assert "2014-09-09" not in told


def test_all_rules_are_replayed_and_one_without_figures_says_so(installation: Path) -> None:
    told = run(installation, "--all").splitlines()
    news = next(n for n, line in enumerate(told) if line.startswith("news-share: "))
    assert told[news + 1].endswith("No figure of this series is known.")
    idlib = next(n for n, line in enumerate(told) if line.startswith("displaced-north-west-syria: "))
    assert "of this figure: about" in told[idlib + 4]
    only = run(installation, "--all", "--situation", "syria-turkiye-greece")
    assert "route-doubled" not in only


@pytest.mark.parametrize(
    ("args", "told"),
    [
        ([], "name rules, or give --all, or --table"),
        (["--table", "--all"], "name rules, or give --all, or --table"),
        (["route-tripled"], "no rule 'route-tripled'; there are"),
    ],
)
def test_a_wrong_call_says_what_is_due(installation: Path, args: list[str], told: str) -> None:
    assert told in run(installation, *args, code=2)


def test_the_table_has_every_shape_and_ours_for_each_span_and_label(installation: Path) -> None:
    told = run(installation, "--table")
    assert told.count("### ") == 7
    whole = told.split("### ")[1]
    rows = [line.strip("| ").split(" | ") for line in whole.splitlines() if line.startswith("|")]
    assert [row[0] for row in rows[2:]] == [*scorecards.SHAPES, "**ours, in the same way**", "**ours, as it is told**"]
    ours = rows[-2]
    assert ours[2:6] == ["1.00 (1.00–1.00)", "1/1 (1.00–1.00)", "1", "1"], (
        "it rises in July, and the sum from June on holds two such months"
    )
    assert "figures as known on 2025-07-01, the newest of April 2025" in told


def test_a_table_without_the_months_says_what_is_missing(tmp_path: Path, installation: Path) -> None:
    shutil.copytree(installation / "seeds", tmp_path / "seeds")
    store = open_store(load(environment(tmp_path)).database_url)
    fill(store, *(row for row in observations() if row.period_end != day("2011-02-28")))
    store.engine.dispose()
    assert "1 months are missing, the first 2011-02; refresh first" in run(tmp_path, "--table", code=1)


# -- its parts ---------------------------------------------------------------------------------------------------------------

RULE = rule("change", against="last_year", ratio=2.0, floor=5_000)


def test_a_rule_is_a_shape_that_sees_no_later_month() -> None:
    points = months("2018-01", *[3_000.0] * 12, 6_000.0, 7_000.0)
    fires = fires_as(RULE, points)
    months_ = [2018 * 12 + n for n in range(14)]
    assert [fires({}, month) for month in months_] == [*[False] * 12, True, True]
    assert fires_as(RULE, points, first_print=0.9)({}, months_[-1]) is True, "6,300 is still twice 3,000"
    assert fires_as(RULE, points, first_print=0.85)({}, months_[-1]) is False


def test_a_rule_fits_series_of_another_size_by_its_floors_alone() -> None:
    whole = rule("any", inner=(RULE.condition, Condition("threshold", {"above": 10_000}), Condition("record", {"years": 1, "floor": 0})))
    fitted: Rule = scaled(whole, 0.2)
    assert [dict(one.parameters) for one in fitted.condition.of] == [
        {"against": "last_year", "ratio": 2.0, "floor": 1_000},
        {"above": 2_000},
        {"years": 1, "floor": 0},
    ]


def test_another_series_is_watched_after_its_burn_in_against_episodes_of_its_size() -> None:
    points = months("2015-01", *[400.0] * 40, *[1_200.0] * 8)
    (one,) = elsewhere(RULE, {"somewhere": points}, Group({}))
    assert (one.first, one.last) == (day("2018-01-01"), day("2018-09-30"))
    assert [episode.start for episode in one.episodes] == [day("2018-05-01")], "April, May and June come to 2,800"
    assert [alert.period_end for alert in one.alerts] == [day("2018-05-31")]


def test_a_row_shows_a_dash_where_there_is_nothing_to_count() -> None:
    empty = Case("x", day("2015-01-01"), day("2015-12-31"), [], [])
    alone = Case("x", day("2015-01-01"), day("2015-12-31"), [Alert(day("2015-03-31"), 5.0)], [])
    table = lines([("quiet", [empty]), ("alone", [alone]), ("none", [])]).splitlines()
    assert table[2] == "| quiet | 0.00 (0.00–0.00) | – | – | – | – | – | – |"
    assert table[3] == "| alone | 1.00 (1.00–1.00) | 0.00 (0.00–0.00) | – | – | – | – | – |"
    assert table[4] == "| none | – | – | – | – | – | – | – |"
    assert all(line.count("|") == table[0].count("|") for line in table)


def test_the_page_of_the_docs_names_its_command_and_its_day() -> None:
    page = (ROOT / "docs" / "scorecard.md").read_text(encoding="utf-8")
    assert "python -m monitor backtest --table" in page
    assert dt.date.fromisoformat(page.split("figures as known on ")[1][:10]).year >= 2025
    for name in scorecards.SHAPES:
        assert page.count(f"| {name} |") == 6
