"""Whatever happens, in whatever order: each entry that is told ends once, in one way, for each channel that wants it."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections import Counter
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.alerts import telling
from monitor.alerts.channels import policy
from monitor.alerts.channels.described import channels
from monitor.model import FIRING, Move, Transition
from monitor.store import outbox
from tests.building_delivery import SECRET, World, entry

TABLES = {
    "at-once": {"kind": "webhook", "enabled": True, "picture": False},
    "digest": {
        "kind": "webhook",
        "enabled": True,
        "picture": False,
        "digest_at": "08:00",
        "severity": "high",
        "time_zone": "Europe/Athens",
    },
    "dry": {"kind": "webhook", "picture": False},
    "quiet": {"kind": "webhook", "enabled": True, "picture": False, "quiet_from": "20:00", "quiet_until": "06:00", "critical_passes": True},
}
# What comes next: an entry (move, rule, severity, muted), a delivery that meets a status, hours that pass.
STEPS = st.one_of(
    st.tuples(
        st.just("entry"),
        st.sampled_from([*Move]),
        st.sampled_from(["level", "other"]),
        st.sampled_from(["medium", "high", "critical"]),
        st.sampled_from(["", "", "", "cooldown"]),
    ),
    st.tuples(st.just("deliver"), st.sampled_from([204, 204, 204, 500, 404])),
    st.tuples(st.just("pass"), st.integers(1, 40)),
    st.tuples(st.just("on")),
)


def play(world: World, step: tuple[object, ...], entries: list[Transition]) -> None:
    match step:
        case ("entry", Move() as move, str(rule), str(severity), str(muted)):
            world.now += dt.timedelta(seconds=1)
            until = world.now + dt.timedelta(hours=30) if move is Move.SILENCED else None
            made = entry(move, f"{world.now:%Y-%m-%d %H:%M:%S}", severity, rule=rule, muted=muted, until=until, who="Ada" if until else "")
            world.record(made)
            entries.append(made)
        case ("deliver", int(status)):
            world.status = status
            world.deliver()
        case ("pass", int(hours)):
            world.now += dt.timedelta(hours=hours)
        case _:
            switch_on(world)


def switch_on(world: World) -> None:
    for name in TABLES:
        outbox.switch_on(world.store, name, world.now, world.now - telling.OLDEST)


@settings(max_examples=40, deadline=None)
@given(steps=st.lists(STEPS, min_size=3, max_size=14))
def test_each_entry_that_is_told_ends_once_in_one_way_for_each_channel(steps: list[tuple[object, ...]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        world = World(Path(folder), TABLES, secrets_of())
        entries: list[Transition] = []
        for step in steps:
            play(world, step, entries)
        switch_on(world)
        world.status = 204
        for _ in range(4):  # the end of every silence, digest and wait; no two of them in quiet hours
            world.now += dt.timedelta(days=3, hours=11)
            world.deliver()
        for name, one in channels(TABLES).items():
            rows = world.rows(name)
            assert all(row.settled and row.state in ("sent", "held", "failed") for row in rows), rows
            due = [made for made in entries if telling.is_told(made, made.at) and policy.subscribes(one, made)]
            queued = [row.entry for row in rows]
            assert [made for made in due if made.move in FIRING] == [made for made in queued if made.move in FIRING]
            assert all(made in due for made in queued)
            came = Counter(
                alert["id"] for told, at in zip(world.posted, world.addressed, strict=True) if name in at for alert in told["alerts"]
            )
            assert sum(came.values()) == len(came) == sum(row.state == "sent" for row in rows)
            assert one.enabled or not came
        world.store.engine.dispose()


def secrets_of() -> dict[str, str]:
    """The addresses of channels with a hyphen in their names."""
    return {"MONITOR_CHANNEL_AT_ONCE_URL": "http://at-once.example/hook", "MONITOR_CHANNEL_AT_ONCE_SECRET": SECRET}
