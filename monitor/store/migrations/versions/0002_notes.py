"""Notes beside figures, and an index for choosing among many series."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from monitor.store.schema import Day, Moment

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "note",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("indicator", sa.Text(), nullable=False),
        sa.Column("location", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("first_day", Day(), nullable=False),
        sa.Column("last_day", Day(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("known_at", Moment(), nullable=False),
        sa.Column("gone_at", Moment(), nullable=True),
        sa.Column("answer_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_note")),
    )
    op.create_index(op.f("ix_note_source_indicator_location"), "note", ["source", "indicator", "location"], unique=False)
    op.create_index(op.f("ix_series_indicator_location_origin"), "series", ["indicator", "location", "origin"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_series_indicator_location_origin"), "series")
    op.drop_table("note")
