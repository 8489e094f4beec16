"""Who is told, and when: tables of cases, both sides of each boundary."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.alerts import telling
from monitor.alerts.channels import policy
from monitor.model import Move, SeriesKey
from tests.building_delivery import channel, entry
from tests.building_store import at

GREECE = SeriesKey("odp", "arrivals", "GRC", "SYR", "sea")


@pytest.mark.parametrize(
    ("table", "made", "told"),
    [
        ({}, {}, True),
        ({"situations": ["aegean"]}, {}, True),
        ({"situations": ["sudan"]}, {}, False),
        ({"severity": "high"}, {"severity": "medium"}, False),
        ({"severity": "high"}, {"severity": "high"}, True),
        ({"severity": "high"}, {"severity": "critical"}, True),
        ({"severity": "critical"}, {"severity": "high"}, False),
        ({"severity": "critical"}, {"severity": "high", "move": Move.CLEARED}, True),  # if its alert was told, which the outbox knows
        ({"places": ["eastern-mediterranean"]}, {}, True),
        ({"places": ["GRC"]}, {}, False),
        ({"places": ["GRC"]}, {"series": GREECE}, True),
        ({"places": ["SYR"]}, {"series": GREECE}, True),
        ({"places": ["TUR", "SYR"]}, {"series": GREECE}, True),
        ({"places": ["GRC"], "severity": "critical"}, {"series": GREECE}, False),
        ({"places": ["GRC"]}, {"series": None}, False),
    ],
)
def test_a_subscription_is_by_situation_severity_and_place(table: dict[str, Any], made: dict[str, Any], told: bool) -> None:
    assert policy.subscribes(channel(**table), entry(**made)) is told


ATHENS = {"quiet_from": "22:00", "quiet_until": "07:00", "time_zone": "Europe/Athens"}
NOON = {"quiet_from": "12:00", "quiet_until": "14:00"}
EARLY = {"quiet_from": "22:00", "quiet_until": "03:30", "time_zone": "Europe/Athens"}  # an hour that is left out, or comes twice


@pytest.mark.parametrize(
    ("table", "now", "until"),
    [
        ({}, "2020-02-10 03:00:00", None),
        (NOON, "2020-02-10 11:59:59", None),
        (NOON, "2020-02-10 12:00:00", "2020-02-10 14:00:00"),
        (NOON, "2020-02-10 13:59:59", "2020-02-10 14:00:00"),
        (NOON, "2020-02-10 14:00:00", None),
        # Athens is two hours ahead of UTC in winter, three in summer.
        (ATHENS, "2020-02-10 19:59:59", None),
        (ATHENS, "2020-02-10 20:00:00", "2020-02-11 05:00:00"),
        (ATHENS, "2020-02-10 22:30:00", "2020-02-11 05:00:00"),  # past midnight there
        (ATHENS, "2020-02-11 04:59:59", "2020-02-11 05:00:00"),
        (ATHENS, "2020-02-11 05:00:00", None),
        (ATHENS, "2020-07-10 19:00:00", "2020-07-11 04:00:00"),
        (ATHENS, "2020-07-11 04:00:00", None),
        # The night of 29 March 2020 is an hour shorter, that of 25 October an hour longer.
        (ATHENS, "2020-03-28 20:00:00", "2020-03-29 04:00:00"),
        (ATHENS, "2020-03-29 03:59:59", "2020-03-29 04:00:00"),
        (ATHENS, "2020-03-29 04:00:00", None),
        (ATHENS, "2020-10-24 19:00:00", "2020-10-25 05:00:00"),
        (ATHENS, "2020-10-25 04:59:59", "2020-10-25 05:00:00"),
        # 03:30 is left out on 29 March (as long after the change: 04:30), and comes twice on 25 October (the first).
        (EARLY, "2020-03-29 01:29:59", "2020-03-29 01:30:00"),
        (EARLY, "2020-03-29 01:30:00", None),
        (EARLY, "2020-10-25 00:29:59", "2020-10-25 00:30:00"),
        (EARLY, "2020-10-25 00:30:00", None),
        (EARLY, "2020-10-25 01:15:00", None),  # 03:15 there, for the second time
    ],
)
def test_quiet_hours_are_those_of_the_subscriber(table: dict[str, Any], now: str, until: str | None) -> None:
    assert policy.quiet_until(channel(**table), at(now)) == (at(until) if until else None)


@pytest.mark.parametrize(
    ("queued", "due"),
    [
        ("2020-02-10 05:59:59", "2020-02-10 06:00:00"),
        ("2020-02-10 06:00:00", "2020-02-11 06:00:00"),
        ("2020-02-10 23:30:00", "2020-02-11 06:00:00"),
        ("2020-03-28 12:00:00", "2020-03-29 05:00:00"),
        ("2020-10-24 12:00:00", "2020-10-25 06:00:00"),
    ],
)
def test_a_digest_comes_at_its_hour_of_the_subscribers_day(queued: str, due: str) -> None:
    assert policy.digest_due(channel(digest_at="08:00", time_zone="Europe/Athens"), at(queued)) == at(due)


ZONES = st.sampled_from(
    ["UTC", "Europe/Athens", "America/Bogota", "Asia/Kathmandu", "Australia/Lord_Howe", "America/St_Johns", "Pacific/Apia"]
)
TIMES = st.times().map(lambda time: f"{time:%H:%M}")
MOMENTS = st.datetimes(dt.datetime(2011, 1, 1), dt.datetime(2030, 1, 1), timezones=st.just(dt.UTC))  # noqa: DTZ001


@settings(deadline=None)
@given(zone=ZONES, start=TIMES, end=TIMES, now=MOMENTS)
def test_quiet_hours_always_end_within_a_day_or_so_and_then_are_over(zone: str, start: str, end: str, now: dt.datetime) -> None:
    if start == end:
        return
    one = channel(quiet_from=start, quiet_until=end, time_zone=zone)
    until = policy.quiet_until(one, now)
    if until is not None:
        assert now < until <= now + dt.timedelta(hours=49)  # Apia once left out a whole day
        assert policy.quiet_until(one, until) is None


@settings(deadline=None)
@given(zone=ZONES, time=TIMES, queued=MOMENTS)
def test_a_digest_is_always_due_within_a_day_or_so(zone: str, time: str, queued: dt.datetime) -> None:
    due = policy.digest_due(channel(digest_at=time, time_zone=zone), queued)
    assert due is not None
    assert queued < due <= queued + dt.timedelta(hours=49)


@pytest.mark.parametrize(
    ("severity", "passes", "held"),
    [("critical", True, False), ("critical", False, True), ("high", True, True)],
)
def test_what_is_critical_passes_quiet_hours_and_digest_where_that_is_said(severity: str, passes: bool, held: bool) -> None:
    for table in (NOON, {"digest_at": "08:00"}):
        one = channel(critical_passes=passes, **table)
        now = at("2020-02-10 12:00:00")
        assert (policy.hold(one, entry(severity=severity), now, now, [], {}) is not None) is held


def test_a_silence_holds_what_is_critical_too() -> None:
    made = entry(severity="critical")
    silence = entry(Move.SILENCED, "2020-02-09", who="Ada", until=at("2020-02-12"))
    held = policy.hold(channel(critical_passes=True), made, at("2020-02-10"), at("2020-02-10"), [silence, made], {})
    assert held is not None
    assert (held.why, held.reason, held.until) == (policy.Why.SILENCED, "silenced: by Ada", at("2020-02-12"))


@pytest.mark.parametrize(
    ("now", "holds"), [("2020-02-08 23:59:59", False), ("2020-02-09", True), ("2020-02-11 23:59:59", True), ("2020-02-12", False)]
)
def test_a_silence_holds_from_when_it_was_put_until_its_end(now: str, holds: bool) -> None:
    silence = entry(Move.SILENCED, "2020-02-09", who="Ada", until=at("2020-02-12"))
    assert (telling.silence(entry(), [silence], at(now)) is not None) is holds


def test_a_silence_without_an_end_holds_until_it_is_lifted() -> None:
    silence = entry(Move.SILENCED, "2020-02-09", who="Ada")
    lifted = entry(Move.UNSILENCED, "2020-02-20", who="Ada")
    assert telling.silence(entry(), [silence], at("2030-01-01")) == silence
    assert telling.silence(entry(), [silence, lifted], at("2020-02-20")) is None


def test_only_the_last_word_on_an_open_alert_is_news_still() -> None:
    raised, worse, other = entry(), entry(Move.ESCALATED, "2020-02-11", value=400.0), entry(rule="other", when="2020-02-12")
    over, again = entry(Move.CLEARED, "2020-02-13"), entry(when="2020-02-14")
    so_far = [raised, worse, other]
    assert [policy.still_news(one, so_far) for one in so_far] == [False, True, True]
    assert [policy.still_news(one, [*so_far, over]) for one in (worse, over)] == [False, True]
    assert [policy.still_news(one, [*so_far, over, again]) for one in (worse, over, again)] == [False, False, True]
    seen = dataclasses.replace(raised, move=Move.ACKNOWLEDGED, at=at("2020-02-15"))
    assert policy.still_news(again, [*so_far, over, again, seen])


@pytest.mark.parametrize(
    ("attempts", "asked", "minutes"),
    [
        (1, None, 1),
        (2, None, 4),
        (3, None, 16),
        (4, None, 64),
        (5, None, 256),
        (6, None, 360),
        (60, None, 360),
        (1, 30.0, 1),
        (1, 600.0, 10),
        (1, 1e9, 1440),
    ],
)
def test_a_further_try_waits_longer_and_longer(attempts: int, asked: float | None, minutes: int) -> None:
    now = at("2020-02-10 12:00:00")
    assert policy.next_try(attempts, now, asked) == now + dt.timedelta(minutes=minutes)
