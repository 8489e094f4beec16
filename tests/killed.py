"""A process that test_deliver_killed.py starts: for each line it gets, it forks a child that works and is killed at one point.

Forking saves the import of the libraries, which takes longer than the work. A line is JSON: the folder of the store, the
address of a receiver, the moment, and the number of the event at which the child kills itself with SIGKILL (-1: never).
Answers with the child's exit status; the child leaves the names of the events that it passed in the file `events`.
"""

from __future__ import annotations

import dataclasses
import gc
import json
import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import event

from monitor import http, queueing, watch
from monitor.deliver import Delivery
from monitor.locale import Sentence
from monitor.settings import Settings
from monitor.store import open_store
from tests.building_delivery import SECRET, WATCHED
from tests.building_store import at, figure, save

TABLE = {"office": {"kind": "webhook", "enabled": True, "picture": False}}


@dataclasses.dataclass
class Doom:
    """Counts events and kills the process at one of them."""

    at: int
    passed: list[str] = dataclasses.field(default_factory=list)

    def __call__(self, name: str) -> None:
        if len(self.passed) == self.at:
            os.kill(os.getpid(), signal.SIGKILL)
        self.passed.append(name)


def words(statement: str) -> str:
    """The first words of a statement."""
    return " ".join(statement.split()[:3])


def work(folder: Path, address: str, moment: str, doom: Doom) -> None:
    """What a refresh does after asking: store figures, write the ledger, tell; then tell once more."""

    class Stopped(Settings):
        @property
        def clock(self) -> Any:
            return lambda: at(moment)

    secrets = {"MONITOR_CHANNEL_OFFICE_URL": address, "MONITOR_CHANNEL_OFFICE_SECRET": SECRET}
    settings = Stopped(folder, "", channels=TABLE, channel_secrets=secrets)
    store = open_store(f"sqlite:///{folder / 'monitor.db'}")
    save(store, figure(150, known="2020-02-10"))
    event.listen(store.engine, "before_cursor_execute", lambda *a: doom(f"before {words(a[2])}"))
    event.listen(store.engine, "after_cursor_execute", lambda *a: doom(f"after {words(a[2])}"))
    event.listen(store.engine, "commit", lambda _: doom("commit"))

    def post(url: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, float | None]:
        doom("before post")
        answered = http.post(url, body, headers)
        doom("posted")
        return answered

    watch.update_ledger(store, {WATCHED.id: WATCHED}, at(moment), queueing.queueing(settings))
    for _ in range(2):
        Delivery(settings, store, {WATCHED.id: WATCHED}, post=post).run()
        doom("delivered")
    (folder / "events").write_text("\n".join(doom.passed))


def main() -> None:
    """Serve the lines of standard input."""
    str(Sentence("{n} {day}", {"n": 1.5, "day": at("2020-02-10").date()}))  # loads the words for days and numbers, once for all children
    gc.freeze()
    for line in sys.stdin:
        asked = json.loads(line)
        child = os.fork()
        if child == 0:
            try:
                work(Path(asked["folder"]), asked["address"], asked["moment"], Doom(asked["at"]))
            except BaseException as error:
                sys.stderr.write(f"{error!r}\n")
                sys.stderr.flush()
                os._exit(1)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
