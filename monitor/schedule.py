"""Each source at its own cadence, one at a time, until the process is asked to end."""

from __future__ import annotations

import datetime as dt
import signal
from collections.abc import Callable, Iterable

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.blocking import BlockingScheduler
from apscheduler.triggers.interval import IntervalTrigger

from monitor.http import Client
from monitor.model import Source
from monitor.settings import Clock
from monitor.store import Store, runs

LONGEST_REST = dt.timedelta(hours=6)


def resting_until(source: Source, failures: int, last: dt.datetime | None) -> dt.datetime | None:
    """Until when a source that failed is left alone: the rest doubles with each failure in a row. None: it is not."""
    if not failures or last is None or not source.rest_after_failure:
        return None
    rest = source.rest_after_failure * (1 << (failures - 1))
    return last + min(rest, LONGEST_REST)


def scheduler(sources: Iterable[Source], ask: Callable[[Source], None], start: dt.datetime, pool: ThreadPoolExecutor) -> BlockingScheduler:
    """A scheduler with one job a source: the first at once, then each at its cadence. Late jobs run once, not many times."""
    late = {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
    made = BlockingScheduler(executors={"default": pool}, job_defaults=late, timezone=dt.UTC)
    for source in sources:
        made.add_job(ask, IntervalTrigger(seconds=int(source.cadence.total_seconds())), (source,), id=source.id, next_run_time=start)
    return made


def serve(
    store: Store,
    client: Client,
    sources: Iterable[Source],
    refresh_one: Callable[[Source], None],
    clock: Clock,
    tell: Callable[[str], None],
    each_minute: Callable[[], None] = lambda: None,
) -> None:
    """Run until SIGTERM or SIGINT, with `each_minute` in between. A request under way ends first (within its own timeout); nothing half is stored."""

    def ask(source: Source) -> None:
        if client.stopping.is_set():
            return
        rest = resting_until(source, *runs.failures_in_a_row(store, source.id))
        if rest and clock() < rest:
            tell(f"{source.id}: left alone until {rest:%H:%M} UTC after its last failure")
            return
        refresh_one(source)

    pool = ThreadPoolExecutor(1)  # one source at a time
    made = scheduler(sources, ask, dt.datetime.now(dt.UTC), pool)
    made.add_job(each_minute, IntervalTrigger(minutes=1), id="each minute")

    def end(*_: object) -> None:
        tell("ending: the request under way is let finish")
        client.stopping.set()
        if made.running:
            made.shutdown(wait=False)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)
    if not client.stopping.is_set():
        made.start()
    pool.shutdown(wait=True)  # so that nothing of a run is left to the interpreter's end
