"""The order of work for one run: ask every source, pass the gate, store, judge. The only writer of figures."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from copy import copy
from dataclasses import dataclass, field, replace
from typing import Protocol, cast

from monitor import bundle, corrections, model, normalise, queueing, rulebook, watch
from monitor.archive import Archive
from monitor.connectors import registry
from monitor.corrections import Correction
from monitor.errors import EmptyAnswer, SourceError
from monitor.http import NO_HEADERS, Client
from monitor.model import (
    Answer,
    Connector,
    Context,
    Footnote,
    Get,
    Mark,
    Mention,
    Observation,
    Outcome,
    Parsed,
    Run,
    SetAside,
    Situation,
    Source,
)
from monitor.settings import Settings
from monitor.store import Store, append, runs
from monitor.store.stage import Stage

AT_ONCE = 4  # different hosts, so asking them side by side is no less polite
RAW_DAYS = 90  # raw answers that no current figure rests on are kept this long
RAW_BYTES = 200_000_000  # and no more than this of one source
MOST_REMEMBERED = 64_000_000  # bytes of answers of one source that another situation may need as well
MOST_ASIDE = 10_000  # rows set aside that are remembered; all are counted
GOOD = (Outcome.OK, Outcome.OFF, Outcome.STOPPED)


class Rows(Protocol):
    """Where accepted figures wait until their source is stored."""

    def add(self, rows: Sequence[Observation]) -> None:
        """Take those of one part of a fetch."""

    def keep(self) -> list[SetAside]:
        """End a fetch; returns what its parts tell in two ways."""

    def drop(self) -> None:
        """Forget the fetch under way."""

    def clear(self) -> None:
        """Forget everything."""


class Held(list[Observation]):
    """Figures in memory, for whoever only looks at them."""

    kept = 0

    def add(self, rows: Sequence[Observation]) -> None:
        self += rows

    def keep(self) -> list[SetAside]:
        known = {_figure(row) for row in self[: self.kept]}
        self[self.kept :] = [row for row in self[self.kept :] if _figure(row) not in known]
        self.kept = len(self)
        return []

    def drop(self) -> None:
        del self[self.kept :]


@dataclass(slots=True)
class Reading:
    """What one source gave, before it is stored."""

    run: Run
    answers: list[Answer] = field(default_factory=list)  # of parts that are read already without their bodies
    observations: Rows = field(default_factory=Held)
    mentions: list[Mention] = field(default_factory=list)
    set_aside: list[SetAside] = field(default_factory=list)
    contexts: list[tuple[Context, Answer]] = field(default_factory=list)
    sources: dict[str, Source] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    outdated: list[str] = field(default_factory=list)  # corrections that the source has made needless
    footnotes: list[Footnote] = field(default_factory=list)
    given: int = 0  # rows that the connector read
    accepted: int = 0
    figures: int = 0  # accepted rows that have a value
    first_refusal: str = ""


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
                pool.submit(
                    read_source,
                    connector,
                    situations.values(),
                    settings,
                    client,
                    entries,
                    rows=Stage(store, sparse=connector.SOURCE.sparse),
                    anew=not runs.went_well(store, name),
                )
                for name, connector in chosen.items()
            ]
            for job in as_completed(jobs):
                done.append(_stored(store, client.archive, chosen, job.result()))
                tell(done[-1])
        watch.update_ledger(store, rulebook.all_filled(store, situations), settings.clock(), then)
        # By real time, whatever day a replay has set: the files carry the time of the machine.
        client.archive.prune(runs.files_in_use(store), dt.datetime.now(dt.UTC) - dt.timedelta(days=RAW_DAYS), RAW_BYTES, chosen)
    return done


def _stored(store: Store, archive: Archive, connectors: Mapping[str, Connector], reading: Reading) -> Run:
    """Store one source. What the store cannot take is that source's fault and never another's."""
    try:
        _note_gaps(store, archive, connectors[reading.run.source], reading)
        if reading.sources:
            with store.writing() as connection:
                runs.describe(connection, ((source, True) for source in reading.sources.values()))
        staged = cast(Stage, reading.observations)
        return append.commit(staged, reading.run, reading.answers, reading.mentions, reading.set_aside, reading.footnotes)
    except Exception as error:
        told = f"its answer could not be stored ({type(error).__name__}), and nothing of it was; please report this"
        return append.save(store, Run(reading.run.source, reading.run.started_at, reading.run.finished_at, Outcome.FAILED, messages=[told]))
    finally:
        reading.observations.clear()


def read_source(
    connector: Connector,
    situations: Collection[Situation],
    settings: Settings,
    client: Client,
    entries: Sequence[Correction] = (),
    *,
    rows: Rows | None = None,
    anew: bool = False,
) -> Reading:
    """Ask one source, correct its known errors and pass its rows through the gate. Never raises: what went wrong is in the run.

    `rows` take the accepted figures (else they stay in memory). `anew` asks without conditions, so that nothing remembered from a bad run is taken for an answer.
    """
    source = connector.SOURCE
    reading = Reading(Run(source.id, client.clock()), observations=Held() if rows is None else rows)
    key = settings.keys.get(source.id, "")
    if source.key_from and not key and not source.key_optional:
        reading.run.outcome = Outcome.OFF
        reading.run.messages.append(f"needs MONITOR_KEY_{source.id.upper()}: ask for it at {source.key_from}")
    else:
        base = settings.bases.get(source.id, source.base)
        get = client.for_source(source, base, (key,) if key else (), anew=anew, situations=len(situations))
        get = _once(get) if len(situations) > 1 else get
        bases = {name: settings.bases.get(f"{source.id}_{name}", base) for name, base in source.bases.items()}
        failed: list[Exception] = []
        own = corrections.of_source(entries, source.id)
        for situation in situations:
            options = {**situation.sources.get(source.id, {}), **settings.options.get(source.id, {})}
            if options.pop("skip", False):
                continue
            try:
                _read_situation(connector, Context(situation, options, client.clock().date(), get, key, bases), reading, failed, own)
            except Exception as error:  # a connector that breaks must not break the others, nor one situation another
                failed.append(error)
                if source.rest_after_failure and isinstance(error, SourceError) and not error.permanent:
                    break  # it wants to be left alone after a failure; what is stored of the other situations stands
        reading.run.messages += reading.outdated
        _conclude(reading, failed)
        if failed and client.stopping.is_set():
            reading.observations.clear()
            stopped = Run(source.id, reading.run.started_at, outcome=Outcome.STOPPED)
            reading = Reading(stopped, observations=reading.observations)
    reading.run.finished_at = client.clock()
    return reading


def _once(get: Get) -> Get:
    """The same, without asking one question twice in a run: several situations need the same file.

    A refusal that trying again cannot mend is remembered, too; after any other fault the next situation may try again.
    Of bodies no more than MOST_REMEMBERED bytes are.
    """
    answers: dict[object, Answer | SourceError] = {}
    left = MOST_REMEMBERED

    def ask(
        path: str, params: Sequence[tuple[str, str]] = (), *, tag: str = "", expect: str = "json", headers: Mapping[str, str] = NO_HEADERS
    ) -> Answer:
        nonlocal left
        question = (path, tuple(params), expect, frozenset(headers.items()))
        if question not in answers:
            try:
                answer = get(path, params, tag=tag, expect=expect, headers=headers)
                if len(answer.body) > left:
                    return answer
                answers[question], left = answer, left - len(answer.body)
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
    """Ask for one situation and read what comes, part by part: all of it, or nothing when it raises."""
    found = Reading(Run(connector.SOURCE.id, reading.run.started_at), [], reading.observations, sources=dict(reading.sources))
    try:
        part: list[Answer] = []
        for one in connector.fetch(context):
            if isinstance(one, Answer):
                part.append(one)
            elif isinstance(one, Mark):
                _read_part(connector, context, part, found, entries)
                found.answers += [replace(answer, body=b"") for answer in part]
                part = []
            else:
                failed.append(one)
        _read_part(connector, context, part, found, entries)
        _refuse_unreadable(found)
    except BaseException:
        reading.observations.drop()
        raise
    _aside(found, reading.observations.keep())
    reading.sources = found.sources
    reading.notes += [note for note in dict.fromkeys(found.notes) if note not in reading.notes]
    reading.answers += [*found.answers, *part]
    reading.contexts += [(context, answer) for answer in part]
    reading.mentions += normalise.check_mentions(found.mentions, context.situation)
    reading.footnotes += found.footnotes
    reading.outdated += [told for told in dict.fromkeys(found.outdated) if told not in reading.outdated]
    # Situations share places, so one row may have been read for an earlier situation already.
    earlier = set(reading.set_aside)
    fresh = [row for row in found.set_aside if row not in earlier]
    reading.run.set_aside += found.run.set_aside - len(found.set_aside) + len(fresh)
    reading.set_aside += fresh[: MOST_ASIDE - len(reading.set_aside)]


def _read_part(connector: Connector, context: Context, answers: Sequence[Answer], found: Reading, entries: Sequence[Correction]) -> None:
    """Parse answers that stand by themselves and pass their rows through the gate."""
    if not answers:
        return
    parsed: Parsed = connector.parse(context, answers)
    for source in parsed.sources:
        if found.sources.get(source.id, source) != source:
            raise SourceError(f"{source.id} is described in two ways, so nothing says which terms are its own", permanent=True)
        if model.through(source.id) != connector.SOURCE.id:
            raise SourceError(f"{source.id} is no source that came through {connector.SOURCE.id}", permanent=True)
        found.sources[source.id] = source
    corrected = corrections.apply(parsed.observations, entries, context.today)
    accepted, refused = normalise.check(corrected.rows, context.today, {context.situation.id})
    found.observations.add(accepted)
    found.first_refusal = found.first_refusal or next((row.reason for row in refused), "")
    found.given, found.accepted = found.given + len(parsed.observations), found.accepted + len(accepted)
    found.figures += sum(row.value is not None for row in accepted)
    _aside(found, [*parsed.set_aside, *refused])
    found.notes += [*parsed.notes, *(f"correction {name} is needed" for name in corrected.met)]
    found.outdated += corrected.outdated
    found.mentions += parsed.mentions
    found.footnotes += parsed.footnotes


def _aside(found: Reading, rows: Sequence[SetAside]) -> None:
    found.run.set_aside += len(rows)
    found.set_aside += rows[: MOST_ASIDE - len(found.set_aside)]


def _refuse_unreadable(found: Reading) -> None:
    """When nothing at all was of use, the format has changed: that must not look like a quiet day."""
    if found.given and not found.accepted:
        told = f"not one of {found.given} rows could be accepted, the first since: {found.first_refusal}"
        raise SourceError(told, permanent=True)
    if found.accepted and not found.figures:
        raise EmptyAnswer(f"{found.accepted} rows and not one figure in them, which is a fault and not a zero")
    if found.run.set_aside and not found.given and not found.mentions:
        told = f"not one of {found.run.set_aside} rows could be read, the first since: {found.set_aside[0].reason}"
        raise SourceError(told, permanent=True)


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
