"""What was checked of a message's sender, and the addresses of customers in the mirror."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sender_checks",
        sa.Column("document_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("house", sa.Text(), nullable=False),
        sa.Column("verdict", sa.String(length=12), nullable=False),
        sa.Column("is_signed", sa.Boolean(), nullable=False),
        sa.Column("failed", postgresql.ARRAY(sa.String(length=40)), nullable=False),
        sa.Column("signs", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("again_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "verdict in ('confirmed', 'unconfirmed', 'failed', 'not_checked')",
            name=op.f("ck_sender_checks_verdict_known"),
        ),
        sa.CheckConstraint("(verdict = 'failed') = (failed <> '{}')", name=op.f("ck_sender_checks_failed_says_what")),
        sa.ForeignKeyConstraint(["document_id"], ["documents.id"], name=op.f("fk_sender_checks_document_id_documents")),
        sa.PrimaryKeyConstraint("document_id", name=op.f("pk_sender_checks")),
    )
    op.create_index("ix_sender_checks_house", "sender_checks", ["house", sa.text("document_id desc")], unique=False)
    op.create_index(
        "ix_sender_checks_again", "sender_checks", ["again_at"], unique=False,
        postgresql_where=sa.text("again_at is not null"),
    )  # fmt: skip
    op.create_index(
        "ix_sender_checks_failed", "sender_checks", ["document_id"], unique=False,
        postgresql_where=sa.text("failed <> '{}'"),
    )  # fmt: skip
    op.add_column("odoo_customers", sa.Column("email", sa.Text(), server_default="", nullable=False))


def downgrade() -> None:
    op.drop_column("odoo_customers", "email")
    op.drop_table("sender_checks")
