"""The outbox: queued with the ledger or not at all, taken by one at a time, settled once. On both databases."""

from __future__ import annotations

import pytest

from monitor.model import Move, Transition
from monitor.queueing import for_channels
from monitor.store import Store, ledger, outbox
from monitor.store.outbox import State
from tests.building_delivery import channel, entry
from tests.building_store import address, at, process, rows

NOON, LATER = at("2020-02-10 12:00:00"), at("2020-02-10 12:10:00")

TAKER = """
import sys
from monitor.store import open_store, outbox
from tests.building_store import at
store = open_store(sys.argv[1])
rows = outbox.pending(store)
print("ready", flush=True)
sys.stdin.readline()
print(outbox.take(store, rows, sys.argv[2], at("2020-02-10 12:00:00"), at("2020-02-10 12:10:00")), flush=True)
"""


def record(store: Store, *entries: Transition, names: tuple[str, ...] = ("office",)) -> None:
    ledger.append(store, entries, NOON, for_channels([channel(name) for name in names]))


def states(store: Store) -> list[tuple[str, str, bool, int]]:
    return [(row.state.value, row.reason, row.settled, row.attempts) for row in outbox.all_of(store, "office")]


def test_an_entry_and_what_is_to_be_told_of_it_are_stored_together_or_not_at_all(store: Store) -> None:
    class Killed(Exception):
        pass

    def killed(*_: object) -> None:
        raise Killed

    with pytest.raises(Killed):
        ledger.append(store, [entry()], NOON, killed)
    assert (rows(store, "ledger"), rows(store, "outbox")) == (0, 0)
    record(store, entry(), names=("field", "office"))
    assert (rows(store, "ledger"), rows(store, "outbox")) == (1, 2)


def test_a_row_reads_back_with_its_entry(store: Store) -> None:
    record(store, entry())
    (row,) = outbox.pending(store)
    assert row == outbox.Row(1, "office", entry(), State.WAITING, "", False, 0, None, "", NOON)


def test_what_is_taken_is_not_taken_again_until_its_time_is_over(store: Store) -> None:
    record(store, entry())
    taken = outbox.pending(store)
    assert outbox.take(store, taken, "msg_1", NOON, LATER)
    assert not outbox.take(store, taken, "msg_2", at("2020-02-10 12:09:59"), LATER)
    assert [row.message for row in outbox.pending(store)] == ["msg_1"]
    assert outbox.take(store, taken, "msg_1", LATER, at("2020-02-10 12:20:00"))
    assert states(store) == [("waiting", "", False, 2)]


def test_a_message_is_taken_whole_or_not_at_all(store: Store) -> None:
    record(store, entry(), entry(rule="other"))
    both = outbox.pending(store)
    assert outbox.take(store, both[:1], "msg_1", NOON, LATER)
    assert not outbox.take(store, both, "msg_2", NOON, LATER)
    assert [row.attempts for row in outbox.pending(store)] == [1, 0]


def test_of_two_processes_one_takes(store: Store) -> None:
    record(store, entry())
    both = [process(TAKER, address(store), f"msg_{n}") for n in range(2)]
    for one in both:
        assert one.stdout is not None
        assert one.stdout.readline() == "ready\n"
    for one in both:
        assert one.stdin is not None
        one.stdin.write("go\n")
        one.stdin.flush()
    said = sorted(one.communicate(timeout=60)[0].strip() for one in both)
    assert said == ["False", "True"]


def test_what_is_settled_stays_as_it_is(store: Store) -> None:
    record(store, entry())
    taken = outbox.pending(store)
    outbox.mark(store, taken, State.SENT, NOON, settled=True)
    outbox.mark(store, taken, State.FAILED, LATER, "late", settled=True)
    assert states(store) == [("sent", "", True, 0)]
    assert outbox.pending(store) == []
    assert not outbox.take(store, taken, "msg_2", LATER, LATER)


def test_a_channel_goes_off_with_its_first_reason_and_on_with_what_failed_meanwhile(store: Store) -> None:
    record(store, entry(), entry(rule="other"))
    first, other = outbox.pending(store)
    outbox.mark(store, [first], State.FAILED, at("2020-02-09"), "of another time", settled=True)
    outbox.switch_off(store, "office", "HTTP 404", NOON)
    outbox.switch_off(store, "office", "HTTP 410", LATER)
    outbox.mark(store, [other], State.FAILED, NOON, "HTTP 404", settled=True)
    assert outbox.switches(store) == {"office": outbox.Switch("office", True, "HTTP 404", NOON)}
    assert outbox.switch_on(store, "field", LATER, at("2020-01-01")) == 0
    assert outbox.switch_on(store, "office", LATER, at("2020-01-01")) == 1
    assert states(store) == [("failed", "of another time", True, 0), ("waiting", "", False, 0)]
    assert not outbox.switches(store)["office"].off
    outbox.switch_off(store, "office", "HTTP 410", LATER)
    assert outbox.switches(store)["office"].reason == "HTTP 410"


def test_what_became_of_an_alert_is_of_its_last_raising_only(store: Store) -> None:
    record(store, entry(when="2020-02-08"), entry(Move.CLEARED, "2020-02-09"), entry(muted="cooldown"))
    with store.reading() as connection:
        assert outbox.since_raised(connection, 2, entry(Move.CLEARED, "2020-02-09"), "office") == [(State.WAITING, False, "")]
        assert outbox.since_raised(connection, 9, entry(Move.CLEARED), "office") == []
        assert outbox.since_raised(connection, 2, entry(Move.CLEARED), "field") == []
        assert outbox.since_raised(connection, 2, entry(Move.CLEARED, rule="other"), "office") == []


def test_the_states_are_counted_by_channel(store: Store) -> None:
    record(store, entry(), entry(rule="other"), names=("field", "office"))
    outbox.mark(store, outbox.all_of(store, "field")[:1], State.SENT, NOON, settled=True)
    assert outbox.counts(store) == {"field": {"sent": 1, "waiting": 1}, "office": {"waiting": 2}}
