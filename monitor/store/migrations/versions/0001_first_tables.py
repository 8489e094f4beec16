"""The first tables, and the views that BI tools read."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from monitor.store.schema import Day, Moment, StatusCode

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


STATUSES = ("reported", "provisional", "estimated", "projected", "not_reported")  # by their codes


def upgrade() -> None:
    op.create_table(
        "answer",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("file", sa.Text(), nullable=False),
        sa.Column("bundled", sa.Boolean(), nullable=False),
        sa.Column("retrieved_at", Moment(), nullable=False),
        sa.Column("seen_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answer")),
        sa.UniqueConstraint("source", "url", "sha256", name=op.f("uq_answer_source_url_sha256")),
    )
    op.create_table(
        "ledger",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("situation", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("series", sa.Text(), nullable=False),
        sa.Column("move", sa.Text(), nullable=False),
        sa.Column("severity", sa.Text(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("recorded_at", Moment(), nullable=False),
        sa.Column("period_start", Day(), nullable=True),
        sa.Column("period_end", Day(), nullable=True),
        sa.Column("value", sa.Double(), nullable=True),
        sa.Column("threshold", sa.Double(), nullable=True),
        sa.Column("reference_end", Day(), nullable=True),
        sa.Column("reference", sa.Double(), nullable=True),
        sa.Column("sentence", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger")),
        sa.UniqueConstraint("situation", "rule", "at", "move", name=op.f("uq_ledger_situation_rule_at_move")),
    )
    op.create_table(
        "mention",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("situation", sa.Text(), nullable=False),
        sa.Column("identity", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("domain", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("country", sa.Text(), nullable=False),
        sa.Column("seen_at", Moment(), nullable=False),
        sa.Column("dated", sa.Boolean(), nullable=False),
        sa.Column("known_at", Moment(), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("feed", sa.Text(), nullable=False),
        sa.Column("answer_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mention")),
        sa.UniqueConstraint("situation", "identity", name=op.f("uq_mention_situation_identity")),
    )
    op.create_index(op.f("ix_mention_situation_seen_at"), "mention", ["situation", "seen_at"], unique=False)
    op.create_table(
        "observation",
        sa.Column("series_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("period_end", Day(), autoincrement=False, nullable=False),
        sa.Column("period_start", Day(), autoincrement=False, nullable=False),
        sa.Column("known_at", Moment(), autoincrement=False, nullable=False),
        sa.Column("value", sa.Double(), autoincrement=False, nullable=True),
        sa.Column("status", StatusCode(), autoincrement=False, nullable=False),
        sa.Column("qualifier", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("known_estimated", sa.Boolean(), autoincrement=False, nullable=False),
        sa.Column("answer_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("superseded_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("series_id", "period_end", "period_start", "known_at", name=op.f("pk_observation")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "run",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("started_at", Moment(), nullable=False),
        sa.Column("finished_at", Moment(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("new", sa.Integer(), nullable=False),
        sa.Column("same", sa.Integer(), nullable=False),
        sa.Column("revised", sa.Integer(), nullable=False),
        sa.Column("settled", sa.Integer(), nullable=False),
        sa.Column("mentions_new", sa.Integer(), nullable=False),
        sa.Column("mentions_same", sa.Integer(), nullable=False),
        sa.Column("set_aside", sa.Integer(), nullable=False),
        sa.Column("newest_period", Day(), nullable=True),
        sa.Column("messages", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_run")),
    )
    op.create_index(op.f("ix_run_source"), "run", ["source"], unique=False)
    op.create_table(
        "series",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("indicator", sa.Text(), nullable=False),
        sa.Column("location", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("breakdown", sa.Text(), nullable=False),
        sa.Column("frequency", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_series")),
        sa.UniqueConstraint(
            "source", "indicator", "location", "origin", "breakdown", name=op.f("uq_series_source_indicator_location_origin_breakdown")
        ),
    )
    op.create_index(op.f("ix_series_location_indicator"), "series", ["location", "indicator"], unique=False)
    op.create_table(
        "source",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("home", sa.Text(), nullable=False),
        sa.Column("licence", sa.Text(), nullable=False),
        sa.Column("citation", sa.Text(), nullable=False),
        sa.Column("cadence_seconds", sa.Integer(), nullable=True),
        sa.Column("lag_days", sa.Integer(), nullable=True),
        sa.Column("key_from", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source")),
    )
    op.create_table(
        "set_aside",
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("row", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_set_aside_run_id")),
        sa.PrimaryKeyConstraint("run_id", "position", name=op.f("pk_set_aside")),
    )
    _create_views(op.get_bind().dialect.name == "sqlite")


def _create_views(sqlite: bool) -> None:
    """`v_observation` has every vintage, `v_current` the newest; with readable dates and the series beside the figure."""
    day = "date({0} * 86400, 'unixepoch')" if sqlite else "{0}"
    moment = "datetime({0}, 'unixepoch')" if sqlite else "{0}"
    status = " ".join(f"WHEN {code} THEN '{name}'" for code, name in enumerate(STATUSES))
    columns = ", ".join(
        (
            "s.source, s.indicator, s.location, s.origin, s.breakdown, s.frequency",
            f"{day.format('o.period_start')} AS period_start, {day.format('o.period_end')} AS period_end, o.value",
            f"CASE o.status {status} END AS status, o.qualifier, a.url AS source_url",
            f"{moment.format('o.known_at')} AS known_at, {moment.format('o.superseded_at')} AS superseded_at",
        )
    )
    joined = "observation o JOIN series s ON s.id = o.series_id JOIN answer a ON a.id = o.answer_id"
    op.execute(f"CREATE VIEW v_observation AS SELECT {columns} FROM {joined}")
    op.execute(f"CREATE VIEW v_current AS SELECT {columns} FROM {joined} WHERE o.superseded_at IS NULL")
