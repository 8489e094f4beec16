"""The order of work for one run: ask every source, pass the gate, store, judge. The only writer of figures."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from copy import copy
from dataclasses import dataclass, field, replace

from monitor import bundle, corrections, model, normalise, queueing, rulebook, watch
from monitor.archive import Archive
from monitor.connectors import registry
from monitor.corrections import Correction
from monitor.errors import EmptyAnswer, SourceError
from monitor.http import NO_HEADERS, Client
from monitor.model import Answer, Connector, Context, Get, Mention, Observation, Outcome, Parsed, Run, SetAside, Situation, Source
from monitor.settings import Settings
from monitor.store import Store, append, runs

AT_ONCE = 4  # different hosts, so asking them side by side is no less polite
RAW_DAYS = 90  # raw answers that no current figure rests on are kept this long
GOOD = (Outcome.OK, Outcome.OFF, Outcome.STOPPED)


@dataclass(slots=True)
class Reading:
    """What one source gave, before it is stored."""

    run: Run
    answers: list[Answer] = field(default_factory=list)
    observations: list[Observation] = field(default_factory=list)
    mentions: list[Mention] = field(default_factory=list)
    set_aside: list[SetAside] = field(default_factory=list)
    contexts: list[tuple[Context, Answer]] = field(default_factory=list)
    sources: dict[str, Source] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    outdated: list[str] = field(default_factory=list)  # corrections that the source has made needless


def refresh(
    settings: Settings,
    store: Store,
    client: Client,
    situations: Mapping[str, Situation],
    only: Sequence[str] = (),
    tell: Callable[[Run], None] = lambda run: None,
    wait: float = 120.0,
) -> list[Run]:
    """Refresh the sources (all, or `only` some) for the situations; one transaction a source.

    A source that fails leaves what is stored of it as it was, and the others go on. Raises BusyError when another
    refresh keeps the store for `wait` seconds, CorrectionError when the seeds' corrections cannot be used.
    """
    entries = corrections.load_all(settings.seeds_dir / "corrections")
    chosen = {name: connector for name, connector in registry().items() if not only or name in only}
    done: list[Run] = []
    then = queueing.queueing(settings)  # a channel that cannot be used is told before anything is asked
    with store.alone(wait):
        with store.writing() as connection:
            runs.describe(connection, bundle.sources(settings.seeds_dir).values())
        with ThreadPoolExecutor(AT_ONCE) as pool:
            jobs = [
                pool.submit(read_source, connector, situations.values(), settings, client, entries, anew=not runs.went_well(store, name))
                for name, connector in chosen.items()
            ]
            for job in as_completed(jobs):
                done.append(_stored(store, client.archive, chosen, job.result()))
                tell(done[-1])
        watch.update_ledger(store, rulebook.all_filled(store, situations), settings.clock(), then)
        if not only:
            # By real time, whatever day a replay has set: the files carry the time of the machine.
            client.archive.prune(runs.files_in_use(store), dt.datetime.now(dt.UTC) - dt.timedelta(days=RAW_DAYS))
    return done


def _stored(store: Store, archive: Archive, connectors: Mapping[str, Connector], reading: Reading) -> Run:
    """Store one source. What the store cannot take is that source's fault and never another's."""
    try:
        _note_gaps(store, archive, connectors[reading.run.source], reading)
        if reading.sources:
            with store.writing() as connection:
                runs.describe(connection, ((source, True) for source in reading.sources.values()))
        return append.save(store, reading.run, reading.answers, reading.observations, reading.mentions, reading.set_aside)
    except Exception as error:
        told = f"its answer could not be stored ({type(error).__name__}), and nothing of it was; please report this"
        return append.save(store, Run(reading.run.source, reading.run.started_at, reading.run.finished_at, Outcome.FAILED, messages=[told]))


def read_source(
    connector: Connector,
    situations: Collection[Situation],
    settings: Settings,
    client: Client,
    entries: Sequence[Correction] = (),
    *,
    anew: bool = False,
) -> Reading:
    """Ask one source, correct its known errors and pass its rows through the gate. Never raises: what went wrong is in the run.

    `anew` asks without conditions, so that nothing remembered from a bad run is taken for an answer.
    """
    source = connector.SOURCE
    reading = Reading(Run(source.id, client.clock()))
    key = settings.keys.get(source.id, "")
    if source.key_from and not key and not source.key_optional:
        reading.run.outcome = Outcome.OFF
        reading.run.messages.append(f"needs MONITOR_KEY_{source.id.upper()}: ask for it at {source.key_from}")
    else:
        base = settings.bases.get(source.id, source.base)
        get = _once(client.for_source(source, base, (key,) if key else (), anew=anew, situations=len(situations)))
        bases = {name: settings.bases.get(f"{source.id}_{name}", base) for name, base in source.bases.items()}
        failed: list[Exception] = []
        own = corrections.of_source(entries, source.id)
        for situation in situations:
            options = {**situation.sources.get(source.id, {}), **settings.options.get(source.id, {})}
            try:
                _read_situation(connector, Context(situation, options, client.clock().date(), get, key, bases), reading, failed, own)
            except Exception as error:  # a connector that breaks must not break the others, nor one situation another
                failed.append(error)
                if source.rest_after_failure and isinstance(error, SourceError) and not error.permanent:
                    break  # it wants to be left alone after a failure; what is stored of the other situations stands
        reading.run.messages += reading.outdated
        _conclude(reading, failed)
        if failed and client.stopping.is_set():
            reading = Reading(Run(source.id, reading.run.started_at, outcome=Outcome.STOPPED))
    reading.run.finished_at = client.clock()
    return reading


def _once(get: Get) -> Get:
    """The same, without asking one question twice in a run: several situations need the same file.

    A refusal that trying again cannot mend is remembered, too; after any other fault the next situation may try again.
    """
    answers: dict[object, Answer | SourceError] = {}

    def ask(
        path: str, params: Sequence[tuple[str, str]] = (), *, tag: str = "", expect: str = "json", headers: Mapping[str, str] = NO_HEADERS
    ) -> Answer:
        question = (path, tuple(params), expect, frozenset(headers.items()))
        if question not in answers:
            try:
                answers[question] = get(path, params, tag=tag, expect=expect, headers=headers)
            except SourceError as error:
                if error.permanent:
                    answers[question] = copy(error)  # whoever catches this one may write into it
                raise
        known = answers[question]
        if isinstance(known, SourceError):
            raise copy(known)
        return replace(known, tag=tag)

    return ask


def _read_situation(
    connector: Connector, context: Context, reading: Reading, failed: list[Exception], entries: Sequence[Correction]
) -> None:
    answers: list[Answer] = []
    for part in connector.fetch(context):
        if isinstance(part, Answer):
            answers.append(part)
        else:
            failed.append(part)
    parsed: Parsed = connector.parse(context, answers) if answers else Parsed()
    described = dict(reading.sources)
    for source in parsed.sources:
        if described.get(source.id, source) != source:
            raise SourceError(f"{source.id} is described in two ways, so nothing says which terms are its own", permanent=True)
        if model.through(source.id) != connector.SOURCE.id:
            raise SourceError(f"{source.id} is no source that came through {connector.SOURCE.id}", permanent=True)
        described[source.id] = source
    corrected = corrections.apply(parsed.observations, entries, context.today)
    accepted, refused = normalise.check(corrected.rows, context.today, {context.situation.id})
    if parsed.set_aside and not parsed.observations and not parsed.mentions:
        told = f"not one of {len(parsed.set_aside)} rows could be read, the first since: {parsed.set_aside[0].reason}"
        raise SourceError(told, permanent=True)
    if parsed.observations and not accepted:
        raise SourceError(
            f"not one of {len(parsed.observations)} rows could be accepted, the first since: {refused[0].reason}", permanent=True
        )
    if accepted and all(row.value is None for row in accepted):
        raise EmptyAnswer(f"{len(accepted)} rows and not one figure in them, which is a fault and not a zero")
    reading.sources = described
    needed = [f"correction {name} is needed" for name in corrected.met]
    reading.notes += [note for note in (*parsed.notes, *needed) if note not in reading.notes]
    reading.outdated += [told for told in corrected.outdated if told not in reading.outdated]
    reading.answers += answers
    reading.contexts += [(context, answer) for answer in answers]
    # Situations share places, so one row may have been read for an earlier situation already.
    known, aside = {_figure(row) for row in reading.observations}, set(reading.set_aside)
    reading.observations += [row for row in accepted if _figure(row) not in known]
    reading.set_aside += [row for row in (*parsed.set_aside, *refused) if row not in aside]
    reading.mentions += normalise.check_mentions(parsed.mentions, context.situation)


def _figure(row: Observation) -> tuple[object, ...]:
    """What makes two rows one figure, whichever situation they were read for."""
    return (*row.period, row.value, row.status, row.qualifier, row.known_at)


def _conclude(reading: Reading, failed: Sequence[Exception]) -> None:
    for error in failed:
        if isinstance(error, SourceError):
            error.source = ""  # the run names it already
            if str(error) not in reading.run.messages:
                reading.run.messages.append(str(error))
        else:
            reading.run.messages.append(f"the connector could not read the answer ({type(error).__name__}: {error}); please report this")
    if failed and reading.answers:
        reading.run.outcome = Outcome.PARTIAL
    elif failed:
        reading.run.outcome = Outcome.DEGRADED if all(isinstance(error, EmptyAnswer) for error in failed) else Outcome.FAILED
    elif not reading.answers:
        reading.run.messages.append("no situation asks anything of this source")


def _note_gaps(store: Store, archive: Archive, connector: Connector, reading: Reading) -> None:
    """A feed shows its last items only: when none of those of the last poll is left, some may have passed unseen."""
    if not connector.SOURCE.window:
        return
    for context, answer in reading.contexts:
        earlier = runs.last_answer(store, connector.SOURCE.id, answer.url)
        before = archive.read(earlier) if earlier and earlier != answer.file else None
        if before is None:
            continue  # the first poll, the same answer, or one that the archive no longer has
        left = _identities(connector, context, replace(answer, body=before)) & _identities(connector, context, answer)
        if not left:
            reading.run.messages.append(f"{answer.tag}: none of the last poll's items is left, so some in between may be missing")


def _identities(connector: Connector, context: Context, answer: Answer) -> set[str]:
    return {mention.identity for mention in connector.parse(context, [answer]).mentions}


def exit_code(done: Iterable[Run]) -> int:
    """0 when every source went well, else 1."""
    return 0 if all(run.outcome in GOOD for run in done) else 1
