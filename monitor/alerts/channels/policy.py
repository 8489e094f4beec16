"""Who is told of an entry of the ledger through a channel, and whether now: subscriptions, quiet hours, digests, further tries."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from monitor.alerts import state, telling
from monitor.alerts.channels.described import Channel
from monitor.model import FIRING, SeriesKey, Severity, Transition

FIRST_WAIT, LONGEST_WAIT, FACTOR = dt.timedelta(minutes=1), dt.timedelta(hours=6), 4
Silenced = Mapping[tuple[str, SeriesKey], str]  # rules inhibited by the silence of their source, with the reason


class Why(StrEnum):
    """Why a message is held. The first ones pass, the last ones are for good."""

    QUIET_HOURS = "quiet hours"
    DIGEST = "waits for the digest"
    SILENCED = "silenced"
    INHIBITED = "the source is silent"
    OFF = "the channel is switched off"
    NO_ADDRESS = "no address"
    DRY_RUN = "dry run: the channel is not switched on"
    OVER = "over, or told by a later entry, before it could be sent"
    UNTOLD = "its alert was not told"
    GONE = "the channel is no longer configured"


@dataclass(frozen=True, slots=True)
class Hold:
    """Do not send, for a reason; `for_good` says that nothing will change that."""

    why: Why
    more: str = ""
    until: dt.datetime | None = None
    for_good: bool = False

    @property
    def reason(self) -> str:
        return f"{self.why}: {self.more}" if self.more else self.why.value


def subscribes(channel: Channel, entry: Transition) -> bool:
    """Whether an entry is of a situation, a place and a severity that a channel wants.

    What ends is of the severity that was told last; an alert told as critical and ended as high still is followed up, since
    only what was queued for a channel is.
    """
    if channel.situations and entry.situation not in channel.situations:
        return False
    if channel.places and not (entry.series and channel.places & {entry.series.location, entry.series.origin}):
        return False
    return entry.move not in FIRING or at_least(entry.severity, channel.severity)


def at_least(severity: Severity, least: Severity) -> bool:
    """Whether a severity is no lower than another."""
    return state.RANKS.index(severity) >= state.RANKS.index(least)


def still_news(entry: Transition, entries: Sequence[Transition]) -> bool:
    """Whether an alert that was held is open still, and this is the last that was said of it.

    `entries` are of its situation, oldest first. What ends an alert is news as long as the alert does not fire again.
    """
    of_rule = [one for one in entries if (one.rule, one.series) == (entry.rule, entry.series)]
    now = state.derived(of_rule)
    return entry == (now.worst if entry.move in FIRING else now.last)


def hold(
    channel: Channel, entry: Transition, queued_at: dt.datetime, now: dt.datetime, entries: Sequence[Transition], inhibited: Silenced
) -> Hold | None:
    """Why an entry is not sent now through a channel that is on; None: it is."""
    silenced = telling.silence(entry, entries, now)
    if silenced:
        who = f"by {silenced.who}" if silenced.who else ""
        return Hold(Why.SILENCED, who, silenced.until)
    if entry.series is not None and (entry.rule, entry.series) in inhibited:
        return Hold(Why.INHIBITED, inhibited[entry.rule, entry.series])
    if channel.critical_passes and entry.severity is Severity.CRITICAL:
        return None
    due = digest_due(channel, queued_at)
    if due and now < due:
        return Hold(Why.DIGEST, until=due)
    quiet = quiet_until(channel, now)
    return Hold(Why.QUIET_HOURS, until=quiet) if quiet else None


def digest_due(channel: Channel, queued_at: dt.datetime) -> dt.datetime | None:
    """The first digest after something was queued; None for a channel that sends at once."""
    if channel.digest_at is None:
        return None
    today = queued_at.astimezone(channel.zone).date()
    due = (_moment(channel, today + dt.timedelta(days=n), channel.digest_at) for n in (0, 1, 2))
    return next(moment for moment in due if moment > queued_at)


def quiet_until(channel: Channel, now: dt.datetime) -> dt.datetime | None:
    """When the quiet hours end that a moment lies in; None when it lies in none."""
    if channel.quiet_from is None or channel.quiet_until is None:
        return None
    today = now.astimezone(channel.zone).date()
    for day in (today - dt.timedelta(days=1), today):
        over = channel.quiet_until <= channel.quiet_from
        start = _moment(channel, day, channel.quiet_from)
        end = _moment(channel, day + dt.timedelta(days=1) if over else day, channel.quiet_until)
        if start <= now < end:
            return end
    return None


def _moment(channel: Channel, day: dt.date, time: dt.time) -> dt.datetime:
    """A time of a day of the subscriber as a moment. One that the clocks pass over is as long after the change as it
    is after the hour that is left out; of one that comes twice it is the first."""
    return dt.datetime.combine(day, time, channel.zone).astimezone(dt.UTC)


def next_try(attempts: int, now: dt.datetime, asked: float | None = None) -> dt.datetime:
    """When to try again after so many attempts: 1 minute, 4, 16, ... at most 6 hours; later if the receiver `asked` for seconds."""
    wait = min(FIRST_WAIT * int(FACTOR ** min(attempts - 1, 10)), LONGEST_WAIT)
    return now + max(wait, min(dt.timedelta(seconds=asked or 0), dt.timedelta(days=1)))
