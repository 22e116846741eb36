"""What a list says of a draft invoice's text without opening it, and the trail found by person, kind and day."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_TRAIL = {"ix_audit_events_at": "at", "ix_audit_events_actor": "actor", "ix_audit_events_action": "action"}


def upgrade() -> None:
    op.add_column("narratives", sa.Column("name", sa.Text(), server_default="", nullable=False))
    op.add_column("narratives", sa.Column("net", sa.Numeric(18, 4), nullable=True))
    op.add_column("narratives", sa.Column("currency", sa.String(3), server_default="", nullable=False))
    op.add_column("narratives", sa.Column("lines", sa.Integer(), server_default="0", nullable=False))
    op.add_column(
        "narratives",
        sa.Column("clean_lines", postgresql.ARRAY(sa.BigInteger()), server_default="{}", nullable=False),
    )
    op.add_column("narratives", sa.Column("held_back", sa.Integer(), server_default="0", nullable=False))
    op.add_column("narratives", sa.Column("without_text", sa.Integer(), server_default="0", nullable=False))
    for name in ("name", "currency", "lines", "clean_lines", "held_back", "without_text"):
        op.alter_column("narratives", name, server_default=None)
    op.execute("update narratives set fingerprint = ''")  # drafted anew at the next run, line by line
    for index, column in _TRAIL.items():
        op.create_index(index, "audit_events", [column, "id"])


def downgrade() -> None:
    for index in _TRAIL:
        op.drop_index(index, "audit_events")
    for name in ("without_text", "held_back", "clean_lines", "lines", "currency", "net", "name"):
        op.drop_column("narratives", name)
