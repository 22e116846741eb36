"""Steps and writes count the leases that ended without a result apart from the waits for a peer."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

COUNTS = (("case_steps", "lost"), ("case_steps", "waits"), ("write_backs", "lost"))


def upgrade() -> None:
    for table, column in COUNTS:
        op.add_column(table, sa.Column(column, sa.Integer(), nullable=False, server_default="0"))


def downgrade() -> None:
    for table, column in reversed(COUNTS):
        op.drop_column(table, column)
