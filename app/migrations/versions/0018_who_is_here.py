"""Who has which case open."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "case_visits",
        sa.Column("case_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("case_id", "user_id", name=op.f("pk_case_visits")),
        prefixes=["UNLOGGED"],
    )
    op.create_index("ix_case_visits_seen_at", "case_visits", ["seen_at"])


def downgrade() -> None:
    op.drop_index("ix_case_visits_seen_at", table_name="case_visits")
    op.drop_table("case_visits")
