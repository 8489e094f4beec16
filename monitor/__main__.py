"""python -m monitor: refresh, schedule, check, sources, alerts, backtest, export, situation.

Ends with 0 when all went well, 1 when a source failed, 2 for a wrong call.
"""

from __future__ import annotations

import dataclasses
import logging
import os
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import stamina
import typer
from rich.console import Console

from monitor import bundle, corrections, deliver, model, normalise, places, prepare, provenance, refresh, rulebook, schedule
from monitor import export as files
from monitor.archive import Archive
from monitor.commands import Day, SituationIds, SourceIds, backtest, chosen_day, chosen_situations
from monitor.commands import alerts as alert_commands
from monitor.commands import delivery as delivery_commands
from monitor.commands import situation as situation_commands
from monitor.connectors import registry
from monitor.errors import MonitorError
from monitor.http import Client
from monitor.model import INDICATORS, Outcome, Run, Source
from monitor.settings import Settings, load
from monitor.store import read

app = typer.Typer(
    no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help="Displacement figures: refresh, judge, export."
)
app.add_typer(alert_commands.app, name="alerts")
app.add_typer(delivery_commands.app, name="channels")
delivery_commands.add_to(alert_commands.app)
app.add_typer(situation_commands.app, name="situation")


def _check_sources(chosen: Sequence[str]) -> None:
    unknown = sorted(set(chosen) - set(registry()))
    if unknown:
        raise typer.BadParameter(f"no source {unknown[0]!r}; there are {', '.join(registry())}")


def _client(settings: Settings, folder: Path | None = None) -> Client:
    data = folder or settings.data_dir
    return Client(Archive(data), settings.clock, data / "http", settings.contact, settings.files_dir)


def _with_file(settings: Settings, source: Source, file: Path, table: str) -> Settings:
    """Settings under which a source that reads files finds this one and no other."""
    if not source.files:
        raise typer.BadParameter(f"{source.id} reads no files")
    options = {**settings.options.get(source.id, {}), "file": file.name, "table_of_file": table}
    return dataclasses.replace(settings, files=file.parent, options={**settings.options, source.id: options})


def _line(run: Run) -> str:
    parts = [f"{run.source:<8}", f"{run.outcome.value:<12}"]
    if run.outcome not in (Outcome.FAILED, Outcome.DEGRADED, Outcome.OFF):
        parts.append(f"new {run.new + run.mentions_new:,}  same {run.same + run.mentions_same:,}  revised {run.revised:,}")
        parts.append(f"settled {run.settled:,}  set aside {run.set_aside:,}")
        if run.newest_period:
            parts.append(f"newest {run.newest_period}")
    return "  ".join(parts) + "".join(f"\n    {message}" for message in run.messages)


@app.command("refresh")
def refresh_command(source: SourceIds = None, situation: SituationIds = None) -> None:
    """Ask the sources for new figures and articles, store them, and judge the rules."""
    settings = load()
    _check_sources(source or [])
    chosen = chosen_situations(settings, situation)
    store = prepare.prepare(settings)
    console = Console(soft_wrap=True, highlight=False)
    with console.status("Asking the sources …"):  # a spinner on a terminal, nothing elsewhere
        done = refresh.refresh(
            settings, store, _client(settings), chosen, source or (), lambda run: console.print(_line(run), markup=False)
        )
        told = rulebook.all_filled(store, chosen_situations(settings))
        deliver.after_refresh(settings, store, told, lambda line: console.print(line, markup=False))
    raise typer.Exit(refresh.exit_code(done))


@app.command()
def check(
    source: Annotated[str, typer.Argument(metavar="ID")],
    situation: SituationIds = None,
    file: Annotated[Path | None, typer.Option(exists=True, dir_okay=False, help="Read this file instead of asking.")] = None,
    table: Annotated[str, typer.Option(help="The table that describes the file, where the file's name does not say it.")] = "",
) -> None:
    """Ask one source, or read one file as that source would, and show what was understood; writes nothing."""
    settings = load()
    _check_sources([source])
    chosen = chosen_situations(settings, situation)
    if file:
        settings = _with_file(settings, registry()[source].SOURCE, file.resolve(), table)
    rows = refresh.Held()
    with tempfile.TemporaryDirectory() as folder:
        entries = corrections.load_all(settings.seeds_dir / "corrections")
        client = _client(settings, Path(folder))
        reading = refresh.read_source(registry()[source], chosen.values(), settings, client, entries, rows=rows)
    run = reading.run
    if file and not reading.answers and run.outcome is Outcome.OK:
        run.outcome = Outcome.FAILED
        run.messages = [f"no situation describes {file.name}: its name must be that of a table, or --table must say which"]
    typer.echo(f"{source}: {run.outcome.value}")
    for note in reading.notes:
        typer.echo(f"  {note}")
    for message in run.messages:
        typer.echo(f"  {message}")
    by_series = Counter((row.key.indicator, row.key.location) for row in rows)
    typer.echo(f"  {len(rows):,} figures, {len(reading.mentions):,} articles, {run.set_aside:,} set aside")
    newest = max((row.period_end for row in rows), default=None)
    if newest:
        typer.echo(f"  newest period ends on {newest}")
    for (indicator, location), number in sorted(by_series.items()):
        typer.echo(f"  {number:>8,}  {indicator} {places.name(location)}")
    for row in rows[:3] if file else ():
        typer.echo(f"  such as   {normalise.describe(row)}, {row.status}, known {row.known_at.date() if row.known_at else 'now'}")
    for beside in reading.footnotes[:3]:
        typer.echo(f"  beside the figures it says: {beside.text}")
    for reason, number in Counter(row.reason for row in reading.set_aside).most_common():
        example = next(row.row for row in reading.set_aside if row.reason == reason)
        typer.echo(f"  {number:>8,}  set aside: {reason} (such as {example})")
    raise typer.Exit(1 if reading.outdated else refresh.exit_code([run]))


