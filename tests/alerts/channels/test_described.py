"""A channel as monitor.toml describes it: what is taken, and what is refused with words that say what is due."""

from __future__ import annotations

import datetime as dt
import tomllib
from typing import Any

import pytest

from monitor.alerts.channels.described import channels
from monitor.errors import SettingsError
from monitor.model import Severity
from monitor.settings import load

WHOLE = """
kind = "apprise"
enabled = true
situations = ["aegean"]
places = ["GRC", "eastern-mediterranean", "aegean"]
severity = "high"
digest_at = 08:00:00
quiet_from = "22:00"
quiet_until = "07:00"
critical_passes = true
time_zone = "Europe/Athens"
picture = false
"""


def test_a_whole_table_is_read() -> None:
    one = channels({"field-office": tomllib.loads(WHOLE)}, ["aegean"])["field-office"]
    assert (one.kind, one.enabled, one.severity, one.critical_passes, one.picture) == ("apprise", True, Severity.HIGH, True, False)
    assert (one.digest_at, one.quiet_from, one.quiet_until) == (dt.time(8), dt.time(22), dt.time(7))
    assert (str(one.zone), one.places, one.situations) == ("Europe/Athens", {"GRC", "eastern-mediterranean", "aegean"}, {"aegean"})
    assert one.variable == "MONITOR_CHANNEL_FIELD_OFFICE"


def test_the_least_that_is_due_is_a_kind_and_it_is_not_switched_on() -> None:
    one = channels({"office": {"kind": "webhook"}})["office"]
    assert (one.enabled, one.severity, one.situations, one.places, one.digest_at, one.quiet_from) == (
        False,
        "medium",
        set(),
        set(),
        None,
        None,
    )


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"kind": "pigeon"}, "kind is 'pigeon'; one of apprise, webhook is due"),
        ({"kind": None}, "kind is None"),
        ({"enable": True}, "unknown key 'enable'"),
        ({"enabled": "yes"}, "enabled is 'yes'; true or false"),
        ({"url": "https://hooks.example/hunt3r"}, "put it into the environment as MONITOR_CHANNEL_OFFICE_URL"),
        ({"secret": "hunt3r"}, "put it into the environment as MONITOR_CHANNEL_OFFICE_SECRET"),
        ({"severity": "low"}, "one of medium, high, critical"),
        ({"situations": "aegean"}, "a list of codes"),
        ({"situations": []}, "a list of codes is due, or no such key"),
        ({"situations": ["egean"]}, "no situation 'egean'; there are aegean"),
        ({"places": ["GR"]}, "no place 'GR'"),
        ({"places": [1]}, "a list of codes"),
        ({"digest_at": 8}, "a time of day"),
        ({"digest_at": "25:00"}, "a time of day"),
        ({"quiet_from": "22:00:30", "quiet_until": "07:00"}, "a time of day"),
        ({"quiet_from": "22:00"}, "a beginning (quiet_from) and an end (quiet_until)"),
        ({"quiet_from": "22:00", "quiet_until": "22:00"}, "are none"),
        ({"quiet_from": "22:00", "quiet_until": "07:00", "digest_at": "22:00"}, "lies in the quiet hours"),
        ({"quiet_from": "22:00", "quiet_until": "07:00", "digest_at": "06:59"}, "lies in the quiet hours"),
        ({"quiet_from": "01:00", "quiet_until": "07:00", "digest_at": "06:00"}, "lies in the quiet hours"),
        ({"time_zone": "Europe/Atlantis"}, "a name such as Europe/Athens"),
        ({"time_zone": "../../etc/passwd"}, "a name such as Europe/Athens"),
        ({"time_zone": 2}, "a name such as Europe/Athens"),
    ],
)
def test_what_cannot_be_used_is_refused_with_what_is_due(change: dict[str, Any], told: str) -> None:
    with pytest.raises(SettingsError) as refused:
        channels({"office": {"kind": "webhook", **change}}, ["aegean"])
    assert "channel 'office'" in str(refused.value)
    assert told in str(refused.value)
    assert "hunt3r" not in str(refused.value)


@pytest.mark.parametrize("time", ["07:00", "21:59"])
def test_a_digest_at_the_edge_of_the_quiet_hours_is_taken(time: str) -> None:
    assert channels({"office": {"kind": "webhook", "quiet_from": "22:00", "quiet_until": "07:00", "digest_at": time}})


@pytest.mark.parametrize("name", ["", "Office", "field office", "field_office", "büro"])
def test_a_name_that_is_no_part_of_a_variable_is_refused(name: str) -> None:
    with pytest.raises(SettingsError, match="small letters, digits and hyphens"):
        channels({name: {"kind": "webhook"}})


def test_addresses_and_secrets_come_from_the_environment_and_show_nowhere() -> None:
    found = load(
        {"MONITOR_CHANNEL_OFFICE_URL": "mailto://hunt3r", "MONITOR_CHANNEL_OFFICE_SECRET": "hunt3r", "MONITOR_URL": "https://m.example/"}
    )
    assert found.channel_secrets == {"MONITOR_CHANNEL_OFFICE_URL": "mailto://hunt3r", "MONITOR_CHANNEL_OFFICE_SECRET": "hunt3r"}
    assert "hunt3r" not in repr(found)
    assert (found.url, found.options) == ("https://m.example", {})
