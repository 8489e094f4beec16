"""python -m monitor channels, channels test, channels on; alerts deliver, alerts feed."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Annotated

import typer

from monitor import prepare, rulebook
from monitor.alerts import telling
from monitor.alerts.channels.described import Channel, channels
from monitor.commands import chosen_situations
from monitor.deliver import Delivery
from monitor.errors import ChannelError
from monitor.model import Situation
from monitor.settings import Settings, load
from monitor.store import Store, outbox

app = typer.Typer(help="The channels that alerts are told through.")


def _opened() -> tuple[Settings, Store, Mapping[str, Situation]]:
    settings = load()
    store = prepare.prepare(settings)
    return settings, store, rulebook.all_filled(store, chosen_situations(settings))


@app.callback(invoke_without_command=True)
def list_channels(context: typer.Context) -> None:
    """Every channel of the configuration: what it is told, whether it is on, how many messages are waiting, held, sent and failed."""
    if context.invoked_subcommand:
        return
    settings, store, known = _opened()
    found = channels(settings.channels, known)
    counts, switches = outbox.counts(store), outbox.switches(store)
    if not found:
        typer.echo("No channel is configured: [channels.NAME] in monitor.toml makes one (docs/alerts.md).")
    for name, one in found.items():
        switch = switches.get(name)
        off = f"switched off on {switch.since:%Y-%m-%d %H:%M} UTC: {switch.reason}" if switch and switch.off else ""
        typer.echo(f"{name:<12}  {one.kind:<8}  {off or ('on' if one.enabled else 'dry run (enabled = false)')}")
        typer.echo(f"              {_wants(one)}")
        if one.enabled and not settings.channel_secrets.get(f"{one.variable}_URL"):
            typer.echo(f"              no address: {one.variable}_URL is not set")
        typer.echo(
            "              " + (", ".join(f"{number} {state}" for state, number in sorted(counts.get(name, {}).items())) or "nothing yet")
        )


def _wants(one: Channel) -> str:
    """What a channel is told, and when, in a line."""
    words = [f"{one.severity} and above" if one.severity != "critical" else "critical"]
    words.append("situations " + ", ".join(sorted(one.situations)) if one.situations else "all situations")
    words.append("places " + ", ".join(sorted(one.places)) if one.places else "all places")
    words.append(f"once a day at {one.digest_at:%H:%M}" if one.digest_at else "at once")
    if one.quiet_from and one.quiet_until:
        words.append(f"not from {one.quiet_from:%H:%M} to {one.quiet_until:%H:%M}")
    if one.digest_at or one.quiet_from:
        words.append(f"{one.zone} time" + (", critical ones at any time" if one.critical_passes else ""))
    return "; ".join(words)


@app.command()
def test(name: str) -> None:
    """Send a message through a channel that says that it is a test, whether the channel is on or not."""
    settings, store, known = _opened()
    try:
        Delivery(settings, store, known).test(name)
    except ChannelError as error:
        raise ChannelError(f"{name}: not sent: {error}") from None
    typer.echo(f"{name}: sent. Look whether it has come.")


@app.command()
def on(name: str) -> None:
    """Switch a channel on again that an error has switched off; what failed then is sent with the next delivery."""
    settings, store, known = _opened()
    if name not in channels(settings.channels, known):
        raise typer.BadParameter(f"no channel {name!r} in the configuration file")
    now = settings.clock()
    if name not in outbox.switches(store) or not outbox.switches(store)[name].off:
        typer.echo(f"{name}: was not switched off")
        return
    again = outbox.switch_on(store, name, now, now - telling.OLDEST)
    typer.echo(f"{name}: on; {again} of what failed is sent with the next delivery")


def deliver(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be sent; send nothing, note nothing.")] = False,
) -> None:
    """Tell what is due through every channel that is switched on."""
    settings, store, known = _opened()
    work = Delivery(settings, store, known, say=typer.echo, dry_run=dry_run)
    work.run()
    for row in outbox.pending(store):
        until = f" until {row.next_at:%Y-%m-%d %H:%M} UTC" if row.next_at else ""
        typer.echo(f"{row.channel}: {row.state}{until}: {row.entry.rule}{': ' + row.reason if row.reason else ''}")


def feed() -> None:
    """The Atom feed of alerts on standard output."""
    settings, store, known = _opened()
    sys.stdout.buffer.write(Delivery(settings, store, known).feed())


def add_to(alerts_app: typer.Typer) -> None:
    """Put the commands of this module below `alerts`."""
    alerts_app.command()(deliver)
    alerts_app.command()(feed)
