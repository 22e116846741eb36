"""Rules for the text of customers' invoices, and which draft invoice has which case."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "narrative_rules",
        sa.Column("customer_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("customer_name", sa.Text(), nullable=False),
        sa.Column("po_number", sa.String(length=10), nullable=True),
        sa.Column("staff_names", sa.Boolean(), nullable=True),
        sa.Column("group_by", sa.String(length=10), nullable=True),
        sa.Column("max_length", sa.Integer(), nullable=True),
        sa.Column("forbidden_words", postgresql.ARRAY(sa.Text()), nullable=True),
        sa.Column("tone", sa.String(length=10), nullable=True),
        sa.Column("length", sa.String(length=10), nullable=True),
        sa.Column("per", sa.String(length=10), nullable=True),
        sa.Column("language", sa.String(length=2), nullable=True),
        sa.Column("set_by", sa.Text(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("customer_id >= 0", name=op.f("ck_narrative_rules_customer_known")),
        sa.CheckConstraint(
            "max_length is null or max_length between 80 and 2000", name=op.f("ck_narrative_rules_length_fits")
        ),
        sa.PrimaryKeyConstraint("customer_id", name=op.f("pk_narrative_rules")),
    )
    op.create_table(
        "narratives",
        sa.Column("invoice_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("document_id", sa.BigInteger(), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("foot", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("drafted_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("state in ('open', 'ended')", name=op.f("ck_narratives_state_known")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_narratives_case_id_cases")),
        sa.ForeignKeyConstraint(["document_id"], ["documents.id"], name=op.f("fk_narratives_document_id_documents")),
        sa.PrimaryKeyConstraint("invoice_id", name=op.f("pk_narratives")),
    )
    op.create_index(op.f("ix_narratives_case_id"), "narratives", ["case_id"])


def downgrade() -> None:
    op.drop_table("narratives")
    op.drop_table("narrative_rules")
