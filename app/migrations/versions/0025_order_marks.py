"""By what an order is known again when it comes another way."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "order_marks",
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("mark", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_order_marks_case_id_cases")),
        sa.PrimaryKeyConstraint("case_id", "mark", name=op.f("pk_order_marks")),
    )
    op.create_index("ix_order_marks_mark", "order_marks", ["mark"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_order_marks_mark", table_name="order_marks")
    op.drop_table("order_marks")
