"""The first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:

    op.create_table(
        "audit_checkpoints",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("heads", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("merkle_root", sa.String(length=64), nullable=False),
        sa.Column("previous_root", sa.String(length=64), nullable=False),
        sa.Column("signature", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_checkpoints")),
    )
    op.create_table(
        "audit_events",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=300), nullable=False),
        sa.Column("action", sa.String(length=80), nullable=False),
        sa.Column("content", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("previous_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_events")),
        sa.UniqueConstraint("case_id", "seq", name=op.f("uq_audit_events_case_id_seq")),
    )
    op.create_table(
        "audit_heads",
        sa.Column("case_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_audit_heads")),
    )
    op.create_table(
        "documents",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_documents")),
        sa.UniqueConstraint("sha256", name=op.f("uq_documents_sha256")),
    )
    op.create_table(
        "users",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("roles", postgresql.ARRAY(sa.String(length=40)), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("email", name=op.f("uq_users_email")),
    )
    op.create_table(
        "api_keys",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("prefix", sa.String(length=12), nullable=False),
        sa.Column("key_hash", sa.String(length=64), nullable=False),
        sa.Column("scopes", postgresql.ARRAY(sa.String(length=40)), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_api_keys_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_keys")),
        sa.UniqueConstraint("key_hash", name=op.f("uq_api_keys_key_hash")),
    )
    op.create_table(
        "arrivals",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("document_id", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.String(length=120), nullable=False),
        sa.Column("source_key", sa.String(length=500), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["documents.id"], name=op.f("fk_arrivals_document_id_documents")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_arrivals")),
        sa.UniqueConstraint("source", "source_key", name=op.f("uq_arrivals_source_source_key")),
    )
    op.create_index(op.f("ix_arrivals_document_id"), "arrivals", ["document_id"], unique=False)
    op.create_table(
        "cases",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=True),
        sa.Column("reason", sa.String(length=40), nullable=True),
        sa.Column("reading", sa.String(length=10), nullable=True),
        sa.Column("confidence", sa.Numeric(precision=18, scale=4), nullable=True),
        sa.Column("flags", postgresql.ARRAY(sa.String(length=40)), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("customer_name", sa.Text(), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=True),
        sa.Column("company_id", sa.Integer(), nullable=True),
        sa.Column("sender", sa.Text(), nullable=False),
        sa.Column("thread_key", sa.Text(), nullable=False),
        sa.Column("at_stake", sa.Numeric(precision=18, scale=4), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=True),
        sa.Column("deadline", sa.Date(), nullable=True),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("here_because", sa.Text(), nullable=False),
        sa.Column("priority_because", sa.Text(), nullable=False),
        sa.Column("unsure_because", sa.Text(), nullable=False),
        sa.Column("attention", sa.Text(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("delivery_validated_by", sa.Uuid(), nullable=True),
        sa.Column("merged_into", sa.BigInteger(), nullable=True),
        sa.Column("snoozed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state in ('received', 'to_decide', 'needs_approval', 'writing', 'stale', 'needs_attention', 'snoozed', 'done', 'closed')",
            name=op.f("ck_cases_state_known"),
        ),
        sa.CheckConstraint("(at_stake is null) or (currency is not null)", name=op.f("ck_cases_amount_has_currency")),
        sa.ForeignKeyConstraint(
            ["delivery_validated_by"], ["users.id"], name=op.f("fk_cases_delivery_validated_by_users")
        ),
        sa.ForeignKeyConstraint(["merged_into"], ["cases.id"], name=op.f("fk_cases_merged_into_cases")),
        sa.ForeignKeyConstraint(["owner_id"], ["users.id"], name=op.f("fk_cases_owner_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cases")),
    )
    op.create_index("ix_cases_customer", "cases", ["customer_name"], unique=False)
    op.create_index(
        "ix_cases_inbox",
        "cases",
        ["state", sa.literal_column("priority desc"), sa.literal_column("id desc")],
        unique=False,
    )
    op.create_index("ix_cases_thread_key", "cases", ["thread_key"], unique=False)
    op.create_table(
        "readings",
        sa.Column("document_id", sa.BigInteger(), nullable=False),
        sa.Column("reader_version", sa.String(length=40), nullable=False),
        sa.Column("content", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["documents.id"], name=op.f("fk_readings_document_id_documents")),
        sa.PrimaryKeyConstraint("document_id", name=op.f("pk_readings")),
    )
    op.create_table(
        "assessments",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("document_id", sa.BigInteger(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("engine", sa.String(length=40), nullable=False),
        sa.Column("content", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("matches", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("findings", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("is_current", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_assessments_case_id_cases")),
        sa.ForeignKeyConstraint(["document_id"], ["documents.id"], name=op.f("fk_assessments_document_id_documents")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessments")),
    )
    op.create_index("ix_assessments_case", "assessments", ["case_id"], unique=False)
    op.create_index(
        "uq_assessments_current", "assessments", ["case_id"], unique=True, postgresql_where=sa.text("is_current")
    )
    op.create_table(
        "case_documents",
        sa.Column("document_id", sa.BigInteger(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_documents_case_id_cases")),
        sa.ForeignKeyConstraint(
            ["document_id"], ["documents.id"], name=op.f("fk_case_documents_document_id_documents")
        ),
        sa.PrimaryKeyConstraint("document_id", name=op.f("pk_case_documents")),
    )
    op.create_index(op.f("ix_case_documents_case_id"), "case_documents", ["case_id"], unique=False)
    op.create_table(
        "case_steps",
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("stage", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state in ('waiting', 'leased', 'done', 'failed')", name=op.f("ck_case_steps_state_known")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_steps_case_id_cases")),
        sa.PrimaryKeyConstraint("case_id", "stage", name=op.f("pk_case_steps")),
    )
    op.create_index(
        "ix_case_steps_open",
        "case_steps",
        ["next_at"],
        unique=False,
        postgresql_where=sa.text("state in ('waiting', 'leased')"),
    )
    op.create_table(
        "suggestions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("supersedes_id", sa.Uuid(), nullable=True),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("target_model", sa.String(length=80), nullable=False),
        sa.Column("target_id", sa.BigInteger(), nullable=True),
        sa.Column("target_name", sa.Text(), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=True),
        sa.Column("before", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("command", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("amount", sa.Numeric(precision=18, scale=4), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=True),
        sa.Column("risk", sa.String(length=20), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("effect", sa.Text(), nullable=False),
        sa.Column("evidence", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("approvals_required", sa.Integer(), nullable=False),
        sa.Column("rule", sa.String(length=40), nullable=False),
        sa.Column("policy_hash", sa.String(length=64), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.CheckConstraint(
            "risk in ('advisory', 'operational', 'financial', 'tax_sensitive', 'contract_sensitive')",
            name=op.f("ck_suggestions_risk_known"),
        ),
        sa.CheckConstraint(
            "state in ('open', 'confirmed', 'rejected', 'superseded', 'written', 'stale', 'refused', 'undone')",
            name=op.f("ck_suggestions_state_known"),
        ),
        sa.CheckConstraint(
            "(amount is null) or (currency is not null)", name=op.f("ck_suggestions_amount_has_currency")
        ),
        sa.CheckConstraint("approvals_required >= 1", name=op.f("ck_suggestions_needs_a_person")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_suggestions_case_id_cases")),
        sa.ForeignKeyConstraint(["made_by"], ["users.id"], name=op.f("fk_suggestions_made_by_users")),
        sa.ForeignKeyConstraint(
            ["supersedes_id"], ["suggestions.id"], name=op.f("fk_suggestions_supersedes_id_suggestions")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suggestions")),
        sa.UniqueConstraint("id", "content_hash", name=op.f("uq_suggestions_id_content_hash")),
    )
    op.create_index("ix_suggestions_case", "suggestions", ["case_id"], unique=False)
    op.create_table(
        "decisions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("suggestion_id", sa.Uuid(), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("verdict", sa.String(length=10), nullable=False),
        sa.Column("by_user_id", sa.Uuid(), nullable=False),
        sa.Column("as_role", sa.String(length=40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason_code", sa.String(length=40), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("rule", sa.String(length=40), nullable=False),
        sa.Column("policy_hash", sa.String(length=64), nullable=False),
        sa.CheckConstraint("verdict in ('confirm', 'reject')", name=op.f("ck_decisions_verdict_known")),
        sa.ForeignKeyConstraint(["by_user_id"], ["users.id"], name=op.f("fk_decisions_by_user_id_users")),
        sa.ForeignKeyConstraint(
            ["suggestion_id", "content_hash"],
            ["suggestions.id", "suggestions.content_hash"],
            name=op.f("fk_decisions_suggestion_id_content_hash_suggestions"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decisions")),
    )
    op.create_index(op.f("ix_decisions_suggestion_id"), "decisions", ["suggestion_id"], unique=False)
    op.create_index(
        "uq_decisions_one_confirmation_each",
        "decisions",
        ["suggestion_id", "by_user_id"],
        unique=True,
        postgresql_where=sa.text("verdict = 'confirm'"),
    )
    op.create_table(
        "write_backs",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("suggestion_id", sa.Uuid(), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("receipt", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("differs", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=False),
        sa.Column("queued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state in ('waiting', 'leased', 'written', 'stale', 'refused', 'failed', 'withdrawn')",
            name=op.f("ck_write_backs_state_known"),
        ),
        sa.ForeignKeyConstraint(
            ["suggestion_id", "content_hash"],
            ["suggestions.id", "suggestions.content_hash"],
            name=op.f("fk_write_backs_suggestion_id_content_hash_suggestions"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_write_backs")),
        sa.UniqueConstraint("key", name=op.f("uq_write_backs_key")),
        sa.UniqueConstraint("suggestion_id", name=op.f("uq_write_backs_suggestion_id")),
    )
    op.create_index(
        "ix_write_backs_open",
        "write_backs",
        ["next_at"],
        unique=False,
        postgresql_where=sa.text("state in ('waiting', 'leased')"),
    )


def downgrade() -> None:

    op.drop_index(
        "ix_write_backs_open", table_name="write_backs", postgresql_where=sa.text("state in ('waiting', 'leased')")
    )
    op.drop_table("write_backs")
    op.drop_index(
        "uq_decisions_one_confirmation_each", table_name="decisions", postgresql_where=sa.text("verdict = 'confirm'")
    )
    op.drop_index(op.f("ix_decisions_suggestion_id"), table_name="decisions")
    op.drop_table("decisions")
    op.drop_index("ix_suggestions_case", table_name="suggestions")
    op.drop_table("suggestions")
    op.drop_index(
        "ix_case_steps_open", table_name="case_steps", postgresql_where=sa.text("state in ('waiting', 'leased')")
    )
    op.drop_table("case_steps")
    op.drop_index(op.f("ix_case_documents_case_id"), table_name="case_documents")
    op.drop_table("case_documents")
    op.drop_index("uq_assessments_current", table_name="assessments", postgresql_where=sa.text("is_current"))
    op.drop_index("ix_assessments_case", table_name="assessments")
    op.drop_table("assessments")
    op.drop_table("readings")
    op.drop_index("ix_cases_thread_key", table_name="cases")
    op.drop_index("ix_cases_inbox", table_name="cases")
    op.drop_index("ix_cases_customer", table_name="cases")
    op.drop_table("cases")
    op.drop_index(op.f("ix_arrivals_document_id"), table_name="arrivals")
    op.drop_table("arrivals")
    op.drop_table("api_keys")
    op.drop_table("users")
    op.drop_table("documents")
    op.drop_table("audit_heads")
    op.drop_table("audit_events")
    op.drop_table("audit_checkpoints")
