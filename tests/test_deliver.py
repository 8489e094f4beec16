"""Telling: each entry once through each channel that wants it, held for a reason, tried again, or given up with one."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from monitor.alerts.channels.policy import Why
from monitor.deliver import Delivery
from monitor.errors import ChannelError
from monitor.model import Move
from monitor.store import outbox
from tests.building_delivery import KEY, World, entry
from tests.building_store import at, rule

HOOK = {"kind": "webhook", "enabled": True, "picture": False}
Make = Callable[..., World]


@pytest.fixture
def make(tmp_path: Path) -> Any:
    made: list[World] = []

    def one(**more: Any) -> World:
        made.append(World(tmp_path, {"office": {**HOOK, **more}}))
        return made[-1]

    yield one
    for world in made:
        world.store.engine.dispose()


def test_what_fires_is_told_once_however_often_is_delivered(make: Make) -> None:
    world = make()
    world.record(entry())
    (told,) = world.deliver()
    assert told["alerts"][0]["sentence"] == "150 is more than 100."
    assert world.addressed == ["http://office.example/hook"]
    assert world.deliver() == []
    assert world.states() == [("sent", "")]
    assert world.rows()[0].settled


def test_entries_of_one_situation_come_in_one_message_and_others_in_their_own(make: Make) -> None:
    world = make()
    world.record(entry(), entry(rule="other"), entry(situation="elsewhere"))
    assert [(one["situation"]["id"], len(one["alerts"])) for one in world.deliver()] == [("aegean", 2), ("elsewhere", 1)]


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (entry(muted="cooldown"), False),
        (entry(Move.CLEARED), False),  # nobody was told of its alert
        (entry(Move.LAPSED), False),
        (entry(Move.ACKNOWLEDGED, who="Ada"), False),
        (entry(when="2020-01-27 12:00:00"), True),  # fourteen days ago
        (entry(when="2020-01-27 11:59:59"), False),
        (entry(when="2016-02-10"), False),  # a replay of the past
    ],
)
def test_only_what_is_news_for_people_is_queued(make: Make, given: Any, told: bool) -> None:
    world = make()
    world.record(given)
    assert len(world.deliver()) == len(world.rows()) == int(told)


@pytest.mark.parametrize("move", [Move.CLEARED, Move.UNDONE])
def test_the_end_of_an_alert_is_told_to_those_who_were_told_of_it(make: Make, move: Move) -> None:
    world = make()
    world.record(entry())
    world.deliver()
    world.record(entry(move, "2020-02-10 13:00:00"))
    (told,) = world.deliver()
    assert told["alerts"][0]["move"] == move.value


def test_the_end_of_an_alert_that_began_within_the_cooldown_is_told_to_nobody(make: Make) -> None:
    world = make()
    world.record(entry(when="2020-02-08"), entry(Move.CLEARED, "2020-02-09"))
    world.deliver()
    world.record(entry(when="2020-02-10", muted="cooldown"), entry(Move.CLEARED, "2020-02-10 01:00:00"))
    assert world.deliver() == []
    assert len(world.rows()) == 2


# -- faults --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [408, 425, 429, 500, 503])
def test_an_error_that_may_pass_is_tried_again_later_as_the_same_message(make: Make, status: int) -> None:
    world = make()
    world.record(entry())
    world.status = status
    world.deliver()
    (row,) = world.rows()
    assert (row.state, row.settled, row.attempts, row.next_at) == ("waiting", False, 1, at("2020-02-10 12:01:00"))
    world.status, world.now = 204, at("2020-02-10 12:00:59")
    assert world.deliver() == []
    world.now = at("2020-02-10 12:01:00")
    (told,) = world.deliver()
    assert told["id"] == row.message
    assert [one.attempts for one in world.rows()] == [2]


def test_a_receiver_that_asks_for_patience_gets_it(make: Make) -> None:
    world = make()
    world.record(entry())
    world.status, world.wait = 429, 3600.0
    world.deliver()
    assert world.rows()[0].next_at == at("2020-02-10 13:00:00")


@pytest.mark.parametrize("status", [301, 400, 401, 403, 404, 410])
def test_an_error_that_does_not_pass_switches_the_channel_off_with_its_reason(make: Make, status: int) -> None:
    world = make()
    world.record(entry())
    world.status = status
    world.deliver()
    ((state, reason),) = world.states()
    switch = outbox.switches(world.store)["office"]
    assert (state, switch.off, switch.since, switch.reason) == ("failed", True, world.now, reason)
    assert str(status) in reason
    world.status = 204
    world.record(entry(rule="other"))
    assert world.deliver() == []
    assert world.states()[1] == ("held", f"{Why.OFF}: {reason}")
    assert outbox.switch_on(world.store, "office", world.now, at("2020-01-01")) == 1
    assert [len(one["alerts"]) for one in world.deliver()] == [1, 1]  # the failed one is still the message that it was


def test_a_library_that_breaks_is_no_reason_to_lose_a_message_nor_to_tell_its_words(make: Make) -> None:
    world = make()
    world.record(entry())
    world.broken = RuntimeError("mailto://ada:hunt3r@example.org")
    world.deliver()
    assert world.states() == [("waiting", "sending broke (RuntimeError); please report this")]
    assert "hunt3r" not in str(world.said)


def test_what_fails_for_fourteen_days_is_given_up(make: Make) -> None:
    world = make()
    world.record(entry())
    world.broken = ChannelError("no answer")
    world.deliver()
    world.now = at("2020-02-24 11:59:59")
    world.deliver()
    assert not world.rows()[0].settled
    world.now = at("2020-02-25 12:00:00")
    world.deliver()
    assert world.states() == [("failed", "given up after 14 days: no answer")]


def test_one_channel_that_is_off_leaves_the_others_as_they_are(tmp_path: Path) -> None:
    world = World(tmp_path, {"bad": HOOK, "good": HOOK}, {"MONITOR_CHANNEL_BAD_SECRET": "short"})
    world.record(entry())
    assert len(world.deliver()) == 1
    assert [world.states(name)[0][0] for name in ("bad", "good")] == ["failed", "sent"]
    assert "short" not in world.states("bad")[0][1].replace("too short", "")
    world.store.engine.dispose()


def test_a_channel_without_its_address_waits_for_it(tmp_path: Path) -> None:
    world = World(tmp_path, {"office": HOOK}, {"MONITOR_CHANNEL_OFFICE_URL": ""})
    world.record(entry())
    assert world.deliver() == []
    assert world.states() == [("held", "no address: MONITOR_CHANNEL_OFFICE_URL is not set")]
    world.secrets = {}
    assert len(world.deliver()) == 1
    world.store.engine.dispose()


def test_what_was_queued_for_a_channel_that_is_gone_is_held_for_good(make: Make) -> None:
    world = make()
    world.record(entry())
    world.tables = {}
    world.deliver()
    assert world.states() == [("held", Why.GONE.value)]
    assert world.rows()[0].settled


# -- nothing is sent unless switched on ------------------------------------------------------------------------------------


def test_a_channel_that_is_not_switched_on_says_what_it_would_send_and_never_sends_it(make: Make) -> None:
    world = make(enabled=False, quiet_from="00:00", quiet_until="23:00")
    world.record(entry())
    assert world.deliver() == []
    assert world.said == ["office: would send (not switched on) aegean: More than a hundred, raised (high): 150 is more than 100."]
    assert world.states() == [("held", Why.DRY_RUN.value)]
    world.tables = {"office": HOOK}
    assert world.deliver() == []
    world.record(entry(Move.CLEARED, "2020-02-10 11:00:00"))
    assert world.deliver() == []
    assert world.states()[1] == ("held", Why.UNTOLD.value)


def test_a_dry_run_of_a_channel_that_is_on_changes_nothing(make: Make) -> None:
    world = make()
    world.record(entry())
    before = world.rows()
    assert world.deliver(dry_run=True) == []
    assert "would send (dry run)" in world.said[0]
    assert world.rows() == before
    assert len(world.deliver()) == 1


# -- held -----------------------------------------------------------------------------------------------------------------


def test_quiet_hours_hold_until_they_end(make: Make) -> None:
    world = make(quiet_from="11:00", quiet_until="14:00")
    world.record(entry())
    assert world.deliver() == []
    assert [(row.state, row.reason, row.next_at) for row in world.rows()] == [("held", "quiet hours", at("2020-02-10 14:00:00"))]
    world.now = at("2020-02-10 13:59:59")
    assert world.deliver() == []
    world.now = at("2020-02-10 14:00:00")
    assert len(world.deliver()) == 1


def test_a_digest_brings_the_day_in_one_message(make: Make) -> None:
    world = make(digest_at="08:00")
    world.record(entry())
    world.deliver()
    world.now = at("2020-02-11 07:00:00")
    world.record(entry(rule="other"), entry(Move.CLEARED, "2020-02-11"))
    assert world.deliver() == []
    world.now = at("2020-02-11 08:00:00")
    (told,) = world.deliver()
    assert [(one["rule"]["id"], one["move"]) for one in told["alerts"]] == [("level", "raised"), ("other", "raised"), ("level", "cleared")]


def silenced(**more: Any) -> Any:
    return entry(Move.SILENCED, "2020-02-10 01:00:00", who="Ada", until=at("2020-02-12"), **more)


@pytest.mark.parametrize("over", [{}, {"series": None}, {"rule": "", "series": None}], ids=["series", "rule", "situation"])
def test_a_silence_holds_and_what_is_still_open_is_told_when_it_ends(make: Make, over: dict[str, Any]) -> None:
    world = make()
    world.record(silenced(**over), entry(when="2020-02-10 02:00:00"))
    assert world.deliver() == []
    assert [(row.reason, row.next_at) for row in world.rows()] == [("silenced: by Ada", at("2020-02-12"))]
    world.now = at("2020-02-12")
    assert len(world.deliver()) == 1


@pytest.mark.parametrize("over", [{"rule": "other"}, {"series": KEY._replace(breakdown="land")}, {"situation": "elsewhere"}])
def test_a_silence_of_something_else_holds_nothing(make: Make, over: dict[str, Any]) -> None:
    world = make()
    world.record(silenced(**over), entry(when="2020-02-10 02:00:00"))
    assert len(world.deliver()) == 1


def test_what_came_under_a_silence_joins_the_feed_when_that_is_over(make: Make) -> None:
    world = make()
    world.record(entry(when="2020-02-10"), silenced(), entry(Move.ESCALATED, "2020-02-10 02:00:00", rule="level"))
    world.now = at("2020-02-11")
    assert Delivery(world.settings, world.store, {"aegean": world.watched}).feed().count(b"<entry>") == 1
    world.now = at("2020-02-12")
    assert Delivery(world.settings, world.store, {"aegean": world.watched}).feed().count(b"<entry>") == 2


def test_a_silence_that_is_lifted_lets_go_at_once(make: Make) -> None:
    world = make()
    world.record(silenced(), entry(when="2020-02-10 02:00:00"))
    world.deliver()
    world.record(entry(Move.UNSILENCED, "2020-02-10 03:00:00", who="Ada"))
    assert len(world.deliver()) == 1


def test_what_ended_while_it_was_silenced_is_never_told_nor_its_end(make: Make) -> None:
    world = make()
    world.record(silenced(), entry(when="2020-02-10 02:00:00"))
    world.deliver()
    world.record(entry(Move.CLEARED, "2020-02-10 04:00:00"))
    world.deliver()
    world.now = at("2020-02-13")
    assert world.deliver() == []
    assert world.states() == [("held", Why.OVER.value), ("held", Why.UNTOLD.value)]


def test_of_what_grew_while_it_was_silenced_only_the_last_is_told(make: Make) -> None:
    world = make()
    world.record(silenced(), entry(when="2020-02-10 02:00:00"))
    world.deliver()
    world.record(entry(Move.ESCALATED, "2020-02-10 04:00:00", "critical", value=400.0))
    world.deliver()
    world.now = at("2020-02-13")
    (told,) = world.deliver()
    assert [one["move"] for one in told["alerts"]] == ["escalated"]
    assert [state for state, _ in world.states()] == ["held", "sent"]


def test_a_rule_whose_source_is_silent_is_held_with_that_reason(make: Make) -> None:
    world = make()
    world.record(entry(), entry(rule="other"))
    inhibited = {("level", KEY): "frontex has not answered since 1 January"}
    assert [len(one["alerts"]) for one in world.deliver(inhibited=inhibited)] == [1]
    assert world.states()[0] == ("held", "the source is silent: frontex has not answered since 1 January")
    assert len(world.deliver()) == 1


def test_while_the_rule_of_silence_is_open_the_rules_on_its_source_are_held_and_itself_is_told(make: Make) -> None:
    world = make()
    silent = dataclasses.replace(rule("silence", KEY, "silent"), name="Frontex is silent")
    world.watched = dataclasses.replace(world.watched, rules=(*world.watched.rules, silent))
    world.record(entry(rule="silent"), entry())
    (told,) = world.deliver()
    assert [one["rule"]["name"] for one in told["alerts"]] == ["Frontex is silent"]
    assert world.states()[1] == ("held", "the source is silent: 150 is more than 100.")
    world.record(entry(Move.CLEARED, "2020-02-10 10:00:00", rule="silent"))
    assert [[one["rule"]["id"] for one in told["alerts"]] for told in world.deliver()] == [["level", "silent"]]
