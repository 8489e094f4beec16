"""Rules that people save on the page."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from monitor.store.schema import Moment

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "saved_rule",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("situation", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("written", sa.Text(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_rule")),
    )
    op.create_index(op.f("ix_saved_rule_situation_rule"), "saved_rule", ["situation", "rule"])


def downgrade() -> None:
    op.drop_table("saved_rule")
