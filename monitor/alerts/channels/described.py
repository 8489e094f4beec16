"""A channel as the operator describes it in monitor.toml, checked: `[channels.NAME]`.

The address and the secret of a channel are never in that file: MONITOR_CHANNEL_<NAME>_URL and _SECRET hold them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from monitor import places
from monitor.errors import SettingsError
from monitor.model import Severity

KINDS = ("apprise", "webhook")
KEYS = (
    "kind",
    "enabled",
    "situations",
    "places",
    "severity",
    "digest_at",
    "quiet_from",
    "quiet_until",
    "critical_passes",
    "time_zone",
    "picture",
)
SECRET_KEYS = ("url", "secret")


@dataclass(frozen=True, slots=True)
class Channel:
    """Who is told through it, and when. Empty `situations` or `places` mean all of them.

    Times are wall clock in `zone`. With `digest_at` what is to be told waits for that time of day; between `quiet_from` and
    `quiet_until` nothing is sent. With `critical_passes` neither holds what is critical.
    """

    name: str
    kind: str
    enabled: bool = False
    situations: frozenset[str] = frozenset()
    places: frozenset[str] = frozenset()
    severity: Severity = Severity.MEDIUM  # at least
    digest_at: dt.time | None = None
    quiet_from: dt.time | None = None
    quiet_until: dt.time | None = None
    critical_passes: bool = False
    zone: dt.tzinfo = dt.UTC
    picture: bool = True

    @property
    def variable(self) -> str:
        """How the names of its environment variables begin."""
        return f"MONITOR_CHANNEL_{self.name.upper().replace('-', '_')}"


def channels(tables: Mapping[str, Any], situations: Collection[str] | None = None) -> dict[str, Channel]:
    """The channels of the configuration by name. Raises SettingsError for one that cannot be used as it stands.

    With the ids of the situations, a subscription to an unknown one is refused, too.
    """
    found = {name: _channel(name, table) for name, table in sorted(tables.items())}
    for one in found.values() if situations is not None else ():
        unknown = sorted(one.situations - set(situations or ()))
        if unknown:
            raise _refused(one.name, f"no situation {unknown[0]!r}; there are {', '.join(situations or ())}")
        for code in sorted(one.places - set(situations or ())):
            if places.find(code) is None:
                raise _refused(one.name, f"no place {code!r}; a code such as GRC or eastern-mediterranean is due")
    return found


def _channel(name: str, table: Any) -> Channel:
    if not name or any(not ("a" <= letter <= "z" or letter.isdigit() or letter == "-") for letter in name):
        raise _refused(name, "a name has small letters, digits and hyphens only")
    if not isinstance(table, dict):
        raise _refused(name, f"a table [channels.{name}] is due")
    for key in table:
        if key in SECRET_KEYS:
            variable = f"{Channel(name, '').variable}_{key.upper()}"
            raise _refused(name, f"{key!r} is a secret: put it into the environment as {variable}, not into this file")
        if key not in KEYS:
            raise _refused(name, f"unknown key {key!r}; there are {', '.join(KEYS)}")
    if table.get("kind") not in KINDS:
        raise _refused(name, f"kind is {table.get('kind')!r}; one of {', '.join(KINDS)} is due")
    made = Channel(
        name,
        table["kind"],
        _flag(name, table, "enabled", False),
        _codes(name, table, "situations"),
        _codes(name, table, "places"),
        _severity(name, table),
        _time(name, table, "digest_at"),
        _time(name, table, "quiet_from"),
        _time(name, table, "quiet_until"),
        _flag(name, table, "critical_passes", False),
        _zone(name, table),
        _flag(name, table, "picture", True),
    )
    _check_times(made)
    return made


def _check_times(one: Channel) -> None:
    if (one.quiet_from is None) != (one.quiet_until is None):
        raise _refused(one.name, "quiet hours have a beginning (quiet_from) and an end (quiet_until)")
    if one.quiet_from is None or one.quiet_until is None:
        return
    if one.quiet_from == one.quiet_until:
        raise _refused(one.name, "quiet hours that end when they begin are none")
    if one.digest_at is not None and _between(one.quiet_from, one.digest_at, one.quiet_until):
        raise _refused(one.name, "digest_at lies in the quiet hours, so that nothing would be sent at that time")


def _between(first: dt.time, time: dt.time, end: dt.time) -> bool:
    return first <= time < end if first < end else time >= first or time < end


def _refused(name: str, message: str) -> SettingsError:
    return SettingsError(f"channel {name!r} of the configuration file: {message}")


def _flag(name: str, table: Mapping[str, Any], key: str, default: bool) -> bool:
    value = table.get(key, default)
    if not isinstance(value, bool):
        raise _refused(name, f"{key} is {value!r}; true or false is due")
    return value


def _codes(name: str, table: Mapping[str, Any], key: str) -> frozenset[str]:
    value = table.get(key, [])
    if not isinstance(value, list) or not all(isinstance(code, str) and code for code in value) or (key in table and not value):
        raise _refused(name, f"{key} is {value!r}; a list of codes is due, or no such key for all of them")
    return frozenset(value)


def _severity(name: str, table: Mapping[str, Any]) -> Severity:
    value = table.get("severity", Severity.MEDIUM.value)
    if value not in [one.value for one in Severity]:
        raise _refused(name, f"severity is {value!r}; one of {', '.join(Severity)} is due")
    return Severity(value)


def _time(name: str, table: Mapping[str, Any], key: str) -> dt.time | None:
    value = table.get(key)
    try:
        time = value if value is None or isinstance(value, dt.time) else dt.time.fromisoformat(str(value))
    except ValueError:
        time = dt.time(0, 0, 1)
    if time is not None and (time.second or time.microsecond or time.tzinfo):
        raise _refused(name, f'{key} is {value!r}; a time of day such as "22:00" is due')
    return time


def _zone(name: str, table: Mapping[str, Any]) -> ZoneInfo:
    value = table.get("time_zone", "UTC")
    try:
        return ZoneInfo(value)
    except (KeyError, ValueError, TypeError, OSError):
        raise _refused(name, f"time_zone is {value!r}; a name such as Europe/Athens is due") from None
