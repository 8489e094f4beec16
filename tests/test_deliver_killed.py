"""SIGKILL at fifty points between storing figures and having told of them: nothing is lost, and nothing is told twice but where it
cannot be known: killed after the receiver had the message and before that was noted."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.settings import ROOT
from tests.building_delivery import Receiver, empty_database, receiver

KILLS = 50
FIRST, RESTART = "2020-02-11 12:00:00", "2020-02-11 12:11:00"  # what was taken is free again after ten minutes


class Worker:
    """A process that forks one child for each asking."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "tests.killed"]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT)

    def run(self, folder: Path, address: str, moment: str, at: int = -1) -> int:
        """The exit status of a child that did the work, killed at one event or not at all."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps({"folder": str(folder), "address": address, "moment": moment, "at": at}) + "\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline())

    def end(self) -> None:
        self.process.communicate()


@pytest.fixture(scope="module")
def worker() -> Iterator[Worker]:
    made = Worker()
    yield made
    made.end()


def fresh(folder: Path, name: str) -> Path:
    """A folder with an empty store."""
    made = folder / name
    made.mkdir()
    (made / "monitor.db").write_bytes(empty_database())
    return made


def told(there: Receiver) -> list[tuple[str, list[str]]]:
    """(id of the message, ids of its alerts) of everything that came since the last look."""
    came = [(headers["webhook-id"], [one["id"] for one in json.loads(body)["alerts"]]) for headers, body in there.came]
    there.came.clear()
    return came


def test_fifty_kills_between_storing_and_sending_lose_nothing_and_tell_nothing_twice(worker: Worker, tmp_path: Path) -> None:
    with receiver() as there:
        whole = fresh(tmp_path, "whole")
        assert worker.run(whole, there.address, FIRST) == 0
        ((_, alerts),) = told(there)  # though it delivered twice
        events = (whole / "events").read_text().split("\n")
        sent = events.index("posted")
        noted = next(n for n in range(sent, len(events)) if events[n] == "commit")
        assert events.count("posted") == 1
        assert events.index("after INSERT INTO ledger") < events.index("after INSERT INTO outbox") < sent < noted
        twice = 0
        points = [round(n * (len(events) - 1) / (KILLS - 1)) for n in range(KILLS)]
        for number, point in enumerate(points):
            folder = fresh(tmp_path, f"{number}-{point}")
            assert worker.run(folder, there.address, FIRST, point) == -signal.SIGKILL
            assert worker.run(folder, there.address, RESTART) == 0
            came = told(there)
            assert {tuple(ids) for _, ids in came} == {tuple(alerts)}, f"killed at {point}: {events[point]}"
            assert len({id for id, _ in came}) == 1, "a message that comes again has the same id"
            if not sent <= point <= noted:
                assert len(came) == 1, f"killed at {point}: {events[point]}"
            twice += len(came) - 1
        assert twice <= noted - sent + 1
