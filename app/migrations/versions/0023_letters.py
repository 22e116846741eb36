"""Replies on their way out by mail."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "letters",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("suggestion_id", sa.Uuid(), nullable=False),
        sa.Column("mailbox_id", sa.BigInteger(), nullable=False),
        sa.Column("message_id", sa.String(length=500), nullable=False),
        sa.Column("sender", sa.String(length=254), nullable=False),
        sa.Column("recipients", postgresql.ARRAY(sa.String(length=320)), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("document_id", sa.BigInteger(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("settled_by", sa.String(length=300), nullable=False),
        sa.Column("copy_wanted", sa.Boolean(), nullable=False),
        sa.Column("copied_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("bounced_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("bounced_because", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "state in ('waiting', 'sending', 'sent', 'uncertain', 'refused', 'bounced', 'withdrawn')",
            name=op.f("ck_letters_state_known"),
        ),
        sa.CheckConstraint(
            "state not in ('sent', 'bounced') or (sent_at is not null and document_id is not null)",
            name=op.f("ck_letters_sent_is_kept"),
        ),
        sa.CheckConstraint(
            "state <> 'sending' or document_id is not null", name=op.f("ck_letters_kept_before_it_leaves")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_letters_case_id_cases")),
        sa.ForeignKeyConstraint(["document_id"], ["documents.id"], name=op.f("fk_letters_document_id_documents")),
        sa.ForeignKeyConstraint(["mailbox_id"], ["mailboxes.id"], name=op.f("fk_letters_mailbox_id_mailboxes")),
        sa.ForeignKeyConstraint(
            ["suggestion_id"], ["suggestions.id"], name=op.f("fk_letters_suggestion_id_suggestions")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letters")),
        sa.UniqueConstraint("message_id", name=op.f("uq_letters_message_id")),
        sa.UniqueConstraint("suggestion_id", name=op.f("uq_letters_suggestion_id")),
    )
    op.create_index("ix_letters_case_id", "letters", ["case_id"], unique=False)
    op.create_index("ix_letters_document_id", "letters", ["document_id"], unique=False)
    op.create_index(
        "ix_letters_to_copy", "letters", ["sent_at"], unique=False,
        postgresql_where=sa.text("copy_wanted and copied_at is null"),
    )  # fmt: skip


def downgrade() -> None:
    op.drop_index(
        "ix_letters_to_copy", table_name="letters", postgresql_where=sa.text("copy_wanted and copied_at is null")
    )
    op.drop_index("ix_letters_document_id", table_name="letters")
    op.drop_index("ix_letters_case_id", table_name="letters")
    op.drop_table("letters")
