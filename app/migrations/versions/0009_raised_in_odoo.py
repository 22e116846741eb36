"""The record that somebody raised an exception on in Odoo finds the case."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_odoo_events_raised", "odoo_events", ["model", "record_id"],
        postgresql_where=sa.text("type in ('exception.raised', 'record.sent')"),
    )  # fmt: skip


def downgrade() -> None:
    op.drop_index("ix_odoo_events_raised", table_name="odoo_events")
