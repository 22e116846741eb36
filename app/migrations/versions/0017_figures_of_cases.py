"""What the dashboards ask for: decisions and cases by their day."""

from __future__ import annotations

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(op.f("ix_decisions_at"), "decisions", ["at"])
    op.create_index(op.f("ix_cases_opened_at"), "cases", ["opened_at"])


def downgrade() -> None:
    op.drop_index(op.f("ix_cases_opened_at"), table_name="cases")
    op.drop_index(op.f("ix_decisions_at"), table_name="decisions")
