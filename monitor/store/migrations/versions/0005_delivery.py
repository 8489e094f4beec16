"""What is to be told through which channel, and the channels that were switched off."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from monitor.store.schema import Moment

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "outbox",
        sa.Column("ledger_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("settled", sa.Boolean(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", Moment(), nullable=True),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("queued_at", Moment(), nullable=False),
        sa.Column("changed_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("ledger_id", "channel", name=op.f("pk_outbox")),
    )
    op.create_index(op.f("ix_outbox_settled_channel"), "outbox", ["settled", "channel"])
    op.create_table(
        "channel",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("off", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("since", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_channel")),
    )


def downgrade() -> None:
    op.drop_table("channel")
    op.drop_table("outbox")
