"""Mailboxes, how far they were read, and every message that was taken out of one."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "mailboxes",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column("display_name", sa.String(length=200), nullable=False),
        sa.Column("settings", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=True),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("team", sa.String(length=80), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("is_default_for_sending", sa.Boolean(), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failing_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failure", sa.Text(), nullable=False),
        sa.Column("failures", sa.BigInteger(), nullable=False),
        sa.Column("last_message_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_lag_seconds", sa.Double(), nullable=True),
        sa.Column("taken_in", sa.BigInteger(), nullable=False),
        sa.Column("came_again", sa.BigInteger(), nullable=False),
        sa.Column("refused", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "kind in ('imap', 'maildir', 'graph', 'gmail', 'inbound')", name=op.f("ck_mailboxes_kind_known")
        ),
        sa.CheckConstraint("name ~ '^[a-z0-9][a-z0-9-]{0,39}$'", name=op.f("ck_mailboxes_name_is_short")),
        sa.CheckConstraint("state in ('active', 'paused')", name=op.f("ck_mailboxes_state_known")),
        sa.ForeignKeyConstraint(["made_by"], ["users.id"], name=op.f("fk_mailboxes_made_by_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mailboxes")),
        sa.UniqueConstraint("name", name=op.f("uq_mailboxes_name")),
    )
    op.create_index(
        "uq_mailboxes_default_for_sending",
        "mailboxes",
        ["is_default_for_sending"],
        unique=True,
        postgresql_where=sa.text("is_default_for_sending"),
    )
    op.create_table(
        "taken_mails",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("document_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["documents.id"], name=op.f("fk_taken_mails_document_id_documents")),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_taken_mails")),
    )
    op.create_index("ix_taken_mails_document_id", "taken_mails", ["document_id"], unique=False)
    op.create_table(
        "document_pieces",
        sa.Column("delivery", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("delivery", "number", name=op.f("pk_document_pieces")),
    )
    op.create_index("ix_document_pieces_kept_at", "document_pieces", ["kept_at"], unique=False)
    op.create_table(
        "mailbox_backfills",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("mailbox_id", sa.BigInteger(), nullable=False),
        sa.Column("folder", sa.String(length=500), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("per_minute", sa.Integer(), nullable=False),
        sa.Column("validity", sa.String(length=200), nullable=False),
        sa.Column("read_to", sa.String(length=2000), nullable=False),
        sa.Column("total", sa.Integer(), nullable=True),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("asked_by", sa.String(length=300), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failure", sa.Text(), nullable=False),
        sa.CheckConstraint("per_minute between 1 and 6000", name=op.f("ck_mailbox_backfills_throttled")),
        sa.ForeignKeyConstraint(
            ["mailbox_id"], ["mailboxes.id"], name=op.f("fk_mailbox_backfills_mailbox_id_mailboxes")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mailbox_backfills")),
    )
    op.create_index(op.f("ix_mailbox_backfills_mailbox_id"), "mailbox_backfills", ["mailbox_id"], unique=False)
    op.create_table(
        "mailbox_folders",
        sa.Column("mailbox_id", sa.BigInteger(), nullable=False),
        sa.Column("folder", sa.String(length=500), nullable=False),
        sa.Column("validity", sa.String(length=200), nullable=False),
        sa.Column("read_to", sa.String(length=2000), nullable=False),
        sa.ForeignKeyConstraint(["mailbox_id"], ["mailboxes.id"], name=op.f("fk_mailbox_folders_mailbox_id_mailboxes")),
        sa.PrimaryKeyConstraint("mailbox_id", "folder", name=op.f("pk_mailbox_folders")),
    )
    op.create_table(
        "mailbox_messages",
        sa.Column("mailbox_id", sa.BigInteger(), nullable=False),
        sa.Column("folder", sa.String(length=500), nullable=False),
        sa.Column("validity", sa.String(length=200), nullable=False),
        sa.Column("key", sa.String(length=500), nullable=False),
        sa.Column("outcome", sa.String(length=12), nullable=False),
        sa.Column("document_id", sa.BigInteger(), nullable=True),
        sa.Column("stored_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("filed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "outcome in ('taken_in', 'came_again', 'refused')", name=op.f("ck_mailbox_messages_outcome_known")
        ),
        sa.ForeignKeyConstraint(
            ["document_id"], ["documents.id"], name=op.f("fk_mailbox_messages_document_id_documents")
        ),
        sa.ForeignKeyConstraint(
            ["mailbox_id"], ["mailboxes.id"], name=op.f("fk_mailbox_messages_mailbox_id_mailboxes")
        ),
        sa.PrimaryKeyConstraint("mailbox_id", "folder", "validity", "key", name=op.f("pk_mailbox_messages")),
    )
    op.create_index("ix_mailbox_messages_document_id", "mailbox_messages", ["document_id"], unique=False)
    op.create_index(
        "ix_mailbox_messages_to_move",
        "mailbox_messages",
        ["mailbox_id", "folder"],
        unique=False,
        postgresql_where=sa.text("filed_at is null"),
    )


def downgrade() -> None:
    op.drop_index(
        "ix_mailbox_messages_to_move", table_name="mailbox_messages", postgresql_where=sa.text("filed_at is null")
    )
    op.drop_index("ix_mailbox_messages_document_id", table_name="mailbox_messages")
    op.drop_table("mailbox_messages")
    op.drop_table("mailbox_folders")
    op.drop_index(op.f("ix_mailbox_backfills_mailbox_id"), table_name="mailbox_backfills")
    op.drop_table("mailbox_backfills")
    op.drop_index("ix_document_pieces_kept_at", table_name="document_pieces")
    op.drop_table("document_pieces")
    op.drop_index("ix_taken_mails_document_id", table_name="taken_mails")
    op.drop_table("taken_mails")
    op.drop_index(
        "uq_mailboxes_default_for_sending", table_name="mailboxes", postgresql_where=sa.text("is_default_for_sending")
    )
    op.drop_table("mailboxes")
