"""The order of work of telling: what is due in the outbox is grouped into messages, sent, and noted.

Nobody waits for it with the store held: rows are taken for a while, sent, and marked. A process that is killed between
sending and marking sends again when that while is over, under the same id; in normal running nothing is sent twice.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import os
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from monitor import http, watch
from monitor.alerts import telling
from monitor.alerts.channels import atom, message, picture, policy, services, webhook
from monitor.alerts.channels.described import Channel, channels
from monitor.alerts.channels.message import Item, Message, Terms
from monitor.alerts.channels.policy import Hold, Why
from monitor.errors import ChannelError, MonitorError, SettingsError
from monitor.model import FIRING, Situation, Transition
from monitor.settings import Settings
from monitor.store import Store, ledger, outbox, read
from monitor.store.outbox import Row, State

TAKEN = dt.timedelta(minutes=10)  # longer than any attempt to send
FEED_ENTRIES = 50
Say = Callable[[str], None]


@dataclass
class Delivery:
    """One round of telling. `say` gets a line for whatever happens, `post` and `notify` reach the world."""

    settings: Settings
    store: Store
    situations: Mapping[str, Situation]
    say: Say = lambda line: None
    dry_run: bool = False
    post: webhook.Post = http.post
    notify: Callable[[str, Message], None] = services.send
    muted: dict[str, policy.Silenced] = field(default_factory=dict)  # by situation, as looked up in this round
    read: dict[str, list[Transition]] = field(default_factory=dict)  # the same, of the ledger

    def run(self) -> None:
        """Tell what is due. One channel that fails leaves the others as they are."""
        known = channels(self.settings.channels, self.situations)
        waiting: dict[str, list[Row]] = defaultdict(list)
        for row in outbox.pending(self.store):
            waiting[row.channel].append(row)
        off = {name: one for name, one in outbox.switches(self.store).items() if one.off}
        for name, rows in waiting.items():
            if name not in known:
                self._mark(rows, State.HELD, Why.GONE.value, settled=True)
            elif name in off and known[name].enabled:
                self._hold(rows, Hold(Why.OFF, off[name].reason))
            else:
                self._channel(known[name], rows)

    def _channel(self, channel: Channel, rows: Sequence[Row]) -> None:
        """Everything that is due for one channel, one message for each situation."""
        if channel.enabled and not self.address(channel):
            self._hold(rows, Hold(Why.NO_ADDRESS, f"{channel.variable}_URL is not set"))
            return
        now = self.settings.clock()
        groups: dict[tuple[str, str], list[Row]] = defaultdict(list)
        for row in rows:
            if row.next_at is not None and row.state is State.WAITING and now < row.next_at:
                continue
            held = self._reason(channel, row, now)
            if held is None:
                groups[row.entry.situation, row.message].append(row)
            elif not self.dry_run:
                self._hold([row], held)
        for (situation, given), some in groups.items():
            if not self._tell(channel, situation, given, some):
                break

    def _reason(self, channel: Channel, row: Row, now: dt.datetime) -> Hold | None:
        """Why a row is not sent now; None: it is."""
        entries = [one for one in self._entries(row.entry.situation) if one.at <= max(now, row.entry.at)]
        late = row.state is State.HELD and not row.reason.startswith((Why.QUIET_HOURS, Why.DIGEST))
        if late and not policy.still_news(row.entry, entries):
            return Hold(Why.OVER, for_good=True)
        if row.entry.move not in FIRING and not self._alert_told(channel, row):
            return Hold(Why.UNTOLD, for_good=True)
        quiet = channel if channel.enabled else dataclasses.replace(channel, digest_at=None, quiet_from=None, quiet_until=None)
        return policy.hold(quiet, row.entry, row.queued_at, now, entries, self._inhibited(row.entry.situation, now))

    def _entries(self, situation: str) -> list[Transition]:
        """The ledger of a situation, read once in a round."""
        if situation not in self.read:
            self.read[situation] = ledger.entries(self.store, situation, dt.datetime.max.replace(tzinfo=dt.UTC))
        return self.read[situation]

    def _inhibited(self, situation: str, now: dt.datetime) -> policy.Silenced:
        """The rules of a situation that a silence of their source mutes now."""
        if situation not in self.muted:
            known = self.situations.get(situation)
            self.muted[situation] = watch.inhibited(self.store, known, now) if known else {}
        return self.muted[situation]

    def _alert_told(self, channel: Channel, row: Row) -> bool:
        """Whether the alert that a row ends was told through the channel, or is about to be."""
        with self.store.reading() as connection:
            rows = outbox.since_raised(connection, row.ledger_id, row.entry, channel.name)
        dry = (State.HELD, True, Why.DRY_RUN.value)
        return any(
            state is State.SENT or not settled or (not channel.enabled and (state, settled, why) == dry) for state, settled, why in rows
        )

    def _tell(self, channel: Channel, situation: str, given: str, rows: Sequence[Row]) -> bool:
        """Send one message; False where the channel was switched off by it."""
        if self.dry_run or not channel.enabled:
            self._say_only(channel, rows)
            return True
        now = self.settings.clock()
        id = given or f"msg_{uuid.uuid4().hex}"
        if not outbox.take(self.store, rows, id, now, now + TAKEN):
            return True  # somebody else is at it
        made = Message(id, situation, self.names.get(situation, situation), tuple(self._items(rows, pictures=channel.picture)))
        try:
            self.send(channel, made)
        except ChannelError as error:
            return self._failed(channel, rows, error)
        except Exception as error:  # a library that breaks; its words could hold the address
            return self._failed(channel, rows, ChannelError(f"sending broke ({type(error).__name__}); please report this"))
        self._mark(rows, State.SENT, settled=True)
        self.say(f"{channel.name}: sent {made.title}")
        return True

    def _say_only(self, channel: Channel, rows: Sequence[Row]) -> None:
        made = Message("", rows[0].entry.situation, "", tuple(self._items(rows, pictures=False)))
        why = "dry run" if channel.enabled else "not switched on"
        for one in made.items:
            said = f"{one.rule}, {message.told_move(one.entry.move)} ({one.entry.severity}): {one.entry.verdict.sentence}"
            self.say(f"{channel.name}: would send ({why}) {made.situation}: {said}")
        if not channel.enabled:
            self._mark(rows, State.HELD, Why.DRY_RUN.value, settled=True)

    def _failed(self, channel: Channel, rows: Sequence[Row], error: ChannelError) -> bool:
        """Note an attempt that failed. An error that does not pass switches the channel off."""
        now = self.settings.clock()
        if error.permanent:
            outbox.switch_off(self.store, channel.name, str(error), now)
            self._mark(rows, State.FAILED, str(error), settled=True)
            self.say(f"{channel.name}: switched off: {error}. When it is mended: python -m monitor channels on {channel.name}")
            return False
        old = [row for row in rows if now - row.queued_at >= telling.OLDEST]
        young = [row for row in rows if row not in old]
        self._mark(old, State.FAILED, f"given up after {telling.OLDEST.days} days: {error}", settled=True)
        for row in young:
            self._mark([row], State.WAITING, str(error), next_at=policy.next_try(row.attempts + 1, now, error.wait))
        self.say(f"{channel.name}: not sent: {error}; it is tried again")
        return True

    def send(self, channel: Channel, made: Message) -> None:
        """Send a message through a channel; raises ChannelError where it was not taken."""
        address = self.address(channel)
        if not address:
            raise ChannelError(f"{channel.variable}_URL is not set")
        if channel.kind == "webhook":
            secret = self.settings.channel_secrets.get(f"{channel.variable}_SECRET", "")
            webhook.send(address, secret, made, self.settings.clock(), self.post)
        else:
            self.notify(address, made)

    def test(self, name: str) -> None:
        """Send a message that says that it is a test; raises SettingsError for an unknown channel, ChannelError where it was not taken."""
        known = channels(self.settings.channels, self.situations)
        if name not in known:
            raise SettingsError(f"no channel {name!r}; the configuration file has {', '.join(known) or 'none'}")
        note = "This is a test. Alerts of the channel come this way."
        self.send(known[name], Message(f"msg_{uuid.uuid4().hex}", "", "", (), note))

    def address(self, channel: Channel) -> str:
        """Where a channel sends: a secret."""
        return self.settings.channel_secrets.get(f"{channel.variable}_URL", "")

    @cached_property
    def names(self) -> dict[str, str]:
        """The situations' names by id."""
        return {one.id: one.name for one in self.situations.values()}

    @cached_property
    def terms(self) -> dict[str, Terms]:
        """Each source's name and terms, read once in a round."""
        return _terms(self.store)

    def _items(self, rows: Sequence[Row], *, pictures: bool) -> list[Item]:
        return [self.item(row.entry, picture=pictures) for row in rows]

    def item(self, entry: Transition, *, picture: bool) -> Item:
        """An entry with everything that is said of it."""
        rules = self.situations[entry.situation].rules if entry.situation in self.situations else ()
        of_id = [rule for rule in rules if rule.id == entry.rule]
        rule = next((one for one in of_id if one.series == entry.series), of_id[0] if of_id else None)
        made = message.item(entry, rule, self.settings.url, self.terms, self.names)
        return dataclasses.replace(made, picture=self._picture(entry, made)) if picture else made

    def _picture(self, entry: Transition, made: Item) -> bytes:
        if entry.series is None:
            return b""
        try:
            points, frequency = watch.as_known(self.store, entry.series, entry.at)
            return picture.of(entry, points, frequency, made.series) if points else b""
        except Exception as error:  # better told without a picture than not at all
            self.say(f"{entry.rule}: no chart ({type(error).__name__}); please report this")
            return b""

    def feed(self) -> bytes:
        """The Atom feed of what was told last, over all situations."""
        newest = [one for one in ledger.newest(self.store, FEED_ENTRIES * 4) if _in_feed(one) and not self._silenced(one)]
        entries = newest[:FEED_ENTRIES]
        return atom.feed([self.item(entry, picture=False) for entry in entries], self.settings.url)

    def _silenced(self, entry: Transition) -> bool:
        """Whether an entry came under a silence that lasts: it joins the feed when the silence is over or lifted."""
        silence = telling.silence(entry, self._entries(entry.situation), self.settings.clock())
        return silence is not None and silence.at <= entry.at

    def write_feed(self) -> None:
        """Write the feed beside the page, whole or not at all."""
        file = self.settings.feed_file
        file.parent.mkdir(parents=True, exist_ok=True)
        fresh = file.with_name(f".{file.name}.{os.getpid()}")
        fresh.write_bytes(self.feed())
        fresh.replace(file)

    def _hold(self, rows: Sequence[Row], why: Hold) -> None:
        fresh = [row for row in rows if (row.state, row.reason, row.next_at) != (State.HELD, why.reason, why.until)]
        self._mark(fresh, State.HELD, why.reason, settled=why.for_good, next_at=why.until)

    def _mark(
        self, rows: Sequence[Row], state: State, reason: str = "", *, settled: bool = False, next_at: dt.datetime | None = None
    ) -> None:
        if rows and not self.dry_run:
            outbox.mark(self.store, rows, state, self.settings.clock(), reason, settled=settled, next_at=next_at)


def _in_feed(entry: Transition) -> bool:
    return not entry.muted and (entry.move in FIRING or entry.move in telling.FOLLOW_UPS)


def _terms(store: Store) -> dict[str, Terms]:
    frame = read.sources(store)
    rows: Iterable[tuple[str, str, str, str]] = zip(*(frame[name] for name in ("id", "name", "licence", "citation")), strict=True)
    return {id: Terms(name, licence, citation) for id, name, licence, citation in rows}


def after_refresh(settings: Settings, store: Store, situations: Mapping[str, Situation], say: Say) -> None:
    """Tell what is due and write the feed. What cannot be told or written is said and never ends a refresh."""
    work = Delivery(settings, store, situations, say)
    try:
        work.run()
        work.write_feed()
    except MonitorError as error:
        say(str(error))
    except OSError as error:
        say(f"the feed of alerts cannot be written to {settings.feed_file}: {error.strerror or error}")
