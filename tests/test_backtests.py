"""Back-tests on the bundled figures: the replays that must tell, those that must not, and what is said of the figures."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor import backtests, bundle, places, situations
from monitor.alerts import rules
from monitor.backtests import COMPUTED, DOCUMENTED, Trial
from monitor.connectors import frontex
from monitor.errors import SituationError
from monitor.model import Judgement, Point, Rule, SeriesKey, Severity, Status
from monitor.settings import ROOT
from monitor.store import Store, open_store, runs
from tests.building_store import at, day, figure, months, rule, save

SEEDS = ROOT / "seeds"
AEGEAN = SeriesKey.parse("frontex/border_detections/eastern-mediterranean/-/sea+land")
REGISTERED = SeriesKey.parse("odp/registered_refugees/TUR/SYR/-")


@pytest.fixture(scope="module")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """The bundled figures, read in 2026. Tests of this module only read it."""
    opened = open_store(f"sqlite:///{tmp_path_factory.mktemp('seeded') / 'monitor.db'}")
    bundle.load(opened, SEEDS, at("2026-11-01"))
    yield opened
    opened.engine.dispose()


@pytest.fixture(scope="module")
def shipped() -> list[Rule]:
    """Every rule of every situation that ships."""
    return [one for situation in situations.load_all(SEEDS / "situations").values() for one in situation.rules]


def trial(store: Store, one: Rule, until: str = "2026-01-01") -> Trial:
    return backtests.run(store, [one], SEEDS, None, day(until))[0]


def named(shipped: list[Rule], rule_id: str, series: SeriesKey | None = None) -> Rule:
    return next(one for one in shipped if one.id == rule_id and series in (None, one.series))


# -- what must be told -----------------------------------------------------------------------------------------------------


def test_aegean_2015_is_told_for_march_and_again_before_the_peak_of_october(seeded: Store, shipped: list[Rule]) -> None:
    told = trial(seeded, named(shipped, "route-doubled", AEGEAN)).replay.told
    in_2015 = [(f"{one.at:%Y-%m-%d}", one.move.value, f"{one.verdict.period_end:%Y-%m}") for one in told if one.at.year == 2015]
    assert in_2015[0] == ("2015-05-10", "raised", "2015-03")
    peak_known = "2015-12-10"
    again = [when for when, move, _ in in_2015[1:] if move == "escalated" and when < peak_known]
    assert again == ["2015-07-10", "2015-09-09", "2015-11-09"]


def test_idlib_is_high_from_one_point_and_told_again_when_it_has_more_than_doubled(seeded: Store, shipped: list[Rule]) -> None:
    one = trial(seeded, named(shipped, "displaced-north-west-syria"))
    assert [(f"{e.at:%Y-%m-%d}", e.move.value, e.severity, e.verdict.value) for e in one.replay.told] == [
        ("2020-01-01", "raised", Severity.HIGH, 300_000),
        ("2020-02-12", "escalated", Severity.HIGH, 800_000),
    ], "586,000 is not yet twice 300,000; the totals are never added to one another"
    assert list(one.labels) == [DOCUMENTED], "nothing is computed of a running total"
    counted = one.case(DOCUMENTED)
    assert (counted.first, len(counted.within())) == (day("2019-12-01"), 1)


# -- what must stay quiet, or explain itself ---------------------------------------------------------------------------------


def test_no_shipped_rule_tells_of_the_re_registration_in_turkiye(seeded: Store, shipped: list[Rule]) -> None:
    told = [
        entry
        for one in backtests.run(seeded, shipped, SEEDS, None, day("2015-03-31"))
        for entry in one.replay.told
        if one.replay.rule.series.location == "TUR" and entry.verdict.period_end == day("2014-12-31")
    ]
    assert told == []


def test_a_rule_that_takes_the_re_registration_for_a_rise_says_what_it_was(seeded: Store) -> None:
    one = trial(seeded, rule("change", series=REGISTERED, against="previous", ratio=1.4, floor=100_000), "2015-03-31")
    (alert,) = [entry for entry in one.replay.told if entry.verdict.period_end == day("2014-12-31")]
    remark = one.remarks[alert.verdict.period_start, alert.verdict.period_end]  # type: ignore[index]
    assert remark == "re-registration artefact: the stock rises by 492,560 against the point before"


@pytest.mark.parametrize("month", ["2020-02-29", "2020-03-31"])
def test_the_eastern_mediterranean_is_quiet_when_turkiye_opens_its_border(seeded: Store, shipped: list[Rule], month: str) -> None:
    on_the_route = [one for one in shipped if one.series.location == "eastern-mediterranean"]
    known = [one for one in backtests.run(seeded, on_the_route, SEEDS, None, day("2020-06-30")) if one.points]
    assert len(known) >= 3
    for one in known:
        assert [e for e in one.replay.told if e.verdict.period_end and e.verdict.period_end >= day("2020-02-01")] == [], one.replay.rule.id
        points = [p for p in one.points if p.period_end <= day(month)]
        assert points[-1].period_end == day(month)
        assert rules.judge(one.replay.rule, points, day(month) + dt.timedelta(40)).judgement is not Judgement.FIRES, one.replay.rule.id


# -- labels ----------------------------------------------------------------------------------------------------------------


def test_every_documented_crisis_has_a_known_place_and_there_are_enough() -> None:
    crises = backtests.documented(SEEDS)
    assert sum(map(len, crises.values())) >= 15
    for place in crises:
        assert places.name(place) != place or "/" in place, place
    wanted = {"eastern-mediterranean", "central-mediterranean", "western-mediterranean", "western-african", "western-balkan"}
    assert wanted <= set(crises)


@pytest.mark.parametrize(
    ("series", "kinds"),
    [
        (AEGEAN, [COMPUTED, DOCUMENTED]),
        (AEGEAN._replace(location="black-sea"), [COMPUTED]),
        (REGISTERED, []),  # a stock: a sum of its months means nothing
        (SeriesKey("ocha", "displaced", "north-west-syria", "SYR"), [DOCUMENTED]),
    ],
)
def test_a_series_has_the_labels_that_make_sense_for_it(series: SeriesKey, kinds: list[str]) -> None:
    assert list(backtests.labels(series, months("2018-01", *[1.0] * 24), backtests.documented(SEEDS))) == kinds


def test_other_periods_than_months_have_no_computed_episodes() -> None:
    year = Point(day("2018-01-01"), day("2018-12-31"), 5.0, Status.REPORTED)
    assert backtests.labels(AEGEAN._replace(location="black-sea"), [year], {}) == {}


def test_a_crisis_may_name_a_whole_series_and_a_wrong_table_is_told(tmp_path: Path) -> None:
    (tmp_path / "episodes.csv").write_text(f"place,start,end,what,source\n{AEGEAN},2015-01-01,2015-12-31,x,y\n", encoding="utf-8")
    assert len(backtests.labels(AEGEAN, [], backtests.documented(tmp_path))[DOCUMENTED]) == 1
    (tmp_path / "episodes.csv").write_text("place,start,end,what,source\nUKR,2015-01-01,,x,y\n", encoding="utf-8")
    with pytest.raises(SituationError, match=r"episodes\.csv: line 2: end is empty"):
        backtests.documented(tmp_path)
    assert backtests.documented(tmp_path / "nowhere") == {}


# -- what is said of the figures -------------------------------------------------------------------------------------------


def test_bundled_figures_say_that_their_days_are_estimates(seeded: Store, shipped: list[Rule]) -> None:
    note = str(trial(seeded, named(shipped, "route-doubled", AEGEAN)).replay.note)
    assert "Each of 196 periods" in note
    assert "Of 196 of them that moment is an estimate" in note


def test_a_history_that_is_read_at_once_is_taken_as_known_after_the_usual_lag(store: Store) -> None:
    with store.writing() as connection:
        runs.describe(connection, [(frontex.SOURCE, True)])
    values = [*[100.0] * 12, 100.0, 250.0]
    ends = [point.period_end for point in months("2018-01", *values)]
    save(store, *(figure(value, "2026-11-01", str(end)) for value, end in zip(values, ends, strict=True)))
    one = trial(store, rule("change", against="last_year", ratio=2.0, floor=100), "2026-12-01")
    assert [f"{e.at:%Y-%m-%d}" for e in one.replay.told] == ["2019-04-09"]
    assert "14 of 14 periods came with a history read at once: they are taken as known 40 days" in str(one.replay.note)


def test_a_rule_without_figures_says_so(store: Store) -> None:
    one = trial(store, rule("threshold", above=5))
    assert (one.points, one.replay.told, str(one.replay.note)) == ([], [], "No figure of this series is known.")


def test_only_the_days_asked_for_are_replayed(seeded: Store, shipped: list[Rule]) -> None:
    one = backtests.run(seeded, [named(shipped, "route-doubled", AEGEAN)], SEEDS, day("2015-01-01"), day("2015-12-31"))[0]
    assert {entry.at.year for entry in one.replay.entries} == {2015}
    assert (one.case(COMPUTED).first, one.case(COMPUTED).last) == (day("2015-01-01"), day("2015-12-31"))
    assert dataclasses.asdict(one.replay.rule) == dataclasses.asdict(named(shipped, "route-doubled", AEGEAN))
