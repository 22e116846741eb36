"""What a report on past disputes asks for: the names of project managers, and cases of a kind by their day of opening."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("odoo_projects", sa.Column("manager", sa.Text(), server_default="", nullable=False))
    op.create_index(op.f("ix_cases_kind_opened_at"), "cases", ["kind", "opened_at"])


def downgrade() -> None:
    op.drop_index(op.f("ix_cases_kind_opened_at"), table_name="cases")
    op.drop_column("odoo_projects", "manager")
