"""The schedule: one job a source at its cadence, and rest for a source that failed."""

from __future__ import annotations

import datetime as dt

import pytest
from apscheduler.executors.pool import ThreadPoolExecutor

from monitor.connectors import registry
from monitor.model import Source
from monitor.schedule import LONGEST_REST, resting_until, scheduler
from tests.building_store import at

NOON = at("2026-11-01 12:00:00")
MINUTES = dt.timedelta(minutes=1)


def source(rest: dt.timedelta, **more: object) -> Source:
    return Source("a", "A", "about", "home", "licence", "citation", rest_after_failure=rest, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("minutes", "failures", "rest"),
    [
        (5, 0, None),
        (5, 1, 5),
        (5, 2, 10),
        (5, 3, 20),
        (5, 7, 320),
        (5, 8, 360),  # six hours at most
        (5, 10, 360),
        (0, 3, None),
    ],
)
def test_the_rest_doubles_with_each_failure_in_a_row_up_to_six_hours(minutes: int, failures: int, rest: int | None) -> None:
    until = resting_until(source(minutes * MINUTES), failures, NOON)
    assert until == (None if rest is None else NOON + rest * MINUTES)
    assert LONGEST_REST == 360 * MINUTES


def test_without_a_last_failure_there_is_no_rest() -> None:
    assert resting_until(source(5 * MINUTES), 1, None) is None


def test_each_source_has_one_job_at_its_cadence_that_starts_at_once() -> None:
    sources = [connector.SOURCE for connector in registry().values()]
    made = scheduler(sources, lambda _: None, NOON, ThreadPoolExecutor(1))
    jobs = {job.id: job for job in made.get_jobs()}
    assert list(jobs) == [one.id for one in sources]
    for one in sources:
        job = jobs[one.id]
        assert (job.trigger.interval, job.next_run_time, job.args) == (one.cadence, NOON, (one,))


def test_a_late_job_runs_once_and_never_beside_itself() -> None:
    made = scheduler([source(MINUTES)], lambda _: None, NOON, ThreadPoolExecutor(1))
    defaults = made._job_defaults
    assert (defaults["coalesce"], defaults["max_instances"], defaults["misfire_grace_time"]) == (True, 1, None)


def test_a_source_on_the_clock_of_another_zone_is_asked_by_utc() -> None:
    assert str(scheduler([], lambda _: None, NOON, ThreadPoolExecutor(1)).timezone) == "UTC"
