"""The outbox: what is to be told through which channel, queued in the very transaction that writes the ledger.

A row is waiting or held until it is settled as sent, failed or held for good. Whoever delivers takes rows first, which
puts their next try off: a process that is killed while it sends leaves rows that are due again when that time is over.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import ColumnElement, Connection, and_, func, insert, or_, select, tuple_, update

from monitor.model import FIRING, Move, Transition
from monitor.store import ledger as entries
from monitor.store.engine import Store
from monitor.store.schema import channel, ledger, outbox


class State(StrEnum):
    """How far the telling of one entry through one channel has come."""

    WAITING = "waiting"
    HELD = "held"  # for a reason
    SENT = "sent"
    FAILED = "failed"  # for good


@dataclass(frozen=True, slots=True)
class Row:
    """One entry of the ledger for one channel."""

    ledger_id: int
    channel: str
    entry: Transition
    state: State
    reason: str
    settled: bool
    attempts: int
    next_at: dt.datetime | None
    message: str
    queued_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Switch:
    """A channel that was switched off, or on again."""

    name: str
    off: bool
    reason: str
    since: dt.datetime


def add(connection: Connection, ledger_id: int, name: str, now: dt.datetime) -> None:
    """Queue an entry for a channel."""
    values = {"state": State.WAITING.value, "reason": "", "settled": False, "attempts": 0, "next_at": None, "message": ""}
    connection.execute(insert(outbox).values(ledger_id=ledger_id, channel=name, queued_at=now, changed_at=now, **values))


def since_raised(connection: Connection, ledger_id: int, entry: Transition, name: str) -> list[tuple[State, bool, str]]:
    """What became of the alert that an entry ends, for a channel: state, settled and reason of each row since it was raised."""
    same = and_(
        ledger.c.situation == entry.situation,
        ledger.c.rule == entry.rule,
        ledger.c.series == str(entry.series or ""),
        ledger.c.id < ledger_id,
    )
    raised = connection.scalar(select(func.max(ledger.c.id)).where(same, ledger.c.move == Move.RAISED.value))
    if raised is None:
        return []
    firing = ledger.c.move.in_([move.value for move in FIRING])
    rows = select(outbox.c.state, outbox.c.settled, outbox.c.reason).join(ledger, ledger.c.id == outbox.c.ledger_id)
    found = connection.execute(rows.where(same, ledger.c.id >= raised, firing, outbox.c.channel == name)).all()
    return [(State(row.state), row.settled, row.reason) for row in found]


def pending(store: Store) -> list[Row]:
    """Every row that is not settled, in the order of the ledger."""
    return _rows(store, outbox.c.settled.is_(False))


def all_of(store: Store, name: str) -> list[Row]:
    """Every row of a channel, in the order of the ledger."""
    return _rows(store, outbox.c.channel == name)


def _rows(store: Store, condition: ColumnElement[bool]) -> list[Row]:
    chosen = select(*outbox.columns).where(condition).order_by(outbox.c.ledger_id, outbox.c.channel)
    with store.reading() as connection:
        found = connection.execute(chosen).all()
        known = entries.numbered(connection, (row.ledger_id for row in found))
    return [
        Row(row.ledger_id, row.channel, known[row.ledger_id], State(row.state), row.reason, row.settled, row.attempts, *row[6:9])
        for row in found
    ]


def take(store: Store, rows: Sequence[Row], message: str, now: dt.datetime, until: dt.datetime) -> bool:
    """Take rows for one attempt to send them as one message; False where somebody else has taken one of them meanwhile.

    They are due again at `until`, should this process not live to say how it went.
    """
    keys = [(row.ledger_id, row.channel) for row in rows]
    due = or_(outbox.c.state == State.HELD.value, outbox.c.next_at.is_(None), outbox.c.next_at <= now)  # of what is held it only says when
    mine = and_(tuple_(outbox.c.ledger_id, outbox.c.channel).in_(keys), outbox.c.settled.is_(False), due)
    with store.writing() as connection:
        free = connection.execute(select(outbox.c.ledger_id, outbox.c.attempts).where(mine).with_for_update()).all()
        if len(free) != len(keys):
            return False
        connection.execute(
            update(outbox)
            .where(mine)
            .values(state=State.WAITING.value, attempts=outbox.c.attempts + 1, message=message, next_at=until, changed_at=now)
        )
    return True


def mark(
    store: Store,
    rows: Sequence[Row],
    state: State,
    now: dt.datetime,
    reason: str = "",
    *,
    settled: bool = False,
    next_at: dt.datetime | None = None,
) -> None:
    """Write how far rows have come. What is settled stays as it is."""
    keys = [(row.ledger_id, row.channel) for row in rows]
    values = {"state": state.value, "reason": reason, "settled": settled, "next_at": next_at, "changed_at": now}
    with store.writing() as connection:
        these = and_(tuple_(outbox.c.ledger_id, outbox.c.channel).in_(keys), outbox.c.settled.is_(False))
        connection.execute(update(outbox).where(these).values(**values))


def switch_off(store: Store, name: str, reason: str, now: dt.datetime) -> None:
    """Switch a channel off, with the reason that is shown; one that is off keeps its first reason."""
    values = {"off": True, "reason": reason, "since": now}
    with store.writing() as connection:
        changed = connection.execute(update(channel).where(channel.c.name == name, channel.c.off.is_(False)).values(**values))
        if changed.rowcount == 0 and connection.scalar(select(channel.c.name).where(channel.c.name == name)) is None:
            connection.execute(insert(channel).values(name=name, **values))


def switch_on(store: Store, name: str, now: dt.datetime, least: dt.datetime) -> int:
    """Switch a channel on again, and queue anew what failed while it went off and was queued since `least`; returns how many."""
    with store.writing() as connection:
        off = connection.scalar(select(channel.c.since).where(channel.c.name == name, channel.c.off.is_(True)))
        if off is None:
            return 0
        connection.execute(update(channel).where(channel.c.name == name).values(off=False, reason="", since=now))
        failed = (outbox.c.channel == name, outbox.c.state == State.FAILED.value, outbox.c.queued_at >= least, outbox.c.changed_at >= off)
        again = {"state": State.WAITING.value, "reason": "", "settled": False, "attempts": 0, "next_at": None, "changed_at": now}
        return int(connection.execute(update(outbox).where(*failed).values(**again)).rowcount)


def switches(store: Store) -> dict[str, Switch]:
    """The channels that are off, or were once."""
    with store.reading() as connection:
        return {row.name: Switch(*row) for row in connection.execute(select(*channel.columns).order_by(channel.c.name))}


def counts(store: Store) -> dict[str, dict[str, int]]:
    """How many rows of each state each channel has."""
    counted = select(outbox.c.channel, outbox.c.state, func.count()).group_by(outbox.c.channel, outbox.c.state)
    found: dict[str, dict[str, int]] = {}
    with store.reading() as connection:
        for name, state, number in connection.execute(counted):
            found.setdefault(name, {})[state] = number
    return found
