"""The ledger says what was told and what people did; one rule may have several series."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from monitor.store.schema import Moment

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

OLD, NEW = ["situation", "rule", "at", "move"], ["situation", "rule", "series", "at", "move"]


def upgrade() -> None:
    with op.batch_alter_table("ledger") as ledger:
        for name in ("muted", "who", "why"):
            ledger.add_column(sa.Column(name, sa.Text(), nullable=False, server_default=""))
        ledger.add_column(sa.Column("until", Moment(), nullable=True))
        ledger.drop_constraint(op.f("uq_ledger_situation_rule_at_move"), type_="unique")
        ledger.create_unique_constraint(op.f("uq_ledger_situation_rule_series_at_move"), NEW)
    with op.batch_alter_table("ledger") as ledger:
        for name in ("muted", "who", "why"):
            ledger.alter_column(name, existing_type=sa.Text(), existing_nullable=False, server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("ledger") as ledger:
        ledger.drop_constraint(op.f("uq_ledger_situation_rule_series_at_move"), type_="unique")
        for name in ("muted", "who", "why", "until"):
            ledger.drop_column(name)
        ledger.create_unique_constraint(op.f("uq_ledger_situation_rule_at_move"), OLD)
