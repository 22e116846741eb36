"""How likely a model found each value that it could choose, kept with its answers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    column = sa.Column("likelihoods", postgresql.JSONB(), server_default="{}", nullable=False)
    op.add_column("llm_answers", column)


def downgrade() -> None:
    op.drop_column("llm_answers", "likelihoods")
