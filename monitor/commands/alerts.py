"""python -m monitor alerts: what each rule says, why, and what people do about it."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Mapping
from typing import Annotated

import typer

from monitor import people, prepare, rulebook, watch
from monitor.alerts.explain import Explanation
from monitor.commands import Day, SituationIds, chosen_day, chosen_situations
from monitor.locale import number, period
from monitor.model import Move, Rule, SeriesKey, Situation
from monitor.settings import Settings, load
from monitor.store import Store, read

app = typer.Typer(no_args_is_help=False, help="What each rule says on a day, and when it was last raised.")


@app.callback(invoke_without_command=True)
def alerts(
    context: typer.Context,
    as_of: Day = None,
    situation: SituationIds = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> None:
    """Every rule's answer on the figures as known on a day, and when it was last raised."""
    if context.invoked_subcommand:
        return
    settings = load()
    store = prepare.prepare(settings)
    day = chosen_day(as_of, settings)
    known = rulebook.all_filled(store, chosen_situations(settings, situation))
    found = [one for each in known.values() for one in watch.standings(store, each, read.end_of(day))]
    if as_json:
        typer.echo(json.dumps([_standing_record(one, day) for one in found], ensure_ascii=False, indent=1))
        return
    several = Counter((one.situation, one.rule.id) for one in found)
    typer.echo(f"As known on {day}:")
    for one in found:
        typer.echo(
            f"{one.verdict.judgement.value.upper():<10}  {(one.verdict.severity or one.rule.severity).value:<8}  {one.rule.id}: {one.rule.name}"
        )
        series = f"{one.rule.series}: " if several[one.situation, one.rule.id] > 1 else ""
        told = f" Known on {one.known_at:%Y-%m-%d}." if one.known_at else ""
        typer.echo(f"            {series}{one.verdict.sentence}{told}")
        if one.last_fired and one.state.last:
            last = one.state.last
            ended = "" if last is one.last_fired else f" {last.move.value.capitalize()} on {last.at:%Y-%m-%d}."
            typer.echo(f"            Last raised on {one.last_fired.at:%Y-%m-%d}: {one.last_fired.verdict.sentence}{ended}")


def _standing_record(one: watch.Standing, day: dt.date) -> Mapping[str, object]:
    verdict = one.verdict
    raised = one.last_fired
    return {
        "situation": one.situation,
        "rule": one.rule.id,
        "as_of": day.isoformat(),
        "state": verdict.judgement.value,
        "severity": (one.verdict.severity or one.rule.severity).value,
        "series": str(one.rule.series),
        "sentence": verdict.sentence,
        "period_end": verdict.period_end.isoformat() if verdict.period_end else None,
        "value": verdict.value,
        "threshold": verdict.threshold,
        "known_at": one.known_at.isoformat() if one.known_at else None,
        "last_raised_at": raised.at.isoformat() if raised else None,
        "last_raised": raised.verdict.sentence if raised else None,
        "reason": one.rule.reason,
        "reason_source": one.rule.reason_source,
    }


RuleId = Annotated[str, typer.Argument(metavar="RULE", help="The id of a rule.")]
Series = Annotated[str, typer.Option(help="Its series, where a rule has several: source/indicator/location/origin/breakdown.")]
Who = Annotated[str, typer.Option(help="Your name: the ledger keeps it.")]
Why = Annotated[str, typer.Option(help="A note for those who read it later.")]
OneSituation = Annotated[str, typer.Option("--situation", help="The situation, where several have a rule of this id.")]


@app.command("explain")
def explain_command(rule: RuleId, series: Series = "", as_of: Day = None, situation: OneSituation = "") -> None:
    """Why a rule fires, is quiet or cannot say: the sentence, the facts behind it, the figures compared."""
    settings, store, known, found = _found(rule, series, situation)
    _tell(watch.explained(store, known, found, read.end_of(chosen_day(as_of, settings))))


