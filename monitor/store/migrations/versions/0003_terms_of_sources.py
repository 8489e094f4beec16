"""The terms of each source, and whether they allow non-commercial use only."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("source", sa.Column("terms", sa.Text(), server_default="", nullable=False))
    op.add_column("source", sa.Column("non_commercial", sa.Boolean(), server_default=sa.false(), nullable=False))


def downgrade() -> None:
    op.drop_column("source", "non_commercial")
    op.drop_column("source", "terms")
