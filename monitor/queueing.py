"""What is to be told: chosen for each channel when the ledger is written, and queued in the same transaction.

So a process that is killed has either stored an entry and what is to be told of it, or neither.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from monitor.alerts import telling
from monitor.alerts.channels import policy
from monitor.alerts.channels.described import Channel, channels
from monitor.model import FIRING
from monitor.settings import Settings
from monitor.store import ledger, outbox


def queueing(settings: Settings) -> ledger.Then:
    """What to store with new entries of the ledger; raises SettingsError for a channel that cannot be used as written."""
    return for_channels(channels(settings.channels).values())


def for_channels(chosen: Iterable[Channel]) -> ledger.Then:
    """The same for these channels."""
    known = list(chosen)

    def then(connection: Any, numbered: ledger.Numbered, recorded_at: dt.datetime) -> None:
        for number, entry in numbered:
            if not telling.is_told(entry, recorded_at):
                continue
            for one in known:
                wanted = policy.subscribes(one, entry)
                if wanted and (entry.move in FIRING or outbox.since_raised(connection, number, entry, one.name)):
                    outbox.add(connection, number, one.name, recorded_at)

    return then
