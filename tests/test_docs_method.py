"""docs/method.md speaks of the code as it is: its words and its numbers."""

from __future__ import annotations

import calendar
import re

import pytest

from monitor import normalise, refresh
from monitor.alerts.kinds import record
from monitor.alerts.kinds import registry as kinds
from monitor.connectors import _idu, hapi, mmp, odp, registry, unhcr
from monitor.corrections import Kind
from monitor.model import MAY_SUM, Measure, Over, Status
from monitor.series import MOST_POINTS
from monitor.settings import ROOT

PAGE = (ROOT / "docs" / "method.md").read_text(encoding="utf-8")
PLAIN = " ".join(PAGE.split())
ROWS = {name: line for line in PAGE.splitlines() if line.startswith("| `") for name in re.findall(r"`(\w+)`", line.split("|")[1])}


@pytest.mark.parametrize("word", [*Measure, *Status, *registry()])
def test_every_measure_status_and_source_has_its_row(word: str) -> None:
    assert word in ROWS


def test_no_row_is_of_something_that_there_is_not() -> None:
    assert set(ROWS) <= {*map(str, Measure), *map(str, Status), *registry(), *kinds()}


@pytest.mark.parametrize("measure", Measure)
def test_what_may_be_summed_is_what_the_code_allows(measure: Measure) -> None:
    over_time, over_places = (cell.strip().startswith("yes") for cell in ROWS[measure].split("|")[3:5])
    assert {Over.TIME: over_time, Over.PLACES: over_places} == {over: over in MAY_SUM[measure] for over in Over}


def day(month: int, number: int) -> str:
    return f"{number} {calendar.month_name[month]}"


@pytest.mark.parametrize(
    "words",
    [
        f"above {normalise.LARGEST:,} or",
        f"more than {MOST_POINTS:,} points",
        f"begins before {normalise.EARLIEST.year} or",
        f"others for {refresh.RAW_DAYS} days",
        f"end of the month and {odp.SETTLING.days} days have passed",
        f"IDMC's updates for {_idu.SETTLING.days} days",
        f"Missing Migrants Project for {mmp.SETTLING.days} days",
        f"fewer than {record.LEAST_EARLIER} earlier periods",
        f"From {unhcr.RELEASE_WINDOW[0][1]} to {day(*unhcr.RELEASE_WINDOW[1])} nobody",
        f"from {day(*hapi.RELEASE_WINDOW[0])} to {day(*hapi.RELEASE_WINDOW[1])}",
    ],
)
def test_numbers_are_those_of_the_code(words: str) -> None:
    assert words in PLAIN


def test_there_are_as_many_things_to_do_about_an_error_as_it_says() -> None:
    assert f"{ {3: 'Three'}[len(Kind)] } things can be done" in PLAIN


def test_the_readme_leads_here() -> None:
    assert "(docs/method.md)" in (ROOT / "README.md").read_text(encoding="utf-8")