@app.command()
def sources(markdown: Annotated[bool, typer.Option("--markdown", help="As docs/sources.md, and no more.")] = False) -> None:
    """The sources: what they are, their terms, how they last did."""
    settings = load()
    if markdown:
        typer.echo(_sources_page(settings), nl=False)
        return
    store = prepare.prepare(settings)
    last = read.last_runs(store).set_index("source")
    newest = read.newest_periods(store, settings.clock().date())
    for row in read.sources(store).to_dict("records"):
        name = row["id"]
        typer.echo(f"{name:<8}  {row['name']}  ({row['licence']}{'; non-commercial use only' if row['non_commercial'] else ''})")
        if name in last.index:
            run = last.loc[name]
            typer.echo(
                f"          last run {run['finished_at']:%Y-%m-%d %H:%M} UTC: {run['outcome']}; newest period {newest.get(name, 'none')}"
            )
            for message in filter(None, run["messages"].split("\n")):
                typer.echo(f"          {message}")
        else:
            asked = "not asked yet" if row["cadence_seconds"] == row["cadence_seconds"] else "bundled figures only"
            if model.through(name) in last.index:
                asked = f"came through {model.through(name)}"
            typer.echo(f"          {asked}; newest period {newest.get(name, 'none')}")


def _sources_page(settings: Settings) -> str:
    return provenance.markdown(bundle.sources(settings.seeds_dir), {name: one.__doc__ or "" for name, one in registry().items()})


@app.command()
def export(
    indicator: Annotated[list[str] | None, typer.Option(help="An indicator such as refugees; may be repeated.")] = None,
    location: Annotated[list[str] | None, typer.Option(help="A place code such as TUR; may be repeated.")] = None,
    origin: Annotated[list[str] | None, typer.Option(help="Country of origin, ISO3; may be repeated.")] = None,
    as_of: Day = None,
) -> None:
    """Figures as CSV on standard output, current or as known on a day."""
    settings = load()
    unknown = sorted(set(indicator or ()) - set(INDICATORS))
    if unknown:
        raise typer.BadParameter(f"no indicator {unknown[0]!r}; there are {', '.join(INDICATORS)}")
    store = prepare.prepare(settings)
    chosen = {"indicator": indicator, "location": location, "origin": origin}
    frame = read.figures(store, chosen_day(as_of, settings), {name: values for name, values in chosen.items() if values})
    names = {one.id: one.name for one in chosen_situations(settings).values()}
    entries = corrections.load_all(settings.seeds_dir / "corrections")
    sys.stdout.buffer.write(files.csv(files.figures(frame, read.sources(store), names, entries), mark=False))


app.command("backtest")(backtest.command)


@app.command("schedule")
def schedule_command() -> None:
    """Refresh each source at its own cadence until SIGTERM."""
    settings = load()
    chosen = chosen_situations(settings)
    store = prepare.prepare(settings)
    client = _client(settings)

    def tell() -> None:
        try:
            deliver.after_refresh(settings, store, rulebook.all_filled(store, chosen), typer.echo)
        except Exception as error:
            typer.echo(f"telling: {_told(error)}", err=True)

    def refresh_one(source: Source) -> None:
        try:
            refresh.refresh(settings, store, client, chosen, (source.id,), lambda run: typer.echo(_line(run)))
            tell()
        except Exception as error:  # the schedule goes on, whatever one run meets
            typer.echo(f"{source.id}: {_told(error)}", err=True)

    typer.echo("Schedule: " + ", ".join(f"{name} every {c.SOURCE.cadence}" for name, c in registry().items()))
    schedule.serve(store, client, [c.SOURCE for c in registry().values()], refresh_one, settings.clock, typer.echo, tell)


def _told(error: Exception) -> str:
    """A fault in one line."""
    if isinstance(error, MonitorError):
        return str(error)
    return f"{type(error).__name__}: {' '.join(str(error).split())[:300]}. Please report this; MONITOR_DEBUG=1 shows where it happened."


def main() -> int:
    """Run the command line; a fault of ours or of an upstream is one line, never a traceback."""
    logging.getLogger("stamina").setLevel(logging.ERROR)
    stamina.instrumentation.set_on_retry_hooks(())
    try:
        app()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # the reader of our output has left
        return 1
    except Exception as error:
        if os.environ.get("MONITOR_DEBUG") and not isinstance(error, MonitorError):
            raise
        typer.echo(f"monitor: {_told(error)}", err=True)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
