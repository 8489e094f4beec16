"""Writing figures and articles: append-only, set-based, the same statements on SQLite and PostgreSQL."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, ScalarSelect, Table, and_, case, delete, func, insert, select, tuple_, update

from monitor.model import Answer, Footnote, Mention, Observation, Run, SeriesKey, SetAside
from monitor.store import notes, runs, schema
from monitor.store.engine import Store, batched
from monitor.store.schema import answer, mention, observation, received, series, stage, stage_answer, stage_series
from monitor.store.stage import Stage

COLUMNS = tuple(column.name for column in schema.observation.columns if column.name != "superseded_at")


class Counts(NamedTuple):
    """What became of the rows that were offered."""

    new: int = 0
    same: int = 0
    revised: int = 0
    settled: int = 0  # the same value under another status

    def plus(self, other: Counts) -> Counts:
        return Counts(*(a + b for a, b in zip(self, other, strict=True)))


def save(
    store: Store,
    report: Run,
    given: Sequence[Answer] = (),
    observed: Sequence[Observation] = (),
    mentioned: Sequence[Mention] = (),
    put_aside: Sequence[SetAside] = (),
    footnotes: Sequence[Footnote] = (),
) -> Run:
    """Store one run of one source whose rows are all at hand: see `commit`."""
    with Stage(store) as staged:
        staged.add(observed)
        return commit(staged, report, given, mentioned, put_aside, footnotes)


def commit(
    staged: Stage,
    report: Run,
    given: Sequence[Answer] = (),
    mentioned: Sequence[Mention] = (),
    put_aside: Sequence[SetAside] = (),
    footnotes: Sequence[Footnote] = (),
) -> Run:
    """Store one run of one source: all of it or, however the process ends, nothing. Returns the report with its counts.

    A row equals the vintage known at its moment when value and status are the same and it brings no other qualifier;
    then nothing is stored. The caller holds `store.alone`, so keys may be chosen before the write lock is taken.
    """
    connection = staged.connection
    report.newest_period = staged.newest_period()
    with connection.begin():
        answer_ids, fresh_answers = _plan_answers(connection, given)
        _place_answers(connection, staged, answer_ids)
        _place_series(connection, staged)
        if staged.fetches > 1:
            _tell_once(connection)
    connection.execution_options(immediate=True)
    with connection.begin():
        _insert(connection, answer, fresh_answers)
        _open_series(connection)
        _seen_again(connection, answer_ids, fresh_answers)
        _rank(connection)
        report.new, report.same, report.revised, report.settled = _append(connection)
        report.mentions_new, report.mentions_same = _mentions(connection, mentioned, answer_ids)
        if footnotes:
            notes.replace_all(connection, report.source, footnotes, answer_ids)
        report.set_aside = max(report.set_aside, len(put_aside))
        runs.record(connection, report, put_aside)
    return report


def _insert(connection: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        connection.execute(insert(table), rows)


def _place_answers(connection: Connection, staged: Stage, ids: Mapping[Answer, int]) -> None:
    known = {staged.number_of(one): number for one, number in ids.items()}
    _insert(connection, stage_answer, [{"number": number, "id": row} for number, row in known.items()])
    strange = select(received.c.position).where(received.c.answer_id.not_in(select(stage_answer.c.number))).limit(1)
    if connection.scalar(strange) is not None:
        raise KeyError("a row rests on an answer that is not among those given")


def _place_series(connection: Connection, staged: Stage) -> None:
    """Find the stored series of the rows; of a sparse source, a series that is and was nothing but zeros goes."""
    names = ("number", *SeriesKey._fields, "frequency", "filled")
    keys = zip(staged.numbers.items(), staged.frequencies, strict=True)
    rows = [dict(zip(names, (number, *key, step, number in staged.filled), strict=True)) for (key, number), step in keys]
    _insert(connection, stage_series, rows)
    connection.execute(update(stage_series).values(id=_stored_id()))
    if staged.sparse:
        empty = select(stage_series.c.number).where(~stage_series.c.filled, stage_series.c.id.is_(None))
        connection.execute(delete(received).where(received.c.value == 0, received.c.series_id.in_(empty)))
    named = select(received.c.series_id)
    connection.execute(delete(stage_series).where(stage_series.c.number.not_in(named)))


def _stored_id() -> ScalarSelect[Any]:
    """The id of the stored series of a staged one."""
    same = and_(*(series.c[name] == stage_series.c[name] for name in SeriesKey._fields))
    return select(series.c.id).where(same).scalar_subquery()


def _open_series(connection: Connection) -> None:
    """Store the series that are new."""
    names = (*SeriesKey._fields, "frequency")
    number = func.row_number().over(order_by=stage_series.c.number) + runs.next_id(connection, series) - 1
    fresh = select(number, *(stage_series.c[name] for name in names)).where(stage_series.c.id.is_(None))
    connection.execute(insert(series).from_select(["id", *names], fresh))
    connection.execute(update(stage_series).where(stage_series.c.id.is_(None)).values(id=_stored_id()))


def _tell_once(connection: Connection) -> None:
    """Situations share places: of rows that two of them tell alike, the first is kept."""
    r = received.c
    known = case((r.stated, r.known_at), else_=None)
    alike = (r.series_id, r.period_end, r.period_start, r.value, r.status, r.qualifier, r.stated, known)
    connection.execute(delete(received).where(r.position.not_in(select(func.min(r.position)).group_by(*alike))))


def _rank(connection: Connection) -> None:
    """Give the rows the ids they are stored under, and number the vintages of each period from the oldest on."""
    r = received.c
    ids = {"series_id": stage_series.c.id, "answer_id": stage_answer.c.id}
    period = (r.series_id, r.period_end, r.period_start)
    rank = func.row_number().over(partition_by=period, order_by=(r.known_at, r.position)) - 1
    joined = received.join(stage_series, stage_series.c.number == r.series_id).join(stage_answer, stage_answer.c.number == r.answer_id)
    rows = select(rank, *(ids.get(name, r[name]) for name in COLUMNS)).select_from(joined)
    connection.execute(insert(stage).from_select(["rank", *COLUMNS], rows))


def _append(connection: Connection) -> Counts:
    """Move the staged rows into the store, one vintage of each period after the other, oldest first."""
    total = Counts()
    last = connection.scalar(select(func.max(stage.c.rank)))
    for rank in range(0 if last is None else last + 1):
        total = total.plus(_append_rank(connection, rank))
    return total


def _append_rank(connection: Connection, rank: int) -> Counts:
    mine = stage.c.rank == rank
    current, earlier = observation.alias("current"), observation.alias("earlier")
    known_then = and_(_same_period(current), _holds_at(current, stage.c.known_at))
    same_value = current.c.value.is_not_distinct_from(stage.c.value)
    nothing_said = stage.c.qualifier.in_(("", current.c.qualifier))
    equal = and_(known_then, same_value, current.c.status == stage.c.status, nothing_said)

    same = 0
    while True:
        same += connection.execute(stage.delete().where(mine, select(1).where(equal).exists())).rowcount
        if not _make_room(connection, mine):
            break
    settled = _count(connection, mine, select(1).where(known_then, same_value).exists())
    revised = _count(connection, mine, select(1).where(known_then, ~same_value).exists())
    left = _count(connection, mine)

    next_known = select(func.min(earlier.c.known_at)).where(_same_period(earlier), earlier.c.known_at > stage.c.known_at)
    rows = select(*(stage.c[name] for name in COLUMNS), next_known.scalar_subquery()).where(mine)
    connection.execute(insert(observation).from_select([*COLUMNS, "superseded_at"], rows))
    # One row of the stage for each period, so the join names every overtaken vintage once.
    overtaken = observation.c.superseded_at.is_(None) | (observation.c.superseded_at > stage.c.known_at)
    older = and_(mine, _same_period(observation), observation.c.known_at < stage.c.known_at, overtaken)
    connection.execute(update(observation).values(superseded_at=stage.c.known_at).where(older))
    return Counts(new=left - settled - revised, same=same, revised=revised, settled=settled)


def _make_room(connection: Connection, mine: ColumnElement[bool]) -> bool:
    """Of two values known at the same second the one offered now was learnt a second later. False: none had to move."""
    taken = select(1).where(_same_period(observation), observation.c.known_at == stage.c.known_at).exists()
    rows = connection.execute(select(stage).where(mine, taken)).all()
    for row in rows:
        key = and_(mine, *(stage.c[name] == getattr(row, name) for name in schema.OBSERVATION_KEY))
        connection.execute(update(stage).where(key).values(known_at=row.known_at + dt.timedelta(seconds=1)))
    return bool(rows)


def _same_period(table: Any) -> ColumnElement[bool]:
    return and_(*(table.c[name] == stage.c[name] for name in schema.PERIOD))


def _holds_at(table: Any, moment: ColumnElement[Any]) -> ColumnElement[bool]:
    return and_(table.c.known_at <= moment, (table.c.superseded_at.is_(None)) | (table.c.superseded_at > moment))


def _count(connection: Connection, *where: ColumnElement[bool]) -> int:
    return int(connection.scalar(select(func.count()).select_from(stage).where(*where)) or 0)


def _plan_answers(connection: Connection, given: Sequence[Answer]) -> tuple[dict[Answer, int], list[dict[str, Any]]]:
    """Ids of the answers, and the rows of those that are not stored yet. One seen before keeps its id and first date."""
    ids: dict[Answer, int] = {}
    fresh: dict[tuple[str, str, str], dict[str, Any]] = {}
    free = runs.next_id(connection, answer)
    for one in dict.fromkeys(given):
        identity = (one.source, one.url, one.sha256)
        same = and_(answer.c.source == one.source, answer.c.url == one.url, answer.c.sha256 == one.sha256)
        known = fresh[identity]["id"] if identity in fresh else connection.scalar(select(answer.c.id).where(same))
        if known is None:
            known, free = free, free + 1
            names = ("source", "url", "sha256", "file", "bundled", "retrieved_at")
            fresh[identity] = {"id": known, "seen_at": one.retrieved_at, **{name: getattr(one, name) for name in names}}
        ids[one] = int(known)
    return ids, list(fresh.values())


def _seen_again(connection: Connection, ids: dict[Answer, int], fresh: Sequence[dict[str, Any]]) -> None:
    new = {row["id"] for row in fresh}
    for one, number in ids.items():
        if number not in new:
            connection.execute(update(answer).where(answer.c.id == number).values(seen_at=one.retrieved_at))


def _mentions(connection: Connection, rows: Sequence[Mention], answer_ids: dict[Answer, int]) -> tuple[int, int]:
    """Store the articles that a situation has not seen yet; returns (new, same)."""
    offered = {(row.situation, row.identity): row for row in rows}
    columns = (mention.c.situation, mention.c.identity)
    known: set[tuple[str, str]] = set()
    for pairs in batched(list(offered)):
        known |= {(row[0], row[1]) for row in connection.execute(select(*columns).where(tuple_(*columns).in_(pairs)))}
    fresh = [row for pair, row in offered.items() if pair not in known]
    first = runs.next_id(connection, mention)
    names = ("situation", "identity", "url", "title", "domain", "language", "country", "seen_at", "dated", "query", "feed")
    stored = [
        {
            "id": first + position,
            "source": row.answer.source,
            "known_at": row.answer.retrieved_at,
            "answer_id": answer_ids[row.answer],
            **{name: getattr(row, name) for name in names},
        }
        for position, row in enumerate(fresh)
    ]
    _insert(connection, mention, stored)
    return len(fresh), len(offered) - len(fresh)
