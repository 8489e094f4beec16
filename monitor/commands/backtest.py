"""python -m monitor backtest: what rules would have done on history, and how often they were right."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Annotated

import typer

from monitor import backtests, prepare, rulebook, scorecards
from monitor.alerts.scorecard import Case, intervals, shown, tally, with_interval
from monitor.backtests import Trial
from monitor.commands import SituationIds, chosen_day, chosen_situations
from monitor.model import Point, Rule
from monitor.settings import Settings, load
from monitor.store import Store, read


def command(
    rule: Annotated[list[str] | None, typer.Argument(help="Rules by their ids.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Every rule of every situation.")] = False,
    since: Annotated[
        dt.datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="First day; by default the first figure's.")
    ] = None,
    until: Annotated[dt.datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="Last day; by default today.")] = None,
    situation: SituationIds = None,
    table: Annotated[bool, typer.Option("--table", help="The scorecard of docs/scorecard.md, in Markdown.")] = False,
) -> None:
    """Replay rules on figures as they were known, and count how often they were right."""
    settings = load()
    if table == bool(rule or every):
        raise typer.BadParameter("name rules, or give --all, or --table")
    store = prepare.prepare(settings)
    if table:
        typer.echo(scorecard(settings, store))
        return
    rules = _rules(settings, store, None if every else rule, situation)
    tested = backtests.run(store, rules, settings.seeds_dir, since.date() if since else None, chosen_day(until, settings))
    for one in tested:
        for line in _lines(one):
            typer.echo(line)
    for line in _together(tested):
        typer.echo(line)


def _rules(settings: Settings, store: Store, names: Sequence[str] | None, chosen: Sequence[str] | None = None) -> list[Rule]:
    """The rules of these ids, saved ones too; one id may stand for several series."""
    known = [rule for one in rulebook.all_filled(store, chosen_situations(settings, chosen)).values() for rule in one.rules]
    unknown = sorted(set(names or ()) - {rule.id for rule in known})
    if unknown:
        raise typer.BadParameter(f"no rule {unknown[0]!r}; there are {', '.join(sorted({rule.id for rule in known}))}")
    return [rule for rule in known if names is None or rule.id in names]


def _lines(one: Trial) -> Iterator[str]:
    """A rule's replay: what its figures are worth, every alert that would have been told, and how often it was right."""
    replay = one.replay
    yield f"{replay.rule.id}: {replay.rule.name}"
    yield f"  {replay.rule.series}, {replay.first} to {replay.last}. {replay.note}"
    if not one.points:
        return
    muted = len(replay.entries) - len(replay.told)
    yield f"  {len(replay.told)} alerts told; {muted} other entries (ended, or within the cooldown)."
    for entry in replay.told:
        yield f"    {entry.at:%Y-%m-%d}  {entry.move.value:<12}  {entry.severity.value:<8}  {entry.verdict.sentence}"
        if remark := one.remarks.get((entry.verdict.period_start, entry.verdict.period_end)):  # type: ignore[arg-type]
            yield f"    {'':<10}  of this figure: {remark}"
    if not one.labels:
        yield "  No episodes to hold it against: none are computed of such figures, and no documented crisis names its place."
    for label in one.labels:
        yield f"  Against {scorecards.LABELS[label]}: {_counted([one.case(label)])}"


def _counted(cases: Sequence[Case]) -> str:
    """The scorecard of some replays in one line."""
    counted, between = tally(cases), intervals(cases)
    shares = {"precision": counted.precision, "recall": counted.recall, "stays": counted.stays, "alerts_a_year": counted.alerts_a_year}
    texts = {name: with_interval(shown(value), name, between) for name, value in shares.items()}
    delay = "–" if counted.median_delay is None else f"{counted.median_delay:g}, worst {counted.worst_delay}"
    known = "" if counted.median_days is None else f"; days until it was known {counted.median_days:g}"
    return (
        f"{texts['alerts_a_year']} alerts a year; precision {texts['precision']}, {counted.right} of {counted.alerts}; "
        f"recall {texts['recall']}, {counted.caught} of {counted.episodes}; median delay in months {delay}{known}; "
        f"next three months stay above 80 %: {texts['stays']}."
    )


def _together(tested: Sequence[Trial]) -> Iterator[str]:
    """Rules on several series, counted over all of them."""
    for name in dict.fromkeys(one.replay.rule.id for one in tested):
        some = [one for one in tested if one.replay.rule.id == name]
        if sum(bool(one.points) for one in some) > 1:
            for label in scorecards.LABELS:
                if cases := [one.case(label) for one in some if one.points and label in one.labels]:
                    yield f"{name} on {len(cases)} series, against {scorecards.LABELS[label]}: {_counted(cases)}"


def scorecard(settings: Settings, store: Store) -> str:
    """The tables of docs/scorecard.md from the figures in the store."""
    today = settings.clock().date()
    rules = _rules(settings, store, [scorecards.SHIPPED])
    tested = backtests.run(store, rules, settings.seeds_dir, dt.date(2009, 1, 1), today)
    source = read.sources(store).set_index("id").loc[rules[0].series.source]
    columns = scorecards.columns(tested, int(source["lag_days"]))
    parts = [
        f"{source['citation']}; figures as known on {today}, the newest of {max(one.points[-1].period_end for one in columns):%B %Y}.",
        *(
            f"### {span} ({start[0]}-{start[1]:02} to {start[2]}-{start[3]:02}), {told}\n\n{scorecards.table(columns, label, start)}"
            for label, told in scorecards.LABELS.items()
            for span, start in scorecards.SPANS.items()
        ),
        f"### The same set on other series\n\n{scorecards.others(rules[0], _others(store, today))}",
    ]
    return "\n\n".join(parts)


def _others(store: Store, today: dt.date) -> dict[str, dict[str, list[Point]]]:
    return {name: backtests.final(store, group.where, today) for name, group in scorecards.OTHERS.items()}
