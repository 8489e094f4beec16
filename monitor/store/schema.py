"""The tables, each declared once. What is written is figures with two dates, articles, runs and the ledger.

Days and moments are integers on SQLite (a third of the size, half of the read) and native types on PostgreSQL.
Values never change: the same period with another value is a new row with another `known_at`. `superseded_at` is derived
from the rows of the period and kept right when an older vintage arrives late, so that "as known on D" is
`known_at <= D AND (superseded_at IS NULL OR superseded_at > D)`.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Dialect,
    Double,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    false,
)
from sqlalchemy.types import TypeDecorator, TypeEngine

from monitor.model import Status

EPOCH = dt.date(1970, 1, 1)


class Day(TypeDecorator[dt.date]):
    """A date: days since 1970 on SQLite, DATE elsewhere."""

    impl = Integer
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(Integer() if dialect.name == "sqlite" else Date())

    def process_bind_param(self, value: dt.date | None, dialect: Dialect) -> Any:
        return (value - EPOCH).days if value is not None and dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> dt.date | None:
        return EPOCH + dt.timedelta(days=value) if value is not None and dialect.name == "sqlite" else value


class Moment(TypeDecorator[dt.datetime]):
    """A moment in UTC, to the second: seconds since 1970 on SQLite, TIMESTAMPTZ elsewhere."""

    impl = BigInteger
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(BigInteger() if dialect.name == "sqlite" else DateTime(timezone=True))

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        whole = value.astimezone(dt.UTC).replace(microsecond=0)
        return int(whole.timestamp()) if dialect.name == "sqlite" else whole

    def process_result_value(self, value: Any, dialect: Dialect) -> dt.datetime | None:
        if value is None:
            return None
        return dt.datetime.fromtimestamp(value, dt.UTC) if dialect.name == "sqlite" else value.astimezone(dt.UTC)


STATUSES: tuple[Status, ...] = tuple(Status)  # stored by position: append new ones at the end of the enumeration


class StatusCode(TypeDecorator[Status]):
    """A status as a small number, since every figure carries one."""

    impl = SmallInteger
    cache_ok = True

    def process_bind_param(self, value: Status | str | None, dialect: Dialect) -> int | None:
        return None if value is None else STATUSES.index(Status(value))

    def process_result_value(self, value: int | None, dialect: Dialect) -> Status | None:
        return None if value is None else STATUSES[value]


metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
    }
)

# The sources as they describe themselves, written by the writer so that a reader needs no connector.
source = Table(
    "source",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("about", Text, nullable=False),
    Column("home", Text, nullable=False),
    Column("licence", Text, nullable=False),
    Column("citation", Text, nullable=False),
    Column("cadence_seconds", Integer),  # NULL: not asked, bundled only
    Column("lag_days", Integer),  # after a period's end; NULL: not known
    Column("key_from", Text, nullable=False),
    Column("terms", Text, nullable=False, server_default=""),
    Column("non_commercial", Boolean, nullable=False, server_default=false()),
)

series = Table(
    "series",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("source", Text, nullable=False),
    Column("indicator", Text, nullable=False),
    Column("location", Text, nullable=False),
    Column("origin", Text, nullable=False),
    Column("breakdown", Text, nullable=False),
    Column("frequency", Text, nullable=False),
    UniqueConstraint("source", "indicator", "location", "origin", "breakdown"),
    Index(None, "location", "indicator"),  # what a page asks by
    Index(None, "indicator", "location", "origin"),  # what there is to choose from
)

answer = Table(
    "answer",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("source", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("file", Text, nullable=False),
    Column("bundled", Boolean, nullable=False),
    Column("retrieved_at", Moment, nullable=False),  # the first time
    Column("seen_at", Moment, nullable=False),  # the last time
    UniqueConstraint("source", "url", "sha256"),
)

PERIOD = ("series_id", "period_end", "period_start")
OBSERVATION_KEY = (*PERIOD, "known_at")


def _observation_columns() -> list[Column[Any]]:
    return [
        Column("series_id", Integer, nullable=False),
        Column("period_end", Day, nullable=False),
        Column("period_start", Day, nullable=False),
        Column("known_at", Moment, nullable=False),
        Column("value", Double),
        Column("status", StatusCode, nullable=False),
        Column("qualifier", Text, nullable=False),
        Column("known_estimated", Boolean, nullable=False),
        Column("answer_id", Integer, nullable=False),
    ]


observation = Table(
    "observation",
    metadata,
    *(
        Column(c.name, c.type, primary_key=c.name in OBSERVATION_KEY, autoincrement=False, nullable=bool(c.nullable))
        for c in _observation_columns()
    ),
    Column("superseded_at", Moment),
    sqlite_with_rowid=False,
)

stage = Table(
    "stage_observation",
    MetaData(),
    Column("rank", Integer, primary_key=True, autoincrement=False),  # 0 for the oldest vintage of a period, then 1, 2, ...
    *(Column(c.name, c.type, primary_key=c.name in PERIOD, autoincrement=False, nullable=bool(c.nullable)) for c in _observation_columns()),
    prefixes=["TEMPORARY"],
)

# What a source has told so far, before it is known under which ids it will be stored: series and answers have numbers of the
# stage's own. Temporary tables are on disk, so that the size of an answer is no matter of memory.
received = Table(
    "stage_received",
    MetaData(),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("fetch", Integer, nullable=False),  # which situation's
    *(Column(c.name, c.type, nullable=bool(c.nullable)) for c in _observation_columns()),
    Column("stated", Boolean, nullable=False),  # known_at is what the source says, not when the answer came
    prefixes=["TEMPORARY"],
)
stage_series = Table(
    "stage_series",
    MetaData(),
    Column("number", Integer, primary_key=True, autoincrement=False),
    *(Column(name, Text, nullable=False) for name in ("source", "indicator", "location", "origin", "breakdown", "frequency")),
    Column("filled", Boolean, nullable=False),  # some value of it is not zero
    Column("id", Integer),  # of the stored series; NULL: not stored yet
    prefixes=["TEMPORARY"],
)
stage_answer = Table(
    "stage_answer",
    MetaData(),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("id", Integer, nullable=False),
    prefixes=["TEMPORARY"],
)

mention = Table(
    "mention",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("situation", Text, nullable=False),
    Column("identity", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("domain", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("country", Text, nullable=False),
    Column("seen_at", Moment, nullable=False),
    Column("dated", Boolean, nullable=False),
    Column("known_at", Moment, nullable=False),
    Column("query", Text, nullable=False),
    Column("feed", Text, nullable=False),
    Column("answer_id", Integer, nullable=False),
    UniqueConstraint("situation", "identity"),
    Index(None, "situation", "seen_at"),
)

# What a source says beside its figures: a text that holds for places (empty: all) and days. Withdrawn, it stays readable.
note = Table(
    "note",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("source", Text, nullable=False),
    Column("indicator", Text, nullable=False),
    Column("location", Text, nullable=False),
    Column("origin", Text, nullable=False),
    Column("first_day", Day, nullable=False),
    Column("last_day", Day, nullable=False),
    Column("text", Text, nullable=False),
    Column("known_at", Moment, nullable=False),
    Column("gone_at", Moment),  # since when the source no longer says it
    Column("answer_id", Integer, nullable=False),
    Index(None, "source", "indicator", "location"),
)

run = Table(
    "run",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("source", Text, nullable=False, index=True),
    Column("started_at", Moment, nullable=False),
    Column("finished_at", Moment, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("new", Integer, nullable=False),
    Column("same", Integer, nullable=False),
    Column("revised", Integer, nullable=False),
    Column("settled", Integer, nullable=False),
    Column("mentions_new", Integer, nullable=False),
    Column("mentions_same", Integer, nullable=False),
    Column("set_aside", Integer, nullable=False),
    Column("newest_period", Day),
    Column("messages", Text, nullable=False),  # one a line
)

set_aside = Table(
    "set_aside",
    metadata,
    Column("run_id", ForeignKey("run.id"), primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("reason", Text, nullable=False),
    Column("row", Text, nullable=False),
)

# The alert ledger: append-only. Whether an alert is open is derived from its last entry.
ledger = Table(
    "ledger",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("situation", Text, nullable=False),
    Column("rule", Text, nullable=False),
    Column("series", Text, nullable=False),
    Column("move", Text, nullable=False),
    Column("severity", Text, nullable=False),
    Column("at", Moment, nullable=False),  # when the figure behind it was known
    Column("recorded_at", Moment, nullable=False),
    Column("period_start", Day),
    Column("period_end", Day),
    Column("value", Double),
    Column("threshold", Double),
    Column("reference_end", Day),
    Column("reference", Double),
    Column("sentence", Text, nullable=False),
    Column("muted", Text, nullable=False),  # why nobody was told; empty: it was told
    Column("who", Text, nullable=False),  # empty: the rule itself
    Column("why", Text, nullable=False),
    Column("until", Moment),  # the end of a silence
    UniqueConstraint("situation", "rule", "series", "at", "move"),
)


# Rules that people wrote on the page, every version of them; the newest of a rule holds.
saved_rule = Table(
    "saved_rule",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("situation", Text, nullable=False),
    Column("rule", Text, nullable=False),
    Column("written", Text, nullable=False),  # TOML, as a situation's file takes it; empty: withdrawn
    Column("who", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Index(None, "situation", "rule"),
)

# What is to be told through a channel: one row for each entry of the ledger and channel. What is not settled is looked at
# again by every delivery.
outbox = Table(
    "outbox",
    metadata,
    Column("ledger_id", Integer, primary_key=True, autoincrement=False),
    Column("channel", Text, primary_key=True),
    Column("state", Text, nullable=False),  # waiting, held, sent or failed
    Column("reason", Text, nullable=False),  # why held or failed, or what the last attempt met
    Column("settled", Boolean, nullable=False),  # nothing will change any more
    Column("attempts", Integer, nullable=False),
    Column("next_at", Moment),  # not before this moment
    Column("message", Text, nullable=False),  # what was tried together stays together, under one name
    Column("queued_at", Moment, nullable=False),
    Column("changed_at", Moment, nullable=False),
    Index(None, "settled", "channel"),
)

# A channel that was switched off by an error that will not pass. Without a row it is as configured.
channel = Table(
    "channel",
    metadata,
    Column("name", Text, primary_key=True),
    Column("off", Boolean, nullable=False),
    Column("reason", Text, nullable=False),
    Column("since", Moment, nullable=False),
)