def _tell(told: Explanation) -> None:
    typer.echo(f"{told.rule.name}, as known on {told.moment:%Y-%m-%d}")
    typer.echo(told.sentence)
    width = max(len(what) for what, _ in told.facts)
    for what, how in told.facts:
        typer.echo(f"  {what:<{width}}  {how}")
    for one in told.figures:
        mark = "judged  " if one.judged else "compared"
        when = period(one.point.period_start, one.point.period_end)
        typer.echo(f"  {mark}  {number(one.point.value):>14}  {when}, {one.point.status}, known {one.known_at:%Y-%m-%d}, {one.series}")


@app.command("acknowledge")
def acknowledge(rule: RuleId, who: Who, series: Series = "", situation: OneSituation = "", why: Why = "") -> None:
    """Say that you have seen an open alert."""
    _act(rule, series, situation, Move.ACKNOWLEDGED, who, why)


@app.command("mark")
def mark(
    rule: RuleId,
    verdict: Annotated[str, typer.Argument(help="true or false")],
    who: Who,
    series: Series = "",
    situation: OneSituation = "",
    why: Why = "",
) -> None:
    """Say whether the last alert of a rule was right; the measured precision of the rule counts it."""
    if verdict not in ("true", "false"):
        raise typer.BadParameter(f"{verdict!r}: true or false is due")
    _act(rule, series, situation, Move.MARKED_TRUE if verdict == "true" else Move.MARKED_FALSE, who, why)


@app.command("silence")
def silence(
    who: Who,
    until: Annotated[dt.datetime, typer.Option(formats=["%Y-%m-%d"], help="The day on which it ends.")],
    rule: Annotated[str, typer.Argument(metavar="[RULE]", help="The id of a rule; without one, the whole situation.")] = "",
    series: Series = "",
    situation: OneSituation = "",
    why: Why = "",
) -> None:
    """Hold back what would be told, up to a day; the ledger notes it all the same."""
    _act(rule, series, situation, Move.SILENCED, who, why, until.replace(tzinfo=dt.UTC))


@app.command("unsilence")
def unsilence(
    who: Who, rule: Annotated[str, typer.Argument(metavar="[RULE]")] = "", series: Series = "", situation: OneSituation = "", why: Why = ""
) -> None:
    """Lift a silence before its end."""
    _act(rule, series, situation, Move.UNSILENCED, who, why)


def _act(rule: str, series: str, situation: str, move: Move, who: str, why: str, until: dt.datetime | None = None) -> None:
    if not rule and not situation:
        raise typer.BadParameter("name a rule, or a situation with --situation")
    if rule:
        settings, store, known, found = _found(rule, series, situation)
    else:
        settings, found = load(), None
        (known,) = chosen_situations(settings, [situation]).values()
        store = prepare.prepare(settings)
    entry = people.act(store, known, found, move, who, settings.clock(), why, until)
    about = found.name if found else known.name
    typer.echo(f"{about}: {entry.move}" + (f" until {until:%Y-%m-%d}" if until else "") + f", by {entry.who}")


def _found(rule: str, series: str, situation: str) -> tuple[Settings, Store, Situation, Rule]:
    """The one rule that is meant; refuses an unknown one and asks where there are several."""
    settings = load()
    store = prepare.prepare(settings)
    wanted = SeriesKey.parse(series) if series else None
    known = rulebook.all_filled(store, chosen_situations(settings, [situation] if situation else None))
    found = [(each, one) for each in known.values() for one in each.rules if one.id == rule and wanted in (None, one.series)]
    if not found:
        names = sorted({one.id for each in known.values() for one in each.rules})
        raise typer.BadParameter(f"no rule {rule!r}{f' on {series}' if series else ''}; there are {', '.join(names)}")
    if len(found) > 1:
        places = ", ".join(f"--situation {each.id} --series {one.series}" for each, one in found)
        raise typer.BadParameter(f"there are {len(found)} rules {rule!r}; say which: {places}")
    return settings, store, *found[0]
